/* test_views_mill.c - the millionaires' steps over small rings: for every input and every
 * random tape the carry is right, and what either party sees does not depend on the other's
 * share.  Broken lookups must be found. */
#include "support/test.h"

#include "compare/and.h"
#include "compare/mill.h"
#include "exhaustive/tally.h"

enum broken { SOUND, NEVER_ZERO, EQUAL_ENTRIES, FIXED_ENTRY };

/* One lookup of `bits` index bits, and what of its 2-bit entries is used. */
struct lookup { uint64_t index[2], table[8], value[2]; };

static uint64_t take(uint64_t *tape, unsigned n) {
  uint64_t b = *tape & ((UINT64_C(1) << n) - 1);
  *tape >>= n;
  return b;
}

/* false: what the broken source does not give */
static bool deal(struct lookup *l, uint64_t *tape, const struct smpi_mill_block *b, enum broken how) {
  uint64_t index = take(tape, b->index_bits);
  unsigned entries = 1u << b->index_bits, sum = 0;
  for (unsigned i = 0; i < 2; i++) l->index[i] = index >> i & 1;
  for (unsigned j = 0; j < entries; j++) {
    l->table[2 * j] = take(tape, 1);
    l->table[2 * j + 1] = b->has_equal ? take(tape, 1) : 0;
    sum += (unsigned)l->table[2 * j];
  }
  for (unsigned v = 0; v < 2; v++) l->value[v] = l->table[2 * index + v];
  if (how == NEVER_ZERO) return index != 0;
  if (how == EQUAL_ENTRIES) return sum == 0 || sum == entries;
  return how != FIXED_ENTRY || l->table[0] == 0;
}
static unsigned tape_of(const struct smpi_mill_block *b) {
  return b->index_bits + ((b->has_equal ? 2u : 1u) << b->index_bits);
}

struct leaf { uint64_t hidden[2], sent[6], more[2], equal[2]; }; /* shares: of who is asked, of who looks */

static void run_leaf(struct leaf *f, uint64_t x, uint64_t y, const struct lookup *l, const struct smpi_mill_block *b) {
  uint64_t xs[2] = {-(x & 1), -(x >> 1 & 1)}, ys[2] = {-(y & 1), -(y >> 1 & 1)};
  *f = (struct leaf){{0}, {0}, {0}, {0}};
  smpi_mill_hide(f->hidden, ys, l->index, b);
  smpi_mill_offer(f->sent, &f->more[0], &f->equal[0], xs, f->hidden, l->table, b);
  smpi_mill_look(&f->more[1], &f->equal[1], f->sent, ys, l->value, b);
}

/* --- one block of 2 bits, and of 1 bit through an index of 2 ------------------------------- */

static const struct smpi_mill_block blocks[] = {{1, 1, true}, {2, 2, false}, {1, 2, true}, {2, 2, true}};

/* What both see, as functions of the other's number, for each own one. */
static bool leaf_hides(const struct smpi_mill_block *b, enum broken how) {
  unsigned values = 1u << b->bits, sent = smpi_mill_words(b);
  bool right = true, same = true;
  for (unsigned own = 0; own < values; own++) {
    struct tally looks[4], asked[4];
    for (unsigned other = 0; other < values; other++) {
      looks[other] = tally_new(b->index_bits + 2 + sent);
      asked[other] = tally_new(tape_of(b));
      for (uint64_t k = 0; k < UINT64_C(1) << tape_of(b); k++) {
        uint64_t tape = k;
        struct lookup l;
        struct leaf f;
        if (!deal(&l, &tape, b, how)) continue;
        run_leaf(&f, other, own, &l, b);
        right &= ((f.more[0] ^ f.more[1]) & 1) == (other > own);
        if (b->has_equal) right &= ((f.equal[0] ^ f.equal[1]) & 1) == (other == own);
        for (unsigned i = 0; i < b->index_bits; i++) tally_see(&looks[other], l.index[i] & 1, 1);
        tally_see(&looks[other], l.value[0] | l.value[1] << 1, 2);
        for (unsigned i = 0; i < sent; i++) tally_see(&looks[other], f.sent[i] & 1, 1);
        tally_count(&looks[other]);
        run_leaf(&f, own, other, &l, b);
        for (unsigned i = 0; i < b->index_bits; i++) tally_see(&asked[other], f.hidden[i] & 1, 1);
        for (unsigned j = 0; j < 2u << b->index_bits; j++)
          if (b->has_equal || j % 2 == 0) tally_see(&asked[other], l.table[j] & 1, 1);
        tally_count(&asked[other]);
      }
    }
    same &= tally_all_same(looks, values) && tally_all_same(asked, values);
    for (unsigned i = 0; i < values; i++) tally_free(&looks[i]), tally_free(&asked[i]);
  }
  assert_true(right);
  return same;
}

