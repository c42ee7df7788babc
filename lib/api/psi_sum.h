/* psi_sum.h - counts of joins, for the public functions that need them. */
#ifndef SMPI_API_PSI_SUM_H
#define SMPI_API_PSI_SUM_H

#include <smpc.h>

/* How many rows are matched, shared. */
smpc_shared *smpi_psi_matched_count(smpc_session *s, const smpc_psi_joined *j);

/* [count >= minimum], shared; minimum >= 1. */
smpc_shared *smpi_psi_reached(smpc_session *s, const smpc_shared *count, uint64_t minimum);

#endif
