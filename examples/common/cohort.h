/* cohort.h - which of my rows a question is about, for the journal of a study that asks
 * (`minimum change`): smpc_journal_cohort() then finds two questions that differ by a few.
 *
 * A row is known by a hash of its whole record, all columns that my file or view has, so
 * that it is the same row for every question. */
#ifndef COHORT_H
#define COHORT_H

#include <smpc_study.h>

#include "data.h"

struct cohort { uint64_t *row; size_t n, room; };

/* Does a question of the study (NULL: none) ask for it? */
bool cohort_is_wanted(const smpc_study *study);
/* One more row; false: out of memory. */
bool cohort_add(struct cohort *c, const void *record, size_t len);
/* All keys of an intersection, of which each is a row. */
bool cohort_add_items(struct cohort *c, const smpc_items *items);
/* All rows for which the question's condition is true; complete: whose strata have a value each.  As data_each(). */
int cohort_read(struct cohort *c, struct data *d, const struct data_question *q, bool complete, struct data_fault *f);
void cohort_free(struct cohort *c); /* wipes them */

#endif
