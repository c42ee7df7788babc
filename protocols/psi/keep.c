/* keep.c - shared numbers where a shared bit is one.
 *
 * Functionality F_keep   from each of G parties xor shares c_g of bits and shares of numbers x by sum; gives
 *                        them fresh shares of (xor of all c_g) x.
 * Protocol      Pi_keep  in the F_rot16-hybrid model (rot16.h), z = 0 at first:
 *     1. VOLE        transfers of every party to every other                   (2 rounds for each)
 *     2. choose      each party g sends d = a + c_g in 0..15 to the others     (1 round)
 *     3. for each party g in turn: z += c_g (x - 2z), where of each share
 *        a. locally  g's own
 *        b. send     that of another, h: it has pads p_d, p_(d+1), sends
 *                    u = x_h - 2 z_h + p_d - p_(d+1), and has -p_d         (1 round)
 *                    g gets p_(d + c_g) + c_g u = p_d + c_g (x_h - 2 z_h)
 * Why           if z = (c_1 ^ .. ^ c_(g-1)) x, then z + c_g (x - 2z) = (c_1 ^ .. ^ c_g) x.
 *               In b, d + c_g = a is the pad g has.
 * Security      semi-honest, up to G - 1 of G.  d is uniform, as a is.  If c_g = 1, u makes up for p_d,
 *               which g lacks; if c_g = 0, p_(d+1), which g lacks, hides u.  A share changes by pads of
 *               others in each step, so they are fresh.  tests/exhaustive/test_views_join.c counts views.
 * Assumes       F_rot16, authenticated channels.
 * Cost          see keep.h.
 * Secrets       bits, numbers, a, pads; sent: d, u.
 * Differs from  the multiplexer of [RRK+20]: any number of parties, one after the other; with two its cost.
 */
#include "psi/keep.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

/* --- local ---------------------------------------------------------------------------- */

void smpi_keep_offer(uint64_t *u, shr *z, const shr *x, const uint64_t *p0, const uint64_t *p1, size_t n) {
  for (size_t i = 0; i < n; i++) {
    u[i] = x[i].v - 2 * z[i].v + p0[i] - p1[i];
    z[i].v -= p0[i];
  }
}

static uint64_t mask_of(const shr *bit, size_t i) { return 0 - (bit[i / 64].v >> i % 64 & 1); }

void smpi_keep_own(shr *z, const shr *x, const shr *bit, size_t n) {
  for (size_t i = 0; i < n; i++) z[i].v += mask_of(bit, i) & (x[i].v - 2 * z[i].v);
}

void smpi_keep_accept(shr *z, const uint64_t *u, const uint64_t *p, const shr *bit, size_t n) {
  for (size_t i = 0; i < n; i++) z[i].v += p[i] + (mask_of(bit, i) & u[i]);
}

/* --- the driver ------------------------------------------------------------------------- */

/* What I have with another party of the group, for one stretch. */
struct with {
  unsigned rank;
  blk *b, *c;             /* [room] as the sender, as the chooser        */
  uint64_t sent, received; /* numbers of the first transfers              */
  uint8_t *ask, *asked;   /* [ceil(n / 2)] d, two to a byte: mine, theirs */
};

struct run {
  struct smpi_rot16 *l;
  struct smpc_session *s;
  const struct smpi_keep_task *t;
  size_t n;               /* of this stretch */
  unsigned others;
  struct with with[SMPC_MAX_COMPUTING];
  uint64_t *pad[2];       /* [n] */
  uint8_t *number;        /* [n] which pad */
  uint64_t *message;      /* [columns][n], of each other party: mine, or theirs */
};

static bool is_in(const struct run *r, unsigned rank) { return r->t->group >> rank & 1; }

static smpc_err make_room(struct run *r) {
  size_t half = (r->n + 1) / 2, room = smpi_vole_room(r->n);
  for (unsigned k = 0; k < r->others; k++) {
    struct with *w = &r->with[k];
    w->b = smpi_scratch(r->s, room, sizeof *w->b);
    w->c = smpi_scratch(r->s, room, sizeof *w->c);
    w->ask = smpi_scratch(r->s, half, 1);
    w->asked = smpi_scratch(r->s, half, 1);
  }
  for (int i = 0; i < 2; i++) r->pad[i] = smpi_scratch(r->s, r->n, sizeof(uint64_t));
  r->number = smpi_scratch(r->s, r->n, 1);
  r->message = smpi_scratch(r->s, r->others * r->t->columns * r->n, sizeof *r->message);
  return smpi_status(r->s);
}

/* d = a + c, and a is not needed again. */
static smpc_err receive_choices(struct run *r, struct with *w, const shr *bit) {
  size_t mark = smpi_scratch_mark(r->s);
  blk *a = smpi_scratch(r->s, smpi_vole_room(r->n), sizeof *a);
  smpc_err err = smpi_status(r->s);
  if (a == NULL) goto out;
  TRY(smpi_rot16_receive_wide(r->l, w->rank, a, w->c, r->n, &w->received));
  memset(w->ask, 0, (r->n + 1) / 2);
  for (size_t i = 0; i < r->n; i++)
    w->ask[i / 2] |= (uint8_t)(((a[i].w[0] ^ (bit[i / 64].v >> i % 64 & 1)) & 15) << 4 * (i % 2));
out:
  smpi_scratch_release(r->s, mark);
  return err;
}

