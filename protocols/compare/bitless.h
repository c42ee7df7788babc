/* bitless.h - less-than of public and shared numbers, bit by bit: the carry tree
 * on which comparison and bit decomposition stand.
 *
 * Numbers are bit-sliced (math/bits.h): row i holds bit i of n numbers in
 * m = ceil(n / 64) words; shared rows are xor shares. */
#ifndef SMPI_BITLESS_H
#define SMPI_BITLESS_H

#include "session/session.h"

/* less[m] := xor shares of the bits [c mod 2^k < r mod 2^k], 1 <= k <= 64, packed.
 *   in    c[n]     public numbers
 *         r[k]     pointers to the rows of r, e.g. `taken.col + 1` of edaBits
 *   out   less[m]  bits beyond n are random
 *   uses  m BIT_TRIPLE a level, and BIT_PAIR: k - 1 - levels times m in all,
 *         less the odd ones; exactly smpi_bitless_cost()
 *   cost  ceil(log2 k) openings, one for each level: as many rounds
 *   leaks nothing: what is opened is uniform
 *   error less is wiped; SMPC_E_* of the source, of memory or of the network
 * All computing parties call it at the same step with the same c, k and n. */
smpc_err smpi_bitless(struct smpc_session *s, shr *less, const pub *c, uint64_t *const *r, unsigned k, size_t n);
void smpi_bitless_cost(struct smpi_cost *c, unsigned k, size_t n);

/* --- the tree ---------------------------------------------------------------
 * Nodes 0 .. k-1 have a generate row g and a propagate row p, `stride` words
 * apart.  Combining node hi with its less significant neighbour lo:
 *   g[hi] := g[hi] ^ (p[hi] & g[lo]),   p[hi] := p[hi] & p[lo]
 * in place.  All combinations of one level are done in one round; the first
 * `singles` of them need no p (nothing lies below lo). */
enum { SMPI_BITLESS_LEVELS = 6 };
struct smpi_level { unsigned singles, pairs; uint8_t hi[64], lo[64]; };
enum smpi_borrow { SMPI_BORROW_TOP, SMPI_BORROW_ALL }; /* out of node k-1 only | out of every node */

/* The levels for k nodes; returns how many.  Public: a function of k alone. */
unsigned smpi_bitless_plan(struct smpi_level level[SMPI_BITLESS_LEVELS], unsigned k, enum smpi_borrow which);

/* Run the tree: afterwards g[k-1] (or every g) holds the borrow.  p is used up. */
struct smpi_nodes { shr *g, *p; size_t stride, m; };
smpc_err smpi_bitless_run(struct smpc_session *s, const struct smpi_nodes *t, unsigned k, enum smpi_borrow which);
void smpi_bitless_run_cost(struct smpi_cost *c, unsigned k, size_t m, enum smpi_borrow which);

/* A stride for rows of m words, m or a little more: rows apart by a multiple of
 * 4 KiB would share one cache set. */
size_t smpi_bitless_stride(size_t m);

/* The local steps, pure.  Leaves: g holds the rows of c and becomes r & ~c, the
 * borrow that a bit makes; p becomes ~(r ^ c), where it passes one on. */
void smpi_bitless_leaves(const struct smpi_nodes *t, uint64_t *const *r, unsigned k, int first);
/* One level: `opened` has (2 singles + 3 pairs) m words, in the order e f of the
 * singles, e f f2 of the pairs, each a whole array.  one: singles * m BIT_TRIPLE
 * columns, two: pairs * m BIT_PAIR columns. */
size_t smpi_bitless_words(const struct smpi_level *level, size_t m);
void smpi_bitless_mask(shr *opened, const struct smpi_nodes *t, const struct smpi_level *level, uint64_t *const *one,
                       uint64_t *const *two);
void smpi_bitless_combine(const struct smpi_nodes *t, const struct smpi_level *level, const pub *opened,
                          uint64_t *const *one, uint64_t *const *two, int first);

#endif
