/* test_lpn.c - the expand-convolute code: against a slow reference, linear, both
 * forms the same, every parameter recomputed; light noise gives heavy words; what
 * breaks it when there is too little noise. */
#include "ot/lpn.h"

#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "support/parties.h"
#include "support/stats.h"

static blk *random_blks(size_t n, uint64_t seed) {
  blk *x = smpi_alloc(n, sizeof *x);
  assert_non_null(x);
  for (size_t i = 0; i < 2 * n; i++) x[i / 2].w[i % 2] = test_random(&seed);
  return x;
}

static void add_to(blk *x, blk y) { *x = smpi_blk_xor(*x, y); }

static const size_t sizes[] = {64, 68, 124, 256, 260, 1024, 4096, 4100};

/* --- the shape -------------------------------------------------------------------- */

static void shapes_hold_enough_noise(void **state) {
  (void)state;
  static const size_t wanted[] = {0, 1, 2048, 6143, 6144, 6145, 12287, 12288, 12289, 65535, 65537, 1 << 20, (1 << 20) + 1,
                                  1370000, (size_t)1 << 31};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    struct smpi_lpn_shape s;
    assert_int_equal(smpi_lpn_shape(&s, wanted[i]), SMPC_OK);
    assert_true(s.half >= wanted[i]);
    assert_int_equal(s.t << s.depth, 2 * s.half);
    assert_int_equal(s.t % 2, 0);
    assert_true(s.t >= SMPI_LPN_WEIGHT_MIN && s.t < 2 * SMPI_LPN_WEIGHT_MIN + 2);
    assert_true(s.depth >= 4);
    assert_true(s.half < wanted[i] + ((size_t)1 << s.depth) || wanted[i] < 6144); /* little is wasted */
  }
  struct smpi_lpn_shape s;
  assert_int_equal(smpi_lpn_shape(&s, ((size_t)1 << 31) + 1), SMPC_E_ARG);
  assert_int_equal(smpi_lpn_shape(&s, SIZE_MAX), SMPC_E_ARG);
}

static void noise_weight_gives_128_bits(void **state) {
  (void)state;
  assert_int_equal(SMPI_LPN_LINEAR, (int)lround(-1000 * log2(1 - 0.15)));
  assert_int_equal(SMPI_LPN_SPLITTING, (int)lround(1000 * log2(4.0 / 3)));
  assert_true(-SMPI_LPN_WEIGHT_MIN * log2(1 - 0.15) >= 128 + 40);
  assert_true(SMPI_LPN_WEIGHT_MIN * log2(4.0 / 3) - 128 >= 128 + 40);
}

/* --- the code ------------------------------------------------------------------------ */

static void both_forms_are_the_same_code(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    size_t n = sizes[i];
    blk *x0 = random_blks(n, 1), *x1 = random_blks(n, 2), *y0 = random_blks(n, 3), *y1 = random_blks(n, 4);
    blk *z0 = random_blks(n, 3), *z1 = random_blks(n, 4);
    smpi_lpn_pair *x = smpi_alloc(n, sizeof *x);
    for (size_t j = 0; j < n; j++) x[j] = (smpi_lpn_pair){{x0[j], x1[j]}};
    assert_int_equal(smpi_lpn_encode_pair(z0, z1, x, n), SMPC_OK);
    assert_int_equal(smpi_lpn_encode(y0, x0, n), SMPC_OK);
    assert_int_equal(smpi_lpn_encode(y1, x1, n), SMPC_OK);
    assert_memory_equal(y0, z0, n * sizeof *y0);
    assert_memory_equal(y1, z1, n * sizeof *y1);
    for (size_t j = 0; j < n; j++) assert_memory_equal(&x[j].v[1], &x1[j], sizeof *x1);
    smpi_free(x0), smpi_free(x1), smpi_free(y0), smpi_free(y1), smpi_free(z0), smpi_free(z1), smpi_free(x);
  }
}

