/* record.c - see record.h. */
#include "govern/record_impl.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "govern/rowsets.h"

void smpi_record_free(struct smpi_record *r) {
  if (r == NULL) return;
  smpi_journal_close(r->journal);
  if (r->rules.free != NULL) r->rules.free(r->rules.ctx);
  smpi_behind_free(&r->behind);
  smpi_secret_free(r);
}

/* --- before the session ------------------------------------------------------------- */

smpc_err smpi_record_open(struct smpi_record **out, const smpc_config *cfg, const struct smpi_identity *id,
                          const struct smpi_record_rules *rules, struct smpi_fault *f) {
  static const struct smpi_record_rules none = {.free = NULL};
  smpc_err err = SMPC_OK;
  *out = NULL;
  if (cfg->me.id >= SMPC_MAX_PARTIES || (cfg->journal[0] == 0 && rules == NULL)) return SMPC_OK;
  if (rules == NULL) rules = &none;
  struct smpi_record *r = smpi_secret_alloc(1, sizeof *r);
  if (r == NULL) {
    if (rules->free != NULL) rules->free(rules->ctx);
    return smpi_fault_set(f, SMPC_E_NOMEM, -1, "out of memory");
  }
  r->rules = *rules;
  memcpy(r->study, rules == &none ? cfg->question : rules->study, 32);
  strncpy(r->question, rules->question == NULL ? "-" : rules->question, sizeof r->question - 1);
  memcpy(r->path, cfg->journal, sizeof r->path);
  memcpy(r->party, cfg->member[cfg->me.id].name, sizeof r->party);
  memcpy(r->sign_secret, id->sign_secret, sizeof r->sign_secret);
  if (cfg->journal[0] != 0)
    TRY(smpi_journal_open(&r->journal, cfg->journal, cfg->member[cfg->me.id].name, id->sign_secret, rules->seen,
                          rules->ctx, f));
  if (cfg->journal[0] != 0 && rules->ready != NULL) TRY(rules->ready(rules->ctx, r->journal, id->sign_secret, f));
  *out = r;
out:
  if (err != SMPC_OK) smpi_record_failed(r, f);
  return err;
}

static void add_subject(struct smpi_lines *l, const struct smpi_record *r) {
  smpi_lines_add_bytes(l, "study", r->study, 32);
  smpi_lines_add(l, "question", "%.100s", r->question);
}

void smpi_record_failed(struct smpi_record *r, const struct smpi_fault *why) {
  struct smpi_fault ignored = {.party = -1}; /* there is a first fault already */
  if (r == NULL) return;
  if (r->journal != NULL) {
    struct smpi_lines *l = smpi_journal_begin(r->journal, SMPI_FAILED);
    add_subject(l, r);
    smpi_lines_add(l, "code", "%d", (int)why->code);
    smpi_lines_add(l, "reason", "%s", why->text[0] ? why->text : smpi_err_text(why->code));
    (void)smpi_journal_commit(r->journal, NULL, &ignored);
  }
  smpi_record_free(r);
}

/* --- while it runs ------------------------------------------------------------------ */

smpc_err smpi_record_commit(struct smpi_record *r, struct smpc_session *s, uint8_t hash[32]) {
  struct smpi_fault f = {.party = -1};
  smpc_err err = smpi_journal_commit(r->journal, hash, &f);
  return err == SMPC_OK ? SMPC_OK : smpi_fail(s, err, (int)smpi_me(s), "%s", f.text);
}

static smpc_err on_input(void *ctx, struct smpc_session *s, const uint64_t *clear, size_t n) {
  struct smpi_record *r = ctx;
  (void)s;
  smpi_behind_input(&r->behind, clear, n * sizeof *clear);
  return SMPC_OK;
}

/* The salted commitment of an earlier run tells this party whether its input is the same. */
static smpc_err check_same_input(const struct smpi_record *r, struct smpc_session *s) {
  if (smpi_behind_is_same(&r->behind)) return SMPC_OK;
  return smpi_fail(s, SMPC_E_POLICY, (int)smpi_me(s),
                   "%s: the study does not allow it: my data differ from those of an earlier run over as many rows",
                   s->op);
}

/* Two results can be compared only if each told what stands behind it. */
static smpc_err check_cohort(const struct smpi_record *r, struct smpc_session *s) {
  if (!r->rules.needs_cohort || r->has_cohort || r->behind.n_inputs == 0) return SMPC_OK;
  return smpi_fail(s, SMPC_E_POLICY, (int)smpi_me(s),
                   "%s: the study does not allow it: it has a `minimum change`, and my program has not told which rows it uses",
                   s->op);
}

