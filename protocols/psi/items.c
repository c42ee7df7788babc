/* items.c - see items.h. */
#include "psi/items.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "psi/oprf.h"
#include "psi/places.h"

_Static_assert(SMPI_PSI_SIGMA >= 40, "a false match is rarer than 2^-40");
_Static_assert((SMPI_PSI_SIGMA + 64 + 7) / 8 <= SMPI_PSI_MASK_MAX, "the largest sets have masks");
_Static_assert(sizeof(struct smpi_mask) == SMPI_PSI_MASK_MAX, "a mask is its bytes");

/* log2(n m) <= log2(n) + log2(m), each rounded up; the product itself where it fits. */
size_t smpi_psi_mask_len(uint64_t n, uint64_t m) {
  uint64_t product;
  unsigned bits = __builtin_mul_overflow(n, m, &product) ? smpi_log2_up(n) + smpi_log2_up(m) : smpi_log2_up(product);
  return (SMPI_PSI_SIGMA + bits + 7) / 8;
}

/* --- distinct items ---------------------------------------------------------------- */

enum { RUN = 64 }; /* LOCAL: items hashed at a time */

/* digest[i] := the key of item i: the same functions as in oprf.h, under a key of my own. */
static void digest_all(struct smpi_mask *digest, const smpc_items *set, struct smpi_prg *own) {
  struct smpi_oprf_hash h;
  uint64_t key[4];
  blk out[RUN];
  size_t row[RUN];
  smpi_prg_words(own, key, 4);
  smpi_oprf_hash_make(&h, (const uint8_t *)key, 0, SMPI_PSI_MASK_MAX, set->n, set->n);
  smpi_wipe(key, sizeof key);
  for (size_t i = 0, k; i < set->n; i += k) {
    k = smpi_min(RUN, set->n - i);
    for (size_t j = 0; j < k; j++) row[j] = i + j;
    smpi_oprf_keys(out, &h, set, row, k);
    for (size_t j = 0; j < k; j++) digest[i + j] = (struct smpi_mask){{out[j].w[0], out[j].w[1]}};
  }
  smpi_wipe(out, sizeof out);
  smpi_wipe(&h, sizeof h);
}

/* same[i] := the first with the same digest; how many are first, or SIZE_MAX. */
static size_t find_same(size_t *same, const struct smpi_mask *digest, size_t n, struct smpi_prg *own) {
  struct smpi_psi_places p;
  size_t found = 0;
  if (!smpi_psi_places_make(&p, n, own)) return SIZE_MAX;
  for (size_t i = 0; i < n; i++) {
    smpi_psi_places_expect(&p, digest, digest, i, n);
    uint32_t *slot = smpi_psi_places_find(&p, digest, &digest[i]);
    if (*slot == 0) {
      *slot = (uint32_t)i + 1;
      found++;
    }
    same[i] = *slot - 1;
  }
  smpi_psi_places_free(&p);
  return found;
}

size_t smpi_psi_distinct_vt(size_t *same, const smpc_items *set, struct smpi_prg *own) {
  struct smpi_mask *digest = smpi_secret_alloc(set->n, sizeof *digest);
  if (digest == NULL) return SIZE_MAX;
  digest_all(digest, set, own);
  size_t found = find_same(same, digest, set->n, own);
  smpi_secret_free(digest);
  return found;
}

/* --- order -------------------------------------------------------------------------- */

/* A uniform number below n >= 1: words beyond the last whole multiple are refused. */
static uint64_t below(struct smpi_prg *g, uint64_t w, uint64_t n) {
  uint64_t limit = -n % n; /* 2^64 mod n */
  while (w < limit) smpi_prg_words(g, &w, 1);
  return w % n;
}

/* to[k] := where element i - 1 - k changes places with, for n steps from i down (Fisher
 * and Yates); drawn before they are needed, so that memory can be asked for. */
static void draw_steps(size_t *to, size_t i, size_t n, struct smpi_prg *g) {
  uint64_t w[RUN];
  smpi_prg_words(g, w, n);
  for (size_t k = 0; k < n; k++) to[k] = below(g, w[k], i - k);
}

static inline void swap(uint8_t *x, uint8_t *y, size_t size) {
  uint8_t t[sizeof(struct smpi_mask)];
  memcpy(t, x, size);
  memmove(x, y, size); /* y may be x */
  memcpy(y, t, size);
}

static inline void shuffle(uint8_t *a, size_t n, size_t size, struct smpi_prg *g) {
  size_t to[RUN];
  for (size_t i = n, k; i > 1; i -= k) {
    k = smpi_min(RUN, i - 1);
    draw_steps(to, i, k, g);
    for (size_t j = 0; j < k; j++) __builtin_prefetch(a + to[j] * size, 1);
    for (size_t j = 0; j < k; j++) swap(a + (i - 1 - j) * size, a + to[j] * size, size);
  }
}

void smpi_psi_shuffle_rows(size_t *a, size_t n, struct smpi_prg *g) { shuffle((uint8_t *)a, n, sizeof *a, g); }
void smpi_psi_shuffle_masks(struct smpi_mask *a, size_t n, struct smpi_prg *g) { shuffle((uint8_t *)a, n, sizeof *a, g); }

void smpi_psi_draw_places(uint32_t *place, size_t n, struct smpi_prg *g) {
  for (size_t i = 0; i < n; i++) place[i] = (uint32_t)i;
  shuffle((uint8_t *)place, n, sizeof *place, g);
}

/* --- matching ------------------------------------------------------------------------ */

size_t smpi_psi_match_vt(uint8_t *hit, const struct smpi_mask *mine, size_t n, const struct smpi_mask *theirs, size_t m,
                         struct smpi_prg *own) {
  struct smpi_psi_places p;
  size_t found = 0;
  if (!smpi_psi_places_make(&p, m, own)) return SIZE_MAX;
  for (size_t j = 0; j < m; j++) {
    smpi_psi_places_expect(&p, theirs, theirs, j, m);
    *smpi_psi_places_find(&p, theirs, &theirs[j]) = (uint32_t)j + 1;
  }
  for (size_t i = 0; i < n; i++) {
    smpi_psi_places_expect(&p, theirs, mine, i, n);
    bool is_in = *smpi_psi_places_find(&p, theirs, &mine[i]) != 0;
    if (hit != NULL) hit[i] = is_in;
    found += is_in;
  }
  smpi_psi_places_free(&p);
  return found;
}

/* --- masks on the wire ---------------------------------------------------------------- */

void smpi_psi_pack(uint8_t *buf, size_t len, size_t off, const struct smpi_mask *mask, size_t mask_len) {
  for (size_t done = 0, part; done < len; done += part) {
    size_t i = (off + done) / mask_len, from = (off + done) % mask_len;
    part = smpi_min(mask_len - from, len - done);
    memcpy(buf + done, (const uint8_t *)&mask[i] + from, part);
  }
}

void smpi_psi_unpack(struct smpi_mask *mask, const uint8_t *buf, size_t len, size_t off, size_t mask_len) {
  for (size_t done = 0, part; done < len; done += part) {
    size_t i = (off + done) / mask_len, from = (off + done) % mask_len;
    part = smpi_min(mask_len - from, len - done);
    if (from == 0) mask[i] = (struct smpi_mask){{0, 0}}; /* the bytes that do not come */
    memcpy((uint8_t *)&mask[i] + from, buf + done, part);
  }
}
