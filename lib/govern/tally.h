/* tally.h - what a journal says was used of one question of a study, in this version and
 * those it replaces: the gate judges by it before an opening, the audit afterwards. */
#ifndef SMPI_TALLY_H
#define SMPI_TALLY_H

#include <smpc_study_types.h>

#include "govern/behind.h"
#include "govern/entry.h"

struct smpi_tally {
  const smpc_study *study;
  const smpc_study_question *question;
  uint64_t runs, rows, values; /* runs: that announced an opening or held a result; rows: theirs */
  uint64_t items[SMPC_MAX_PARTIES], items_in_all; /* of sets that met, by the study's parties  */
  struct smpi_earlier *earlier; /* [n_earlier] openings, as far as this party's rows or number of inputs differ */
  size_t n_earlier, room;
  bool is_mine, counted;       /* the session that the journal is at: of this question; a run */
  bool is_old;                 /* ... of a version that was replaced                         */
  bool has_rows, told;         /* ... its rows are known; this very entry told them          */
  uint64_t own_rows;
  bool releases;               /* ... opens what was held, and counted, before               */
  smpc_err err;                /* out of memory on the way                                   */
};

/* The next entry of the journal. */
void smpi_tally_seen(struct smpi_tally *t, const struct smpi_entry *e);
/* Were there runs over 1 .. min_change - 1 rows more or less? */
bool smpi_tally_is_close(const struct smpi_tally *t, uint64_t rows);
/* The openings over exactly so many rows, as a list of its own; SMPC_E_NOMEM. */
smpc_err smpi_tally_same_rows(struct smpi_earlier **list, size_t *n, const struct smpi_tally *t, uint64_t rows);
/* Sets of so many items of each party meet: count them. */
void smpi_tally_items(struct smpi_tally *t, const uint64_t size[SMPC_MAX_PARTIES]);
void smpi_tally_free(struct smpi_tally *t);

#endif
