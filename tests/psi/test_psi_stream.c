/* test_psi_stream.c - smpc_psi_reveal_stream: exact results from memory and from disk, against either form of the
 * other party; the file on disk; refusals; cost. */
#include "stream_sets.h"

char stream_folder[40];

static void check(const struct stream_run *x, const struct psi_sets *p, unsigned to, size_t repeat) {
  for (unsigned k = 0; k < 2; k++) {
    bool learns = to >> k & 1;
    const struct stream_set *t = &x->set[k];
    assert_int_equal(x->r.err[k], SMPC_OK);
    assert_int_equal(x->r.result[k].matched, learns ? p->common : 0);
    assert_int_equal(x->r.result[k].distinct, p->n[k]);
    if (!x->is_stream[k]) {
      for (size_t i = 0; i < p->n[k]; i++) assert_int_equal(x->r.matched[k][i], learns && i < p->common);
      continue;
    }
    assert_int_equal(x->r.result[k].duplicates, p->n[k] * (repeat - 1));
    assert_int_equal(t->read, t->rows);
    assert_int_equal(t->told, learns ? t->rows : 0);
    for (size_t i = 0; i < t->told; i++) assert_int_equal(t->matched[i], i % t->n < p->common);
  }
}

static void try_sets(size_t n, size_t m, size_t common, unsigned to, size_t repeat, unsigned streams,
                     bool is_malicious) {
  struct psi_sets p;
  struct stream_run x;
  stream_folder_make();
  psi_sets_make(&p, n, m, common, 5);
  stream_run_make(&x, &p, to, repeat, streams);
  parties_run_ok(&(struct parties){.n = 2, .seed = n + m, .source = SMPC_OT,
                                   .configure = is_malicious ? stand_against_all : NULL}, stream_body, &x, NULL);
  check(&x, &p, to, repeat);
  stream_run_free(&x);
  psi_sets_free(&p);
  stream_folder_end();
}

static void sets_of_all_sizes_are_joined_exactly(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 2, 127, 1023};
  for (size_t i = 0; i < 5; i++)
    for (size_t j = 0; j < 5; j++) {
      size_t least = sizes[i] < sizes[j] ? sizes[i] : sizes[j];
      try_sets(sizes[i], sizes[j], (least + 1) / 2, 1 + (unsigned)(i + j) % 3, 1 + i * 2 % 5,
               1 + (unsigned)(i + 2 * j) % 3, false);
    }
  try_sets(500, 500, 500, 3, 1, 3, false);
  try_sets(500, 500, 0, 3, 1, 3, false);
}

/* Each of some 1024 parts has full blocks then. */
static void sets_on_disk_are_joined_exactly(void **state) {
  (void)state;
  try_sets(7, 3, 2, 3, 2000, 3, false);
  try_sets(3000, 2000, 1000, 1, 300, 3, false);
  try_sets(65537, 100, 77, 3, 9, 1, false);
}

/* Two buckets, whoever has the larger set. */
static void larger_sets_run_in_buckets(void **state) {
  (void)state;
  enum { LARGE = (1 << 20) + 1 };
  try_sets(LARGE, 1000, 700, 1, 1, 3, false);
  try_sets(1000, LARGE, 1000, 1, 2, 1, false);
}

static void against_malicious_parties_too(void **state) {
  (void)state;
  try_sets(7, 3, 2, 1, 2000, 3, true);
  try_sets(3000, 2000, 1000, 2, 300, 3, true);
}

/* --- where it is kept ------------------------------------------------------------------------ */

static size_t files, names, longest;
static mode_t mode;
static int repeats;

/* Two words of 8 bytes that are equal: the records of one item would be alike but for their rows. */
static int count_repeats(int fd) {
  static uint64_t word[4096];
  ssize_t len = pread(fd, word, sizeof word, 0);
  int n = 0;
  for (ssize_t i = 0; i < len / 8; i++)
    for (ssize_t j = 0; j < i; j++) n += word[i] == word[j];
  return n;
}

static smpc_err look(void) {
  int fd[8];
  struct stat st;
  files = stream_files(fd);
  names = stream_folder_names();
  for (size_t i = 0; i < files; i++) {
    if (fstat(fd[i], &st) != 0) continue;
    mode = st.st_mode;
    longest = (size_t)st.st_size > longest ? (size_t)st.st_size : longest;
    repeats += count_repeats(fd[i]);
  }
  return SMPC_OK;
}

static void look_at(uint64_t memory) {
  struct psi_sets p;
  struct stream_run x;
  files = longest = 0;
  repeats = 0;
  names = 9;
  stream_folder_make();
  psi_sets_make(&p, 5, 3, 2, 5);
  stream_run_make(&x, &p, 1, 4000, 1);
  x.memory = memory;
  x.set[0].at_end = look;
  parties_run_ok(&(struct parties){.n = 2, .seed = 1, .source = SMPC_OT}, stream_body, &x, NULL);
  check(&x, &p, 1, 4000);
  assert_int_equal(names, 0);
  assert_int_equal(files, 1);
  assert_int_equal(stream_files((int[8]){0}), 0);
  stream_run_free(&x);
  psi_sets_free(&p);
  stream_folder_end();
}

static void the_file_has_no_name_and_says_nothing(void **state) {
  (void)state;
  look_at(0);
  assert_int_equal(mode, S_IFREG | 0600);
  assert_true(longest >= 5 * 3500 * 20); /* all but the last block of each item's */
  assert_int_equal(repeats, 0);
}

static void nothing_is_written_that_fits(void **state) {
  (void)state;
  look_at(SMPC_PSI_STREAM_LEAST + (4 << 20));
  assert_int_equal(longest, 0);
}

