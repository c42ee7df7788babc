/* seal.h - the parties sign each other's record of a session. */
#ifndef SMPI_SEAL_H
#define SMPI_SEAL_H

#include "session/session_impl.h"

/* What all sign: H(session, and for each party its index and its entry's hash);
 * parties whose bit is not in `who` are left out. */
void smpi_seal_digest(uint8_t out[32], const uint8_t session[32], uint64_t who, const uint8_t (*end)[32]);
bool smpi_seal_is_valid(const uint8_t sign[64], const uint8_t digest[32], const uint8_t sign_key[32]);

/* Exchange entries' hashes: end[i] of every party but the dealer; mine is given.
 * Then signatures under all of them: sign[i].  1 round each; 32 and 64 bytes to
 * each party.  A wrong signature is SMPC_E_CHEAT and names its party. */
smpc_err smpi_seal_tell(struct smpc_session *s, uint8_t (*end)[32]);
smpc_err smpi_seal_sign(struct smpc_session *s, uint8_t (*sign)[64], const uint8_t (*end)[32],
                        const uint8_t sign_secret[64]);

/* Bits of all members but the dealer. */
uint64_t smpi_seal_who(const struct smpc_session *s);

#endif
