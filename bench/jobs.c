/* jobs.c - the benches of operations: make operands, prepare, work, n times. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "math/matrix.h"
#include "session/session.h"

static const char PURPOSE[] = "benchmark";

struct operands { smpc_shared *x, *y; };

/* One bench: its operands, and the operation that is timed. */
struct work {
  void (*make)(smpc_session *s, const struct bench *b, struct operands *in);
  smpc_shared *(*operate)(smpc_session *s, const struct bench *b, const struct operands *in);
};

/* --- values ------------------------------------------------------------------- */

/* n numbers below 2^61 that the owner contributes; NULL elsewhere. */
static int64_t *own_values(const struct bench *b, unsigned owner, size_t n) {
  if (smpi_me(b->s) != owner) return NULL;
  int64_t *v = malloc((n + (n == 0)) * sizeof *v);
  if (v == NULL) return NULL;
  for (size_t i = 0; i < n; i++) v[i] = (int64_t)(i * UINT64_C(0x9e3779b97f4a7c15) >> 3) - (INT64_C(1) << 60);
  return v;
}

static smpc_shared *input(smpc_session *s, const struct bench *b, unsigned rank, size_t rows, size_t cols) {
  unsigned owner = smpi_member_of_rank(b->s, rank);
  int64_t *v = s == b->s ? own_values(b, owner, rows * cols) : NULL; /* a dry run reads nothing */
  smpc_shared *x = smpc_input_i64(s, smpc_p(owner), v, (smpc_shape){rows, cols});
  free(v);
  return x;
}

static void make_vectors(smpc_session *s, const struct bench *b, struct operands *in) {
  in->x = input(s, b, 0, b->o->n, 1);
  in->y = input(s, b, 1, b->o->n, 1);
}

static void make_matrices(smpc_session *s, const struct bench *b, struct operands *in) {
  in->x = input(s, b, 0, b->o->rows, b->o->inner);
  in->y = input(s, b, 1, b->o->inner, b->o->cols);
}

static void make_nothing(smpc_session *s, const struct bench *b, struct operands *in) {
  (void)s;
  (void)b;
  (void)in;
}

/* --- operations ------------------------------------------------------------------ */

static smpc_shared *multiply(smpc_session *s, const struct bench *b, const struct operands *in) {
  (void)b;
  return smpc_mul(s, in->x, in->y);
}
static smpc_shared *compare(smpc_session *s, const struct bench *b, const struct operands *in) {
  (void)b;
  return smpc_less(s, in->x, in->y);
}
static smpc_shared *multiply_matrices(smpc_session *s, const struct bench *b, const struct operands *in) {
  (void)b;
  return smpc_matmul(s, in->x, in->y);
}
static smpc_shared *share(smpc_session *s, const struct bench *b, const struct operands *in) {
  (void)in;
  return input(s, b, 0, b->o->n, 1);
}

/* Add, and open to all computing parties. */
static smpc_shared *add_and_open(smpc_session *s, const struct bench *b, const struct operands *in) {
  smpc_who all = {0};
  for (unsigned i = 0; i < smpi_parties(b->s); i++) all = smpc_and(all, smpc_p(smpi_member_of_rank(b->s, i)));
  int64_t *out = malloc((b->o->n + 1) * sizeof *out);
  smpc_shared *z = smpc_add(s, in->x, in->y);
  if (out == NULL) (void)smpi_fail(s, SMPC_E_NOMEM, -1, "no memory for the opened values");
  (void)!smpc_open_i64(s, z, all, PURPOSE, out, out == NULL ? 0 : b->o->n); /* the error is sticky */
  free(out);
  return z;
}

/* --- running ------------------------------------------------------------------------ */

struct dry { const struct bench *b; const struct work *w; };

static void drop(smpc_session *s, struct operands *in) {
  smpc_shared_free(s, in->x);
  smpc_shared_free(s, in->y);
  memset(in, 0, sizeof *in);
}

/* The same once more, for smpc_preprocess() to count. */
static void dry_program(smpc_session *s, void *user) {
  const struct dry *d = user;
  struct operands in = {0};
  d->w->make(s, d->b, &in);
  smpc_shared_free(s, d->w->operate(s, d->b, &in));
  drop(s, &in);
}

