/* dealer.c - a computing party's end of the dealer source.
 *
 * Functionality F_triple (triple.h), with a trusted dealer.
 * Protocol      [Bea97], compressed by seeds as in [RWT+18]:
 *     0. at the start the dealer sends party i a fresh seed s_i (32 bytes)
 *     1. party i      asks for a batch: kind, units, number
 *     2. party i < P-1 expands free and dependent columns from s_i
 *     3. party P-1    expands the free columns from its seed
 *     4. the dealer   adds up the free columns of all, completes the dependent
 *                     ones in the clear, takes away those of parties 0..P-2 and
 *                     sends the rest to party P-1
 * Matrices: A and B are free, C = view(A) B dependent; A costs no message.
 * Why           all columns add up to a correlation by construction.
 * Security      semi-honest; each party's shares are pseudo-random (ChaCha20) and
 *               independent of the clear values, which the dealer alone could
 *               compute.  Trust: see the sentence below.
 * Assumes       private authenticated links to the dealer; BLAKE2b as a KDF.
 * Cost          offline: 88 bytes to the dealer a batch or product; from it, 8
 *               bytes for each dependent word to one party, nothing to the others.
 * Secrets       seeds, columns, corrections.
 * Differs from  [RWT+18]: more kinds of correlation, any number of parties; nothing else.
 */
#include "triple/dealer.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "triple/expand.h"

struct dealer_source {
  struct smpi_source base;
  uint8_t seed[32];
  struct smpi_prg *g; /* the stream now expanded: of one batch, mask or product after the other */
};

static bool is_last(const struct smpc_session *s) { return smpi_rank(s) + 1 == (int)smpi_parties(s); }

static smpc_err ask(struct smpc_session *s, const struct smpi_request *r) {
  uint8_t bytes[SMPI_REQUEST_LEN];
  smpi_request_encode(bytes, r);
  struct smpi_flow flow = {.peer = (unsigned)smpi_dealer(s), .out_len = sizeof bytes, .out = bytes};
  return smpi_exchange(s, &flow, 1);
}

/* One batch on its way into the columns. */
struct filling {
  uint64_t *const *col;
  enum smpi_corr kind;
  struct smpi_prg *g;
};

/* A chunk is one block's corrections: draw the free columns, copy the others. */
static void fill_block(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)peer;
  const struct filling *f = ctx;
  uint64_t *at[SMPI_CORR_COLUMNS];
  size_t n = len / 8 / smpi_corr_dependent_words(f->kind);
  smpi_corr_at(at, f->col, f->kind, off / SMPI_CHUNK * smpi_block_units(f->kind));
  smpi_expand_block(at, f->kind, n, f->g, true);
  for (unsigned c = 0; c < smpi_corr_columns(f->kind); c++) {
    if (smpi_corr_is_free(f->kind, c)) continue;
    size_t bytes = 8 * n * smpi_corr_width(f->kind, c);
    memcpy(at[c], buf, bytes);
    buf += bytes;
  }
}

static void expand_all(const struct filling *f, size_t n) {
  size_t block = smpi_block_units(f->kind);
  uint64_t *at[SMPI_CORR_COLUMNS];
  for (size_t first = 0; first < n; first += block) {
    smpi_corr_at(at, f->col, f->kind, first);
    smpi_expand_block(at, f->kind, smpi_min(block, n - first), f->g, false);
  }
}

static smpc_err dealer_units(struct smpi_source *src, struct smpc_session *s, uint64_t *const col[],
                             enum smpi_corr kind, size_t n, uint64_t number) {
  struct dealer_source *d = (struct dealer_source *)src;
  struct filling f = {.col = col, .kind = kind};
  struct smpi_request r = {.ask = SMPI_ASK_UNITS, .kind = kind, .units = n, .number = number};
  struct smpi_flow flow = {.peer = (unsigned)smpi_dealer(s), .in_len = 8 * n * smpi_corr_dependent_words(kind),
                           .consume = fill_block, .ctx = &f};
  smpc_err err = smpi_expand_open(&d->g, d->seed, SMPI_USE_BATCH, kind, number);
  if (err != SMPC_OK) return smpi_fail(s, err, -1, "out of memory");
  f.g = d->g;
  TRY(ask(s, &r));
  if (is_last(s)) TRY(smpi_exchange(s, &flow, 1));
  else expand_all(&f, n);
out:
  return err;
}

