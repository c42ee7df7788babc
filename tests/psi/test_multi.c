/* test_multi.c - psi/multi.h through smpc_psi_reveal with owners: exact results, refusals,
 * who dies. */
#include "many_sets.h"

#include "psi/multi.h"

static void check_result(const struct many_run *r, const struct many_sets *m, size_t common) {
  uint32_t all = (UINT32_C(1) << m->parties) - 1;
  for (unsigned k = 0; k < m->parties; k++) {
    bool learns = r->q.to.bits >> k & 1;
    assert_int_equal(r->err[k], SMPC_OK);
    assert_int_equal(r->result[k].protocol, SMPC_PSI_VOLE);
    assert_int_equal(r->result[k].distinct, m->n[k]);
    assert_int_equal(r->result[k].matched, learns ? common : 0);
    for (unsigned j = 0; j < m->parties; j++)
      assert_int_equal(r->result[k].sizes[j], r->q.sizes != NULL && r->q.sizes[j] != 0 ? r->q.sizes[j] : m->n[j]);
    for (size_t i = 0; i < m->n[k]; i++)
      assert_int_equal(r->matched[k][i], learns && m->holders[m->which[k][i]] == all);
  }
}

static void try_sets(unsigned parties, const size_t *size, size_t common, bool overlap, uint64_t to,
                     const uint64_t *declared) {
  struct many_sets m;
  struct many_run r;
  many_sets_make(&m, parties, size, common, overlap, 5);
  many_run_make(&r, &m, parties, to);
  r.q.sizes = declared;
  parties_run_ok(&(struct parties){.n = parties, .seed = size[0] + 1000 * size[1] + to}, many_reveal, &r, NULL);
  check_result(&r, &m, common);
  many_run_free(&r);
  many_sets_free(&m);
}

static size_t least_of(const size_t *size, unsigned n) {
  size_t least = size[0];
  for (unsigned i = 1; i < n; i++) least = size[i] < least ? size[i] : least;
  return least;
}

static void small_sets_are_joined_exactly(void **state) {
  (void)state;
  static const size_t some[] = {0, 1, 2, 127, 129, 1023};
  for (unsigned i = 0; i < 12; i++) {
    const size_t size[3] = {some[i % 6], some[(i * i + 1) % 6], some[(5 * i + 2) % 6]};
    try_sets(3, size, (least_of(size, 3) + 1) / 2, i % 2, 1 + i % 7, NULL);
  }
  const size_t same[3] = {300, 300, 300};
  try_sets(3, same, 300, false, 7, NULL); /* all equal */
  try_sets(3, same, 0, false, 7, NULL);   /* disjoint  */
  try_sets(3, same, 0, true, 7, NULL);    /* only pairs in common */
}

static void large_sets_are_joined_exactly(void **state) {
  (void)state;
  const size_t bins[3] = {65537, 65536, 40000}, unequal[3] = {3, 70000, 2};
  try_sets(3, bins, 30000, true, 2, NULL);
  try_sets(3, unequal, 2, true, 1, NULL);
}

/* --- buckets --------------------------------------------------------------------------------- */

struct in_buckets { struct many_sets sets; struct smpi_psi_many t[3]; uint8_t *matched[3]; smpc_err err[3]; };

/* What smpc_psi_reveal() does, in as many buckets as the test wants. */
static void run_in_buckets(struct smpc_session *s, unsigned me, void *ctx) {
  struct in_buckets *b = ctx;
  struct smpi_psi_many *t = &b->t[me];
  struct smpi_psi_parts parts = {0};
  size_t mark = smpi_scratch_mark(s);
  const smpc_items items = {.n = b->sets.n[me], .flat = b->sets.item[me], .item_len = sizeof(uint64_t)};
  t->mine = me;
  t->instance = 7;
  b->matched[me] = malloc(items.n + 1);
  memset(b->matched[me], 0xee, items.n + 1);
  b->err[me] = smpi_psi_parts_make_vt(&parts, s, 7, &items);
  if (b->err[me] == SMPC_OK) b->err[me] = smpi_psi_many(s, t, &parts);
  if (b->err[me] == SMPC_OK) smpi_psi_parts_tell(&parts, b->matched[me], 0, items.n);
  smpi_psi_parts_close(&parts);
  smpi_scratch_release(s, mark);
}

