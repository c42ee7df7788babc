/* A request to the dealer of any bytes: refused, or valid and its own encoding. */
#include "triple/request.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  uint8_t in[SMPI_REQUEST_LEN] = {0}, again[SMPI_REQUEST_LEN];
  struct smpi_request r;
  char text[96];
  memcpy(in, bytes, len < sizeof in ? len : sizeof in);
  if (smpi_request_decode(&r, in) != SMPC_OK) return 0;
  smpi_request_encode(again, &r);
  smpi_request_describe(text, sizeof text, &r);
  if (memcmp(in, again, sizeof in) != 0 || text[0] == 0) abort();
  if (r.ask == SMPI_ASK_UNITS && (r.units == 0 || r.units > SMPI_MAX_UNITS)) abort();
  if (r.ask == SMPI_ASK_PRODUCT && smpi_product_m(&r.product) * r.product.n > SMPI_MAX_PRODUCT_WORDS) abort();
  return 0;
}
