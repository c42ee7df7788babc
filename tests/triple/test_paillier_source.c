/* test_paillier_source.c - triple/triple.h with Paillier encryption for its source: products
 * longer than one batch of encrypted numbers, the price, what is refused, what is sent, faults.
 * Shapes and views of every kind are in test_masks.c. */
#include "support/test.h"

#include <string.h>

#include "support/stats.h"
#include "support/tap.h"
#include "triple/cost.h"
#include "paillier_product.h"
#include "triple/paillier_source.h"

static void run_owned(struct work *w, unsigned parties, size_t m, size_t k, size_t n, int owner) {
  struct smpi_mask_step step[2] = {{.is_new = true, .rows = m, .cols = k}, {.rows = m, .cols = k, .n = n}};
  *w = (struct work){.m = m, .k = k, .n = n, .owner = owner};
  parties_run_ok(&(struct parties){.n = parties, .source = SMPC_PAILLIER, .seed = m + k}, body, w, NULL);
  assert_true(is_right(w, parties));
  smpi_owners_add(&step[0].owners, m, owner);
  for (unsigned p = 0; p < parties; p++) {
    struct smpi_cost cost = {.parties = parties, .source = SMPC_PAILLIER};
    smpi_mask_cost(&cost, m, k);
    smpi_product_cost(&cost, m, k, n);
    smpi_triple_cost_end(&cost, 20);
    assert_int_equal(smpi_products_cost(&cost, (int)p, step, 2), SMPC_OK);
    assert_int_equal(w->spent[p].offline_bytes, cost.offline_bytes);
  }
}
static void run(struct work *w, unsigned parties, size_t m, size_t k, size_t n) { run_owned(w, parties, m, k, n, -1); }

static void products_of_several_shapes(void **state) {
  (void)state;
  static struct work w;
  run(&w, 2, 33, 2, 1); /* three packs, the last one short */
  run(&w, 2, 1, 2, 17); /* flat                            */
}

/* Tall: the owner multiplies, the others encrypt; flat: the other way round. */
static void products_with_an_owner(void **state) {
  (void)state;
  static struct work w;
  run_owned(&w, 3, 17, 2, 1, 1);
  run_owned(&w, 2, 1, 3, 4, 1);
}

/* Of the party of that rank. */
static uint64_t bytes_of(unsigned parties, unsigned rank, uint64_t m, uint64_t k, uint64_t n, int owner) {
  struct smpi_owners owners = {1, {{(uint32_t)m, owner}}};
  const struct smpi_product_job job = {.owners = &owners, .shape = {.rows = m, .cols = k, .n = n}};
  return smpi_paillier_products_bytes(parties, rank, &job, 1);
}

/* At most 2 bytes a product of 1000 x 100 by 100 x 1, both parties together; half with an owner. */
static void the_price_is_the_stated_one(void **state) {
  (void)state;
  assert_int_equal(bytes_of(2, 0, 1000, 100, 1, -1), 100 * 384 + 67 * 768);
  assert_true(2 * bytes_of(2, 0, 1000, 100, 1, -1) <= 2 * 100 * 1000);
  assert_int_equal(bytes_of(2, 1, 1, 100, 1000, -1), bytes_of(2, 0, 1000, 100, 1, -1));
  assert_int_equal(bytes_of(4, 2, 10, 10, 2, -1), 3 * (20 * 384 + 2 * 768));
  assert_int_equal(bytes_of(2, 0, 1000, 100, 1, 0), 67 * 768);
  assert_int_equal(bytes_of(2, 1, 1000, 100, 1, 0), 100 * 384);
  assert_int_equal(smpi_paillier_open_bytes(3), 2 * 384);
}

/* --- what is refused ------------------------------------------------------------------------ */

struct refusal { smpc_err err; char text[256]; };

static void take_elementwise(struct smpc_session *s, unsigned me, void *ctx) {
  struct refusal *r = (struct refusal *)ctx + me;
  struct smpi_taken t;
  r->err = smpi_triple_take(s, &t, me == 0 ? SMPI_TRIPLE : SMPI_EDABIT, 1);
  snprintf(r->text, sizeof r->text, "%s", s->fault.text);
}

static void elementwise_use_is_refused_with_the_reason(void **state) {
  (void)state;
  struct refusal got[2] = {{0}};
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .source = SMPC_PAILLIER, .seed = 2}, take_elementwise, got, &r);
  for (unsigned i = 0; i < 2; i++) {
    assert_int_equal(got[i].err, SMPC_E_ARG);
    assert_non_null(strstr(got[i].text, "paillier makes matrix products alone"));
    assert_non_null(strstr(got[i].text, "preprocessing: ot"));
  }
}

static void multiply(smpc_session *s, void *user) {
  const smpc_shared *x = smpc_input_i64(s, smpc_p(0), NULL, (smpc_shape){5, 5});
  (void)(*(bool *)user ? smpc_matmul(s, x, x) : smpc_mul(s, x, x));
}

