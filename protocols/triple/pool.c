/* pool.c - elementwise correlations: batches, taking, wiping. */
#include "triple/pool.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "session/agreed.h"
#include "triple/corr.h"
#include "triple/cost.h"
#include "triple/dealer.h"
#include "triple/disk.h"
#include "triple/ot_source.h"
#include "triple/paillier_source.h"

/* --- life ---------------------------------------------------------------------- */

static void drop(struct smpi_batch *b) {
  if (b == NULL || --b->holders != 0) return;
  smpi_secret_free(b->words);
  smpi_free(b);
}

static void close_pool(void *state) {
  struct smpi_pool *p = state;
  if (p->src != NULL && smpi_status(p->s) == SMPC_OK) (void)p->src->ops->finish(p->src, p->s); /* records its fault */
  for (unsigned k = 0; k < SMPI_CORRS; k++)
    for (struct smpi_batch *b = p->kind[k].head, *next; b != NULL; b = next) {
      next = b->next;
      drop(b);
    }
  smpi_pool_forget_masks(p);
  if (p->src != NULL) p->src->ops->free(p->src);
  smpi_ledger_end(&p->ledger);
  smpi_free(p);
}

/* The source the parties agreed upon. */
static smpc_err open_source(struct smpi_source **src, struct smpc_session *s) {
  if (smpi_source_of(s) == SMPC_DEALER) return smpi_dealer_open(src, s);
  smpi_offline(s, true);
  smpc_err err = smpi_source_of(s) == SMPC_OT ? smpi_ot_source_open(src, s) : smpi_paillier_source_open(src, s);
  smpi_source_ended(s);
  return err;
}

const char *smpi_triple_trust(const struct smpc_session *s) {
  switch (smpi_source_of(s)) {
  case SMPC_OT: return smpi_ot_ops.trust;
  case SMPC_PAILLIER: return smpi_paillier_ops.trust;
  default: return smpi_dealer_ops.trust;
  }
}