/* Column j of the matrix in bit j % 128 of the answers: the code over unit vectors. */
static void it_is_linear_and_its_columns_say_all(void **state) {
  (void)state;
  enum { N = 256 };
  static uint8_t column[N][N]; /* [j][i]: does y_i depend on x_j? */
  blk x[N], y[N], got[N];
  for (size_t first = 0; first < N; first += 128) {
    memset(x, 0, sizeof x), memset(y, 0, sizeof y);
    for (size_t j = 0; j < 128; j++) x[first + j].w[j / 64] = UINT64_C(1) << j % 64;
    assert_int_equal(smpi_lpn_encode(y, x, N), SMPC_OK);
    for (size_t j = 0; j < 128; j++)
      for (size_t i = 0; i < N; i++) column[first + j][i] = y[i].w[j / 64] >> j % 64 & 1;
  }
  blk *noise = random_blks(N, 5), *want = random_blks(N, 6);
  memcpy(got, want, sizeof got);
  for (size_t j = 0; j < N; j++)
    for (size_t i = 0; i < N; i++)
      if (column[j][i]) add_to(&want[i], noise[j]);
  assert_int_equal(smpi_lpn_encode(got, noise, N), SMPC_OK);
  assert_memory_equal(got, want, sizeof got);
  smpi_free(noise), smpi_free(want);
}

/* A single position of noise reaches close to half of all rows, wherever it is:
 * also at the end, which is what the second pass is for. */
static void single_noise_spreads(void **state) {
  (void)state;
  enum { N = 4096 };
  blk *x = smpi_alloc(N, sizeof *x), *y = smpi_alloc(N, sizeof *y);
  size_t heavy[128] = {0};
  for (size_t j = 0; j < 128; j++) x[j < 64 ? j * 32 : N - 128 + j].w[j / 64] = UINT64_C(1) << j % 64;
  assert_int_equal(smpi_lpn_encode(y, x, N), SMPC_OK);
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < 128; j++) heavy[j] += y[i].w[j / 64] >> j % 64 & 1;
  for (size_t j = 0; j < 128; j++) assert_in_range(heavy[j], N / 2 - N / 8, N / 2 + N / 8);
  smpi_free(x), smpi_free(y);
}

/* Regular noise with random values gives uniform words. */
static void words_look_uniform(void **state) {
  (void)state;
  struct smpi_lpn_shape s;
  struct stats st = {{0}};
  uint64_t seed = 8;
  assert_int_equal(smpi_lpn_shape(&s, 20000), SMPC_OK);
  blk *e = smpi_alloc(2 * s.half, sizeof *e);
  for (size_t i = 0; i < s.t; i++) {
    blk *at = &e[(i << s.depth) + test_random(&seed) % (1u << s.depth)];
    at->w[0] = test_random(&seed);
    at->w[1] = test_random(&seed);
  }
  assert_int_equal(smpi_lpn_encode(e, e + s.half, s.half), SMPC_OK);
  stats_add(&st, (const uint8_t *)e, s.half * sizeof *e);
  assert_true(stats_bytes_are_uniform(&st));
  assert_true(stats_bits_are_balanced(&st, NULL));
  smpi_free(e);
}

/* --- splitting ------------------------------------------------------------------------- */

/* A small instance: noise values of DIM bits at some of 2 HALF positions. */
enum {
  DIM = 16, HALF = 512, FREE = HALF - DIM + 1, VECTORS = HALF + 1, /* FREE positions and DIM sums: one too many */
  WORDS = HALF / 64, NAMES = VECTORS / 64 + 1
};

struct instance {
  uint64_t column[2 * HALF][WORDS]; /* of the matrix                     */
  uint64_t sum[DIM][WORDS];         /* the bit columns of what is public */
};
struct vector { uint64_t v[WORDS], name[NAMES]; }; /* and which of the first ones were added up to it */

