/* probe.c - runs one probe, or names them all.
 *
 * usage: probe            print the names, one a line
 *        probe NAME       run that one; under valgrind --error-exitcode its exit
 *                         code says whether something depended on a secret
 * exit:  0 done, 2 no such probe, 77 not under valgrind (nothing would be seen) */
#include "probe.h"

#include <stdio.h>
#include <string.h>

uint64_t *secret_words(unsigned slot, size_t n) {
  static uint64_t words[8][64 * WORDS];
  uint64_t x = slot + 1;
  for (size_t i = 0; i < n; i++) words[slot][i] = x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  (void)VALGRIND_MAKE_MEM_UNDEFINED(words[slot], n * sizeof(uint64_t));
  return words[slot];
}

static const struct probe *const lists[] = {primitive_probes, protocol_probes, ot_probes, ot_source_probes,
                                           psi_probes, vole_probes, paillier_probes};

int main(int argc, char **argv) {
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    for (const struct probe *p = lists[i]; p->name != NULL; p++) {
      if (argc < 2) puts(p->name);
      else if (strcmp(argv[1], p->name) == 0) {
        if (!RUNNING_ON_VALGRIND) return 77;
        p->run();
        return 0;
      }
    }
  return argc < 2 ? 0 : 2;
}
