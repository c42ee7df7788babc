/* test_request.c - triple/request.h: what the dealer accepts from a peer. */
#include "support/test.h"

#include "triple/request.h"

static smpc_err decode(const struct smpi_request *r, struct smpi_request *got) {
  uint8_t bytes[SMPI_REQUEST_LEN];
  smpi_request_encode(bytes, r);
  return smpi_request_decode(got, bytes);
}

static struct smpi_request units(enum smpi_corr kind, uint64_t n) {
  return (struct smpi_request){.ask = SMPI_ASK_UNITS, .kind = kind, .units = n, .number = 5};
}

static struct smpi_request product(void) {
  return (struct smpi_request){.ask = SMPI_ASK_PRODUCT, .number = 9,
                               .product = {.mask = 3, .mask_rows = 10, .mask_cols = 20, .row = 1, .col = 2, .rows = 9,
                                           .cols = 18, .n = 4, .transposed = true}};
}

static void requests_survive_the_wire(void **state) {
  (void)state;
  struct smpi_request got, p = product();
  for (unsigned k = 0; k < SMPI_SHARED; k++) {
    struct smpi_request r = units(k, 1000 + k);
    assert_int_equal(decode(&r, &got), SMPC_OK);
    assert_memory_equal(&r, &got, sizeof r);
  }
  assert_int_equal(decode(&p, &got), SMPC_OK);
  assert_true(got.product.mask == 3 && got.product.n == 4 && got.product.transposed && got.number == 9);
  assert_int_equal(smpi_product_m(&got.product), 18);
  assert_int_equal(smpi_product_k(&got.product), 9);
  p = (struct smpi_request){.ask = SMPI_ASK_CLOSE};
  assert_int_equal(decode(&p, &got), SMPC_OK);
}

static void hostile_amounts_are_refused(void **state) {
  (void)state;
  static const uint64_t bad[] = {0, SMPI_MAX_UNITS + 1, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX};
  struct smpi_request got, r;
  for (unsigned i = 0; i < 5; i++) {
    r = units(SMPI_TRIPLE, bad[i]);
    assert_int_equal(decode(&r, &got), SMPC_E_FORMAT);
    assert_int_equal(got.ask, 0);
  }
  r = units(SMPI_TRIPLE, SMPI_MAX_UNITS);
  assert_int_equal(decode(&r, &got), SMPC_OK);
  r = units(SMPI_SHARED, 1);
  assert_int_equal(decode(&r, &got), SMPC_E_FORMAT);
}

/* Each number of a product replaced by each hostile one. */
static void hostile_shapes_are_refused(void **state) {
  (void)state;
  static const uint64_t bad[] = {0, 21, UINT64_C(1) << 31, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX};
  for (size_t i = 0; i < 7; i++)
    for (unsigned j = 0; j < 6; j++) {
      struct smpi_request r = product(), got;
      uint64_t *field[] = {&r.product.mask_rows, &r.product.mask_cols, &r.product.row, &r.product.col,
                           &r.product.rows, &r.product.cols, &r.product.n};
      *field[i] = bad[j];
      bool fine = ((i == 2 || i == 3) && bad[j] == 0) || (i == 0 && bad[j] == 21) || (i == 6 && bad[j] == 21) ||
                  (i == 1 && bad[j] == 21);
      assert_int_equal(decode(&r, &got), fine ? SMPC_OK : SMPC_E_FORMAT);
    }
}

/* Any other byte string: refused, or the one encoding of what it means. */
static void the_encoding_is_unique(void **state) {
  (void)state;
  struct smpi_request base[3] = {units(SMPI_EDABIT, 77), product(), {.ask = SMPI_ASK_CLOSE}}, got;
  for (unsigned k = 0; k < 3; k++)
    for (unsigned bit = 0; bit < 8 * SMPI_REQUEST_LEN; bit++) {
      uint8_t bytes[SMPI_REQUEST_LEN], again[SMPI_REQUEST_LEN];
      smpi_request_encode(bytes, &base[k]);
      bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
      if (smpi_request_decode(&got, bytes) != SMPC_OK) continue;
      smpi_request_encode(again, &got);
      assert_memory_equal(bytes, again, sizeof bytes);
    }
}

static void requests_are_described(void **state) {
  (void)state;
  char text[96];
  struct smpi_request r = units(SMPI_EDABIT, 512), p = product();
  smpi_request_describe(text, sizeof text, &r);
  assert_string_equal(text, "512 edaBits");
  smpi_request_describe(text, sizeof text, &p);
  assert_string_equal(text, "a 18 x 9 x 4 product");
}

TEST_MAIN(T(requests_survive_the_wire), T(hostile_amounts_are_refused), T(hostile_shapes_are_refused),
          T(the_encoding_is_unique), T(requests_are_described))
