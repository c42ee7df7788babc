/* ot_products.c - cross products by oblivious transfer: numbers, bits.
 *
 * Functionality F_cross  from party i words a_i, b_i; gives every party a share
 *                        of the sum of a_i b_j over all i != j.
 * Protocol      [Gil99], for each ordered pair (i, j), word by word:
 *     1. transfer   64 random OTs of 64-bit strings: i gets m0_k, m1_k, and j gets
 *                   m_k = m0_k or m1_k as bit k of b_j says                (ot/)
 *     2. i sends    tau_k = m0_k - m1_k + a_i modulo 2^(64-k)         (1 round)
 *     3. locally    i: -sum 2^k m0_k;  j: sum 2^k (m_k + b_k tau_k)
 *     Bits [ALSZ13]: one transfer for each bit of b_j; tau = m0 ^ m1 ^ a_i; i has
 *     m0, j has m ^ b tau.  When a_i, b_j need only be uniform, and there are two
 *     parties, a_i := m0 ^ m1 and b_j is as drawn: nothing is sent.
 * Why           m_k + b_k tau_k = m0_k + b_k a_i, whatever b_k is; times 2^k only its
 *               low 64-k bits count.
 * Security      semi-honest, computational: j lacks the other string of each
 *               transfer, a pad used once for tau; i sees nothing of b_j but what
 *               the transfers show, which is nothing.  Up to P-1 of P parties.
 * Assumes       F_rot (ot/rot.h), authenticated private channels.
 * Cost          see ot_cross.h: 260 bytes of tau a product.
 * Secrets       a b m0 m1 m and the shares.
 * Differs from  [Gil99]: the triangle only; random OT as in [ALSZ13].
 */
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "triple/ot_cross.h"

/* --- both ------------------------------------------------------------------------ */

/* Words of one stretch: whole blocks. */
static size_t words_of_stretch(size_t most, uint64_t left) {
  size_t words = most / SMPI_OT_WORD;
  return left < words ? smpi_ceil_div((size_t)left, SMPI_OT_BLOCK_WORDS) * SMPI_OT_BLOCK_WORDS : words;
}

/* Bytes of a whole run of n words, with tau_len bytes of corrections for each word. */
static uint64_t run_bytes(unsigned parties, uint64_t n, uint64_t tau_len, bool is_drawn) {
  size_t most = smpi_ot_most(parties);
  uint64_t bytes = 0;
  for (uint64_t done = 0; done < n; done += words_of_stretch(most, n - done)) {
    size_t words = words_of_stretch(most, n - done);
    bytes += smpi_cot_message_len(SMPI_OT_K, words * SMPI_OT_WORD) + words * (tau_len + (is_drawn ? 0 : 8));
  }
  return bytes * (parties - 1);
}

/* The same stretch with everybody, both ways. */
static smpc_err transfer_all(struct smpi_ot *o, uint64_t *choice, size_t words, bool is_drawn) {
  struct smpi_ot_stretch st = {.is_drawn = is_drawn};
  for (unsigned r = 0; r < o->parties; r++) {
    if (r == o->rank) continue;
    st.n_send[r] = st.n_receive[r] = words * SMPI_OT_WORD;
    st.choice[r] = choice;
  }
  return smpi_ot_transfer(o, &st);
}

static void everybody(const struct smpi_ot *o, struct smpi_ot_stream *st, size_t len) {
  for (unsigned r = 0; r < o->parties; r++)
    if (r != o->rank) st->out_len[r] = st->in_len[r] = len;
}

/* --- numbers ------------------------------------------------------------------------ */

/* One stretch's operands and results, padded to whole blocks. */
struct numbers { const struct smpi_ot *o; uint64_t *a, *b, *c; };

enum { TAU_BLOCK = SMPI_OT_BLOCK_WORDS * 260 };

static size_t tau_len(void *ctx, unsigned rank, size_t block, bool is_out) {
  (void)ctx, (void)rank, (void)block, (void)is_out;
  return TAU_BLOCK;
}

static void make_tau(void *ctx, unsigned rank, size_t block, uint8_t *out) {
  const struct numbers *w = ctx;
  uint64_t m0[SMPI_COT_BLOCK], m1[SMPI_COT_BLOCK];
  size_t at = block * SMPI_OT_BLOCK_WORDS;
  smpi_ot_sent_words(w->o, rank, block, m0, m1);
  smpi_ot_product_send(m1, w->c + at, w->a + at, m0, m1, SMPI_OT_BLOCK_WORDS);
  smpi_ot_pack(out, m1, SMPI_OT_BLOCK_WORDS, &smpi_ot_triangle);
}

