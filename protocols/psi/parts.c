/* parts.c - see parts.h: a counting sort by the hash, then equal items of each part side by side. */
#include "psi/parts.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "psi/okvs.h"
#include "psi/oprf.h"

enum { RUN = 256, PART_BITS = 10 }; /* LOCAL: items hashed at a time */
#define EQUAL (UINT32_C(1) << 31)   /* the same item as that before */

_Static_assert(SMPI_PSI_PARTS == 1 << PART_BITS, "a part is some bits of the hash");
_Static_assert(SMPI_PSI_PARTS_MAX <= (uint64_t)SMPI_PSI_PARTS * SMPI_PSI_BUCKET_FROM, "no bucket is finer than a part");

unsigned smpi_psi_buckets(uint64_t n, uint64_t m) {
  uint64_t most = n > m ? n : m;
  unsigned b = 1;
  while (b < SMPI_PSI_PARTS && most > (uint64_t)b * SMPI_PSI_BUCKET_FROM) b *= 2;
  return b;
}

/* Two parties have 2 b buckets, each below its bound but for 2^-40 in all. */
size_t smpi_psi_bucket_size(uint64_t n, unsigned buckets) {
  unsigned lambda = SMPI_PSI_SIGMA + 1;
  for (unsigned b = buckets; b > 1; b /= 2) lambda++;
  return buckets == 1 ? (size_t)n : (size_t)smpi_okvs_bin_size((size_t)n, buckets, lambda);
}

/* --- sorting --------------------------------------------------------------------------- */

static unsigned part_of(blk key) { return (unsigned)(key.w[0] >> (64 - PART_BITS)); }

static void hash_run(blk *key, const struct smpi_oprf_hash *h, const smpc_items *items, size_t first, size_t n) {
  size_t row[RUN];
  for (size_t j = 0; j < n; j++) row[j] = first + j;
  smpi_oprf_keys(key, h, items, row, n);
}

/* first[k + 1] := the number of items in part k; then index and first. */
static void sort_rows(struct smpi_psi_parts *p, const struct smpi_oprf_hash *h) {
  size_t n = p->items->n, to[SMPI_PSI_PARTS];
  blk key[RUN];
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(RUN, n - i);
    hash_run(key, h, p->items, i, k);
    for (size_t j = 0; j < k; j++) p->first[part_of(key[j]) + 1]++;
  }
  for (size_t k = 0; k < SMPI_PSI_PARTS; k++) p->first[k + 1] += p->first[k];
  memcpy(to, p->first, sizeof to);
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(RUN, n - i);
    hash_run(key, h, p->items, i, k);
    for (size_t j = 0; j < k; j++) p->index[to[part_of(key[j])]++] = (uint32_t)(i + j);
  }
  smpi_wipe(key, sizeof key);
}

/* --- equal items ------------------------------------------------------------------------ */

struct room { struct smpi_mask *digest; size_t *same, *to; uint32_t *copy; struct smpi_prg *own; };

static void digest_part(struct smpi_mask *digest, const struct smpi_oprf_hash *h, const smpc_items *items,
                        const uint32_t *index, size_t n) {
  size_t row[RUN];
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(RUN, n - i);
    for (size_t j = 0; j < k; j++) row[j] = index[i + j];
    for (size_t j = 0; items->item == NULL && j < k; j++) __builtin_prefetch(smpi_item(items, row[j]));
    blk key[RUN];
    smpi_oprf_keys(key, h, items, row, k);
    memcpy(digest + i, key, k * sizeof *digest);
  }
}

/* Each first item, then its equals; all in the order in which they stand. */
static void group(uint32_t *index, const struct room *r, size_t n) {
  size_t at = 0;
  memcpy(r->copy, index, n * sizeof *index);
  memset(r->to, 0, n * sizeof *r->to);
  for (size_t i = 0; i < n; i++) r->to[r->same[i]]++;
  for (size_t i = 0; i < n; i++) {
    size_t count = r->to[i];
    r->to[i] = at;
    at += count;
  }
  for (size_t i = 0; i < n; i++)
    index[r->to[r->same[i]]++] = r->copy[i] | (r->same[i] == i ? 0 : EQUAL);
}

