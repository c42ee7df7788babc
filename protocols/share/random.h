/* random.h - shared values that nobody knows. */
#ifndef SMPI_RANDOM_H
#define SMPI_RANDOM_H

#include "session/session.h"

/* x := a sharing of n uniform ring elements (or words of uniform bits: the two
 * are the same words); each party draws its own shares.  0 rounds.
 * Safe against up to P-1 of P parties: one honest share is uniform.
 *   error x is wiped; the session's first fault */
smpc_err smpi_random(struct smpc_session *s, shr *x, size_t n);

#endif
