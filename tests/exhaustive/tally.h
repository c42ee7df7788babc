/* tally.h - how often each view of a party occurs, over all random tapes. */
#ifndef TALLY_H
#define TALLY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A view is packed into an index by tally_see(), its parts one after another. */
struct tally {
  uint32_t *count;
  unsigned bits;   /* of a whole view             */
  uint64_t view;   /* the one being put together  */
  unsigned filled;
};

static inline struct tally tally_new(unsigned bits) {
  struct tally t = {.count = calloc((size_t)1 << bits, sizeof(uint32_t)), .bits = bits};
  if (t.count == NULL) abort();
  return t;
}

static inline void tally_free(struct tally *t) { free(t->count); }

/* The next part of the view: `bits` bits of what the party sees. */
static inline void tally_see(struct tally *t, uint64_t part, unsigned bits) {
  t->view |= (part & ((UINT64_C(1) << bits) - 1)) << t->filled;
  t->filled += bits;
}

/* The view is whole: count it. */
static inline void tally_count(struct tally *t) {
  if (t->filled != t->bits) abort();
  t->count[t->view]++;
  t->view = 0;
  t->filled = 0;
}

static inline bool tally_same(const struct tally *a, const struct tally *b) {
  return a->bits == b->bits && memcmp(a->count, b->count, ((size_t)1 << a->bits) * sizeof *a->count) == 0;
}

/* Do all the tallies agree? */
static inline bool tally_all_same(const struct tally *t, size_t n) {
  for (size_t i = 1; i < n; i++)
    if (!tally_same(&t[0], &t[i])) return false;
  return true;
}

#endif
