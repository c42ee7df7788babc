/* test_disk.c - triple/disk.h: filling, giving, agreeing; older copies, damage and faults.
 * What dies in the middle is test_disk_kill.c. */
#include <errno.h>

#include "disk_support.h"
#include "support/seams.h"
#include "triple/cost.h"

static const struct parties TWO = {.n = 2, .source = SMPC_OT, .seed = 5, .configure = disk_configure};
static const struct parties DEALT = {.n = 2, .dealer = true, .seed = 5, .configure = disk_configure}; /* quicker */
enum { CHUNK = SMPI_DISK_WORDS / 3 }; /* triples, bit triples, truncation tuples */

static void run_ok(struct disk_job *j, const struct parties *p) {
  disk_new_words(j, p->n);
  parties_run_ok(p, disk_body, j, NULL);
  for (size_t i = 0, at = 0; i < j->takes; at += j->take[i++] * smpi_corr_words(j->kind))
    disk_check_take(j, p->n, at, j->take[i]);
}

static void fill(const struct parties *p, enum smpi_corr kind, uint64_t units) {
  struct disk_job j = {.takes = 0};
  j.fill[kind] = units;
  run_ok(&j, p);
  disk_free_words(&j);
}

/* Run what must fail; what the party `who` says holds `text`. */
static void run_refused(struct disk_job *j, const struct parties *p, unsigned who, smpc_err code, const char *text) {
  struct parties_result r;
  disk_new_words(j, p->n);
  parties_run(p, disk_body, j, &r);
  if (r.close[who] != code || strstr(r.fault[who].text, text) == NULL)
    fail_msg("party %u: %d, \"%s\" instead of %d, \"%s\"", who, r.close[who], r.fault[who].text, code, text);
  for (unsigned i = 0; i < p->n; i++) assert_int_not_equal(r.close[i], SMPC_OK);
  disk_free_words(j);
}

/* --- giving ----------------------------------------------------------------------- */

static void every_kind_comes_back_right(void **state) {
  (void)state;
  disk_begin();
  for (unsigned k = 0; k < SMPI_CORRS; k++) {
    size_t chunk = smpi_disk_units(k);
    struct disk_job j = {.kind = k, .take = {1, chunk, chunk - 1}, .takes = 3};
    fill(&TWO, k, chunk + 1); /* 2 chunks */
    run_ok(&j, &TWO);
    assert_int_equal(j.left[0][k], 2 * chunk);
    disk_free_words(&j);
    struct disk_job after = {.kind = k, .take = {5}, .takes = 1};
    run_ok(&after, &TWO); /* used up: made in the session */
    assert_int_equal(after.left[1][k], 0);
    disk_free_words(&after);
  }
  disk_end();
}

static void three_parties_and_a_dealer(void **state) {
  (void)state;
  struct parties p = {.n = 3, .dealer = true, .seed = 6, .configure = disk_configure};
  disk_begin();
  fill(&p, SMPI_EDABIT, 64);
  struct disk_job j = {.kind = SMPI_EDABIT, .take = {40, 30}, .takes = 2};
  run_ok(&j, &p);
  assert_int_equal(j.left[2][SMPI_EDABIT], 64);
  disk_free_words(&j);
  disk_end();
}

static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* Sessions that take a little each: no word comes twice, and each loses at most the rest of its chunk. */
static void sessions_never_see_the_same(void **state) {
  (void)state;
  enum { SESSIONS = 5, EACH = 100 };
  static uint64_t seen[SESSIONS * 3 * EACH];
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, SESSIONS * CHUNK);
  for (unsigned i = 0; i < SESSIONS; i++) {
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {EACH}, .takes = 1};
    run_ok(&j, &TWO);
    assert_int_equal(j.left[0][SMPI_TRIPLE], (SESSIONS - i) * CHUNK);
    memcpy(seen + i * 3 * EACH, j.words[0], 3 * EACH * 8);
    disk_free_words(&j);
  }
  qsort(seen, SESSIONS * 3 * EACH, 8, by_value);
  for (size_t i = 1; i < SESSIONS * 3 * EACH; i++) assert_true(seen[i] != seen[i - 1]);
  disk_end();
}

