/* rowsets.c - see rowsets.h. */
#include "govern/rowsets.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

enum { TEXT = 4 * ((SMPI_SKETCH_WORDS * 8 + 2) / 3) + 1 };

static void forget(struct smpi_rowsets *list) {
  smpi_free(list->now.word);
  memset(&list->now, 0, sizeof list->now);
}

static void on_run(struct smpi_rowsets *list, const struct smpi_entry *e) {
  struct smpi_slice question = smpi_entry_get(e, "question");
  forget(list);
  list->releases = false;
  smpi_entry_digest(list->now.session, e, "session");
  snprintf(list->now.question, sizeof list->now.question, "%.*s", (int)smpi_min(question.len, 100), question.at);
}

/* One that cannot be read cannot be compared: this party signed its journal itself. */
static void on_rows(struct smpi_rowsets *list, const struct smpi_entry *e) {
  struct smpi_slice text = smpi_entry_get(e, "sketch");
  uint64_t word[SMPI_SKETCH_WORDS];
  size_t len = 0;
  if (sodium_base642bin((uint8_t *)word, sizeof word, text.at, text.len, NULL, &len, NULL,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 || len < 16 || len % 8 != 0 || list->now.word != NULL)
    return;
  list->now.n = (unsigned)(len / 8);
  list->now.least = smpi_entry_number(e, "least");
  list->now.word = smpi_alloc(list->now.n, sizeof *word);
  if (list->now.word == NULL) list->err = SMPC_E_NOMEM;
  else memcpy(list->now.word, word, len);
}

static bool make_room(struct smpi_rowsets *list) {
  if (list->n < list->room) return true;
  size_t room = list->room == 0 ? 16 : 2 * list->room;
  struct smpi_rowset *more = smpi_alloc(room, sizeof *more);
  if (more == NULL) return list->err = SMPC_E_NOMEM, false;
  if (list->n > 0) memcpy(more, list->at, list->n * sizeof *more);
  smpi_free(list->at);
  list->at = more;
  list->room = room;
  return true;
}

void smpi_rowsets_seen(struct smpi_rowsets *list, const struct smpi_entry *e) {
  if (e->kind == SMPI_RUN) on_run(list, e);
  if (e->kind == SMPI_RELEASE) list->releases = true;
  if (e->kind == SMPI_ROWS) on_rows(list, e);
  bool is_use = e->kind == SMPI_OPEN || e->kind == SMPI_HOLD || e->kind == SMPI_ITEMS;
  if (!is_use || list->releases || list->now.word == NULL || !make_room(list)) return;
  list->at[list->n++] = list->now;
  list->now.word = NULL; /* once a session */
}

void smpi_rowsets_free(struct smpi_rowsets *list) {
  forget(list);
  for (size_t i = 0; i < list->n; i++) smpi_free(list->at[i].word);
  smpi_free(list->at);
  memset(list, 0, sizeof *list);
}

const struct smpi_rowset *smpi_rowsets_close_to(bool *is_short, const struct smpi_rowsets *list,
                                                const struct smpi_sketch *k, const uint8_t sign_secret[64]) {
  uint64_t word[SMPI_SKETCH_WORDS];
  const struct smpi_rowset *found = NULL;
  *is_short = false;
  for (size_t i = 0; i < list->n && found == NULL; i++) {
    const struct smpi_rowset *r = &list->at[i];
    unsigned n = (unsigned)smpi_min(r->n, k->n);
    uint64_t least = r->least > k->least ? r->least : k->least;
    memcpy(word, r->word, r->n * sizeof *word);
    smpi_sketch_crypt(word, r->n, sign_secret, r->session);
    unsigned apart = smpi_sketch_apart_vt(k->word, word, n);
    *is_short = apart == n && least != 0 && n < smpi_sketch_words(least - 1); /* many, or only more than it tells */
    if (*is_short || (apart != 0 && apart < n && apart < least)) found = r;
  }
  smpi_wipe(word, sizeof word);
  return found;
}

void smpi_rowsets_lines(struct smpi_lines *l, struct smpi_sketch *k, const uint8_t sign_secret[64],
                        const uint8_t session[32]) {
  char text[TEXT];
  smpi_sketch_crypt(k->word, k->n, sign_secret, session);
  sodium_bin2base64(text, sizeof text, (const uint8_t *)k->word, k->n * sizeof *k->word,
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  smpi_lines_add_number(l, "least", k->least);
  smpi_lines_add(l, "sketch", "%s", text);
}
