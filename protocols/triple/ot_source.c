/* ot_source.c - the OT source: each correlation from cross products.
 *
 * Functionality F_triple (triple.h), among semi-honest parties, up to P-1 of P.
 * Protocol      every party draws its shares of the free columns; then, with the
 *               cross products of ot_cross.h:
 *     triples       c_i = a_i b_i + cross                              [Gil99]
 *     bit triples   c_i = a_i & b_i ^ cross; a pair shares a's transfers [ALSZ13]
 *     daBits        bits by xor, flipped into shares by sum            [DSZ15]
 *     edaBits       64 flipped bits, bit i modulo 2^(64-i); r = sum 2^i bit_i
 *     truncation    64 flipped bits; r as before, floor((r mod 2^63) / 2^f) the weighted
 *                   bits f..62, msb the last: exact, no failure probability
 *     lookups       one of sixteen from one of two (lookup.c), two parties   [NP99]
 *     masks, products with them: ot_masks.c
 * Why           (sum a_i)(sum b_i) is the sum of a_i b_i and of the cross terms.
 * Security      that of ot_products.c, ot_flips.c, ot_ringvole.c.  Nothing opens.
 * Assumes       F_cot (ot/cot.h), authenticated private channels.
 * Cost          offline; see the functions at the end.
 * Secrets       all columns.
 * Differs from  [EGK+20]: edaBits from converted bits instead of adders: as many
 *               transfers, rounds that do not grow with the 64 bits.
 */
#include "triple/ot_source.h"

#include <string.h>

#include "base/mem.h"
#include "math/bits.h"
#include "rand/prg.h"
#include "triple/corr.h"
#include "triple/ot_cross.h"
#include "triple/ot_lookups.h"
#include "triple/ot_masks.h"

static struct smpi_ot *ot_of(struct smpi_source *src) { return (struct smpi_ot *)(void *)src; }

/* Two parties may take what the transfers draw. */
static bool draws(const struct smpi_ot *o) { return o->parties == 2; }

static void draw(struct smpi_ot *o, uint64_t *x, size_t n) { smpi_prg_words(smpi_prg_own(o->s), x, n); }

/* --- products and conjunctions --------------------------------------------------- */

static smpc_err triples(struct smpi_ot *o, uint64_t *const col[], size_t n) {
  draw(o, col[0], n);
  draw(o, col[1], n);
  memset(col[2], 0, n * 8);
  smpc_err err = smpi_ot_products(o, col[2], col[0], col[1], n, draws(o));
  for (size_t i = 0; i < n && err == SMPC_OK; i++) col[2][i] += col[0][i] * col[1][i];
  return err;
}

/* width 1: a, b, a & b; width 2: a, b, b', a & b, a & b' */
static smpc_err conjunctions(struct smpi_ot *o, uint64_t *const col[], size_t n, unsigned width) {
  uint64_t *y[2] = {col[1], col[width]}, *z[2] = {col[1 + width], col[2 * width]};
  for (unsigned c = 0; c <= width; c++) draw(o, col[c], n);
  for (unsigned v = 0; v < width; v++) memset(z[v], 0, n * 8);
  smpc_err err = smpi_ot_ands(o, z, col[0], y, width, n, draws(o));
  for (unsigned v = 0; v < width && err == SMPC_OK; v++)
    for (size_t i = 0; i < n; i++) z[v][i] ^= col[0][i] & y[v][i];
  return err;
}

/* --- bits in two kinds of shares ------------------------------------------------------ */

/* Widths for an exact sum of 2^i bit_i, and where bits first..62 also stand 2^first lower,
 * for them; a number known modulo 2^(1+width). */
static struct smpi_ot_widths widths(enum smpi_corr kind, unsigned frac_bits) {
  struct smpi_ot_widths w;
  for (unsigned i = 0; i < SMPI_OT_ITEM; i++) {
    unsigned down = kind == SMPI_TRUNC && i >= frac_bits ? frac_bits : 0;
    w.of[i] = (uint8_t)(kind == SMPI_DABIT ? 63 : 63 - i + down);
  }
  if (kind == SMPI_TRUNC) w.of[63] = 63; /* the top bit by itself */
  return w;
}

struct giving { uint64_t *const *col; unsigned frac_bits; };

static void give_dabits(void *ctx, size_t first, const uint64_t *x, size_t n) {
  const struct giving *g = ctx;
  memcpy(g->col[0] + 64 * first, x, 64 * n * sizeof *x);
}

static void give_edabits(void *ctx, size_t first, const uint64_t *x, size_t n) {
  const struct giving *g = ctx;
  for (size_t i = 0; i < n; i++) g->col[0][first + i] = smpi_ot_weigh(x + SMPI_OT_ITEM * i, 0, 64);
}

static void give_tuples(void *ctx, size_t first, const uint64_t *x, size_t n) {
  const struct giving *g = ctx;
  for (size_t i = 0; i < n; i++) {
    const uint64_t *bit = x + SMPI_OT_ITEM * i;
    g->col[0][first + i] = smpi_ot_weigh(bit, 0, 64);
    g->col[1][first + i] = smpi_ot_weigh(bit, g->frac_bits, 63);
    g->col[2][first + i] = bit[63];
  }
}

