/* test_disk_copies.c - triple/disk.h: older copies and damaged files are found. */
#include "support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "disk_support.h"

/* --- older copies ----------------------------------------------------------------------- */

/* The folder alone: the record beside it knows. */
static void a_folder_put_back_is_refused(void **state) {
  (void)state;
  disk_begin();
  disk_fill(&DISK_TWO, SMPI_TRIPLE, 8 * DISK_CHUNK);
  disk_use_some(1);
  disk_back_up(1, false);
  disk_use_some(1);
  disk_put_back(1, false);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_run_refused(&j, &DISK_TWO, 1, SMPC_E_FILE,
                   "is a stale copy: its record beside it has seen position 2, this copy stands at 1");
  disk_end();
}

/* Even when all of it had been used and removed. */
static void a_folder_of_before_is_refused_for_ever(void **state) {
  (void)state;
  disk_begin();
  disk_fill(&DISK_TWO, SMPI_TRIPLE, 2 * DISK_CHUNK);
  disk_back_up(0, false);
  disk_use_some(4);
  disk_put_back(0, false);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_run_refused(&j, &DISK_TWO, 0, SMPC_E_FILE, "stale copy");
  disk_end();
}

/* Everything of one party: the other one knows. */
static void a_machine_put_back_is_refused(void **state) {
  (void)state;
  for (unsigned who = 0; who < 2; who++) {
    char text[80];
    disk_begin();
    disk_fill(&DISK_TWO, SMPI_TRIPLE, 8 * DISK_CHUNK);
    disk_back_up(who, true);
    disk_use_some(2);
    disk_put_back(who, true);
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
    snprintf(text, sizeof text, "stale copy: party%u has seen position 2 of it, mine stands at 0", 1 - who);
    disk_run_refused(&j, &DISK_TWO, who, SMPC_E_FILE, text);
    disk_end();
  }
}

/* One reservation behind is what a crash leaves: no error, and the place of the other holds. */
static void one_behind_goes_on_from_the_furthest(void **state) {
  (void)state;
  disk_begin();
  disk_fill(&DISK_TWO, SMPI_TRIPLE, 8 * DISK_CHUNK);
  disk_back_up(1, true);
  disk_use_some(1);
  disk_put_back(1, true);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_run_ok(&j, &DISK_TWO);
  assert_int_equal(j.left[0][SMPI_TRIPLE], 7 * DISK_CHUNK);
  disk_free_words(&j);
  disk_end();
}

static void a_lost_book_is_no_fresh_start(void **state) {
  (void)state;
  char path[200];
  disk_begin();
  disk_fill(&DISK_TWO, SMPI_TRIPLE, 4 * DISK_CHUNK);
  disk_use_some(1);
  disk_path(path, 1, "/book");
  assert_int_equal(unlink(path), 0);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_run_refused(&j, &DISK_TWO, 1, SMPC_E_FILE, "its record is missing");
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
  enum { CHUNK_LEN = 24 + 8 * 3 * DISK_CHUNK + 16 };
  static const struct { off_t at; const char *says; } lot[] = {
      {0, "damaged"},   {8, "another version"}, {12, "damaged"}, {20, "another key"}, {33, "damaged"}, {60, "damaged"},
      {81, "damaged"},  {97, "damaged"},        {105, "damaged"}, {700, "damaged"},   {1210, "damaged"},
      {1216, "damaged"}, {1216 + 24, "damaged"}, {1216 + CHUNK_LEN - 1, "damaged"},
      {1216 + CHUNK_LEN + 700, "damaged"}, {1216 + 2 * CHUNK_LEN - 17, "damaged"}};
  static const off_t book[] = {0, 8, 12, 16, 40, 60, 100, 135};
  char path[300];
  disk_begin();
  disk_fill(&DISK_TWO, SMPI_TRIPLE, 2 * DISK_CHUNK);
  disk_back_up(0, true), disk_back_up(1, true);
  for (size_t i = 0; i < sizeof lot / sizeof *lot; i++) {
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {2 * DISK_CHUNK}, .takes = 1};
    disk_lot_path(path, 1);
    flip(path, lot[i].at);
    disk_run_refused(&j, &DISK_TWO, 1, SMPC_E_FILE, lot[i].says);
    disk_put_back(0, true), disk_put_back(1, true), disk_back_up(0, true), disk_back_up(1, true);
  }
  for (size_t i = 0; i < 2 * sizeof book / sizeof *book; i++) {
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
    disk_path(path, 1, i % 2 ? "/book" : ".seen");
    flip(path, book[i / 2]);
    disk_run_refused(&j, &DISK_TWO, 1, SMPC_E_FILE, i / 2 == 1 ? "another version" : "damaged");
    flip(path, book[i / 2]);
  }
  disk_use_some(1); /* with all put right */
  disk_end();
}