/* "north,south" */
static void name_parties(char *out, size_t size, const struct smpc_session *s, smpc_who who) {
  size_t used = 0;
  out[0] = 0;
  for (unsigned i = 0; i < s->cfg.parties; i++) {
    if (!(who.bits >> i & 1)) continue;
    size_t len = strlen(s->cfg.member[i].name);
    if (used + len + 2 > size) return;
    if (used > 0) out[used++] = ',';
    memcpy(out + used, s->cfg.member[i].name, len + 1);
    used += len;
  }
}

/* Which held result opens now, and who released it: nobody opens it again. */
static smpc_err write_release(struct smpi_record *r, struct smpc_session *s) {
  struct smpi_lines *l = smpi_journal_begin(r->journal, SMPI_RELEASE);
  smpi_lines_add_bytes(l, "session", s->id, 32);
  if (!r->rules.release(r->rules.ctx, l)) return SMPC_OK;
  smpc_err err = smpi_record_commit(r, s, NULL);
  if (err == SMPC_OK) r->rules.released(r->rules.ctx);
  return err;
}

static smpc_err on_opening(void *ctx, struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape) {
  struct smpi_record *r = ctx;
  char names[SMPC_MAX_PARTIES * 64];
  uint8_t program[SMPI_HASH_LEN];
  smpc_err err = SMPC_OK;
  TRY(check_same_input(r, s));
  if (r->rules.opening != NULL) TRY(r->rules.opening(r->rules.ctx, s, to, purpose, shape));
  TRY(check_cohort(r, s));
  r->openings++;
  r->values += shape.rows * shape.cols;
  if (r->journal == NULL) return SMPC_OK;
  if (r->rules.release != NULL) TRY(write_release(r, s));
  name_parties(names, sizeof names, s, to);
  smpi_hash_peek(&s->program, program);
  struct smpi_lines *l = smpi_journal_begin(r->journal, SMPI_OPEN);
  smpi_lines_add_bytes(l, "session", s->id, 32);
  smpi_lines_add(l, "operation", "%s", s->op);
  smpi_lines_add(l, "purpose", "%s", purpose);
  smpi_lines_add(l, "to", "%s", names);
  smpi_lines_add(l, "rows", "%zu", shape.rows);
  smpi_lines_add(l, "columns", "%zu", shape.cols);
  smpi_lines_add_bytes(l, "program", program, sizeof program);
  smpi_behind_lines(l, &r->behind);
  err = smpi_record_commit(r, s, NULL);
out:
  return err;
}

static bool on_compares(void *ctx) {
  const struct smpi_record *r = ctx;
  return r->rules.compares_input;
}

/* Before this party tells the size of its set, that the session is going on. */
static smpc_err keep_run(struct smpi_record *r, struct smpc_session *s) {
  struct smpi_fault f = {.party = -1};
  smpc_err err = smpi_journal_sync(r->journal, &f);
  return err == SMPC_OK ? SMPC_OK : smpi_fail(s, err, (int)smpi_me(s), "%s", f.text);
}

/* On disk before any item meets another: what limits count, they count even after a crash. */
static smpc_err on_items(void *ctx, struct smpc_session *s, const uint64_t *size, bool are_known) {
  struct smpi_record *r = ctx;
  smpc_err err = r->rules.items == NULL ? SMPC_OK : r->rules.items(r->rules.ctx, s, size, are_known);
  if (err != SMPC_OK || r->journal == NULL) return err;
  if (!are_known) return keep_run(r, s);
  struct smpi_lines *l = smpi_journal_begin(r->journal, SMPI_ITEMS);
  smpi_lines_add_bytes(l, "session", s->id, 32);
  for (unsigned i = 0; i < s->cfg.parties; i++)
    if (size[i] != 0 || i == smpi_me(s)) smpi_lines_add(l, "set", "%u %llu", i, (unsigned long long)size[i]);
  return smpi_record_commit(r, s, NULL);
}

/* --- results that wait for their reviewers --------------------------------------------- */

static const struct smpi_reviewing *on_review(void *ctx, const char *purpose) {
  struct smpi_record *r = ctx;
  return r->rules.review == NULL ? NULL : r->rules.review(r->rules.ctx, purpose);
}

static smpc_err on_may_hold(void *ctx, struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape) {
  struct smpi_record *r = ctx;
  smpc_err err = check_same_input(r, s);
  if (err == SMPC_OK) err = r->rules.may_hold(r->rules.ctx, s, to, purpose, shape);
  return err != SMPC_OK ? err : check_cohort(r, s);
}

