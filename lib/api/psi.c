/* psi.c - private set intersection from outside: checks, sizes, and which protocol. */
#include <string.h>

#include "api/opening.h"
#include "api/psi_multi.h"
#include "api/psi_set.h"
#include "api/psi_stream.h"
#include "api/psi_sum.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "psi/ecdh.h"
#include "psi/oprf.h"

/* One call. */
struct call {
  smpc_session *s;
  const smpc_psi *q;
  const smpc_items *mine; /* NULL: I hold no set, or the other */
  const smpc_psi_stream *stream;
  bool is_count, is_gated; /* is_gated: the same sets have met before, in this call */
  uint8_t *matched;       /* [mine->n] or NULL */
  smpc_psi_result r;
  struct smpi_psi_parts set;
  struct smpi_psi_task t;
};

static bool is_owner(const smpc_psi *q, unsigned member) { return member == q->a.id || member == q->b.id; }
static bool learns(const smpc_psi *q, unsigned member) { return q->to.bits >> (member & 63) & 1; }

/* --- the question --------------------------------------------------------------- */

static smpc_err check_owners(smpc_session *s, const smpc_psi *q) {
  const smpc_party owner[2] = {q->a, q->b};
  for (int i = 0; i < 2; i++)
    if (owner[i].id >= s->cfg.parties || !(s->cfg.member[owner[i].id].roles & SMPC_INPUT))
      return smpi_fail(s, SMPC_E_ARG, -1, "%s: party %u is not an input party", s->op, owner[i].id);
  if (q->a.id == q->b.id) return smpi_fail(s, SMPC_E_ARG, -1, "%s: the two sets have one owner", s->op);
  return SMPC_OK;
}

static bool owners_compute(const smpc_session *s, const smpc_psi *q) {
  unsigned both = s->cfg.member[q->a.id].roles & s->cfg.member[q->b.id].roles;
  return s->parties == 2 && (both & SMPC_COMPUTE) != 0;
}

static bool is_malicious(const smpc_session *s) { return s->cfg.security == SMPC_MALICIOUS; }

static smpc_err check_malicious(smpc_session *s, const smpc_psi *q) {
  if (q->protocol == SMPC_PSI_ECDH)
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: the protocol ecdh does not stand against malicious parties; vole does", s->op);
  if (!owners_compute(s, q))
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: against malicious parties the two owners must be the only computing parties", s->op);
  if (q->to.bits != smpc_to(q->a).bits && q->to.bits != smpc_to(q->b).bits)
    return smpi_fail(s, SMPC_E_ARG, -1,
                     "%s: against malicious parties exactly one of the two owners may learn the result", s->op);
  return SMPC_OK;
}

/* Refused rather than weakened. */
static smpc_err check_built(smpc_session *s, const smpc_psi *q, bool is_count) {
  if (q->protocol != SMPC_PSI_AUTO && q->protocol != SMPC_PSI_ECDH && q->protocol != SMPC_PSI_VOLE)
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: no such protocol", s->op);
  if (q->protocol == SMPC_PSI_VOLE && is_count)
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: the protocol vole shows which items match: it cannot count", s->op);
  if (q->protocol == SMPC_PSI_VOLE && !owners_compute(s, q))
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: the protocol vole needs the two owners to be the only computing parties", s->op);
  if (is_malicious(s)) return check_malicious(s, q);
  for (unsigned i = 0; i < s->cfg.parties; i++)
    if (learns(q, i) && !is_owner(q, i))
      return smpi_fail(s, SMPC_E_ARG, -1, "%s: %s holds no set, so there is nothing to reveal to it", s->op,
                       s->cfg.member[i].name);
  return SMPC_OK;
}

