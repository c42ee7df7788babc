/* test_psi_stream_faults.c - a set on disk when the disk is full, lies or is cut off, the party is killed, or memory,
 * randomness and the network fail: the right error at both, nothing told, and nothing left in the folder. */
#include "stream_sets.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "../fault/sweep.h"
#include "support/seams.h"

enum { BLOCK = 512 * 20 + 16, REPEAT = 1100 };

char stream_folder[40];

static struct psi_sets sets;

/* The first party has its set on disk: 5 items, two blocks each.  *got and *x say how it went. */
static void run_one(struct stream_run *x, struct parties_result *got, smpc_err (*at_end)(void)) {
  stream_run_make(x, &sets, 3, REPEAT, 1);
  x->set[0].at_end = at_end;
  parties_run(&(struct parties){.n = 2, .seed = 1, .source = SMPC_OT}, stream_body, x, got);
}

/* It failed so, both know, and neither learnt anything. */
static void expect_failure(const struct stream_run *x, const struct parties_result *got, smpc_err err,
                           const char *text) {
  if (x->r.err[0] != err || strstr(got->fault[0].text, text) == NULL)
    fail_msg("%d: %s", x->r.err[0], got->fault[0].text);
  assert_non_null(strstr(got->fault[0].text, stream_folder));
  assert_int_equal(x->r.err[1], SMPC_E_PEER);
  assert_non_null(strstr(got->fault[1].text, "party0"));
  assert_int_equal(x->set[0].told, 0);
  assert_int_equal(x->r.result[0].matched, 0);
  for (size_t i = 0; i < x->r.set[1].n; i++) assert_int_equal(x->r.matched[1][i], 0);
}

static void begin(void) {
  stream_folder_make();
  psi_sets_make(&sets, 5, 3, 2, 5);
}

static void end(void) {
  assert_int_equal(stream_files((int[8]){0}), 0);
  psi_sets_free(&sets);
  stream_folder_end();
}

/* --- a disk that is full ------------------------------------------------------------------ */

static void a_full_disk_is_named_at_every_write(void **state) {
  (void)state;
  struct stream_run x;
  struct parties_result got;
  begin();
  seam_io_reset(0, 0);
  run_one(&x, &got, NULL);
  uint64_t steps = seam_io_count();
  assert_int_equal(x.r.err[0], SMPC_OK);
  assert_int_equal(x.r.result[0].matched, 2);
  assert_int_equal(steps, 11); /* the name goes, then ten blocks come */
  stream_run_free(&x);
  for (uint64_t k = 2; k <= steps; k++) {
    seam_io_reset(k, ENOSPC);
    run_one(&x, &got, NULL);
    seam_io_reset(0, 0);
    expect_failure(&x, &got, SMPC_E_DISK, "cannot be written");
    assert_non_null(strstr(got.fault[0].text, strerror(ENOSPC)));
    stream_run_free(&x);
  }
  end();
}

/* A real limit: the system writes a part of a block, then nothing. */
static void a_limited_disk_is_named(void **state) {
  (void)state;
  struct rlimit old, cut = {3 * BLOCK + 100, 0};
  struct stream_run x;
  struct parties_result got;
  begin();
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
  cut.rlim_max = old.rlim_max;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &cut), 0);
  run_one(&x, &got, NULL);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
  expect_failure(&x, &got, SMPC_E_DISK, strerror(EFBIG));
  stream_run_free(&x);
  end();
}

/* --- a disk that lies ------------------------------------------------------------------------ */

static smpc_err flip_a_bit(void) {
  int fd[8];
  uint8_t byte;
  assert_int_equal(stream_files(fd), 1);
  assert_true(fcntl(fd[0], F_GETFD) & FD_CLOEXEC); /* no program that is started meanwhile has it */
  assert_int_equal(pread(fd[0], &byte, 1, 4 * BLOCK + 77), 1);
  byte ^= 4;
  assert_int_equal(pwrite(fd[0], &byte, 1, 4 * BLOCK + 77), 1);
  return SMPC_OK;
}