static smpc_err on_held(void *ctx, struct smpc_session *s, struct smpi_result *res) {
  struct smpi_record *r = ctx;
  if (r->rules.held != NULL) return r->rules.held(r->rules.ctx, s, res);
  return smpi_fail(s, SMPC_E_STATE, -1, "%s: there is no held result to open without a study", s->op);
}

static void describe(struct smpi_held *h, const struct smpi_record *r, const struct smpc_session *s,
                     const struct smpi_result *res) {
  memset(h, 0, sizeof *h);
  memcpy(h->study, r->study, 32);
  memcpy(h->session, s->id, 32);
  smpi_hash_peek(&s->program, h->program);
  snprintf(h->question, sizeof h->question, "%.100s", r->question);
  snprintf(h->purpose, sizeof h->purpose, "%s", res->purpose);
  name_parties(h->to, sizeof h->to, s, res->to);
  h->rows = res->shape.rows;
  h->columns = res->shape.cols;
  h->frac = res->frac;
  h->is_sight = on_review((void *)r, res->purpose)->with_sight;
  h->held_at = (int64_t)time(NULL);
  h->expires = h->held_at + (int64_t)r->rules.hold_days * 24 * 3600;
  h->has_rows = r->has_all_rows;
  h->all_rows = r->all_rows;
  h->has_hidden = r->has_suppressed;
  h->hidden = r->suppressed;
}

static void tell_held(struct smpc_session *s, const struct smpi_record *r, const struct smpi_held *h) {
  char id[SMPI_HELD_ID], by[SMPC_MAX_PARTIES * 64], until[SMPI_TIME_LEN], text[400];
  smpi_held_id(id, h->opening);
  smpi_put_time(until, h->expires);
  name_parties(by, sizeof by, s, on_review((void *)r, h->purpose)->by);
  snprintf(text, sizeof text, "my share of the result is held as %s until %s, for review by %.200s", id, until, by);
  smpi_note(s, SMPC_EVENT_HELD, text);
}

/* The file first: an entry says that there is one. */
static smpc_err on_hold(void *ctx, struct smpc_session *s, const struct smpi_result *res) {
  struct smpi_record *r = ctx;
  struct smpi_fault f = {.party = -1};
  size_t n = res->shape.rows * res->shape.cols;
  struct smpi_held_share share = {res->share == NULL ? 0 : n, res->value == NULL ? 0 : n, (shr *)res->share,
                                  (uint64_t *)res->value, NULL};
  struct smpi_held *h = smpi_alloc(1, sizeof *h);
  smpc_err err = SMPC_E_NOMEM;
  if (h == NULL) return smpi_fail(s, err, (int)smpi_me(s), "out of memory");
  describe(h, r, s, res);
  err = smpi_held_name(h);
  if (err == SMPC_OK) err = smpi_held_write(h, &share, r->path, r->party, r->sign_secret, &f);
  if (err == SMPC_OK) {
    struct smpi_lines *l = smpi_journal_begin(r->journal, SMPI_HOLD);
    smpi_held_entry(l, h);
    smpi_behind_lines(l, &r->behind);
    err = smpi_journal_commit(r->journal, NULL, &f);
    if (err != SMPC_OK) smpi_held_erase(h, r->path);
  }
  if (err == SMPC_OK) tell_held(s, r, h);
  smpi_free(h);
  return err == SMPC_OK ? SMPC_OK : smpi_fail(s, err, (int)smpi_me(s), "%s", f.text);
}

/* --- the session is open --------------------------------------------------------------- */

static const struct smpi_guard guards[2] = {
    {on_input, on_opening, on_items, on_compares, smpi_record_end, on_review, on_may_hold, on_hold, on_held, false},
    {on_input, on_opening, on_items, on_compares, smpi_record_end, on_review, on_may_hold, on_hold, on_held, true}};

