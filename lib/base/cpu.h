/* cpu.h - which instructions this machine has, found once at run time. */
#ifndef SMPI_CPU_H
#define SMPI_CPU_H

#include <stdbool.h>

bool smpi_cpu_has_avx2(void);
bool smpi_cpu_has_avx512(void); /* F, DQ, BW and VL */
bool smpi_cpu_has_aes(void);    /* AES and carry-less multiplication: AES-GCM in constant time */

/* "x86-64 avx2 avx512 aes": for logs and benches; static storage. */
const char *smpi_cpu_name(void);

#endif
