/* release.h - reviewers' words on a held result: release it, or reject it.
 *
 * A word is a file beside the study,
 *     STUDY.<16 digits of the result's name>.NAME.released     or .rejected
 *         kind | opening | party | key | the result's subject (held.h) | sign
 * The signature covers all lines before it, so session, study, question, purpose,
 * recipients and shape, and does for no other result. */
#ifndef SMPI_RELEASE_WORD_H
#define SMPI_RELEASE_WORD_H

#include "govern/held.h"
#include "govern/study.h"

enum smpi_verdict { SMPI_RELEASED, SMPI_REJECTED };

/* Write this party's verdict beside the study.  SMPC_E_POLICY: it is no reviewer of
 * the question; the result is of another study.  SMPC_E_FILE: it is there already.  SMPC_E_DISK. */
smpc_err smpi_release_sign(const smpc_study *st, const char *path, const struct smpi_held *h, enum smpi_verdict verdict,
                           const uint8_t sign_secret[64], struct smpi_fault *f);

/* The decoder alone: is `text` reviewer i's verdict on h?  NULL, or why not; sign gets
 * the signature. */
const char *smpi_release_check(uint8_t sign[64], const smpc_study *st, unsigned i, const struct smpi_held *h,
                               enum smpi_verdict verdict, struct smpi_slice text);
/* Is this signature one under the release of h, by the party of this name and key? */
bool smpi_release_is_valid(const uint8_t sign[64], const struct smpi_held *h, const char *party, const uint8_t key[32]);

/* All reviewers have released h: sign[i] gets each one's signature.  SMPC_E_POLICY
 * names the first who has not, or whose word does not stand, or who rejected it. */
smpc_err smpi_release_gather(uint8_t (*sign)[64], const smpc_study *st, const char *path, const smpc_study_question *q,
                             const struct smpi_held *h, struct smpi_fault *f);
/* Who has rejected it, validly: index, or -1. */
int smpi_release_rejected_by(const smpc_study *st, const char *path, const smpc_study_question *q,
                             const struct smpi_held *h);
/* Who has released it, validly. */
smpc_who smpi_released_by(const smpc_study *st, const char *path, const smpc_study_question *q,
                          const struct smpi_held *h);

/* The question of st that h is a result of, or NULL. */
const smpc_study_question *smpi_held_question(const smpc_study *st, const struct smpi_held *h);

#endif
