/* ot_local.c - see ot_local.h. */
#include "triple/ot_local.h"

#include <string.h>

#include "math/kernels.h"

#define DOWN4(n) (n), (n) - 1, (n) - 2, (n) - 3
#define DOWN16(n) DOWN4(n), DOWN4((n) - 4), DOWN4((n) - 8), DOWN4((n) - 12)
const struct smpi_ot_widths smpi_ot_triangle = {{DOWN16(64), DOWN16(48), DOWN16(32), DOWN16(16)}};

size_t smpi_ot_packed_len(const struct smpi_ot_widths *w, size_t items) {
  size_t bits = 0;
  for (unsigned i = 0; i < SMPI_OT_ITEM; i++) bits += w->of[i];
  return items * bits / 8;
}

static uint64_t low(uint64_t v, unsigned width) { return width == 0 ? 0 : v & (UINT64_MAX >> (64 - width)); }

/* The widths are public, so the branches are. */
void smpi_ot_pack(uint8_t *out, const uint64_t *v, size_t items, const struct smpi_ot_widths *w) {
  uint64_t word = 0;
  unsigned have = 0;
  for (size_t k = 0; k < items * SMPI_OT_ITEM; k++) {
    unsigned width = w->of[k % SMPI_OT_ITEM];
    uint64_t x = low(v[k], width);
    word |= x << have;
    if (have + width < 64) {
      have += width;
      continue;
    }
    memcpy(out, &word, 8);
    out += 8;
    word = have == 0 ? 0 : x >> (64 - have);
    have = have + width - 64;
  }
  memcpy(out, &word, have / 8);
}

void smpi_ot_unpack(uint64_t *v, const uint8_t *in, size_t items, const struct smpi_ot_widths *w) {
  size_t left = smpi_ot_packed_len(w, items);
  uint64_t word = 0; /* its low `have` bits are still to be given */
  unsigned have = 0;
  for (size_t k = 0; k < items * SMPI_OT_ITEM; k++) {
    unsigned width = w->of[k % SMPI_OT_ITEM];
    if (have >= width) {
      v[k] = low(word, width);
      word = width == 64 ? 0 : word >> width;
      have -= width;
      continue;
    }
    uint64_t next = 0;
    unsigned some = left < 8 ? (unsigned)left : 8, need = width - have;
    memcpy(&next, in, some);
    in += some;
    left -= some;
    v[k] = low(word | next << have, width);
    word = need == 64 ? 0 : next >> need;
    have = 8 * some - need;
  }
}

/* --- products ----------------------------------------------------------------------- */

uint64_t smpi_ot_weigh(const uint64_t x[SMPI_OT_ITEM], unsigned first, unsigned end) {
  uint64_t sum = 0;
  for (unsigned i = first; i < end; i++) sum += x[i] << (i - first);
  return sum;
}

void smpi_ot_product_send(uint64_t *tau, uint64_t *c, const uint64_t *a, const uint64_t *m0, const uint64_t *m1,
                          size_t items) {
  for (size_t j = 0; j < items; j++) {
    for (unsigned i = 0; i < SMPI_OT_ITEM; i++) tau[64 * j + i] = m0[64 * j + i] - m1[64 * j + i] + a[j];
    c[j] -= smpi_ot_weigh(m0 + 64 * j, 0, SMPI_OT_ITEM);
  }
}

void smpi_ot_product_receive(uint64_t *c, const uint64_t *b, const uint64_t *m, const uint64_t *tau, size_t items) {
  for (size_t j = 0; j < items; j++) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < SMPI_OT_ITEM; i++) sum += (m[64 * j + i] + (-(b[j] >> i & 1) & tau[64 * j + i])) << i;
    c[j] += sum;
  }
}

/* --- flips ----------------------------------------------------------------------------- */

void smpi_ot_flip_send(uint64_t *tau, uint64_t *x, const uint64_t *m0, const uint64_t *m1, size_t items) {
  for (size_t k = 0; k < items * SMPI_OT_ITEM; k++) {
    tau[k] = m0[k] - m1[k] + x[k];
    x[k] += 2 * m0[k];
  }
}

void smpi_ot_flip_receive(uint64_t *x, const uint64_t *bits, const uint64_t *m, const uint64_t *tau, size_t items) {
  for (size_t j = 0; j < items; j++)
    for (unsigned i = 0; i < SMPI_OT_ITEM; i++)
      x[64 * j + i] -= 2 * (m[64 * j + i] + (-(bits[j] >> i & 1) & tau[64 * j + i]));
}

void smpi_ot_add_bits(uint64_t *x, const uint64_t *bits, size_t items) {
  for (size_t j = 0; j < items; j++)
    for (unsigned i = 0; i < SMPI_OT_ITEM; i++) x[64 * j + i] += bits[j] >> i & 1;
}

/* --- bits -------------------------------------------------------------------------------- */

void smpi_ot_bits_of(uint64_t *const out[2], const uint64_t *m, size_t items, unsigned width) {
  const struct smpi_kernels *k = smpi_kernels();
  uint64_t rows[SMPI_OT_ITEM];
  for (size_t j = 0; j < items; j++) {
    k->transpose(rows, m + 64 * j);
    for (unsigned v = 0; v < width; v++) out[v][j] = rows[v];
  }
}
