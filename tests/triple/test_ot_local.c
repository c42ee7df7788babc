/* test_ot_local.c - triple/ot_local.h, triple/ot_ringvole.h: packing, and the trees and
 * vectors of the ring VOLE, without network. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "session/session_impl.h"
#include "support/parties.h"
#include "triple/ot_local.h"
#include "triple/ot_ringvole.h"

enum { ITEMS = 16 };

static uint64_t low(uint64_t v, unsigned width) { return width == 0 ? 0 : v << (64 - width) >> (64 - width); }

static void check_packing(const struct smpi_ot_widths *w, uint64_t seed) {
  uint64_t v[64 * ITEMS], back[64 * ITEMS];
  size_t len = smpi_ot_packed_len(w, ITEMS);
  uint8_t *packed = malloc(len + 1);
  for (size_t i = 0; i < 64 * ITEMS; i++) v[i] = test_random(&seed);
  packed[len] = 0x5a;
  smpi_ot_pack(packed, v, ITEMS, w);
  assert_int_equal(packed[len], 0x5a);
  smpi_ot_unpack(back, packed, ITEMS, w);
  for (size_t i = 0; i < 64 * ITEMS; i++) assert_true(back[i] == low(v[i], w->of[i % 64]));
  free(packed);
}

static void packing_and_back(void **state) {
  (void)state;
  struct smpi_ot_widths w;
  uint64_t seed = 7;
  assert_int_equal(smpi_ot_packed_len(&smpi_ot_triangle, 1), 260);
  check_packing(&smpi_ot_triangle, 1);
  for (unsigned width = 0; width <= 64; width++) {
    memset(&w, (int)width, sizeof w);
    check_packing(&w, width);
  }
  for (unsigned k = 0; k < 200; k++) {
    for (unsigned i = 0; i < 64; i++) w.of[i] = (uint8_t)(test_random(&seed) % 65);
    check_packing(&w, k);
  }
}

/* --- the ring VOLE between two made-up ends ------------------------------------------ */

static blk random_block(uint64_t *seed) {
  blk b = {{test_random(seed), 0}};
  b.w[1] = test_random(seed);
  return b;
}

struct ends {
  struct smpi_tccr *h;
  blk q[64], t[64], delta;
  uint64_t b;
  struct smpi_rvole_trees grown, punctured;
  uint8_t message[SMPI_RVOLE_TREES_LEN];
};

static struct smpc_session nobody; /* its id, all zeros, makes the permutation */
static const struct smpi_rvole_tweak id = {{.instance = 9, .sender = 1, .receiver = 2}, 4096};

static struct ends *meet(uint64_t b, uint64_t seed) {
  struct ends *e = calloc(1, sizeof *e);
  assert_int_equal(smpi_tccr_open(&e->h, &nobody, 1), SMPC_OK);
  e->b = b;
  e->delta = random_block(&seed);
  for (unsigned i = 0; i < 64; i++) {
    e->q[i] = random_block(&seed);
    e->t[i] = smpi_blk_xor(e->q[i], smpi_blk_if(b >> i & 1, e->delta));
  }
  smpi_rvole_grow(&e->grown, e->message, e->h, e->q, &e->delta, &id);
  smpi_rvole_puncture(&e->punctured, e->message, e->h, e->t, b, &id);
  return e;
}

static void part(struct ends *e) {
  smpi_tccr_close(e->h);
  free(e);
}

static const uint64_t scalar[] = {0, 1, UINT64_MAX, UINT64_C(0x0123456789abcdef), UINT64_C(1) << 63, 0xf0};

/* All leaves but the one the digit names, and never that one. */
static void one_leaf_is_missing(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof scalar / sizeof *scalar; k++) {
    struct ends *e = meet(scalar[k], k);
    for (unsigned d = 0; d < SMPI_RVOLE_DIGITS; d++)
      for (unsigned i = 0; i < SMPI_RVOLE_LEAVES; i++) {
        bool same = memcmp(&e->grown.leaf[d][i], &e->punctured.leaf[d][i], sizeof(blk)) == 0;
        assert_int_equal(same, i != (e->b >> 4 * d & 15));
      }
    part(e);
  }
}

static void shares_of_the_product(void **state) {
  (void)state;
  static const size_t sizes[] = {1, 2, 3, 4, 15, 16, 17, 511, 512};
  uint64_t seed = 3, a[SMPI_RVOLE_PART], mine[SMPI_RVOLE_PART], theirs[SMPI_RVOLE_PART];
  static uint8_t out[SMPI_RVOLE_PART * SMPI_RVOLE_ENTRY];
  for (size_t k = 0; k < sizeof scalar / sizeof *scalar; k++)
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
      struct ends *e = meet(scalar[k], s);
      for (size_t j = 0; j < sizes[s]; j++) a[j] = test_random(&seed);
      memset(mine, 0, sizeof mine);
      memset(theirs, 0, sizeof theirs);
      smpi_rvole_send(out, mine, a, 2 * SMPI_RVOLE_PART, sizes[s], &e->grown, e->h, &id);
      smpi_rvole_receive(theirs, out, e->b, 2 * SMPI_RVOLE_PART, sizes[s], &e->punctured, e->h, &id);
      for (size_t j = 0; j < sizes[s]; j++) assert_true(mine[j] + theirs[j] == a[j] * e->b);
      part(e);
    }
}

/* Another part of a vector, another scalar's number: other pads. */
static void pads_differ(void **state) {
  (void)state;
  enum { LEN = 16 * SMPI_RVOLE_ENTRY };
  const uint64_t a[16] = {0};
  uint64_t z[16] = {0};
  uint8_t first[LEN], second[LEN], other[LEN];
  struct ends *e = meet(5, 1);
  struct smpi_rvole_tweak next = id;
  next.first += 64;
  smpi_rvole_send(first, z, a, 0, 16, &e->grown, e->h, &id);
  smpi_rvole_send(second, z, a, SMPI_RVOLE_PART, 16, &e->grown, e->h, &id);
  smpi_rvole_send(other, z, a, 0, 16, &e->grown, e->h, &next);
  assert_memory_not_equal(first, second, 128);
  assert_memory_not_equal(first, other, 128);
  part(e);
}

TEST_MAIN(T(packing_and_back), T(one_leaf_is_missing), T(shares_of_the_product), T(pads_differ))
