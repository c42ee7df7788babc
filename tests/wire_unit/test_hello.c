/* test_hello.c - wire/hello.h: the bytes, and every field wrong. */
#include "support/test.h"

#include <string.h>

#include "wire/hello.h"

static struct smpi_hello sample(uint16_t from, uint16_t to) {
  struct smpi_hello h = {.version = SMPI_WIRE_VERSION, .flags = SMPI_HELLO_AES, .from = from, .to = to, .members = 3};
  memset(h.run_id, 0xab, sizeof h.run_id);
  memset(h.tag, 0xcd, sizeof h.tag);
  return h;
}

static void the_bytes_are_as_documented(void **state) {
  (void)state;
  static const uint8_t expected[SMPI_HELLO_LEN] = {
      'l',  'i',  'b',  'm',  'p',  'c',  0,    '\n', 1,    0,    0,    0,    1,    0,    0,    0,
      2,    0,    1,    0,    3,    0,    0,    0,    0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab,
      0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xcd, 0xcd, 0xcd, 0xcd, 0xcd, 0xcd, 0xcd, 0xcd,
      0xcd, 0xcd, 0xcd, 0xcd, 0xcd, 0xcd, 0xcd, 0xcd, 0,    0,    0,    0,    0,    0,    0,    0};
  uint8_t bytes[SMPI_HELLO_LEN];
  struct smpi_hello h = sample(2, 1), back;
  smpi_hello_encode(bytes, &h);
  assert_memory_equal(bytes, expected, sizeof bytes);
  assert_int_equal(smpi_hello_decode(&back, bytes), SMPC_OK);
  assert_int_equal(back.from, 2);
  assert_int_equal(back.to, 1);
  assert_int_equal(back.members, 3);
  assert_int_equal(back.flags, SMPI_HELLO_AES);
  assert_memory_equal(back.run_id, h.run_id, 16);
  assert_memory_equal(back.tag, h.tag, 16);
}

static void junk_is_not_a_hello(void **state) {
  (void)state;
  const int must_match[] = {0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 22, 23, 56, 57, 58, 59, 60, 61, 62, 63};
  struct smpi_hello h = sample(2, 1), back;
  for (size_t i = 0; i < sizeof must_match / sizeof *must_match; i++) {
    uint8_t bytes[SMPI_HELLO_LEN];
    smpi_hello_encode(bytes, &h);
    bytes[must_match[i]] ^= 0x82;
    assert_int_equal(smpi_hello_decode(&back, bytes), SMPC_E_FORMAT);
  }
}

static void another_version_is_read_no_further(void **state) {
  (void)state;
  uint8_t bytes[SMPI_HELLO_LEN];
  struct smpi_hello h = sample(2, 1), back;
  h.version = 7;
  smpi_hello_encode(bytes, &h);
  bytes[60] = 1; /* a later version may use it */
  assert_int_equal(smpi_hello_decode(&back, bytes), SMPC_OK);
  assert_int_equal(back.version, 7);
  assert_int_equal(back.members, 0);
}

static smpc_err check(const struct smpi_hello *mine, const struct smpi_hello *theirs, const char *says) {
  struct smpi_fault fault = {0};
  smpc_err err = smpi_hello_check(mine, theirs, "berlin", &fault);
  if (err == SMPC_OK) err = smpi_hello_same_agreement(mine, theirs, "berlin", &fault);
  assert_int_equal(fault.code, err);
  if (err != SMPC_OK) {
    assert_int_equal(fault.party, mine->to);
    assert_non_null(strstr(fault.text, "berlin"));
    assert_non_null(strstr(fault.text, says));
  }
  return err;
}

static void every_difference_is_named(void **state) {
  (void)state;
  struct smpi_hello mine = sample(1, 2), theirs = sample(2, 1);
  assert_int_equal(check(&mine, &theirs, ""), SMPC_OK);
  theirs.flags = 0; /* not a difference: the cipher follows from both */
  assert_int_equal(check(&mine, &theirs, ""), SMPC_OK);
  theirs.version = 9;
  assert_int_equal(check(&mine, &theirs, "version 9"), SMPC_E_VERSION);
  theirs = sample(2, 1), theirs.members = 4;
  assert_int_equal(check(&mine, &theirs, "4 members"), SMPC_E_PARAM);
  theirs = sample(0, 1);
  assert_int_equal(check(&mine, &theirs, "member 0 answers"), SMPC_E_PARAM);
  theirs = sample(2, 0);
  assert_int_equal(check(&mine, &theirs, "talk to member 0"), SMPC_E_PARAM);
  theirs = sample(2, 1), theirs.tag[0] = 1, theirs.tag[1] = 17;
  assert_int_equal(check(&mine, &theirs, "version 1.17 of the library, this party 205.205"), SMPC_E_PARAM);
  theirs = sample(2, 1), theirs.tag[3] ^= 1;
  assert_int_equal(check(&mine, &theirs, "other protocol constants"), SMPC_E_PARAM);
  for (unsigned i = 4; i < 8; i++) {
    theirs = sample(2, 1), theirs.tag[i] ^= 1;
    assert_int_equal(check(&mine, &theirs, "other parameters"), SMPC_E_PARAM);
  }
  theirs = sample(2, 1), theirs.tag[15] ^= 1;
  assert_int_equal(check(&mine, &theirs, "another question"), SMPC_E_PARAM);
}

TEST_MAIN(T(the_bytes_are_as_documented), T(junk_is_not_a_hello), T(another_version_is_read_no_further),
          T(every_difference_is_named))