static void take_tau(void *ctx, unsigned rank, size_t block, const uint8_t *in) {
  const struct numbers *w = ctx;
  uint64_t m[SMPI_COT_BLOCK], tau[SMPI_COT_BLOCK];
  size_t at = block * SMPI_OT_BLOCK_WORDS;
  smpi_ot_received_words(w->o, rank, block, m);
  smpi_ot_unpack(tau, in, SMPI_OT_BLOCK_WORDS, &smpi_ot_triangle);
  smpi_ot_product_receive(w->c + at, w->b + at, m, tau, SMPI_OT_BLOCK_WORDS);
}

static smpc_err multiply_stretch(struct smpi_ot *o, struct numbers *w, size_t words, bool is_drawn) {
  struct smpi_ot_stream st = {.most = TAU_BLOCK, .len = tau_len, .make = make_tau, .take = take_tau, .ctx = w};
  smpc_err err;
  TRY(transfer_all(o, w->b, words, is_drawn));
  everybody(o, &st, words * 260);
  TRY(smpi_ot_exchange(o, &st));
out:
  return err;
}

smpc_err smpi_ot_products(struct smpi_ot *o, uint64_t *c, const uint64_t *a, uint64_t *b, size_t n, bool is_drawn) {
  size_t room = words_of_stretch(o->most, n);
  uint64_t *hold = smpi_secret_alloc(3 * room, sizeof *hold);
  struct numbers w = {o, hold, hold + room, hold + 2 * room};
  smpc_err err = SMPC_OK;
  if (hold == NULL) return smpi_fail(o->s, SMPC_E_NOMEM, -1, "out of memory");
  for (size_t at = 0, some; at < n; at += some) {
    size_t words = words_of_stretch(o->most, n - at);
    some = smpi_min(words, n - at);
    memset(hold, 0, 3 * room * sizeof *hold);
    memcpy(w.a, a + at, some * 8);
    memcpy(w.b, b + at, some * 8);
    TRY(multiply_stretch(o, &w, words, is_drawn));
    if (is_drawn) memcpy(b + at, w.b, some * 8);
    smpi_ring_add_words(c + at, w.c, some);
  }
out:
  smpi_secret_free(hold);
  return err;
}

uint64_t smpi_ot_products_bytes(unsigned parties, uint64_t n, bool is_drawn) {
  return run_bytes(parties, n, 260, is_drawn);
}

/* --- bits ------------------------------------------------------------------------------ */

struct bits {
  const struct smpi_ot *o;
  unsigned width;
  uint64_t *x, *y[2], *z[2]; /* of one stretch, padded to whole blocks */
};

static size_t bits_len(void *ctx, unsigned rank, size_t block, bool is_out) {
  (void)rank, (void)block, (void)is_out;
  return ((const struct bits *)ctx)->width * SMPI_OT_BLOCK_WORDS * 8;
}

/* The strings of one block as rows of bits: m0 goes into z, m0 ^ m1 into difference[v]. */
static void send_block(const struct bits *w, unsigned rank, size_t block,
                       uint64_t difference[2][SMPI_OT_BLOCK_WORDS]) {
  uint64_t m0[SMPI_COT_BLOCK], m1[SMPI_COT_BLOCK], row[2][SMPI_OT_BLOCK_WORDS];
  size_t at = block * SMPI_OT_BLOCK_WORDS;
  smpi_ot_sent_words(w->o, rank, block, m0, m1);
  smpi_ot_bits_of((uint64_t *[]){row[0], row[1]}, m0, SMPI_OT_BLOCK_WORDS, w->width);
  smpi_ot_bits_of((uint64_t *[]){difference[0], difference[1]}, m1, SMPI_OT_BLOCK_WORDS, w->width);
  for (unsigned v = 0; v < w->width; v++)
    for (size_t j = 0; j < SMPI_OT_BLOCK_WORDS; j++) {
      difference[v][j] ^= row[v][j];
      w->z[v][at + j] ^= row[v][j];
    }
}