static void sets_meet_bucket_by_bucket(void **state) {
  (void)state;
  const size_t size[3] = {3000, 2000, 2500};
  struct in_buckets b = {0};
  struct parties_result got;
  struct smpi_cost cost = {0};
  many_sets_make(&b.sets, 3, size, 1000, true, 5);
  for (unsigned k = 0; k < 3; k++)
    b.t[k] = (struct smpi_psi_many){.owners = 3, .owner = {0, 1, 2}, .size = {3000, 2000, 2600}, .to = {6}, .runs = 4};
  parties_run_ok(&(struct parties){.n = 3, .seed = 1}, run_in_buckets, &b, &got);
  smpi_psi_many_cost(&cost, &b.t[0]);
  assert_int_equal(cost.rounds, got.spent[1].rounds);
  assert_int_equal(cost.bytes, got.spent[1].bytes);
  for (unsigned k = 0; k < 3; k++) {
    assert_int_equal(b.t[k].matched, k > 0 ? 1000 : 0);
    for (size_t i = 0; i < b.sets.n[k]; i++)
      assert_int_equal(b.matched[k][i], k > 0 && b.sets.holders[b.sets.which[k][i]] == 7);
    free(b.matched[k]);
  }
  many_sets_free(&b.sets);
}

static void sixteen_parties_find_what_all_have(void **state) {
  (void)state;
  size_t size[16];
  for (unsigned i = 0; i < 16; i++) size[i] = 40 + i;
  try_sets(16, size, 17, true, 0x8421, NULL);
  try_sets(5, size, 17, true, 0x10, NULL);
}

static void paddings_match_nothing(void **state) {
  (void)state;
  const size_t size[4] = {10, 20, 7, 15}, none[3] = {0, 5, 5};
  const uint64_t declared[4] = {33, 500, 0, 15};
  try_sets(4, size, 6, true, 15, declared);
  try_sets(3, none, 0, true, 7, declared);
}

/* Rows with equal items are marked alike; they count once. */
static void duplicates_are_counted_and_reported(void **state) {
  (void)state;
  static const char big[] = "a very long item: 0123456789012345678901234567890123456789012345678901234567890123456789";
  const void *a[] = {"x", "y", "", "x", big, "\0", "x"}, *b[] = {"", "x", "x", big, "z", big};
  const size_t a_len[] = {1, 1, 0, 1, sizeof big, 1, 1}, b_len[] = {0, 1, 1, sizeof big, 1, sizeof big - 1};
  const uint8_t a_in[] = {1, 0, 0, 1, 1, 0, 1}, b_in[] = {0, 1, 1, 1, 0, 0};
  struct many_run r;
  many_run_make(&r, NULL, 3, 7);
  r.set[0] = (smpc_items){.n = 7, .item = a, .len = a_len};
  r.set[1] = (smpc_items){.n = 6, .item = b, .len = b_len};
  r.set[2] = (smpc_items){.n = 4, .item = b + 1, .len = b_len + 1};
  parties_run_ok(&(struct parties){.n = 3, .seed = 3}, many_reveal, &r, NULL);
  assert_int_equal(r.result[0].duplicates, 2);
  assert_int_equal(r.result[1].duplicates, 1);
  for (unsigned k = 0; k < 3; k++) assert_int_equal(r.result[k].matched, 2);
  assert_memory_equal(r.matched[0], a_in, 7);
  assert_memory_equal(r.matched[1], b_in, 6);
  assert_memory_equal(r.matched[2], b_in + 1, 4);
  many_run_free(&r);
}