static smpc_err find_equals(struct smpi_psi_parts *p, const struct smpi_oprf_hash *h, struct room *r) {
  for (size_t k = 0; k < SMPI_PSI_PARTS; k++) {
    size_t n = p->first[k + 1] - p->first[k], found;
    uint32_t *index = p->index + p->first[k];
    digest_part(r->digest, h, p->items, index, n);
    found = smpi_psi_same_vt(r->same, r->digest, n, r->own);
    if (found == SIZE_MAX) return SMPC_E_NOMEM;
    p->distinct += found;
    if (found < n) group(index, r, n);
  }
  return SMPC_OK;
}

static smpc_err make_room(struct smpc_session *s, const struct smpi_psi_parts *p, struct room *r) {
  size_t most = 0;
  for (size_t k = 0; k < SMPI_PSI_PARTS; k++)
    most = p->first[k + 1] - p->first[k] > most ? p->first[k + 1] - p->first[k] : most;
  r->digest = smpi_scratch(s, most, sizeof *r->digest);
  r->same = smpi_scratch(s, most, sizeof *r->same);
  r->to = smpi_scratch(s, most, sizeof *r->to);
  r->copy = smpi_scratch(s, most, sizeof *r->copy);
  r->own = smpi_prg_own(s);
  return smpi_status(s);
}

smpc_err smpi_psi_parts_make_vt(struct smpc_session *s, struct smpi_psi_parts *p, const smpc_items *items) {
  struct smpi_oprf_hash h;
  struct room r;
  uint8_t session[32];
  smpc_err err;
  *p = (struct smpi_psi_parts){.items = items};
  if (items->n > SMPI_PSI_PARTS_MAX) return smpi_fail(s, SMPC_E_RANGE, -1, "the set has more than 2^30 items");
  p->index = smpi_scratch(s, items->n, sizeof *p->index);
  if (p->index == NULL) return smpi_status(s);
  smpi_session_id(s, session);
  smpi_oprf_hash_make(&h, session, UINT64_MAX, SMPI_PSI_MASK_MAX, items->n, items->n); /* no intersection's number */
  sort_rows(p, &h);
  size_t mark = smpi_scratch_mark(s);
  TRY(make_room(s, p, &r));
  TRY(find_equals(p, &h, &r));
out:
  smpi_scratch_release(s, mark);
  smpi_wipe(&h, sizeof h);
  return err == SMPC_OK ? err : smpi_fail(s, err, -1, "out of memory");
}

/* --- buckets ---------------------------------------------------------------------------- */

static size_t begin_of(const struct smpi_psi_parts *p, unsigned bucket, unsigned buckets) {
  return p->first[(size_t)bucket * (SMPI_PSI_PARTS / buckets)];
}

bool smpi_psi_parts_rows(const struct smpi_psi_parts *p, size_t *row, size_t size, unsigned bucket, unsigned buckets) {
  size_t n = 0;
  for (size_t i = begin_of(p, bucket, buckets); i < begin_of(p, bucket + 1, buckets); i++) {
    if (p->index[i] & EQUAL) continue;
    if (n == size) return false;
    row[n++] = p->index[i];
  }
  while (n < size) row[n++] = SMPI_PSI_PADDING;
  return true;
}

void smpi_psi_parts_spread(const struct smpi_psi_parts *p, uint8_t *matched, unsigned bucket, unsigned buckets) {
  uint8_t of_first = 0;
  for (size_t i = begin_of(p, bucket, buckets); i < begin_of(p, bucket + 1, buckets); i++) {
    if (p->index[i] & EQUAL) matched[p->index[i] & ~EQUAL] = of_first;
    else of_first = matched[p->index[i]];
  }
}
