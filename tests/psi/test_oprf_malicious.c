/* test_oprf_malicious.c - smpc_psi_reveal in a session against malicious parties: exact results, what is
 * refused, and a party inside the authenticated channel that alters any of its messages. */
#include "psi_sets.h"

#include <math.h>

#include "ot/vole.h"
#include "psi/oprf.h"
#include "support/stats.h"
#include "support/tap.h"

static void stand_against_all(smpc_config *cfg, unsigned me, void *ctx) {
  (void)me, (void)ctx;
  cfg->security = SMPC_MALICIOUS;
}

static struct parties setting(uint64_t seed) {
  return (struct parties){.n = 2, .seed = seed, .source = SMPC_OT, .configure = stand_against_all};
}

static void make_run(struct psi_run *r, const struct psi_sets *p, unsigned to, uint64_t padded) {
  psi_run_make(r, p, to);
  r->q.size_a = padded;
  r->q.size_b = padded ? padded + 3 : 0;
}

static void try_sets(size_t n, size_t m, size_t common, unsigned to, uint64_t padded) {
  struct psi_sets p;
  struct psi_run r;
  struct parties s = setting(n + 1000 * m + to);
  psi_sets_make(&p, n, m, common, 5);
  make_run(&r, &p, to, padded);
  parties_run_ok(&s, psi_body, &r, NULL);
  for (unsigned k = 0; k < 2; k++) {
    bool learns = to >> k & 1;
    assert_int_equal(r.err[k], SMPC_OK);
    assert_int_equal(r.result[k].protocol, SMPC_PSI_VOLE); /* small sets, too */
    assert_int_equal(r.result[k].matched, learns ? common : 0);
    assert_int_equal(r.result[k].recipient_most, smpi_psi_oprf_most(r.q.to.bits == 1 ? r.result[k].size_a : r.result[k].size_b,
                                                                    r.q.to.bits == 1 ? r.result[k].size_b : r.result[k].size_a));
    for (size_t i = 0; i < p.n[k]; i++) assert_int_equal(r.matched[k][i], learns && i < common);
  }
  psi_run_free(&r);
  psi_sets_free(&p);
}

static void sets_are_joined_exactly(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 127, 1023};
  for (size_t i = 0; i < 4; i++)
    for (size_t j = 0; j < 4; j++) {
      size_t least = sizes[i] < sizes[j] ? sizes[i] : sizes[j];
      try_sets(sizes[i], sizes[j], (least + 1) / 2, 1 + (unsigned)(i + j) % 2, 0);
    }
  try_sets(500, 500, 500, 1, 0);
  try_sets(40000, 70000, 30000, 2, 0); /* several bins */
  try_sets(70000, 40000, 0, 1, 0);
  try_sets(10, 20, 7, 1, 3000);
  try_sets(10, 20, 7, 2, 3000);
}

/* --- refusals ---------------------------------------------------------------------------- */

static void refuse(struct psi_run *r, struct parties *s) {
  struct parties_result got;
  parties_run(s, psi_body, r, &got);
  for (unsigned i = 0; i < 2; i++) assert_int_equal(got.close[i], SMPC_E_ARG);
  psi_run_free(r);
}

static void questions_without_a_malicious_form_are_refused(void **state) {
  (void)state;
  struct psi_sets p;
  struct psi_run r;
  struct parties s = setting(1);
  psi_sets_make(&p, 4, 4, 2, 5);
  make_run(&r, &p, 3, 0); /* two recipients */
  refuse(&r, &s);
  make_run(&r, &p, 1, 0);
  r.is_count = true;
  refuse(&r, &s);
  make_run(&r, &p, 1, 0);
  r.q.protocol = SMPC_PSI_ECDH;
  refuse(&r, &s);
  make_run(&r, &p, 1, 0);
  r.q.minimum = 2; /* which the join decides */
  refuse(&r, &s);
  make_run(&r, &p, 1, 0);
  r.q.owners.bits = 3;
  refuse(&r, &s);
  psi_sets_free(&p);
}

