/* draw_mask.h - matrix masks that parties draw themselves, for sources without a dealer. */
#ifndef SMPI_DRAW_MASK_H
#define SMPI_DRAW_MASK_H

#include "triple/triple.h"

/* a := my share of a uniform matrix with rows of `cols` elements and these owners.  Rows that
 * party i owns: i and each other j draw A_j from the stream of the pair; i draws its own
 * share too and knows them all: plain (of the same shape; NULL where I own none) := the rows
 * that I own.  No traffic, nothing can fail. */
void smpi_draw_mask(struct smpc_session *s, shr *a, uint64_t *plain, size_t cols, const struct smpi_owners *owners);

#endif
