/* cohort.c - see cohort.h. */
#include "cohort.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

bool cohort_is_wanted(const smpc_study *study) {
  for (unsigned i = 0; study != NULL && i < study->n_questions; i++)
    if (study->question[i].min_change != 0) return true;
  return false;
}

static bool make_room(struct cohort *c) {
  if (c->n < c->room) return true;
  size_t room = c->room != 0 ? 2 * c->room : 1024;
  uint64_t *row = calloc(room, sizeof *row);
  if (row == NULL) return false;
  if (c->n != 0) memcpy(row, c->row, c->n * sizeof *row);
  if (c->row != NULL) sodium_memzero(c->row, c->n * sizeof *row);
  free(c->row);
  c->row = row;
  c->room = room;
  return true;
}

static bool add(struct cohort *c, crypto_generichash_state *st) {
  unsigned char hash[crypto_generichash_BYTES_MIN];
  if (!make_room(c)) return false;
  crypto_generichash_final(st, hash, sizeof hash);
  memcpy(&c->row[c->n++], hash, sizeof *c->row);
  return true;
}

bool cohort_add(struct cohort *c, const void *record, size_t len) {
  crypto_generichash_state st;
  crypto_generichash_init(&st, NULL, 0, crypto_generichash_BYTES_MIN);
  crypto_generichash_update(&st, record, len);
  return add(c, &st);
}

bool cohort_add_items(struct cohort *c, const smpc_items *items) {
  for (size_t i = 0; i < items->n; i++) {
    const void *item = items->item != NULL ? (const void *)items->item[i] : (const char *)items->flat + i * items->item_len;
    if (!cohort_add(c, item, items->len != NULL ? items->len[i] : items->item_len)) return false;
  }
  return true;
}

/* --- rows of a file ----------------------------------------------------------------- */

struct reading { struct cohort *c; unsigned needed; }; /* values that a complete case has */

static void add_field(crypto_generichash_state *st, const char *text) {
  uint64_t len = text == NULL ? UINT64_MAX : strlen(text); /* a missing value is no empty one */
  crypto_generichash_update(st, (const unsigned char *)&len, sizeof len);
  if (text != NULL) crypto_generichash_update(st, (const unsigned char *)text, strlen(text));
}

static bool take(void *user, const struct data_row *row) {
  const struct reading *r = user;
  crypto_generichash_state st;
  if (!row->belongs) return true;
  for (unsigned i = 0; i < r->needed; i++)
    if (isnan(row->value[i])) return true;
  crypto_generichash_init(&st, NULL, 0, crypto_generichash_BYTES_MIN);
  for (unsigned i = 0; i < row->n_own; i++) add_field(&st, row->own[i]);
  return add(r->c, &st);
}

int cohort_read(struct cohort *c, struct data *d, const struct data_question *q, bool complete, struct data_fault *f) {
  struct data_question about = *q;
  struct reading r = {c, complete ? q->n_strata : 0};
  if (!complete) about.n_strata = 0; /* its values may be text, and do not matter */
  return data_each(d, &about, take, &r, NULL, f);
}

void cohort_free(struct cohort *c) {
  if (c->row != NULL) sodium_memzero(c->row, c->n * sizeof *c->row);
  free(c->row);
  memset(c, 0, sizeof *c);
}
