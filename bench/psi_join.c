/* psi_join.c - the benches of the join: the sets of all parties, 128-bit items, half of them in all; base transfers
 * included.  The first party is the hub. */
#include <stdlib.h>

#include "bench.h"
#include "session/session.h"

static uint64_t mix(uint64_t x) {
  x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
  return x ^ x >> 31;
}

/* Item i of a party: the first half is everybody's; its column is i. */
static void make_rows(uint64_t *item, int64_t *whole, size_t n, unsigned rank, size_t repeat) {
  for (size_t i = 0; i < n; i++) {
    uint64_t owner = i < n / 2 ? 0 : rank + 1;
    item[2 * i] = mix(i + (owner << 48) + ((uint64_t)repeat << 56));
    item[2 * i + 1] = mix(item[2 * i] + 1);
    whole[i] = (int64_t)i;
  }
}

/* The join alone is timed; that it is right is seen afterwards. */
static smpc_err join(struct bench *b, size_t i, const smpc_psi_star *q, const smpc_psi_rows *rows) {
  smpc_psi_joined j;
  int64_t count = 0;
  smpc_err err;
  begin_online(b, i);
  TRY(smpc_psi_join(b->s, q, rows, &j));
  end_online(b, i);
  TRY(smpc_open_i64(b->s, smpc_sum(b->s, j.matched), smpc_to(q->owner[0].party), "benchmark", &count, 1));
  smpc_shared_free(b->s, j.matched);
  if (smpi_rank(b->s) == 0 && (uint64_t)count != b->o->n / 2)
    err = smpi_fail(b->s, SMPC_E_BUG, -1, "the join is wrong");
out:
  return err;
}

/* One column of each, their sums, and the count unless it is below 10. */
static smpc_err sum(struct bench *b, size_t i, const smpc_psi_star *q, const smpc_psi_rows *rows) {
  smpc_psi_totals t;
  int64_t whole[SMPC_MAX_COMPUTING];
  smpc_err err;
  int64_t half = (int64_t)b->o->n / 2, want = b->o->n / 2 >= 10 ? half * (half - 1) / 2 : 0;
  begin_online(b, i);
  TRY(smpc_psi_sum(b->s, q, rows, smpc_to(q->owner[0].party), "benchmark", 10, true, NULL, 0, whole, q->owners, &t));
  end_online(b, i);
  for (unsigned k = 0; k < q->owners && smpi_rank(b->s) == 0; k++)
    if (whole[k] != want) err = smpi_fail(b->s, SMPC_E_BUG, -1, "a sum is wrong");
out:
  return err;
}

static smpc_err once(struct bench *b, bool is_sum, size_t i, uint64_t *item, int64_t *whole) {
  smpc_psi_star q = SMPC_PSI_STAR_INIT;
  smpc_psi_rows rows = {{.n = b->o->n, .flat = item, .item_len = 16}, NULL, whole};
  smpc_err err;
  q.owners = smpi_parties(b->s);
  for (unsigned k = 0; k < q.owners; k++)
    q.owner[k] = (smpc_psi_owner){smpc_p(smpi_member_of_rank(b->s, k)), b->o->n, 0, is_sum};
  make_rows(item, whole, b->o->n, (unsigned)smpi_rank(b->s), i);
  TRY(barrier(b));
  struct smpi_cost before = smpi_spent(b->s);
  TRY(is_sum ? sum(b, i, &q, &rows) : join(b, i, &q, &rows));
  struct smpi_cost after = smpi_spent(b->s);
  b->f.rounds = (double)(after.rounds - before.rounds);
  b->f.bytes = (double)(after.bytes - before.bytes);
out:
  return err;
}

static smpc_err run(struct bench *b, bool is_sum) {
  smpc_err err = SMPC_OK;
  uint64_t *item = malloc((b->o->n + 1) * 16);
  int64_t *whole = malloc((b->o->n + 1) * sizeof *whole);
  if (item == NULL || whole == NULL) err = smpi_fail(b->s, SMPC_E_NOMEM, -1, "no memory for the items");
  for (size_t i = 0; i < b->o->repeat && err == SMPC_OK; i++) err = once(b, is_sum, i, item, whole);
  b->f.repeats = b->o->repeat;
  struct figures f = b->f;
  if (err == SMPC_OK) add_extra(b, "items_per_second", (double)b->o->n / median(f.seconds, f.repeats));
  free(item);
  free(whole);
  return err;
}

smpc_err run_psi_join(struct bench *b) { return run(b, false); }
smpc_err run_psi_sum(struct bench *b) { return run(b, true); }
