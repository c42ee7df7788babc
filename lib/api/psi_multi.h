/* psi_multi.h - what psi.c passes on: questions with `owners`. */
#ifndef SMPI_API_PSI_MULTI_H
#define SMPI_API_PSI_MULTI_H

#include <smpc.h>

/* The public functions for more than two sets; as in smpc.h. */
smpc_err smpi_psi_many_reveal(smpc_session *s, const smpc_psi *q, const smpc_items *mine, uint8_t *matched,
                              size_t n_matched, smpc_psi_result *result);
smpc_err smpi_psi_many_count(smpc_session *s, const smpc_psi *q, const smpc_items *mine, uint64_t *count,
                             smpc_psi_result *result);

#endif
