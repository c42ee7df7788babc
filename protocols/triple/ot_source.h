/* ot_source.h - correlated randomness by oblivious transfer: nobody need be
 * trusted. */
#ifndef SMPI_OT_SOURCE_H
#define SMPI_OT_SOURCE_H

#include "triple/source.h"

extern const struct smpi_source_ops smpi_ot_ops; /* its name and trust sentence */

/* At a computing party, all at the same step.  ~20 ms of CPU and
 * smpi_ot_open_bytes() to all others together, 2 rounds. */
smpc_err smpi_ot_source_open(struct smpi_source **src, struct smpc_session *s);

/* What one party sends to all others together; every party sends the same.  Matrices: ot_masks.h. */
uint64_t smpi_ot_open_bytes(unsigned parties);
uint64_t smpi_ot_units_bytes(unsigned parties, enum smpi_corr kind, uint64_t n, unsigned frac_bits);

#endif
