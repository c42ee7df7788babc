/* test_err.c - base/err.h */
#include "support/test.h"

#include <string.h>

#include "base/err.h"

static void first_fault_is_kept(void **state) {
  (void)state;
  struct smpi_fault f = {0};
  assert_int_equal(smpi_fault_set(&f, SMPC_E_CLOSED, 2, "peer %d left", 2), SMPC_E_CLOSED);
  assert_int_equal(smpi_fault_set(&f, SMPC_E_BUG, 3, "a consequence"), SMPC_E_BUG);
  assert_int_equal(f.code, SMPC_E_CLOSED);
  assert_int_equal(f.party, 2);
  assert_string_equal(f.text, "peer 2 left");
  assert_int_equal(smpi_fault_set(NULL, SMPC_E_ARG, -1, "nobody listens"), SMPC_E_ARG);
}

static void long_texts_are_cut(void **state) {
  (void)state;
  struct smpi_fault f = {0};
  smpi_fault_set(&f, SMPC_E_BUG, -1, "%0300d", 1);
  assert_int_equal(strlen(f.text), sizeof f.text - 1);
}

static void every_code_has_a_text(void **state) {
  (void)state;
  static const smpc_err codes[] = {
      SMPC_OK, SMPC_E_ARG, SMPC_E_SHAPE, SMPC_E_RANGE, SMPC_E_STATE, SMPC_E_POLICY, SMPC_E_HELD, SMPC_E_NOMEM, SMPC_E_RNG,
      SMPC_E_FILE, SMPC_E_DISK, SMPC_E_CONNECT, SMPC_E_TIMEOUT, SMPC_E_CLOSED, SMPC_E_CANCELED, SMPC_E_VERSION, SMPC_E_PARAM,
      SMPC_E_DESYNC, SMPC_E_PEER, SMPC_E_AUTH, SMPC_E_FORMAT, SMPC_E_CHEAT, SMPC_E_BUG};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    assert_string_not_equal(smpi_err_text(codes[i]), "unknown error");
  assert_string_equal(smpi_err_text((smpc_err)1000), "unknown error");
}

TEST_MAIN(T(first_fault_is_kept), T(long_texts_are_cut), T(every_code_has_a_text))
