/* psi_join.c - the join from outside: checks, sizes, and rows that nobody knows.
 *
 * The hub's table has one item in a bin.  A run with each other owner gives the two shares of a bit a bin, and of
 * that owner's columns; the conjunction of all bits says which bins are matched.  All columns,
 * and a column of ones, are multiplied with it at once. */
#include <string.h>

#include "api/psi_set.h"
#include "api/psi_sum.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "compare/and.h"
#include "psi/join.h"
#include "psi/keep.h"

enum { NOT_MINE = SMPC_MAX_COMPUTING, HUB = 0, MOST_COLUMNS = 4096 };

/* One call. */
struct call {
  smpc_session *s;
  const smpc_psi_star *q;
  const smpc_psi_rows *rows;
  smpc_psi_joined *out;
  unsigned mine;                  /* my number among the owners, or NOT_MINE              */
  unsigned rank[SMPC_MAX_COMPUTING]; /* of the owners                                     */
  unsigned first[SMPC_MAX_COMPUTING + 1]; /* of each owner's columns: column 0 is the ones */
  uint32_t group;                 /* ranks that hold shares: two owners, or everybody      */
  struct smpi_psi_set set;
  struct smpi_join *join;
  struct smpi_join_table *table;
  uint64_t *words;                /* [items.n][my columns] */
  shr *bit;                       /* [words of bins] */
  shr *x, *z;                     /* [columns][bins] before and after */
};

static bool i_own(const struct call *c) { return c->mine != NOT_MINE; }
static unsigned columns_of(const struct call *c, unsigned k) { return c->q->owner[k].reals + c->q->owner[k].wholes; }
static unsigned all_columns(const struct call *c) { return c->first[c->q->owners]; }
static size_t bit_words(const struct call *c) { return smpi_ceil_div(c->out->bins, 64); }

/* --- the question ---------------------------------------------------------------------- */

static smpc_err check_owner(struct call *c, unsigned k) {
  smpc_session *s = c->s;
  const smpc_psi_owner *o = &c->q->owner[k];
  unsigned id = o->party.id;
  if (id >= s->cfg.parties || !(s->cfg.member[id].roles & SMPC_INPUT))
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: party %u is not an input party", s->op, id);
  if (!(s->cfg.member[id].roles & SMPC_COMPUTE))
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: %s holds a set, so it must be a computing party", s->op,
                     s->cfg.member[id].name);
  for (unsigned j = 0; j < k; j++)
    if (c->q->owner[j].party.id == id)
      return smpi_fail(s, SMPC_E_ARG, -1, "%s: %s is named twice as an owner", s->op, s->cfg.member[id].name);
  if (o->declared > SMPI_CUCKOO_MAX) return smpi_fail(s, SMPC_E_RANGE, -1, "%s: a declared size is too large", s->op);
  if (o->reals > MOST_COLUMNS || o->wholes > MOST_COLUMNS || columns_of(c, k) > MOST_COLUMNS)
    return smpi_fail(s, SMPC_E_RANGE, -1, "%s: an owner has more than %d columns", s->op, (int)MOST_COLUMNS);
  return SMPC_OK;
}

static smpc_err check_question(struct call *c) {
  smpc_session *s = c->s;
  smpc_err err = SMPC_OK;
  c->mine = NOT_MINE;
  smpi_absorb_u64(s, c->q->owners);
  if (c->q->owners < 2 || c->q->owners > SMPC_MAX_COMPUTING)
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: a join has 2 to %d owners", s->op, (int)SMPC_MAX_COMPUTING);
  c->first[0] = 1;
  for (unsigned k = 0; k < c->q->owners; k++) {
    const smpc_psi_owner *o = &c->q->owner[k];
    const uint64_t all[] = {o->party.id, o->declared, o->reals, o->wholes};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) smpi_absorb_u64(s, all[i]);
    TRY(check_owner(c, k));
    c->rank[k] = (unsigned)smpi_rank_of(s, o->party.id);
    c->first[k + 1] = c->first[k] + columns_of(c, k);
    c->group |= c->q->owners == 2 ? 1u << c->rank[k] : (1u << s->parties) - 1;
    c->out->sizes[k] = o->declared;
    if (o->party.id == smpi_me(s)) c->mine = k;
  }
