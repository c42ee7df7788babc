/* ot_lookups.h - lookups (lookup.h) of two parties, by oblivious transfer. */
#ifndef SMPI_OT_LOOKUPS_H
#define SMPI_OT_LOOKUPS_H

#include "triple/lookup.h"
#include "triple/ot_transfer.h"

/* n units, into the columns of SMPI_LOOKUP.
 *   cost   1 round for each 512 units; smpi_ot_lookups_bytes(): 992 a unit, four at a time
 *   error  the columns are void */
smpc_err smpi_ot_lookups(struct smpi_ot *o, uint64_t *const col[SMPI_LOOKUP_COLUMNS], size_t n);
uint64_t smpi_ot_lookups_bytes(uint64_t n);

#endif
