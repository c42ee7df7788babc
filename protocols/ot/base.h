/* base.h - a few oblivious transfers from public-key cryptography: what every
 * extension begins with.
 *
 * The local halves, which work by all cores; pairs.c carries their messages, one from each side, both in
 * the same round.  Instance i gives the sender two keys, the receiver the one
 * that its choice bit names.
 *
 * Two security levels, whose functions do not fit together: the plain names are secure against
 * malicious parties, with endemic keys [MR19]: a corrupt party may influence its own.  Those with `passive` are
 * semi-honest, at half the bytes and a third of the work. */
#ifndef SMPI_OT_BASE_H
#define SMPI_OT_BASE_H

#include <stdbool.h>

#include "ot/params.h"

enum {
  SMPI_POINT = 32,                    /* bytes of an encoded point, or of a scalar  */
  SMPI_BASE_RANDOM = 64,              /* bytes of randomness the sender takes        */
  SMPI_BASE_CHOICE_RANDOM = 128,      /* and the receiver for each transfer          */
  SMPI_BASE_PASSIVE_RANDOM = 64       /* the same, semi-honest                       */
};

/* Who, where and in which session: hashed into every key. */
struct smpi_base_place { uint8_t id[32]; };
void smpi_base_place(struct smpi_base_place *p, const uint8_t session[32], uint32_t instance, unsigned sender,
                     unsigned receiver);

/* The sender's message A = a G and its secret a, at both levels. */
void smpi_base_offer(uint8_t offer[SMPI_POINT], uint8_t secret[SMPI_POINT], const uint8_t random[SMPI_BASE_RANDOM]);

/* --- malicious ------------------------------------------------------------- */

/* The receiver's message, two points a transfer, and its secrets; n <= 128,
 * choice bit i is bit i of *choice.  random: n * SMPI_BASE_CHOICE_RANDOM bytes. */
void smpi_base_choose(uint8_t (*points)[2][SMPI_POINT], uint8_t (*secret)[SMPI_POINT], const struct smpi_base_place *p,
                      const blk *choice, const uint8_t *random, size_t n);

/* The keys from the other's message: false when that is malformed (not the
 * canonical encoding of a point, or the identity).  Keys are then unusable. */
bool smpi_base_sent(blk (*key)[2], const struct smpi_base_place *p, const uint8_t offer[SMPI_POINT],
                    const uint8_t secret[SMPI_POINT], const uint8_t (*points)[2][SMPI_POINT], size_t n);
bool smpi_base_received(blk *key, const struct smpi_base_place *p, const uint8_t offer[SMPI_POINT],
                        const uint8_t (*secret)[SMPI_POINT], const blk *choice,
                        const uint8_t (*points)[2][SMPI_POINT], size_t n);

/* --- semi-honest: the same with one point a transfer ------------------------- */

/* random: n * SMPI_BASE_PASSIVE_RANDOM bytes. */
void smpi_base_passive_choose(uint8_t (*point)[SMPI_POINT], uint8_t (*secret)[SMPI_POINT],
                              const struct smpi_base_place *p, const blk *choice, const uint8_t *random, size_t n);
bool smpi_base_passive_sent(blk (*key)[2], const struct smpi_base_place *p, const uint8_t offer[SMPI_POINT],
                            const uint8_t secret[SMPI_POINT], const uint8_t (*point)[SMPI_POINT], size_t n);
bool smpi_base_passive_received(blk *key, const struct smpi_base_place *p, const uint8_t offer[SMPI_POINT],
                                const uint8_t (*secret)[SMPI_POINT], const blk *choice,
                                const uint8_t (*point)[SMPI_POINT], size_t n);

#endif
