/* beaver.c - product of shared vectors, from multiplication triples.
 *
 * Functionality F_mul    from every party shares of x and y; gives every
 *                        party a fresh share of x*y in Z_2^64; reveals nothing.
 * Protocol      Pi_mul   [Bea91], in the F_triple-hybrid model:
 *     1. take         ([a], [b], [c]) from F_triple, with c = ab
 *     2. locally      [d] = [x] - [a],   [e] = [y] - [b]
 *     3. open         d, e to all                                (1 round)
 *     4. locally      [z] = [c] + d[b] + e[a] + de
 * Why           z = ab + (x-a)b + (y-b)a + (x-a)(y-b) = xy.
 * Security      perfect, semi-honest, up to P-1 of P parties: a and b are
 *               uniform and used once, so d and e are uniform and independent
 *               of x and y.  tests/exhaustive/ counts the views over the 2-bit
 *               ring.  Malicious: no.
 * Assumes       F_triple (triple.h) and authenticated private channels.
 * Cost          1 round; 2 ring elements per product to each peer; 1 triple.
 * Secrets       x y z a b c d_i e_i; public only after step 3: d, e.
 * Differs from  the paper: ring instead of field; nothing else.
 */
#include "mul/beaver.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "session/agreed.h"
#include "share/blocks.h"
#include "share/open.h"
#include "triple/cost.h"

/* --- the local halves ------------------------------------------------------------ */

void smpi_beaver_mask(shr *de, const shr *x, const shr *y, const uint64_t *a, const uint64_t *b, size_t n) {
  for (size_t i = 0; i < n; i++) {
    de[2 * i].v = x[i].v - a[i];
    de[2 * i + 1].v = y[i].v - b[i];
  }
}

void smpi_beaver_combine(shr *z, const pub *de, const uint64_t *a, const uint64_t *b, const uint64_t *c, size_t n,
                         int first) {
  uint64_t mine = first ? UINT64_MAX : 0; /* who adds the public term */
  for (size_t i = 0; i < n; i++) {
    uint64_t d = de[2 * i].v, e = de[2 * i + 1].v;
    z[i].v = c[i] + d * (b[i] + (mine & e)) + e * a[i];
  }
}

/* --- streamed: pieces of the opening may begin or end between a d and its e -------- */

struct product {
  shr *z;
  const shr *x, *y;
  const uint64_t *a, *b, *c;
  uint64_t *half; /* bit i: one of d_i, e_i came alone and waits in z_i */
  int first;
};

static shr masked(const struct product *p, size_t j) {
  shr v = {j % 2 == 0 ? p->x[j / 2].v - p->a[j / 2] : p->y[j / 2].v - p->b[j / 2]};
  return v;
}

static void mask(void *ctx, size_t first, size_t n, shr *out) {
  const struct product *p = ctx;
  if (n != 0 && first % 2 == 1) {
    *out++ = masked(p, first++);
    n--;
  }
  size_t i = first / 2;
  smpi_beaver_mask(out, p->x + i, p->y + i, p->a + i, p->b + i, n / 2);
  if (n % 2 == 1) out[n - 1] = masked(p, first + n - 1);
}

static void combine_pairs(const struct product *p, size_t i, const pub *de, size_t n) {
  smpi_beaver_combine(p->z + i, de, p->a + i, p->b + i, p->c + i, n, p->first);
}

static void combine_half(const struct product *p, size_t j, pub value) {
  size_t i = j / 2;
  uint64_t bit = UINT64_C(1) << i % 64;
  pub other = {p->z[i].v}, de[2] = {j % 2 == 0 ? value : other, j % 2 == 0 ? other : value};
  if (p->half[i / 64] & bit) combine_pairs(p, i, de, 1);
  else p->z[i].v = value.v;
  p->half[i / 64] |= bit;
}

static void combine(void *ctx, size_t first, size_t n, const pub *value) {
  const struct product *p = ctx;
  if (n != 0 && first % 2 == 1) {
    combine_half(p, first++, *value++);
    n--;
  }
  combine_pairs(p, first / 2, value, n / 2);
  if (n % 2 == 1) combine_half(p, first + n - 1, value[n - 1]);
}

/* --- the driver -------------------------------------------------------------------- */

static smpc_err mul_block(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n) {
  smpc_err err = SMPC_OK;
  struct smpi_taken t = {0};
  size_t words = smpi_ceil_div(n, 64), mark = smpi_scratch_mark(s);
  struct product p = {.z = z, .x = x, .y = y, .first = smpi_is_first(s)};
  struct smpi_opening op = {mask, combine, &p, SMPI_SUM};
  p.half = smpi_scratch(s, words, sizeof *p.half);
  if (z == x || z == y) p.z = smpi_scratch(s, n, sizeof *z); /* x and y are read until the last piece has come */
  if (p.half == NULL || p.z == NULL) TRY(SMPC_E_NOMEM);
  memset(p.half, 0, words * sizeof *p.half);
  TRY(smpi_triple_take(s, &t, SMPI_TRIPLE, n));                /* 1. take                   */
  p.a = t.col[0], p.b = t.col[1], p.c = t.col[2];
  TRY(smpi_open_stream(s, 2 * n, &op));                        /* 2. - 4. mask, open, combine */
  if (p.z != z) memcpy(z, p.z, n * sizeof *z);
out:
  smpi_triple_wipe(&t);
  smpi_scratch_release(s, mark);
  return err;
}

smpc_err smpi_beaver_mul(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n) {
  return smpi_blocks_run(s, z, x, y, n, SMPI_BLOCK, mul_block);
}

void smpi_beaver_cost(struct smpi_cost *c, size_t n) {
  for (size_t i = 0; i < n; i += SMPI_BLOCK) smpi_open_cost(c, 2 * smpi_min(SMPI_BLOCK, n - i));
  smpi_triple_cost(c, SMPI_TRIPLE, n);
}
