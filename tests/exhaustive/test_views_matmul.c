/* test_views_matmul.c - matrix products: every input and every random tape, two
 * parties.  A 1 x 1 product over the 2-bit ring; over the 1-bit ring two
 * products with one masked X, for X 1 x 1, and one with X 1 x 2; and X and its mask owned by one.  What must not
 * happen is run too: two values under one mask, two products with one B. */
#include "support/test.h"

#include <string.h>

#include "mul/matmul.h"

/* A party's shares; X has k elements, there are `products` columns y with a B and C each. */
enum { K = 2, N = 2 };
struct party { uint64_t x[K], y[N][K], a[K], b[N][K], c[N]; };

struct shape {
  unsigned k, products, ring;
  bool is_owned; /* party 0 knows X and A: all of the other's x and a is in its view */
};

/* Which tapes there are, and whether two things that must differ are one. */
enum mutant { NONE, A_NEVER_ZERO, ONE_B, ONE_MASK_FOR_X_AND_Y };

static uint32_t seen[16][1 << 14]; /* by the other's inputs, the view */

static uint64_t below(uint64_t *rest, unsigned ring) {
  uint64_t digit = *rest % ring;
  *rest /= ring;
  return digit;
}

/* Party 0's inputs and tape and party 1's, from one number; false when it has no such tape. */
static bool unpack(struct party p[2], uint64_t number, const struct shape *s, enum mutant mutant) {
  uint64_t nonzero = 0;
  memset(p, 0, 2 * sizeof *p);
  for (unsigned i = 0; i < 2; i++)
    for (unsigned j = 0; j < s->k; j++) {
      p[i].x[j] = below(&number, s->ring);
      for (unsigned q = 0; q < s->products; q++) p[i].y[q][j] = below(&number, s->ring);
      p[i].a[j] = below(&number, s->ring);
      for (unsigned q = 0; q < s->products; q++) p[i].b[q][j] = below(&number, s->ring);
    }
  for (unsigned q = 0; q < s->products; q++) {
    p[0].c[q] = below(&number, s->ring);
    p[1].c[q] = s->ring - p[0].c[q];
    for (unsigned j = 0; j < s->k; j++) p[1].c[q] += (p[0].a[j] + p[1].a[j]) * (p[0].b[q][j] + p[1].b[q][j]);
    p[1].c[q] %= s->ring;
  }
  for (unsigned j = 0; j < s->k; j++) nonzero |= (p[0].a[j] + p[1].a[j]) % s->ring;
  bool same_b = true, same_mask = true;
  for (unsigned i = 0; i < 2; i++)
    for (unsigned j = 0; j < s->k; j++) {
      same_b &= p[i].b[0][j] == p[i].b[s->products - 1][j];
      same_mask &= p[i].b[0][j] == p[i].a[j];
    }
  return mutant == NONE || (mutant == A_NEVER_ZERO && nonzero) || (mutant == ONE_B && same_b) ||
         (mutant == ONE_MASK_FOR_X_AND_Y && same_mask);
}

/* What party i sends: E once, F for each product. */
static unsigned send(uint64_t *out, const struct party *p, const struct shape *s) {
  unsigned n = 0;
  for (unsigned j = 0; j < s->k; j++) out[n++] = (p->x[j] - p->a[j]) % s->ring;
  for (unsigned q = 0; q < s->products; q++)
    for (unsigned j = 0; j < s->k; j++) out[n++] = (p->y[q][j] - p->b[q][j]) % s->ring;
  return n;
}

static bool product_is_right(const struct party p[2], const uint64_t *opened, unsigned q, const struct shape *s) {
  uint64_t sum = 0, want = 0;
  for (unsigned i = 0; i < 2; i++) {
    uint64_t z = p[i].c[q], b[K];
    memcpy(b, p[i].b[q], sizeof b);
    smpi_matmul_combine(&z, p[i].a, opened, b, opened + s->k * (1 + q), 1, s->k, 1, i == 0);
    sum += z;
  }
  for (unsigned j = 0; j < s->k; j++) want += (p[0].x[j] + p[1].x[j]) * (p[0].y[q][j] + p[1].y[q][j]);
  return (sum - want) % s->ring == 0;
}

