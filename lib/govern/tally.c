/* tally.c - see tally.h. */
#include "govern/tally.h"

#include <string.h>

#include "base/mem.h"
#include "govern/versions.h"

/* What this party had behind an opening; of those over as many rows and after as many inputs, in
 * this version the first: later ones had the same input, or were refused. */
static void remember(struct smpi_tally *t, const struct smpi_entry *at, const char *commitment) {
  struct smpi_earlier e = {.rows = t->own_rows, .inputs = smpi_entry_number(at, "inputs")};
  smpi_entry_digest(e.session, at, "session");
  smpi_entry_digest(e.commitment, at, commitment);
  for (size_t i = 0; i < t->n_earlier && !t->is_old; i++)
    if (t->earlier[i].rows == e.rows && t->earlier[i].inputs == e.inputs) return;
  if (t->n_earlier == t->room) {
    size_t room = t->room == 0 ? 16 : 2 * t->room;
    struct smpi_earlier *more = smpi_alloc(room, sizeof *more);
    if (more == NULL) {
      t->err = SMPC_E_NOMEM;
      return;
    }
    if (t->n_earlier > 0) memcpy(more, t->earlier, t->n_earlier * sizeof *more);
    smpi_free(t->earlier);
    t->earlier = more;
    t->room = room;
  }
  t->earlier[t->n_earlier++] = e;
}

static void on_run(struct smpi_tally *t, const struct smpi_entry *e) {
  uint8_t study[32];
  smpi_entry_digest(study, e, "study");
  t->is_mine = smpi_versions_has(t->study, study) && smpi_slice_is(smpi_entry_get(e, "question"), t->question->name);
  t->is_old = memcmp(study, t->study->digest, 32) != 0;
  t->counted = t->releases = t->has_rows = false;
}

/* Rows count once in a session, and from its first opening on. */
static void on_rows(struct smpi_tally *t, const struct smpi_entry *e, const char *key, const char *commitment) {
  uint64_t rows;
  if (!smpi_get_number(&rows, smpi_entry_get(e, key))) return;
  t->told = !t->has_rows;
  if (t->told) t->rows = smpi_entry_add(t->rows, rows);
  t->has_rows = true;
  t->own_rows = rows;
  remember(t, e, commitment);
}

/* A session that announced an opening counts as a run, whatever became of it; with
 * sight, a held result has been opened as well, to its reviewers. */
static void on_opening(struct smpi_tally *t, const struct smpi_entry *e) {
  bool is_counted_twice = e->kind == SMPI_HOLD && smpi_slice_is(smpi_entry_get(e, "review"), "sight");
  t->runs += !t->counted;
  t->counted = true;
  if (!is_counted_twice) t->values = smpi_entry_add(t->values, smpi_entry_values(e));
  on_rows(t, e, "own-rows", "input");
}

void smpi_tally_items(struct smpi_tally *t, const uint64_t size[SMPC_MAX_PARTIES]) {
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) {
    t->items[i] = smpi_entry_add(t->items[i], size[i]);
    t->items_in_all = smpi_entry_add(t->items_in_all, size[i]);
  }
}

static void on_items(struct smpi_tally *t, const struct smpi_entry *e) {
  uint64_t size[SMPC_MAX_PARTIES] = {0}, n;
  unsigned i;
  for (unsigned k = 0; smpi_get_counted(&i, &n, smpi_entry_get_at(e, "set", k)); k++) size[i] = smpi_entry_add(size[i], n);
  smpi_tally_items(t, size);
}

void smpi_tally_seen(struct smpi_tally *t, const struct smpi_entry *e) {
  t->told = false;
  if (e->kind == SMPI_RUN) on_run(t, e);
  if (!t->is_mine) return;
  if (e->kind == SMPI_ITEMS) on_items(t, e);
  if (e->kind == SMPI_RELEASE) t->releases = true;
  if ((e->kind == SMPI_OPEN || e->kind == SMPI_HOLD) && !t->releases) on_opening(t, e);
  if (e->kind == SMPI_END && t->counted && !t->has_rows) on_rows(t, e, "rows", "commitment"); /* an older journal */
}

bool smpi_tally_is_close(const struct smpi_tally *t, uint64_t rows) {
  for (size_t i = 0; i < t->n_earlier; i++) {
    uint64_t before = t->earlier[i].rows, change = rows > before ? rows - before : before - rows;
    if (change != 0 && change < t->question->min_change) return true;
  }
  return false;
}

smpc_err smpi_tally_same_rows(struct smpi_earlier **list, size_t *n, const struct smpi_tally *t, uint64_t rows) {
  *n = 0;
  *list = smpi_alloc(t->n_earlier, sizeof **list);
  if (*list == NULL) return SMPC_E_NOMEM;
  for (size_t i = 0; i < t->n_earlier; i++)
    if (t->earlier[i].rows == rows) (*list)[(*n)++] = t->earlier[i];
  return SMPC_OK;
}

void smpi_tally_free(struct smpi_tally *t) {
  smpi_free(t->earlier);
  memset(t, 0, sizeof *t);
}
