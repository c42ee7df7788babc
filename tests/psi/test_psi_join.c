/* test_psi_join.c - smpc_psi_join and smpc_psi_sum: exact against a plain join with two and more owners and every
 * source, paddings and duplicates, minimum and recipients, exact estimates, refusals. */
#include "joined_sets.h"

struct job {
  const struct sets *sets;
  unsigned columns;           /* bit k: owner k brings columns                           */
  unsigned first;             /* member of owner 0; the others follow, modulo members    */
  unsigned members;
  uint64_t padded;
  uint64_t minimum;
  bool wants_count, has_sum;
  smpc_who to;
  /* out, by member */
  smpc_err err[SMPC_MAX_PARTIES];
  double *real[SMPC_MAX_PARTIES][MOST];
  int64_t *whole[SMPC_MAX_PARTIES][MOST], *matched[SMPC_MAX_PARTIES];
  size_t bins;
  double real_sum[SMPC_MAX_PARTIES][MOST * REALS];
  int64_t whole_sum[SMPC_MAX_PARTIES][MOST * WHOLES];
  smpc_psi_totals totals[SMPC_MAX_PARTIES];
  smpc_psi_joined joined[SMPC_MAX_PARTIES];
};

static unsigned member_of(const struct job *j, unsigned k) { return (j->first + k) % j->members; }

static void ask(const struct job *j, smpc_psi_star *q) {
  *q = (smpc_psi_star)SMPC_PSI_STAR_INIT;
  q->owners = j->sets->owners;
  for (unsigned k = 0; k < q->owners; k++) {
    bool has = j->columns >> k & 1;
    q->owner[k] = (smpc_psi_owner){smpc_p(member_of(j, k)), j->padded, has ? REALS : 0, has ? WHOLES : 0};
  }
}

static const smpc_psi_rows *rows_of(const struct job *j, unsigned me, smpc_psi_rows *rows) {
  for (unsigned k = 0; k < j->sets->owners; k++)
    if (member_of(j, k) == me) {
      *rows = (smpc_psi_rows){
          {.n = j->sets->n[k], .flat = j->sets->item[k], .item_len = 8}, j->sets->real[k], j->sets->whole[k]};
      return rows;
    }
  return NULL;
}

static int64_t *open_wholes(smpc_session *s, const smpc_shared *x, size_t n, bool as_double) {
  int64_t *out = malloc((n + 1) * sizeof *out);
  smpc_who all = smpc_and(smpc_to(smpc_p(0)), smpc_p(1));
  smpc_err err =
      as_double ? smpc_open(s, x, all, "test", (double *)(void *)out, n) : smpc_open_i64(s, x, all, "test", out, n);
  assert_true(err == SMPC_OK || s == NULL || smpc_session_error(s).code == err);
  return out;
}

static void open_joined(struct job *j, smpc_session *s, unsigned me, const smpc_psi_joined *g) {
  j->matched[me] = open_wholes(s, g->matched, g->bins, false);
  for (unsigned k = 0; k < j->sets->owners; k++) {
    if (!(j->columns >> k & 1)) continue;
    j->real[me][k] = (double *)(void *)open_wholes(s, g->real[k], g->bins * REALS, true);
    j->whole[me][k] = open_wholes(s, g->whole[k], g->bins * WHOLES, false);
  }
}

static void program(smpc_session *s, unsigned me, struct job *j) {
  smpc_psi_star q;
  smpc_psi_rows rows;
  const smpc_psi_rows *mine = rows_of(j, me, &rows);
  size_t reals = (size_t)__builtin_popcount(j->columns) * REALS,
         wholes = (size_t)__builtin_popcount(j->columns) * WHOLES;
  ask(j, &q);
  if (j->has_sum) {
    j->err[me] = smpc_psi_sum(s, &q, mine, j->to, "test", j->minimum, j->wants_count, j->real_sum[me], reals,
                              j->whole_sum[me], wholes, &j->totals[me]);
    return;
  }
  j->err[me] = smpc_psi_join(s, &q, mine, &j->joined[me]);
  j->bins = j->joined[me].bins;
}

static void body(smpc_session *s, unsigned me, void *ctx) {
  struct job *j = ctx;
  program(s, me, j);
  if (!j->has_sum && j->err[me] == SMPC_OK) open_joined(j, s, me, &j->joined[me]);
}

static void job_free(struct job *j) {
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) {
    free(j->matched[i]);
    for (unsigned k = 0; k < MOST; k++) free(j->real[i][k]), free(j->whole[i][k]);
  }
}

