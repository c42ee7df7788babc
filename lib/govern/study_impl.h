/* study_impl.h - between study.c and study_question.c: the file as it stands. */
#ifndef SMPI_STUDY_IMPL_H
#define SMPI_STUDY_IMPL_H

#include "govern/study.h"
#include "session/yaml.h"

struct text_list { char **at; unsigned n; };
struct column { char *name, *type, *grade; };
struct limits { char *runs, *rows, *values, *items, *items_in_all; };
struct dominance { char *parties, *percent; };
struct also { char *purpose; struct text_list to; };
struct asked {
  char *name, *program, *purpose, *grade, *condition, *minimum_cell, *result, *minimum, *privacy, *review, *hold_days,
      *min_change, *epsilon;
  struct text_list recipients, reviewers;
  struct column *columns;
  unsigned n_columns;
  struct limits *limits;
  struct dominance *dominance;
  struct also *also;
  unsigned n_also;
};
struct member { char *name, *key, *clearance; struct text_list roles; };
struct head { char *title, *purpose, *identifier; struct text_list duo, replaces; };
struct whole {
  struct head head;
  char *legal_basis, *from, *until, *security, *preprocessing, *budget;
  struct text_list grades;
  struct member *parties;
  unsigned n_parties;
  struct asked *questions;
  unsigned n_questions;
};

struct reader { struct smpi_yaml y; smpc_study *st; struct smpi_fault *f; };


/* A fault at `key` of entry i of `list` (NULL: at the top). */
smpc_err smpi_study_fault(struct reader *r, const char *list, unsigned i, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Where no grade is given: for data and results the highest, for parties the lowest. */
bool smpi_study_grade(unsigned *out, const smpc_study *st, const char *name, bool is_party);
/* Question i of the file into r->st. */
smpc_err smpi_study_question(struct reader *r, unsigned i);

static inline bool is_one_line(const char *s) {
  for (; *s; s++)
    if ((unsigned char)*s < 32 || *s == 127) return false;
  return true;
}

static inline struct smpi_slice slice(const char *s) { return (struct smpi_slice){s, strlen(s)}; }

#endif
