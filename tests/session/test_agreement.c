/* test_agreement.c - the rounds before a program runs, when a member says other things to other members;
 * and what a failure leaves of the keys that these rounds gave. */
#include "support/test.h"

#include <string.h>
#include <time.h>

#include "session/session_impl.h"
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

/* Two digests may begin alike; then the difference is named here, before any share leaves. */
static void every_difference_is_named(void **state) {
  (void)state;
  static const struct { unsigned place; const char *name; } fields[] = {
      {40, "version of the library"}, {48, "security model"}, {56, "source of correlated randomness"},
      {64, "number of fraction bits"}, {72, "protocol constants"}, {135, "list of parties"}, {136, "question"}};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    struct lie l = {.place = fields[i].place, .to = 3};
    struct parties_result r;
    run(&l, &r);
    for (unsigned k = 0; k < 2; k++) {
      assert_int_not_equal(r.open[k], SMPC_OK);
      if (strstr(r.fault[k].text, fields[i].name) == NULL)
        fail_msg("%s: party %u says: %s", fields[i].name, k, r.fault[k].text);
    }
  }
}

/* The hello's tag tells the library's version and constants from parties and question. */
static void the_tag_has_a_part_for_each(void **state) {
  (void)state;
  smpc_config cfg;
  uint8_t secret[32], tag[16], other[16];
  parties_config(&cfg, secret, &(struct parties){.n = 2}, 0);
  smpi_agreement_tag(tag, &cfg);
  assert_true(tag[0] == SMPC_VERSION_MAJOR && tag[1] == SMPC_VERSION_MINOR);
  cfg.frac_bits++;
  smpi_agreement_tag(other, &cfg);
  assert_memory_equal(tag, other, 4);
  assert_memory_not_equal(tag + 4, other + 4, 4);
  assert_memory_equal(tag + 8, other + 8, 8);
  cfg.frac_bits--;
  cfg.question[31] ^= 1;
  smpi_agreement_tag(other, &cfg);
  assert_memory_equal(tag, other, 8);
  assert_memory_not_equal(tag + 8, other + 8, 8);
}

/* --- clocks ---------------------------------------------------------------------------- */

/* In place of the C library's: each party, a thread, has a clock of its own. */
static _Thread_local time_t ahead;
time_t time(time_t *t) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (t != NULL) *t = now.tv_sec + ahead;
  return now.tv_sec + ahead;
}

struct clocks { time_t ahead; unsigned notes[3]; bool is_named; };

static void set_clock(smpc_config *cfg, unsigned me, void *ctx) {
  (void)cfg;
  ahead = me == 2 ? ((const struct clocks *)ctx)->ahead : 0;
}

static bool hear(const smpc_event *e, void *user) {
  struct clocks *c = user;
  if (e->kind != SMPC_EVENT_NOTE) return true;
  for (unsigned i = 0; i < 3; i++) c->notes[i] += e->to.bits >> i & 1;
  c->is_named = c->is_named || (strstr(e->text, "the clock of party2 is ") && strstr(e->text, "seconds ahead of mine"));
  return true;
}

static void a_clock_that_is_apart_is_told(void **state) {
  (void)state;
  struct clocks good = {.ahead = 200}, bad = {.ahead = 900};
  struct parties p = {.n = 3, .seed = 63, .configure = set_clock, .watch = hear};
  parties_run_ok(&p, nothing, &good, NULL);
  assert_int_equal(good.notes[0] + good.notes[1] + good.notes[2], 0);
  parties_run_ok(&p, nothing, &bad, NULL);
  assert_true(bad.notes[0] == 1 && bad.notes[1] == 1 && bad.notes[2] == 2 && bad.is_named);
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
          T(every_difference_is_named), T(the_tag_has_a_part_for_each),
          T(a_clock_that_is_apart_is_told), T(failure_wipes_the_keys))
