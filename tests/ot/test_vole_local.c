/* test_vole_local.c - the trees and local halves of VOLE, on transfers made here:
 * both sides' leaves agree everywhere but at the hole, c = a Delta + b holds
 * through code and subspace, the check's sums agree and notice a changed sum. */
#include "ot/vole.h"

#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "support/parties.h"
#include "support/stats.h"

static blk random_blk(uint64_t *seed) {
  uint64_t w = test_random(seed);
  return (blk){{w, test_random(seed)}};
}

static struct smpi_vole_tree_keys make_keys(void) {
  struct smpi_vole_tree_keys k;
  blk k0 = {{1, 2}}, k1 = {{3, 4}};
  smpi_aes_key_set(&k.side[0], &k0);
  smpi_aes_key_set(&k.side[1], &k1);
  return k;
}

static bool equal(blk x, blk y) { return x.w[0] == y.w[0] && x.w[1] == y.w[1]; }

/* --- trees ------------------------------------------------------------------------ */

static void check_tree(unsigned depth, uint64_t hole) {
  size_t n = (size_t)1 << depth;
  struct smpi_vole_tree_keys k = make_keys();
  blk *leaf = smpi_alloc(n, sizeof *leaf), *other = smpi_alloc(n, sizeof *other), sum[64], known[32];
  smpi_vole_tree_grow(&k, leaf, sum, (blk){{depth, hole}}, depth);
  for (unsigned l = 0; l < depth; l++) known[l] = sum[2 * l + 1 - (hole >> (depth - 1 - l) & 1)];
  for (size_t i = 0; i < n; i++) other[i] = (blk){{7, 7}};
  smpi_vole_tree_regrow(&k, other, known, hole, depth);
  for (size_t i = 0; i < n; i++) {
    if (i == hole) assert_true(equal(other[i], (blk){{0, 0}}));
    else assert_true(equal(other[i], leaf[i]));
  }
  smpi_free(leaf), smpi_free(other);
}

static void trees_agree_but_at_the_hole(void **state) {
  (void)state;
  for (unsigned depth = 1; depth <= 8; depth++)
    for (uint64_t hole = 0; hole < (UINT64_C(1) << depth); hole++) check_tree(depth, hole);
  check_tree(13, 0), check_tree(13, 8191), check_tree(13, 5000);
}

/* Two trees with the same node have no other in common: what is found out about one helps with no other. */
static void every_tree_has_its_own_permutations(void **state) {
  (void)state;
  struct smpi_base_place here, there;
  const uint8_t session[32] = {1};
  struct smpi_vole_tree_keys k[4];
  blk leaf[4][2], sum[2];
  smpi_base_place(&here, session, 2, 0, 1), smpi_base_place(&there, session, 2, 1, 0);
  smpi_vole_tree_keys_set(&k[0], &here, 5), smpi_vole_tree_keys_set(&k[1], &here, 5);
  smpi_vole_tree_keys_set(&k[2], &here, 6), smpi_vole_tree_keys_set(&k[3], &there, 5);
  for (size_t i = 0; i < 4; i++) smpi_vole_tree_grow(&k[i], leaf[i], sum, (blk){{9, 9}}, 1);
  assert_memory_equal(leaf[0], leaf[1], sizeof leaf[0]);
  for (size_t b = 0; b < 2; b++) {
    assert_false(equal(leaf[0][b], leaf[2][b]) || equal(leaf[0][b], leaf[3][b]));
    assert_false(equal(leaf[0][b], leaf[0][1 - b]));
  }
}

static void leaves_look_uniform(void **state) {
  (void)state;
  struct smpi_vole_tree_keys k = make_keys();
  struct stats st = {{0}};
  blk *leaf = smpi_alloc(8192, sizeof *leaf), sum[26];
  smpi_vole_tree_grow(&k, leaf, sum, (blk){{1, 1}}, 13);
  stats_add(&st, (const uint8_t *)leaf, 8192 * sizeof *leaf);
  assert_true(stats_bytes_are_uniform(&st) && stats_bits_are_balanced(&st, NULL));
  smpi_free(leaf);
}

static void masks_are_right(void **state) {
  (void)state;
  static const uint64_t v[] = {0, 1, 2, UINT64_C(1) << 63, UINT64_MAX, UINT64_MAX - 1};
  for (int i = 0; i < 6; i++)
    for (int j = 0; j < 6; j++) assert_true(smpi_vole_tree_mask(v[i], v[j]) == (i == j ? UINT64_MAX : 0));
}

/* --- packing ------------------------------------------------------------------------ */

