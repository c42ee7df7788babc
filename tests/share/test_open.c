/* test_open.c - share/open.h, through the session on the simulated network. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "session/agreed.h"
#include "share/open.h"
#include "support/parties.h"
#include "support/stats.h"
#include "support/tap.h"

static const size_t sizes[] = {0, 1, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025, 8191, 8192, 8193, 65535, 65537};
enum { SIZES = sizeof sizes / sizeof *sizes };

struct job {
  size_t n;
  enum smpi_join join;
  struct shares in;
  pub *out[SMPC_MAX_COMPUTING];
};

static void job_new(struct job *j, unsigned parties, size_t n, enum smpi_join join) {
  uint64_t seed = n + parties, *clear = malloc(8 * n + 8);
  *j = (struct job){.n = n, .join = join};
  for (size_t i = 0; i < n; i++) clear[i] = i * UINT64_C(0x0123456789abcdef) + 1;
  shares_new(&j->in, parties, n);
  shares_split(&j->in, clear, join == SMPI_XOR, seed);
  for (unsigned i = 0; i < parties; i++) j->out[i] = calloc(n + 1, sizeof(pub));
  free(clear);
}

static void job_free(struct job *j) {
  for (unsigned i = 0; i < j->in.parties; i++) free(j->out[i]);
  shares_free(&j->in);
}

static void assert_opened(const struct job *j) {
  for (unsigned p = 0; p < j->in.parties; p++)
    for (size_t i = 0; i < j->n; i++) assert_int_equal(j->out[p][i].v, i * UINT64_C(0x0123456789abcdef) + 1);
}

static void open_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct job *j = ctx;
  (void)smpi_open_all(s, j->out[me], j->in.of[me], j->n, j->join);
}

static void in_place_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct job *j = ctx;
  memcpy(j->out[me], j->in.of[me], j->n * sizeof(pub));
  (void)smpi_open_all(s, j->out[me], (shr *)j->out[me], j->n, j->join);
}

/* The busiest party's counters are what the cost function says. */
static void assert_cost(const struct parties_result *r, unsigned parties, size_t n) {
  struct smpi_cost c = {.parties = parties};
  uint64_t most = 0;
  smpi_open_cost(&c, n);
  for (unsigned i = 0; i < parties; i++) {
    assert_int_equal(r->spent[i].rounds, c.rounds);
    if (r->spent[i].bytes > most) most = r->spent[i].bytes;
  }
  assert_int_equal(most, c.bytes);
}

static void open_once(unsigned parties, size_t n, enum smpi_join join, parties_body body) {
  struct parties_result r;
  struct job j;
  job_new(&j, parties, n, join);
  parties_run_ok(&(struct parties){.n = parties, .seed = n + 1}, body, &j, &r);
  assert_opened(&j);
  assert_cost(&r, parties, n);
  job_free(&j);
}

static void every_size_opens(void **state) {
  (void)state;
  const unsigned parties[] = {2, 3, 5};
  for (size_t p = 0; p < 3; p++)
    for (size_t k = 0; k < SIZES; k++) open_once(parties[p], sizes[k], k % 2 ? SMPI_XOR : SMPI_SUM, open_body);
}

static void in_place_opens(void **state) {
  (void)state;
  for (unsigned parties = 2; parties <= 4; parties++) {
    open_once(parties, 100, SMPI_SUM, in_place_body);
    open_once(parties, 30001, SMPI_XOR, in_place_body);
  }
}

/* More than one distributed block. */
static void several_blocks_open(void **state) {
  (void)state;
  open_once(3, SMPI_OPEN_BLOCK + 1, SMPI_SUM, in_place_body);
}

static void many_parties_open(void **state) {
  (void)state;
  open_once(16, 100, SMPI_XOR, open_body);
  open_once(16, 10007, SMPI_SUM, in_place_body);
}

/* --- streamed: no array at all --------------------------------------------------------- */

enum { STREAMED = 1500007 };
struct stream { unsigned rank, parties; uint64_t seen, sum, wrong; };

/* Element i is i^2; ranks above 0 hold 3 i + rank. */
static void stream_mask(void *ctx, size_t first, size_t n, shr *out) {
  const struct stream *st = ctx;
  for (uint64_t i = first; i < first + n; i++) {
    uint64_t others = (st->parties - 1) * 3 * i + st->parties * (st->parties - 1) / 2;
    out[i - first].v = st->rank == 0 ? i * i - others : 3 * i + st->rank;
  }
}
static void stream_combine(void *ctx, size_t first, size_t n, const pub *value) {
  struct stream *st = ctx;
  for (uint64_t i = first; i < first + n; i++) {
    st->wrong += value[i - first].v != i * i;
    st->sum += i;
  }
  st->seen += n;
}
static void stream_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct stream *st = (struct stream *)ctx + me;
  const struct smpi_opening op = {stream_mask, stream_combine, st, SMPI_SUM};
  *st = (struct stream){.rank = me, .parties = smpi_parties(s)};
  (void)smpi_open_stream(s, STREAMED, &op);
}
static void streams_combine_each_element_once(void **state) {
  (void)state;
  for (unsigned parties = 2; parties <= 3; parties++) {
    struct stream st[3];
    parties_run_ok(&(struct parties){.n = parties, .seed = parties}, stream_body, st, NULL);
    for (unsigned i = 0; i < parties; i++) {
      assert_int_equal(st[i].wrong, 0);
      assert_int_equal(st[i].seen, STREAMED);
      assert_int_equal(st[i].sum, (uint64_t)STREAMED * (STREAMED - 1) / 2);
    }
  }
}

/* --- what the wire carries ------------------------------------------------------------ */

static void count_bytes(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  (void)from, (void)to, (void)off;
  stats_add(user, data, len);
}

static void shares_on_the_wire_are_uniform(void **state) {
  (void)state;
  struct stats *st = calloc(1, sizeof *st);
  struct job j;
  job_new(&j, 2, 20000, SMPI_SUM);
  tap_set(count_bytes, st);
  parties_run_ok(&(struct parties){.n = 2, .seed = 5}, open_body, &j, NULL);
  tap_set(NULL, NULL);
  assert_true(st->n_words >= 40000);
  assert_true(stats_bytes_are_uniform(st));
  assert_true(stats_bits_are_balanced(st, NULL));
  job_free(&j);
  free(st);
}

/* --- a lost peer ------------------------------------------------------------------------ */

static void failure_wipes_the_output(void **state) {
  (void)state;
  const struct smpi_sim_fault fault = {.what = SMPI_SIM_CUT, .where = SMPI_SIM_AT_BYTE,
                                       .from = 0, .to = 1, .at = 100000};
  struct parties_result r;
  struct job j;
  job_new(&j, 2, 65536, SMPI_SUM);
  parties_run(&(struct parties){.n = 2, .seed = 9, .fault = &fault, .n_faults = 1}, open_body, &j, &r);
  assert_int_equal(r.open[1], SMPC_OK);
  assert_int_not_equal(r.close[1], SMPC_OK);
  for (size_t i = 0; i < j.n; i++) assert_int_equal(j.out[1][i].v, 0);
  job_free(&j);
}

TEST_MAIN(T(every_size_opens), T(in_place_opens), T(several_blocks_open), T(many_parties_open),
          T(streams_combine_each_element_once),
          T(shares_on_the_wire_are_uniform), T(failure_wipes_the_output))
