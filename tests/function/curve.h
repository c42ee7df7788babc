/* curve.h - run a function of shared numbers over a domain, with a dealer, and
 * hold every value against a bound. */
#ifndef CURVE_H
#define CURVE_H

#include <math.h>
#include <stdlib.h>

#include "../mul/joint.h"
#include "triple/triple.h"

struct curve {
  smpc_err (*op)(struct smpc_session *s, shr *z, shr *const in[], size_t n);
  void (*cost)(struct smpi_cost *c, size_t n);
  double (*exact)(double x, double a);
  double (*bound)(double x, double a, unsigned f); /* of the error */
  unsigned operands;                               /* x, then a */
  double worst, worst_at;                          /* error as a part of the bound, of all runs */
};

static inline int64_t curve_fixed(double v, unsigned f) { return (int64_t)llround(ldexp(v, (int)f)); }

/* At ring elements x[n] (and a[n]). */
static inline void curve_check(struct curve *c, unsigned parties, unsigned f, const int64_t *x, const int64_t *a, size_t n) {
  struct joint j = {.parties = parties, .n = n, .op = c->op, .cost = c->cost, .operands = c->operands, .frac_bits = f,
                    .in_place = n % 2};
  const uint64_t *clear[] = {(const uint64_t *)x, (const uint64_t *)a};
  joint_run(&j, clear);
  for (size_t i = 0; i < n; i++) {
    double at = ldexp((double)x[i], -(int)f), by = a != NULL ? ldexp((double)a[i], -(int)f) : 1;
    double got = ldexp((double)(int64_t)shares_sum(&j.z, i), -(int)f), want = c->exact(at, by);
    double part = fabs(got - want) / c->bound(at, by, f);
    if (!(part <= c->worst)) c->worst = part, c->worst_at = at;
    if (!(part <= 1)) fail_msg("f = %u, at %.9g (%.9g): %.9g instead of %.9g", f, at, by, got, want);
  }
  joint_end(&j);
}

/* At n points from lo to hi, both included. */
static inline void curve_sweep(struct curve *c, unsigned parties, unsigned f, double lo, double hi, size_t n) {
  int64_t *x = calloc(n, sizeof *x);
  for (size_t i = 0; i < n; i++) x[i] = curve_fixed(lo + (hi - lo) * (double)i / (double)(n - 1), f);
  curve_check(c, parties, f, x, NULL, n);
  free(x);
}

#endif
