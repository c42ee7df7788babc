/* program.h - the joint computation of smpc-cohort-count. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <smpc.h>

#include "joint.h"
#include "question.h"
#include "table.h"

struct count_job {
  struct joint joint;
  const struct question *question;
  const int64_t *mine;     /* [n_cells] this party's counts; read at input parties only */
  struct table *table;     /* out: at recipients the table, elsewhere what is public */
  const smpc_items *items; /* `distinct`: this party's keys, at input parties, and */
  const uint32_t *cell;    /* [items->n] their cells                        */
};

/* Count: the same text at every party.  An smpc_program_fn; `user` is a count_job.
 *   leaks  to the recipients   the table as the question defines it
 *          to everybody        with `totals: true`, which cells and margins are suppressed
 *   cost   independent of the counts; see smpc_estimate().  Displayed totals: 8
 *          rounds for the comparison, 1 for each doubling of the recipients that
 *          have data, 1 for the product, 2 for the opening (zeros shown: 8 more).
 * With true totals, masks and minimums follow from flags opened on the way; the
 * number and the shapes of the operations do not. */
void count_program(smpc_session *s, void *user);

/* The words that open as the result: how many; and what those of a count_job say, into its table.
 * Zeros, which is what no recipient has, say that all is suppressed. */
size_t count_result_len(const struct question *q);
void count_decode(struct joint *job);

/* What it opens: which cells are suppressed, with true totals, to everybody; the table. */
enum { COUNT_FLAGS, COUNT_TABLE, COUNT_OPENINGS };
bool count_opening(struct opening *o, const void *job, unsigned which);

/* Are there margins to be checked in shares? */
bool count_has_true_totals(const struct question *q);

#endif