static smpc_err once(struct bench *b, const struct work *w, size_t i) {
  smpc_err err = SMPC_OK;
  struct operands in = {0};
  struct dry d = {b, w};
  uint64_t earlier = smpi_spent(b->s).offline_bytes;
  double t0 = b->now(b);
  if (smpi_dealer(b->s) >= 0 || smpi_source_of(b->s) != SMPC_DEALER) TRY(smpc_preprocess(b->s, dry_program, &d));
  double t1 = b->now(b);
  w->make(b->s, b, &in);
  TRY(barrier(b));
  struct smpi_cost before = smpi_spent(b->s);
  b->f.offline_bytes = (double)(before.offline_bytes - earlier);
  begin_online(b, i);
  smpc_shared *z = w->operate(b->s, b, &in);
  end_online(b, i);
  struct smpi_cost after = smpi_spent(b->s);
  b->f.offline[i] = t1 - t0;
  b->f.rounds = (double)(after.rounds - before.rounds);
  b->f.bytes = (double)(after.bytes - before.bytes);
  smpc_shared_free(b->s, z);
  err = smpi_status(b->s);
out:
  drop(b->s, &in);
  return err;
}

static smpc_err run_work(struct bench *b, const struct work *w) {
  smpc_err err = SMPC_OK;
  for (size_t i = 0; i < b->o->repeat; i++) TRY(once(b, w, i));
  b->f.repeats = b->o->repeat;
out:
  return err;
}

static double typical(const struct bench *b) {
  struct figures f = b->f;
  return median(f.seconds, f.repeats);
}

/* --- the benches -------------------------------------------------------------------- */

/* What `items` cost with their correlated randomness, which this party helped to make. */
static void add_whole(struct bench *b, double items) {
  struct figures f = b->f;
  double offline = median(f.offline, f.repeats), online = median(f.seconds, f.repeats);
  if (smpi_source_of(b->s) == SMPC_DEALER) return;
  add_extra(b, "whole_per_second", items / (offline + online));
  add_extra(b, "whole_bytes_each", (b->f.bytes + b->f.offline_bytes) / items);
  add_extra(b, "offline_bytes_each", b->f.offline_bytes / items);
}

/* Each repeat has the bare exchange of as many bytes just before it: their quotient is then of one moment. */
static smpc_err run_mul(struct bench *b) {
  static const struct work w = {make_vectors, multiply};
  double bare[MAX_REPEAT], quotient[MAX_REPEAT];
  size_t repeats = b->f.repeats = b->o->repeat;
  smpc_err err = SMPC_OK;
  for (size_t i = 0; i < repeats; i++) {
    TRY(time_duplex(b, 16 * b->o->n, &bare[i]));
    TRY(once(b, &w, i));
    quotient[i] = bare[i] / b->f.seconds[i];
  }
  add_extra(b, "per_second", (double)b->o->n / typical(b));
  add_extra(b, "duplex_bytes_per_second", 16 * (double)b->o->n / median(bare, repeats));
  add_extra(b, "duplex_ratio", median(quotient, repeats));
out:
  return err;
}

static smpc_err run_less(struct bench *b) {
  static const struct work w = {make_vectors, compare};
  smpc_err err = run_work(b, &w);
  if (err != SMPC_OK) return err;
  add_extra(b, "per_second", (double)b->o->n / typical(b));
  add_extra(b, "bytes_each", b->f.bytes / (double)b->o->n);
  add_whole(b, (double)b->o->n);
  return SMPC_OK;
}

/* Seconds of the same product in the clear, on this core; 0: no memory. */
static double plain_product(const struct bench *b) {
  const struct options *o = b->o;
  uint64_t *x = malloc(o->rows * o->inner * 8), *y = malloc(o->inner * o->cols * 8), *z = malloc(o->rows * o->cols * 8);
  double seconds = 0;
  if (x != NULL && y != NULL && z != NULL) {
    for (size_t i = 0; i < o->rows * o->inner; i++) x[i] = i * UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = 0; i < o->inner * o->cols; i++) y[i] = i * UINT64_C(0xbf58476d1ce4e5b9);
    memset(z, 1, o->rows * o->cols * 8);
    double t = b->now(b);
    smpi_matrix_mul_add(z, x, y, o->rows, o->inner, o->cols);
    seconds = b->now(b) - t;
  }
  free(x);
  free(y);
  free(z);
  return seconds;
}

