/* Terminal columns of strings. */
#include "support/test.h"

#include "examples/common/wide.h"

#include <stdlib.h>

static void test_width(void **state) {
  (void)state;
  assert_int_equal(wide_width(""), 0);
  assert_int_equal(wide_width("abc"), 3);
  assert_int_equal(wide_width("\xe5\x8c\x97\xe4\xba\xac"), 4); /* Beijing */
  assert_int_equal(wide_width("\xef\xbc\xa1"), 2);             /* fullwidth A */
  assert_int_equal(wide_width("e\xcc\x81"), 1);                /* e and a combining acute */
  assert_int_equal(wide_width("Z\xc3\xbcrich"), 6);
  assert_int_equal(wide_width("a\tb"), 2);       /* a control character */
  assert_int_equal(wide_width("a\xff\xe5z"), 4); /* two bytes that are not UTF-8 */
}

static void put(char **text, const char *word, size_t columns, int right) {
  size_t len;
  FILE *out = open_memstream(text, &len);
  assert_int_equal(wide_put(out, word, columns, right), 0);
  fclose(out);
}

static void test_put(void **state) {
  (void)state;
  static const struct {
    const char *word;
    size_t columns;
    int right;
    const char *want;
  } cases[] = {{"ab", 4, 0, "ab  "},
               {"ab", 4, 1, "  ab"},
               {"\xe5\x8c\x97", 4, 0, "\xe5\x8c\x97  "},
               {"abc", 2, 1, "abc"},
               {"", 0, 0, ""}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *text;
    put(&text, cases[i].word, cases[i].columns, cases[i].right);
    assert_string_equal(text, cases[i].want);
    free(text);
  }
  FILE *full = fopen("/dev/full", "w");
  if (full == NULL) skip();
  setvbuf(full, NULL, _IONBF, 0);
  assert_int_equal(wide_put(full, "x", 3, 0), -1);
  fclose(full);
}

TEST_MAIN(T(test_width), T(test_put))
