/* own_keys.c - see own_keys.h. */
#include "own_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the rows ------------------------------------------------------------------------ */

static bool grow(struct own_keys *k) {
  if (k->items.n < k->cap) return true;
  size_t cap = 2 * k->cap + 1024;
  size_t *from = realloc(k->from, cap * sizeof *from);
  if (from != NULL) k->from = from;
  uint32_t *cell = realloc(k->cell, cap * sizeof *cell);
  if (cell != NULL) k->cell = cell;
  if (from == NULL || cell == NULL) return false;
  k->cap = cap;
  return true;
}

static bool take_row(void *user, size_t cell, const char *const *value, const size_t *len) {
  struct own_keys *k = user;
  const struct question *q = k->question;
  size_t before = k->bytes.len;
  if (!grow(k)) return false;
  enum psi_value v = psi_key_add(&k->bytes, q->distinct, q->n_distinct, q->empty_matches, value, len);
  if (v == PSI_NO_MEMORY) return false;
  if (v != PSI_VALUE) return k->without++, true;
  k->from[k->items.n] = before;
  k->cell[k->items.n++] = (uint32_t)cell;
  return true;
}

/* Pointers and lengths, now that the bytes lie still. */
static bool lay_out(struct own_keys *k) {
  k->at = calloc(k->items.n + 1, sizeof *k->at);
  k->len = calloc(k->items.n + 1, sizeof *k->len);
  if (k->at == NULL || k->len == NULL) return false;
  for (size_t i = 0; i < k->items.n; i++) {
    k->at[i] = k->bytes.at + k->from[i];
    k->len[i] = (i + 1 < k->items.n ? k->from[i + 1] : k->bytes.len) - k->from[i];
  }
  k->items.item = k->at;
  k->items.len = k->len;
  return true;
}

/* --- each key once --------------------------------------------------------------------- */

static int compare(const struct own_keys *k, size_t x, size_t y) {
  size_t n = k->len[x] < k->len[y] ? k->len[x] : k->len[y];
  int c = memcmp(k->at[x], k->at[y], n);
  if (c != 0) return c;
  return k->len[x] < k->len[y] ? -1 : k->len[x] > k->len[y];
}

/* Equal keys in the order of their rows. */
static int compare_rows(const void *x, const void *y, void *user) {
  size_t i = *(const size_t *)x, j = *(const size_t *)y;
  int c = compare(user, i, j);
  return c != 0 ? c : i < j ? -1 : i > j;
}

static bool count_once(struct own_keys *k, int64_t *counts) {
  size_t *order = calloc(k->items.n + 1, sizeof *order);
  if (order == NULL) return false;
  for (size_t i = 0; i < k->items.n; i++) order[i] = i;
  qsort_r(order, k->items.n, sizeof *order, compare_rows, k);
  for (size_t i = 0; i < k->items.n; i++)
    if (i == 0 || compare(k, order[i - 1], order[i]) != 0) counts[k->cell[order[i]]]++;
  free(order);
  return true;
}

static int no_memory(struct data_fault *f) {
  snprintf(f->text, sizeof f->text, "out of memory");
  return f->exit = DATA_MACHINE;
}

int own_keys_read(struct own_keys *k, int64_t *counts, struct data *d, struct data_report *report,
                  const struct question *q, struct data_fault *f) {
  const char *column[PSI_MAX_KEY];
  for (unsigned i = 0; i < q->n_distinct; i++) column[i] = q->distinct[i].column;
  const struct data_keys keys = {column, q->n_distinct};
  *k = (struct own_keys){.question = q};
  memset(counts, 0, q->n_cells * sizeof *counts);
  int exit = data_each_cell(d, &keys, take_row, k, report, &q->data, f);
  if (exit == 0 && (!lay_out(k) || !count_once(k, counts))) exit = no_memory(f);
  return exit;
}

void own_keys_free(struct own_keys *k) {
  if (k->bytes.at != NULL) explicit_bzero(k->bytes.at, k->bytes.len);
  free(k->bytes.at);
  free(k->from);
  free(k->len);
  free(k->cell);
  free(k->at);
  memset(k, 0, sizeof *k);
}
