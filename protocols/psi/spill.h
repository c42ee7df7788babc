/* spill.h - a party's keys with their rows, by parts, where there are too many for memory: up to a bound in memory,
 * the others on disk.
 *
 * The file has no name: it is made with mode 0600 and unlinked at once, so it ends with the process, however that
 * ends.  Blocks are encrypted and authenticated under a key that is drawn here and never leaves memory, each
 * under its number: what is read back is what was written there.  Who can read the disk meanwhile sees
 * how many items there are, and who sees it read, which blocks are of one bucket. */
#ifndef SMPI_SPILL_H
#define SMPI_SPILL_H

#include "math/block.h"
#include "session/session.h"

enum { SMPI_SPILL_BLOCK = 512 }; /* LOCAL: records that are written and read at a time */

struct smpi_spill;

/* held: bytes of full blocks that stay in memory; 20 bytes a record.  folder: where the file lies, or NULL.
 * Besides 10 MB.  SMPC_E_FILE: nothing can be made there; SMPC_E_NOMEM. */
smpc_err smpi_spill_open(struct smpi_spill **p, struct smpc_session *s, unsigned parts, uint64_t held, const char *folder);
void smpi_spill_close(struct smpi_spill *p); /* NULL is allowed */

/* One more record of a part.  SMPC_E_DISK: the file cannot be written (a full disk); SMPC_E_ARG: it is needed, and no
 * folder was named; SMPC_E_NOMEM. */
smpc_err smpi_spill_add(struct smpi_spill *p, unsigned part, blk key, uint32_t row);

/* Go through a part's records, in no order, any number of times: *from is SMPI_SPILL_START at first; *n = 0 after the
 * last.  key and row have room for SMPI_SPILL_BLOCK.  SMPC_E_DISK: what is read is not what was written. */
#define SMPI_SPILL_START UINT32_MAX
smpc_err smpi_spill_read(struct smpi_spill *p, blk *key, uint32_t *row, size_t *n, unsigned part, uint32_t *from);

#endif
