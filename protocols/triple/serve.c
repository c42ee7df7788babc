/* serve.c - the dealer's end of the dealer source: see dealer.c for the protocol. */
#include <string.h>

#include "base/mem.h"
#include "rand/entropy.h"
#include "triple/dealer.h"
#include "triple/expand.h"
#include "triple/product.h"

struct serving {
  struct smpc_session *s;
  unsigned parties;
  uint8_t seed[SMPC_MAX_COMPUTING][32];
  uint64_t batches[SMPI_CORRS], products; /* made so far: the next number of each */
  struct smpi_deal batch;
  struct smpi_deal_product product;
  uint64_t words[SMPI_CHUNK / 8]; /* of the chunk being made */
};

static smpc_err send_seeds(struct serving *d) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING] = {{0}};
  smpc_err err = smpi_entropy(d->seed, d->parties * sizeof d->seed[0]);
  if (err != SMPC_OK) return smpi_fail(d->s, err, -1, "this machine gave no randomness");
  for (unsigned i = 0; i < d->parties; i++)
    flow[i] = (struct smpi_flow){.peer = smpi_member_of_rank(d->s, i), .out_len = sizeof d->seed[i], .out = d->seed[i]};
  return smpi_exchange(d->s, flow, d->parties);
}

static smpc_err differ(struct serving *d, unsigned other, const struct smpi_request *first,
                       const struct smpi_request *second) {
  char a[96], b[96];
  unsigned member = smpi_member_of_rank(d->s, other);
  smpi_request_describe(a, sizeof a, first);
  smpi_request_describe(b, sizeof b, second);
  return smpi_fail(d->s, SMPC_E_DESYNC, (int)member, "%s asks the dealer for %s where %s asks for %s",
                   smpi_member_name(d->s, member), b, smpi_member_name(d->s, smpi_member_of_rank(d->s, 0)), a);
}

static smpc_err numbers_fit(struct serving *d, const struct smpi_request *r) {
  uint64_t want = r->ask == SMPI_ASK_UNITS ? d->batches[r->kind]++ : r->ask == SMPI_ASK_PRODUCT ? d->products++ : 0;
  if (r->number == want) return SMPC_OK;
  return smpi_fail(d->s, SMPC_E_FORMAT, -1, "the computing parties ask the dealer for batch %llu, not %llu",
                   (unsigned long long)r->number, (unsigned long long)want);
}

/* The next request, which must be the same from everyone. */
static smpc_err next_request(struct serving *d, struct smpi_request *r) {
  uint8_t bytes[SMPC_MAX_COMPUTING][SMPI_REQUEST_LEN];
  struct smpi_flow flow[SMPC_MAX_COMPUTING] = {{0}};
  struct smpi_request one;
  smpc_err err;
  for (unsigned i = 0; i < d->parties; i++)
    flow[i] = (struct smpi_flow){.peer = smpi_member_of_rank(d->s, i), .in_len = SMPI_REQUEST_LEN, .in = bytes[i]};
  TRY(smpi_exchange(d->s, flow, d->parties));
  for (unsigned i = 0; i < d->parties; i++) {
    if ((err = smpi_request_decode(i == 0 ? r : &one, bytes[i])) != SMPC_OK)
      return smpi_fail(d->s, err, (int)flow[i].peer, "%s asks the dealer for something that does not exist",
                       smpi_member_name(d->s, flow[i].peer));
    if (memcmp(bytes[i], bytes[0], SMPI_REQUEST_LEN) != 0) return differ(d, i, r, &one);
  }
  TRY(numbers_fit(d, r));
out:
  return err;
}

/* --- corrections, made while they are sent ------------------------------------ */

static void produce_units(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)peer, (void)off; /* chunks come in order, one block each */
  struct serving *d = ctx;
  smpi_deal_block(d->words, &d->batch, len / 8 / smpi_corr_dependent_words(d->batch.kind));
  memcpy(buf, d->words, len);
}

static void produce_product(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)peer;
  struct serving *d = ctx;
  smpi_deal_product_words(d->words, &d->product, off / 8, len / 8);
  memcpy(buf, d->words, len);
}

static smpc_err serve_units(struct serving *d, const struct smpi_request *r) {
  size_t len = (size_t)r->units * smpi_corr_dependent_words(r->kind) * 8;
  struct smpi_flow flow = {.peer = smpi_member_of_rank(d->s, d->parties - 1), .out_len = len,
                           .produce = produce_units, .ctx = d};
  smpc_err err = smpi_deal_open(&d->batch, d->seed[0], d->parties, r->kind, r->number, smpi_frac_bits(d->s));
  if (err != SMPC_OK) err = smpi_fail(d->s, err, -1, "out of memory");
  else err = smpi_exchange(d->s, &flow, 1);
  smpi_deal_close(&d->batch);
  return err;
}

static smpc_err serve_product(struct serving *d, const struct smpi_request *r) {
  size_t len = smpi_product_c(&r->product) * 8;
  struct smpi_flow flow = {.peer = smpi_member_of_rank(d->s, d->parties - 1), .out_len = len,
                           .produce = produce_product, .ctx = d};
  smpc_err err = smpi_deal_product_open(&d->product, d->seed[0], d->parties, &r->product, r->number);
  if (err != SMPC_OK) err = smpi_fail(d->s, err, -1, "out of memory");
  else err = smpi_exchange(d->s, &flow, 1);
  return err;
}

smpc_err smpi_dealer_serve(struct smpc_session *s) {
  if (smpi_dealer(s) != (int)smpi_me(s)) return smpi_fail(s, SMPC_E_STATE, -1, "this party is not the dealer");
  struct smpi_request r = {0};
  smpc_err err = SMPC_OK;
  struct serving *d = smpi_secret_alloc(1, sizeof *d);
  if (d == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
  d->s = s;
  d->parties = smpi_parties(s);
  TRY(send_seeds(d));
  do {
    TRY(next_request(d, &r));
    if (r.ask == SMPI_ASK_UNITS) TRY(serve_units(d, &r));
    if (r.ask == SMPI_ASK_PRODUCT) TRY(serve_product(d, &r));
  } while (r.ask != SMPI_ASK_CLOSE);
out:
  smpi_deal_product_close(&d->product);
  smpi_secret_free(d);
  return err;
}
