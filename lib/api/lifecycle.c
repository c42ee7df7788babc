/* lifecycle.c - sessions from outside: open, close, cancel, ask. */
#include <smpc.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "api/pool.h"
#include "base/mem.h"
#include "govern/gate.h"
#include "session/config.h"
#include "session/identity.h"
#include "session/session_impl.h"
#include "triple/cost.h"
#include "triple/dealer.h"
#include "triple/disk.h"

#define STRING(x) #x
#define VERSION(a, b, c) STRING(a) "." STRING(b) "." STRING(c)

const char *smpc_version(void) { return VERSION(SMPC_VERSION_MAJOR, SMPC_VERSION_MINOR, SMPC_VERSION_PATCH); }
const char *smpc_strerror(smpc_err e) { return smpi_err_text(e); }

/* A session that only holds the reason why there is none. */
static smpc_err refuse(smpc_session **s, const smpc_config *cfg, const struct smpi_fault *fault) {
  if (smpi_session_dry(s, cfg) == SMPC_E_NOMEM) return SMPC_E_NOMEM;
  return smpi_fail(*s, fault->code, fault->party, "%s", fault->text);
}

/* Whom one must trust; the dealer by its name. */
static void note_trust(smpc_session *s) {
  char text[300];
  bool deals = s->cfg.source == SMPC_DEALER;
  snprintf(text, sizeof text, "%s%s%s", deals ? smpi_member_name(s, (unsigned)s->dealer) : "", deals ? " deals. " : "",
           smpi_triple_trust(s));
  smpi_note(s, SMPC_EVENT_NOTE, text);
}

/* Computing parties meet the dealer at once, so that it knows when all have left;
 * oblivious transfer is set up when it is first needed. */
static smpc_err open_source(smpc_session *s) {
  smpc_err err = SMPC_OK;
  if (s->rank < 0 || (s->cfg.source == SMPC_DEALER && s->dealer < 0)) return SMPC_OK;
  if (s->cfg.source == SMPC_DEALER) err = smpi_triple_open(s);
  if (err == SMPC_OK) note_trust(s);
  return err;
}

/* The study, if there is one, and the journal: before any link. */
static smpc_err open_record(struct smpi_record **r, const smpc_config *cfg, const struct smpi_identity *id,
                            struct smpi_fault *f) {
  struct smpi_record_rules rules;
  if (cfg->study[0] == 0) return smpi_record_open(r, cfg, id, NULL, f);
  smpc_err err = smpi_gate_open(&rules, cfg, (int64_t)time(NULL), f);
  return err == SMPC_OK ? smpi_record_open(r, cfg, id, &rules, f) : err;
}

/* Open, with the journal watching from the moment the parties agree. */
static smpc_err open_recorded(smpc_session **s, const smpc_config *cfg, const struct smpi_identity *id,
                              struct smpi_record *record, smpc_watch_fn watch, void *user) {
  smpc_err err = smpi_session_open_on(s, cfg, id->link_secret, &smpi_network_nng, watch, user);
  if (err == SMPC_OK) err = smpi_record_attach(record, *s);
  else if (*s != NULL) smpi_record_failed(record, &(*s)->fault);
  else smpi_record_free(record);
  return err;
}

/* Open, with what this party keeps on disk: its pool belongs to the session once that is there. */
static smpc_err open_pooled(smpc_session **s, const smpc_config *cfg, const struct smpi_identity *id,
                            struct smpi_record *record, struct smpi_disk *disk, smpc_watch_fn watch, void *user) {
  smpc_err err = open_recorded(s, cfg, id, record, watch, user);
  if (err != SMPC_OK) {
    smpi_disk_close(disk);
    return err;
  }
  TRY(smpi_disk_attach(disk, *s));
  smpi_session_count_afresh(*s);
  TRY(open_source(*s));
out:
  return err;
}

static smpc_err open_disk(struct smpi_disk **disk, const smpc_config *cfg, const struct smpi_identity *id,
                          struct smpi_fault *f) {
  uint8_t key[32];
  smpi_identity_derive(key, id, SMPI_POOL_KEY);
  smpc_err err = smpi_disk_open(disk, cfg, key, f);
  smpi_wipe(key, sizeof key);
  return err;
}

smpc_err smpc_session_open(smpc_session **s, const smpc_config *cfg, smpc_watch_fn watch, void *user) {
  struct smpi_fault fault = {.party = -1};
  struct smpi_identity *id = NULL;
  struct smpi_record *record = NULL;
  struct smpi_disk *disk = NULL;
  if (s == NULL || cfg == NULL) return SMPC_E_ARG;
  *s = NULL;
  smpc_err err = smpi_config_valid(cfg, &fault);
  if (err == SMPC_OK) err = smpi_identity_load(cfg->key_file, &id, &fault);
  if (err == SMPC_OK && !smpi_ct_equal(id->pub.link, cfg->member[cfg->me.id].link_key, sizeof id->pub.link))
    err = smpi_fault_set(&fault, SMPC_E_AUTH, cfg->me.id, "%s is not the key that the parties know %s by", cfg->key_file,
                         cfg->member[cfg->me.id].name);
  if (err == SMPC_OK) err = open_disk(&disk, cfg, id, &fault);
  if (err == SMPC_OK && (err = open_record(&record, cfg, id, &fault)) != SMPC_OK) smpi_disk_close(disk);
  if (err == SMPC_OK) err = open_pooled(s, cfg, id, record, disk, watch, user);
  else err = refuse(s, cfg, &fault);
  smpi_identity_free(id);
  return err;
}

smpc_err smpc_session_close(smpc_session *s) { return smpi_session_close(s); }
void smpc_session_cancel(smpc_session *s) { smpi_session_cancel(s); }

smpc_failure smpc_session_error(const smpc_session *s) {
  if (s == NULL) return (smpc_failure){SMPC_E_STATE, -1, 0, "", "no session"};
  const struct smpi_fault *f = &s->fault;
  return (smpc_failure){f->code, f->party, s->step, s->op, f->code == SMPC_OK ? smpi_err_text(SMPC_OK) : f->text};
}

smpc_err smpc_session_deal(smpc_session *s) {
  if (s == NULL) return SMPC_E_ARG;
  if (s->pid != getpid()) return SMPC_E_STATE; /* two dealers would seal under the same keys and counters */
  if (smpi_status(s) != SMPC_OK) return smpi_status(s);
  smpi_step(s, "smpc_session_deal");
  if (s->dealer < 0 || smpi_me(s) != (unsigned)s->dealer)
    return smpi_fail(s, SMPC_E_STATE, -1, "only the dealer deals");
  return smpi_dealer_serve(s);
}
