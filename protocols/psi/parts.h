/* parts.h - a party's own set sorted by a public hash, so that a large intersection can run bucket by
 * bucket in bounded memory.
 *
 * Both parties put equal items into the same bucket.  A bucket shows itself to the other party as
 * smpi_psi_bucket_size() items, whatever it holds: that follows from the sizes alone.  The hash is keyed by
 * the session, whose number is drawn after the sets are chosen; that any bucket of either party
 * overflows has probability below 2^-40, and ends the run before anything of that bucket is sent: all that it
 * tells is that it happened.  A party that deviates can make its own buckets overflow, and learns nothing by it. */
#ifndef SMPI_PARTS_H
#define SMPI_PARTS_H

#include "psi/psi.h"

enum {
  SMPI_PSI_PARTS = 1024,          /* AGREEMENT: the finest division; a bucket is some of them   */
  SMPI_PSI_BUCKET_FROM = 1 << 20  /* AGREEMENT: items of a bucket, on average at most           */
};
#define SMPI_PSI_PARTS_MAX (UINT64_C(1) << 30) /* LOCAL: in one set: a row has 31 bits */

struct smpi_psi_parts {
  const smpc_items *items;
  uint32_t *index;  /* [items->n] rows by parts; equal items follow the first of them, marked */
  size_t first[SMPI_PSI_PARTS + 1]; /* where each part begins */
  size_t distinct;  /* different items */
};

/* How many buckets sets of n and m items run in: a power of two, 1 up to SMPI_PSI_BUCKET_FROM. */
unsigned smpi_psi_buckets(uint64_t n, uint64_t m);
/* What a bucket of a set of n items, paddings included, is padded to. */
size_t smpi_psi_bucket_size(uint64_t n, unsigned buckets);

/* Sort the set: index is the session's scratch.  Three passes over the items; 4 bytes an item, and 32 for
 * each of one part.  SMPC_E_RANGE: too many; SMPC_E_NOMEM.  Variable time: for one's own list. */
smpc_err smpi_psi_parts_make_vt(struct smpc_session *s, struct smpi_psi_parts *p, const smpc_items *items);

/* row[size] := the different items of a bucket, then paddings; false when they are more. */
bool smpi_psi_parts_rows(const struct smpi_psi_parts *p, size_t *row, size_t size, unsigned bucket, unsigned buckets);
/* matched[], set at the first of each, of all its equals in the bucket. */
void smpi_psi_parts_spread(const struct smpi_psi_parts *p, uint8_t *matched, unsigned bucket, unsigned buckets);

#endif
