/* items.h - a party's set: distinct items in random order, masks, and matching.
 *
 * Local work that every protocol of this folder shares. */
#ifndef SMPI_ITEMS_H
#define SMPI_ITEMS_H

#include "psi/places.h"
#include "session/session.h"

/* Item i of a set, as bytes. */
static inline const void *smpi_item(const smpc_items *set, size_t i) {
  return set->item != NULL ? set->item[i] : (const uint8_t *)set->flat + i * set->item_len;
}
static inline size_t smpi_item_len(const smpc_items *set, size_t i) { return set->len != NULL ? set->len[i] : set->item_len; }

enum {
  SMPI_PSI_SIGMA = 40,   /* SECURITY: a pair of different items has one mask with probability below 2^-40 in all */
  SMPI_PSI_MASK_MAX = 16 /* bytes */
};
#define SMPI_PSI_MAX_ITEMS (UINT64_C(1) << 32) /* AGREEMENT: in one set */

/* Bytes of a mask for sets of n and m items: ceil((40 + ceil(log2(n m))) / 8). */
size_t smpi_psi_mask_len(uint64_t n, uint64_t m);

/* Distinct items.
 *   in    set; own     for the keys of a hash and a table
 *   out   same[set->n]  the first row with the same item: same[i] = i where item i is first
 *         returns how many are first, or SIZE_MAX when out of memory
 *   cost  one keyed hash an item (a block of AES up to 16 bytes); memory 28 bytes an item
 * Variable time: how often each item stands in the caller's own list shows in it. */
size_t smpi_psi_distinct_vt(size_t *same, const smpc_items *set, struct smpi_prg *own);

/* Put a[n] into a uniformly random order. */
void smpi_psi_shuffle_rows(size_t *a, size_t n, struct smpi_prg *g);
void smpi_psi_shuffle_masks(struct smpi_mask *a, size_t n, struct smpi_prg *g);
/* place[n] := 0 .. n - 1 in one; n < 2^32. */
void smpi_psi_draw_places(uint32_t *place, size_t n, struct smpi_prg *g);

/* hit[i] := 1 where mine[i] stands in theirs[m], else 0; returns how many do, or
 * SIZE_MAX when out of memory.  hit may be NULL.  mine are distinct, but for
 * accidents; theirs may be anything.  Variable time: for the party that is to learn just this. */
size_t smpi_psi_match_vt(uint8_t *hit, const struct smpi_mask *mine, size_t n, const struct smpi_mask *theirs, size_t m,
                         struct smpi_prg *own);

/* Masks to bytes off .. off + len of their concatenation, mask_len bytes each; and back. */
void smpi_psi_pack(uint8_t *buf, size_t len, size_t off, const struct smpi_mask *mask, size_t mask_len);
void smpi_psi_unpack(struct smpi_mask *mask, const uint8_t *buf, size_t len, size_t off, size_t mask_len);

#endif
