/* Any bytes as a point of the other party: the verdict is that of the group's
 * definition, that is, decoding and encoding again gives the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "psi/ecdh.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  static const uint8_t session[32] = {1}, random[64] = {3}, zero[SMPI_POINT_LEN], one[SMPI_POINT_LEN] = {1};
  uint8_t point[SMPI_POINT_LEN] = {0}, again[SMPI_POINT_LEN];
  struct smpi_ecdh_key k;
  struct smpi_mask mask;
  memcpy(point, bytes, len < sizeof point ? len : sizeof point);
  if (smpi_ecdh_key_make(&k, session, 1, random) != SMPC_OK) abort();
  bool is_point = crypto_scalarmult_ristretto255(again, one, point) == 0 && memcmp(again, point, sizeof point) == 0;
  if (smpi_ecdh_mask(&mask, &k, point, 16) != is_point) abort();
  if (is_point && memcmp(point, zero, sizeof point) == 0) abort();
  return 0;
}