/* Three hospitals among five members: one more computes, one only receives elsewhere; a dealer too. */
static void other_members_take_part_without_learning(void **state) {
  (void)state;
  static const unsigned all = SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT;
  const unsigned roles[] = {all, all, SMPC_INPUT | SMPC_COMPUTE, all, SMPC_RESULT};
  const size_t size[3] = {50, 60, 70};
  struct many_sets m;
  struct many_run r;
  struct parties_result got;
  many_sets_make(&m, 3, size, 20, true, 5);
  many_run_make(&r, &m, 3, 2);
  parties_run_ok(&(struct parties){.n = 5, .dealer = true, .roles = roles, .seed = 1}, many_reveal, &r, &got);
  check_result(&r, &m, 20);
  assert_true(got.spent[3].bytes < 1000); /* nothing but the comparison of programs */
  many_run_free(&r);
  many_sets_free(&m);
}

/* --- how many all have --------------------------------------------------------------------------- */

struct counted { struct many_run run; uint64_t count[4]; };

static void count_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct counted *c = ctx;
  c->run.err[me] = smpc_psi_count(s, &c->run.q, me < 3 ? &c->run.set[me] : NULL, &c->count[me], &c->run.result[me]);
}

/* To one owner and to one who holds no set; below and at the minimum. */
static void common_items_are_counted(void **state) {
  (void)state;
  const size_t size[3] = {200, 300, 250};
  struct many_sets m;
  many_sets_make(&m, 3, size, 77, true, 5);
  for (uint64_t minimum = 0; minimum < 79; minimum += 39) {
    struct counted c = {0};
    many_run_make(&c.run, &m, 3, 8 | 2);
    c.run.q.minimum = minimum;
    parties_run_ok(&(struct parties){.n = 4, .dealer = true, .seed = minimum}, count_body, &c, NULL);
    for (unsigned k = 0; k < 4; k++) {
      bool learns = k == 1 || k == 3;
      assert_int_equal(c.count[k], learns && minimum <= 77 ? 77 : 0);
      assert_int_equal(c.run.result[k].suppressed, learns && minimum > 77);
      if (k < 3) assert_int_equal(c.run.result[k].distinct, m.n[k]);
    }
  }
  many_sets_free(&m);
}

/* --- refusals ------------------------------------------------------------------------------ */

static void refused_with(struct many_run *r, const unsigned *roles, smpc_err code, const char *words) {
  struct parties_result got;
  parties_run(&(struct parties){.n = 3, .roles = roles, .seed = 1}, many_reveal, r, &got);
  assert_int_equal(got.close[0], code);
  if (strstr(got.fault[0].text, words) == NULL) fail_msg("\"%s\" is not in: %s", words, got.fault[0].text);
  for (unsigned k = 0; k < 3; k++)
    for (size_t i = 0; i < r->set[k].n; i++) assert_int_equal(r->matched[k][i], 0);
  many_run_free(r);
}

static void what_makes_no_sense_is_refused(void **state) {
  (void)state;
  static const unsigned all = SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT;
  const unsigned no_input[] = {all, all, SMPC_COMPUTE | SMPC_RESULT}, no_compute[] = {all, all, SMPC_INPUT};
  const size_t size[3] = {4, 4, 4};
  const uint64_t small[3] = {3, 0, 0}, huge[3] = {UINT64_C(1) << 32, 0, 0};
  struct many_sets m;
  struct many_run r;
  many_sets_make(&m, 3, size, 2, true, 5);
#define REFUSED(change, roles, code, words)  \
  do {                                       \
    many_run_make(&r, &m, 3, 1);             \
    change;                                  \
    refused_with(&r, roles, code, words);    \
  } while (0)
  REFUSED(r.q.owners.bits = 3, NULL, SMPC_E_ARG, "at least three");
  REFUSED(r.q.owners.bits = 15, NULL, SMPC_E_ARG, "not an input party");
  REFUSED(r.q.owners.bits |= UINT64_C(1) << 63, NULL, SMPC_E_ARG, "not an input party");
  REFUSED((void)0, no_input, SMPC_E_ARG, "not an input party");
  REFUSED((void)0, no_compute, SMPC_E_ARG, "computing party");
  REFUSED(r.q.minimum = UINT64_C(1) << 31, NULL, SMPC_E_RANGE, "minimum");
  REFUSED(r.q.protocol = SMPC_PSI_ECDH, NULL, SMPC_E_ARG, "vole alone");
  REFUSED(r.q.to.bits = 0, NULL, SMPC_E_ARG, "no recipient");
  REFUSED(r.q.to.bits = 8, NULL, SMPC_E_POLICY, "may not receive");
  REFUSED(r.q.purpose = "", NULL, SMPC_E_ARG, "no purpose");
  REFUSED(r.q.sizes = small, NULL, SMPC_E_RANGE, "declared size");
  REFUSED(r.q.sizes = huge, NULL, SMPC_E_RANGE, "too large");
  REFUSED(r.q.size_a = 9, NULL, SMPC_E_ARG, "`sizes`");
  REFUSED(r.set[0].flat = NULL, NULL, SMPC_E_ARG, "without bytes");
  many_sets_free(&m);
}

