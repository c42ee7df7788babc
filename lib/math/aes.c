/* aes.c - the bit-sliced AES-128 and the choice of kernels; see aes.h.
 *
 * Four blocks at a time: plane b holds bit b of all 64 bytes, byte i of them in
 * bit i.  SubBytes inverts by x^254 in GF(2^8) on the planes, so that nothing is
 * looked up.  Slow (some 5 M blocks/s) and the same time for all data. */
#include "math/aes.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

typedef struct planes { uint64_t b[8]; } planes;

enum { SLICE = 4 }; /* blocks in one set of planes */

/* --- bytes and planes ------------------------------------------------------------ */

/* The 8 x 8 bits of x transposed: byte b of the result holds bit b of the bytes of x. */
static uint64_t transpose8(uint64_t x) {
  uint64_t t = (x ^ x >> 7) & UINT64_C(0x00aa00aa00aa00aa);
  x ^= t ^ t << 7;
  t = (x ^ x >> 14) & UINT64_C(0x0000cccc0000cccc);
  x ^= t ^ t << 14;
  t = (x ^ x >> 28) & UINT64_C(0x00000000f0f0f0f0);
  return x ^ t ^ t << 28;
}

static planes slice(const blk in[SLICE]) {
  planes p = {{0}};
  for (unsigned j = 0; j < 8; j++) {
    uint64_t t = transpose8(in[j / 2].w[j % 2]);
    for (unsigned b = 0; b < 8; b++) p.b[b] |= (t >> 8 * b & 0xff) << 8 * j;
  }
  return p;
}

static void unslice(blk out[SLICE], const planes *p) {
  for (unsigned j = 0; j < 8; j++) {
    uint64_t t = 0;
    for (unsigned b = 0; b < 8; b++) t |= (p->b[b] >> 8 * j & 0xff) << 8 * b;
    out[j / 2].w[j % 2] = transpose8(t);
  }
}

/* --- GF(2^8) = GF(2)[x] / (x^8 + x^4 + x^3 + x + 1), on planes --------------------- */

static planes reduce(uint64_t t[15]) {
  planes z;
  for (unsigned i = 14; i >= 8; i--) t[i - 4] ^= t[i], t[i - 5] ^= t[i], t[i - 7] ^= t[i], t[i - 8] ^= t[i];
  memcpy(z.b, t, sizeof z.b);
  return z;
}

static planes multiply(planes x, planes y) {
  uint64_t t[15] = {0};
  for (unsigned i = 0; i < 8; i++)
    for (unsigned j = 0; j < 8; j++) t[i + j] ^= x.b[i] & y.b[j];
  return reduce(t);
}

static planes square(planes x) {
  uint64_t t[15] = {0};
  for (unsigned i = 0; i < 8; i++) t[2 * i] = x.b[i];
  return reduce(t);
}

static planes sub_bytes(planes x) {
  planes x2 = square(x), x3 = multiply(x2, x), x12 = square(square(x3)), x15 = multiply(x12, x3);
  planes x240 = square(square(square(square(x15)))), x254 = multiply(multiply(x240, x12), x2), y;
  for (unsigned i = 0; i < 8; i++) {
    y.b[i] = 0 - (UINT64_C(0x63) >> i & 1);
    for (unsigned j = 0; j < 5; j++) y.b[i] ^= x254.b[(i + (j == 0 ? 0 : j + 3)) % 8];
  }
  return y;
}

/* --- the other steps of a round: byte 4 c + r of a block is row r of column c ------ */

static uint64_t shift_rows(uint64_t x) {
  uint64_t y = x & UINT64_C(0x1111111111111111);
  for (unsigned r = 1; r < 4; r++) {
    uint64_t row = x & UINT64_C(0x1111111111111111) << r, low = UINT64_C(0x0001000100010001) * (0xffff >> 4 * r);
    y |= (row >> 4 * r & low) | (row << (16 - 4 * r) & ~low);
  }
  return y;
}

static uint64_t next_row(uint64_t x) {
  return (x >> 1 & UINT64_C(0x7777777777777777)) | (x << 3 & UINT64_C(0x8888888888888888));
}

