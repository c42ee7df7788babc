/* ecdh.h - intersection of two sets by commutative blinding on ristretto255.
 *
 *   in    t->set, t->row   my distinct items; the sizes t->n and t->m, agreed
 *   out   t->hit, or t->matched alone with count_only
 *   cost  2 rounds; 32 n bytes, and mask_len m more to a peer that learns; 2 scalar
 *         products and a hash to the group for each item of mine, 1 for each of theirs
 *         (about 140 us of one core an item and party of equal sets; all cores work at it); memory 32 (n + m) bytes
 *   leaks to both     the sizes n and m (paddings look like items)
 *         to who learns  which of its items the other has; with count_only how many
 *   error SMPC_E_CHEAT: the peer sent what is no point.  hit and matched are zeroed.
 * Semi-honest.  For small sets, thin links, and counts.  Both parties call it at
 * the same step with mirrored arguments. */
#ifndef SMPI_ECDH_H
#define SMPI_ECDH_H

#include "psi/psi.h"
#include "psi/xmd.h"

enum { SMPI_ECDH_MAX_ITEMS = 1 << 24 }; /* LOCAL: in one set; 40 minutes of one core */

smpc_err smpi_psi_ecdh(struct smpc_session *s, struct smpi_psi_task *t);

/* What the busier of the two sends. */
void smpi_psi_ecdh_cost(struct smpi_cost *c, size_t n, size_t m, bool i_learn, bool peer_learns);

/* --- the local halves: pure ---------------------------------------------------- */

/* One party's side of one intersection; fresh for each. */
struct smpi_ecdh_key {
  struct smpi_xmd hash;                                    /* public: bound to session and instance */
  uint8_t scalar[crypto_core_ristretto255_SCALARBYTES];    /* secret */
};

/* random[64] makes the scalar; SMPC_E_RNG when that is zero (never, with honest randomness). */
smpc_err smpi_ecdh_key_make(struct smpi_ecdh_key *k, const uint8_t session[32], uint64_t instance,
                            const uint8_t random[64]);
/* point := scalar * H(item). */
void smpi_ecdh_blind(uint8_t point[SMPI_POINT_LEN], const struct smpi_ecdh_key *k, const void *item, size_t len);
/* mask := the first mask_len bytes of the hash of scalar * point; false when
 * `point` is not the canonical encoding of a point other than the identity; the
 * mask then means nothing.  Constant time but for that verdict. */
bool smpi_ecdh_mask(struct smpi_mask *mask, const struct smpi_ecdh_key *k, const uint8_t point[SMPI_POINT_LEN],
                    size_t mask_len);

#endif
