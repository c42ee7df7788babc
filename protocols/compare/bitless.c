/* bitless.c - less-than of public and shared numbers, bit by bit.
 *
 * Functionality F_bitless  from everybody c, from every party xor shares of the
 *                          bits of r; gives xor shares of [c < r], or of the
 *                          borrow out of every bit of c - r; reveals nothing.
 * Protocol      Pi_bitless the carry tree [BK82], as in [DFKNT06], [CH10]:
 *     1. locally    generate  [g_i] = [r_i] & ~c_i
 *                   propagate [p_i] = ~([r_i] ^ c_i)
 *     2. for each level, for all neighbours (hi, lo) at once:
 *          [g] = [g_hi] ^ ([p_hi] & [g_lo]),  [p] = [p_hi] & [p_lo]
 *        by the ANDs of and.c: one BIT_PAIR, as p_hi stands in both; the least
 *        significant combination needs no p: one BIT_TRIPLE  (1 round a level)
 *     3. the g of the whole is [c < r]
 * Why           Subtracting r from c bit by bit from below, bit i borrows from
 *               bit i + 1 exactly when r_i > c_i (g_i), or when r_i = c_i and it
 *               had to lend one itself (p_i and the borrow below); both cannot
 *               be, so xor serves for or.  (g, p) of a run of bits says the same
 *               of the run, and joining runs is associative: a tree will do.
 *               The borrow out of the top is 1 exactly when c < r.
 *               The least run has nothing below: its p is never asked for.
 *               For every borrow, the prefix tree of [Skl60]: on level l each
 *               bit with bit l set in its number takes in the run that ends just
 *               below its own run of 2^l.
 * Security      perfect in the F_triple-hybrid model, semi-honest, up to P-1 of
 *               P parties: only words under fresh uniform masks are opened.
 *               tests/exhaustive/ counts the views.
 * Assumes       F_triple (triple.h) and authenticated private channels.
 * Cost          ceil(log2 k) rounds.  63 bits: 56 pairs and 6 singles,
 *               180 bits opened a number, 22.5 bytes to each peer; every borrow
 *               of 63 bits: 124 pairs and 62 singles, 496 bits, 62 bytes.
 * Secrets       r, g, p, the shares of what is opened.
 * Differs from  the papers: c is public, so that the leaves are free; borrows
 *               instead of carries; the paired AND.
 */
#include "compare/bitless.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "compare/and.h"
#include "math/bits.h"
#include "share/open.h"
#include "triple/cost.h"
#include "triple/triple.h"

/* --- the plan ------------------------------------------------------------- */

/* Join neighbours from below; what is left over at the top waits. */
static unsigned plan_top(struct smpi_level *level, unsigned k) {
  uint8_t node[64];
  unsigned levels = 0;
  for (unsigned i = 0; i < k; i++) node[i] = (uint8_t)i;
  for (; k > 1; levels++) {
    struct smpi_level *l = &level[levels];
    *l = (struct smpi_level){.singles = 1, .pairs = k / 2 - 1};
    for (unsigned i = 0; i < k / 2; i++) {
      l->lo[i] = node[2 * i];
      l->hi[i] = node[2 * i + 1];
      node[i] = node[2 * i + 1];
    }
    if (k % 2 != 0) node[k / 2] = node[k - 1];
    k = (k + 1) / 2;
  }
  return levels;
}

/* In order of hi, so that those whose run then begins at bit 0 come first. */
static unsigned plan_all(struct smpi_level *level, unsigned k) {
  unsigned levels = 0;
  for (; 1u << levels < k; levels++) {
    struct smpi_level *l = &level[levels];
    *l = (struct smpi_level){0};
    for (unsigned i = 0; i < k; i++) {
      if ((i >> levels & 1) == 0) continue;
      unsigned at = l->singles + l->pairs;
      l->hi[at] = (uint8_t)i;
      l->lo[at] = (uint8_t)((i >> levels << levels) - 1);
      if (i < 2u << levels) l->singles++;
      else l->pairs++;
    }
  }
  return levels;
}

