/* rot.c - random transfers from correlated ones.
 *
 * Functionality F_ROT    gives the sender uniform m0_i, m1_i and the receiver a uniform bit b_i and
 *                        the string that b_i names.
 * Protocol      [IKNP03] in the F_COT-hybrid model (cot.h): with H of tccr.h and i the number of the transfer
 *     1. correlated   q_i, Delta; b_i, t_i = q_i + b_i Delta
 *     2. locally      m0_i = H(i, q_i), m1_i = H(i, q_i + Delta);  m_i = H(i, t_i)
 * Why           t_i is q_i or q_i + Delta.
 * Security      that of F_COT, and H being correlation robust: tccr.c.  Malicious: H takes two calls of pi.
 * Assumes       F_COT.
 * Cost          that of F_COT.
 * Secrets       all but the tweaks.
 * Differs from  [IKNP03]: tweakable hash of [GKWY20].
 */
#include "ot/rot.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

enum { RUN = 64 }; /* LOCAL: strings hashed at a time for words */

struct smpi_tweak smpi_rot_tweak(uint32_t instance, unsigned sender, unsigned receiver, uint16_t use) {
  return (struct smpi_tweak){instance, (uint8_t)sender, (uint8_t)receiver, use};
}

/* --- local, semi-honest --------------------------------------------------------------- */

void smpi_rot_sent(const struct smpi_tccr *h, blk *m0, blk *m1, const blk *q, size_t n, const blk *delta,
                   struct smpi_tweak tweak, uint64_t first) {
  smpi_tccr_random_x(h, m1, q, n, delta, tweak, first);
  smpi_tccr_random_x(h, m0, q, n, NULL, tweak, first);
}

void smpi_rot_received(const struct smpi_tccr *h, blk *m, const blk *t, size_t n, struct smpi_tweak tweak,
                       uint64_t first) {
  smpi_tccr_random_x(h, m, t, n, NULL, tweak, first);
}

static void hash_words(const struct smpi_tccr *h, uint64_t *m, const blk *x, size_t n, const blk *shift,
                       struct smpi_tweak tweak, uint64_t first) {
  blk y[RUN];
  for (size_t i = 0; i < n; i += RUN) {
    size_t some = smpi_min(RUN, n - i);
    smpi_tccr_random_x(h, y, x + i, some, shift, tweak, first + i);
    for (size_t j = 0; j < some; j++) m[i + j] = y[j].w[0];
  }
  smpi_wipe(y, sizeof y);
}

void smpi_rot_sent_words(const struct smpi_tccr *h, uint64_t *m0, uint64_t *m1, const blk *q, size_t n,
                         const blk *delta, struct smpi_tweak tweak, uint64_t first) {
  hash_words(h, m0, q, n, NULL, tweak, first);
  hash_words(h, m1, q, n, delta, tweak, first);
}

void smpi_rot_received_words(const struct smpi_tccr *h, uint64_t *m, const blk *t, size_t n, struct smpi_tweak tweak,
                             uint64_t first) {
  hash_words(h, m, t, n, NULL, tweak, first);
}

/* --- drivers ----------------------------------------------------------------------------- */

struct hashing {
  const struct smpi_tccr *h;
  const struct smpi_rot_job *job;
  const blk *delta;
  struct smpi_tweak out, in; /* of transfers from me, to me */
  size_t sent, received;     /* hashed so far */
};

static void hash_sent(void *ctx, unsigned rank, uint64_t first, const blk *q, size_t n) {
  struct hashing *g = ctx;
  (void)rank;
  smpi_rot_sent(g->h, g->job->m0 + g->sent, g->job->m1 + g->sent, q, n, g->delta, g->out, first);
  g->sent += n;
}

static void hash_received(void *ctx, unsigned rank, uint64_t first, const blk *t, const uint64_t *b, size_t n) {
  struct hashing *g = ctx;
  (void)rank, (void)b; /* the bits go to the job's own array */
  smpi_rot_received(g->h, g->job->m + g->received, t, n, g->in, first);
  g->received += n;
}

