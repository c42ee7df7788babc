/* ot_matrix.c - cross products of shared matrices: each scalar of one with the
 * vectors of the other.
 *
 * Functionality F_outer  from party i vectors V_i and scalars S_i; gives every party a
 *                        share of the sum of S_i[k][j] V_h[k], over k and all i != h.
 * Protocol      scalars in stretches; for each:
 *     1. transfer   64 correlated transfers a scalar, chosen by its bits
 *     2. stream     for each scalar its trees, then its vector's corrections, part after
 *                   part: made and taken while they pass (ot_ringvole.c)     (1 round)
 *     Vectors shorter than 16: products entry by entry (ot_products.c).
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

static smpc_err multiply_entries(struct smpi_ot *o, uint64_t *r, const uint64_t *v, const uint64_t *s,
                                 const struct smpi_ot_outer *d) {
  size_t all = d->K * d->J * d->L, room = smpi_min(all, o->most / SMPI_OT_WORD);
  uint64_t *a = smpi_secret_alloc(3 * room, sizeof *a), *b = a + room, *c = b + room;
  smpc_err err = SMPC_OK;
  if (a == NULL) return smpi_fail(o->s, SMPC_E_NOMEM, -1, "out of memory");
  for (size_t at = 0, n; at < all; at += n) {
    n = smpi_min(room, all - at);
    gather(a, b, v, s, d, at, n);
    memset(c, 0, n * sizeof *c);
    TRY(smpi_ot_products(o, c, a, b, n, false));
    scatter(r, c, d, at, n);
  }
out:
  smpi_secret_free(a);
  return err;
}

/* --- long ones ------------------------------------------------------------------------ */

struct outer {
  struct smpi_ot *o;
  const struct smpi_ot_outer *d;
  const uint64_t *v;
  uint64_t *s, *r;
  size_t first, scalars;          /* of this stretch                          */
  struct smpi_rvole_trees *grown, *punctured; /* [P] the current scalar's, by rank */
};

static size_t parts_of(const struct smpi_ot_outer *d) { return smpi_ceil_div(d->L, SMPI_RVOLE_PART); }

static size_t part_len(void *ctx, unsigned rank, size_t block, bool is_out) {
  (void)rank, (void)is_out;
  const struct smpi_ot_outer *d = ((const struct outer *)ctx)->d;
  size_t part = block % parts_of(d), n = smpi_min(SMPI_RVOLE_PART, d->L - part * SMPI_RVOLE_PART);
  return n * SMPI_RVOLE_ENTRY + (part == 0 ? SMPI_RVOLE_TREES_LEN : 0);
}

/* Where a block belongs. */
struct place {
  size_t scalar, first, n;         /* of this stretch; entries of the vector */
  const uint64_t *v;
  uint64_t *r;
  uint64_t s;
};
static struct place place_of(const struct outer *w, size_t block) {
  size_t scalar = block / parts_of(w->d), part = block % parts_of(w->d), kj = w->first + scalar;
  struct place p = {.scalar = scalar, .first = part * SMPI_RVOLE_PART};
  p.n = smpi_min(SMPI_RVOLE_PART, w->d->L - p.first);
  p.v = w->v + kj / w->d->J * w->d->L + p.first;
  p.r = w->r + kj % w->d->J * w->d->L + p.first;
  p.s = w->s[kj];
  return p;
}

static void make_part(void *ctx, unsigned rank, size_t block, uint8_t *out) {
  const struct outer *w = ctx;
  struct place p = place_of(w, block);
  const struct smpi_rvole_tweak id = {smpi_rot_tweak(SMPI_COT_FOR_TRIPLES, w->o->rank, rank, 0),
                                      w->o->first_sent[rank] + p.scalar * SMPI_OT_WORD};
  if (p.first == 0) {
    smpi_rvole_grow(&w->grown[rank], out, w->o->tree, w->o->q[rank] + p.scalar * SMPI_OT_WORD,
                    smpi_cot_delta(w->o->cot, rank), &id);
    out += SMPI_RVOLE_TREES_LEN;
  }
  smpi_rvole_send(out, p.r, p.v, p.first, p.n, &w->grown[rank], w->o->tree, &id);
}

