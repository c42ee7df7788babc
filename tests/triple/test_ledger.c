/* test_ledger.c - triple/ledger.h: it finds what is given twice, against a
 * plain array of flags. */
#include "support/test.h"

#include "triple/ledger.h"

static void anything_twice_is_found(void **state) {
  (void)state;
  struct smpi_ledger l = {0};
  assert_true(smpi_ledger_note(&l, 0, 10, 5));
  assert_true(smpi_ledger_note(&l, 1, 10, 5)); /* another book */
  assert_true(smpi_ledger_note(&l, 0, 15, 5));
  assert_true(smpi_ledger_note(&l, 0, 5, 5));
  assert_true(smpi_ledger_note(&l, 0, 7, 0));
  assert_false(smpi_ledger_note(&l, 0, 10, 1));
  assert_false(smpi_ledger_note(&l, 0, 0, 6));
  assert_false(smpi_ledger_note(&l, 0, 19, 100));
  assert_false(smpi_ledger_note(&l, 0, 0, 100));
  assert_false(smpi_ledger_note(&l, 0, UINT64_MAX, 2));
  assert_true(smpi_ledger_note(&l, 0, 20, 1));
  smpi_ledger_end(&l);
}

static void it_agrees_with_flags(void **state) {
  (void)state;
  struct smpi_ledger l = {0};
  bool given[300] = {0};
  uint32_t x = 1;
  for (unsigned t = 0; t < 5000; t++) {
    x = x * 1664525 + 1013904223;
    unsigned first = x >> 24, n = 1 + (x >> 16 & 3);
    bool fresh = true;
    for (unsigned i = first; i < first + n; i++) fresh &= !given[i];
    assert_int_equal(smpi_ledger_note(&l, 2, first, n), fresh);
    for (unsigned i = first; fresh && i < first + n; i++) given[i] = true;
  }
  smpi_ledger_end(&l);
}

TEST_MAIN(T(anything_twice_is_found), T(it_agrees_with_flags))
