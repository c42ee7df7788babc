/* test_opprf.c - psi/opprf.h: programmed values are read, others are uniform; and psi/same.h and psi/keep.h on
 * words of all lengths. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "psi/keep.h"
#include "psi/opprf.h"
#include "psi/same.h"
#include "support/parties.h"
#include "support/stats.h"
#include "support/test.h"

/* --- the programmable function -------------------------------------------------------- */

struct lookup {
  size_t n, m, common;      /* keys asked, programmed, the same (the first ones)    */
  unsigned words, first_len, runs;
  uint64_t *read;           /* [words][n] */
  smpc_err err[2];
  uint64_t bytes[2];
};

static blk key_of(unsigned who, size_t i, size_t common) {
  uint64_t seed = i < common ? i : i + ((uint64_t)(who + 1) << 40);
  return (blk){{test_random(&seed), test_random(&seed)}};
}
static uint64_t value_of(size_t i, unsigned w) { return (i + 1) * UINT64_C(0x2545f4914f6cdd1d) ^ w; }

static void give(void *ctx, blk *out, const uint32_t *number, size_t n, unsigned plane) {
  (void)ctx;
  for (size_t i = 0; i < n; i++) out[i] = (blk){{value_of(number[i], 2 * plane), value_of(number[i], 2 * plane + 1)}};
}

static void ask(struct smpc_session *s, unsigned me, void *ctx) {
  struct lookup *l = ctx;
  struct smpi_rot16 *r;
  const struct smpi_opprf_task t = {
      .rank = !me, .instance = 1, .n = l->n, .m = l->m, .words = l->words, .first_len = l->first_len, .runs = l->runs};
  size_t n = me == 0 ? l->n : l->m;
  blk *key = malloc((n + 1) * sizeof *key);
  for (size_t i = 0; i < n; i++) key[i] = key_of(me, i, l->common);
  l->err[me] = smpi_rot16_open(&r, s, SMPI_COT_FOR_BENCH, 0);
  uint64_t before = smpi_spent(s).bytes;
  if (l->err[me] == SMPC_OK)
    l->err[me] = me == 0 ? smpi_opprf_ask_vt(r, &t, l->read, key, n) : smpi_opprf_program_vt(r, &t, key, n, give, NULL);
  l->bytes[me] = smpi_spent(s).bytes - before;
  smpi_rot16_close(r);
  free(key);
}

static void try_lookup_of(unsigned runs, size_t n, size_t m, size_t common, unsigned words, unsigned first_len) {
  struct lookup l = {
      n, m, common, words, first_len, runs, malloc((n * words + 1) * 8), {SMPC_E_STATE, SMPC_E_STATE}, {0, 0}};
  uint64_t asker, programmer, first_mask = first_len == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * first_len) - 1;
  parties_run_ok(&(struct parties){.n = 2, .seed = n + m}, ask, &l, NULL);
  assert_true(l.err[0] == SMPC_OK && l.err[1] == SMPC_OK);
  struct stats others = {{0}};
  for (unsigned w = 0; w < words; w++) {
    for (size_t i = 0; i < common; i++)
      assert_true(((l.read[w * n + i] ^ value_of(i, w)) & (w == 0 ? first_mask : UINT64_MAX)) == 0);
    stats_add(&others, (const uint8_t *)(l.read + w * n + common), (n - common) * 8);
  }
  if (n - common >= 2000) assert_true(stats_bytes_are_uniform(&others) && stats_bits_are_balanced(&others, NULL));
  smpi_opprf_bytes(&asker, &programmer,
                   &(struct smpi_opprf_task){.n = n, .m = m, .words = words, .first_len = first_len, .runs = runs});
  assert_int_equal(l.bytes[0], asker);
  assert_int_equal(l.bytes[1], programmer);
  free(l.read);
}

static void try_lookup(size_t n, size_t m, size_t common, unsigned words, unsigned first_len) {
  try_lookup_of(0, n, m, common, words, first_len);
}

/* Stores that cannot be solved, and values that meet by accident: 2^-40 for all runs, that is for two stores of
 * each and all their keys. */
