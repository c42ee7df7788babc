/* test_journal.c - a party's journal: what it holds after a session, and that a
 * session stops before anything opens when it cannot be written. */
#include "support/test.h"

#include <errno.h>
#include <signal.h>
#include <smpc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "govern/notary.h"
#include "govern/rowsets.h"
#include "support/seams.h"

static unsigned count(const char *text, const char *word) {
  unsigned n = 0;
  for (const char *p = text; (p = strstr(p, word)) != NULL; p += strlen(word)) n++;
  return n;
}

static void start_over(void) { assert_int_equal(system("rm -f *.journal"), 0); }

static void a_session_is_written_down(void **state) {
  (void)state;
  struct notary n = {.openings = 2, .without = -1, .seed = 3, .with_dealer = true};
  start_over();
  uint64_t live = seam_heap_live();
  assert_true(notary_run(&n, NULL));
  assert_true(seam_heap_live() == live);
  for (unsigned i = 0; i < NOTARY_PARTIES; i++) {
    size_t len;
    struct stat st;
    char *text = notary_read(notary_journals[i], &len), rows[32];
    snprintf(rows, sizeof rows, "\nrows %u\n", 100 + i);
    assert_non_null(strstr(text, "kind begin\nparty party"));
    assert_non_null(strstr(text, "counter-signed by all\ndealer 3\nwith "));
    assert_non_null(
        strstr(text, "operation smpc_open_i64\npurpose totals for the test\nto party0,party1\nrows 1\ncolumns 2\n"));
    assert_non_null(strstr(text, "code 0\nreason done\ninputs 1\n"));
    assert_non_null(strstr(text, rows));
    assert_non_null(
        strstr(text, i == 0 ? "suppressed 1\nopenings 2\nvalues 4\n" : "suppressed -\nopenings 2\nvalues 4\n"));
    assert_int_equal(count(text, "\nend "), 3);
    assert_int_equal(count(text, "\nsigned "), 3);
    assert_int_equal(count(text, "\n\n"), 7);
    assert_int_equal(stat(notary_journals[i], &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    free(text);
  }
}

/* An opening so large that its numbers wrap counts as the most there can be, alone and in sums. */
static void products_and_sums_do_not_wrap(void **state) {
  (void)state;
  static const char *const number[][2] = {{"4294967296", "4294967296"}, {"999999999999999999", "30"}, {"3", "4"}};
  for (unsigned i = 0; i < 3; i++) {
    struct smpi_entry e = {.kind = SMPI_OPEN, .n = 2};
    static const char *const key[] = {"rows", "columns"};
    for (unsigned k = 0; k < 2; k++) {
      e.field[k].key = (struct smpi_slice){key[k], strlen(key[k])};
      e.field[k].value = (struct smpi_slice){number[i][k], strlen(number[i][k])};
    }
    assert_true(smpi_entry_values(&e) == (i == 2 ? 12 : UINT64_MAX));
    assert_true(smpi_entry_add(smpi_entry_values(&e), 5) == (i == 2 ? 17 : UINT64_MAX));
  }
}

/* One write and one sync for what must outlive a crash: nothing opens before its entry is on disk. */
static void a_committed_entry_is_forced_to_the_disk(void **state) {
  (void)state;
  struct smpi_fault f = {.party = -1};
  struct smpi_journal *j;
  uint8_t key[64];
  start_over();
  notary_key(key, 3, 0);
  assert_int_equal(smpi_journal_open(&j, notary_journals[0], "party0", key, NULL, NULL, &f), SMPC_OK);
  for (int durable = 0; durable < 2; durable++) {
    seam_io_reset(0, 0);
    smpi_lines_add(smpi_journal_begin(j, SMPI_RESUME), "cut", "1");
    assert_int_equal(durable ? smpi_journal_commit(j, NULL, &f) : smpi_journal_add(j, NULL, &f), SMPC_OK);
    assert_int_equal(seam_io_count(), 1 + durable);
  }
  seam_io_reset(2, ENOSPC); /* what was added, and no disk to force it to: then nothing is added any more */
  smpi_lines_add(smpi_journal_begin(j, SMPI_RESUME), "cut", "1");
  assert_int_equal(smpi_journal_add(j, NULL, &f), SMPC_OK);
  assert_int_equal(smpi_journal_sync(j, &f), SMPC_E_DISK);
  seam_io_reset(0, 0);
  smpi_lines_add(smpi_journal_begin(j, SMPI_RESUME), "cut", "1");
  assert_int_equal(smpi_journal_add(j, NULL, &f), SMPC_E_FILE);
  assert_int_equal(smpi_journal_sync(j, &f), SMPC_E_FILE);
  smpi_journal_close(j);
}

/* Another session's commitment to the same input differs: the salt is the session's. */
static void commitments_are_salted(void **state) {
  (void)state;
  struct notary n = {.openings = 1, .without = -1, .seed = 3};
  start_over();
  assert_true(notary_run(&n, NULL));
  size_t len;
  char *text = notary_read(notary_journals[0], &len), *one = strstr(text, "\ncommitment ") + 1;
  char *other = notary_read(notary_journals[1], &len), *two = strstr(other, "\ncommitment ") + 1;
  assert_memory_not_equal(one, two, 50);
  assert_null(strstr(text, "\n10\n")); /* no value of the input, in any line of its own */
  free(text), free(other);
}

/* Party 0's journal cannot be written: nobody learns anything. */
static void expect_nothing_opens(struct notary *n, const char *word) {
  struct parties_result r;
  assert_false(notary_run(n, &r));
  assert_int_equal(r.close[0], SMPC_E_FILE);
  assert_non_null(strstr(r.fault[0].text, word));
  for (unsigned i = 1; i < NOTARY_PARTIES; i++) assert_int_not_equal(r.close[i], SMPC_OK);
}

static void a_journal_that_cannot_be_written_stops_the_session(void **state) {
  (void)state;
  struct notary n = {.openings = 1, .without = -1, .seed = 4, .folder = "nowhere/"};
  start_over();
  expect_nothing_opens(&n, "No such file");
  n.folder = "";
  start_over();
  assert_int_equal(mkdir("party0.journal", 0700), 0);
  expect_nothing_opens(&n, "party0.journal");
  assert_int_equal(rmdir("party0.journal"), 0);
}

/* A disk that is full at byte k, for many k: the journal verifies to its last whole
 * entry, and an opening is announced in it or has not happened. */
static smpc_err opened[NOTARY_PARTIES];
static void remember(struct smpc_session *s, unsigned me) { opened[me] = smpi_status(s); }

static void a_full_disk_stops_the_session_before_anything_opens(void **state) {
  (void)state;
  struct notary n = {.openings = 1, .without = -1, .seed = 5, .meddle = remember};
  struct rlimit old, cut;
  const char *const path[] = {"party0.journal"};
  char findings[2000];
  size_t len;
  start_over();
  assert_true(notary_run(&n, NULL));
  free(notary_read(notary_journals[0], &len));
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
  for (size_t k = 1; k < len; k += 97) {
    start_over();
    cut = (struct rlimit){k, old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &cut), 0);
    bool well = notary_run(&n, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_false(well);
    char *text = notary_read(notary_journals[0], &len);
    bool announced = strstr(text, "kind open") != NULL;
    if (!announced) assert_int_equal(opened[0], SMPC_E_DISK); /* EFBIG: full, as far as we may write */
    size_t whole = len;
    assert_true(whole <= k);
    if (whole > 0) assert_int_equal(notary_audit(findings, sizeof findings, path, 1), 0);
    free(text);
    len = len > k ? len : k + 1;
    if (opened[0] == SMPC_OK) assert_true(announced);
    if (announced && opened[0] == SMPC_OK) break; /* from here on the opening had happened */
  }
}

/* A crash at every byte: reopening cuts the unfinished entry off and says so. */
static void a_crash_at_every_byte_leaves_whole_entries(void **state) {
  (void)state;
  struct notary n = {.openings = 1, .without = -1, .seed = 6};
  uint8_t key[64];
  size_t len, ends = 0;
  start_over();
  assert_true(notary_run(&n, NULL));
  char *text = notary_read(notary_journals[1], &len);
  notary_key(key, 6, 1);
  for (size_t cut = 0; cut <= len; cut += cut < 400 ? 1 : 61) {
    struct smpi_journal *j;
    struct smpi_fault f = {.party = -1};
    size_t after;
    bool at_end = cut >= 2 && memcmp(text + cut - 2, "\n\n", 2) == 0;
    ends += at_end;
    notary_write("crash.journal", text, cut);
    if (smpi_journal_open(&j, "crash.journal", "party1", key, NULL, NULL, &f) != SMPC_OK)
      fail_msg("%zu: %s", cut, f.text);
    smpi_journal_close(j);
    char *now = notary_read("crash.journal", &after), findings[1000];
    const char *const path[] = {"crash.journal"};
    bool lacks_seal = strstr(now, "kind end") != NULL && strstr(now, "kind sealed") == NULL;
    assert_int_equal(notary_audit(findings, sizeof findings, path, 1), lacks_seal);
    if (lacks_seal) assert_non_null(strstr(findings, "not counter-signed"));
    if (cut > 350) assert_int_equal(strstr(now, "kind resume") == NULL, at_end);
    free(now);
  }
  assert_true(ends >= 1);
  free(text);
}

static void others_files_are_refused(void **state) {
  (void)state;
  struct notary n = {.openings = 1, .without = -1, .seed = 7};
  start_over();
  assert_true(notary_run(&n, NULL));
  size_t len;
  char *text = notary_read(notary_journals[2], &len);
  notary_write(notary_journals[0], text, len);
  expect_nothing_opens(&n, "another party's");
  notary_write(notary_journals[0], "no journal at all\n\n", 19);
  expect_nothing_opens(&n, "damaged at entry 1");
  free(text);
}

static void one_session_at_a_time(void **state) {
  (void)state;
  struct smpi_journal *one, *two;
  struct smpi_fault f = {.party = -1};
  uint8_t key[64];
  notary_key(key, 1, 0);
  assert_int_equal(smpi_journal_open(&one, "lock.journal", "party0", key, NULL, NULL, &f), SMPC_OK);
  assert_int_equal(smpi_journal_open(&two, "lock.journal", "party0", key, NULL, NULL, &f), SMPC_E_FILE);
  assert_non_null(strstr(f.text, "in use"));
  smpi_journal_close(one);
  assert_int_equal(smpi_journal_open(&two, "lock.journal", "party0", key, NULL, NULL, NULL), SMPC_OK);
  smpi_journal_close(two);
}

/* The longest entries there can be stay below 4 kB. */
static void the_largest_entries_fit(void **state) {
  (void)state;
  char room[SMPI_ENTRY_MAX + 1], name[64], text[600], b64[SMPI_B64_64];
  struct smpi_lines l = {.at = room, .size = sizeof room};
  uint8_t key[64], zero[64] = {0}, hash[32];
  notary_key(key, 1, 0);
  memset(name, 'n', 63), name[63] = 0;
  memset(text, 't', 511), text[511] = 0;
  sodium_bin2base64(b64, sizeof b64, zero, 32, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  smpi_entry_begin(&l, 999999999, zero, 0, SMPI_RUN);
  smpi_lines_add_bytes(&l, "session", zero, 32);
  smpi_lines_add_bytes(&l, "study", zero, 32);
  smpi_lines_add(&l, "question", "%.100s", text);
  smpi_lines_add(&l, "software", "smpc 10.10.10");
  smpi_lines_add(&l, "counter-signed", "by all");
  smpi_lines_add(&l, "dealer", "31");
  for (int i = 0; i < SMPC_MAX_PARTIES; i++) smpi_lines_add(&l, "with", "%s %s", b64, name);
  assert_int_equal(smpi_entry_sign(&l, key, hash), SMPC_OK);
  sodium_bin2base64(b64, sizeof b64, zero, 64, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  smpi_entry_begin(&l, 999999999, zero, 0, SMPI_SEALED);
  smpi_lines_add_bytes(&l, "session", zero, 32);
  for (int i = 0; i < SMPC_MAX_PARTIES; i++) smpi_lines_add(&l, "signed", "%d %s", i, b64);
  assert_int_equal(smpi_entry_sign(&l, key, hash), SMPC_OK);
  smpi_entry_begin(&l, 999999999, zero, 0, SMPI_OPEN);
  smpi_lines_add_bytes(&l, "session", zero, 32);
  smpi_lines_add(&l, "operation", "smpc_open_i64");
  smpi_lines_add(&l, "purpose", "%s", text);
  smpi_lines_add(&l, "to", "%.511s%.511s%.511s%.511s", text, text, text, text);
  smpi_lines_add(&l, "rows", "1");
  smpi_lines_add(&l, "columns", "1");
  smpi_lines_add_bytes(&l, "program", zero, 32);
  assert_int_equal(smpi_entry_sign(&l, key, hash), SMPC_OK);
  smpi_entry_begin(&l, 999999999, zero, 0, SMPI_STUDY);
  smpi_lines_add_bytes(&l, "session", zero, 32);
  smpi_lines_add(&l, "identifier", "%.500s", text);
  smpi_lines_add(&l, "epsilon", "16000000");
  for (int i = 0; i < SMPC_MAX_REPLACED; i++) smpi_lines_add_bytes(&l, "replaces", zero, 32);
  assert_int_equal(smpi_entry_sign(&l, key, hash), SMPC_OK);
  smpi_entry_begin(&l, 999999999, zero, 0, SMPI_ITEMS);
  smpi_lines_add_bytes(&l, "session", zero, 32);
  for (int i = 0; i < SMPC_MAX_PARTIES; i++) smpi_lines_add(&l, "set", "%d 4294967296", i);
  assert_int_equal(smpi_entry_sign(&l, key, hash), SMPC_OK);
  struct smpi_sketch k = {.n = SMPI_SKETCH_WORDS, .least = 1000000};
  smpi_entry_begin(&l, 999999999, zero, 0, SMPI_ROWS);
  smpi_lines_add_bytes(&l, "session", zero, 32);
  smpi_rowsets_lines(&l, &k, key, zero);
  assert_int_equal(smpi_entry_sign(&l, key, hash), SMPC_OK);
  smpi_lines_add(&l, "and", "more");
  assert_int_equal(smpi_entry_sign(&l, key, hash), SMPC_E_BUG); /* nothing unreadable is written */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(a_session_is_written_down),
      T(products_and_sums_do_not_wrap),
      T(a_committed_entry_is_forced_to_the_disk),
      T(commitments_are_salted),
      T(a_journal_that_cannot_be_written_stops_the_session),
      T(a_full_disk_stops_the_session_before_anything_opens),
      T(a_crash_at_every_byte_leaves_whole_entries),
      T(others_files_are_refused),
      T(one_session_at_a_time),
      T(the_largest_entries_fit),
  };
  return cmocka_run_group_tests(tests, notary_setup, notary_teardown);
}
