/* paillier_sum.c - see paillier_sum.h. */
#include "triple/paillier_sum.h"

#include <string.h>

#include "base/mem.h"
#include "rand/entropy.h"

enum { T = SMPI_PAILLIER_TEXT, KEY_BITS = 64 * SMPI_PAILLIER_KEY, W = SMPI_NUM_WINDOW, DIGITS = (64 + W - 1) / W };
_Static_assert(SMPI_PACK_MARGIN >= 40, "the statistical security level is at least 40 bits");

struct smpi_pack smpi_pack_for(uint64_t K) {
  unsigned more = 0;
  while (more < 63 && UINT64_C(1) << more < K) more++;
  struct smpi_pack p = {.mask_bits = 128 + more + SMPI_PACK_MARGIN}; /* K sums of products stay below 2^(128 + more) */
  p.slot_bits = p.mask_bits + 1;
  p.slots = (KEY_BITS - 1) / p.slot_bits; /* all slots below 2^3071, so below n: no sum wraps around */
  return p;
}

size_t smpi_pack_table_limbs(size_t n) { return n * SMPI_NUM_TABLE * T; }

void smpi_pack_tables(mp_limb_t *table, const mp_limb_t *bases, size_t n, const struct smpi_mont *M) {
  for (size_t k = 0; k < n; k++) smpi_mont_table(table + k * SMPI_NUM_TABLE * T, bases + k * T, M);
}

static void squares(mp_limb_t *z, unsigned n, const struct smpi_mont *M) {
  for (unsigned i = 0; i < n; i++) smpi_mont_square(z, z, M);
}

/* Window d of a word, the lowest being 0. */
static mp_limb_t digit(uint64_t v, unsigned d) { return v >> W * d & (SMPI_NUM_TABLE - 1); }

void smpi_pack_multiply(mp_limb_t *c, const mp_limb_t *table, size_t n, const uint64_t *v, size_t stride,
                        unsigned used, const struct smpi_pack *pack, const struct smpi_mont *M) {
  mp_limb_t z[T], factor[T];
  memcpy(z, M->one, sizeof z);
  for (unsigned s = used; s-- > 0;) {
    if (s + 1 < used) squares(z, pack->slot_bits - W * DIGITS, M);
    for (unsigned d = DIGITS; d-- > 0;) {
      if (s + 1 < used || d + 1 < DIGITS) squares(z, W, M);
      for (size_t k = 0; k < n; k++) {
        mpn_sec_tabselect(factor, table + k * SMPI_NUM_TABLE * T, T, SMPI_NUM_TABLE, digit(v[s * stride + k], d));
        smpi_mont_mul(z, z, factor, M);
      }
    }
  }
  smpi_mont_mul(c, c, z, M);
  smpi_wipe(z, sizeof z);
  smpi_wipe(factor, sizeof factor);
}

/* x += word 2^first; the places are public. */
static void put_bits(mp_limb_t *x, size_t len, size_t first, uint64_t word) {
  size_t at = first / 64;
  unsigned by = first % 64;
  x[at] |= word << by;
  if (by != 0 && at + 1 < len) x[at + 1] |= word >> (64 - by);
}

smpc_err smpi_pack_mask(mp_limb_t x[SMPI_PAILLIER_KEY], uint64_t *share, unsigned used, const struct smpi_pack *pack) {
  uint64_t mask[4];
  size_t words = (pack->mask_bits + 63) / 64;
  smpc_err err = SMPC_OK;
  SMPI_VERIFY(words <= 4 && used <= pack->slots);
  memset(x, 0, SMPI_PAILLIER_KEY * sizeof *x);
  for (unsigned s = 0; s < used; s++) {
    TRY(smpi_entropy(mask, words * sizeof *mask));
    mask[words - 1] >>= 64 * words - pack->mask_bits;
    for (size_t i = 0; i < words; i++) put_bits(x, SMPI_PAILLIER_KEY, s * (size_t)pack->slot_bits + 64 * i, mask[i]);
    share[s] = -mask[0];
  }
out:
  smpi_wipe(mask, sizeof mask);
  return err;
}

void smpi_pack_open(uint64_t *share, const mp_limb_t x[SMPI_PAILLIER_KEY], unsigned used, const struct smpi_pack *pack) {
  for (unsigned s = 0; s < used; s++)
    share[s] = smpi_num_bits(x, SMPI_PAILLIER_KEY, s * (size_t)pack->slot_bits, 64);
}
