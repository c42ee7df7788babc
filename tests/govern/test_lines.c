/* test_lines.c - the text values: each has one spelling. */
#include "govern/lines.h"

#include <string.h>

#include "support/test.h"

static struct smpi_slice slice(const char *text) { return (struct smpi_slice){text, strlen(text)}; }

static void numbers_have_one_spelling(void **state) {
  (void)state;
  static const char *const bad[] = {"", "00", "01", "+1", "-1", " 1", "1 ", "0x1", "1.0", "9999999999999999999"};
  uint64_t v;
  assert_true(smpi_get_number(&v, slice("0")) && v == 0);
  assert_true(smpi_get_number(&v, slice("18446744073")) && v == 18446744073u);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(smpi_get_number(&v, slice(bad[i])));
}

static void times_come_back(void **state) {
  (void)state;
  static const int64_t t[] = {0, 951782400, 1795383603, 4102444799};
  static const char *const bad[] = {
      "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T00:00:60Z",
      "2026-11-22 00:00:00Z", "2026-11-22T00:00:00",  "2026-11-22T00:00:00z", ""};
  char text[SMPI_TIME_LEN];
  int64_t back;
  for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
    smpi_put_time(text, t[i]);
    assert_true(smpi_get_time(&back, slice(text)));
    assert_true(back == t[i]);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(smpi_get_time(&back, slice(bad[i])));
  assert_true(smpi_get_day(&back, slice("2000-02-29")) && back == 951782400);
  assert_false(smpi_get_day(&back, slice("2001-02-29")));
  assert_false(smpi_get_day(&back, slice("2000-2-9")));
}

static void bytes_have_one_spelling(void **state) {
  (void)state;
  char room[200];
  uint8_t bytes[32], back[32];
  struct smpi_lines l = {.at = room, .size = sizeof room};
  struct smpi_slice in, key, value;
  for (int i = 0; i < 32; i++) bytes[i] = (uint8_t)(37 * i + 200);
  smpi_lines_add_bytes(&l, "hash", bytes, 32);
  in = (struct smpi_slice){room, l.len};
  assert_true(smpi_lines_next(&in, &key, &value) && in.len == 0);
  assert_true(smpi_slice_is(key, "hash") && value.len == SMPI_B64_32 - 1);
  assert_true(smpi_get_bytes(back, 32, value));
  assert_memory_equal(back, bytes, 32);
  for (int c = 33; c < 127; c++) { /* the last character has two spare bits: 4 spellings, one accepted */
    char other[SMPI_B64_32];
    memcpy(other, value.at, SMPI_B64_32 - 1);
    other[SMPI_B64_32 - 2] = (char)c;
    other[SMPI_B64_32 - 1] = 0;
    if (c == value.at[SMPI_B64_32 - 2] || !smpi_get_bytes(back, 32, slice(other))) continue;
    assert_memory_not_equal(back, bytes, 32);
  }
  assert_false(smpi_get_bytes(back, 32, (struct smpi_slice){value.at, value.len - 1}));
}

static void lines_are_bounded_and_clean(void **state) {
  (void)state;
  char room[16];
  struct smpi_lines l = {.at = room, .size = sizeof room};
  struct smpi_slice in, key, value;
  smpi_lines_add(&l, "a", "b\nc\x7f");
  in = (struct smpi_slice){room, l.len};
  assert_true(smpi_lines_next(&in, &key, &value) && smpi_slice_is(value, "b?c?"));
  size_t before = l.len;
  smpi_lines_add(&l, "long", "%s", "0123456789");
  assert_true(l.is_full && l.len == before);
  smpi_lines_add(&l, "x", "y"); /* full stays full: no entry with a line missing */
  assert_true(l.len == before);
  static const char *const bad[] = {"", "novalue\n", " value\n", "key value", "key val\x01ue\n", "\n"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    in = slice(bad[i]);
    assert_false(smpi_lines_next(&in, &key, &value));
  }
}

static void decimals_have_one_meaning(void **state) {
  (void)state;
  static const struct { const char *text; uint64_t v; bool good;
  } in[] = {{"0.5", 500000, true},
            {"1", 1000000, true},
            {"16", 16000000, true},
            {"0.000245", 245, true},
            {"999999.999999", 999999999999, true},
            {"", 0, false},
            {".5", 0, false},
            {"1.", 0, false},
            {"0.1234567", 0, false},
            {"1e3", 0, false},
            {"-1", 0, false},
            {"01", 0, false},
            {"1.2.3", 0, false},
            {"1000000.5", 0, false},
            {"0,5", 0, false}};
  for (size_t i = 0; i < sizeof in / sizeof *in; i++) {
    uint64_t v = 7;
    assert_int_equal(smpi_get_millionths(&v, (struct smpi_slice){in[i].text, strlen(in[i].text)}), in[i].good);
    assert_int_equal(v, in[i].v);
  }
}

TEST_MAIN(T(decimals_have_one_meaning), T(numbers_have_one_spelling), T(times_come_back), T(bytes_have_one_spelling),
          T(lines_are_bounded_and_clean))
