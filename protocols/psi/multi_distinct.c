/* multi_distinct.c - counting different items over several sets, bin by bin.
 *
 * Functionality F_distinct  from each of G owners a set X_i, and strata of its items; gives all computing parties
 *                        shares of the number of items in the union, or of each stratum's part of it: an item
 *                        counts at the first owner that has it.
 * Protocol      Pi_distinct in the (F_join, F_and, F_bit2a or F_keep)-hybrid model:
 *     1. tables    every owner k but the first makes a table of its items (cuckoo.h)
 *     2. join      k as the hub with each earlier owner j: xor shares b_kj of the two for each bin of
 *                  k's table; all other parties take zeros.  Pairs in the order of a tournament, so
 *                  that several run at once
 *     3. and       f_k = (o_k ^ b_k0) & not b_k1 & .. & not b_k(k-1), where o_k, known to k, tells
 *                  which bins are full.  Trees of ANDs, all tables together     (log2 G rounds)
 *     4. count     bits to numbers, summed up locally; the first owner adds how many items it has
 *        or tally  for each stratum c: of the numbers [o_k and the bin's item is of stratum c], which k
 *                  knows, those where f_k is one are kept (keep.h), and summed up; the first owner
 *                  adds its own tally
 * Why           b_kj is 0 in an empty bin, so o ^ b is (full and not seen); an item of X_k lies in one bin, and
 *               f_k there is one just when no earlier owner has it.
 * Security      semi-honest, up to P - 1 of P: what parties see besides outputs of the hybrid functionalities,
 *               which are random shares, is nothing but sizes.
 * Assumes       F_join (join.h), F_triple, F_keep, authenticated channels.
 * Cost          see multi_distinct.h.
 * Secrets       items, tables, strata, bits, numbers.
 * Differs from  circuits over sorted lists: bins stay where they are, so nothing is sorted or moved in shares.
 */
#include "psi/multi_distinct.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "compare/and.h"
#include "compare/b2a.h"
#include "psi/keep.h"

enum { MOST = SMPC_MAX_COMPUTING, BLOCK_WORDS = 1 << 13 /* AGREEMENT: of bits made numbers at once */ };

/* The bits of one table. */
struct table {
  size_t bins, words;
  unsigned n;            /* vectors that are still to be combined */
  shr *bit[MOST];        /* [words] each */
};

struct run {
  struct smpc_session *s;
  const struct smpi_distinct *t;
  struct smpi_join *join;
  struct smpi_join_table *mine; /* NULL: I have none */
  struct table table[MOST];     /* of each owner; no words: none */
  size_t words;                 /* of all tables */
};

/* --- who joins with whom ------------------------------------------------------------------- */

/* Pairs i < j of the owners, in rounds in which nobody stands twice (the circle method). */
struct pairs { unsigned n, hub[MOST * (MOST - 1) / 2], other[MOST * (MOST - 1) / 2]; };

static void list_pairs(struct pairs *p, unsigned owners) {
  unsigned even = owners + owners % 2, last = even - 1;
  p->n = 0;
  for (unsigned round = 0; round < last; round++)
    for (unsigned i = 0; i < even / 2; i++) {
      unsigned a = i == 0 ? last : (round + i) % last, b = (round + last - i) % last;
      if (a >= owners || b >= owners) continue;
      p->hub[p->n] = a < b ? b : a;
      p->other[p->n++] = a < b ? a : b;
    }
}

/* --- 1. and 2. -------------------------------------------------------------------------------- */

static struct smpi_join_pair pair_of(const struct smpi_distinct *t, unsigned hub, unsigned other) {
  return (struct smpi_join_pair){.rank = t->rank[t->mine == hub ? other : hub],
                                 .number = hub * MOST + other,
                                 .n = t->size[hub],
                                 .m = t->size[other],
                                 .runs = t->owners * (t->owners - 1) / 2};
}

static size_t words_of(const struct smpi_distinct *t, unsigned k) {
  return k == 0 ? 0 : smpi_ceil_div(smpi_cuckoo_bins(t->size[k]), 64);
}

