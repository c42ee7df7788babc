/* vole.h - silent VOLE over GF(2^128) between two computing parties.
 *
 *     the receiver gets    a[n], c[n]
 *     the sender has       Delta, the same for all its runs to that receiver, and gets b[n]
 *     with                 c[i] = a[i] Delta + b[i]   in GF(2^128) (math/gf128.h),
 *
 * a, b pseudo-random.  Delta is given at opening or drawn there.
 *
 * SUBSPACE FORM.  With dim < 128 every a[i] lies in the F_2-subspace of the
 * polynomials of degree below dim, i.e. only its low dim bits are set, uniform
 * there; b, c and Delta are as before.  It holds here, at the VOLE, and not at
 * what is built from it: the noise values are drawn from the subspace and the
 * code is linear over GF(2), so all of a stays in it.  Semi-honest only.
 *
 * The two security levels are two types, and no function takes both. */
#ifndef SMPI_VOLE_H
#define SMPI_VOLE_H

#include "math/gf128.h"
#include "ot/cot.h"
#include "ot/lpn.h"
#include "ot/tccr.h"
#include "ot/vole_tree.h"

/* Elements that the arrays of a run over n must have room for (6144 at least): a little more
 * than n; those from n on are wiped on return.  0 when n is above 2^31. */
size_t smpi_vole_room(size_t n);

/* --- semi-honest ------------------------------------------------------------ */

struct smpi_vole_passive;

/* delta: [P] by rank, or NULL: random.  `instance` differs for every object of
 * one session that uses correlated transfers (enum smpi_cot_user).  Costs what
 * smpi_cot_open() does: 2 rounds with every computing party. */
smpc_err smpi_vole_open(struct smpi_vole_passive **v, struct smpc_session *s, uint32_t instance, const blk *delta);
/* The same between some pairs alone: bit r of `with` is rank r, who names me in turn. */
smpc_err smpi_vole_open_with(struct smpi_vole_passive **v, struct smpc_session *s, uint32_t instance, const blk *delta,
                             uint32_t with);
/* Between me and `rank` alone, who calls it with the opposite of `sends`, and in one direction: half the
 * work and bytes.  A random Delta. */
smpc_err smpi_vole_open_way(struct smpi_vole_passive **v, struct smpc_session *s, uint32_t instance, unsigned rank,
                            bool sends);
void smpi_vole_close(struct smpi_vole_passive *v); /* wipes; NULL is allowed */
const blk *smpi_vole_delta(const struct smpi_vole_passive *v, unsigned rank); /* mine, towards rank */

/* One run: one party sends, naming the other's rank, and the other receives.
 *   out   b[room(n)], or a[room(n)] and c[room(n)]
 *   dim   1, or 4, 8, 12, ..., 128
 *   cost  smpi_vole_rounds(), 2; smpi_vole_bytes()
 *   error outputs are wiped; SMPC_E_ARG: n above 2^31 or an odd dim */
smpc_err smpi_vole_send(struct smpi_vole_passive *v, struct smpc_session *s, unsigned rank, blk *b, size_t n,
                        unsigned dim);
smpc_err smpi_vole_receive(struct smpi_vole_passive *v, struct smpc_session *s, unsigned rank, blk *a, blk *c,
                           size_t n, unsigned dim);

/* --- malicious -------------------------------------------------------------- */

struct smpi_vole_active;

smpc_err smpi_vole_active_open(struct smpi_vole_active **v, struct smpc_session *s, uint32_t instance,
                               const blk *delta);
smpc_err smpi_vole_active_open_way(struct smpi_vole_active **v, struct smpc_session *s, uint32_t instance,
                                   unsigned rank, bool sends);
void smpi_vole_active_close(struct smpi_vole_active *v);
const blk *smpi_vole_active_delta(const struct smpi_vole_active *v, unsigned rank); /* NULL once destroyed */

/* As above with dim = 128 and more rounds: those of checked transfers, and 2.  When the check fails, the
 * transfers, their seeds and every Delta of `v` are destroyed, the session
 * fails with SMPC_E_CHEAT, and outputs are wiped. */
smpc_err smpi_vole_active_send(struct smpi_vole_active *v, struct smpc_session *s, unsigned rank, blk *b, size_t n);
smpc_err smpi_vole_active_receive(struct smpi_vole_active *v, struct smpc_session *s, unsigned rank, blk *a, blk *c,
                                  size_t n);

/* --- both ------------------------------------------------------------------- */

/* Bytes of opening to each other party, cot.h with k = 4: of the sender of one direction, of its receiver,
 * of both; and what the malicious form adds, of the sender and of the receiver. */
enum {
  SMPI_VOLE_OPEN_SEND = 4096, SMPI_VOLE_OPEN_RECEIVE = 32 + 32 * (128 - 128 / 4),
  SMPI_VOLE_OPEN_BYTES = SMPI_VOLE_OPEN_SEND + SMPI_VOLE_OPEN_RECEIVE,
  SMPI_VOLE_OPEN_SEND_MORE = 4096, SMPI_VOLE_OPEN_RECEIVE_MORE = 32 * 128 / 4 + 32
};
/* Bytes of one run that the sender and the receiver send, and its rounds. */
void smpi_vole_bytes(uint64_t *sender, uint64_t *receiver, size_t n, unsigned dim, bool is_active);
unsigned smpi_vole_rounds(size_t n, unsigned dim, bool is_active);

/* --- the local halves, for tests -------------------------------------------------
 * Pure, given correlated transfers from anywhere: q, t, b with t_i = q_i + b_i Delta. */

struct smpi_vole_shape {
  struct smpi_lpn_shape lpn;
  unsigned dim;
  size_t transfers;   /* t depth for the trees, t dim for the noise, 128 for the check */
  size_t message_len; /* t (2 depth + 1) blocks */
};
smpc_err smpi_vole_shape(struct smpi_vole_shape *shape, size_t n, unsigned dim);

/* The value hidden in bits j .. j + dim - 1 of transfers: sum of x^j t_j, by Horner. */
blk smpi_vole_pack(const blk *t, size_t dim);
blk smpi_vole_pack_bits(const uint64_t *b, size_t first, size_t dim);

/* Tree i: the sender's leaves and its part of the message, m0 and m1 (depth
 * each) being the pads of the tree's transfers and `value` its share b' of the noise. */
void smpi_vole_plant(const struct smpi_vole_tree_keys *k, blk *leaf, blk *message, blk root, const blk *m0,
                     const blk *m1, blk value, unsigned depth);
/* The receiver's: c[2^depth], and a[2^depth], which is zero but for `noise` at the hole.
 * pad[depth] and side[depth bits from `first`] are its transfers'; `value` is c'. */
void smpi_vole_unplant(const struct smpi_vole_tree_keys *k, blk *a, blk *c, const blk *message, const blk *pad,
                       const uint64_t *side, size_t first, blk noise, blk value, unsigned depth);

/* The check's running sum: sum := sum chi^len + sum of x[i] chi^(i+1), over runs of
 * len = SMPI_VOLE_POWERS or all of n if that is less; power[i] = chi^(i+1). */
enum { SMPI_VOLE_POWERS = 1024 }; /* AGREEMENT */
void smpi_vole_hash(blk *sum, const blk *x, size_t n, const blk *power);

#endif
