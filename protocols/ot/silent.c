/* silent.c - correlated transfers from silent VOLE over F_2.
 *
 * Functionality F_COT    as cot.h: q_i to the sender, random b_i and t_i = q_i + b_i Delta to the receiver.
 * Protocol      for each direction of each pair, [BCG+19] with the code of [RRT23] (vole.c, dim = 1):
 *     1. VOLE       c = a Delta + b over GF(2^128), a in F_2                    (2 rounds)
 *     2. locally    sender q = b; receiver t = c, b = a
 * Why           a is 0 or 1, and a Delta is Delta or nothing.
 * Security      semi-honest, that of vole.c.  lpn.h states its parameters for noise of `dim` bits at each of
 *               t positions; one bit is the least, and no attack there gains by fewer: linear tests
 *               meet the same bias, splitting finds 2^(dim - 1) times fewer sums.
 * Assumes       F_cot (ot/cot.h) for 12 thousand transfers of 2^20.
 * Cost          smpi_silent_bytes().
 * Secrets       all.
 * Differs from  [YWL+20]: the dual code, each run from fresh transfers and not from the last run's end.
 */
#include "ot/silent.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "ot/vole.h"

struct smpi_silent { struct smpi_vole_passive *vole; };

smpc_err smpi_silent_open(struct smpi_silent **v, struct smpc_session *s, uint32_t instance, const blk *delta) {
  struct smpi_silent *made = smpi_alloc(1, sizeof *made);
  *v = NULL;
  if (made == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "no memory for oblivious transfer");
  smpc_err err = smpi_vole_open(&made->vole, s, instance, delta);
  if (err == SMPC_OK) *v = made;
  else smpi_free(made);
  return err;
}

void smpi_silent_close(struct smpi_silent *v) {
  if (v == NULL) return;
  smpi_vole_close(v->vole);
  smpi_free(v);
}

const blk *smpi_silent_delta(const struct smpi_silent *v, unsigned rank) { return smpi_vole_delta(v->vole, rank); }

/* --- one direction of one pair ------------------------------------------------------ */

static smpc_err send_run(struct smpi_silent *v, struct smpc_session *s, unsigned rank, blk *q, size_t n) {
  blk *b = smpi_secret_alloc(smpi_vole_room(n), sizeof *b);
  if (b == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "no memory for oblivious transfer");
  smpc_err err = smpi_vole_send(v->vole, s, rank, b, n, 1);
  if (err == SMPC_OK) memcpy(q, b, n * sizeof *q);
  smpi_secret_free(b);
  return err;
}

/* The low bits of a[n], packed; bits beyond are zero. */
static void pack(uint64_t *bits, const blk *a, size_t n) {
  for (size_t i = 0; i < n; i += 64) {
    uint64_t word = 0;
    for (size_t j = 0; j < smpi_min(64, n - i); j++) word |= (a[i + j].w[0] & 1) << j;
    bits[i / 64] = word;
  }
}

static smpc_err receive_run(struct smpi_silent *v, struct smpc_session *s, unsigned rank, blk *t, uint64_t *bits,
                            size_t n) {
  size_t room = smpi_vole_room(n);
  blk *a = smpi_secret_alloc(2 * room, sizeof *a), *c = a + room;
  if (a == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "no memory for oblivious transfer");
  smpc_err err = smpi_vole_receive(v->vole, s, rank, a, c, n, 1);
  if (err == SMPC_OK) {
    memcpy(t, c, n * sizeof *t);
    pack(bits, a, n);
  }
  smpi_secret_free(a);
  return err;
}

static smpc_err run_job(struct smpi_silent *v, struct smpc_session *s, const struct smpi_cot_job *job, bool sends) {
  size_t all = sends ? job->n_send : job->n_receive;
  smpc_err err = SMPC_OK;
  for (size_t at = 0; at < all; at += SMPI_SILENT_RUN) {
    size_t n = smpi_min(SMPI_SILENT_RUN, all - at);
    if (sends) TRY(send_run(v, s, job->rank, job->q + at, n));
    else TRY(receive_run(v, s, job->rank, job->t + at, job->b + at / 64, n));
  }
out:
  return err;
}

/* --- all ------------------------------------------------------------------------------- */

static smpc_err check_jobs(struct smpc_session *s, const struct smpi_cot_job *job, size_t jobs) {
  smpc_err err = smpi_status(s);
  for (size_t i = 0; i < jobs && err == SMPC_OK; i++)
    if (job[i].rank >= smpi_parties(s) || (int)job[i].rank == smpi_rank(s) || (job[i].n_send != 0 && job[i].q == NULL) ||
        (job[i].n_receive != 0 && (job[i].t == NULL || job[i].b == NULL)))
      err = smpi_fail(s, SMPC_E_ARG, -1, "a silent transfer must be with another computing party, into arrays");
  return err;
}

static void wipe_results(const struct smpi_cot_job *job, size_t jobs) {
  for (size_t i = 0; i < jobs; i++) {
    if (job[i].q != NULL) smpi_wipe(job[i].q, job[i].n_send * sizeof *job[i].q);
    if (job[i].t != NULL) smpi_wipe(job[i].t, job[i].n_receive * sizeof *job[i].t);
    if (job[i].b != NULL) smpi_wipe(job[i].b, smpi_ceil_div(job[i].n_receive, 64) * sizeof *job[i].b);
  }
}

/* All parties go through the pairs in one order, so that nobody waits for who waits for it. */
smpc_err smpi_silent_extend(struct smpi_silent *v, struct smpc_session *s, const struct smpi_cot_job *job,
                            size_t jobs) {
  const unsigned me = (unsigned)smpi_rank(s), parties = smpi_parties(s);
  smpc_err err;
  TRY(check_jobs(s, job, jobs));
  for (unsigned sender = 0; sender < parties; sender++)
    for (unsigned receiver = 0; receiver < parties; receiver++) {
      if (sender == receiver || (sender != me && receiver != me)) continue;
      unsigned other = sender == me ? receiver : sender;
      for (size_t i = 0; i < jobs; i++)
        if (job[i].rank == other) TRY(run_job(v, s, &job[i], sender == me));
    }
out:
  if (err != SMPC_OK) wipe_results(job, jobs);
  return err;
}

void smpi_silent_bytes(uint64_t *sender, uint64_t *receiver, uint64_t n) {
  *sender = *receiver = 0;
  for (uint64_t at = 0; at < n; at += SMPI_SILENT_RUN) {
    uint64_t out, in, left = n - at;
    smpi_vole_bytes(&out, &in, left < SMPI_SILENT_RUN ? (size_t)left : SMPI_SILENT_RUN, 1, false);
    *sender += out;
    *receiver += in;
  }
}
