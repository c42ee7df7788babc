/* test_psi.c - smpc_psi_reveal and smpc_psi_count against a plain join, and what they refuse. */
#include "psi_sets.h"

#include "psi/ecdh.h"
#include "support/stats.h"
#include "support/tap.h"

static void check_result(const struct psi_run *r, const struct psi_sets *p, unsigned k) {
  bool learns = r->q.to.bits >> k & 1;
  assert_int_equal(r->err[k], SMPC_OK);
  assert_int_equal(r->result[k].size_a, r->q.size_a ? r->q.size_a : p->n[0]);
  assert_int_equal(r->result[k].size_b, r->q.size_b ? r->q.size_b : p->n[1]);
  assert_int_equal(r->result[k].distinct, p->n[k]);
  assert_int_equal(r->result[k].duplicates, 0);
  assert_int_equal(r->result[k].matched, learns ? p->common : 0);
  if (r->is_count) assert_int_equal(r->count[k], learns ? p->common : 0);
  else
    for (size_t i = 0; i < p->n[k]; i++) assert_int_equal(r->matched[k][i], learns && i < p->common);
}

static void try_sets(size_t n, size_t m, size_t common, unsigned to, bool is_count, uint64_t padded) {
  struct psi_sets p;
  struct psi_run r;
  psi_sets_make(&p, n, m, common, 5);
  psi_run_make(&r, &p, to);
  r.is_count = is_count;
  r.q.size_a = padded;
  r.q.size_b = padded ? padded + 3 : 0;
  parties_run_ok(&(struct parties){.n = 2, .seed = n + 1000 * m + to}, psi_body, &r, NULL);
  check_result(&r, &p, 0);
  check_result(&r, &p, 1);
  psi_run_free(&r);
  psi_sets_free(&p);
}

static void small_sets_are_joined_exactly(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 2, 127, 128, 129};
  for (size_t i = 0; i < 6; i++)
    for (size_t j = 0; j < 6; j++) {
      size_t least = sizes[i] < sizes[j] ? sizes[i] : sizes[j];
      try_sets(sizes[i], sizes[j], (least + 1) / 2, 1 + (unsigned)(i + j) % 3, false, 0);
      try_sets(sizes[i], sizes[j], (least + 1) / 2, 1 + (unsigned)(i + j + 1) % 3, true, 0);
    }
  try_sets(100, 100, 100, 3, false, 0); /* all equal */
  try_sets(100, 90, 0, 3, false, 0);    /* disjoint  */
  try_sets(100, 90, 0, 3, true, 0);
}

/* Chunks hold 1920 points. */
static void sets_around_the_chunk_are_joined_exactly(void **state) {
  (void)state;
  try_sets(1919, 1921, 1000, 1, false, 0);
  try_sets(1920, 3841, 1920, 2, false, 0);
  try_sets(3840, 1, 1, 3, true, 0);
}

static void paddings_match_nothing(void **state) {
  (void)state;
  for (unsigned to = 1; to <= 3; to++) {
    try_sets(10, 20, 7, to, false, 33);
    try_sets(0, 0, 0, to, false, 17);
    try_sets(10, 20, 7, to, true, 33);
    try_sets(30, 33, 30, to, true, 30);
  }
}

