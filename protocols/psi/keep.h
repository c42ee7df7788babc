/* keep.h - shared numbers where a shared bit is one, zero elsewhere.
 *
 * Among a group of computing parties, from oblivious transfers between every two of them. */
#ifndef SMPI_KEEP_H
#define SMPI_KEEP_H

#include "psi/rot16.h"

enum { SMPI_KEEP_STRETCH = 1 << 18 /* AGREEMENT: numbers of a column at a time */ };

/* Who takes part, by ranks, and how much. */
struct smpi_keep_task {
  uint32_t group;    /* bit r: rank r is of the group; two at least, and I am one */
  size_t n;
  unsigned columns;
};

/* z[k n + i] := bit i of `bit` ? x[k n + i] : 0, for all columns k.
 *   in    bit[ceil(n / 64)]   xor shares among the group
 *         x[columns][n]       shares by sum among the group
 *   out   z[columns][n]       fresh shares by sum among the group; not x
 *   cost  smpi_keep_bytes(): with G parties 4 (G - 1) + 1 + G rounds a stretch, 7 for two; of each to each
 *         other about a byte a bit and 8 a number
 *   leaks nothing
 *   error z is wiped
 * All of the group call it at the same step. */
smpc_err smpi_keep(struct smpi_rot16 *l, const struct smpi_keep_task *t, shr *z, const shr *bit, const shr *x);

/* Of one party of G; what it sends. */
void smpi_keep_bytes(uint64_t *bytes, uint64_t *rounds, unsigned parties, size_t n, unsigned columns);

/* --- the local halves: pure, n numbers, one column ----------------------------------------------- */

/* The sender's message and what it adds to its share: u := x - 2 z + p_0 - p_1, z -= p_0. */
void smpi_keep_offer(uint64_t *u, shr *z, const shr *x, const uint64_t *p0, const uint64_t *p1, size_t n);
/* The chooser's own part, before any message: z += c (x - 2 z). */
void smpi_keep_own(shr *z, const shr *x, const shr *bit, size_t n);
/* And what it adds for each message: z += p + c u. */
void smpi_keep_accept(shr *z, const uint64_t *u, const uint64_t *p, const shr *bit, size_t n);

#endif
