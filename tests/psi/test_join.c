/* test_join.c - psi/join.h and psi/keep.h: exact against a plain join at all sizes, columns, several
 * parties and sources, lengths and contents of what is sent, who dies. */
#include "psi_sets.h"
#include "seen.h"

#include "psi/join.h"
#include "psi/keep.h"
#include "psi/same.h"

enum { HUB, OTHER };

/* One run of two of the parties. */
struct run {
  const struct psi_sets *sets;
  unsigned rank[2];          /* of the hub and the other                        */
  size_t n, m;               /* with paddings; 0: as they are                   */
  unsigned columns;
  size_t bins;
  uint32_t *slot;            /* the hub's table                                 */
  struct shares bit, value, kept;
  smpc_err err[2];
  uint64_t spent[2], rounds[2], predicted[2];
};

/* What belongs to item i of the other: any words. */
static uint64_t word_of(size_t i, unsigned k) { return (i + 1) * UINT64_C(0x9e3779b97f4a7c15) + k; }

static void fill_rows(size_t *row, size_t n, size_t items) {
  for (size_t i = 0; i < n; i++) row[i] = i < items ? items - 1 - i : SMPI_PSI_PADDING;
}

static smpc_err run_hub(struct run *r, struct smpi_join *j, const struct smpi_join_pair *p,
                        const struct smpi_join_set *set) {
  struct smpi_join_table *t;
  smpc_err err = smpi_join_table_vt(&t, j, set);
  if (err != SMPC_OK) return err;
  r->slot = malloc(r->bins * sizeof *r->slot);
  memcpy(r->slot, smpi_join_slots(t), r->bins * sizeof *r->slot);
  err = smpi_join_hub(j, p, t, r->bit.of[HUB], r->value.of[HUB]);
  smpi_join_table_close(t);
  return err;
}

static smpc_err run_other(struct run *r, struct smpi_join *j, const struct smpi_join_pair *p,
                          const struct smpi_join_set *set) {
  uint64_t *payload = malloc((p->m * p->columns + 1) * sizeof *payload);
  for (size_t i = 0; i < p->m; i++)
    for (unsigned k = 0; k < p->columns; k++) payload[i * p->columns + k] = word_of(set->row[i], k);
  smpc_err err = smpi_join_other(j, p, set, payload, r->bit.of[OTHER], r->value.of[OTHER]);
  free(payload);
  return err;
}

static smpc_err keep(struct run *r, struct smpi_join *j, unsigned side) {
  struct smpi_keep_task t = {.group = 1u << r->rank[0] | 1u << r->rank[1], .n = r->bins, .columns = r->columns};
  return smpi_keep(smpi_join_transfers(j), &t, r->kept.of[side], r->bit.of[side], r->value.of[side]);
}

static void predict(struct run *r, struct smpc_session *s, const struct smpi_join_pair *p) {
  uint64_t hub, other, rounds, kept, keep_rounds;
  smpi_join_bytes(&hub, &other, &rounds, p);
  smpi_keep_bytes(&kept, &keep_rounds, 2, r->bins, p->columns);
  kept += SMPI_VOLE_OPEN_BYTES * (uint64_t)(smpi_parties(s) - 1);
  r->predicted[HUB] = hub + kept;
  r->predicted[OTHER] = other + kept;
  r->rounds[HUB] = 2 + rounds + keep_rounds;
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct run *r = ctx;
  struct smpi_join *j;
  (void)me;
  struct smpi_cost before = smpi_spent(s);
  if (smpi_rank(s) < 0) return;
  if (smpi_join_open(&j, s, 1) != SMPC_OK) return;
  unsigned side = (unsigned)smpi_rank(s) == r->rank[HUB] ? HUB : OTHER;
  if ((unsigned)smpi_rank(s) == r->rank[side]) {
    size_t items = r->sets->n[side];
    const smpc_items set = {.n = items, .flat = r->sets->item[side], .item_len = 8};
    struct smpi_join_pair p = {
        .rank = r->rank[!side], .number = 1, .n = r->n, .m = r->m, .columns = r->columns, .runs = 1};
    size_t n = side == HUB ? r->n : r->m, *row = malloc((n + 1) * sizeof *row);
    fill_rows(row, n, items);
    struct smpi_join_set mine = {.items = &set, .row = row, .n = n};
    r->err[side] = side == HUB ? run_hub(r, j, &p, &mine) : run_other(r, j, &p, &mine);
    if (r->err[side] == SMPC_OK) r->err[side] = keep(r, j, side);
    if (side == HUB) predict(r, s, &p);
    struct smpi_cost after = smpi_spent(s);
    r->spent[side] = after.bytes - before.bytes;
    if (side == OTHER) r->rounds[OTHER] = after.rounds - before.rounds;
    free(row);
  }
  smpi_join_close(j);
}

