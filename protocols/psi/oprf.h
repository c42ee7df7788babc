/* oprf.h - intersection of two sets by an oblivious pseudo-random function from
 * VOLE and a key-value store.
 *
 *   in    t->set, t->row   my distinct items; the sizes t->n and t->m, agreed
 *   out   t->hit
 *   cost  2 rounds for the base transfers, 2 for VOLE, 2 more, 3 when both learn; at 2^20 items each
 *         about 190 bits an item in all: the store, 1.31 masks an item of the receiver, and a mask
 *         an item of the sender, each of 40 + log2(n m) bits; memory about 100 bytes an item
 *   leaks to both     the sizes n and m (paddings look like items)
 *         to who learns  which of its items the other has
 *   error SMPC_E_ARG: count_only, or not exactly two computing parties; hit and matched are zeroed
 * Semi-honest.  For large sets.  Who learns is the receiver; when both do, the first
 * member is, and tells the other.  Both call it at the same step with mirrored arguments. */
#ifndef SMPI_OPRF_H
#define SMPI_OPRF_H

#include "math/aes.h"
#include "psi/okvs.h"
#include "psi/psi.h"

#define SMPI_OPRF_MAX_ITEMS (UINT64_C(1) << 26) /* LOCAL: in one set; 8 GB of memory */

smpc_err smpi_psi_oprf(struct smpc_session *s, struct smpi_psi_task *t);

/* What the busier of the two sends.  n, m: the receiver's and the sender's set. */
void smpi_psi_oprf_cost(struct smpi_cost *c, size_t n, size_t m, bool sender_learns);

/* --- the local halves: pure -------------------------------------------------------- */

/* The public functions of one intersection, bound to session and instance. */
struct smpi_oprf_hash {
  struct smpi_aes_key shorter, sixteen; /* items up to 16 bytes to keys: permutations */
  struct smpi_aes_key value, output;
  uint8_t longer[32];                   /* key of the hash of longer items          */
  size_t mask_len;
};
void smpi_oprf_hash_make(struct smpi_oprf_hash *h, const uint8_t session[32], uint64_t instance, size_t mask_len);

/* key[i] := the key of item row[i]: different for different items. */
void smpi_oprf_keys(blk *key, const struct smpi_oprf_hash *h, const smpc_items *set, const size_t *row, size_t n);
/* value[i] := H(key[i]), of mask_len bytes: the rest is zero. */
void smpi_oprf_values(blk *value, const struct smpi_oprf_hash *h, const blk *key, size_t n);
/* mask[i] := Ho(z[i], key[i]), of mask_len bytes. */
void smpi_oprf_masks(struct smpi_mask *mask, const struct smpi_oprf_hash *h, const blk *z, const blk *key, size_t n);

#endif
