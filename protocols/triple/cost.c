/* cost.c - see cost.h. */
#include "triple/cost.h"

#include "base/mem.h"
#include "triple/corr.h"
#include "triple/ot_masks.h"
#include "triple/ot_source.h"
#include "triple/paillier_source.h"
#include "triple/pool.h"

_Static_assert((int)SMPI_CORRS <= (int)(sizeof((struct smpi_cost *)0)->corr / sizeof(uint64_t)), "a count for every kind");

/* 0 is the dealer. */
static bool is_dealt(const struct smpi_cost *c) { return c->source != SMPC_OT && c->source != SMPC_PAILLIER; }

bool smpi_triple_can(const struct smpi_cost *c) {
  uint64_t units = 0;
  for (unsigned k = 0; k < SMPI_CORRS; k++) units |= c->corr[k];
  return c->source != SMPC_PAILLIER || units == 0;
}

void smpi_triple_cost(struct smpi_cost *c, enum smpi_corr kind, uint64_t units) {
  c->corr[kind] += units;
  if (is_dealt(c)) c->offline_bytes += 8 * units * smpi_corr_dependent_words(kind);
}

void smpi_mask_cost(struct smpi_cost *c, uint64_t rows, uint64_t cols) { c->mask_words += rows * cols; }

void smpi_product_cost(struct smpi_cost *c, uint64_t m, uint64_t k, uint64_t n) {
  c->product_words += k * n + m * n;
  if (is_dealt(c)) c->offline_bytes += 8 * m * n;
}

/* The products of a program, as the pool gives them to the source; owners[] of its masks. */
static size_t list_products(struct smpi_product_job *job, struct smpi_owners *owners, const struct smpi_mask_step *step,
                            size_t steps) {
  size_t masks = 0, jobs = 0;
  for (size_t i = 0; i < steps; i++) {
    const struct smpi_mask_step *t = &step[i];
    if (t->is_new) owners[masks++] = smpi_owners_of(&t->owners, t->rows, true);
    else
      job[jobs++] = (struct smpi_product_job){
          .owners = &owners[t->mask],
          .shape = {.row = t->row, .col = t->col, .rows = t->rows, .cols = t->cols, .n = t->n,
                    .transposed = t->transposed}};
  }
  return jobs;
}

smpc_err smpi_products_cost(struct smpi_cost *c, int rank, const struct smpi_mask_step *step, size_t steps) {
  if (is_dealt(c) || steps == 0) return SMPC_OK;
  struct smpi_product_job *job = smpi_alloc(steps, sizeof *job);
  struct smpi_owners *owners = smpi_alloc(steps, sizeof *owners);
  smpc_err err = job != NULL && owners != NULL ? SMPC_OK : SMPC_E_NOMEM;
  if (err == SMPC_OK) {
    size_t jobs = list_products(job, owners, step, steps);
    unsigned me = rank < 0 ? 0 : (unsigned)rank;
    uint64_t bytes = 0;
    if (c->source == SMPC_OT) err = smpi_ot_matrix_bytes(&bytes, c->parties, me, job, jobs);
    else bytes = smpi_paillier_products_bytes(c->parties, me, job, jobs);
    c->offline_bytes += bytes;
  }
  smpi_free(job);
  smpi_free(owners);
  return err;
}

/* Batches as pool.c cuts them. */
static uint64_t units_bytes(const struct smpi_cost *c, enum smpi_corr kind, unsigned frac_bits) {
  uint64_t made = c->corr[kind] - c->pooled[kind], most = smpi_pool_most(kind), batches = made / most, bytes = 0;
  if (batches != 0) bytes = batches * smpi_ot_units_bytes(c->parties, kind, most, frac_bits);
  return bytes + smpi_ot_units_bytes(c->parties, kind, made % most, frac_bits);
}

static void pool_cost(struct smpi_cost *c) {
  uint64_t any = 0;
  for (unsigned k = 0; k < SMPI_CORRS; k++) {
    any |= c->pooled[k];
    if (is_dealt(c)) c->offline_bytes -= 8 * c->pooled[k] * smpi_corr_dependent_words(k);
  }
  if (any != 0) c->offline_bytes += 8 * (uint64_t)(c->parties - 1); /* reserving, all at once */
}

void smpi_triple_cost_end(struct smpi_cost *c, unsigned frac_bits) {
  uint64_t any = c->mask_words + c->product_words;
  pool_cost(c);
  if (is_dealt(c)) return;
  for (unsigned k = 0; k < SMPI_CORRS; k++) {
    any += c->corr[k] - c->pooled[k];
    if (c->source == SMPC_OT) c->offline_bytes += units_bytes(c, k, frac_bits);
  }
  if (any == 0) return;
  c->offline_bytes += c->source == SMPC_OT ? smpi_ot_open_bytes(c->parties) : smpi_paillier_open_bytes(c->parties);
}
