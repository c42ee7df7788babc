/* report_plan.c - see report.h: what opens, whether it was delivered, and what a run would cost. */
#include <math.h>
#include <stdlib.h>

#include "report.h"

void report_openings(FILE *out, const char *title, const struct joint *job, opening_fn opening, unsigned n_openings) {
  struct opening o;
  char *names = report_names(job->cfg, job->roles.recipients);
  fprintf(out, "\n%s\n", title);
  for (unsigned i = 0; i < n_openings; i++)
    if (opening(&o, job, i))
      fprintf(out, "  %s, to %s\n    purpose: %s\n", o.what, o.to_everybody ? "all parties" : names != NULL ? names : "", o.purpose);
  free(names);
}

void report_json_delivered(json_t *o, bool is_here, bool is_held) {
  json_object_set_new(o, "delivered", json_boolean(is_here && !is_held));
  if (is_held) json_object_set_new(o, "held", json_true());
}

void report_json_openings(json_t *o, const struct joint *job, opening_fn opening, unsigned n_openings) {
  json_t *all = json_array();
  struct opening one;
  for (unsigned i = 0; i < n_openings; i++)
    if (opening(&one, job, i))
      json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "what", one.what, "purpose", one.purpose, "to",
                                           one.to_everybody ? "all parties" : "recipients"));
  json_object_set_new(o, "openings", all);
}

/* The correlated randomness that a run takes, as smpc-party pool --fill wants it. */
static void print_randomness(FILE *out, const smpc_cost *cost) {
  const struct { const char *name; uint64_t n; } kind[] = {
      {"triples", cost->triples}, {"bit-triples", cost->bit_triples - cost->bit_pairs}, {"bit-pairs", cost->bit_pairs},
      {"dabits", cost->dabits},   {"edabits", cost->edabits},                           {"truncations", cost->truncations},
      {"lookups", cost->lookups}};
  const char *comma = "  for a pool             ";
  for (size_t k = 0; k < sizeof kind / sizeof *kind; k++) {
    if (kind[k].n == 0) continue;
    fprintf(out, "%s%s=%llu", comma, kind[k].name, (unsigned long long)kind[k].n);
    comma = ",";
  }
  if (comma[0] == ',') putc('\n', out);
  if (cost->pooled != 0) fprintf(out, "  of these, in the pool  %llu\n", (unsigned long long)cost->pooled);
}

/* Rounds go one way, so each takes half a round trip; preprocessing is among the bytes. */
static double network_seconds(const smpc_cost *cost, double rtt_ms, double mbit_per_s) {
  return (double)cost->rounds * rtt_ms / 2000 + (double)(cost->bytes + cost->offline_bytes) * 8 / (mbit_per_s * 1e6);
}

void report_cost(FILE *out, const smpc_cost *cost, const char *note) {
  fprintf(out, "Cost%s\n", note);
  fprintf(out, "  rounds                 %llu\n", (unsigned long long)cost->rounds);
  fprintf(out, "  bytes, busiest party   %llu\n", (unsigned long long)cost->bytes);
  fprintf(out, "  bytes, preprocessing   %llu\n", (unsigned long long)cost->offline_bytes);
  print_randomness(out, cost);
  fprintf(out, "  time, one building     %.2f s   (0.5 ms, 1000 Mbit/s)\n", network_seconds(cost, 0.5, 1000));
  fprintf(out, "  time, one country      %.2f s   (40 ms, 100 Mbit/s)\n", network_seconds(cost, 40, 100));
  fputs("  and the time until all parties have started\n", out);
}

int report_noise_within(double epsilon) {
  return (int)fmax(0, ceil(log(2 / (0.05 * (1 + exp(-epsilon)))) / epsilon) - 1);
}
