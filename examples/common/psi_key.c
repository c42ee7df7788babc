/* psi_key.c - see psi_key.h. */
#include "psi_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>
#include <unistring/version.h>

bool psi_bytes_add(struct psi_bytes *b, const void *data, size_t len) {
  if (b->cap - b->len < len) {
    size_t cap = 2 * b->cap + len + 64;
    uint8_t *more = realloc(b->at, cap);
    if (more == NULL) return false;
    b->at = more;
    b->cap = cap;
  }
  if (len != 0) memcpy(b->at + b->len, data, len);
  b->len += len;
  return true;
}

/* What the NEWS of libunistring say of its releases. */
const char *psi_unicode(void) {
  switch (_libunistring_version >> 8) {
  case 0x0100: return "14.0.0";
  case 0x0101: return "15.0.0";
  case 0x0102: return "15.1.0";
  case 0x0103: return "16.0.0";
  }
  return "?";
}

/* --- text --------------------------------------------------------------------- */

/* Add s without the spaces that do not count. */
static bool add_spaced(struct psi_bytes *b, const uint8_t *s, size_t len, enum psi_spaces spaces) {
  bool pending = false, has_begun = false;
  ucs4_t c;
  for (size_t at = 0, width; at < len; at += width) {
    width = (size_t)u8_mbtouc(&c, s + at, len - at);
    if (uc_is_property_white_space(c)) {
      pending = has_begun && spaces == PSI_SPACES_TRIMMED;
      continue;
    }
    if (pending && !psi_bytes_add(b, " ", 1)) return false;
    if (!psi_bytes_add(b, s + at, width)) return false;
    pending = false;
    has_begun = true;
  }
  return true;
}

/* NFKC, then case, then spaces. */
static enum psi_value add_text(struct psi_bytes *b, const char *text, size_t len, enum psi_case letter_case,
                               enum psi_spaces spaces) {
  size_t before = b->len, n = 0;
  if (u8_check((const uint8_t *)text, len) != NULL) return PSI_BAD;
  uint8_t *s = u8_normalize(UNINORM_NFKC, (const uint8_t *)text, len, NULL, &n);
  if (s != NULL && letter_case == PSI_CASE_IGNORED) {
    uint8_t *folded = u8_casefold(s, n, NULL, UNINORM_NFKC, NULL, &n);
    free(s);
    s = folded;
  }
  bool added = s != NULL && add_spaced(b, s, n, spaces);
  free(s);
  if (!added) return b->len = before, PSI_NO_MEMORY;
  return b->len == before ? PSI_EMPTY : PSI_VALUE;
}

/* --- dates --------------------------------------------------------------------- */

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/* The number in at least `min` and at most `max` digits from *at on. */
static bool digits(unsigned *value, const uint8_t *s, size_t len, size_t *at, unsigned min, unsigned max) {
  unsigned n = 0;
  *value = 0;
  for (; n < max && *at < len && is_digit(s[*at]); n++) *value = 10 * *value + (s[(*at)++] - '0');
  return n >= min;
}

