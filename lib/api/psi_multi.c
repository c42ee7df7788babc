/* psi_multi.c - set intersection of many owners from outside: checks and sizes. */
#include "api/psi_multi.h"

#include <string.h>

#include "api/opening.h"
#include "api/psi_set.h"
#include "api/psi_sum.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "psi/multi.h"
#include "psi/multi_distinct.h"

enum { NOT_MINE = SMPC_MAX_COMPUTING, MOST_STRATA = 4096 };

/* One call. */
struct many {
  smpc_session *s;
  const smpc_psi *q;
  const smpc_items *items;
  struct smpi_psi_set set;     /* to be counted  */
  struct smpi_psi_parts parts; /* to be revealed */
  smpc_psi_result r;
  uint8_t *matched;
  bool is_enough;         /* the minimum is reached: the sizes are known, and agreed */
  struct smpi_psi_many t; /* owners, sizes; mine = NOT_MINE: I hold no set */
};

static bool learns(const struct many *c, unsigned member) { return c->q->to.bits >> (member & 63) & 1; }
static bool i_own(const struct many *c) { return c->t.mine != NOT_MINE; }
static bool i_learn(const struct many *c) { return learns(c, smpi_me(c->s)); }

/* --- the question ------------------------------------------------------------------- */

static void absorb(struct many *c) {
  const smpc_psi *q = c->q;
  const uint64_t all[] = {q->owners.bits, q->protocol, q->minimum, q->sizes != NULL};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) smpi_absorb_u64(c->s, all[i]);
  for (unsigned i = 0; i < c->t.owners && q->sizes != NULL; i++) smpi_absorb_u64(c->s, q->sizes[i]);
  if (q->epsilon != 0) smpi_absorb(c->s, &q->epsilon, sizeof q->epsilon);
}

/* The owners' numbers, in order. */
static smpc_err list_owners(struct many *c) {
  smpc_session *s = c->s;
  c->t.mine = NOT_MINE;
  for (unsigned i = 0; i < 64; i++) {
    if (!(c->q->owners.bits >> i & 1)) continue;
    if (i >= s->cfg.parties || !(s->cfg.member[i].roles & SMPC_INPUT))
      return smpi_fail(s, SMPC_E_ARG, -1, "%s: party %u is not an input party", s->op, i);
    if (!(s->cfg.member[i].roles & SMPC_COMPUTE))
      return smpi_fail(s, SMPC_E_ARG, -1, "%s: %s holds a set, so it must be a computing party", s->op, s->cfg.member[i].name);
    if (i == smpi_me(s)) c->t.mine = c->t.owners;
    c->t.owner[c->t.owners++] = i;
  }
  return SMPC_OK;
}

static smpc_err check_sizes(struct many *c) {
  if (c->q->size_a != 0 || c->q->size_b != 0)
    return smpi_fail(c->s, SMPC_E_ARG, -1, "%s: sizes of the sets of `owners` are declared by `sizes`", c->s->op);
  for (unsigned i = 0; i < c->t.owners && c->q->sizes != NULL; i++) {
    c->t.size[i] = c->q->sizes[i];
    if (c->q->sizes[i] >= SMPI_PSI_MAX_ITEMS)
      return smpi_fail(c->s, SMPC_E_RANGE, -1, "%s: a declared size is too large", c->s->op);
  }
  return SMPC_OK;
}

/* Refused rather than weakened. */
static smpc_err check_reveal(struct many *c, size_t n_matched) {
  smpc_session *s = c->s;
  if (c->t.owners < SMPI_MULTI_MIN)
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: `owners` are at least three: two sets are a and b", s->op);
  if (c->q->minimum > INT32_MAX) return smpi_fail(s, SMPC_E_RANGE, -1, "%s: the minimum is too large", s->op);
  if (c->q->protocol != SMPC_PSI_AUTO && c->q->protocol != SMPC_PSI_VOLE)
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: items of more than two sets are revealed by the protocol vole alone", s->op);
  for (unsigned i = 0; i < s->cfg.parties; i++)
    if (learns(c, i) && !(c->q->owners.bits >> i & 1))
      return smpi_fail(s, SMPC_E_ARG, -1, "%s: %s holds no set, so there is nothing to reveal to it", s->op,
                       s->cfg.member[i].name);
  if (!i_own(c) || s->is_dry) return SMPC_OK;
  smpc_err err = smpi_psi_set_check(s, c->items);
  bool has_room = c->items == NULL || (n_matched == c->items->n && (n_matched == 0 || c->matched != NULL));
  if (err != SMPC_OK || !i_learn(c) || has_room) return err;
  return smpi_fail(s, SMPC_E_ARG, -1, "%s: matched must have room for %zu items", s->op, c->items->n);
}

