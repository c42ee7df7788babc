/* source.h - what stands behind triple.h: the maker of correlated randomness.
 *
 * Every computing party makes the same calls in the same order.  A source may
 * use the network (as offline traffic); it never gives the same piece twice.  What its
 * calls leave on the stack is wiped by whoever called them. */
#ifndef SMPI_SOURCE_H
#define SMPI_SOURCE_H

#include "triple/request.h"

/* One product with a mask A: this party's shares of a uniform B and of view(A) B. */
struct smpi_product_job {
  struct smpi_product shape;
  uint64_t number;                  /* 0, 1, ... of all products                                */
  const struct smpi_owners *owners; /* of A's rows: all of them are in some run                  */
  const shr *a;                     /* my share of the whole of A                                 */
  const uint64_t *plain;            /* A's rows where I own them; NULL where I own none           */
  shr *b, *c;
};

struct smpi_source; /* begins with: const struct smpi_source_ops *ops; */

struct smpi_source_ops {
  const char *name;
  const char *trust; /* whom one must trust, one sentence: printed at the start */
  /* Batch `number` (0, 1, ... of each kind): this party's shares of n units, 1 <= n <= SMPI_MAX_UNITS. */
  smpc_err (*units)(struct smpi_source *src, struct smpc_session *s, uint64_t *const col[], enum smpi_corr kind,
                    size_t n, uint64_t number);
  /* Mask `number`: this party's share of a uniform matrix with rows of `cols` elements.  plain: the matrix
   * itself, to be filled where this party owns it; NULL when it owns none, or the source takes no owners. */
  smpc_err (*mask)(struct smpi_source *src, struct smpc_session *s, shr *a, uint64_t *plain, size_t cols,
                   const struct smpi_owners *owners, uint64_t number);
  bool takes_owners; /* owned rows make its products cheaper; else `owners` is one run of nobody's */
  /* Many products, in the order of their numbers. */
  smpc_err (*products)(struct smpi_source *src, struct smpc_session *s, const struct smpi_product_job *job,
                       size_t jobs);
  /* Tell the others that nothing more is wanted; only in a session that works. */
  smpc_err (*finish)(struct smpi_source *src, struct smpc_session *s);
  void (*free)(struct smpi_source *src); /* wipes */
};

struct smpi_source { const struct smpi_source_ops *ops; };

#endif
