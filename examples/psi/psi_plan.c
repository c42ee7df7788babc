/* psi_plan.c - see psi_plan.h. */
#include "psi_plan.h"

#include <math.h>
#include <stdlib.h>

#include "psi_report.h"
#include "report.h"

/* LOCAL: microseconds of one core and bytes of memory, measured on a 2.5 GHz machine.
 * ECDH: a hash to the group and a scalar product for each of mine, a product for
 * each of theirs.  VOLE: the larger of the two parts, after its base transfers, with each
 * other owner.  JOIN: circuit PSI of two; different keys take one between every two. */
static const double ECDH_MINE = 80, ECDH_THEIRS = 62, VOLE_EACH = 0.55, VOLE_SETUP = 4e4, JOIN_EACH = 6, JOIN_SETUP = 2e5;
static const double ECDH_BYTES = 96, VOLE_BYTES = 190, JOIN_BYTES = 450;
/* In buckets of so many, and for all of my own keys. */
static const double BUCKET = 1 << 20, BUCKET_BYTES = 160, BUCKETS_BYTES = 5;

static double my_size(const struct psi_plan *p) {
  for (unsigned k = 0; k < p->ask->n; k++)
    if (p->ask->owner[k].id == p->cfg->me.id) return (double)psi_size_of(p->ask, p->dry, k);
  return 0;
}

static double all_sizes(const struct psi_plan *p) {
  double all = 0;
  for (unsigned k = 0; k < p->ask->n; k++) all += (double)psi_size_of(p->ask, p->dry, k);
  return all;
}

static double largest_size(const struct psi_plan *p) {
  double most = 0;
  for (unsigned k = 0; k < p->ask->n; k++) {
    double n = (double)psi_size_of(p->ask, p->dry, k);
    most = n > most ? n : most;
  }
  return most;
}

static double seconds(const struct psi_plan *p, double rtt_ms, double mbit_per_s) {
  double most = largest_size(p), others = p->ask->n - 1, n = my_size(p);
  double us = n * ECDH_MINE + (all_sizes(p) - n) * ECDH_THEIRS;
  if (p->dry->protocol == SMPC_PSI_VOLE) us = others * (VOLE_SETUP + most * VOLE_EACH);
  bool is_gated = p->question->kind == PSI_REVEAL && p->question->minimum > 1; /* a join says first whether to go on */
  if (p->dry->protocol == SMPC_PSI_JOIN) us = 0;
  if (p->dry->protocol == SMPC_PSI_JOIN || is_gated) us += others * (JOIN_SETUP + most * JOIN_EACH);
  return us * 1e-6 + (double)p->cost.rounds * rtt_ms / 2000 + (double)p->cost.bytes * 8 / (mbit_per_s * 1e6);
}

static double memory_bytes(const struct psi_plan *p) {
  smpc_psi_protocol protocol = p->dry->protocol;
  if (protocol == SMPC_PSI_VOLE)
    return fmin(largest_size(p), BUCKET) * (p->ask->n == 2 ? BUCKET_BYTES : VOLE_BYTES) + my_size(p) * BUCKETS_BYTES;
  return largest_size(p) * (protocol == SMPC_PSI_JOIN ? JOIN_BYTES : ECDH_BYTES);
}

static const char *reason(const struct psi_plan *p) {
  if (p->question->protocol != SMPC_PSI_AUTO) return "as the question says";
  if (p->dry->protocol == SMPC_PSI_JOIN) return "matches stay in shares";
  if (p->dry->protocol == SMPC_PSI_VOLE) return p->ask->n > 2 ? "for more than two sets" : "for large sets";
  return "for counts and small sets";
}

static bool are_sizes_declared(const struct psi_plan *p) {
  for (unsigned k = 0; k < p->ask->n; k++)
    if (p->ask->size[k] == 0) return false;
  return true;
}

static void print_cost(FILE *out, const struct psi_plan *p) {
  fprintf(out, "Cost (protocol: %s, %s)\n", psi_protocol_name(p->dry->protocol), reason(p));
  if (!are_sizes_declared(p)) fputs("  sizes are not declared: all are taken to be my number of keys\n", out);
  fprintf(out, "  keys                   %.0f mine, %.0f the others'\n", my_size(p), all_sizes(p) - my_size(p));
  fprintf(out, "  rounds                 %llu\n", (unsigned long long)p->cost.rounds);
  fprintf(out, "  bytes, busiest party   %llu\n", (unsigned long long)p->cost.bytes);
  if (p->cost.offline_bytes != 0)
    fprintf(out, "  bytes before that      %llu\n", (unsigned long long)p->cost.offline_bytes);
  fprintf(out, "  time, one building     %.1f s   (0.5 ms, 1000 Mbit/s, one core)\n", seconds(p, 0.5, 1000));
  fprintf(out, "  time, one country      %.1f s   (40 ms, 100 Mbit/s, one core)\n", seconds(p, 40, 100));
  fprintf(out, "  memory, beside rows    %.0f MB\n", 8 + memory_bytes(p) / 1e6);
  fputs("  and the time until all parties have started\n", out);
}

static void print_owners(FILE *out, const struct psi_plan *p) {
  fputs("Between ", out);
  for (unsigned k = 0; k < p->ask->n; k++)
    fprintf(out, "%s%s", k == 0 ? "" : k + 1 < p->ask->n ? ", " : " and ", p->cfg->member[p->ask->owner[k].id].name);
  fputc('\n', out);
}

static void print_result(FILE *out, const struct psi_plan *p) {
  const struct psi_question *q = p->question;
  static const char *const what[] = {[PSI_REVEAL] = "which of its own rows all others have too",
                                     [PSI_COUNT] = "how many keys all have",
                                     [PSI_DISTINCT] = "how many different keys there are",
                                     [PSI_SUM] = "the sum of a column over the keys that all have"};
  char *names = report_names(p->cfg, p->ask->psi.to);
  fprintf(out, "  %s, to %s\n", what[q->kind], names == NULL ? "" : names);
  if (q->kind == PSI_SUM) fprintf(out, "    the column: \"%s\" of %s\n", q->column, q->of);
  fprintf(out, "    purpose: %s\n", q->base.purpose);
  if (p->epsilon > 0) fprintf(out, "    with noise, epsilon %g\n", p->epsilon);
  if (q->minimum > 1) fprintf(out, "    fewer than %llu: nothing is shown but that\n", (unsigned long long)q->minimum);
  free(names);
}

void psi_plan_print(FILE *out, const struct psi_plan *p) {
  const struct psi_question *q = p->question;
  bool is_joined = p->dry->protocol == SMPC_PSI_JOIN;
  fprintf(out, "%s: %s\n\n", q->base.title, q->base.name);
  print_owners(out, p);
  print_result(out, p);
  fprintf(out, "  to all %s: how many different keys each owner has%s\n", is_joined ? "parties" : "owners",
          are_sizes_declared(p) ? " (hidden: the declared size)" : "");
  print_cost(out, p);
  if (q->kind == PSI_REVEAL)
    fputs("Warning\n  A recipient that puts guessed keys into its set learns which of them the others have: docs/psi.md.\n", out);
  else
    fputs("Warning\n  Two runs on sets that differ by one person reveal that person: docs/psi.md.\n", out);
  if (q->kind == PSI_REVEAL && p->ask->n > 2)
    fputs("  Owners that pool what they see with the first recipient learn which of its keys all remaining owners have.\n", out);
  fputs("Nothing was sent or opened.\n", out);
}
