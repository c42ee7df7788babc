/* figures.c - what all parties measured, as one line. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/cpu.h"
#include "bench.h"
#include "session/session.h"

void add_extra(struct bench *b, const char *name, double value) {
  if (b->extras == MAX_EXTRA) return;
  b->extra[b->extras].name = name;
  b->extra[b->extras++].value = value;
}

/* Seconds this process has computed, in all threads. */
static double processor_clock(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void begin_online(struct bench *b, size_t i) {
  b->f.cpu[i] = -processor_clock();
  b->f.begin[i] = b->now(b);
}

void end_online(struct bench *b, size_t i) {
  b->f.end[i] = b->now(b);
  b->f.cpu[i] += processor_clock();
  b->f.seconds[i] = b->f.end[i] - b->f.begin[i];
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double median(double *v, size_t n) {
  if (n == 0) return 0;
  qsort(v, n, sizeof *v, by_value);
  return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* --- gathering ---------------------------------------------------------------- */

static void put_figures(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)peer;
  memcpy(buf, (const uint8_t *)ctx + off, len);
}

static void raise(double *to, double v) {
  if (v > *to) *to = v;
}

/* Peers run the same build on the same kind of machine: a bench, not a protocol. */
static void worst(struct figures *f, const struct figures *g) {
  for (size_t i = 0; i < f->repeats; i++) {
    raise(&f->begin[i], g->begin[i]);
    raise(&f->end[i], g->end[i]);
    raise(&f->seconds[i], g->seconds[i]);
    raise(&f->offline[i], g->offline[i]);
    raise(&f->cpu[i], g->cpu[i]);
  }
  raise(&f->rounds, g->rounds);
  raise(&f->bytes, g->bytes);
  raise(&f->peak_rss, g->peak_rss);
}

/* A barrier lets parties go up to one latency apart.  Where all have one clock,
 * count from when the last was ready. */
static void count_from_last(struct figures *f) {
  for (size_t i = 0; i < f->repeats; i++) f->seconds[i] = f->end[i] - f->begin[i];
}

struct gathering { struct figures mine, all; };
_Static_assert(sizeof(struct figures) <= SMPI_CHUNK, "one chunk holds all figures of a party");

static void take_figures(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)peer;
  (void)off;
  struct figures theirs;
  if (len != sizeof theirs) return;
  memcpy(&theirs, buf, len);
  worst(&((struct gathering *)ctx)->all, &theirs);
}

/* --- printing ------------------------------------------------------------------- */

static void set_real(json_t *to, const char *name, double v) { json_object_set_new(to, name, json_real(v)); }
static void set_count(json_t *to, const char *name, double v) {
  json_object_set_new(to, name, json_integer((json_int_t)v));
}

/* What of the options decides the work of one kind of bench. */
static void set_options(json_t *to, const struct bench *b) {
  const struct options *o = b->o;
  bool is_matmul = strcmp(o->bench, "matmul") == 0, is_logreg = strcmp(o->bench, "logreg") == 0;
  const char *source = b->cfg->source == SMPC_OT ? "ot" : b->cfg->source == SMPC_PAILLIER ? "paillier" : "dealer";
  if (find_job(o->bench)->needs_source) json_object_set_new(to, "source", json_string(source));
  if (is_matmul || is_logreg) set_count(to, "rows", (double)o->rows);
  if (is_matmul) set_count(to, "inner", (double)o->inner);
  if (is_matmul || is_logreg) set_count(to, "cols", (double)o->cols);
  if (is_logreg) set_count(to, "batch", (double)o->batch);
  if (is_logreg) set_count(to, "epochs", o->epochs);
}

static void set_parameters(json_t *to, const struct bench *b) {
  const struct options *o = b->o;
  json_object_set_new(to, "bench", json_string(o->bench));
  json_object_set_new(to, "mode", json_string(o->is_sim ? "sim" : o->local != 0 ? "local" : "deployed"));
  set_count(to, "parties", smpi_parties(b->s));
  set_count(to, "n", (double)o->n);
  set_count(to, "repeat", o->repeat);
  set_options(to, b);
  if (o->is_sim) {
    set_real(to, "rtt_ms", o->rtt_ms);
    set_real(to, "mbit_per_s", o->mbit_per_s);
  }
}

static json_t *as_json(const struct bench *b) {
  struct figures f = b->f;
  json_t *to = json_object();
  set_parameters(to, b);
  set_real(to, "seconds", median(f.seconds, f.repeats)); /* sorts */
  set_real(to, "seconds_min", f.repeats == 0 ? 0 : f.seconds[0]);
  set_real(to, "seconds_max", f.repeats == 0 ? 0 : f.seconds[f.repeats - 1]);
  set_real(to, "seconds_offline", median(f.offline, f.repeats));
  if (!b->o->is_sim) set_real(to, "cpu_seconds", median(f.cpu, f.repeats));
  set_count(to, "rounds", f.rounds);
  set_count(to, "bytes_sent", f.bytes);
  set_count(to, "peak_rss_bytes", f.peak_rss);
  json_object_set_new(to, "cpu", json_string(smpi_cpu_name()));
  for (size_t i = 0; i < b->extras; i++) set_real(to, b->extra[i].name, b->extra[i].value);
  return to;
}

static smpc_err print(const struct bench *b) {
  json_t *json = as_json(b);
  const char *key;
  json_t *value;
  if (!b->o->json)
    json_object_foreach(json, key, value) {
      char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(5));
      printf("%-20s %s\n", key, text);
      free(text);
    }
  char *line = json_dumps(json, JSON_REAL_PRECISION(6));
  if (line != NULL) puts(line);
  bool good = line != NULL && fflush(stdout) == 0;
  free(line);
  json_decref(json);
  return good ? SMPC_OK : SMPC_E_FILE;
}

smpc_err report(struct bench *b) {
  struct rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) == 0) b->f.peak_rss = (double)usage.ru_maxrss * 1024;
  struct gathering g = {b->f, b->f};
  smpc_err err = smpi_exchange_all(b->s, sizeof g.mine, put_figures, take_figures, &g);
  b->f = g.all;
  if (b->o->local != 0) count_from_last(&b->f);
  if (err == SMPC_OK && smpi_is_first(b->s)) err = print(b);
  return err;
}