out:
  return err;
}

/* --- what I bring ----------------------------------------------------------------------- */

static smpc_err check_rows(struct call *c) {
  const smpc_psi_owner *o = &c->q->owner[c->mine];
  smpc_err err;
  TRY(smpi_psi_set_check(c->s, c->rows == NULL ? NULL : &c->rows->items));
  if (c->rows->items.n != 0 && ((o->reals != 0 && c->rows->real == NULL) || (o->wholes != 0 && c->rows->whole == NULL)))
    TRY(smpi_fail(c->s, SMPC_E_ARG, -1, "%s: an owner gives no columns", c->s->op));
out:
  return err;
}

/* words[i][..] := row i's columns as ring elements: reals, then wholes. */
static smpc_err encode_columns(struct call *c) {
  const smpc_psi_owner *o = &c->q->owner[c->mine];
  size_t n = c->rows->items.n, mark, columns = columns_of(c, c->mine);
  uint64_t *part;
  smpc_err err = SMPC_OK;
  c->words = smpi_scratch(c->s, n, (columns + 1) * sizeof *c->words);
  if (c->words == NULL) return smpi_status(c->s);
  mark = smpi_scratch_mark(c->s);
  for (int whole = 0; whole < 2 && err == SMPC_OK; whole++) {
    size_t some = whole ? o->wholes : o->reals, at = whole ? o->reals : 0;
    if (some == 0) continue;
    if ((part = smpi_scratch(c->s, n, some * sizeof *part)) == NULL) return smpi_status(c->s);
    TRY(smpi_encode(c->s, part, whole ? (const void *)c->rows->whole : c->rows->real, n * some,
                    whole ? 0 : smpi_frac_bits(c->s)));
    if (c->s->guard != NULL) TRY(c->s->guard->input(c->s->guard_ctx, c->s, part, n * some));
    for (size_t i = 0; i < n; i++) memcpy(c->words + i * columns + at, part + i * some, some * sizeof *part);
  }
out:
  smpi_scratch_release(c->s, mark);
  return err;
}

static smpc_err open_mine(struct call *c) {
  smpc_err err;
  TRY(check_rows(c));
  TRY(smpi_psi_set_open(c->s, &c->set, &c->rows->items, c->q->owner[c->mine].declared));
  if (c->set.size > SMPI_CUCKOO_MAX) TRY(smpi_fail(c->s, SMPC_E_RANGE, -1, "%s: the set is too large", c->s->op));
  c->out->distinct = c->set.distinct;
  c->out->duplicates = c->rows->items.n - c->set.distinct;
  c->out->sizes[c->mine] = c->set.size;
  TRY(smpi_psi_set_shuffle(c->s, &c->set));
  TRY(smpi_psi_set_tell_vt(c->s, &c->rows->items, NULL, NULL, columns_of(c, c->mine) != 0));
  TRY(encode_columns(c));
out:
  return err;
}

/* --- sizes: everybody needs them for the shapes -------------------------------------------- */

static bool is_told(const struct call *c, unsigned k) { return c->q->owner[k].declared == 0; }

/* Member `id` is the owner of a size that is told: its number, else NOT_MINE. */
static unsigned teller(const struct call *c, unsigned id) {
  for (unsigned k = 0; k < c->q->owners; k++)
    if (c->q->owner[k].party.id == id && is_told(c, k)) return k;
  return NOT_MINE;
}

static unsigned count_told(const struct call *c) {
  unsigned n = 0;
  for (unsigned k = 0; k < c->q->owners; k++) n += is_told(c, k);
  return n;
}

