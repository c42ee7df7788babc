/* disk_agree.c - where each lot stands: what the parties say, what they agree on,
 * and reserving.
 *
 *   1. tell      each tells each: its lots with how far they are used
 *   2. compare   a lot counts if all have it; it stands at the furthest of their records;
 *                a party two reservations behind, or more, has an older copy: refused
 *   3. save      who was behind notes the agreed place on disk
 *   4. confirm   one round; so nobody is more than one reservation behind from here on
 *
 * and for each reservation: save, confirm; then the pieces may be given.
 * Why            a reservation begins only when all have confirmed the one before, so an
 *               honest party's record lags by one at most; and no piece is given before
 *               its place was passed in the giver's own records.  So a place that any
 *               party has passed is passed for all: no piece is given twice at anyone. */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "rand/hash.h"
#include "triple/disk_impl.h"

struct smpi_disk *smpi_disk_of(const struct smpc_session *s) {
  struct smpi_disk *d = smpi_slot_get(s, SMPI_SLOT_DISK);
  return d != NULL && d->is_agreed ? d : NULL;
}

smpc_err smpi_disk_fail(struct smpc_session *s, const struct smpi_fault *f) {
  return smpi_fail(s, f->code, f->party, "%s", f->text);
}

static unsigned others(const struct smpc_session *s, struct smpi_flow flow[], const uint8_t *out, uint8_t *in, size_t len) {
  unsigned n = 0;
  for (unsigned r = 0; r < smpi_parties(s); r++)
    if ((int)r != smpi_rank(s))
      flow[n] = (struct smpi_flow){.peer = smpi_member_of_rank(s, r), .out_len = len, .in_len = len, .out = out,
                                   .in = in + n * len}, n++;
  return n;
}

static smpc_err exchange(struct smpc_session *s, const struct smpi_flow *flow, unsigned n) {
  smpi_offline(s, true);
  smpc_err err = smpi_exchange(s, flow, n);
  smpi_offline(s, false);
  return err;
}

static void hash_place(struct smpi_hash *h, const struct smpi_disk_entry *at) {
  smpi_hash_add(h, at->id, sizeof at->id);
  smpi_hash_add_u64(h, at->serial);
  for (unsigned k = 0; k < SMPI_CORRS; k++) smpi_hash_add_u64(h, at->used[k]);
}

smpc_err smpi_disk_confirm(struct smpi_disk *d, struct smpc_session *s) {
  uint8_t mine[SMPI_HASH_LEN], theirs[SMPC_MAX_COMPUTING][8];
  struct smpi_flow flow[SMPC_MAX_COMPUTING] = {{0}};
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc pool places 1");
  for (size_t i = 0; i < d->n; i++)
    if (d->lot[i].is_shared) hash_place(&h, &d->lot[i].at);
  smpi_hash_end(&h, mine);
  unsigned n = others(s, flow, mine, theirs[0], 8);
  smpc_err err = exchange(s, flow, n);
  for (unsigned i = 0; i < n && err == SMPC_OK; i++)
    if (memcmp(theirs[i], mine, 8) != 0)
      err = smpi_fail(s, SMPC_E_DESYNC, (int)flow[i].peer, "%s takes other pieces of the pool than I do",
                      smpi_member_name(s, flow[i].peer));
  return err;
}

/* --- agreeing ----------------------------------------------------------------------- */

static struct smpi_disk_offers *offers_of(const struct smpi_disk *d) {
  struct smpi_disk_offers *o = smpi_alloc(1, sizeof *o);
  if (o != NULL && d->book.n != 0) o->highest = d->book.entry[d->book.n - 1].number;
  for (size_t i = 0; o != NULL && i < d->n; i++) {
    if (memcmp(d->lot[i].head.set, d->set, sizeof d->set) != 0) continue;
    struct smpi_disk_offer *one = &o->offer[o->n++];
    one->at = d->lot[i].at;
    memcpy(one->chunks, d->lot[i].head.chunks, sizeof one->chunks);
  }
  return o;
}

static const struct smpi_disk_offer *find(const struct smpi_disk_offers *o, const uint8_t id[SMPI_DISK_ID]) {
  for (size_t i = 0; i < o->n; i++)
    if (memcmp(o->offer[i].at.id, id, SMPI_DISK_ID) == 0) return &o->offer[i];
  return NULL;
}

/* What all say of one lot; peer[i] is the member that said all[i]. */
struct saying { struct smpc_session *s; const struct smpi_disk_offers *all; const unsigned *peer; unsigned n; };

static smpc_err refuse_stale(const struct saying *t, const struct smpi_disk_lot *lot, uint64_t serial, int ahead) {
  const char *who = ahead < 0 ? "its own record" : smpi_member_name(t->s, t->peer[ahead]);
  return smpi_fail(t->s, SMPC_E_FILE, -1,
                   "my pool is a stale copy: %s has seen position %llu of it, mine stands at %llu; empty it (smpc-party "
                   "pool --empty) and fill it anew", who, (unsigned long long)serial, (unsigned long long)lot->at.serial);
}

