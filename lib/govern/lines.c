/* lines.c - see lines.h. */
#include "govern/lines.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* --- writing ----------------------------------------------------------------- */

void smpi_lines_add(struct smpi_lines *l, const char *key, const char *fmt, ...) {
  va_list ap;
  size_t key_len = strlen(key), room = l->size - l->len;
  if (l->is_full || key_len + 1 >= room) {
    l->is_full = true;
    return;
  }
  char *at = l->at + l->len + key_len + 1;
  room -= key_len + 1;
  va_start(ap, fmt);
  int n = vsnprintf(at, room, fmt, ap);
  va_end(ap);
  if (n < 0 || (size_t)n + 1 >= room) { /* the newline, and room for a NUL */
    l->is_full = true;
    return;
  }
  for (char *p = at; *p; p++)
    if ((unsigned char)*p < 0x20 || *p == 0x7f) *p = '?';
  memcpy(l->at + l->len, key, key_len);
  l->at[l->len + key_len] = ' ';
  at[n] = '\n';
  l->len += key_len + 1 + (size_t)n + 1;
}

void smpi_lines_add_bytes(struct smpi_lines *l, const char *key, const void *bytes, size_t len) {
  char text[SMPI_B64_64];
  sodium_bin2base64(text, sizeof text, bytes, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  smpi_lines_add(l, key, "%s", text);
}

void smpi_lines_add_indexed(struct smpi_lines *l, const char *key, unsigned index, const void *bytes, size_t len) {
  char text[SMPI_B64_64];
  sodium_bin2base64(text, sizeof text, bytes, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  smpi_lines_add(l, key, "%u %s", index, text);
}

void smpi_lines_add_number(struct smpi_lines *l, const char *key, uint64_t v) {
  smpi_lines_add(l, key, "%llu", (unsigned long long)v);
}

void smpi_lines_add_count(struct smpi_lines *l, const char *key, bool is_known, uint64_t v) {
  if (is_known) smpi_lines_add_number(l, key, v);
  else smpi_lines_add(l, key, "-");
}

/* --- reading ----------------------------------------------------------------- */

static bool is_clean(struct smpi_slice s) {
  for (size_t i = 0; i < s.len; i++)
    if ((unsigned char)s.at[i] < 0x20 || s.at[i] == 0x7f) return false;
  return true;
}

bool smpi_lines_next(struct smpi_slice *in, struct smpi_slice *key, struct smpi_slice *value) {
  const char *end = in->len == 0 ? NULL : memchr(in->at, '\n', in->len);
  const char *space = end == NULL ? NULL : memchr(in->at, ' ', (size_t)(end - in->at));
  if (space == NULL || space == in->at) return false;
  *key = (struct smpi_slice){in->at, (size_t)(space - in->at)};
  *value = (struct smpi_slice){space + 1, (size_t)(end - space - 1)};
  if (!is_clean(*key) || !is_clean(*value)) return false;
  in->len -= (size_t)(end + 1 - in->at);
  in->at = end + 1;
  return true;
}

bool smpi_slice_is(struct smpi_slice s, const char *text) {
  return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

bool smpi_slice_equal(struct smpi_slice a, struct smpi_slice b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool smpi_get_number(uint64_t *v, struct smpi_slice s) {
  uint64_t got = 0;
  *v = 0;
  if (s.len == 0 || s.len > 18 || (s.at[0] == '0' && s.len > 1)) return false;
  for (size_t i = 0; i < s.len; i++) {
    if (s.at[i] < '0' || s.at[i] > '9') return false;
    got = 10 * got + (uint64_t)(s.at[i] - '0');
  }
  *v = got;
  return true;
}

bool smpi_get_millionths(uint64_t *v, struct smpi_slice s) {
  const char *point = s.len == 0 ? NULL : memchr(s.at, '.', s.len);
  size_t whole = point == NULL ? s.len : (size_t)(point - s.at);
  uint64_t scale = 100000;
  bool good =
      whole <= 6 && smpi_get_number(v, (struct smpi_slice){s.at, whole}) && (point == NULL || s.len > whole + 1);
  *v = good ? *v * 1000000 : 0;
  for (size_t i = whole + 1; i < s.len && good; i++, scale /= 10) {
    good = s.at[i] >= '0' && s.at[i] <= '9' && scale > 0;
    if (good) *v += (uint64_t)(s.at[i] - '0') * scale;
  }
  if (!good) *v = 0;
  return good;
}

static bool is_ascii(struct smpi_slice s) {
  for (size_t i = 0; i < s.len; i++)
    if ((unsigned char)s.at[i] > 0x7e) return false;
  return true;
}

/* libsodium refuses spare bits that are not zero, so each value has one text; but its
 * decoder takes '-' and '_' with the top bit set for themselves. */
bool smpi_get_bytes(uint8_t *out, size_t len, struct smpi_slice s) {
  size_t got = 0;
  bool good = is_ascii(s) && sodium_base642bin(out, len, s.at, s.len, NULL, &got, NULL,
                                sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 && got == len;
  if (!good) memset(out, 0, len);
  return good;
}

void smpi_put_time(char out[SMPI_TIME_LEN], int64_t t) {
  struct tm tm = {0};
  time_t when = (time_t)t;
  if (gmtime_r(&when, &tm) == NULL || strftime(out, SMPI_TIME_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm) != SMPI_TIME_LEN - 1)
    strcpy(out, "1970-01-01T00:00:00Z");
}

/* "####-##-##T##:##:##Z" into its six numbers. */
static bool six_numbers(int v[6], const char *text) {
  static const char form[] = "####-##-##T##:##:##Z";
  int field = 0;
  memset(v, 0, 6 * sizeof *v);
  for (size_t i = 0; i < sizeof form - 1; i++) {
    if (form[i] != '#') {
      if (text[i] != form[i]) return false;
      field++;
    } else if (text[i] < '0' || text[i] > '9') return false;
    else v[field] = 10 * v[field] + (text[i] - '0');
  }
  return true;
}

/* What comes back must be what was read: February has no 30th. */
bool smpi_get_time(int64_t *t, struct smpi_slice s) {
  char again[SMPI_TIME_LEN];
  int v[6];
  *t = 0;
  if (s.len != SMPI_TIME_LEN - 1 || !six_numbers(v, s.at)) return false;
  struct tm tm = {
      .tm_year = v[0] - 1900, .tm_mon = v[1] - 1, .tm_mday = v[2], .tm_hour = v[3], .tm_min = v[4], .tm_sec = v[5]};
  int64_t got = timegm(&tm);
  smpi_put_time(again, got);
  if (memcmp(again, s.at, s.len) != 0) return false;
  *t = got;
  return true;
}

bool smpi_get_day(int64_t *t, struct smpi_slice s) {
  char text[SMPI_TIME_LEN];
  *t = 0;
  if (s.len != 10) return false;
  memcpy(text, s.at, 10);
  strcpy(text + 10, "T00:00:00Z");
  return smpi_get_time(t, (struct smpi_slice){text, SMPI_TIME_LEN - 1});
}
