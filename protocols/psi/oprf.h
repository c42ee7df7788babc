/* oprf.h - intersection of two sets by an oblivious pseudo-random function from
 * VOLE and a key-value store.
 *
 *   in    t without key, row and hit: t->n and t->m, the agreed sizes; p: my set
 *   out   where t->i_learn: noted in p; t->matched
 *   cost  2 rounds for the base transfers, 2 for VOLE, 2 more, 3 when both learn; at 2^20 items each
 *         about 190 bits an item in all: the store, 1.31 masks an item of the receiver, and a mask
 *         an item of the sender, each of 40 + log2(n m) bits; memory about 120 bytes an item.
 *         Malicious: 6 to 8 rounds more, masks of 128 bits: about 300 bits an item
 *         Of sets above SMPI_PSI_BUCKET_FROM all but the base transfers again for each bucket, one after the
 *         other; memory of one bucket, and that of the set
 *   leaks to both     the sizes n and m (paddings look like items); if a bucket overflows (2^-40), that it did
 *         to who learns  which of its items the other has
 *   error SMPC_E_ARG: count_only, or not exactly two computing parties, or two who learn with is_malicious;
 *         SMPC_E_CHEAT: a check failed, and nothing was opened; SMPC_E_STATE: a bucket overflowed; matched is zeroed
 * Semi-honest, or with is_malicious malicious, where exactly one learns.  There a party still chooses its own
 * set, and a receiver that deviates may use more items than it said: smpi_psi_oprf_columns(n, m), proved
 * to be at most smpi_psi_oprf_most(n, m).  For large sets.  Who learns is the receiver; when both do, the
 * first member is, and tells the other.  Both call it at the same step with mirrored arguments. */
#ifndef SMPI_OPRF_H
#define SMPI_OPRF_H

#include "math/aes.h"
#include "psi/okvs.h"
#include "psi/parts.h"
#include "psi/psi.h"
#include "rand/hash.h"

smpc_err smpi_psi_oprf_parts(struct smpc_session *s, struct smpi_psi_task *t, struct smpi_psi_parts *p);

/* What the busier of the two sends, in buckets.  n, m: the receiver's and the sender's set. */
void smpi_psi_oprf_cost(struct smpi_cost *c, size_t n, size_t m, bool sender_learns, bool is_malicious);

/* Malicious: how many items a receiver that said n can surely use with a sender of m: as many as its stores have
 * columns, which is 434 for each bucket at least, and 1.31 to 1.34 n from n = 2^16 on where m is below 2^20 or n.  0
 * where n or m is 0 or too large. */
uint64_t smpi_psi_oprf_columns(uint64_t n, uint64_t m);
/* The bound that is proved: with 2^64 operations it has used more than this many with probability 2^-40 at most; 1.8 to 2.1 n
 * where the former is 1.34 n. */
uint64_t smpi_psi_oprf_most(uint64_t n, uint64_t m);

/* --- the local halves: pure -------------------------------------------------------- */

/* The public functions of one intersection, bound to session and instance. */
struct smpi_oprf_hash {
  struct smpi_aes_key shorter, sixteen; /* items up to 16 bytes to keys             */
  struct smpi_aes_key value, output;
  uint8_t longer[32];                   /* key of the hash of longer items          */
  size_t mask_len;
  uint8_t session[32];
  uint64_t instance;
  struct smpi_aes_key salted;           /* of the second function of masks          */
  bool is_salted;
};
/* mask_len: smpi_psi_mask_len(n, m) at least, n and m being the items of both sets, of all runs. */
void smpi_oprf_hash_make(struct smpi_oprf_hash *h, const uint8_t session[32], uint64_t instance, size_t mask_len,
                         uint64_t n, uint64_t m);

/* Malicious: from now on masks are made with functions that the two halves of a salt choose; and what
 * binds the sender, member `committer`, to its half. */
void smpi_oprf_hash_salt(struct smpi_oprf_hash *h, const uint8_t receiver[32], const uint8_t sender[32]);
void smpi_oprf_hash_commit(uint8_t out[SMPI_HASH_LEN], const struct smpi_oprf_hash *h, unsigned committer,
                           const uint8_t half[32]);

/* key[i] := the key of item row[i].  Those of two items differ, but with probability 2^-128 for each pair that
 * anybody tries, after the session's number is known, too: 2^64 work finds one. */
void smpi_oprf_keys(blk *key, const struct smpi_oprf_hash *h, const smpc_items *set, const size_t *row, size_t n);
/* The same for n rows some of which are SMPI_PSI_PADDING: key k is that of row[place[k]].  Items come
 * first, and their number is returned; then paddings, with keys drawn from `random`, so that stores and
 * tables hold n keys whatever a set holds.  Such a key is another's, or an item's, with probability
 * 2^-128 for each pair. */
size_t smpi_oprf_keys_of(blk *key, uint32_t *place, const struct smpi_oprf_hash *h, const smpc_items *set,
                         const size_t *row, size_t n, struct smpi_prg *random);
/* value[i] := H(key[i]), of mask_len bytes: the rest is zero. */
void smpi_oprf_values(blk *value, const struct smpi_oprf_hash *h, const blk *key, size_t n);
/* mask[i] := Ho(z[i], key[i]), of mask_len bytes: G(z + key), salted G(z + H'(key)). */
void smpi_oprf_masks(struct smpi_mask *mask, const struct smpi_oprf_hash *h, const blk *z, const blk *key, size_t n);

#endif
