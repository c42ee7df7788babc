/* zero.c - fresh random sharings of zero, without communication.
 *
 * Functionality F_zero   gives every party a share of 0, otherwise uniform.
 * Protocol      Pi_zero  pseudo-random zero sharing, as in [CDI05]:
 *     1. each pair i < j takes one key from the stream it has in common
 *     2. locally    r_ij = the stream of that key
 *     3. locally    party k: sum of r_kj (k < j) - sum of r_ik (i < k);
 *                   for xor sharings the exclusive or of all its r
 * Why           every r_ij stands in two shares, once added, once subtracted.
 * Security      computational (the streams), semi-honest, up to P-1 of P
 *               parties: the streams between honest parties make their shares
 *               uniform with the right sum.  tests/exhaustive/ counts the views.
 * Assumes       keys of the pairs (the session's handshake).
 * Cost          nothing is sent.
 * Secrets       the keys, the r_ij, the shares.
 * Differs from  the paper: one key for each pair, not for each maximal
 *               coalition; additive or xor shares.
 */
#include "share/zero.h"

#include "base/bytes.h"
#include "base/mem.h"

enum { PIECE = 1024 }; /* LOCAL: elements worked on at once */

struct smpi_zero {
  unsigned rank, parties;
  struct smpi_prg *stream[SMPC_MAX_COMPUTING]; /* with each rank; mine is NULL */
  uint64_t words[PIECE];
};

void smpi_zero_apply(shr *x, const uint64_t *stream, size_t n, enum smpi_join join, int lower) {
  if (join == SMPI_XOR)
    for (size_t i = 0; i < n; i++) x[i].v ^= stream[i];
  else if (lower)
    for (size_t i = 0; i < n; i++) x[i].v += stream[i];
  else
    for (size_t i = 0; i < n; i++) x[i].v -= stream[i];
}

/* A stream of its own for this pair and use. */
static smpc_err derive(struct smpi_prg **stream, struct smpi_prg *pair) {
  uint64_t words[4];
  uint8_t key[32];
  smpi_prg_words(pair, words, 4);
  for (int i = 0; i < 4; i++) smpi_put64(key + 8 * i, words[i]);
  smpc_err err = smpi_prg_open(stream, key);
  smpi_wipe(words, sizeof words);
  smpi_wipe(key, sizeof key);
  return err;
}

smpc_err smpi_zero_open(struct smpc_session *s, struct smpi_zero **out) {
  *out = NULL;
  smpc_err err = smpi_status(s);
  if (err != SMPC_OK) return err;
  if (smpi_rank(s) < 0) return smpi_fail(s, SMPC_E_STATE, -1, "only a computing party shares zeroes");
  struct smpi_zero *z = smpi_secret_alloc(1, sizeof *z);
  if (z == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "not enough memory for a sharing of zero");
  z->rank = (unsigned)smpi_rank(s);
  z->parties = smpi_parties(s);
  for (unsigned j = 0; j < z->parties && err == SMPC_OK; j++)
    if (j != z->rank) err = derive(&z->stream[j], smpi_prg_pair(s, smpi_member_of_rank(s, j)));
  if (err == SMPC_OK) *out = z;
  else {
    smpi_zero_close(z);
    err = smpi_fail(s, err, -1, "not enough memory for a sharing of zero");
  }
  return err;
}

void smpi_zero_close(struct smpi_zero *z) {
  if (z == NULL) return;
  for (unsigned j = 0; j < z->parties; j++) smpi_prg_close(z->stream[j]);
  smpi_secret_free(z);
}

void smpi_zero_join(struct smpi_zero *z, shr *x, size_t first, size_t n, enum smpi_join join) {
  for (unsigned j = 0; j < z->parties; j++) {
    if (j == z->rank) continue;
    smpi_prg_seek(z->stream[j], first);
    for (size_t i = 0, k; i < n; i += k) {
      k = smpi_min(PIECE, n - i);
      smpi_prg_words(z->stream[j], z->words, k);
      smpi_zero_apply(x + i, z->words, k, join, z->rank < j);
    }
  }
}

smpc_err smpi_zero_refresh(struct smpc_session *s, shr *x, size_t n, enum smpi_join join) {
  struct smpi_zero *z;
  smpc_err err = smpi_zero_open(s, &z);
  if (err == SMPC_OK) smpi_zero_join(z, x, 0, n, join);
  smpi_zero_close(z);
  return err;
}
