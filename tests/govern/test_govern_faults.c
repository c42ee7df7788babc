/* test_govern_faults.c - memory and disk that fail under a gate, a hold and a release: at
 * every place, and what the journals say afterwards. */
#include "support/test.h"

#include <errno.h>
#include <smpc_study.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "govern/holds.h"
#include "govern/notary.h"
#include "govern/release.h"
#include "support/seams.h"

enum { SEED = 51 };

static const char BLIND[] = "    review: blind\n    reviewers: [party2]\n    minimum change: 4\n";

static struct notary begin(const char *lines) {
  assert_int_equal(system("rm -f *.journal* study.yaml*"), 0);
  notary_write_study("study.yaml", SEED, lines, "");
  notary_sign_all("study.yaml", SEED);
  return (struct notary){
      .openings = 1, .without = -1, .unaware = -1, .seed = SEED, .study = "study.yaml", .ask = "sum"};
}

static void see(void *user, const struct smpi_entry *e) { smpi_holds_seen(user, e); }

static void look(struct smpi_holds *holds, unsigned party, uint8_t key[64]) {
  struct smpi_fault f = {.party = -1};
  struct smpi_journal *j;
  char name[16];
  memset(holds, 0, sizeof *holds);
  snprintf(name, sizeof name, "party%u", party);
  notary_key(key, SEED, party);
  if (smpi_journal_open(&j, notary_journals[party], name, key, see, holds, &f) != SMPC_OK) fail_msg("%s", f.text);
  smpi_journal_close(j);
}

/* Every result that a journal says is waiting is there, whole; its name. */
static bool what_waits_is_there(char id[SMPI_HELD_ID]) {
  bool waits = false;
  for (unsigned i = 0; i < NOTARY_PARTIES; i++) {
    struct smpi_holds holds;
    uint8_t key[64];
    char name[16];
    if (access(notary_journals[i], F_OK) != 0) continue;
    look(&holds, i, key);
    snprintf(name, sizeof name, "party%u", i);
    for (size_t k = 0; k < holds.n; k++) {
      struct smpi_held_share share;
      struct smpi_fault f = {.party = -1};
      smpi_held_id(id, holds.at[k].h.opening);
      if (holds.at[k].state != SMPI_HOLD_WAITING) continue;
      if (smpi_held_load(&share, &holds.at[k].h, notary_journals[i], name, key, &f) != SMPC_OK) fail_msg("%s", f.text);
      smpi_held_release(&share);
      waits = true;
    }
    smpi_holds_free(&holds);
  }
  return waits;
}

static bool says(unsigned party, const char *word) {
  size_t len;
  if (access(notary_journals[party], F_OK) != 0) return false;
  char *text = notary_read(notary_journals[party], &len);
  bool found = strstr(text, word) != NULL;
  free(text);
  return found;
}

/* A cut session lacks its counter-signatures; nothing else may be wrong. */
static void audited(void) {
  char findings[8000];
  const char *path[NOTARY_PARTIES];
  unsigned n = 0;
  for (unsigned i = 0; i < NOTARY_PARTIES; i++)
    if (says(i, "kind begin")) path[n++] = notary_journals[i];
  if (n == 0) return;
  notary_audit_by(findings, sizeof findings, "study.yaml", path, n);
  for (char *line = strtok(findings, "\n"); line != NULL; line = strtok(NULL, "\n"))
    if (strncmp(line, "FAULT", 5) == 0 && strstr(line, "not counter-signed") == NULL &&
        strstr(line, "counter-signature of") == NULL && strstr(line, "not one whole entry") == NULL)
      fail_msg("%s", line);
}

static void release_by_party2(const char *id) {
  struct smpi_holds holds;
  uint8_t key[64];
  smpc_study *st;
  look(&holds, 2, key);
  int at = smpi_holds_find(&holds, id);
  assert_true(at >= 0);
  assert_int_equal(smpi_study_load(&st, "study.yaml", NULL), SMPC_OK);
  assert_int_equal(smpi_release_sign(st, "study.yaml", &holds.at[at].h, SMPI_RELEASED, key, NULL), SMPC_OK);
  smpi_study_free(st);
  smpi_holds_free(&holds);
}