/* Which common item has these columns of the first owner that brings any; each is met once. */
static void check_rows(struct job *j) {
  size_t found = 0;
  unsigned k0 = (unsigned)__builtin_ctz(j->columns);
  uint8_t *seen = calloc(j->sets->common + 1, 1);
  for (size_t b = 0; b < j->bins; b++) {
    assert_true(j->matched[0][b] == 0 || j->matched[0][b] == 1);
    if (!j->matched[0][b]) {
      for (unsigned k = 0; k < j->sets->owners; k++)
        if (j->columns >> k & 1)
          assert_true(j->real[0][k][2 * b] == 0 && j->real[0][k][2 * b + 1] == 0 && j->whole[0][k][b] == 0);
      continue;
    }
    size_t i = 0; /* several items may look alike: take one not seen */
    while (i < j->sets->common && (seen[i] || j->real[0][k0][2 * b] != real_of(k0, 1000 + i, 0) ||
                                   j->whole[0][k0][b] != whole_of(k0, 1000 + i)))
      i++;
    assert_true(i < j->sets->common);
    seen[i] = 1;
    for (unsigned k = 0; k < j->sets->owners; k++) {
      if (!(j->columns >> k & 1)) continue;
      for (unsigned c = 0; c < REALS; c++) assert_true(j->real[0][k][REALS * b + c] == real_of(k, 1000 + i, c));
      assert_int_equal(j->whole[0][k][b], whole_of(k, 1000 + i));
    }
    found++;
  }
  assert_int_equal(found, j->sets->common);
  free(seen);
}

static void try_join(const struct parties *setting, unsigned owners, const size_t *n, size_t common, unsigned columns,
                     unsigned first, uint64_t padded) {
  struct sets t;
  sets_make(&t, owners, n, common);
  struct job j = {.sets = &t, .columns = columns, .first = first, .members = setting->n, .padded = padded};
  parties_run_ok(setting, body, &j, NULL);
  for (unsigned i = 0; i < setting->n; i++) {
    assert_int_equal(j.err[i], SMPC_OK);
    for (unsigned k = 0; k < owners; k++) assert_int_equal(j.joined[i].sizes[k], padded ? padded : n[k]);
  }
  check_rows(&j);
  job_free(&j);
  sets_free(&t);
}

static void two_owners_are_joined_exactly(void **state) {
  (void)state;
  static const size_t sizes[][3] = {{0, 0, 0},       {0, 5, 0},        {1, 1, 1},     {2, 1, 0},
                                    {127, 200, 100}, {1023, 300, 300}, {600, 2000, 0}};
  for (size_t i = 0; i < 7; i++)
    for (unsigned source = 0; source < 2; source++)
      try_join(&(struct parties){.n = 2, .dealer = !source, .source = source ? SMPC_OT : SMPC_DEALER, .seed = i + 1}, 2,
               sizes[i], sizes[i][2], 1 + (unsigned)i % 3, (unsigned)i % 2, 0);
  try_join(&(struct parties){.n = 2, .dealer = true, .seed = 9}, 2, (const size_t[]){50, 60}, 40, 3, 0, 300);
}

/* More computing parties than owners, and as many. */
static void many_owners_are_joined_exactly(void **state) {
  (void)state;
  static const size_t n[] = {150, 300, 80, 100};
  for (unsigned source = 0; source < 2; source++) {
    struct parties three = {.n = 3, .dealer = !source, .source = source ? SMPC_OT : SMPC_DEALER, .seed = 3 + source};
    try_join(&three, 2, n, 100, 3, 2, 0);
    try_join(&three, 3, n, 60, 7, 1, 0);
    try_join(&three, 3, n, 60, 2, 0, 400);
  }
  try_join(&(struct parties){.n = 4, .dealer = true, .seed = 5}, 4, n, 70, 15, 2, 0);
  try_join(&(struct parties){.n = 4, .dealer = true, .seed = 6}, 3, n, 80, 5, 3, 0);
}

/* --- sums -------------------------------------------------------------------------------- */

static void check_sums(const struct job *j, unsigned member, bool shown) {
  unsigned at = 0;
  for (unsigned k = 0; k < j->sets->owners; k++) {
    if (!(j->columns >> k & 1)) continue;
    double real[REALS] = {0};
    int64_t whole = 0;
    for (size_t i = 0; i < j->sets->common; i++) {
      for (unsigned c = 0; c < REALS; c++) real[c] += real_of(k, 1000 + i, c);
      whole += whole_of(k, 1000 + i);
    }
    for (unsigned c = 0; c < REALS; c++) assert_true(j->real_sum[member][at * REALS + c] == (shown ? real[c] : 0));
    assert_int_equal(j->whole_sum[member][at], shown ? whole : 0);
    at++;
  }
}

