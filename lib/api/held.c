/* held.c - smpc_study.h: opening what was held for its reviewers. */
#include <smpc_study.h>
#include <string.h>

#include "api/opening.h"
#include "api/value.h"
#include "base/mem.h"
#include "math/fixed.h"
#include "share/release.h"

static smpc_err open_words(smpc_session *s, const char *name, void *out, size_t n_out, bool as_double) {
  struct smpi_op op;
  struct smpi_result r;
  if (out != NULL) memset(out, 0, n_out * sizeof(uint64_t));
  if (s == NULL) return SMPC_E_ARG;
  if (!smpi_op_begin(&op, s, name, 0, NULL)) return smpi_op_refused(s);
  smpc_err err = SMPC_OK;
  if (s->guard == NULL) TRY(smpi_fail(s, SMPC_E_STATE, -1, "%s: this session is for no held result", name));
  TRY(s->guard->held(s->guard_ctx, s, &r));
  size_t n = r.shape.rows * r.shape.cols;
  bool is_mine = r.to.bits >> smpi_me(s) & 1;
  if (!as_double && r.frac != 0)
    TRY(smpi_fail(s, SMPC_E_SHAPE, -1, "%s: the value is fixed point: use smpc_open_held", name));
  if ((is_mine || out != NULL) && n != 0 && (out == NULL || n_out != n))
    TRY(smpi_fail(s, SMPC_E_ARG, -1, "%s: out must have room for %zu x %zu elements", name, r.shape.rows,
                  r.shape.cols));
  TRY(smpi_opening_compare(s)); /* all are here, before anybody's journal says that it is opened, for good */
  TRY(smpi_opening_check(s, r.to, r.purpose, r.shape));
  TRY(smpi_opening_compare(s));
  TRY(smpi_release(s, out, r.share, n, r.to));
  if (as_double && is_mine) smpi_fixed_decode(out, out, n, r.frac);
out:
  smpi_op_end(&op, NULL, err);
  if (smpi_status(s) != SMPC_OK && out != NULL) smpi_wipe(out, n_out * sizeof(uint64_t));
  return smpi_status(s);
}

smpc_err smpc_open_held(smpc_session *s, double *out, size_t n_out) {
  return open_words(s, "smpc_open_held", out, n_out, true);
}

smpc_err smpc_open_held_i64(smpc_session *s, int64_t *out, size_t n_out) {
  return open_words(s, "smpc_open_held_i64", out, n_out, false);
}
