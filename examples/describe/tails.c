/* tails.c - see tails.h.  The regularised incomplete beta and gamma functions by their
 * continued fractions and series [DLMF10]: 8.17.22, 8.9.2, 8.11.4. */
#include "tails.h"

#include <math.h>

enum { MOST_TERMS = 10000 };
static const double enough = 1e-15, tiny = 1e-300;

/* b0 + a1/(b1 + a2/(b2 + ...)) by the modified Lentz algorithm: one term more. */
struct fraction { double c, d, value; };

static void begin(struct fraction *f, double b0) {
  *f = (struct fraction){fabs(b0) < tiny ? tiny : b0, 0, fabs(b0) < tiny ? tiny : b0};
}

static double term(struct fraction *f, double a, double b) {
  f->d = b + a * f->d;
  if (fabs(f->d) < tiny) f->d = tiny;
  f->c = b + a / f->c;
  if (fabs(f->c) < tiny) f->c = tiny;
  f->d = 1 / f->d;
  f->value *= f->c * f->d;
  return fabs(f->c * f->d - 1);
}

/* log of Gamma(a + 1/2) / Gamma(a): where two logarithms would cancel, by its series [DLMF10] 5.11.13. */
static double log_half_step(double a) {
  if (a < 100) return lgamma(a + 0.5) - lgamma(a);
  return log(a) / 2 - 1 / (8 * a) + 1 / (192 * a * a * a);
}

/* x^a (1 - x)^b / B(a, b) given, and I_x(a, b) for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x, double front) {
  struct fraction f;
  begin(&f, 1);
  for (int m = 0; m < MOST_TERMS; m++) {
    double k = m, odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1));
    (void)term(&f, odd, 1);
    k++;
    if (term(&f, k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k)), 1) < enough) break;
  }
  return front / (a * f.value);
}

double t_tail(double t, double df) {
  if (!(df > 0) || isnan(t)) return NAN;
  double square = t * t, a = df / 2, x = df / (df + square), y = square / (df + square);
  if (isinf(square)) return 0;
  double front = exp(log_half_step(a) - a * log1p(square / df) + log(y) / 2) / sqrt(M_PI);
  if (x < (a + 1) / (a + 2.5)) return beta_fraction(a, 0.5, x, front);
  return 1 - beta_fraction(0.5, a, y, front);
}

/* P(a, x) for small x */
static double gamma_series(double a, double x) {
  double one = 1 / a, sum = one;
  for (int n = 1; n < MOST_TERMS && one > sum * enough; n++) sum += one *= x / (a + n);
  return sum * exp(a * log(x) - x - lgamma(a));
}

/* Q(a, x) for large x */
static double gamma_fraction(double a, double x) {
  struct fraction f;
  begin(&f, x + 1 - a);
  for (int n = 1; n < MOST_TERMS; n++)
    if (term(&f, -n * (n - a), x + 2 * n + 1 - a) < enough) break;
  return exp(a * log(x) - x - lgamma(a)) / f.value;
}

double chi_square_tail(double x, double df) {
  if (!(df > 0) || !(x >= 0)) return NAN;
  if (x == 0) return 1;
  return x / 2 < df / 2 + 1 ? 1 - gamma_series(df / 2, x / 2) : gamma_fraction(df / 2, x / 2);
}
