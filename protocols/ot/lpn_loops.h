/* lpn_loops.h - the code of lpn.h over one kind of element.
 *
 * Included by lpn.c once for each element type ELEMENT (a vector of words that
 * may alias anything); NAME(f) names a function for it, OUTPUT declares the
 * outputs of the expander and ADD_OUTPUT(i, v) adds to row i. */

typedef struct { ELEMENT sum[16]; } NAME(quad); /* of four neighbours: the sum of each of their subsets */

/* Rows 4g .. 4g+3: each is added to by the rows whose bits are set among the 24
 * before it, and by the 25th.  `quads` is a ring of 8: of group q at q % 8. */
static inline void NAME(convolve_quad)(ELEMENT *x, size_t g, const uint32_t coin[4], NAME(quad) *quads) {
  NAME(quad) *now = &quads[g % 8];
  for (size_t s = 0; s < 4; s++) {
    uint32_t w = (coin[s] & 0xffffff) << s; /* bit k: row 4(g-6) + k, so that quads are looked up whole */
    ELEMENT v = x[4 * g + s];
    for (size_t q = 0; q < 6; q++) v ^= quads[(g + 2 + q) % 8].sum[w >> 4 * q & 15];
    v ^= now->sum[w >> 24]; /* rows of this group before row s: only their subsets are complete */
    if (4 * g + s >= SMPI_LPN_MEMORY + 1) v ^= x[4 * g + s - SMPI_LPN_MEMORY - 1];
    x[4 * g + s] = v;
    for (size_t k = 0; k < (size_t)1 << s; k++) now->sum[(1u << s) + k] = now->sum[k] ^ v;
  }
}

/* The first rows are also added to by the last: the convolution wraps around,
 * but what wraps is not carried on. */
static void NAME(wrap)(ELEMENT *x, size_t n, const uint32_t *coin) {
  for (size_t i = 0; i <= SMPI_LPN_MEMORY; i++) {
    ELEMENT v = x[i] ^ x[n + i - SMPI_LPN_MEMORY - 1];
    for (size_t j = i + 1; j <= SMPI_LPN_MEMORY; j++)   /* bit 24 - j is the row j before */
      v ^= x[n + i - j] & (0 - (uint64_t)(coin[i] >> (SMPI_LPN_MEMORY - j) & 1));
    x[i] = v;
  }
}

static smpc_err NAME(convolve)(ELEMENT *x, size_t n, unsigned pass) {
  NAME(quad) quads[8];
  uint32_t coin[COINS], first[COINS];
  struct smpi_prg *coins;
  smpc_err err = open_coins(&coins, n, CONVOLVE + pass);
  if (err != SMPC_OK) return err;
  memset(quads, 0, sizeof quads);
  for (size_t i = 0; i < n; i += COINS) {
    uint32_t *now = i == 0 ? first : coin;
    draw(coins, now, COINS);
    for (size_t j = 0; j < COINS && i + j < n; j += 4) NAME(convolve_quad)(x, (i + j) / 4, now + j, quads);
  }
  NAME(wrap)(x, n, first);
  smpi_wipe(quads, sizeof quads);
  smpi_prg_close(coins);
  return SMPC_OK;
}

/* Rows `first` .. first + n - 1, whose entries stand in `at` and are on their way to the cache. */
static void NAME(gather)(OUTPUT, const ELEMENT *x, size_t first, size_t n, const uint32_t *at) {
  for (size_t i = 0; i < n; i++, at += 8) {
    ELEMENT v = x[at[0]] ^ x[at[1]] ^ x[at[2]] ^ x[at[3]] ^ x[at[4]] ^ x[at[5]] ^ x[at[6]];
    ADD_OUTPUT(first + i, v);
  }
}

static smpc_err NAME(expand)(OUTPUT, const ELEMENT *x, size_t n) {
  uint32_t at[2][8 * ROWS];
  size_t ready = 0; /* the rows drawn last */
  struct smpi_prg *coins;
  smpc_err err = open_coins(&coins, n, EXPAND);
  if (err != SMPC_OK) return err;
  for (size_t i = 0; i < n; i += ROWS) {
    uint32_t *next = at[i / ROWS % 2];
    size_t rows = smpi_min(ROWS, n - i);
    draw(coins, next, 8 * ROWS);
    place(next, n, rows);
    for (size_t j = 0; j < rows; j++) /* into the second cache, which can wait for more at once than the first */
      for (size_t k = 0; k < 7; k++) __builtin_prefetch(x + next[8 * j + k], 0, 2);
    if (i > 0) NAME(gather)(OUTPUT_NAMES, x, ready, ROWS, at[ready / ROWS % 2]);
    ready = i;
  }
  NAME(gather)(OUTPUT_NAMES, x, ready, n - ready, at[ready / ROWS % 2]);
  smpi_prg_close(coins);
  return SMPC_OK;
}

#undef ELEMENT
#undef NAME
#undef OUTPUT
#undef OUTPUT_NAMES
#undef ADD_OUTPUT
