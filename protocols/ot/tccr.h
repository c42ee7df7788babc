/* tccr.h - the hash that turns correlated strings into independent ones.
 *
 * H(i, x) = pi(pi(x) + i) + pi(x)  [GKWY20], pi AES-128 under a fixed key that is
 * drawn for the session: tweakable circular correlation robust in the ideal-
 * cipher model, so fit for both security levels.  A tweak i is used once for
 * each Delta: instance, direction and transfer number make it unique. */
#ifndef SMPI_TCCR_H
#define SMPI_TCCR_H

#include "math/aes.h"
#include "session/session.h"

struct smpi_tccr { struct smpi_aes_key key; }; /* of pi: public */

/* pi's key is derived from the session id and the instance: the same at all
 * members.  SMPC_E_NOMEM. */
smpc_err smpi_tccr_open(struct smpi_tccr **h, struct smpc_session *s, uint32_t instance);
void smpi_tccr_close(struct smpi_tccr *h); /* NULL is allowed */

/* Where a hash is used, apart from the transfer number: different tweaks for
 * different (instance, sender, receiver, use). */
struct smpi_tweak { uint32_t instance; uint8_t sender, receiver; uint16_t use; };

/* y[j] = H((tweak, first + j), x[j] + shift); y may be x.  shift may be NULL (zero). */
void smpi_tccr(const struct smpi_tccr *h, blk *y, const blk *x, size_t n, const blk *shift, struct smpi_tweak tweak,
               uint64_t first);

/* One call of pi: y[j] = pi(z) + z, z = x[j] + shift + (tweak, first + j).  Only
 * for semi-honest use, and only where the x[j] are random to whoever lacks the
 * shift; tccr.c argues why. */
void smpi_tccr_random_x(const struct smpi_tccr *h, blk *y, const blk *x, size_t n, const blk *shift,
                        struct smpi_tweak tweak, uint64_t first);

/* Where the one-call form applies pi: *x + (tweak, number).  For users that make many hashes of one string at
 * once (smpi_aes_sums_random_x()); what is said of smpi_tccr_random_x() holds. */
blk smpi_tccr_random_x_point(const blk *x, struct smpi_tweak tweak, uint64_t number);

#endif
