/* holds.h - the held results that a journal tells of, and what became of them. */
#ifndef SMPI_HOLDS_H
#define SMPI_HOLDS_H

#include "govern/held.h"
#include "govern/journal.h"
#include "govern/study.h"

enum smpi_hold_state { SMPI_HOLD_WAITING, SMPI_HOLD_OPENED, SMPI_HOLD_DROPPED };
struct smpi_holds {
  struct { struct smpi_held h; enum smpi_hold_state state; } *at;
  size_t n, room;
  smpc_err err; /* out of memory on the way */
};

/* Take note of an entry; any kind. */
void smpi_holds_seen(struct smpi_holds *list, const struct smpi_entry *e);
void smpi_holds_free(struct smpi_holds *list);
/* The one whose name begins with `id` (16 digits): index, or -1. */
int smpi_holds_find(const struct smpi_holds *list, const char *id);
/* Erase what has expired, or was rejected by a reviewer of st at `path` (NULL: not
 * looked for), and say so in the journal.  `name`: the journal's path. */
smpc_err smpi_holds_sweep(struct smpi_holds *list, struct smpi_journal *j, const char *name, int64_t now,
                          const smpc_study *st, const char *path, struct smpi_fault *f);

#endif
