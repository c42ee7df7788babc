/* data_number.c - faults, and text as a number. */
#include "data_impl.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int data_fail(struct data_fault *f, int exit, const char *fmt, ...) {
  if (f->exit != 0) return f->exit;
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(f->text, sizeof f->text, fmt, ap);
  va_end(ap);
  return f->exit = exit;
}

/* The parts of a decimal number. */
struct decimal {
  uint64_t digits; /* all digits as one number, when there are at most 15 */
  int n_digits;    /* significant or leading zeros after the first digit  */
  int n_fraction;
  bool negative, has_exponent;
};

static size_t scan_digits(struct decimal *d, const char *text, size_t len) {
  size_t i = 0;
  for (; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
    if (d->n_digits < 16) d->digits = 10 * d->digits + (uint64_t)(text[i] - '0');
    d->n_digits += d->n_digits < 1000;
  }
  return i;
}

static bool scan_exponent(struct decimal *d, const char *text, size_t len) {
  struct decimal exponent = {0};
  size_t sign = len > 0 && (text[0] == '-' || text[0] == '+');
  d->has_exponent = true;
  return len > sign && scan_digits(&exponent, text + sign, len - sign) == len - sign;
}

/* Is the whole text a decimal number? */
static bool scan_decimal(struct decimal *d, const char *text, size_t len) {
  size_t at = len > 0 && (text[0] == '-' || text[0] == '+');
  d->negative = at > 0 && text[0] == '-';
  at += scan_digits(d, text + at, len - at);
  if (at < len && text[at] == '.') {
    size_t fraction = scan_digits(d, text + at + 1, len - at - 1);
    d->n_fraction = (int)(fraction < 1000 ? fraction : 1000);
    at += 1 + fraction;
  }
  if (d->n_digits == 0) return false;
  if (at < len && (text[at] == 'e' || text[at] == 'E')) return scan_exponent(d, text + at + 1, len - at - 1);
  return at == len;
}

bool data_is_exact(double value) { return isfinite(value) && (fabs(value) < 0x1p53 || value != floor(value)); }

/* The rare long number: by the C library, in the "C" locale whatever the
 * program has set. */
static bool long_decimal(double *value, const char *text, size_t len) {
  char copy[400];
  if (len >= sizeof copy) return false;
  memcpy(copy, text, len);
  copy[len] = 0;
  locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (c == (locale_t)0) return false;
  *value = strtod_l(copy, NULL, c);
  freelocale(c);
  return true;
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool data_number(double *value, const char *text, size_t len) {
  static const double power[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  for (; len > 0 && is_blank(text[0]); text++) len--;
  while (len > 0 && is_blank(text[len - 1])) len--;
  struct decimal d = {0};
  if (!scan_decimal(&d, text, len)) return false;
  if (d.n_digits <= 15 && !d.has_exponent) { /* both exact in a double, so the quotient is the nearest double */
    *value = (double)d.digits / power[d.n_fraction];
    if (d.negative) *value = -*value;
    return true;
  }
  return long_decimal(value, text, len) && data_is_exact(*value);
}

const char *data_text(char room[DATA_NUMBER_TEXT], sqlite3_stmt *st, int column) {
  if (sqlite3_column_type(st, column) != SQLITE_FLOAT) return (const char *)sqlite3_column_text(st, column);
  double value = sqlite3_column_double(st, column);
  snprintf(room, DATA_NUMBER_TEXT, "%.15g", value);
  if (strtod(room, NULL) != value) snprintf(room, DATA_NUMBER_TEXT, "%.17g", value);
  return room;
}
