/* test_bytes.c - base/bytes.h: numbers as bytes and back, and the few sums everybody needs. */
#include "support/test.h"

#include "base/bytes.h"

static void numbers_come_back(void **state) {
  (void)state;
  uint8_t at[8];
  for (unsigned bit = 0; bit < 64; bit++) {
    uint64_t v = (UINT64_C(1) << bit) + 0x5a;
    smpi_put64(at, v);
    assert_true(smpi_get64(at) == v && at[0] == (uint8_t)v && at[7] == (uint8_t)(v >> 56));
    smpi_put32(at, (uint32_t)v);
    assert_true(smpi_get32(at) == (uint32_t)v && at[3] == (uint8_t)(v >> 24));
    smpi_put16(at, (uint16_t)v);
    assert_true(smpi_get16(at) == (uint16_t)v && at[1] == (uint8_t)(v >> 8));
  }
}

static void quotients_and_logarithms_are_rounded_up(void **state) {
  (void)state;
  assert_true(smpi_ceil_div(0, 3) == 0 && smpi_ceil_div(6, 3) == 2 && smpi_ceil_div(7, 3) == 3);
  assert_true(smpi_ceil_div(SIZE_MAX, SIZE_MAX) == 1 && smpi_ceil_div(SIZE_MAX, 2) == SIZE_MAX / 2 + 1);
  assert_true(smpi_log2_up(0) == 0 && smpi_log2_up(1) == 0 && smpi_log2_up(UINT64_MAX) == 64);
  for (unsigned k = 1; k < 64; k++) {
    uint64_t power = UINT64_C(1) << k;
    assert_true(smpi_log2_up(power) == k && smpi_log2_up(power + 1) == k + 1);
    assert_true(smpi_log2_up(power - 1) == (k == 1 ? 0 : k));
  }
}

TEST_MAIN(T(numbers_come_back), T(quotients_and_logarithms_are_rounded_up))
