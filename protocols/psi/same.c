/* same.c - equality of words between two parties, in xor shares.
 *
 * Functionality F_eq     from R words x_i, from S words y_i; gives both random xor shares of [x_i = y_i].
 * Protocol      Pi_eq    in the F_rot16-hybrid model (rot16.h), four bits at a time; a test of x against y
 *                        in 0..15 with pads p_0 .. p_15, choice a:
 *     1. R -> S     d = x + a                                                     (1 round)
 *     2. S -> R     u_v = p_(v + d) + [v = y] + e_S for all v, e_S a random bit   (1 round)
 *     3. locally    R: e_R = u_x + p_a
 *     Words of k bits are ceil(k / 4) such tests.  Their results all are 1 exactly if R's shares are the complements
 *     of S's: that is the next test, on ceil(k / 4) bits; and so on until one is left.
 * Why           u_x + p_a = p_(x + d) + p_a + [x = y] + e_S, and x + d = a.
 * Security      semi-honest.  S corrupt: d is uniform, as a is.  R corrupt: of the sixteen u_v it can open
 *               one, v = x; the others are hidden by pads it lacks; and that one, e_R, is uniform,
 *               as e_S is.  tests/exhaustive/test_views_join.c counts the views.
 * Assumes       F_rot16, authenticated channels.
 * Cost          see same.h: for k = 61, 21 tests of 20 bits.
 * Secrets       x, y, a, pads, shares; sent: d, u.
 * Differs from  [PSTY19], [CGS22], who also test by blocks of bits through 1-of-16 transfers and then
 *               multiply the results as bits: here the products are equality tests again.
 */
#include "psi/same.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

/* --- local --------------------------------------------------------------------------- */

void smpi_same_ask(uint8_t *ask, const uint8_t *x, const uint8_t *mine, size_t n) {
  memset(ask, 0, (n + 1) / 2);
  for (size_t i = 0; i < n; i++) ask[i / 2] |= (uint8_t)(((x[i] ^ mine[i]) & 15) << 4 * (i % 2));
}

/* table with its bits permuted: bit v from bit v + d, by a swap for each bit of d. */
static uint16_t permuted(uint16_t table, unsigned d) {
  uint32_t t = table;
  t ^= (t ^ ((t >> 1 & 0x5555) | (t & 0x5555) << 1)) & (0u - (d & 1));
  t ^= (t ^ ((t >> 2 & 0x3333) | (t & 0x3333) << 2)) & (0u - (d >> 1 & 1));
  t ^= (t ^ ((t >> 4 & 0x0f0f) | (t & 0x0f0f) << 4)) & (0u - (d >> 2 & 1));
  t ^= (t ^ ((t >> 8 & 0x00ff) | (t & 0x00ff) << 8)) & (0u - (d >> 3 & 1));
  return (uint16_t)t;
}

/* 1 << y, without a shift by a secret on machines where that takes longer. */
static uint32_t one_hot(unsigned y) {
  uint32_t one = 1;
  one ^= (one ^ one << 1) & (0u - (y & 1));
  one ^= (one ^ one << 2) & (0u - (y >> 1 & 1));
  one ^= (one ^ one << 4) & (0u - (y >> 2 & 1));
  one ^= (one ^ one << 8) & (0u - (y >> 3 & 1));
  return one;
}

void smpi_same_answer(uint16_t *answer, const uint16_t *table, const uint8_t *ask, const uint8_t *y,
                      const uint8_t *share, size_t n) {
  for (size_t i = 0; i < n; i++) {
    unsigned d = ask[i / 2] >> 4 * (i % 2) & 15;
    answer[i] = (uint16_t)(permuted(table[i], d) ^ one_hot(y[i] & 15) ^ (0u - (share[i] & 1u)));
  }
}

/* Bit x of u, by halving. */
static unsigned bit_of(unsigned u, unsigned x) {
  u ^= (u ^ u >> 8) & (0u - (x >> 3 & 1));
  u ^= (u ^ u >> 4) & (0u - (x >> 2 & 1));
  u ^= (u ^ u >> 2) & (0u - (x >> 1 & 1));
  u ^= (u ^ u >> 1) & (0u - (x & 1));
  return u & 1;
}

void smpi_same_learn(uint8_t *share, const uint16_t *answer, const uint8_t *x, const uint8_t *mine, size_t n) {
  for (size_t i = 0; i < n; i++) share[i] = (uint8_t)(bit_of(answer[i], x[i] & 15u) ^ (mine[i] >> 4 & 1));
}

/* --- the driver ------------------------------------------------------------------------ */

struct run {
  struct smpi_rot16 *l;
  struct smpc_session *s;
  unsigned rank, peer;
  bool sends;
  uint64_t *word;      /* [n] what is compared at this level     */
  uint16_t *table;     /* [tests] sender                         */
  uint8_t *mine;       /* [tests] receiver                       */
  uint8_t *part;       /* [tests of a level] four bits of a word */
  uint8_t *share;      /* [tests of a level]                     */
  uint8_t *ask;
  uint16_t *answer;    /* little-endian here and on the wire     */
};

static unsigned parts_of(unsigned bits) { return (bits + 3) / 4; }

/* All tests of one word: ceil(bits / 4), then a quarter of these, ... 1. */
static size_t tests_of(unsigned bits) {
  size_t n = 0;
  while (bits > 1) n += bits = parts_of(bits);
  return n;
}

/* Test (k, i), part k of word i, is number k n + i. */
static void take_parts(struct run *r, size_t n, unsigned parts) {
  for (unsigned k = 0; k < parts; k++)
    for (size_t i = 0; i < n; i++) r->part[k * n + i] = r->word[i] >> 4 * k & 15;
}

