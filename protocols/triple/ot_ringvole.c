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
  WIDE = SMPI_RVOLE_DIGITS / 2, /* digits from here on share words of the wire with those before */
  TREES = SMPI_RVOLE_DIGITS,
  USE_NODE = 1, USE_LEAF = 16  /* tweaks' uses */
};
_Static_assert((int)SMPI_RVOLE_LEAVES == (int)SMPI_AES_LEAVES, "the sums are over all leaves of a tree");

static struct smpi_tweak use(struct smpi_tweak t, unsigned number) {
  t.use = (uint16_t)number;
  return t;
}

/* --- trees: level l of all of them is one array, tree after tree -------------------------- */

/* node[2i], node[2i+1] := the children of node[i], i < n, in place; level: of the children, 2..4.
 * A scalar's 64 transfers leave room for 1024 numbers; each level takes 128 of its 256. */
static void spread(blk *node, size_t n, unsigned level, const struct smpi_tccr *h, const struct smpi_rvole_tweak *id) {
  blk left[TREES * SMPI_RVOLE_LEAVES / 2];
  uint64_t first = id->first * SMPI_RVOLE_LEAVES + (level - 1) * 256;
  smpi_tccr(h, left, node, n, NULL, use(id->tweak, USE_NODE), first);
  for (size_t i = n; i-- > 0;) {
    blk parent = node[i];
    node[2 * i] = left[i];
    node[2 * i + 1] = smpi_blk_xor(parent, left[i]);
  }
}

