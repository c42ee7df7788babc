/* test_mesh.c - meshes over real nng streams: links, refusals, exchanges, and how they end.
 * The parties are threads of this process. */
#include "support/test.h"

#include <pthread.h>

#include "support/local_ports.h"
#include "support/mesh_support.h"
#include "support/seams.h"
#include "wire/hello.h"

/* One party in its thread. */
struct party {
  const struct members *members;
  unsigned me, timeout_ms, wait_ms, delay_ms;
  void (*act)(struct party *p);
  const void *user;
  struct smpi_mesh_config cfg;
  struct smpi_mesh *mesh;
  struct smpi_fault fault;
  double took; /* act's time */
  bool good, keep_open;
  pthread_t thread;
};

static void *party_main(void *arg) {
  struct party *p = arg;
  usleep(p->delay_ms * 1000);
  if (smpi_mesh_open(&p->mesh, &p->cfg, &p->fault) != SMPC_OK) return NULL;
  double begin = seconds();
  if (p->act != NULL) p->act(p);
  p->took = seconds() - begin;
  if (p->keep_open) return NULL;
  if (p->fault.code != SMPC_OK) smpi_mesh_abort(p->mesh, p->fault.code, 1);
  smpi_mesh_close(p->mesh, p->fault.code == SMPC_OK);
  p->mesh = NULL;
  return NULL;
}

enum transport { TCP, IPC };

static void members_at(struct members *m, unsigned n, enum transport transport) {
  static int serial;
  members_make(m, n);
  for (unsigned i = 0; i < n; i++) {
    if (transport == TCP) snprintf(m->peer[i].address, sizeof m->peer[i].address, "tcp://127.0.0.1:%u", free_port());
    else snprintf(m->peer[i].address, sizeof m->peer[i].address, "ipc:///tmp/smpc-test-%d-%d", (int)getpid(), serial++);
  }
}

static void prepare(struct party *p, const struct members *m, void (*act)(struct party *), const void *user) {
  memset(p, 0, m->n * sizeof *p);
  for (unsigned i = 0; i < m->n; i++) {
    p[i] = (struct party){.members = m, .me = i, .act = act, .user = user, .cfg = members_config(m, i, 3000)};
  }
}

static void run(struct party *p, unsigned n) {
  uint64_t live = seam_heap_live();
  for (unsigned i = 0; i < n; i++) assert_int_equal(pthread_create(&p[i].thread, NULL, party_main, &p[i]), 0);
  for (unsigned i = 0; i < n; i++) pthread_join(p[i].thread, NULL);
  assert_int_equal(seam_heap_live(), live);
}

static void check_good(const struct party *p, unsigned n) {
  for (unsigned i = 0; i < n; i++)
    if (!p[i].good || p[i].fault.code != SMPC_OK) fail_msg("party %u: %s", i, p[i].fault.text);
}

static void check_fault(const struct party *p, smpc_err code, int party, const char *says) {
  if (p->fault.code != code || p->fault.party != party || strstr(p->fault.text, says) == NULL)
    fail_msg("party %u: code %d party %d: %s", p->me, p->fault.code, p->fault.party, p->fault.text);
}

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
static void exchange_sizes(struct party *p) {
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
  struct party p[TEST_MOST];
  members_at(&m, n, transport);
  prepare(p, &m, exchange_sizes, NULL);
  run(p, n);
  check_good(p, n);
}
static void two_parties_exchange_over_tcp(void **state) { (void)state, exchange_over(TCP, 2); }
static void three_parties_exchange_over_tcp(void **state) { (void)state, exchange_over(TCP, 3); }
static void two_parties_exchange_over_ipc(void **state) { (void)state, exchange_over(IPC, 2); }
static void three_parties_exchange_over_ipc(void **state) { (void)state, exchange_over(IPC, 3); }