/* Two fillings are used one after the other, and what is lacking is made. */
static void fillings_join(void **state) {
  (void)state;
  disk_begin();
  fill(&TWO, SMPI_BIT_TRIPLE, 1);
  fill(&TWO, SMPI_BIT_TRIPLE, 1);
  struct disk_job j = {.kind = SMPI_BIT_TRIPLE, .take = {CHUNK + 5, 2 * CHUNK}, .takes = 2};
  run_ok(&j, &TWO);
  assert_int_equal(j.left[0][SMPI_BIT_TRIPLE], 2 * CHUNK);
  disk_free_words(&j);
  disk_end();
}

/* Preparing reserves everything at once, and costs what the cost functions say. */
static void the_price_is_the_stated_one(void **state) {
  (void)state;
  for (unsigned dealer = 0; dealer < 2; dealer++) {
    struct parties p = {.n = 2, .dealer = dealer, .source = dealer ? SMPC_DEALER : SMPC_OT, .seed = 8,
                        .configure = disk_configure};
    disk_begin();
    fill(&p, SMPI_TRIPLE, CHUNK);
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {CHUNK + 700}, .takes = 1};
    struct smpi_cost c = {.parties = 2, .source = p.source, .pooled = {CHUNK}};
    j.prepare[SMPI_TRIPLE] = CHUNK + 700;
    run_ok(&j, &p);
    smpi_triple_cost(&c, SMPI_TRIPLE, CHUNK + 700);
    smpi_triple_cost_end(&c, 20);
    if (!dealer) assert_int_equal(j.bytes[0], c.offline_bytes);
    else assert_int_equal(c.offline_bytes, 8 * 700 + 8);
    disk_free_words(&j);
    disk_end();
  }
}

static void lookups_need_two_parties(void **state) {
  (void)state;
  disk_begin();
  struct disk_job j = {.fill = {[SMPI_LOOKUP] = 5}};
  run_refused(&j, &(struct parties){.n = 3, .source = SMPC_OT, .seed = 5, .configure = disk_configure}, 0, SMPC_E_ARG,
              "lookups are for two parties");
  disk_end();
}

/* Nothing but a confirmation moves when all is there. */
static void a_full_pool_needs_no_transfers(void **state) {
  (void)state;
  disk_begin();
  fill(&TWO, SMPI_TRUNC, 3 * CHUNK);
  struct disk_job j = {.kind = SMPI_TRUNC, .take = {2 * CHUNK}, .takes = 1};
  run_ok(&j, &TWO);
  assert_int_equal(j.bytes[0], 8);
  assert_int_equal(j.pooled[0], 2 * CHUNK);
  disk_free_words(&j);
  j.take[0] = CHUNK + 5; /* the last five are made now */
  run_ok(&j, &TWO);
  assert_int_equal(j.pooled[1], CHUNK);
  disk_free_words(&j);
  disk_end();
}

/* --- who can use it ------------------------------------------------------------------ */

static void one_without(smpc_config *cfg, unsigned me, void *ctx) {
  if (me == 0) disk_configure(cfg, me, ctx);
}

static void not_all_have_one(void **state) {
  (void)state;
  struct parties p = TWO;
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, 1);
  p.configure = one_without;
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  run_ok(&j, &p);
  assert_int_equal(j.left[0][SMPI_TRIPLE], 0);
  disk_free_words(&j);
  struct disk_job f = {.fill = {1}};
  run_refused(&f, &p, 1, SMPC_E_FILE, "every computing party needs `pool:`");
  struct disk_job k = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  run_ok(&k, &TWO); /* untouched */
  assert_int_equal(k.left[0][SMPI_TRIPLE], CHUNK);
  disk_free_words(&k);
  disk_end();
}

