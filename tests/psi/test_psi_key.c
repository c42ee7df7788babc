/* test_psi_key.c - psi_key.h: what becomes the same key and what does not. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "psi_key.h"

static const struct psi_component
    plain = {(char *)"c", PSI_TEXT, PSI_CASE_KEPT, PSI_SPACES_TRIMMED},
    folded = {(char *)"c", PSI_TEXT, PSI_CASE_IGNORED, PSI_SPACES_TRIMMED},
    dense = {(char *)"c", PSI_TEXT, PSI_CASE_KEPT, PSI_SPACES_REMOVED},
    date = {(char *)"c", PSI_DATE, 0, 0}, identity = {(char *)"c", PSI_IDENTITY_NUMBER, 0, 0};

static void gives(const struct psi_component *c, const char *text, enum psi_value want, const char *normal) {
  struct psi_bytes b = {0};
  assert_true(psi_bytes_add(&b, "before", 6));
  enum psi_value v = psi_normalise(&b, c, text, strlen(text));
  if (v != want) fail_msg("\"%s\" is %d, not %d", text, v, want);
  size_t len = want == PSI_VALUE ? strlen(normal) : 0;
  if (b.len != 6 + len || memcmp(b.at, "before", 6) != 0 || memcmp(b.at + 6, normal, len) != 0)
    fail_msg("\"%s\" gave \"%.*s\", not \"%s\"", text, (int)b.len - 6, b.at + 6, normal);
  free(b.at);
}
static void same(const struct psi_component *c, const char *text, const char *normal) {
  gives(c, text, PSI_VALUE, normal);
}

static void text_is_normalised(void **state) {
  (void)state;
  same(&plain, "Muller", "Muller");
  same(&plain, "  a \t b\n", "a b");
  same(&plain, "\xe3\x80\x80" "a" "\xc2\xa0" "b", "a b");              /* ideographic and no-break spaces  */
  same(&plain, "\xef\xbc\xa1\xef\xbc\x91", "A1");                      /* full-width letters and digits    */
  same(&plain, "u\xcc\x88", "\xc3\xbc");                               /* combining diaeresis              */
  same(&plain, "\xef\xac\x81n", "fin");                                /* ligature                         */
  same(&folded, "STRASSE", "strasse");
  same(&folded, "Stra\xc3\x9f" "e", "strasse");
  same(&folded, "\xe2\x84\xa1", "tel");                                /* a sign whose NFKC is upper case  */
  same(&dense, " 12 34\xc2\xa0" "56 ", "123456");
  gives(&plain, "", PSI_EMPTY, "");
  gives(&plain, " \t ", PSI_EMPTY, "");
  gives(&plain, "a\xff", PSI_BAD, "");
  gives(&plain, "\xc3", PSI_BAD, "");
}

static void dates_have_one_spelling(void **state) {
  (void)state;
  same(&date, "19630704", "19630704");
  same(&date, "1963-07-04", "19630704");
  same(&date, "1963-7-4", "19630704");
  same(&date, " 1963/07/4 ", "19630704");
  same(&date, "1963.7.04", "19630704");
  same(&date, "1963\xe5\xb9\xb4" "7\xe6\x9c\x88" "4\xe6\x97\xa5", "19630704");
  same(&date, "\xef\xbc\x91" "9630704", "19630704");
  same(&date, "20000229", "20000229");
  static const char *const bad[] = {"19630700",
                                    "19631301",
                                    "19000229",
                                    "20230229",
                                    "1963-07/04",
                                    "63-07-04",
                                    "4.7.1963",
                                    "1963-07-04x",
                                    "196307041",
                                    "1963-07-",
                                    "1963--07-04",
                                    "00000101",
                                    "19630431",
                                    "abc",
                                    "1963\xe5\xb9\xb4"
                                    "7\xe6\x9c\x88"
                                    "4"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) gives(&date, bad[i], PSI_BAD, "");
  gives(&date, "  ", PSI_EMPTY, "");
}

/* The number of the standard's own example, and of Wikipedia's. */
static void identity_numbers_are_checked(void **state) {
  (void)state;
  same(&identity, "11010519491231002X", "11010519491231002X");
  same(&identity, "11010519491231002x", "11010519491231002X");
  same(&identity, "440524188001010014", "440524188001010014");
  same(&identity, " 110105 19491231 002X", "11010519491231002X");
  static const char *const bad[] = {"110105194912310021", "11010519491231002", "11010519491231002XX", "1101051949123100AX",
                                    "440524188001010015", "440525188001010014", "110105491231002"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) gives(&identity, bad[i], PSI_BAD, "");
}

/* Any one digit changed, any two neighbours exchanged: found, as MOD 11-2 promises. */
static void slips_of_the_pen_are_found(void **state) {
  (void)state;
  static const char good[] = "11010519491231002X";
  char text[19];
  struct psi_bytes b = {0};
  for (int i = 0; i < 17; i++) {
    for (char c = '0'; c <= '9'; c++) {
      memcpy(text, good, 19);
      text[i] = c;
      assert_int_equal(psi_normalise(&b, &identity, text, 18) == PSI_VALUE, c == good[i]);
    }
    memcpy(text, good, 19);
    text[i] = good[i + 1], text[i + 1] = good[i];
    assert_int_equal(psi_normalise(&b, &identity, text, 18) == PSI_VALUE, good[i] == good[i + 1]);
  }
  free(b.at);
}

TEST_MAIN(T(text_is_normalised), T(dates_have_one_spelling), T(identity_numbers_are_checked),
          T(slips_of_the_pen_are_found))
