/* psi_set.c - see psi_set.h.  Memory is the session's scratch: the operation gives it back. */
#include "api/psi_set.h"

#include <string.h>

#include "base/mem.h"
#include "base/sort.h"
#include "psi/items.h"

smpc_err smpi_psi_set_check(struct smpc_session *s, const smpc_items *items) {
  if (items == NULL) return smpi_fail(s, SMPC_E_ARG, -1, "%s: an owner gives no set", s->op);
  if (items->n >= SMPI_PSI_MAX_ITEMS) return smpi_fail(s, SMPC_E_RANGE, -1, "%s: the set is too large", s->op);
  bool has_pointers = items->item != NULL || items->flat != NULL;
  for (size_t i = 0; has_pointers && items->item != NULL && i < items->n; i++)
    if (items->item[i] == NULL && smpi_item_len(items, i) != 0) has_pointers = false;
  if (items->n != 0 && (!has_pointers || (items->item == NULL && items->len != NULL)))
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: the set has items without bytes", s->op);
  return SMPC_OK;
}

smpc_err smpi_psi_set_open(struct smpc_session *s, struct smpi_psi_set *set, const smpc_items *items, uint64_t declared) {
  *set = (struct smpi_psi_set){.items = items, .same = smpi_scratch(s, items->n, sizeof *set->same)};
  if (set->same == NULL) return smpi_status(s);
  size_t distinct = smpi_psi_distinct_vt(set->same, items, smpi_prg_own(s));
  if (distinct == SIZE_MAX) return smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
  set->distinct = distinct;
  set->size = declared;
  return smpi_psi_set_size(s, &set->size, distinct);
}

smpc_err smpi_psi_set_size(struct smpc_session *s, uint64_t *size, uint64_t distinct) {
  if (*size == 0) *size = distinct;
  if (*size >= distinct) return SMPC_OK;
  return smpi_fail(s, SMPC_E_RANGE, (int)smpi_me(s), "%s: my set has more different items than its declared size", s->op);
}

struct item_hash { uint64_t word[2]; };

static struct item_hash hash_item(const smpc_items *items, size_t i, uint32_t cell) {
  struct smpi_hash h;
  uint8_t whole[SMPI_HASH_LEN];
  struct item_hash out;
  smpi_hash_begin(&h, "smpc journal item 1");
  smpi_hash_add(&h, smpi_item(items, i), smpi_item_len(items, i));
  smpi_hash_add_u64(&h, cell);
  smpi_hash_end(&h, whole);
  memcpy(&out, whole, sizeof out);
  smpi_wipe(whole, sizeof whole);
  return out;
}

smpc_err smpi_psi_set_tell_vt(struct smpc_session *s, const smpc_items *items, const size_t *same, const uint32_t *cell,
                              bool in_order) {
  size_t mark = smpi_scratch_mark(s), n = 0;
  if (s->is_dry || s->guard == NULL || !s->guard->compares_sets(s->guard_ctx)) return SMPC_OK;
  struct item_hash *all = smpi_scratch(s, items->n, sizeof *all);
  if (all == NULL) return smpi_status(s);
  for (size_t i = 0; i < items->n; i++)
    if (same == NULL || same[i] == i) all[n++] = hash_item(items, i, cell == NULL ? 0 : cell[i]);
  if (!in_order && n > 1) {
    size_t last = 0;
    smpi_sort_vt(all->word, n, 2);
    for (size_t i = 1; i < n; i++)
      if (memcmp(&all[i], &all[last], sizeof *all) != 0) all[++last] = all[i];
    n = last + 1;
  }
  smpc_err err = s->guard->input(s->guard_ctx, s, n == 0 ? NULL : all[0].word, 2 * n);
  smpi_scratch_release(s, mark);
  return err;
}

smpc_err smpi_psi_announce(struct smpc_session *s, const unsigned *owner, const uint64_t *size, unsigned n,
                           bool are_known) {
  uint64_t of[SMPC_MAX_PARTIES] = {0};
  if (s->is_dry || s->guard == NULL) return SMPC_OK;
  for (unsigned k = 0; k < n; k++) of[owner[k]] = size[k];
  return s->guard->items(s->guard_ctx, s, of, are_known);
}

smpc_err smpi_psi_compare_sizes(struct smpc_session *s, const unsigned *owner, const uint64_t *size, unsigned n) {
  uint8_t mine[SMPI_PSI_SIZES_LEN], theirs[SMPC_MAX_COMPUTING][SMPI_PSI_SIZES_LEN];
  struct smpi_flow flow[SMPC_MAX_COMPUTING];
  struct smpi_hash h;
  size_t others = 0;
  smpi_hash_begin(&h, "smpc psi sizes");
  for (unsigned k = 0; k < n; k++) smpi_hash_add_u64(&h, size[k]);
  smpi_hash_end(&h, mine);
  for (unsigned k = 0; k < n; k++)
    if (owner[k] != smpi_me(s))
      flow[others++] = (struct smpi_flow){
          .peer = owner[k], .out_len = sizeof mine, .in_len = sizeof mine, .out = mine, .in = theirs[k]};
  smpc_err err = smpi_exchange(s, flow, others);
  for (size_t k = 0; err == SMPC_OK && k < others; k++)
    if (memcmp(mine, flow[k].in, sizeof mine) != 0)
      err = smpi_fail(s, SMPC_E_DESYNC, (int)flow[k].peer, "%s: %s was told other sizes of the sets than I was", s->op,
                      smpi_member_name(s, flow[k].peer));
  return err;
}

smpc_err smpi_psi_set_shuffle(struct smpc_session *s, struct smpi_psi_set *set) {
  size_t at = 0, *row = set->row = smpi_scratch(s, set->size, sizeof *row);
  if (row == NULL) return smpi_status(s);
  for (size_t i = 0; i < set->items->n; i++)
    if (set->same[i] == i) row[at++] = i;
  while (at < set->size) row[at++] = SMPI_PSI_PADDING;
  smpi_psi_shuffle_rows(row, set->size, smpi_prg_own(s));
  return SMPC_OK;
}

void smpi_psi_set_spread(const struct smpi_psi_set *set, uint8_t *matched, const uint8_t *hit) {
  for (size_t i = 0; i < set->size; i++)
    if (set->row[i] != SMPI_PSI_PADDING) matched[set->row[i]] = hit[i];
  for (size_t i = 0; i < set->items->n; i++) matched[i] = matched[set->same[i]];
}
