/* clock.h - the steady clock of this machine. */
#ifndef SMPI_CLOCK_H
#define SMPI_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t smpi_clock_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}
static inline uint64_t smpi_clock_ms(void) { return smpi_clock_us() / 1000; }

#endif