static void fill_columns(struct instance *in) {
  for (size_t j = 0; j < HALF; j++) in->column[j][j / 64] = UINT64_C(1) << j % 64;
  for (size_t first = 0; first < HALF; first += 128) {
    blk x[HALF] = {{{0, 0}}}, y[HALF] = {{{0, 0}}};
    for (size_t j = 0; j < 128; j++) x[first + j].w[j / 64] = UINT64_C(1) << j % 64;
    assert_int_equal(smpi_lpn_encode(y, x, HALF), SMPC_OK);
    for (size_t j = 0; j < 128; j++)
      for (size_t i = 0; i < HALF; i++)
        in->column[HALF + first + j][i / 64] |= (y[i].w[j / 64] >> j % 64 & 1) << i % 64;
  }
}

static void fill_sums(struct instance *in, size_t weight, uint64_t *seed) {
  blk e[2 * HALF] = {{{0, 0}}};
  size_t block = 2 * HALF / weight;
  for (size_t i = 0; i < weight; i++) e[i * block + test_random(seed) % block].w[0] = test_random(seed) >> (64 - DIM);
  assert_int_equal(smpi_lpn_encode(e, e + HALF, HALF), SMPC_OK);
  for (size_t j = 0; j < DIM; j++)
    for (size_t i = 0; i < HALF; i++) in->sum[j][i / 64] |= (e[i].w[0] >> j & 1) << i % 64;
}

static void eliminate(struct vector *m) {
  size_t row = 0;
  for (size_t bit = 0; bit < HALF; bit++) {
    size_t p = row;
    while (p < VECTORS && !(m[p].v[bit / 64] >> bit % 64 & 1)) p++;
    if (p == VECTORS) continue;
    struct vector pivot = m[p];
    m[p] = m[row], m[row++] = pivot;
    for (size_t i = row; i < VECTORS; i++) {
      if (!(m[i].v[bit / 64] >> bit % 64 & 1)) continue;
      for (size_t w = 0; w < WORDS; w++) m[i].v[w] ^= pivot.v[w];
      for (size_t w = 0; w < NAMES; w++) m[i].name[w] ^= pivot.name[w];
    }
  }
}

/* Choose FREE positions: is there a sum of columns that they explain with few of them? */
static bool splits(const struct instance *in, uint64_t *seed) {
  static struct vector m[VECTORS];
  size_t place[2 * HALF];
  memset(m, 0, sizeof m);
  for (size_t i = 0; i < 2 * HALF; i++) place[i] = i;
  for (size_t i = 0; i < VECTORS; i++) {
    size_t j = i + test_random(seed) % (2 * HALF - i), chosen = place[j];
    place[j] = place[i];
    memcpy(m[i].v, i < FREE ? in->column[chosen] : in->sum[i - FREE], sizeof m[i].v);
    m[i].name[i / 64] = UINT64_C(1) << i % 64;
  }
  eliminate(m);
  size_t used = 0; /* the last vector is a sum that vanishes; a random one names half of them */
  for (size_t i = 0; i < FREE; i++) used += m[VECTORS - 1].name[i / 64] >> i % 64 & 1;
  return used != 0 && used < FREE / 4;
}

static size_t times_split(size_t weight) {
  struct instance *in = smpi_alloc(1, sizeof *in);
  uint64_t seed = 17;
  size_t hits = 0;
  assert_non_null(in);
  fill_columns(in);
  fill_sums(in, weight, &seed);
  for (unsigned i = 0; i < 20; i++) hits += splits(in, &seed);
  smpi_free(in);
  return hits;
}

/* Two positions of noise for each bit of a value are found at once; as many as ours are not. */
static void splitting_finds_too_little_noise(void **state) {
  (void)state;
  assert_true(times_split(2 * DIM) > 0);
  assert_int_equal(times_split(SMPI_LPN_WEIGHT_MIN / SMPI_LPN_DIM_MAX * DIM), 0);
}

TEST_MAIN(T(shapes_hold_enough_noise), T(noise_weight_gives_128_bits), T(both_forms_are_the_same_code),
          T(it_is_linear_and_its_columns_say_all), T(single_noise_spreads), T(words_look_uniform),
          T(splitting_finds_too_little_noise))
