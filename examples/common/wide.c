/* wide.c - see wide.h. */
#include "wide.h"

#include <string.h>

#include <unistr.h>
#include <uniwidth.h>

size_t wide_width(const char *text) {
  const uint8_t *at = (const uint8_t *)text;
  size_t left = strlen(text), columns = 0;
  while (left > 0) {
    ucs4_t c;
    int len = u8_mbtoucr(&c, at, left);
    if (len <= 0) { /* not UTF-8: one byte, one replacement character */
      len = 1;
      columns++;
    } else {
      int wide = uc_width(c, "UTF-8");
      if (wide > 0) columns += (size_t)wide;
    }
    at += len;
    left -= (size_t)len;
  }
  return columns;
}

int wide_put(FILE *out, const char *text, size_t columns, int right) {
  size_t have = wide_width(text);
  int fill = columns > have ? (int)(columns - have) : 0;
  int wrote = right ? fprintf(out, "%*s%s", fill, "", text) : fprintf(out, "%s%*s", text, fill, "");
  return wrote < 0 ? -1 : 0;
}
