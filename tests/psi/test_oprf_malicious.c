/* test_oprf_malicious.c - smpc_psi_reveal in a session against malicious parties: exact results, what is
 * refused, figures, what is sent. */
#include "malicious_run.h"

#include <math.h>

#include "ot/vole.h"
#include "psi/oprf.h"
#include "support/stats.h"
#include "support/tap.h"

static void try_sets(size_t n, size_t m, size_t common, unsigned to, uint64_t padded) {
  struct psi_sets p;
  struct psi_run r;
  struct parties s = setting(n + 1000 * m + to);
  psi_sets_make(&p, n, m, common, 5);
  make_run(&r, &p, to, padded);
  parties_run_ok(&s, psi_body, &r, NULL);
  for (unsigned k = 0; k < 2; k++) {
    bool learns = to >> k & 1;
    assert_int_equal(r.err[k], SMPC_OK);
    assert_int_equal(r.result[k].protocol, SMPC_PSI_VOLE); /* small sets, too */
    assert_int_equal(r.result[k].matched, learns ? common : 0);
    assert_int_equal(r.result[k].recipient_most,
                     smpi_psi_oprf_most(r.q.to.bits == 1 ? r.result[k].size_a : r.result[k].size_b,
                                        r.q.to.bits == 1 ? r.result[k].size_b : r.result[k].size_a));
    for (size_t i = 0; i < p.n[k]; i++) assert_int_equal(r.matched[k][i], learns && i < common);
  }
  psi_run_free(&r);
  psi_sets_free(&p);
}

static void sets_are_joined_exactly(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 127, 1023};
  for (size_t i = 0; i < 4; i++)
    for (size_t j = 0; j < 4; j++) {
      size_t least = sizes[i] < sizes[j] ? sizes[i] : sizes[j];
      try_sets(sizes[i], sizes[j], (least + 1) / 2, 1 + (unsigned)(i + j) % 2, 0);
    }
  try_sets(500, 500, 500, 1, 0);
  try_sets(40000, 70000, 30000, 2, 0); /* several bins */
  try_sets(70000, 40000, 0, 1, 0);
  try_sets(10, 20, 7, 1, 3000);
  try_sets(10, 20, 7, 2, 3000);
  try_sets(20, 10, 5, 2, (1 << 20) + 1); /* in buckets */
}

/* --- refusals ---------------------------------------------------------------------------- */

static void refuse(struct psi_run *r, struct parties *s) {
  struct parties_result got;
  parties_run(s, psi_body, r, &got);
  for (unsigned i = 0; i < 2; i++) assert_int_equal(got.close[i], SMPC_E_ARG);
  psi_run_free(r);
}

static void questions_without_a_malicious_form_are_refused(void **state) {
  (void)state;
  struct psi_sets p;
  struct psi_run r;
  struct parties s = setting(1);
  psi_sets_make(&p, 4, 4, 2, 5);
  make_run(&r, &p, 3, 0); /* two recipients */
  refuse(&r, &s);
  make_run(&r, &p, 1, 0);
  r.is_count = true;
  refuse(&r, &s);
  make_run(&r, &p, 1, 0);
  r.q.protocol = SMPC_PSI_ECDH;
  refuse(&r, &s);
  make_run(&r, &p, 1, 0);
  r.q.minimum = 2; /* which the join decides */
  refuse(&r, &s);
  make_run(&r, &p, 1, 0);
  r.q.owners.bits = 3;
  refuse(&r, &s);
  psi_sets_free(&p);
}

static void add(struct smpc_session *s, unsigned me, void *ctx) {
  const double x[] = {1};
  smpc_shared **got = ctx;
  got[me] = smpc_input(s, smpc_p(0), x, (smpc_shape){1, 1});
}

static void all_other_operations_are_refused(void **state) {
  (void)state;
  smpc_shared *got[2] = {NULL, NULL};
  struct parties s = setting(1);
  struct parties_result r;
  parties_run(&s, add, got, &r);
  for (unsigned i = 0; i < 2; i++) {
    assert_int_equal(r.open[i], SMPC_OK);
    assert_int_equal(r.close[i], SMPC_E_ARG);
    assert_null(got[i]);
  }
}

