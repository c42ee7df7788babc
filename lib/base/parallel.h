/* parallel.h - one loop over all cores: for local work that is long and made of independent pieces.
 *
 * A session belongs to one thread, and stays so: helpers live within one call, see only what
 * the loop's context holds, and have ended when it returns.  Never the network, a session, its random
 * stream or its scratch from inside. */
#ifndef SMPI_PARALLEL_H
#define SMPI_PARALLEL_H

#include <stddef.h>

/* Pieces first .. first + n - 1; several at once, each piece in one. */
typedef void (*smpi_parallel_fn)(void *ctx, size_t first, size_t n);

enum { SMPI_PARALLEL_MOST = 64 }; /* LOCAL: threads */

/* Cores this process may run on, at most SMPI_PARALLEL_MOST. */
unsigned smpi_parallel_cores(void);

/* work() over 0 .. n - 1 by up to `threads` threads, the caller's among them, of `grain` pieces at least each;
 * alone where there is one, or where no thread can be had.  The stacks of those that end are wiped; the caller's is the
 * caller's business. */
void smpi_parallel(unsigned threads, size_t n, size_t grain, smpi_parallel_fn work, void *ctx);

#endif