static void try_sum(const struct parties *setting, unsigned owners, size_t common, uint64_t minimum, bool wants_count,
                    unsigned to) {
  static const size_t n[] = {120, 200, 90};
  struct sets t;
  sets_make(&t, owners, n, common);
  struct job j = {.sets = &t, .columns = 3, .members = setting->n, .minimum = minimum, .wants_count = wants_count,
                  .has_sum = true, .to = {to}};
  parties_run_ok(setting, body, &j, NULL);
  for (unsigned i = 0; i < setting->n; i++) {
    bool learns = to >> i & 1, is_enough = minimum < 2 || common >= minimum;
    assert_int_equal(j.err[i], SMPC_OK);
    assert_int_equal(j.totals[i].suppressed, learns && !is_enough);
    assert_int_equal(j.totals[i].count, learns && is_enough && wants_count ? common : 0);
    check_sums(&j, i, learns && is_enough);
  }
  sets_free(&t);
}

static void sums_open_to_whom_they_belong_and_above_the_minimum(void **state) {
  (void)state;
  const struct parties two = {.n = 2, .source = SMPC_OT, .seed = 1}, three = {.n = 3, .dealer = true, .seed = 2};
  try_sum(&two, 2, 70, 0, false, 1);
  try_sum(&two, 2, 70, 70, true, 3);
  try_sum(&two, 2, 69, 70, true, 2);
  try_sum(&two, 2, 0, 1, true, 1); /* a minimum of one hides nothing that zero does not say */
  try_sum(&two, 2, 0, 5, false, 1);
  try_sum(&three, 2, 30, 20, true, 4); /* to one who holds no set */
  try_sum(&three, 3, 30, 31, true, 6);
}

/* Of equal items the first row counts, and its owner is told. */
static void duplicates_count_once(void **state) {
  (void)state;
  struct sets t;
  sets_make(&t, 2, (const size_t[]){60, 70}, 40);
  for (int k = 0; k < 2; k++) t.item[k][1] = t.item[k][t.n[k] - 1]; /* an own item becomes the first common one again */
  t.whole[0][1] = 5000;
  struct job j = {.sets = &t, .columns = 1, .members = 2, .wants_count = true, .has_sum = true, .to = {3}};
  parties_run_ok(&(struct parties){.n = 2, .dealer = true, .seed = 4}, body, &j, NULL);
  int64_t want = 5000 - whole_of(0, 1000);
  for (size_t i = 0; i < 40; i++) want += whole_of(0, 1000 + i);
  for (int k = 0; k < 2; k++) {
    assert_int_equal(j.totals[k].duplicates, 1);
    assert_int_equal(j.totals[k].distinct, t.n[k] - 1);
    assert_int_equal(j.totals[k].count, 40);
    assert_int_equal(j.whole_sum[k][0], want);
  }
  sets_free(&t);
}

/* --- estimates ------------------------------------------------------------------------------ */

static void estimated(smpc_session *s, void *user) { program(s, 0, user); }
static void bare(smpc_session *s, unsigned me, void *user) { program(s, me, user); }

static void the_estimate_is_what_is_spent(void **state) {
  (void)state;
  static const size_t n[] = {400, 400, 400};
  for (unsigned owners = 2; owners <= 3; owners++)
    for (int sum = 0; sum < 2; sum++) {
      struct sets t;
      struct parties_result got;
      smpc_config cfg;
      smpc_cost cost;
      uint8_t secret[32];
      const struct parties setting = {.n = 3, .dealer = true, .seed = 1};
      sets_make(&t, owners, n, 100);
      struct job j = {.sets = &t,
                      .columns = 3,
                      .members = 3,
                      .padded = 400,
                      .minimum = 10,
                      .wants_count = true,
                      .has_sum = sum,
                      .to = {2}}; /* not the busiest, which is the hub */
      parties_config(&cfg, secret, &setting, 0);
      assert_int_equal(smpc_estimate(&cfg, estimated, &j, &cost), SMPC_OK);
      parties_run_ok(&setting, bare, &j, &got);
      assert_int_equal(cost.rounds, got.spent[0].rounds);
      assert_int_equal(cost.bytes, parties_busiest(&got, 3).bytes);
      sets_free(&t);
    }
}

