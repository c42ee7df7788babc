/* test_sim.c - the simulated network: repeatable, timed, and faulty where told. */
#include <stdlib.h>
#include <string.h>

#include "rand/hash.h"
#include "support/seams.h"
#include "support/test.h"
#include "wire/sim/sim.h"

/* --- programs the parties run ---------------------------------------------------- */

struct job {
  unsigned n;
  size_t len;      /* bytes sent to each peer      */
  unsigned wait_ms;
  smpc_err err;    /* the first failure            */
  size_t got;      /* bytes received, in all       */
  uint64_t end_ms; /* virtual time at the end      */
  uint8_t last[16];
};

static smpc_err send_all(struct smpi_stream *st, size_t len, uint8_t fill) {
  while (len > 0) {
    uint8_t *slot = st->ops->slot(st, true);
    size_t part = len < SMPI_SLOT_LEN ? len : SMPI_SLOT_LEN;
    if (slot != NULL) memset(slot, fill, part);
    smpc_err err = st->ops->submit(st, slot == NULL ? 0 : part);
    if (err != SMPC_OK) return err;
    len -= part;
  }
  return SMPC_OK;
}

static smpc_err recv_all(struct smpi_stream *st, struct job *j) {
  uint8_t buf[5000];
  for (size_t got = 0, now; got < j->len; got += now) {
    smpc_err err = st->ops->recv(st, buf, sizeof buf, &now, j->wait_ms);
    j->got += now;
    if (err != SMPC_OK) return err;
    memcpy(j->last, buf, sizeof j->last);
  }
  return SMPC_OK;
}

/* Everybody sends to everybody, then receives from everybody. */
static void all_to_all(struct smpi_sim *sim, unsigned me, void *ctx) {
  struct job *j = ctx;
  struct smpi_stream *st[SMPI_SIM_MAX] = {0};
  for (unsigned p = 0; p < j->n; p++)
    if (p != me) j->err = j->err ? j->err : smpi_sim_stream(&st[p], sim, me, p);
  for (unsigned p = 0; p < j->n && j->err == SMPC_OK; p++)
    if (p != me) j->err = send_all(st[p], j->len, (uint8_t)(me + 1));
  for (unsigned p = 0; p < j->n && j->err == SMPC_OK; p++)
    if (p != me) j->err = recv_all(st[p], j);
  for (unsigned p = 0; p < j->n; p++) {
    if (st[p] == NULL) continue;
    j->end_ms = st[p]->ops->now_ms(st[p]);
    st[p]->ops->free(st[p]);
  }
}

/* Party 0 sends, the others receive. */
static void one_way(struct smpi_sim *sim, unsigned me, void *ctx) {
  struct job *j = ctx;
  struct smpi_stream *st[SMPI_SIM_MAX];
  for (unsigned p = me == 0 ? 1 : 0; p < (me == 0 ? j->n : 1); p++) {
    j->err = smpi_sim_stream(&st[p], sim, me, p);
    if (j->err == SMPC_OK) j->err = me == 0 ? send_all(st[p], j->len, 1) : recv_all(st[p], j);
    st[p]->ops->free(st[p]);
  }
}

static void trace_hash(void *user, unsigned from, unsigned to, const uint8_t *data, size_t len) {
  smpi_hash_add_u64(user, from * 64 + to);
  smpi_hash_add(user, data, len);
}

static void (*program)(struct smpi_sim *sim, unsigned me, void *ctx) = all_to_all;

/* One run; gives the virtual microseconds it took, and a hash of its trace. */
static uint64_t run(struct job *job, unsigned n, size_t len, struct smpi_sim_params par, uint8_t digest[32]) {
  struct smpi_hash h;
  smpi_hash_begin(&h, "test trace");
  par.trace = trace_hash;
  par.trace_user = &h;
  uint64_t live = seam_heap_live();
  struct smpi_sim *sim;
  assert_int_equal(smpi_sim_new(&sim, n, &par), SMPC_OK);
  void *ctx[SMPI_SIM_MAX];
  for (unsigned i = 0; i < n; i++) {
    job[i] = (struct job){.n = n, .len = len, .wait_ms = 1000};
    ctx[i] = &job[i];
  }
  assert_int_equal(smpi_sim_run(sim, program, ctx), SMPC_OK);
  uint64_t us = smpi_sim_now_us(sim);
  smpi_sim_free(sim);
  assert_int_equal(seam_heap_live(), live);
  uint8_t mine[32];
  smpi_hash_end(&h, digest != NULL ? digest : mine);
  return us;
}

/* --- tests ------------------------------------------------------------------------- */

