/* plan.c - see plan.h. */
#include "plan.h"

#include <stdlib.h>

#include "report.h"

enum cli_exit plan_allowed(const smpc_config *cfg, const struct question *q) {
  char flags[COUNT_PURPOSE_LEN];
  enum cli_exit code = cli_allowed(cfg, q->purpose);
  count_flags_purpose(flags, q);
  return code == CLI_DONE && count_has_true_totals(q) ? cli_allowed(cfg, flags) : code;
}

char *plan_subtraction(const smpc_config *cfg, const struct question_roles *roles) {
  smpc_who able = {roles->recipients.bits & roles->inputs.bits};
  char *text = NULL, *names = report_names(cfg, able);
  if (roles->n_inputs > 2 || able.bits == 0 || names == NULL ||
      asprintf(&text,
               "only two parties have data: by subtracting its own counts, %s learns the other's "
               "in every displayed cell",
               names) < 0)
    text = NULL;
  free(names);
  return text;
}

/* Rounds go one way, so each takes half a round trip. */
static void print_cost(FILE *out, const struct question *q, const smpc_cost *cost) {
  fprintf(out, "Cost%s\n",
          count_has_true_totals(q) ? " (an upper bound: flags opened on the way steer the program)" : "");
  fprintf(out, "  rounds                 %llu\n", (unsigned long long)cost->rounds);
  fprintf(out, "  bytes, busiest party   %llu\n", (unsigned long long)cost->bytes);
  fprintf(out, "  bytes, preprocessing   %llu\n", (unsigned long long)cost->offline_bytes);
  report_randomness(out, cost);
  fprintf(out, "  time, one building     %.2f s   (0.5 ms, 1000 Mbit/s)\n", report_network_seconds(cost, 0.5, 1000));
  fprintf(out, "  time, one country      %.2f s   (40 ms, 100 Mbit/s)\n", report_network_seconds(cost, 40, 100));
  fputs("  and the time until all parties have started\n", out);
}

void plan_print(FILE *out, const smpc_config *cfg, const struct question *q, const struct question_roles *roles,
                const smpc_cost *cost) {
  char flags[COUNT_PURPOSE_LEN], *names = report_names(cfg, roles->recipients);
  char *warning = plan_subtraction(cfg, roles);
  count_flags_purpose(flags, q);
  fprintf(out, "%s: %s\n", q->title, q->name);
  fprintf(out, "%zu cells over %u parties with data%s\n\n", q->n_cells, roles->n_inputs,
          q->distinct == NULL ? "" : "; a patient of several counts once, at the first of them");
  if (q->distinct != NULL) fputs("To all parties: how many different patients each has.\n\n", out);
  fprintf(out, "Openings\n  the table, to %s\n    purpose: %s\n", names ? names : "", q->purpose);
  if (count_has_true_totals(q))
    fprintf(out, "  which cells and margins are suppressed, to everybody\n    purpose: %s\n", flags);
  if (warning != NULL) fprintf(out, "Warning\n  %s\n", warning);
  print_cost(out, q, cost);
  if (q->distinct == NULL) fputs("Nothing was read, sent or opened.\n", out);
  else fputs("Nothing was sent or opened.  Every party is taken to have as many patients as this one.\n", out);
  free(names);
  free(warning);
}
