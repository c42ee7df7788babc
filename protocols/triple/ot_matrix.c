/* ot_matrix.c - cross products of shared matrices: each scalar of one with the
 * vectors of the other.
 *
 * Functionality F_outer  from party i vectors V_i and scalars S_i; gives every party a
 *                        share of the sum of S_i[k][j] V_h[k], over k and all i != h (or the one h, or i,
 *                        that holds the vectors, or scalars, alone); many such at once.
 * Protocol      the scalars of all, one after the other, in stretches; for each:
 *     1. transfer   64 correlated transfers a scalar, chosen by its bits
 *     2. stream     for each scalar its trees, then its vector's corrections, part after
 *                   part: made and taken while they pass (ot_ringvole.c)     (1 round)
 *     Shared vectors shorter than 4: products entry by entry (ot_products.c).
 * Security      as ot_ringvole.c, ot_products.c.
 * Cost          see ot_matrix.h.  Memory: a stretch's transfers, one scalar's trees
 *               for each other party; nothing of the length of the stream.
 * Secrets       all but the messages.
 */
#include "triple/ot_matrix.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "triple/ot_cross.h"
#include "triple/ot_ringvole.h"

/* --- short vectors: entry by entry ------------------------------------------------- */

/* Products number first .. first+n-1 of all: entry l of vector k with scalar (k, j). */
static void gather(uint64_t *a, uint64_t *b, const uint64_t *v, const uint64_t *s, const struct smpi_ot_outer *d,
                   size_t first, size_t n) {
  for (size_t i = 0; i < n; i++) {
    size_t l = (first + i) % d->L, kj = (first + i) / d->L;
    a[i] = v[kj / d->J * d->L + l];
    b[i] = s[kj];
  }
}

static void scatter(uint64_t *r, const uint64_t *c, const struct smpi_ot_outer *d, size_t first, size_t n) {
  for (size_t i = 0; i < n; i++) r[(first + i) / d->L % d->J * d->L + (first + i) % d->L] += c[i];
}

static smpc_err multiply_entries(struct smpi_ot *o, const struct smpi_ot_outer *d) {
  size_t all = d->K * d->J * d->L, room = smpi_min(all, o->most / SMPI_OT_WORD);
  uint64_t *a = smpi_secret_alloc(3 * room, sizeof *a), *b = a + room, *c = b + room;
  smpc_err err = SMPC_OK;
  if (a == NULL) return smpi_fail(o->s, SMPC_E_NOMEM, -1, "out of memory");
  for (size_t at = 0, n; at < all; at += n) {
    n = smpi_min(room, all - at);
    gather(a, b, d->v, d->s, d, at, n);
    memset(c, 0, n * sizeof *c);
    TRY(smpi_ot_products(o, c, a, b, n, false));
    scatter(d->r, c, d, at, n);
  }
out:
  smpi_secret_free(a);
  return err;
}

/* --- stretches ------------------------------------------------------------------------ */

struct list { const struct smpi_ot_outer *d; size_t n; };

/* Scalars number `at` of product `job` and those that follow, `scalars` in all. */
struct stretch { size_t job, at, scalars; };

static size_t scalars_of(const struct smpi_ot_outer *d) { return smpi_ot_is_short(d) ? 0 : d->K * d->J; }

/* Do vectors of one party meet scalars of the other here? */
static bool joins(const struct smpi_ot_outer *d, unsigned vectors, unsigned scalars) {
  return (d->vectors_at < 0 || d->vectors_at == (int)vectors) && (d->scalars_at < 0 || d->scalars_at == (int)scalars);
}

/* The stretch after *st (all zeros before the first), of at most `most` scalars; false when there is none. */
static bool next_stretch(struct stretch *st, const struct list *l, size_t most) {
  size_t job = st->job, at = st->at + st->scalars;
  while (job < l->n && at >= scalars_of(&l->d[job])) at -= scalars_of(&l->d[job++]);
  *st = (struct stretch){.job = job, .at = at};
  for (; job < l->n && st->scalars < most; job++, at = 0)
    st->scalars += smpi_min(most - st->scalars, scalars_of(&l->d[job]) - at);
  return st->scalars != 0;
}

/* One scalar after the other of a stretch that joins a pair. */
struct walk {
  const struct list *list;
  unsigned vectors, scalars; /* the pair                                    */
  size_t job, at, left;      /* where it is, and how many of the stretch are left there */
  size_t index;              /* number of this scalar among the pair's     */
  size_t part;               /* of its vector                               */
};

/* Move on to the next product that joins, if this one is done or does not. */
static void settle(struct walk *w) {
  for (; w->left != 0 && w->job < w->list->n; w->job++, w->at = 0) {
    size_t here = smpi_min(w->left, scalars_of(&w->list->d[w->job]) - w->at);
    if (here != 0 && joins(&w->list->d[w->job], w->vectors, w->scalars)) return;
    w->left -= here;
  }
}