static void other_sessions_do_not_open(void **state) {
  (void)state;
  smpc_shared *got[3] = {NULL, NULL, NULL};
  struct parties three = {.n = 3, .seed = 1, .source = SMPC_OT, .configure = stand_against_all};
  struct parties dealt = {.n = 2, .dealer = true, .seed = 1, .configure = stand_against_all};
  struct parties_result r;
  parties_run(&three, add, got, &r);
  assert_int_equal(r.open[0], SMPC_E_ARG);
  parties_run(&dealt, add, got, &r);
  assert_int_equal(r.open[0], SMPC_E_ARG);
}

/* Both must mean the same. */
static void stand_alone(smpc_config *cfg, unsigned me, void *ctx) {
  (void)ctx;
  cfg->security = me == 0 ? SMPC_MALICIOUS : SMPC_SEMI_HONEST;
}

static void the_model_is_agreed(void **state) {
  (void)state;
  smpc_shared *got[2] = {NULL, NULL};
  struct parties s = {.n = 2, .seed = 1, .source = SMPC_OT, .configure = stand_alone};
  struct parties_result r;
  parties_run(&s, add, got, &r);
  for (unsigned i = 0; i < 2; i++) assert_int_equal(r.open[i], SMPC_E_PARAM);
}

/* --- figures ------------------------------------------------------------------------------ */

static void program(smpc_session *s, void *user) {
  struct psi_run *r = user;
  LET_FAIL(smpc_psi_reveal(s, &r->q, &r->set[0], NULL, 0, NULL));
}

static void the_estimate_is_what_is_spent(void **state) {
  (void)state;
  struct psi_sets p;
  struct psi_run r;
  struct parties_result got;
  smpc_config cfg;
  smpc_cost cost;
  uint8_t secret[32];
  struct parties s = setting(1);
  psi_sets_make(&p, 5000, 40000, 2, 5);
  for (unsigned to = 1; to <= 2; to++) {
    make_run(&r, &p, to, 40000);
    parties_run_ok(&s, psi_body, &r, &got);
    parties_config(&cfg, secret, &s, 0);
    cfg.security = SMPC_MALICIOUS;
    assert_int_equal(smpc_estimate(&cfg, program, &r, &cost), SMPC_OK);
    uint64_t most = got.spent[0].bytes > got.spent[1].bytes ? got.spent[0].bytes : got.spent[1].bytes;
    assert_int_equal(cost.rounds, got.spent[0].rounds);
    assert_int_equal(cost.bytes, most);
    psi_run_free(&r);
  }
  psi_sets_free(&p);
}

/* The bound of oprf.c once more, with the logarithm of the binomial itself, and the stores of all runs. */
static void try_bound(uint64_t n, uint64_t m) {
  struct smpi_okvs_shape shape;
  unsigned buckets = 1, doublings = 0;
  for (; (n > m ? n : m) > (uint64_t)buckets << 20; doublings++) buckets *= 2;
  uint64_t each = smpi_psi_bucket_size(n, buckets);
  assert_int_equal(smpi_okvs_shape(&shape, each, SMPI_OKVS_FIELD, SMPI_OKVS_LAMBDA + doublings), SMPC_OK);
  double most = (double)smpi_psi_oprf_most(n, m), len = (double)(shape.len * buckets);
  double sets = 64 * most - lgamma(most + 1) / log(2), seeds = 64.0 * buckets;
  assert_true((double)smpi_psi_oprf_columns(n, m) == len && most > len);
  assert_true(sets + seeds - 128 * (most - len) <= -40);
  if (n >= 1 << 16 && (m <= 1 << 20 || m <= n)) assert_true(len < 1.34 * (double)n && most < 2.11 * (double)n); /* smpc.h */
}

static void how_many_items_a_receiver_may_use(void **state) {
  (void)state;
  for (uint64_t n = 1; n <= 1 << 30; n *= 4)
    for (uint64_t m = 1; m <= 1 << 30; m *= 32) try_bound(n, m);
  assert_int_equal(smpi_psi_oprf_columns(1, 1), 434);
  assert_int_equal(smpi_psi_oprf_columns(256, 1 << 20), 434);
  assert_int_equal(smpi_psi_oprf_columns(1, 1 << 30), 470016);
  assert_int_equal(smpi_psi_oprf_most(0, 1), 0);
  assert_int_equal(smpi_psi_oprf_most(1, 0), 0);
}

