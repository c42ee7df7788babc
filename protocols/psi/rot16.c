/* rot16.c - random one-of-16 transfers from silent VOLE.
 *
 * Functionality F_rot16  gives the sender sixteen uniform pads p_0 .. p_15 and the receiver a uniform
 *                        a in 0..15 and p_a, for each of n transfers.
 * Protocol      [IKNP03] as [KK13] widens it, in the F_vole-hybrid model, V the F_2-space of the
 *     polynomials of degree below 4 in GF(2^128):
 *     1. VOLE       receiver: a in V, c;  sender: b, Delta;  c = a Delta + b    (2 rounds)
 *     2. locally    p_v = H(i, b + v Delta) for v in V;  the receiver H(i, c)
 * Why           c = b + a Delta.
 * Security      semi-honest.  Sender corrupt: a is pseudo-random in V to it.  Receiver corrupt: the pads it lacks
 *               are H at c + (v - a) Delta, fifteen different multiples of Delta, which is uniform to it:
 *               H, being correlation robust (tccr.c), gives independent strings; c is pseudo-random, so
 *               the one-call form serves.
 * Assumes       F_vole (ot/vole.h), H of ot/tccr.h.
 * Cost          that of F_vole; sixteen calls of H for the sender.
 * Secrets       all but the tweaks.
 * Differs from  [KK13]: the code is repetition in the field, and correlations are silent.
 */
#include "psi/rot16.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

enum {
  RUN = 64,         /* LOCAL: transfers hashed at a time                                  */
  USE_BITS = 2,     /* AGREEMENT: tweaks, apart from those of rot.h (0) and vole.c (1)     */
  USE_WORDS = 1 << 15,
};

struct smpi_rot16 {
  struct smpc_session *s;
  uint32_t instance;
  struct smpi_vole_passive *vole;
  struct smpi_tccr *hash;
  uint64_t sent[SMPC_MAX_COMPUTING], received[SMPC_MAX_COMPUTING]; /* transfers so far: tweaks */
};

smpc_err smpi_rot16_open(struct smpi_rot16 **out, struct smpc_session *s, uint32_t instance, uint32_t with) {
  smpc_err err = SMPC_OK;
  struct smpi_rot16 *l = *out = NULL;
  TRY(smpi_status(s));
  l = smpi_secret_alloc(1, sizeof *l);
  if (l == NULL) TRY(smpi_fail(s, SMPC_E_NOMEM, -1, "not enough memory for transfers"));
  l->s = s;
  l->instance = instance;
  TRY(smpi_tccr_open(&l->hash, s, instance));
  TRY(smpi_vole_open_with(&l->vole, s, instance, NULL, with));
  *out = l;
out:
  if (err != SMPC_OK) smpi_rot16_close(l);
  return err;
}

void smpi_rot16_close(struct smpi_rot16 *l) {
  if (l == NULL) return;
  smpi_vole_close(l->vole);
  smpi_tccr_close(l->hash);
  smpi_secret_free(l);
}

struct smpi_vole_passive *smpi_rot16_vole(struct smpi_rot16 *l) { return l->vole; }
struct smpc_session *smpi_rot16_session(const struct smpi_rot16 *l) { return l->s; }

static struct smpi_tweak tweak(const struct smpi_rot16 *l, unsigned rank, bool sends, unsigned use) {
  uint8_t me = (uint8_t)smpi_rank(l->s), peer = (uint8_t)rank;
  return (struct smpi_tweak){l->instance, sends ? me : peer, sends ? peer : me, (uint16_t)use};
}

void smpi_rot16_multiples(blk multiple[SMPI_ROT16_PADS], blk delta) {
  for (uint64_t v = 0; v < SMPI_ROT16_PADS; v++) multiple[v] = smpi_gf128_mul((blk){{v, 0}}, delta);
}

/* --- wide pads ------------------------------------------------------------------------- */

smpc_err smpi_rot16_send_wide(struct smpi_rot16 *l, unsigned rank, blk *b, size_t n, uint64_t *first) {
  *first = l->sent[rank];
  l->sent[rank] += n;
  return smpi_vole_send(l->vole, l->s, rank, b, n, SMPI_ROT16_BITS);
}

smpc_err smpi_rot16_receive_wide(struct smpi_rot16 *l, unsigned rank, blk *a, blk *c, size_t n, uint64_t *first) {
  *first = l->received[rank];
  l->received[rank] += n;
  return smpi_vole_receive(l->vole, l->s, rank, a, c, n, SMPI_ROT16_BITS);
}