static smpc_err make_room(struct run *r) {
  for (unsigned k = 1; k < r->t->owners; k++) {
    struct table *x = &r->table[k];
    x->words = words_of(r->t, k);
    x->bins = smpi_cuckoo_bins(r->t->size[k]);
    r->words += x->words;
    for (x->n = 0; x->n < k; x->n++) {
      shr *bit = x->bit[x->n] = smpi_scratch(r->s, x->words, sizeof *bit);
      if (bit == NULL) return smpi_status(r->s);
      memset(bit, 0, x->words * sizeof *bit);
    }
  }
  return SMPC_OK;
}

static smpc_err run_pair(struct run *r, unsigned hub, unsigned other) {
  const struct smpi_distinct *t = r->t;
  shr *bit = r->table[hub].bit[other];
  const struct smpi_join_pair p = pair_of(t, hub, other);
  if (t->mine == hub) return smpi_join_hub(r->join, &p, r->mine, bit, NULL);
  return smpi_join_other(r->join, &p, &t->set, NULL, bit, NULL);
}

static smpc_err run_joins(struct run *r) {
  const struct smpi_distinct *t = r->t;
  struct pairs p;
  smpc_err err;
  TRY(smpi_join_open(&r->join, r->s, t->instance));
  if (t->mine > 0 && t->mine < t->owners) TRY(smpi_join_table_vt(&r->mine, r->join, &t->set));
  list_pairs(&p, t->owners);
  for (unsigned i = 0; i < p.n; i++) {
    if (t->mine == p.hub[i] || t->mine == p.other[i]) TRY(run_pair(r, p.hub[i], p.other[i]));
    if (t->progress != NULL) t->progress(t->ctx, i + 1, p.n);
  }
out:
  return err;
}

/* --- 3. ------------------------------------------------------------------------------------------ */

/* The first vector becomes o ^ b, by the table's owner; the others not b, by the first party. */
static void complement(struct run *r) {
  for (unsigned k = 1; k < r->t->owners; k++) {
    struct table *x = &r->table[k];
    for (size_t b = 0; r->t->mine == k && b < x->bins; b++)
      x->bit[0][b / 64].v ^= (uint64_t)(smpi_join_slots(r->mine)[b] != SMPI_CUCKOO_EMPTY) << b % 64;
    for (unsigned j = 1; smpi_is_first(r->s) && j < x->n; j++)
      for (size_t w = 0; w < x->words; w++) x->bit[j][w].v = ~x->bit[j][w].v;
  }
}

/* Words of one level of all trees. */
static size_t level_words(const struct table *table, unsigned owners) {
  size_t n = 0;
  for (unsigned k = 0; k < owners; k++) n += table[k].n / 2 * table[k].words;
  return n;
}

/* Copy the operands of the level to x and y; or the results to where they stay. */
static void move_level(struct run *r, shr *x, shr *y, bool back) {
  for (unsigned k = 0; k < r->t->owners; k++) {
    struct table *q = &r->table[k];
    size_t len = q->words * sizeof *x;
    unsigned pairs = q->n / 2;
    for (unsigned p = 0; p < pairs; p++, x += q->words, y += q->words) {
      memcpy(back ? q->bit[p] : x, back ? x : q->bit[2 * p], len);
      if (!back) memcpy(y, q->bit[2 * p + 1], len);
    }
    if (!back || pairs == 0) continue;
    if (q->n % 2 == 1) memcpy(q->bit[pairs], q->bit[q->n - 1], len);
    q->n = pairs + q->n % 2;
  }
}

static smpc_err combine(struct run *r) {
  size_t n;
  smpc_err err = SMPC_OK;
  complement(r);
  while ((n = level_words(r->table, r->t->owners)) != 0) {
    size_t mark = smpi_scratch_mark(r->s);
    shr *x = smpi_scratch(r->s, n, sizeof *x), *y = smpi_scratch(r->s, n, sizeof *y);
    if (x == NULL || y == NULL) return smpi_status(r->s);
    move_level(r, x, y, false);
    TRY(smpi_and(r->s, x, x, y, n));
    move_level(r, x, y, true);
    smpi_scratch_release(r->s, mark);
  }
out:
  return err;
}

