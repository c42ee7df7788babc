/* plan.c - see plan.h. */
#include "plan.h"

#include <stdlib.h>

#include "report.h"

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

void plan_print(FILE *out, const struct count_job *job, const smpc_cost *cost) {
  const struct question *q = job->question;
  char *warning = plan_subtraction(job->joint.cfg, &job->joint.roles);
  fprintf(out, "%s: %s\n", q->title, q->name);
  fprintf(out, "%zu cells over %u parties with data%s\n", q->n_cells, job->joint.roles.n_inputs,
          q->distinct == NULL ? "" : "; a patient of several counts once, at the first of them");
  if (q->distinct != NULL) fputs("\nTo all parties: how many different patients each has.\n", out);
  report_openings(out, "Openings", &job->joint, count_opening, COUNT_OPENINGS);
  if (warning != NULL) fprintf(out, "Warning\n  %s\n", warning);
  report_cost(out, cost, count_has_true_totals(q) ? " (an upper bound: flags opened on the way steer the program)" : "");
  if (q->distinct == NULL) fputs("Nothing was read, sent or opened.\n", out);
  else fputs("Nothing was sent or opened.  Every party is taken to have as many patients as this one.\n", out);
  free(warning);
}