static struct walk begin(const struct list *l, const struct stretch *st, unsigned vectors, unsigned scalars) {
  struct walk w = {.list = l, .vectors = vectors, .scalars = scalars, .job = st->job, .at = st->at,
                   .left = st->scalars};
  settle(&w);
  return w;
}

static const struct smpi_ot_outer *product_of(const struct walk *w) { return &w->list->d[w->job]; }

/* n scalars of this product are done. */
static void pass(struct walk *w, size_t n) {
  w->at += n, w->left -= n, w->index += n, w->part = 0;
  settle(w);
}
static size_t run_of(const struct walk *w) { return smpi_min(w->left, scalars_of(product_of(w)) - w->at); }

/* The pair's scalars in a stretch, and the bytes of their trees and corrections. */
static size_t count(uint64_t *bytes, const struct list *l, const struct stretch *st, unsigned vectors,
                    unsigned scalars) {
  struct walk w = begin(l, st, vectors, scalars);
  for (*bytes = 0; w.left != 0; pass(&w, run_of(&w)))
    *bytes += run_of(&w) * (SMPI_RVOLE_TREES_LEN + (uint64_t)product_of(&w)->L * SMPI_RVOLE_ENTRY);
  return w.index;
}

static size_t padded(size_t scalars) { return smpi_ceil_div(scalars, SMPI_OT_BLOCK_WORDS) * SMPI_OT_BLOCK_WORDS; }

/* --- long vectors ------------------------------------------------------------------------ */

struct outer {
  struct smpi_ot *o;
  struct list list;
  struct walk out[SMPC_MAX_COMPUTING], in[SMPC_MAX_COMPUTING];
  uint64_t *choice;                            /* [P][room] of this stretch            */
  size_t room;
  struct smpi_rvole_trees *grown, *punctured; /* [P] the current scalar's, by rank */
};

/* The next part of a walk's vector: entries first .. first+n-1 with scalar (k, j). */
struct place { size_t first, n, k, j; };
static struct place place_of(const struct walk *w) {
  const struct smpi_ot_outer *d = product_of(w);
  struct place p = {.first = w->part * SMPI_RVOLE_PART, .k = w->at / d->J, .j = w->at % d->J};
  p.n = smpi_min(SMPI_RVOLE_PART, d->L - p.first);
  return p;
}

static void step(struct walk *w) {
  if (++w->part * SMPI_RVOLE_PART >= product_of(w)->L) pass(w, 1);
}

static size_t part_len(void *ctx, unsigned rank, size_t block, bool is_out) {
  (void)block;
  const struct outer *w = ctx;
  const struct walk *at = is_out ? &w->out[rank] : &w->in[rank];
  return (at->part == 0 ? SMPI_RVOLE_TREES_LEN : 0) + place_of(at).n * SMPI_RVOLE_ENTRY;
}

static void make_part(void *ctx, unsigned rank, size_t block, uint8_t *out) {
  (void)block;
  struct outer *w = ctx;
  struct walk *at = &w->out[rank];
  const struct smpi_ot_outer *d = product_of(at);
  struct place p = place_of(at);
  const struct smpi_rvole_tweak id = {smpi_rot_tweak(SMPI_COT_FOR_TRIPLES, w->o->rank, rank, 0),
                                      w->o->first_sent[rank] + at->index * SMPI_OT_WORD};
  if (p.first == 0) {
    smpi_rvole_grow(&w->grown[rank], out, w->o->tree, w->o->q[rank] + at->index * SMPI_OT_WORD,
                    smpi_cot_delta(w->o->cot, rank), &id);
    out += SMPI_RVOLE_TREES_LEN;
  }
  smpi_rvole_send(out, d->r + p.j * d->L + p.first, d->v + p.k * d->L + p.first, p.first, p.n, &w->grown[rank],
                  w->o->tree, &id);
  step(at);
}

static void take_part(void *ctx, unsigned rank, size_t block, const uint8_t *in) {
  (void)block;
  struct outer *w = ctx;
  struct walk *at = &w->in[rank];
  const struct smpi_ot_outer *d = product_of(at);
  struct place p = place_of(at);
  const struct smpi_rvole_tweak id = {smpi_rot_tweak(SMPI_COT_FOR_TRIPLES, rank, w->o->rank, 0),
                                      w->o->first_received[rank] + at->index * SMPI_OT_WORD};
  if (p.first == 0) {
    smpi_rvole_puncture(&w->punctured[rank], in, w->o->tree, w->o->t[rank] + at->index * SMPI_OT_WORD, d->s[at->at],
                        &id);
    in += SMPI_RVOLE_TREES_LEN;
  }
  smpi_rvole_receive(d->r + p.j * d->L + p.first, in, d->s[at->at], p.first, p.n, &w->punctured[rank], w->o->tree,
                     &id);
  step(at);
}

/* The pair's scalars to choice words, or back. */
static void copy_choice(uint64_t *choice, const struct list *l, const struct stretch *st, unsigned vectors,
                        unsigned scalars, bool is_back) {
  for (struct walk w = begin(l, st, vectors, scalars); w.left != 0; pass(&w, run_of(&w))) {
    uint64_t *s = product_of(&w)->s + w.at;
    memcpy(is_back ? s : choice + w.index, is_back ? choice + w.index : s, run_of(&w) * sizeof *s);
  }
}