static smpc_err check_question(smpc_session *s, const smpc_psi *q, bool is_count) {
  smpc_err err;
  const uint64_t all[] = {q->a.id, q->b.id, q->protocol, q->size_a, q->size_b, q->minimum};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) smpi_absorb_u64(s, all[i]);
  if (q->size_a >= SMPI_PSI_MAX_ITEMS || q->size_b >= SMPI_PSI_MAX_ITEMS)
    TRY(smpi_fail(s, SMPC_E_RANGE, -1, "%s: a declared size is too large", s->op));
  TRY(check_owners(s, q));
  TRY(check_built(s, q, is_count));
out:
  return err;
}

/* --- my set ----------------------------------------------------------------------- */

static uint64_t *my_size(struct call *c) { return smpi_me(c->s) == c->q->a.id ? &c->r.size_a : &c->r.size_b; }
static uint64_t *peer_size(struct call *c) { return smpi_me(c->s) == c->q->a.id ? &c->r.size_b : &c->r.size_a; }

/* Which items are different, and the size the other party will see. */
static smpc_err count_mine(struct call *c) {
  smpc_err err = c->stream != NULL ? smpi_psi_stream_read(&c->set, c->s, c->stream)
                                   : smpi_psi_parts_make_vt(&c->set, c->s, c->s->step, c->mine);
  if (err != SMPC_OK) return err;
  c->r.distinct = c->set.distinct;
  c->r.duplicates = c->set.n - c->set.distinct;
  return smpi_psi_set_size(c->s, my_size(c), c->set.distinct);
}

static bool has_told_sizes(const struct call *c) { return c->q->size_a == 0 || c->q->size_b == 0; }
static unsigned other_owner(const struct call *c) { return smpi_me(c->s) == c->q->a.id ? c->q->b.id : c->q->a.id; }

/* Tell each other the sizes that are not declared. */
static smpc_err tell_sizes(struct call *c) {
  uint8_t mine[8], theirs[8];
  smpi_put64(mine, *my_size(c));
  struct smpi_flow flow = {.peer = other_owner(c), .out_len = 8, .in_len = 8, .out = mine, .in = theirs};
  smpc_err err = smpi_exchange(c->s, &flow, 1);
  if (err != SMPC_OK) return err;
  uint64_t told = smpi_get64(theirs), *size = peer_size(c);
  if (told > SMPI_PSI_PARTS_MAX || (*size != 0 && told != *size))
    return smpi_fail(c->s, SMPC_E_FORMAT, (int)flow.peer, "%s: %s told an impossible size of its set", c->s->op,
                     smpi_member_name(c->s, flow.peer));
  *size = told;
  return SMPC_OK;
}

static bool has_other_members(const smpc_session *s) { return s->cfg.parties - (s->dealer >= 0) > 2; }

/* The sizes are told, and with the programs they are compared, before anything takes memory for them.  Other
 * members do not know them: then the owners compare them by themselves. */
static smpc_err tell_and_compare(struct call *c) {
  const unsigned owner[2] = {c->q->a.id, c->q->b.id};
  bool is_told = has_told_sizes(c) && is_owner(c->q, smpi_me(c->s)) && !c->s->is_dry, others = has_other_members(c->s);
  smpc_err err;
  if (is_told) TRY(tell_sizes(c));
  const uint64_t size[2] = {c->r.size_a, c->r.size_b};
  for (int i = 0; i < 2 && is_told && !others; i++) smpi_absorb_u64(c->s, size[i]);
  TRY(smpi_opening_compare(c->s));
  if (is_told && others) TRY(smpi_psi_compare_sizes(c->s, owner, size, 2));
out:
  return err;
}

static smpc_err announce(struct call *c, bool are_known) {
  const unsigned owner[2] = {c->q->a.id, c->q->b.id};
  const uint64_t size[2] = {c->r.size_a, c->r.size_b};
  return c->is_gated ? SMPC_OK : smpi_psi_announce(c->s, owner, size, 2, are_known);
}

/* AGREEMENT: items in both sets from which VOLE is faster: its base transfers take as
 * long as blinding some hundred items, and as many bytes as some thousand. */
enum { VOLE_FROM = 4096 };