/* --- 4., count ----------------------------------------------------------------------------------- */

static smpc_err add_bits(struct run *r, shr *count, const shr *bit, size_t words) {
  shr *z = smpi_scratch(r->s, 64 * smpi_min(words, BLOCK_WORDS), sizeof *z);
  smpc_err err = z != NULL ? SMPC_OK : smpi_status(r->s);
  for (size_t w = 0, part; w < words && err == SMPC_OK; w += part) {
    part = smpi_min(BLOCK_WORDS, words - w);
    TRY(smpi_b2a(r->s, z, bit + w, 64 * part));
    for (size_t i = 0; i < 64 * part; i++) count->v += z[i].v;
  }
out:
  return err;
}

static smpc_err count(struct run *r, shr *sum) {
  size_t at = 0;
  shr *all = smpi_scratch(r->s, r->words, sizeof *all);
  if (all == NULL) return smpi_status(r->s);
  for (unsigned k = 1; k < r->t->owners; at += r->table[k++].words)
    memcpy(all + at, r->table[k].bit[0], r->table[k].words * sizeof *all);
  for (size_t i = 0; r->t->mine == 0 && i < r->t->set.n; i++) sum->v += r->t->set.row[i] != SMPI_PSI_PADDING;
  return add_bits(r, sum, all, r->words);
}

/* --- 4., tally ------------------------------------------------------------------------------------- */

/* 1 when the two are equal. */
static uint64_t is_same(uint32_t a, uint32_t b) { return ((uint64_t)(a ^ b) - 1) >> 63; }

/* In place of the stratum of an item that is none. */
#define NO_STRATUM UINT32_MAX

void smpi_distinct_numbers(shr *x, size_t strata, const uint32_t *slot, size_t bins, const size_t *row,
                           const uint32_t *stratum) {
  uint32_t of[64];
  for (size_t b = 0, part; b < bins; b += part) {
    part = smpi_min(64, bins - b);
    for (size_t j = 0; j < part; j++)
      of[j] = slot[b + j] == SMPI_CUCKOO_EMPTY ? NO_STRATUM : stratum[row[slot[b + j]]];
    for (size_t c = 0; c < strata; c++)
      for (size_t j = 0; j < part; j++) x[c * bins + b + j].v = is_same(of[j], (uint32_t)c);
  }
  smpi_wipe(of, sizeof of);
}

void smpi_distinct_add(shr *tally, size_t strata, const size_t *row, size_t n, const uint32_t *stratum) {
  for (size_t i = 0; i < n; i++) {
    uint32_t of = row[i] == SMPI_PSI_PADDING ? NO_STRATUM : stratum[row[i]];
    for (size_t c = 0; c < strata; c++) tally[c].v += is_same(of, (uint32_t)c);
  }
}

/* My numbers; zeros at those who have none. */
static void fill_numbers(const struct run *r, unsigned k, shr *x) {
  const struct smpi_distinct *t = r->t;
  size_t bins = r->table[k].bins;
  if (t->mine != k) memset(x, 0, t->strata * bins * sizeof *x);
  else smpi_distinct_numbers(x, t->strata, smpi_join_slots(r->mine), bins, t->set.row, t->stratum);
}

static smpc_err tally_table(struct run *r, unsigned k, shr *tally) {
  const struct table *q = &r->table[k];
  struct smpi_keep_task task = {.group = (UINT32_C(1) << smpi_parties(r->s)) - 1, .n = q->bins,
                                .columns = (unsigned)r->t->strata};
  size_t mark = smpi_scratch_mark(r->s), n = r->t->strata * q->bins;
  shr *x = smpi_scratch(r->s, n, sizeof *x), *z = smpi_scratch(r->s, n, sizeof *z);
  smpc_err err = smpi_status(r->s);
  if (x == NULL || z == NULL) goto out;
  fill_numbers(r, k, x);
  TRY(smpi_keep(smpi_join_transfers(r->join), &task, z, q->bit[0], x));
  for (size_t i = 0; i < n; i++) tally[i / q->bins].v += z[i].v;
out:
  smpi_scratch_release(r->s, mark);
  return err;
}

