/* disk_fill.c - filling a pool.
 *
 *   1. every party makes the pieces with the others and writes them to a file whose
 *      name says that it is not whole, and forces it to the disk
 *   2. one round: all have it
 *   3. a line for it in the books, then its whole name
 *   4. one round: all have named it
 * The id is a hash of the session's, so all give the same and none is given twice.  Who
 * dies before 3 has nothing; the others' lots count only where all have them. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "rand/hash.h"
#include "triple/corr.h"
#include "triple/disk_impl.h"
#include "triple/pool.h"

enum { PIECE = 64 }; /* LOCAL: chunks made at once, 4 MiB */

struct filling {
  struct smpi_disk *d;
  struct smpc_session *s;
  struct smpi_pool *pool;
  struct smpi_disk_lot *lot;
  uint8_t *work;
  uint64_t *words, done, total;
};

static void describe(struct smpi_disk_head *h, const struct smpi_disk *d, const struct smpc_session *s,
                     const uint64_t units[SMPI_CORRS]) {
  uint8_t session[32], id[32];
  struct smpi_hash hash;
  smpi_session_id(s, session);
  smpi_hash_begin(&hash, "smpc pool id 1");
  smpi_hash_add(&hash, session, sizeof session);
  smpi_hash_add_u64(&hash, d->next);
  smpi_hash_end(&hash, id);
  memcpy(h->id, id, sizeof h->id);
  memcpy(h->set, d->set, sizeof h->set);
  h->number = d->next;
  h->made = (uint64_t)time(NULL);
  h->source = smpi_source_of(s);
  h->frac_bits = smpi_frac_bits(s);
  h->parties = smpi_parties(s);
  h->rank = (unsigned)smpi_rank(s);
  for (unsigned k = 0; k < SMPI_CORRS; k++) h->chunks[k] = smpi_ceil_div(units[k], smpi_disk_units(k));
  for (unsigned i = 0; i < h->parties; i++)
    strncpy(h->name[i], smpi_member_name(s, smpi_member_of_rank(s, i)), sizeof h->name[i] - 1);
}

/* `n` chunks of a kind, from number `first` on. */
static smpc_err make_piece(struct filling *w, enum smpi_corr kind, uint64_t first, size_t n) {
  uint64_t *col[SMPI_CORR_COLUMNS];
  struct smpi_fault f = {.party = -1};
  size_t units = smpi_disk_units(kind);
  smpi_corr_lay(col, kind, w->words, n * units);
  smpc_err err = smpi_pool_draw(w->pool, col, kind, n * units);
  for (size_t i = 0; i < n && err == SMPC_OK; i++) {
    err = smpi_lot_write(w->lot, col, i * units, kind, first + i, w->work, &f);
    if (err != SMPC_OK) smpi_disk_fail(w->s, &f);
  }
  w->done += n;
  if (err == SMPC_OK) smpi_progress(w->s, w->done, w->total);
  return err;
}

static smpc_err make_all(struct filling *w) {
  const uint64_t *chunks = w->lot->head.chunks;
  smpc_err err = SMPC_OK;
  for (unsigned k = 0; k < SMPI_CORRS; k++) w->total += chunks[k];
  for (unsigned k = 0; k < SMPI_CORRS; k++)
    for (uint64_t at = 0; at < chunks[k] && err == SMPC_OK; at += PIECE)
      err = make_piece(w, k, at, smpi_min(PIECE, chunks[k] - at));
  return err;
}

/* Step 3: from here on the lot is there. */
static smpc_err commit(struct filling *w) {
  struct smpi_disk_entry e = {.number = w->lot->head.number};
  struct smpi_fault f = {.party = -1};
  char name[600];
  smpc_err err;
  memcpy(e.id, w->lot->head.id, sizeof e.id);
  TRY(smpi_disk_note(w->d, &e, &f));
  TRY(smpi_disk_save(w->d, &f));
  smpi_disk_name(name, w->d, e.id, ".lot");
  w->d->next++; /* the next filling of this session gets another id */
  if (smpi_file_rename(w->lot->path, name) != SMPC_OK) err = smpi_disk_failed(&f, name, errno);
out:
  return err == SMPC_OK ? SMPC_OK : smpi_disk_fail(w->s, &f);
}

static smpc_err fill(struct filling *w) {
  struct smpi_fault f = {.party = -1};
  char name[600];
  smpc_err err;
  smpi_disk_name(name, w->d, w->lot->head.id, ".part");
  if (smpi_lot_create(w->lot, name, w->d->key, &f) != SMPC_OK) TRY(smpi_disk_fail(w->s, &f));
  TRY(make_all(w));
  if (smpi_file_sync(w->lot->fd) != SMPC_OK) {
    smpi_disk_failed(&f, name, errno);
    TRY(smpi_disk_fail(w->s, &f));
  }
  TRY(smpi_disk_confirm(w->d, w->s)); /* 2 */
  TRY(commit(w));                     /* 3 */
  TRY(smpi_disk_confirm(w->d, w->s)); /* 4 */
out:
  if (err != SMPC_OK) (void)smpi_file_remove(name); /* when it still has that name */
  return err;
}

static smpc_err check(const struct smpi_disk *d, struct smpc_session *s, const uint64_t units[SMPI_CORRS]) {
  uint64_t any = 0;
  for (unsigned k = 0; k < SMPI_CORRS; k++) {
    if (units[k] > SMPI_MAX_UNITS)
      return smpi_fail(s, SMPC_E_ARG, -1, "more %s than a pool can be filled with", smpi_corr_name(k));
    any |= units[k];
  }
  if (units[SMPI_LOOKUP] != 0 && !smpi_triple_has_lookups(smpi_parties(s), smpi_source_of(s)))
    return smpi_fail(s, SMPC_E_ARG, -1, "lookups are for two parties with oblivious transfer");
  if (any == 0) return smpi_fail(s, SMPC_E_ARG, -1, "nothing to fill the pool with");
  if (d == NULL) return smpi_fail(s, SMPC_E_FILE, -1, "every computing party needs `pool:` in its configuration to fill one");
  if (d->is_busy) return smpi_fail(s, SMPC_E_FILE, -1, "another session uses my pool");
  if (d->n == SMPI_DISK_LOTS) return smpi_fail(s, SMPC_E_FILE, -1, "my pool has too many fillings");
  return SMPC_OK;
}

smpc_err smpi_disk_fill(struct smpc_session *s, const uint64_t units[SMPI_CORRS]) {
  struct filling w = {.d = smpi_disk_of(s), .s = s};
  smpc_err err;
  TRY(check(w.d, s, units));
  TRY(smpi_pool_get(&w.pool, s));
  w.lot = smpi_secret_alloc(1, sizeof *w.lot);
  w.work = smpi_secret_alloc(1, SMPI_LOT_WORK);
  w.words = smpi_secret_alloc(PIECE * SMPI_DISK_WORDS, sizeof *w.words);
  if (w.lot != NULL) w.lot->fd = -1;
  if (w.lot == NULL || w.work == NULL || w.words == NULL) TRY(smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory"));
  describe(&w.lot->head, w.d, s, units);
  TRY(fill(&w));
out:
  if (w.lot != NULL) smpi_lot_close(w.lot);
  smpi_secret_free(w.lot);
  smpi_secret_free(w.work);
  smpi_secret_free(w.words);
  return err;
}
