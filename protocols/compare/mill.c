/* mill.c - comparison on two parties' own shares: the millionaires' protocol.
 *
 * Functionality F_sign   from two parties shares d_0 + d_1 = d modulo 2^64; gives each an
 *                        xor share of the top bit of d; reveals nothing.
 * Protocol      Pi_mill  [RRK+20], with lookups made beforehand.  Of each word of 64 numbers one
 *               party is asked and the other looks; halves of the words each way.
 *     1. locally     x := the low 63 bits of the asked one's share, y := 2^63 - 1 minus the
 *                    low 63 bits of the other's: x > y is the carry into the top bit.
 *                    Both in 16 blocks of 4 bits, the top one of 3
 *     2. take        a lookup for each block: a random table T there, index c and T[c] here
 *     3. look        e = y_q ^ c, for all blocks q                          (1 round)
 *     4. offer       for each value j of a block: M[j] = [x_q > j] ^ r ^ T[j ^ e] and
 *                    [x_q = j] ^ r' ^ T'[j ^ e]                            (1 round)
 *                    r, r' are the asked one's shares: chosen so that M[0] = 0, which is not
 *                    sent; the other's shares are M[y_q] ^ T[c]
 *     5. bitless.c   greater := greater of the higher block, or equal there and greater in the
 *                    lower one: the tree of ANDs, 4 levels                (4 rounds)
 *     6. locally     top bit of d = top bits of d_0 and d_1, xor the carry
 * Why           T[y ^ e] = T[c].  x + (2^63 - 1 - y) >= 2^63 exactly when x > y.
 * Security      perfect in the F_triple-hybrid model, semi-honest, two parties: c is uniform and
 *               used once, so e is.  Of T, who looks knows T[c] alone; every M[j] that is sent has a
 *               term of T that no other has and that it does not know: T[0 ^ e] for j = y_q,
 *               T[j ^ e] for the others.  So all are uniform, and with them its share.
 *               tests/exhaustive/ counts the views.  Malicious: no.
 * Assumes       F_triple (triple.h) and authenticated private channels.
 * Cost          see mill.h.
 * Secrets       d x y c T r and the shares; e and M are uniform.
 * Differs from  the paper: lookups are made ahead and indices hidden by them; both parties are asked
 *               for half of the numbers, so that both directions carry the same; one entry
 *               of each table is not sent; bit-sliced.
 */
#include "compare/mill.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "compare/bitless.h"
#include "math/bits.h"
#include "ot/pipe.h"
#include "triple/cost.h"
#include "triple/lookup.h"
#include "triple/triple.h"

enum {
  TOP = 63,                                      /* SECURITY: the sign; the bits below it give the carry */
  RADIX = SMPI_LOOKUP_BITS,                      /* AGREEMENT */
  BLOCKS = (TOP + RADIX - 1) / RADIX,
  STRIP = 16,                                    /* AGREEMENT: words whose tables are made at a time */
  MOST_ENTRIES = SMPI_LOOKUP_ENTRIES,
  MOST_WORDS = 2 * (MOST_ENTRIES - 1)
};

/* --- the local steps ------------------------------------------------------------------ */

unsigned smpi_mill_words(const struct smpi_mill_block *b) { return ((1u << b->bits) - 1) * (b->has_equal ? 2 : 1); }

void smpi_mill_hide(uint64_t *hidden, const uint64_t *y, const uint64_t *index, const struct smpi_mill_block *b) {
  for (unsigned i = 0; i < b->index_bits; i++) hidden[i] = i < b->bits ? y[i] ^ index[i] : index[i];
}

/* Exchange entries j and j ^ 2^i where bit i of `hidden` is set, for every i: entry j
 * becomes what entry j ^ hidden was. */
static void permute(uint64_t *table, const uint64_t *hidden, unsigned index_bits) {
  for (unsigned i = 0; i < index_bits; i++)
    for (unsigned j = 0; j < 1u << index_bits; j++) {
      if (j >> i & 1) continue;
      for (unsigned v = 0; v < 2; v++) {
        uint64_t *p = table + 2 * j + v, *q = table + 2 * (j | 1u << i) + v, both = (*p ^ *q) & hidden[i];
        *p ^= both;
        *q ^= both;
      }
    }
}

