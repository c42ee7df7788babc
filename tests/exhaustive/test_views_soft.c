/* test_views_soft.c - transfer extension over toy streams: one bit a leaf, two trees, k = 1 and
 * 2, every tape and every digit of Delta: the relation holds, and what the sender sees does not
 * depend on the receiver's choice bit.
 *
 * ot/soft.c is compiled here over toy_fold(), in which a leaf's stream is its key's lowest bit. */
#include "support/test.h"

#include <stdbool.h>
#include <string.h>

#define smpi_aes_fold toy_fold
#define smpi_soft_receive toy_receive
#define smpi_soft_send toy_send
#include "ot/soft.c"

#include "tally.h"

static bool is_stuck; /* the control: leaf 0 of the second tree gives nothing but zeros */

void toy_fold(blk *u, blk *v, const struct smpi_aes_key *leaf, unsigned bits, unsigned first, uint64_t number) {
  (void)number;
  memset(u, 0, RUN * sizeof *u);
  memset(v, 0, RUN * bits * sizeof *v);
  for (unsigned x = first; x < 1u << bits; x++) {
    uint64_t r = leaf[x].round[0].w[0] & 1;
    u[0].w[0] ^= r;
    for (unsigned b = 0; b < bits; b++) v[RUN * b].w[0] ^= r & (x >> b);
  }
}

enum { TREES = 2 };

static struct smpi_aes_key all[256], most[256];

/* Tape bit l is the stream of leaf l, of tree l / 2^k.  S keeps leaf x at place x + d. */
static void set_leaves(unsigned k, uint64_t tape, const unsigned d[TREES]) {
  memset(all, 0, sizeof all);
  memset(most, 0, sizeof most);
  for (unsigned i = 0; i < TREES; i++)
    for (unsigned x = 0; x < 1u << k; x++) {
      uint64_t r = is_stuck && i == 1 && x == 0 ? 0 : tape >> ((i << k) + x) & 1;
      all[(i << k) + x].round[0].w[0] = r;
      if (x != d[i]) most[(i << k) + (x ^ d[i])].round[0].w[0] = r;
    }
}

/* One run; S's view into the tally of b. */
static void run(struct tally *views, unsigned k, uint64_t tape, const unsigned d[TREES]) {
  static blk t[SMPI_BITMAT_COLS * RUN], q[SMPI_BITMAT_COLS * RUN], u[RUN];
  static uint8_t message[128 * 127];
  struct smpi_soft_receiver r = {.k = k, .leaf = all};
  struct smpi_soft_sender s = {.k = k, .leaf = most, .delta = {{d[0] | (uint64_t)d[1] << k, 0}}};
  set_leaves(k, tape, d);
  toy_receive(&r, t, u, message);
  toy_send(&s, q, message);
  unsigned b = (unsigned)u[0].w[0] & 1;
  for (unsigned c = 0; c < TREES * k; c++) /* q = t + b Delta */
    assert_int_equal(q[RUN * c].w[0], t[RUN * c].w[0] ^ (b & s.delta.w[0] >> c));
  for (unsigned i = 0; i < TREES; i++)
    for (unsigned y = 1; y < 1u << k; y++) tally_see(&views[b], most[(i << k) + y].round[0].w[0], 1);
  tally_see(&views[b], message[0], 1);
  tally_count(&views[b]);
}

/* Are S's views alike for both choice bits, whatever Delta? */
static bool are_alike(unsigned k) {
  bool alike = true;
  for (unsigned both = 0; both < 1u << TREES * k; both++) {
    const unsigned d[TREES] = {both & ((1u << k) - 1), both >> k};
    unsigned bits = TREES * ((1u << k) - 1) + 1;
    struct tally views[2] = {tally_new(bits), tally_new(bits)};
    for (uint64_t tape = 0; tape < UINT64_C(1) << (TREES << k); tape++) run(views, k, tape, d);
    alike &= tally_same(&views[0], &views[1]);
    tally_free(&views[0]);
    tally_free(&views[1]);
  }
  return alike;
}

static void the_choice_does_not_show(void **state) {
  (void)state;
  is_stuck = false;
  assert_true(are_alike(1));
  assert_true(are_alike(2));
}

/* Where S lacks that leaf, u_1 is known to it and c shows u_0. */
static void a_stuck_stream_is_found(void **state) {
  (void)state;
  is_stuck = true;
  assert_false(are_alike(1));
  assert_false(are_alike(2));
}

TEST_MAIN(T(the_choice_does_not_show), T(a_stuck_stream_is_found))
