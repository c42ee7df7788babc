/* test_items.c - psi/items.h and psi/places.h: mask lengths, distinct items, order, matching, packing. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "psi/items.h"
#include "support/parties.h"
#include "support/seams.h"

static void masks_are_as_long_as_chance_demands(void **state) {
  (void)state;
  assert_int_equal(smpi_psi_mask_len(0, 0), 5);
  assert_int_equal(smpi_psi_mask_len(1, 1), 5);
  assert_int_equal(smpi_psi_mask_len(1, 2), 6);
  assert_int_equal(smpi_psi_mask_len(1 << 4, 1 << 4), 6);
  assert_int_equal(smpi_psi_mask_len(1 << 4, (1 << 4) + 1), 7);
  assert_int_equal(smpi_psi_mask_len(1 << 20, 1 << 20), 10);
  assert_int_equal(smpi_psi_mask_len(UINT64_C(1) << 32, UINT64_C(1) << 32), 13);
  for (uint64_t n = 1; n < SMPI_PSI_MAX_ITEMS; n = 3 * n + 1)
    for (uint64_t m = 1; m < SMPI_PSI_MAX_ITEMS; m = 5 * m + 2) {
      double bits = 8 * (double)smpi_psi_mask_len(n, m), pairs = log2((double)n) + log2((double)m);
      assert_true(bits - pairs >= 40 && bits - pairs < 49);
    }
}

static struct smpi_prg *stream(uint8_t number) {
  struct smpi_prg *g;
  assert_int_equal(smpi_prg_open(&g, (const uint8_t[32]){number}), SMPC_OK);
  return g;
}

static void equal_items_are_found(void **state) {
  (void)state;
  const void *item[] = {"a", "", "ab", "a", "", "b", "abc", "ab"};
  const size_t len[] = {1, 0, 2, 1, 0, 1, 2, 2}, want[] = {0, 1, 2, 0, 1, 5, 2, 2};
  smpc_items set = {.n = 8, .item = item, .len = len};
  size_t same[8];
  struct smpi_prg *own = stream(1);
  assert_int_equal(smpi_psi_distinct_vt(same, &set, own), 4);
  for (int i = 0; i < 8; i++) assert_int_equal(same[i], want[i]);
  set.n = 0;
  assert_int_equal(smpi_psi_distinct_vt(same, &set, own), 0);
  smpi_prg_close(own);
}

static void many_items_are_told_apart(void **state) {
  (void)state;
  enum { N = 5000 };
  uint32_t *flat = malloc(N * sizeof *flat);
  size_t *same = malloc(N * sizeof *same);
  struct smpi_prg *own = stream(2);
  for (uint32_t i = 0; i < N; i++) flat[i] = i % 4000;
  smpc_items set = {.n = N, .flat = flat, .item_len = 4};
  assert_int_equal(smpi_psi_distinct_vt(same, &set, own), 4000);
  for (size_t i = 0; i < N; i++) assert_int_equal(same[i], i % 4000);
  uint64_t live = seam_heap_live();
  for (uint64_t k = 1; k <= 3; k++) {
    seam_heap_reset(k);
    assert_true(smpi_psi_distinct_vt(same, &set, own) == SIZE_MAX);
  }
  seam_heap_reset(0);
  assert_int_equal(seam_heap_live(), live);
  smpi_prg_close(own);
  free(flat);
  free(same);
}

/* Each of the 24 orders of 4 comes about equally often: chi-squared, 23 degrees of
 * freedom, below 90 but with probability 1e-9. */
static void every_order_is_as_likely(void **state) {
  (void)state;
  enum { RUNS = 24000 };
  unsigned rows_seen[256] = {0}, masks_seen[256] = {0}, places_seen[256] = {0};
  struct smpi_prg *g = stream(7);
  for (int r = 0; r < RUNS; r++) {
    size_t a[4] = {0, 1, 2, 3};
    struct smpi_mask m[4] = {{{0}}, {{1}}, {{2}}, {{3}}};
    uint32_t place[4];
    smpi_psi_shuffle_rows(a, 4, g);
    smpi_psi_shuffle_masks(m, 4, g);
    smpi_psi_draw_places(place, 4, g);
    rows_seen[a[0] | a[1] << 2 | a[2] << 4 | a[3] << 6]++;
    places_seen[place[0] | place[1] << 2 | place[2] << 4 | place[3] << 6]++;
    masks_seen[m[0].w[0] | m[1].w[0] << 2 | m[2].w[0] << 4 | m[3].w[0] << 6]++;
  }
  double rows = 0, masks = 0, places = 0, orders = 0;
  for (int i = 0; i < 256; i++) {
    if (rows_seen[i] == 0) continue;
    orders++;
    rows += pow(rows_seen[i] - 1000.0, 2) / 1000;
    masks += pow(masks_seen[i] - 1000.0, 2) / 1000;
    places += pow(places_seen[i] - 1000.0, 2) / 1000;
  }
  assert_true(orders == 24 && rows < 90 && masks < 90 && rows > 3 && masks > 3);
  assert_true(places < 90 && places > 3);
  smpi_prg_close(g);
}