/* A held result, released by its reviewer. */
static struct notary held(char id[SMPI_HELD_ID]) {
  struct notary n = begin(BLIND);
  if (!notary_run(&n, NULL)) fail_msg("%s", n.text);
  assert_true(what_waits_is_there(id));
  release_by_party2(id);
  n.release = id;
  n.openings = 0;
  return n;
}

/* --- the disk ------------------------------------------------------------------------ */

static void a_full_disk_holds_nothing_or_all(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  for (uint64_t k = 1;; k++) {
    struct notary n = begin(BLIND);
    seam_io_reset(k, ENOSPC);
    bool well = notary_run(&n, NULL);
    bool reached = seam_io_count() >= k;
    seam_io_reset(0, 0);
    (void)what_waits_is_there(id);
    audited();
    for (unsigned i = 0; i < NOTARY_PARTIES; i++) assert_false(says(i, "kind open\n"));
    if (reached) continue;
    assert_true(well);
    printf("# the disk failed in %llu places\n", (unsigned long long)k - 1);
    return;
  }
}

static void a_full_disk_opens_once_or_not_at_all(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  for (uint64_t k = 1;; k++) {
    struct notary n = held(id);
    seam_io_reset(k, ENOSPC);
    (void)notary_run(&n, NULL);
    bool reached = seam_io_count() >= k;
    seam_io_reset(0, 0);
    if (n.got[0] != 0)
      for (unsigned i = 0; i < NOTARY_PARTIES; i++) assert_true(says(i, "kind release\n")); /* it opened: all say so */
    audited();
    bool has_opened = n.got[0] != 0;
    bool waits = what_waits_is_there(id);
    if (!reached) {
      assert_true(has_opened && !waits);
      printf("# the disk failed in %llu places\n", (unsigned long long)k - 1);
      return;
    }
    memset(n.got, 0, sizeof n.got);
    bool again = notary_run(&n, NULL); /* the disk has room again */
    assert_false(again && has_opened);
  }
}

/* --- memory --------------------------------------------------------------------------- */

enum { APART = 71 };

static void memory_that_fails_holds_nothing_or_all(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  uint64_t k = 1;
  for (bool reached = true; reached; k += APART) {
    struct notary n = begin(BLIND);
    uint64_t live = seam_heap_live();
    seam_heap_reset(k);
    bool well = notary_run(&n, NULL);
    reached = seam_heap_count() >= k;
    seam_heap_reset(0);
    assert_int_equal(seam_heap_live(), live);
    assert_true(reached || well);
    (void)what_waits_is_there(id);
    audited();
    for (unsigned i = 0; i < NOTARY_PARTIES; i++) assert_false(says(i, "kind open\n"));
  }
  printf("# %llu allocations\n", (unsigned long long)k);
}

static void memory_that_fails_opens_once_or_not_at_all(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  uint64_t k = 1;
  for (bool reached = true; reached; k += APART) {
    struct notary n = held(id);
    uint64_t live = seam_heap_live();
    seam_heap_reset(k);
    (void)notary_run(&n, NULL);
    reached = seam_heap_count() >= k;
    seam_heap_reset(0);
    assert_int_equal(seam_heap_live(), live);
    bool has_opened = n.got[0] != 0;
    assert_true(reached || has_opened);
    if (has_opened)
      for (unsigned i = 0; i < NOTARY_PARTIES; i++) assert_true(says(i, "kind release\n"));
    audited();
    memset(n.got, 0, sizeof n.got);
    bool again = notary_run(&n, NULL);
    assert_false(again && has_opened);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(a_full_disk_holds_nothing_or_all),
      T(a_full_disk_opens_once_or_not_at_all),
      T(memory_that_fails_holds_nothing_or_all),
      T(memory_that_fails_opens_once_or_not_at_all),
  };
  return cmocka_run_group_tests(tests, notary_setup, notary_teardown);
}
