/* matrix.c - see matrix.h.
 *
 * Three ways, by shape, all in bounded stack memory, so that nothing can fail:
 *   tiles    rows in eights: panels of b, 16 columns wide, packed into the first
 *            cache; tiles of c stay in registers
 *   rows     fewer than eight rows, or k < 4: c += a[i] * row i of b, four i a pass
 *   columns  fewer than eight columns: scalar products with columns of b
 * What is packed is secret and wiped. */
#include "math/matrix.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "math/matrix_impl.h"

/* LOCAL: sizes for a first cache of 32 KiB and a second of 512 KiB. */
enum {
  DEPTH = 128,      /* rows of b in a panel: 16 KiB packed       */
  SLAB = 384,       /* rows of a used with each panel: 384 KiB   */
  STRIP = 512,      /* words of c in one pass over rows of b     */
  FEW = 8,          /* columns of b worked on by scalar products */
  COLUMN_DEPTH = 256
};

/* The dimensions of a product, which every part of it needs. */
struct shape { size_t m, k, n; };

/* panel[depth][16] := columns col.. of b's rows, filled up with zeros */
static void pack(uint64_t *panel, const uint64_t *b, size_t n, size_t depth, size_t width) {
  for (size_t i = 0; i < depth; i++) {
    memcpy(panel + i * SMPI_TILE_COLS, b + i * n, width * sizeof *b);
    memset(panel + i * SMPI_TILE_COLS + width, 0, (SMPI_TILE_COLS - width) * sizeof *b);
  }
}

/* A tile at the right edge of c: on a copy, of which `width` columns count. */
static void edge_tile(const struct smpi_kernels *kernel, uint64_t *c, size_t n, size_t width, const uint64_t *a,
                      size_t k, const uint64_t *panel, size_t depth) {
  uint64_t tile[SMPI_TILE_ROWS * SMPI_TILE_COLS] = {0};
  kernel->tile(tile, SMPI_TILE_COLS, a, k, panel, depth);
  for (size_t row = 0; row < SMPI_TILE_ROWS; row++)
    kernel->add(c + row * n, c + row * n, tile + row * SMPI_TILE_COLS, width);
  smpi_wipe(tile, sizeof tile);
}

/* c += a b for `rows` (a multiple of 8) rows and the panels of one depth. */
static void slab(const struct smpi_kernels *kernel, uint64_t *c, const uint64_t *a, const uint64_t *b, size_t rows,
                 size_t depth, const struct shape *s, uint64_t *panel) {
  for (size_t col = 0; col < s->n; col += SMPI_TILE_COLS) {
    size_t width = smpi_min(s->n - col, SMPI_TILE_COLS);
    pack(panel, b + col, s->n, depth, width);
    for (size_t row = 0; row < rows; row += SMPI_TILE_ROWS) {
      uint64_t *to = c + row * s->n + col;
      const uint64_t *from = a + row * s->k;
      if (width == SMPI_TILE_COLS) kernel->tile(to, s->n, from, s->k, panel, depth);
      else edge_tile(kernel, to, s->n, width, from, s->k, panel, depth);
    }
  }
}

static void by_tiles(const struct smpi_kernels *kernel, uint64_t *c, const uint64_t *a, const uint64_t *b,
                     const struct shape *s) {
  uint64_t panel[DEPTH * SMPI_TILE_COLS];
  for (size_t i = 0; i < s->k; i += DEPTH)
    for (size_t row = 0; row < s->m; row += SLAB)
      slab(kernel, c + row * s->n, a + row * s->k + i, b + i * s->n, smpi_min(s->m - row, SLAB),
           smpi_min(s->k - i, DEPTH), s, panel);
  smpi_wipe(panel, sizeof panel);
}

/* One strip of columns of all rows of c. */
static void strip(const struct smpi_kernels *kernel, uint64_t *c, const uint64_t *a, const uint64_t *b, size_t width,
                  const struct shape *s) {
  size_t i = 0;
  for (; i + SMPI_AXPY <= s->k; i += SMPI_AXPY)
    for (size_t row = 0; row < s->m; row++)
      kernel->axpy(c + row * s->n, a + row * s->k + i, b + i * s->n, s->n, width);
  for (; i < s->k; i++)
    for (size_t row = 0; row < s->m; row++) {
      const uint64_t one[SMPI_AXPY] = {a[row * s->k + i]};
      kernel->axpy(c + row * s->n, one, b + i * s->n, 0, width);
    }
}

static void by_rows(const struct smpi_kernels *kernel, uint64_t *c, const uint64_t *a, const uint64_t *b,
                    const struct shape *s) {
  for (size_t col = 0; col < s->n; col += STRIP)
    strip(kernel, c + col, a, b + col, smpi_min(s->n - col, STRIP), s);
}

static void by_columns(const struct smpi_kernels *kernel, uint64_t *c, const uint64_t *a, const uint64_t *b,
                       const struct shape *s) {
  uint64_t column[FEW * COLUMN_DEPTH];
  for (size_t i = 0; i < s->k; i += COLUMN_DEPTH) {
    size_t depth = smpi_min(s->k - i, COLUMN_DEPTH);
    smpi_matrix_transpose(column, b + i * s->n, depth, s->n);
    for (size_t row = 0; row < s->m; row++)
      for (size_t col = 0; col < s->n; col++)
        c[row * s->n + col] += kernel->dot(a + row * s->k + i, column + col * depth, depth);
  }
  smpi_wipe(column, sizeof column);
}

void smpi_matrix_mul_add_on(const struct smpi_kernels *kernel, uint64_t *c, const uint64_t *a, const uint64_t *b,
                            size_t m, size_t k, size_t n) {
  struct shape tiled = {m - m % SMPI_TILE_ROWS, k, n}, rest = {m % SMPI_TILE_ROWS, k, n}, all = {m, k, n};
  if (n < FEW) {
    by_columns(kernel, c, a, b, &all);
    return;
  }
  if (k < SMPI_AXPY) tiled.m = 0, rest.m = m; /* an outer product: tiles have nothing to sum */
  if (tiled.m != 0) by_tiles(kernel, c, a, b, &tiled);
  if (rest.m != 0) by_rows(kernel, c + tiled.m * n, a + tiled.m * k, b, &rest);
}

void smpi_matrix_mul_add(uint64_t *c, const uint64_t *a, const uint64_t *b, size_t m, size_t k, size_t n) {
  smpi_matrix_mul_add_on(smpi_kernels(), c, a, b, m, k, n);
}

enum { SIDE = 8 }; /* LOCAL: squares of one cache line */

void smpi_matrix_transpose(uint64_t *t, const uint64_t *x, size_t m, size_t n) {
  for (size_t row = 0; row < m; row += SIDE)
    for (size_t col = 0; col < n; col += SIDE) {
      size_t row_end = smpi_min(m, row + SIDE), col_end = smpi_min(n, col + SIDE);
      for (size_t j = col; j < col_end; j++)
        for (size_t i = row; i < row_end; i++) t[j * m + i] = x[i * n + j];
    }
}
