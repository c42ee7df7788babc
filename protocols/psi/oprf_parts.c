/* oprf_parts.c - an intersection of large sets, bucket by bucket; see oprf.h and parts.h.
 *
 * Security      that of oprf.c, the runs being one after the other with one Delta: what a
 *               run opens to the receiver is random to it wherever it does not have the
 *               item, so Delta stays uniform to it; noise, seeds and in the malicious form salts are
 *               of each run.  Bounds on failure are shared: masks and stores count all
 *               runs.  The buckets add nothing to what is seen: their number and sizes
 *               follow from n and m.
 *               Malicious: R is bound to its set of a bucket when that bucket's masks come, not before: it may
 *               choose X' of bucket b + 1 when it has seen which items of buckets up to b match.  What
 *               is realised is F_psi of each bucket in turn, the bound of oprf.c being that of all X' together:
 *               its count is of all sets and stores that R might choose, in whatever order.  (To bind it to all
 *               buckets first, both would keep 16 bytes for every item of all buckets, or make every store
 *               twice.)  Sets up to SMPI_PSI_BUCKET_FROM are one bucket.
 */
#include <string.h>

#include "base/mem.h"
#include "psi/oprf_impl.h"

struct buckets {
  struct smpc_session *s;
  struct smpi_psi_task *all, t; /* the whole, and the run that is on */
  struct smpi_psi_parts *p;
  blk *key;                     /* [t.n] */
  uint32_t *place;              /* [t.n] at the sender, whose order is seen; NULL at the receiver */
  unsigned now, n;
};

/* Of all buckets together. */
static void tell(void *ctx, uint64_t done, uint64_t total) {
  const struct buckets *b = ctx;
  b->all->progress(b->all->ctx, b->now * total + done, b->n * total);
}

static smpc_err begin(struct buckets *b) {
  struct smpi_psi_task *t = &b->t;
  *t = *b->all;
  t->n = smpi_psi_bucket_size(b->all->n, b->n);
  t->m = smpi_psi_bucket_size(b->all->m, b->n);
  t->runs = b->n;
  if (t->progress != NULL) t->progress = tell;
  t->ctx = b;
  t->key = b->key = smpi_scratch(b->s, t->n, sizeof *b->key);
  t->place = b->place = smpi_oprf_receives(b->s, t) ? NULL : smpi_scratch(b->s, t->n, sizeof *b->place);
  t->hit = t->i_learn ? smpi_scratch(b->s, t->n, 1) : NULL;
  return smpi_status(b->s);
}

static smpc_err run_bucket(struct buckets *b, struct smpi_oprf_base *base) {
  struct smpi_psi_task *t = &b->t;
  size_t mark = smpi_scratch_mark(b->s);
  smpc_err err;
  t->instance = b->all->instance | (uint64_t)(b->now + 1) << 40; /* SMPI_OPRF_STEP: no two runs have one number */
  TRY(smpi_psi_parts_take_vt(b->p, b->key, &t->held, b->place, t->n, b->now, b->n));
  TRY(smpi_oprf_run_once(b->s, t, base));
  b->all->matched += t->matched;
  if (t->i_learn) TRY(smpi_psi_parts_note_vt(b->p, b->key, t->hit, b->now, b->n));
out:
  smpi_scratch_release(b->s, mark);
  return err;
}

smpc_err smpi_psi_oprf_parts(struct smpc_session *s, struct smpi_psi_task *t, struct smpi_psi_parts *p) {
  struct smpi_oprf_base base = {NULL, NULL};
  struct buckets b = {.s = s, .all = t, .p = p, .n = smpi_psi_buckets(t->n, t->m)};
  size_t mark = smpi_scratch_mark(s);
  smpc_err err;
  t->matched = 0;
  TRY(begin(&b));
  TRY(smpi_psi_parts_check(p, b.t.n, b.n));
  for (b.now = 0; b.now < b.n; b.now++) TRY(run_bucket(&b, &base));
out:
  smpi_oprf_base_close(&base);
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK) t->matched = 0;
  return err;
}
