/* journal.c - the bench of the journal: what an entry costs on disk before anything may be opened, and how
 * fast entries are verified afterwards.  At the first party, in a folder of its own; no network. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "govern/audit.h"
#include "govern/journal.h"
#include "session/session.h"

enum { COMMITS = 64, MOST = 1000000 };

static const uint8_t digest[32] = {1}; /* in the place of each */

static void describe_run(struct smpi_lines *l, const uint8_t sign_key[32]) {
  char key[SMPI_B64_32];
  sodium_bin2base64(key, sizeof key, sign_key, 32, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  smpi_lines_add_bytes(l, "session", digest, sizeof digest);
  smpi_lines_add_bytes(l, "study", digest, sizeof digest);
  smpi_lines_add(l, "question", "smoking and disease");
  smpi_lines_add(l, "software", "smpc %d.%d.%d", SMPC_VERSION_MAJOR, SMPC_VERSION_MINOR, SMPC_VERSION_PATCH);
  smpi_lines_add(l, "counter-signed", "no");
  smpi_lines_add_count(l, "dealer", false, 0);
  smpi_lines_add(l, "with", "%s north", key);
}

/* An entry such as every opening has. */
static void describe(struct smpi_lines *l) {
  smpi_lines_add_bytes(l, "session", digest, sizeof digest);
  smpi_lines_add(l, "operation", "smpc_open_i64");
  smpi_lines_add(l, "purpose", "joint counts of smoking by disease");
  smpi_lines_add(l, "to", "north, south");
  smpi_lines_add_number(l, "rows", 1);
  smpi_lines_add_number(l, "columns", 1000);
  smpi_lines_add_bytes(l, "program", digest, sizeof digest);
}

/* n entries, on disk with the last one; then COMMITS that are on disk each. */
static smpc_err write_entries(const struct bench *b, const char *path, double *seconds_each, struct smpi_fault *f) {
  uint8_t public_key[32], secret[64];
  struct smpi_journal *j = NULL;
  smpc_err err;
  crypto_sign_keypair(public_key, secret);
  TRY(smpi_journal_open(&j, path, "north", secret, NULL, NULL, f));
  describe_run(smpi_journal_begin(j, SMPI_RUN), public_key);
  TRY(smpi_journal_add(j, NULL, f));
  for (size_t i = 0; i < b->o->n; i++) {
    describe(smpi_journal_begin(j, SMPI_OPEN));
    TRY(smpi_journal_add(j, NULL, f));
  }
  double start = b->now(b);
  for (size_t i = 0; i < COMMITS; i++) {
    describe(smpi_journal_begin(j, SMPI_OPEN));
    TRY(smpi_journal_commit(j, NULL, f));
  }
  *seconds_each = (b->now(b) - start) / COMMITS;
out:
  smpi_journal_close(j);
  return err;
}

static smpc_err verify(struct bench *b, const char *path, struct smpi_fault *f) {
  smpc_err err = SMPC_OK;
  for (size_t i = 0; i < b->o->repeat && err == SMPC_OK; i++) {
    struct smpi_audit a = {.n = 0};
    begin_online(b, i);
    err = smpi_audit_run(&a, &path, 1, f);
    end_online(b, i);
    smpi_audit_free(&a);
  }
  return err;
}

static smpc_err measure(struct bench *b, const char *path, struct smpi_fault *f) {
  double commit;
  smpc_err err;
  TRY(write_entries(b, path, &commit, f));
  TRY(verify(b, path, f));
  struct figures seen = b->f;
  b->f.repeats = b->o->repeat;
  if (b->o->is_sim) return SMPC_OK; /* its clock stands still meanwhile */
  add_extra(b, "commit_ms", 1e3 * commit);
  add_extra(b, "verified_per_second", (double)(b->o->n + COMMITS) / median(seen.seconds, b->o->repeat));
out:
  return err;
}

smpc_err run_journal(struct bench *b) {
  char folder[] = "/tmp/smpc-bench-XXXXXX", path[64];
  struct smpi_fault f = {.party = -1};
  smpc_err err;
  if (b->o->n > MOST) return smpi_fail(b->s, SMPC_E_ARG, -1, "at most %d entries", MOST);
  TRY(barrier(b));
  if (smpi_is_first(b->s)) {
    if (mkdtemp(folder) == NULL) return smpi_fail(b->s, SMPC_E_FILE, -1, "%s: cannot be made", folder);
    snprintf(path, sizeof path, "%s/journal", folder);
    err = measure(b, path, &f);
    unlink(path);
    rmdir(folder);
    if (err != SMPC_OK) return smpi_fail(b->s, err, f.party, "%s", f.text);
  }
  for (size_t i = 0; i < b->o->repeat && !smpi_is_first(b->s); i++) begin_online(b, i), end_online(b, i);
  b->f.repeats = b->o->repeat;
  TRY(barrier(b));
out:
  return err;
}
