/* psi_plan.c - see psi_plan.h. */
#include "psi_plan.h"

#include <stdlib.h>

#include "report.h"

enum cli_exit psi_plan_allowed(const smpc_config *cfg, const struct psi_question *q) {
  return cli_allowed(cfg, q->purpose);
}

/* LOCAL: microseconds of one core and bytes of memory, measured on a 2.5 GHz machine.
 * ECDH: a hash to the group and a scalar product for each of mine, a product for
 * each of theirs.  VOLE: the larger of the two parts, after its base transfers. */
static const double ECDH_MINE = 80, ECDH_THEIRS = 62, VOLE_EACH = 0.7, VOLE_SETUP = 6e4;
static const double ECDH_BYTES = 96, VOLE_BYTES = 190;

static double seconds(const struct psi_plan *p, double n, double m, double rtt_ms, double mbit_per_s) {
  double larger = n > m ? n : m, us = n * ECDH_MINE + m * ECDH_THEIRS;
  if (p->dry->protocol == SMPC_PSI_VOLE) us = VOLE_SETUP + larger * VOLE_EACH;
  return us * 1e-6 + (double)p->cost.rounds * rtt_ms / 2000 + (double)p->cost.bytes * 8 / (mbit_per_s * 1e6);
}

static void print_cost(FILE *out, const struct psi_plan *p) {
  bool am_a = p->cfg->me.id == p->ask->a.id, is_vole = p->dry->protocol == SMPC_PSI_VOLE;
  double n = (double)(am_a ? p->dry->size_a : p->dry->size_b), m = (double)(am_a ? p->dry->size_b : p->dry->size_a);
  fprintf(out, "Cost (protocol: %s)\n", is_vole ? "vole, for large sets" : "ecdh, for counts and small sets");
  if (p->ask->size_a == 0 || p->ask->size_b == 0)
    fputs("  sizes are not declared: both are taken to be my number of keys\n", out);
  fprintf(out, "  keys                   %.0f mine, %.0f the other's\n", n, m);
  fprintf(out, "  rounds                 %llu\n", (unsigned long long)p->cost.rounds);
  fprintf(out, "  bytes, busiest party   %llu\n", (unsigned long long)p->cost.bytes);
  fprintf(out, "  time, one building     %.1f s   (0.5 ms, 1000 Mbit/s, one core)\n", seconds(p, n, m, 0.5, 1000));
  fprintf(out, "  time, one country      %.1f s   (40 ms, 100 Mbit/s, one core)\n", seconds(p, n, m, 40, 100));
  fprintf(out, "  memory, beside rows    %.0f MB\n", 8 + (n > m ? n : m) * (is_vole ? VOLE_BYTES : ECDH_BYTES) / 1e6);
  fputs("  and the time until all parties have started\n", out);
}

void psi_plan_print(FILE *out, const struct psi_plan *p) {
  const struct psi_question *q = p->question;
  char *names = report_names(p->cfg, p->ask->to);
  fprintf(out, "%s: %s\n\n", q->title, q->name);
  fprintf(out, "Between %s and %s\n", p->cfg->member[p->ask->a.id].name, p->cfg->member[p->ask->b.id].name);
  fprintf(out, "  %s, to %s\n    purpose: %s\n",
          q->kind == PSI_COUNT ? "how many keys both have" : "which of its own rows the other has too",
          names == NULL ? "" : names, q->purpose);
  fputs("  to both: how many different keys the other has", out);
  fputs(p->ask->size_a != 0 && p->ask->size_b != 0 ? " (hidden: the declared size)\n" : "\n", out);
  print_cost(out, p);
  fputs("Warning\n  A recipient that puts guessed keys into its set learns which of them the other has: docs/psi.md.\n", out);
  fputs("Nothing was sent or opened.\n", out);
  free(names);
}