static void another_set_has_another_pool(void **state) {
  (void)state;
  struct parties other[3] = {TWO, TWO, {.n = 3, .source = SMPC_OT, .seed = 5, .configure = disk_configure}};
  other[0].frac_bits = 19;
  other[1].seed = 99; /* other keys */
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, 1);
  for (unsigned i = 0; i < 3; i++) {
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
    disk_new_words(&j, other[i].n);
    parties_run_ok(&other[i], disk_body, &j, NULL);
    assert_int_equal(j.left[0][SMPI_TRIPLE], 0);
    disk_free_words(&j);
  }
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  run_ok(&j, &TWO);
  assert_int_equal(j.left[0][SMPI_TRIPLE], CHUNK);
  disk_free_words(&j);
  disk_end();
}

static void lost_at_one_party_is_lost(void **state) {
  (void)state;
  char path[200];
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, 1);
  disk_path(path, 1, "");
  disk_remove(path);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  run_ok(&j, &TWO);
  assert_int_equal(j.left[0][SMPI_TRIPLE], 0);
  disk_free_words(&j);
  disk_end();
}

static void in_use_counts_as_empty(void **state) {
  (void)state;
  struct smpi_fault f = {.party = -1};
  struct smpi_disk *d;
  smpc_config cfg;
  uint8_t secret[32], key[32];
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, 1);
  parties_config(&cfg, secret, &TWO, 1);
  disk_configure(&cfg, 1, NULL);
  disk_key(key, 1);
  assert_int_equal(smpi_disk_open(&d, &cfg, key, &f), SMPC_OK);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_new_words(&j, 2);
  parties_run_ok(&TWO, disk_body, &j, NULL);
  assert_int_equal(j.left[0][SMPI_TRIPLE], 0);
  disk_free_words(&j);
  assert_int_equal(smpi_disk_empty(&cfg, &f), SMPC_E_FILE);
  assert_non_null(strstr(f.text, "in use"));
  smpi_disk_close(d);
  disk_end();
}

static void take_more(struct smpc_session *s, unsigned me) {
  uint64_t want[SMPI_CORRS] = {CHUNK};
  if (me == 1) LET_FAIL(smpi_disk_reserve(s, want));
}

/* Programs that differ are found before a word of the pool is given; and nothing is given later either. */
static void different_demands_are_a_desync(void **state) {
  (void)state;
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, 3 * CHUNK);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1, .meddle = take_more};
  j.take[0] = 2 * CHUNK;
  run_refused(&j, &TWO, 0, SMPC_E_DESYNC, "other pieces");
  struct disk_job k = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  run_ok(&k, &TWO);
  assert_int_equal(k.left[0][SMPI_TRIPLE], CHUNK);
  disk_free_words(&k);
  disk_end();
}

/* --- older copies ----------------------------------------------------------------------- */

static void use_some_of(const struct parties *p, unsigned sessions) {
  for (unsigned i = 0; i < sessions; i++) {
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
    run_ok(&j, p);
    disk_free_words(&j);
  }
}
static void use_some(unsigned sessions) { use_some_of(&TWO, sessions); }

static void back_up(unsigned me, bool with_record) {
  char from[200], to[200];
  disk_path(from, me, ""), disk_path(to, me, ".copy");
  disk_copy(from, to);
  disk_path(from, me, ".seen"), disk_path(to, me, ".seen.copy");
  if (with_record) disk_copy(from, to);
}

static void put_back(unsigned me, bool with_record) {
  char from[200], to[200];
  disk_path(from, me, ".copy"), disk_path(to, me, "");
  disk_remove(to);
  assert_int_equal(rename(from, to), 0);
  disk_path(from, me, ".seen.copy"), disk_path(to, me, ".seen");
  if (with_record) assert_int_equal(rename(from, to), 0);
}

/* The folder alone: the record beside it knows. */
static void a_folder_put_back_is_refused(void **state) {
  (void)state;
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, 8 * CHUNK);
  use_some(1);
  back_up(1, false);
  use_some(1);
  put_back(1, false);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  run_refused(&j, &TWO, 1, SMPC_E_FILE, "is a stale copy: its record beside it has seen position 2, this copy stands at 1");
  disk_end();
}

