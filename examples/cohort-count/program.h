/* program.h - the joint computation of smpc-cohort-count. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <smpc.h>

#include "question.h"
#include "table.h"

struct count_job {
  const struct question *question;
  struct question_roles roles;
  smpc_who everybody;  /* who runs this program: all parties but the dealer      */
  const int64_t *mine; /* [n_cells] this party's counts; read at input parties only */
  struct table *table; /* out: at recipients the table, elsewhere what is public */
  smpc_err err;        /* out */
  /* a study that asks for a blind review, or zeros: who is told how many rows and hidden cells there are */
  smpc_who reviewers;
  const char *review_purpose;
  smpc_party me;
  int64_t rows;        /* this party's */
  double epsilon;      /* of the noise on every cell; 0: none */
  int64_t *words;      /* the program's own: what opens */
  int64_t *keep;       /* NULL, or out: a copy of it [count_result_len()] */
  const smpc_items *items; /* `distinct`: this party's keys, at input parties, and */
  const uint32_t *cell;    /* [items->n] their cells                        */
  bool releases;       /* open the result of an earlier run, which was held */
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

/* The words that open as the result: how many; and what they say, into the table.
 * Zeros, which is what no recipient has, say that all is suppressed. */
size_t count_result_len(const struct question *q);
void count_decode(struct table *t, const int64_t *words);

/* What every opening to everybody is for, "PURPOSE: which cells are suppressed";
 * the opening of the table is for the question's purpose itself. */
enum { COUNT_PURPOSE_LEN = QUESTION_MAX_PURPOSE + 64 };
void count_flags_purpose(char out[COUNT_PURPOSE_LEN], const struct question *q);

/* Are there margins to be checked in shares? */
bool count_has_true_totals(const struct question *q);

#endif