static void a_block_shows_nothing(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) assert_true(leaf_hides(&blocks[i], SOUND));
}

static void broken_lookups_are_found(void **state) {
  (void)state;
  for (enum broken how = NEVER_ZERO; how <= FIXED_ENTRY; how++)
    for (size_t i = 0; i < 2; i++) assert_false(leaf_hides(&blocks[i], how));
}

/* --- the sign over Z_8: two blocks of one bit, and the AND that joins them -------------------- */

enum { RING = 8, LOW = 3 };

struct run { struct leaf leaf[2]; struct lookup l[2]; uint64_t a[2], b[2], c[2]; shr ef[2][2]; };

/* Party `asked` is asked, the other looks: the xor of the top bits of d and the carry. */
static uint64_t run_sign(struct run *r, uint64_t d_asked, uint64_t d_looks, unsigned asked) {
  uint64_t x = d_asked & LOW, y = ~d_looks & LOW;
  static const struct smpi_mill_block low = {1, 1, false}, high = {1, 1, true};
  shr z[2];
  run_leaf(&r->leaf[0], x & 1, y & 1, &r->l[0], &low);
  run_leaf(&r->leaf[1], x >> 1, y >> 1, &r->l[1], &high);
  for (unsigned side = 0; side < 2; side++) { /* 0: who is asked */
    const shr p = {r->leaf[1].equal[side] & 1}, g = {r->leaf[0].more[side] & 1};
    smpi_and_mask(&r->ef[side][0], &r->ef[side][1], &p, &g, &r->a[side], &r->b[side], 1);
  }
  const pub e = {r->ef[0][0].v ^ r->ef[1][0].v}, f = {r->ef[0][1].v ^ r->ef[1][1].v};
  for (unsigned side = 0; side < 2; side++)
    smpi_and_combine(&z[side], &e, &f, &r->a[side], &r->b[side], &r->c[side], side == asked, 1);
  uint64_t carry = z[0].v ^ z[1].v ^ r->leaf[1].more[0] ^ r->leaf[1].more[1];
  return (carry ^ d_asked >> 2 ^ d_looks >> 2) & 1;
}

enum { TAPE = 3 + 5 + 5 };
static void deal_run(struct run *r, uint64_t tape) {
  static const struct smpi_mill_block low = {1, 1, false}, high = {1, 1, true};
  (void)deal(&r->l[0], &tape, &low, SOUND);
  (void)deal(&r->l[1], &tape, &high, SOUND);
  for (unsigned i = 0; i < 2; i++) r->a[i] = take(&tape, 1), r->b[i] = take(&tape, 1);
  r->c[0] = take(&tape, 1);
  r->c[1] = r->c[0] ^ ((r->a[0] ^ r->a[1]) & (r->b[0] ^ r->b[1]));
}

/* All that one side is dealt and gets. */
static void see(struct tally *t, const struct run *r, unsigned side) {
  for (unsigned q = 0; q < 2; q++) {
    if (side == 0) {
      tally_see(t, r->leaf[q].hidden[0] & 1, 1);
      for (unsigned j = 0; j < 4; j++) tally_see(t, r->l[q].table[j] & 1, 1);
    } else {
      tally_see(t, (r->l[q].index[0] & 1) | r->l[q].value[0] << 1 | r->l[q].value[1] << 2, 3);
      for (unsigned j = 0; j < 2; j++) tally_see(t, r->leaf[q].sent[j] & 1, 1);
    }
  }
  tally_see(t, r->a[side] | r->b[side] << 1 | r->c[side] << 2, 3);
  tally_see(t, (r->ef[1 - side][0].v & 1) | (r->ef[1 - side][1].v & 1) << 1, 2);
  tally_count(t);
}

static void the_sign_shows_nothing(void **state) {
  (void)state;
  struct run r;
  for (unsigned side = 0; side < 2; side++)
    for (uint64_t own = 0; own < RING; own++) {
      struct tally t[RING];
      for (uint64_t other = 0; other < RING; other++) {
        uint64_t asked = side == 0 ? own : other, looks = side == 0 ? other : own;
        t[other] = tally_new(15);
        for (uint64_t k = 0; k < 1u << TAPE; k++) {
          deal_run(&r, k);
          assert_int_equal(run_sign(&r, asked, looks, 0), (own + other) >> 2 & 1);
          see(&t[other], &r, side);
        }
      }
      assert_true(tally_all_same(t, RING));
      for (unsigned i = 0; i < RING; i++) tally_free(&t[i]);
    }
}

TEST_MAIN(T(a_block_shows_nothing), T(broken_lookups_are_found), T(the_sign_shows_nothing))
