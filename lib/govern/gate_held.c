/* gate_held.c - the gate before results that must be reviewed.
 *
 * A run: the question's own opening is not let pass but held (record.c).  Later, all
 * parties open a session with `release`: before any link each one's own journal says
 * that it holds this result and never opened it, its file is whole, and all reviewers
 * have signed; in the session only smpc_open_held() may open, once. */
#include <string.h>

#include "base/mem.h"
#include "govern/gate_impl.h"
#include "govern/release.h"

void smpi_gate_held_init(struct gate *g, const smpc_config *cfg, int64_t now) {
  const smpc_study_question *q = g->question;
  memcpy(g->study_path, cfg->study, sizeof g->study_path);
  memcpy(g->journal, cfg->journal, sizeof g->journal);
  memcpy(g->release, cfg->release, sizeof g->release);
  memcpy(g->party, cfg->member[cfg->me.id].name, sizeof g->party);
  g->now = now;
  g->me = cfg->me.id;
  g->has_share = (cfg->member[cfg->me.id].roles & SMPC_DEAL) == 0;
  g->reviewing = (struct smpi_reviewing){q->reviewers, q->review_purpose, q->review == SMPC_REVIEW_SIGHT};
}

void smpi_gate_held_free(struct gate *g) {
  if (g->is_written) smpi_held_erase(&g->holds.at[g->at].h, g->journal);
  smpi_held_release(&g->share);
  smpi_holds_free(&g->holds);
}

/* --- before any link ------------------------------------------------------------------ */

static smpc_err check_target(struct gate *g, struct smpi_fault *f) {
  g->at = smpi_holds_find(&g->holds, g->release);
  if (g->at < 0) return smpi_fault_set(f, SMPC_E_POLICY, -1, "my journal holds no result %s", g->release);
  const struct smpi_held *h = &g->holds.at[g->at].h;
  if (smpi_held_question(g->study, h) != g->question)
    return smpi_fault_set(f, SMPC_E_POLICY, -1, "the result %s is of another study or question", g->release);
  if (g->holds.at[g->at].state == SMPI_HOLD_OPENED)
    return smpi_fault_set(f, SMPC_E_POLICY, -1, "the result %s was opened before: a held result opens once",
                          g->release);
  if (g->holds.at[g->at].state == SMPI_HOLD_DROPPED)
    return smpi_fault_set(f, SMPC_E_POLICY, -1, "the result %s expired or was rejected, and is erased", g->release);
  return SMPC_OK;
}

smpc_err smpi_gate_ready(void *ctx, struct smpi_journal *j, const uint8_t sign_secret[64], struct smpi_fault *f) {
  struct gate *g = ctx;
  smpc_err err;
  if (g->tally.err != SMPC_OK) return smpi_fault_set(f, g->tally.err, -1, "out of memory");
  TRY(smpi_holds_sweep(&g->holds, j, g->journal, g->now, g->study, g->study_path, f));
  if (g->release[0] == 0 || !g->has_share) return SMPC_OK;
  TRY(check_target(g, f));
  TRY(smpi_release_gather(g->sign, g->study, g->study_path, g->question, &g->holds.at[g->at].h, f));
  TRY(smpi_held_load(&g->share, &g->holds.at[g->at].h, g->journal, g->party, sign_secret, f));
out:
  return err;
}

/* --- a run: hold ------------------------------------------------------------------------ */

const struct smpi_reviewing *smpi_gate_review(void *ctx, const char *purpose) {
  struct gate *g = ctx;
  bool must = g->question->review != SMPC_REVIEW_NONE && strcmp(purpose, g->question->opening[0].purpose) == 0;
  return must && g->release[0] == 0 ? &g->reviewing : NULL;
}

smpc_err smpi_gate_may_hold(void *ctx, struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape) {
  struct gate *g = ctx;
  smpc_err err = smpi_gate_judge(g, s, to, purpose, shape);
  if (err != SMPC_OK) return err;
  if (!g->reviewing.with_sight) g->tally.values += shape.rows * shape.cols;
  return SMPC_OK;
}

/* --- a release --------------------------------------------------------------------------- */

smpc_err smpi_gate_held(void *ctx, struct smpc_session *s, struct smpi_result *r) {
  struct gate *g = ctx;
  if (g->release[0] == 0 || !g->has_share || g->is_asked)
    return smpi_fail(s, SMPC_E_STATE, -1, "%s: %s", s->op,
                     g->is_asked ? "a held result opens once" : "this session is for no held result");
  const struct smpi_held *h = &g->holds.at[g->at].h;
  if (s->rank >= 0 && g->share.n == 0 && h->rows * h->columns > 0)
    return smpi_fail(s, SMPC_E_FILE, (int)smpi_me(s), "%s: the held result has no share of mine", s->op);
  g->is_asked = true;
  *r = (struct smpi_result){g->question->opening[0].to, g->question->opening[0].purpose, {h->rows, h->columns},
                            (unsigned)h->frac, g->share.share, NULL};
  return SMPC_OK;
}

smpc_err smpi_gate_release(struct gate *g, struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape) {
  const smpc_study_opening *o = &g->question->opening[0];
  if (!g->is_asked || g->is_announced)
    return smpi_gate_refuse(s, "this session may open one held result, and nothing else");
  const struct smpi_held *h = &g->holds.at[g->at].h;
  if (to.bits != o->to.bits || strcmp(purpose, o->purpose) != 0 || shape.rows != h->rows || shape.cols != h->columns)
    return smpi_gate_refuse(s, "it is not the opening that was released");
  g->is_announced = true;
  return SMPC_OK;
}

void smpi_gate_released(void *ctx) {
  struct gate *g = ctx;
  g->is_written = true;
}

bool smpi_gate_release_lines(void *ctx, struct smpi_lines *l) {
  struct gate *g = ctx;
  if (!g->is_announced) return false;
  smpi_lines_add_bytes(l, "opening", g->holds.at[g->at].h.opening, 32);
  for (unsigned i = 0; i < g->study->n_parties; i++)
    if (g->question->reviewers.bits >> i & 1) smpi_lines_add_indexed(l, "signed", i, g->sign[i], 64);
  return true;
}
