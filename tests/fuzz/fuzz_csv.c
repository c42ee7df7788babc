/* A CSV file of any bytes: loaded or refused, the same in whatever pieces it is
 * read, and never a message that shows a value. */
#include "examples/common/data_load.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct result {
  struct data_fault fault;
  int64_t rows;
};

static void load(struct result *r, const struct data_config *c, const char *bytes, size_t len, size_t piece) {
  struct data_load *l = malloc(sizeof *l);
  sqlite3 *db;
  memset(r, 0, sizeof *r);
  if (l == NULL || sqlite3_open(":memory:", &db) != SQLITE_OK) abort();
  int exit = data_load_init(l, db, c, &r->fault);
  for (size_t at = 0; at < len && exit == 0; at += piece)
    exit = data_load_feed(l, bytes + at, len - at < piece ? len - at : piece);
  if (exit == 0) exit = data_load_end(l);
  if (exit != r->fault.exit || (exit != 0) != (r->fault.text[0] != 0)) abort();
  r->rows = l->rows;
  data_load_free(l);
  free(l);
  sqlite3_close(db);
}

/* The first byte chooses the form, the second the pieces. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  static char n[] = "n", t[] = "t", none[] = "-9";
  static char *missing[] = {none};
  struct data_column columns[] = {{n, DATA_NUMBER}, {t, DATA_TEXT}};
  if (len < 2) return 0;
  struct data_config c = {.columns = columns,
                          .n_columns = bytes[0] & 1 ? 1 : 2,
                          .header = bytes[0] & 1,
                          .encoding = bytes[0] & 2 ? DATA_GB18030 : DATA_UTF8,
                          .delimiter = bytes[0] & 4 ? ';' : 0};
  if (bytes[0] & 8) c.missing = missing, c.n_missing = 1;
  struct result whole, pieces;
  load(&whole, &c, (const char *)bytes + 2, len - 2, len);
  load(&pieces, &c, (const char *)bytes + 2, len - 2, 1 + bytes[1] % 16);
  if (whole.rows != pieces.rows || strcmp(whole.fault.text, pieces.fault.text) != 0) abort();
  return 0;
}
