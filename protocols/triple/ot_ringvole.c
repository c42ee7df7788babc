/* ot_ringvole.c - products of a scalar and a vector over Z_2^64, from trees.
 *
 * Functionality F_vole  from one side a vector a, from the other a scalar b; gives
 *                       them shares by sum of b a.
 * Protocol      small-domain VOLE [Roy22], over a ring, all digits of b in turn:
 *     1. trees      for digit d, four transfers q_l, t_l = q_l + b_dl Delta (b_dl: bit l of
 *                   b_d from the top).  Level 1: nodes q_1 + Delta, q_1.  Below: a node p has
 *                   the children H(p), p + H(p) [GYW+23], so each level adds up to Delta.
 *                   Sent for levels 2..4: c_l = q_l + the sum of right children
 *     2. puncture   c_l + t_l is the sum of the children on the side that b_dl is
 *                   not: it gives the sibling on the path to leaf b_d
 *     3. expand     leaf i to a vector F_i modulo 2^(64-4d);
 *                   u = sum F_i,  v = sum i F_i; the scalar's side puts anything for F_(b_d)
 *     4. correct    e = a - u modulo 2^(64-4d) is sent          (68 bytes an entry)
 *     5. shares     vector's side: sum 16^d v;  scalar's: sum 16^d (b_d (u' + e) - v')
 * Why           what the scalar's side puts for F_(b_d) enters u' once and v' b_d times:
 *               it cancels.  So b_d (u + e) - v is left, and the shares add up to
 *               sum 16^d b_d a = b a; digit d only counts modulo 2^(64-4d).
 * Security      semi-honest, computational: F_(b_d) is a pad for e that the scalar's
 *               side lacks; the vector's side receives nothing but the transfers'
 *               messages.  Inner nodes by tccr under a permutation of their own; leaves
 *               by its one-call form, whose input is offset by Delta from what is known.
 * Assumes       F_cot (ot/cot.h); circular correlation robustness [GKWY20].
 * Cost          64 transfers, 768 bytes and 68 bytes an entry.
 * Secrets       everything but c_l, e.
 * Differs from  [Roy22]: a ring instead of a field, digits of a chosen scalar;
 *               [GYW+23]: four levels, the transfers themselves are level 1.
 */
#include "triple/ot_ringvole.h"

#include <string.h>

#include "base/mem.h"
#include "math/ring.h"

enum {
  WIDE = SMPI_RVOLE_DIGITS / 2, /* digits below count modulo more than 2^32; the others fit 32 bits */
  USE_NODE = 1, USE_LEAF = 16  /* tweaks' uses */
};

static struct smpi_tweak use(struct smpi_tweak t, unsigned number) {
  t.use = (uint16_t)number;
  return t;
}

/* --- trees ------------------------------------------------------------------------- */

/* node[2i], node[2i+1] := the children of node[i], i < n, in place; level: of the children. */
static void spread(blk *node, size_t n, unsigned level, const struct smpi_tccr *h, const struct smpi_rvole_tweak *id,
                   unsigned digit) {
  blk left[SMPI_RVOLE_LEAVES / 2];
  uint64_t first = (id->first + 4 * digit + level - 1) * SMPI_RVOLE_LEAVES;
  smpi_tccr(h, left, node, n, NULL, use(id->tweak, USE_NODE), first);
  for (size_t i = n; i-- > 0;) {
    blk parent = node[i];
    node[2 * i] = left[i];
    node[2 * i + 1] = smpi_blk_xor(parent, left[i]);
  }
}

void smpi_rvole_grow(struct smpi_rvole_trees *t, uint8_t message[SMPI_RVOLE_TREES_LEN], const struct smpi_tccr *h,
                     const blk q[64], const blk *delta, const struct smpi_rvole_tweak *id) {
  for (unsigned d = 0; d < SMPI_RVOLE_DIGITS; d++) {
    const blk *level_q = q + 4 * d + 3; /* the digit's top bit is level 1: q_l at level_q[1 - l] */
    blk *node = t->leaf[d];
    node[0] = smpi_blk_xor(*level_q, *delta);
    node[1] = *level_q;
    for (unsigned l = 2; l <= SMPI_RVOLE_BITS; l++, message += 16) {
      spread(node, (size_t)1 << (l - 1), l, h, id, d);
      blk c = *(level_q - (l - 1));
      for (size_t i = 1; i < (size_t)1 << l; i += 2) c = smpi_blk_xor(c, node[i]);
      memcpy(message, &c, 16);
    }
  }
}

