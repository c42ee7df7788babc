/* notary.c - see notary.h. */
#include "govern/notary.h"

#include <smpc_study.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "govern/audit_study.h"
#include "support/test.h"

const char *const notary_journals[NOTARY_PARTIES] = {"party0.journal", "party1.journal", "party2.journal"};

static char folder[64];

int notary_setup(void **state) {
  (void)state;
  strcpy(folder, "/tmp/smpc-govern-XXXXXX");
  return mkdtemp(folder) == NULL ? -1 : chdir(folder);
}

int notary_teardown(void **state) {
  char command[128];
  (void)state;
  snprintf(command, sizeof command, "rm -r %s", folder);
  return chdir("/") == 0 ? system(command) : -1;
}

void notary_key(uint8_t sign_secret[64], uint64_t seed, unsigned party) {
  struct parties p = {.n = NOTARY_PARTIES, .seed = seed};
  smpc_config cfg;
  uint8_t link_secret[32], sign_key[32];
  parties_config(&cfg, link_secret, &p, party);
  crypto_sign_seed_keypair(sign_key, sign_secret, link_secret); /* as parties.c derives it */
  assert_memory_equal(sign_key, cfg.member[party].sign_key, 32);
}

const char *notary_head = "", *notary_more = "";

void notary_write_study(const char *path, uint64_t seed, const char *limits, const char *extra) {
  static char text[8192];
  size_t used = (size_t)snprintf(text, sizeof text,
                                 "study: {title: T, purpose: totals for the test%s}\nlegal basis: none\n"
                                 "valid from: 2020-01-01\nvalid until: 2099-12-31\nsecurity: semi-honest\n%sparties:\n",
                                 notary_more, notary_head);
  for (unsigned i = 0; i < NOTARY_PARTIES; i++) {
    struct parties p = {.n = NOTARY_PARTIES, .seed = seed};
    smpc_config cfg;
    uint8_t link_secret[32];
    char key[SMPI_KEY_TEXT_LEN];
    struct smpi_public keys;
    parties_config(&cfg, link_secret, &p, i);
    memcpy(keys.link, cfg.member[i].link_key, 32);
    memcpy(keys.sign, cfg.member[i].sign_key, 32);
    smpi_key_text(key, &keys);
    used += (size_t)snprintf(text + used, sizeof text - used,
                             "  - {name: party%u, key: %s, roles: [input, compute, result]}\n", i, key);
  }
  used += (size_t)snprintf(text + used, sizeof text - used,
                           "questions:\n  - name: sum\n    program: test\n    recipients: [party0, party1]\n%s"
                           "  - name: other\n    program: test\n    recipients: [party0]\n%s", limits, extra);
  notary_write(path, text, used);
}

void notary_sign_all(const char *path, uint64_t seed) {
  smpc_study *st;
  struct smpi_fault f = {.party = -1};
  if (smpi_study_load(&st, path, &f) != SMPC_OK) fail_msg("%s", f.text);
  for (unsigned i = 0; i < NOTARY_PARTIES; i++) {
    uint8_t key[64];
    notary_key(key, seed, i);
    if (smpi_study_sign(st, path, SMPI_SIGNATURE, key, (int64_t)time(NULL), &f) != SMPC_OK) fail_msg("%s", f.text);
  }
  smpi_study_free(st);
}

static void configure(smpc_config *cfg, unsigned me, void *ctx) {
  const struct notary *n = ctx;
  const char *where = me == 0 && n->folder != NULL ? n->folder : "";
  if ((int)me != n->without) snprintf(cfg->journal, sizeof cfg->journal, "%s%s.journal", where, cfg->member[me].name);
  if (n->study != NULL) {
    smpc_study *st;
    snprintf(cfg->study, sizeof cfg->study, "%s", n->study);
    snprintf(cfg->ask, sizeof cfg->ask, "%s", n->ask);
    cfg->purposes[0] = 0;
    if (smpi_study_load(&st, n->study, NULL) == SMPC_OK && smpi_study_find(st, n->ask) != NULL)
      smpi_study_agreement(cfg->question, st, smpi_study_find(st, n->ask));
    if (n->release != NULL && (int)me != n->unaware && smpc_config_release(cfg, n->release) != SMPC_OK) abort();
    smpi_study_free(st);
    return;
  }
  memset(cfg->question, n->number, 32); /* so that sessions of the same seed differ */
}

static smpc_err attach(struct notary *n, struct smpc_session *s) {
  struct smpi_identity *id = smpi_secret_alloc(1, sizeof *id);
  struct smpi_record_rules rules = {.must_seal = !n->unsealed};
  struct smpi_fault f = {.party = -1};
  struct smpi_record *r = NULL;
  smpc_err err = SMPC_OK;
  memcpy(rules.study, s->cfg.question, 32);
  notary_key(id->sign_secret, n->seed, smpi_me(s));
  if (n->study != NULL) err = smpi_gate_open(&rules, &s->cfg, n->now ? n->now : (int64_t)time(NULL), &f);
  if (err == SMPC_OK) err = smpi_record_open(&r, &s->cfg, id, &rules, &f);
  smpi_secret_free(id);
  if (err == SMPC_OK) err = smpi_record_attach(r, s);
  return err == SMPC_OK ? SMPC_OK : smpi_fail(s, err, -1, "%s", f.text);
}

