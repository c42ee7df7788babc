/* bytes.h - little-endian integers in byte strings, and small arithmetic. */
#ifndef SMPI_BYTES_H
#define SMPI_BYTES_H

#include <stddef.h>
#include <stdint.h>

static inline void smpi_put16(uint8_t *p, uint16_t v) { p[0] = (uint8_t)v; p[1] = (uint8_t)(v >> 8); }
static inline uint16_t smpi_get16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

static inline void smpi_put32(uint8_t *p, uint32_t v) {
  for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (8 * i));
}
static inline uint32_t smpi_get32(const uint8_t *p) {
  uint32_t v = 0;
  for (int i = 3; i >= 0; i--) v = v << 8 | p[i];
  return v;
}
static inline void smpi_put64(uint8_t *p, uint64_t v) {
  for (int i = 0; i < 8; i++) p[i] = (uint8_t)(v >> (8 * i));
}
static inline uint64_t smpi_get64(const uint8_t *p) {
  uint64_t v = 0;
  for (int i = 7; i >= 0; i--) v = v << 8 | p[i];
  return v;
}

static inline size_t smpi_min(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t smpi_ceil_div(size_t a, size_t b) { return a / b + (a % b != 0); }
/* ceil(log2 v); 0 for v <= 1 */
static inline unsigned smpi_log2_up(uint64_t v) { return v <= 1 ? 0 : 64 - (unsigned)__builtin_clzll(v - 1); }

#endif