static void an_estimate_says_so_before(void **state) {
  (void)state;
  const struct parties p = {.n = 2, .source = SMPC_PAILLIER, .seed = 1};
  smpc_config cfg;
  smpc_cost cost;
  uint8_t secret[32];
  bool by_matrix = true;
  parties_config(&cfg, secret, &p, 0);
  assert_int_equal(smpc_estimate(&cfg, multiply, &by_matrix, &cost), SMPC_OK);
  assert_int_equal(cost.offline_bytes, 384 + bytes_of(2, 0, 5, 5, 5, 0));
  by_matrix = false;
  assert_int_equal(smpc_estimate(&cfg, multiply, &by_matrix, &cost), SMPC_E_ARG);
  assert_int_equal(cost.triples, 0);
}

static void trust(struct smpc_session *s, unsigned me, void *ctx) {
  ((const char **)ctx)[me] = smpi_triple_trust(s);
}
static void whom_to_trust_is_said(void **state) {
  (void)state;
  const char *sentence[2] = {"", ""};
  parties_run_ok(&(struct parties){.n = 2, .source = SMPC_PAILLIER, .seed = 7}, trust, sentence, NULL);
  for (unsigned i = 0; i < 2; i++) assert_non_null(strstr(sentence[i], "Nobody is trusted"));
}

/* --- a peer that sends what no honest one makes ------------------------------------------------- */

enum lie { BAD_KEY, BAD_CORRECTION, BAD_RESULT, LIES };
struct lying { enum lie lie; smpc_err err; char text[256]; uint8_t c; };

/* `len` equal bytes for as many of the other's. */
static smpc_err swap(struct smpc_session *s, uint8_t value, size_t len) {
  static uint8_t out[SMPI_PAILLIER_TEXT_LEN], in[SMPI_PAILLIER_TEXT_LEN];
  const struct smpi_flow flow = {.peer = 0, .out = out, .in = in, .out_len = len, .in_len = len};
  memset(out, value, len);
  return smpi_exchange(s, &flow, 1);
}

static void lie(struct smpc_session *s, const struct lying *l) {
  struct smpi_source *src = NULL;
  smpi_offline(s, true);
  smpc_err err = l->lie == BAD_KEY ? swap(s, 0xff, SMPI_PAILLIER_KEY_LEN) : smpi_paillier_source_open(&src, s);
  if (err == SMPC_OK && l->lie != BAD_KEY) err = swap(s, l->lie == BAD_CORRECTION ? 0xff : 1, SMPI_PAILLIER_KEY_LEN);
  if (err == SMPC_OK && l->lie == BAD_RESULT) (void)swap(s, 0, SMPI_PAILLIER_TEXT_LEN);
  smpi_offline(s, false);
  if (src != NULL) src->ops->free(src);
}

static void one_lies(struct smpc_session *s, unsigned me, void *ctx) {
  struct lying *l = ctx;
  static struct work w;
  if (me == 1) {
    lie(s, l);
    return;
  }
  w = (struct work){.m = 1, .k = 1, .n = 1, .owner = -1};
  body(s, 0, &w);
  l->err = w.err[0];
  l->c = (uint8_t)(w.c[0][0] != UINT64_C(0x0707070707070707));
  snprintf(l->text, sizeof l->text, "%s", s->fault.text);
}

static void what_no_honest_party_makes_is_refused(void **state) {
  (void)state;
  static const char *const what[LIES] = {"a key for Paillier encryption", "an encrypted number", "an encrypted result"};
  for (enum lie i = BAD_KEY; i < LIES; i++) {
    struct lying l = {.lie = i};
    struct parties_result r;
    parties_run(&(struct parties){.n = 2, .source = SMPC_PAILLIER, .seed = 4}, one_lies, &l, &r);
    assert_int_equal(l.err, SMPC_E_FORMAT);
    assert_int_equal(r.fault[0].code, SMPC_E_FORMAT);
    assert_int_equal(r.fault[0].party, 1);
    assert_non_null(strstr(l.text, "party1 sent"));
    assert_non_null(strstr(l.text, what[i]));
    assert_int_equal(l.c, 0); /* nothing of a result has been given */
  }
}

/* --- what is sent ---------------------------------------------------------------------------- */

struct watch { struct stats sent[2]; };
static void watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct watch *w = user;
  (void)to, (void)off;
  if (len % 384 != 0) return;
  for (size_t i = 0; i < len; i += 384) stats_add(&w->sent[from], data + i, 376); /* the top word follows the modulus */
}

/* More than one batch of encrypted numbers; all of what carries them. */
static void a_long_product_and_what_is_sent(void **state) {
  (void)state;
  static struct watch seen;
  static struct work w;
  memset(&seen, 0, sizeof seen);
  tap_set(watch, &seen);
  run_owned(&w, 2, 1, K, 1, 0); /* so the second encrypts, alone */
  tap_set(NULL, NULL);
  assert_true(seen.sent[1].n_bytes > K * 376);
  assert_true(stats_bytes_are_uniform(&seen.sent[1]));
  assert_true(stats_bits_are_balanced(&seen.sent[1], NULL));
}

TEST_MAIN(T(a_long_product_and_what_is_sent), T(the_price_is_the_stated_one),
          T(elementwise_use_is_refused_with_the_reason), T(an_estimate_says_so_before), T(whom_to_trust_is_said),
          T(what_no_honest_party_makes_is_refused), T(products_of_several_shapes), T(products_with_an_owner))