static smpc_err cut_it(void) {
  int fd[8];
  assert_int_equal(stream_files(fd), 1);
  assert_int_equal(ftruncate(fd[0], 9 * BLOCK + 1), 0);
  return SMPC_OK;
}

/* Whole blocks, each as it was written, but in other places. */
static smpc_err exchange_blocks(void) {
  static uint8_t block[2][BLOCK];
  int fd[8];
  assert_int_equal(stream_files(fd), 1);
  for (unsigned i = 0; i < 2; i++) assert_int_equal(pread(fd[0], block[i], BLOCK, (off_t)i * BLOCK), BLOCK);
  for (unsigned i = 0; i < 2; i++) assert_int_equal(pwrite(fd[0], block[i], BLOCK, (off_t)(1 - i) * BLOCK), BLOCK);
  return SMPC_OK;
}

static void what_was_not_written_is_not_read(void **state) {
  (void)state;
  static const struct { smpc_err (*damage)(void); const char *text; } tries[] = {
      {flip_a_bit, "not what was written"}, {exchange_blocks, "not what was written"}, {cut_it, "cannot be read back"}};
  struct stream_run x;
  struct parties_result got;
  begin();
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
    run_one(&x, &got, tries[i].damage);
    expect_failure(&x, &got, SMPC_E_DISK, tries[i].text);
    stream_run_free(&x);
  }
  end();
}

/* --- a party that dies -------------------------------------------------------------------------- */

static void a_killed_process_leaves_nothing(void **state) {
  (void)state;
  begin();
  for (uint64_t k = 2; k <= 11; k += 3) {
    int status;
    pid_t child = fork();
    if (child == 0) {
      struct stream_run x;
      struct parties_result got;
      seam_io_reset(k, SEAM_IO_TEAR);
      run_one(&x, &got, NULL);
      _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_int_equal(stream_folder_names(), 0);
  }
  end();
}

/* --- everything else ------------------------------------------------------------------------------ */

/* Both have their sets on disk, and learn. */
static struct stream_run swept;

static void sweep_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct stream_set *t = &swept.set[me];
  (void)ctx;
  t->read = t->told = 0;
  memset(t->matched, 0x5a, t->rows);
  swept.r.result[me] = (smpc_psi_result){0};
  stream_body(s, me, &swept);
}

static const char *judge(void *ctx, unsigned me, bool ran) {
  const struct stream_set *t = &swept.set[me];
  (void)ctx;
  if (stream_files((int[8]){0}) != 0) return "a file is still open";
  if (!ran || (swept.r.err[me] != SMPC_OK && t->told == 0)) return NULL;
  if (swept.r.err[me] != SMPC_OK || t->told != t->rows) return "a part was told";
  for (size_t i = 0; i < t->rows; i++)
    if (t->matched[i] != (i % t->n < 2)) return "the matches are wrong";
  return NULL;
}

static void nothing_is_told_when_anything_fails(void **state) {
  (void)state;
  static const struct { enum sweep_what what; unsigned every; } all[] = {{SWEEP_ALLOC, 2}, {SWEEP_RANDOM, 1}, {SWEEP_CUT, 4},
                                                                         {SWEEP_CRASH, 4}, {SWEEP_SILENCE, 4}, {SWEEP_FLIP, 4}};
  begin();
  stream_run_make(&swept, &sets, 3, REPEAT, 3);
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    const struct sweep sw = {.name = "psi_reveal_stream", .p = {.n = 2, .seed = 1, .timeout_ms = 1000, .source = SMPC_OT},
                             .body = sweep_body, .judge = judge, .every = all[i].every};
    assert_true(sweep(&sw, all[i].what) > 0);
  }
  stream_run_free(&swept);
  end();
}

TEST_MAIN(T(a_full_disk_is_named_at_every_write), T(a_limited_disk_is_named), T(what_was_not_written_is_not_read),
          T(a_killed_process_leaves_nothing), T(nothing_is_told_when_anything_fails))
