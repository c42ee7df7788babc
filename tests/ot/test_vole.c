/* test_vole.c - VOLE between parties: c = a Delta + b at both security levels,
 * in subspaces, at boundary sizes, several times and among three; what it costs
 * and sends; a cheating party in every message of the malicious form. */
#include "ot/vole.h"

#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "support/parties.h"
#include "support/stats.h"
#include "support/tap.h"

enum { RUNS = 3 };

struct job {
  unsigned parties, sender, receiver, dim;
  bool is_active, has_delta;
  size_t n, runs;
  blk delta, *a[RUNS], *b[RUNS], *c[RUNS];
  smpc_err err[3];
  bool keys_gone[3], outputs_gone[3];
  uint64_t bytes[3], rounds[3], exchanges;
  /* of the cheat: which party, which of its exchanges, which byte */
  int cheat, cheat_exchange;
  size_t cheat_byte;
  int seen;      /* exchanges of the cheat since the session opened */
  struct stats sent[3];
};

static bool all_zero(const blk *x, size_t n) {
  uint64_t any = 0;
  for (size_t i = 0; i < n; i++) any |= x[i].w[0] | x[i].w[1];
  return any == 0;
}

static smpc_err run_passive(struct smpc_session *s, struct job *j, unsigned me, struct smpi_vole_passive **v) {
  blk delta[3] = {j->delta, j->delta, j->delta};
  smpc_err err = smpi_vole_open(v, s, SMPI_COT_FOR_VOLE, j->has_delta ? delta : NULL);
  if (err == SMPC_OK && me == j->sender) j->delta = *smpi_vole_delta(*v, j->receiver);
  struct smpi_cost before = smpi_spent(s);
  for (size_t k = 0; k < j->runs && err == SMPC_OK; k++) {
    if (me == j->sender) err = smpi_vole_send(*v, s, j->receiver, j->b[k], j->n, j->dim);
    if (me == j->receiver) err = smpi_vole_receive(*v, s, j->sender, j->a[k], j->c[k], j->n, j->dim);
  }
  j->rounds[me] = smpi_spent(s).rounds - before.rounds;
  j->bytes[me] = smpi_spent(s).bytes - before.bytes;
  return err;
}

static smpc_err run_active(struct smpc_session *s, struct job *j, unsigned me, struct smpi_vole_active **v) {
  smpc_err err = smpi_vole_active_open(v, s, SMPI_COT_FOR_VOLE, NULL);
  if (err == SMPC_OK && me == j->sender) j->delta = *smpi_vole_active_delta(*v, j->receiver);
  struct smpi_cost before = smpi_spent(s);
  for (size_t k = 0; k < j->runs && err == SMPC_OK; k++) {
    if (me == j->sender) err = smpi_vole_active_send(*v, s, j->receiver, j->b[k], j->n);
    if (me == j->receiver) err = smpi_vole_active_receive(*v, s, j->sender, j->a[k], j->c[k], j->n);
  }
  j->rounds[me] = smpi_spent(s).rounds - before.rounds;
  j->bytes[me] = smpi_spent(s).bytes - before.bytes;
  j->keys_gone[me] = *v != NULL && smpi_vole_active_delta(*v, me == j->sender ? j->receiver : j->sender) == NULL;
  return err;
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct job *j = ctx;
  struct smpi_vole_passive *p = NULL;
  struct smpi_vole_active *a = NULL;
  size_t room = smpi_vole_room(j->n);
  j->err[me] = j->is_active ? run_active(s, j, me, &a) : run_passive(s, j, me, &p);
  j->outputs_gone[me] = me == j->sender ? all_zero(j->b[0], room) : all_zero(j->a[0], room) && all_zero(j->c[0], room);
  smpi_vole_close(p);
  smpi_vole_active_close(a);
}

static blk *make_array(size_t n) {
  blk *x = malloc((n + 1) * sizeof *x);
  assert_non_null(x);
  memset(x, 0xaa, (n + 1) * sizeof *x);
  return x;
}

