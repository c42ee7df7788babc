/* test_parties.c - sessions over the simulated network: they open with any
 * number of parties, repeatably, in the time the network takes; they refuse
 * those who want something else. */
#include <string.h>

#include "rand/hash.h"
#include "support/parties.h"
#include "support/tap.h"
#include "support/test.h"

struct seen {
  struct smpi_hash lengths, plain;
  unsigned ran;
};

static void on_cipher(void *user, unsigned from, unsigned to, const uint8_t *data, size_t len) {
  struct seen *seen = user;
  (void)data; /* holds the hello's clock */
  smpi_hash_add_u64(&seen->lengths, from * 64 + to);
  smpi_hash_add_u64(&seen->lengths, len);
}

static void on_plain(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct seen *seen = user;
  smpi_hash_add_u64(&seen->plain, from * 64 + to);
  smpi_hash_add_u64(&seen->plain, off);
  smpi_hash_add(&seen->plain, data, len);
}

static void nothing(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)ctx, (void)peer, (void)off, (void)buf, (void)len;
}

static void session_words(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  uint64_t words[100] = {0};
  (void)peer, (void)off;
  smpi_prg_words(smpi_prg_own(ctx), words, 100);
  memcpy(buf, words, len);
}

/* One round in which everybody sends 800 random bytes to everybody. */
static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct seen *seen = ctx;
  (void)me;
  if (smpi_exchange_all(s, 800, session_words, nothing, s) == SMPC_OK) seen->ran++;
}

static uint64_t run(unsigned n, uint64_t seed, double rtt_ms, uint8_t lengths[32], uint8_t plain[32]) {
  struct seen seen = {.ran = 0};
  struct parties_result r;
  smpi_hash_begin(&seen.lengths, "test");
  smpi_hash_begin(&seen.plain, "test");
  struct parties p = {.n = n, .seed = seed, .rtt_ms = rtt_ms, .trace = on_cipher, .trace_user = &seen};
  tap_set(on_plain, &seen);
  parties_run_ok(&p, body, &seen, &r);
  tap_set(NULL, NULL);
  assert_int_equal(seen.ran, n);
  assert_int_equal(r.spent[0].rounds, 1);
  assert_int_equal(r.spent[0].bytes, 800 * (n - 1));
  smpi_hash_end(&seen.lengths, lengths);
  smpi_hash_end(&seen.plain, plain);
  return r.us;
}

static void sessions_open_with_any_number(void **state) {
  (void)state;
  uint8_t a[32], b[32];
  for (unsigned n = 2; n <= SMPC_MAX_COMPUTING; n += n < 5 ? 1 : 11) run(n, n, 0, a, b);
}

static void same_seed_same_session(void **state) {
  (void)state;
  uint8_t lengths[3][32], plain[3][32];
  uint64_t us = run(3, 1, 4, lengths[0], plain[0]);
  assert_int_equal(run(3, 1, 4, lengths[1], plain[1]), us);
  run(3, 2, 4, lengths[2], plain[2]);
  assert_memory_equal(lengths[0], lengths[1], 32);
  assert_memory_equal(plain[0], plain[1], 32);
  assert_memory_not_equal(plain[0], plain[2], 32);
}

/* Time is the round trips of opening, working and closing, and nothing else. */
static void time_is_in_round_trips(void **state) {
  (void)state;
  uint8_t a[32], b[32];
  uint64_t one = run(2, 1, 10, a, b), two = run(2, 1, 20, a, b);
  assert_true(one > 0);
  assert_int_equal(two, 2 * one);
  assert_int_equal(run(2, 1, 0, a, b), 0);
}

/* --- those who want something else --------------------------------------------------- */

static void more_fraction(smpc_config *cfg, unsigned me, void *ctx) {
  (void)ctx;
  if (me == 1) cfg->frac_bits++;
}
static void other_question(smpc_config *cfg, unsigned me, void *ctx) {
  (void)ctx;
  if (me == 0) cfg->question[31] ^= 1;
}
static void other_key(smpc_config *cfg, unsigned me, void *ctx) {
  (void)ctx;
  if (me == 0) cfg->member[1].link_key[0] ^= 1;
}
static void other_roles(smpc_config *cfg, unsigned me, void *ctx) {
  (void)ctx;
  if (me == 1) cfg->member[0].roles &= ~(unsigned)SMPC_INPUT;
}

static void differences_are_refused(void **state) {
  (void)state;
  static const struct {
    void (*change)(smpc_config *cfg, unsigned me, void *ctx);
    smpc_err err;
  } cases[] = {{more_fraction, SMPC_E_PARAM}, {other_question, SMPC_E_PARAM}, {other_key, 0}, {other_roles, SMPC_E_PARAM}};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    struct seen seen = {.ran = 0};
    struct parties_result r;
    struct parties p = {.n = 2, .seed = c, .configure = cases[c].change};
    parties_run(&p, body, &seen, &r);
    assert_int_equal(seen.ran, 0);
    for (unsigned i = 0; i < 2; i++) {
      assert_true(r.open[i] != SMPC_OK);
      if (cases[c].err != SMPC_OK) assert_int_equal(r.open[i], cases[c].err);
      assert_true(r.fault[i].text[0] != 0);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {T(sessions_open_with_any_number), T(same_seed_same_session),
                                     T(time_is_in_round_trips), T(differences_are_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