/* The results are what is compared next; the sender's complemented. */
static void put_results(struct run *r, size_t n, unsigned parts) {
  memset(r->word, 0, n * sizeof *r->word);
  for (unsigned k = 0; k < parts; k++)
    for (size_t i = 0; i < n; i++) r->word[i] |= (uint64_t)(r->share[k * n + i] ^ (r->sends && parts > 1)) << k;
}

static void draw_shares(struct run *r, size_t tests) {
  uint64_t word = 0;
  for (size_t i = 0; i < tests; i++, word >>= 1) {
    if (i % 64 == 0) smpi_prg_words(smpi_prg_own(r->s), &word, 1);
    r->share[i] = word & 1;
  }
}

/* One level: `parts` tests for each of n words, with the transfers from number `first` on. */
static smpc_err run_level(struct run *r, size_t n, unsigned parts, size_t first) {
  size_t tests = n * parts, ask_len = (tests + 1) / 2, answer_len = tests * sizeof *r->answer;
  struct smpi_flow ask = {.peer = r->peer, .out_len = r->sends ? 0 : ask_len, .in_len = r->sends ? ask_len : 0,
                          .out = r->ask, .in = r->ask};
  struct smpi_flow answer = {.peer = r->peer, .out_len = r->sends ? answer_len : 0,
                             .in_len = r->sends ? 0 : answer_len, .out = r->answer, .in = r->answer};
  smpc_err err;
  take_parts(r, n, parts);
  if (!r->sends) smpi_same_ask(r->ask, r->part, r->mine + first, tests);
  TRY(smpi_exchange(r->s, &ask, 1));                                                                  /* 1. */
  if (r->sends) {
    draw_shares(r, tests);
    smpi_same_answer(r->answer, r->table + first, r->ask, r->part, r->share, tests);
  }
  TRY(smpi_exchange(r->s, &answer, 1));                                                               /* 2. */
  if (!r->sends) smpi_same_learn(r->share, r->answer, r->part, r->mine + first, tests);               /* 3. */
  put_results(r, n, parts);
out:
  return err;
}

static smpc_err make_room(struct run *r, size_t n, unsigned bits) {
  size_t tests = n * tests_of(bits), level = n * parts_of(bits);
  if (r->sends) r->table = smpi_scratch(r->s, tests, sizeof *r->table);
  else r->mine = smpi_scratch(r->s, tests, 1);
  r->word = smpi_scratch(r->s, n, sizeof *r->word);
  r->part = smpi_scratch(r->s, level, 1);
  r->share = smpi_scratch(r->s, level, 1);
  r->ask = smpi_scratch(r->s, (level + 1) / 2, 1);
  r->answer = smpi_scratch(r->s, level, sizeof *r->answer);
  return smpi_status(r->s);
}

/* n words, at most a stretch; the results into bits from number `at` on, a multiple of 64. */
static smpc_err run_stretch(struct run *r, shr *bit, const uint64_t *word, size_t n, unsigned bits) {
  size_t mark = smpi_scratch_mark(r->s), tests = n * tests_of(bits), first = 0;
  smpc_err err;
  TRY(make_room(r, n, bits));
  TRY(r->sends ? smpi_rot16_send(r->l, r->rank, r->table, tests) : smpi_rot16_receive(r->l, r->rank, r->mine, tests));
  for (size_t i = 0; i < n; i++) r->word[i] = bits < 64 ? word[i] & ((UINT64_C(1) << bits) - 1) : word[i];
  while (bits > 1) {
    unsigned parts = parts_of(bits);
    TRY(run_level(r, n, parts, first));
    first += n * parts;
    bits = parts;
  }
  memset(bit, 0, smpi_ceil_div(n, 64) * sizeof *bit);
  for (size_t i = 0; i < n; i++) bit[i / 64].v |= (r->word[i] & 1) << i % 64;
out:
  smpi_scratch_release(r->s, mark);
  return err;
}

static smpc_err run(struct smpi_rot16 *l, unsigned rank, bool sends, shr *bit, const uint64_t *word, size_t n,
                    unsigned bits) {
  struct smpc_session *s = smpi_rot16_session(l);
  struct run r = {.l = l, .s = s, .rank = rank, .peer = smpi_member_of_rank(s, rank), .sends = sends};
  smpc_err err = SMPC_OK;
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(SMPI_SAME_STRETCH, n - i);
    TRY(run_stretch(&r, bit + i / 64, word + i, k, bits));
    smpi_progress(s, i + k, n);
  }
out:
  if (err != SMPC_OK) smpi_wipe(bit, smpi_ceil_div(n, 64) * sizeof *bit);
  return err;
}

smpc_err smpi_same_send(struct smpi_rot16 *l, unsigned rank, shr *bit, const uint64_t *word, size_t n, unsigned bits) {
  return run(l, rank, true, bit, word, n, bits);
}

smpc_err smpi_same_receive(struct smpi_rot16 *l, unsigned rank, shr *bit, const uint64_t *word, size_t n,
                           unsigned bits) {
  return run(l, rank, false, bit, word, n, bits);
}

void smpi_same_bytes(uint64_t *sender, uint64_t *receiver, uint64_t *rounds, size_t n, unsigned bits) {
  *sender = *receiver = *rounds = 0;
  for (size_t i = 0, k; i < n; i += k) {
    uint64_t to, from;
    k = smpi_min(SMPI_SAME_STRETCH, n - i);
    smpi_rot16_bytes(&to, &from, k * tests_of(bits));
    *rounds += 2;
    for (unsigned parts = bits; parts > 1; *rounds += 2) {
      parts = parts_of(parts);
      from += (k * parts + 1) / 2;
      to += 2 * (uint64_t)k * parts;
    }
    *sender += to;
    *receiver += from;
  }
}
