/* audit.c - see audit.h: each journal by itself. */
#include "govern/audit.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

void smpi_audit_find(struct smpi_audit *a, bool is_fault, const char *path, uint64_t entry, const char *fmt, ...) {
  char text[400];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  if (is_fault) a->faults++;
  else a->notes++;
  if (a->report != NULL) a->report(a->user, is_fault, path, entry, text);
}

void smpi_audit_again(struct smpi_entry *e, struct smpi_slice bytes) {
  bool is_cut;
  (void)smpi_entry_decode(e, bytes.at, bytes.len, &is_cut); /* as it did before */
}

/* --- one pass over a file ---------------------------------------------------------- */

struct pass {
  struct smpi_audit *a;
  struct smpi_audited *j;
  struct smpi_sight *now; /* the session that is going on, or NULL; moves when the list grows */
  struct smpi_hash opened, met;
  int64_t last_time;
};

static void fault(struct pass *p, const struct smpi_entry *e, const char *text) {
  smpi_audit_find(p->a, true, p->j->path, e->number, "%s", text);
}

static struct smpi_sight *new_sight(struct smpi_audit *a) {
  if (a->n_sights == a->room) {
    size_t room = a->room == 0 ? 256 : 2 * a->room;
    struct smpi_sight *more = smpi_alloc(room, sizeof *more);
    if (more == NULL) return a->err = SMPC_E_NOMEM, NULL;
    if (a->n_sights > 0) memcpy(more, a->sight, a->n_sights * sizeof *more);
    smpi_free(a->sight);
    a->sight = more;
    a->room = room;
  }
  return &a->sight[a->n_sights++];
}

static void leave(struct pass *p, const struct smpi_entry *next) {
  if (p->now == NULL) return;
  smpi_hash_end(&p->opened, p->now->opened);
  smpi_hash_end(&p->met, p->now->met);
  if (p->now->end.at == NULL)
    smpi_audit_find(p->a, false, p->j->path, p->now->run_number,
                    "the session has no end%s: a crash%s; %llu openings had been announced", next != NULL ? "" : " yet",
                    next != NULL ? "" : ", or it is running", (unsigned long long)p->now->openings);
  p->now = NULL;
}

static void on_begin(struct pass *p, const struct smpi_entry *e) {
  struct smpi_slice name = smpi_entry_get(e, "party");
  snprintf(p->j->party, sizeof p->j->party, "%.*s", (int)smpi_min(name.len, 63), name.at);
  smpi_entry_digest(p->j->key, e, "key");
}

/* Who I am among the members. */
static void find_me(struct pass *p, const struct smpi_entry *e) {
  uint8_t key[32];
  struct smpi_slice name;
  bool found = false;
  for (unsigned i = 0; i < SMPC_MAX_PARTIES && smpi_get_named(key, &name, smpi_entry_get_at(e, "with", i)); i++) {
    p->now->members++;
    if (memcmp(key, p->j->key, 32) != 0 || !smpi_slice_is(name, p->j->party)) continue;
    p->now->me = i;
    found = true;
  }
  uint64_t dealer;
  p->now->is_dealer = smpi_get_number(&dealer, smpi_entry_get(e, "dealer")) && dealer == p->now->me;
  if (!found) fault(p, e, "the journal's own party, with its key, does not take part in the session");
}

static void on_run(struct pass *p, const struct smpi_entry *e, struct smpi_slice at) {
  leave(p, e);
  if ((p->now = new_sight(p->a)) == NULL) return;
  p->now->journal = (unsigned)(p->j - p->a->journal);
  smpi_entry_digest(p->now->session, e, "session");
  p->now->run = at;
  p->now->run_number = e->number;
  p->now->time = e->time;
  smpi_hash_begin(&p->opened, "smpc audit openings 1");
  smpi_hash_begin(&p->met, "smpc audit sets 1");
  find_me(p, e);
}

static void add_slice(struct smpi_hash *h, struct smpi_slice s) { smpi_hash_add(h, s.at, s.len); }

static void on_open(struct pass *p, const struct smpi_entry *e) {
  static const char *const fact[] = {"operation", "purpose", "to", "rows", "columns", "program"};
  if (p->now->end.at != NULL) fault(p, e, "an opening after the end of its session");
  for (size_t i = 0; i < sizeof fact / sizeof *fact; i++) add_slice(&p->opened, smpi_entry_get(e, fact[i]));
  p->now->openings++;
  p->a->openings++;
}

static void on_end(struct pass *p, const struct smpi_entry *e, struct smpi_slice at) {
  if (p->now->end.at != NULL) fault(p, e, "a second end of the session");
  p->now->end = at;
  p->now->code = smpi_entry_number(e, "code");
  memcpy(p->now->end_hash, e->hash, 32);
  struct smpi_slice reason = smpi_entry_get(e, "reason");
  if (p->now->code != 0)
    smpi_audit_find(p->a, false, p->j->path, e->number, "the session failed after %llu openings: %.*s",
                    (unsigned long long)p->now->openings, (int)smpi_min(reason.len, 250), reason.at);
  if (smpi_entry_number(e, "openings") != p->now->openings)
    fault(p, e, "the number of openings is not that of the entries before");
}

/* All parties hold the same, as they open the same. */
static void on_hold(struct pass *p, const struct smpi_entry *e) {
  add_slice(&p->opened, smpi_entry_get(e, "opening"));
  if (p->now->end.at != NULL) fault(p, e, "a result held after the end of its session");
}

