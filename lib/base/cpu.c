/* cpu.c - see cpu.h. */
#include "base/cpu.h"

#if defined(__x86_64__)

bool smpi_cpu_has_avx2(void) { return __builtin_cpu_supports("avx2"); }

bool smpi_cpu_has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

bool smpi_cpu_has_aes(void) { return __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul"); }

#define ARCH "x86-64"

#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>

bool smpi_cpu_has_avx2(void) { return false; }
bool smpi_cpu_has_avx512(void) { return false; }
bool smpi_cpu_has_aes(void) { return (getauxval(AT_HWCAP) & (HWCAP_AES | HWCAP_PMULL)) == (HWCAP_AES | HWCAP_PMULL); }

#define ARCH "aarch64"

#else

bool smpi_cpu_has_avx2(void) { return false; }
bool smpi_cpu_has_avx512(void) { return false; }
bool smpi_cpu_has_aes(void) { return false; }

#define ARCH "portable"

#endif

const char *smpi_cpu_name(void) {
  static const char *const names[] = {ARCH, ARCH " aes", ARCH " avx2", ARCH " avx2 aes", ARCH " avx2 avx512",
                                      ARCH " avx2 avx512 aes"};
  int vec = smpi_cpu_has_avx512() ? 2 : smpi_cpu_has_avx2() ? 1 : 0;
  return names[2 * vec + smpi_cpu_has_aes()];
}
