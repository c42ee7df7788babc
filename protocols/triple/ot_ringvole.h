/* ot_ringvole.h - small-domain VOLE over Z_2^64: the local steps.
 *
 * For a scalar b of one side and a vector a of the other: b = sum 16^d b_d, and
 * for each digit a tree of 16 leaves of which the scalar's side lacks leaf b_d.
 * Pure: no network, no randomness, no allocation; constant time. */
#ifndef SMPI_OT_RINGVOLE_H
#define SMPI_OT_RINGVOLE_H

#include "ot/tccr.h"

enum {
  SMPI_RVOLE_BITS = 4,                     /* SECURITY: levels of a tree, as the digits'     */
  SMPI_RVOLE_DIGITS = 64 / SMPI_RVOLE_BITS,
  SMPI_RVOLE_LEAVES = 1 << SMPI_RVOLE_BITS,
  SMPI_RVOLE_TREES_LEN = SMPI_RVOLE_DIGITS * (SMPI_RVOLE_BITS - 1) * 16, /* bytes sent for the trees of a scalar */
  SMPI_RVOLE_PART = 512,                   /* entries of a vector worked on at once: part of the wire format */
  SMPI_RVOLE_ENTRY = 68                    /* bytes of corrections for one: 64, 60, ... 4 bits */
};

struct smpi_rvole_trees { blk leaf[SMPI_RVOLE_DIGITS][SMPI_RVOLE_LEAVES]; };

/* Names a tree's hashes: direction and number of the scalar's first transfer. */
struct smpi_rvole_tweak { struct smpi_tweak tweak; uint64_t first; };

/* The vector's side: all leaves, and the message, from its 64 correlated strings. */
void smpi_rvole_grow(struct smpi_rvole_trees *t, uint8_t message[SMPI_RVOLE_TREES_LEN], const struct smpi_tccr *h,
                     const blk q[64], const blk *delta, const struct smpi_rvole_tweak *id);
/* The scalar's side: all leaves but number b_d of tree d, which is garbage. */
void smpi_rvole_puncture(struct smpi_rvole_trees *t, const uint8_t message[SMPI_RVOLE_TREES_LEN],
                         const struct smpi_tccr *h, const blk t_i[64], uint64_t b, const struct smpi_rvole_tweak *id);

/* Entries first .. first+n-1, first a multiple of SMPI_RVOLE_PART, n <= that.
 * The vector's side: z += its shares of a b; out: the corrections.  The scalar's
 * side: z += its shares. */
void smpi_rvole_send(uint8_t *out, uint64_t *z, const uint64_t *a, size_t first, size_t n,
                     const struct smpi_rvole_trees *t, const struct smpi_tccr *h, const struct smpi_rvole_tweak *id);
void smpi_rvole_receive(uint64_t *z, const uint8_t *in, uint64_t b, size_t first, size_t n,
                        const struct smpi_rvole_trees *t, const struct smpi_tccr *h, const struct smpi_rvole_tweak *id);

#endif
