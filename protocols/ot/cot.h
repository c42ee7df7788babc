/* cot.h - correlated oblivious transfer over GF(2)^128 between every two
 * computing parties, in both directions.
 *
 * Of each pair, for each direction: the sender holds a secret Delta, the same
 * for all its transfers to that receiver; transfer number i gives
 *     sender    q_i                         uniform
 *     receiver  a random bit b_i, and       t_i = q_i + b_i Delta
 * This is also subfield VOLE: b over GF(2), Delta, q and t over GF(2)^128.
 *
 * The two security levels are two types, and no function takes both:
 *   struct smpi_cot_passive   all parties follow the protocol; results may be used as they come
 *   struct smpi_cot_active    any party may deviate; results are given only after the check
 *
 * Transfers come in blocks of SMPI_COT_BLOCK.  A request for n makes
 * ceil(n / SMPI_COT_BLOCK) blocks and drops what is left of the last: ask for
 * multiples.  Transfers are numbered from 0 for each pair and direction, the
 * dropped ones too, so that both ends agree on the number, which is the tweak of
 * a hash (tccr.h, rot.h).
 *
 * Memory: 176 * 128/k * 2^k bytes for each pair and direction (45 kB, 90 kB, 720 kB for k = 2, 4, 8). */
#ifndef SMPI_COT_H
#define SMPI_COT_H

#include "math/block.h"
#include "session/session.h"

enum { SMPI_COT_BLOCK = 1024 }; /* AGREEMENT: transfers made at a time, so that their matrix stays in cache */

/* What all parties must choose alike. */
struct smpi_cot_params {
  unsigned k;        /* AGREEMENT: 1, 2, 4 or 8; bits sent a transfer: 128/k - 1; time grows with 2^k / k */
  uint32_t instance; /* different for every object of one session: part of all domains and tweaks */
  const blk *delta;  /* [P] by rank: my Delta as sender to each; NULL: random (local, not agreed) */
  uint32_t with;     /* bit r: rank r, who has set mine; 0: everybody with everybody      */
  uint32_t only_send, only_receive; /* bit r: towards rank r I am the sender alone, who has set my bit in the other;
                                       half the work and bytes                             */
};

enum smpi_cot_user { /* instances */
  SMPI_COT_FOR_TRIPLES = 1, SMPI_COT_FOR_VOLE, SMPI_COT_FOR_PSI, SMPI_COT_FOR_BENCH,
  SMPI_COT_FOR_JOIN
};

/* The instance of a user's object in operation number `step` of the session; false: a session has fewer than 2^24. */
static inline bool smpi_cot_instance_of(uint32_t *instance, enum smpi_cot_user user, uint64_t step) {
  *instance = (uint32_t)user | (uint32_t)step << 8;
  return step >> 24 == 0;
}

/* One pair's part of an extension.  Both ends name each other with mirrored
 * numbers.  Results go to the arrays, or, where these are NULL, to the callbacks,
 * a block at a time while it is in cache (n = SMPI_COT_BLOCK but for the last).
 * `first` is the number of the first transfer given. */
struct smpi_cot_job {
  unsigned rank;            /* the other party                                        */
  size_t n_send, n_receive; /* transfers with me as the sender, as the receiver       */
  blk *q;                   /* [n_send]                                               */
  blk *t;                   /* [n_receive]                                            */
  uint64_t *b;              /* [ceil(n_receive / 64)], bit i in word i / 64; bits beyond n_receive are zero */
  void (*sent)(void *ctx, unsigned rank, uint64_t first, const blk *q, size_t n);
  void (*received)(void *ctx, unsigned rank, uint64_t first, const blk *t, const uint64_t *b, size_t n);
  void *ctx;
};

/* --- semi-honest ------------------------------------------------------------ */

struct smpi_cot_passive;

/* Base transfers and trees for all pairs.  2 rounds (1 with k = 1), 4128 + 32 (128 - 128/k) bytes to each
 * other party, some 20 ms of CPU for each. */
smpc_err smpi_cot_open(struct smpi_cot_passive **c, struct smpc_session *s, const struct smpi_cot_params *p);
void smpi_cot_close(struct smpi_cot_passive *c); /* wipes; NULL is allowed */

/* Run all jobs (to different parties) in one round; smpi_cot_message_len() bytes
 * to each job's party.  On failure all results are void and the arrays wiped. */
smpc_err smpi_cot_extend(struct smpi_cot_passive *c, struct smpc_session *s, const struct smpi_cot_job *job,
                         size_t jobs);

/* The local halves, for protocols that send more in the same round: they
 * make one block each, in order, and cannot fail.  The receiver's makes the
 * message, the sender's takes it.  Each advances the numbering of its pair and
 * direction by SMPI_COT_BLOCK; the number of the first transfer is returned. */
uint64_t smpi_cot_receive(struct smpi_cot_passive *c, unsigned rank, blk t[SMPI_COT_BLOCK],
                          uint64_t b[SMPI_COT_BLOCK / 64], uint8_t *message);
uint64_t smpi_cot_send(struct smpi_cot_passive *c, unsigned rank, blk q[SMPI_COT_BLOCK], const uint8_t *message);

const blk *smpi_cot_delta(const struct smpi_cot_passive *c, unsigned rank); /* mine, as sender to rank: secret */
uint32_t smpi_cot_instance(const struct smpi_cot_passive *c);

/* --- malicious -------------------------------------------------------------- */

struct smpi_cot_active;

/* Besides, 4096 bytes and 40 ms for base transfers of the malicious form, and 32 * 128/k + 32 bytes to check the trees. */
smpc_err smpi_cot_active_open(struct smpi_cot_active **c, struct smpc_session *s, const struct smpi_cot_params *p);
void smpi_cot_active_close(struct smpi_cot_active *c);

/* The same, with results in arrays only: they are written as they come and are
 * valid when this returns SMPC_OK, that is, after the check.  When a check
 * fails, all seeds and every Delta of `c` are destroyed, the session fails with
 * SMPC_E_CHEAT, and the fault does not say which of the checks it was.
 * ceil(n / 2^16) + 2 rounds for the largest job; beside the messages, each 2^16 transfers or part of
 * them cost the receiver one block more and 1032 bytes, the sender 32 bytes. */
smpc_err smpi_cot_active_extend(struct smpi_cot_active *c, struct smpc_session *s, const struct smpi_cot_job *job,
                                size_t jobs);
/* What the checks of n transfers add to the messages of their sender and receiver, and all rounds. */
void smpi_cot_active_check_bytes(uint64_t *sender, uint64_t *receiver, unsigned *rounds, unsigned k, size_t n);
const blk *smpi_cot_active_delta(const struct smpi_cot_active *c, unsigned rank);
uint32_t smpi_cot_active_instance(const struct smpi_cot_active *c);
/* The number of the next transfer with me as the sender to rank, as the receiver. */
uint64_t smpi_cot_active_sent(const struct smpi_cot_active *c, unsigned rank);
uint64_t smpi_cot_active_received(const struct smpi_cot_active *c, unsigned rank);

/* --- both --------------------------------------------------------------------- */

/* Bytes the receiver of n transfers sends (without the malicious check). */
size_t smpi_cot_message_len(unsigned k, size_t n);

/* Chosen choice bits x from random ones: the receiver sends d = x + b (n packed
 * bits), the sender adds d_i Delta to q_i; then t_i = q_i + x_i Delta. */
void smpi_cot_choose(blk *q, const blk *delta, const uint64_t *d, size_t n);

#endif
