/* multi_parts.c - an intersection of many sets, bucket by bucket; see multi.h and parts.h.  One run where no set has
 * more than SMPI_PSI_BUCKET_FROM items. */
#include <string.h>

#include "base/mem.h"
#include "psi/multi_impl.h"

struct buckets {
  struct smpc_session *s;
  struct smpi_psi_many *all, t; /* the whole, and the run that is on */
  struct smpi_psi_parts *p;
  blk *key;                     /* [size[mine]], as all of these */
  uint32_t *place;              /* NULL: I tell nobody */
  struct smpi_vole_passive *vole;
  unsigned now;
};

/* Of all buckets together. */
static void tell(void *ctx, uint64_t done, uint64_t total) {
  const struct buckets *b = ctx;
  b->all->progress(b->all->ctx, b->now * total + done, b->t.runs * total);
}

/* Other recipients see where in the random order the hub's matches stand. */
static bool i_tell(const struct smpi_psi_many *t) {
  return smpi_multi_hub(t) == t->mine && t->to.bits != UINT64_C(1) << t->owner[t->mine];
}

static smpc_err begin(struct buckets *b) {
  struct smpi_psi_many *t = &b->t;
  smpi_multi_bucket(t, b->all);
  size_t n = t->size[t->mine];
  if (t->progress != NULL) t->progress = tell;
  t->ctx = b;
  t->key = b->key = smpi_scratch(b->s, n, sizeof *b->key);
  t->place = b->place = i_tell(t) ? smpi_scratch(b->s, n, sizeof *b->place) : NULL;
  t->hit = t->to.bits >> t->owner[t->mine] & 1 ? smpi_scratch(b->s, n, 1) : NULL;
  return smpi_status(b->s);
}

static smpc_err run_bucket(struct buckets *b) {
  struct smpi_psi_many *t = &b->t;
  size_t mark = smpi_scratch_mark(b->s);
  smpc_err err;
  t->instance = b->all->instance | (uint64_t)b->now << 40; /* steps are fewer: no two runs have one number */
  TRY(smpi_psi_parts_take_vt(b->p, b->key, &t->held, b->place, t->size[t->mine], b->now, t->runs));
  TRY(smpi_multi_run(b->s, t, &b->vole));
  b->all->matched += t->matched;
  if (t->hit != NULL) TRY(smpi_psi_parts_note_vt(b->p, b->key, t->hit, b->now, t->runs));
out:
  smpi_scratch_release(b->s, mark);
  return err;
}

smpc_err smpi_psi_many(struct smpc_session *s, struct smpi_psi_many *t, struct smpi_psi_parts *p) {
  struct buckets b = {.s = s, .all = t, .p = p};
  size_t mark = smpi_scratch_mark(s);
  smpc_err err;
  t->matched = 0;
  TRY(smpi_multi_check(s, t));
  if (smpi_multi_has_empty_set(t)) goto out; /* all know the result */
  TRY(begin(&b));
  TRY(smpi_psi_parts_check(p, b.t.size[b.t.mine], b.t.runs));
  for (; b.now < b.t.runs; b.now++) TRY(run_bucket(&b));
out:
  smpi_vole_close(b.vole);
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK) t->matched = 0;
  return err;
}
