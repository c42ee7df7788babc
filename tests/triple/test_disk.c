/* test_disk.c - triple/disk.h: filling, giving, agreeing, faults of the machine.
 * What dies in the middle is test_disk_kill.c; older copies and damage are test_disk_copies.c. */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "disk_support.h"
#include "support/seams.h"
#include "triple/cost.h"

/* --- giving ----------------------------------------------------------------------- */

static void every_kind_comes_back_right(void **state) {
  (void)state;
  disk_begin();
  for (unsigned k = 0; k < SMPI_CORRS; k++) {
    size_t chunk = smpi_disk_units(k);
    struct disk_job j = {.kind = k, .take = {1, chunk, chunk - 1}, .takes = 3};
    disk_fill(&DISK_TWO, k, chunk + 1); /* 2 chunks */
    disk_run_ok(&j, &DISK_TWO);
    assert_int_equal(j.left[0][k], 2 * chunk);
    disk_free_words(&j);
    struct disk_job after = {.kind = k, .take = {5}, .takes = 1};
    disk_run_ok(&after, &DISK_TWO); /* used up: made in the session */
    assert_int_equal(after.left[1][k], 0);
    disk_free_words(&after);
  }
  disk_end();
}

static void three_parties_and_a_dealer(void **state) {
  (void)state;
  struct parties p = {.n = 3, .dealer = true, .seed = 6, .configure = disk_configure};
  disk_begin();
  disk_fill(&p, SMPI_EDABIT, 64);
  struct disk_job j = {.kind = SMPI_EDABIT, .take = {40, 30}, .takes = 2};
  disk_run_ok(&j, &p);
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
  disk_fill(&DISK_TWO, SMPI_TRIPLE, SESSIONS * DISK_CHUNK);
  for (unsigned i = 0; i < SESSIONS; i++) {
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {EACH}, .takes = 1};
    disk_run_ok(&j, &DISK_TWO);
    assert_int_equal(j.left[0][SMPI_TRIPLE], (SESSIONS - i) * DISK_CHUNK);
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
  disk_fill(&DISK_TWO, SMPI_BIT_TRIPLE, 1);
  disk_fill(&DISK_TWO, SMPI_BIT_TRIPLE, 1);
  struct disk_job j = {.kind = SMPI_BIT_TRIPLE, .take = {DISK_CHUNK + 5, 2 * DISK_CHUNK}, .takes = 2};
  disk_run_ok(&j, &DISK_TWO);
  assert_int_equal(j.left[0][SMPI_BIT_TRIPLE], 2 * DISK_CHUNK);
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
    disk_fill(&p, SMPI_TRIPLE, DISK_CHUNK);
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {DISK_CHUNK + 700}, .takes = 1};
    struct smpi_cost c = {.parties = 2, .source = p.source, .pooled = {DISK_CHUNK}};
    j.prepare[SMPI_TRIPLE] = DISK_CHUNK + 700;
    disk_run_ok(&j, &p);
    smpi_triple_cost(&c, SMPI_TRIPLE, DISK_CHUNK + 700);
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
  disk_run_refused(&j, &(struct parties){.n = 3, .source = SMPC_OT, .seed = 5, .configure = disk_configure}, 0,
                   SMPC_E_ARG, "lookups are for two parties");
  disk_end();
}

/* Nothing but a confirmation moves when all is there. */
static void a_full_pool_needs_no_transfers(void **state) {
  (void)state;
  disk_begin();
  disk_fill(&DISK_TWO, SMPI_TRUNC, 3 * DISK_CHUNK);
  struct disk_job j = {.kind = SMPI_TRUNC, .take = {2 * DISK_CHUNK}, .takes = 1};
  disk_run_ok(&j, &DISK_TWO);
  assert_int_equal(j.bytes[0], 8);
  assert_int_equal(j.pooled[0], 2 * DISK_CHUNK);
  disk_free_words(&j);
  j.take[0] = DISK_CHUNK + 5; /* the last five are made now */
  disk_run_ok(&j, &DISK_TWO);
  assert_int_equal(j.pooled[1], DISK_CHUNK);
  disk_free_words(&j);
  disk_end();
}

/* --- who can use it ------------------------------------------------------------------ */

static void one_without(smpc_config *cfg, unsigned me, void *ctx) {
  if (me == 0) disk_configure(cfg, me, ctx);
}

static void not_all_have_one(void **state) {
  (void)state;
  struct parties p = DISK_TWO;
  disk_begin();
  disk_fill(&DISK_TWO, SMPI_TRIPLE, 1);
  p.configure = one_without;
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_run_ok(&j, &p);
  assert_int_equal(j.left[0][SMPI_TRIPLE], 0);
  disk_free_words(&j);
  struct disk_job f = {.fill = {1}};
  disk_run_refused(&f, &p, 1, SMPC_E_FILE, "every computing party needs `pool:`");
  struct disk_job k = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_run_ok(&k, &DISK_TWO); /* untouched */
  assert_int_equal(k.left[0][SMPI_TRIPLE], DISK_CHUNK);
  disk_free_words(&k);
  disk_end();
}