/* All ones where i = j, else 0; both below 2^32. */
static uint64_t is_equal(uint64_t i, uint64_t j) { return ((i ^ j) - 1) >> 63; }

/* Node `at` of n := what makes the nodes on its side (odd or even) add up to `sum`. */
static void repair(blk *node, size_t n, uint64_t at, blk sum) {
  for (size_t i = 0; i < n; i++) {
    uint64_t is_beside = is_equal(i & 1, at & 1) & ~is_equal(i, at);
    sum = smpi_blk_xor(sum, smpi_blk_if(is_beside, node[i]));
  }
  for (size_t i = 0; i < n; i++) {
    blk change = smpi_blk_xor(node[i], sum);
    node[i] = smpi_blk_xor(node[i], smpi_blk_if(is_equal(i, at), change));
  }
}

void smpi_rvole_puncture(struct smpi_rvole_trees *t, const uint8_t message[SMPI_RVOLE_TREES_LEN],
                         const struct smpi_tccr *h, const blk t_i[64], uint64_t b, const struct smpi_rvole_tweak *id) {
  for (unsigned d = 0; d < SMPI_RVOLE_DIGITS; d++) {
    const blk *level_t = t_i + 4 * d + 3;
    uint64_t digit = b >> 4 * d & (SMPI_RVOLE_LEAVES - 1);
    blk *node = t->leaf[d];
    node[0] = node[1] = *level_t; /* right for the sibling of the path, garbage for the path */
    for (unsigned l = 2; l <= SMPI_RVOLE_BITS; l++, message += 16) {
      blk c;
      spread(node, (size_t)1 << (l - 1), l, h, id, d);
      memcpy(&c, message, 16);
      uint64_t sibling = (digit >> (SMPI_RVOLE_BITS - l)) ^ 1; /* of the path's node on this level */
      repair(node, (size_t)1 << l, sibling, smpi_blk_xor(c, *(level_t - (l - 1))));
    }
  }
}

/* --- vectors ------------------------------------------------------------------------ */

/* One part's sums over the leaves of a tree: u = sum F_i, v = sum i F_i, as words of
 * 64 bits or, for digits from WIDE on, of 32. */
struct sums { _Alignas(16) uint64_t u[SMPI_RVOLE_PART], v[SMPI_RVOLE_PART], f[SMPI_RVOLE_PART]; };

static void add_half_words(uint32_t *z, const uint32_t *x, size_t n) {
  for (size_t i = 0; i < n; i++) z[i] += x[i];
}

/* Of n entries; v adds up the running sums u of leaves 15, 14, ... 1. */
static void expand(struct sums *s, unsigned digit, size_t first, size_t n, const struct smpi_rvole_trees *t,
                   const struct smpi_tccr *h, const struct smpi_rvole_tweak *id) {
  static const blk zeros[SMPI_RVOLE_PART / 2];
  const unsigned per = digit < WIDE ? 2 : 4; /* entries of one block */
  uint64_t number = (id->first / 4 + digit) << 32 | first / per;
  unsigned high = (unsigned)((id->first / 4 + digit) >> 32);
  const size_t blocks = (n + per - 1) / per;
  memset(s->u, 0, 16 * blocks);
  memset(s->v, 0, 16 * blocks);
  for (unsigned i = SMPI_RVOLE_LEAVES; i-- > 0;) {
    smpi_tccr_random_x(h, (blk *)(void *)s->f, zeros, blocks, &t->leaf[digit][i],
                       use(id->tweak, USE_LEAF + i + SMPI_RVOLE_LEAVES * high), number);
    if (digit < WIDE) {
      smpi_ring_add_words(s->u, s->f, 2 * blocks);
      if (i != 0) smpi_ring_add_words(s->v, s->u, 2 * blocks);
    } else {
      add_half_words((uint32_t *)(void *)s->u, (uint32_t *)(void *)s->f, 4 * blocks);
      if (i != 0) add_half_words((uint32_t *)(void *)s->v, (uint32_t *)(void *)s->u, 4 * blocks);
    }
  }
}

