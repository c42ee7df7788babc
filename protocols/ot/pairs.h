/* pairs.h - both ends of all pairs of one party: base transfers and trees, set up
 * for everybody at once.
 *
 * Internal to protocols/ot: users see cot.h. */
#ifndef SMPI_OT_PAIRS_H
#define SMPI_OT_PAIRS_H

#include "ot/base.h"
#include "ot/cot.h"
#include "ot/soft.h"

struct smpi_ot_pair {
  unsigned rank, member;
  struct smpi_base_place as_sender, as_receiver;
  struct smpi_soft_sender send;
  struct smpi_soft_receiver receive;
};

struct smpi_ot_pairs {
  unsigned parties, me, k; /* me: my rank */
  uint32_t instance, with; /* with: bit r: a pair with rank r */
  uint32_t only_send, only_receive; /* as in struct smpi_cot_params */
  bool is_checked;         /* the trees were: malicious */
  struct smpi_ot_pair pair[SMPC_MAX_COMPUTING]; /* by rank; my own unused */
};

/* cot.h says what an opening costs. */
smpc_err smpi_ot_pairs_open(struct smpi_ot_pairs *a, struct smpc_session *s, const struct smpi_cot_params *p,
                            bool is_checked);
void smpi_ot_pairs_wipe(struct smpi_ot_pairs *a); /* every seed and Delta; may be repeated */

/* SMPC_E_ARG when the jobs make no sense. */
smpc_err smpi_ot_jobs_check(const struct smpi_ot_pairs *a, struct smpc_session *s, const struct smpi_cot_job *job,
                            size_t jobs);
/* All results that stand in arrays: void after a failure. */
void smpi_ot_jobs_wipe(const struct smpi_cot_job *job, size_t jobs);

#endif