/* The furthest record of a lot that all have; *all_have_it. */
static smpc_err settle(const struct saying *t, struct smpi_disk_lot *lot, bool *all_have_it) {
  struct smpi_disk_entry furthest = lot->at;
  int ahead = -1;
  *all_have_it = true;
  for (unsigned i = 0; i < t->n; i++) {
    const struct smpi_disk_offer *o = find(&t->all[i], lot->head.id);
    if (o == NULL) return *all_have_it = false, SMPC_OK;
    if (memcmp(o->chunks, lot->head.chunks, sizeof o->chunks) != 0 || o->at.number != lot->head.number)
      return smpi_fail(t->s, SMPC_E_FORMAT, (int)t->peer[i], "the pool of %s is not the one that was made with mine",
                       smpi_member_name(t->s, t->peer[i]));
    if (o->at.serial > furthest.serial) furthest.serial = o->at.serial, ahead = (int)i;
    for (unsigned k = 0; k < SMPI_CORRS; k++)
      if (o->at.used[k] > furthest.used[k]) furthest.used[k] = o->at.used[k];
  }
  if (furthest.serial - lot->at.serial > 1) return refuse_stale(t, lot, furthest.serial, ahead);
  for (unsigned i = 0; i < t->n; i++)
    if (furthest.serial - find(&t->all[i], lot->head.id)->at.serial > 1)
      return smpi_fail(t->s, SMPC_E_PARAM, (int)t->peer[i], "the pool of %s is a stale copy: it must be emptied there",
                       smpi_member_name(t->s, t->peer[i]));
  lot->at = furthest;
  return SMPC_OK;
}

static bool is_used_up(const struct smpi_disk_lot *lot) {
  for (unsigned k = 0; k < SMPI_CORRS; k++)
    if (lot->at.used[k] < lot->head.chunks[k]) return false;
  return true;
}

/* The agreed places into the book; to disk if they are news there. */
static smpc_err save_agreed(struct smpi_disk *d, struct smpc_session *s) {
  struct smpi_fault f = {.party = -1};
  bool any = false;
  if (d->is_busy) return SMPC_OK;
  for (size_t i = 0; i < d->n; i++) {
    struct smpi_disk_lot *lot = &d->lot[i];
    struct smpi_disk_entry *at = smpi_disk_find(&d->book, lot->head.id);
    if (memcmp(at, &lot->at, sizeof *at) != 0) *at = lot->at, any = true;
    memcpy(lot->read, lot->at.used, sizeof lot->read);
  }
  if (any && smpi_disk_save(d, &f) != SMPC_OK) return smpi_disk_fail(s, &f);
  return SMPC_OK;
}

static void clear_away(struct smpi_disk *d) {
  for (size_t i = 0; i < d->n;) {
    smpi_lot_sweep(&d->lot[i]);
    if (is_used_up(&d->lot[i])) smpi_disk_drop(d, i);
    else i++;
  }
}

static void number_next(struct smpi_disk *d, const struct smpi_disk_offers *mine, const struct saying *t) {
  d->next = mine->highest;
  for (unsigned i = 0; i < t->n; i++)
    if (t->all[i].highest > d->next) d->next = t->all[i].highest;
  d->next++;
}

static smpc_err settle_all(struct smpi_disk *d, const struct saying *t) {
  smpc_err err = SMPC_OK;
  size_t left_out = 0;
  for (size_t i = 0; i < d->n; i++) {
    if (memcmp(d->lot[i].head.set, d->set, sizeof d->set) != 0) continue;
    TRY(settle(t, &d->lot[i], &d->lot[i].is_shared));
    left_out += !d->lot[i].is_shared && !is_used_up(&d->lot[i]);
  }
  if (left_out != 0) {
    char text[120];
    snprintf(text, sizeof text, "%zu of the pool's fillings cannot be used: another party has not got them", left_out);
    smpi_note(t->s, SMPC_EVENT_NOTE, text);
  }
  TRY(save_agreed(d, t->s));
out:
  return err;
}