static void bounds_are_those_of_all_runs(void **state) {
  (void)state;
  static const unsigned all[] = {1, 2, 3, 15, 28, 120, SMPI_OPPRF_RUNS};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    for (size_t n = 1; n <= (size_t)12 << 20; n = 7 * n + 3) {
      struct smpi_opprf_task t = {.n = n, .m = 3 * n, .words = 2, .first_len = 8, .runs = all[i]};
      struct smpi_okvs_shape p, q;
      unsigned lambda = SMPI_OKVS_LAMBDA + (unsigned)ceil(log2(2.0 * all[i]));
      size_t len = (size_t)ceil((40 + log2(3.0 * (double)n * all[i])) / 8);
      uint64_t asker, programmer, sent, received;
      assert_true(smpi_okvs_shape(&p, t.n, SMPI_OKVS_BINARY, lambda) == SMPC_OK &&
                  smpi_okvs_shape(&q, t.m, SMPI_OKVS_BINARY, lambda) == SMPC_OK);
      smpi_vole_bytes(&sent, &received, p.len, 8 * (unsigned)len, false);
      smpi_opprf_bytes(&asker, &programmer, &t);
      assert_int_equal(asker, received + p.len * len);
      assert_int_equal(programmer, sent + q.len * 16);
    }
  try_lookup_of(SMPI_OPPRF_RUNS, 300, 500, 200, 2, 8);
}

static void programmed_values_are_read_and_others_are_uniform(void **state) {
  (void)state;
  for (unsigned words = 1; words <= 5; words++) try_lookup(300, 500, 200, words, 4 + words % 5);
  for (unsigned first_len = 1; first_len <= 8; first_len++) try_lookup(10, 10, 10, 1 + first_len % 2, first_len);
  try_lookup(5000, 3000, 1000, 2, 8);
  try_lookup(4000, 3000, 0, 1, 7);
  try_lookup(0, 10, 0, 1, 8);
  try_lookup(10, 0, 0, 2, 8);
  try_lookup(33000, 70000, 33000, 1, 8); /* stores of several bins */
}

/* --- equality --------------------------------------------------------------------------- */

struct words {
  size_t n;
  unsigned bits;
  uint64_t *word[2];
  struct shares bit;
  smpc_err err[2];
  uint64_t bytes[2], rounds;
};

static void compare(struct smpc_session *s, unsigned me, void *ctx) {
  struct words *w = ctx;
  struct smpi_rot16 *r;
  w->err[me] = smpi_rot16_open(&r, s, SMPI_COT_FOR_BENCH, 0);
  struct smpi_cost before = smpi_spent(s);
  if (w->err[me] == SMPC_OK)
    w->err[me] = me == 0 ? smpi_same_send(r, 1, w->bit.of[0], w->word[0], w->n, w->bits)
                         : smpi_same_receive(r, 0, w->bit.of[1], w->word[1], w->n, w->bits);
  struct smpi_cost after = smpi_spent(s);
  w->bytes[me] = after.bytes - before.bytes;
  w->rounds = after.rounds - before.rounds;
  smpi_rot16_close(r);
}

/* Equal, or with one bit different, each in turn, those beyond `bits` as well. */
static void try_words(size_t n, unsigned bits) {
  struct words w = {.n = n, .bits = bits};
  uint64_t seed = bits, sender, receiver, rounds;
  for (int k = 0; k < 2; k++) w.word[k] = malloc((n + 1) * 8);
  for (size_t i = 0; i < n; i++) {
    w.word[0][i] = w.word[1][i] = test_random(&seed);
    if (i % 2) w.word[1][i] ^= UINT64_C(1) << i / 2 % 64;
  }
  shares_new(&w.bit, 2, (n + 63) / 64 + 1);
  parties_run_ok(&(struct parties){.n = 2, .seed = n + bits}, compare, &w, NULL);
  assert_true(w.err[0] == SMPC_OK && w.err[1] == SMPC_OK);
  for (size_t i = 0; i < n; i++)
    assert_int_equal(shares_xor(&w.bit, i / 64) >> i % 64 & 1, i % 2 == 0 || i / 2 % 64 >= bits);
  if (n % 64) assert_int_equal(shares_xor(&w.bit, n / 64) >> n % 64, 0);
  smpi_same_bytes(&sender, &receiver, &rounds, n, bits);
  assert_int_equal(w.bytes[0], sender);
  assert_int_equal(w.bytes[1], receiver);
  assert_int_equal(w.rounds, rounds);
  shares_free(&w.bit);
  for (int k = 0; k < 2; k++) free(w.word[k]);
}

