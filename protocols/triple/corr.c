/* corr.c - see corr.h. */
#include "triple/corr.h"

#include "math/bits.h"
#include "triple/lookup.h"

/* Columns that belong together: `count` of them, each `width` words a unit. */
struct group { uint8_t count, width; bool is_xor, is_free; };

static const struct {
  const char *name;
  struct group group[2];
} table[SMPI_CORRS] = {
    [SMPI_TRIPLE] = {"triples", {{2, 1, false, true}, {1, 1, false, false}}},
    [SMPI_BIT_TRIPLE] = {"bit triples", {{2, 1, true, true}, {1, 1, true, false}}},
    [SMPI_BIT_PAIR] = {"bit pairs", {{3, 1, true, true}, {2, 1, true, false}}},
    [SMPI_DABIT] = {"daBits", {{1, 64, false, false}, {1, 1, true, true}}},
    [SMPI_EDABIT] = {"edaBits", {{1, 64, false, true}, {64, 1, true, false}}},
    [SMPI_TRUNC] = {"truncation tuples", {{1, 1, false, true}, {2, 1, false, false}}},
    [SMPI_LOOKUP] = {"lookups", {{SMPI_LOOKUP_VALUE, 1, true, true}, {SMPI_LOOKUP_VALUES, 1, true, false}}},
};

static const struct group *group_of(enum smpi_corr kind, unsigned column) {
  return &table[kind].group[column >= table[kind].group[0].count];
}

unsigned smpi_corr_columns(enum smpi_corr kind) { return table[kind].group[0].count + table[kind].group[1].count; }
unsigned smpi_corr_width(enum smpi_corr kind, unsigned column) { return group_of(kind, column)->width; }
bool smpi_corr_is_xor(enum smpi_corr kind, unsigned column) { return group_of(kind, column)->is_xor; }
bool smpi_corr_is_free(enum smpi_corr kind, unsigned column) { return group_of(kind, column)->is_free; }
const char *smpi_corr_name(enum smpi_corr kind) { return table[kind].name; }

static unsigned group_words(const struct group *g) { return g->count * g->width; }

unsigned smpi_corr_words(enum smpi_corr kind) {
  return group_words(&table[kind].group[0]) + group_words(&table[kind].group[1]);
}

unsigned smpi_corr_dependent_words(enum smpi_corr kind) {
  const struct group *g = table[kind].group;
  return group_words(g[0].is_free ? &g[1] : &g[0]);
}

void smpi_corr_lay(uint64_t *col[], enum smpi_corr kind, uint64_t *words, size_t n) {
  for (unsigned c = 0; c < smpi_corr_columns(kind); c++) {
    col[c] = words;
    words += n * smpi_corr_width(kind, c);
  }
}

void smpi_corr_at(uint64_t *at[], uint64_t *const col[], enum smpi_corr kind, size_t first) {
  for (unsigned c = 0; c < smpi_corr_columns(kind); c++) at[c] = col[c] + first * smpi_corr_width(kind, c);
}

static void complete_triple(uint64_t *const col[], size_t n) {
  for (size_t i = 0; i < n; i++) col[2][i] = col[0][i] * col[1][i];
}

/* r_j is bit j of the packed word. */
static void complete_dabit(uint64_t *const col[], size_t n) {
  for (size_t i = 0; i < n; i++)
    for (unsigned j = 0; j < 64; j++) col[0][64 * i + j] = col[1][i] >> j & 1;
}

static void complete_edabit(uint64_t *const col[], size_t n) {
  SMPI_VERIFY(col[64] - col[1] == 63 * (col[2] - col[1]));
  smpi_bits_slice(col[1], (size_t)(col[2] - col[1]), col[0], 64 * n);
}

static void complete_trunc(uint64_t *const col[], size_t n, unsigned frac_bits) {
  for (size_t i = 0; i < n; i++) {
    col[1][i] = (col[0][i] & UINT64_MAX >> 1) >> frac_bits;
    col[2][i] = col[0][i] >> 63;
  }
}

void smpi_corr_complete(uint64_t *const col[], enum smpi_corr kind, size_t n, unsigned frac_bits) {
  if (n == 0) return;
  switch (kind) {
  case SMPI_TRIPLE: complete_triple(col, n); break;
  case SMPI_BIT_TRIPLE: smpi_bits_and(col[2], col[0], col[1], n); break;
  case SMPI_BIT_PAIR:
    smpi_bits_and(col[3], col[0], col[1], n);
    smpi_bits_and(col[4], col[0], col[2], n);
    break;
  case SMPI_DABIT: complete_dabit(col, n); break;
  case SMPI_EDABIT: complete_edabit(col, n); break;
  case SMPI_TRUNC: complete_trunc(col, n, frac_bits); break;
  case SMPI_LOOKUP: smpi_lookup_select(col + SMPI_LOOKUP_VALUE, col, col + SMPI_LOOKUP_INDEX, n); break;
  case SMPI_CORRS: break;
  }
}
