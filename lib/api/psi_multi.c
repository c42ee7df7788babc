/* psi_multi.c - set intersection of many owners from outside: checks and sizes. */
#include "api/psi_multi.h"

#include <string.h>

#include "api/opening.h"
#include "api/psi_set.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "psi/multi.h"

enum { NOT_MINE = SMPC_MAX_COMPUTING };

/* One call. */
struct many {
  smpc_session *s;
  const smpc_psi *q;
  const smpc_items *items;
  struct smpi_psi_set set;
  smpc_psi_result r;
  uint8_t *matched;
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
static smpc_err check_reveal(struct many *c) {
  smpc_session *s = c->s;
  if (c->t.owners < SMPI_MULTI_MIN)
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: `owners` are at least three: two sets are a and b", s->op);
  if (c->q->minimum != 0) return smpi_fail(s, SMPC_E_ARG, -1, "%s: a minimum is for counts and sums", s->op);
  if (c->q->protocol != SMPC_PSI_AUTO && c->q->protocol != SMPC_PSI_VOLE)
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: items of more than two sets are revealed by the protocol vole alone", s->op);
  for (unsigned i = 0; i < s->cfg.parties; i++)
    if (learns(c, i) && !(c->q->owners.bits >> i & 1))
      return smpi_fail(s, SMPC_E_ARG, -1, "%s: %s holds no set, so there is nothing to reveal to it", s->op, s->cfg.member[i].name);
  if (i_own(c) && i_learn(c) && !s->is_dry && c->items != NULL && c->items->n != 0 && c->matched == NULL)
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: matched must have room for %zu items", s->op, c->items->n);
  return SMPC_OK;
}

/* --- sizes --------------------------------------------------------------------------- */

static bool has_told_sizes(const struct many *c) {
  for (unsigned i = 0; i < c->t.owners; i++)
    if (c->q->sizes == NULL || c->q->sizes[i] == 0) return true;
  return false;
}

/* Tell each other the sizes that are not declared. */
static smpc_err tell_sizes(struct many *c) {
  uint8_t mine[8], theirs[SMPC_MAX_COMPUTING][8];
  struct smpi_flow flow[SMPC_MAX_COMPUTING];
  size_t n = 0;
  smpi_put64(mine, c->t.size[c->t.mine]);
  for (unsigned i = 0; i < c->t.owners; i++)
    if (i != c->t.mine)
      flow[n++] = (struct smpi_flow){.peer = c->t.owner[i], .out_len = 8, .in_len = 8, .out = mine, .in = theirs[i]};
  smpc_err err = smpi_exchange(c->s, flow, n);
  for (unsigned i = 0; i < c->t.owners && err == SMPC_OK; i++) {
    if (i == c->t.mine) continue;
    uint64_t told = smpi_get64(theirs[i]), declared = c->q->sizes == NULL ? 0 : c->q->sizes[i];
    if (told >= SMPI_PSI_MAX_ITEMS || (declared != 0 && told != declared))
      err = smpi_fail(c->s, SMPC_E_FORMAT, (int)c->t.owner[i], "%s: %s told an impossible size of its set", c->s->op,
                      smpi_member_name(c->s, c->t.owner[i]));
    c->t.size[i] = told;
  }
  return err;
}

/* Without network: sizes that nobody declared are taken to be those of my own set. */
static void guess_sizes(struct many *c) {
  if (has_told_sizes(c)) {
    c->s->spent.rounds++;
    c->s->spent.bytes += 8 * (uint64_t)(c->t.owners - 1);
  }
  for (unsigned i = 0; i < c->t.owners; i++)
    if (c->t.size[i] == 0) c->t.size[i] = c->items == NULL ? 0 : c->items->n;
}

static smpc_err open_set(struct many *c) {
  smpc_err err;
  uint64_t declared = c->q->sizes == NULL ? 0 : c->q->sizes[c->t.mine];
  TRY(smpi_psi_set_open(c->s, &c->set, c->items, declared));
  c->r.distinct = c->set.distinct;
  c->r.duplicates = c->items->n - c->set.distinct;
  c->t.size[c->t.mine] = c->set.size;
out:
  return err;
}

/* --- revealing ------------------------------------------------------------------------- */

static void progress(void *ctx, uint64_t done, uint64_t total) { smpi_progress(ctx, done, total); }

static smpc_err run_reveal(struct many *c) {
  smpc_session *s = c->s;
  smpc_err err;
  if (has_told_sizes(c)) TRY(tell_sizes(c));
  TRY(smpi_psi_set_shuffle(s, &c->set));
  c->t.set = c->items;
  c->t.row = c->set.row;
  c->t.to = c->q->to;
  c->t.instance = s->step;
  c->t.progress = progress;
  c->t.ctx = s;
  if (i_learn(c) && (c->t.hit = smpi_scratch(s, c->set.size, 1)) == NULL) return smpi_status(s);
  TRY(smpi_psi_many(s, &c->t));
  c->r.matched = c->t.matched;
  if (i_learn(c)) smpi_psi_set_spread(&c->set, c->matched, c->t.hit);
out:
  return err;
}

static smpc_err reveal(struct many *c, const char *name, size_t n_matched) {
  struct smpi_op op;
  smpc_session *s = c->s;
  smpc_err err;
  if (!smpi_op_begin(&op, s, name, 0, NULL)) return smpi_status(s) != SMPC_OK ? smpi_status(s) : SMPC_E_STATE;
  TRY(list_owners(c));
  absorb(c);
  TRY(check_sizes(c));
  TRY(check_reveal(c));
  if (i_own(c) && !s->is_dry) TRY(smpi_psi_set_check(s, c->items));
  if (i_own(c) && i_learn(c) && !s->is_dry && c->items->n != n_matched)
    TRY(smpi_fail(s, SMPC_E_ARG, -1, "%s: matched must have room for %zu items", name, c->items->n));
  uint64_t all = 0;
  for (unsigned i = 0; i < c->t.owners; i++) all += c->t.size[i];
  TRY(smpi_opening_check(s, c->q->to, c->q->purpose, (smpc_shape){all, 1}));
  if (i_own(c) && !s->is_dry) TRY(open_set(c));
  TRY(smpi_opening_compare(s));
  c->r.protocol = SMPC_PSI_VOLE;
  if (s->is_dry) {
    guess_sizes(c);
    c->t.to = c->q->to;
    smpi_psi_many_cost(&s->spent, &c->t);
  } else if (i_own(c)) {
    TRY(run_reveal(c));
  }
  for (unsigned i = 0; i < c->t.owners; i++) c->r.sizes[i] = c->t.size[i];
out:
  smpi_op_end(&op, NULL, err);
  return smpi_status(s);
}

smpc_err smpi_psi_many_reveal(smpc_session *s, const smpc_psi *q, const smpc_items *mine, uint8_t *matched,
                              size_t n_matched, smpc_psi_result *result) {
  struct many c = {.s = s, .q = q, .items = mine, .matched = matched, .r.size = sizeof c.r};
  smpc_err err = reveal(&c, "smpc_psi_reveal", n_matched);
  if (result != NULL && err == SMPC_OK) *result = c.r;
  return err;
}