/* --- sizes --------------------------------------------------------------------------- */

static bool has_told_sizes(const struct many *c) {
  if (c->is_enough) return false;
  for (unsigned i = 0; i < c->t.owners; i++)
    if (c->q->sizes == NULL || c->q->sizes[i] == 0) return true;
  return false;
}

static int place_of(const struct many *c, unsigned member) {
  for (unsigned i = 0; i < c->t.owners; i++)
    if (c->t.owner[i] == member) return (int)i;
  return -1;
}

static smpc_err take_size(struct many *c, unsigned i, const uint8_t told[8], uint64_t most) {
  uint64_t n = smpi_get64(told), declared = c->q->sizes == NULL ? 0 : c->q->sizes[i];
  c->t.size[i] = n;
  if (n <= most && (declared == 0 || n == declared)) return SMPC_OK;
  return smpi_fail(c->s, SMPC_E_FORMAT, (int)c->t.owner[i], "%s: %s told an impossible size of its set", c->s->op,
                   smpi_member_name(c->s, c->t.owner[i]));
}

/* The owners tell the sizes: each other, or all members.  Those who were told compare them, since the largest shapes
 * everybody's memory: who tells one of them a wrong size is found out before. */
static smpc_err tell_sizes(struct many *c, bool to_all) {
  smpc_session *s = c->s;
  uint8_t mine[8], theirs[SMPC_MAX_COMPUTING][8];
  struct smpi_flow flow[SMPC_MAX_PARTIES];
  size_t n = 0;
  if (i_own(c)) smpi_put64(mine, c->t.size[c->t.mine]);
  for (unsigned m = 0; m < s->cfg.parties; m++) {
    int i = place_of(c, m);
    if (m == smpi_me(s) || (int)m == s->dealer || (!to_all && i < 0)) continue;
    flow[n++] = (struct smpi_flow){.peer = m, .out_len = i_own(c) ? 8 : 0, .in_len = i >= 0 ? 8 : 0, .out = mine,
                                   .in = i >= 0 ? theirs[i] : NULL};
  }
  smpc_err err = smpi_exchange(s, flow, n);
  for (unsigned i = 0; i < c->t.owners && err == SMPC_OK; i++) {
    if (i != c->t.mine) err = take_size(c, i, theirs[i], to_all ? SMPI_CUCKOO_MAX : SMPI_MULTI_MAX_ITEMS);
    if (to_all) smpi_absorb_u64(s, c->t.size[i]);
  }
  if (err != SMPC_OK) return err;
  return to_all ? smpi_compare_programs(s) : smpi_psi_compare_sizes(s, c->t.owner, c->t.size, c->t.owners);
}

/* Without network: sizes that nobody declared are taken to be those of my own set. */
static void guess_sizes(struct many *c, bool to_all) {
  if (has_told_sizes(c)) {
    unsigned all = c->s->cfg.parties - (c->s->dealer >= 0);
    c->s->spent.rounds += 2;
    c->s->spent.bytes += (8 + SMPI_PSI_SIZES_LEN) * (uint64_t)((to_all ? all : c->t.owners) - 1);
  }
  for (unsigned i = 0; i < c->t.owners; i++)
    if (c->t.size[i] == 0) c->t.size[i] = c->items == NULL ? 0 : c->items->n;
}