smpc_err smpi_pool_get(struct smpi_pool **out, struct smpc_session *s) {
  smpc_err err = smpi_status(s);
  struct smpi_pool *p = *out = smpi_slot_get(s, SMPI_SLOT_TRIPLE);
  if (err != SMPC_OK || p != NULL) return err;
  if (smpi_rank(s) < 0) return smpi_fail(s, SMPC_E_STATE, -1, "this party does not compute");
  p = smpi_alloc(1, sizeof *p);
  if (p == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
  p->s = s;
  smpi_slot_set(s, SMPI_SLOT_TRIPLE, p, close_pool);
  *out = p;
  return SMPC_OK;
}

smpc_err smpi_pool_source(struct smpi_pool *p) { return p->src != NULL ? SMPC_OK : open_source(&p->src, p->s); }

smpc_err smpi_triple_open(struct smpc_session *s) {
  struct smpi_pool *p;
  smpc_err err = smpi_pool_get(&p, s);
  return err == SMPC_OK ? smpi_pool_source(p) : err;
}

void smpi_pool_note(struct smpi_pool *p, unsigned book, uint64_t first, uint64_t n) {
#ifdef SMPI_TEST_BUILD
  SMPI_VERIFY(smpi_ledger_note(&p->ledger, book, first, n));
#else
  (void)p, (void)book, (void)first, (void)n;
#endif
}

/* --- batches -------------------------------------------------------------------- */

static struct smpi_batch *new_batch(enum smpi_corr kind, size_t n) {
  struct smpi_batch *b = smpi_alloc(1, sizeof *b);
  if (b == NULL) return NULL;
  b->words = smpi_secret_alloc(n * smpi_corr_words(kind), sizeof *b->words);
  b->n = n;
  b->holders = 1;
  if (b->words != NULL) {
    smpi_corr_lay(b->col, kind, b->words, n);
    return b;
  }
  smpi_free(b);
  return NULL;
}

smpc_err smpi_pool_draw(struct smpi_pool *p, uint64_t *const col[], enum smpi_corr kind, size_t n) {
  smpc_err err = smpi_pool_source(p);
  if (err != SMPC_OK) return err;
  smpi_offline(p->s, true);
  err = p->src->ops->units(p->src, p->s, col, kind, n, p->kind[kind].batches++);
  smpi_source_ended(p->s);
  return err;
}

static smpc_err make_one(struct smpi_pool *p, enum smpi_corr kind, size_t n, bool from_disk) {
  struct smpi_batch *b = new_batch(kind, n);
  if (b == NULL) return smpi_fail(p->s, SMPC_E_NOMEM, -1, "out of memory");
  smpc_err err = from_disk ? smpi_disk_take(p->s, b->col, kind, n) : smpi_pool_draw(p, b->col, kind, n);
  if (err != SMPC_OK) {
    drop(b);
    return err;
  }
  b->is_from_disk = from_disk;
  b->first = p->kind[kind].units;
  p->kind[kind].units += n;
  p->kind[kind].ready += n;
  if (p->kind[kind].tail != NULL) p->kind[kind].tail->next = b;
  else p->kind[kind].head = b;
  p->kind[kind].tail = b;
  return SMPC_OK;
}

/* A power of two, as blocks are: a block is then one whole batch, or a batch so many whole blocks, and nothing is
 * copied together from two. */
size_t smpi_pool_most(enum smpi_corr kind) {
  size_t most = 1;
  while (2 * most * smpi_corr_words(kind) <= SMPI_POOL_MOST) most *= 2;
  return most;
}

/* What is reserved there, up to n units and a chunk's rest. */
static smpc_err from_disk(struct smpi_pool *p, enum smpi_corr kind, size_t n) {
  size_t chunk = smpi_disk_units(kind), most = smpi_pool_most(kind) / chunk * chunk, reserved;
  smpc_err err = SMPC_OK;
  for (size_t some; n != 0 && err == SMPC_OK && (reserved = smpi_disk_reserved(p->s, kind)) != 0; n -= smpi_min(n, some)) {
    some = smpi_min(reserved, most);
    err = make_one(p, kind, some, true);
  }
  return err;
}

static smpc_err from_source(struct smpi_pool *p, enum smpi_corr kind, size_t n) {
  size_t most = smpi_pool_most(kind);
  smpc_err err = SMPC_OK;
  for (; n != 0 && err == SMPC_OK; n -= smpi_min(n, most)) err = make_one(p, kind, smpi_min(n, most), false);
  return err;
}

/* --- taking --------------------------------------------------------------------- */

/* Give the next n units of the first batch, which has them. */
static struct smpi_batch *give(struct smpi_pool *p, enum smpi_corr kind, size_t n, uint64_t *col[]) {
  struct smpi_batch *b = p->kind[kind].head;
  struct smpi_cost spent = {0};
  if (b->is_from_disk) spent.pooled[kind] = n;
  smpi_spent_add(p->s, &spent);
  smpi_corr_at(col, b->col, kind, b->given);
  smpi_pool_note(p, kind, b->first + b->given, n);
  b->given += n;
  b->holders++;
  p->kind[kind].ready -= n;
  if (b->given == b->n) {
    p->kind[kind].head = b->next;
    if (b->next == NULL) p->kind[kind].tail = NULL;
    drop(b);
  }
  return b;
}

static void wipe_columns(uint64_t *const col[], enum smpi_corr kind, size_t n) {
  for (unsigned c = 0; c < smpi_corr_columns(kind); c++) smpi_wipe(col[c], 8 * n * smpi_corr_width(kind, c));
}

/* Put n units together from several batches, wiping them there. */
static smpc_err assemble(struct smpi_pool *p, struct smpi_taken *t, size_t n) {
  struct smpi_batch *whole = new_batch(t->kind, n);
  uint64_t *from[SMPI_CORR_COLUMNS], *to[SMPI_CORR_COLUMNS];
  if (whole == NULL) return smpi_fail(p->s, SMPC_E_NOMEM, -1, "out of memory");
  for (size_t at = 0, some; at < n; at += some) {
    const struct smpi_batch *head = p->kind[t->kind].head;
    some = smpi_min(n - at, head->n - head->given);
    struct smpi_batch *part = give(p, t->kind, some, from);
    smpi_corr_at(to, whole->col, t->kind, at);
    for (unsigned c = 0; c < smpi_corr_columns(t->kind); c++)
      memcpy(to[c], from[c], 8 * some * smpi_corr_width(t->kind, c));
    wipe_columns(from, t->kind, some);
    drop(part);
  }
  memcpy(t->col, whole->col, sizeof t->col);
  t->hold = whole;
  return SMPC_OK;
}

bool smpi_triple_has_lookups(unsigned parties, smpc_source source) { return parties == 2 && source == SMPC_OT; }

/* At least n ready: no more from disk than that, in whole chunks; from the source its least batch. */
static smpc_err refill(struct smpi_pool *p, enum smpi_corr kind, size_t n) {
  size_t least = SMPI_POOL_LEAST / smpi_corr_words(kind);
  uint64_t want[SMPI_CORRS] = {0};
  smpc_err err = SMPC_OK;
  if (p->kind[kind].ready >= n) return SMPC_OK;
  want[kind] = n - p->kind[kind].ready;
  TRY(smpi_disk_reserve(p->s, want));
  TRY(from_disk(p, kind, (size_t)want[kind]));
  if (p->kind[kind].ready < n) TRY(from_source(p, kind, n - p->kind[kind].ready > least ? n - p->kind[kind].ready : least));
out:
  return err;
}

smpc_err smpi_triple_take(struct smpc_session *s, struct smpi_taken *t, enum smpi_corr kind, size_t n) {
  struct smpi_pool *p;
  struct smpi_cost spent = {0};
  smpc_err err = SMPC_OK;
  *t = (struct smpi_taken){0};
  if ((unsigned)kind >= SMPI_CORRS || n > SMPI_MAX_UNITS)
    return smpi_fail(s, SMPC_E_ARG, -1, "no such amount of correlated randomness can be taken");
  t->kind = kind;
  if (kind == SMPI_LOOKUP && !smpi_triple_has_lookups(smpi_parties(s), smpi_source_of(s)))
    return smpi_fail(s, SMPC_E_BUG, -1, "lookups are for two parties with oblivious transfer");
  if (n == 0) return smpi_status(s);
  TRY(smpi_pool_get(&p, s));
  TRY(refill(p, kind, n));
  if (p->kind[kind].head->n - p->kind[kind].head->given >= n) t->hold = give(p, kind, n, t->col);
  else TRY(assemble(p, t, n));
  t->n = n;
  spent.corr[kind] = n;
  smpi_spent_add(s, &spent);
out:
  return err;
}

void smpi_triple_wipe(struct smpi_taken *t) {
  struct smpi_batch *b = t->hold;
  if (b != NULL && b->holders > 1) wipe_columns(t->col, t->kind, t->n); /* the last holder's drop wipes all */
  drop(b);
  *t = (struct smpi_taken){0};
}

/* Oblivious transfer tells its progress by bytes, in the midst of batches: how many there will be
 * for what is not on disk. */
static smpc_err expect_bytes(const struct smpi_pool *p, const struct smpi_demand *demand) {
  struct smpc_session *s = p->s;
  struct smpi_cost c = {.parties = smpi_parties(s), .source = SMPC_OT};
  uint64_t units = 0;
  if (smpi_source_of(s) != SMPC_OT) return SMPC_OK;
  for (unsigned k = 0; k < SMPI_CORRS; k++) {
    uint64_t have = smpi_disk_reserved(s, k), want = demand->units[k];
    units += c.corr[k] = have < want ? want - have : 0;
  }
  smpi_triple_cost_end(&c, smpi_frac_bits(s));
  if (units != 0) c.offline_bytes -= smpi_ot_open_bytes(c.parties); /* counted, but perhaps done */
  if (p->src == NULL && (units != 0 || demand->steps != 0)) c.offline_bytes += smpi_ot_open_bytes(c.parties);
  smpc_err err = smpi_products_cost(&c, smpi_rank(s), demand->step, demand->steps);
  if (err != SMPC_OK) return smpi_fail(s, err, -1, "out of memory");
  smpi_expect_offline(s, c.offline_bytes);
  return SMPC_OK;
}

static smpc_err make_all(struct smpi_pool *p, const struct smpi_demand *demand) {
  uint64_t words = 0, total = 0;
  smpc_err err = SMPC_OK;
  for (unsigned k = 0; k < SMPI_CORRS; k++) total += demand->units[k] * smpi_corr_words(k);
  TRY(smpi_disk_reserve(p->s, demand->units)); /* all at once: one round */
  TRY(expect_bytes(p, demand));
  for (unsigned k = 0; k < SMPI_CORRS; k++) {
    size_t before = p->kind[k].ready, want = (size_t)demand->units[k];
    TRY(from_disk(p, k, want));
    size_t got = p->kind[k].ready - before;
    if (got < want) TRY(from_source(p, k, want - got));
    if (smpi_source_of(p->s) != SMPC_OT) smpi_progress(p->s, words += demand->units[k] * smpi_corr_words(k), total);
  }
  TRY(smpi_pool_prepare_masks(p, demand->step, demand->steps));
out:
  return err;
}

smpc_err smpi_triple_prepare(struct smpc_session *s, const struct smpi_demand *demand) {
  struct smpi_pool *p;
  smpc_err err = smpi_status(s);
  bool is_any = demand->steps != 0;
  for (unsigned k = 0; k < SMPI_CORRS; k++) is_any |= demand->units[k] != 0;
  if (err != SMPC_OK || !is_any) return err; /* nothing need be opened for nothing */
  TRY(smpi_pool_get(&p, s));
  for (unsigned k = 0; k < SMPI_CORRS; k++)
    if (demand->units[k] > SMPI_MAX_UNITS)
      return smpi_fail(s, SMPC_E_ARG, -1, "the program takes more %s than can be prepared", smpi_corr_name(k));
  err = make_all(p, demand);
  smpi_expect_offline(s, 0);
out:
  return err;
}