void smpi_rvole_grow(struct smpi_rvole_trees *t, uint8_t message[SMPI_RVOLE_TREES_LEN], const struct smpi_tccr *h,
                     const blk q[64], const blk *delta, const struct smpi_rvole_tweak *id) {
  blk *node = t->leaf[0];
  for (unsigned d = 0; d < TREES; d++) { /* a digit's top bit is level 1: q_l at number 4 - l */
    node[2 * d] = smpi_blk_xor(q[4 * d + 3], *delta);
    node[2 * d + 1] = q[4 * d + 3];
  }
  for (unsigned l = 2; l <= SMPI_RVOLE_BITS; l++) {
    size_t n = (size_t)1 << l;
    spread(node, TREES * n / 2, l, h, id);
    for (unsigned d = 0; d < TREES; d++, message += 16) {
      blk c = q[4 * d + 4 - l];
      for (size_t i = 1; i < n; i += 2) c = smpi_blk_xor(c, node[d * n + i]);
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
  blk *node = t->leaf[0];
  for (unsigned d = 0; d < TREES; d++)
    node[2 * d] = node[2 * d + 1] = t_i[4 * d + 3]; /* right for the sibling of the path, garbage for the path */
  for (unsigned l = 2; l <= SMPI_RVOLE_BITS; l++) {
    size_t n = (size_t)1 << l;
    spread(node, TREES * n / 2, l, h, id);
    for (unsigned d = 0; d < TREES; d++, message += 16) {
      blk c;
      memcpy(&c, message, 16);
      uint64_t digit = b >> 4 * d & (SMPI_RVOLE_LEAVES - 1);
      uint64_t sibling = (digit >> (SMPI_RVOLE_BITS - l)) ^ 1; /* of the path's node on this level */
      repair(node + d * n, n, sibling, smpi_blk_xor(c, t_i[4 * d + 4 - l]));
    }
  }
}

/* --- vectors ------------------------------------------------------------------------ */

/* Bytes of a lane that holds what counts of digit d: 64 - 4d bits. */
static unsigned width_of(unsigned d) { return d < 8 ? 8 : d < 12 ? 4 : d < 14 ? 2 : 1; }

/* One part's sums over the leaves of a tree: u = sum F_i, v = sum i F_i, in lanes. */
struct sums {
  _Alignas(64) union { uint64_t by8[SMPI_RVOLE_PART]; uint32_t by4[SMPI_RVOLE_PART]; uint16_t by2[SMPI_RVOLE_PART];
                       uint8_t by1[SMPI_RVOLE_PART]; } u, v;
};

/* Of n entries from `first` on; block j of leaf i is hashed with number `first / entries of a block + j`. */
static void expand(struct sums *s, unsigned digit, size_t first, size_t n, const struct smpi_rvole_trees *t,
                   const struct smpi_tccr *h, const struct smpi_rvole_tweak *id) {
  const unsigned width = width_of(digit), per = 16 / width;
  uint64_t tree = id->first / 4 + digit;
  unsigned high = (unsigned)(tree >> 32);
  blk x[SMPI_RVOLE_LEAVES];
  for (unsigned i = 0; i < SMPI_RVOLE_LEAVES; i++)
    x[i] = smpi_tccr_random_x_point(&t->leaf[digit][i], use(id->tweak, USE_LEAF + i + SMPI_RVOLE_LEAVES * high), tree << 32);
  smpi_aes_sums_random_x(&h->key, &s->u, &s->v, x, first / per, (n + per - 1) / per, width);
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

/* Lanes of digit d: what lies above its 64 - 4d bits falls out when it is shifted to its place. */
#define SEND_LANES(by)                                                                                           \
  static void send_##by(uint64_t *word, uint64_t *z, const uint64_t *a, size_t n, unsigned d, const struct sums *s) { \
    for (size_t j = 0; j < n; j++) {                                                                             \
      word[j] |= (a[j] - s->u.by[j]) << 4 * d;                                                                   \
      z[j] += (uint64_t)s->v.by[j] << 4 * d;                                                                     \
    }                                                                                                            \
  }
SEND_LANES(by4)
SEND_LANES(by2)
SEND_LANES(by1)

static void send_wide(uint64_t *word, uint64_t *z, const uint64_t *a, size_t n, unsigned d, const struct sums *s) {
  uint64_t mask = UINT64_MAX >> 4 * d;
  for (size_t j = 0; j < n; j++) {
    word[j] = (a[j] - s->u.by8[j]) & mask;
    z[j] += s->v.by8[j] << 4 * d;
  }
}

static void send_half(uint32_t *half, uint64_t *z, const uint64_t *a, size_t n, unsigned d, const struct sums *s) {
  for (size_t j = 0; j < n; j++) {
    half[j] = (uint32_t)a[j] - s->u.by4[j];
    z[j] += (uint64_t)s->v.by4[j] << 4 * d;
  }
}

static void send_digit(struct wire *w, uint64_t *z, const uint64_t *a, size_t n, unsigned d, const struct sums *s) {
  if (d < WIDE) send_wide(w->word[d], z, a, n, d, s);
  else if (d == WIDE) send_half(w->half, z, a, n, d, s);
  else if (width_of(d) == 4) send_by4(w->word[SMPI_RVOLE_DIGITS - d], z, a, n, d, s);
  else if (width_of(d) == 2) send_by2(w->word[SMPI_RVOLE_DIGITS - d], z, a, n, d, s);
  else send_by1(w->word[SMPI_RVOLE_DIGITS - d], z, a, n, d, s);
}

void smpi_rvole_send(uint8_t *out, uint64_t *z, const uint64_t *a, size_t first, size_t n,
                     const struct smpi_rvole_trees *t, const struct smpi_tccr *h, const struct smpi_rvole_tweak *id) {
  struct sums s;
  struct wire w;
  for (unsigned d = 0; d < SMPI_RVOLE_DIGITS; d++) {
    expand(&s, d, first, n, t, h, id);
    send_digit(&w, z, a, n, d, &s);
  }
  put_wire(out, &w, n);
  smpi_wipe(&s, sizeof s);
}

#define RECEIVE_LANES(by)                                                                                   \
  static void receive_##by(uint64_t *z, const uint64_t *word, uint64_t digit, size_t n, unsigned d,         \
                           const struct sums *s) {                                                          \
    for (size_t j = 0; j < n; j++) z[j] += times(digit, s->u.by[j] + (word[j] >> 4 * d), s->v.by[j]) << 4 * d; \
  }

/* digit x - v, digit < 16 */
static inline uint64_t times(uint64_t digit, uint64_t x, uint64_t v) {
  return (x & (0 - (digit & 1))) + ((x << 1) & (0 - (digit >> 1 & 1))) + ((x << 2) & (0 - (digit >> 2 & 1))) +
         ((x << 3) & (0 - (digit >> 3))) - v;
}

RECEIVE_LANES(by4)
RECEIVE_LANES(by2)
RECEIVE_LANES(by1)

static void receive_wide(uint64_t *z, const uint64_t *word, uint64_t digit, size_t n, unsigned d,
                         const struct sums *s) {
  for (size_t j = 0; j < n; j++) z[j] += times(digit, s->u.by8[j] + word[j], s->v.by8[j]) << 4 * d;
}

static void receive_half(uint64_t *z, const uint32_t *half, uint64_t digit, size_t n, unsigned d,
                         const struct sums *s) {
  for (size_t j = 0; j < n; j++) z[j] += times(digit, s->u.by4[j] + half[j], s->v.by4[j]) << 4 * d;
}

static void receive_digit(uint64_t *z, const struct wire *w, uint64_t digit, size_t n, unsigned d,
                          const struct sums *s) {
  if (d < WIDE) receive_wide(z, w->word[d], digit, n, d, s);
  else if (d == WIDE) receive_half(z, w->half, digit, n, d, s);
  else if (width_of(d) == 4) receive_by4(z, w->word[SMPI_RVOLE_DIGITS - d], digit, n, d, s);
  else if (width_of(d) == 2) receive_by2(z, w->word[SMPI_RVOLE_DIGITS - d], digit, n, d, s);
  else receive_by1(z, w->word[SMPI_RVOLE_DIGITS - d], digit, n, d, s);
}

void smpi_rvole_receive(uint64_t *z, const uint8_t *in, uint64_t b, size_t first, size_t n,
                        const struct smpi_rvole_trees *t, const struct smpi_tccr *h,
                        const struct smpi_rvole_tweak *id) {
  struct sums s;
  struct wire w;
  get_wire(&w, in, n);
  for (unsigned d = 0; d < SMPI_RVOLE_DIGITS; d++) {
    expand(&s, d, first, n, t, h, id);
    receive_digit(z, &w, b >> 4 * d & (SMPI_RVOLE_LEAVES - 1), n, d, &s);
  }
  smpi_wipe(&s, sizeof s);
}