unsigned smpi_bitless_plan(struct smpi_level level[SMPI_BITLESS_LEVELS], unsigned k, enum smpi_borrow which) {
  return which == SMPI_BORROW_TOP ? plan_top(level, k) : plan_all(level, k);
}

/* --- local steps ------------------------------------------------------------ */

size_t smpi_bitless_stride(size_t m) {
  enum { LINE = 8, SHORT = 64 }; /* LOCAL: words of a cache line; rows too short to matter */
  if (m < SHORT) return m;
  return (smpi_ceil_div(m, LINE) | 1) * LINE;
}

void smpi_bitless_leaves(const struct smpi_nodes *t, uint64_t *const *r, unsigned k, int first) {
  uint64_t one = first ? ~UINT64_C(0) : 0;
  for (unsigned i = 0; i < k; i++) {
    shr *g = t->g + i * t->stride, *p = t->p + i * t->stride;
    for (size_t j = 0; j < t->m; j++) {
      uint64_t not_c = ~g[j].v;
      p[j].v = r[i][j] ^ (not_c & one);
      g[j].v = r[i][j] & not_c;
    }
  }
}

size_t smpi_bitless_words(const struct smpi_level *level, size_t m) {
  return (2 * (size_t)level->singles + 3 * (size_t)level->pairs) * m;
}

static struct smpi_bit_pair pair_at(uint64_t *const *two, size_t off) {
  struct smpi_bit_pair t = {two[0] + off, two[1] + off, two[2] + off, two[3] + off, two[4] + off};
  return t;
}

void smpi_bitless_mask(shr *opened, const struct smpi_nodes *t, const struct smpi_level *level, uint64_t *const *one,
                       uint64_t *const *two) {
  size_t m = t->m, singles = level->singles * m, pairs = level->pairs * m;
  for (unsigned i = 0; i < level->singles; i++, opened += m)
    smpi_and_mask(opened, opened + singles, t->p + level->hi[i] * t->stride, t->g + level->lo[i] * t->stride,
                  one[0] + i * m, one[1] + i * m, m);
  opened += singles;
  for (unsigned i = 0; i < level->pairs; i++, opened += m) {
    const struct smpi_bit_pair masks = pair_at(two, i * m);
    size_t hi = level->hi[level->singles + i] * t->stride, lo = level->lo[level->singles + i] * t->stride;
    smpi_and_pair_mask(opened, opened + pairs, opened + 2 * pairs, t->p + hi, t->g + lo, t->p + lo, &masks, m);
  }
}

/* g[hi] ^= p[hi] & g[lo] from opened e, f */
static void take_in(shr *g, const pub *e, const pub *f, const uint64_t *a, const uint64_t *b, const uint64_t *c,
                    uint64_t one, size_t m) {
  for (size_t i = 0; i < m; i++) g[i].v ^= c[i] ^ (e[i].v & (b[i] ^ (f[i].v & one))) ^ (f[i].v & a[i]);
}

void smpi_bitless_combine(const struct smpi_nodes *t, const struct smpi_level *level, const pub *opened,
                          uint64_t *const *one, uint64_t *const *two, int first) {
  size_t m = t->m, singles = level->singles * m, pairs = level->pairs * m;
  uint64_t ones = first ? ~UINT64_C(0) : 0;
  for (unsigned i = 0; i < level->singles; i++, opened += m)
    take_in(t->g + level->hi[i] * t->stride, opened, opened + singles, one[0] + i * m, one[1] + i * m, one[2] + i * m,
            ones, m);
  opened += singles;
  for (unsigned i = 0; i < level->pairs; i++, opened += m) {
    const struct smpi_bit_pair masks = pair_at(two, i * m);
    size_t hi = level->hi[level->singles + i] * t->stride;
    const pub *f = opened + pairs, *f2 = f + pairs;
    take_in(t->g + hi, opened, f, masks.a, masks.b, masks.c, ones, m);
    smpi_and_combine(t->p + hi, opened, f2, masks.a, masks.b2, masks.c2, first, m);
  }
}