static void wipe_results(const struct smpi_rot_job *job, size_t jobs) {
  for (size_t i = 0; i < jobs; i++) {
    if (job[i].m0 != NULL) smpi_wipe(job[i].m0, job[i].n_send * sizeof *job[i].m0);
    if (job[i].m1 != NULL) smpi_wipe(job[i].m1, job[i].n_send * sizeof *job[i].m1);
    if (job[i].m != NULL) smpi_wipe(job[i].m, job[i].n_receive * sizeof *job[i].m);
    if (job[i].b != NULL) smpi_wipe(job[i].b, smpi_ceil_div(job[i].n_receive, 64) * sizeof *job[i].b);
  }
}

smpc_err smpi_rot_extend(struct smpi_cot_passive *c, struct smpc_session *s, const struct smpi_tccr *h,
                         const struct smpi_rot_job *job, size_t jobs) {
  struct hashing g[SMPC_MAX_COMPUTING];
  struct smpi_cot_job cot[SMPC_MAX_COMPUTING];
  unsigned me = (unsigned)smpi_rank(s);
  if (jobs > SMPC_MAX_COMPUTING) return smpi_fail(s, SMPC_E_ARG, -1, "more transfers than parties");
  for (size_t i = 0; i < jobs; i++) {
    unsigned other = job[i].rank;
    if (other >= smpi_parties(s)) return smpi_fail(s, SMPC_E_ARG, -1, "a transfer with a party that does not exist");
    uint32_t instance = smpi_cot_instance(c);
    g[i] = (struct hashing){h, &job[i], smpi_cot_delta(c, other), smpi_rot_tweak(instance, me, other, 0),
                            smpi_rot_tweak(instance, other, me, 0), 0, 0};
    cot[i] = (struct smpi_cot_job){.rank = other, .n_send = job[i].n_send, .n_receive = job[i].n_receive,
                                   .b = job[i].b, .sent = hash_sent, .received = hash_received, .ctx = &g[i]};
  }
  smpc_err err = smpi_cot_extend(c, s, cot, jobs);
  if (err != SMPC_OK) wipe_results(job, jobs);
  return err;
}

/* The strings come unhashed into m0 and m, and are hashed there once the check has passed. */
smpc_err smpi_rot_active_extend(struct smpi_cot_active *c, struct smpc_session *s, const struct smpi_tccr *h,
                                const struct smpi_rot_job *job, size_t jobs) {
  struct smpi_cot_job cot[SMPC_MAX_COMPUTING];
  uint64_t sent[SMPC_MAX_COMPUTING], received[SMPC_MAX_COMPUTING];
  unsigned me = (unsigned)smpi_rank(s);
  smpc_err err = smpi_status(s);
  if (jobs > SMPC_MAX_COMPUTING) TRY(smpi_fail(s, SMPC_E_ARG, -1, "more transfers than parties"));
  TRY(err);
  for (size_t i = 0; i < jobs; i++) {
    unsigned other = job[i].rank;
    if (other >= smpi_parties(s)) TRY(smpi_fail(s, SMPC_E_ARG, -1, "a transfer with a party that does not exist"));
    sent[i] = smpi_cot_active_sent(c, other), received[i] = smpi_cot_active_received(c, other);
    cot[i] = (struct smpi_cot_job){.rank = other, .n_send = job[i].n_send, .n_receive = job[i].n_receive,
                                   .q = job[i].m0, .t = job[i].m, .b = job[i].b};
  }
  TRY(smpi_cot_active_extend(c, s, cot, jobs));
  for (size_t i = 0; i < jobs; i++) {
    const struct smpi_rot_job *j = &job[i];
    uint32_t instance = smpi_cot_active_instance(c);
    struct smpi_tweak out_tweak = smpi_rot_tweak(instance, me, j->rank, 0);
    smpi_tccr(h, j->m1, j->m0, j->n_send, smpi_cot_active_delta(c, j->rank), out_tweak, sent[i]);
    smpi_tccr(h, j->m0, j->m0, j->n_send, NULL, out_tweak, sent[i]);
    smpi_tccr(h, j->m, j->m, j->n_receive, NULL, smpi_rot_tweak(instance, j->rank, me, 0), received[i]);
  }
out:
  if (err != SMPC_OK) wipe_results(job, jobs);
  return err;
}