static void prepare(struct run *r, const struct psi_sets *sets, unsigned columns, size_t n, size_t m) {
  *r = (struct run){.sets = sets, .rank = {0, 1}, .n = n ? n : sets->n[0], .m = m ? m : sets->n[1], .columns = columns};
  r->bins = smpi_cuckoo_bins(r->n);
  shares_new(&r->bit, 2, (r->bins + 63) / 64);
  shares_new(&r->value, 2, r->bins * columns + 1);
  shares_new(&r->kept, 2, r->bins * columns + 1);
}

static void finish(struct run *r) {
  free(r->slot);
  shares_free(&r->bit);
  shares_free(&r->value);
  shares_free(&r->kept);
}

/* Against a plain join: items up to `common` are in both sets. */
static void check(struct run *r) {
  size_t found = 0, items = 0;
  assert_int_equal(r->err[HUB], SMPC_OK);
  assert_int_equal(r->err[OTHER], SMPC_OK);
  for (size_t b = 0; b < r->bins; b++) {
    bool is_empty = r->slot[b] == SMPI_CUCKOO_EMPTY;
    size_t item = is_empty ? SIZE_MAX : r->sets->n[HUB] - 1 - r->slot[b];
    uint64_t bit = shares_xor(&r->bit, b / 64) >> b % 64 & 1;
    assert_int_equal(bit, !is_empty && item < r->sets->common);
    for (unsigned k = 0; k < r->columns; k++) {
      if (bit) assert_int_equal(shares_sum(&r->value, k * r->bins + b), word_of(item, k));
      assert_int_equal(shares_sum(&r->kept, k * r->bins + b), bit ? word_of(item, k) : 0);
    }
    found += bit;
    items += !is_empty;
  }
  assert_int_equal(found, r->sets->common);
  assert_int_equal(items, r->sets->n[HUB]);
}

static void try_sets(const struct parties *setting, size_t n, size_t m, size_t common, unsigned columns,
                     size_t padded) {
  struct psi_sets p;
  struct run r;
  psi_sets_make(&p, n, m, common, 5);
  prepare(&r, &p, columns, padded, padded ? padded + 7 : 0);
  if (setting->n == 3) r.rank[0] = 2;
  parties_run_ok(setting, body, &r, NULL);
  check(&r);
  finish(&r);
  psi_sets_free(&p);
}

static void small_sets_are_joined_exactly(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 2, 127, 1023};
  for (size_t i = 0; i < 5; i++)
    for (size_t j = 0; j < 5; j++) {
      size_t least = sizes[i] < sizes[j] ? sizes[i] : sizes[j];
      try_sets(&(struct parties){.n = 2, .seed = 1 + i + 7 * j}, sizes[i], sizes[j], (least + 1) / 2,
               (unsigned)(i + j) % 4, 0);
    }
  try_sets(&(struct parties){.n = 2, .seed = 1}, 500, 500, 500, 1, 0);
  try_sets(&(struct parties){.n = 2, .seed = 1}, 500, 500, 0, 1, 0);
}

/* Stores of several bins, and several stretches of tests. */
static void large_sets_are_joined_exactly(void **state) {
  (void)state;
  try_sets(&(struct parties){.n = 2, .seed = 1}, 65537, 65536, 40000, 2, 0);
  try_sets(&(struct parties){.n = 2, .seed = 2}, 65537, 1, 1, 0, 0);
  try_sets(&(struct parties){.n = 2, .seed = 3}, 3, 40000, 2, 1, 0);
}

/* Two of three computing parties, the hub being the last. */
static void others_may_compute_too(void **state) {
  (void)state;
  try_sets(&(struct parties){.n = 3, .source = SMPC_OT, .seed = 4}, 100, 120, 50, 2, 0);
}

static void paddings_match_nothing(void **state) {
  (void)state;
  try_sets(&(struct parties){.n = 2, .seed = 5}, 10, 20, 7, 1, 600);
  try_sets(&(struct parties){.n = 2, .seed = 6}, 0, 0, 0, 1, 30);
}