static void another_set_has_another_pool(void **state) {
  (void)state;
  struct parties other[3] = {DISK_TWO, DISK_TWO, {.n = 3, .source = SMPC_OT, .seed = 5, .configure = disk_configure}};
  other[0].frac_bits = 19;
  other[1].seed = 99; /* other keys */
  disk_begin();
  disk_fill(&DISK_TWO, SMPI_TRIPLE, 1);
  for (unsigned i = 0; i < 3; i++) {
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
    disk_new_words(&j, other[i].n);
    parties_run_ok(&other[i], disk_body, &j, NULL);
    assert_int_equal(j.left[0][SMPI_TRIPLE], 0);
    disk_free_words(&j);
  }
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_run_ok(&j, &DISK_TWO);
  assert_int_equal(j.left[0][SMPI_TRIPLE], DISK_CHUNK);
  disk_free_words(&j);
  disk_end();
}

static void lost_at_one_party_is_lost(void **state) {
  (void)state;
  char path[200];
  disk_begin();
  disk_fill(&DISK_TWO, SMPI_TRIPLE, 1);
  disk_path(path, 1, "");
  disk_remove(path);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_run_ok(&j, &DISK_TWO);
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
  disk_fill(&DISK_TWO, SMPI_TRIPLE, 1);
  parties_config(&cfg, secret, &DISK_TWO, 1);
  disk_configure(&cfg, 1, NULL);
  disk_key(key, 1);
  assert_int_equal(smpi_disk_open(&d, &cfg, key, &f), SMPC_OK);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_new_words(&j, 2);
  parties_run_ok(&DISK_TWO, disk_body, &j, NULL);
  assert_int_equal(j.left[0][SMPI_TRIPLE], 0);
  disk_free_words(&j);
  assert_int_equal(smpi_disk_empty(&cfg, &f), SMPC_E_FILE);
  assert_non_null(strstr(f.text, "in use"));
  smpi_disk_close(d);
  disk_end();
}

static void take_more(struct smpc_session *s, unsigned me) {
  uint64_t want[SMPI_CORRS] = {DISK_CHUNK};
  if (me == 1) LET_FAIL(smpi_disk_reserve(s, want));
}

/* Programs that differ are found before a word of the pool is given; and nothing is given later either. */
static void different_demands_are_a_desync(void **state) {
  (void)state;
  disk_begin();
  disk_fill(&DISK_TWO, SMPI_TRIPLE, 3 * DISK_CHUNK);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1, .meddle = take_more};
  j.take[0] = 2 * DISK_CHUNK;
  disk_run_refused(&j, &DISK_TWO, 0, SMPC_E_DESYNC, "other pieces");
  struct disk_job k = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_run_ok(&k, &DISK_TWO);
  assert_int_equal(k.left[0][SMPI_TRIPLE], DISK_CHUNK);
  disk_free_words(&k);
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
  static uint8_t bytes[1216 + 24 + 8 * 3 * DISK_CHUNK + 16];
  disk_begin();
  disk_fill(&DISK_TWO, SMPI_TRIPLE, 2 * DISK_CHUNK);
  disk_lot_path(path, 0);
  disk_back_up(0, false);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {50}, .takes = 1};
  disk_run_ok(&j, &DISK_TWO);
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
    parties_run(&DISK_DEALT, disk_body, &j, &r);
    uint64_t count = seam_io_count();
    seam_io_reset(0, 0);
    assert_int_equal(seam_heap_live(), live);
    if (count < k) break;
    steps++;
    bool told = false;
    for (unsigned i = 0; i < 2; i++)
      told |= r.close[i] == SMPC_E_DISK && strstr(r.fault[i].text, "No space left") != NULL;
    /* wiping and removing what is used up is tried, no more */
    if (!told && (r.close[0] != SMPC_OK || r.close[1] != SMPC_OK))
      fail_msg("step %u: %d %s, %d %s", (unsigned)k, r.close[0], r.fault[0].text, r.close[1], r.fault[1].text);
    disk_use_some_of(&DISK_DEALT, 1);
  }
  assert_in_range(steps, least, 200);
}

static void a_full_disk(void **state) {
  (void)state;
  const struct disk_job filling = {.fill = {[SMPI_BIT_TRIPLE] = 1}},
                        taking = {.kind = SMPI_TRIPLE, .take = {5, DISK_CHUNK}, .takes = 2};
  disk_begin();
  fail_each(&filling, 24);
  disk_fill(&DISK_DEALT, SMPI_TRIPLE, 200 * DISK_CHUNK);
  fail_each(&taking, 30);
  disk_end();
}

/* Allocations and randomness: an error, nothing leaked. */
static void failing_machines(void **state) {
  (void)state;
  const struct disk_job job = {.fill = {[SMPI_BIT_TRIPLE] = 1}, .kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_begin();
  disk_fill(&DISK_DEALT, SMPI_TRIPLE, 2000);
  for (unsigned random = 0; random < 2; random++) {
    struct parties_result r;
    struct disk_job dry = job;
    seam_heap_reset(0);
    parties_run_ok(&DISK_DEALT, disk_body, &dry, &r);
    uint64_t n = random ? seam_entropy_count() : seam_heap_count(), step = n / 60 + 1;
    for (uint64_t k = 1; k <= n; k += step) {
      struct disk_job j = job;
      struct parties p = DISK_DEALT;
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
  disk_use_some_of(&DISK_DEALT, 1);
  disk_end();
}

TEST_MAIN(T(every_kind_comes_back_right), T(three_parties_and_a_dealer), T(sessions_never_see_the_same),
          T(fillings_join), T(the_price_is_the_stated_one), T(lookups_need_two_parties),
          T(a_full_pool_needs_no_transfers), T(not_all_have_one), T(another_set_has_another_pool),
          T(lost_at_one_party_is_lost), T(in_use_counts_as_empty), T(different_demands_are_a_desync),
          T(files_are_encrypted_and_wiped), T(a_full_disk), T(failing_machines))