static planes mix_columns(planes a) {
  planes t, z;
  for (unsigned i = 0; i < 8; i++) t.b[i] = a.b[i] ^ next_row(a.b[i]);
  for (unsigned i = 0; i < 8; i++) {
    uint64_t doubled = (i == 0 ? 0 : t.b[i - 1]) ^ (0x1b >> i & 1 ? t.b[7] : 0);
    z.b[i] = doubled ^ next_row(a.b[i]) ^ next_row(next_row(t.b[i]));
  }
  return z;
}

static planes add(planes x, const planes *y) {
  for (unsigned i = 0; i < 8; i++) x.b[i] ^= y->b[i];
  return x;
}

struct sliced_key { planes round[SMPI_AES_ROUNDS + 1]; };

static void slice_key(struct sliced_key *s, const struct smpi_aes_key *k) {
  for (unsigned r = 0; r <= SMPI_AES_ROUNDS; r++) {
    const blk same[SLICE] = {k->round[r], k->round[r], k->round[r], k->round[r]};
    s->round[r] = slice(same);
  }
}

static void encrypt_slice(const struct sliced_key *k, blk out[SLICE], const blk in[SLICE]) {
  planes x = add(slice(in), &k->round[0]);
  for (unsigned r = 1; r <= SMPI_AES_ROUNDS; r++) {
    x = sub_bytes(x);
    for (unsigned b = 0; b < 8; b++) x.b[b] = shift_rows(x.b[b]);
    if (r < SMPI_AES_ROUNDS) x = mix_columns(x);
    x = add(x, &k->round[r]);
  }
  unslice(out, &x);
}

/* --- keys --------------------------------------------------------------------------- */

static uint32_t sub_word(uint32_t w) {
  blk in[SLICE] = {{{w, 0}}}, out[SLICE];
  planes p = sub_bytes(slice(in));
  unslice(out, &p);
  return (uint32_t)out[0].w[0];
}

static void key_set(struct smpi_aes_key *k, const blk *key) {
  static const uint8_t constant[SMPI_AES_ROUNDS] = {1, 2, 4, 8, 16, 32, 64, 128, 0x1b, 0x36};
  uint32_t w[4] = {(uint32_t)key->w[0], (uint32_t)(key->w[0] >> 32), (uint32_t)key->w[1], (uint32_t)(key->w[1] >> 32)};
  for (unsigned r = 0;; r++) {
    k->round[r] = (blk){{w[0] | (uint64_t)w[1] << 32, w[2] | (uint64_t)w[3] << 32}};
    if (r == SMPI_AES_ROUNDS) break;
    w[0] ^= sub_word(w[3] >> 8 | w[3] << 24) ^ constant[r];
    for (unsigned i = 1; i < 4; i++) w[i] ^= w[i - 1];
  }
  smpi_wipe(w, sizeof w);
}

/* --- the portable kernels -------------------------------------------------------------- */

static bool always(void) { return true; }

static void encrypt(const struct smpi_aes_key *k, blk *out, const blk *in, size_t n) {
  struct sliced_key s;
  blk some[SLICE] = {0};
  slice_key(&s, k);
  for (size_t i = 0; i < n; i += SLICE) {
    size_t m = smpi_min(SLICE, n - i);
    memcpy(some, in + i, m * sizeof *in);
    encrypt_slice(&s, some, some);
    memcpy(out + i, some, m * sizeof *out);
  }
  smpi_wipe(&s, sizeof s);
  smpi_wipe(some, sizeof some);
}

static void xor_run(blk *z, const blk *x) {
  for (unsigned j = 0; j < SMPI_AES_RUN; j++) z[j] = smpi_blk_xor(z[j], x[j]);
}

