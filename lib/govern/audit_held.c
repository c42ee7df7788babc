/* audit_held.c - see audit.h: what a journal says of results that were held. */
#include <stdio.h>
#include <string.h>

#include "govern/audit.h"
#include "govern/release.h"

static void fault(struct smpi_audit *a, const struct smpi_audited *j, const struct smpi_entry *e, const char *text) {
  smpi_audit_find(a, true, j->path, e->number, "%s", text);
}

static int hold_of(const struct smpi_audited *j, const struct smpi_entry *e) {
  uint8_t opening[32];
  smpi_entry_digest(opening, e, "opening");
  for (size_t i = 0; i < j->holds.n; i++)
    if (memcmp(j->holds.at[i].h.opening, opening, 32) == 0) return (int)i;
  return -1;
}

/* Every signature, by the member at its place in this session's list. */
static void check_signatures(struct smpi_audit *a, const struct smpi_audited *j, const struct smpi_sight *now,
                             const struct smpi_entry *e, const struct smpi_held *h) {
  struct smpi_entry run;
  smpi_audit_again(&run, now->run);
  for (unsigned k = 0;; k++) {
    unsigned i;
    uint8_t sign[64], key[32];
    struct smpi_slice name;
    char party[64];
    if (!smpi_get_indexed(&i, sign, 64, smpi_entry_get_at(e, "signed", k))) return;
    bool good = smpi_get_named(key, &name, smpi_entry_get_at(&run, "with", i));
    snprintf(party, sizeof party, "%.*s", (int)name.len, name.at);
    if (!good || !smpi_release_is_valid(sign, h, party, key))
      smpi_audit_find(a, true, j->path, e->number, "the release by %.60s is no signature under this result",
                      good ? party : "nobody");
  }
}

static void on_release(struct smpi_audit *a, struct smpi_audited *j, const struct smpi_sight *now,
                       const struct smpi_entry *e) {
  int at = hold_of(j, e);
  if (at < 0) {
    fault(a, j, e, "it releases a result that this journal never held");
    return;
  }
  if (j->holds.at[at].state != SMPI_HOLD_WAITING)
    fault(a, j, e, "it releases a result that was opened or erased before");
  if (now != NULL) check_signatures(a, j, now, e, &j->holds.at[at].h);
  j->opens_held = at + 1;
}

/* The opening after a release is the one that was released. */
static void on_open(struct smpi_audit *a, struct smpi_audited *j, const struct smpi_entry *e) {
  if (j->opens_held == 0) return;
  const struct smpi_held *h = &j->holds.at[j->opens_held - 1].h;
  j->opens_held = 0;
  if (!smpi_slice_is(smpi_entry_get(e, "purpose"), h->purpose) || !smpi_slice_is(smpi_entry_get(e, "to"), h->to) ||
      smpi_entry_number(e, "rows") != h->rows || smpi_entry_number(e, "columns") != h->columns)
    fault(a, j, e, "it is not the opening that was released: another purpose, recipients or shape");
}

void smpi_audit_held(struct smpi_audit *a, struct smpi_audited *j, const struct smpi_sight *now,
                     const struct smpi_entry *e) {
  struct smpi_held h;
  if (e->kind == SMPI_HOLD && !smpi_held_read(&h, e))
    fault(a, j, e, "the name of the held result is not that of what stands here");
  if (e->kind == SMPI_RELEASE) on_release(a, j, now, e);
  if (e->kind == SMPI_OPEN) on_open(a, j, e);
  if (e->kind == SMPI_RUN) j->opens_held = 0;
  if (e->kind == SMPI_DROP) {
    int at = hold_of(j, e);
    if (at < 0 || j->holds.at[at].state != SMPI_HOLD_WAITING) fault(a, j, e, "it erases a result that is not waiting");
  }
  smpi_holds_seen(&j->holds, e);
  if (j->holds.err != SMPC_OK) a->err = j->holds.err;
}