static void data_arrive(void **state) {
  (void)state;
  struct job job[SMPI_SIM_MAX];
  for (unsigned n = 1; n <= 5; n += 2) {
    run(job, n, 700000, (struct smpi_sim_params){.seed = n}, NULL);
    for (unsigned i = 0; i < n; i++) {
      assert_int_equal(job[i].err, SMPC_OK);
      assert_int_equal(job[i].got, (n - 1) * 700000);
      assert_int_equal(job[i].last[0], n == 1 ? 0 : i == n - 1 ? n - 1 : n);
    }
  }
}

static void same_seed_same_run(void **state) {
  (void)state;
  struct job job[SMPI_SIM_MAX];
  uint8_t a[32], b[32], c[32];
  struct smpi_sim_params par = {.seed = 7, .rtt_ms = 3, .mbit_per_s = 50};
  uint64_t t = run(job, 5, 100000, par, a);
  assert_int_equal(run(job, 5, 100000, par, b), t);
  assert_memory_equal(a, b, 32);
  par.seed = 8;
  assert_int_equal(run(job, 5, 100000, par, c), t); /* another order, the same network */
  assert_memory_not_equal(a, c, 32);
}

static void time_is_latency_and_bandwidth(void **state) {
  (void)state;
  struct job job[SMPI_SIM_MAX];
  assert_int_equal(run(job, 2, 1, (struct smpi_sim_params){0}, NULL), 0);
  assert_int_equal(run(job, 2, 1, (struct smpi_sim_params){.rtt_ms = 40}, NULL), 20000);
  /* 10^6 bytes at 100 Mbit/s: 80 ms, and one way of 20 ms */
  assert_int_equal(run(job, 2, 1000000, (struct smpi_sim_params){.rtt_ms = 40, .mbit_per_s = 100}, NULL), 100000);
  assert_int_equal(job[0].end_ms, 100);
  /* links do not share their bandwidth */
  assert_int_equal(run(job, 4, 1000000, (struct smpi_sim_params){.rtt_ms = 40, .mbit_per_s = 100}, NULL), 100000);
}

static void bit_flips_where_told(void **state) {
  (void)state;
  struct job job[SMPI_SIM_MAX];
  struct smpi_sim_fault f = {SMPI_SIM_FLIP, SMPI_SIM_AT_BYTE, 0, 1, 5, 3};
  run(job, 2, 16, (struct smpi_sim_params){.fault = &f, .n_faults = 1}, NULL);
  uint8_t want[16];
  memset(want, 1, 16);
  want[5] ^= 8;
  assert_memory_equal(job[1].last, want, 16);
  memset(want, 2, 16);
  assert_memory_equal(job[0].last, want, 16);
}

static void link_is_cut_at_the_byte(void **state) {
  (void)state;
  struct job job[SMPI_SIM_MAX];
  program = one_way;
  for (uint64_t k = 0; k < 300000; k += 99999) {
    struct smpi_sim_fault f = {SMPI_SIM_CUT, SMPI_SIM_AT_BYTE, 0, 1, k, 0};
    run(job, 2, 300000, (struct smpi_sim_params){.rtt_ms = 2, .fault = &f, .n_faults = 1}, NULL);
    assert_int_equal(job[1].err, SMPC_E_CLOSED);
    assert_int_equal(job[1].got, k);
    assert_int_equal(job[0].err, k < SMPI_SLOT_LEN ? SMPC_E_CLOSED : SMPC_OK); /* its last send had begun */
  }
  program = all_to_all;
}

static void parties_die_or_fall_silent(void **state) {
  (void)state;
  struct job job[SMPI_SIM_MAX];
  for (unsigned where = SMPI_SIM_AT_SEND; where <= SMPI_SIM_AT_RECV; where++) {
    struct smpi_sim_fault f = {SMPI_SIM_CRASH, where, 1, 0, 2, 0};
    run(job, 3, 100, (struct smpi_sim_params){.fault = &f, .n_faults = 1}, NULL);
    assert_int_equal(job[1].err, SMPC_E_CLOSED);
    /* all had sent before the second receive; none to party 2 at the second send */
    assert_int_equal(job[2].err, where == SMPI_SIM_AT_SEND ? SMPC_E_CLOSED : SMPC_OK);
    f.what = SMPI_SIM_SILENCE;
    uint64_t us = run(job, 3, 100, (struct smpi_sim_params){.fault = &f, .n_faults = 1}, NULL);
    assert_int_equal(job[1].err, SMPC_E_TIMEOUT);
    assert_int_equal(us, 1000000); /* the deadline, in virtual time */
  }
}

