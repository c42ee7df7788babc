/* seal.c - the parties sign each other's record of a session.
 *
 *   1. tell   each sends each the hash of its `end` entry, which by the chain of
 *             hashes stands for all of its journal up to there
 *   2. sign   each signs R = H(session, all hashes) and sends each the signature
 *
 * Afterwards every party holds every other's signature under every other's
 * record: none can later show another record of this session, or deny it, alone.
 * A party that tells two others different hashes is found: the signatures it gets
 * are under another R.  A party may hold back its signature after it has the
 * others'; then their journals have no seal, and the audit names who is missing. */
#include "govern/seal.h"

#include <sodium.h>
#include <string.h>

#include "rand/hash.h"

uint64_t smpi_seal_who(const struct smpc_session *s) {
  uint64_t all = (UINT64_C(1) << s->cfg.parties) - 1;
  return s->dealer < 0 ? all : all & ~(UINT64_C(1) << s->dealer);
}

void smpi_seal_digest(uint8_t out[32], const uint8_t session[32], uint64_t who, const uint8_t (*end)[32]) {
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc journal seal 1");
  smpi_hash_add(&h, session, 32);
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) {
    if (!(who >> i & 1)) continue;
    smpi_hash_add_u64(&h, i);
    smpi_hash_add(&h, end[i], 32);
  }
  smpi_hash_end(&h, out);
}

bool smpi_seal_is_valid(const uint8_t sign[64], const uint8_t digest[32], const uint8_t sign_key[32]) {
  return crypto_sign_verify_detached(sign, digest, 32, sign_key) == 0;
}

/* Mine to everybody, everybody's to me: item i of `size` bytes is party i's. */
static smpc_err exchange(struct smpc_session *s, uint8_t *all, size_t size) {
  struct smpi_flow flow[SMPC_MAX_PARTIES] = {{0}};
  uint64_t who = smpi_seal_who(s);
  size_t n = 0;
  for (unsigned i = 0; i < s->cfg.parties; i++) {
    if (i == smpi_me(s) || !(who >> i & 1)) continue;
    flow[n++] = (struct smpi_flow){
        .peer = i, .out_len = size, .in_len = size, .out = all + smpi_me(s) * size, .in = all + i * size};
  }
  return smpi_exchange(s, flow, n);
}

smpc_err smpi_seal_tell(struct smpc_session *s, uint8_t (*end)[32]) { return exchange(s, end[0], 32); }

smpc_err smpi_seal_sign(struct smpc_session *s, uint8_t (*sign)[64], const uint8_t (*end)[32],
                        const uint8_t sign_secret[64]) {
  uint8_t digest[32];
  uint64_t who = smpi_seal_who(s);
  smpi_seal_digest(digest, s->id, who, end);
  crypto_sign_detached(sign[smpi_me(s)], NULL, digest, sizeof digest, sign_secret);
  smpc_err err = exchange(s, sign[0], 64);
  for (unsigned i = 0; i < s->cfg.parties && err == SMPC_OK; i++)
    if ((who >> i & 1) && !smpi_seal_is_valid(sign[i], digest, s->cfg.member[i].sign_key))
      err = smpi_fail(s, SMPC_E_CHEAT, (int)i, "%s did not sign what I did at the end of the session",
                      smpi_member_name(s, i));
  return err;
}
