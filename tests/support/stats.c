/* stats.c - see stats.h. */
#include "support/stats.h"

#include <math.h>

#include "base/bytes.h"

/* The quantile 1 - 1e-9 of chi-squared with 255 degrees of freedom is 412.5
 * (Wilson-Hilferty: 255 (1 - 2/2295 + 5.998 sqrt(2/2295))^3 = 415); 420 is
 * beyond both.  Six standard deviations, two-sided, are 2e-9 of a normal. */
static const double CHI2_LIMIT = 420.0, DEVIATIONS = 6.0;

void stats_add(struct stats *st, const uint8_t *data, size_t len) {
  for (size_t i = 0; i < len; i++) st->bytes[data[i]]++;
  st->n_bytes += len;
  for (size_t i = 0; i + 8 <= len; i += 8) {
    uint64_t w = smpi_get64(data + i);
    for (int b = 0; b < 64; b++) st->ones[b] += w >> b & 1;
    st->n_words++;
  }
}

double stats_chi2(const struct stats *st) {
  double expected = (double)st->n_bytes / 256, sum = 0;
  for (int i = 0; i < 256; i++) sum += ((double)st->bytes[i] - expected) * ((double)st->bytes[i] - expected);
  return sum / expected;
}

bool stats_bytes_are_uniform(const struct stats *st) { return st->n_bytes >= 1280 && stats_chi2(st) < CHI2_LIMIT; }

bool stats_bits_are_balanced(const struct stats *st, unsigned *worst) {
  double most = 0;
  if (st->n_words < 1000) return false;
  for (unsigned b = 0; b < 64; b++) {
    double z = fabs((double)st->ones[b] - (double)st->n_words / 2) / (sqrt((double)st->n_words) / 2);
    if (z < most) continue;
    most = z;
    if (worst != NULL) *worst = b;
  }
  return most < DEVIATIONS;
}

bool stats_bytes_are_alike(const struct stats *a, const struct stats *b) {
  double na = (double)a->n_bytes, nb = (double)b->n_bytes, sum = 0;
  if (na < 1280 || nb < 1280) return false;
  for (int i = 0; i < 256; i++) {
    double x = (double)a->bytes[i], y = (double)b->bytes[i], d = x * sqrt(nb / na) - y * sqrt(na / nb);
    if (x + y > 0) sum += d * d / (x + y);
  }
  return sum < CHI2_LIMIT;
}
