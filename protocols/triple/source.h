/* source.h - what stands behind triple.h: the maker of correlated randomness.
 *
 * Every computing party makes the same calls in the same order.  A source may
 * use the network (as offline traffic); it never gives the same piece twice. */
#ifndef SMPI_SOURCE_H
#define SMPI_SOURCE_H

#include "triple/request.h"

struct smpi_source; /* begins with: const struct smpi_source_ops *ops; */

struct smpi_source_ops {
  const char *name;
  const char *trust; /* whom one must trust, one sentence: printed at the start */
  /* Batch `number` (0, 1, ... of each kind): this party's shares of n units, 1 <= n <= SMPI_MAX_UNITS. */
  smpc_err (*units)(struct smpi_source *src, struct smpc_session *s, uint64_t *const col[], enum smpi_corr kind,
                    size_t n, uint64_t number);
  /* Mask `number`: this party's share of a uniform matrix of `words` elements. */
  smpc_err (*mask)(struct smpi_source *src, struct smpc_session *s, shr *a, size_t words, uint64_t number);
  /* Product `number`: this party's shares of a uniform B and of view(A) B; a: of the whole mask A. */
  smpc_err (*product)(struct smpi_source *src, struct smpc_session *s, shr *b, shr *c, const shr *a,
                      const struct smpi_product *p, uint64_t number);
  /* Tell the others that nothing more is wanted; only in a session that works. */
  smpc_err (*finish)(struct smpi_source *src, struct smpc_session *s);
  void (*free)(struct smpi_source *src); /* wipes */
};

struct smpi_source { const struct smpi_source_ops *ops; };

#endif
