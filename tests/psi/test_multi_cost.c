/* test_multi_cost.c - the figures of psi/multi.h: what it costs, how long its values are, what is sent. */
#include <math.h>

#include "many_sets.h"
#include "seen.h"

#include "ot/vole.h"
#include "psi/multi.h"
#include "psi/okvs.h"

/* --- cost ------------------------------------------------------------------------------------ */

/* The stores of all owners together fail with 2^-40: seen in what is sent. */
static void bounds_are_those_of_all_owners(void **state) {
  (void)state;
  for (unsigned owners = SMPI_MULTI_MIN; owners <= SMPC_MAX_COMPUTING; owners++)
    for (size_t n = 1; n <= SMPI_PSI_BUCKET_FROM; n = 5 * n + 1) {
      struct smpi_psi_many t = {.owners = owners, .to.bits = 1};
      struct smpi_cost c = {0};
      struct smpi_okvs_shape shape;
      uint64_t sender, hub, stores;
      size_t len;
      for (unsigned i = 0; i < owners; i++) t.owner[i] = i, t.size[i] = n;
      len = smpi_psi_many_mask_len(&t);
      unsigned lambda = SMPI_OKVS_LAMBDA + (unsigned)ceil(log2(owners));
      assert_int_equal(smpi_okvs_shape(&shape, n, SMPI_OKVS_BINARY, lambda), SMPC_OK);
      smpi_vole_bytes(&sender, &hub, shape.len, 8 * (unsigned)len, false);
      smpi_psi_many_cost(&c, &t);
      stores = (owners - 1) * (hub + SMPI_VOLE_OPEN_BYTES + 16 + shape.len * len);
      sender += SMPI_VOLE_OPEN_BYTES + shape.len * len;
      assert_int_equal(c.bytes, stores > sender ? stores : sender);
    }
}

static void program(smpc_session *s, void *user) {
  struct many_run *r = user;
  LET_FAIL(smpc_psi_reveal(s, &r->q, &r->set[0], NULL, 0, NULL));
}

static void the_estimate_is_what_is_spent(void **state) {
  (void)state;
  const size_t size[4] = {500, 500, 500, 500};
  const uint64_t declared[4] = {5000, 700, 600, 40000};
  struct many_sets m;
  struct many_run r;
  struct parties_result got;
  smpc_config cfg;
  smpc_cost cost;
  uint8_t secret[32];
  struct parties setting = {.n = 4, .seed = 1};
  many_sets_make(&m, 4, size, 2, true, 5);
  for (unsigned to = 1; to < 16; to += 5)
    for (int is_declared = 0; is_declared < 2; is_declared++) {
      many_run_make(&r, &m, 4, to);
      if (is_declared) r.q.sizes = declared;
      parties_run_ok(&setting, many_reveal, &r, &got);
      parties_config(&cfg, secret, &setting, 0);
      assert_int_equal(smpc_estimate(&cfg, program, &r, &cost), SMPC_OK);
      struct smpi_cost most = parties_busiest(&got, 4);
      assert_int_equal(cost.rounds, most.rounds);
      assert_int_equal(cost.bytes, most.bytes);
      many_run_free(&r);
    }
  many_sets_free(&m);
}

/* --- accidents ------------------------------------------------------------------------------- */

/* The hub meets each of its items, every other owner programs at each of its, and each recipient but the hub meets
 * every pair of its items and the hub's: all this by 8 mask_len bits. */
static void values_are_as_long_as_chance_demands(void **state) {
  (void)state;
  static const unsigned owners[] = {3, 4, 16};
  for (unsigned i = 0; i < 3; i++)
    for (unsigned bits = 0; bits <= 26; bits++)
      for (unsigned to = 1; to <= owners[i]; to++) {
        struct smpi_psi_many t = {.owners = owners[i], .size = {5, (size_t)1 << bits, 7}};
        t.to.bits = (UINT64_C(2) << to) - 2;
        double n = t.size[1] < 7 ? 7 : (double)t.size[1], chances = n * (owners[i] + (to - 1) * n);
        double sigma = 8.0 * (double)smpi_psi_many_mask_len(&t) - log2(chances);
        assert_true(sigma >= 40 && sigma < 49);
      }
}

/* --- what is sent ------------------------------------------------------------------------------ */

/* Lengths follow from sizes alone, contents look uniform whatever the sets: equal, or only
 * in common to two. */
static void what_is_sent_depends_on_sizes_alone(void **state) {
  (void)state;
  const size_t size[3] = {6000, 6000, 6000};
  struct seen *seen = calloc(3, sizeof *seen);
  for (unsigned i = 0; i < 3; i++) {
    struct many_sets m;
    struct many_run r;
    many_sets_make(&m, 3, size, i == 0 ? 6000 : 0, i == 1, i == 2 ? 5 : UINT64_C(1) << 50);
    many_run_make(&r, &m, 3, 7);
    tap_set(seen_watch, &seen[i]);
    parties_run_ok(&(struct parties){.n = 3, .seed = i + 1}, many_reveal, &r, NULL);
    tap_set(NULL, NULL);
    many_run_free(&r);
    many_sets_free(&m);
  }
  seen_check(seen, 3, 3);
  assert_true(seen[0].len[1][2] < 200); /* the others tell each other sizes and programs alone */
  free(seen);
}

TEST_MAIN(T(bounds_are_those_of_all_owners), T(the_estimate_is_what_is_spent),
          T(values_are_as_long_as_chance_demands), T(what_is_sent_depends_on_sizes_alone))