static void costs_are_as_foretold(void **state) {
  (void)state;
  for (unsigned columns = 0; columns <= 4; columns += 2) {
    struct psi_sets p;
    struct run r;
    psi_sets_make(&p, 900, 2000, 77, 5);
    prepare(&r, &p, columns, 0, 0);
    parties_run_ok(&(struct parties){.n = 2, .seed = 1}, body, &r, NULL);
    assert_int_equal(r.rounds[OTHER], r.rounds[HUB]); /* counted, and foretold */
    for (int k = 0; k < 2; k++) assert_int_equal(r.spent[k], r.predicted[k]);
    finish(&r);
    psi_sets_free(&p);
  }
}

/* --- what is sent ------------------------------------------------------------------------- */

/* Lengths follow from sizes alone, contents look uniform: sets that are equal, sets with nothing in common, a set
 * with itself again. */
static void what_is_sent_depends_on_sizes_alone(void **state) {
  (void)state;
  struct seen *seen = calloc(3, sizeof *seen);
  for (unsigned i = 0; i < 3; i++) {
    struct psi_sets p;
    struct run r;
    psi_sets_make(&p, 5000, 5000, i ? 5000 : 0, i ? 5 : UINT64_C(1) << 50);
    prepare(&r, &p, 2, 0, 0);
    tap_set(seen_watch, &seen[i]);
    parties_run_ok(&(struct parties){.n = 2, .seed = i + 1}, body, &r, NULL);
    tap_set(NULL, NULL);
    finish(&r);
    psi_sets_free(&p);
  }
  seen_check(seen, 3, 2);
  free(seen);
}

/* Each party's own shares say nothing: bits are balanced, words uniform, matched or not. */
static void shares_are_uniform(void **state) {
  (void)state;
  for (unsigned i = 0; i < 2; i++) {
    struct psi_sets p;
    struct run r;
    psi_sets_make(&p, 10000, 10000, i ? 10000 : 0, 5);
    prepare(&r, &p, 1, 0, 0);
    parties_run_ok(&(struct parties){.n = 2, .seed = i + 1}, body, &r, NULL);
    for (unsigned k = 0; k < 2; k++) {
      struct stats bits = {{0}}, value = {{0}}, kept = {{0}};
      stats_add(&bits, (const uint8_t *)r.bit.of[k], r.bins / 64 * 8);
      stats_add(&value, (const uint8_t *)r.value.of[k], r.bins * 8);
      stats_add(&kept, (const uint8_t *)r.kept.of[k], r.bins * 8);
      assert_true(stats_bytes_are_uniform(&bits));
      assert_true(stats_bytes_are_uniform(&value) && stats_bits_are_balanced(&value, NULL));
      assert_true(stats_bytes_are_uniform(&kept) && stats_bits_are_balanced(&kept, NULL));
    }
    finish(&r);
    psi_sets_free(&p);
  }
}

/* --- who dies -------------------------------------------------------------------------------- */

static bool is_zero(const struct shares *sh, unsigned k) {
  for (size_t i = 0; i < sh->n; i++)
    if (sh->of[k][i].v != 0) return false;
  return true;
}

static void a_lost_party_ends_it(void **state) {
  (void)state;
  struct psi_sets p;
  struct run r;
  struct parties_result whole, got;
  psi_sets_make(&p, 300, 300, 150, 5);
  prepare(&r, &p, 1, 0, 0);
  parties_run_ok(&(struct parties){.n = 2, .seed = 1}, body, &r, &whole);
  finish(&r);
  for (unsigned who = 0; who < 2; who++) {
    uint64_t first = whole.sends_open[who] + 1, last = whole.sends[who];
    for (uint64_t k = first; k + 4 < last; k += 1 + (last - first) / 8) { /* the last ones close the session */
      struct smpi_sim_fault fault = {.what = SMPI_SIM_CRASH, .where = SMPI_SIM_AT_SEND, .from = who, .at = k};
      prepare(&r, &p, 1, 0, 0);
      r.err[0] = r.err[1] = SMPC_E_STATE;
      parties_run(&(struct parties){.n = 2, .seed = 1, .fault = &fault, .n_faults = 1}, body, &r, &got);
      for (unsigned i = 0; i < 2; i++)
        if (r.err[i] != SMPC_OK) assert_true(is_zero(&r.kept, i));
      assert_true(got.close[!who] != SMPC_OK);
      finish(&r);
    }
  }
  psi_sets_free(&p);
}

TEST_MAIN(T(small_sets_are_joined_exactly), T(large_sets_are_joined_exactly), T(others_may_compute_too),
          T(paddings_match_nothing), T(costs_are_as_foretold), T(what_is_sent_depends_on_sizes_alone),
          T(shares_are_uniform), T(a_lost_party_ends_it))
