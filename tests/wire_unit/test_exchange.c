/* test_exchange.c - the pump over the simulated network: what arrives, and what each side says when
 * programs differ. */
#include "support/test.h"

#include "support/mesh_support.h"
#include "support/seams.h"
#include "wire/frame.h"
#include "wire/sim/sim.h"

enum { TIMEOUT_MS = 4000 };

/* One simulated run: every party opens a mesh, does `act`, and closes. */
struct party {
  const struct members *members;
  void (*act)(struct smpi_mesh *mesh, unsigned me, struct party *p);
  const void *user;
  struct smpi_fault fault;
  smpc_err opened;
  bool good;
};

static void run_party(struct smpi_sim *sim, unsigned me, void *ctx) {
  struct party *p = ctx;
  struct smpi_mesh *mesh;
  struct smpi_mesh_config cfg = members_config(p->members, me, TIMEOUT_MS);
  p->opened = smpi_sim_mesh_open(sim, me, &cfg, &mesh, &p->fault);
  if (p->opened != SMPC_OK) return;
  p->act(mesh, me, p);
  if (p->fault.code != SMPC_OK) smpi_mesh_abort(mesh, p->fault.code, 1);
  smpi_mesh_close(mesh, p->fault.code == SMPC_OK);
}

static uint64_t run_with(const struct smpi_sim_fault *fault, struct party *p, unsigned n,
                         void (*act)(struct smpi_mesh *, unsigned, struct party *), const void *user) {
  static struct members members;
  struct smpi_sim *sim;
  struct smpi_sim_params params = {.seed = 7, .rtt_ms = 2, .fault = fault, .n_faults = fault != NULL};
  void *ctx[TEST_MOST];
  members_make(&members, n);
  memset(p, 0, n * sizeof *p);
  for (unsigned i = 0; i < n; i++) {
    p[i].members = &members;
    p[i].act = act;
    p[i].user = user;
    ctx[i] = &p[i];
  }
  assert_int_equal(smpi_sim_new(&sim, n, &params), SMPC_OK);
  assert_int_equal(smpi_sim_run(sim, run_party, ctx), SMPC_OK);
  uint64_t ms = smpi_sim_now_us(sim) / 1000;
  smpi_sim_free(sim);
  return ms;
}
static uint64_t run(struct party *p, unsigned n, void (*act)(struct smpi_mesh *, unsigned, struct party *),
                    const void *user) {
  return run_with(NULL, p, n, act, user);
}

/* --- what arrives --------------------------------------------------------------- */

struct shape {
  size_t low, high; /* bytes from the lower to the higher index, and back */
};
static size_t shape_len(unsigned from, unsigned to, const void *user) {
  const struct shape *s = user;
  return from < to ? s->low : s->high;
}

static void exchange_twice(struct smpi_mesh *mesh, unsigned me, struct party *p) {
  p->good = exchange_checked(mesh, me, p->members->n, 1, shape_len, p->user, &p->fault) &&
            exchange_checked(mesh, me, p->members->n, 2, shape_len, p->user, &p->fault);
}

static void every_size_arrives_whole(void **state) {
  (void)state;
  const size_t size[] = {0, 1, SMPI_CHUNK - 1, SMPI_CHUNK, SMPI_CHUNK + 1, 1 << 20, 3000000};
  for (size_t i = 0; i < 7; i++) {
    for (size_t j = 0; j < 7; j++) {
      struct shape s = {size[i], size[j]};
      struct party p[3];
      for (unsigned n = 2; n <= 3; n++) {
        run(p, n, exchange_twice, &s);
        for (unsigned k = 0; k < n; k++) assert_true(p[k].good);
      }
    }
  }
}

/* While party 0 waits for party 1, it looks for an ABORT in what party 2 sent: data whose last chunk is as long as
 * one. */
static void data_as_long_as_an_abort_are_kept(void **state) {
  (void)state;
  const struct smpi_sim_fault late = {.what = SMPI_SIM_DELAY, .where = SMPI_SIM_AT_BYTE, .from = 1, .to = 0, .at = 1000,
                                      .amount = 1500000};
  for (size_t chunks = 1; chunks <= 3; chunks++) {
    struct shape s = {SMPI_CHUNK, chunks * SMPI_CHUNK + SMPI_ABORT_LEN};
    struct party p[3];
    assert_true(run_with(&late, p, 3, exchange_twice, &s) >= 1500);
    for (unsigned k = 0; k < 3; k++)
      if (!p[k].good) fail_msg("%zu chunks, party %u: %s", chunks, k, p[k].fault.text);
  }
}

/* Chunks are produced in order of offset, those of all peers before any is consumed, and consumed in the order of
 * the flows. */
struct order {
  unsigned me;
  size_t next_in[TEST_MOST], next_out[TEST_MOST], consumed;
  bool good;
};
static void produce_noting(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  struct order *o = ctx;
  o->good = o->good && off == o->next_out[peer] && len > 0 && len <= SMPI_CHUNK;
  o->next_out[peer] = off + len;
  for (size_t i = 0; i < len; i++) buf[i] = payload_byte(o->me, peer, off + i);
}
static void consume_noting(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  struct order *o = ctx;
  unsigned first = o->me == 0 ? 1 : 0, others = 2;
  unsigned rank = (unsigned)(o->consumed % others), turn = first;
  for (unsigned i = 0; i < rank; i++) turn += turn + 1 == o->me ? 2 : 1;
  o->good = o->good && peer == turn && off == o->next_in[peer] && off == o->consumed / others * SMPI_CHUNK;
  for (unsigned i = 0; i < 3; i++) o->good = o->good && (i == o->me || o->next_out[i] >= off + len);
  for (size_t i = 0; i < len; i += 977) o->good = o->good && buf[i] == payload_byte(peer, o->me, off + i);
  o->next_in[peer] = off + len;
  o->consumed++;
}
static void exchange_noting(struct smpi_mesh *mesh, unsigned me, struct party *p) {
  struct order o = {.me = me, .good = true};
  struct smpi_flow flow[2];
  size_t used = 0, len = 10 * SMPI_CHUNK + 5;
  struct smpi_tag tag = {1, 1};
  for (unsigned i = 0; i < 3; i++)
    if (i != me)
      flow[used++] = (struct smpi_flow){.peer = i, .out_len = len, .in_len = len, .produce = produce_noting,
                                        .consume = consume_noting, .ctx = &o};
  p->good = smpi_mesh_exchange(mesh, &tag, flow, 2, &p->fault) == SMPC_OK && o.good && o.consumed == 22;
}
static void chunks_come_in_the_promised_order(void **state) {
  (void)state;
  struct party p[3];
  run(p, 3, exchange_noting, NULL);
  for (unsigned k = 0; k < 3; k++) assert_true(p[k].good);
}