/* What AUTO means, once the sizes are known. */
static smpc_psi_protocol choose(const struct call *c) {
  if (c->q->protocol != SMPC_PSI_AUTO) return c->q->protocol;
  if (is_malicious(c->s)) return SMPC_PSI_VOLE;
  bool is_large = c->r.size_a + c->r.size_b >= VOLE_FROM;
  return is_large && !c->is_count && owners_compute(c->s, c->q) ? SMPC_PSI_VOLE : SMPC_PSI_ECDH;
}

/* --- running it --------------------------------------------------------------------- */

static void progress(void *ctx, uint64_t done, uint64_t total) {
  smpi_progress(ctx, done, total);
}

/* Who does what, from my side. */
static void fill_task(struct call *c) {
  unsigned me = smpi_me(c->s);
  c->t.peer = other_owner(c);
  c->t.instance = c->s->step;
  c->t.set = c->mine;
  c->t.i_learn = learns(c->q, me);
  c->t.peer_learns = learns(c->q, c->t.peer);
  c->t.is_malicious = is_malicious(c->s);
  c->t.count_only = c->is_count;
  c->t.progress = progress;
  c->t.ctx = c->s;
}

/* All items in one piece. */
static smpc_err run_ecdh(struct call *c) {
  struct smpi_psi_set set;
  smpc_err err;
  bool wants_hits = c->t.i_learn && !c->is_count;
  TRY(smpi_psi_set_open(c->s, &set, c->mine, c->t.n));
  TRY(smpi_psi_set_shuffle(c->s, &set));
  c->t.row = set.row;
  if (wants_hits) c->t.hit = smpi_scratch(c->s, c->t.n, 1);
  TRY(smpi_status(c->s));
  TRY(smpi_psi_ecdh(c->s, &c->t));
  if (wants_hits) smpi_psi_set_spread(&set, c->matched, c->t.hit);
out:
  return err;
}

static smpc_err run_vole(struct call *c) {
  smpc_err err = smpi_psi_oprf_parts(c->s, &c->t, &c->set);
  if (err != SMPC_OK || !c->t.i_learn) return err;
  if (c->stream != NULL) smpi_psi_stream_tell(c->stream, &c->set);
  else smpi_psi_parts_tell(&c->set, c->matched, 0, c->set.n);
  return SMPC_OK;
}

static smpc_err run(struct call *c) {
  smpc_err err;
  fill_task(c);
  TRY(announce(c, true));
  c->t.n = *my_size(c);
  c->t.m = *peer_size(c);
  c->r.protocol = choose(c);
  if (c->t.is_malicious)
    c->r.recipient_most = c->t.i_learn ? smpi_psi_oprf_most(c->t.n, c->t.m) : smpi_psi_oprf_most(c->t.m, c->t.n);
  TRY(c->r.protocol == SMPC_PSI_VOLE ? run_vole(c) : run_ecdh(c));
  c->r.matched = c->t.matched;
out:
  return err;
}

/* Without network: sizes that nobody declared are taken to be those of my own set. */
static void add_cost(struct call *c) {
  uint64_t n = c->mine == NULL ? 0 : c->mine->n;
  if (c->stream != NULL && smpi_psi_stream_count(&n, c->s, c->stream) != SMPC_OK) return;
  if (has_told_sizes(c)) {
    bool others = has_other_members(c->s);
    c->s->spent.rounds += 1 + others;
    c->s->spent.bytes += 8 + (others ? SMPI_PSI_SIZES_LEN : 0);
  }
  if (c->r.size_a == 0) c->r.size_a = n;
  if (c->r.size_b == 0) c->r.size_b = n;
  bool a = learns(c->q, c->q->a.id), b = learns(c->q, c->q->b.id), a_receives = a && (!b || c->q->a.id < c->q->b.id);
  c->r.protocol = choose(c);
  if (c->r.protocol == SMPC_PSI_ECDH) smpi_psi_ecdh_cost(&c->s->spent, c->r.size_a, c->r.size_b, a, b);
  else if (a_receives) smpi_psi_oprf_cost(&c->s->spent, c->r.size_a, c->r.size_b, b, is_malicious(c->s));
  else smpi_psi_oprf_cost(&c->s->spent, c->r.size_b, c->r.size_a, a, is_malicious(c->s));
}

