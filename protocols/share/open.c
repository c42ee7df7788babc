/* open.c - opening shared vectors to the computing parties.
 *
 * Functionality F_open   from every party shares of v[n]; gives every party v.
 * Protocol      Pi_open  all to all (n <= SMPI_OPEN_SMALL, or two parties):
 *     1. each party sends its shares to every other              (1 round)
 *     2. locally    v = the join (sum or xor) of all shares
 *               distributed [DN07] (more parties, more elements), for each
 *               block, which is cut into P parts:
 *     1. each party sends its shares of part j to party j        (1 round)
 *     2. locally    party j joins part j
 *     3. party j sends the joined part j to every other          (1 round)
 * Why           the join is associative and commutative.
 * Security      semi-honest, up to P-1 of P parties: everybody sees v and the
 *               others' shares (or their partial joins).  Shares of a masked
 *               value are uniform given v; where they are not, the caller adds
 *               a fresh zero sharing first (zero.h), as release.c does.
 *               Malicious: no; a party may add what it likes to v.
 * Assumes       authenticated private channels.
 * Cost          all to all: 1 round, 8n bytes to each other party;
 *               distributed: 2 rounds a block, 16n (P-1)/P bytes in all.
 * Secrets       the shares, until v is joined; v is public.
 * Differs from  the paper: additive shares over a ring, every party is a king
 *               of its part.
 */
#include "share/open.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "session/agreed.h"

enum { PIECE = 1024 }; /* LOCAL: elements worked on at once, within the first cache */

/* The door from shares to public values: all of them have been joined. */
static const pub *joined(const uint64_t *words) { return (const pub *)(const void *)words; }

static void join_words(uint64_t *z, const uint64_t *x, size_t n, enum smpi_join join) {
  if (join == SMPI_SUM) smpi_ring_add_words(z, x, n);
  else smpi_ring_xor_words(z, x, n);
}

/* How n > SMPI_OPEN_SMALL elements are cut: blocks of `block`, the last at most that. */
static size_t block_length(size_t n) { return smpi_ceil_div(n, smpi_ceil_div(n, SMPI_OPEN_BLOCK)); }

/* Where part j of P begins in a block of m; the first part is the longest. */
static size_t part_start(size_t m, unsigned parties, unsigned j) { return smpi_ceil_div(m * j, parties); }

/* --- all to all, held in scratch ------------------------------------------- */

struct small {
  uint64_t *own, *sum, *piece;
  enum smpi_join join;
};

static void small_produce(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)peer;
  struct small *o = ctx;
  memcpy(buf, (const uint8_t *)o->own + off, len);
}

static void small_consume(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)peer;
  struct small *o = ctx;
  memcpy(o->piece, buf, len); /* buf need not be aligned */
  join_words(o->sum + off / 8, o->piece, len / 8, o->join);
}

static smpc_err open_small(struct smpc_session *s, size_t n, const struct smpi_opening *op) {
  struct small o = {.join = op->join};
  o.own = smpi_scratch(s, n, 8);
  o.sum = smpi_scratch(s, n, 8);
  o.piece = smpi_scratch(s, n, 8);
  if (o.own == NULL || o.sum == NULL || o.piece == NULL) return SMPC_E_NOMEM;
  op->mask(op->ctx, 0, n, (shr *)(void *)o.own);
  memcpy(o.sum, o.own, 8 * n);
  smpc_err err = smpi_exchange_all(s, 8 * n, small_produce, small_consume, &o);
  if (err == SMPC_OK) op->combine(op->ctx, 0, n, joined(o.sum));
  return err;
}

/* --- two parties, streamed --------------------------------------------------
 * What I send is masked twice: when it leaves, and again when the peer's part
 * arrives, so that nothing of length n is held.  combine() may overwrite what
 * mask() reads: by then it has been sent, as mesh.h promises. */

struct pair {
  const struct smpi_opening *op;
  uint64_t *mine, *theirs;  /* [PIECE]                 */
  size_t sent;              /* bytes masked and sent   */
};

static void pair_produce(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)peer;
  struct pair *o = ctx;
  for (size_t i = 0, n = len / 8, k; i < n; i += k) {
    k = smpi_min(PIECE, n - i);
    o->op->mask(o->op->ctx, off / 8 + i, k, (shr *)(void *)o->mine);
    memcpy(buf + 8 * i, o->mine, 8 * k);
  }
  o->sent = off + len;
}

static void pair_consume(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)peer;
  struct pair *o = ctx;
  SMPI_VERIFY(off + len <= o->sent);
  for (size_t i = 0, n = len / 8, k; i < n; i += k) {
    k = smpi_min(PIECE, n - i);
    memcpy(o->theirs, buf + 8 * i, 8 * k);
    o->op->mask(o->op->ctx, off / 8 + i, k, (shr *)(void *)o->mine);
    join_words(o->theirs, o->mine, k, o->op->join);
    o->op->combine(o->op->ctx, off / 8 + i, k, joined(o->theirs));
  }
}

static smpc_err open_pair(struct smpc_session *s, size_t n, const struct smpi_opening *op) {
  struct pair o = {.op = op};
  o.mine = smpi_scratch(s, PIECE, 8);
  o.theirs = smpi_scratch(s, PIECE, 8);
  if (o.mine == NULL || o.theirs == NULL) return SMPC_E_NOMEM;
  return smpi_exchange_all(s, 8 * n, pair_produce, pair_consume, &o);
}

/* --- more parties, distributed ---------------------------------------------- */