/* Transfers chosen by (or drawing) this stretch's scalars, padded to whole blocks. */
static smpc_err transfer_scalars(struct outer *w, const struct stretch *at, bool is_drawn) {
  struct smpi_ot_stretch st = {.is_drawn = is_drawn};
  const unsigned me = w->o->rank;
  uint64_t bytes;
  memset(w->choice, 0, w->o->parties * w->room * sizeof *w->choice);
  for (unsigned r = 0; r < w->o->parties; r++) {
    if (r == me) continue;
    st.n_send[r] = padded(count(&bytes, &w->list, at, me, r)) * SMPI_OT_WORD;
    st.n_receive[r] = padded(count(&bytes, &w->list, at, r, me)) * SMPI_OT_WORD;
    st.choice[r] = w->choice + r * w->room;
    if (!is_drawn) copy_choice(st.choice[r], &w->list, at, r, me, false);
  }
  smpc_err err = smpi_ot_transfer(w->o, &st);
  for (unsigned r = 0; r < w->o->parties && err == SMPC_OK && is_drawn; r++)
    if (r != me) copy_choice(st.choice[r], &w->list, at, r, me, true);
  return err;
}

static smpc_err exchange_parts(struct outer *w, const struct stretch *at) {
  struct smpi_ot_stream st = {.most = SMPI_RVOLE_TREES_LEN + SMPI_RVOLE_PART * SMPI_RVOLE_ENTRY, .len = part_len,
                              .make = make_part, .take = take_part, .ctx = w};
  const unsigned me = w->o->rank;
  for (unsigned r = 0; r < w->o->parties; r++) {
    uint64_t out, in;
    if (r == me) continue;
    count(&out, &w->list, at, me, r);
    count(&in, &w->list, at, r, me);
    st.out_len[r] = (size_t)out, st.in_len[r] = (size_t)in;
    w->out[r] = begin(&w->list, at, me, r);
    w->in[r] = begin(&w->list, at, r, me);
  }
  return smpi_ot_exchange(w->o, &st);
}

static smpc_err multiply_vectors(struct outer *w, bool is_drawn) {
  struct stretch at = {0};
  size_t most = w->o->most / SMPI_OT_WORD;
  smpc_err err = SMPC_OK;
  w->room = most;
  w->choice = smpi_secret_alloc(w->o->parties * w->room, sizeof *w->choice);
  w->grown = smpi_secret_alloc(2 * w->o->parties, sizeof *w->grown);
  w->punctured = w->grown + w->o->parties;
  if (w->choice == NULL || w->grown == NULL) TRY(smpi_fail(w->o->s, SMPC_E_NOMEM, -1, "out of memory"));
  while (next_stretch(&at, &w->list, most)) {
    TRY(transfer_scalars(w, &at, is_drawn));
    TRY(exchange_parts(w, &at));
  }
out:
  smpi_secret_free(w->choice);
  smpi_secret_free(w->grown);
  return err;
}

/* --- all --------------------------------------------------------------------------------------- */

smpc_err smpi_ot_outers(struct smpi_ot *o, const struct smpi_ot_outer *d, size_t n, bool is_drawn) {
  smpc_err err = SMPC_OK;
  for (size_t i = 0; i < n; i++)
    if (smpi_ot_is_short(&d[i])) TRY(multiply_entries(o, &d[i]));
  TRY(multiply_vectors(&(struct outer){.o = o, .list = {d, n}}, is_drawn));
out:
  return err;
}

/* What `rank` sends in one stretch. */
static uint64_t stretch_bytes(const struct list *l, const struct stretch *at, unsigned parties, unsigned rank,
                              bool is_drawn) {
  uint64_t bytes = 0, none;
  for (unsigned r = 0; r < parties; r++) {
    uint64_t stream;
    if (r == rank) continue;
    count(&stream, l, at, rank, r);
    size_t words = padded(count(&none, l, at, r, rank));
    bytes += stream + smpi_cot_message_len(SMPI_OT_K, words * SMPI_OT_WORD) + (is_drawn ? 0 : words * 8);
  }
  return bytes;
}

uint64_t smpi_ot_outer_bytes(unsigned parties, unsigned rank, const struct smpi_ot_outer *d, size_t n, bool is_drawn) {
  const struct list l = {d, n};
  struct stretch at = {0};
  uint64_t bytes = 0;
  for (size_t i = 0; i < n; i++) /* entry by entry: stretches are full too */
    if (smpi_ot_is_short(&d[i]))
      bytes += smpi_ot_products_bytes(parties, (uint64_t)d[i].K * d[i].J * d[i].L, false);
  while (next_stretch(&at, &l, smpi_ot_most(parties) / SMPI_OT_WORD))
    bytes += stretch_bytes(&l, &at, parties, rank, is_drawn);
  return bytes;
}
