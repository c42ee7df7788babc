/* request.c - see request.h. */
#include "triple/request.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "triple/corr.h"

/* rows * cols <= max, and both at least 1; max < 2^32 */
static bool fits(uint64_t rows, uint64_t cols, uint64_t max) {
  return rows >= 1 && cols >= 1 && rows <= max && cols <= max && rows * cols <= max;
}

bool smpi_mask_shape_is_valid(uint64_t rows, uint64_t cols) { return fits(rows, cols, SMPI_MAX_MASK_WORDS); }

bool smpi_product_is_valid(const struct smpi_product *p) {
  return smpi_mask_shape_is_valid(p->mask_rows, p->mask_cols) && p->row < p->mask_rows && p->col < p->mask_cols &&
         p->rows >= 1 && p->rows <= p->mask_rows - p->row && p->cols >= 1 && p->cols <= p->mask_cols - p->col &&
         fits(p->rows, p->n, SMPI_MAX_PRODUCT_WORDS) && fits(p->cols, p->n, SMPI_MAX_PRODUCT_WORDS);
}

void smpi_request_encode(uint8_t out[SMPI_REQUEST_LEN], const struct smpi_request *r) {
  const struct smpi_product *p = &r->product;
  const uint64_t word[] = {r->units, r->number, p->mask, p->mask_rows, p->mask_cols,
                           p->row,   p->col,    p->rows, p->cols,      p->n};
  smpi_put16(out, (uint16_t)r->ask);
  smpi_put16(out + 2, (uint16_t)r->kind);
  smpi_put32(out + 4, p->transposed);
  for (size_t i = 0; i < sizeof word / sizeof *word; i++) smpi_put64(out + 8 + 8 * i, word[i]);
}

static void read_fields(struct smpi_request *r, const uint8_t *in) {
  struct smpi_product *p = &r->product;
  uint64_t *const field[] = {&r->units, &r->number, &p->mask, &p->mask_rows, &p->mask_cols,
                             &p->row,   &p->col,    &p->rows, &p->cols,      &p->n};
  r->ask = (enum smpi_asked)smpi_get16(in);
  r->kind = (enum smpi_corr)smpi_get16(in + 2);
  p->transposed = smpi_get32(in + 4) == 1;
  for (size_t i = 0; i < sizeof field / sizeof *field; i++) *field[i] = smpi_get64(in + 8 + 8 * i);
}

static bool is_valid(const struct smpi_request *r) {
  switch (r->ask) {
  case SMPI_ASK_CLOSE: return true;
  case SMPI_ASK_UNITS: return (unsigned)r->kind < SMPI_SHARED && r->units >= 1 && r->units <= SMPI_MAX_UNITS;
  case SMPI_ASK_PRODUCT: return smpi_product_is_valid(&r->product);
  }
  return false;
}

/* The fields that belong to the request, all others zero. */
static struct smpi_request canonical(const struct smpi_request *r) {
  struct smpi_request c = {.ask = r->ask};
  if (r->ask == SMPI_ASK_UNITS) {
    c.kind = r->kind;
    c.units = r->units;
  }
  if (r->ask == SMPI_ASK_PRODUCT) c.product = r->product;
  if (r->ask != SMPI_ASK_CLOSE) c.number = r->number;
  return c;
}

smpc_err smpi_request_decode(struct smpi_request *r, const uint8_t in[SMPI_REQUEST_LEN]) {
  uint8_t again[SMPI_REQUEST_LEN];
  struct smpi_request got = {0};
  *r = (struct smpi_request){0};
  read_fields(&got, in);
  if (!is_valid(&got)) return SMPC_E_FORMAT;
  got = canonical(&got);
  smpi_request_encode(again, &got);
  if (memcmp(again, in, sizeof again) != 0) return SMPC_E_FORMAT;
  *r = got;
  return SMPC_OK;
}

void smpi_request_describe(char *out, size_t len, const struct smpi_request *r) {
  const struct smpi_product *p = &r->product;
  if (r->ask == SMPI_ASK_UNITS)
    snprintf(out, len, "%llu %s", (unsigned long long)r->units, smpi_corr_name(r->kind));
  else if (r->ask == SMPI_ASK_PRODUCT)
    snprintf(out, len, "a %llu x %llu x %llu product", (unsigned long long)smpi_product_m(p),
             (unsigned long long)smpi_product_k(p), (unsigned long long)p->n);
  else
    snprintf(out, len, "the end");
}