static smpc_err check_mine(const struct call *c, size_t n_matched) {
  smpc_session *s = c->s;
  bool wants_rows = !c->is_count && learns(c->q, smpi_me(s));
  if (c->stream != NULL) return smpi_psi_stream_check(s, c->stream, wants_rows);
  smpc_err err = smpi_psi_set_check(s, c->mine);
  if (err != SMPC_OK || !wants_rows || c->mine->n == 0 || (c->matched != NULL && n_matched == c->mine->n)) return err;
  return smpi_fail(s, SMPC_E_ARG, -1, "%s: matched must have room for %zu items", s->op, c->mine->n);
}

static smpc_err intersect(struct call *c, const char *name, size_t n_matched) {
  struct smpi_op op;
  smpc_err err;
  smpc_session *s = c->s;
  bool begun = c->is_count ? smpi_op_begin(&op, s, name, 0, NULL) : smpi_op_begin_malicious(&op, s, name);
  if (!begun) return smpi_op_refused(s);
  TRY(check_question(s, c->q, c->is_count));
  bool i_own = is_owner(c->q, smpi_me(s));
  if (!i_own) c->mine = NULL, c->stream = NULL;
  if (i_own && !s->is_dry) TRY(check_mine(c, n_matched));
  if (!learns(c->q, smpi_me(s))) c->matched = NULL;
  /* The same at all parties: the sizes that are told come later, and not to all. */
  bool are_declared = c->q->size_a != 0 && c->q->size_b != 0;
  smpc_shape shape = {c->is_count ? 1 : are_declared ? c->q->size_a + c->q->size_b : 0, 1};
  c->r.size_a = c->q->size_a;
  c->r.size_b = c->q->size_b;
  if (i_own && !s->is_dry) {
    TRY(count_mine(c));
    if (c->stream == NULL) TRY(smpi_psi_set_tell_vt(s, c->mine, NULL, NULL, false));
  }
  TRY(announce(c, false));
  TRY(smpi_opening_check(s, c->q->to, c->q->purpose, shape));
  TRY(tell_and_compare(c));
  if (s->is_dry) add_cost(c);
  else if (i_own) TRY(run(c));
  else if (!has_told_sizes(c)) TRY(announce(c, true));
out:
  smpi_psi_parts_close(&c->set);
  smpi_op_end(&op, NULL, err);
  smpi_wipe_stack();
  return smpi_status(s);
}

/* Counts that only the join can give: of many sets, with noise, held for reviewers, and where nothing but
 * [count >= minimum] is told to whom it is for. */
static bool needs_join(const struct call *c) {
  const smpc_psi *q = c->q;
  if (q->owners.bits != 0) return true;
  if (!c->is_count || q->protocol != SMPC_PSI_AUTO) return c->is_count && q->protocol == SMPC_PSI_JOIN;
  return q->epsilon != 0 || smpi_opening_is_held(c->s, q->purpose) || q->minimum > 1 ||
         (q->to.bits & ~(smpc_to(q->a).bits | smpc_to(q->b).bits)) != 0;
}

/* What arises at its recipient, and never in shares, can neither have noise nor wait for reviewers. */
static smpc_err check_kept(const struct call *c, const char *name) {
  smpc_err err = smpi_psi_check_noise(c->s, c->q, name);
  if (err != SMPC_OK || (c->is_count && needs_join(c))) return err;
  if (c->q->epsilon != 0)
    return smpi_fail(c->s, SMPC_E_ARG, -1, "%s: noise is added to counts in shares, which only the protocol join does", name);
  if (!smpi_opening_is_held(c->s, c->q->purpose)) return SMPC_OK;
  return smpi_fail(c->s, SMPC_E_POLICY, (int)smpi_me(c->s),
                   "%s: the study asks for a review, and this result arises at its recipient and is never in shares: it "
                   "cannot be held", name);
}