/* --- programs that differ ---------------------------------------------------------- */

struct program {
  struct smpi_tag tag;
  size_t out, in;
};
static void follow_program(struct smpi_mesh *mesh, unsigned me, struct party *p) {
  const struct program *mine = (const struct program *)p->user + me;
  uint8_t buf[64] = {0};
  struct smpi_flow flow = {.peer = 1 - me, .out_len = mine->out, .in_len = mine->in, .out = buf, .in = buf};
  struct smpi_tag next = {mine->tag.step + 1, mine->tag.program};
  if (smpi_mesh_exchange(mesh, &mine->tag, &flow, 1, &p->fault) != SMPC_OK) return;
  flow.in_len = flow.out_len = 8; /* a difference only the other side saw is heard of now */
  smpi_mesh_exchange(mesh, &next, &flow, 1, &p->fault);
}

static void check_desync(const struct program *program, const char *says_a, const char *says_b) {
  struct party p[2];
  uint64_t ms = run(p, 2, follow_program, program);
  const char *says[2] = {says_a, says_b};
  assert_true(ms < TIMEOUT_MS + 1000);
  for (unsigned k = 0; k < 2; k++) {
    assert_int_equal(p[k].fault.code, SMPC_E_DESYNC);
    assert_int_equal(p[k].fault.party, 1 - k);
    if (strstr(p[k].fault.text, says[k]) == NULL) fail_msg("says: %s", p[k].fault.text);
  }
}

static void a_difference_is_named_on_both_sides(void **state) {
  (void)state;
  check_desync((struct program[]){{{5, 9}, 8, 8}, {{6, 9}, 8, 8}}, "site-1 is at step 6", "site-0 is at step 5");
  check_desync((struct program[]){{{5, 9}, 8, 8}, {{5, 7}, 8, 8}}, "0007 there, 0000000000000009 here", "0009 there");
  check_desync((struct program[]){{{5, 9}, 8, 8}, {{5, 9}, 8, 16}}, "16 bytes by the program of site-1",
               "8 bytes by the program of site-0");
  check_desync((struct program[]){{{5, 9}, 8, 16}, {{5, 9}, 8, 8}}, "16 by this party's",
               "16 bytes by the program of site-0");
  check_desync((struct program[]){{{5, 9}, 0, 8}, {{6, 9}, 0, 8}}, "each wait for the other",
               "each wait for the other");
  check_desync((struct program[]){{{5, 9}, 0, 8}, {{5, 9}, 0, 8}}, "each wait for the other",
               "each wait for the other");
}

/* A waits for B, B for C, C for A: nobody hears from whom it waits for, but heartbeats tell the program. */
static void wait_in_a_circle(struct smpi_mesh *mesh, unsigned me, struct party *p) {
  uint8_t buf[8];
  struct smpi_tag tag = {3, 100 + me};
  struct smpi_flow flow = {.peer = (me + 1) % 3, .in_len = 8, .in = buf};
  smpi_mesh_exchange(mesh, &tag, &flow, 1, &p->fault);
}
static void a_circle_of_waiting_ends(void **state) {
  (void)state;
  struct party p[3];
  uint64_t ms = run(p, 3, wait_in_a_circle, NULL);
  assert_true(ms < 2 * TIMEOUT_MS);
  for (unsigned k = 0; k < 3; k++) assert_int_equal(p[k].fault.code, SMPC_E_DESYNC);
}

/* --- misuse --------------------------------------------------------------------------- */

static void misuse(struct smpi_mesh *mesh, unsigned me, struct party *p) {
  struct smpi_tag tag = {1, 1};
  struct smpi_fault fault = {0};
  struct smpi_flow twice[2] = {{.peer = 1 - me}, {.peer = 1 - me}}, self = {.peer = me}, far = {.peer = 7};
  p->good = smpi_mesh_exchange(mesh, &tag, twice, 2, &fault) == SMPC_E_ARG &&
            smpi_mesh_exchange(mesh, &tag, &self, 1, &fault) == SMPC_E_ARG &&
            smpi_mesh_exchange(mesh, &tag, &far, 1, &fault) == SMPC_E_ARG &&
            smpi_mesh_exchange(mesh, &tag, NULL, 0, &p->fault) == SMPC_OK;
}
static void wrong_flows_are_refused(void **state) {
  (void)state;
  struct party p[2];
  run(p, 2, misuse, NULL);
  assert_true(p[0].good && p[1].good);
}

TEST_MAIN(T(every_size_arrives_whole), T(data_as_long_as_an_abort_are_kept),
          T(chunks_come_in_the_promised_order), T(a_difference_is_named_on_both_sides),
          T(a_circle_of_waiting_ends), T(wrong_flows_are_refused))