/* Rows with equal items are marked alike; they count once. */
static void duplicates_are_counted_and_reported(void **state) {
  (void)state;
  static const char big[] =
      "a very long item: 0123456789012345678901234567890123456789012345678901234567890123456789"
      "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";
  const void *a[] = {"x", "y", "", "x", big, "\0", "x"}, *b[] = {"", "x", "x", big, "z", big};
  const size_t a_len[] = {1, 1, 0, 1, sizeof big, 1, 1}, b_len[] = {0, 1, 1, sizeof big, 1, sizeof big - 1};
  const uint8_t a_in[] = {1, 0, 1, 1, 1, 0, 1}, b_in[] = {1, 1, 1, 1, 0, 0};
  struct psi_run r;
  for (int is_count = 0; is_count < 2; is_count++) {
    psi_run_make(&r, NULL, 3);
    r.is_count = is_count;
    r.set[0] = (smpc_items){.n = 7, .item = a, .len = a_len};
    r.set[1] = (smpc_items){.n = 6, .item = b, .len = b_len};
    parties_run_ok(&(struct parties){.n = 2, .seed = 3}, psi_body, &r, NULL);
    assert_int_equal(r.result[0].duplicates, 2);
    assert_int_equal(r.result[1].duplicates, 1);
    assert_int_equal(r.result[0].matched, 3);
    assert_int_equal(r.result[1].matched, 3);
    if (is_count) continue;
    assert_memory_equal(r.matched[0], a_in, 7);
    assert_memory_equal(r.matched[1], b_in, 6);
    psi_run_free(&r);
  }
}

/* Two hospitals among four members, one of them no computing party; a dealer too. */
static void other_members_take_part_without_learning(void **state) {
  (void)state;
  static const unsigned all = SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT;
  const unsigned roles[] = {SMPC_INPUT | SMPC_RESULT, all, all, SMPC_RESULT};
  struct psi_sets p;
  struct psi_run r;
  psi_sets_make(&p, 20, 30, 11, 5);
  psi_run_make(&r, &p, 1);
  parties_run_ok(&(struct parties){.n = 4, .dealer = true, .roles = roles, .seed = 1}, psi_body, &r, NULL);
  check_result(&r, &p, 0);
  check_result(&r, &p, 1);
  psi_run_free(&r);
  psi_sets_free(&p);
}

/* --- refusals ---------------------------------------------------------------------- */

/* Both parties fail with `code` (or are told by the other), and nothing comes out. */
static void refused_with(struct psi_run *r, smpc_err code, const char *words) {
  struct parties_result got;
  parties_run(&(struct parties){.n = 2, .seed = 1}, psi_body, r, &got);
  assert_int_equal(got.close[0], code);
  assert_true(got.close[1] == code || got.close[1] == SMPC_E_PEER);
  if (strstr(got.fault[0].text, words) == NULL) fail_msg("\"%s\" is not in: %s", words, got.fault[0].text);
  for (unsigned k = 0; k < 2; k++)
    for (size_t i = 0; r->matched[k] != NULL && i < r->set[k].n; i++) assert_int_equal(r->matched[k][i], 0);
  psi_run_free(r);
  r->matched[0] = r->matched[1] = NULL;
}

static void what_is_not_built_is_refused(void **state) {
  (void)state;
  struct psi_sets p;
  struct psi_run r;
  psi_sets_make(&p, 4, 4, 2, 5);
#define REFUSED(change, code, words) \
  do {                               \
    psi_run_make(&r, &p, 3);         \
    change;                          \
    refused_with(&r, code, words);   \
  } while (0)
  REFUSED(r.q.protocol = 77, SMPC_E_ARG, "no such protocol");
  REFUSED(r.q.b = r.q.a, SMPC_E_ARG, "one owner");
  REFUSED(r.q.b.id = 9, SMPC_E_ARG, "not an input party");
  REFUSED(r.q.to.bits = 0, SMPC_E_ARG, "no recipient");
  REFUSED(r.q.to.bits = 4, SMPC_E_POLICY, "may not receive");
  REFUSED(r.q.purpose = "", SMPC_E_ARG, "no purpose");
  REFUSED(r.q.purpose = NULL, SMPC_E_ARG, "no purpose");
  REFUSED(r.q.size = 3, SMPC_E_ARG, "SMPC_PSI_INIT");
  REFUSED(r.q.size_a = 3, SMPC_E_RANGE, "declared size");
  REFUSED(r.q.size_b = UINT64_C(1) << 32, SMPC_E_RANGE, "too large");
  REFUSED(r.set[0].flat = NULL, SMPC_E_ARG, "without bytes");
  psi_sets_free(&p);
}

