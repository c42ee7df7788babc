/* trunc.c - division of shared values by 2^f.
 *
 * Functionality F_trunc  from every party shares of x, |x| < 2^62; draws c0
 *                        uniformly from 0 .. 2^f - 1 and gives it to everybody;
 *                        gives every party a fresh share of floor(x / 2^f) + u,
 *                        where u = 1 if c0 < x mod 2^f, else 0.
 * Protocol      Pi_trunc [DEK20], with one bit of slack, in the F_triple-hybrid model:
 *     1. take         ([r], [h], [m]): r uniform, h = floor((r mod 2^63) / 2^f), m = msb r
 *     2. locally      [c] = [x] + 2^62 + [r]
 *     3. open         c to all                                    (1 round)
 *     4. locally      [w] = msb c xor [m]  (linear, msb c is public)
 *                     [z] = floor((c mod 2^63) / 2^f) - [h] + 2^(63-f) [w] - 2^(62-f)
 * Why           x' = x + 2^62 lies in 0 .. 2^63 - 1, so c mod 2^63 = x' + (r mod
 *               2^63) - 2^63 w, where w says whether that sum wraps, and bit 63
 *               of c is msb r + w.  Dividing by 2^f, floor((c mod 2^63) / 2^f) =
 *               floor(x' / 2^f) + h + u - 2^(63-f) w, where u is the carry out of
 *               the low f bits.  There is no failure probability: the wrap is known.
 * Security      perfect, semi-honest, up to P-1 of P parties, for F_trunc: r is
 *               uniform and used once, so c is uniform.  tests/exhaustive/ counts
 *               the views over tiny rings.  Malicious: no.
 * Assumes       F_triple (triple.h) and authenticated private channels.
 * Cost          1 round; 1 ring element per value to each peer; 1 tuple.
 * Secrets       x z r h m c_i w; public only after step 3: c.
 * Differs from  the paper: additive shares among any number of parties, tuples
 *               from F_triple; the functionality gives c0 = c mod 2^f [SMU+24].
 */
#include "mul/trunc.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "mul/trunc_local.h"
#include "session/agreed.h"
#include "share/open.h"
#include "triple/cost.h"

struct truncation {
  shr *z;
  const shr *x;
  const uint64_t *r, *high, *msb;
  unsigned f;
  int first;
};

static void mask(void *ctx, size_t first, size_t n, shr *out) {
  const struct truncation *p = ctx;
  smpi_trunc_mask(out, p->x + first, p->r + first, n, p->first);
}

static void combine(void *ctx, size_t first, size_t n, const pub *value) {
  const struct truncation *p = ctx;
  smpi_trunc_combine(p->z + first, value, p->high + first, p->msb + first, n, p->f, p->first);
}

static smpc_err trunc_block(struct smpc_session *s, shr *z, const shr *x, size_t n) {
  smpc_err err = SMPC_OK;
  struct smpi_taken t = {0};
  struct truncation p = {.z = z, .x = x, .f = smpi_frac_bits(s), .first = smpi_is_first(s)};
  struct smpi_opening op = {mask, combine, &p, SMPI_SUM};
  TRY(smpi_triple_take(s, &t, SMPI_TRUNC, n));                /* 1. take                    */
  p.r = t.col[0], p.high = t.col[1], p.msb = t.col[2];
  TRY(smpi_open_stream(s, n, &op));                           /* 2. - 4. mask, open, combine */
out:
  smpi_triple_wipe(&t);
  return err;
}

smpc_err smpi_trunc_probabilistic(struct smpc_session *s, shr *z, const shr *x, size_t n) {
  smpc_err err = smpi_status(s);
  for (size_t i = 0; i < n && err == SMPC_OK; i += SMPI_BLOCK) err = trunc_block(s, z + i, x + i, smpi_min(SMPI_BLOCK, n - i));
  if (err != SMPC_OK) smpi_wipe(z, n * sizeof *z);
  return err;
}

void smpi_trunc_probabilistic_cost(struct smpi_cost *c, size_t n) {
  for (size_t i = 0; i < n; i += SMPI_BLOCK) smpi_open_cost(c, smpi_min(SMPI_BLOCK, n - i));
  smpi_triple_cost(c, SMPI_TRUNC, n);
}