static void packed_transfers_are_vole(void **state) {
  (void)state;
  uint64_t seed = 5, bits[4];
  blk delta = random_blk(&seed), q[128], t[128];
  for (int i = 0; i < 4; i++) bits[i] = test_random(&seed);
  for (unsigned dim = 8; dim <= 128; dim += 8)
    for (size_t first = 0; first < 128; first += 13) {
      for (size_t j = 0; j < dim; j++) {
        q[j] = random_blk(&seed);
        t[j] = smpi_blk_xor(q[j], smpi_blk_if(bits[(first + j) / 64] >> (first + j) % 64 & 1, delta));
      }
      blk a = smpi_vole_pack_bits(bits, first, dim), b = smpi_vole_pack(q, dim), c = smpi_vole_pack(t, dim);
      assert_true(equal(c, smpi_blk_xor(smpi_gf128_mul(a, delta), b)));
      if (dim < 128) assert_true(equal((blk){{dim < 64 ? a.w[0] >> dim : 0, dim < 64 ? a.w[1] : a.w[1] >> (dim - 64)}},
                                       (blk){{0, 0}}));
    }
}

/* --- a whole run, locally ---------------------------------------------------------------- */

struct both { /* a run of both sides in one place */
  struct smpi_vole_shape shape;
  blk delta, *q, *t, *message, *b, *b_rest, *a, *c;
  smpi_lpn_pair *rest;
  uint64_t *bits;
  blk sent_sum, received_sum, noise_sum, power[SMPI_VOLE_POWERS];
};

static void make_transfers(struct both *v, uint64_t *seed) {
  size_t n = v->shape.transfers;
  v->delta = random_blk(seed);
  v->q = smpi_alloc(n, sizeof *v->q);
  v->t = smpi_alloc(n, sizeof *v->t);
  v->bits = smpi_alloc(smpi_ceil_div(n, 64), sizeof *v->bits);
  for (size_t i = 0; i < n; i++) {
    uint64_t bit = test_random(seed) & 1;
    v->q[i] = random_blk(seed);
    v->t[i] = smpi_blk_xor(v->q[i], smpi_blk_if(bit, v->delta));
    v->bits[i / 64] |= bit << i % 64;
  }
}

/* A stand-in for tccr: pads need only be the same at both ends here. */
static blk pad_of(blk x, size_t i) { return (blk){{x.w[0] * 3 + i, x.w[1] ^ x.w[0] >> 7}}; }

static void plant(struct both *v, const struct smpi_vole_tree_keys *k, size_t i, uint64_t *seed) {
  unsigned depth = v->shape.lpn.depth;
  size_t at = i << depth, half = v->shape.lpn.half, noise = v->shape.lpn.t * depth + i * v->shape.dim;
  blk m0[32], m1[32];
  for (unsigned l = 0; l < depth; l++) {
    m0[l] = pad_of(v->q[i * depth + l], l);
    m1[l] = pad_of(smpi_blk_xor(v->q[i * depth + l], v->delta), l);
  }
  blk *leaf = at < half ? v->b + at : v->b_rest + (at - half);
  smpi_vole_plant(k, leaf, v->message + i * (2 * depth + 1), random_blk(seed), m0, m1,
                  smpi_vole_pack(v->q + noise, v->shape.dim), depth);
}

static void unplant(struct both *v, const struct smpi_vole_tree_keys *k, size_t i, blk *a, blk *c) {
  unsigned depth = v->shape.lpn.depth;
  size_t at = i << depth, half = v->shape.lpn.half, noise = v->shape.lpn.t * depth + i * v->shape.dim;
  blk pad[32];
  for (unsigned l = 0; l < depth; l++) pad[l] = pad_of(v->t[i * depth + l], l);
  smpi_vole_unplant(k, a, c, v->message + i * (2 * depth + 1), pad, v->bits, i * depth,
                    smpi_vole_pack_bits(v->bits, noise, v->shape.dim), smpi_vole_pack(v->t + noise, v->shape.dim),
                    depth);
  smpi_vole_hash(&v->received_sum, c, (size_t)1 << depth, v->power);
  smpi_vole_hash(&v->noise_sum, a, (size_t)1 << depth, v->power);
  for (size_t j = 0; j < (size_t)1 << depth; j++) {
    if (at < half) v->a[at + j] = a[j], v->c[at + j] = c[j];
    else v->rest[at - half + j] = (smpi_lpn_pair){{a[j], c[j]}};
  }
}

/* Everything before the code; `flip` changes one bit of the sender's message. */
static void run_trees(struct both *v, size_t n, unsigned dim, uint64_t seed, long flip) {
  *v = (struct both){0};
  assert_int_equal(smpi_vole_shape(&v->shape, n, dim), SMPC_OK);
  size_t half = v->shape.lpn.half, block = (size_t)1 << v->shape.lpn.depth;
  struct smpi_vole_tree_keys k = make_keys();
  make_transfers(v, &seed);
  v->message = smpi_alloc(v->shape.message_len, 1);
  v->a = smpi_alloc(half, sizeof(blk)), v->b = smpi_alloc(half, sizeof(blk)), v->c = smpi_alloc(half, sizeof(blk));
  v->b_rest = smpi_alloc(half, sizeof(blk)), v->rest = smpi_alloc(half, sizeof *v->rest);
  smpi_gf128_powers(v->power, random_blk(&seed), SMPI_VOLE_POWERS);
  for (size_t i = 0; i < v->shape.lpn.t; i++) plant(v, &k, i, &seed);
  if (flip >= 0) v->message[flip / 128].w[flip / 64 % 2] ^= UINT64_C(1) << flip % 64;
  blk *tree = smpi_alloc(2 * block, sizeof *tree);
  for (size_t i = 0; i < v->shape.lpn.t; i++) unplant(v, &k, i, tree, tree + block);
  for (size_t i = 0; i < half; i += block) smpi_vole_hash(&v->sent_sum, v->b + i, block, v->power);
  for (size_t i = 0; i < half; i += block) smpi_vole_hash(&v->sent_sum, v->b_rest + i, block, v->power);
  smpi_free(tree);
}