static void add(struct smpc_session *s, unsigned me, void *ctx) {
  const double x[] = {1};
  smpc_shared **got = ctx;
  got[me] = smpc_input(s, smpc_p(0), x, (smpc_shape){1, 1});
}

static void all_other_operations_are_refused(void **state) {
  (void)state;
  smpc_shared *got[2] = {NULL, NULL};
  struct parties s = setting(1);
  struct parties_result r;
  parties_run(&s, add, got, &r);
  for (unsigned i = 0; i < 2; i++) {
    assert_int_equal(r.open[i], SMPC_OK);
    assert_int_equal(r.close[i], SMPC_E_ARG);
    assert_null(got[i]);
  }
}

static void other_sessions_do_not_open(void **state) {
  (void)state;
  smpc_shared *got[3] = {NULL, NULL, NULL};
  struct parties three = {.n = 3, .seed = 1, .source = SMPC_OT, .configure = stand_against_all};
  struct parties dealt = {.n = 2, .dealer = true, .seed = 1, .configure = stand_against_all};
  struct parties_result r;
  parties_run(&three, add, got, &r);
  assert_int_equal(r.open[0], SMPC_E_ARG);
  parties_run(&dealt, add, got, &r);
  assert_int_equal(r.open[0], SMPC_E_ARG);
}

/* Both must mean the same. */
static void stand_alone(smpc_config *cfg, unsigned me, void *ctx) {
  (void)ctx;
  cfg->security = me == 0 ? SMPC_MALICIOUS : SMPC_SEMI_HONEST;
}

static void the_model_is_agreed(void **state) {
  (void)state;
  smpc_shared *got[2] = {NULL, NULL};
  struct parties s = {.n = 2, .seed = 1, .source = SMPC_OT, .configure = stand_alone};
  struct parties_result r;
  parties_run(&s, add, got, &r);
  for (unsigned i = 0; i < 2; i++) assert_int_equal(r.open[i], SMPC_E_PARAM);
}

/* --- figures ------------------------------------------------------------------------------ */

static void program(smpc_session *s, void *user) {
  struct psi_run *r = user;
  LET_FAIL(smpc_psi_reveal(s, &r->q, &r->set[0], NULL, 0, NULL));
}

static void the_estimate_is_what_is_spent(void **state) {
  (void)state;
  struct psi_sets p;
  struct psi_run r;
  struct parties_result got;
  smpc_config cfg;
  smpc_cost cost;
  uint8_t secret[32];
  struct parties s = setting(1);
  psi_sets_make(&p, 5000, 40000, 2, 5);
  for (unsigned to = 1; to <= 2; to++) {
    make_run(&r, &p, to, 40000);
    parties_run_ok(&s, psi_body, &r, &got);
    parties_config(&cfg, secret, &s, 0);
    cfg.security = SMPC_MALICIOUS;
    assert_int_equal(smpc_estimate(&cfg, program, &r, &cost), SMPC_OK);
    uint64_t most = got.spent[0].bytes > got.spent[1].bytes ? got.spent[0].bytes : got.spent[1].bytes;
    assert_int_equal(cost.rounds, got.spent[0].rounds);
    assert_int_equal(cost.bytes, most);
    psi_run_free(&r);
  }
  psi_sets_free(&p);
}