/* --- the driver --------------------------------------------------------------- */

static smpc_err run_level(struct smpc_session *s, const struct smpi_nodes *t, const struct smpi_level *level) {
  struct smpi_taken one = {0}, two = {0};
  size_t mark = smpi_scratch_mark(s), words = smpi_bitless_words(level, t->m);
  smpc_err err;
  shr *masked = smpi_scratch(s, words, sizeof *masked);
  pub *opened = (pub *)(void *)masked; /* opened in place */
  TRY(masked == NULL ? SMPC_E_NOMEM : SMPC_OK);
  TRY(smpi_triple_take(s, &one, SMPI_BIT_TRIPLE, level->singles * t->m));
  if (level->pairs > 0) TRY(smpi_triple_take(s, &two, SMPI_BIT_PAIR, level->pairs * t->m));
  smpi_bitless_mask(masked, t, level, one.col, two.col);
  TRY(smpi_open_all(s, opened, masked, words, SMPI_XOR));
  smpi_bitless_combine(t, level, opened, one.col, two.col, smpi_is_first(s));
out:
  smpi_triple_wipe(&one);
  smpi_triple_wipe(&two);
  smpi_scratch_release(s, mark);
  return err;
}

smpc_err smpi_bitless_run(struct smpc_session *s, const struct smpi_nodes *t, unsigned k, enum smpi_borrow which) {
  struct smpi_level level[SMPI_BITLESS_LEVELS];
  unsigned levels = smpi_bitless_plan(level, k, which);
  smpc_err err = smpi_status(s);
  for (unsigned l = 0; l < levels && err == SMPC_OK; l++) err = run_level(s, t, &level[l]);
  return err;
}

smpc_err smpi_bitless(struct smpc_session *s, shr *less, const pub *c, uint64_t *const *r, unsigned k, size_t n) {
  size_t mark = smpi_scratch_mark(s), m = smpi_ceil_div(n, 64), stride = smpi_bitless_stride(m);
  smpc_err err = smpi_status(s);
  if (err != SMPC_OK || n == 0) goto out;
  if (k < 1 || k > 64) {
    err = smpi_fail(s, SMPC_E_ARG, -1, "numbers of %u bits cannot be compared", k);
    goto out;
  }
  struct smpi_nodes t = {smpi_scratch(s, 64 * stride, 8), smpi_scratch(s, k * stride, 8), stride, m};
  TRY(t.g == NULL || t.p == NULL ? SMPC_E_NOMEM : SMPC_OK);
  smpi_bits_slice((uint64_t *)(void *)t.g, stride, (const uint64_t *)(const void *)c, n);
  smpi_bitless_leaves(&t, r, k, smpi_is_first(s));
  TRY(smpi_bitless_run(s, &t, k, SMPI_BORROW_TOP));
  memcpy(less, t.g + (k - 1) * stride, m * sizeof *less);
out:
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK) smpi_wipe(less, m * sizeof *less);
  return err;
}

void smpi_bitless_run_cost(struct smpi_cost *c, unsigned k, size_t m, enum smpi_borrow which) {
  struct smpi_level level[SMPI_BITLESS_LEVELS];
  unsigned levels = smpi_bitless_plan(level, k, which);
  for (unsigned l = 0; l < levels; l++) {
    smpi_triple_cost(c, SMPI_BIT_TRIPLE, level[l].singles * m);
    smpi_triple_cost(c, SMPI_BIT_PAIR, level[l].pairs * m);
    smpi_open_cost(c, smpi_bitless_words(&level[l], m));
  }
}

void smpi_bitless_cost(struct smpi_cost *c, unsigned k, size_t n) {
  smpi_bitless_run_cost(c, k, smpi_ceil_div(n, 64), SMPI_BORROW_TOP);
}
