/* test_laplace.c - discrete Laplace noise: its distribution, what the two approximations
 * cost, and that no party's share says anything. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "noise/laplace.h"
#include "support/parties.h"
#include "support/stats.h"

static const double epsilons[] = {1.0 / 4096, 0.01, 0.1, 0.5, 1, 1.7, 2.5, 3};
enum { EPSILONS = sizeof epsilons / sizeof *epsilons };

/* --- the pure halves --------------------------------------------------------------- */

static double ideal(double epsilon, int64_t x) {
  double a = exp(-epsilon);
  return (1 - a) / (1 + a) * exp(-epsilon * (double)llabs(x));
}

/* The probability of bit i, as the thresholds give it. */
static double chance(uint64_t threshold) {
  return ldexp((double)((UINT64_C(1) << SMPI_NOISE_BITS) - 1 - threshold), -SMPI_NOISE_BITS);
}

/* Of a random number below 2^k, exactly P are above the threshold. */
static void bits_are_as_likely_as_stated(void **state) {
  (void)state;
  for (unsigned e = 0; e < EPSILONS; e++) {
    uint64_t c[SMPI_NOISE_MAX_BITS];
    unsigned bits = smpi_laplace_bits(epsilons[e]);
    smpi_laplace_thresholds(c, bits, epsilons[e]);
    assert_true(bits <= SMPI_NOISE_MAX_BITS);
    assert_true(epsilons[e] * (ldexp(1, (int)bits) - 1) >= SMPI_NOISE_TAIL * log(2)); /* the tail that is cut */
    for (unsigned i = 0; i < bits; i++) {
      double p = 1 / (1 + exp(epsilons[e] * ldexp(1, (int)i)));
      assert_true(fabs(chance(c[i]) - p) <= ldexp(1, -SMPI_NOISE_BITS - 1));
      assert_true(c[i] < UINT64_C(1) << SMPI_NOISE_BITS);
    }
  }
}

/* Pr[G - H = x] for 0 <= x < 2^B with the rounded probabilities of bits. */
static long double *distribution(double epsilon, unsigned bits) {
  uint64_t c[SMPI_NOISE_MAX_BITS];
  size_t n = (size_t)1 << bits;
  long double *g = calloc(n, sizeof *g), *p = calloc(n + 1, sizeof *p);
  smpi_laplace_thresholds(c, bits, epsilon);
  for (size_t v = 0; v < n; v++) {
    g[v] = 1;
    for (unsigned i = 0; i < bits; i++) g[v] *= v >> i & 1 ? (long double)chance(c[i]) : 1 - (long double)chance(c[i]);
  }
  for (size_t x = 0; x < n; x++)
    for (size_t h = 0; h + x < n; h++) p[x] += g[h] * g[h + x];
  free(g);
  return p;
}

static void the_distance_is_the_stated_one(void **state) {
  (void)state;
  for (unsigned e = 2; e < EPSILONS; e++) {
    unsigned bits = smpi_laplace_bits(epsilons[e]);
    long double *p = distribution(epsilons[e], bits), distance = 0, beyond = 1;
    for (int64_t x = 0; x < INT64_C(1) << bits; x++) {
      long double want = ideal(epsilons[e], x);
      distance += (x == 0 ? 1 : 2) * fabsl(p[x] - want);
      beyond -= (x == 0 ? 1 : 2) * want;
    }
    distance = (distance + fabsl(beyond)) / 2;
    if (distance > 2 * ldexp(1, -SMPI_NOISE_TAIL) + 2 * bits * ldexp(1, -SMPI_NOISE_BITS - 1))
      fail_msg("epsilon %g: distance 2^%Lf", epsilons[e], log2l(distance));
    free(p);
  }
}

/* The least delta for a count that is one higher or lower: all x whose probability falls by more than e^epsilon. */
static long double least_delta(double epsilon, unsigned bits) {
  long double *p = distribution(epsilon, bits), up = 0, down = 0, e = expl(epsilon);
  int64_t last = (INT64_C(1) << bits) - 1;
  for (int64_t x = -last - 1; x <= last; x++) {
    long double here = x < -last ? 0 : p[llabs(x)], next = p[llabs(x + 1)]; /* p[last + 1] = 0 */
    up += fmaxl(0, here - e * next);
    down += fmaxl(0, next - e * here);
  }
  free(p);
  return fmaxl(up, down);
}

static void delta_is_below_the_stated_one(void **state) {
  (void)state;
  for (unsigned e = 2; e < EPSILONS; e++) {
    unsigned bits = smpi_laplace_bits(epsilons[e]);
    long double delta = least_delta(epsilons[e], bits);
    printf("# epsilon %g: delta 2^%.1Lf\n", epsilons[e], log2l(delta));
    assert_true(delta < ldexpl(1, -40));
    assert_true(least_delta(epsilons[e], bits - 2) > ldexpl(1, -40)); /* a control: a cut too early is seen */
  }
}

static void bits_make_the_number(void **state) {
  (void)state;
  enum { BITS = 3, N = 5, STRIDE = 64 };
  shr bit[2 * BITS * STRIDE] = {{0}}, x[N];
  for (unsigned g = 0; g < 8; g++)
    for (unsigned h = 0; h < 8; h++) {
      for (unsigned i = 0; i < BITS; i++)
        bit[2 * i * STRIDE + 3].v = g >> i & 1, bit[(2 * i + 1) * STRIDE + 3].v = h >> i & 1;
      smpi_laplace_combine(x, bit, BITS, STRIDE, N);
      assert_int_equal((int64_t)x[3].v, (int64_t)g - (int64_t)h);
      assert_int_equal(x[2].v, 0);
    }
}

