/* The types of expressions: what each form gives, what is refused, and that
 * operators bind as in SQLite (a wrong order would show as a wrong type). */
#include "support/test.h"

#include "examples/common/expr.h"

#include <string.h>

static enum expr_type type_of(const char *sql, struct data_fault *f, bool *used_n) {
  struct expr_column columns[] = {
      {.name = "n", .type = EXPR_NUMBER}, {.name = "t", .type = EXPR_TEXT}, {.name = "a \"b\"", .type = EXPR_TEXT}};
  struct expr_source agreed = {.name = "", .columns = columns, .n = 3};
  memset(f, 0, sizeof *f);
  enum expr_type type = expr_check(sql, "it", &agreed, f);
  if (used_n != NULL) *used_n = columns[0].used;
  return type;
}

static void gives(const char *sql, enum expr_type want) {
  struct data_fault f;
  enum expr_type got = type_of(sql, &f, NULL);
  if (got != want) fail_msg("%s: type %d, want %d; %s", sql, (int)got, (int)want, f.text);
  assert_int_equal(f.exit, 0);
}

static void refused(const char *sql, const char *want) {
  struct data_fault f;
  enum expr_type got = type_of(sql, &f, NULL);
  if (got != EXPR_BAD || strcmp(f.text, want) != 0) fail_msg("%s: type %d, '%s'", sql, (int)got, f.text);
  assert_int_equal(f.exit, DATA_INPUT);
}

static void test_numbers(void **state) {
  (void)state;
  static const char *const cases[] = {"n",
                                      "N",
                                      "1",
                                      "1.5e-3",
                                      ".5",
                                      "- -+~n",
                                      "n + 1 * 2 / 3 % 4 - 5",
                                      "n << 1 >> 1 & 1 | 1",
                                      "n < 1",
                                      "n IS NULL",
                                      "n IS NOT 3",
                                      "t IS 'a'",
                                      "t ISNULL",
                                      "t NOT NULL",
                                      "n NOT BETWEEN 1 AND 2",
                                      "t BETWEEN 'a' AND 'b'",
                                      "t NOT IN ('a', NULL)",
                                      "t NOT LIKE 'a%' ESCAPE '\\'",
                                      "t GLOB '*'",
                                      "NOT NOT n",
                                      "n AND 1 OR NOT n",
                                      "TRUE",
                                      "true = false",
                                      "length(t)",
                                      "abs(n)",
                                      "round(n, 2)",
                                      "instr(t, 'a')",
                                      "number(t)",
                                      "coalesce(NULL, n)",
                                      "min(n, 1)",
                                      "CASE WHEN n THEN 1 END",
                                      "CASE t WHEN 'a' THEN 1 WHEN NULL THEN NULL ELSE n END",
                                      "CAST(n AS INTEGER)",
                                      "CAST(NULL AS REAL)",
                                      "iif(t = 'a', 1, NULL)",
                                      "like('a', t)",
                                      "( ( n ) )",
                                      "n=1",
                                      "n==1\nand\tn!=2"};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) gives(cases[i], EXPR_NUMBER);
}

static void test_texts(void **state) {
  (void)state;
  static const char *const cases[] = {"t",
                                      "\"T\"",
                                      "'it''s'",
                                      "''",
                                      "t || 'x' || t",
                                      "lower(t)",
                                      "substr(t, 1)",
                                      "replace(t, 'a', 'b')",
                                      "trim(t, ' ')",
                                      "CASE WHEN n > 1 THEN 'a' ELSE t END",
                                      "coalesce(t, 'x')",
                                      "nullif(t, 'x')",
                                      "CAST(n AS TEXT)",
                                      "max(t, 'a')",
                                      "iif(n, t, 'x')",
                                      "\"a \"\"b\"\"\""};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) gives(cases[i], EXPR_TEXT);
  gives("NULL", EXPR_NULL);
  gives("CASE WHEN n THEN NULL END", EXPR_NULL);
}

static void test_binding(void **state) {
  (void)state;
  gives("t || 'x' = 'ax'", EXPR_NUMBER);
  gives("t LIKE 'a' || '%'", EXPR_NUMBER);
  gives("t < 'b' = 1", EXPR_NUMBER); /* (t < 'b') = 1 */
  gives("t = 'a' = 1", EXPR_NUMBER); /* (t = 'a') = 1 */
  gives("NOT t = 'a'", EXPR_NUMBER); /* NOT (t = 'a') */
  gives("n BETWEEN 1 AND 2 AND t = 'a'", EXPR_NUMBER);
  gives("t = 'a' OR t = 'b' AND n", EXPR_NUMBER);
  gives("t IN ('a') = 1", EXPR_NUMBER);
  gives("t IS NULL = 1", EXPR_NUMBER); /* t IS NULL is a form of its own: (t IS NULL) = 1 */
  refused("1 = t < 'b' = 'x'", "it: '1 = t < 'b' = 'x'' compares a number with text (at character 1)");
  refused("t = 'a' < 1", "it: ''a' < 1' compares text with a number (at character 5)");
  refused("n + 1 || t", "it: '1' is a number where text is needed (at character 5)");
  refused("n & t = 'a'", "it: 't' is text where a number is needed (at character 5)");
  refused("- t || 'x'", "it: '- t' is text where a number is needed (at character 1)");
}

static void test_refused(void **state) {
  (void)state;
  refused("n = t", "it: 'n = t' compares a number with text (at character 1)");
  refused("1 IN (1, t)", "it: '1 IN (1, t' compares a number with text (at character 1)");
  refused("n BETWEEN 1 AND 'b'", "it: 'n BETWEEN 1 AND 'b'' compares a number with text (at character 1)");
  refused("CASE WHEN t THEN 1 END", "it: 't' is text where a number is needed (at character 11)");
  refused("CASE 1 END", "it: WHEN is expected (at character 8)");
  refused("CASE WHEN n THEN 1 ELSE 2 ELSE 3 END", "it: END is expected (at character 27)");
  refused("nullif(n, 'x')", "it: 'nullif(n, 'x')' mixes a number with text (at character 1)");
  refused("min(n)", "it: 'min' of all rows is not allowed here (at character 1)");
  refused("abs()", "it: ')' is not allowed here (at character 5)");
  refused("abs(n, n)", "it: 'abs' does not take 2 arguments (at character 1)");
  refused("exp(n)", "it: the function 'exp' is not allowed (at character 1)");
  refused("CAST(t AS REAL)", "it: CAST makes 0 of a text that is no number; number(x) refuses it (at character 1)");
  refused("CAST(n AS BLOB)", "it: TEXT, INTEGER or REAL is expected (at character 11)");
  refused("'\xe7\x94\xb7' = x", "it: no such column: x (at character 7)");
  refused("n NOT", "it: it ends too early (at character 6)");
  refused("1e", "it: not a decimal number (at character 1)");
  refused("9007199254740993 = n", "it: not a decimal number (at character 1)");
}

static void test_used(void **state) {
  (void)state;
  struct data_fault f;
  bool used;
  assert_int_equal(type_of("n > 1", &f, &used), EXPR_NUMBER);
  assert_true(used);
  assert_int_equal(type_of("t = 'n'", &f, &used), EXPR_NUMBER);
  assert_false(used);
}

TEST_MAIN(T(test_numbers), T(test_texts), T(test_binding), T(test_refused), T(test_used))