static void free_both(struct both *v) {
  smpi_free(v->q), smpi_free(v->t), smpi_free(v->bits), smpi_free(v->message);
  smpi_free(v->a), smpi_free(v->b), smpi_free(v->c), smpi_free(v->b_rest), smpi_free(v->rest);
}

/* The check's relation: hash of c = hash of b + (hash of a) Delta. */
static bool sums_agree(const struct both *v) {
  return equal(v->received_sum, smpi_blk_xor(v->sent_sum, smpi_gf128_mul(v->noise_sum, v->delta)));
}

static void check_run(size_t n, unsigned dim) {
  struct both v;
  struct stats st[3] = {{{0}}};
  run_trees(&v, n, dim, n + dim, -1);
  assert_true(sums_agree(&v));
  size_t half = v.shape.lpn.half, wrong = 0, outside = 0;
  assert_int_equal(smpi_lpn_encode(v.b, v.b_rest, half), SMPC_OK);
  assert_int_equal(smpi_lpn_encode_pair(v.a, v.c, v.rest, half), SMPC_OK);
  for (size_t i = 0; i < half; i++) {
    wrong += !equal(v.c[i], smpi_blk_xor(smpi_gf128_mul(v.a[i], v.delta), v.b[i]));
    for (unsigned j = dim; j < 128; j++) outside += v.a[i].w[j / 64] >> j % 64 & 1;
    stats_add(&st[0], (const uint8_t *)&v.a[i], dim / 8);
  }
  stats_add(&st[1], (const uint8_t *)v.b, half * sizeof(blk));
  stats_add(&st[2], (const uint8_t *)v.c, half * sizeof(blk));
  assert_int_equal(wrong + outside, 0);
  for (int i = 0; i < 3; i++) assert_true(stats_bytes_are_uniform(&st[i]));
  for (int i = 1; i < 3; i++) assert_true(stats_bits_are_balanced(&st[i], NULL));
  free_both(&v);
}

static void runs_at_boundary_sizes(void **state) {
  (void)state;
  static const size_t sizes[] = {0,    1,    127,  128,   129,   1023,          1024,    1025,
                                 2047, 2048, 2049, 65535, 65537, (1 << 20) - 1, 1 << 20, (1 << 20) + 1};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) check_run(sizes[i], 128);
}

static void runs_in_every_subspace(void **state) {
  (void)state;
  for (unsigned dim = 8; dim <= 128; dim += 8) check_run(2048, dim);
  struct smpi_vole_shape s;
  assert_int_equal(smpi_vole_shape(&s, 100, 0), SMPC_E_ARG);
  assert_int_equal(smpi_vole_shape(&s, 100, 81), SMPC_E_ARG);
  assert_int_equal(smpi_vole_shape(&s, 100, 136), SMPC_E_ARG);
  assert_int_equal(smpi_vole_shape(&s, SIZE_MAX, 128), SMPC_E_ARG);
  assert_int_equal(smpi_vole_room(SIZE_MAX), 0);
}

/* A changed level sum of a tree is noticed when the receiver opens it, that is
 * for one of the two sums of a level; the last block of a tree always. */
static void a_changed_message_is_noticed(void **state) {
  (void)state;
  struct both v;
  size_t noticed = 0, must = 0;
  run_trees(&v, 1000, 128, 77, -1);
  unsigned blocks = 2 * v.shape.lpn.depth + 1;
  free_both(&v);
  for (unsigned tree = 0; tree < 4; tree++)
    for (unsigned i = 0; i < blocks; i++) {
      run_trees(&v, 1000, 128, 77, 128l * (tree * blocks + i) + 5 * i);
      uint64_t side = v.bits[(tree * v.shape.lpn.depth + i / 2) / 64] >> (tree * v.shape.lpn.depth + i / 2) % 64 & 1;
      bool is_opened = i == blocks - 1 || side == i % 2;
      assert_true(sums_agree(&v) == !is_opened);
      noticed += !sums_agree(&v), must += is_opened;
      free_both(&v);
    }
  assert_true(noticed == must && noticed >= 4);
}

TEST_MAIN(T(trees_agree_but_at_the_hole), T(every_tree_has_its_own_permutations), T(leaves_look_uniform),
          T(masks_are_right), T(packed_transfers_are_vole), T(runs_at_boundary_sizes), T(runs_in_every_subspace),
          T(a_changed_message_is_noticed))
