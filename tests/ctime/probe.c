/* probe.c - runs probes, or names them.
 *
 * usage: probe            print the names, one a line
 *        probe NAME       run that one
 *        probe --all      run all: to start valgrind takes longer than most of them
 * output: "NAME ERRORS", how often valgrind saw something depend on a secret
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

static void run(const struct probe *p) {
  unsigned before = VALGRIND_COUNT_ERRORS;
  p->run();
  printf("%s %u\n", p->name, VALGRIND_COUNT_ERRORS - before);
  fflush(stdout);
}

int main(int argc, char **argv) {
  unsigned ran = 0;
  if (argc > 1 && !RUNNING_ON_VALGRIND) return 77;
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    for (const struct probe *p = lists[i]; p->name != NULL; p++)
      if (argc < 2) puts(p->name);
      else if (strcmp(argv[1], "--all") == 0 || strcmp(argv[1], p->name) == 0) run(p), ran++;
  return argc < 2 || ran != 0 ? 0 : 2;
}
