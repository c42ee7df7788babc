/* entropy_test.c - rand/entropy.h for tests: a repeatable stream that can fail. */
#include "rand/entropy.h"

#include <sodium.h>
#include <stdatomic.h>

#include "base/bytes.h"
#include "seams.h"

static atomic_uint_fast64_t count, fail_at, seed;

void seam_entropy_reset(uint64_t s, uint64_t k) {
  count = 0;
  seed = s;
  fail_at = k;
}
uint64_t seam_entropy_count(void) { return count; }

smpc_err smpi_entropy(void *out, size_t len) {
  uint64_t call = ++count;
  if (call == fail_at) return SMPC_E_RNG;
  uint8_t key[32] = {0}, nonce[crypto_stream_chacha20_NONCEBYTES];
  smpi_put64(key, seed);
  smpi_put64(nonce, call);
  crypto_stream_chacha20(out, len, nonce, key);
  return SMPC_OK;
}