/* out[1..] := value[j] + value[0] + pad[2 j] + pad[0]; gives the share value[0] + pad[0]. */
static uint64_t mask_table(uint64_t *out, const uint64_t *value, const uint64_t *pad, unsigned entries) {
  uint64_t share = value[0] ^ pad[0];
  for (unsigned j = 1; j < entries; j++) out[j - 1] = value[j] ^ pad[2 * j] ^ share;
  return share;
}

void smpi_mill_offer(uint64_t *out, uint64_t *more, uint64_t *equal, const uint64_t *x, const uint64_t *hidden,
                     const uint64_t *table, const struct smpi_mill_block *b) {
  uint64_t pad[2 * MOST_ENTRIES], is[MOST_ENTRIES], above[MOST_ENTRIES];
  unsigned entries = 1u << b->bits;
  memcpy(pad, table, 2 * sizeof *pad << b->index_bits);
  permute(pad, hidden, b->index_bits);
  smpi_lookup_minterms(is, x, b->bits);
  above[entries - 1] = 0;
  for (unsigned j = entries - 1; j > 0; j--) above[j - 1] = above[j] ^ is[j]; /* x > j - 1 */
  *more = mask_table(out, above, pad, entries);
  if (b->has_equal) *equal = mask_table(out + entries - 1, is, pad + 1, entries);
}

void smpi_mill_look(uint64_t *more, uint64_t *equal, const uint64_t *in, const uint64_t *y, const uint64_t value[2],
                    const struct smpi_mill_block *b) {
  uint64_t is[MOST_ENTRIES];
  unsigned entries = 1u << b->bits;
  smpi_lookup_minterms(is, y, b->bits);
  *more = value[0];
  for (unsigned j = 1; j < entries; j++) *more ^= is[j] & in[j - 1];
  if (!b->has_equal) return;
  *equal = value[1];
  for (unsigned j = 1; j < entries; j++) *equal ^= is[j] & in[entries - 1 + j - 1];
}

/* --- one run ------------------------------------------------------------------------------ */

static struct smpi_mill_block block_at(unsigned q) {
  unsigned left = TOP - RADIX * q;
  return (struct smpi_mill_block){left < RADIX ? left : RADIX, RADIX, q != 0};
}
static size_t table_words(void) { /* of all blocks of one word of numbers */
  size_t words = 0;
  for (unsigned q = 0; q < BLOCKS; q++) {
    const struct smpi_mill_block b = block_at(q);
    words += smpi_mill_words(&b);
  }
  return words;
}

/* Words of numbers [first, first + n) of the vector, and this party's part in them. */
struct half { size_t first, n; };

struct run {
  uint64_t *row;              /* [64][stride]: the bits of d               */
  size_t stride;
  struct smpi_nodes nodes;    /* g: greater; p: equal                      */
  struct smpi_taken lookups;
  struct half asked, looks;
  uint64_t *hidden_in, *hidden_out; /* [BLOCKS * RADIX][n]                 */
  struct smpi_ot_pipe in, out;
  size_t strips_in, strips_out; /* so far                                  */
};

/* Both halves are of one length, so that the parties send the same: with an odd number of
 * words the second ends in one that means nothing. */
static struct half half_of(size_t m, bool is_first) {
  size_t h = smpi_ceil_div(m, 2);
  return (struct half){is_first ? 0 : h, h};
}

/* The bits of block q at word w: of x, or, complemented below the top, of y. */
static void bits_of(uint64_t out[RADIX], const struct run *r, unsigned q, size_t w, bool is_y) {
  for (unsigned i = 0; i < RADIX; i++) {
    uint64_t bit = r->row[(RADIX * q + i) * r->stride + w];
    out[i] = RADIX * q + i == TOP ? 0 : is_y ? ~bit : bit;
  }
}