static void compare_binding(struct party *p) {
  static uint8_t binding[2][64];
  struct shape s = {1, 1};
  smpi_mesh_binding(p->mesh, 1 - p->me, binding[p->me]);
  p->good = exchange_checked(p->mesh, p->me, 2, 1, shape_len, &s, &p->fault) && memcmp(binding[0], binding[1], 64) == 0;
}

static void parties_start_in_any_order(void **state) {
  (void)state;
  for (unsigned late = 0; late < 2; late++) {
    struct members m;
    struct party p[2];
    members_at(&m, 2, TCP);
    prepare(p, &m, compare_binding, NULL);
    p[late].delay_ms = 400;
    run(p, 2);
    check_good(p, 2);
  }
}

/* A party behind a firewall: no address, the lowest index, dials everybody. */
static void a_party_without_address_dials(void **state) {
  (void)state;
  struct members m;
  struct party p[3];
  struct shape s = {100, 200};
  members_at(&m, 3, TCP);
  m.peer[0].address[0] = '\0';
  prepare(p, &m, exchange_sizes, &s);
  for (unsigned i = 0; i < 3; i++) p[i].act = compare_binding;
  for (unsigned i = 0; i < 3; i++) p[i].act = exchange_sizes;
  run(p, 3);
  check_good(p, 3);
}

/* --- life and death -------------------------------------------------------------------- */

static void be_slow(struct party *p) {
  struct shape s = {5, 5};
  if (p->me == 0) usleep(1500 * 1000);
  p->good = exchange_checked(p->mesh, p->me, 2, 1, shape_len, &s, &p->fault);
}
static void heartbeats_keep_a_slow_peer_alive(void **state) {
  (void)state;
  struct members m;
  struct party p[2];
  members_at(&m, 2, TCP);
  prepare(p, &m, be_slow, NULL);
  p[0].cfg.timeout_ms = p[1].cfg.timeout_ms = 400; /* much less than it is busy */
  run(p, 2);
  check_good(p, 2);
}

/* The same while the other side's data do not fit into the socket. */
static void be_slow_to_read(struct party *p) {
  struct shape s = {0, 40 << 20}; /* more than socket buffers and slots hold */
  if (p->me == 0) usleep(1500 * 1000);
  p->good = exchange_checked(p->mesh, p->me, 2, 1, shape_len, &s, &p->fault);
}
static void heartbeats_keep_a_slow_reader_alive(void **state) {
  (void)state;
  struct members m;
  struct party p[2];
  members_at(&m, 2, TCP);
  prepare(p, &m, be_slow_to_read, NULL);
  p[0].cfg.timeout_ms = p[1].cfg.timeout_ms = 400;
  run(p, 2);
  check_good(p, 2);
}

/* Party 2 vanishes: its streams just end.  The others wait for one another and for it. */
static void vanish(struct party *p) {
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
  struct party p[3];
  members_at(&m, 3, TCP);
  prepare(p, &m, vanish, NULL);
  run(p, 3);
  for (unsigned i = 0; i < 2; i++) {
    assert_true(p[i].fault.code == SMPC_E_CLOSED || p[i].fault.code == SMPC_E_PEER);
    assert_int_equal(p[i].fault.party, 2);
    assert_non_null(strstr(p[i].fault.text, "site-2"));
    assert_true(p[i].took < 3.5);
  }
}

/* Party 1 leaves in good order while party 0 expects data. */
static void leave_early(struct party *p) {
  struct shape s = {1, 1};
  if (p->me == 0) p->good = exchange_checked(p->mesh, 0, 2, 1, shape_len, &s, &p->fault);
}
static void an_early_goodbye_is_noticed(void **state) {
  (void)state;
  struct members m;
  struct party p[2];
  members_at(&m, 2, TCP);
  prepare(p, &m, leave_early, NULL);
  run(p, 2);
  check_fault(&p[0], SMPC_E_CLOSED, 1, "ended its session early");
}

