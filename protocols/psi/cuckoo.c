/* cuckoo.c - see cuckoo.h. */
#include "psi/cuckoo.h"

#include "base/bytes.h"
#include "base/mem.h"

enum {
  RUN = 64,          /* LOCAL: keys hashed at a time             */
  WALK = 200,        /* LOCAL: moves before the search is used   */
  DIGIT = 42,        /* SECURITY: bits a place is made from: off uniform by bins / 2^42 <= 2^-18 */
};

size_t smpi_cuckoo_bins(size_t n) { return smpi_ceil_div(n * SMPI_CUCKOO_PERCENT, 100) + SMPI_CUCKOO_MORE; }

unsigned smpi_cuckoo_tag_bits(size_t bins, unsigned runs) {
  unsigned bits = 40; /* SECURITY */
  while (bits < 64 && (UINT64_C(1) << (bits - 40)) < (uint64_t)bins * runs) bits++;
  return bits;
}

/* --- places ------------------------------------------------------------------------ */

__extension__ typedef unsigned __int128 u128;

static uint32_t digit(uint64_t bits, size_t below) {
  return (uint32_t)((u128)(bits & ((UINT64_C(1) << DIGIT) - 1)) * below >> DIGIT);
}
_Static_assert(((uint64_t)SMPI_CUCKOO_MAX * SMPI_CUCKOO_PERCENT / 100 + SMPI_CUCKOO_MORE) < 1u << 24,
               "tags fit 64 bits");

/* Three different ones: each later digit counts the bins that are left. */
static void places_of(uint32_t p[3], blk h, size_t bins) {
  p[0] = digit(h.w[0], bins);
  p[1] = digit(h.w[0] >> DIGIT | h.w[1] << (64 - DIGIT), bins - 1);
  p[1] += p[1] >= p[0];
  uint32_t low = p[0] < p[1] ? p[0] : p[1], high = p[0] < p[1] ? p[1] : p[0];
  p[2] = digit(h.w[1] >> (64 - DIGIT), bins - 2);
  p[2] += p[2] >= low;
  p[2] += p[2] >= high;
}

void smpi_cuckoo_places(uint32_t *place, const struct smpi_aes_key *pi, size_t bins, const blk *key, size_t n) {
  blk h[RUN];
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(RUN, n - i);
    smpi_aes_encrypt(pi, h, key + i, k);
    for (size_t j = 0; j < k; j++) places_of(place + 3 * (i + j), smpi_blk_xor(h[j], key[i + j]), bins);
  }
  smpi_wipe(h, sizeof h);
}

/* --- filling ------------------------------------------------------------------------ */

struct fill {
  uint32_t *slot;
  const uint32_t *place;
  size_t bins;
  uint32_t *from, *queue;  /* of the search: the bin a bin was reached from, and bins to look at */
  uint32_t *seen, search;  /* seen[b] = the last search that reached bin b */
};

/* Key i goes in and pushes out another, at most WALK times: returns the key that is left over, or EMPTY. */
static uint32_t walk(struct fill *f, uint32_t i) {
  uint32_t coin = i * 2654435769u + 1, from = SMPI_CUCKOO_EMPTY;
  for (int moves = 0; moves < WALK; moves++) {
    const uint32_t *p = f->place + 3 * (size_t)i;
    for (int t = 0; t < 3; t++)
      if (f->slot[p[t]] == SMPI_CUCKOO_EMPTY) {
        f->slot[p[t]] = i;
        return SMPI_CUCKOO_EMPTY;
      }
    coin = coin * 1664525u + 1013904223u; /* any of the other two, or three at first */
    uint32_t t = (coin >> 16) % 3;
    if (p[t] == from) t = (t + 1) % 3;
    uint32_t out = f->slot[p[t]];
    f->slot[p[t]] = i;
    from = p[t];
    i = out;
  }
  return i;
}

static smpc_err make_search(struct fill *f) {
  if (f->from != NULL) return SMPC_OK;
  f->from = smpi_secret_alloc(f->bins, sizeof *f->from);
  f->queue = smpi_secret_alloc(f->bins, sizeof *f->queue);
  f->seen = smpi_secret_alloc(f->bins, sizeof *f->seen);
  return f->from != NULL && f->queue != NULL && f->seen != NULL ? SMPC_OK : SMPC_E_NOMEM;
}

/* Bin b, free, takes the key of the bin it was reached from, and so on; the first takes i. */
static void shift(struct fill *f, uint32_t b, uint32_t i) {
  while (f->from[b] != SMPI_CUCKOO_EMPTY) {
    f->slot[b] = f->slot[f->from[b]];
    b = f->from[b];
  }
  f->slot[b] = i;
}

/* Breadth first from the places of key i to a free bin: there is a table with i exactly if one is found. */
static smpc_err search(struct fill *f, uint32_t i) {
  size_t head = 0, tail = 0;
  uint32_t at = SMPI_CUCKOO_EMPTY;
  smpc_err err = make_search(f);
  if (err != SMPC_OK) return err;
  f->search++;
  for (const uint32_t *p = f->place + 3 * (size_t)i;; p = f->place + 3 * (size_t)f->slot[at]) {
    for (int t = 0; t < 3; t++) {
      if (f->seen[p[t]] == f->search) continue;
      f->seen[p[t]] = f->search;
      f->from[p[t]] = at;
      if (f->slot[p[t]] == SMPI_CUCKOO_EMPTY) {
        shift(f, p[t], i);
        return SMPC_OK;
      }
      f->queue[tail++] = p[t];
    }
    if (head == tail) return SMPC_E_STATE;
    at = f->queue[head++];
  }
}

smpc_err smpi_cuckoo_fill_vt(uint32_t *slot, size_t bins, const uint32_t *place, size_t n) {
  struct fill f = {.slot = slot, .place = place, .bins = bins};
  smpc_err err = SMPC_OK;
  for (size_t b = 0; b < bins; b++) slot[b] = SMPI_CUCKOO_EMPTY;
  for (size_t i = 0; i < n && err == SMPC_OK; i++) {
    uint32_t left = walk(&f, (uint32_t)i);
    if (left != SMPI_CUCKOO_EMPTY) err = search(&f, left);
  }
  smpi_secret_free(f.from);
  smpi_secret_free(f.queue);
  smpi_secret_free(f.seen);
  return err;
}