static smpc_err tell_sizes(struct call *c) {
  smpc_session *s = c->s;
  uint8_t mine[8] = {0}, theirs[SMPC_MAX_COMPUTING][8];
  struct smpi_flow flow[SMPC_MAX_PARTIES];
  size_t n = 0;
  bool i_tell = teller(c, smpi_me(s)) != NOT_MINE;
  if (i_own(c)) smpi_put64(mine, c->out->sizes[c->mine]);
  for (unsigned id = 0; id < s->cfg.parties; id++) {
    unsigned k = teller(c, id);
    if (id == smpi_me(s) || (int)id == s->dealer || (!i_tell && k == NOT_MINE)) continue;
    flow[n++] = (struct smpi_flow){.peer = id, .out_len = i_tell ? 8 : 0, .out = mine, .in_len = k != NOT_MINE ? 8 : 0,
                                   .in = k != NOT_MINE ? theirs[k] : NULL};
  }
  smpc_err err = n == 0 ? SMPC_OK : smpi_exchange(s, flow, n);
  for (unsigned k = 0; k < c->q->owners && err == SMPC_OK; k++) {
    if (!is_told(c, k)) continue;
    if (k != c->mine) c->out->sizes[k] = smpi_get64(theirs[k]);
    if (c->out->sizes[k] > SMPI_CUCKOO_MAX)
      err = smpi_fail(s, SMPC_E_FORMAT, (int)c->q->owner[k].party.id, "%s: %s told an impossible size of its set",
                      s->op, smpi_member_name(s, c->q->owner[k].party.id));
    smpi_absorb_u64(s, c->out->sizes[k]);
  }
  return err == SMPC_OK ? smpi_compare_programs(s) : err; /* who was told another size finds out before it takes memory */
}

static smpc_err announce(struct call *c, bool are_known) {
  unsigned owner[SMPC_MAX_COMPUTING];
  for (unsigned k = 0; k < c->q->owners; k++) owner[k] = c->q->owner[k].party.id;
  return smpi_psi_announce(c->s, owner, c->out->sizes, c->q->owners, are_known);
}

/* --- the runs -------------------------------------------------------------------------------- */

static struct smpi_join_pair pair_of(const struct call *c, unsigned k) {
  return (struct smpi_join_pair){.rank = c->mine == HUB ? c->rank[k] : c->rank[HUB],
                                 .number = k,
                                 .n = c->out->sizes[HUB],
                                 .m = c->out->sizes[k],
                                 .columns = columns_of(c, k),
                                 .runs = c->q->owners - 1};
}

/* The hub's own part of x: ones, and its columns by bins. */
static void lay_out(struct call *c) {
  const uint32_t *slot = smpi_join_slots(c->table);
  size_t bins = c->out->bins, columns = columns_of(c, HUB);
  for (size_t b = 0; b < bins; b++) {
    c->x[b].v = 1;
    if (slot[b] == SMPI_CUCKOO_EMPTY) continue;
    const uint64_t *row = c->words + c->set.row[slot[b]] * columns;
    for (size_t k = 0; k < columns; k++) c->x[(c->first[HUB] + k) * bins + b].v = row[k];
  }
}

/* bit &= more, among all computing parties: who is not of the pair holds zeros. */
static smpc_err conjoin(struct call *c, const shr *more, bool is_first) {
  if (!is_first) return smpi_and(c->s, c->bit, c->bit, more, bit_words(c));
  memcpy(c->bit, more, bit_words(c) * sizeof *more);
  return SMPC_OK;
}

static smpc_err run_hub(struct call *c, shr *more) {
  struct smpi_join_set set = {.items = &c->rows->items, .row = c->set.row, .n = c->set.size};
  smpc_err err;
  TRY(smpi_join_table_vt(&c->table, c->join, &set));
  lay_out(c);
  for (unsigned k = 1; k < c->q->owners; k++) {
    const struct smpi_join_pair p = pair_of(c, k);
    TRY(smpi_join_hub(c->join, &p, c->table, more, c->x + c->first[k] * c->out->bins));
    TRY(conjoin(c, more, k == 1));
  }
out:
  smpi_join_table_close(c->table);
  return err;
}

