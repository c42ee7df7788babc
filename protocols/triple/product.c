/* product.c - see product.h. */
#include "triple/product.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "math/matrix.h"
#include "math/ring.h"

enum { TILE = 1 << 18, TILE_COLS = 1 << 12 }; /* LOCAL: words of A worked on at once */

static smpc_err open_streams(struct smpi_deal_product *d, const uint8_t *seed, uint64_t number) {
  smpc_err err = SMPC_OK;
  for (unsigned i = 0; i < d->parties; i++) {
    TRY(smpi_expand_open(&d->mask[i], seed + 32 * i, SMPI_USE_MASK, 0, d->shape.mask));
    TRY(smpi_expand_open(&d->g[i], seed + 32 * i, SMPI_USE_PRODUCT, 0, number));
  }
out:
  return err;
}

/* No larger than this product can use: most are small, and secret memory is dear. */
static size_t tile_words(const struct smpi_product *p) {
  uint64_t most = p->rows * p->cols; /* below 2^32, by the limits of request.h */
  if (most < p->rows * p->n) most = p->rows * p->n;
  if (most < p->cols * p->n) most = p->cols * p->n;
  return most < TILE ? (size_t)most : TILE;
}

static void put_blocks(struct smpi_deal_product *d) {
  smpi_stock_put(&d->stock, d->b, smpi_product_b(&d->shape), sizeof *d->b);
  smpi_stock_put(&d->stock, d->c, smpi_product_c(&d->shape), sizeof *d->c);
  smpi_stock_put(&d->stock, d->tile, tile_words(&d->shape), sizeof *d->tile);
  smpi_stock_put(&d->stock, d->other, tile_words(&d->shape), sizeof *d->other);
  d->b = d->c = d->tile = d->other = NULL;
}

/* sum[n] += the next n words of a stream, n <= TILE */
static void add_words(struct smpi_deal_product *d, uint64_t *sum, struct smpi_prg *g, size_t n) {
  smpi_prg_words(g, d->other, n);
  smpi_ring_add_words(sum, d->other, n);
}

static void draw_b(struct smpi_deal_product *d) {
  size_t words = smpi_product_b(&d->shape);
  for (unsigned i = 0; i < d->parties; i++)
    for (size_t at = 0; at < words; at += TILE) add_words(d, d->b + at, d->g[i], smpi_min(TILE, words - at));
}

/* d->tile := rows x cols of A in the clear, from (row, col) of the mask on. */
static void draw_tile(struct smpi_deal_product *d, size_t row, size_t col, size_t rows, size_t cols) {
  size_t width = (size_t)d->shape.mask_cols, step = cols == width ? rows : 1; /* whole rows are one run */
  memset(d->tile, 0, rows * cols * sizeof *d->tile);
  for (unsigned i = 0; i < d->parties; i++)
    for (size_t r = 0; r < rows; r += step) {
      smpi_prg_seek(d->mask[i], (uint64_t)(row + r) * width + col);
      add_words(d, d->tile + r * cols, d->mask[i], step * cols);
    }
}

static void multiply(struct smpi_deal_product *d) {
  const struct smpi_product *p = &d->shape;
  size_t n = (size_t)p->n, cols = smpi_min(TILE_COLS, (size_t)p->cols), rows = TILE / cols;
  for (size_t r = 0; r < p->rows; r += rows)
    for (size_t c = 0; c < p->cols; c += cols) {
      size_t R = smpi_min(rows, (size_t)p->rows - r), K = smpi_min(cols, (size_t)p->cols - c);
      draw_tile(d, (size_t)p->row + r, (size_t)p->col + c, R, K);
      if (p->transposed) {
        smpi_matrix_transpose(d->other, d->tile, R, K);
        smpi_matrix_mul_add(d->c + c * n, d->other, d->b + r * n, K, R, n);
      } else {
        smpi_matrix_mul_add(d->c + r * n, d->tile, d->b + c * n, R, K, n);
      }
    }
}

smpc_err smpi_deal_product_open(struct smpi_deal_product *d, const uint8_t *seed, unsigned parties,
                                const struct smpi_product *shape, uint64_t number) {
  smpc_err err = SMPC_OK;
  put_blocks(d);
  d->shape = *shape;
  d->parties = parties;
  d->b = smpi_stock_get(&d->stock, smpi_product_b(shape), sizeof *d->b);
  d->c = smpi_stock_get(&d->stock, smpi_product_c(shape), sizeof *d->c);
  d->tile = smpi_stock_get(&d->stock, tile_words(shape), sizeof *d->tile);
  d->other = smpi_stock_get(&d->stock, tile_words(shape), sizeof *d->other);
  if (d->b == NULL || d->c == NULL || d->tile == NULL || d->other == NULL) return SMPC_E_NOMEM;
  TRY(open_streams(d, seed, number));
  draw_b(d);
  multiply(d);
out:
  return err;
}

void smpi_deal_product_words(uint64_t *correction, struct smpi_deal_product *d, size_t first, size_t n) {
  for (size_t at = 0; at < n; at += TILE) {
    size_t some = smpi_min(TILE, n - at);
    memset(d->tile, 0, some * sizeof *d->tile);
    for (unsigned i = 0; i + 1 < d->parties; i++) add_words(d, d->tile, d->g[i], some);
    for (size_t j = 0; j < some; j++) correction[at + j] = d->c[first + at + j] - d->tile[j];
  }
}

void smpi_deal_product_close(struct smpi_deal_product *d) {
  for (unsigned i = 0; i < SMPC_MAX_COMPUTING; i++) {
    smpi_prg_close(d->mask[i]);
    smpi_prg_close(d->g[i]);
  }
  put_blocks(d);
  smpi_stock_end(&d->stock);
  memset(d, 0, sizeof *d);
}
