/* pool.c - smpc.h, section 9: the pool of correlated randomness on disk. */
#include "triple/disk.h"

#include <smpc.h>
#include <string.h>

#include "api/pool.h"
#include "api/value.h"
#include "base/mem.h"
#include "session/config.h"
#include "session/identity.h"

enum { UNITS = sizeof(smpc_pool_units) / sizeof(uint64_t) };
_Static_assert(UNITS == (int)SMPI_CORRS && SMPI_TRIPLE == 0 && SMPI_BIT_TRIPLE == 1 && SMPI_BIT_PAIR == 2 &&
               SMPI_DABIT == 3 && SMPI_EDABIT == 4 && SMPI_TRUNC == 5 && SMPI_LOOKUP == 6, "the order of smpc_pool_units");
_Static_assert(sizeof((smpc_pool_lot *)0)->name == sizeof((struct smpi_disk_head *)0)->name, "the same names");

static uint64_t *unit_of(smpc_pool_units *u, unsigned kind) {
  uint64_t *const all[SMPI_CORRS] = {&u->triples, &u->bit_triples, &u->bit_pairs, &u->dabits,
                                     &u->edabits, &u->truncations, &u->lookups};
  return all[kind];
}

smpc_err smpi_pool_key(uint8_t key[32], const smpc_config *cfg, struct smpi_fault *f) {
  struct smpi_identity *id;
  smpc_err err = smpi_identity_load(cfg->key_file, &id, f);
  if (err == SMPC_OK) smpi_identity_derive(key, id, SMPI_POOL_KEY);
  smpi_identity_free(id);
  return err;
}

/* --- what there is ------------------------------------------------------------- */

struct listing { smpc_pool_lot *lot; size_t room, n; };

static void list_one(void *user, const struct smpi_disk_head *h, const struct smpi_disk_entry *at, bool fits) {
  struct listing *l = user;
  smpc_pool_lot *lot = &l->lot[l->n];
  if (l->n++ >= l->room) return;
  *lot = (smpc_pool_lot){.size = sizeof *lot, .parties = h->parties, .number = h->number, .made = (int64_t)h->made,
                         .source = h->source, .frac_bits = h->frac_bits, .fits = fits};
  memcpy(lot->name, h->name, sizeof lot->name);
  for (unsigned k = 0; k < SMPI_CORRS; k++) {
    *unit_of(&lot->total, k) = h->chunks[k] * smpi_disk_units(k);
    *unit_of(&lot->left, k) = (h->chunks[k] - at->used[k]) * smpi_disk_units(k);
  }
}

smpc_err smpc_pool_list(const smpc_config *cfg, smpc_pool_lot *lots, size_t room, size_t *n, char *text,
                        size_t text_len) {
  struct smpi_fault f = {.party = -1};
  struct listing l = {lots, room, 0};
  uint8_t key[32];
  if (n != NULL) *n = 0;
  if (cfg == NULL || n == NULL || (lots == NULL && room != 0)) return smpi_fault_tell(SMPC_E_ARG, &f, text, text_len);
  if (room != 0) memset(lots, 0, room * sizeof *lots);
  smpc_err err = smpi_config_valid(cfg, &f);
  if (err == SMPC_OK) err = smpi_pool_key(key, cfg, &f);
  if (err == SMPC_OK) err = smpi_disk_list(cfg, key, list_one, &l, &f);
  smpi_wipe(key, sizeof key);
  if (err == SMPC_OK) *n = l.n;
  else if (room != 0) memset(lots, 0, room * sizeof *lots);
  return smpi_fault_tell(err, &f, text, text_len);
}

smpc_err smpc_pool_empty(const smpc_config *cfg, char *text, size_t text_len) {
  struct smpi_fault f = {.party = -1};
  if (cfg == NULL) return smpi_fault_tell(SMPC_E_ARG, &f, text, text_len);
  smpc_err err = smpi_config_valid(cfg, &f);
  if (err == SMPC_OK) err = smpi_disk_empty(cfg, &f);
  return smpi_fault_tell(err, &f, text, text_len);
}

/* --- estimates ----------------------------------------------------------------- */

static void add_left(void *user, const struct smpi_disk_head *h, const struct smpi_disk_entry *at, bool fits) {
  uint64_t *left = user;
  for (unsigned k = 0; k < SMPI_CORRS && fits; k++) left[k] += (h->chunks[k] - at->used[k]) * smpi_disk_units(k);
}

/* A pool that cannot be read counts as empty here; opening the session says why. */
void smpi_pool_expect(struct smpi_cost *c, const smpc_config *cfg) {
  struct smpi_fault f = {.party = -1};
  uint64_t left[SMPI_CORRS] = {0};
  uint8_t key[32];
  if (cfg->pool[0] == 0 || smpi_pool_key(key, cfg, &f) != SMPC_OK) return;
  if (smpi_disk_list(cfg, key, add_left, left, &f) != SMPC_OK) memset(left, 0, sizeof left);
  smpi_wipe(key, sizeof key);
  for (unsigned k = 0; k < SMPI_CORRS; k++) c->pooled[k] = left[k] < c->corr[k] ? left[k] : c->corr[k];
}

/* --- filling --------------------------------------------------------------------- */

smpc_err smpc_pool_fill(smpc_session *s, const smpc_pool_units *units) {
  struct smpi_op op;
  smpc_err err = SMPC_OK;
  if (s == NULL || units == NULL) return SMPC_E_ARG;
  smpc_pool_units copy = *units;
  uint64_t want[SMPI_CORRS];
  if (!smpi_op_begin(&op, s, "smpc_pool_fill", 0, NULL)) return smpi_op_refused(s);
  for (unsigned k = 0; k < SMPI_CORRS; k++) smpi_absorb_u64(s, want[k] = *unit_of(&copy, k));
  if (smpi_has_data(s)) err = smpi_disk_fill(s, want);
  smpi_op_end(&op, NULL, err);
  return smpi_status(s);
}
