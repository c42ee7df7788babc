/* parts.c - see parts.h: a counting sort by the hash; equal items of a part are found by a table of its different
 * ones, so that items that stand often take no more room. */
#include "psi/parts.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "psi/okvs.h"
#include "psi/oprf.h"

enum { RUN = SMPI_SPILL_BLOCK, PART_BITS = 10 }; /* RUN, LOCAL: items at a time */

_Static_assert(SMPI_PSI_PARTS == 1 << PART_BITS, "a part is some bits of the hash");
_Static_assert(SMPI_PSI_PARTS_MAX <= (uint64_t)SMPI_PSI_PARTS * SMPI_PSI_BUCKET_FROM, "no bucket is finer than a part");
_Static_assert(sizeof(blk) == sizeof(struct smpi_mask), "keys have places");

unsigned smpi_psi_buckets(uint64_t n, uint64_t m) {
  uint64_t most = n > m ? n : m;
  unsigned b = 1;
  while (b < SMPI_PSI_PARTS && most > (uint64_t)b * SMPI_PSI_BUCKET_FROM) b *= 2;
  return b;
}

/* Two parties have 2 b buckets, each below its bound but for 2^-40 in all. */
size_t smpi_psi_bucket_size(uint64_t n, unsigned buckets) {
  unsigned lambda = SMPI_PSI_SIGMA + 1 + smpi_log2_up(buckets);
  return buckets == 1 ? (size_t)n : (size_t)smpi_okvs_bin_size((size_t)n, buckets, lambda);
}

static unsigned part_of(blk key) { return (unsigned)(key.w[0] >> (64 - PART_BITS)); }

static smpc_err too_many(const struct smpi_psi_parts *p) {
  return smpi_fail(p->s, SMPC_E_RANGE, (int)smpi_me(p->s), "my set has more than 2^30 items");
}

/* --- sorting in the caller's memory ------------------------------------------------------ */

/* Keys of items first .. first + n, n <= RUN. */
static void hash_run(const struct smpi_psi_parts *p, blk *key, const smpc_items *items, size_t first, size_t n) {
  size_t row[RUN];
  for (size_t j = 0; j < n; j++) row[j] = first + j;
  smpi_oprf_keys(key, p->hash, items, row, n);
}

static void sort_rows(struct smpi_psi_parts *p) {
  size_t n = p->items->n, to[SMPI_PSI_PARTS], before = 0;
  blk key[RUN];
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(RUN, n - i);
    hash_run(p, key, p->items, i, k);
    for (size_t j = 0; j < k; j++) p->count[part_of(key[j])]++;
  }
  for (size_t k = 0; k < SMPI_PSI_PARTS; before += p->count[k++]) to[k] = before;
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(RUN, n - i);
    hash_run(p, key, p->items, i, k);
    for (size_t j = 0; j < k; j++) p->index[to[part_of(key[j])]++] = (uint32_t)(i + j);
  }
  smpi_wipe(key, sizeof key);
}

/* --- going through a part ---------------------------------------------------------------- */

/* A part's records, some at a time: wherever they are. */
struct walk {
  struct smpi_psi_parts *p;
  unsigned part;
  const uint32_t *index; /* of those to come, in the caller's memory */
  size_t left;
  uint32_t from;         /* of those in the spill */
  bool only_rows;        /* keys need not be hashed */
  blk key[RUN];
  uint32_t row[RUN];
  size_t n;              /* of key and row; 0 at the end */
};

/* Parts come in ascending order. */
static void walk_part(struct walk *w, unsigned part) {
  w->part = part;
  w->only_rows = false;
  w->left = w->p->count[part];
  w->from = SMPI_SPILL_START;
}

static void walk_begin(struct walk *w, struct smpi_psi_parts *p, unsigned part) {
  size_t before = 0;
  for (unsigned k = 0; k < part; k++) before += p->count[k];
  w->p = p;
  w->index = p->index == NULL ? NULL : p->index + before;
}

static void hash_some(struct walk *w) {
  const smpc_items *items = w->p->items;
  size_t row[RUN];
  w->n = smpi_min(RUN, w->left);
  memcpy(w->row, w->index, w->n * sizeof *w->row);
  w->index += w->n;
  w->left -= w->n;
  if (w->only_rows) return;
  for (size_t j = 0; j < w->n; j++) row[j] = w->row[j];
  for (size_t j = 0; items->item == NULL && j < w->n; j++) __builtin_prefetch(smpi_item(items, row[j]));
  smpi_oprf_keys(w->key, w->p->hash, items, row, w->n);
}

static smpc_err walk_on(struct walk *w) {
  if (w->p->spill != NULL) return smpi_spill_read(w->p->spill, w->key, w->row, &w->n, w->part, &w->from);
  hash_some(w);
  return SMPC_OK;
}

/* --- different items ------------------------------------------------------------------------ */

static smpc_err no_memory(const struct smpi_psi_parts *p) { return smpi_fail(p->s, SMPC_E_NOMEM, -1, "out of memory"); }