/* Even when all of it had been used and removed. */
static void a_folder_of_before_is_refused_for_ever(void **state) {
  (void)state;
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, 2 * CHUNK);
  back_up(0, false);
  use_some(4);
  put_back(0, false);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  run_refused(&j, &TWO, 0, SMPC_E_FILE, "stale copy");
  disk_end();
}

/* Everything of one party: the other one knows. */
static void a_machine_put_back_is_refused(void **state) {
  (void)state;
  for (unsigned who = 0; who < 2; who++) {
    char text[80];
    disk_begin();
    fill(&TWO, SMPI_TRIPLE, 8 * CHUNK);
    back_up(who, true);
    use_some(2);
    put_back(who, true);
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
    snprintf(text, sizeof text, "stale copy: party%u has seen position 2 of it, mine stands at 0", 1 - who);
    run_refused(&j, &TWO, who, SMPC_E_FILE, text);
    disk_end();
  }
}

/* One reservation behind is what a crash leaves: no error, and the place of the other holds. */
static void one_behind_goes_on_from_the_furthest(void **state) {
  (void)state;
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, 8 * CHUNK);
  back_up(1, true);
  use_some(1);
  put_back(1, true);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  run_ok(&j, &TWO);
  assert_int_equal(j.left[0][SMPI_TRIPLE], 7 * CHUNK);
  disk_free_words(&j);
  disk_end();
}

static void a_lost_book_is_no_fresh_start(void **state) {
  (void)state;
  char path[200];
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, 4 * CHUNK);
  use_some(1);
  disk_path(path, 1, "/book");
  assert_int_equal(unlink(path), 0);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  run_refused(&j, &TWO, 1, SMPC_E_FILE, "its record is missing");
  disk_end();
}

/* --- damage ------------------------------------------------------------------------------- */

static void flip(const char *path, off_t at) {
  uint8_t b;
  int fd = open(path, O_RDWR);
  assert_int_equal(pread(fd, &b, 1, at), 1);
  b ^= 0x20;
  assert_int_equal(pwrite(fd, &b, 1, at), 1);
  close(fd);
}

/* A byte of every region: magic, version, counts, key, id, set, numbers, names, seal; nonce, text and
 * tag of each chunk; both books. */
static void edits_anywhere_are_found(void **state) {
  (void)state;
  enum { CHUNK_LEN = 24 + 8 * 3 * CHUNK + 16 };
  static const struct { off_t at; const char *says; } lot[] = {
      {0, "damaged"},   {8, "another version"}, {12, "damaged"}, {20, "another key"}, {33, "damaged"}, {60, "damaged"},
      {81, "damaged"},  {97, "damaged"},        {105, "damaged"}, {700, "damaged"},   {1210, "damaged"},
      {1216, "damaged"}, {1216 + 24, "damaged"}, {1216 + CHUNK_LEN - 1, "damaged"},
      {1216 + CHUNK_LEN + 700, "damaged"}, {1216 + 2 * CHUNK_LEN - 17, "damaged"}};
  static const off_t book[] = {0, 8, 12, 16, 40, 60, 100, 135};
  char path[300];
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, 2 * CHUNK);
  back_up(0, true), back_up(1, true);
  for (size_t i = 0; i < sizeof lot / sizeof *lot; i++) {
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {2 * CHUNK}, .takes = 1};
    disk_lot_path(path, 1);
    flip(path, lot[i].at);
    run_refused(&j, &TWO, 1, SMPC_E_FILE, lot[i].says);
    put_back(0, true), put_back(1, true), back_up(0, true), back_up(1, true);
  }
  for (size_t i = 0; i < 2 * sizeof book / sizeof *book; i++) {
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
    disk_path(path, 1, i % 2 ? "/book" : ".seen");
    flip(path, book[i / 2]);
    run_refused(&j, &TWO, 1, SMPC_E_FILE, i / 2 == 1 ? "another version" : "damaged");
    flip(path, book[i / 2]);
  }
  use_some(1); /* with all put right */
  disk_end();
}

