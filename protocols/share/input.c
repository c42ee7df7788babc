/* input.c - a member's input, and public constants, as shared vectors.
 *
 * Functionality F_input   from the owner a vector v; gives every computing party
 *                         a fresh share of v; reveals nothing.
 * Protocol      Pi_input  pairwise pseudo-random streams, as in [CDI05]:
 *     1. locally    party j takes v_j from the stream it shares with the owner
 *     2. locally    the owner computes  v - sum of the v_j
 *     3. a computing owner keeps that as its share; another owner sends it to
 *        the party of rank 0, whose share it is, and which skips step 1 (1 round)
 * Why           the shares sum to v by step 2.
 * Security      computational (the streams), semi-honest, up to P-1 of P
 *               parties: a coalition without the owner lacks the share v_h of
 *               some honest party h, which hides v in the last share.
 *               tests/exhaustive/ counts the views over a tiny ring.
 *               Malicious: an owner may share any v, as in the ideal world.
 * Assumes       keys of the pairs (the session's handshake), private channels.
 * Cost          0 rounds, 0 bytes; or 1 round, 8n bytes to one party.
 * Secrets       v, every v_j.
 * Differs from  the paper: additive shares and one key for each pair, not for
 *               each maximal coalition.
 */
#include "share/input.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

enum { PIECE = 512 }; /* LOCAL: elements worked on at once */

void smpi_input_split(shr *own, const uint64_t *value, const uint64_t *masks, size_t others, size_t n) {
  if ((const void *)own != value) memcpy(own, value, n * sizeof *own);
  for (size_t j = 0; j < others; j++)
    for (size_t i = 0; i < n; i++) own[i].v -= masks[j * n + i];
}

/* The owner's side, in successive pieces. */
struct owner {
  struct smpc_session *s;
  const uint64_t *value;
  unsigned skip;    /* the rank whose share is computed, not drawn */
  uint64_t *masks;  /* [SMPC_MAX_COMPUTING][PIECE]                 */
};

/* own := the owner's value less the others' shares, elements first .. first + n - 1. */
static void correct(struct owner *o, shr *own, size_t first, size_t n) {
  size_t others = 0;
  for (unsigned j = 0; j < smpi_parties(o->s); j++) {
    if (j == o->skip) continue;
    smpi_prg_words(smpi_prg_pair(o->s, smpi_member_of_rank(o->s, j)), o->masks + others++ * n, n);
  }
  smpi_input_split(own, o->value + first, o->masks, others, n);
}

static void correct_all(struct owner *o, shr *own, size_t first, size_t n) {
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(PIECE, n - i);
    correct(o, own + i, first + i, k);
  }
}

static void produce(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)peer;
  struct owner *o = ctx;
  shr own[PIECE];
  for (size_t i = 0, k; i < len / 8; i += k) {
    k = smpi_min(PIECE, len / 8 - i);
    correct(o, own, off / 8 + i, k);
    memcpy(buf + 8 * i, own, 8 * k);
  }
  smpi_wipe(own, sizeof own);
}

static smpc_err share_own(struct smpc_session *s, shr *x, const uint64_t *value, size_t n) {
  struct owner o = {s, value, smpi_rank(s) < 0 ? 0 : (unsigned)smpi_rank(s),
                    smpi_scratch(s, (size_t)SMPC_MAX_COMPUTING * PIECE, 8)};
  if (o.masks == NULL) return SMPC_E_NOMEM;
  if (smpi_rank(s) >= 0) {
    correct_all(&o, x, 0, n);
    return SMPC_OK;
  }
  const struct smpi_flow flow = {.peer = smpi_member_of_rank(s, 0), .out_len = 8 * n, .produce = produce, .ctx = &o};
  return smpi_exchange(s, &flow, 1);
}

/* A computing party that is not the owner. */
static smpc_err share_other(struct smpc_session *s, shr *x, unsigned owner, size_t n) {
  if (smpi_rank(s) == 0 && smpi_rank_of(s, owner) < 0) {
    const struct smpi_flow flow = {.peer = owner, .in_len = 8 * n, .in = x};
    return smpi_exchange(s, &flow, 1);
  }
  smpi_prg_words(smpi_prg_pair(s, owner), (uint64_t *)(void *)x, n);
  return SMPC_OK;
}

smpc_err smpi_input(struct smpc_session *s, shr *x, unsigned owner, const uint64_t *value, size_t n) {
  size_t mark = smpi_scratch_mark(s);
  smpc_err err = smpi_status(s);
  if (err == SMPC_OK && n > SIZE_MAX / 32)
    err = smpi_fail(s, SMPC_E_ARG, -1, "an input of %zu elements is too long", n);
  if (err == SMPC_OK && n > 0) {
    if (owner == smpi_me(s)) err = share_own(s, x, value, n);
    else if (smpi_rank(s) >= 0) err = share_other(s, x, owner, n);
  }
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK && smpi_rank(s) >= 0) smpi_wipe(x, n * sizeof *x);
  return err;
}

void smpi_input_public(struct smpc_session *s, shr *x, const uint64_t *value, size_t n) {
  for (size_t i = 0; i < n; i++) x[i].v = smpi_is_first(s) ? value[i] : 0;
}

void smpi_input_cost(struct smpi_cost *c, bool owner_computes, size_t n) {
  if (owner_computes || n == 0) return;
  c->rounds += 1;
  c->bytes += (uint64_t)8 * n;
}
