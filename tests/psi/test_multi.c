/* test_multi.c - psi/multi.h through smpc_psi_reveal with owners: exact results, refusals, cost,
 * what is sent, who dies. */
#include <math.h>

#include "many_sets.h"

#include "ot/vole.h"
#include "psi/multi.h"
#include "psi/okvs.h"
#include "support/stats.h"
#include "support/tap.h"

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

/* The stores of all owners together fail with 2^-40: seen in what is sent. */
static void bounds_are_those_of_all_owners(void **state) {
  (void)state;
  for (unsigned owners = SMPI_MULTI_MIN; owners <= SMPC_MAX_COMPUTING; owners++)
    for (size_t n = 1; n <= SMPI_PSI_BUCKET_FROM; n = 5 * n + 1) {
      struct smpi_psi_many t = {.owners = owners, .to.bits = 1};
      struct smpi_cost c = {0};
      struct smpi_okvs_shape shape;
      uint64_t sender, hub, stores;
      size_t len;
      for (unsigned i = 0; i < owners; i++) t.owner[i] = i, t.size[i] = n;
      len = smpi_psi_many_mask_len(&t);
      unsigned lambda = SMPI_OKVS_LAMBDA + (unsigned)ceil(log2(owners));
      assert_int_equal(smpi_okvs_shape(&shape, n, SMPI_OKVS_BINARY, lambda), SMPC_OK);
      smpi_vole_bytes(&sender, &hub, shape.len, 8 * (unsigned)len, false);
      smpi_psi_many_cost(&c, &t);
      stores = (owners - 1) * (hub + SMPI_VOLE_OPEN_BYTES + 16 + shape.len * len);
      sender += SMPI_VOLE_OPEN_BYTES + shape.len * len;
      assert_int_equal(c.bytes, stores > sender ? stores : sender);
    }
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

/* --- cost ------------------------------------------------------------------------------------ */

static void program(smpc_session *s, void *user) {
  struct many_run *r = user;
  LET_FAIL(smpc_psi_reveal(s, &r->q, &r->set[0], NULL, 0, NULL));
}

static void the_estimate_is_what_is_spent(void **state) {
  (void)state;
  const size_t size[4] = {500, 500, 500, 500};
  const uint64_t declared[4] = {5000, 700, 600, 40000};
  struct many_sets m;
  struct many_run r;
  struct parties_result got;
  smpc_config cfg;
  smpc_cost cost;
  uint8_t secret[32];
  struct parties setting = {.n = 4, .seed = 1};
  many_sets_make(&m, 4, size, 2, true, 5);
  for (unsigned to = 1; to < 16; to += 5)
    for (int is_declared = 0; is_declared < 2; is_declared++) {
      many_run_make(&r, &m, 4, to);
      if (is_declared) r.q.sizes = declared;
      parties_run_ok(&setting, many_reveal, &r, &got);
      parties_config(&cfg, secret, &setting, 0);
      assert_int_equal(smpc_estimate(&cfg, program, &r, &cost), SMPC_OK);
      uint64_t most = 0, rounds = 0;
      for (unsigned k = 0; k < 4; k++) {
        most = got.spent[k].bytes > most ? got.spent[k].bytes : most;
        rounds = got.spent[k].rounds > rounds ? got.spent[k].rounds : rounds;
      }
      assert_int_equal(cost.rounds, rounds);
      assert_int_equal(cost.bytes, most);
      many_run_free(&r);
    }
  many_sets_free(&m);
}

/* --- accidents ------------------------------------------------------------------------------- */

/* The hub meets each of its items, every other owner programs at each of its, and each recipient but the hub meets
 * every pair of its items and the hub's: all this by 8 mask_len bits. */
static void values_are_as_long_as_chance_demands(void **state) {
  (void)state;
  static const unsigned owners[] = {3, 4, 16};
  for (unsigned i = 0; i < 3; i++)
    for (unsigned bits = 0; bits <= 26; bits++)
      for (unsigned to = 1; to <= owners[i]; to++) {
        struct smpi_psi_many t = {.owners = owners[i], .size = {5, (size_t)1 << bits, 7}};
        t.to.bits = (UINT64_C(2) << to) - 2;
        double n = t.size[1] < 7 ? 7 : (double)t.size[1], chances = n * (owners[i] + (to - 1) * n);
        double sigma = 8.0 * (double)smpi_psi_many_mask_len(&t) - log2(chances);
        assert_true(sigma >= 40 && sigma < 49);
      }
}

/* --- what is sent ------------------------------------------------------------------------------ */

struct seen {
  struct stats sent[3];
  uint64_t len[3][3];
};

static void watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct seen *seen = user;
  (void)off;
  seen->len[from][to] += len;
  if (len > 8192) stats_add(&seen->sent[from], data, len); /* whole chunks: stores, VOLE, tags */
}

/* Lengths follow from sizes alone, contents look uniform whatever the sets: equal, or only
 * in common to two. */
static void what_is_sent_depends_on_sizes_alone(void **state) {
  (void)state;
  const size_t size[3] = {6000, 6000, 6000};
  struct seen *seen = calloc(3, sizeof *seen);
  for (unsigned i = 0; i < 3; i++) {
    struct many_sets m;
    struct many_run r;
    many_sets_make(&m, 3, size, i == 0 ? 6000 : 0, i == 1, i == 2 ? 5 : UINT64_C(1) << 50);
    many_run_make(&r, &m, 3, 7);
    tap_set(watch, &seen[i]);
    parties_run_ok(&(struct parties){.n = 3, .seed = i + 1}, many_reveal, &r, NULL);
    tap_set(NULL, NULL);
    many_run_free(&r);
    many_sets_free(&m);
  }
  for (unsigned k = 0; k < 3; k++)
    for (unsigned i = 0; i < 3; i++) {
      for (unsigned j = 0; j < 3; j++) assert_int_equal(seen[i].len[k][j], seen[0].len[k][j]);
      assert_true(stats_bytes_are_uniform(&seen[i].sent[k]) && stats_bits_are_balanced(&seen[i].sent[k], NULL));
    }
  assert_true(seen[0].len[1][2] < 200); /* the others tell each other sizes and programs alone */
  free(seen);
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

TEST_MAIN(T(bounds_are_those_of_all_owners), T(small_sets_are_joined_exactly), T(large_sets_are_joined_exactly),
          T(sets_meet_bucket_by_bucket), T(sixteen_parties_find_what_all_have), T(paddings_match_nothing),
          T(duplicates_are_counted_and_reported),
          T(other_members_take_part_without_learning), T(common_items_are_counted),
          T(what_makes_no_sense_is_refused), T(different_questions_open_nothing),
          T(the_estimate_is_what_is_spent), T(values_are_as_long_as_chance_demands),
          T(what_is_sent_depends_on_sizes_alone), T(a_lost_party_ends_it))
