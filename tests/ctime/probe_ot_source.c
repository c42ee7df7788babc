/* probe_ot_source.c - the local steps of the OT source on secrets. */
#include "probe.h"

#include "session/session_impl.h"
#include "triple/lookup.h"
#include "triple/ot_local.h"
#include "triple/ot_ringvole.h"

enum { ITEMS = 16 };

static uint64_t *secret(unsigned slot) { return secret_words(slot, 64 * WORDS); }

static void corrections(void) {
  uint64_t *m0 = secret(0), *m1 = secret(1), *tau = secret(2), *x = secret(3), *bits = secret(4);
  static uint8_t packed[8 * 64 * ITEMS];
  uint64_t row[2][ITEMS];
  smpi_ot_product_send(tau, x, bits, m0, m1, ITEMS);
  smpi_ot_pack(packed, tau, ITEMS, &smpi_ot_triangle);
  smpi_ot_unpack(tau, packed, ITEMS, &smpi_ot_triangle);
  smpi_ot_product_receive(x, bits, m0, tau, ITEMS);
  smpi_ot_flip_send(tau, x, m0, m1, ITEMS);
  smpi_ot_flip_receive(x, bits, m0, tau, ITEMS);
  smpi_ot_add_bits(x, bits, ITEMS);
  smpi_ot_bits_of((uint64_t *[]){row[0], row[1]}, m0, ITEMS, 2);
  x[0] = smpi_ot_weigh(m0, 3, 60);
}

static void lookups(void) {
  uint64_t *m0 = secret(0), *m1 = secret(1), *words = secret(2), *col[SMPI_LOOKUP_COLUMNS];
  for (unsigned c = 0; c < SMPI_LOOKUP_COLUMNS; c++) col[c] = words + c;
  smpi_lookup_send(col, m0, m1);
  smpi_lookup_receive(col + SMPI_LOOKUP_VALUE, m0, col + SMPI_LOOKUP_INDEX);
}

static void ring_vole(void) {
  static struct smpc_session nobody;
  static struct smpi_rvole_trees t;
  static uint8_t message[SMPI_RVOLE_TREES_LEN], out[40 * SMPI_RVOLE_ENTRY];
  const struct smpi_rvole_tweak id = {{.instance = 1}, 64};
  const blk *q = (const blk *)(const void *)secret(0);
  uint64_t *a = secret(1), *z = secret(2), b = secret(3)[0];
  struct smpi_tccr *h;
  if (smpi_tccr_open(&h, &nobody, 1) != SMPC_OK) return;
  smpi_rvole_grow(&t, message, h, q, q + 64, &id);
  smpi_rvole_send(out, z, a, 0, 40, &t, h, &id);
  smpi_rvole_puncture(&t, message, h, q, b, &id);
  smpi_rvole_receive(z, out, b, 0, 40, &t, h, &id);
  smpi_tccr_close(h);
}

const struct probe ot_source_probes[] = {
    {"corrections", corrections}, {"lookups", lookups}, {"ring_vole", ring_vole}, {NULL, NULL}};
