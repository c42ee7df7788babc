/* rot.h - random oblivious transfer: correlated transfers (cot.h), hashed.
 *
 * Transfer i gives the sender two independent uniform strings m0_i, m1_i and the
 * receiver a random bit b_i and m_i = m0_i or m1_i, of 128 bits (blk) or of 64
 * (words: the first word of the same string).
 *
 * The local functions hash a block of correlated transfers, as smpi_cot_send()
 * and smpi_cot_receive() or the callbacks of an extension give them; the drivers
 * run a whole extension. */
#ifndef SMPI_ROT_H
#define SMPI_ROT_H

#include "ot/cot.h"
#include "ot/tccr.h"

/* --- local: n transfers, the first being number `first` ----------------------- */

/* The sender's strings.  m0 may be q.  The semi-honest forms take one call of pi
 * a string (smpi_tccr_random_x), for correlated transfers of struct smpi_cot_passive. */
void smpi_rot_sent(const struct smpi_tccr *h, blk *m0, blk *m1, const blk *q, size_t n, const blk *delta,
                   struct smpi_tweak tweak, uint64_t first);
void smpi_rot_sent_words(const struct smpi_tccr *h, uint64_t *m0, uint64_t *m1, const blk *q, size_t n,
                         const blk *delta, struct smpi_tweak tweak, uint64_t first);
/* The receiver's.  m may be t. */
void smpi_rot_received(const struct smpi_tccr *h, blk *m, const blk *t, size_t n, struct smpi_tweak tweak,
                       uint64_t first);
void smpi_rot_received_words(const struct smpi_tccr *h, uint64_t *m, const blk *t, size_t n, struct smpi_tweak tweak,
                             uint64_t first);

/* --- drivers: all pairs at once ------------------------------------------------ */

struct smpi_rot_job {
  unsigned rank;
  size_t n_send, n_receive;
  blk *m0, *m1;  /* [n_send]                      */
  blk *m;        /* [n_receive]                   */
  uint64_t *b;   /* [ceil(n_receive / 64)], packed */
};

/* One round, as smpi_cot_extend(). */
smpc_err smpi_rot_extend(struct smpi_cot_passive *c, struct smpc_session *s, const struct smpi_tccr *h,
                         const struct smpi_rot_job *job, size_t jobs);
/* As smpi_cot_active_extend(), hashed by two calls of pi a string. */
smpc_err smpi_rot_active_extend(struct smpi_cot_active *c, struct smpc_session *s, const struct smpi_tccr *h,
                                const struct smpi_rot_job *job, size_t jobs);

/* The tweak of transfers from one rank to another; `use` is 0 for this file's drivers. */
struct smpi_tweak smpi_rot_tweak(uint32_t instance, unsigned sender, unsigned receiver, uint16_t use);

#endif