static smpc_err open_set(struct many *c, const uint32_t *stratum) {
  smpc_err err;
  uint64_t declared = c->t.size[c->t.mine];
  TRY(smpi_psi_set_open(c->s, &c->set, c->items, declared));
  c->r.distinct = c->set.distinct;
  c->r.duplicates = c->items->n - c->set.distinct;
  c->t.size[c->t.mine] = c->set.size;
  TRY(smpi_psi_set_tell_vt(c->s, c->items, c->set.same, stratum, false));
out:
  return err;
}

static smpc_err announce(struct many *c, bool are_known) {
  if (c->is_enough) return SMPC_OK; /* the same sets have met in the count */
  return smpi_psi_announce(c->s, c->t.owner, c->t.size, c->t.owners, are_known);
}

/* --- revealing ------------------------------------------------------------------------- */

static void progress(void *ctx, uint64_t done, uint64_t total) { smpi_progress(ctx, done, total); }

static smpc_err run_reveal(struct many *c) {
  smpc_session *s = c->s;
  smpc_err err;
  if (has_told_sizes(c)) TRY(tell_sizes(c, false));
  TRY(announce(c, true));
  c->t.to = c->q->to;
  c->t.instance = s->step;
  c->t.progress = progress;
  c->t.ctx = s;
  TRY(smpi_psi_many(s, &c->t, &c->parts));
  c->r.matched = c->t.matched;
  if (i_learn(c)) smpi_psi_parts_tell(&c->parts, c->matched, 0, c->parts.n);
out:
  return err;
}

/* Which items are different, and the size that others see. */
static smpc_err open_parts(struct many *c) {
  smpc_err err = smpi_psi_parts_make_vt(&c->parts, c->s, c->s->step, c->items);
  if (err != SMPC_OK) return err;
  err = smpi_psi_set_tell_vt(c->s, c->items, NULL, NULL, false);
  if (err != SMPC_OK) return err;
  c->r.distinct = c->parts.distinct;
  c->r.duplicates = c->items->n - c->parts.distinct;
  return smpi_psi_set_size(c->s, &c->t.size[c->t.mine], c->parts.distinct);
}

static smpc_err begin_reveal(struct many *c, struct smpi_op *op) {
  return smpi_op_begin(op, c->s, "smpc_psi_reveal", 0, NULL) ? SMPC_OK : smpi_op_refused(c->s);
}

static smpc_err check_question(struct many *c, size_t n_matched) {
  smpc_err err;
  c->t.owners = 0;
  TRY(list_owners(c));
  absorb(c);
  TRY(check_sizes(c));
  TRY(check_reveal(c, n_matched));
out:
  return err;
}

/* A minimum is looked at first, once all is in order; the set then has the size that it was counted with. */
static smpc_err look_at_minimum(struct many *c, size_t n_matched) {
  struct smpi_op op;
  smpc_err err = begin_reveal(c, &op);
  if (err != SMPC_OK) return err;
  err = check_question(c, n_matched);
  smpi_op_end(&op, NULL, err);
  if (smpi_status(c->s) != SMPC_OK) return smpi_status(c->s);
  err = smpi_psi_gate(c->s, c->q, i_own(c) ? c->items : NULL, &c->is_enough, &c->r);
  c->r.protocol = SMPC_PSI_JOIN;
  c->r.suppressed = err == SMPC_OK && !c->is_enough;
  return err;
}

static smpc_err reveal(struct many *c, size_t n_matched) {
  struct smpi_op op;
  smpc_session *s = c->s;
  smpc_err err = begin_reveal(c, &op);
  if (err != SMPC_OK) return err;
  TRY(check_question(c, n_matched));
  if (c->is_enough) memcpy(c->t.size, c->r.sizes, c->t.owners * sizeof *c->t.size);
  uint64_t all = 0; /* the same at all parties: no size that only owners are told */
  for (unsigned i = 0; i < c->t.owners && !has_told_sizes(c); i++) all += c->t.size[i];
  if (i_own(c) && !s->is_dry) TRY(open_parts(c));
  TRY(announce(c, false));
  TRY(smpi_opening_check(s, c->q->to, c->q->purpose, (smpc_shape){all, 1}));
  TRY(smpi_opening_compare(s));
  c->r.protocol = SMPC_PSI_VOLE;
  if (s->is_dry) {
    guess_sizes(c, false);
    c->t.to = c->q->to;
    smpi_psi_many_cost(&s->spent, &c->t);
  } else if (i_own(c)) {
    TRY(run_reveal(c));
  } else if (!has_told_sizes(c)) {
    TRY(announce(c, true));
  }
  for (unsigned i = 0; i < c->t.owners; i++) c->r.sizes[i] = c->t.size[i];
out:
  smpi_psi_parts_close(&c->parts);
  smpi_op_end(&op, NULL, err);
  smpi_wipe_stack();
  return smpi_status(s);
}