/* --- the protocol ---------------------------------------------------------------------- */

struct drawn { struct shares x; double epsilon; smpc_source source; };

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct drawn *d = ctx;
  if (smpi_rank(s) >= 0) LET_FAIL(smpi_laplace(s, d->x.of[me], d->x.n, d->epsilon));
}

static void draw(struct drawn *d, unsigned parties, size_t n, double epsilon, uint64_t seed) {
  struct parties_result r;
  struct smpi_cost c = {.parties = parties};
  d->epsilon = epsilon;
  shares_new(&d->x, parties, n);
  parties_run_ok(&(struct parties){.n = parties, .dealer = true, .seed = seed}, body, d, &r);
  smpi_laplace_cost(&c, n, epsilon);
  assert_int_equal(r.spent[0].rounds, c.rounds);
  assert_int_equal(r.spent[0].bytes, c.bytes);
  for (int k = 0; k < 8; k++) assert_int_equal(r.spent[0].corr[k], c.corr[k]);
}

/* Pearson's chi-squared over -LIMIT .. LIMIT and what is beyond. */
static double chi2(const struct drawn *d, int limit, unsigned *degrees) {
  double sum = 0, rest = 1, n = (double)d->x.n;
  uint64_t *count = calloc((size_t)(2 * limit + 1), sizeof *count), beyond = 0;
  for (size_t i = 0; i < d->x.n; i++) {
    int64_t x = (int64_t)shares_sum(&d->x, i);
    if (llabs(x) <= limit) count[x + limit]++;
    else beyond++;
  }
  for (int x = -limit; x <= limit; x++) {
    double want = n * ideal(d->epsilon, x), off = (double)count[x + limit] - want;
    assert_true(want >= 5);
    sum += off * off / want;
    rest -= ideal(d->epsilon, x);
  }
  sum += ((double)beyond - n * rest) * ((double)beyond - n * rest) / (n * rest);
  *degrees = (unsigned)(2 * limit + 1);
  free(count);
  return sum;
}

/* A right distribution is called wrong with probability about 1e-9: the chi-squared of
 * k degrees is below k + 2 sqrt(k t) + 2 t but for e^-t (Laurent and Massart), t = 20.7. */
static void draws_follow_the_distribution(void **state) {
  (void)state;
  static const struct { double epsilon; int limit; unsigned parties; } run[] = {{0.5, 13, 3}, {1, 7, 2}, {0.1, 40, 2}};
  for (unsigned i = 0; i < 3; i++) {
    struct drawn d;
    unsigned k;
    draw(&d, run[i].parties, 20000, run[i].epsilon, 5 + i);
    double x = chi2(&d, run[i].limit, &k), t = 20.7;
    printf("# epsilon %g: chi-squared %.1f, %u degrees\n", run[i].epsilon, x, k);
    if (x > k + 2 * sqrt(k * t) + 2 * t) fail_msg("epsilon %g: chi-squared %.1f of %u degrees", run[i].epsilon, x, k);
    d.epsilon *= 1.2; /* a control: another epsilon is found out */
    assert_true(chi2(&d, run[i].limit - 4, &k) > k + 2 * sqrt(k * t) + 2 * t);
    shares_free(&d.x);
  }
}

/* P - 1 parties' shares are uniform: nobody knows the noise. */
static void shares_are_uniform(void **state) {
  (void)state;
  struct drawn d;
  draw(&d, 3, 4096, 1, 77);
  for (unsigned p = 0; p < 3; p++) {
    struct stats st = {{0}};
    stats_add(&st, (const uint8_t *)d.x.of[p], 4096 * sizeof(shr));
    assert_true(stats_bytes_are_uniform(&st));
    assert_true(stats_bits_are_balanced(&st, NULL));
  }
  shares_free(&d.x);
}

static void any_number_of_draws(void **state) {
  (void)state;
  static const size_t size[] = {0, 1, 63, 64, 65, 16384 + 1};
  for (unsigned i = 0; i < 6; i++) {
    struct drawn d;
    draw(&d, 2, size[i], 3, i);
    for (size_t k = 0; k < size[i]; k++) assert_true(llabs((int64_t)shares_sum(&d.x, k)) < 1 << smpi_laplace_bits(3));
    shares_free(&d.x);
  }
}

static void refused_body(struct smpc_session *s, unsigned me, void *ctx) {
  smpc_err *err = ctx;
  shr x[4];
  memset(x, 1, sizeof x);
  err[me] = smpi_laplace(s, x, 4, 3.1);
  for (int i = 0; i < 4; i++) err[me] = x[i].v == 0 ? err[me] : SMPC_E_BUG;
}

static void an_epsilon_out_of_range_is_refused(void **state) {
  (void)state;
  smpc_err err[2];
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .source = SMPC_OT, .seed = 3}, refused_body, err, &r);
  assert_int_equal(err[0], SMPC_E_ARG);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(bits_are_as_likely_as_stated),
      T(the_distance_is_the_stated_one),
      T(delta_is_below_the_stated_one),
      T(bits_make_the_number),
      T(draws_follow_the_distribution),
      T(shares_are_uniform),
      T(any_number_of_draws),
      T(an_epsilon_out_of_range_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