/* 1.  Pairs in the order of their ranks, the lower chooses first: no two wait for each other. */
static smpc_err run_transfers(struct run *r, const shr *bit) {
  unsigned me = (unsigned)smpi_rank(r->s);
  smpc_err err = SMPC_OK;
  for (unsigned k = 0; k < r->others; k++) {
    struct with *w = &r->with[k];
    bool am_lower = me < w->rank;
    if (am_lower) TRY(receive_choices(r, w, bit));
    TRY(smpi_rot16_send_wide(r->l, w->rank, w->b, r->n, &w->sent));
    if (!am_lower) TRY(receive_choices(r, w, bit));
  }
out:
  return err;
}

/* 2. */
static smpc_err exchange_choices(struct run *r) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING];
  size_t half = (r->n + 1) / 2;
  for (unsigned k = 0; k < r->others; k++)
    flow[k] = (struct smpi_flow){.peer = smpi_member_of_rank(r->s, r->with[k].rank), .out_len = half, .in_len = half,
                                 .out = r->with[k].ask, .in = r->with[k].asked};
  return smpi_exchange(r->s, flow, r->others);
}

/* 3b, of one column, towards the chooser w. */
static void offer(struct run *r, const struct with *w, unsigned column, uint64_t *u, shr *z, const shr *x) {
  for (uint8_t other = 0; other < 2; other++) {
    for (size_t i = 0; i < r->n; i++) r->number[i] = (w->asked[i / 2] >> 4 * (i % 2) & 15) ^ other;
    smpi_rot16_sent(r->l, w->rank, r->pad[other], w->b, r->number, r->n, column, w->sent);
  }
  smpi_keep_offer(u, z, x, r->pad[0], r->pad[1], r->n);
}

/* A turn of another party. */
static smpc_err give(struct run *r, const struct with *w, shr *z, const shr *x) {
  for (unsigned k = 0; k < r->t->columns; k++)
    offer(r, w, k, r->message + k * r->n, z + k * r->t->n, x + k * r->t->n);
  return smpi_exchange(r->s, &(struct smpi_flow){.peer = smpi_member_of_rank(r->s, w->rank), .out = r->message,
                                                 .out_len = r->t->columns * r->n * sizeof(uint64_t)}, 1);
}

/* My turn. */
static smpc_err take(struct run *r, shr *z, const shr *x, const shr *bit) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING];
  size_t words = r->t->columns * r->n;
  for (unsigned j = 0; j < r->others; j++)
    flow[j] = (struct smpi_flow){.peer = smpi_member_of_rank(r->s, r->with[j].rank), .in_len = words * sizeof(uint64_t),
                                 .in = r->message + j * words};
  smpc_err err = smpi_exchange(r->s, flow, r->others);
  if (err != SMPC_OK) return err;
  for (unsigned k = 0; k < r->t->columns; k++) {
    smpi_keep_own(z + k * r->t->n, x + k * r->t->n, bit, r->n);
    for (unsigned j = 0; j < r->others; j++) {
      const struct with *w = &r->with[j];
      smpi_rot16_received(r->l, w->rank, r->pad[0], w->c, r->n, k, w->received);
      smpi_keep_accept(z + k * r->t->n, r->message + j * words + k * r->n, r->pad[0], bit, r->n);
    }
  }
  return SMPC_OK;
}

static smpc_err run_stretch(struct run *r, shr *z, const shr *x, const shr *bit) {
  size_t mark = smpi_scratch_mark(r->s);
  smpc_err err;
  TRY(make_room(r));
  for (unsigned k = 0; k < r->t->columns; k++) memset(z + k * r->t->n, 0, r->n * sizeof *z);
  TRY(run_transfers(r, bit));                                                 /* 1. */
  TRY(exchange_choices(r));                                                   /* 2. */
  for (unsigned rank = 0, k = 0; rank < smpi_parties(r->s); rank++) {         /* 3. */
    if (!is_in(r, rank)) continue;
    if ((int)rank == smpi_rank(r->s)) TRY(take(r, z, x, bit));
    else TRY(give(r, &r->with[k++], z, x));
  }
out:
  smpi_scratch_release(r->s, mark);
  return err;
}

smpc_err smpi_keep(struct smpi_rot16 *l, const struct smpi_keep_task *t, shr *z, const shr *bit, const shr *x) {
  struct run r = {.l = l, .s = smpi_rot16_session(l), .t = t};
  smpc_err err = SMPC_OK;
  for (unsigned rank = 0; rank < smpi_parties(r.s); rank++)
    if (is_in(&r, rank) && (int)rank != smpi_rank(r.s)) r.with[r.others++].rank = rank;
  for (size_t i = 0; i < t->n && t->columns != 0; i += r.n) {
    r.n = smpi_min(SMPI_KEEP_STRETCH, t->n - i);
    TRY(run_stretch(&r, z + i, x + i, bit + i / 64));
  }
out:
  if (err != SMPC_OK) smpi_wipe(z, t->columns * t->n * sizeof *z);
  return err;
}

void smpi_keep_bytes(uint64_t *bytes, uint64_t *rounds, unsigned parties, size_t n, unsigned columns) {
  *bytes = *rounds = 0;
  for (size_t i = 0, k; i < n && columns != 0; i += k) {
    uint64_t to, from;
    k = smpi_min(SMPI_KEEP_STRETCH, n - i);
    smpi_rot16_bytes(&to, &from, k);
    *rounds += 4 * (parties - 1) + 1 + parties;
    *bytes += (parties - 1) * (to + from + (k + 1) / 2 + 8 * (uint64_t)columns * k);
  }
}
