/* psi_job.c - see psi_job.h. */
#include "psi_job.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void psi_job_open(struct psi_job *job) {
  struct joint *j = &job->joint;
  j->roles = (struct question_roles){.recipients = job->ask.psi.to};
  for (unsigned k = 0; k < job->ask.n; k++) j->roles.inputs = smpc_and(j->roles.inputs, job->ask.owner[k]);
  j->roles.n_inputs = job->ask.n;
  job->ask.psi.epsilon = j->epsilon;
  if (job->question->kind != PSI_REVEAL && (j->is_held || j->epsilon > 0)) job->ask.psi.protocol = SMPC_PSI_JOIN;
}

bool psi_opening(struct opening *o, const void *user, unsigned which) {
  const struct psi_job *job = user;
  bool is_gate = which == PSI_GATE;
  if (is_gate && (job->question->kind != PSI_REVEAL || job->question->minimum <= 1)) return false;
  *o = (struct opening){.what = is_gate ? "whether the minimum is reached, one bit" : "the result", .to_everybody = is_gate};
  snprintf(o->purpose, sizeof o->purpose, "%s%s", job->joint.purpose, is_gate ? ": whether the minimum is reached" : "");
  return true;
}

/* --- words ---------------------------------------------------------------------------- */

static bool has_verdict(const struct psi_job *job) { return job->question->minimum > 1 || job->joint.epsilon > 0; }

size_t psi_result_len(const struct psi_job *job) { return job->question->kind == PSI_REVEAL ? 0 : 1u + has_verdict(job); }

void psi_decode(struct joint *joint) {
  struct psi_job *job = (struct psi_job *)joint;
  struct psi_outcome *o = &job->outcome;
  bool is_real = job->question->kind == PSI_SUM && job->question->numbers == PSI_DECIMAL;
  const int64_t value = joint->words[is_real && has_verdict(job)];
  o->result.suppressed = has_verdict(job) && joint->words[!is_real] == 0;
  if (job->question->kind != PSI_SUM) o->result.matched = (uint64_t)value;
  else if (is_real) o->decimal = ldexp((double)value, -(int)joint->cfg->frac_bits);
  else o->whole = value;
  joint->hidden = o->result.suppressed;
  joint->knows_hidden = true;
}

/* --- the joint computation -------------------------------------------------------------- */

static smpc_err sum(smpc_session *s, struct psi_job *job) {
  struct psi_outcome *o = &job->outcome;
  smpc_psi_totals totals = {0};
  smpc_psi_rows mine = {0};
  bool is_whole = job->question->numbers == PSI_WHOLE;
  if (job->rows != NULL)
    mine = (smpc_psi_rows){*psi_rows_items(job->rows), psi_rows_decimals(job->rows), psi_rows_wholes(job->rows)};
  smpc_err err = smpc_psi_sum(s, &job->ask.star, job->rows == NULL ? NULL : &mine, job->ask.psi.to, job->joint.purpose,
                              job->question->minimum, false, &o->decimal, !is_whole, &o->whole, is_whole, &totals);
  o->result = (smpc_psi_result){.protocol = SMPC_PSI_JOIN, .distinct = totals.distinct, .duplicates = totals.duplicates,
                                .suppressed = totals.suppressed};
  memcpy(o->result.sizes, totals.sizes, sizeof totals.sizes);
  return err;
}

/* A view can give other rows each time it is read, random() in it for one: then no row can be told what it matched. */
static smpc_err check_pass(struct psi_job *job, size_t n) {
  bool is_over = n == 0, fits = is_over ? job->given == job->items : n <= job->items - job->given;
  job->given = is_over ? 0 : job->given + n;
  if (fits) return SMPC_OK;
  job->given = 0;
  cli_error("the rows changed while they were read: at first %zu of them had a key", job->items);
  return SMPC_E_FILE;
}

static smpc_err next_keys(void *user, smpc_items *some) {
  struct psi_job *job = user;
  struct data_fault f = {0};
  int code = psi_rows_next(job->rows, some, &f);
  if (code == 0) return check_pass(job, some->n);
  cli_error("%s", f.text);
  return code == DATA_INPUT ? SMPC_E_FILE : SMPC_E_DISK;
}

static void tell_keys(void *user, const uint8_t *matched, size_t n) {
  struct psi_job *job = user;
  size_t room = job->items - job->told;
  if (n > room) n = room;
  memcpy(job->matched + job->told, matched, n);
  job->told += n;
}

static smpc_err reveal(smpc_session *s, struct psi_job *job, const smpc_items *mine, smpc_psi_result *result) {
  if (job->memory == 0) return smpc_psi_reveal(s, &job->ask.psi, mine, job->matched, mine == NULL ? 0 : mine->n, result);
  smpc_psi_stream in = SMPC_PSI_STREAM_INIT;
  in.next = next_keys;
  in.tell = tell_keys;
  in.user = job;
  in.memory = job->memory;
  in.folder = job->scratch;
  return smpc_psi_reveal_stream(s, &job->ask.psi, mine == NULL ? NULL : &in, result);
}

/* The words of a count, as they would have been opened after a review: what a recipient keeps. */
static void keep_words(struct psi_job *job) {
  const smpc_psi_result *r = &job->outcome.result;
  if (job->question->kind != PSI_COUNT && job->question->kind != PSI_DISTINCT) return;
  job->joint.words[0] = (int64_t)r->matched;
  if (has_verdict(job)) job->joint.words[1] = !r->suppressed;
}

static smpc_err intersect(smpc_session *s, struct psi_job *job) {
  const smpc_items *mine = job->rows == NULL ? NULL : psi_rows_items(job->rows);
  smpc_psi_result *result = &job->outcome.result;
  uint64_t count;
  switch (job->question->kind) {
  case PSI_SUM: return sum(s, job);
  case PSI_COUNT: return smpc_psi_count(s, &job->ask.psi, mine, &count, result);
  case PSI_DISTINCT: return smpc_psi_distinct(s, &job->ask.psi, mine, &count, result);
  case PSI_REVEAL: break;
  }
  return reveal(s, job, mine, result);
}

void psi_program(smpc_session *s, void *user) {
  struct psi_job *job = user;
  smpc_err err = joint_tell(s, &job->joint, NULL);
  job->joint.err = err == SMPC_OK ? intersect(s, job) : err;
  if (job->joint.err == SMPC_OK) keep_words(job);
  job->joint.hidden = job->outcome.result.suppressed;
  job->joint.knows_hidden = true;
  job->joint.all_know_hidden = job->outcome.result.suppressed; /* before keys are revealed all learn it */
}
