/* test_disk_kill.c - SIGKILL at every change of the disk, of one party or of both: no piece of a pool is
 * ever given twice, nothing that is given is wrong, and the next session works.
 *
 * Real processes, one a party, over nng; base/io.h's test version kills at the k-th step (a write is
 * then half done).  Each party notes every word it was given in a ledger of its own, which is all the
 * test goes by. */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <smpc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk_support.h"
#include "support/seams.h"
#include "triple/corr.h"

enum { CHUNK = SMPI_DISK_WORDS / 3, TAKE = 40, WORDS = 3 * TAKE, SESSION_TAKES = 2, MOST_SESSIONS = 400 };

static smpc_member member[2];

static void at(char out[200], unsigned me, const char *rest) {
  snprintf(out, 200, "%s/party%u%s", disk_root, me, rest);
}

static void make_keys(void) {
  char path[200], text[300];
  for (unsigned i = 0; i < 2; i++) {
    at(path, i, ".key");
    assert_int_equal(smpc_identity_new(path, &member[i], text, sizeof text), SMPC_OK);
    snprintf(member[i].name, sizeof member[i].name, "party%u", i);
    snprintf(member[i].address, sizeof member[i].address, "ipc://%s/%u.sock", disk_root, i);
    member[i].roles = SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT;
  }
}

static void configure(smpc_config *cfg, unsigned me) {
  *cfg = (smpc_config)SMPC_CONFIG_INIT;
  cfg->security = SMPC_SEMI_HONEST;
  cfg->source = SMPC_OT;
  cfg->timeout_ms = 20000;
  cfg->wait_ms = 20000;
  cfg->me = smpc_p(me);
  cfg->parties = 2;
  memcpy(cfg->member, member, sizeof member);
  at(cfg->key_file, me, ".key");
  disk_path(cfg->pool, me, "");
}

/* --- one party's life: the child process -------------------------------------------- */

struct life {
  uint64_t fill;      /* units of bit triples to fill with, or 0: take */
  uint64_t kill_at;   /* 0: never */
  int how;
  uint64_t session;
};

/* What was given, before anything else happens with it. */
static void note(unsigned me, uint64_t session, const struct smpi_taken *t) {
  uint64_t line[1 + WORDS] = {session};
  char path[200];
  for (unsigned c = 0; c < 3; c++) memcpy(line + 1 + c * TAKE, t->col[c], 8 * TAKE);
  at(path, me, ".ledger");
  int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (fd < 0 || write(fd, line, sizeof line) != (ssize_t)sizeof line) _exit(98);
  close(fd);
}

static _Noreturn void live(unsigned me, const struct life *l) {
  smpc_config cfg;
  smpc_session *s;
  smpc_pool_units units = {.bit_triples = l->fill};
  configure(&cfg, me);
  seam_entropy_reset(1000 * l->session + me + 1, 0); /* every session its own */
  seam_io_reset(l->kill_at, l->how);
  smpc_err err = smpc_session_open(&s, &cfg, NULL, NULL);
  if (err == SMPC_OK && l->fill != 0) err = smpc_pool_fill(s, &units);
  for (unsigned i = 0; err == SMPC_OK && l->fill == 0 && i < SESSION_TAKES; i++) {
    struct smpi_taken t;
    err = smpi_triple_take(s, &t, SMPI_BIT_TRIPLE, i == 0 ? TAKE : CHUNK); /* the second needs another chunk */
    if (err == SMPC_OK) note(me, l->session, &t);
    smpi_triple_wipe(&t);
  }
  if (err != SMPC_OK) fprintf(stderr, "# party %u: %s\n", me, smpc_session_error(s).text);
  if (smpc_session_close(s) != SMPC_OK && err == SMPC_OK) err = SMPC_E_CLOSED; /* the other was killed late */
  _exit(err == SMPC_OK ? 0 : 1 + (err == SMPC_E_FILE));
}

/* --- both: the parent ------------------------------------------------------------------ */

static uint64_t sessions;

