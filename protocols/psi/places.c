/* places.c - see places.h. */
#include "psi/places.h"

#include <string.h>

#include "base/mem.h"

enum { WORDS = 5, AHEAD = 16 }; /* LOCAL */

bool smpi_psi_places_make(struct smpi_psi_places *p, size_t n, struct smpi_prg *own) {
  unsigned bits = 1;
  while (((size_t)1 << bits) < n && bits < 32) bits++; /* as the words of a mask, so that 64 bits suffice */
  *p = (struct smpi_psi_places){.shift = 64 - bits};
  smpi_prg_words(own, p->word, WORDS);
  p->at = n <= UINT32_MAX ? smpi_secret_alloc((size_t)1 << bits, sizeof *p->at) : NULL;
  p->next = p->at != NULL ? smpi_secret_alloc(n, sizeof *p->next) : NULL;
  if (p->next == NULL) smpi_psi_places_free(p);
  return p->next != NULL;
}

void smpi_psi_places_clear(struct smpi_psi_places *p, size_t n) {
  memset(p->at, 0, ((size_t)1 << (64 - p->shift)) * sizeof *p->at);
  memset(p->next, 0, n * sizeof *p->next);
}

void smpi_psi_places_free(struct smpi_psi_places *p) {
  smpi_secret_free(p->at);
  smpi_secret_free(p->next);
  p->at = p->next = NULL;
}

static bool same_mask(const struct smpi_mask *a, const struct smpi_mask *b) {
  return a->w[0] == b->w[0] && a->w[1] == b->w[1];
}

static size_t slot_of(const struct smpi_psi_places *p, const struct smpi_mask *mask) {
  const uint64_t *a = p->word, *w = mask->w;
  uint64_t sum = a[0] * (uint32_t)w[0] + a[1] * (w[0] >> 32) + a[2] * (uint32_t)w[1] + a[3] * (w[1] >> 32) + a[4];
  return (size_t)(sum >> p->shift);
}

uint32_t *smpi_psi_places_find(struct smpi_psi_places *p, const struct smpi_mask *all, const struct smpi_mask *mask) {
  uint32_t *link = &p->at[slot_of(p, mask)];
  for (; *link != 0; link = &p->next[*link - 1]) {
    p->probes++;
    if (same_mask(&all[*link - 1], mask)) break;
  }
  return link;
}

/* Slots lie anywhere in memory, and so do the masks they name. */
void smpi_psi_places_expect(const struct smpi_psi_places *p, const struct smpi_mask *all, const struct smpi_mask *mask,
                            size_t i, size_t n) {
  if (i + AHEAD >= n) return;
  __builtin_prefetch(&p->at[slot_of(p, &mask[i + AHEAD])], 1);
  uint32_t first = p->at[slot_of(p, &mask[i + AHEAD / 2])];
  if (first == 0) return;
  __builtin_prefetch(&all[first - 1]);
  __builtin_prefetch(&p->next[first - 1], 1);
}
