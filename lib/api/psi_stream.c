/* psi_stream.c - see psi_stream.h. */
#include "api/psi_stream.h"

#include "api/psi_set.h"
#include "base/bytes.h"
#include "base/mem.h"

enum { TOLD = 4096 }; /* LOCAL: items at a time */

smpc_err smpi_psi_stream_check(struct smpc_session *s, const smpc_psi_stream *in, bool wants_rows) {
  if (in == NULL || in->size != sizeof *in || in->next == NULL)
    return smpi_fail(s, SMPC_E_ARG, -1,
                     "%s: an owner gives no stream, or one that was not made with SMPC_PSI_STREAM_INIT of this version",
                     s->op);
  if (wants_rows && in->tell == NULL) return smpi_fail(s, SMPC_E_ARG, -1, "%s: there is nobody to tell which items match", s->op);
  if (s->guard != NULL && s->guard->compares_sets(s->guard_ctx))
    return smpi_fail(
        s, SMPC_E_POLICY, -1,
        "%s: the study compares this set with those of earlier runs, for which it must be in memory: no stream", s->op);
  if (in->memory == 0 || in->memory >= SMPC_PSI_STREAM_LEAST) return SMPC_OK;
  return smpi_fail(s, SMPC_E_RANGE, -1, "%s: a bucket takes more memory than the set may: at least %u MB are needed", s->op,
                   (unsigned)(SMPC_PSI_STREAM_LEAST >> 20));
}

/* The next items, checked. */
static smpc_err read_some(struct smpc_session *s, const smpc_psi_stream *in, smpc_items *some) {
  *some = (smpc_items){0};
  smpc_err err = in->next(in->user, some);
  if (err != SMPC_OK) return smpi_fail(s, err, -1, "%s: the items cannot be read: %s", s->op, smpi_err_text(err));
  if (atomic_load(&s->is_canceled)) return smpi_fail(s, SMPC_E_CANCELED, -1, "the session was canceled");
  return smpi_psi_set_check(s, some);
}

smpc_err smpi_psi_stream_read(struct smpi_psi_parts *p, struct smpc_session *s, const smpc_psi_stream *in) {
  uint64_t held = in->memory == 0 ? 0 : in->memory - SMPC_PSI_STREAM_LEAST;
  smpc_items some = {.n = 1};
  smpc_err err;
  TRY(smpi_psi_parts_begin(p, s, s->step, held, in->folder));
  while (some.n != 0) {
    TRY(read_some(s, in, &some));
    TRY(smpi_psi_parts_add_vt(p, &some));
  }
  TRY(smpi_psi_parts_end_vt(p));
out:
  return err;
}

smpc_err smpi_psi_stream_count(uint64_t *n, struct smpc_session *s, const smpc_psi_stream *in) {
  smpc_items some = {.n = 1};
  smpc_err err = smpi_psi_stream_check(s, in, false);
  for (*n = 0; err == SMPC_OK && some.n != 0; *n += some.n) err = read_some(s, in, &some);
  return err;
}

void smpi_psi_stream_tell(const smpc_psi_stream *in, const struct smpi_psi_parts *p) {
  uint8_t matched[TOLD];
  for (size_t i = 0, k; i < p->n; i += k) {
    k = smpi_min(TOLD, p->n - i);
    smpi_psi_parts_tell(p, matched, i, k);
    in->tell(in->user, matched, k);
  }
  smpi_wipe(matched, sizeof matched);
}