static smpc_err dealer_mask(struct smpi_source *src, struct smpc_session *s, shr *a, uint64_t *plain, size_t cols,
                            const struct smpi_owners *owners, uint64_t number) {
  (void)plain; /* the dealer knows all masks: an owner saves nothing */
  struct dealer_source *d = (struct dealer_source *)src;
  smpc_err err = smpi_expand_open(&d->g, d->seed, SMPI_USE_MASK, 0, number);
  if (err != SMPC_OK) return smpi_fail(s, err, -1, "out of memory");
  smpi_prg_words(d->g, &a->v, (size_t)owners->run[0].rows * cols);
  return SMPC_OK;
}

static smpc_err dealer_product(struct dealer_source *d, struct smpc_session *s, const struct smpi_product_job *job) {
  const struct smpi_product *p = &job->shape;
  size_t b_words = smpi_product_b(p), c_words = smpi_product_c(p);
  struct smpi_request r = {.ask = SMPI_ASK_PRODUCT, .number = job->number, .product = *p};
  struct smpi_flow flow = {.peer = (unsigned)smpi_dealer(s), .in_len = 8 * c_words, .in = job->c};
  smpc_err err = smpi_expand_open(&d->g, d->seed, SMPI_USE_PRODUCT, 0, job->number);
  if (err != SMPC_OK) return smpi_fail(s, err, -1, "out of memory");
  TRY(ask(s, &r));
  smpi_prg_words(d->g, &job->b->v, b_words);
  if (is_last(s)) TRY(smpi_exchange(s, &flow, 1));
  else smpi_prg_words(d->g, &job->c->v, c_words);
out:
  return err;
}

/* The dealer makes A anew from the seeds. */
static smpc_err dealer_products(struct smpi_source *src, struct smpc_session *s, const struct smpi_product_job *job,
                                size_t jobs) {
  smpc_err err = SMPC_OK;
  for (size_t i = 0; i < jobs; i++) TRY(dealer_product((struct dealer_source *)src, s, &job[i]));
out:
  return err;
}

static smpc_err dealer_finish(struct smpi_source *src, struct smpc_session *s) {
  (void)src;
  return ask(s, &(struct smpi_request){.ask = SMPI_ASK_CLOSE});
}

static void dealer_free(struct smpi_source *src) {
  smpi_prg_close(((struct dealer_source *)src)->g);
  smpi_secret_free(src);
}

const struct smpi_source_ops smpi_dealer_ops = {
    .name = "dealer",
    .trust = "Dealer and any one computing party together know all inputs; "
             "a wrong dealer makes wrong results silently.",
    .units = dealer_units,
    .mask = dealer_mask,
    .products = dealer_products,
    .finish = dealer_finish,
    .free = dealer_free,
};

smpc_err smpi_dealer_open(struct smpi_source **src, struct smpc_session *s) {
  *src = NULL;
  if (smpi_dealer(s) < 0)
    return smpi_fail(s, SMPC_E_STATE, -1, "this operation needs correlated randomness, and no party is the dealer");
  struct dealer_source *d = smpi_secret_alloc(1, sizeof *d);
  if (d == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
  d->base.ops = &smpi_dealer_ops;
  struct smpi_flow flow = {.peer = (unsigned)smpi_dealer(s), .in_len = sizeof d->seed, .in = d->seed};
  smpc_err err = smpi_exchange(s, &flow, 1);
  if (err == SMPC_OK) *src = &d->base;
  else smpi_secret_free(d);
  return err;
}