static void *cancel_soon(void *mesh) {
  usleep(300 * 1000);
  smpi_mesh_cancel(mesh);
  return NULL;
}
static void be_canceled(struct party *p) {
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
  struct party p[2];
  members_at(&m, 2, TCP);
  prepare(p, &m, be_canceled, NULL);
  run(p, 2);
  check_fault(&p[0], SMPC_E_CANCELED, -1, "canceled");
  assert_true(p[0].took < 1.0);
  check_fault(&p[1], SMPC_E_CLOSED, 0, "site-0");
}

static void disagree(struct party *p) {
  uint8_t buf[8] = {0};
  struct smpi_tag tag = {4 + p->me, 1};
  struct smpi_flow f = {.peer = 1 - p->me, .out_len = 8, .in_len = 8, .out = buf, .in = buf};
  smpi_mesh_exchange(p->mesh, &tag, &f, 1, &p->fault);
}
static void different_steps_are_named_on_both_sides(void **state) {
  (void)state;
  struct members m;
  struct party p[2];
  members_at(&m, 2, TCP);
  prepare(p, &m, disagree, NULL);
  run(p, 2);
  check_fault(&p[0], SMPC_E_DESYNC, 1, "site-1 is at step 5");
  check_fault(&p[1], SMPC_E_DESYNC, 0, "site-0 is at step 4");
}

/* Each thinks the other has something to send: heartbeats must not keep this going. */
static void wait_for_each_other(struct party *p) {
  uint8_t buf[8] = {0};
  struct smpi_tag tag = {1, 1};
  struct smpi_flow f = {.peer = 1 - p->me, .in_len = 8, .in = buf};
  smpi_mesh_exchange(p->mesh, &tag, &f, 1, &p->fault);
}
static void mutual_waiting_ends(void **state) {
  (void)state;
  struct members m;
  struct party p[2];
  members_at(&m, 2, TCP);
  prepare(p, &m, wait_for_each_other, NULL);
  p[0].cfg.timeout_ms = p[1].cfg.timeout_ms = 800;
  run(p, 2);
  check_fault(&p[0], SMPC_E_DESYNC, 1, "each wait for the other");
  check_fault(&p[1], SMPC_E_DESYNC, 0, "each wait for the other");
  assert_true(p[0].took < 1.6);
}

/* --- refusals ---------------------------------------------------------------------------- */

static void a_wrong_key_is_refused(void **state) {
  (void)state;
  for (unsigned liar = 0; liar < 2; liar++) {
    struct members m;
    struct party p[2];
    members_at(&m, 2, TCP);
    prepare(p, &m, NULL, NULL);
    uint8_t other[32] = {9, 9, 9};
    p[liar].cfg.link_secret = other;
    p[0].cfg.wait_ms = 1500;
    run(p, 2);
    check_fault(&p[0], SMPC_E_AUTH, 1, "does not hold its key");
    check_fault(&p[1], SMPC_E_AUTH, 0, "key");
  }
}

static void another_agreement_is_refused_at_once(void **state) {
  (void)state;
  const struct { unsigned place; const char *says[2]; } cases[] = {
      {SMPI_HELLO_LIBRARY, {"runs version 1.2 of the library", "runs version 119.2 of the library"}},
      {SMPI_HELLO_CONSTANTS, {"other protocol constants", "other protocol constants"}},
      {SMPI_HELLO_PARAMETERS, {"other parameters", "other parameters"}},
      {SMPI_HELLO_QUESTION, {"another question", "another question"}}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct members m;
    struct party p[2];
    members_at(&m, 2, TCP);
    prepare(p, &m, NULL, NULL);
    p[0].cfg.agreement_tag[cases[i].place] = 0x77;
    double begin = seconds();
    run(p, 2);
    for (unsigned k = 0; k < 2; k++) check_fault(&p[k], SMPC_E_PARAM, 1 - (int)k, cases[i].says[k]);
    assert_true(seconds() - begin < 5);
  }
}

