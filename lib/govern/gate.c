/* gate.c - see gate.h. */
#include "govern/gate_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "govern/journal.h"

static void gate_free(void *ctx) {
  struct gate *g = ctx;
  if (g == NULL) return;
  smpi_gate_held_free(g);
  smpi_tally_free(&g->tally);
  smpi_rowsets_free(&g->rowsets);
  smpi_study_free(g->study);
  smpi_free(g);
}

static void on_seen(void *ctx, const struct smpi_entry *e) {
  struct gate *g = ctx;
  smpi_holds_seen(&g->holds, e);
  smpi_tally_seen(&g->tally, e);
  smpi_versions_seen(&g->versions, e);
  smpi_rowsets_seen(&g->rowsets, e);
}

/* --- the openings ------------------------------------------------------------------------ */

static const smpc_study_opening *find_opening(const struct gate *g, const char *purpose) {
  for (unsigned i = 0; i < g->question->n_openings; i++)
    if (strcmp(g->question->opening[i].purpose, purpose) == 0) return &g->question->opening[i];
  return NULL;
}

smpc_err smpi_gate_refuse(struct smpc_session *s, const char *why) {
  const char *after = s->op[0] != 0 ? ": " : ""; /* rows are told outside of any operation */
  return smpi_fail(s, SMPC_E_POLICY, (int)smpi_me(s), "%s%sthe study does not allow it: %s", s->op, after, why);
}

static bool exceeds(uint64_t used, uint64_t more, uint64_t max) {
  return max != 0 && (used > max || more > max - used);
}

/* Rows that nobody tells no limit can count. */
static smpc_err check_rows(const struct gate *g, struct smpc_session *s) {
  bool must_tell = g->question->max_rows != 0 || g->question->min_change != 0;
  bool has_rows = g->study->party[smpi_me(s)].roles & SMPC_INPUT;
  if (!must_tell || !has_rows || g->has_rows) return SMPC_OK;
  return smpi_gate_refuse(s, "the question limits rows, and my program has not told how many of mine it uses");
}

enum { WHY = 230 }; /* a sentence that fits into a fault, after the operation's name */

static const char MORE_VALUES[] = "more values would be opened than it may open in all",
                  MORE_ROWS[] = "more rows would be used than it may use in all",
                  MORE_ITEMS[] = "the sets of all parties would have more items than they may together";

/* One limit of the question; if it does not hold, `why` says so: what is used, and of how much. */
static bool is_beyond(char why[WHY], const struct gate *g, const char *what, const char *unit, uint64_t used, uint64_t more,
                      uint64_t max) {
  char needs[40] = "";
  if (!exceeds(used, more, max)) return false;
  if (used < max) snprintf(needs, sizeof needs, ", %llu more are needed", (unsigned long long)more);
  snprintf(why, WHY, "the question \"%.40s\": %.100s: %llu of %llu %s are used%s", g->question->name, what,
           (unsigned long long)used, (unsigned long long)max, unit, needs);
  return true;
}

/* A question with noise is answered once: asked again, the noise would average out. */
static bool is_spent(char why[WHY], const struct gate *g) {
  const smpc_study_question *q = g->question;
  if (q->epsilon == 0) return false;
  if (g->tally.runs > 0) {
    snprintf(why, WHY, "a question with noise is answered once, and \"%.40s\" was; its recipients keep the release", q->name);
    return true;
  }
  if (!exceeds(g->versions.spent, q->epsilon, g->study->budget)) return false;
  snprintf(why, WHY, "the privacy budget of the study is spent: %g of %g are used, and the question \"%.40s\" needs %g",
           (double)g->versions.spent / 1e6, (double)g->study->budget / 1e6, q->name, (double)q->epsilon / 1e6);
  return true;
}

/* What the journal alone can tell, so that not even the sizes of sets are told to anybody. */
static bool is_used_up(char why[WHY], const struct gate *g) {
  const smpc_study_question *q = g->question;
  const struct smpi_tally *t = &g->tally;
  return is_beyond(why, g, "it has been asked as often as it may be", "runs", t->runs, 1, q->max_runs) ||
         is_beyond(why, g, MORE_VALUES, "opened values", t->values, 1, q->max_values) ||
         is_beyond(why, g, MORE_ROWS, "rows", t->rows, 1, q->max_rows) ||
         is_beyond(why, g, "my sets would have more items than they may in all", "items", t->items[g->me], 1, q->max_items) ||
         is_beyond(why, g, MORE_ITEMS, "items", t->items_in_all, 1, q->max_items_in_all) || is_spent(why, g);
}

