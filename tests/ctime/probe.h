/* probe.h - marking secrets for valgrind.
 *
 * Memory that holds a secret is marked as undefined; memcheck then reports each
 * branch and each address that depends on it, which is what constant-time code
 * must not have [Lan10]. */
#ifndef PROBE_H
#define PROBE_H

#include <stddef.h>
#include <stdint.h>
#include <valgrind/memcheck.h>

enum { WORDS = 300 }; /* more than one vector, block and group of everything, and no multiple */

/* n words of noise marked as secret; static storage, slot 0..7. */
uint64_t *secret_words(unsigned slot, size_t n);
/* A result that may now be looked at. */
static inline void reveal(void *p, size_t len) { (void)VALGRIND_MAKE_MEM_DEFINED(p, len); }

struct probe {
  const char *name;
  void (*run)(void);
};
/* Each ends with {NULL, NULL}. */
extern const struct probe primitive_probes[], protocol_probes[], ot_probes[], ot_source_probes[], psi_probes[],
    vole_probes[], paillier_probes[];

#endif
