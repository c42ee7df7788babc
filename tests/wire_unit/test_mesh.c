/* test_mesh.c - meshes over real nng streams: exchanges, and how they end. */
#include "mesh_run.h"

/* --- exchanges ---------------------------------------------------------------------- */

struct shape {
  size_t low, high;
};
static size_t shape_len(unsigned from, unsigned to, const void *user) {
  const struct shape *s = user;
  return from < to ? s->low : s->high;
}

static const size_t SIZES[] = {0, 1, SMPI_CHUNK - 1, SMPI_CHUNK + 1, 1 << 20, 20 << 20};

/* Every pair of sizes, one after the other over the same links. */
static void exchange_sizes(struct mesh_party *p) {
  uint64_t step = 0;
  for (size_t i = 0; i < 6; i++) {
    for (size_t j = 0; j < 6; j++) {
      if (i + j >= 5 && i != j && i != 0 && j != 0) continue; /* the largest both ways and alone */
      struct shape s = {SIZES[i], SIZES[j]};
      if (!exchange_checked(p->mesh, p->me, p->members->n, ++step, shape_len, &s, &p->fault)) return;
    }
  }
  p->good = true;
}

static void exchange_over(enum transport transport, unsigned n) {
  struct members m;
  struct mesh_party p[TEST_MOST];
  mesh_members(&m, n, transport);
  mesh_prepare(p, &m, exchange_sizes, NULL);
  mesh_run(p, n);
  mesh_check_good(p, n);
}
static void two_parties_exchange_over_tcp(void **state) { (void)state, exchange_over(TCP, 2); }
static void three_parties_exchange_over_tcp(void **state) { (void)state, exchange_over(TCP, 3); }
static void two_parties_exchange_over_ipc(void **state) { (void)state, exchange_over(IPC, 2); }
static void three_parties_exchange_over_ipc(void **state) { (void)state, exchange_over(IPC, 3); }

static void compare_binding(struct mesh_party *p) {
  static uint8_t binding[2][64];
  struct shape s = {1, 1};
  smpi_mesh_binding(p->mesh, 1 - p->me, binding[p->me]);
  p->good = exchange_checked(p->mesh, p->me, 2, 1, shape_len, &s, &p->fault) && memcmp(binding[0], binding[1], 64) == 0;
}

static void parties_start_in_any_order(void **state) {
  (void)state;
  for (unsigned late = 0; late < 2; late++) {
    struct members m;
    struct mesh_party p[2];
    mesh_members(&m, 2, TCP);
    mesh_prepare(p, &m, compare_binding, NULL);
    p[late].delay_ms = 400;
    mesh_run(p, 2);
    mesh_check_good(p, 2);
  }
}

/* A party behind a firewall: no address, the lowest index, dials everybody. */
static void a_party_without_address_dials(void **state) {
  (void)state;
  struct members m;
  struct mesh_party p[3];
  struct shape s = {100, 200};
  mesh_members(&m, 3, TCP);
  m.peer[0].address[0] = '\0';
  mesh_prepare(p, &m, exchange_sizes, &s);
  for (unsigned i = 0; i < 3; i++) p[i].act = compare_binding;
  for (unsigned i = 0; i < 3; i++) p[i].act = exchange_sizes;
  mesh_run(p, 3);
  mesh_check_good(p, 3);
}

/* --- life and death -------------------------------------------------------------------- */

static void be_slow(struct mesh_party *p) {
  struct shape s = {5, 5};
  if (p->me == 0) usleep(1500 * 1000);
  p->good = exchange_checked(p->mesh, p->me, 2, 1, shape_len, &s, &p->fault);
}
static void heartbeats_keep_a_slow_peer_alive(void **state) {
  (void)state;
  struct members m;
  struct mesh_party p[2];
  mesh_members(&m, 2, TCP);
  mesh_prepare(p, &m, be_slow, NULL);
  p[0].cfg.timeout_ms = p[1].cfg.timeout_ms = 400; /* much less than it is busy */
  mesh_run(p, 2);
  mesh_check_good(p, 2);
}

/* The same while the other side's data do not fit into the socket. */
static void be_slow_to_read(struct mesh_party *p) {
  struct shape s = {0, 40 << 20}; /* more than socket buffers and slots hold */
  if (p->me == 0) usleep(1500 * 1000);
  p->good = exchange_checked(p->mesh, p->me, 2, 1, shape_len, &s, &p->fault);
}
static void heartbeats_keep_a_slow_reader_alive(void **state) {
  (void)state;
  struct members m;
  struct mesh_party p[2];
  mesh_members(&m, 2, TCP);
  mesh_prepare(p, &m, be_slow_to_read, NULL);
  p[0].cfg.timeout_ms = p[1].cfg.timeout_ms = 400;
  mesh_run(p, 2);
  mesh_check_good(p, 2);
}

