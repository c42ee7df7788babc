/* test_opening.c - when the shares of an opening leave: not before every party has let it pass. */
#include "support/test.h"

#include <stdatomic.h>

#include "support/parties.h"
#include "support/tap.h"

enum { N = 1000 };

/* Party 1's journal and study, that refuse. */
static smpc_err take(void *ctx, struct smpc_session *s, const uint64_t *clear, size_t n) {
  (void)ctx, (void)s, (void)clear, (void)n;
  return SMPC_OK;
}
static smpc_err refuse(void *ctx, struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape) {
  (void)ctx, (void)to, (void)purpose, (void)shape;
  return smpi_fail(s, SMPC_E_POLICY, 1, "not written down");
}
static const struct smpi_reviewing *no_review(void *ctx, const char *purpose) {
  (void)ctx, (void)purpose;
  return NULL;
}
static void end(void *ctx, struct smpc_session *s) { (void)ctx, (void)s; }

static const struct smpi_guard refusing = {.input = take, .opening = refuse, .review = no_review, .end = end};

struct run { bool refuses; atomic_bool is_opening; atomic_size_t sent; };

static void count_sent(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct run *r = user;
  (void)off, (void)data;
  if (from == 0 && to == 1 && r->is_opening) r->sent += len;
}

static void open_together(struct smpc_session *s, unsigned me, void *ctx) {
  struct run *r = ctx;
  int64_t x[N] = {0}, out[N];
  if (me == 1 && r->refuses) s->guard = &refusing;
  smpc_shared *z = smpc_input_i64(s, smpc_p(0), x, (smpc_shape){1, N});
  if (me == 0) r->is_opening = true;
  if (smpc_open_i64(s, z, smpc_to(smpc_p(1)), "totals", me == 1 ? out : NULL, me == 1 ? N : 0) != SMPC_OK) return;
  if (me == 0) r->is_opening = false;
}

static size_t sent(bool refuses) {
  struct run r = {.refuses = refuses};
  struct parties_result seen;
  tap_set(count_sent, &r);
  parties_run(&(struct parties){.n = 3, .seed = 71, .rtt_ms = 20, .timeout_ms = 2000}, open_together, &r, &seen);
  tap_set(NULL, NULL);
  for (unsigned i = 0; i < 3; i++) assert_int_equal(seen.open[i], SMPC_OK);
  assert_true((seen.close[0] != SMPC_OK) == refuses);
  return r.sent;
}

/* Party 0's share of the result is N words; before all agree, only its program's hash leaves. */
static void no_share_leaves_before_all_let_it_pass(void **state) {
  (void)state;
  size_t passed = sent(false), refused = sent(true);
  assert_true(passed >= N * sizeof(uint64_t));
  if (refused > 64) fail_msg("%zu bytes left for party 1, which refuses", refused);
}

TEST_MAIN(T(no_share_leaves_before_all_let_it_pass))
