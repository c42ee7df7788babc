/* rowsets.h - the sketches (rowset.h) that a journal holds of what stood behind earlier results. */
#ifndef SMPI_ROWSETS_H
#define SMPI_ROWSETS_H

#include "base/err.h"
#include "govern/entry.h"
#include "govern/rowset.h"

struct smpi_rowset { uint8_t session[32]; char question[104]; uint64_t least; unsigned n; uint64_t *word; };
struct smpi_rowsets {
  struct smpi_rowset *at;
  size_t n, room;
  struct smpi_rowset now; /* of the session that the journal is at; word NULL: none yet */
  bool releases;
  smpc_err err;           /* out of memory on the way */
};

/* The next entry of the journal. */
void smpi_rowsets_seen(struct smpi_rowsets *list, const struct smpi_entry *e);
void smpi_rowsets_free(struct smpi_rowsets *list);
/* The earlier one that these rows differ from by 1 .. least - 1, where least is the larger of
 * the two, or may: *is_short, its sketch was kept shorter than that takes.  NULL: there is none. */
const struct smpi_rowset *smpi_rowsets_close_to(bool *is_short, const struct smpi_rowsets *list,
                                                const struct smpi_sketch *k, const uint8_t sign_secret[64]);

/* The lines of a `rows` entry after its session; the sketch is encrypted for it. */
void smpi_rowsets_lines(struct smpi_lines *l, struct smpi_sketch *k, const uint8_t sign_secret[64],
                        const uint8_t session[32]);

#endif