/* My columns by the positions of my set. */
static smpc_err run_other(struct call *c, shr *more) {
  struct smpi_join_set set = {.items = &c->rows->items, .row = c->set.row, .n = c->set.size};
  size_t columns = columns_of(c, c->mine), mark = smpi_scratch_mark(c->s);
  const struct smpi_join_pair p = pair_of(c, c->mine);
  uint64_t *payload = smpi_scratch(c->s, set.n, (columns + 1) * sizeof *payload);
  if (payload == NULL) return smpi_status(c->s);
  memset(payload, 0, set.n * columns * sizeof *payload); /* paddings' */
  for (size_t i = 0; i < set.n; i++)
    if (set.row[i] != SMPI_PSI_PADDING)
      memcpy(payload + i * columns, c->words + set.row[i] * columns, columns * sizeof *payload);
  smpc_err err = smpi_join_other(c->join, &p, &set, payload, more, c->x + c->first[c->mine] * c->out->bins);
  smpi_scratch_release(c->s, mark);
  return err;
}

/* Who is not of a pair waits for it in the conjunction. */
static smpc_err run_pairs(struct call *c) {
  smpc_err err;
  shr *more = smpi_scratch(c->s, bit_words(c), sizeof *more);
  if (more == NULL) return smpi_status(c->s);
  if (c->mine == HUB) return run_hub(c, more);
  for (unsigned k = 1; k < c->q->owners; k++) {
    memset(more, 0, bit_words(c) * sizeof *more);
    if (k == c->mine) TRY(run_other(c, more));
    TRY(conjoin(c, more, k == 1));
  }
  err = SMPC_OK;
out:
  return err;
}

/* --- the handles ---------------------------------------------------------------------------------- */

static smpc_shared *new_value(struct call *c, size_t columns, unsigned frac, double range) {
  smpc_shared *v = smpi_value_new(c->s, c->out->bins, columns, frac);
  if (v != NULL) v->range = range;
  return v;
}

static smpc_err make_values(struct call *c) {
  unsigned frac = smpi_frac_bits(c->s);
  c->out->matched = new_value(c, 1, 0, 1);
  for (unsigned k = 0; k < c->q->owners; k++) {
    const smpc_psi_owner *o = &c->q->owner[k];
    if (o->reals != 0) c->out->real[k] = new_value(c, o->reals, frac, smpi_input_range(frac));
    if (o->wholes != 0) c->out->whole[k] = new_value(c, o->wholes, 0, smpi_input_range(0));
  }
  return smpi_status(c->s);
}

void smpi_psi_joined_free(smpc_psi_joined *j) {
  smpi_value_free(j->matched);
  for (unsigned k = 0; k < SMPC_MAX_COMPUTING; k++) {
    smpi_value_free(j->real[k]);
    smpi_value_free(j->whole[k]);
  }
}

/* v := `columns` columns from number `first` on, row by row. */
static void take_columns(const struct call *c, smpc_shared *v, unsigned first) {
  if (v == NULL) return;
  for (size_t k = 0; k < v->cols; k++)
    for (size_t b = 0; b < v->rows; b++) v->v[b * v->cols + k] = c->z[(first + k) * c->out->bins + b];
}

static smpc_err keep_matched(struct call *c) {
  const struct smpi_keep_task t = {.group = c->group, .n = c->out->bins, .columns = all_columns(c)};
  smpc_err err;
  c->z = smpi_scratch(c->s, t.n, all_columns(c) * sizeof *c->z);
  if (c->z == NULL) return smpi_status(c->s);
  TRY(smpi_keep(smpi_join_transfers(c->join), &t, c->z, c->bit, c->x));
  take_columns(c, c->out->matched, 0);
  for (unsigned k = 0; k < c->q->owners; k++) {
    take_columns(c, c->out->real[k], c->first[k]);
    take_columns(c, c->out->whole[k], c->first[k] + c->q->owner[k].reals);
  }
out:
  return err;
}

/* --- one join ---------------------------------------------------------------------------------------- */

static smpc_err run(struct call *c) {
  smpc_session *s = c->s;
  smpc_err err;
  if (!(c->group >> s->rank & 1)) return SMPC_OK;
  TRY(smpi_join_open_with(&c->join, s, s->step, c->group & ~(1u << s->rank)));
  c->bit = smpi_scratch(s, bit_words(c), sizeof *c->bit);
  c->x = smpi_scratch(s, c->out->bins, all_columns(c) * sizeof *c->x);
  TRY(smpi_status(s));
  memset(c->x, 0, c->out->bins * all_columns(c) * sizeof *c->x);
  TRY(run_pairs(c));
  TRY(keep_matched(c));
out:
  smpi_join_close(c->join);
  return err;
}

