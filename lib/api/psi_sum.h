/* psi_sum.h - joins and counts of them, for the public functions that need them. */
#ifndef SMPI_API_PSI_SUM_H
#define SMPI_API_PSI_SUM_H

#include <smpc.h>

/* Free the table's handles. */
void smpi_psi_joined_free(smpc_psi_joined *j);

/* How many rows are matched, shared. */
smpc_shared *smpi_psi_matched_count(smpc_session *s, const smpc_psi_joined *j);

/* [count >= minimum], shared; minimum >= 1. */
smpc_shared *smpi_psi_reached(smpc_session *s, const smpc_shared *count, uint64_t minimum);

/* SMPC_E_ARG, unless q->epsilon is 0 or as smpc_noise_laplace() takes it: anything else would be no noise. */
smpc_err smpi_psi_check_noise(smpc_session *s, const smpc_psi *q, const char *name);

/* Open a shared count of q's kind to q->to, with q's noise, unless it is below q's minimum: then *value is 0 and
 * *suppressed says so, to them alone.  As smpc_open_i64(). */
smpc_err smpi_psi_open_count(smpc_session *s, const smpc_psi *q, const smpc_shared *count, uint64_t *value,
                             bool *suppressed);

/* smpc_psi_count() through the join: for a minimum, for recipients without a set, and for `owners`. */
smpc_err smpi_psi_count_joined(smpc_session *s, const smpc_psi *q, const smpc_items *mine, uint64_t *count,
                               smpc_psi_result *result);

/* *reached := [as many items as q->minimum are in both (all) sets], by the join, opened to all members.
 * distinct, duplicates and sizes go to *result. */
smpc_err smpi_psi_gate(smpc_session *s, const smpc_psi *q, const smpc_items *mine, bool *reached,
                       smpc_psi_result *result);

#endif
