/* ot_flips.c - from bits shared by xor to bits shared by sum, by oblivious transfer.
 *
 * Functionality F_flips  draws bits r; gives every party shares of them by xor and
 *                        by sum, modulo a power of two that the caller chooses.
 * Protocol      the conversion of [DSZ15] by correlated transfers, folded over the parties:
 *     0. each party    draws its own bits r_p; r is the xor of all
 *     1. the first     holds x := r_first as its share, the others 0
 *     2. for each next party p, with each i before it:
 *        a random OT of 64-bit strings, m0, m1 at i; p gets m by its bit r_p
 *        i sends       tau = m0 - m1 + x_i modulo 2^width             (1 round)
 *        locally       i: x_i += 2 m0;   p: x_p -= 2 (m + r_p tau)
 *        and p         x_p += r_p
 *     The words of a stretch fall into P groups; in group g party g is the
 *     first, g + 1 the next, and so on around: everybody does the same work.
 * Why           x xor r = x + r - 2 x r for bits, and x r_p is the sum of x_i r_p, of
 *               which i has -m0 and p has m + r_p tau = m0 + r_p x_i.  Doubling makes
 *               what is known modulo 2^width known modulo 2^(width+1).
 * Security      semi-honest, computational, up to P-1 of P parties: each tau is
 *               hidden by a string its receiver lacks, used once.  A party's two shares of a bit
 *               agree in their lowest bit (all else is masked by the m0 of other pairs): a
 *               share by sum must not be shown without a fresh zero share where two honest
 *               parties' shares by xor matter; openings of results add one (share/release.h).
 * Assumes       F_rot (ot/rot.h), authenticated private channels.
 * Cost          see ot_cross.h.
 * Secrets       own x m0 m1 m.
 * Differs from  [DSZ15]: any number of parties; a width for each bit, so that an
 *               edaBit or a truncation tuple costs no more than its bits can tell.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "rand/prg.h"
#include "triple/ot_cross.h"

struct flipping {
  struct smpi_ot *o;
  const struct smpi_ot_widths *width;
  size_t group;     /* words of one group: whole blocks          */
  uint64_t *own;    /* [P group]                                 */
  uint64_t *x;      /* [64 P group]                              */
  unsigned step;    /* 1 .. P-1: the place of the party that joins */
};

static size_t group_of_stretch(unsigned parties, uint64_t left) {
  size_t most = smpi_ot_most(parties) / SMPI_OT_WORD, blocks;
  if (left >= most * parties) return most;
  blocks = smpi_ceil_div(smpi_ceil_div((size_t)left, parties), SMPI_OT_BLOCK_WORDS);
  return blocks * SMPI_OT_BLOCK_WORDS;
}

static unsigned around(const struct smpi_ot *o, unsigned from, unsigned to) {
  return (to + o->parties - from) % o->parties;
}
/* The group that `rank` joins in this step. */
static unsigned joined_by(const struct flipping *f, unsigned rank) { return around(f->o, f->step, rank); }

static size_t tau_len(void *ctx, unsigned rank, size_t block, bool is_out) {
  (void)rank, (void)block, (void)is_out;
  return smpi_ot_packed_len(((const struct flipping *)ctx)->width, SMPI_OT_BLOCK_WORDS);
}

static void make_tau(void *ctx, unsigned rank, size_t block, uint8_t *out) {
  const struct flipping *f = ctx;
  uint64_t m0[SMPI_COT_BLOCK], m1[SMPI_COT_BLOCK];
  uint64_t *x = f->x + (joined_by(f, rank) * f->group + block * SMPI_OT_BLOCK_WORDS) * SMPI_OT_ITEM;
  smpi_ot_sent_words(f->o, rank, block, m0, m1);
  smpi_ot_flip_send(m1, x, m0, m1, SMPI_OT_BLOCK_WORDS);
  smpi_ot_pack(out, m1, SMPI_OT_BLOCK_WORDS, f->width);
}