static smpc_err agree(struct smpi_disk *d, struct smpc_session *s) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING] = {{0}};
  unsigned peer[SMPC_MAX_COMPUTING], n = 0;
  smpc_err err = SMPC_OK;
  struct smpi_disk_offers *mine = offers_of(d), *theirs = smpi_alloc(smpi_parties(s), sizeof *theirs);
  uint8_t *bytes = smpi_alloc(smpi_parties(s), SMPI_DISK_OFFERS_LEN);
  if (mine == NULL || theirs == NULL || bytes == NULL) TRY(smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory"));
  smpi_disk_offers_encode(bytes, mine);
  n = others(s, flow, bytes, bytes + SMPI_DISK_OFFERS_LEN, SMPI_DISK_OFFERS_LEN);
  TRY(exchange(s, flow, n));
  for (unsigned i = 0; i < n; i++) {
    peer[i] = flow[i].peer;
    if (smpi_disk_offers_decode(&theirs[i], flow[i].in) != SMPC_OK)
      TRY(smpi_fail(s, SMPC_E_FORMAT, (int)peer[i], "%s tells of a pool that cannot be", smpi_member_name(s, peer[i])));
  }
  const struct saying t = {s, theirs, peer, n};
  TRY(settle_all(d, &t));
  number_next(d, mine, &t);
  TRY(smpi_disk_confirm(d, s));
  clear_away(d);
  d->is_agreed = true;
out:
  smpi_free(bytes);
  smpi_free(theirs);
  smpi_free(mine);
  return err;
}

static void close_disk(void *state) { smpi_disk_close(state); }

smpc_err smpi_disk_attach(struct smpi_disk *d, struct smpc_session *s) {
  if (d == NULL) return SMPC_OK;
  smpi_slot_set(s, SMPI_SLOT_DISK, d, close_disk);
  if (!smpi_pool_is_shared(s)) {
    smpi_note(s, SMPC_EVENT_NOTE, "not every computing party has a pool: mine is left alone");
    return SMPC_OK;
  }
  if (d->is_busy) smpi_note(s, SMPC_EVENT_NOTE, "another session uses my pool: it counts as empty in this one");
  return agree(d, s);
}

/* --- reserving and taking -------------------------------------------------------------- */

size_t smpi_disk_reserved(const struct smpc_session *s, enum smpi_corr kind) {
  const struct smpi_disk *d = smpi_disk_of(s);
  uint64_t chunks = 0;
  for (size_t i = 0; d != NULL && i < d->n; i++)
    if (d->lot[i].is_shared) chunks += d->lot[i].at.used[kind] - d->lot[i].read[kind];
  return (size_t)chunks * smpi_disk_units(kind);
}

/* Pass the places of up to `chunks` chunks of a lot. */
static uint64_t pass(struct smpi_disk_lot *lot, enum smpi_corr kind, uint64_t chunks) {
  uint64_t left = lot->head.chunks[kind] - lot->at.used[kind];
  if (chunks > left) chunks = left;
  lot->at.used[kind] += chunks;
  return chunks;
}

static bool pass_all(struct smpi_disk *d, const uint64_t want[SMPI_CORRS]) {
  uint64_t chunks[SMPI_CORRS];
  bool any = false;
  for (unsigned k = 0; k < SMPI_CORRS; k++) chunks[k] = smpi_ceil_div(want[k], smpi_disk_units(k));
  for (size_t i = 0; i < d->n; i++) {
    uint64_t passed = 0;
    for (unsigned k = 0; k < SMPI_CORRS && d->lot[i].is_shared; k++) {
      uint64_t some = pass(&d->lot[i], k, chunks[k]);
      chunks[k] -= some;
      passed += some;
    }
    if (passed == 0) continue;
    d->lot[i].at.serial++;
    *smpi_disk_find(&d->book, d->lot[i].head.id) = d->lot[i].at;
    any = true;
  }
  return any;
}

smpc_err smpi_disk_reserve(struct smpc_session *s, const uint64_t want[SMPI_CORRS]) {
  struct smpi_disk *d = smpi_disk_of(s);
  struct smpi_fault f = {.party = -1};
  smpc_err err = smpi_status(s);
  if (err != SMPC_OK || d == NULL || !pass_all(d, want)) return err;
  if (smpi_disk_save(d, &f) != SMPC_OK) err = smpi_disk_fail(s, &f);
  else err = smpi_disk_confirm(d, s);
  return err;
}

smpc_err smpi_disk_take(struct smpc_session *s, uint64_t *const col[], enum smpi_corr kind, size_t n) {
  struct smpi_disk *d = smpi_disk_of(s);
  struct smpi_fault f = {.party = -1};
  size_t units = smpi_disk_units(kind);
  SMPI_VERIFY(n % units == 0 && n <= smpi_disk_reserved(s, kind));
  uint8_t *work = smpi_secret_alloc(1, SMPI_LOT_WORK);
  smpc_err err = work == NULL ? smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory") : SMPC_OK;
  for (size_t i = 0, at = 0; i < d->n && at < n && err == SMPC_OK;) {
    struct smpi_disk_lot *lot = &d->lot[i];
    if (!lot->is_shared || lot->read[kind] == lot->at.used[kind]) {
      i++;
      continue;
    }
    err = smpi_lot_take(lot, col, at, kind, lot->read[kind]++, work, &f);
    if (err != SMPC_OK) smpi_disk_fail(s, &f);
    at += units;
  }
  smpi_secret_free(work);
  return err;
}