smpc_err smpi_psi_many_reveal(smpc_session *s, const smpc_psi *q, const smpc_items *mine, uint8_t *matched,
                              size_t n_matched, smpc_psi_result *result) {
  struct many c = {.s = s, .q = q, .items = mine, .matched = matched, .r.size = sizeof c.r};
  smpc_err err = q->minimum > 1 ? look_at_minimum(&c, n_matched) : SMPC_OK;
  if (err == SMPC_OK && !c.r.suppressed) err = reveal(&c, n_matched);
  if (result != NULL && err == SMPC_OK) *result = c.r;
  return err;
}

/* --- counting -------------------------------------------------------------------------------- */

static smpc_err check_count(struct many *c) {
  smpc_session *s = c->s;
  if (c->t.owners < 2) return smpi_fail(s, SMPC_E_ARG, -1, "%s: `owners` are at least two", s->op);
  if (c->q->protocol != SMPC_PSI_AUTO && c->q->protocol != SMPC_PSI_JOIN)
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: different items are counted by the protocol join alone", s->op);
  for (unsigned i = 0; i < c->t.owners; i++)
    if (c->t.size[i] > SMPI_CUCKOO_MAX)
      return smpi_fail(s, SMPC_E_RANGE, -1, "%s: sets of more than %d items are too large for a join", s->op,
                       (int)SMPI_CUCKOO_MAX);
  return SMPC_OK;
}

static smpc_err check_strata(struct many *c, const uint32_t *stratum, size_t strata) {
  smpc_session *s = c->s;
  smpi_absorb_u64(s, strata);
  if (strata > MOST_STRATA) return smpi_fail(s, SMPC_E_RANGE, -1, "%s: there are more than %d strata", s->op, (int)MOST_STRATA);
  if (!i_own(c) || s->is_dry || strata == 0) return SMPC_OK;
  if (stratum == NULL && c->items->n != 0) return smpi_fail(s, SMPC_E_ARG, -1, "%s: an owner gives no strata", s->op);
  for (size_t i = 0; i < c->items->n; i++)
    if (stratum[i] >= strata) return smpi_fail(s, SMPC_E_ARG, (int)smpi_me(s), "%s: a row of mine has no such stratum", s->op);
  return SMPC_OK;
}

static void fill_task(const struct many *c, struct smpi_distinct *t) {
  *t = (struct smpi_distinct){
      .owners = c->t.owners, .mine = c->t.mine, .instance = c->s->step, .progress = progress, .ctx = c->s};
  for (unsigned i = 0; i < t->owners; i++) {
    t->rank[i] = (unsigned)smpi_rank_of(c->s, c->t.owner[i]);
    t->size[i] = c->t.size[i];
  }
  if (c->set.row != NULL) t->set = (struct smpi_join_set){.items = c->items, .row = c->set.row, .n = c->set.size};
}

/* Sizes and sets, then the protocol; or their cost. */
static smpc_err run_tally(struct many *c, shr *tally, const uint32_t *stratum, size_t strata) {
  struct smpi_distinct t;
  smpc_err err = SMPC_OK;
  if (c->s->is_dry) guess_sizes(c, true);
  else if (has_told_sizes(c)) TRY(tell_sizes(c, true));
  TRY(check_count(c));
  TRY(announce(c, true));
  if (i_own(c) && !c->s->is_dry) TRY(smpi_psi_set_shuffle(c->s, &c->set));
  fill_task(c, &t);
  t.stratum = stratum;
  t.strata = strata;
  if (c->s->is_dry) smpi_psi_distinct_cost(&c->s->spent, &t);
  else if (smpi_has_data(c->s)) TRY(smpi_psi_distinct(c->s, &t, tally));
out:
  return err;
}