static smpc_err overflow(const struct smpi_psi_parts *p) {
  return smpi_fail(p->s, SMPC_E_STATE, (int)smpi_me(p->s),
                   "a part of my set overflowed, which happens once in 2^40 runs: run again");
}

/* The record's place among the *n different ones there are, plus 1; one more if it is none of them and `most` allows
 * it, else 0. */
static uint32_t enter(struct smpi_psi_parts *p, blk key, size_t *n, size_t most) {
  struct smpi_mask mask;
  memcpy(&mask, &key, sizeof mask);
  uint32_t *at = smpi_psi_places_find(&p->places, p->mask, &mask);
  if (*at != 0 || *n == most) return *at;
  p->mask[*n] = mask;
  return *at = (uint32_t)++*n;
}

/* p->mask[*n] := the different ones of a part, at most `most`. */
static smpc_err gather_part(struct walk *w, size_t *n, size_t most) {
  smpc_err err;
  *n = 0;
  do {
    TRY(walk_on(w));
    for (size_t i = 0; i < w->n; i++)
      if (enter(w->p, w->key[i], n, most) == 0) TRY(overflow(w->p));
  } while (w->n != 0);
out:
  smpi_psi_places_clear(&w->p->places, *n);
  return err;
}

/* Count them, and make room for what comes later. */
static smpc_err count_different(struct smpi_psi_parts *p) {
  struct walk w;
  size_t bound = smpi_psi_bucket_size(p->n, SMPI_PSI_PARTS); /* more different items are in no part, but for 2^-40 */
  size_t most = 0, n;
  smpc_err err = SMPC_OK;
  for (unsigned k = 0; k < SMPI_PSI_PARTS; k++) most = p->count[k] > most ? p->count[k] : most;
  most = smpi_min(most, bound);
  p->mask = smpi_scratch(p->s, most, sizeof *p->mask);
  if (p->mask == NULL) return smpi_status(p->s);
  if (!smpi_psi_places_make(&p->places, most, smpi_prg_own(p->s))) return no_memory(p);
  walk_begin(&w, p, 0);
  for (unsigned k = 0; k < SMPI_PSI_PARTS; k++) {
    walk_part(&w, k);
    TRY(gather_part(&w, &n, smpi_min(p->count[k], bound)));
    p->different[k] = (uint32_t)n;
    p->distinct += n;
  }
out:
  smpi_wipe(&w, sizeof w);
  return err;
}

/* --- making it ---------------------------------------------------------------------------- */

static smpc_err begin(struct smpi_psi_parts *p, struct smpc_session *s, uint64_t call) {
  uint8_t session[32];
  *p = (struct smpi_psi_parts){.s = s, .hash = smpi_scratch(s, 1, sizeof *p->hash)};
  if (p->hash == NULL) return smpi_status(s);
  smpi_session_id(s, session);
  smpi_oprf_hash_make(p->hash, session, ~call, SMPI_PSI_MASK_MAX, SMPI_PSI_PARTS_MAX, SMPI_PSI_PARTS_MAX); /* no run's number */
  return SMPC_OK;
}

smpc_err smpi_psi_parts_end_vt(struct smpi_psi_parts *p) {
  p->matched = smpi_scratch(p->s, p->n / 64 + 1, sizeof *p->matched);
  if (p->matched == NULL) return smpi_status(p->s);
  memset(p->matched, 0, (p->n / 64 + 1) * sizeof *p->matched);
  return count_different(p);
}

smpc_err smpi_psi_parts_make_vt(struct smpi_psi_parts *p, struct smpc_session *s, uint64_t call, const smpc_items *items) {
  smpc_err err = begin(p, s, call);
  if (err != SMPC_OK) return err;
  if (items->n > SMPI_PSI_PARTS_MAX) return too_many(p);
  p->n = items->n;
  p->items = items;
  p->index = smpi_scratch(s, items->n, sizeof *p->index);
  if (p->index == NULL) return smpi_status(s);
  sort_rows(p);
  return smpi_psi_parts_end_vt(p);
}

smpc_err smpi_psi_parts_begin(struct smpi_psi_parts *p, struct smpc_session *s, uint64_t call, uint64_t held,
                              const char *folder) {
  smpc_err err = begin(p, s, call);
  return err == SMPC_OK ? smpi_spill_open(&p->spill, s, SMPI_PSI_PARTS, held, folder) : err;
}

smpc_err smpi_psi_parts_add_vt(struct smpi_psi_parts *p, const smpc_items *some) {
  blk key[RUN];
  smpc_err err = some->n > SMPI_PSI_PARTS_MAX - p->n ? too_many(p) : SMPC_OK;
  for (size_t i = 0, k; i < some->n && err == SMPC_OK; i += k) {
    k = smpi_min(RUN, some->n - i);
    hash_run(p, key, some, i, k);
    for (size_t j = 0; j < k && err == SMPC_OK; j++) {
      p->count[part_of(key[j])]++;
      err = smpi_spill_add(p->spill, part_of(key[j]), key[j], (uint32_t)p->n++);
    }
  }
  smpi_wipe(key, sizeof key);
  return err;
}

