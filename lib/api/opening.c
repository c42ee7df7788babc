/* opening.c - see opening.h. */
#include "api/opening.h"

#include <string.h>

#include "session/config.h"
#include "share/release.h"
#include "share/zero.h"

static smpc_err check_recipients(struct smpc_session *s, smpc_who to) {
  if (to.bits == 0) return smpi_fail(s, SMPC_E_ARG, -1, "%s: no recipient is named", s->op);
  for (unsigned i = 0; i < 64; i++) {
    if (!(to.bits >> i & 1)) continue;
    if (i >= s->cfg.parties || !(s->cfg.member[i].roles & SMPC_RESULT))
      return smpi_fail(s, SMPC_E_POLICY, -1, "%s: party %u may not receive results", s->op, i);
  }
  return SMPC_OK;
}

/* This party's own word on the opening: its purposes, and its program's. */
static smpc_err ask_program(struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape) {
  if (purpose == NULL || purpose[0] == 0) return smpi_fail(s, SMPC_E_ARG, -1, "%s: no purpose is given", s->op);
  bool is_left_to_study = s->guard != NULL && s->guard->rules_purposes && s->cfg.purposes[0] == 0;
  if (!is_left_to_study && !smpi_config_allows(&s->cfg, purpose))
    return smpi_fail(s, SMPC_E_POLICY, (int)smpi_me(s), "%s: my configuration does not allow the purpose \"%.120s\"",
                     s->op, purpose);
  smpc_event e = {.kind = SMPC_EVENT_OPENING, .op = s->op, .text = purpose, .to = to, .shape = shape};
  if (s->watch != NULL && !s->watch(&e, s->watch_user))
    return smpi_fail(s, SMPC_E_POLICY, (int)smpi_me(s), "%s: this party's program refused the opening", s->op);
  return SMPC_OK;
}

/* What is asked of an opening and of a result that will be held. */
static smpc_err check(struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape) {
  smpc_err err;
  smpi_absorb_u64(s, to.bits);
  if (purpose != NULL) smpi_absorb(s, purpose, strlen(purpose));
  TRY(check_recipients(s, to));
  if (!s->is_dry) TRY(ask_program(s, to, purpose, shape));
out:
  return err;
}

smpc_err smpi_opening_check(struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape) {
  smpc_err err = check(s, to, purpose, shape);
  if (err != SMPC_OK || s->is_dry || s->guard == NULL) return err;
  return s->guard->opening(s->guard_ctx, s, to, purpose, shape);
}

bool smpi_opening_is_held(const struct smpc_session *s, const char *purpose) {
  return !s->is_dry && s->guard != NULL && purpose != NULL && s->guard->review(s->guard_ctx, purpose) != NULL;
}

/* With sight: the reviewers get it first, which is an opening like any other. */
static smpc_err show(struct smpc_session *s, struct smpi_result *r, const struct smpi_reviewing *reviewing) {
  size_t n = r->shape.rows * r->shape.cols;
  bool is_mine = reviewing->by.bits >> smpi_me(s) & 1;
  uint64_t *value = is_mine ? smpi_scratch(s, n, sizeof *value) : NULL;
  smpc_err err;
  if (is_mine && value == NULL) return smpi_status(s);
  TRY(smpi_opening_check(s, reviewing->by, reviewing->purpose, r->shape));
  TRY(smpi_opening_compare(s));
  TRY(smpi_release(s, value, r->share, n, reviewing->by));
  r->value = value;
out:
  return err;
}

smpc_err smpi_opening_hold(struct smpc_session *s, struct smpi_result *r) {
  const struct smpi_reviewing *reviewing = s->guard->review(s->guard_ctx, r->purpose);
  size_t n = r->shape.rows * r->shape.cols;
  smpc_err err;
  smpi_absorb(s, "held", 4);
  TRY(check(s, r->to, r->purpose, r->shape));
  TRY(s->guard->may_hold(s->guard_ctx, s, r->to, r->purpose, r->shape));
  TRY(smpi_opening_compare(s));
  if (reviewing->with_sight) TRY(show(s, r, reviewing));
  if (s->rank >= 0) { /* fresh shares: they outlive the session that the old ones are of */
    shr *share = smpi_scratch(s, n, sizeof *share);
    if (share == NULL) return smpi_status(s);
    memcpy(share, r->share, n * sizeof *share);
    TRY(smpi_zero_refresh(s, share, n, SMPI_SUM));
    r->share = share;
  }
  TRY(s->guard->hold(s->guard_ctx, s, r));
out:
  return err;
}

smpc_err smpi_opening_compare(struct smpc_session *s) {
  if (!s->is_dry) return smpi_compare_programs(s);
  s->spent.rounds++;
  s->spent.bytes += 32 * (uint64_t)(s->cfg.parties - 1 - (s->dealer >= 0));
  return SMPC_OK;
}
