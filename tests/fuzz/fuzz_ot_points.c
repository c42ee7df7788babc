/* Any bytes as the messages of base transfers: an offer, then points, two a transfer and, semi-honest, one.  What is
 * accepted is proper points, and gives two different keys. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "ot/base.h"

enum { MOST = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must_be_proper(const uint8_t point[SMPI_POINT]) {
  if (crypto_core_ristretto255_is_valid_point(point) != 1 || sodium_is_zero(point, SMPI_POINT)) abort();
}

/* The other's offer, against points of our own. */
static void offered(const uint8_t offer[SMPI_POINT], const struct smpi_base_place *p) {
  static const uint8_t random[SMPI_BASE_CHOICE_RANDOM] = {1, 2, 3};
  uint8_t points[1][2][SMPI_POINT], secret[1][SMPI_POINT];
  blk key[1], choice = {{1, 0}};
  smpi_base_choose(points, secret, p, &choice, random, 1);
  if (smpi_base_received(key, p, offer, (const uint8_t(*)[SMPI_POINT])secret, &choice,
                         (const uint8_t(*)[2][SMPI_POINT])points, 1))
    must_be_proper(offer);
  smpi_base_passive_choose(points[0], secret, p, &choice, random, 1);
  if (smpi_base_passive_received(key, p, offer, (const uint8_t(*)[SMPI_POINT])secret, &choice,
                                 (const uint8_t(*)[SMPI_POINT])points[0], 1))
    must_be_proper(offer);
}

/* The other's points, against our own offer. */
static void chosen(const uint8_t (*point)[SMPI_POINT], const struct smpi_base_place *p, const uint8_t *offer,
                   const uint8_t *secret, size_t n) {
  blk key[2 * MOST][2];
  if (!smpi_base_passive_sent(key, p, offer, secret, point, n)) return;
  for (size_t i = 0; i < n; i++) {
    must_be_proper(point[i]);
    if (memcmp(&key[i][0], &key[i][1], sizeof key[i][0]) == 0) abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  static const uint8_t random[SMPI_BASE_RANDOM] = {9, 8, 7};
  struct smpi_base_place p = {{1}};
  uint8_t offer[SMPI_POINT], secret[SMPI_POINT], points[MOST][2][SMPI_POINT];
  blk key[MOST][2];
  if (len < SMPI_POINT) return 0;
  offered(bytes, &p);
  size_t n = (len - SMPI_POINT) / (2 * SMPI_POINT);
  if (n > MOST) n = MOST;
  memcpy(points, bytes + SMPI_POINT, n * sizeof points[0]);
  smpi_base_offer(offer, secret, random);
  chosen((const uint8_t(*)[SMPI_POINT])points[0], &p, offer, secret, 2 * n);
  if (!smpi_base_sent(key, &p, offer, secret, (const uint8_t(*)[2][SMPI_POINT])points, n)) return 0;
  for (size_t i = 0; i < n; i++) {
    must_be_proper(points[i][0]);
    must_be_proper(points[i][1]);
    if (memcmp(&key[i][0], &key[i][1], sizeof key[i][0]) == 0) abort();
  }
  return 0;
}
