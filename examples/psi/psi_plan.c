/* psi_plan.c - see psi_plan.h. */
#include "psi_plan.h"

#include <stdlib.h>
#include <string.h>

#include "report.h"

static bool lists(const char *purposes, const char *purpose) {
  size_t len = strlen(purpose);
  if (strcmp(purposes, "*") == 0) return true;
  for (const char *p = purposes; *p != '\0';) {
    size_t n = strcspn(p, "\n");
    if (n == len && memcmp(p, purpose, n) == 0) return true;
    p += n + (p[n] == '\n');
  }
  return false;
}

enum cli_exit psi_plan_allowed(const smpc_config *cfg, const struct psi_question *q) {
  if (lists(cfg->purposes, q->purpose)) return CLI_DONE;
  cli_error("`purposes:` in this party's configuration does not list \"%s\"", q->purpose);
  return CLI_POLICY;
}

/* Microseconds of one core, measured on a 2.5 GHz machine: a hash to the group
 * and a scalar product for each of mine, a product for each of theirs. */
static const double US_MINE = 80, US_THEIRS = 62;

static double seconds(const struct psi_plan *p, double n, double m, double rtt_ms, double mbit_per_s) {
  return (n * US_MINE + m * US_THEIRS) * 1e-6 + (double)p->cost.rounds * rtt_ms / 2000 +
         (double)p->cost.bytes * 8 / (mbit_per_s * 1e6);
}

static void print_cost(FILE *out, const struct psi_plan *p) {
  bool am_a = p->cfg->me.id == p->ask->a.id;
  uint64_t own = p->rows == NULL ? 0 : psi_rows_items(p->rows)->n;
  uint64_t n = am_a ? p->ask->size_a : p->ask->size_b, m = am_a ? p->ask->size_b : p->ask->size_a;
  if (n == 0) n = own;
  if (m == 0) {
    m = own;
    fputs("  The other's size is not declared; here it is taken to be mine.\n", out);
  }
  fprintf(out, "  keys                   %llu mine, %llu the other's\n", (unsigned long long)n, (unsigned long long)m);
  fprintf(out, "  rounds                 %llu\n", (unsigned long long)p->cost.rounds);
  fprintf(out, "  bytes, busiest party   %llu\n", (unsigned long long)p->cost.bytes);
  fprintf(out, "  time, one building     %.1f s   (0.5 ms, 1000 Mbit/s, one core)\n", seconds(p, (double)n, (double)m, 0.5, 1000));
  fprintf(out, "  time, one country      %.1f s   (40 ms, 100 Mbit/s, one core)\n", seconds(p, (double)n, (double)m, 40, 100));
  fprintf(out, "  memory, beside rows    %.0f MB\n", 8 + (double)(64 * n + 32 * m) / 1e6);
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
  fputs("Cost (protocol: ecdh, commutative blinding: the one that is built)\n", out);
  print_cost(out, p);
  fputs("Warning\n  A recipient that puts guessed keys into its set learns which of them the other has: docs/psi.md.\n", out);
  fputs("Nothing was sent or opened.\n", out);
  free(names);
}