static void fold(blk *u, blk *v, const struct smpi_aes_key *leaf, unsigned bits, unsigned first, uint64_t number) {
  blk r[SMPI_AES_RUN];
  memset(u, 0, sizeof r);
  memset(v, 0, bits * sizeof r);
  for (unsigned x = first; x < 1u << bits; x++) {
    for (unsigned j = 0; j < SMPI_AES_RUN; j++) r[j] = (blk){{SMPI_AES_RUN * number + j, 0}};
    encrypt(&leaf[x], r, r, SMPI_AES_RUN);
    xor_run(u, r);
    for (unsigned b = 0; b < bits; b++)
      if (x >> b & 1) xor_run(v + SMPI_AES_RUN * b, r);
  }
  smpi_wipe(r, sizeof r);
}

/* u += f, then v += u unless this is leaf 0, in lanes. */
#define ADD_LANES(type)                                                   \
  static void add_##type(type *u, type *v, const type *f, size_t n, bool adds_v) { \
    for (size_t j = 0; j < n; j++) {                                      \
      u[j] = (type)(u[j] + f[j]);                                         \
      if (adds_v) v[j] = (type)(v[j] + u[j]);                             \
    }                                                                     \
  }
ADD_LANES(uint64_t)
ADD_LANES(uint32_t)
ADD_LANES(uint16_t)
ADD_LANES(uint8_t)

static void add_block(void *u, void *v, const void *f, unsigned width, bool adds_v) {
  switch (width) {
    case 8: add_uint64_t(u, v, f, 2, adds_v); break;
    case 4: add_uint32_t(u, v, f, 4, adds_v); break;
    case 2: add_uint16_t(u, v, f, 8, adds_v); break;
    default: add_uint8_t(u, v, f, 16, adds_v);
  }
}

static void sums(const struct smpi_aes_key *k, void *u, void *v, const blk x[SMPI_AES_LEAVES], uint64_t number,
                 size_t blocks, unsigned width) {
  struct sliced_key s;
  blk f[SLICE], *to_u = u, *to_v = v;
  slice_key(&s, k);
  for (size_t at = 0; at < blocks; at += SLICE) {
    memset(to_u + at, 0, sizeof f);
    memset(to_v + at, 0, sizeof f);
    for (unsigned i = SMPI_AES_LEAVES; i-- > 0;) {
      for (unsigned j = 0; j < SLICE; j++) f[j] = (blk){{x[i].w[0] ^ (number + at + j), x[i].w[1]}};
      encrypt_slice(&s, f, f);
      for (unsigned j = 0; j < SLICE; j++) {
        f[j] = smpi_blk_xor(f[j], x[i]);
        add_block(to_u + at + j, to_v + at + j, &f[j], width, i != 0);
      }
    }
  }
  smpi_wipe(&s, sizeof s);
  smpi_wipe(f, sizeof f);
}

const struct smpi_aes_kernels smpi_aes_portable = {"portable", always, key_set, encrypt, fold, sums};

/* --- the choice --------------------------------------------------------------------------- */

static const struct smpi_aes_kernels *const all[] = {
    &smpi_aes_portable,
#if defined(__x86_64__)
    &smpi_aes_ni,
    &smpi_aes_vaes,
#endif
};
enum { ALL = sizeof all / sizeof *all };

const struct smpi_aes_kernels *smpi_aes_kernels_at(size_t i) { return i < ALL ? all[i] : NULL; }

const struct smpi_aes_kernels *smpi_aes_kernels(void) {
  size_t best = ALL - 1;
  while (!all[best]->usable()) best--;
  return all[best];
}

void smpi_aes_key_set(struct smpi_aes_key *k, const blk *key) { smpi_aes_kernels()->key_set(k, key); }

void smpi_aes_encrypt(const struct smpi_aes_key *k, blk *out, const blk *in, size_t n) {
  smpi_aes_kernels()->encrypt(k, out, in, n);
}

void smpi_aes_fold(blk *u, blk *v, const struct smpi_aes_key *leaf, unsigned bits, unsigned first, uint64_t number) {
  smpi_aes_kernels()->fold(u, v, leaf, bits, first, number);
}

void smpi_aes_sums_random_x(const struct smpi_aes_key *k, void *u, void *v, const blk x[SMPI_AES_LEAVES], uint64_t number,
                   size_t blocks, unsigned width) {
  smpi_aes_kernels()->sums(k, u, v, x, number, blocks, width);
}