static void matches_are_exact(void **state) {
  (void)state;
  uint64_t seed = 3;
  struct smpi_prg *own = stream(3);
  for (size_t n = 0; n < 300; n = 2 * n + 1)
    for (size_t m = 0; m < 300; m = 2 * m + 1) {
      struct smpi_mask mine[300], theirs[300];
      uint8_t hit[300];
      size_t want = 0, common = n < m ? n / 2 : m / 2;
      for (size_t i = 0; i < n; i++) mine[i] = (struct smpi_mask){{test_random(&seed), i}};
      for (size_t j = 0; j < m; j++) theirs[j] = (struct smpi_mask){{test_random(&seed), 1000 + j}};
      for (size_t k = 0; k < common; k++) theirs[m - 1 - k] = mine[2 * k];
      if (n > 0 && m > 0) theirs[0].w[0] = mine[n - 1].w[0]; /* half a mask is not a match */
      assert_int_equal(smpi_psi_match_vt(hit, mine, n, theirs, m, own), common);
      for (size_t i = 0; i < n; i++) {
        assert_int_equal(hit[i], i % 2 == 0 && i / 2 < common);
        want += hit[i];
      }
      assert_int_equal(want, common);
      assert_int_equal(smpi_psi_match_vt(NULL, mine, n, theirs, m, own), common);
    }
  smpi_prg_close(own);
}

/* Masks that a party may choose: the same but for one of the eight pieces of 16 bits, or for two of them, or all the same. */
static struct smpi_mask chosen(unsigned kind, size_t i) {
  struct smpi_mask a = {{5, 7}};
  uint64_t low = i & 255, high = i >> 8;
  if (kind < 8) a.w[kind / 4] ^= (uint64_t)i << 16 * (kind % 4);
  else if (kind < 12) a = (struct smpi_mask){{low << 16 * (kind - 8), high << 16 * (kind - 8)}};
  else if (kind < 16) a = (struct smpi_mask){{low << (56 - 16 * (kind - 12)), high << (56 - 16 * (kind - 12))}};
  return a;
}

/* Entering n masks takes n / 2 probes, finding them 1.5 n at most, on average over the table's words, however they were
 * chosen; a table that they can fill in one place takes n^2 / 2.  Each is found where it is. */
static void chosen_masks_are_found_as_fast_as_others(void **state) {
  (void)state;
  enum { N = 1 << 16, KINDS = 17 };
  struct smpi_mask *a = calloc(N, sizeof *a);
  struct smpi_prg *own = stream(4);
  uint64_t all = 0;
  for (unsigned kind = 0; kind < KINDS; kind++) {
    struct smpi_psi_places p;
    size_t found = 0;
    for (size_t i = 0; i < N; i++) a[i] = chosen(kind, i);
    assert_true(smpi_psi_places_make(&p, N, own));
    for (size_t i = 0; i < N; i++) *smpi_psi_places_find(&p, a, &a[i]) = (uint32_t)i + 1;
    for (size_t i = 0; i < N; i++) {
      uint32_t at = *smpi_psi_places_find(&p, a, &a[i]);
      found += at != 0 && at - 1 == (kind == KINDS - 1 ? N - 1 : i);
    }
    assert_int_equal(found, N);
    assert_in_range(p.probes, N, 16 * N);
    all += p.probes;
    smpi_psi_places_free(&p);
  }
  assert_in_range(all, KINDS * N, 4 * KINDS * N);
  smpi_prg_close(own);
  free(a);
}

static void packing_is_undone_whatever_the_cuts(void **state) {
  (void)state;
  enum { N = 40 };
  uint64_t seed = 4;
  for (size_t mask_len = 5; mask_len <= SMPI_PSI_MASK_MAX; mask_len++) {
    struct smpi_mask mask[N] = {{{0}}}, back[N];
    uint8_t bytes[N * SMPI_PSI_MASK_MAX], some[SMPI_PSI_MASK_MAX * 3];
    for (int i = 0; i < N; i++) {
      uint64_t w[2] = {test_random(&seed), test_random(&seed)};
      memcpy(&mask[i], w, mask_len);
    }
    smpi_psi_pack(bytes, N * mask_len, 0, mask, mask_len);
    memset(back, 0xff, sizeof back);
    for (size_t off = 0, len; off < N * mask_len; off += len) {
      len = 1 + test_random(&seed) % sizeof some;
      if (len > N * mask_len - off) len = N * mask_len - off;
      smpi_psi_pack(some, len, off, mask, mask_len);
      assert_memory_equal(some, bytes + off, len);
      smpi_psi_unpack(back, some, len, off, mask_len);
    }
    assert_memory_equal(back, mask, sizeof mask);
  }
}

TEST_MAIN(T(masks_are_as_long_as_chance_demands), T(equal_items_are_found), T(many_items_are_told_apart),
          T(every_order_is_as_likely), T(matches_are_exact),
          T(chosen_masks_are_found_as_fast_as_others), T(packing_is_undone_whatever_the_cuts))