void smpi_psi_parts_close(struct smpi_psi_parts *p) {
  smpi_spill_close(p->spill);
  smpi_psi_places_free(&p->places);
  p->spill = NULL;
}

/* --- buckets -------------------------------------------------------------------------------- */

static unsigned first_part(unsigned bucket, unsigned buckets) { return bucket * (SMPI_PSI_PARTS / buckets); }

size_t smpi_psi_parts_size(const struct smpi_psi_parts *p, unsigned bucket, unsigned buckets) {
  size_t n = 0;
  for (unsigned k = first_part(bucket, buckets); k < first_part(bucket + 1, buckets); k++) n += p->different[k];
  return n;
}

smpc_err smpi_psi_parts_check(const struct smpi_psi_parts *p, size_t most, unsigned buckets) {
  for (unsigned b = 0; b < buckets; b++)
    if (smpi_psi_parts_size(p, b, buckets) > most)
      return smpi_fail(p->s, SMPC_E_STATE, (int)smpi_me(p->s),
                       "a bucket of my set overflowed, which happens once in 2^40 runs: run again");
  return SMPC_OK;
}

/* Then the records are the different items, in the order in which they come each time. */
static bool all_differ(const struct smpi_psi_parts *p, unsigned part) { return p->different[part] == p->count[part]; }

static smpc_err take_part(struct walk *w, blk *key, size_t *n) {
  size_t most = w->p->different[w->part];
  if (!all_differ(w->p, w->part)) {
    smpc_err err = gather_part(w, n, most);
    memcpy(key, w->p->mask, *n * sizeof *key);
    return err;
  }
  *n = 0;
  do {
    smpc_err err = walk_on(w);
    if (err != SMPC_OK) return err;
    memcpy(key + *n, w->key, w->n * sizeof *key);
    *n += w->n;
  } while (w->n != 0);
  return SMPC_OK;
}

smpc_err smpi_psi_parts_keys_vt(struct smpi_psi_parts *p, blk *key, unsigned bucket, unsigned buckets) {
  struct walk w;
  size_t n;
  smpc_err err = SMPC_OK;
  walk_begin(&w, p, first_part(bucket, buckets));
  for (unsigned k = first_part(bucket, buckets); k < first_part(bucket + 1, buckets); k++, key += n) {
    walk_part(&w, k);
    TRY(take_part(&w, key, &n));
    if (n != p->different[k]) TRY(smpi_fail(p->s, SMPC_E_ARG, (int)smpi_me(p->s), "the items changed while they were in use"));
  }
out:
  smpi_wipe(&w, sizeof w);
  return err;
}

static smpc_err note_part(struct walk *w, const blk *key, const uint8_t *hit) {
  struct smpi_psi_parts *p = w->p;
  size_t most = p->different[w->part], n = 0;
  uint32_t seen = 0;
  smpc_err err;
  w->only_rows = all_differ(p, w->part);
  for (size_t i = 0; !w->only_rows && i < most; i++) (void)enter(p, key[i], &n, most);
  do {
    TRY(walk_on(w));
    for (size_t i = 0; i < w->n; i++) {
      uint32_t at = w->only_rows ? ++seen : enter(p, w->key[i], &n, most);
      if (at != 0) p->matched[w->row[i] / 64] |= (uint64_t)hit[at - 1] << w->row[i] % 64;
    }
  } while (w->n != 0);
out:
  smpi_psi_places_clear(&p->places, n);
  return err;
}

smpc_err smpi_psi_parts_take_vt(struct smpi_psi_parts *p, blk *key, size_t *held, uint32_t *place, size_t size,
                                unsigned bucket, unsigned buckets) {
  size_t n = *held = smpi_psi_parts_size(p, bucket, buckets);
  smpc_err err = smpi_psi_parts_keys_vt(p, key, bucket, buckets);
  if (n < size) smpi_prg_words(smpi_prg_own(p->s), key[n].w, 2 * (size - n));
  if (place != NULL) smpi_psi_draw_places(place, size, smpi_prg_own(p->s));
  return err;
}

smpc_err smpi_psi_parts_note_vt(struct smpi_psi_parts *p, const blk *key, const uint8_t *hit, unsigned bucket, unsigned buckets) {
  struct walk w;
  smpc_err err = SMPC_OK;
  walk_begin(&w, p, first_part(bucket, buckets));
  for (unsigned k = first_part(bucket, buckets); k < first_part(bucket + 1, buckets); k++) {
    walk_part(&w, k);
    TRY(note_part(&w, key, hit));
    key += p->different[k];
    hit += p->different[k];
  }
out:
  smpi_wipe(&w, sizeof w);
  return err;
}

void smpi_psi_parts_tell(const struct smpi_psi_parts *p, uint8_t *matched, size_t first, size_t n) {
  for (size_t i = 0; i < n; i++) matched[i] = p->matched[(first + i) / 64] >> (first + i) % 64 & 1;
}
