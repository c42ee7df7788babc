/* audit_cross.c - see audit.h: journals against each other.
 *
 * A seal holds signatures of all parties under the hashes of all their records of
 * one session.  So one honest party's journal is enough to show that another's was
 * changed, cut, forked or replaced since. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "govern/audit.h"
#include "govern/seal.h"

static const int64_t CLOCKS_APART_S = 300; /* LOCAL: when to mention it */

/* --- copies and forks ---------------------------------------------------------------- */

static uint64_t first_difference(const struct smpi_audited *x, const struct smpi_audited *y) {
  struct smpi_chain a, b;
  smpi_chain_begin(&a, x->text);
  smpi_chain_begin(&b, y->text);
  while (smpi_chain_next(&a) && smpi_chain_next(&b))
    if (memcmp(a.head, b.head, 32) != 0) return a.next - 1;
  return 0; /* one is the beginning of the other */
}

static void compare_copies(struct smpi_audit *a) {
  for (unsigned i = 0; i < a->n; i++)
    for (unsigned k = i + 1; k < a->n; k++) {
      struct smpi_audited *x = &a->journal[i], *y = &a->journal[k];
      if (x->entries == 0 || y->entries == 0 || memcmp(x->key, y->key, 32) != 0) continue;
      uint64_t at = first_difference(x, y);
      if (at != 0) {
        smpi_audit_find(a, true, x->path, at, "forked: %s is the same party's journal, and goes on otherwise from here",
                        y->path);
        continue;
      }
      struct smpi_audited *older = x->entries <= y->entries ? x : y;
      older->is_copy = true;
      smpi_audit_find(a, false, older->path, 0, "an earlier copy of %s", older == x ? y->path : x->path);
    }
}

/* --- one session ----------------------------------------------------------------------- */

struct session {
  struct smpi_audit *a;
  const struct smpi_sight *sight; /* [n] */
  size_t n;
  /* the seal whose signatures have been verified */
  bool has_seal;
  uint8_t digest[32], sign[SMPC_MAX_PARTIES][64];
  uint64_t good; /* whose signature is */
};

static const char *path_of(const struct session *s, const struct smpi_sight *v) {
  return s->a->journal[v->journal].path;
}