static void body_differently(struct smpc_session *s, unsigned me, void *ctx) {
  struct psi_run *r = ctx, other = *r;
  if (me == 1) other.q.to.bits = 2;
  psi_body(s, me, &other);
  r->err[me] = other.err[me];
  r->matched[me] = other.matched[me];
}

static void body_counting(struct smpc_session *s, unsigned me, void *ctx) {
  struct psi_run *r = ctx, other = *r;
  other.is_count = me == 1;
  psi_body(s, me, &other);
  r->matched[me] = other.matched[me];
}

static void different_questions_open_nothing(void **state) {
  (void)state;
  struct psi_sets p;
  struct psi_run r;
  struct parties_result got;
  const parties_body bodies[] = {body_differently, body_counting};
  psi_sets_make(&p, 4, 4, 2, 5);
  for (int i = 0; i < 2; i++) {
    psi_run_make(&r, &p, 1);
    parties_run(&(struct parties){.n = 2, .seed = 1}, bodies[i], &r, &got);
    assert_int_equal(got.close[0], SMPC_E_DESYNC);
    assert_int_equal(got.close[1], SMPC_E_DESYNC);
    for (int k = 0; k < 4; k++) assert_int_equal(r.matched[0][k], 0);
    psi_run_free(&r);
  }
  psi_sets_free(&p);
}

static void allow_nothing(smpc_config *cfg, unsigned me, void *ctx) {
  (void)ctx;
  if (me == 1) snprintf(cfg->purposes, sizeof cfg->purposes, "counts");
}

static void the_purpose_must_be_allowed(void **state) {
  (void)state;
  struct psi_sets p;
  struct psi_run r;
  struct parties_result got;
  psi_sets_make(&p, 4, 4, 2, 5);
  psi_run_make(&r, &p, 1);
  parties_run(&(struct parties){.n = 2, .seed = 1, .configure = allow_nothing}, psi_body, &r, &got);
  assert_int_equal(got.close[1], SMPC_E_POLICY);
  assert_int_equal(got.close[0], SMPC_E_PEER);
  psi_run_free(&r);
  psi_sets_free(&p);
}

/* --- what is sent --------------------------------------------------------------------- */

enum { N = 400 };
struct seen {
  struct stats middle[2]; /* bytes 1..30 of points: not the ones a canonical encoding restricts */
  uint8_t *bytes[2];
  size_t len[2];
};

static void watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct seen *seen = user;
  (void)to, (void)off;
  seen->bytes[from] = realloc(seen->bytes[from], seen->len[from] + len);
  memcpy(seen->bytes[from] + seen->len[from], data, len);
  seen->len[from] += len;
}

/* All that both sent in a run over n items each, and the statistics of the points. */
static void record(struct seen *seen, uint64_t base, size_t common, uint64_t seed, struct parties_result *got) {
  enum { HEAD = 8 + 32 }; /* sizes, programs */
  struct psi_sets p;
  struct psi_run r;
  psi_sets_make(&p, N, N, common, base);
  psi_run_make(&r, &p, 3);
  memset(seen, 0, sizeof *seen);
  tap_set(watch, seen);
  parties_run_ok(&(struct parties){.n = 2, .seed = seed}, psi_body, &r, got);
  tap_set(NULL, NULL);
  for (unsigned k = 0; k < 2; k++)
    for (size_t i = 0; i < N; i++) stats_add(&seen->middle[k], seen->bytes[k] + HEAD + 32 * i + 1, 30);
  psi_run_free(&r);
  psi_sets_free(&p);
}

static void forget(struct seen *seen) {
  free(seen->bytes[0]);
  free(seen->bytes[1]);
}

/* Lengths follow from the sizes; contents look alike whatever the sets are, and
 * nothing of one run stands in another. */
