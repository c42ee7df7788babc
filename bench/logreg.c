/* logreg.c - bench of a logistic regression by mini-batch gradient descent, the
 * comparison that the literature makes.
 *
 * Rows x columns and the outcomes are shared before the clock starts; then for every
 * batch w := w - (rate / batch) X' (sigmoid(X w) - y).  The result stays shared.
 * `seconds` and `offline` are of the online and the offline part; extra figures add
 * them up, with the bytes of all parties together. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "session/session.h"

struct logreg {
  const struct bench *b;
  smpc_shared *x, *y, *w;
};

/* Repeatable numbers in [-1, 1): rows from the first party, outcomes from the second. */
static smpc_shared *input(smpc_session *s, const struct bench *b, unsigned rank, size_t rows, size_t cols, bool is_outcome) {
  unsigned owner = smpi_member_of_rank(b->s, rank);
  double *v = s == b->s && smpi_me(b->s) == owner ? malloc(rows * cols * sizeof *v) : NULL;
  uint64_t state = 1;
  for (size_t i = 0; v != NULL && i < rows * cols; i++) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    double u = (double)(state >> 11) * 0x1p-52 - 1;
    v[i] = is_outcome ? u > 0 : u;
  }
  smpc_shared *x = smpc_input(s, smpc_p(owner), v, (smpc_shape){rows, cols});
  free(v);
  return x;
}

static void share(smpc_session *s, struct logreg *r) {
  const struct options *o = r->b->o;
  double *zeros = calloc(o->cols, sizeof *zeros);
  r->x = input(s, r->b, 0, o->rows, o->cols, false);
  r->y = input(s, r->b, 1, o->rows, 1, true);
  r->w = smpc_constant(s, zeros, (smpc_shape){o->cols, 1});
  free(zeros);
}

/* The largest power of two not above 1 / n: exact in fixed point. */
static double rate(size_t n) {
  double r = 1;
  while (r * (double)n > 1) r /= 2;
  return r;
}

static void descend(smpc_session *s, struct logreg *r, size_t first, size_t n) {
  const struct options *o = r->b->o;
  smpc_shared *x = smpc_slice(s, r->x, first, 0, (smpc_shape){n, o->cols}), *xt = smpc_transpose(s, x);
  smpc_shared *y = smpc_slice(s, r->y, first, 0, (smpc_shape){n, 1}), *old = r->w;
  smpc_shared *eta = smpc_matmul(s, x, old);
  smpc_shared *mu = smpc_logistic(s, eta, o->is_fine ? SMPC_LOGISTIC_FINE : SMPC_LOGISTIC_COARSE);
  smpc_shared *error = smpc_sub(s, mu, y), *gradient = smpc_matmul(s, xt, error);
  smpc_shared *step = smpc_scale(s, rate(n), gradient, 0);
  r->w = smpc_sub(s, old, step);
  smpc_shared *all[] = {x, xt, y, old, eta, mu, error, gradient, step};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) smpc_shared_free(s, all[i]);
}

static void train(smpc_session *s, struct logreg *r) {
  const struct options *o = r->b->o;
  for (unsigned e = 0; e < o->epochs; e++)
    for (size_t i = 0; i < o->rows; i += o->batch) descend(s, r, i, o->rows - i < o->batch ? o->rows - i : o->batch);
}

static void drop(smpc_session *s, struct logreg *r) {
  smpc_shared_free(s, r->x);
  smpc_shared_free(s, r->y);
  smpc_shared_free(s, r->w);
}

/* All of it once more, for smpc_preprocess() to count. */
static void dry_program(smpc_session *s, void *user) {
  struct logreg r = {.b = user};
  share(s, &r);
  train(s, &r);
  drop(s, &r);
}

static smpc_err once(struct bench *b, size_t i) {
  struct logreg r = {.b = b};
  share(b->s, &r);
  smpc_err err = barrier(b);
  uint64_t earlier = smpi_spent(b->s).offline_bytes;
  double t0 = b->now(b);
  if (err == SMPC_OK) err = smpc_preprocess(b->s, dry_program, b);
  if (err == SMPC_OK) err = barrier(b); /* the party that the dealer corrects is later */
  b->f.offline[i] = b->now(b) - t0;
  struct smpi_cost before = smpi_spent(b->s);
  if (err == SMPC_OK) err = barrier(b);
  begin_online(b, i);
  train(b->s, &r);
  end_online(b, i);
  struct smpi_cost after = smpi_spent(b->s);
  b->f.offline_bytes = (double)(before.offline_bytes - earlier);
  b->f.rounds = (double)(after.rounds - before.rounds);
  b->f.bytes = (double)(after.bytes - before.bytes);
  drop(b->s, &r);
  return err == SMPC_OK ? smpi_status(b->s) : err;
}

static void put_bytes(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)peer, (void)off;
  memcpy(buf, ctx, len);
}
static void add_bytes(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  double theirs;
  (void)peer, (void)off;
  if (len != sizeof theirs) return;
  memcpy(&theirs, buf, len);
  ((double *)ctx)[1] += theirs;
}

/* What all parties sent offline: an owner of data sends more. */
static smpc_err sum_offline(struct bench *b, double *sum) {
  double both[2] = {b->f.offline_bytes, b->f.offline_bytes}; /* mine, of all */
  smpc_err err = smpi_exchange_all(b->s, sizeof both[0], put_bytes, add_bytes, both);
  *sum = both[1];
  return err;
}

smpc_err run_logreg(struct bench *b) {
  smpc_cost cost;
  struct bench counted = *b; /* the dry run reads no data */
  smpc_err err = smpc_estimate(b->cfg, dry_program, &counted, &cost);
  for (size_t i = 0; i < b->o->repeat && err == SMPC_OK; i++) err = once(b, i);
  if (err != SMPC_OK) return err;
  b->f.repeats = b->o->repeat;
  struct figures f = b->f;
  bool has_dealer = smpi_dealer(b->s) >= 0;
  double parties = smpi_parties(b->s), offline;
  err = sum_offline(b, &offline);
  add_extra(b, "seconds_in_all", median(f.seconds, f.repeats) + median(f.offline, f.repeats));
  add_extra(b, "bytes_of_all", parties * b->f.bytes + (has_dealer ? (double)cost.offline_bytes : offline));
  add_extra(b, "sigmoid_is_fine", b->o->is_fine);
  return err;
}