/* Word w of a half's columns c, c + 1, .. of block q. */
static void columns(uint64_t *out, const struct run *r, const struct half *h, unsigned q, size_t w, unsigned c,
                    unsigned n) {
  for (unsigned i = 0; i < n; i++) out[i] = r->lookups.col[c + i][q * h->n + w];
}

static void hide_all(struct run *r) {
  const struct half *h = &r->looks;
  for (unsigned q = 0; q < BLOCKS; q++) {
    const struct smpi_mill_block b = block_at(q);
    for (size_t w = 0; w < h->n; w++) {
      uint64_t y[RADIX], index[RADIX], hidden[RADIX];
      bits_of(y, r, q, h->first + w, true);
      columns(index, r, h, q, w, SMPI_LOOKUP_INDEX, RADIX);
      smpi_mill_hide(hidden, y, index, &b);
      for (unsigned i = 0; i < RADIX; i++) r->hidden_out[(RADIX * q + i) * h->n + w] = hidden[i];
    }
  }
}

/* A strip on the wire: word after word, the tables of all blocks. */
static void make_strip(void *ctx, uint8_t *unit) {
  struct run *r = ctx;
  const struct half *h = &r->asked;
  size_t first = STRIP * r->strips_out++, end = smpi_min(first + STRIP, h->n);
  for (size_t w = first; w < end; w++)
    for (unsigned q = 0; q < BLOCKS; q++) {
      const struct smpi_mill_block b = block_at(q);
      uint64_t x[RADIX], hidden[RADIX], table[2 * MOST_ENTRIES], out[MOST_WORDS];
      shr *g = r->nodes.g + q * r->nodes.stride + h->first + w, *p = r->nodes.p + q * r->nodes.stride + h->first + w;
      bits_of(x, r, q, h->first + w, false);
      columns(table, r, h, q, w, SMPI_LOOKUP_TABLE, 2 * MOST_ENTRIES);
      for (unsigned i = 0; i < RADIX; i++) hidden[i] = r->hidden_in[(RADIX * q + i) * h->n + w];
      smpi_mill_offer(out, &g->v, &p->v, x, hidden, table, &b);
      memcpy(unit, out, smpi_mill_words(&b) * sizeof *out);
      unit += smpi_mill_words(&b) * sizeof *out;
    }
}

static void take_strip(void *ctx, const uint8_t *unit) {
  struct run *r = ctx;
  const struct half *h = &r->looks;
  size_t first = STRIP * r->strips_in++, end = smpi_min(first + STRIP, h->n);
  for (size_t w = first; w < end; w++)
    for (unsigned q = 0; q < BLOCKS; q++) {
      const struct smpi_mill_block b = block_at(q);
      uint64_t y[RADIX], value[2], in[MOST_WORDS];
      shr *g = r->nodes.g + q * r->nodes.stride + h->first + w, *p = r->nodes.p + q * r->nodes.stride + h->first + w;
      memcpy(in, unit, smpi_mill_words(&b) * sizeof *in);
      unit += smpi_mill_words(&b) * sizeof *in;
      bits_of(y, r, q, h->first + w, true);
      columns(value, r, h, q, w, SMPI_LOOKUP_VALUE, 2);
      smpi_mill_look(&g->v, &p->v, in, y, value, &b);
    }
}

static void produce(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)peer;
  smpi_ot_pipe_out(&((struct run *)ctx)->out, off, buf, len);
}
static void consume(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)peer;
  smpi_ot_pipe_in(&((struct run *)ctx)->in, off, buf, len);
}