static void chunks_do_not_change_places(void **state) {
  (void)state;
  enum { CHUNK_LEN = 24 + 8 * 3 * DISK_CHUNK + 16 };
  static uint8_t a[CHUNK_LEN], b[CHUNK_LEN];
  char path[300];
  disk_begin();
  disk_fill(&DISK_TWO, SMPI_TRIPLE, 2 * DISK_CHUNK);
  disk_lot_path(path, 1);
  int fd = open(path, O_RDWR);
  assert_int_equal(pread(fd, a, CHUNK_LEN, 1216), CHUNK_LEN);
  assert_int_equal(pread(fd, b, CHUNK_LEN, 1216 + CHUNK_LEN), CHUNK_LEN);
  assert_int_equal(pwrite(fd, b, CHUNK_LEN, 1216), CHUNK_LEN);
  assert_int_equal(pwrite(fd, a, CHUNK_LEN, 1216 + CHUNK_LEN), CHUNK_LEN);
  close(fd);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_run_refused(&j, &DISK_TWO, 1, SMPC_E_FILE, "damaged");
  disk_end();
}

static void a_cut_file_is_found(void **state) {
  (void)state;
  static const off_t len[] = {0, 5, 1215, 1216, 1217, 40000};
  char path[300];
  disk_begin();
  disk_fill(&DISK_TWO, SMPI_TRIPLE, 1);
  for (size_t i = sizeof len / sizeof *len; i-- > 0;) {
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
    disk_lot_path(path, 0);
    assert_int_equal(truncate(path, len[i]), 0);
    disk_run_refused(&j, &DISK_TWO, 0, SMPC_E_FILE, len[i] < 1216 ? "damaged" : "cut off");
  }
  smpc_config cfg;
  uint8_t secret[32];
  struct smpi_fault f = {.party = -1};
  parties_config(&cfg, secret, &DISK_TWO, 0);
  disk_configure(&cfg, 0, NULL);
  assert_int_equal(smpi_disk_empty(&cfg, &f), SMPC_OK); /* the way out */
  disk_use_some(1);
  disk_end();
}

/* The pools of two parties are no good to each other. */
static void anothers_pool_is_refused(void **state) {
  (void)state;
  char path[300], to[700];
  disk_begin();
  disk_fill(&DISK_TWO, SMPI_TRIPLE, 1);
  disk_lot_path(path, 0);
  snprintf(to, sizeof to, "%s/p1%s", disk_root, strrchr(path, '/'));
  disk_copy(path, to);
  struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
  disk_run_refused(&j, &DISK_TWO, 1, SMPC_E_FILE, "another key");
  disk_end();
}

TEST_MAIN(T(a_folder_put_back_is_refused), T(a_folder_of_before_is_refused_for_ever),
          T(a_machine_put_back_is_refused), T(one_behind_goes_on_from_the_furthest), T(a_lost_book_is_no_fresh_start),
          T(edits_anywhere_are_found), T(chunks_do_not_change_places), T(a_cut_file_is_found),
          T(anothers_pool_is_refused))