static void make_arrays(struct job *j) {
  size_t room = smpi_vole_room(j->n);
  for (size_t k = 0; k < RUNS; k++) j->a[k] = make_array(room), j->b[k] = make_array(room), j->c[k] = make_array(room);
}

static void free_arrays(struct job *j) {
  for (size_t k = 0; k < RUNS; k++) free(j->a[k]), free(j->b[k]), free(j->c[k]);
}

static size_t wrong(const struct job *j, size_t k) {
  size_t n = 0;
  for (size_t i = 0; i < j->n; i++) {
    blk want = smpi_blk_xor(smpi_gf128_mul(j->a[k][i], j->delta), j->b[k][i]);
    n += memcmp(&want, &j->c[k][i], sizeof want) != 0;
    for (unsigned d = j->dim; d < 128; d++) n += j->a[k][i].w[d / 64] >> d % 64 & 1;
  }
  size_t room = smpi_vole_room(j->n), over = room - j->n;
  n += !all_zero(j->a[k] + j->n, over) + !all_zero(j->b[k] + j->n, over) + !all_zero(j->c[k] + j->n, over);
  static const uint8_t untouched[16] = {0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
                                        0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa};
  n += memcmp(j->a[k] + room, untouched, 16) != 0 || memcmp(j->b[k] + room, untouched, 16) != 0 ||
       memcmp(j->c[k] + room, untouched, 16) != 0;
  return n;
}

static void check(struct job j) {
  make_arrays(&j);
  parties_run_ok(&(struct parties){.n = j.parties, .seed = 1 + j.n}, body, &j, NULL);
  for (unsigned i = 0; i < j.parties; i++) assert_int_equal(j.err[i], SMPC_OK);
  for (size_t k = 0; k < j.runs; k++) assert_int_equal(wrong(&j, k), 0);
  if (j.runs > 1) assert_memory_not_equal(j.a[0], j.a[1], 16); /* fresh each time */
  uint64_t sender, receiver;
  smpi_vole_bytes(&sender, &receiver, j.n, j.dim, j.is_active);
  assert_int_equal(j.bytes[j.receiver], receiver * j.runs);
  assert_int_equal(j.bytes[j.sender], sender * j.runs);
  assert_int_equal(j.rounds[j.sender], j.rounds[j.receiver]);
  if (!j.is_active) assert_int_equal(j.rounds[j.sender], 2 * j.runs);
  free_arrays(&j);
}

static const size_t sizes[] = {0, 1, 127, 128, 129, 1023, 1024, 1025}; /* larger ones: test_vole_local.c */
enum { SIZES = sizeof sizes / sizeof *sizes };

static void semi_honest_at_every_size(void **state) {
  (void)state;
  for (size_t i = 0; i < SIZES; i++)
    check((struct job){.parties = 2, .receiver = 1, .dim = 128, .n = sizes[i], .runs = 1, .cheat = -1});
  check((struct job){.parties = 2, .sender = 1, .dim = 128, .n = 65537, .runs = 1, .cheat = -1});
}

static void subspaces(void **state) {
  (void)state;
  for (unsigned dim = 4; dim <= 128; dim += 4 * (1 + dim / 8))
    check((struct job){.parties = 2, .sender = 1, .dim = dim, .n = 3000, .runs = 1, .cheat = -1});
}

static void several_runs_and_a_chosen_delta(void **state) {
  (void)state;
  struct job j = {.parties = 2, .receiver = 1, .dim = 80, .n = 1000, .runs = 3, .has_delta = true, .cheat = -1};
  j.delta = (blk){{0x123456789, 0x77}};
  check(j);
}

static void one_pair_of_three(void **state) {
  (void)state;
  check((struct job){.parties = 3, .sender = 2, .dim = 128, .n = 500, .runs = 2, .cheat = -1});
  check((struct job){.parties = 3, .receiver = 1, .dim = 128, .n = 500, .runs = 1, .is_active = true, .cheat = -1});
}

