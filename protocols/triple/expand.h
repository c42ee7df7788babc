/* expand.h - from seeds to correlations: what a party makes of its seed, and
 * the corrections the dealer computes from all of them.
 *
 * One seed a party and session.  Each batch, mask and product has a stream of
 * its own (ChaCha20, key = KDF(seed, purpose, kind, number)), so nothing but the
 * seed need be kept, and nothing is ever drawn twice.
 *
 * A batch is worked on in blocks of smpi_block_units() units, whose corrections
 * fill one chunk on the wire.  A stream holds, block after block, the block's
 * free columns and then (for all ranks but the last) its dependent columns. */
#ifndef SMPI_EXPAND_H
#define SMPI_EXPAND_H

#include "rand/prg.h"
#include "triple/corr.h"

enum smpi_stream_use { SMPI_USE_BATCH, SMPI_USE_MASK, SMPI_USE_PRODUCT };

/* The stream of one batch (of `kind`), mask or product (kind 0): in *g if that is open, else a new one.  SMPC_E_NOMEM. */
smpc_err smpi_expand_open(struct smpi_prg **g, const uint8_t seed[32], enum smpi_stream_use use, enum smpi_corr kind,
                          uint64_t number);

size_t smpi_block_units(enum smpi_corr kind);

/* The next n <= smpi_block_units() units of a stream: the free columns, and the
 * dependent ones unless the party is the last. */
void smpi_expand_block(uint64_t *const col[], enum smpi_corr kind, size_t n, struct smpi_prg *g, bool is_last);

/* The dealer's side of one batch. */
struct smpi_deal {
  enum smpi_corr kind;
  unsigned parties, frac_bits;
  struct smpi_prg *g[SMPC_MAX_COMPUTING];
  uint64_t *words; /* three blocks: the sum of shares, one party's shares, the clear values */
};

/* `seed` holds `parties` seeds of 32 bytes, by rank.  SMPC_E_NOMEM; close whatever happens. */
smpc_err smpi_deal_open(struct smpi_deal *d, const uint8_t *seed, unsigned parties, enum smpi_corr kind,
                        uint64_t number, unsigned frac_bits);
/* The last rank's dependent columns for the next n <= smpi_block_units() units,
 * column after column: n * smpi_corr_dependent_words() words. */
void smpi_deal_block(uint64_t *correction, struct smpi_deal *d, size_t n);
void smpi_deal_close(struct smpi_deal *d);

#endif