static smpc_err tally_all(struct run *r, shr *tally) {
  const struct smpi_distinct *t = r->t;
  smpc_err err = SMPC_OK;
  if (t->mine == 0) smpi_distinct_add(tally, t->strata, t->set.row, t->set.n, t->stratum);
  for (unsigned k = 1; k < t->owners && err == SMPC_OK; k++) err = tally_table(r, k, tally);
  return err;
}

/* --- the driver --------------------------------------------------------------------------------------- */

static size_t results(const struct smpi_distinct *t) { return t->strata == 0 ? 1 : t->strata; }

smpc_err smpi_psi_distinct(struct smpc_session *s, const struct smpi_distinct *t, shr *tally) {
  struct run r = {.s = s, .t = t};
  size_t mark = smpi_scratch_mark(s);
  smpc_err err;
  memset(tally, 0, results(t) * sizeof *tally);
  TRY(make_room(&r));
  TRY(run_joins(&r));                                                        /* 1., 2. */
  TRY(combine(&r));                                                          /* 3.     */
  TRY(t->strata == 0 ? count(&r, tally) : tally_all(&r, tally));             /* 4.     */
out:
  smpi_join_table_close(r.mine);
  smpi_join_close(r.join);
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK) smpi_wipe(tally, results(t) * sizeof *tally);
  return err;
}

/* --- cost -------------------------------------------------------------------------------------------- */

/* Steps 1 to 3. */
static void bits_cost(struct smpi_cost *c, const struct smpi_distinct *t) {
  uint64_t bytes[MOST] = {0}, rounds[MOST] = {0}, most_bytes = 0, most_rounds = 0;
  struct table table[MOST] = {0};
  size_t n;
  struct pairs p;
  list_pairs(&p, t->owners);
  for (unsigned i = 0; i < p.n; i++) {
    uint64_t hub, other, both;
    const struct smpi_join_pair pair = pair_of(t, p.hub[i], p.other[i]);
    smpi_join_bytes(&hub, &other, &both, &pair);
    bytes[p.hub[i]] += hub;
    bytes[p.other[i]] += other;
    rounds[p.hub[i]] += both;
    rounds[p.other[i]] += both;
    table[p.hub[i]].n++;
  }
  for (unsigned k = 0; k < t->owners; k++) {
    if (bytes[k] > most_bytes) most_bytes = bytes[k];
    if (rounds[k] > most_rounds) most_rounds = rounds[k];
    table[k].words = words_of(t, k);
  }
  c->bytes += most_bytes + SMPI_VOLE_OPEN_BYTES * (uint64_t)(c->parties - 1);
  c->rounds += most_rounds + 2;
  while ((n = level_words(table, t->owners)) != 0) {
    smpi_and_cost(c, n);
    for (unsigned k = 0; k < t->owners; k++) table[k].n = (table[k].n + 1) / 2;
  }
}

void smpi_psi_distinct_cost(struct smpi_cost *c, const struct smpi_distinct *t) {
  size_t words = 0;
  bits_cost(c, t);
  for (unsigned k = 1; k < t->owners; k++) words += words_of(t, k);
  for (size_t w = 0, part; t->strata == 0 && w < words; w += part) {
    part = smpi_min(BLOCK_WORDS, words - w);
    smpi_b2a_cost(c, 64 * part);
  }
  for (unsigned k = 1; k < t->owners && t->strata != 0; k++) {
    uint64_t bytes, rounds;
    smpi_keep_bytes(&bytes, &rounds, c->parties, smpi_cuckoo_bins(t->size[k]), (unsigned)t->strata);
    c->bytes += bytes;
    c->rounds += rounds;
  }
}