/* The bound of oprf.c once more, with the logarithm of the binomial itself, and the stores of all runs. */
static void try_bound(uint64_t n, uint64_t m) {
  struct smpi_okvs_shape shape;
  unsigned buckets = 1, doublings = 0;
  for (; (n > m ? n : m) > (uint64_t)buckets << 20; doublings++) buckets *= 2;
  uint64_t each = smpi_psi_bucket_size(n, buckets);
  assert_int_equal(smpi_okvs_shape(&shape, each, SMPI_OKVS_FIELD, SMPI_OKVS_LAMBDA + doublings), SMPC_OK);
  double most = (double)smpi_psi_oprf_most(n, m), len = (double)(shape.len * buckets);
  double sets = 64 * most - lgamma(most + 1) / log(2), seeds = 64.0 * buckets;
  assert_true((double)smpi_psi_oprf_columns(n, m) == len && most > len);
  assert_true(sets + seeds - 128 * (most - len) <= -40);
  if (n >= 1 << 16 && (m <= 1 << 20 || m <= n)) assert_true(len < 1.34 * (double)n && most < 2.11 * (double)n); /* smpc.h */
}

static void how_many_items_a_receiver_may_use(void **state) {
  (void)state;
  for (uint64_t n = 1; n <= 1 << 30; n *= 4)
    for (uint64_t m = 1; m <= 1 << 30; m *= 32) try_bound(n, m);
  assert_int_equal(smpi_psi_oprf_columns(1, 1), 434);
  assert_int_equal(smpi_psi_oprf_columns(256, 1 << 20), 434);
  assert_int_equal(smpi_psi_oprf_columns(1, 1 << 30), 470016);
  assert_int_equal(smpi_psi_oprf_most(0, 1), 0);
  assert_int_equal(smpi_psi_oprf_most(1, 0), 0);
}

/* What oprf.h says of rounds. */
static void rounds_are_as_the_header_says(void **state) {
  (void)state;
  for (size_t n = 1; n <= 1 << 20; n += n / 50 + 1) {
    struct smpi_okvs_shape shape;
    assert_int_equal(smpi_okvs_shape(&shape, n, SMPI_OKVS_FIELD, SMPI_OKVS_LAMBDA), SMPC_OK);
    unsigned more = smpi_vole_rounds(shape.len, 128, true) + 1 - smpi_vole_rounds(shape.len, 80, false);
    assert_in_range(more, 6, 8);
    if (n == 1) assert_int_equal(more, 6);
  }
}

/* --- a party that deviates -------------------------------------------------------------------- */

enum { ROUNDS = 40, N = 600, COMMON = 200 };

/* Party `party` alters the byte at `off` of its exchange number `round`, counted from 1. */
struct cheat {
  unsigned party, round;
  size_t off;
  uint8_t add;
  unsigned seen[2];
  size_t len[2][ROUNDS + 1];
  bool is_done;
};

static void alter(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct cheat *c = user;
  (void)to;
  if (off == 0) c->seen[from]++;
  if (c->seen[from] <= ROUNDS) c->len[from][c->seen[from]] = off + len;
  if (from != c->party || c->seen[from] != c->round || c->off < off || c->off >= off + len) return;
  ((uint8_t *)(uintptr_t)data)[c->off - off] ^= c->add;
  c->is_done = true;
}

struct outcome { smpc_err err[2]; smpc_err close[2]; size_t matched; bool is_wrong; char text[2][256]; };

/* Party 0 learns. */
static struct outcome cheated(struct cheat *c, const struct psi_sets *p, uint64_t seed) {
  struct psi_run r;
  struct parties s = setting(seed);
  struct parties_result got;
  struct outcome o = {0};
  make_run(&r, p, 1, 600);
  r.q.size_b = 600;
  tap_set(alter, c);
  parties_run(&s, psi_body, &r, &got);
  tap_set(NULL, NULL);
  for (unsigned k = 0; k < 2; k++) {
    o.err[k] = r.err[k];
    o.close[k] = got.close[k];
    snprintf(o.text[k], sizeof o.text[k], "%s", got.fault[k].text);
  }
  for (size_t i = 0; i < N; i++) {
    o.matched += r.matched[0][i];
    o.is_wrong |= r.matched[0][i] && i >= COMMON;
    o.is_wrong |= r.matched[1][i] != 0 || (r.err[0] != SMPC_OK && r.matched[0][i] != 0);
  }
  psi_run_free(&r);
  return o;
}