static void open_held(struct smpc_session *s, unsigned me, struct notary *n) {
  int64_t out[2] = {0, 0};
  LET_FAIL(smpc_open_held_i64(s, me < 2 ? out : NULL, me < 2 ? 2 : 0));
  if (me == 1) memcpy(n->got, out, sizeof out);
}

smpc_err notary_tell_rows(struct smpc_session *s, uint64_t rows) {
  uint64_t row[200];
  assert_true(rows <= 200);
  for (uint64_t i = 0; i < rows; i++) row[i] = i;
  smpc_err err = smpi_record_rows(s, rows);
  return err != SMPC_OK ? err : smpi_record_cohort(s, row, rows); /* kept only where the study asks */
}

static void sum(struct smpc_session *s, unsigned me, struct notary *n) {
  static const char *const purpose[] = {"totals for the test", "more totals for the test"};
  smpc_shape two = {1, 2};
  int64_t mine[2] = {(int64_t)me + 1 + (me == 0 ? n->other_value : 0), 10}, out[2];
  (void)notary_tell_rows(s, 100 + me + (me == 0 ? n->more_rows : 0));
  smpc_shared *sum = smpc_input_i64(s, smpc_p(0), mine, two);
  for (unsigned i = 1; i < NOTARY_PARTIES; i++) sum = smpc_add(s, sum, smpc_input_i64(s, smpc_p(i), mine, two));
  for (unsigned k = 0; k < n->detours; k++) sum = smpc_scale_i64(s, 1, sum, 0);
  for (unsigned k = 0; k < n->openings; k++)
    LET_FAIL(smpc_open_i64(s, sum, smpc_and(smpc_to(smpc_p(0)), smpc_p(1)), purpose[k % 2], me < 2 ? out : NULL,
                           me < 2 ? 2 : 0));
  if (n->release != NULL) open_held(s, me, n);
  if (me == 0) smpi_record_suppressed(s, 1);
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct notary *n = ctx;
  if (!n->bare) LET_FAIL(attach(n, s));
  if (n->program != NULL) n->program(s, me, n);
  else sum(s, me, n);
  if (n->meddle != NULL) n->meddle(s, me);
  if (me != 0) return;
  n->met = smpi_status(s);
  snprintf(n->text, sizeof n->text, "%s", s->fault.text);
}

bool notary_run(struct notary *n, struct parties_result *r) {
  struct parties_result mine;
  static int number;
  bool well = true;
  n->number = ++number;
  if (r == NULL) r = &mine;
  parties_run(&(struct parties){.n = NOTARY_PARTIES,
                                .dealer = n->with_dealer,
                                .seed = n->seed,
                                .source = n->source,
                                .timeout_ms = 2000,
                                .configure = configure},
              body, n, r);
  for (unsigned i = 0; i < NOTARY_PARTIES; i++) well = well && r->open[i] == SMPC_OK && r->close[i] == SMPC_OK;
  return well;
}

char *notary_read(const char *path, size_t *len) {
  struct smpi_fault f = {.party = -1};
  struct smpi_slice text;
  if (smpi_file_read(&text, path, "journal", &f) != SMPC_OK) fail_msg("%s", f.text);
  char *copy = malloc(text.len + 1);
  memcpy(copy, text.at, text.len);
  copy[text.len] = 0;
  *len = text.len;
  smpi_free((void *)text.at);
  return copy;
}

unsigned notary_count(const char *path, const char *word) {
  size_t len;
  unsigned n = 0;
  char *text = notary_read(path, &len);
  for (const char *p = text; (p = strstr(p, word)) != NULL; p++) n++;
  free(text);
  return n;
}

void notary_write(const char *path, const char *text, size_t len) {
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  assert_int_equal(fwrite(text, 1, len, out), len);
  assert_int_equal(fclose(out), 0);
}

struct sink { char *text; size_t size; };

static void collect(void *user, bool is_fault, const char *path, uint64_t entry, const char *text) {
  struct sink *k = user;
  int n =
      snprintf(k->text, k->size, "%s %s:%llu %s\n", is_fault ? "FAULT" : "note", path, (unsigned long long)entry, text);
  if (n > 0 && (size_t)n < k->size) k->text += n, k->size -= (size_t)n;
}

unsigned notary_audit_loaded(char *text, size_t size, const smpc_study *st, const char *study, const char *const *path,
                             unsigned n) {
  struct smpi_fault f = {.party = -1};
  struct sink k = {text, size};
  struct smpi_audit a = {.report = collect, .user = &k};
  struct smpi_audit_study by;
  text[0] = 0;
  if (st != NULL) {
    assert_int_equal(smpi_audit_study_begin(&by, &a, st, study), SMPC_OK);
    a.study = &by;
  }
  if (smpi_audit_run(&a, path, n, &f) != SMPC_OK) fail_msg("%s", f.text);
  if (st != NULL) smpi_audit_study_end(&by);
  unsigned faults = (unsigned)a.faults;
  smpi_audit_free(&a);
  return faults;
}

unsigned notary_audit_by(char *text, size_t size, const char *study, const char *const *path, unsigned n) {
  smpc_study *st;
  struct smpi_fault f = {.party = -1};
  if (smpi_study_load(&st, study, &f) != SMPC_OK) fail_msg("%s", f.text);
  unsigned faults = notary_audit_loaded(text, size, st, study, path, n);
  smpi_study_free(st);
  return faults;
}

unsigned notary_audit(char *text, size_t size, const char *const *path, unsigned n) {
  return notary_audit_loaded(text, size, NULL, NULL, path, n);
}
