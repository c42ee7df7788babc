/* A peer's corrections of any bytes, under any widths: unpacked within their bounds, and
 * packed again the same. */
#include "triple/ot_local.h"

#include <stdlib.h>
#include <string.h>

enum { ITEMS = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct smpi_ot_widths w = {{0}};
  static uint64_t v[64 * ITEMS];
  for (size_t i = 0; i < 64 && i < len; i++) w.of[i] = bytes[i] % 65;
  size_t packed = smpi_ot_packed_len(&w, ITEMS), given = len > 64 ? len - 64 : 0;
  uint8_t *in = calloc(2, packed + 1), *out = in + packed + 1; /* bounds that a sanitizer sees */
  if (in == NULL) return 0;
  for (size_t i = 0; i < packed && given != 0; i++) in[i] = bytes[64 + i % given];
  smpi_ot_unpack(v, in, ITEMS, &w);
  smpi_ot_pack(out, v, ITEMS, &w);
  if (memcmp(in, out, packed) != 0) abort();
  free(in);
  return 0;
}
