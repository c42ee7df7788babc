/* joint.h - what every joint computation is given, and how its result opens.
 *
 * A result is one row of whole numbers, its words, opened at once, so that a study can have it
 * held for its reviewers: the program that opens it then, or shows it to a reviewer, or gives
 * it again, needs the words alone. */
#ifndef JOINT_H
#define JOINT_H

#include <smpc_study.h>

#include "question.h"

struct joint { /* the first member of a program's job */
  const smpc_config *cfg;
  const char *purpose;         /* of the result                                           */
  struct question_roles roles;
  smpc_who everybody;          /* who runs the program: all but the dealer                */
  uint64_t rows;               /* behind what this party puts in                          */
  /* what a study says of the result; zeros without */
  double epsilon;              /* of the noise on every count                             */
  bool is_held;                /* it waits for reviewers                                  */
  smpc_who reviewers;          /* blind: who is told before how much is behind it, for    */
  const char *review_purpose;
  bool estimating;             /* a dry run: openings give zeros                          */
  /* out */
  int64_t *words;              /* [n_words] at recipients the result, elsewhere zeros     */
  size_t n_words;
  bool is_delivered;           /* they are here                                           */
  bool is_shown;               /* to a reviewer with sight: it is still held, and nobody's */
  bool knows_hidden;           /* and so many of its values are hidden, */
  bool all_know_hidden;        /* or everywhere                         */
  uint64_t hidden;
  char refusal[300];           /* why there is no result, when all went well              */
  smpc_err err;
};

static inline bool joint_is_in(smpc_who who, unsigned party) { return (who.bits & smpc_to(smpc_p(party)).bits) != 0; }

/* Room for n words, which are zero.  False: out of memory. */
bool joint_room(struct joint *j, size_t n);
void joint_free(struct joint *j); /* wipes the words */

/* Open a matrix of whole numbers as the result; words as smpc_open_i64() has them.  SMPC_E_HELD: it is
 * held, and the program is done. */
smpc_err joint_open(smpc_session *s, struct joint *j, const smpc_shared *words);

/* For a blind review, before the result: the rows of all parties, and how many values are hidden (shared, 1 x 1;
 * NULL: the program hides none).  With noise the true number of rows is nobody's.  Nothing without
 * such a review. */
static inline bool joint_tells(const struct joint *j) { return j->reviewers.bits != 0; }
smpc_err joint_tell(smpc_session *s, const struct joint *j, const smpc_shared *hidden);

/* --- what a program opens ------------------------------------------------------- */
struct opening { const char *what; bool to_everybody; char purpose[QUESTION_MAX_PURPOSE + 100]; };
/* Opening `which` in program order, of a program's job.  False: this question makes no such opening. */
typedef bool (*opening_fn)(struct opening *o, const void *job, unsigned which);

#endif
