/* bitmat.c - the portable kernels and the choice; see bitmat.h. */
#include "math/bitmat.h"

#include "base/mem.h"
#include "math/kernels.h"

static bool always(void) { return true; }

static void rows(blk *row, const blk *col) {
  uint64_t in[64], out[64];
  for (unsigned g = 0; g < SMPI_BITMAT_WORDS; g++)
    for (unsigned half = 0; half < 2; half++) {
      for (unsigned c = 0; c < 64; c++) in[c] = col[SMPI_BITMAT_RUN * (64 * half + c) + g / 2].w[g % 2];
      smpi_kernels()->transpose(out, in);
      for (unsigned r = 0; r < 64; r++) row[64 * g + r].w[half] = out[r];
    }
  smpi_wipe(in, sizeof in);
  smpi_wipe(out, sizeof out);
}

/* The 128-bit product of polynomials, k being public: one shifted copy of x for each of its bits. */
static blk multiply(uint64_t x, uint64_t k) {
  blk z = {{0, 0}};
  for (unsigned i = 0; i < 64; i++) {
    uint64_t mask = 0 - (k >> i & 1);
    z.w[0] ^= x << i & mask;
    z.w[1] ^= (i == 0 ? 0 : x >> (64 - i)) & mask;
  }
  return z;
}

static void hash(blk *sum, const blk *col, size_t n, const uint64_t *k) {
  for (size_t c = 0; c < n; c++)
    for (unsigned j = 0; j < SMPI_BITMAT_WORDS; j++)
      sum[c] = smpi_blk_xor(sum[c], multiply(col[SMPI_BITMAT_RUN * c + j / 2].w[j % 2], k[j]));
}

/* x^64 = x^4 + x^3 + x + 1, once for the upper word and once for what that carries over. */
uint64_t smpi_gf64_reduce(blk x) {
  const uint64_t tail = 0x1b;
  blk once = multiply(x.w[1], tail), twice = multiply(once.w[1], tail);
  return x.w[0] ^ once.w[0] ^ twice.w[0];
}

const struct smpi_bitmat_kernels smpi_bitmat_portable = {"portable", always, rows, hash};

static const struct smpi_bitmat_kernels *const all[] = {
    &smpi_bitmat_portable,
#if defined(__x86_64__)
    &smpi_bitmat_clmul,
    &smpi_bitmat_gfni,
#endif
};
enum { ALL = sizeof all / sizeof *all };

const struct smpi_bitmat_kernels *smpi_bitmat_kernels_at(size_t i) { return i < ALL ? all[i] : NULL; }

const struct smpi_bitmat_kernels *smpi_bitmat_kernels(void) {
  size_t best = ALL - 1;
  while (!all[best]->usable()) best--;
  return all[best];
}

void smpi_bitmat_rows(blk *row, const blk *col) { smpi_bitmat_kernels()->rows(row, col); }

void smpi_bitmat_hash(blk *sum, const blk *col, size_t n, const uint64_t k[SMPI_BITMAT_WORDS]) {
  smpi_bitmat_kernels()->hash(sum, col, n, k);
}