static bool day_exists(unsigned y, unsigned m, unsigned d) {
  static const uint8_t days[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool is_leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
  return y >= 1 && m >= 1 && m <= 12 && d >= 1 && d <= days[m - 1] && (is_leap || m != 2 || d <= 28);
}

/* One of the texts at s + *at is passed over: which, or -1. */
static int pass(const uint8_t *s, size_t len, size_t *at, const char *const *text, int n) {
  for (int i = 0; i < n; i++) {
    size_t width = strlen(text[i]);
    if (len - *at < width || memcmp(s + *at, text[i], width) != 0) continue;
    *at += width;
    return i;
  }
  return -1;
}

/* yyyymmdd, or year, month and day between one kind of mark. */
static bool read_date(unsigned ymd[3], const uint8_t *s, size_t len) {
  static const char *const first[] = {"-", "/", ".", "\xe5\xb9\xb4" /* year */};
  static const char *const second[] = {"-", "/", ".", "\xe6\x9c\x88" /* month */};
  static const char *const third[] = {"\xe6\x97\xa5" /* day */};
  size_t at = 0;
  if (!digits(&ymd[0], s, len, &at, 4, 4)) return false;
  if (len == 8 && digits(&ymd[1], s, len, &at, 2, 2) && digits(&ymd[2], s, len, &at, 2, 2)) return true;
  at = 4;
  int mark = pass(s, len, &at, first, 4);
  if (mark < 0 || !digits(&ymd[1], s, len, &at, 1, 2) || pass(s, len, &at, second, 4) != mark) return false;
  if (!digits(&ymd[2], s, len, &at, 1, 2)) return false;
  if (mark == 3 && pass(s, len, &at, third, 1) != 0) return false;
  return at == len;
}

static enum psi_value make_date(struct psi_bytes *b, size_t from) {
  unsigned ymd[3];
  uint8_t out[8];
  if (!read_date(ymd, b->at + from, b->len - from) || !day_exists(ymd[0], ymd[1], ymd[2])) return PSI_BAD;
  unsigned all = ymd[0] * 10000 + ymd[1] * 100 + ymd[2];
  for (int i = 7; i >= 0; i--, all /= 10) out[i] = (uint8_t)('0' + all % 10);
  b->len = from;
  return psi_bytes_add(b, out, sizeof out) ? PSI_VALUE : PSI_NO_MEMORY;
}

/* --- identity numbers ------------------------------------------------------------ */

/* GB 11643-1999: the last character is an ISO 7064 MOD 11-2 check digit. */
static enum psi_value check_identity(struct psi_bytes *b, size_t from) {
  static const uint8_t weight[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  uint8_t *s = b->at + from;
  unsigned sum = 0, ymd[3];
  if (b->len - from != 18) return PSI_BAD;
  for (int i = 0; i < 17; i++) {
    if (!is_digit(s[i])) return PSI_BAD;
    sum += weight[i] * (unsigned)(s[i] - '0');
  }
  if (s[17] == 'x') s[17] = 'X';
  if (s[17] != (uint8_t)"10X98765432"[sum % 11]) return PSI_BAD;
  return read_date(ymd, s + 6, 8) && day_exists(ymd[0], ymd[1], ymd[2]) ? PSI_VALUE : PSI_BAD;
}

/* ------------------------------------------------------------------------------------ */

enum psi_value psi_normalise(struct psi_bytes *b, const struct psi_component *c, const char *text, size_t len) {
  size_t before = b->len;
  enum psi_value v = c->form == PSI_TEXT
                         ? add_text(b, text, len, (enum psi_case)c->letter_case, (enum psi_spaces)c->spaces)
                         : add_text(b, text, len, PSI_CASE_KEPT, PSI_SPACES_REMOVED);
  if (v == PSI_VALUE && c->form == PSI_DATE) v = make_date(b, before);
  if (v == PSI_VALUE && c->form == PSI_IDENTITY_NUMBER) v = check_identity(b, before);
  if (v != PSI_VALUE) b->len = before;
  return v;
}

/* --- the key of a row ------------------------------------------------------------------ */

/* Append length and normal form of a component. */
static enum psi_value add_component(struct psi_bytes *b, const struct psi_component *c, bool empty_matches, const char *text,
                                    size_t text_len) {
  const uint8_t room[4] = {0};
  size_t head = b->len;
  if (!psi_bytes_add(b, room, sizeof room)) return PSI_NO_MEMORY;
  enum psi_value v = text != NULL ? psi_normalise(b, c, text, text_len) : PSI_EMPTY;
  size_t len = b->len - head - sizeof room;
  for (int i = 0; i < 4; i++) b->at[head + (size_t)i] = (uint8_t)(len >> (8 * i));
  return v == PSI_EMPTY && empty_matches ? PSI_VALUE : v;
}

enum psi_value psi_key_add(struct psi_bytes *b, const struct psi_component *key, unsigned n_key, bool empty_matches,
                           const char *const *text, const size_t *len) {
  size_t before = b->len;
  enum psi_value worst = PSI_VALUE;
  for (unsigned k = 0; k < n_key && worst != PSI_NO_MEMORY; k++) {
    enum psi_value v = add_component(b, &key[k], empty_matches, text[k], len[k]);
    if (v > worst) worst = v;
  }
  if (worst != PSI_VALUE) b->len = before;
  return worst;
}

bool psi_key_check(const struct psi_component *key, unsigned n_key, char *why, size_t why_len) {
  for (unsigned i = 0; i < n_key; i++) {
    const struct psi_component *c = &key[i];
    if (c->form != PSI_TEXT && (c->letter_case != PSI_CASE_KEPT || c->spaces != PSI_SPACES_TRIMMED))
      return snprintf(why, why_len, "\"%s\": `case` and `spaces` are for text", c->column), false;
    for (unsigned j = 0; j < i; j++)
      if (strcmp(key[j].column, c->column) == 0) return snprintf(why, why_len, "\"%s\" stands there twice", c->column), false;
  }
  return true;
}