static void what_is_sent_depends_on_sizes_alone(void **state) {
  (void)state;
  struct seen a, b, c;
  struct parties_result ra, rb, rc;
  record(&a, 5, N, 1, &ra);
  record(&b, UINT64_C(1) << 50, 0, 2, &rb);
  record(&c, 5, N, 3, &rc);
  for (unsigned k = 0; k < 2; k++) {
    assert_int_equal(a.len[k], b.len[k]);
    assert_int_equal(ra.spent[k].bytes, rb.spent[k].bytes);
    assert_int_equal(ra.bytes[k][1 - k], rb.bytes[k][1 - k]);
    assert_int_equal(ra.spent[k].rounds, 4);
    assert_true(stats_bytes_are_uniform(&a.middle[k]) && stats_bytes_are_uniform(&b.middle[k]));
    assert_true(stats_bits_are_balanced(&a.middle[k], NULL) && stats_bits_are_balanced(&b.middle[k], NULL));
    size_t equal = 0;
    for (size_t i = 0; i < N; i++)
      for (size_t j = 0; j < N; j++) equal += memcmp(a.bytes[k] + 40 + 32 * i, c.bytes[k] + 40 + 32 * j, 16) == 0;
    assert_int_equal(equal, 0);
  }
  assert_true(ra.spent[0].bytes <= 64 * N);
  forget(&a), forget(&b), forget(&c);
}

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
  for (unsigned to = 1; to <= 3; to++)
    for (unsigned declared = 0; declared < 2; declared++) {
      struct parties setting = {.n = 2, .seed = 1};
      psi_sets_make(&p, 50, 50, 2, 5);
      psi_run_make(&r, &p, to);
      if (declared) r.q.size_a = 77, r.q.size_b = 123;
      parties_run_ok(&setting, psi_body, &r, &got);
      parties_config(&cfg, secret, &setting, 0);
      assert_int_equal(smpc_estimate(&cfg, program, &r, &cost), SMPC_OK);
      uint64_t most = got.spent[0].bytes > got.spent[1].bytes ? got.spent[0].bytes : got.spent[1].bytes;
      assert_int_equal(cost.rounds, got.spent[0].rounds);
      assert_int_equal(cost.bytes, most);
      psi_run_free(&r);
      psi_sets_free(&p);
    }
}

/* --- somebody dies, somebody cheats ------------------------------------------------------ */

/* Cut the connection at each quarter of what is sent: both end, with zeros. */
static void a_lost_peer_ends_it(void **state) {
  (void)state;
  struct psi_sets p;
  struct psi_run r;
  struct parties_result whole, got;
  psi_sets_make(&p, 200, 200, 100, 5);
  psi_run_make(&r, &p, 3);
  parties_run_ok(&(struct parties){.n = 2, .seed = 1}, psi_body, &r, &whole);
  psi_run_free(&r);
  for (uint64_t k = whole.sends_open[1] + 1; k <= whole.sends[1]; k += 1 + (whole.sends[1] - whole.sends_open[1]) / 6) {
    struct smpi_sim_fault fault = {.what = SMPI_SIM_CRASH, .where = SMPI_SIM_AT_SEND, .from = 1, .at = k};
    psi_run_make(&r, &p, 3);
    parties_run(&(struct parties){.n = 2, .seed = 1, .fault = &fault, .n_faults = 1}, psi_body, &r, &got);
    if (r.err[0] != SMPC_OK)
      for (size_t i = 0; i < 200; i++) assert_int_equal(r.matched[0][i], 0);
    assert_true(got.close[0] != SMPC_OK);
    psi_run_free(&r);
  }
  psi_sets_free(&p);
}

TEST_MAIN(T(small_sets_are_joined_exactly), T(sets_around_the_chunk_are_joined_exactly), T(paddings_match_nothing),
          T(duplicates_are_counted_and_reported), T(other_members_take_part_without_learning),
          T(what_is_not_built_is_refused), T(different_questions_open_nothing), T(the_purpose_must_be_allowed),
          T(what_is_sent_depends_on_sizes_alone), T(the_estimate_is_what_is_spent), T(a_lost_peer_ends_it))