static smpc_err write_run(struct smpi_record *r, struct smpc_session *s) {
  struct smpi_lines *l = smpi_journal_begin(r->journal, SMPI_RUN);
  smpi_lines_add_bytes(l, "session", s->id, 32);
  add_subject(l, r);
  smpi_lines_add(l, "software", "smpc %d.%d.%d", SMPC_VERSION_MAJOR, SMPC_VERSION_MINOR, SMPC_VERSION_PATCH);
  smpi_lines_add(l, "counter-signed", "%s", r->rules.must_seal ? "by all" : "no");
  smpi_lines_add_count(l, "dealer", s->dealer >= 0, (uint64_t)s->dealer); /* its position below */
  for (unsigned i = 0; i < s->cfg.parties; i++) {
    char key[SMPI_B64_32];
    sodium_bin2base64(key, sizeof key, s->cfg.member[i].sign_key, 32, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    smpi_lines_add(l, "with", "%s %s", key, s->cfg.member[i].name);
  }
  struct smpi_fault f = {.party = -1}; /* durable with the first opening, or before sizes of sets are told */
  smpc_err err = smpi_journal_add(r->journal, NULL, &f);
  if (err == SMPC_OK && r->rules.version != NULL) {
    l = smpi_journal_begin(r->journal, SMPI_STUDY);
    smpi_lines_add_bytes(l, "session", s->id, 32);
    r->rules.version(r->rules.ctx, l);
    err = smpi_journal_add(r->journal, NULL, &f);
  }
  return err == SMPC_OK ? SMPC_OK : smpi_fail(s, err, (int)smpi_me(s), "%s", f.text);
}

smpc_err smpi_record_attach(struct smpi_record *r, struct smpc_session *s) {
  if (r == NULL) return SMPC_OK;
  smpi_behind_begin(&r->behind, r->sign_secret, s->id);
  s->guard = &guards[r->rules.rules_purposes];
  s->guard_ctx = r;
  return r->journal == NULL ? SMPC_OK : write_run(r, s);
}

/* --- what the program tells -------------------------------------------------------------- */

static struct smpi_record *record_of(const struct smpc_session *s) {
  return s->guard == NULL || s->guard->end != smpi_record_end ? NULL : s->guard_ctx;
}

smpc_err smpi_record_rows(struct smpc_session *s, uint64_t rows) {
  struct smpi_record *r = record_of(s);
  struct smpi_earlier *list = NULL;
  size_t n = 0;
  smpc_err err = SMPC_OK;
  if (r == NULL) return SMPC_OK;
  if (r->behind.n_inputs != 0 || r->behind.has_rows) /* too late to compare what has gone in */
    return smpi_fail(s, SMPC_E_STATE, -1, "the journal is told of this party's rows once, before it puts anything in");
  if (r->rules.earlier != NULL) err = r->rules.earlier(r->rules.ctx, rows, &list, &n);
  if (err == SMPC_OK) err = smpi_behind_rows(&r->behind, rows, list, n, r->sign_secret);
  if (err != SMPC_OK) return smpi_fail(s, err, (int)smpi_me(s), "out of memory");
  return r->rules.rows == NULL ? SMPC_OK : r->rules.rows(r->rules.ctx, s, rows);
}

/* Durable with the first opening, or the sets that meet: only what came out counts later. */
smpc_err smpi_record_cohort(struct smpc_session *s, uint64_t *row, size_t n) {
  struct smpi_record *r = record_of(s);
  struct smpi_fault f = {.party = -1};
  struct smpi_sketch k = {.n = 0};
  smpc_err err;
  if (r == NULL || r->rules.cohort == NULL || r->journal == NULL) return SMPC_OK;
  if (r->has_cohort) return smpi_fail(s, SMPC_E_ARG, -1, "smpc_journal_cohort: the rows were told before");
  if (r->behind.n_inputs != 0 || r->openings != 0) /* results without a sketch behind them */
    return smpi_fail(s, SMPC_E_STATE, -1,
                     "smpc_journal_cohort: which rows they are is told before this party puts anything in, or anything opens");
  err = r->rules.cohort(r->rules.ctx, s, &k, row, n, r->sign_secret);
  if (err == SMPC_OK && k.n != 0) {
    struct smpi_lines *l = smpi_journal_begin(r->journal, SMPI_ROWS);
    smpi_lines_add_bytes(l, "session", s->id, 32);
    smpi_rowsets_lines(l, &k, r->sign_secret, s->id);
    err = smpi_journal_add(r->journal, NULL, &f);
    if (err != SMPC_OK) smpi_fail(s, err, (int)smpi_me(s), "%s", f.text);
  }
  r->has_cohort = true;
  smpi_wipe(&k, sizeof k);
  return err;
}

void smpi_record_all_rows(struct smpc_session *s, uint64_t rows) {
  struct smpi_record *r = record_of(s);
  if (r == NULL) return;
  r->all_rows = rows;
  r->has_all_rows = true;
}

void smpi_record_suppressed(struct smpc_session *s, uint64_t cells) {
  struct smpi_record *r = record_of(s);
  if (r == NULL) return;
  r->suppressed = cells;
  r->has_suppressed = true;
}
