/* disk_impl.h - the insides of a pool on disk, between disk_*.c. */
#ifndef SMPI_DISK_IMPL_H
#define SMPI_DISK_IMPL_H

#include "triple/disk.h"
#include "triple/disk_lot.h"

struct smpi_disk { /* in secret memory */
  uint8_t key[32], set[32];
  char folder[512];
  unsigned parties;
  int lock;                       /* -1: not held */
  bool is_busy, is_read_only;
  struct smpi_disk_book book, seen;
  struct smpi_disk_lot lot[SMPI_DISK_LOTS]; /* by number, then id */
  size_t n;
  uint64_t next;                  /* number of the next filling, agreed */
  bool is_agreed;                 /* the session's parties share it     */
};

/* The session's pool, or NULL where the parties do not all have one. */
struct smpi_disk *smpi_disk_of(const struct smpc_session *s);

/* "<folder>/<id><suffix>" */
void smpi_disk_name(char path[600], const struct smpi_disk *d, const uint8_t id[SMPI_DISK_ID], const char *suffix);
/* Both books, forced to the disk: what stands in d->book holds from now on. */
smpc_err smpi_disk_save(struct smpi_disk *d, struct smpi_fault *f);
/* A line of the book for a new lot, in the place of the oldest whose lot is gone if need be. */
smpc_err smpi_disk_note(struct smpi_disk *d, const struct smpi_disk_entry *e, struct smpi_fault *f);
/* The lot is used up: its file goes, its line in the books stays. */
void smpi_disk_drop(struct smpi_disk *d, size_t index);

/* Session's failure from a fault. */
smpc_err smpi_disk_fail(struct smpc_session *s, const struct smpi_fault *f);
/* One round: all have done the same; a digest of my lots' places goes round. */
smpc_err smpi_disk_confirm(struct smpi_disk *d, struct smpc_session *s);

#endif