smpc_err smpi_gate_judge(struct gate *g, struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape) {
  const smpc_study_opening *o = find_opening(g, purpose);
  char why[WHY];
  smpc_err err;
  if (o == NULL)
    return smpi_fail(s, SMPC_E_POLICY, (int)smpi_me(s),
                     "%s: the question \"%.60s\" of the study opens nothing for the purpose \"%.80s\"", s->op,
                     g->question->name, purpose);
  if ((int64_t)time(NULL) >= g->study->until) return smpi_gate_refuse(s, "its period is over");
  if (to.bits != o->to.bits) /* whose clearances were compared with the grade when the study was read */
    return smpi_gate_refuse(s, "other recipients than the purpose has");
  TRY(check_rows(g, s));
  if (g->question->max_values != 0 && shape.rows * shape.cols == 0)
    return smpi_gate_refuse(
        s, "the question limits opened values, and nobody declared how many this opens: declare the sizes of the sets");
  if (is_beyond(why, g, MORE_VALUES, "opened values", g->tally.values, shape.rows * shape.cols, g->question->max_values))
    return smpi_gate_refuse(s, why);
out:
  return err;
}

static smpc_err on_opening(void *ctx, struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape) {
  struct gate *g = ctx;
  smpc_err err;
  if (g->release[0] != 0) return smpi_gate_release(g, s, to, purpose, shape);
  TRY(smpi_gate_judge(g, s, to, purpose, shape));
  if (smpi_gate_review(g, purpose) != NULL)
    return smpi_gate_refuse(s, "it must be reviewed first, and such a result cannot be held");
  g->tally.values += shape.rows * shape.cols;
out:
  return err;
}

static smpc_err on_rows(void *ctx, struct smpc_session *s, uint64_t rows) {
  struct gate *g = ctx;
  char why[WHY];
  g->has_rows = true;
  if (smpi_tally_is_close(&g->tally, rows))
    return smpi_gate_refuse(s, "my data differ from those of an earlier run by fewer rows than they may");
  if (!is_beyond(why, g, MORE_ROWS, "rows", g->tally.rows, rows, g->question->max_rows)) return SMPC_OK;
  return smpi_gate_refuse(s, why);
}

/* Every party judges every party's sets, as far as it knows them. */
static smpc_err on_items(void *ctx, struct smpc_session *s, const uint64_t *size, bool are_known) {
  struct gate *g = ctx;
  const smpc_study_question *q = g->question;
  uint64_t all = 0;
  char why[WHY], what[120];
  for (unsigned i = 0; i < g->study->n_parties; i++) {
    all = smpi_entry_add(all, size[i]);
    snprintf(what, sizeof what, "the sets of %.40s would have more items than one party's may have in all",
             g->study->party[i].name);
    if (size[i] != 0 && is_beyond(why, g, what, "items", g->tally.items[i], size[i], q->max_items))
      return smpi_gate_refuse(s, why);
  }
  if (all != 0 && is_beyond(why, g, MORE_ITEMS, "items", g->tally.items_in_all, all, q->max_items_in_all))
    return smpi_gate_refuse(s, why);
  if (are_known) smpi_tally_items(&g->tally, size);
  return SMPC_OK;
}

static bool keeps_sketches(const smpc_study *st) {
  for (unsigned i = 0; i < st->n_questions; i++)
    if (st->question[i].min_change != 0) return true;
  return false;
}

/* The rule of any question of the study makes all of them keep sketches: each could be the other half.
 * Of full length, for nobody knows how large the rule of a later one is. */
static smpc_err on_cohort(void *ctx, struct smpc_session *s, struct smpi_sketch *k, uint64_t *row, size_t n,
                          const uint8_t sign_secret[64]) {
  struct gate *g = ctx;
  bool is_short;
  char why[240];
  if (!keeps_sketches(g->study)) return SMPC_OK;
  k->n = SMPI_SKETCH_WORDS;
  k->least = g->question->min_change;
  smpi_sketch_make(k, row, n, sign_secret);
  const struct smpi_rowset *r = smpi_rowsets_close_to(&is_short, &g->rowsets, k, sign_secret);
  if (r == NULL) return SMPC_OK;
  snprintf(why, sizeof why, "the rows of mine that it is about %s those behind an earlier result, of the question \"%.60s\", "
           "by fewer than they may%s", is_short ? "may differ from" : "differ from", r->question,
           is_short ? ": the sketch of those is too short to tell" : "");
  return smpi_gate_refuse(s, why);
}

static smpc_err on_earlier(void *ctx, uint64_t rows, struct smpi_earlier **list, size_t *n) {
  struct gate *g = ctx;
  return g->question->min_change == 0 ? SMPC_OK : smpi_tally_same_rows(list, n, &g->tally, rows);
}

static void on_version(void *ctx, struct smpi_lines *l) {
  const struct gate *g = ctx;
  smpi_versions_lines(l, g->study, g->question);
}

/* What was counted when it was held is released whatever came after. */
static smpc_err on_ready(void *ctx, struct smpi_journal *j, const uint8_t sign_secret[64], struct smpi_fault *f) {
  const struct gate *g = ctx;
  if (g->rowsets.err != SMPC_OK) return smpi_fault_set(f, g->rowsets.err, -1, "out of memory");
  smpc_err err = g->release[0] != 0 ? SMPC_OK : smpi_versions_check(&g->versions, f);
  if (err == SMPC_OK) err = smpi_gate_ready(ctx, j, sign_secret, f);
  char why[WHY];
  if (g->release[0] != 0 || err != SMPC_OK || !is_used_up(why, g)) return err;
  return smpi_fault_set(f, SMPC_E_POLICY, -1, "the study does not allow it: %s", why);
}

