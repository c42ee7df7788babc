/* psi_stream.h - a party's own set as a stream: what smpc_psi_reveal_stream() does where smpc_psi_reveal() has all items. */
#ifndef SMPI_PSI_STREAM_H
#define SMPI_PSI_STREAM_H

#include "api/value.h"
#include "psi/parts.h"

/* SMPC_E_ARG: no stream, or one that cannot be read, or told; SMPC_E_RANGE: too little memory; SMPC_E_POLICY: a study
 * that compares sets. */
smpc_err smpi_psi_stream_check(struct smpc_session *s, const smpc_psi_stream *in, bool wants_rows);

/* Read it whole, into *p.  Errors of parts.h, SMPC_E_CANCELED, and the caller's own. */
smpc_err smpi_psi_stream_read(struct smpi_psi_parts *p, struct smpc_session *s, const smpc_psi_stream *in);
/* Read it whole, and only count. */
smpc_err smpi_psi_stream_count(uint64_t *n, struct smpc_session *s, const smpc_psi_stream *in);

/* Tell of each item whether it matched. */
void smpi_psi_stream_tell(const smpc_psi_stream *in, const struct smpi_psi_parts *p);

#endif