static smpc_err dabits(struct smpi_ot *o, uint64_t *const col[], size_t n) {
  struct giving g = {col, 0};
  return smpi_ot_flips(o, &(struct smpi_ot_flips){col[1], n, widths(SMPI_DABIT, 0), give_dabits, &g});
}

static smpc_err tuples(struct smpi_ot *o, uint64_t *const col[], size_t n) {
  struct giving g = {col, smpi_frac_bits(o->s)};
  uint64_t *own = smpi_secret_alloc(n, sizeof *own);
  if (own == NULL) return smpi_fail(o->s, SMPC_E_NOMEM, -1, "out of memory");
  smpc_err err = smpi_ot_flips(o, &(struct smpi_ot_flips){own, n, widths(SMPI_TRUNC, g.frac_bits), give_tuples, &g});
  smpi_secret_free(own);
  return err;
}

static smpc_err edabits(struct smpi_ot *o, uint64_t *const col[], size_t n) {
  struct giving g = {col, 0};
  uint64_t *own = smpi_secret_alloc(64 * n, sizeof *own);
  if (own == NULL) return smpi_fail(o->s, SMPC_E_NOMEM, -1, "out of memory");
  smpc_err err = smpi_ot_flips(o, &(struct smpi_ot_flips){own, 64 * n, widths(SMPI_EDABIT, 0), give_edabits, &g});
  SMPI_VERIFY(col[64] - col[1] == 63 * (col[2] - col[1]));
  if (err == SMPC_OK) smpi_bits_slice(col[1], (size_t)(col[2] - col[1]), own, 64 * n);
  smpi_secret_free(own);
  return err;
}

static smpc_err ot_units(struct smpi_source *src, struct smpc_session *s, uint64_t *const col[], enum smpi_corr kind,
                         size_t n, uint64_t number) {
  struct smpi_ot *o = ot_of(src);
  (void)number;
  switch (kind) {
  case SMPI_TRIPLE: return triples(o, col, n);
  case SMPI_BIT_TRIPLE: return conjunctions(o, col, n, 1);
  case SMPI_BIT_PAIR: return conjunctions(o, col, n, 2);
  case SMPI_DABIT: return dabits(o, col, n);
  case SMPI_EDABIT: return edabits(o, col, n);
  case SMPI_TRUNC: return tuples(o, col, n);
  case SMPI_LOOKUP: return smpi_ot_lookups(o, col, n);
  case SMPI_CORRS: break;
  }
  return smpi_fail(s, SMPC_E_BUG, -1, "no such correlation");
}

/* --- life --------------------------------------------------------------------------------- */

static smpc_err ot_finish(struct smpi_source *src, struct smpc_session *s) {
  (void)src, (void)s;
  return SMPC_OK; /* nobody waits */
}

static void ot_free(struct smpi_source *src) { smpi_ot_close(ot_of(src)); }

const struct smpi_source_ops smpi_ot_ops = {
    .name = "ot",
    .trust = "Nobody is trusted: all inputs stay secret while one computing party is honest "
             "and all follow the protocol.",
    .units = ot_units,
    .takes_owners = true,
    .mask = smpi_ot_mask,
    .products = smpi_ot_mask_products,
    .finish = ot_finish,
    .free = ot_free,
};

smpc_err smpi_ot_source_open(struct smpi_source **src, struct smpc_session *s) {
  struct smpi_ot *o;
  smpc_err err = smpi_ot_open(&o, s);
  *src = NULL;
  if (err != SMPC_OK) return err;
  o->base.ops = &smpi_ot_ops;
  *src = &o->base;
  return SMPC_OK;
}

/* --- cost ----------------------------------------------------------------------------------- */

uint64_t smpi_ot_open_bytes(unsigned parties) {
  return (uint64_t)(parties - 1) * (4096 + 32 + 32 * (128 - 128 / SMPI_OT_K)); /* ot/cot.h */
}

uint64_t smpi_ot_units_bytes(unsigned parties, enum smpi_corr kind, uint64_t n, unsigned frac_bits) {
  const struct smpi_ot_widths w = widths(kind, frac_bits);
  switch (kind) {
  case SMPI_TRIPLE: return smpi_ot_products_bytes(parties, n, parties == 2);
  case SMPI_BIT_TRIPLE: return smpi_ot_ands_bytes(parties, n, 1, parties == 2);
  case SMPI_BIT_PAIR: return smpi_ot_ands_bytes(parties, n, 2, parties == 2);
  case SMPI_EDABIT: return smpi_ot_flips_bytes(parties, 64 * n, &w);
  case SMPI_DABIT:
  case SMPI_TRUNC: return smpi_ot_flips_bytes(parties, n, &w);
  case SMPI_LOOKUP: return smpi_ot_lookups_bytes(n);
  case SMPI_CORRS: break;
  }
  return 0;
}