static void swapped_indices_are_refused(void **state) {
  (void)state;
  struct members m, swapped;
  struct smpi_fault outcome[3];
  struct party p[3];
  members_at(&m, 3, TCP);
  prepare(p, &m, NULL, NULL);
  swapped = m; /* party 2 has the addresses of 0 and 1 exchanged */
  memcpy(swapped.peer[0].address, m.peer[1].address, sizeof m.peer[0].address);
  memcpy(swapped.peer[1].address, m.peer[0].address, sizeof m.peer[0].address);
  p[2].cfg.peer = swapped.peer;
  p[2].cfg.peer_fault = outcome; /* it tries both */
  for (unsigned i = 0; i < 3; i++) p[i].cfg.wait_ms = 1500;
  run(p, 3);
  assert_int_equal(p[2].fault.code, SMPC_E_PARAM);
  assert_non_null(strstr(p[2].fault.text, "was expected, member"));
  check_fault(&p[0], SMPC_E_PARAM, 2, "talk to member 1");
}

static void *cancel_opening_soon(void *flag) {
  usleep(300 * 1000);
  atomic_store((atomic_bool *)flag, true);
  return NULL;
}

static void opening_can_be_canceled(void **state) {
  (void)state;
  struct members m;
  struct party p[2];
  atomic_bool canceled = false;
  pthread_t thread;
  members_at(&m, 2, TCP);
  prepare(p, &m, NULL, NULL);
  p[0].cfg.is_canceled = &canceled;
  p[0].cfg.wait_ms = 60000; /* for a peer that never starts */
  double begin = seconds();
  assert_int_equal(pthread_create(&thread, NULL, cancel_opening_soon, &canceled), 0);
  run(p, 1);
  pthread_join(thread, NULL);
  assert_int_equal(p[0].fault.code, SMPC_E_CANCELED);
  assert_true(seconds() - begin < 10);
}

/* Something that is no party of this version answers where party 0 was expected. */
struct impostor {
  int listener;
  uint8_t answer[SMPI_HELLO_LEN];
};
static void *answer_calls(void *arg) {
  struct impostor *im = arg;
  uint8_t hello[SMPI_HELLO_LEN];
  for (int fd; (fd = accept(im->listener, NULL, NULL)) >= 0; close(fd)) {
    if (recv(fd, hello, sizeof hello, MSG_WAITALL) == SMPI_HELLO_LEN)
      (void)!send(fd, im->answer, sizeof im->answer, MSG_NOSIGNAL);
    (void)!recv(fd, hello, 1, 0); /* until the caller hangs up */
  }
  return NULL;
}
static void check_impostor(struct impostor *im, smpc_err code, const char *says) {
  struct members m;
  struct party p[2];
  pthread_t t;
  unsigned port = 0;
  members_make(&m, 2);
  im->listener = bind_local(&port);
  assert_int_equal(listen(im->listener, 4), 0);
  snprintf(m.peer[0].address, sizeof m.peer[0].address, "tcp://127.0.0.1:%u", port);
  prepare(p, &m, NULL, NULL);
  pthread_create(&t, NULL, answer_calls, im);
  run(&p[1], 1);
  check_fault(&p[1], code, 0, says);
  shutdown(im->listener, SHUT_RDWR);
  pthread_join(t, NULL);
  close(im->listener);
}
static void other_versions_and_other_servers_are_named(void **state) {
  (void)state;
  struct impostor im = {0};
  struct smpi_hello h = {.version = 7, .from = 0, .to = 1, .members = 2};
  smpi_hello_encode(im.answer, &h);
  check_impostor(&im, SMPC_E_VERSION, "site-0 speaks version 7 of the wire protocol, this party version 1");
  h.version = SMPI_WIRE_VERSION, h.members = 5;
  smpi_hello_encode(im.answer, &h);
  check_impostor(&im, SMPC_E_PARAM, "site-0 expects 5 members");
  memset(im.answer, ' ', sizeof im.answer);
  memcpy(im.answer, "HTTP/1.1 400 Bad Request", 24);
  check_impostor(&im, SMPC_E_FORMAT, "does not speak this protocol");
}