/* --- before any link ------------------------------------------------------------------------ */

static smpc_err check_members(const smpc_study *st, const smpc_config *cfg, struct smpi_fault *f) {
  bool same = st->n_parties == cfg->parties;
  for (unsigned i = 0; same && i < cfg->parties; i++) {
    const smpc_member *a = &st->party[i], *b = &cfg->member[i];
    same = strcmp(a->name, b->name) == 0 && a->roles == b->roles && memcmp(a->link_key, b->link_key, 32) == 0 &&
           memcmp(a->sign_key, b->sign_key, 32) == 0;
  }
  return same ? SMPC_OK
              : smpi_fault_set(f, SMPC_E_PARAM, -1, "the parties of my configuration are not those of the study");
}

static smpc_err load(struct gate *g, const smpc_config *cfg, struct smpi_fault *f) {
  smpc_err err = smpi_study_load(&g->study, cfg->study, f);
  if (err != SMPC_OK) return err;
  g->question = smpi_study_find(g->study, cfg->ask);
  if (g->question == NULL)
    return smpi_fault_set(f, SMPC_E_POLICY, -1, "the study has no question \"%.100s\"", cfg->ask);
  g->versions.study = g->study;
  g->tally = (struct smpi_tally){.study = g->study, .question = g->question};
  return SMPC_OK;
}

static smpc_err check_journal(const smpc_config *cfg, struct smpi_fault *f) {
  if (cfg->journal[0] != 0) return SMPC_OK;
  return smpi_fault_set(f, SMPC_E_POLICY, -1, "a study needs a journal: give `journal:` in party.yaml");
}

static smpc_err check(struct gate *g, const smpc_config *cfg, int64_t now, struct smpi_fault *f) {
  uint8_t agreement[32];
  smpc_err err;
  TRY(load(g, cfg, f));
  smpi_study_agreement(agreement, g->study, g->question);
  if (cfg->release[0] != 0) smpi_study_agree_release(agreement, cfg->release);
  if (memcmp(agreement, cfg->question, 32) != 0)
    return smpi_fault_set(f, SMPC_E_PARAM, -1, "%.150s was changed since it was loaded", cfg->study);
  TRY(check_members(g->study, cfg, f));
  TRY(smpi_study_verify(g->study, cfg->study, now, NULL, NULL, f));
  TRY(check_journal(cfg, f));
  smpi_gate_held_init(g, cfg, now);
out:
  return err;
}

/* All that the journal says. */
static smpc_err look_back(struct gate *g, const smpc_config *cfg, struct smpi_fault *f) {
  if (access(cfg->journal, F_OK) != 0 && errno == ENOENT) return SMPC_OK;
  smpc_err err = smpi_journal_look(cfg->journal, on_seen, g, f);
  return err != SMPC_OK || g->tally.err == SMPC_OK ? err : smpi_fault_set(f, g->tally.err, -1, "out of memory");
}

smpc_err smpi_gate_foresee(const smpc_config *cfg, struct smpi_fault *f) {
  struct gate *g = smpi_alloc(1, sizeof *g);
  char why[WHY];
  smpc_err err;
  if (g == NULL) return smpi_fault_set(f, SMPC_E_NOMEM, -1, "out of memory");
  TRY(load(g, cfg, f));
  TRY(check_journal(cfg, f));
  g->me = cfg->me.id;
  TRY(look_back(g, cfg, f));
  TRY(smpi_versions_check(&g->versions, f));
  if (is_used_up(why, g)) err = smpi_fault_set(f, SMPC_E_POLICY, -1, "%s", why);
out:
  gate_free(g);
  return err;
}

smpc_err smpi_gate_open(struct smpi_record_rules *rules, const smpc_config *cfg, int64_t now, struct smpi_fault *f) {
  struct gate *g = smpi_alloc(1, sizeof *g);
  memset(rules, 0, sizeof *rules);
  if (g == NULL) return smpi_fault_set(f, SMPC_E_NOMEM, -1, "out of memory");
  smpc_err err = check(g, cfg, now, f);
  if (err != SMPC_OK) return gate_free(g), err;
  *rules = (struct smpi_record_rules){.ctx = g,
                                      .seen = on_seen,
                                      .opening = on_opening,
                                      .rows = on_rows,
                                      .items = on_items,
                                      .cohort = on_cohort,
                                      .free = gate_free,
                                      .earlier = on_earlier,
                                      .compares_input = g->question->min_change != 0,
                                      .needs_cohort = keeps_sketches(g->study) && g->release[0] == 0,
                                      .ready = on_ready,
                                      .version = on_version,
                                      .review = smpi_gate_review,
                                      .may_hold = smpi_gate_may_hold,
                                      .held = smpi_gate_held,
                                      .release = smpi_gate_release_lines,
                                      .released = smpi_gate_released,
                                      .hold_days = g->question->hold_days,
                                      .must_seal = true,
                                      .rules_purposes = true,
                                      .question = g->question->name};
  memcpy(rules->study, g->study->digest, 32);
  return SMPC_OK;
}
