/* seen.h - what up to three parties send each other, for tests that lengths follow from sizes alone and contents look
 * uniform whatever the sets. */
#ifndef SEEN_H
#define SEEN_H

#include "support/stats.h"
#include "support/tap.h"
#include "support/test.h"

enum { SEEN_PARTIES = 3 };

struct seen {
  struct stats sent[SEEN_PARTIES];
  uint64_t len[SEEN_PARTIES][SEEN_PARTIES];
};

/* For tap_set(), with a struct seen. */
static inline void seen_watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct seen *seen = user;
  (void)off;
  if (from >= SEEN_PARTIES || to >= SEEN_PARTIES) return; /* the dealer's */
  seen->len[from][to] += len;
  if (len > 8192) stats_add(&seen->sent[from], data, len); /* whole chunks: stores, VOLE, tests, corrections, tags */
}

static inline void seen_check(struct seen *seen, unsigned runs, unsigned parties) {
  for (unsigned k = 0; k < parties; k++)
    for (unsigned i = 0; i < runs; i++) {
      for (unsigned j = 0; j < parties; j++) assert_int_equal(seen[i].len[k][j], seen[0].len[k][j]);
      assert_true(stats_bytes_are_uniform(&seen[i].sent[k]) && stats_bits_are_balanced(&seen[i].sent[k], NULL));
    }
}

#endif