static void find(const struct session *s, bool is_fault, const struct smpi_sight *v, const char *text) {
  char id[12];
  sodium_bin2base64(id, sizeof id, v->session, 6, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  smpi_audit_find(s->a, is_fault, path_of(s, v), v->run_number, "session %s: %s", id, text);
}

/* "with" lines, study and question: two journals must name the same. */
static bool same_subject(const struct smpi_sight *x, const struct smpi_sight *y) {
  struct smpi_entry e, o;
  smpi_audit_again(&e, x->run);
  smpi_audit_again(&o, y->run);
  if (e.n != o.n) return false;
  for (unsigned i = 0; i < e.n; i++)
    if (!smpi_slice_is(e.field[i].key, "software") && !smpi_slice_equal(e.field[i].value, o.field[i].value))
      return false;
  return true;
}

/* It came to a good end, so its openings are complete; a dealer has none. */
static bool is_done(const struct smpi_sight *v) { return v->end.at != NULL && v->code == 0 && !v->is_dealer; }

static void compare_sights(struct session *s) {
  const struct smpi_sight *first = &s->sight[0], *opened = is_done(first) ? first : NULL;
  for (size_t k = 1; k < s->n; k++) {
    const struct smpi_sight *v = &s->sight[k];
    char text[200];
    if (!same_subject(first, v))
      find(s, true, v, "another study, question or list of parties than in the other journals");
    if (opened != NULL && is_done(v) && memcmp(opened->opened, v->opened, 32) != 0)
      find(s, true, v, "other openings than in the other journals");
    if (opened == NULL && is_done(v)) opened = v;
    snprintf(text, sizeof text, "begins %lld s %s than in %.100s: a clock is wrong",
             (long long)llabs(v->time - first->time), v->time > first->time ? "later" : "earlier", path_of(s, first));
    if (llabs(v->time - first->time) > CLOCKS_APART_S) find(s, false, v, text);
  }
}

/* Of a session that ended well: all who know of sets know the same ones, and owners know. */
static void compare_sets(struct session *s) {
  const struct smpi_sight *known = NULL;
  for (size_t k = 0; k < s->n && known == NULL; k++)
    if (is_done(&s->sight[k]) && s->sight[k].owners != 0) known = &s->sight[k];
  for (size_t k = 0; k < s->n && known != NULL; k++) {
    const struct smpi_sight *v = &s->sight[k];
    bool is_owner = known->owners >> v->me & 1;
    if (!is_done(v) || (v->owners == 0 && !is_owner)) continue;
    if (memcmp(v->met, known->met, 32) != 0) find(s, true, v, "other sets met than in the other journals");
  }
}

/* --- its seal ------------------------------------------------------------------------------ */

struct seal {
  uint64_t told, signed_by;
  uint8_t end[SMPC_MAX_PARTIES][32], sign[SMPC_MAX_PARTIES][64], key[SMPC_MAX_PARTIES][32];
  struct smpi_slice name[SMPC_MAX_PARTIES];
  unsigned members;
  uint64_t expected; /* everybody but the dealer */
};

static void read_seal(struct seal *t, const struct smpi_sight *v) {
  struct smpi_entry run, e;
  uint8_t value[64];
  unsigned i;
  memset(t, 0, sizeof *t);
  smpi_audit_again(&run, v->run);
  uint64_t dealer; /* "-", which is no number: none */
  if (!smpi_get_number(&dealer, smpi_entry_get(&run, "dealer"))) dealer = UINT64_MAX;
  while (t->members < SMPC_MAX_PARTIES &&
         smpi_get_named(t->key[t->members], &t->name[t->members], smpi_entry_get_at(&run, "with", t->members))) {
    if (t->members != dealer) t->expected |= UINT64_C(1) << t->members;
    t->members++;
  }
  if (v->others.at == NULL || v->sealed.at == NULL) return;
  smpi_audit_again(&e, v->others);
  for (unsigned k = 0; smpi_get_indexed(&i, value, 32, smpi_entry_get_at(&e, "end", k)); k++) {
    memcpy(t->end[i], value, 32);
    t->told |= UINT64_C(1) << i;
  }
  smpi_audit_again(&e, v->sealed);
  for (unsigned k = 0; smpi_get_indexed(&i, value, 64, smpi_entry_get_at(&e, "signed", k)); k++) {
    memcpy(t->sign[i], value, 64);
    t->signed_by |= UINT64_C(1) << i;
  }
}

static void name_into(char *text, size_t size, const char *before, struct smpi_slice name, const char *after) {
  snprintf(text, size, "%s%.*s%s", before, (int)name.len, name.at, after);
}

/* Each signature is verified once for all journals that hold it. */
static bool is_signed(struct session *s, const struct seal *t, const uint8_t digest[32], unsigned i) {
  if (s->has_seal && memcmp(s->digest, digest, 32) == 0 && (s->good >> i & 1) &&
      memcmp(s->sign[i], t->sign[i], 64) == 0)
    return true;
  if (!smpi_seal_is_valid(t->sign[i], digest, t->key[i])) return false;
  if (!s->has_seal) memcpy(s->digest, digest, 32);
  s->has_seal = true;
  if (memcmp(s->digest, digest, 32) == 0) {
    memcpy(s->sign[i], t->sign[i], 64);
    s->good |= UINT64_C(1) << i;
  }
  return true;
}

static const struct smpi_sight *sight_of(const struct session *s, const uint8_t key[32]) {
  for (size_t k = 0; k < s->n; k++)
    if (memcmp(s->a->journal[s->sight[k].journal].key, key, 32) == 0) return &s->sight[k];
  return NULL;
}

static bool journal_is_given(const struct smpi_audit *a, const uint8_t key[32]) {
  for (unsigned i = 0; i < a->n; i++)
    if (!a->journal[i].is_copy && a->journal[i].entries > 0 && memcmp(a->journal[i].key, key, 32) == 0) return true;
  return false;
}

/* What this seal says about party i, against i's own journal if it is given. */
static void check_sealed_party(struct session *s, const struct smpi_sight *v, const struct seal *t,
                               const uint8_t digest[32], unsigned i) {
  char text[200];
  const struct smpi_sight *own = sight_of(s, t->key[i]);
  bool has_both = (t->told & t->signed_by) >> i & 1;
  if (!has_both || !is_signed(s, t, digest, i)) {
    name_into(text, sizeof text, "the counter-signature of ", t->name[i], has_both ? " is wrong" : " is missing");
    find(s, true, v, text);
  } else if (own == NULL && journal_is_given(s->a, t->key[i])) {
    name_into(text, sizeof text, "", t->name[i],
              " signed it, but it is not in that party's journal: entries are missing there");
    find(s, true, v, text);
  } else if (own != NULL && (own->end.at == NULL || memcmp(own->end_hash, t->end[i], 32) != 0)) {
    name_into(text, sizeof text, "", t->name[i], " signed another record of it than its journal now has");
    find(s, true, v, text);
  }
}

static void check_seal(struct session *s, const struct smpi_sight *v) {
  struct seal t;
  struct smpi_entry e;
  uint8_t digest[32];
  char text[300] = "";
  read_seal(&t, v);
  smpi_audit_again(&e, v->run);
  bool must = smpi_slice_is(smpi_entry_get(&e, "counter-signed"), "by all") && (t.expected >> v->me & 1);
  if (v->sealed.at == NULL || v->others.at == NULL) {
    if (!must || v->end.at == NULL || v->code != 0) return; /* it never came to signing */
    if (v->unsealed.at != NULL) {
      smpi_audit_again(&e, v->unsealed);
      name_into(text, sizeof text, ": ", smpi_entry_get(&e, "reason"), "");
    }
    char whole[400];
    snprintf(whole, sizeof whole, "not counter-signed%s", text);
    find(s, true, v, whole);
    return;
  }
  s->a->sealed++;
  smpi_seal_digest(digest, v->session, t.told, (const uint8_t (*)[32])t.end);
  for (unsigned i = 0; i < t.members; i++)
    if (t.expected >> i & 1) check_sealed_party(s, v, &t, digest, i);
}

static void check_session(struct smpi_audit *a, const struct smpi_sight *sight, size_t n) {
  struct session s = {.a = a, .sight = sight, .n = n};
  a->sessions++;
  for (size_t k = 1; k < n; k++)
    if (sight[k].journal == sight[k - 1].journal) find(&s, true, &sight[k], "it stands twice in this journal");
  compare_sights(&s);
  compare_sets(&s);
  for (size_t k = 0; k < n; k++) check_seal(&s, &sight[k]);
}

static int by_session(const void *x, const void *y) {
  const struct smpi_sight *a = x, *b = y;
  int order = memcmp(a->session, b->session, 32);
  if (order != 0) return order;
  if (a->journal != b->journal) return a->journal < b->journal ? -1 : 1;
  return a->run_number < b->run_number ? -1 : a->run_number > b->run_number;
}

void smpi_audit_cross(struct smpi_audit *a) {
  size_t kept = 0, n;
  compare_copies(a);
  for (size_t k = 0; k < a->n_sights; k++)
    if (!a->journal[a->sight[k].journal].is_copy) a->sight[kept++] = a->sight[k];
  a->n_sights = kept;
  if (kept > 0) qsort(a->sight, kept, sizeof *a->sight, by_session);
  for (size_t k = 0; k < kept; k += n) {
    for (n = 1; k + n < kept && memcmp(a->sight[k].session, a->sight[k + n].session, 32) == 0; n++) {}
    check_session(a, &a->sight[k], n);
  }
}
