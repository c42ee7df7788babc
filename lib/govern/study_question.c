/* study_question.c - see study.h: the questions of a study, and what holds between their lines. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "govern/study_impl.h"

static smpc_err read_limit(struct reader *r, unsigned i, uint64_t *out, const char *text) {
  if (text == NULL || (smpi_get_number(out, slice(text)) && *out > 0)) return SMPC_OK;
  return smpi_study_fault(r, "questions", i, "limits",
                          "a limit is a whole number from 1 on; leave it out to have none");
}

/* The party of this name, with the role that whoever gets something opened needs; else a fault under `key`. */
static smpc_err find_receiver(unsigned *p, struct reader *r, unsigned i, const char *key, const char *name) {
  const smpc_study *st = r->st;
  for (*p = 0; *p < st->n_parties && strcmp(st->party[*p].name, name) != 0;) ++*p;
  if (*p == st->n_parties)
    return smpi_study_fault(r, "questions", i, key, "\"%.60s\" is no party of the study: see the names under `parties`", name);
  if (!(st->party[*p].roles & SMPC_RESULT))
    return smpi_study_fault(r, "questions", i, key, "%.60s has not the role `result`: add it to its `roles`", name);
  return SMPC_OK;
}

static smpc_err check_clearance(struct reader *r, unsigned i, const char *key, unsigned p) {
  const smpc_study *st = r->st;
  const char *has = st->grade[st->clearance[p]], *needs = st->grade[st->question[i].grade], *name = st->party[p].name;
  if (st->clearance[p] >= st->question[i].grade) return SMPC_OK;
  return smpi_study_fault(r, "questions", i, key,
                          "%.40s has the clearance \"%.25s\", below the result's grade \"%.25s\": raise the `clearance`, lower "
                          "the `grade`, or leave it out", name, has, needs);
}

static smpc_err read_opening(struct reader *r, unsigned i, smpc_study_opening *o, const char *purpose,
                             const struct text_list *to) {
  smpc_err err = SMPC_OK;
  o->purpose = purpose;
  if (!is_one_line(purpose))
    return smpi_study_fault(r, "questions", i, "purpose", "a purpose is one line of plain text");
  for (unsigned k = 0; k < to->n; k++) {
    unsigned p;
    TRY(find_receiver(&p, r, i, "recipients", to->at[k]));
    TRY(check_clearance(r, i, "recipients", p));
    o->to.bits |= UINT64_C(1) << p;
  }
out:
  return err;
}

static smpc_err read_openings(struct reader *r, unsigned i) {
  const struct asked *a = &((const struct whole *)r->y.data)->questions[i];
  smpc_study_question *q = &r->st->question[i];
  smpc_err err = SMPC_OK;
  q->opening = smpi_alloc(a->n_also + 2, sizeof *q->opening); /* the last: for the reviewers */
  if (q->opening == NULL) return smpi_fault_set(r->f, SMPC_E_NOMEM, -1, "out of memory");
  q->n_openings = a->n_also + 1;
  TRY(read_opening(r, i, &q->opening[0], a->purpose != NULL ? a->purpose : r->st->purpose, &a->recipients));
  for (unsigned k = 0; k < a->n_also; k++) {
    TRY(read_opening(r, i, &q->opening[k + 1], a->also[k].purpose, &a->also[k].to));
    for (unsigned j = 0; j <= k; j++)
      if (strcmp(q->opening[j].purpose, a->also[k].purpose) == 0)
        return smpi_study_fault(r, "questions", i, "also opens", "a purpose stands here twice");
  }
out:
  return err;
}

/* Reviewers get something opened, so they need the role; who sees the result, its grade. */
static smpc_err read_reviewers(struct reader *r, unsigned i) {
  const struct text_list *names = &((const struct whole *)r->y.data)->questions[i].reviewers;
  smpc_study_question *q = &r->st->question[i];
  smpc_err err = SMPC_OK;
  if (names->n == 0) return smpi_study_fault(r, "questions", i, "review", "name the `reviewers`");
  for (unsigned k = 0; k < names->n; k++) {
    unsigned p;
    TRY(find_receiver(&p, r, i, "reviewers", names->at[k]));
    if (q->review == SMPC_REVIEW_SIGHT) TRY(check_clearance(r, i, "reviewers", p));
    q->reviewers.bits |= UINT64_C(1) << p;
  }
out:
  return err;
}

static smpc_err read_review(struct reader *r, unsigned i) {
  const struct asked *a = &((const struct whole *)r->y.data)->questions[i];
  smpc_study_question *q = &r->st->question[i];
  uint64_t days = 30;
  smpc_err err;
  if (a->review == NULL || strcmp(a->review, "none") == 0)
    return a->reviewers.n + (a->hold_days != NULL) == 0
               ? SMPC_OK
               : smpi_study_fault(r, "questions", i, "reviewers", "write `review: blind` or `sight`");
  q->review = strcmp(a->review, "blind") == 0 ? SMPC_REVIEW_BLIND : SMPC_REVIEW_SIGHT;
  if (q->review == SMPC_REVIEW_SIGHT && strcmp(a->review, "sight") != 0)
    return smpi_study_fault(r, "questions", i, "review", "is one of none, blind, sight");
  if (a->hold_days != NULL && (!smpi_get_number(&days, slice(a->hold_days)) || days == 0 || days > 3660))
    return smpi_study_fault(r, "questions", i, "hold days", "is a number of days from 1 to 3660");
  q->hold_days = (unsigned)days;
  TRY(read_reviewers(r, i));
  size_t room = strlen(q->opening[0].purpose) + sizeof ": for review";
  q->review_purpose = smpi_alloc(1, room);
  if (q->review_purpose == NULL) return smpi_fault_set(r->f, SMPC_E_NOMEM, -1, "out of memory");
  snprintf(q->review_purpose, room, "%s: for review", q->opening[0].purpose);
  q->opening[q->n_openings++] = (smpc_study_opening){q->review_purpose, q->reviewers};
out:
  return err;
}

