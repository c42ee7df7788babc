/* fixed.c - see fixed.h.
 *
 * Encoding works on the bits of the double, not with floating-point
 * instructions: those take longer for subnormal numbers, and round as the
 * caller's thread is set to round. */
#include "math/fixed.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "math/fixed_impl.h"

_Static_assert(sizeof(double) == 8 && DBL_MANT_DIG == 53, "doubles are IEEE 754 binary64");

enum { BIAS = 1023, MANTISSA = 52, FRAC_MAX = 31 };

/* m / 2^s to the nearest, ties to even, for m < 2^53 and 1 <= s <= 54 */
static uint64_t shift_rounded(uint64_t m, unsigned s) {
  return (m + (UINT64_C(1) << (s - 1)) - 1 + (m >> s & 1)) >> s;
}

/* v, of which the compiler now knows nothing: it makes no branch of a mask, and
 * no vector shift, which timing tests take for an address. */
static uint64_t opaque(uint64_t v) {
  __asm__("" : "+r"(v));
  return v;
}

/* all ones if a < b, else 0, for a, b < 2^31 */
static uint32_t less_mask(uint32_t a, uint32_t b) { return 0u - ((a - b) >> 31); }

/* The double is mantissa * 2^(exponent - BIAS - MANTISSA); `limit` is the first
 * biased exponent out of range, and *bad becomes all ones beyond it. */
static uint64_t encode(double v, unsigned frac_bits, uint32_t limit, uint32_t *bad) {
  uint64_t bits;
  memcpy(&bits, &v, sizeof bits);
  bits = opaque(bits);
  uint32_t exponent = (uint32_t)(bits >> MANTISSA) & 0x7ff;
  uint64_t normal = 1 ^ (uint64_t)(less_mask(exponent, 1) & 1);
  uint64_t mantissa = (bits & ((UINT64_C(1) << MANTISSA) - 1)) | normal << MANTISSA;
  exponent += 1 - (uint32_t)normal; /* subnormal numbers have the exponent of the smallest normal ones */
  *bad |= ~less_mask(exponent, limit);

  uint32_t one = BIAS + MANTISSA - frac_bits; /* exponent at which the mantissa is the result */
  uint32_t is_right = less_mask(exponent, one);
  uint32_t right = (one - exponent) & is_right, left = (exponent - one) & ~is_right & 63;
  right = (right & less_mask(right, 54)) | (54 & ~less_mask(right, 54));
  uint64_t rounded = shift_rounded(mantissa, right + (1 & ~is_right));
  uint64_t right_mask = 0 - (uint64_t)(is_right & 1), sign = 0 - (bits >> 63);
  uint64_t size = (rounded & right_mask) | (mantissa << left & ~right_mask);
  return (size ^ sign) - sign;
}

uint32_t smpi_fixed_encode_all(uint64_t *out, const double *v, size_t n, unsigned frac_bits) {
  uint32_t bad = 0;
  for (size_t i = 0; i < n; i++) out[i] = encode(v[i], frac_bits, BIAS + 62 - 2 * frac_bits, &bad);
  return bad;
}

smpc_err smpi_fixed_encode(uint64_t *out, const double *v, size_t n, unsigned frac_bits) {
  smpc_err err = frac_bits > FRAC_MAX ? SMPC_E_ARG : SMPC_OK;
  if (err == SMPC_OK && smpi_fixed_encode_all(out, v, n, frac_bits) != 0) err = SMPC_E_RANGE; /* a public verdict */
  if (err != SMPC_OK) smpi_wipe(out, n * sizeof *out);
  return err;
}

void smpi_fixed_decode(double *v, const uint64_t *x, size_t n, unsigned frac_bits) {
  double unit = ldexp(1, -(int)frac_bits);
  for (size_t i = 0; i < n; i++) v[i] = (double)(int64_t)x[i] * unit;
}