static void malicious_at_every_size(void **state) {
  (void)state;
  for (size_t i = 0; i < SIZES; i += 2) {
    struct job j = {.parties = 2, .receiver = 1, .dim = 128, .runs = 1, .is_active = true, .cheat = -1};
    j.n = sizes[i];
    check(j);
  }
  check((struct job){.parties = 2, .sender = 1, .dim = 128, .n = 40000, .runs = 2, .is_active = true, .cheat = -1});
}

/* --- what is sent ------------------------------------------------------------------- */

static void watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct job *j = user;
  (void)to, (void)off;
  if (len % 8 == 0) stats_add(&j->sent[from], data, len);
}

/* Everything but points of the base transfers, which the length tells apart. */
static void messages_and_results_are_uniform(void **state) {
  (void)state;
  for (int active = 0; active < 2; active++) {
    struct job j = {.parties = 2, .receiver = 1, .dim = 128, .n = 20000, .runs = 3, .is_active = active, .cheat = -1};
    struct stats st[3] = {{{0}}};
    make_arrays(&j);
    tap_set(watch, &j);
    parties_run_ok(&(struct parties){.n = 2, .seed = 9}, body, &j, NULL);
    tap_set(NULL, NULL);
    for (size_t k = 0; k < 3; k++) {
      stats_add(&st[0], (const uint8_t *)j.a[k], j.n * 16);
      stats_add(&st[1], (const uint8_t *)j.b[k], j.n * 16);
      stats_add(&st[2], (const uint8_t *)j.c[k], j.n * 16);
    }
    for (int i = 0; i < 3; i++) assert_true(stats_bytes_are_uniform(&st[i]) && stats_bits_are_balanced(&st[i], NULL));
    for (int i = 0; i < 2; i++) assert_true(j.sent[i].n_bytes > 100000 && stats_bits_are_balanced(&j.sent[i], NULL));
    free_arrays(&j);
  }
}

/* --- a cheat ---------------------------------------------------------------------------- */

static void change(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct job *j = user;
  (void)to;
  if ((int)from != j->cheat) return;
  j->seen += off == 0;
  if (j->seen == j->cheat_exchange && j->cheat_byte >= off && j->cheat_byte < off + len)
    ((uint8_t *)(uintptr_t)data)[j->cheat_byte - off] ^= 1; /* the harness lets a party send what it likes */
}

/* Whether the run ended well for the honest party, with one bit of one message changed. */
static bool survives(unsigned cheat, int exchange, size_t byte, uint64_t seed, int *exchanges) {
  struct job j = {.parties = 2, .receiver = 1, .dim = 128, .n = 300, .runs = 1, .is_active = true,
                  .cheat = (int)cheat, .cheat_exchange = exchange, .cheat_byte = byte};
  struct parties_result r;
  unsigned honest = 1 - cheat;
  make_arrays(&j);
  tap_set(change, &j);
  parties_run(&(struct parties){.n = 2, .seed = seed}, body, &j, &r);
  tap_set(NULL, NULL);
  *exchanges = j.seen;
  bool well = j.err[honest] == SMPC_OK;
  if (well) assert_int_equal(wrong(&j, 0), 0); /* nothing was noticed because nothing was wrong */
  else {
    assert_true(j.outputs_gone[0] || j.err[0] == SMPC_OK);
    assert_true(j.outputs_gone[1] || j.err[1] == SMPC_OK);
    assert_true(r.fault[honest].code == SMPC_E_CHEAT || r.fault[honest].code == SMPC_E_PEER ||
                r.fault[honest].code == SMPC_E_FORMAT);
  }
  free_arrays(&j);
  return well;
}

/* A bit of the sender's trees: found, or in a sum that this receiver does not
 * open (the [WYKW21] guess of one choice bit).  The last block of a tree always. */