/* A minimum is decided in shares first; below it nothing else happens. */
static smpc_err run_gated(struct call *c, const char *name, size_t n_matched) {
  bool reached = true;
  if (needs_join(c)) return smpi_psi_count_joined(c->s, c->q, c->mine, &c->r.matched, &c->r);
  if (c->q->minimum > 1 && c->is_count)
    return smpi_fail(c->s, SMPC_E_ARG, -1, "%s: a minimum is compared in shares, which only the protocol join does", name);
  if (c->q->minimum > INT32_MAX) return smpi_fail(c->s, SMPC_E_RANGE, -1, "%s: the minimum is too large", name);
  if (c->q->minimum > 1) {
    smpc_err err = smpi_psi_gate(c->s, c->q, c->mine, &reached, &c->r);
    if (err != SMPC_OK) return err;
    c->is_gated = true;
  }
  c->r.suppressed = !reached;
  return reached ? intersect(c, name, n_matched) : SMPC_OK;
}

/* What every call begins and ends with. */
static smpc_err call(struct call *c, const char *name, size_t n_matched, smpc_psi_result *result) {
  if (result != NULL) *result = (smpc_psi_result){.size = sizeof *result};
  if (c->s == NULL) return SMPC_E_ARG;
  if (c->q == NULL || c->q->size != sizeof *c->q)
    return smpi_fail(c->s, SMPC_E_ARG, -1, "%s: the question was not made with SMPC_PSI_INIT of this version", name);
  c->r.size = sizeof c->r;
  smpc_err err = check_kept(c, name);
  if (err == SMPC_OK && c->q->owners.bits != 0 && !c->is_count)
    return smpi_psi_many_reveal(c->s, c->q, c->mine, c->matched, n_matched, result);
  if (err == SMPC_OK) err = run_gated(c, name, n_matched);
  if (result != NULL && (err == SMPC_OK || err == SMPC_E_HELD)) *result = c->r;
  return err;
}

smpc_err smpc_psi_reveal(smpc_session *s, const smpc_psi *q, const smpc_items *mine, uint8_t *matched, size_t n_matched,
                         smpc_psi_result *result) {
  struct call c = {.s = s, .q = q, .mine = mine, .matched = matched};
  if (matched != NULL) memset(matched, 0, n_matched);
  smpc_err err = call(&c, "smpc_psi_reveal", n_matched, result);
  if (err != SMPC_OK && matched != NULL) smpi_wipe(matched, n_matched);
  return err;
}

smpc_err smpc_psi_reveal_stream(smpc_session *s, const smpc_psi *q, const smpc_psi_stream *mine, smpc_psi_result *result) {
  struct call c = {.s = s, .q = q, .stream = mine};
  bool fits = q == NULL || q->size != sizeof *q || (q->protocol == SMPC_PSI_VOLE && q->owners.bits == 0 && q->minimum <= 1);
  if (result != NULL) *result = (smpc_psi_result){.size = sizeof *result};
  if (s != NULL && !fits)
    return smpi_fail(
        s, SMPC_E_ARG, -1,
        "smpc_psi_reveal_stream: only the protocol vole, between two owners and without a minimum, takes a stream");
  return call(&c, "smpc_psi_reveal", 0, result); /* the other owner may have its set in memory */
}

smpc_err smpc_psi_count(smpc_session *s, const smpc_psi *q, const smpc_items *mine, uint64_t *count,
                        smpc_psi_result *result) {
  struct call c = {.s = s, .q = q, .mine = mine, .is_count = true};
  if (count != NULL) *count = 0;
  smpc_err err = call(&c, "smpc_psi_count", 0, result);
  if (err == SMPC_OK && count != NULL) *count = c.r.matched;
  return err;
}