/* What oprf.h says of rounds. */
static void rounds_are_as_the_header_says(void **state) {
  (void)state;
  for (size_t n = 1; n <= 1 << 20; n += n / 50 + 1) {
    struct smpi_okvs_shape shape;
    assert_int_equal(smpi_okvs_shape(&shape, n, SMPI_OKVS_FIELD, SMPI_OKVS_LAMBDA), SMPC_OK);
    unsigned more = smpi_vole_rounds(shape.len, 128, true) + 1 - smpi_vole_rounds(shape.len, 80, false);
    assert_in_range(more, 6, 8);
    if (n == 1) assert_int_equal(more, 6);
  }
}

/* --- what is sent ------------------------------------------------------------------------------ */

struct seen { struct stats sent[2]; uint64_t len[2]; };

static void watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct seen *seen = user;
  (void)to, (void)off;
  seen->len[from] += len;
  if (len > 8224) stats_add(&seen->sent[from], data, len);
}

/* Commitments, coins, responses, the check's question and answer, salt and masks, of runs that send little else: all
 * but agreement, points and trees, which come first, and the session's end. */
struct small { unsigned seen[2]; struct stats sent[2]; };

static void watch_small(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct small *small = user;
  (void)to;
  if (off == 0) small->seen[from]++;
  if (small->seen[from] > BASE && small->seen[from] < (from == 0 ? END_0 : END_1) && len <= 1032)
    stats_add(&small->sent[from], data, len);
}

static void small_messages_look_random(void **state) {
  (void)state;
  enum { RUNS = 10 };
  struct small *small = calloc(1, sizeof *small);
  struct psi_sets p;
  psi_sets_make(&p, 1, 1, 1, 5);
  for (uint64_t i = 0; i < RUNS; i++) {
    struct psi_run r;
    struct parties s = setting(i + 1);
    memset(small->seen, 0, sizeof small->seen);
    make_run(&r, &p, 1, 1);
    r.q.size_b = 1;
    tap_set(watch_small, small);
    parties_run_ok(&s, psi_body, &r, NULL);
    tap_set(NULL, NULL);
    psi_run_free(&r);
  }
  assert_true(small->sent[0].n_bytes >= RUNS * 2 * 1032 && small->sent[1].n_bytes >= RUNS * (5 * 32 + 16));
  for (unsigned k = 0; k < 2; k++) assert_true(stats_bytes_are_uniform(&small->sent[k]));
  psi_sets_free(&p);
  free(small);
}

static void what_is_sent_depends_on_sizes_alone(void **state) {
  (void)state;
  struct seen *seen = calloc(2, sizeof *seen);
  for (unsigned i = 0; i < 2; i++) {
    struct psi_sets p;
    struct psi_run r;
    struct parties s = setting(i + 1);
    psi_sets_make(&p, 6000, 6000, i ? 6000 : 0, i ? 5 : UINT64_C(1) << 50);
    make_run(&r, &p, 1, 0);
    tap_set(watch, &seen[i]);
    parties_run_ok(&s, psi_body, &r, NULL);
    tap_set(NULL, NULL);
    psi_run_free(&r);
    psi_sets_free(&p);
  }
  for (unsigned k = 0; k < 2; k++) {
    assert_int_equal(seen[0].len[k], seen[1].len[k]);
    for (unsigned i = 0; i < 2; i++)
      assert_true(stats_bytes_are_uniform(&seen[i].sent[k]) && stats_bits_are_balanced(&seen[i].sent[k], NULL));
  }
  free(seen);
}

TEST_MAIN(T(sets_are_joined_exactly), T(questions_without_a_malicious_form_are_refused),
          T(all_other_operations_are_refused), T(other_sessions_do_not_open), T(the_model_is_agreed),
          T(the_estimate_is_what_is_spent), T(how_many_items_a_receiver_may_use), T(rounds_are_as_the_header_says),
          T(small_messages_look_random), T(what_is_sent_depends_on_sizes_alone))
