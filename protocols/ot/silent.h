/* silent.h - correlated oblivious transfer for thin links: the transfers of cot.h
 * with a tenth of the bytes and some ten times the work.
 *
 * Silent VOLE (vole.h) whose a lie in F_2: c = q + b Delta.  Semi-honest only.
 * Large requests are worth their while: smpi_silent_bytes() tells what one costs, about
 * 0.4 bytes a transfer at 2^20 beside 3.9 of cot.h with k = 4, and no less than 130 kB. */
#ifndef SMPI_SILENT_H
#define SMPI_SILENT_H

#include "ot/cot.h"

enum { SMPI_SILENT_RUN = 1 << 20 }; /* AGREEMENT: transfers of one VOLE, at most */

struct smpi_silent;

/* As smpi_cot_open(); delta: [P] by rank, or NULL: random. */
smpc_err smpi_silent_open(struct smpi_silent **v, struct smpc_session *s, uint32_t instance, const blk *delta);
void smpi_silent_close(struct smpi_silent *v); /* wipes; NULL is allowed */
const blk *smpi_silent_delta(const struct smpi_silent *v, unsigned rank); /* mine, as sender to rank: secret */

/* Run all jobs, which have arrays and no callbacks, pair after pair: 2 rounds for each 2^20 transfers of
 * a direction.  Numbers of transfers are the caller's business.  Beside the results 50 MB at most.
 * On failure all results are void and the arrays wiped. */
smpc_err smpi_silent_extend(struct smpi_silent *v, struct smpc_session *s, const struct smpi_cot_job *job, size_t jobs);

/* What n transfers of one direction cost their sender and their receiver. */
void smpi_silent_bytes(uint64_t *sender, uint64_t *receiver, uint64_t n);

#endif
