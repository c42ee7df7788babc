/* main.c - smpc-bench: what the library costs on given machines.
 *
 * usage: smpc-bench NAME --local N [--n …]          N processes on this machine
 *        smpc-bench NAME --config party.yaml        one party of a real deployment
 *        smpc-bench NAME --sim 40,100 [--local N]   2 or N parties on a simulated network
 * The last line of output is one JSON object.  See README.md in this folder.
 * exit:  0 done, 1 usage, 2 input, 3 network, 4 disagreement, 5 refused by
 *        policy, 6 cheating, 7 machine, 99 bug */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { KEY_LOCAL = 256, KEY_PARTY, KEY_CONFIG, KEY_SIM, KEY_N, KEY_REPEAT, KEY_ROWS, KEY_COLS, KEY_INNER, KEY_TIMEOUT,
       KEY_SOURCE, KEY_JSON, KEY_K, KEY_MALICIOUS, KEY_SILENT, KEY_BATCH, KEY_EPOCHS, KEY_SIGMOID, KEY_MEMORY, KEY_SCRATCH };

static const struct argp_option choices[] = {
    {"local", KEY_LOCAL, "N", 0, "run N computing parties, and a dealer where one is needed, on this machine", 1},
    {"config", KEY_CONFIG, "FILE", 0, "be one party of a real deployment; {i} in FILE is replaced by the index", 1},
    {"party", KEY_PARTY, "I", 0, "its index; otherwise SLURM_PROCID, PMI_RANK or OMPI_COMM_WORLD_RANK", 1},
    {"sim", KEY_SIM, "RTT_MS,MBITS", 0,
     "simulate a network (0 = none, unlimited); times are the network's alone. Without --local, of 2 parties", 1},
    {"source", KEY_SOURCE, "dealer|ot|paillier", 0, "where correlated randomness comes from; default dealer", 1},
    {"n", KEY_N, "COUNT", 0, "elements (bytes for link); default 1000000", 2},
    {"rows", KEY_ROWS, "COUNT", 0, "matmul: rows of the left matrix; logreg: rows; default 1000", 2},
    {"inner", KEY_INNER, "COUNT", 0, "matmul: its columns; default 1000", 2},
    {"cols", KEY_COLS, "COUNT", 0, "matmul: columns of the right matrix; logreg: columns; default 1000", 2},
    {"repeat", KEY_REPEAT, "COUNT", 0, "how often; default 5", 2},
    {"timeout", KEY_TIMEOUT, "SECONDS", 0, "a party silent for so long is given up; default 60", 2},
    {"k", KEY_K, "1|2|4|8", 0, "cot, rot: bits of the small field; default 4", 2},
    {"silent", KEY_SILENT, 0, 0, "cot: a tenth of the bytes, for thin links", 2},
    {"malicious", KEY_MALICIOUS, 0, 0, "cot, rot, vole, psi: secure against malicious parties", 2},
    {"memory", KEY_MEMORY, "MB", 0,
     "psi: items are made as they are read, and what of the set exceeds MB is kept on disk", 2},
    {"scratch", KEY_SCRATCH, "FOLDER", 0, "psi: where; default the present folder", 2},
    {"batch", KEY_BATCH, "COUNT", 0, "logreg: rows of a batch; default 100", 2},
    {"epochs", KEY_EPOCHS, "COUNT", 0, "logreg: passes over the rows; default 1", 2},
    {"sigmoid", KEY_SIGMOID, "coarse|fine", 0, "logreg: the logistic function; default coarse", 2},
    {"json", KEY_JSON, 0, 0, "print nothing but the JSON line", 3},
    {0}};

/* A whole number from 1 to max. */
static size_t count(struct argp_state *state, const char *text, size_t max) {
  char *end;
  errno = 0;
  unsigned long long v = strtoull(text, &end, 10);
  if (errno != 0 || end == text || *end != 0 || *text == '-' || v < 1 || v > max)
    argp_error(state, "%s is not a number from 1 to %zu", text, max);
  return (size_t)v;
}

static void simulation(struct argp_state *state, const char *text, struct options *o) {
  char *end;
  o->is_sim = true;
  o->rtt_ms = strtod(text, &end);
  if (end == text || *end != ',') argp_error(state, "--sim wants two numbers, such as 40,100");
  const char *second = end + 1;
  o->mbit_per_s = strtod(second, &end);
  if (end == second || *end != 0 || !(o->rtt_ms >= 0) || !(o->mbit_per_s >= 0))
    argp_error(state, "--sim wants two numbers, such as 40,100");
}

