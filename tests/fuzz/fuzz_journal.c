/* Any bytes as an auditor's journal: chain, audit, usage never read past the end,
 * and what decodes is inside the bytes. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "govern/audit.h"
#include "govern/journal.h"
#include "govern/rowsets.h"
#include "govern/tally.h"
#include "govern/usage.h"
#include "govern/versions.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_slices(const struct smpi_entry *e, const char *bytes, size_t len) {
  if (e->len > len || e->n > SMPI_ENTRY_FIELDS) abort();
  for (unsigned i = 0; i < e->n; i++)
    if (e->field[i].value.at < bytes || e->field[i].value.at + e->field[i].value.len > bytes + len) abort();
}

/* The audit reads files, so one stands in for them. */
static void audit(const char *name) {
  struct smpi_fault f = {.party = -1};
  const char *const twice[] = {name, name};
  struct smpi_audit a = {.report = NULL};
  struct smpi_usage *list = NULL;
  size_t lines;
  if (smpi_audit_run(&a, twice, 2, &f) != SMPC_OK) abort();
  smpi_audit_free(&a);
  if (smpi_usage_add_up(&list, &lines, twice, 1, &f) != SMPC_OK && list != NULL) abort();
  smpi_free(list);
}

/* What a gate counts; the study is the one of seeds/journal/versions. */
static void count(struct smpi_slice text) {
  static smpc_study_question overlap = {.name = "overlap", .min_change = 2};
  static const smpc_study study = {.identifier = "overlap-1", .n_questions = 1, .question = &overlap};
  static const uint8_t secret[64];
  struct smpi_tally tally = {.study = &study, .question = &overlap};
  struct smpi_versions versions = {.study = &study};
  struct smpi_rowsets rowsets = {.at = NULL};
  struct smpi_sketch k = {.n = SMPI_SKETCH_WORDS, .least = 2};
  struct smpi_chain c;
  smpi_chain_begin(&c, text);
  while (smpi_chain_next(&c)) {
    smpi_tally_seen(&tally, &c.entry);
    smpi_versions_seen(&versions, &c.entry);
    smpi_rowsets_seen(&rowsets, &c.entry);
  }
  bool is_short;
  (void)smpi_rowsets_close_to(&is_short, &rowsets, &k, secret);
  smpi_rowsets_free(&rowsets);
  smpi_tally_free(&tally);
}

static char path[] = "/tmp/smpc-fuzz-journal-XXXXXX";
static void clean_up(void) { unlink(path); }

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  static int fd = -1;
  struct smpi_chain c;
  if (fd < 0) {
    if ((fd = mkstemp(path)) < 0) abort();
    atexit(clean_up);
  }
  smpi_chain_begin(&c, (struct smpi_slice){(const char *)bytes, len});
  while (smpi_chain_next(&c)) check_slices(&c.entry, (const char *)bytes, len);
  count((struct smpi_slice){(const char *)bytes, len});
  if (ftruncate(fd, 0) != 0 || pwrite(fd, bytes, len, 0) != (ssize_t)len) abort();
  audit(path);
  return 0;
}