/* Each repeat has the product in the clear just before it, at every party at once as the real work is. */
static smpc_err run_matmul(struct bench *b) {
  static const struct work w = {make_matrices, multiply_matrices};
  double plain[MAX_REPEAT], quotient[MAX_REPEAT];
  size_t repeats = b->f.repeats = b->o->repeat;
  smpc_err err = SMPC_OK;
  for (size_t i = 0; i < repeats; i++) {
    TRY(barrier(b));
    plain[i] = b->o->is_sim ? 0 : plain_product(b);
    TRY(once(b, &w, i));
    quotient[i] = plain[i] > 0 ? b->f.seconds[i] / plain[i] : 0;
  }
  add_extra(b, "plain_seconds", median(plain, repeats));
  if (!b->o->is_sim) add_extra(b, "plain_ratio", median(quotient, repeats));
  add_whole(b, (double)b->o->rows * (double)b->o->inner * (double)b->o->cols);
out:
  return err;
}

static smpc_err run_input(struct bench *b) {
  static const struct work w = {make_nothing, share};
  smpc_err err = run_work(b, &w);
  if (err == SMPC_OK && !b->o->is_sim) add_extra(b, "per_second", (double)b->o->n / typical(b));
  return err;
}

static smpc_err run_open(struct bench *b) {
  static const struct work w = {make_vectors, add_and_open};
  smpc_err err = run_work(b, &w);
  if (err == SMPC_OK) add_extra(b, "per_second", (double)b->o->n / typical(b));
  return err;
}

static const struct job jobs[] = {
    {"link", "round trip and bulk of one secure link, beside plain TCP and the cipher alone", run_link, false},
    {"mul", "products of shared vectors", run_mul, true},
    {"less", "comparisons of shared vectors", run_less, true},
    {"matmul", "product of shared matrices", run_matmul, true},
    {"logreg", "gradient descent of a logistic regression, rows shared before", run_logreg, true},
    {"triples", "making multiplication triples", run_triples, true},
    {"bits", "making bit triples", run_bits, true},
    {"dabits", "making daBits", run_dabits, true},
    {"edabits", "making edaBits", run_edabits, true},
    {"truncs", "making truncation tuples", run_truncs, true},
    {"input", "sharing one party's vector", run_input, false},
    {"open", "sum of two shared vectors, opened to all computing parties", run_open, false},
    {"estimate", "counting what a program would cost, without network", run_estimate, true},
    {"cot", "correlated oblivious transfers, random choices", run_cot, false},
    {"rot", "random oblivious transfers, hashed", run_rot, false},
    {"vole", "silent VOLE over GF(2^128) from the first party to the second, base transfers included", run_vole, false},
    {"okvs", "oblivious key-value store: encoding and decoding, without network", run_okvs, false},
    {"journal", "entries of a journal: written to disk one by one, and verified; without network", run_journal, false},
    {"psi", "intersection of all parties' sets by OPRF from VOLE, 128-bit items, to the first party", run_psi, false},
    {"psi-ecdh", "the same by commutative blinding", run_psi_ecdh, false},
    {"psi-join", "the join of all parties' sets: matched rows in shares", run_psi_join, false},
    {"psi-sum", "the same with a column of each, their sums and a minimum of 10", run_psi_sum, true},
    {"psi-distinct", "how many different items all parties hold together", run_psi_distinct, true},
};

const struct job *job_at(size_t i) { return i < sizeof jobs / sizeof *jobs ? &jobs[i] : NULL; }

const struct job *find_job(const char *name) {
  for (size_t i = 0; job_at(i) != NULL; i++)
    if (strcmp(job_at(i)->name, name) == 0) return job_at(i);
  return NULL;
}