/* Steps 3 and 4: two rounds. */
static smpc_err look(struct smpc_session *s, struct run *r) {
  size_t word = table_words() * 8, all = BLOCKS * RADIX * 8;
  const unsigned peer = smpi_member_of_rank(s, smpi_is_first(s) ? 1 : 0);
  const struct smpi_flow ask = {.peer = peer, .out = r->hidden_out, .in = r->hidden_in, .out_len = all * r->looks.n,
                                .in_len = all * r->asked.n};
  const struct smpi_flow tables = {.peer = peer, .out_len = word * r->asked.n, .in_len = word * r->looks.n,
                                   .produce = produce, .consume = consume, .ctx = r};
  smpc_err err;
  hide_all(r);
  TRY(smpi_exchange(s, &ask, 1));
  r->out = (struct smpi_ot_pipe){.unit = STRIP * word, .hold = r->out.hold, .block = make_strip, .ctx = r};
  r->in = (struct smpi_ot_pipe){.unit = STRIP * word, .hold = r->in.hold, .take = take_strip, .ctx = r};
  TRY(smpi_exchange(s, &tables, 1));
  if (r->looks.n % STRIP != 0) take_strip(r, r->in.hold); /* the last strip is shorter than a unit */
out:
  return err;
}

/* Memory for n numbers, and step 2. */
static smpc_err prepare(struct smpc_session *s, struct run *r, size_t m) {
  smpc_err err;
  size_t even = 2 * smpi_ceil_div(m, 2);
  r->stride = smpi_bitless_stride(even);
  r->asked = half_of(m, smpi_is_first(s));
  r->looks = half_of(m, !smpi_is_first(s));
  r->row = smpi_scratch(s, 64 * r->stride, 8);
  r->nodes = (struct smpi_nodes){smpi_scratch(s, BLOCKS * r->stride, 8), smpi_scratch(s, BLOCKS * r->stride, 8),
                                 r->stride, m};
  r->hidden_in = smpi_scratch(s, BLOCKS * RADIX * even, 8);
  r->hidden_out = r->hidden_in + BLOCKS * RADIX * r->asked.n;
  r->out.hold = smpi_scratch(s, 2 * STRIP * table_words(), 8);
  if (r->row == NULL || r->nodes.g == NULL || r->nodes.p == NULL || r->hidden_in == NULL || r->out.hold == NULL)
    TRY(SMPC_E_NOMEM);
  r->in.hold = r->out.hold + STRIP * table_words() * 8;
  for (unsigned i = 0; i < 64; i++) r->row[i * r->stride + even - 1] = 0;
  memset(r->nodes.p, 0, r->stride * sizeof *r->nodes.p); /* of the lowest block: not wanted, not made */
  TRY(smpi_triple_take(s, &r->lookups, SMPI_LOOKUP, BLOCKS * smpi_ceil_div(m, 2)));       /* 2. take  */
out:
  return err;
}

smpc_err smpi_mill_sign(struct smpc_session *s, shr *bits, const shr *d, size_t n) {
  size_t mark = smpi_scratch_mark(s), m = smpi_ceil_div(n, 64);
  struct run r = {0};
  smpc_err err = smpi_status(s);
  if (err != SMPC_OK || n == 0) goto out;
  TRY(prepare(s, &r, m));
  smpi_bits_slice(r.row, r.stride, (const uint64_t *)(const void *)d, n);                  /* 1. bits  */
  TRY(look(s, &r));                                                                        /* 3., 4.   */
  smpi_triple_wipe(&r.lookups);
  TRY(smpi_bitless_run(s, &r.nodes, BLOCKS, SMPI_BORROW_TOP));                             /* 5. tree  */
  const shr *carry = r.nodes.g + (BLOCKS - 1) * r.stride;
  for (size_t w = 0; w < m; w++) bits[w].v = carry[w].v ^ r.row[TOP * r.stride + w];       /* 6. sign  */
out:
  smpi_triple_wipe(&r.lookups);
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK) smpi_wipe(bits, m * sizeof *bits);
  return err;
}

void smpi_mill_sign_cost(struct smpi_cost *c, size_t n) {
  size_t m = smpi_ceil_div(n, 64), h = smpi_ceil_div(m, 2);
  if (n == 0) return;
  smpi_triple_cost(c, SMPI_LOOKUP, BLOCKS * h);
  c->rounds += 2;
  c->bytes += 8 * h * (table_words() + BLOCKS * RADIX);
  smpi_bitless_run_cost(c, BLOCKS, m, SMPI_BORROW_TOP);
}