/* --- what is refused -------------------------------------------------------------------------- */

/* Broken questions, the same at both; whatever is given stays zero. */
static void bad_body(smpc_session *s, unsigned me, void *ctx) {
  smpc_psi_star *q = ctx;
  static const uint64_t item[2] = {1, 2};
  static const int64_t whole[2] = {INT64_C(1) << 62, 5};
  smpc_psi_rows rows = {{.n = 2, .flat = item, .item_len = 8}, NULL, me == 0 ? whole : NULL};
  smpc_psi_joined j;
  memset(&j, 0xee, sizeof j);
  LET_FAIL(smpc_psi_join(s, q, &rows, &j));
  assert_true(j.matched == NULL && j.whole[0] == NULL && j.bins == 0);
}

static void broken_questions_are_refused(void **state) {
  (void)state;
  static const struct { unsigned owners, a, b, reals, wholes; uint64_t declared; smpc_err want; } bad[] = {
      {1, 0, 1, 0, 0, 0, SMPC_E_ARG},    {17, 0, 1, 0, 0, 0, SMPC_E_ARG},        {2, 0, 0, 0, 0, 0, SMPC_E_ARG},
      {2, 0, 2, 0, 0, 0, SMPC_E_ARG},    {2, 0, 255, 0, 0, 0, SMPC_E_ARG},       {2, 0, 1, 0, 1, 0, SMPC_E_RANGE},
      {2, 0, 1, 4097, 0, 0, SMPC_E_RANGE}, {2, 0, 1, UINT32_MAX, 2, 0, SMPC_E_RANGE}, {2, 0, 1, 1, 0, 0, SMPC_E_ARG},
      {2, 0, 1, 0, 0, UINT64_MAX, SMPC_E_RANGE}, {2, 0, 1, 0, 0, 1, SMPC_E_RANGE}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct parties_result got;
    smpc_psi_star q = SMPC_PSI_STAR_INIT;
    q.owners = bad[i].owners;
    q.owner[0] = (smpc_psi_owner){{(uint8_t)bad[i].a}, bad[i].declared, bad[i].reals, bad[i].wholes};
    q.owner[1] = (smpc_psi_owner){{(uint8_t)bad[i].b}, 0, 0, 0};
    parties_run(&(struct parties){.n = 2, .dealer = true, .seed = 1}, bad_body, &q, &got);
    assert_int_equal(got.close[0], bad[i].want);
  }
  smpc_psi_star old = SMPC_PSI_STAR_INIT;
  struct parties_result got;
  old.size -= 8;
  parties_run(&(struct parties){.n = 2, .dealer = true, .seed = 1}, bad_body, &old, &got);
  assert_int_equal(got.close[1], SMPC_E_ARG);
}

/* Party 1 asks for another minimum, other columns or another size: both are told, nothing opens. */
static void differing_body(smpc_session *s, unsigned me, void *ctx) {
  struct job *j = ctx, mine = *j;
  if (me == 1) {
    mine.minimum += j->first == 0;
    mine.columns ^= j->first == 1 ? 2 : 0;
    mine.padded += j->first == 2;
  }
  mine.first = 0;
  program(s, me, &mine);
  j->err[me] = mine.err[me];
  memcpy(j->whole_sum[me], mine.whole_sum[me], sizeof j->whole_sum[me]);
}

static void different_questions_open_nothing(void **state) {
  (void)state;
  struct sets t;
  sets_make(&t, 2, (const size_t[]){30, 30}, 20);
  for (unsigned what = 0; what < 3; what++) {
    struct parties_result got;
    struct job j = {
        .sets = &t, .columns = 3, .first = what, .members = 2, .padded = 30, .minimum = 5, .has_sum = true, .to = {3}};
    parties_run(&(struct parties){.n = 2, .source = SMPC_OT, .seed = what}, differing_body, &j, &got);
    for (unsigned k = 0; k < 2; k++) {
      assert_int_equal(got.close[k], SMPC_E_DESYNC);
      assert_true(j.err[k] != SMPC_OK && j.whole_sum[k][0] == 0 && j.whole_sum[k][1] == 0);
    }
  }
  sets_free(&t);
}

TEST_MAIN(T(two_owners_are_joined_exactly), T(many_owners_are_joined_exactly),
          T(sums_open_to_whom_they_belong_and_above_the_minimum), T(duplicates_count_once),
          T(the_estimate_is_what_is_spent), T(broken_questions_are_refused), T(different_questions_open_nothing))
