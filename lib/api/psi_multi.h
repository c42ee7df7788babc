/* psi_multi.h - what psi.c passes on: questions with `owners`. */
#ifndef SMPI_API_PSI_MULTI_H
#define SMPI_API_PSI_MULTI_H

#include <smpc.h>

/* smpc_psi_reveal() of more than two sets. */
smpc_err smpi_psi_many_reveal(smpc_session *s, const smpc_psi *q, const smpc_items *mine, uint8_t *matched,
                              size_t n_matched, smpc_psi_result *result);

#endif
