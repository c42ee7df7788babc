/* tails.h - tails of the distributions of test statistics, in doubles. */
#ifndef TAILS_H
#define TAILS_H

/* P(|T| >= |t|) of Student's distribution, df > 0; P(X >= x) of chi^2.  Relative error below 1e-10
 * down to 1e-300; NaN for what is no number. */
double t_tail(double t, double df);
double chi_square_tail(double x, double df);

#endif