static void note_range(struct many *c, smpc_shared *z) {
  double all = 0;
  for (unsigned i = 0; i < c->t.owners; i++) all += (double)c->t.size[i];
  smpi_value_range(z, all, 0, 63);
}

/* A row of max(strata, 1) numbers. */
static smpc_shared *tally(struct many *c, const char *name, const uint32_t *stratum, size_t strata) {
  struct smpi_op op;
  smpc_session *s = c->s;
  smpc_shared *z = NULL;
  smpc_err err;
  if (!smpi_op_begin(&op, s, name, 0, NULL)) return NULL;
  TRY(list_owners(c));
  absorb(c);
  TRY(check_sizes(c));
  TRY(check_count(c));
  if (i_own(c) && !s->is_dry) TRY(smpi_psi_set_check(s, c->items));
  TRY(check_strata(c, stratum, strata));
  if (i_own(c) && !s->is_dry) TRY(open_set(c, stratum));
  TRY(announce(c, false));
  z = smpi_value_new(s, 1, strata == 0 ? 1 : strata, 0);
  if (z == NULL) TRY(smpi_status(s));
  TRY(run_tally(c, z->v, stratum, strata));
  note_range(c, z);
  c->r.protocol = SMPC_PSI_JOIN;
  for (unsigned i = 0; i < c->t.owners; i++) c->r.sizes[i] = c->t.size[i];
out:
  z = smpi_op_end(&op, z, err);
  smpi_wipe_stack();
  return z;
}

static bool begin(struct many *c, const char *name, smpc_psi_result *result) {
  if (result != NULL) *result = (smpc_psi_result){.size = sizeof *result};
  c->r.size = sizeof c->r;
  if (c->s == NULL) return false;
  if (c->q != NULL && c->q->size == sizeof *c->q) return true;
  smpi_fail(c->s, SMPC_E_ARG, -1, "%s: the question was not made with SMPC_PSI_INIT of this version", name);
  return false;
}

smpc_shared *smpc_psi_tally(smpc_session *s, const smpc_psi *q, const smpc_items *mine, const uint32_t *stratum,
                            size_t strata, smpc_psi_result *result) {
  struct many c = {.s = s, .q = q, .items = mine};
  if (!begin(&c, "smpc_psi_tally", result)) return NULL;
  if (q->epsilon != 0) { /* it would be ignored */
    smpi_fail(s, SMPC_E_ARG, -1, "smpc_psi_tally: its counts stay in shares and take no noise: epsilon must be 0");
    return NULL;
  }
  if (strata == 0) {
    smpi_fail(s, SMPC_E_ARG, -1, "smpc_psi_tally: there are no strata");
    return NULL;
  }
  smpc_shared *z = tally(&c, "smpc_psi_tally", stratum, strata);
  if (z != NULL && result != NULL) *result = c.r;
  return z;
}

smpc_err smpc_psi_distinct(smpc_session *s, const smpc_psi *q, const smpc_items *mine, uint64_t *count,
                           smpc_psi_result *result) {
  struct many c = {.s = s, .q = q, .items = mine};
  if (count != NULL) *count = 0;
  if (!begin(&c, "smpc_psi_distinct", result)) return s == NULL ? SMPC_E_ARG : smpi_status(s);
  if (q->to.bits == 0 || q->purpose == NULL || q->purpose[0] == 0)
    return smpi_fail(s, SMPC_E_ARG, -1, "smpc_psi_distinct: recipients and purpose must be named");
  smpc_err err = smpi_psi_check_noise(s, q, "smpc_psi_distinct");
  if (err != SMPC_OK) return err;
  smpc_shared *sum = tally(&c, "smpc_psi_distinct", NULL, 0);
  err = smpi_psi_open_count(s, q, sum, &c.r.matched, &c.r.suppressed);
  smpc_shared_free(s, sum);
  if (err == SMPC_OK && count != NULL) *count = c.r.matched;
  if ((err == SMPC_OK || err == SMPC_E_HELD) && result != NULL) *result = c.r;
  return err;
}
