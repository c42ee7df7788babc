/* equal.h - equality of shared vectors. */
#ifndef SMPI_EQUAL_H
#define SMPI_EQUAL_H

#include "session/agreed.h"
#include "session/session.h"

/* Vectors longer than SMPI_BLOCK are worked on in blocks of so many numbers, each
 * with the stated rounds (session/agreed.h). */

/* z := x == y ? 1 : 0, elementwise, for any n ring elements.
 *   in    x[n], y[n]   this party's shares (by sum)
 *   out   z[n]         fresh shares of 0 or 1; may be x or y
 *   uses  for each 64 numbers: 1 EDABIT, 63 BIT_TRIPLE, 1 DABIT
 *   cost  8 openings: 8 rounds, 23.875 bytes a number to each other party
 *   memory bounded: at most about 100 MB whatever n
 *   leaks nothing: what is opened is uniform, whatever x and y
 *   error z is wiped; SMPC_E_* of the source, of memory or of the network
 * All computing parties call it at the same step with the same n. */
smpc_err smpi_equal(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n);
void smpi_equal_cost(struct smpi_cost *c, size_t n);

/* The local step, pure: row := ~(c ^ r), m words. */
void smpi_equal_row(shr *row, const uint64_t *c, const uint64_t *r, int first, size_t m);

#endif