static void words_of_all_lengths_are_compared(void **state) {
  (void)state;
  for (unsigned bits = 17; bits <= 64; bits += bits < 40 ? 11 : 3) try_words(200, bits);
  try_words(0, 61);
  try_words(1, 61);
  try_words(SMPI_SAME_STRETCH + 3, 17); /* two stretches */
}

/* --- numbers where a bit is set ------------------------------------------------------------ */

struct kept {
  unsigned group;
  size_t n;
  unsigned columns;
  struct shares bit, x, z;
  uint64_t bytes[4], rounds[4];
};

static void choose(struct smpc_session *s, unsigned me, void *ctx) {
  struct kept *k = ctx;
  struct smpi_rot16 *r;
  const struct smpi_keep_task t = {.group = k->group, .n = k->n, .columns = k->columns};
  if (!(k->group >> me & 1)) return;
  if (smpi_rot16_open(&r, s, SMPI_COT_FOR_BENCH, k->group & ~(1u << me)) != SMPC_OK) return;
  struct smpi_cost before = smpi_spent(s);
  LET_FAIL(smpi_keep(r, &t, k->z.of[me], k->bit.of[me], k->x.of[me]));
  struct smpi_cost after = smpi_spent(s);
  k->bytes[me] = after.bytes - before.bytes;
  k->rounds[me] = after.rounds - before.rounds;
  smpi_rot16_close(r);
}

static void clear_outside(struct shares *sh, unsigned group, bool by_xor) {
  unsigned to = (unsigned)__builtin_ctz(group);
  for (unsigned r = 0; r < sh->parties; r++)
    for (size_t i = 0; !(group >> r & 1) && i < sh->n; i++) {
      if (by_xor) sh->of[to][i].v ^= sh->of[r][i].v;
      else sh->of[to][i].v += sh->of[r][i].v;
      sh->of[r][i].v = 0;
    }
}

static void try_keep(unsigned parties, unsigned group, size_t n, unsigned columns) {
  struct kept k = {.group = group, .n = n, .columns = columns};
  size_t words = (n + 63) / 64 + 1, all = n * columns + 1;
  uint64_t seed = 7, *bit = malloc(words * 8), *x = malloc(all * 8), bytes, rounds;
  for (size_t i = 0; i < words; i++) bit[i] = test_random(&seed);
  for (size_t i = 0; i < all; i++) x[i] = test_random(&seed);
  shares_new(&k.bit, parties, words), shares_new(&k.x, parties, all), shares_new(&k.z, parties, all);
  shares_split(&k.bit, bit, true, 1), shares_split(&k.x, x, false, 2);
  clear_outside(&k.bit, group, true), clear_outside(&k.x, group, false);
  parties_run_ok(&(struct parties){.n = parties, .source = SMPC_OT, .seed = n}, choose, &k, NULL);
  smpi_keep_bytes(&bytes, &rounds, (unsigned)__builtin_popcount(group), n, columns);
  for (unsigned c = 0; c < columns; c++)
    for (size_t i = 0; i < n; i++)
      assert_true(shares_sum(&k.z, c * n + i) == (bit[i / 64] >> i % 64 & 1 ? x[c * n + i] : 0));
  for (unsigned r = 0; r < parties; r++) {
    assert_int_equal(k.bytes[r], group >> r & 1 ? bytes : 0);
    if (__builtin_popcount(group) == 2) assert_int_equal(k.rounds[r], group >> r & 1 ? rounds : 0);
  }
  free(bit), free(x);
  shares_free(&k.bit), shares_free(&k.x), shares_free(&k.z);
}

static void numbers_are_kept_where_the_bit_is_set(void **state) {
  (void)state;
  try_keep(2, 3, 1000, 3);
  try_keep(2, 3, 1, 1);
  try_keep(2, 3, 0, 1);
  try_keep(2, 3, 65, 0);
  try_keep(3, 7, 300, 2);
  try_keep(3, 5, 129, 1); /* two of three */
  try_keep(4, 15, 100, 1);
  try_keep(2, 3, SMPI_KEEP_STRETCH + 65, 1); /* two stretches */
}

TEST_MAIN(T(programmed_values_are_read_and_others_are_uniform), T(bounds_are_those_of_all_runs),
          T(words_of_all_lengths_are_compared), T(numbers_are_kept_where_the_bit_is_set))