/* Run a session; victims: bit i for party i.  Gives how many were killed; the others end by themselves. */
static unsigned run(uint64_t fill, unsigned victims, uint64_t k, int how) {
  pid_t child[2];
  int status;
  unsigned killed = 0;
  sessions++;
  for (unsigned i = 0; i < 2; i++) {
    const struct life l = {fill, victims >> i & 1 ? k : 0, how, sessions};
    fflush(NULL);
    child[i] = fork();
    if (child[i] == 0) live(i, &l);
  }
  for (unsigned i = 0; i < 2; i++) {
    assert_int_equal(waitpid(child[i], &status, 0), child[i]);
    if (WIFSIGNALED(status)) {
      assert_int_equal(WTERMSIG(status), SIGKILL);
      killed++;
    } else if (victims == 0) assert_int_equal(WEXITSTATUS(status), 0);
    else assert_true(WEXITSTATUS(status) <= 1); /* lost the other; never a file's fault */
  }
  return killed;
}

static size_t read_ledger(uint64_t **lines, unsigned me) {
  char path[200];
  struct stat st;
  at(path, me, ".ledger");
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal((size_t)st.st_size % (8 * (1 + WORDS)), 0);
  assert_non_null(*lines = malloc((size_t)st.st_size));
  int fd = open(path, O_RDONLY);
  assert_int_equal(read(fd, *lines, (size_t)st.st_size), st.st_size);
  close(fd);
  return (size_t)st.st_size / (8 * (1 + WORDS));
}

static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static void check_no_reuse(const uint64_t *lines, size_t n) {
  uint64_t *all = malloc(n * WORDS * 8);
  for (size_t i = 0; i < n; i++) memcpy(all + i * WORDS, lines + i * (1 + WORDS) + 1, 8 * WORDS);
  qsort(all, n * WORDS, 8, by_value);
  for (size_t i = 1; i < n * WORDS; i++)
    if (all[i] == all[i - 1]) fail_msg("a word was given twice");
  free(all);
}

/* Whatever both were given in the same session is a correlation; takes come in order. */
static size_t check_pairs(uint64_t *const lines[2], const size_t n[2]) {
  size_t pairs = 0;
  for (size_t i = 0, j = 0; i < n[0] && j < n[1];) {
    const uint64_t *x = lines[0] + i * (1 + WORDS), *y = lines[1] + j * (1 + WORDS);
    if (x[0] != y[0]) {
      if (x[0] < y[0]) i++;
      else j++;
      continue;
    }
    for (unsigned w = 1; w <= TAKE; w++)
      assert_true(((x[w] ^ y[w]) & (x[w + TAKE] ^ y[w + TAKE])) == (x[w + 2 * TAKE] ^ y[w + 2 * TAKE]));
    i++, j++, pairs++;
  }
  return pairs;
}

static void check_ledgers(size_t least) {
  uint64_t *lines[2];
  size_t n[2];
  for (unsigned i = 0; i < 2; i++) {
    n[i] = read_ledger(&lines[i], i);
    check_no_reuse(lines[i], n[i]);
  }
  assert_true(check_pairs(lines, n) >= least);
  for (unsigned i = 0; i < 2; i++) free(lines[i]);
}

static void begin(void) {
  disk_begin();
  make_keys();
}

/* 1: party 0; 2: party 1; 3: both.  Until a session is through before its k-th step. */
static void killed_while_taking(void **state) {
  (void)state;
  unsigned runs = 0;
  begin();
  run(150 * CHUNK, 0, 0, 0);
  for (unsigned victims = 1; victims <= 3; victims++)
    for (uint64_t k = 1;; k++, runs++) {
      if (run(0, victims, k, k % 2 ? SEAM_IO_TEAR : SEAM_IO_KILL) == 0) break;
      if (k % 6 == 0) run(0, 0, 0, 0);
    }
  run(0, 0, 0, 0);
  check_ledgers(20);
  print_message("# %u killed sessions\n", runs);
  assert_in_range(runs, 40, MOST_SESSIONS);
  disk_end();
}

/* A filling is there for both or, in effect, for none. */
static void killed_while_filling(void **state) {
  (void)state;
  unsigned runs = 0;
  begin();
  for (unsigned victims = 1; victims <= 3; victims += 2)
    for (uint64_t k = 1;; k++, runs++) {
      if (run(2 * CHUNK, victims, k, k % 2 ? SEAM_IO_KILL : SEAM_IO_TEAR) == 0) break;
      if (k % 2 == 0) run(0, 0, 0, 0);
    }
  run(0, 0, 0, 0);
  check_ledgers(10);
  print_message("# %u killed fillings\n", runs);
  assert_in_range(runs, 20, MOST_SESSIONS);
  disk_end();
}

TEST_MAIN(T(killed_while_taking), T(killed_while_filling))
