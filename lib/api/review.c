/* review.c - smpc_study.h: what this party holds, and its word as a reviewer. */
#include <smpc_study.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "govern/holds.h"
#include "govern/release.h"
#include "session/config.h"
#include "session/identity.h"

smpc_err smpc_config_release(smpc_config *cfg, const char *held) {
  if (cfg == NULL || held == NULL || cfg->study[0] == 0 || strlen(held) != SMPC_HELD_LEN - 1) return SMPC_E_ARG;
  if (held[strspn(held, "0123456789abcdef")] != 0 || cfg->release[0] != 0) return SMPC_E_ARG;
  memcpy(cfg->release, held, SMPC_HELD_LEN);
  smpi_study_agree_release(cfg->question, cfg->release);
  return SMPC_OK;
}

/* --- my own journal, outside of sessions ---------------------------------------------- */

struct desk { /* a reviewer's */
  const smpc_config *cfg;
  const smpc_study *study;
  const char *path;
  struct smpi_identity *id;
  struct smpi_journal *journal;
  struct smpi_holds holds;
  struct smpi_fault f;
};

static void seen(void *user, const struct smpi_entry *e) { smpi_holds_seen(&((struct desk *)user)->holds, e); }

static smpc_err open_desk(struct desk *d, const smpc_config *cfg, const smpc_study *study, const char *path) {
  smpc_err err;
  *d = (struct desk){.cfg = cfg, .study = study, .path = path, .f = {.party = -1}};
  if (cfg == NULL || study == NULL || path == NULL) return SMPC_E_ARG;
  TRY(smpi_config_valid(cfg, &d->f));
  if (cfg->journal[0] == 0) return smpi_fault_set(&d->f, SMPC_E_POLICY, -1, "there is no `journal:` in party.yaml");
  TRY(smpi_identity_load(cfg->key_file, &d->id, &d->f));
  TRY(smpi_journal_open(&d->journal, cfg->journal, cfg->member[cfg->me.id].name, d->id->sign_secret, seen, d, &d->f));
  TRY(smpi_holds_sweep(&d->holds, d->journal, cfg->journal, (int64_t)time(NULL), study, path, &d->f));
out:
  return err;
}

static smpc_err leave_desk(struct desk *d, smpc_err err, char *text, size_t text_len) {
  smpi_holds_free(&d->holds);
  smpi_journal_close(d->journal);
  smpi_identity_free(d->id);
  return smpi_fault_tell(err, &d->f, text, text_len);
}

static smpc_err find(struct desk *d, const struct smpi_held **h, const char *held) {
  int at = held == NULL ? -1 : smpi_holds_find(&d->holds, held);
  if (at < 0)
    return smpi_fault_set(&d->f, SMPC_E_POLICY, -1, "my journal holds no result %.16s", held == NULL ? "" : held);
  *h = &d->holds.at[at].h;
  if (d->holds.at[at].state == SMPI_HOLD_WAITING) return SMPC_OK;
  return smpi_fault_set(&d->f, SMPC_E_POLICY, -1, "the result %s %s", held,
                        d->holds.at[at].state == SMPI_HOLD_OPENED ? "was opened before"
                                                                  : "expired or was rejected, and is erased");
}

/* --- the interface ----------------------------------------------------------------------- */

static void tell_one(const struct desk *d, const struct smpi_held *h, smpc_held_fn report, void *user) {
  const smpc_study_question *q = smpi_held_question(d->study, h);
  char name[SMPI_HELD_ID];
  if (q == NULL) return;
  smpi_held_id(name, h->opening);
  smpc_held out = {name,
                   h->question,
                   h->purpose,
                   h->to,
                   {h->rows, h->columns},
                   h->is_sight,
                   h->has_rows,
                   h->has_hidden,
                   h->all_rows,
                   h->hidden,
                   h->held_at,
                   h->expires,
                   smpi_released_by(d->study, d->path, q, h),
                   q->reviewers};
  report(user, &out);
}

smpc_err smpc_held_list(const smpc_config *cfg, const smpc_study *study, const char *path, smpc_held_fn report,
                        void *user, char *text, size_t text_len) {
  struct desk d;
  smpc_err err = open_desk(&d, cfg, study, path);
  for (size_t i = 0; err == SMPC_OK && report != NULL && i < d.holds.n; i++)
    if (d.holds.at[i].state == SMPI_HOLD_WAITING) tell_one(&d, &d.holds.at[i].h, report, user);
  return leave_desk(&d, err, text, text_len);
}

smpc_err smpc_held_sign(const smpc_config *cfg, const smpc_study *study, const char *path, const char *held,
                        bool reject, char *text, size_t text_len) {
  struct desk d;
  const struct smpi_held *h = NULL;
  smpc_err err;
  TRY(open_desk(&d, cfg, study, path));
  TRY(find(&d, &h, held));
  err = smpi_release_sign(study, path, h, reject ? SMPI_REJECTED : SMPI_RELEASED, d.id->sign_secret, &d.f);
out:
  return leave_desk(&d, err, text, text_len);
}

smpc_err smpc_held_values(const smpc_config *cfg, const smpc_study *study, const char *path, const char *held,
                          int64_t *out, size_t n, char *text, size_t text_len) {
  struct desk d;
  const struct smpi_held *h = NULL;
  struct smpi_held_share share = {0};
  smpc_err err;
  if (out != NULL) memset(out, 0, n * sizeof *out);
  TRY(open_desk(&d, cfg, study, path));
  TRY(find(&d, &h, held));
  TRY(smpi_held_load(&share, h, cfg->journal, cfg->member[cfg->me.id].name, d.id->sign_secret, &d.f));
  if (share.n_values == 0)
    err = smpi_fault_set(&d.f, SMPC_E_POLICY, -1, "I have not seen the result %s: only its reviewers with sight have",
                         held);
  else if (out == NULL || n != share.n_values) err = SMPC_E_ARG;
  else memcpy(out, share.value, n * sizeof *out);
out:
  smpi_held_release(&share);
  return leave_desk(&d, err, text, text_len);
}
