/* and.c - conjunctions of words of shared bits, from bit triples.
 *
 * Functionality F_and   from every party xor shares of x and y; gives every
 *                       party a fresh share of x & y; reveals nothing.
 * Protocol      Pi_and  [Bea91] over GF(2), in the F_triple-hybrid model:
 *     1. take         ([a], [b], [c]) from F_triple, with c = a & b
 *     2. locally      [e] = [x] ^ [a],   [f] = [y] ^ [b]
 *     3. open         e, f to all                                  (1 round)
 *     4. locally      [z] = [c] ^ e & [b] ^ f & [a] ^ e & f
 *               paired: x & y and x & y2 from ([a], [b], [b2], [ab], [ab2]):
 *               the operand in common is masked and opened once.
 * Why           x & y = (e ^ a) & (f ^ b), multiplied out.
 * Security      perfect, semi-honest, up to P-1 of P parties: a, b, b2 are
 *               uniform, independent and used once, so the opened words are
 *               uniform.  x under one mask a is one value, opened once.
 *               tests/exhaustive/ counts the views.  Malicious: no.
 * Assumes       F_triple (triple.h) and authenticated private channels.
 * Cost          1 round; 2 words to each peer for a single, 3 for a pair.
 * Secrets       x y z a b c and the parties' shares of e, f; public after step 3: e, f.
 * Differs from  the paper: 64 bits to a word; the paired form.
 */
#include "compare/and.h"

#include "base/mem.h"
#include "share/open.h"
#include "triple/cost.h"
#include "triple/triple.h"

void smpi_and_mask(shr *e, shr *f, const shr *x, const shr *y, const uint64_t *a, const uint64_t *b, size_t n) {
  for (size_t i = 0; i < n; i++) e[i].v = x[i].v ^ a[i];
  for (size_t i = 0; i < n; i++) f[i].v = y[i].v ^ b[i];
}

void smpi_and_combine(shr *z, const pub *e, const pub *f, const uint64_t *a, const uint64_t *b, const uint64_t *c,
                      int first, size_t n) {
  uint64_t one = first ? ~UINT64_C(0) : 0;
  for (size_t i = 0; i < n; i++) z[i].v = c[i] ^ (e[i].v & (b[i] ^ (f[i].v & one))) ^ (f[i].v & a[i]);
}

void smpi_and_pair_mask(shr *e, shr *f, shr *f2, const shr *x, const shr *y, const shr *y2,
                        const struct smpi_bit_pair *t, size_t n) {
  for (size_t i = 0; i < n; i++) e[i].v = x[i].v ^ t->a[i];
  for (size_t i = 0; i < n; i++) f[i].v = y[i].v ^ t->b[i];
  for (size_t i = 0; i < n; i++) f2[i].v = y2[i].v ^ t->b2[i];
}

smpc_err smpi_and(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n) {
  struct smpi_taken t = {0};
  size_t mark = smpi_scratch_mark(s);
  smpc_err err = smpi_status(s);
  if (err != SMPC_OK || n == 0) goto out;
  shr *ef = smpi_scratch(s, 2 * n, sizeof *ef);
  pub *opened = (pub *)(void *)ef; /* opened in place */
  TRY(ef == NULL ? SMPC_E_NOMEM : SMPC_OK);
  TRY(smpi_triple_take(s, &t, SMPI_BIT_TRIPLE, n));                              /* 1. take    */
  smpi_and_mask(ef, ef + n, x, y, t.col[0], t.col[1], n);                        /* 2. mask    */
  TRY(smpi_open_all(s, opened, ef, 2 * n, SMPI_XOR));                            /* 3. open    */
  smpi_and_combine(z, opened, opened + n, t.col[0], t.col[1], t.col[2], smpi_is_first(s), n); /* 4. combine */
out:
  smpi_triple_wipe(&t);
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK) smpi_wipe(z, n * sizeof *z);
  return err;
}

void smpi_and_cost(struct smpi_cost *c, size_t n) {
  smpi_triple_cost(c, SMPI_BIT_TRIPLE, n);
  smpi_open_cost(c, 2 * n);
}
