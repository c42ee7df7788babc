/* smpc_study_types.h - a study as plain data; see smpc_study.h. */
#ifndef SMPC_STUDY_TYPES_H
#define SMPC_STUDY_TYPES_H

#include <smpc_types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SMPC_MAX_QUESTIONS = 100, SMPC_MAX_GRADES = 16, SMPC_MAX_REPLACED = 32 };

typedef struct smpc_study_column { const char *name; unsigned grade; } smpc_study_column;

/* What may open: for exactly this purpose, to exactly these parties. */
typedef struct smpc_study_opening { const char *purpose; smpc_who to; } smpc_study_opening;

/* Must somebody look before the result opens?  BLIND: the reviewers see purpose, shape,
 * and what the program tells them (rows, hidden cells); SIGHT: the result itself. */
typedef enum smpc_review { SMPC_REVIEW_NONE = 0, SMPC_REVIEW_BLIND = 1, SMPC_REVIEW_SIGHT = 2 } smpc_review;

typedef struct smpc_study_question {
  const char *name, *program;
  const char *condition, *minimum_cell; /* as they stand, or NULL               */
  const char *result, *minimum, *privacy; /* so, too: of an intersection; of a model */
  unsigned grade;                       /* of the result, index into grade[]    */
  unsigned n_openings;
  smpc_study_opening *opening;          /* the first is the question's own      */
  unsigned n_columns;
  smpc_study_column *column;
  unsigned dominant_parties, dominant_percent; /* cells of which so many parties have more than that are hidden; 0: no rule */
  uint64_t epsilon;                     /* millionths: of the noise on its counts; 0: none */
  uint64_t min_change;                  /* rows: nothing, or so many, since an earlier run; 0: no rule */
  smpc_review review;                   /* of the first opening                 */
  smpc_who reviewers;                   /* all of them must release it          */
  unsigned hold_days;                   /* then it is erased                    */
  char *review_purpose;                 /* what the reviewers see is opened for; the last of opening[], or NULL */
  uint64_t max_runs, max_rows, max_values; /* over the study's life, at each party; 0: no limit */
  uint64_t max_items, max_items_in_all; /* of sets that meet: one party's, all parties' together */
} smpc_study_question;

/* Parties are numbered as they stand in the study, like a configuration's members. */
typedef struct smpc_study {
  const char *title, *purpose, *legal_basis;
  const char *identifier;               /* the same in all versions; the title where the file has none */
  unsigned n_replaces;
  uint8_t replaces[SMPC_MAX_REPLACED][32]; /* digests of earlier versions: their runs count */
  const char *security, *preprocessing;
  unsigned n_duo;
  const char *const *duo;               /* GA4GH data use terms                 */
  int64_t from, until;                  /* seconds since 1970: from <= now < until */
  uint64_t budget;                      /* millionths: of all epsilons together; 0: no noise in this study */
  unsigned n_grades;
  const char *const *grade;             /* the lowest first                     */
  unsigned n_parties;
  smpc_member party[SMPC_MAX_PARTIES];
  unsigned clearance[SMPC_MAX_PARTIES]; /* index into grade[]                   */
  unsigned n_questions;
  smpc_study_question *question;
  uint8_t digest[32];                   /* of the file's exact bytes            */
  void *file;                           /* the library's                        */
} smpc_study;

#ifdef __cplusplus
}
#endif
#endif