void smpi_rot16_sent(const struct smpi_rot16 *l, unsigned rank, uint64_t *pad, const blk *b, const uint8_t *v, size_t n,
                      unsigned column, uint64_t first) {
  blk multiple[SMPI_ROT16_PADS], x[RUN];
  smpi_rot16_multiples(multiple, *smpi_vole_delta(l->vole, rank));
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(RUN, n - i);
    for (size_t j = 0; j < k; j++) x[j] = smpi_blk_xor(b[i + j], multiple[v[i + j] & 15]);
    smpi_tccr_random_x(l->hash, x, x, k, NULL, tweak(l, rank, true, USE_WORDS + column), first + i);
    for (size_t j = 0; j < k; j++) pad[i + j] = x[j].w[0];
  }
  smpi_wipe(multiple, sizeof multiple);
  smpi_wipe(x, sizeof x);
}

void smpi_rot16_received(const struct smpi_rot16 *l, unsigned rank, uint64_t *pad, const blk *c, size_t n,
                          unsigned column, uint64_t first) {
  blk x[RUN];
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(RUN, n - i);
    smpi_tccr_random_x(l->hash, x, c + i, k, NULL, tweak(l, rank, false, USE_WORDS + column), first + i);
    for (size_t j = 0; j < k; j++) pad[i + j] = x[j].w[0];
  }
  smpi_wipe(x, sizeof x);
}

/* --- pads of one bit ---------------------------------------------------------------------- */

void smpi_rot16_tables(uint16_t *table, const struct smpi_tccr *hash, struct smpi_tweak w, uint64_t first,
                       const blk multiple[SMPI_ROT16_PADS], const blk *b, size_t n) {
  blk y[RUN];
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(RUN, n - i);
    memset(table + i, 0, k * sizeof *table);
    for (unsigned v = 0; v < SMPI_ROT16_PADS; v++) {
      smpi_tccr_random_x(hash, y, b + i, k, &multiple[v], w, first + i);
      for (size_t j = 0; j < k; j++) table[i + j] |= (uint16_t)((y[j].w[0] & 1) << v);
    }
  }
  smpi_wipe(y, sizeof y);
}

void smpi_rot16_mine(uint8_t *mine, const struct smpi_tccr *hash, struct smpi_tweak w, uint64_t first, const blk *a,
                     const blk *c, size_t n) {
  blk y[RUN];
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(RUN, n - i);
    smpi_tccr_random_x(hash, y, c + i, k, NULL, w, first + i);
    for (size_t j = 0; j < k; j++) mine[i + j] = (uint8_t)((a[i + j].w[0] & 15) | (y[j].w[0] & 1) << 4);
  }
  smpi_wipe(y, sizeof y);
}

smpc_err smpi_rot16_send(struct smpi_rot16 *l, unsigned rank, uint16_t *table, size_t n) {
  size_t mark = smpi_scratch_mark(l->s);
  uint64_t first;
  blk multiple[SMPI_ROT16_PADS];
  blk *b = smpi_scratch(l->s, smpi_vole_room(n), sizeof *b);
  smpc_err err = smpi_status(l->s);
  if (b == NULL) goto out;
  TRY(smpi_rot16_send_wide(l, rank, b, n, &first));
  smpi_rot16_multiples(multiple, *smpi_vole_delta(l->vole, rank));
  smpi_rot16_tables(table, l->hash, tweak(l, rank, true, USE_BITS), first, multiple, b, n);
  smpi_wipe(multiple, sizeof multiple);
out:
  smpi_scratch_release(l->s, mark);
  if (err != SMPC_OK) smpi_wipe(table, n * sizeof *table);
  return err;
}

smpc_err smpi_rot16_receive(struct smpi_rot16 *l, unsigned rank, uint8_t *mine, size_t n) {
  size_t mark = smpi_scratch_mark(l->s), room = smpi_vole_room(n);
  uint64_t first;
  blk *a = smpi_scratch(l->s, room, sizeof *a), *c = smpi_scratch(l->s, room, sizeof *c);
  smpc_err err = smpi_status(l->s);
  if (a == NULL || c == NULL) goto out;
  TRY(smpi_rot16_receive_wide(l, rank, a, c, n, &first));
  smpi_rot16_mine(mine, l->hash, tweak(l, rank, false, USE_BITS), first, a, c, n);
out:
  smpi_scratch_release(l->s, mark);
  if (err != SMPC_OK) smpi_wipe(mine, n);
  return err;
}

void smpi_rot16_bytes(uint64_t *sender, uint64_t *receiver, size_t n) {
  smpi_vole_bytes(sender, receiver, n, SMPI_ROT16_BITS, false);
}
