/* prg.h - pseudo-random streams from 32-byte keys.
 *
 * ChaCha20 (RFC 8439 with a 64-bit block counter): constant time on every
 * machine.  The stream of a key is the same at every party; what one key may
 * be used for is fixed by the smpi_kdf() domain it came from. */
#ifndef SMPI_PRG_H
#define SMPI_PRG_H

#include "base/err.h"

struct smpi_prg; /* holds a secret key: allocated as a secret */

/* A stream at position 0.  SMPC_E_NOMEM. */
smpc_err smpi_prg_open(struct smpi_prg **g, const uint8_t key[32]);
/* The same stream object begins anew under another key: no fresh page for each of many short streams. */
smpc_err smpi_prg_restart(struct smpi_prg *g, const uint8_t key[32]);
void smpi_prg_close(struct smpi_prg *g); /* wipes; NULL is allowed */

/* The next n 64-bit words.  Successive calls give successive parts of one
 * stream, however it is cut.  Cannot fail. */
void smpi_prg_words(struct smpi_prg *g, uint64_t *out, size_t n);

/* Continue at word `position`. */
void smpi_prg_seek(struct smpi_prg *g, uint64_t position);

#endif
