/* check.c - smpc_config_check(): one line on each link. */
#include <smpc.h>
#include <stdio.h>

#include "session/config.h"
#include "session/identity.h"
#include "session/session_impl.h"

struct check {
  smpc_check_fn report;
  void *user;
  const smpc_config *cfg;
  char clock[SMPC_MAX_PARTIES][160]; /* what is wrong with whose */
};

static void report(const struct check *c, unsigned peer, smpc_err code, const char *text) {
  if (c->report != NULL) c->report(c->user, smpc_p(peer), code, text);
}

/* The network of the check: tries all links, reports those that fail. */
static smpc_err open_and_report(void *ctx, struct smpi_mesh **mesh, const struct smpi_mesh_config *cfg,
                                struct smpi_fault *fault) {
  const struct check *c = ctx;
  struct smpi_fault of[SMPC_MAX_PARTIES] = {{0}};
  struct smpi_mesh_config mc = *cfg;
  mc.peer_fault = of;
  smpc_err err = smpi_mesh_open(mesh, &mc, fault);
  bool tried = false; /* else it failed here, before any link: a port in use, no such address */
  for (unsigned i = 0; i < cfg->n; i++) tried |= of[i].code != SMPC_OK;
  if (err != SMPC_OK && !tried) report(c, fault->party < 0 ? cfg->me : (unsigned)fault->party, err, fault->text);
  for (unsigned i = 0; err != SMPC_OK && tried && i < cfg->n; i++)
    if (i != cfg->me) report(c, i, of[i].code, of[i].code == SMPC_OK ? "the link works" : of[i].text);
  return err;
}

/* Clocks that are apart, heard of in the agreement rounds. */
static bool on_event(const smpc_event *e, void *user) {
  struct check *c = user;
  for (unsigned i = 0; i < c->cfg->parties && e->kind == SMPC_EVENT_NOTE; i++)
    if (e->to.bits >> i & 1) snprintf(c->clock[i], sizeof c->clock[i], "%s", e->text);
  return true;
}

static void report_good(const struct check *c, unsigned peer) {
  char text[256];
  bool is_apart = c->clock[peer][0] != 0;
  snprintf(text, sizeof text, "the link works, and we agree%s%s", is_apart ? ", but " : "", c->clock[peer]);
  report(c, peer, SMPC_OK, text);
}

smpc_err smpc_config_check(const smpc_config *cfg, smpc_check_fn fn, void *user) {
  struct smpi_fault fault = {.party = -1};
  struct smpi_identity *id = NULL;
  smpc_session *s = NULL;
  if (cfg == NULL) return SMPC_E_ARG;
  struct check c = {.report = fn, .user = user, .cfg = cfg};
  struct smpi_network net = {open_and_report, &c};
  smpc_err err = smpi_config_valid(cfg, &fault);
  if (err == SMPC_OK) err = smpi_identity_load(cfg->key_file, &id, &fault);
  if (err != SMPC_OK) {
    report(&c, cfg->me.id, err, fault.text);
    goto out;
  }
  err = smpi_session_open_on(&s, cfg, id->link_secret, &net, on_event, &c);
  if (s != NULL && err != SMPC_OK && s->mesh != NULL)
    report(&c, (unsigned)(s->fault.party < 0 ? cfg->me.id : s->fault.party), err, s->fault.text);
  for (unsigned i = 0; err == SMPC_OK && i < cfg->parties; i++)
    if (i != cfg->me.id) report_good(&c, i);
  smpc_err closed = smpi_session_close(s);
  if (err == SMPC_OK) err = closed;
out:
  smpi_identity_free(id);
  return err;
}