/* What owner k sends to tell its size, and to compare sizes. */
static uint64_t telling_bytes(const struct call *c, unsigned k) {
  uint64_t others = c->s->cfg.parties - 1 - (c->s->dealer >= 0);
  return others * ((is_told(c, k) ? 8 : 0) + (count_told(c) != 0 ? SMPI_PSI_SIZES_LEN : 0));
}

/* The hub's runs with all others, and what the busiest sends in them. */
static void add_runs(struct call *c) {
  uint64_t hub_bytes = telling_bytes(c, HUB), most = 0;
  for (unsigned k = 1; k < c->q->owners; k++) {
    uint64_t hub, other, rounds;
    const struct smpi_join_pair p = pair_of(c, k);
    smpi_join_bytes(&hub, &other, &rounds, &p);
    hub_bytes += hub;
    other += telling_bytes(c, k);
    most = other > most ? other : most;
    c->s->spent.rounds += rounds;
    if (k > 1) smpi_and_cost(&c->s->spent, bit_words(c));
  }
  c->s->spent.bytes += hub_bytes > most ? hub_bytes : most;
}

/* Without network: sizes that nobody declared are taken to be those of my own set. */
static void add_cost(struct call *c) {
  struct smpi_cost *spent = &c->s->spent;
  unsigned parties = (unsigned)__builtin_popcount(c->group);
  uint64_t keep, rounds;
  for (unsigned k = 0; k < c->q->owners; k++)
    if (is_told(c, k)) c->out->sizes[k] = c->rows == NULL ? 0 : c->rows->items.n;
  c->out->bins = smpi_cuckoo_bins(c->out->sizes[HUB]);
  spent->rounds += count_told(c) != 0 ? 2 : 0;
  add_runs(c);
  smpi_keep_bytes(&keep, &rounds, parties, c->out->bins, all_columns(c));
  spent->rounds += 2 + rounds;
  spent->bytes += keep + SMPI_VOLE_OPEN_BYTES * (uint64_t)(parties - 1);
}

static smpc_err join(struct call *c) {
  struct smpi_op op;
  smpc_session *s = c->s;
  smpc_err err;
  if (!smpi_op_begin(&op, s, "smpc_psi_join", 0, NULL)) return smpi_op_refused(s);
  TRY(check_question(c));
  if (s->is_dry) {
    add_cost(c);
    TRY(make_values(c));
    goto out;
  }
  if (i_own(c)) TRY(open_mine(c));
  TRY(announce(c, false));
  if (count_told(c) != 0) TRY(tell_sizes(c));
  TRY(announce(c, true));
  c->out->bins = smpi_cuckoo_bins(c->out->sizes[HUB]);
  TRY(make_values(c));
  if (smpi_has_data(s)) TRY(run(c));
out:
  smpi_op_end(&op, NULL, err);
  return smpi_status(s);
}

smpc_err smpc_psi_join(smpc_session *s, const smpc_psi_star *q, const smpc_psi_rows *mine, smpc_psi_joined *joined) {
  struct call c = {.s = s, .q = q, .rows = mine, .out = joined};
  if (joined != NULL) memset(joined, 0, sizeof *joined);
  if (s == NULL) return SMPC_E_ARG;
  if (joined == NULL) return smpi_fail(s, SMPC_E_ARG, -1, "smpc_psi_join: there is no place for the result");
  if (q == NULL || q->size != sizeof *q)
    return smpi_fail(s, SMPC_E_ARG, -1,
                     "smpc_psi_join: the question was not made with SMPC_PSI_STAR_INIT of this version");
  smpc_err err = join(&c);
  smpi_wipe_stack();
  if (err != SMPC_OK) {
    smpi_psi_joined_free(joined);
    memset(joined, 0, sizeof *joined);
  } else joined->size = sizeof *joined;
  return err;
}