/* Party `me`'s view: all its own, and what the other sent. */
static void note(unsigned me, const struct party p[2], const uint64_t *sent, unsigned n, const struct shape *s) {
  const struct party *own = &p[me], *other = &p[!me];
  size_t view = 0, inputs = 0;
  for (unsigned j = 0; j < s->k; j++) {
    view = (view * s->ring + own->x[j]) * s->ring + own->a[j];
    if (s->is_owned && me == 0) view = (view * s->ring + other->x[j]) * s->ring + other->a[j];
    else inputs = inputs * s->ring + other->x[j];
    for (unsigned q = 0; q < s->products; q++) {
      view = (view * s->ring + own->y[q][j]) * s->ring + own->b[q][j];
      inputs = inputs * s->ring + other->y[q][j];
    }
  }
  for (unsigned q = 0; q < s->products; q++) view = view * s->ring + own->c[q];
  for (unsigned i = 0; i < n; i++) view = view * s->ring + sent[i];
  seen[inputs][view]++;
}

static size_t run_all(unsigned me, const struct shape *s, enum mutant mutant) {
  uint64_t numbers = 1, sent[2][K * (1 + N)], opened[K * (1 + N)];
  size_t wrong = 0;
  struct party p[2];
  for (unsigned i = 0; i < 4 * s->k * (1 + s->products) + s->products; i++) numbers *= s->ring;
  memset(seen, 0, sizeof seen);
  for (uint64_t number = 0; number < numbers; number++) {
    if (!unpack(p, number, s, mutant)) continue;
    unsigned n = send(sent[0], &p[0], s);
    send(sent[1], &p[1], s);
    for (unsigned i = 0; i < n; i++) opened[i] = (sent[0][i] + sent[1][i]) % s->ring;
    for (unsigned q = 0; q < s->products; q++) wrong += !product_is_right(p, opened, q, s);
    note(me, p, sent[!me], n, s);
  }
  return wrong;
}

/* Whatever the other's inputs that `me` does not know. */
static bool views_tell_nothing(unsigned me, const struct shape *s) {
  unsigned inputs = 1;
  for (unsigned i = 0; i < s->k * (s->products + (s->is_owned && me == 0 ? 0 : 1)); i++) inputs *= s->ring;
  for (unsigned i = 1; i < inputs; i++)
    if (memcmp(seen[i], seen[0], sizeof seen[0]) != 0) return false;
  return true;
}

static const struct shape plain = {1, 1, 4, false}, twice = {1, 2, 2, false}, row = {2, 1, 2, false},
                          owned = {1, 2, 2, true};

static void products_are_right_and_views_tell_nothing(void **state) {
  (void)state;
  const struct shape *shape[] = {&plain, &twice, &row, &owned};
  for (unsigned i = 0; i < 4; i++)
    for (unsigned me = 0; me < 2; me++) {
      assert_int_equal(run_all(me, shape[i], NONE), 0);
      assert_true(views_tell_nothing(me, shape[i]));
    }
}

static void bad_masks_are_found(void **state) {
  (void)state;
  assert_int_equal(run_all(0, &plain, A_NEVER_ZERO), 0);
  assert_false(views_tell_nothing(0, &plain));
  assert_int_equal(run_all(1, &row, A_NEVER_ZERO), 0);
  assert_false(views_tell_nothing(1, &row));
  assert_int_equal(run_all(0, &twice, ONE_B), 0);
  assert_false(views_tell_nothing(0, &twice));
  assert_int_equal(run_all(0, &owned, ONE_B), 0);
  assert_false(views_tell_nothing(0, &owned));
  assert_int_equal(run_all(1, &owned, A_NEVER_ZERO), 0);
  assert_false(views_tell_nothing(1, &owned));
  assert_int_equal(run_all(0, &plain, ONE_MASK_FOR_X_AND_Y), 0);
  assert_false(views_tell_nothing(0, &plain));
}

TEST_MAIN(T(products_are_right_and_views_tell_nothing), T(bad_masks_are_found))