static void take_part(void *ctx, unsigned rank, size_t block, const uint8_t *in) {
  const struct outer *w = ctx;
  struct place p = place_of(w, block);
  const struct smpi_rvole_tweak id = {smpi_rot_tweak(SMPI_COT_FOR_TRIPLES, rank, w->o->rank, 0),
                                      w->o->first_received[rank] + p.scalar * SMPI_OT_WORD};
  if (p.first == 0) {
    smpi_rvole_puncture(&w->punctured[rank], in, w->o->tree, w->o->t[rank] + p.scalar * SMPI_OT_WORD, p.s, &id);
    in += SMPI_RVOLE_TREES_LEN;
  }
  smpi_rvole_receive(p.r, in, p.s, p.first, p.n, &w->punctured[rank], w->o->tree, &id);
}

static size_t scalars_of_stretch(size_t most, uint64_t left) {
  return left < most / SMPI_OT_WORD ? (size_t)left : most / SMPI_OT_WORD;
}
static size_t padded(size_t scalars) { return smpi_ceil_div(scalars, SMPI_OT_BLOCK_WORDS) * SMPI_OT_BLOCK_WORDS; }
static uint64_t stream_len(const struct smpi_ot_outer *d, uint64_t scalars) {
  return scalars * (SMPI_RVOLE_TREES_LEN + (uint64_t)d->L * SMPI_RVOLE_ENTRY);
}

/* Transfers chosen by (or drawing) this stretch's scalars, padded to whole blocks. */
static smpc_err transfer_scalars(struct outer *w, uint64_t *choice, bool is_drawn) {
  struct smpi_ot_stretch st = {.is_drawn = is_drawn};
  size_t words = padded(w->scalars);
  memset(choice, 0, words * sizeof *choice);
  memcpy(choice, w->s + w->first, w->scalars * sizeof *choice);
  for (unsigned r = 0; r < w->o->parties; r++) {
    if (r == w->o->rank) continue;
    st.n_send[r] = st.n_receive[r] = words * SMPI_OT_WORD;
    st.choice[r] = choice;
  }
  smpc_err err = smpi_ot_transfer(w->o, &st);
  if (err == SMPC_OK && is_drawn) memcpy(w->s + w->first, choice, w->scalars * sizeof *choice);
  return err;
}

static smpc_err multiply_vectors(struct outer *w, bool is_drawn) {
  struct smpi_ot_stream st = {.most = SMPI_RVOLE_TREES_LEN + SMPI_RVOLE_PART * SMPI_RVOLE_ENTRY, .len = part_len,
                              .make = make_part, .take = take_part, .ctx = w};
  size_t all = w->d->K * w->d->J;
  smpc_err err = SMPC_OK;
  uint64_t *choice = smpi_secret_alloc(padded(scalars_of_stretch(w->o->most, all)), sizeof *choice);
  w->grown = smpi_secret_alloc(2 * w->o->parties, sizeof *w->grown);
  w->punctured = w->grown + w->o->parties;
  if (choice == NULL || w->grown == NULL) TRY(smpi_fail(w->o->s, SMPC_E_NOMEM, -1, "out of memory"));
  for (w->first = 0; w->first < all; w->first += w->scalars) {
    w->scalars = scalars_of_stretch(w->o->most, all - w->first);
    TRY(transfer_scalars(w, choice, is_drawn));
    for (unsigned r = 0; r < w->o->parties; r++)
      if (r != w->o->rank) st.out_len[r] = st.in_len[r] = (size_t)stream_len(w->d, w->scalars);
    TRY(smpi_ot_exchange(w->o, &st));
  }
out:
  smpi_secret_free(choice);
  smpi_secret_free(w->grown);
  return err;
}

smpc_err smpi_ot_outer(struct smpi_ot *o, uint64_t *r, const uint64_t *v, uint64_t *s, const struct smpi_ot_outer *d,
                       bool is_drawn) {
  if (d->L < SMPI_OT_SHORT) return multiply_entries(o, r, v, s, d);
  return multiply_vectors(&(struct outer){.o = o, .d = d, .v = v, .s = s, .r = r}, is_drawn);
}

uint64_t smpi_ot_outer_bytes(unsigned parties, const struct smpi_ot_outer *d, bool is_drawn) {
  uint64_t all = (uint64_t)d->K * d->J, bytes = 0;
  if (d->L < SMPI_OT_SHORT) return smpi_ot_products_bytes(parties, all * d->L, false); /* stretches are full too */
  for (uint64_t at = 0; at < all;) {
    size_t scalars = scalars_of_stretch(smpi_ot_most(parties), all - at), words = padded(scalars);
    bytes += smpi_cot_message_len(SMPI_OT_K, words * SMPI_OT_WORD) + (is_drawn ? 0 : words * 8);
    bytes += stream_len(d, scalars);
    at += scalars;
  }
  return bytes * (parties - 1);
}