struct block {
  const struct smpi_opening *op;
  size_t first, m;  /* this block's elements                     */
  unsigned parties;
  uint64_t *sum;    /* the join of my part                       */
  uint64_t *piece;  /* [SMPI_CHUNK / 8]                          */
};
struct block_peer {
  struct block *b;
  size_t start;     /* where the peer's part begins in the block */
};

static void part_produce(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)peer;
  struct block_peer *p = ctx;
  struct block *b = p->b;
  b->op->mask(b->op->ctx, b->first + p->start + off / 8, len / 8, (shr *)(void *)b->piece);
  memcpy(buf, b->piece, len);
}

static void part_consume(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)peer;
  struct block *b = ((struct block_peer *)ctx)->b;
  memcpy(b->piece, buf, len);
  join_words(b->sum + off / 8, b->piece, len / 8, b->op->join);
}

static void sums_consume(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)peer;
  struct block_peer *p = ctx;
  struct block *b = p->b;
  memcpy(b->piece, buf, len);
  b->op->combine(b->op->ctx, b->first + p->start + off / 8, len / 8, joined(b->piece));
}

/* The two rounds of one block; b->sum holds my own share of my part. */
static smpc_err exchange_block(struct smpc_session *s, struct block *b, size_t start, size_t length) {
  struct smpi_flow to_parts[SMPC_MAX_COMPUTING], sums[SMPC_MAX_COMPUTING];
  struct block_peer peers[SMPC_MAX_COMPUTING];
  unsigned k = 0;
  for (unsigned j = 0; j < b->parties; j++) {
    if ((int)j == smpi_rank(s)) continue;
    peers[k] = (struct block_peer){b, part_start(b->m, b->parties, j)};
    size_t theirs = part_start(b->m, b->parties, j + 1) - peers[k].start;
    to_parts[k] = (struct smpi_flow){.peer = smpi_member_of_rank(s, j), .out_len = 8 * theirs, .in_len = 8 * length,
                                     .produce = part_produce, .consume = part_consume, .ctx = &peers[k]};
    sums[k] = (struct smpi_flow){.peer = to_parts[k].peer, .out_len = 8 * length, .in_len = 8 * theirs, .out = b->sum,
                                 .consume = sums_consume, .ctx = &peers[k]};
    k++;
  }
  smpc_err err = smpi_exchange(s, to_parts, k);
  if (err == SMPC_OK) err = smpi_exchange(s, sums, k);
  if (err == SMPC_OK) b->op->combine(b->op->ctx, b->first + start, length, joined(b->sum));
  return err;
}

static smpc_err open_distributed(struct smpc_session *s, size_t n, const struct smpi_opening *op) {
  struct block b = {.op = op, .parties = smpi_parties(s)};
  unsigned rank = (unsigned)smpi_rank(s);
  size_t block = block_length(n);
  b.sum = smpi_scratch(s, block / b.parties + 1, 8);
  b.piece = smpi_scratch(s, SMPI_CHUNK / 8, 8);
  if (b.sum == NULL || b.piece == NULL) return SMPC_E_NOMEM;
  smpc_err err = SMPC_OK;
  for (; b.first < n && err == SMPC_OK; b.first += b.m) {
    b.m = smpi_min(block, n - b.first);
    size_t start = part_start(b.m, b.parties, rank), length = part_start(b.m, b.parties, rank + 1) - start;
    op->mask(op->ctx, b.first + start, length, (shr *)(void *)b.sum);
    err = exchange_block(s, &b, start, length);
  }
  return err;
}

/* --- the interface ------------------------------------------------------------ */

static int is_distributed(unsigned parties, size_t n) { return parties > 2 && n > SMPI_OPEN_SMALL; }

smpc_err smpi_open_stream(struct smpc_session *s, size_t n, const struct smpi_opening *op) {
  smpc_err err = smpi_status(s);
  if (err != SMPC_OK || n == 0) return err;
  if (n > SIZE_MAX / 32) return smpi_fail(s, SMPC_E_ARG, -1, "a vector of %zu elements is too long to open", n);
  size_t mark = smpi_scratch_mark(s);
  if (is_distributed(smpi_parties(s), n)) err = open_distributed(s, n, op);
  else if (n > SMPI_OPEN_SMALL) err = open_pair(s, n, op);
  else err = open_small(s, n, op);
  smpi_scratch_release(s, mark);
  return err;
}

struct whole {
  pub *out;
  const shr *in;
};

static void whole_mask(void *ctx, size_t first, size_t n, shr *out) {
  memcpy(out, ((struct whole *)ctx)->in + first, n * sizeof *out);
}

static void whole_combine(void *ctx, size_t first, size_t n, const pub *value) {
  memcpy(((struct whole *)ctx)->out + first, value, n * sizeof *value);
}

smpc_err smpi_open_all(struct smpc_session *s, pub *out, const shr *in, size_t n, enum smpi_join join) {
  struct whole w = {out, in};
  const struct smpi_opening op = {whole_mask, whole_combine, &w, join};
  smpc_err err = smpi_open_stream(s, n, &op);
  if (err != SMPC_OK) smpi_wipe(out, n * sizeof *out);
  return err;
}

void smpi_open_cost(struct smpi_cost *c, size_t n) {
  if (n == 0) return;
  if (!is_distributed(c->parties, n)) {
    c->rounds += 1;
    c->bytes += (uint64_t)8 * n * (c->parties - 1);
    return;
  }
  for (size_t first = 0, block = block_length(n), m; first < n; first += m) {
    m = smpi_min(block, n - first);
    c->rounds += 2;
    c->bytes += 8 * (m + (c->parties - 2) * (uint64_t)smpi_ceil_div(m, c->parties));
  }
}