static void every_peers_outcome_is_told(void **state) {
  (void)state;
  struct members m;
  struct party p[4];
  struct smpi_fault outcome[4], others[2][4];
  members_at(&m, 4, TCP);
  prepare(p, &m, NULL, NULL);
  p[3].cfg.peer_fault = outcome; /* dials 0 (other agreement), 1 (good), 2 (not there) */
  p[3].cfg.wait_ms = 1500;
  p[0].cfg.agreement_tag[5] = 1;
  for (unsigned i = 0; i < 2; i++) p[i].cfg.peer_fault = others[i]; /* they stay, to tell everybody */
  p[0].cfg.wait_ms = p[1].cfg.wait_ms = 1000;
  p[2].cfg.listen = "tcp://127.0.0.1:1"; /* privileged, or at least not its address */
  p[2].cfg.wait_ms = 1;
  run(p, 4);
  assert_int_equal(outcome[0].code, SMPC_E_PARAM);
  assert_int_equal(outcome[1].code, SMPC_OK);
  assert_int_equal(outcome[2].code, SMPC_E_CONNECT);
  assert_non_null(strstr(outcome[2].text, "site-2 cannot be reached at tcp://"));
}

static void check_open(struct members *m, const char *listen, const char *says) {
  struct party p[2];
  prepare(p, m, NULL, NULL);
  p[0].cfg.listen = listen;
  p[0].cfg.wait_ms = 200;
  run(p, 1);
  assert_int_equal(p[0].fault.code, SMPC_E_CONNECT);
  if (strstr(p[0].fault.text, says) == NULL) fail_msg("says: %s", p[0].fault.text);
}

static void unusable_addresses_are_named(void **state) {
  (void)state;
  struct members m;
  members_at(&m, 2, TCP);
  unsigned port = 0;
  int fd = bind_local(&port);
  assert_int_equal(listen(fd, 1), 0);
  char taken[64];
  snprintf(taken, sizeof taken, "tcp://127.0.0.1:%u", port);
  check_open(&m, taken, "another program listens on tcp://127.0.0.1");
  close(fd);
  check_open(&m, "carrier-pigeon://x", "cannot listen on carrier-pigeon://x");
  check_open(&m, "", "site-1 has not called within 0.2 s");
  m.peer[0].address[0] = '\0';
  check_open(&m, "", "site-1 cannot be reached at tcp://127.0.0.1");
  snprintf(m.peer[1].address, sizeof m.peer[1].address, "carrier-pigeon://y");
  check_open(&m, "", "the address carrier-pigeon://y of site-1 is not usable");
  snprintf(m.peer[1].address, sizeof m.peer[1].address, "tcp://no-such-host.invalid:4");
  check_open(&m, "", "tcp://no-such-host.invalid:4");
  m.peer[1].address[0] = '\0';
  check_open(&m, "", "neither site-1 nor site-0 has an address");
}

TEST_MAIN(T(two_parties_exchange_over_tcp), T(three_parties_exchange_over_tcp), T(two_parties_exchange_over_ipc),
          T(three_parties_exchange_over_ipc), T(parties_start_in_any_order), T(a_party_without_address_dials),
          T(heartbeats_keep_a_slow_peer_alive), T(heartbeats_keep_a_slow_reader_alive), T(a_lost_peer_is_named_by_all),
          T(an_early_goodbye_is_noticed), T(cancel_ends_a_wait), T(different_steps_are_named_on_both_sides),
          T(mutual_waiting_ends), T(a_wrong_key_is_refused), T(opening_can_be_canceled), T(another_agreement_is_refused_at_once),
          T(swapped_indices_are_refused), T(other_versions_and_other_servers_are_named),
          T(every_peers_outcome_is_told), T(unusable_addresses_are_named))
