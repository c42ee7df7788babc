/* parts.h - a party's own set sorted by a public hash, so that a large intersection can run bucket by
 * bucket in bounded memory.
 *
 * Both parties put equal items into the same bucket.  A bucket shows itself to the other party as
 * smpi_psi_bucket_size() items, whatever it holds: that follows from the sizes alone.  The hash is keyed by
 * the session, whose number is drawn after the sets are chosen; that any bucket of either party
 * overflows has probability below 2^-40, and ends the run before anything of the first bucket is sent: all that it
 * tells is that it happened.  A party that deviates can make its own buckets overflow, and learns nothing by it.
 *
 * What is sorted are rows, 4 bytes each, while the items lie in the caller's memory; or keys and rows, 20 bytes
 * each, of items that are seen once (spill.h).  A key is an item's hash of 128 bits: from here on it is the item. */
#ifndef SMPI_PARTS_H
#define SMPI_PARTS_H

#include "psi/psi.h"
#include "psi/spill.h"

enum {
  SMPI_PSI_PARTS = 1024,          /* AGREEMENT: the finest division; a bucket is some of them   */
  SMPI_PSI_BUCKET_FROM = 1 << 20  /* AGREEMENT: items of a bucket, on average at most           */
};
#define SMPI_PSI_PARTS_MAX (UINT64_C(1) << 30) /* LOCAL: in one set */

struct smpi_psi_parts {
  struct smpc_session *s;
  struct smpi_oprf_hash *hash;
  size_t n, distinct;         /* rows; different items                              */
  uint32_t count[SMPI_PSI_PARTS], different[SMPI_PSI_PARTS]; /* of each part, the same   */
  const smpc_items *items;    /* either in the caller's memory, and                 */
  uint32_t *index;            /* [n] the rows by parts;                             */
  struct smpi_spill *spill;   /* or their keys here                                 */
  struct smpi_psi_places places; /* of one part's different items, and                 */
  struct smpi_mask *mask;     /* these                                             */
  uint64_t *matched;          /* a bit for each row, 64 to a word                   */
};

/* How many buckets sets of n and m items run in: a power of two, 1 up to SMPI_PSI_BUCKET_FROM. */
unsigned smpi_psi_buckets(uint64_t n, uint64_t m);
/* What a bucket of a set of n items, paddings included, is padded to. */
size_t smpi_psi_bucket_size(uint64_t n, unsigned buckets);

/* Sort a set: *p holds no items before, and is closed whatever happens, before the operation ends.  `call`: the
 * same number at both, different for each intersection of a session.
 *   cost   a hash an item when it is added, in the caller's memory two more; a bit an item; the session's scratch
 *   error  SMPC_E_RANGE: too many; SMPC_E_NOMEM; those of spill.h
 * Variable time: for one's own list. */
smpc_err smpi_psi_parts_make_vt(struct smpi_psi_parts *p, struct smpc_session *s, uint64_t call, const smpc_items *items);
/* The same of items that are seen once: begin, add some at a time, end.  held, folder: see spill.h. */
smpc_err smpi_psi_parts_begin(struct smpi_psi_parts *p, struct smpc_session *s, uint64_t call, uint64_t held, const char *folder);
smpc_err smpi_psi_parts_add_vt(struct smpi_psi_parts *p, const smpc_items *some);
smpc_err smpi_psi_parts_end_vt(struct smpi_psi_parts *p);
void smpi_psi_parts_close(struct smpi_psi_parts *p); /* *p may be all zeros */

/* The different items of a bucket: how many, and their keys.  Hashes or reads them anew. */
size_t smpi_psi_parts_size(const struct smpi_psi_parts *p, unsigned bucket, unsigned buckets);
/* SMPC_E_STATE: a bucket has more than `most`.  To be asked before the first one is run. */
smpc_err smpi_psi_parts_check(const struct smpi_psi_parts *p, size_t most, unsigned buckets);
smpc_err smpi_psi_parts_keys_vt(struct smpi_psi_parts *p, blk *key, unsigned bucket, unsigned buckets);
/* What a run takes of a bucket: its *held keys, and random ones up to `size`; where place is not NULL, place[size] in a
 * random order. */
smpc_err smpi_psi_parts_take_vt(struct smpi_psi_parts *p, blk *key, size_t *held, uint32_t *place, size_t size,
                                unsigned bucket, unsigned buckets);
/* Note which rows of a bucket matched, those of equal items alike: hit[i] of key[i]. */
smpc_err smpi_psi_parts_note_vt(struct smpi_psi_parts *p, const blk *key, const uint8_t *hit, unsigned bucket, unsigned buckets);
/* matched[n] := what was noted of rows first .. first + n. */
void smpi_psi_parts_tell(const struct smpi_psi_parts *p, uint8_t *matched, size_t first, size_t n);

#endif