static void delay_is_time(void **state) {
  (void)state;
  struct job job[SMPI_SIM_MAX];
  struct smpi_sim_fault f = {SMPI_SIM_DELAY, SMPI_SIM_AT_SEND, 0, 0, 1, 123456};
  assert_int_equal(run(job, 2, 10, (struct smpi_sim_params){.fault = &f, .n_faults = 1}, NULL), 123456);
  assert_int_equal(job[1].err, SMPC_OK);
}

static void wait_for_ever(struct smpi_sim *sim, unsigned me, void *ctx) {
  struct job *j = ctx;
  struct smpi_stream *st;
  size_t got;
  uint8_t b;
  assert_int_equal(smpi_sim_stream(&st, sim, me, 1 - me), SMPC_OK);
  assert_int_equal(smpi_sim_stream(&st, sim, me, 1 - me), SMPC_E_STATE);
  assert_int_equal(smpi_sim_stream(&st, sim, me, me), SMPC_E_ARG);
  if (j->len == 0) j->err = st->ops->recv(st, &b, 1, &got, 1u << 31);
  else j->err = send_all(st, j->len, 0); /* more than anybody reads */
  st->ops->free(st);
}

/* Both wait for the other for ever; both flood a peer that does not read. */
static void nothing_hangs(void **state) {
  (void)state;
  for (size_t len = 0; len < 2; len++) {
    struct job job[2] = {{.len = len << 30}, {.len = len << 30}};
    struct smpi_sim *sim;
    assert_int_equal(smpi_sim_new(&sim, 2, &(struct smpi_sim_params){.seed = 1}), SMPC_OK);
    assert_int_equal(smpi_sim_run(sim, wait_for_ever, (void *[]){&job[0], &job[1]}), SMPC_OK);
    assert_true(job[0].err == SMPC_E_TIMEOUT || job[1].err == SMPC_E_TIMEOUT);
    assert_true(job[0].err != SMPC_OK && job[1].err != SMPC_OK);
    assert_int_equal(smpi_sim_run(sim, wait_for_ever, NULL), SMPC_E_STATE);
    smpi_sim_free(sim);
  }
}

/* Ask both links in turn, never waiting: time must still pass. */
static void poll_for(struct smpi_sim *sim, unsigned me, void *ctx) {
  struct job *j = ctx;
  struct smpi_stream *st;
  assert_int_equal(smpi_sim_stream(&st, sim, me, 1 - me), SMPC_OK);
  j->err = send_all(st, 10, 1);
  uint8_t buf[10];
  size_t got = 0;
  while (j->err == SMPC_OK && got == 0) {
    j->err = st->ops->recv(st, buf, sizeof buf, &got, 0);
    if (j->err == SMPC_E_TIMEOUT) j->err = SMPC_OK;
  }
  j->end_ms = st->ops->now_ms(st);
  st->ops->free(st);
}

static void pollers_see_time_pass(void **state) {
  (void)state;
  struct job job[2] = {{0}};
  struct smpi_sim *sim;
  assert_int_equal(smpi_sim_new(&sim, 2, &(struct smpi_sim_params){.rtt_ms = 30}), SMPC_OK);
  assert_int_equal(smpi_sim_run(sim, poll_for, (void *[]){&job[0], &job[1]}), SMPC_OK);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(job[i].err, SMPC_OK);
    assert_int_equal(job[i].end_ms, 15);
  }
  smpi_sim_free(sim);
}

static void out_of_memory_is_an_error(void **state) {
  (void)state;
  for (uint64_t k = 1; k <= 3; k++) {
    struct smpi_sim *sim;
    uint64_t live = seam_heap_live();
    seam_heap_reset(k);
    assert_int_equal(smpi_sim_new(&sim, 2, &(struct smpi_sim_params){0}), SMPC_E_NOMEM);
    seam_heap_reset(0);
    assert_null(sim);
    assert_int_equal(seam_heap_live(), live);
  }
  struct smpi_sim *sim;
  assert_int_equal(smpi_sim_new(&sim, 0, &(struct smpi_sim_params){0}), SMPC_E_ARG);
  assert_int_equal(smpi_sim_new(&sim, SMPI_SIM_MAX + 1, &(struct smpi_sim_params){0}), SMPC_E_ARG);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(data_arrive), T(same_seed_same_run), T(time_is_latency_and_bandwidth), T(bit_flips_where_told),
    T(link_is_cut_at_the_byte), T(parties_die_or_fall_silent), T(delay_is_time), T(nothing_hangs),
    T(pollers_see_time_pass), T(out_of_memory_is_an_error)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