/* Exchanges: agreement; of the receiver, 0: an offer, trees, two rounds of corrections, two responses, the
 * check's question, the store; of the sender, 1: points, the binding to its salt, two coins, sums, the check's answer,
 * masks; the session's end. */
enum { AGREEMENT = 1, BASE = 2, STORE = 9, MASKS = 8 };
static const unsigned END[2] = {10, 9};

static void check_outcome(const struct cheat *c, const struct outcome *o, bool is_found) {
  assert_true(c->is_done);
  assert_false(o->is_wrong);
  if (is_found) assert_int_not_equal(o->err[0], SMPC_OK);
  if (is_found && c->round > BASE) assert_true(o->close[0] == SMPC_E_CHEAT || o->close[1] == SMPC_E_CHEAT);
}

/* Whatever message: the first byte or the last is found, and all get an error and zeros; where a byte is not, it
 * was not read (one of two sums is), or it was another set that the cheater put in (the store, or masks): then what is
 * revealed is part of the true result. */
static void no_altered_message_reveals_more(void **state) {
  (void)state;
  struct psi_sets p;
  struct cheat plan = {.party = 9};
  psi_sets_make(&p, N, N, COMMON, 5);
  struct outcome o = cheated(&plan, &p, 1);
  assert_true(o.err[0] == SMPC_OK && o.err[1] == SMPC_OK && o.matched == COMMON);
  assert_true(plan.seen[0] == END[0] && plan.seen[1] == END[1]);
  for (unsigned party = 0; party < 2; party++)
    for (unsigned round = AGREEMENT; round < END[party]; round++) {
      unsigned found = 0;
      for (unsigned i = 0; i < 2; i++) {
        struct cheat c = {.party = party, .round = round, .off = i ? plan.len[party][round] - 1 : 0, .add = 1};
        o = cheated(&c, &p, 1);
        check_outcome(&c, &o, o.err[0] != SMPC_OK);
        found += o.err[0] != SMPC_OK;
      }
      assert_int_equal(found != 0, party == 1 || round != STORE); /* the sender's salt is found, the receiver's is its own */
    }
  psi_sets_free(&p);
}

/* The receiver is told a mask that is none, and does not match it; the rest is as it was. */
static void another_mask_is_another_set(void **state) {
  (void)state;
  struct psi_sets p;
  unsigned lost = 0;
  psi_sets_make(&p, N, N, COMMON, 5);
  for (size_t i = 0; i < 16; i++) {
    struct cheat c = {.party = 1, .round = MASKS, .off = 32 + 16 * i, .add = 1};
    struct outcome o = cheated(&c, &p, 1);
    check_outcome(&c, &o, false);
    assert_true(o.err[0] == SMPC_OK && (o.matched == COMMON || o.matched == COMMON - 1));
    lost += o.matched == COMMON - 1;
  }
  assert_in_range(lost, 1, 15);
  psi_sets_free(&p);
}

/* --- what belongs to another run ----------------------------------------------------------- */

/* The sender's commitment and salt: taken from one run, put into another of the same session or of one to come. */
struct replay {
  unsigned take[2], put[2]; /* exchanges of the commitment and of the masks, which the salt leads; 0: none */
  uint8_t bytes[2][32];
  unsigned seen, taken, done;
};

static void replay(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct replay *r = user;
  (void)to;
  if (from != 1 || off != 0) return;
  r->seen++;
  for (unsigned i = 0; i < 2 && len >= 32; i++) {
    if (r->seen == r->put[i]) memcpy((uint8_t *)(uintptr_t)data, r->bytes[i], 32), r->done++;
    if (r->seen == r->take[i]) memcpy(r->bytes[i], data, 32), r->taken++;
  }
}

