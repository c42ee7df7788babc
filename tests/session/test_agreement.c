/* test_agreement.c - the rounds before a program runs, when a member says other things to other members;
 * and what a failure leaves of the keys that these rounds gave. */
#include "support/test.h"

#include <string.h>

#include "support/parties.h"
#include "support/tap.h"

enum { CHEAT = 2, NONCE = 0, LINKS = 168, HELLO_LEN = 240 }; /* the hello's places, as agreement.c lays it out */

/* Member 2 changes a byte of its hello on the way to these members. */
struct lie { unsigned place; uint64_t to; bool seen_hello[SMPC_MAX_PARTIES]; };

static void alter(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct lie *l = user;
  if (from != CHEAT || l->seen_hello[to] || off != 0 || len != HELLO_LEN) return;
  l->seen_hello[to] = true;
  if (l->to >> to & 1) ((uint8_t *)data)[l->place] ^= 1; /* the buffer that is about to be sent */
}

static void listen(smpc_config *cfg, unsigned me, void *ctx) {
  (void)cfg, (void)ctx;
  tap_party(me);
}

static void nothing(struct smpc_session *s, unsigned me, void *ctx) { (void)s, (void)me, (void)ctx; }

static void run(struct lie *l, struct parties_result *r) {
  tap_set(alter, l);
  parties_run(&(struct parties){.n = 3, .seed = 61, .timeout_ms = 2000, .configure = listen}, nothing, NULL, r);
  tap_set(NULL, NULL);
}

static void expect_found(struct lie l) {
  struct parties_result r;
  bool is_found = false;
  run(&l, &r);
  assert_true(l.seen_hello[0] && l.seen_hello[1]);
  for (unsigned i = 0; i < 3; i++) {
    assert_int_not_equal(r.open[i], SMPC_OK);
    is_found = is_found || (r.open[i] == SMPC_E_CHEAT && strstr(r.fault[i].text, "was told something else") != NULL);
  }
  assert_true(is_found);
}

static void who_tells_all_the_same_is_believed(void **state) {
  (void)state;
  struct lie none = {.to = 0};
  struct parties_result r;
  run(&none, &r);
  assert_true(none.seen_hello[0] && none.seen_hello[1]);
  for (unsigned i = 0; i < 3; i++) assert_int_equal(r.open[i], SMPC_OK);
}

static void a_split_view_is_found(void **state) {
  (void)state;
  expect_found((struct lie){.place = NONCE, .to = 1});
  expect_found((struct lie){.place = NONCE, .to = 2});
}

/* Both others take the changed hash into the session's id, and its sender does not. */
static void the_id_holds_the_handshakes(void **state) {
  (void)state;
  expect_found((struct lie){.place = LINKS, .to = 3});
  expect_found((struct lie){.place = LINKS + 31, .to = 2});
}

/* --- keys ---------------------------------------------------------------------------- */

struct keys { unsigned before[2], after[2]; };

static unsigned count_keys(const struct smpc_session *s) {
  unsigned n = s->own != NULL;
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) n += s->pair[i] != NULL;
  return n;
}

static void fail_at_0(struct smpc_session *s, unsigned me, void *ctx) {
  struct keys *k = ctx;
  uint64_t x = 0, y = 0;
  struct smpi_flow f = {.peer = 1 - me, .out_len = 8, .in_len = 8, .out = &x, .in = &y};
  k->before[me] = count_keys(s);
  if (me == 0) smpi_fail(s, SMPC_E_NOMEM, 0, "a made-up lack of memory");
  else (void)smpi_exchange(s, &f, 1);
  k->after[me] = count_keys(s);
}

/* At once, not only when the caller closes: an abort leaves nothing to draw from. */
static void failure_wipes_the_keys(void **state) {
  (void)state;
  struct keys k = {{0}, {0}};
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .seed = 62}, fail_at_0, &k, &r);
  for (unsigned i = 0; i < 2; i++) {
    assert_int_equal(k.before[i], 2); /* its own, and the pair's */
    assert_int_equal(k.after[i], 0);
    assert_int_not_equal(r.close[i], SMPC_OK);
  }
}

TEST_MAIN(T(who_tells_all_the_same_is_believed), T(a_split_view_is_found), T(the_id_holds_the_handshakes),
          T(failure_wipes_the_keys))