/* --- refusals, cost ----------------------------------------------------------------------------- */

static smpc_err cannot_read(void) { return SMPC_E_FILE; }

static smpc_err try_one(void (*change)(struct stream_run *x), char *text, size_t len) {
  struct psi_sets p;
  struct stream_run x;
  struct parties_result got;
  psi_sets_make(&p, 5, 3, 2, 5);
  stream_run_make(&x, &p, 1, 4000, 3);
  change(&x);
  parties_run(&(struct parties){.n = 2, .seed = 1, .source = SMPC_OT}, stream_body, &x, &got);
  assert_int_equal(x.set[0].told, 0);
  assert_int_not_equal(x.r.err[1], SMPC_OK);
  snprintf(text, len, "%s", got.fault[0].text);
  stream_run_free(&x);
  psi_sets_free(&p);
  return x.r.err[0];
}

static void choose_freely(struct stream_run *x) { x->r.q.protocol = SMPC_PSI_AUTO; }
static void ask_a_minimum(struct stream_run *x) { x->r.q.minimum = 2; }
static void ask_many(struct stream_run *x) { x->r.q.owners = (smpc_who){3}; }
static void give_little(struct stream_run *x) { x->memory = SMPC_PSI_STREAM_LEAST - 1; }
static void name_no_folder(struct stream_run *x) { x->folder = NULL; }
static void name_another_folder(struct stream_run *x) { x->folder = "/tmp/smpc-no-such-folder"; }
static void fail_to_read(struct stream_run *x) { x->set[0].at_end = cannot_read; }
static void declare_too_few(struct stream_run *x) { x->r.q.size_a = 4; }

static void what_cannot_be_done_is_refused(void **state) {
  (void)state;
  static const struct { void (*change)(struct stream_run *x); smpc_err err; const char *text; } tries[] = {
      {choose_freely, SMPC_E_ARG, "only the protocol vole"},
      {ask_a_minimum, SMPC_E_ARG, "without a minimum"},
      {ask_many, SMPC_E_ARG, "between two owners"},
      {give_little, SMPC_E_RANGE, "at least 160 MB"},
      {name_no_folder, SMPC_E_ARG, "no folder is named"},
      {name_another_folder, SMPC_E_FILE, "/tmp/smpc-no-such-folder: No such file"},
      {fail_to_read, SMPC_E_FILE, "the items cannot be read"},
      {declare_too_few, SMPC_E_RANGE, "more different items than its declared size"}};
  char text[300];
  stream_folder_make();
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
    assert_int_equal(try_one(tries[i].change, text, sizeof text), tries[i].err);
    if (strstr(text, tries[i].text) == NULL) fail_msg("%s", text);
  }
  stream_folder_end();
}

static bool it_does(void *ctx) { return ctx == NULL; }
static const struct smpi_reviewing *by_nobody(void *ctx, const char *purpose) { return (void)ctx, (void)purpose, NULL; }

static void compare_sets(struct smpc_session *s, unsigned me, void *ctx) {
  static const struct smpi_guard guard = {.compares_sets = it_does, .review = by_nobody};
  if (me == 0) s->guard = &guard;
  stream_body(s, me, ctx);
  s->guard = NULL;
}

/* Which it would take whole, in memory. */
static void a_study_that_compares_sets_takes_no_stream(void **state) {
  (void)state;
  struct psi_sets p;
  struct stream_run x;
  struct parties_result got;
  psi_sets_make(&p, 5, 3, 2, 5);
  stream_run_make(&x, &p, 1, 1, 3);
  x.folder = NULL;
  parties_run(&(struct parties){.n = 2, .seed = 1, .source = SMPC_OT}, compare_sets, &x, &got);
  assert_int_equal(x.r.err[0], SMPC_E_POLICY);
  assert_non_null(strstr(got.fault[0].text, "no stream"));
  assert_int_equal(x.r.err[1], SMPC_E_PEER);
  assert_int_equal(x.set[0].read, 0);
  stream_run_free(&x);
  psi_sets_free(&p);
}

static void program(smpc_session *s, void *user) { stream_body(s, 0, user); }

static void the_estimate_counts_the_items(void **state) {
  (void)state;
  struct psi_sets p;
  struct stream_run x;
  struct parties_result got;
  smpc_config cfg;
  smpc_cost cost;
  uint8_t secret[32];
  const struct parties setting = {.n = 2, .seed = 1, .source = SMPC_OT};
  stream_folder_make();
  psi_sets_make(&p, 3000, 3000, 2, 5);
  stream_run_make(&x, &p, 1, 1, 3);
  parties_run_ok(&setting, stream_body, &x, &got);
  x.set[0].read = 0;
  parties_config(&cfg, secret, &setting, 0);
  assert_int_equal(smpc_estimate(&cfg, program, &x, &cost), SMPC_OK);
  assert_int_equal(x.set[0].read, 3000);
  assert_int_equal(cost.bytes, got.spent[0].bytes > got.spent[1].bytes ? got.spent[0].bytes : got.spent[1].bytes);
  assert_int_equal(cost.rounds, got.spent[0].rounds);
  stream_run_free(&x);
  psi_sets_free(&p);
  stream_folder_end();
}

TEST_MAIN(T(sets_of_all_sizes_are_joined_exactly), T(sets_on_disk_are_joined_exactly), T(larger_sets_run_in_buckets),
          T(against_malicious_parties_too), T(the_file_has_no_name_and_says_nothing), T(nothing_is_written_that_fits),
          T(what_cannot_be_done_is_refused), T(a_study_that_compares_sets_takes_no_stream),
          T(the_estimate_counts_the_items))