static void chunks_do_not_change_places(void **state) {
  (void)state;
  enum { CHUNK_LEN = 24 + 8 * 3 * CHUNK + 16 };
  static uint8_t a[CHUNK_LEN], b[CHUNK_LEN];
  char path[300];
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, 2 * CHUNK);
  disk_lot_path(path, 1);
  int fd = open(path, O_RDWR);
  assert_int_equal(pread(fd, a, CHUNK_LEN, 1216), CHUNK_LEN);
  assert_int_equal(pread(fd, b, CHUNK_LEN, 1216 + CHUNK_LEN), CHUNK_LEN);
  assert_int_equal(pwrite(fd, b, CHUNK_LEN, 1216), CHUNK_LEN);
  assert_int_equal(pwrite(fd, a, CHUNK_LEN, 1216 + CHUNK_LEN), CHUNK_LEN);
  close(fd);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  run_refused(&j, &TWO, 1, SMPC_E_FILE, "damaged");
  disk_end();
}

static void a_cut_file_is_found(void **state) {
  (void)state;
  static const off_t len[] = {0, 5, 1215, 1216, 1217, 40000};
  char path[300];
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, 1);
  for (size_t i = sizeof len / sizeof *len; i-- > 0;) {
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
    disk_lot_path(path, 0);
    assert_int_equal(truncate(path, len[i]), 0);
    run_refused(&j, &TWO, 0, SMPC_E_FILE, len[i] < 1216 ? "damaged" : "cut off");
  }
  smpc_config cfg;
  uint8_t secret[32];
  struct smpi_fault f = {.party = -1};
  parties_config(&cfg, secret, &TWO, 0);
  disk_configure(&cfg, 0, NULL);
  assert_int_equal(smpi_disk_empty(&cfg, &f), SMPC_OK); /* the way out */
  use_some(1);
  disk_end();
}

/* The pools of two parties are no good to each other. */
static void anothers_pool_is_refused(void **state) {
  (void)state;
  char path[300], to[700];
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, 1);
  disk_lot_path(path, 0);
  snprintf(to, sizeof to, "%s/p1%s", disk_root, strrchr(path, '/'));
  disk_copy(path, to);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  run_refused(&j, &TWO, 1, SMPC_E_FILE, "another key");
  disk_end();
}

/* --- what is left on the disk ---------------------------------------------------------------- */

static bool holds(const char *path, const uint64_t *words, size_t n) {
  static uint8_t bytes[1 << 20];
  FILE *in = fopen(path, "rb");
  size_t len = in == NULL ? 0 : fread(bytes, 1, sizeof bytes, in);
  bool found = false;
  if (in != NULL) fclose(in);
  for (size_t i = 0; i < n && !found; i++) found = memmem(bytes, len, &words[i], 8) != NULL;
  return found;
}

/* Nothing of it stands there in the clear, and what was given is zeros. */
static void files_are_encrypted_and_wiped(void **state) {
  (void)state;
  char path[300];
  static uint8_t bytes[1216 + 24 + 8 * 3 * CHUNK + 16];
  disk_begin();
  fill(&TWO, SMPI_TRIPLE, 2 * CHUNK);
  disk_lot_path(path, 0);
  back_up(0, false);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {50}, .takes = 1};
  run_ok(&j, &TWO);
  FILE *in = fopen(path, "rb");
  assert_int_equal(fread(bytes, 1, sizeof bytes, in), sizeof bytes);
  fclose(in);
  for (size_t i = 1216; i < sizeof bytes; i++) assert_int_equal(bytes[i], 0);
  snprintf(path, sizeof path, "%s/p0.copy%s", disk_root, strrchr(strcpy((char[300]){0}, path), '/'));
  assert_int_equal(access(path, R_OK), 0);
  assert_false(holds(path, j.words[0], 150));
  disk_free_words(&j);
  disk_end();
}

/* --- faults of the machine -------------------------------------------------------------------- */