static smpc_source source(const char *arg) {
  return strcmp(arg, "dealer") == 0 ? SMPC_DEALER : strcmp(arg, "ot") == 0 ? SMPC_OT :
         strcmp(arg, "paillier") == 0 ? SMPC_PAILLIER : 0;
}

static error_t parse(int key, char *arg, struct argp_state *state) {
  struct options *o = state->input;
  switch (key) {
  case KEY_LOCAL: o->local = (unsigned)count(state, arg, SMPC_MAX_COMPUTING); break;
  case KEY_CONFIG: o->config = arg; break;
  case KEY_PARTY: o->party = atoi(arg); break;
  case KEY_SIM: simulation(state, arg, o); break;
  case KEY_N: o->n = count(state, arg, SIZE_MAX / 64); break;
  case KEY_ROWS: o->rows = count(state, arg, 1u << 24); break;
  case KEY_COLS: o->cols = count(state, arg, 1u << 24); break;
  case KEY_INNER: o->inner = count(state, arg, 1u << 24); break;
  case KEY_REPEAT: o->repeat = (unsigned)count(state, arg, MAX_REPEAT); break;
  case KEY_TIMEOUT: o->timeout_s = (unsigned)count(state, arg, 1000000); break;
  case KEY_K: o->k = (unsigned)count(state, arg, 8); break;
  case KEY_MALICIOUS: o->is_active = true; break;
  case KEY_SILENT: o->is_silent = true; break;
  case KEY_SOURCE:
    o->source = source(arg);
    if (o->source == 0) argp_error(state, "--source wants dealer, ot or paillier");
    break;
  case KEY_MEMORY: o->memory = (uint64_t)count(state, arg, 1u << 24) << 20; break;
  case KEY_SCRATCH: o->scratch = arg; break;
  case KEY_BATCH: o->batch = count(state, arg, 1u << 24); break;
  case KEY_EPOCHS: o->epochs = (unsigned)count(state, arg, 10000); break;
  case KEY_SIGMOID:
    if (strcmp(arg, "coarse") != 0 && strcmp(arg, "fine") != 0) argp_error(state, "--sigmoid wants coarse or fine");
    o->is_fine = strcmp(arg, "fine") == 0;
    break;
  case KEY_JSON: o->json = true; break;
  case ARGP_KEY_ARG:
    if (o->bench != NULL || find_job(arg) == NULL) argp_error(state, "there is no bench %s", arg);
    o->bench = arg;
    break;
  case ARGP_KEY_END:
    if (o->bench == NULL) argp_error(state, "which bench?");
    if (o->is_sim && o->config != NULL) argp_error(state, "--config is a real deployment, --sim is none");
    if (o->is_sim && o->local == 0) o->local = 2;
    if ((o->local == 0) == (o->config == NULL)) argp_error(state, "give either --local, --sim or --config");
    if (o->local == 1) argp_error(state, "a computation has at least 2 parties");
    break;
  default: return ARGP_ERR_UNKNOWN;
  }
  return 0;
}

/* The benches, after the options. */
static char *list_benches(int key, const char *text, void *input) {
  (void)input;
  if (key != ARGP_KEY_HELP_POST_DOC) return (char *)(uintptr_t)text;
  char *list = NULL;
  size_t len;
  FILE *f = open_memstream(&list, &len);
  if (f == NULL) return NULL;
  fputs("Benches:\n", f);
  for (size_t i = 0; job_at(i) != NULL; i++) fprintf(f, "  %-10s %s\n", job_at(i)->name, job_at(i)->what);
  fclose(f);
  return list;
}

static void print_version(FILE *out, struct argp_state *state) {
  (void)state;
  fprintf(out, "smpc-bench (libmpc) %s\n", smpc_version());
}

int main(int argc, char **argv) {
  static const struct argp argp = {choices, parse, "NAME",
                                   "Measure what secure computation costs on these machines.\v ", NULL, list_benches, NULL};
  struct options o = {.party = -1, .n = 1000000, .rows = 1000, .cols = 1000, .inner = 1000, .repeat = 5, .timeout_s = 60,
                      .k = 4, .scratch = ".", .batch = 100, .epochs = 1, .source = SMPC_DEALER};
  argp_err_exit_status = 1;
  argp_program_version_hook = print_version;
  if (argp_parse(&argp, argc, argv, 0, NULL, &o) != 0) return 1;
  return deploy(&o);
}
