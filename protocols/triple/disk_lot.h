/* disk_lot.h - one lot's file: made once, read chunk by chunk, each wiped there
 * when it has been read.
 *
 * A chunk: nonce 24, random, then XChaCha20-Poly1305 [Arc20] over one chunk of
 * columns, with its kind and place for associated data.  Which chunks were given
 * is not this file's business (disk.h). */
#ifndef SMPI_DISK_LOT_H
#define SMPI_DISK_LOT_H

#include "triple/disk_form.h"

struct smpi_disk_lot {           /* in secret memory: it holds a key */
  struct smpi_disk_head head;
  struct smpi_disk_entry at;     /* what the books say; used: reserved                  */
  uint64_t read[SMPI_CORRS];     /* chunks given out; the next ones up to `used` may be */
  bool is_shared;                /* all parties of this session have it                 */
  uint8_t chunk_key[32];
  char path[600];
  int fd;
};

/* Open an existing file and check all but the chunks: version, key, header, length.
 * SMPC_E_FILE with a sentence; close whatever happens. */
smpc_err smpi_lot_open(struct smpi_disk_lot *lot, const char *path, const uint8_t key[32], struct smpi_fault *f);
void smpi_lot_close(struct smpi_disk_lot *lot); /* wipes */

/* Begin a new file at `path` with lot->head as its header. */
smpc_err smpi_lot_create(struct smpi_disk_lot *lot, const char *path, const uint8_t key[32], struct smpi_fault *f);
/* Write chunk `index` of a kind: the units first .. of col[].  work: SMPI_LOT_WORK bytes, secret. */
enum { SMPI_LOT_WORK = 24 + 8 * SMPI_DISK_WORDS + 16 };
smpc_err smpi_lot_write(struct smpi_disk_lot *lot, uint64_t *const col[], size_t first, enum smpi_corr kind,
                        uint64_t index, uint8_t *work, struct smpi_fault *f);

/* Read chunk `index` of a kind to the units first .. of col[], and wipe it in the
 * file.  SMPC_E_FILE: it is not what was written; SMPC_E_DISK.  */
smpc_err smpi_lot_take(struct smpi_disk_lot *lot, uint64_t *const col[], size_t first, enum smpi_corr kind,
                       uint64_t index, uint8_t *work, struct smpi_fault *f);
/* Wipe what a session that was cut off has reserved and left: best effort. */
void smpi_lot_sweep(struct smpi_disk_lot *lot);

/* "the pool <path>: <why>", SMPC_E_FILE */
smpc_err smpi_disk_fault(struct smpi_fault *f, const char *path, const char *why);
/* The same of a call that failed with this errno: SMPC_E_DISK where the disk is full or failing. */
smpc_err smpi_disk_failed(struct smpi_fault *f, const char *path, int why);

#endif
