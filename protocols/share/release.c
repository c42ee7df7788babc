/* release.c - revealing a result to chosen members.
 *
 * Functionality F_release   from every computing party shares of v; gives v to
 *                           the members in `to`, nothing to the others.
 * Protocol      Pi_release
 *     1. fresh shares of zero                       (zero.h; nothing is sent)
 *     2. locally    y = x + the share of zero
 *     3. each computing party sends y to each recipient             (1 round)
 *        (or opens y, when exactly the computing parties receive: open.h)
 *     4. locally    a recipient sums the shares it got, and its own
 * Why           the sum of the y is the sum of the x.
 * Security      computational (the streams), semi-honest, up to P-1 of P
 *               computing parties and any recipients: given v, the honest
 *               parties' y are uniform with the right sum, so that the shares of
 *               a linear combination tell nothing of its parts.
 * Assumes       F_zero, authenticated private channels.
 * Cost          1 round, 8n bytes to each recipient; or that of opening.
 * Secrets       x, y, the shares of zero; v at members outside `to`.
 * Differs from  nothing: a folklore step.
 */
#include "share/release.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "share/zero.h"

enum { PIECE = 1024 }; /* LOCAL: elements worked on at once */

struct release {
  const shr *x;
  struct smpi_zero *zero; /* NULL where nothing is computed */
  uint64_t *out;
  uint64_t *piece;        /* [PIECE] */
};

static void rerandomise(struct release *r, shr *y, size_t first, size_t n) {
  memcpy(y, r->x + first, n * sizeof *y);
  smpi_zero_join(r->zero, y, first, n, SMPI_SUM);
}

static void produce(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)peer;
  struct release *r = ctx;
  for (size_t i = 0, k; i < len / 8; i += k) {
    k = smpi_min(PIECE, len / 8 - i);
    rerandomise(r, (shr *)(void *)r->piece, off / 8 + i, k);
    memcpy(buf + 8 * i, r->piece, 8 * k);
  }
}

static void consume(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)peer;
  struct release *r = ctx;
  for (size_t i = 0, k; i < len / 8; i += k) {
    k = smpi_min(PIECE, len / 8 - i);
    memcpy(r->piece, buf + 8 * i, 8 * k);
    smpi_ring_add_words(r->out + off / 8 + i, r->piece, k);
  }
}

static int is_in(smpc_who to, unsigned member) { return (int)(to.bits >> member & 1); }

/* This member's flows of step 3; returns how many. */
static size_t plan(const struct smpc_session *s, struct smpi_flow *flow, struct release *r, size_t n, smpc_who to) {
  size_t k = 0;
  for (unsigned m = 0; m < SMPC_MAX_PARTIES; m++) {
    size_t out_len = smpi_rank(s) >= 0 && is_in(to, m) ? 8 * n : 0;
    size_t in_len = is_in(to, smpi_me(s)) && smpi_rank_of(s, m) >= 0 ? 8 * n : 0;
    if (m == smpi_me(s) || out_len + in_len == 0) continue;
    flow[k++] = (struct smpi_flow){.peer = m, .out_len = out_len, .in_len = in_len,
                                   .produce = produce, .consume = consume, .ctx = r};
  }
  return k;
}

static smpc_err release_direct(struct smpc_session *s, struct release *r, size_t n, smpc_who to) {
  struct smpi_flow flow[SMPC_MAX_PARTIES];
  if (is_in(to, smpi_me(s))) {
    if (r->zero != NULL) rerandomise(r, (shr *)(void *)r->out, 0, n);
    else memset(r->out, 0, n * sizeof *r->out);
  }
  size_t flows = plan(s, flow, r, n, to);
  return flows > 0 ? smpi_exchange(s, flow, flows) : SMPC_OK;
}

static void open_mask(void *ctx, size_t first, size_t n, shr *out) { rerandomise(ctx, out, first, n); }

static void open_combine(void *ctx, size_t first, size_t n, const pub *value) {
  memcpy(((struct release *)ctx)->out + first, value, n * sizeof *value);
}

/* Exactly the computing parties receive? */
static int to_computing(const struct smpc_session *s, smpc_who to) {
  uint64_t computing = 0;
  for (unsigned j = 0; j < smpi_parties(s); j++) computing |= UINT64_C(1) << smpi_member_of_rank(s, j);
  return to.bits == computing;
}

static smpc_err reveal(struct smpc_session *s, struct release *r, size_t n, smpc_who to) {
  if (!to_computing(s, to)) return release_direct(s, r, n, to);
  if (smpi_rank(s) < 0) return SMPC_OK;
  const struct smpi_opening op = {open_mask, open_combine, r, SMPI_SUM};
  return smpi_open_stream(s, n, &op);
}

smpc_err smpi_release(struct smpc_session *s, uint64_t *out, const shr *x, size_t n, smpc_who to) {
  size_t mark = smpi_scratch_mark(s);
  struct release r = {.x = x, .out = out};
  smpc_err err;
  TRY(smpi_status(s));
  if (to.bits == 0 || n > SIZE_MAX / 32) {
    err = smpi_fail(s, SMPC_E_ARG, -1, "a result needs recipients and a length in bounds");
    goto out;
  }
  if (n == 0) goto out;
  if (smpi_rank(s) >= 0) TRY(smpi_zero_open(s, &r.zero));
  r.piece = smpi_scratch(s, PIECE, 8);
  TRY(r.piece == NULL ? SMPC_E_NOMEM : SMPC_OK);
  TRY(reveal(s, &r, n, to));
out:
  smpi_zero_close(r.zero);
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK && is_in(to, smpi_me(s))) smpi_wipe(out, n * sizeof *out);
  return err;
}

void smpi_release_cost(struct smpi_cost *c, size_t n, unsigned recipients, unsigned computing) {
  if (recipients == computing && computing == c->parties) {
    smpi_open_cost(c, n);
    return;
  }
  if (n == 0) return;
  c->rounds += 1;
  c->bytes += (uint64_t)8 * n * (recipients - (computing == c->parties));
}