static void body_differently(struct smpc_session *s, unsigned me, void *ctx) {
  struct many_run *r = ctx, other = *r;
  static const uint64_t sizes[3] = {9, 9, 9};
  if (me == 1) other.q.sizes = sizes;
  many_reveal(s, me, &other);
  r->matched[me] = other.matched[me];
}

static void different_questions_open_nothing(void **state) {
  (void)state;
  const size_t size[3] = {4, 4, 4};
  struct many_sets m;
  struct many_run r;
  struct parties_result got;
  many_sets_make(&m, 3, size, 4, true, 5);
  many_run_make(&r, &m, 3, 1);
  parties_run(&(struct parties){.n = 3, .seed = 1}, body_differently, &r, &got);
  for (unsigned k = 0; k < 3; k++) assert_true(got.close[k] == SMPC_E_DESYNC || got.close[k] == SMPC_E_PEER);
  for (size_t i = 0; i < 4; i++) assert_int_equal(r.matched[0][i], 0);
  many_run_free(&r);
  many_sets_free(&m);
}

/* --- somebody dies --------------------------------------------------------------------------------- */

static void a_lost_party_ends_it(void **state) {
  (void)state;
  const size_t size[3] = {2000, 2000, 2000};
  struct many_sets m;
  struct many_run r;
  struct parties_result whole, got;
  many_sets_make(&m, 3, size, 1000, true, 5);
  many_run_make(&r, &m, 3, 5);
  parties_run_ok(&(struct parties){.n = 3, .seed = 1}, many_reveal, &r, &whole);
  many_run_free(&r);
  for (unsigned who = 0; who < 3; who++) {
    uint64_t first = whole.sends_open[who] + 1, step = 1 + (whole.sends[who] - whole.sends_open[who]) / 4;
    for (uint64_t k = first; k <= whole.sends[who]; k += step) {
      struct smpi_sim_fault fault = {.what = SMPI_SIM_CRASH, .where = SMPI_SIM_AT_SEND, .from = who, .at = k};
      many_run_make(&r, &m, 3, 5);
      parties_run(&(struct parties){.n = 3, .seed = 1, .fault = &fault, .n_faults = 1}, many_reveal, &r, &got);
      if (k == first) assert_true(r.err[0] != SMPC_OK && r.err[2] != SMPC_OK);
      for (unsigned i = 0; i < 3; i++) /* all of the result, or zeros */
        for (size_t j = 0; j < m.n[i]; j++)
          assert_int_equal(r.matched[i][j], r.err[i] == SMPC_OK && i != 1 && m.holders[m.which[i][j]] == 7);
      many_run_free(&r);
    }
  }
  many_sets_free(&m);
}

TEST_MAIN(T(small_sets_are_joined_exactly), T(large_sets_are_joined_exactly), T(sets_meet_bucket_by_bucket),
          T(sixteen_parties_find_what_all_have), T(paddings_match_nothing), T(duplicates_are_counted_and_reported),
          T(other_members_take_part_without_learning), T(common_items_are_counted), T(what_makes_no_sense_is_refused),
          T(different_questions_open_nothing), T(a_lost_party_ends_it))
