/* test_oprf_cheat.c - smpc_psi_reveal against a party inside the authenticated channel that alters any of its
 * messages, or sends those of another run. */
#include "malicious_run.h"

#include "support/tap.h"

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
  assert_true(plan.seen[0] == END_0 && plan.seen[1] == END_1);
  for (unsigned party = 0; party < 2; party++)
    for (unsigned round = AGREEMENT; round < (party == 0 ? END_0 : END_1); round++) {
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
static void a_salt_is_of_one_bucket(void **state) {
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
}

/* --- what an abort says --------------------------------------------------------------------- */

/* The honest party's words are the same whichever check found it, whatever the bits: but for the salt's, which is
 * public.  All these checks run before anything of its set leaves the receiver. */
static void the_abort_says_nothing(void **state) {
  (void)state;
  static const struct {
    unsigned party, round;
    size_t off;
  } at[] = {{0, 4, 77}, {0, 4, 20000},  {0, 6, 9}, {0, 7, 1031}, {0, 7, 0},
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

TEST_MAIN(T(no_altered_message_reveals_more), T(another_mask_is_another_set), T(a_salt_of_another_session_is_refused),
          T(a_salt_is_of_one_bucket), T(the_abort_says_nothing))