static void take_tau(void *ctx, unsigned rank, size_t block, const uint8_t *in) {
  const struct flipping *f = ctx;
  uint64_t m[SMPI_COT_BLOCK], tau[SMPI_COT_BLOCK];
  size_t word = joined_by(f, f->o->rank) * f->group + block * SMPI_OT_BLOCK_WORDS;
  smpi_ot_received_words(f->o, rank, block, m);
  smpi_ot_unpack(tau, in, SMPI_OT_BLOCK_WORDS, f->width);
  smpi_ot_flip_receive(f->x + word * SMPI_OT_ITEM, f->own + word, m, tau, SMPI_OT_BLOCK_WORDS);
}

/* Step 2 for one place, in all groups at once. */
static smpc_err join(struct flipping *f) {
  struct smpi_ot *o = f->o;
  struct smpi_ot_stretch st = {.is_drawn = o->parties == 2};
  struct smpi_ot_stream out = {.most = tau_len(f, 0, 0, true), .len = tau_len, .make = make_tau, .take = take_tau,
                               .ctx = f};
  uint64_t *bits = f->own + joined_by(f, o->rank) * f->group;
  size_t blocks = f->group / SMPI_OT_BLOCK_WORDS;
  smpc_err err;
  for (unsigned r = 0; r < o->parties; r++) {
    if (r == o->rank) continue;
    st.choice[r] = bits;
    if (around(o, o->rank, r) <= f->step) st.n_send[r] = f->group * SMPI_OT_WORD;
    if (around(o, r, o->rank) <= f->step) st.n_receive[r] = f->group * SMPI_OT_WORD;
    out.out_len[r] = st.n_send[r] == 0 ? 0 : blocks * out.most;
    out.in_len[r] = st.n_receive[r] == 0 ? 0 : blocks * out.most;
  }
  TRY(smpi_ot_transfer(o, &st));
  smpi_ot_add_bits(f->x + joined_by(f, o->rank) * f->group * SMPI_OT_ITEM, bits, f->group);
  if (out.most != 0) TRY(smpi_ot_exchange(o, &out));
out:
  return err;
}

static smpc_err flip_stretch(struct flipping *f) {
  struct smpi_ot *o = f->o;
  size_t words = o->parties * f->group, first = o->rank * f->group;
  smpc_err err = SMPC_OK;
  smpi_prg_words(smpi_prg_own(o->s), f->own, words);
  memset(f->x, 0, words * SMPI_OT_ITEM * sizeof *f->x);
  smpi_ot_add_bits(f->x + first * SMPI_OT_ITEM, f->own + first, f->group);
  for (f->step = 1; f->step < o->parties; f->step++) TRY(join(f));
out:
  return err;
}

smpc_err smpi_ot_flips(struct smpi_ot *o, const struct smpi_ot_flips *flips) {
  size_t room = o->parties * group_of_stretch(o->parties, flips->n);
  struct flipping f = {.o = o, .width = &flips->width};
  smpc_err err = SMPC_OK;
  f.own = smpi_secret_alloc(room, sizeof *f.own);
  f.x = smpi_secret_alloc(room, SMPI_OT_ITEM * sizeof *f.x);
  if (f.own == NULL || f.x == NULL) TRY(smpi_fail(o->s, SMPC_E_NOMEM, -1, "out of memory"));
  for (size_t at = 0, some; at < flips->n; at += some) {
    f.group = group_of_stretch(o->parties, flips->n - at);
    some = smpi_min(o->parties * f.group, flips->n - at);
    TRY(flip_stretch(&f));
    memcpy(flips->own + at, f.own, some * sizeof *f.own);
    flips->give(flips->ctx, at, f.x, some);
  }
out:
  smpi_secret_free(f.own);
  smpi_secret_free(f.x);
  return err;
}

uint64_t smpi_ot_flips_bytes(unsigned parties, uint64_t n, const struct smpi_ot_widths *width) {
  uint64_t bytes = 0;
  for (uint64_t done = 0; done < n; done += parties * group_of_stretch(parties, n - done)) {
    size_t group = group_of_stretch(parties, n - done);
    uint64_t told = smpi_cot_message_len(SMPI_OT_K, group * SMPI_OT_WORD) + (parties == 2 ? 0 : group * 8);
    bytes += told + smpi_ot_packed_len(width, group);
  }
  return bytes * parties * (parties - 1) / 2; /* steps 1 .. P-1 with as many others each */
}