/* Party 2 vanishes: its streams just end.  The others wait for one another and for it. */
static void vanish(struct mesh_party *p) {
  struct shape s = {3 << 20, 3 << 20};
  if (p->me == 2) {
    smpi_mesh_close(p->mesh, false);
    p->mesh = NULL;
    p->keep_open = true;
    return;
  }
  p->good = exchange_checked(p->mesh, p->me, 3, 1, shape_len, &s, &p->fault);
}
static void a_lost_peer_is_named_by_all(void **state) {
  (void)state;
  struct members m;
  struct mesh_party p[3];
  mesh_members(&m, 3, TCP);
  mesh_prepare(p, &m, vanish, NULL);
  mesh_run(p, 3);
  for (unsigned i = 0; i < 2; i++) {
    assert_true(p[i].fault.code == SMPC_E_CLOSED || p[i].fault.code == SMPC_E_PEER);
    assert_int_equal(p[i].fault.party, 2);
    assert_non_null(strstr(p[i].fault.text, "site-2"));
  }
}

/* Party 1 leaves in good order while party 0 expects data. */
static void leave_early(struct mesh_party *p) {
  struct shape s = {1, 1};
  if (p->me == 0) p->good = exchange_checked(p->mesh, 0, 2, 1, shape_len, &s, &p->fault);
}
static void an_early_goodbye_is_noticed(void **state) {
  (void)state;
  struct members m;
  struct mesh_party p[2];
  mesh_members(&m, 2, TCP);
  mesh_prepare(p, &m, leave_early, NULL);
  mesh_run(p, 2);
  mesh_check_fault(&p[0], SMPC_E_CLOSED, 1, "ended its session early");
}

static void *cancel_soon(void *mesh) {
  usleep(300 * 1000);
  smpi_mesh_cancel(mesh);
  return NULL;
}
static void be_canceled(struct mesh_party *p) {
  struct shape s = {4, 4};
  pthread_t t;
  if (p->me == 0) pthread_create(&t, NULL, cancel_soon, p->mesh);
  else usleep(600 * 1000);
  p->good = exchange_checked(p->mesh, p->me, 2, 1, shape_len, &s, &p->fault) && /* its data may have come before */
            exchange_checked(p->mesh, p->me, 2, 2, shape_len, &s, &p->fault);
  if (p->me == 0) pthread_join(t, NULL);
}
static void cancel_ends_a_wait(void **state) {
  (void)state;
  struct members m;
  struct mesh_party p[2];
  mesh_members(&m, 2, TCP);
  mesh_prepare(p, &m, be_canceled, NULL);
  mesh_run(p, 2);
  mesh_check_fault(&p[0], SMPC_E_CANCELED, -1, "canceled");
  mesh_check_fault(&p[1], SMPC_E_PEER, 0, "site-0 stopped the session at step 1: its user or its program canceled it");
}

static void disagree(struct mesh_party *p) {
  uint8_t buf[8] = {0};
  struct smpi_tag tag = {4 + p->me, 1};
  struct smpi_flow f = {.peer = 1 - p->me, .out_len = 8, .in_len = 8, .out = buf, .in = buf};
  smpi_mesh_exchange(p->mesh, &tag, &f, 1, &p->fault);
}
static void different_steps_are_named_on_both_sides(void **state) {
  (void)state;
  struct members m;
  struct mesh_party p[2];
  mesh_members(&m, 2, TCP);
  mesh_prepare(p, &m, disagree, NULL);
  mesh_run(p, 2);
  mesh_check_fault(&p[0], SMPC_E_DESYNC, 1, "site-1 is at step 5");
  mesh_check_fault(&p[1], SMPC_E_DESYNC, 0, "site-0 is at step 4");
}

/* Each thinks the other has something to send: heartbeats must not keep this going. */
static void wait_for_each_other(struct mesh_party *p) {
  uint8_t buf[8] = {0};
  struct smpi_tag tag = {1, 1};
  struct smpi_flow f = {.peer = 1 - p->me, .in_len = 8, .in = buf};
  smpi_mesh_exchange(p->mesh, &tag, &f, 1, &p->fault);
}
static void mutual_waiting_ends(void **state) {
  (void)state;
  struct members m;
  struct mesh_party p[2];
  mesh_members(&m, 2, TCP);
  mesh_prepare(p, &m, wait_for_each_other, NULL);
  p[0].cfg.timeout_ms = p[1].cfg.timeout_ms = 800;
  mesh_run(p, 2);
  mesh_check_fault(&p[0], SMPC_E_DESYNC, 1, "each wait for the other");
  mesh_check_fault(&p[1], SMPC_E_DESYNC, 0, "each wait for the other");
}

TEST_MAIN(T(two_parties_exchange_over_tcp), T(three_parties_exchange_over_tcp), T(two_parties_exchange_over_ipc),
          T(three_parties_exchange_over_ipc), T(parties_start_in_any_order), T(a_party_without_address_dials),
          T(heartbeats_keep_a_slow_peer_alive), T(heartbeats_keep_a_slow_reader_alive),
          T(a_lost_peer_is_named_by_all), T(an_early_goodbye_is_noticed), T(cancel_ends_a_wait),
          T(different_steps_are_named_on_both_sides), T(mutual_waiting_ends))