/* The corrections on the wire: words[w], w < 8, hold digit w's in their low 64 - 4w bits
 * and digit (16 - w)'s above; then 4 bytes an entry for digit 8. */
struct wire { uint64_t word[WIDE][SMPI_RVOLE_PART]; uint32_t half[SMPI_RVOLE_PART]; };

static void put_wire(uint8_t *out, const struct wire *w, size_t n) {
  for (unsigned d = 0; d < WIDE; d++, out += 8 * n) memcpy(out, w->word[d], 8 * n);
  memcpy(out, w->half, 4 * n);
}
static void get_wire(struct wire *w, const uint8_t *in, size_t n) {
  for (unsigned d = 0; d < WIDE; d++, in += 8 * n) memcpy(w->word[d], in, 8 * n);
  memcpy(w->half, in, 4 * n);
}

static void send_wide(struct wire *w, uint64_t *z, const uint64_t *a, size_t n, unsigned d, const struct sums *s) {
  uint64_t mask = UINT64_MAX >> 4 * d;
  for (size_t j = 0; j < n; j++) {
    w->word[d][j] = (a[j] - s->u[j]) & mask;
    z[j] += s->v[j] << 4 * d;
  }
}

/* 32 low bits of a - u, of which 64 - 4d count. */
static void send_narrow(struct wire *w, uint64_t *z, const uint64_t *a, size_t n, unsigned d, const struct sums *s) {
  const uint32_t *u = (const uint32_t *)(const void *)s->u, *v = (const uint32_t *)(const void *)s->v;
  for (size_t j = 0; j < n; j++) {
    uint32_t e = (uint32_t)a[j] - u[j];
    if (d == WIDE) w->half[j] = e;
    else w->word[SMPI_RVOLE_DIGITS - d][j] |= (uint64_t)e << 4 * d;
    z[j] += (uint64_t)v[j] << 4 * d;
  }
}

void smpi_rvole_send(uint8_t *out, uint64_t *z, const uint64_t *a, size_t first, size_t n,
                     const struct smpi_rvole_trees *t, const struct smpi_tccr *h, const struct smpi_rvole_tweak *id) {
  struct sums s;
  struct wire w;
  for (unsigned d = 0; d < SMPI_RVOLE_DIGITS; d++) {
    expand(&s, d, first, n, t, h, id);
    if (d < WIDE) send_wide(&w, z, a, n, d, &s);
    else send_narrow(&w, z, a, n, d, &s);
  }
  put_wire(out, &w, n);
  smpi_wipe(&s, sizeof s);
}

static void receive_wide(uint64_t *z, const struct wire *w, uint64_t digit, size_t n, unsigned d,
                         const struct sums *s) {
  for (size_t j = 0; j < n; j++) z[j] += (digit * (s->u[j] + w->word[d][j]) - s->v[j]) << 4 * d;
}

static void receive_narrow(uint64_t *z, const struct wire *w, uint64_t digit, size_t n, unsigned d,
                           const struct sums *s) {
  const uint32_t *u = (const uint32_t *)(const void *)s->u, *v = (const uint32_t *)(const void *)s->v;
  for (size_t j = 0; j < n; j++) {
    uint32_t e = d == WIDE ? w->half[j] : (uint32_t)(w->word[SMPI_RVOLE_DIGITS - d][j] >> 4 * d);
    z[j] += (uint64_t)(uint32_t)((uint32_t)digit * (u[j] + e) - v[j]) << 4 * d;
  }
}

void smpi_rvole_receive(uint64_t *z, const uint8_t *in, uint64_t b, size_t first, size_t n,
                        const struct smpi_rvole_trees *t, const struct smpi_tccr *h,
                        const struct smpi_rvole_tweak *id) {
  struct sums s;
  struct wire w;
  get_wire(&w, in, n);
  for (unsigned d = 0; d < SMPI_RVOLE_DIGITS; d++) {
    uint64_t digit = b >> 4 * d & (SMPI_RVOLE_LEAVES - 1);
    expand(&s, d, first, n, t, h, id);
    if (d < WIDE) receive_wide(z, &w, digit, n, d, &s);
    else receive_narrow(z, &w, digit, n, d, &s);
  }
  smpi_wipe(&s, sizeof s);
}