static void a_cheating_sender_is_found(void **state) {
  (void)state;
  struct smpi_vole_shape shape;
  int exchanges, messages;
  size_t found = 0, tried = 0;
  assert_int_equal(smpi_vole_shape(&shape, 300, 128), SMPC_OK);
  assert_true(survives(0, 1000, 0, 3, &messages)); /* counts the sender's; the last is said when closing */
  size_t block = 16 * (2 * shape.lpn.depth + 1);
  for (size_t tree = 0; tree < SMPI_LPN_WEIGHT_MIN; tree += SMPI_LPN_WEIGHT_MIN - 1) {
    assert_false(survives(0, messages - 2, (tree + 1) * block - 1, 3, &exchanges));
    for (size_t i = 0; i < 2 * shape.lpn.depth; i++, tried++)
      found += !survives(0, messages - 2, tree * block + 16 * i, 3, &exchanges);
  }
  print_message("# %zu of %zu changed sums were opened and found\n", found, tried);
  assert_int_equal(2 * found, tried); /* one of the two of each level is opened */
  assert_false(survives(0, messages - 1, 0, 3, &exchanges)); /* its digest */
}

/* A receiver's d: the sender's digest is then for another Delta-multiple, so the
 * receiver itself must stop; its chi, likewise. */
static void a_cheating_receiver_gains_nothing(void **state) {
  (void)state;
  for (size_t byte = 0; byte < 32; byte += 15) {
    struct job j = {.parties = 2, .receiver = 1, .dim = 128, .n = 300, .runs = 1, .is_active = true, .cheat = 1};
    struct parties_result r;
    int messages;
    assert_true(survives(1, 1000, 0, 4, &messages));
    j.cheat_exchange = messages - 1, j.cheat_byte = byte;
    make_arrays(&j);
    tap_set(change, &j);
    parties_run(&(struct parties){.n = 2, .seed = 4}, body, &j, &r);
    tap_set(NULL, NULL);
    assert_int_equal(j.err[1], SMPC_E_CHEAT);
    assert_true(j.outputs_gone[1] && j.keys_gone[1]);
    free_arrays(&j);
  }
}

static void after_a_failed_check_keys_are_gone(void **state) {
  (void)state;
  struct job j = {.parties = 2, .receiver = 1, .dim = 128, .n = 300, .runs = 2, .is_active = true, .cheat = 0};
  struct parties_result r;
  int messages;
  assert_true(survives(0, 1000, 0, 3, &messages));
  j.cheat_exchange = messages - 1;
  make_arrays(&j);
  tap_set(change, &j);
  parties_run(&(struct parties){.n = 2, .seed = 3}, body, &j, &r);
  tap_set(NULL, NULL);
  assert_int_equal(j.err[1], SMPC_E_CHEAT);
  assert_true(j.keys_gone[1] && j.outputs_gone[1]);
  assert_null(strstr(r.fault[1].text, "tree")); /* which check it was is not said */
  free_arrays(&j);
}

static void bad_arguments_are_refused(void **state) {
  (void)state;
  static const struct job bad[] = {
      {.parties = 2, .receiver = 1, .dim = 81, .n = 10, .runs = 1},
      {.parties = 2, .receiver = 1, .dim = 0, .n = 10, .runs = 1},
      {.parties = 2, .receiver = 0, .sender = 0, .dim = 128, .n = 10, .runs = 1},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct job j = bad[i];
    struct parties_result r;
    make_arrays(&j);
    parties_run(&(struct parties){.n = 2, .seed = 4}, body, &j, &r);
    assert_int_equal(j.err[0], SMPC_E_ARG);
    free_arrays(&j);
  }
}

TEST_MAIN(T(semi_honest_at_every_size), T(subspaces), T(several_runs_and_a_chosen_delta), T(one_pair_of_three),
          T(malicious_at_every_size), T(messages_and_results_are_uniform), T(a_cheating_sender_is_found),
          T(a_cheating_receiver_gains_nothing), T(after_a_failed_check_keys_are_gone), T(bad_arguments_are_refused))