/* Who brings none does not always know of the others': a zero of its own says nothing. */
static void on_items(struct pass *p, const struct smpi_entry *e) {
  uint64_t n;
  unsigned i;
  for (unsigned k = 0; smpi_get_counted(&i, &n, smpi_entry_get_at(e, "set", k)); k++) {
    if (n == 0) continue;
    p->now->owners |= UINT64_C(1) << i;
    add_slice(&p->met, smpi_entry_get_at(e, "set", k));
  }
  if (p->now->end.at != NULL) fault(p, e, "sets that met after the end of their session");
}

/* Entries that belong to a session must belong to the one that is going on. */
static bool is_of_now(struct pass *p, const struct smpi_entry *e) {
  uint8_t session[32];
  smpi_entry_digest(session, e, "session");
  if (p->now != NULL && memcmp(session, p->now->session, 32) == 0) return true;
  fault(p, e, "it belongs to no session that is going on here");
  return false;
}

static void on_entry(struct pass *p, const struct smpi_entry *e, struct smpi_slice at) {
  switch (e->kind) {
  case SMPI_BEGIN: on_begin(p, e); break;
  case SMPI_RUN: on_run(p, e, at); break;
  case SMPI_RESUME:
    leave(p, e);
    smpi_audit_find(p->a, false, p->j->path, e->number, "a crash had left %llu bytes of an unfinished entry",
                    (unsigned long long)smpi_entry_number(e, "cut"));
    break;
  case SMPI_STUDY: (void)is_of_now(p, e); break;
  case SMPI_FAILED: leave(p, e); break;
  case SMPI_OPEN: if (is_of_now(p, e)) on_open(p, e); break;
  case SMPI_ROWS: (void)is_of_now(p, e); break;
  case SMPI_ITEMS: if (is_of_now(p, e)) on_items(p, e); break;
  case SMPI_HOLD: if (is_of_now(p, e)) on_hold(p, e); break;
  case SMPI_RELEASE: (void)is_of_now(p, e); break;
  case SMPI_DROP: break;
  case SMPI_END: if (is_of_now(p, e)) on_end(p, e, at); break;
  case SMPI_OTHERS: if (is_of_now(p, e)) p->now->others = at; break;
  case SMPI_SEALED: if (is_of_now(p, e)) p->now->sealed = at; break;
  case SMPI_UNSEALED: if (is_of_now(p, e)) p->now->unsealed = at; break;
  case SMPI_KINDS: break;
  }
  if (e->time < p->last_time) smpi_audit_find(p->a, false, p->j->path, e->number, "the clock went back");
  p->last_time = e->time;
  smpi_audit_held(p->a, p->j, p->now, e);
  if (p->a->study != NULL) smpi_audit_judge(p->a->study, p->a, p->j, e);
}

/* The last signature covers the chain; if it is wrong, say since when. */
static void check_signature(struct pass *p, const struct smpi_entry *last) {
  struct smpi_chain c;
  p->j->is_good = smpi_entry_is_signed_by(last, p->j->key);
  if (p->j->is_good) return;
  smpi_chain_begin(&c, p->j->text);
  while (smpi_chain_next(&c) && smpi_entry_is_signed_by(&c.entry, p->j->key)) {}
  fault(p, &c.entry, "its signature is wrong: somebody without the party's key wrote it");
}

static void check_file(struct smpi_audit *a, struct smpi_audited *j) {
  struct pass p = {.a = a, .j = j};
  struct smpi_chain c;
  smpi_chain_begin(&c, j->text);
  while (smpi_chain_next(&c)) on_entry(&p, &c.entry, (struct smpi_slice){c.rest.at - c.entry.len, c.entry.len});
  leave(&p, NULL);
  j->entries = c.next - 1;
  a->entries += j->entries;
  if (c.why != NULL) smpi_audit_find(a, true, j->path, c.next, "%s", c.why);
  if (c.cut > 0) smpi_audit_find(a, false, j->path, c.next, "an unfinished entry of %zu bytes: a crash", c.cut);
  if (j->entries == 0) smpi_audit_find(a, true, j->path, 0, "there is not one whole entry in it");
  else if (c.why == NULL) check_signature(&p, &c.entry);
}

/* --- all of them --------------------------------------------------------------------- */

smpc_err smpi_audit_run(struct smpi_audit *a, const char *const *path, unsigned n, struct smpi_fault *f) {
  smpc_err err = SMPC_OK;
  a->journal = smpi_alloc(n, sizeof *a->journal);
  if (a->journal == NULL) return smpi_fault_set(f, SMPC_E_NOMEM, -1, "out of memory");
  for (; a->n < n; a->n++) {
    a->journal[a->n].path = path[a->n];
    TRY(smpi_file_read(&a->journal[a->n].text, path[a->n], "journal", f));
  }
  for (unsigned i = 0; i < n && a->err == SMPC_OK; i++) check_file(a, &a->journal[i]);
  if (a->err == SMPC_OK) smpi_audit_cross(a);
  if (a->err != SMPC_OK) err = smpi_fault_set(f, a->err, -1, "out of memory");
out:
  return err;
}

void smpi_audit_free(struct smpi_audit *a) {
  for (unsigned i = 0; i < a->n; i++) {
    smpi_free((void *)a->journal[i].text.at);
    smpi_holds_free(&a->journal[i].holds);
  }
  smpi_free(a->journal);
  smpi_free(a->sight);
  a->journal = NULL;
  a->sight = NULL;
}
