/* holds.c - see holds.h. */
#include "govern/holds.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "govern/release.h"

static void add(struct smpi_holds *list, const struct smpi_entry *e) {
  if (list->n == list->room) {
    size_t room = list->room == 0 ? 8 : 2 * list->room;
    void *more = smpi_alloc(room, sizeof *list->at);
    if (more == NULL) {
      list->err = SMPC_E_NOMEM;
      return;
    }
    if (list->n > 0) memcpy(more, list->at, list->n * sizeof *list->at);
    smpi_free(list->at);
    list->at = more;
    list->room = room;
  }
  if (smpi_held_read(&list->at[list->n].h, e)) list->at[list->n++].state = SMPI_HOLD_WAITING;
}

void smpi_holds_seen(struct smpi_holds *list, const struct smpi_entry *e) {
  uint8_t opening[32];
  if (e->kind == SMPI_HOLD) add(list, e);
  if (e->kind != SMPI_RELEASE && e->kind != SMPI_DROP) return;
  smpi_entry_digest(opening, e, "opening");
  for (size_t i = 0; i < list->n; i++)
    if (memcmp(list->at[i].h.opening, opening, 32) == 0)
      list->at[i].state = e->kind == SMPI_RELEASE ? SMPI_HOLD_OPENED : SMPI_HOLD_DROPPED;
}

void smpi_holds_free(struct smpi_holds *list) {
  smpi_free(list->at);
  memset(list, 0, sizeof *list);
}

int smpi_holds_find(const struct smpi_holds *list, const char *id) {
  char name[SMPI_HELD_ID];
  for (size_t i = 0; i < list->n; i++) {
    smpi_held_id(name, list->at[i].h.opening);
    if (strcmp(name, id) == 0) return (int)i;
  }
  return -1;
}

static smpc_err drop(struct smpi_journal *j, const struct smpi_held *h, const char *name, const char *reason,
                     struct smpi_fault *f) {
  smpi_held_erase(h, name);
  struct smpi_lines *l = smpi_journal_begin(j, SMPI_DROP);
  smpi_lines_add_bytes(l, "opening", h->opening, 32);
  smpi_lines_add(l, "reason", "%s", reason);
  return smpi_journal_commit(j, NULL, f);
}

smpc_err smpi_holds_sweep(struct smpi_holds *list, struct smpi_journal *j, const char *name, int64_t now,
                          const smpc_study *st, const char *path, struct smpi_fault *f) {
  smpc_err err = list->err == SMPC_OK ? SMPC_OK : smpi_fault_set(f, list->err, -1, "out of memory");
  for (size_t i = 0; i < list->n && err == SMPC_OK; i++) {
    const struct smpi_held *h = &list->at[i].h;
    const smpc_study_question *q = st == NULL ? NULL : smpi_held_question(st, h);
    char reason[100] = "it expired";
    if (list->at[i].state != SMPI_HOLD_WAITING) {
      smpi_held_erase(h, name); /* a crash may have left it */
      continue;
    }
    int by = q == NULL ? -1 : smpi_release_rejected_by(st, path, q, h);
    if (by >= 0) snprintf(reason, sizeof reason, "%s rejected it", st->party[by].name);
    else if (now < h->expires) continue;
    err = drop(j, h, name, reason, f);
    list->at[i].state = SMPI_HOLD_DROPPED;
  }
  return err;
}