static smpc_err replayed(struct replay *plan, const struct psi_sets *p, uint64_t seed) {
  struct psi_run r;
  struct parties s = setting(seed);
  struct parties_result got;
  plan->seen = plan->done = 0;
  make_run(&r, p, 1, p->n[0]);
  r.q.size_b = p->n[1];
  tap_set(replay, plan);
  parties_run(&s, psi_body, &r, &got);
  tap_set(NULL, NULL);
  for (size_t i = 0; i < p->n[0]; i++) assert_int_equal(r.matched[0][i], r.err[0] == SMPC_OK && i < p->common);
  psi_run_free(&r);
  return got.close[0];
}

enum { COMMITMENT = 3 };

static void a_salt_of_another_session_is_refused(void **state) {
  (void)state;
  struct psi_sets p;
  struct replay plan = {.take = {COMMITMENT, MASKS}};
  psi_sets_make(&p, 50, 40, 20, 5);
  assert_int_equal(replayed(&plan, &p, 1), SMPC_OK);
  assert_int_equal(plan.taken, 2);
  memcpy(plan.put, plan.take, sizeof plan.put);
  assert_int_equal(replayed(&plan, &p, 1), SMPC_OK); /* the same session once more: nothing changes */
  assert_int_equal(plan.done, 2);
  memset(plan.take, 0, sizeof plan.take);
  assert_int_equal(replayed(&plan, &p, 1), SMPC_OK);
  assert_int_equal(replayed(&plan, &p, 2), SMPC_E_CHEAT);
  assert_int_equal(plan.done, 2);
  psi_sets_free(&p);
}

/* A bucket of so few of the receiver's items takes six exchanges of the sender's, the first two more. */
static void sets_in_buckets_are_joined_exactly_and_a_salt_is_of_one(void **state) {
  (void)state;
  enum { LARGE = (1 << 20) + 1, EACH = MASKS - COMMITMENT + 1 };
  struct psi_sets p;
  struct replay plan = {.take = {COMMITMENT, MASKS}};
  psi_sets_make(&p, 1000, LARGE, 700, 5);
  assert_int_equal(replayed(&plan, &p, 1), SMPC_OK);
  assert_int_equal(plan.seen, MASKS + EACH + 1);
  for (unsigned i = 0; i < 2; i++) plan.put[i] = plan.take[i] + EACH;
  assert_int_equal(replayed(&plan, &p, 1), SMPC_E_CHEAT);
  assert_int_equal(plan.done, 2);
  psi_sets_free(&p);
  try_sets(20, 10, 5, 2, LARGE);
}

/* --- what an abort says --------------------------------------------------------------------- */

/* The honest party's words are the same whichever check found it, whatever the bits: but for the salt's, which is
 * public.  All these checks run before anything of its set leaves the receiver. */
static void the_abort_says_nothing(void **state) {
  (void)state;
  static const struct { unsigned party, round; size_t off; } at[] = {{0, 4, 77}, {0, 4, 20000}, {0, 6, 9}, {0, 7, 1031}, {0, 7, 0},
                                                                     {1, 6, 15}, {1, 6, 110000}, {1, 7, 0}, {1, 7, 31}};
  struct psi_sets p;
  char text[2][256] = {"", ""};
  unsigned found[2] = {0, 0};
  psi_sets_make(&p, N, N, COMMON, 5);
  for (size_t i = 0; i < sizeof at / sizeof *at; i++)
    for (uint8_t bit = 1; bit != 0; bit = (uint8_t)(bit << 7)) {
      struct cheat c = {.party = at[i].party, .round = at[i].round, .off = at[i].off, .add = bit};
      struct outcome o = cheated(&c, &p, 1);
      unsigned honest = 1 - at[i].party;
      assert_true(c.is_done && !o.is_wrong);
      if (o.close[honest] != SMPC_E_CHEAT) continue; /* not read, or the cheater found it at itself */
      if (found[honest]++ == 0) snprintf(text[honest], sizeof text[honest], "%s", o.text[honest]);
      assert_string_equal(o.text[honest], text[honest]);
    }
  for (unsigned k = 0; k < 2; k++) {
    assert_in_range(found[k], 2, 10);
    assert_null(strstr(text[k], "tree"));
  }
  psi_sets_free(&p);
}