static smpc_err read_columns(struct reader *r, unsigned i) {
  const struct asked *a = &((const struct whole *)r->y.data)->questions[i];
  smpc_study_question *q = &r->st->question[i];
  q->column = smpi_alloc(a->n_columns, sizeof *q->column);
  if (q->column == NULL) return smpi_fault_set(r->f, SMPC_E_NOMEM, -1, "out of memory");
  for (; q->n_columns < a->n_columns; q->n_columns++) {
    smpc_study_column *c = &q->column[q->n_columns];
    c->name = a->columns[q->n_columns].name;
    if (!smpi_study_grade(&c->grade, r->st, a->columns[q->n_columns].grade, false))
      return smpi_study_fault(r, "questions", i, "columns",
                              "the grade \"%.40s\" of the column %.60s is none of the study's `grades`",
                              a->columns[q->n_columns].grade, c->name);
  }
  return SMPC_OK;
}

/* Noise protects a study only if all its results have it: one true count undoes it. */
static smpc_err read_epsilon(struct reader *r, unsigned i) {
  const struct asked *a = &((const struct whole *)r->y.data)->questions[i];
  smpc_study_question *q = &r->st->question[i];
  if (a->epsilon == NULL && r->st->budget == 0) return SMPC_OK;
  if (a->epsilon == NULL)
    return smpi_study_fault(r, "questions", i, "name",
                            "in a study with a `privacy budget` every question has an `epsilon`");
  if (r->st->budget == 0) return smpi_study_fault(r, "questions", i, "epsilon", "the study has no `privacy budget`");
  if (!smpi_get_millionths(&q->epsilon, slice(a->epsilon)) || q->epsilon < 245 || q->epsilon > 3000000)
    return smpi_study_fault(r, "questions", i, "epsilon", "is a number such as 0.5, from 0.000245 to 3");
  if (q->epsilon > r->st->budget)
    return smpi_study_fault(r, "questions", i, "epsilon", "is more than the study's privacy budget");
  return SMPC_OK;
}

/* The dominance rule is judged by the program; here it is only shown. */
static smpc_err read_rules(struct reader *r, unsigned i) {
  const struct asked *a = &((const struct whole *)r->y.data)->questions[i];
  smpc_study_question *q = &r->st->question[i];
  uint64_t parties = 0, percent = 0;
  if (a->min_change != NULL && (!smpi_get_number(&q->min_change, slice(a->min_change)) || q->min_change < 2))
    return smpi_study_fault(r, "questions", i, "minimum change", "is a number of rows, at least 2");
  if (a->dominance == NULL) return SMPC_OK;
  if (!smpi_get_number(&parties, slice(a->dominance->parties)) ||
      !smpi_get_number(&percent, slice(a->dominance->percent)) || parties == 0 || parties > 3 || percent == 0 ||
      percent > 99)
    return smpi_study_fault(r, "questions", i, "dominance", "is 1 to 3 parties, and 1 to 99 percent");
  q->dominant_parties = (unsigned)parties;
  q->dominant_percent = (unsigned)percent;
  return SMPC_OK;
}

smpc_err smpi_study_question(struct reader *r, unsigned i) {
  const struct asked *a = &((const struct whole *)r->y.data)->questions[i];
  smpc_study_question *q = &r->st->question[i];
  smpc_err err;
  q->name = a->name;
  q->program = a->program;
  q->condition = a->condition;
  q->minimum_cell = a->minimum_cell;
  q->result = a->result;
  q->minimum = a->minimum;
  q->privacy = a->privacy;
  if (!is_one_line(a->name)) return smpi_study_fault(r, "questions", i, "name", "a name is one line");
  for (unsigned k = 0; k < i; k++)
    if (strcmp(a->name, r->st->question[k].name) == 0)
      return smpi_study_fault(r, "questions", i, "name", "another question has this name");
  if (!smpi_study_grade(&q->grade, r->st, a->grade, false))
    return smpi_study_fault(r, "questions", i, "grade", "\"%.40s\" is none of the study's grades", a->grade);
  if (a->limits != NULL) {
    TRY(read_limit(r, i, &q->max_runs, a->limits->runs));
    TRY(read_limit(r, i, &q->max_rows, a->limits->rows));
    TRY(read_limit(r, i, &q->max_values, a->limits->values));
    TRY(read_limit(r, i, &q->max_items, a->limits->items));
    TRY(read_limit(r, i, &q->max_items_in_all, a->limits->items_in_all));
  }
  TRY(read_rules(r, i));
  TRY(read_epsilon(r, i));
  TRY(read_columns(r, i));
  TRY(read_openings(r, i));
  TRY(read_review(r, i));
out:
  return err;
}