static void receive_block(const struct bits *w, unsigned rank, size_t block) {
  uint64_t m[SMPI_COT_BLOCK], row[2][SMPI_OT_BLOCK_WORDS];
  size_t at = block * SMPI_OT_BLOCK_WORDS;
  smpi_ot_received_words(w->o, rank, block, m);
  smpi_ot_bits_of((uint64_t *[]){row[0], row[1]}, m, SMPI_OT_BLOCK_WORDS, w->width);
  for (unsigned v = 0; v < w->width; v++) smpi_ring_xor_words(w->z[v] + at, row[v], SMPI_OT_BLOCK_WORDS);
}

static void make_bits(void *ctx, unsigned rank, size_t block, uint8_t *out) {
  const struct bits *w = ctx;
  uint64_t tau[2][SMPI_OT_BLOCK_WORDS];
  send_block(w, rank, block, tau);
  for (unsigned v = 0; v < w->width; v++) {
    smpi_ring_xor_words(tau[v], w->y[v] + block * SMPI_OT_BLOCK_WORDS, SMPI_OT_BLOCK_WORDS);
    memcpy(out + v * sizeof tau[v], tau[v], sizeof tau[v]);
  }
}

static void take_bits(void *ctx, unsigned rank, size_t block, const uint8_t *in) {
  const struct bits *w = ctx;
  uint64_t tau[SMPI_OT_BLOCK_WORDS];
  size_t at = block * SMPI_OT_BLOCK_WORDS;
  receive_block(w, rank, block);
  for (unsigned v = 0; v < w->width; v++) {
    memcpy(tau, in + v * sizeof tau, sizeof tau);
    for (size_t j = 0; j < SMPI_OT_BLOCK_WORDS; j++) w->z[v][at + j] ^= tau[j] & w->x[at + j];
  }
}

/* Two parties, uniform operands: what was drawn is what they are. */
static void keep_drawn(const struct bits *w, size_t blocks) {
  unsigned other = 1 - w->o->rank;
  for (size_t block = 0; block < blocks; block++) {
    uint64_t difference[2][SMPI_OT_BLOCK_WORDS];
    send_block(w, other, block, difference);
    receive_block(w, other, block);
    for (unsigned v = 0; v < w->width; v++)
      memcpy(w->y[v] + block * SMPI_OT_BLOCK_WORDS, difference[v], sizeof difference[v]);
  }
}

static smpc_err and_stretch(struct smpi_ot *o, struct bits *w, size_t words, bool is_drawn) {
  smpc_err err;
  size_t len = w->width * words * 8;
  struct smpi_ot_stream st = {.len = bits_len, .make = make_bits, .take = take_bits, .ctx = w,
                              .most = w->width * SMPI_OT_BLOCK_WORDS * 8};
  TRY(transfer_all(o, w->x, words, is_drawn));
  everybody(o, &st, len);
  if (is_drawn) keep_drawn(w, words / SMPI_OT_BLOCK_WORDS);
  else TRY(smpi_ot_exchange(o, &st));
out:
  return err;
}

smpc_err smpi_ot_ands(struct smpi_ot *o, uint64_t *const z[2], uint64_t *x, uint64_t *const y[2], unsigned width,
                      size_t n, bool is_drawn) {
  size_t room = words_of_stretch(o->most, n);
  uint64_t *h = smpi_secret_alloc(5 * room, sizeof *h);
  struct bits w = {o, width, h, {h + room, h + 2 * room}, {h + 3 * room, h + 4 * room}};
  smpc_err err = SMPC_OK;
  if (h == NULL) return smpi_fail(o->s, SMPC_E_NOMEM, -1, "out of memory");
  for (size_t at = 0, some; at < n; at += some) {
    size_t words = words_of_stretch(o->most, n - at);
    some = smpi_min(words, n - at);
    memset(h, 0, 5 * room * sizeof *h);
    memcpy(w.x, x + at, some * 8);
    for (unsigned v = 0; v < width; v++) memcpy(w.y[v], y[v] + at, some * 8);
    TRY(and_stretch(o, &w, words, is_drawn));
    if (is_drawn) memcpy(x + at, w.x, some * 8);
    for (unsigned v = 0; v < width; v++) {
      if (is_drawn) memcpy(y[v] + at, w.y[v], some * 8);
      smpi_ring_xor_words(z[v] + at, w.z[v], some);
    }
  }
out:
  smpi_secret_free(h);
  return err;
}

uint64_t smpi_ot_ands_bytes(unsigned parties, uint64_t n, unsigned width, bool is_drawn) {
  return run_bytes(parties, n, is_drawn ? 0 : 8 * width, is_drawn);
}