/* The disk is full from the k-th step on, for every k: an error that says so, at every step; afterwards a
 * session works, and has not seen any of it before. */
static void fail_each(const struct disk_job *job, unsigned least) {
  unsigned steps = 0;
  for (uint64_t k = 1;; k++) {
    struct parties_result r;
    struct disk_job j = *job;
    uint64_t live = seam_heap_live();
    seam_io_reset(k, ENOSPC);
    parties_run(&DEALT, disk_body, &j, &r);
    uint64_t count = seam_io_count();
    seam_io_reset(0, 0);
    assert_int_equal(seam_heap_live(), live);
    if (count < k) break;
    steps++;
    bool told = false;
    for (unsigned i = 0; i < 2; i++) told |= r.close[i] == SMPC_E_FILE && strstr(r.fault[i].text, "No space left") != NULL;
    /* wiping and removing what is used up is tried, no more */
    if (!told && (r.close[0] != SMPC_OK || r.close[1] != SMPC_OK))
      fail_msg("step %u: %d %s, %d %s", (unsigned)k, r.close[0], r.fault[0].text, r.close[1], r.fault[1].text);
    use_some_of(&DEALT, 1);
  }
  assert_in_range(steps, least, 200);
}

static void a_full_disk(void **state) {
  (void)state;
  const struct disk_job filling = {.fill = {[SMPI_BIT_TRIPLE] = 1}}, taking = {.kind = SMPI_TRIPLE, .take = {5, CHUNK}, .takes = 2};
  disk_begin();
  fail_each(&filling, 24);
  fill(&DEALT, SMPI_TRIPLE, 200 * CHUNK);
  fail_each(&taking, 30);
  disk_end();
}

/* Allocations and randomness: an error, nothing leaked. */
static void failing_machines(void **state) {
  (void)state;
  const struct disk_job job = {.fill = {[SMPI_BIT_TRIPLE] = 1}, .kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_begin();
  fill(&DEALT, SMPI_TRIPLE, 2000);
  for (unsigned random = 0; random < 2; random++) {
    struct parties_result r;
    struct disk_job dry = job;
    seam_heap_reset(0);
    parties_run_ok(&DEALT, disk_body, &dry, &r);
    uint64_t n = random ? seam_entropy_count() : seam_heap_count(), step = n / 60 + 1;
    for (uint64_t k = 1; k <= n; k += step) {
      struct disk_job j = job;
      struct parties p = DEALT;
      uint64_t live = seam_heap_live();
      if (random) p.entropy_fails_at = k;
      else seam_heap_reset(k);
      parties_run(&p, disk_body, &j, &r);
      seam_heap_reset(0);
      assert_int_equal(seam_heap_live(), live);
      if (r.close[0] == SMPC_OK || r.close[1] == SMPC_OK) continue;
      smpc_err want = random ? SMPC_E_RNG : SMPC_E_NOMEM;
      assert_true(r.close[0] == want || r.close[1] == want || r.close[2] == want);
    }
  }
  use_some_of(&DEALT, 1);
  disk_end();
}

TEST_MAIN(T(every_kind_comes_back_right), T(three_parties_and_a_dealer), T(sessions_never_see_the_same), T(fillings_join),
          T(the_price_is_the_stated_one), T(lookups_need_two_parties), T(a_full_pool_needs_no_transfers), T(not_all_have_one),
          T(another_set_has_another_pool), T(lost_at_one_party_is_lost), T(in_use_counts_as_empty),
          T(different_demands_are_a_desync), T(a_folder_put_back_is_refused), T(a_folder_of_before_is_refused_for_ever),
          T(a_machine_put_back_is_refused), T(one_behind_goes_on_from_the_furthest), T(a_lost_book_is_no_fresh_start),
          T(edits_anywhere_are_found), T(chunks_do_not_change_places), T(a_cut_file_is_found),
          T(anothers_pool_is_refused), T(files_are_encrypted_and_wiped), T(a_full_disk), T(failing_machines))
