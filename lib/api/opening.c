/* opening.c - see opening.h. */
#include "api/opening.h"

#include <string.h>

#include "session/config.h"

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
static smpc_err check_purpose(struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape) {
  if (purpose == NULL || purpose[0] == 0) return smpi_fail(s, SMPC_E_ARG, -1, "%s: no purpose is given", s->op);
  bool is_left_to_study = s->guard != NULL && s->guard->rules_purposes && s->cfg.purposes[0] == 0;
  if (!is_left_to_study && !smpi_config_allows(&s->cfg, purpose))
    return smpi_fail(s, SMPC_E_POLICY, (int)smpi_me(s), "%s: my configuration does not allow the purpose \"%.120s\"",
                     s->op, purpose);
  smpc_event e = {.kind = SMPC_EVENT_OPENING, .op = s->op, .text = purpose, .to = to, .shape = shape};
  if (s->watch != NULL && !s->watch(&e, s->watch_user))
    return smpi_fail(s, SMPC_E_POLICY, (int)smpi_me(s), "%s: this party's program refused the opening", s->op);
  return s->guard == NULL ? SMPC_OK : s->guard->opening(s->guard_ctx, s, to, purpose, shape);
}

smpc_err smpi_opening_check(struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape) {
  smpc_err err;
  smpi_absorb_u64(s, to.bits);
  if (purpose != NULL) smpi_absorb(s, purpose, strlen(purpose));
  TRY(check_recipients(s, to));
  if (!s->is_dry) TRY(check_purpose(s, to, purpose, shape));
out:
  return err;
}

smpc_err smpi_opening_compare(struct smpc_session *s) {
  if (!s->is_dry) return smpi_compare_programs(s);
  s->spent.rounds++;
  s->spent.bytes += 32 * (uint64_t)(s->cfg.parties - 1 - (s->dealer >= 0));
  return SMPC_OK;
}