/* --- what is sent ------------------------------------------------------------------------------ */

struct seen { struct stats sent[2]; uint64_t len[2]; };

static void watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct seen *seen = user;
  (void)to, (void)off;
  seen->len[from] += len;
  if (len > 8224) stats_add(&seen->sent[from], data, len);
}

/* Commitments, coins, responses, the check's question and answer, salt and masks, of runs that send little else: all but agreement, points
 * and trees, which come first, and the session's end. */
struct small { unsigned seen[2]; struct stats sent[2]; };

static void watch_small(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct small *small = user;
  (void)to;
  if (off == 0) small->seen[from]++;
  if (small->seen[from] > BASE && small->seen[from] < END[from] && len <= 1032) stats_add(&small->sent[from], data, len);
}

static void small_messages_look_random(void **state) {
  (void)state;
  enum { RUNS = 10 };
  struct small *small = calloc(1, sizeof *small);
  struct psi_sets p;
  psi_sets_make(&p, 1, 1, 1, 5);
  for (uint64_t i = 0; i < RUNS; i++) {
    struct psi_run r;
    struct parties s = setting(i + 1);
    memset(small->seen, 0, sizeof small->seen);
    make_run(&r, &p, 1, 1);
    r.q.size_b = 1;
    tap_set(watch_small, small);
    parties_run_ok(&s, psi_body, &r, NULL);
    tap_set(NULL, NULL);
    psi_run_free(&r);
  }
  assert_true(small->sent[0].n_bytes >= RUNS * 2 * 1032 && small->sent[1].n_bytes >= RUNS * (5 * 32 + 16));
  for (unsigned k = 0; k < 2; k++) assert_true(stats_bytes_are_uniform(&small->sent[k]));
  psi_sets_free(&p);
  free(small);
}

static void what_is_sent_depends_on_sizes_alone(void **state) {
  (void)state;
  struct seen *seen = calloc(2, sizeof *seen);
  for (unsigned i = 0; i < 2; i++) {
    struct psi_sets p;
    struct psi_run r;
    struct parties s = setting(i + 1);
    psi_sets_make(&p, 6000, 6000, i ? 6000 : 0, i ? 5 : UINT64_C(1) << 50);
    make_run(&r, &p, 1, 0);
    tap_set(watch, &seen[i]);
    parties_run_ok(&s, psi_body, &r, NULL);
    tap_set(NULL, NULL);
    psi_run_free(&r);
    psi_sets_free(&p);
  }
  for (unsigned k = 0; k < 2; k++) {
    assert_int_equal(seen[0].len[k], seen[1].len[k]);
    for (unsigned i = 0; i < 2; i++)
      assert_true(stats_bytes_are_uniform(&seen[i].sent[k]) && stats_bits_are_balanced(&seen[i].sent[k], NULL));
  }
  free(seen);
}

TEST_MAIN(T(sets_are_joined_exactly), T(questions_without_a_malicious_form_are_refused),
          T(all_other_operations_are_refused), T(other_sessions_do_not_open), T(the_model_is_agreed),
          T(the_estimate_is_what_is_spent), T(how_many_items_a_receiver_may_use), T(rounds_are_as_the_header_says),
          T(no_altered_message_reveals_more), T(another_mask_is_another_set),
          T(a_salt_of_another_session_is_refused), T(sets_in_buckets_are_joined_exactly_and_a_salt_is_of_one),
          T(the_abort_says_nothing), T(small_messages_look_random), T(what_is_sent_depends_on_sizes_alone))
