/* places.h - a table that finds a mask among many, however these were chosen.
 *
 * A mask's slot is a sum of its four 32-bit words times random 64-bit words, and another one, of which
 * the top bits are taken: two masks share one of 2^l slots with probability 2^-l [Die96], whoever chose
 * them before these words were drawn.  Masks of one slot form a list, so that n masks, whatever they are,
 * take n / 2 probes to enter and as many as one and a half to find, on average.  A table without a key would let
 * the other party, who chooses its masks, make it quadratic.
 * Variable time: for masks that both parties know, and digests of one's own list. */
#ifndef SMPI_PLACES_H
#define SMPI_PLACES_H

#include "rand/prg.h"

/* What identifies an item towards the other party: the first bytes are sent, the rest are zero. */
struct smpi_mask { uint64_t w[2]; };

struct smpi_psi_places {
  uint32_t *at;     /* [slots] number + 1 of a slot's first mask, or 0: none           */
  uint32_t *next;   /* [n] of each mask that of the next in its slot                   */
  uint64_t word[5];
  unsigned shift;
  uint64_t probes;  /* masks looked at */
};

/* For up to n < 2^32 masks, which are all known already; 4 to 8 bytes each, and 4 more, of secret memory.  false: out of it. */
bool smpi_psi_places_make(struct smpi_psi_places *p, size_t n, struct smpi_prg *own);
/* Empty it, for other masks; n: no more than it was made for, and than are in it. */
void smpi_psi_places_clear(struct smpi_psi_places *p, size_t n);
void smpi_psi_places_free(struct smpi_psi_places *p);

/* Where the number + 1 of `mask` stands, if it is among all[]; else where it is to be written, which is 0. */
uint32_t *smpi_psi_places_find(struct smpi_psi_places *p, const struct smpi_mask *all, const struct smpi_mask *mask);
/* Before finding mask[i] of mask[n], all in turn: ask memory for what a later one needs. */
void smpi_psi_places_expect(const struct smpi_psi_places *p, const struct smpi_mask *all, const struct smpi_mask *mask,
                            size_t i, size_t n);

#endif
