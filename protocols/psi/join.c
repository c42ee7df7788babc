/* join.c - circuit PSI by a cuckoo table, a programmable function and equality in shares.
 *
 * Functionality F_join   from the hub H a set X of n items, from O a set Y of m with words w(y); gives H a table of
 *                        X, one item a bin, and both, for each bin b with item x: xor shares of [x in Y], and
 *                        shares by sum of w(x) if so.
 * Protocol      Pi_join  [PSTY19], [RS21], [RR22]; B = ceil(1.3 n) + 500 bins, tags of
 *     l = 40 + ceil(log2(B J)) bits, J being the number of joins of one operation; 64 at most:
 *     1. locally   H puts X into a table of B bins (cuckoo.h); O takes each y in all three of its bins.
 *                  Both have filled their sets up to n and m with random keys, which are nobody's: all
 *                  that follows is about n and m keys, whatever the sets hold
 *     2. locally   O draws a tag r_b for each bin, and a mask s_b for each word
 *     3. F_opprf   O programs the point (y, b) with r_b and w(y) - s_b, for its three b;
 *                  H asks (x, b) for its items: t_b, v_b.  Where a bin is empty H draws t_b, v_b itself
 *     4. F_eq      bits [t_b = r_b] in shares (same.h), all B; H's share of the words is v_b, O's is s_b
 * Why           if x in Y lies in bin b, b is one of the three of y = x, and t_b = r_b.  Otherwise t_b is uniform
 *               and independent of r_b: some bin of B matches by accident with probability B 2^-l,
 *               in all J joins <= 2^-40, or B J 2^-64 where B J > 2^24.
 * Security      semi-honest, in the (F_opprf, F_eq)-hybrid model perfect but for these accidents.  O corrupt: it
 *               gets random shares only.  H corrupt: t_b and v_b are uniform to it in each bin, since
 *               r_b and s_b are, each used for one bin and H asks one point a bin.  An empty bin holds no item
 *               at all: no string, however chosen, can be mistaken for it.  Messages
 *               have lengths that follow from n and m.
 * Assumes       F_opprf (opprf.h), F_eq (same.h), authenticated channels; items are chosen before the session opens,
 *               whose id gives the tables' public functions.
 * Cost          see join.h.
 * Secrets       items, tables, tags, masks, payload, shares.
 * Differs from  the papers: empty bins are not asked about, so the first store has n keys and not B;
 *               words by sum in Z_2^64; 1.3 n bins with a proved bound, see cuckoo.h.
 */
#include "psi/join.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "psi/opprf.h"
#include "psi/same.h"
#include "rand/hash.h"

enum { RUN = 256 /* LOCAL */ };

struct smpi_join {
  struct smpc_session *s;
  uint64_t instance;
  struct smpi_oprf_hash hash; /* items to keys */
  struct smpi_aes_key places; /* keys to bins  */
  struct smpi_rot16 *transfers;
};

struct smpi_join_table {
  size_t n, bins;
  uint32_t *slot;   /* [bins] position in the set's rows of the item that lies there             */
  blk *key;         /* [n] (item or padding, bin) of the bins that are not empty, in their order */
  uint32_t *bin;    /* [n] which these are */
};

/* --- opening ---------------------------------------------------------------------------- */

static void make_places(struct smpi_join *j, const uint8_t session[32]) {
  uint8_t digest[SMPI_HASH_LEN];
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc psi join places 1");
  smpi_hash_add(&h, session, 32);
  smpi_hash_add_u64(&h, j->instance);
  smpi_hash_end(&h, digest);
  blk key = {{smpi_get64(digest), smpi_get64(digest + 8)}};
  smpi_aes_key_set(&j->places, &key);
}

smpc_err smpi_join_open_with(struct smpi_join **out, struct smpc_session *s, uint64_t instance, uint32_t with) {
  smpc_err err = SMPC_OK;
  uint8_t session[32];
  uint32_t transfers;
  struct smpi_join *j = *out = NULL;
  TRY(smpi_status(s));
  if (!smpi_cot_instance_of(&transfers, SMPI_COT_FOR_JOIN, instance))
    TRY(smpi_fail(s, SMPC_E_RANGE, -1, "too many operations in one session for a join"));
  j = smpi_secret_alloc(1, sizeof *j);
  if (j == NULL) TRY(smpi_fail(s, SMPC_E_NOMEM, -1, "not enough memory for a join"));
  j->s = s;
  j->instance = instance;
  smpi_session_id(s, session);
  smpi_oprf_hash_make(&j->hash, session, instance | UINT64_C(1) << 62, SMPI_PSI_MASK_MAX, SMPI_PSI_MAX_ITEMS,
                      SMPI_PSI_MAX_ITEMS);
  make_places(j, session);
  TRY(smpi_rot16_open(&j->transfers, s, transfers, with));
  *out = j;
out:
  if (err != SMPC_OK) smpi_join_close(j);
  return err;
}

smpc_err smpi_join_open(struct smpi_join **j, struct smpc_session *s, uint64_t instance) {
  return smpi_join_open_with(j, s, instance, 0);
}

void smpi_join_close(struct smpi_join *j) {
  if (j == NULL) return;
  smpi_rot16_close(j->transfers);
  smpi_secret_free(j);
}

struct smpi_rot16 *smpi_join_transfers(struct smpi_join *j) { return j->transfers; }

/* --- points ------------------------------------------------------------------------------ */

/* The point (item, bin): different for different pairs, as keys of items are random. */
static blk point(blk key, uint32_t bin) { return (blk){{key.w[0] ^ bin, key.w[1]}}; }

/* The keys of a set's items and paddings, and where in its rows each stands; items come first. */
struct keys { size_t n, items; blk *key; uint32_t *position; };

static smpc_err make_keys(struct keys *k, struct smpi_join *j, const struct smpi_join_set *set) {
  k->n = set->n;
  k->key = smpi_scratch(j->s, set->n, sizeof *k->key);
  k->position = smpi_scratch(j->s, set->n, sizeof *k->position);
  if (k->key == NULL || k->position == NULL) return smpi_status(j->s);
  k->items = smpi_oprf_keys_of(k->key, k->position, &j->hash, set->items, set->row, set->n, smpi_prg_own(j->s));
  return SMPC_OK;
}

static smpc_err check_sizes(struct smpi_join *j, size_t n, size_t m) {
  if (n <= SMPI_CUCKOO_MAX && m <= SMPI_CUCKOO_MAX) return smpi_status(j->s);
  return smpi_fail(j->s, SMPC_E_RANGE, -1, "sets of more than %d items are too large for a join", (int)SMPI_CUCKOO_MAX);
}

/* --- 1. the hub's table ---------------------------------------------------------------------- */

void smpi_join_table_close(struct smpi_join_table *t) {
  if (t == NULL) return;
  smpi_secret_free(t->slot);
  smpi_secret_free(t->key);
  smpi_secret_free(t->bin);
  smpi_free(t);
}

const uint32_t *smpi_join_slots(const struct smpi_join_table *t) { return t->slot; }

static smpc_err fill_table(struct smpi_join_table *t, struct smpi_join *j, const struct keys *k) {
  uint32_t *place = smpi_scratch(j->s, k->n, SMPI_CUCKOO_PLACES * sizeof *place);
  if (place == NULL) return smpi_status(j->s);
  smpi_cuckoo_places(place, &j->places, t->bins, k->key, k->n);
  smpc_err err = smpi_cuckoo_fill_vt(t->slot, t->bins, place, k->n);
  if (err != SMPC_OK) return smpi_fail(j->s, err, -1, "no table for this set: %s", smpi_err_text(err));
  for (uint32_t b = 0, i = 0; b < t->bins; b++) {
    uint32_t who = t->slot[b];
    if (who == SMPI_CUCKOO_EMPTY) continue;
    t->key[i] = point(k->key[who], b);
    t->bin[i++] = b;
    t->slot[b] = who < k->items ? k->position[who] : SMPI_CUCKOO_EMPTY; /* to all others a padding is none */
  }
  return SMPC_OK;
}

smpc_err smpi_join_table_vt(struct smpi_join_table **out, struct smpi_join *j, const struct smpi_join_set *set) {
  size_t mark = smpi_scratch_mark(j->s);
  struct keys k;
  struct smpi_join_table *t = *out = NULL;
  smpc_err err;
  TRY(check_sizes(j, set->n, 0));
  t = smpi_alloc(1, sizeof *t);
  if (t == NULL) TRY(smpi_fail(j->s, SMPC_E_NOMEM, -1, "not enough memory for a table"));
  t->n = set->n;
  t->bins = smpi_cuckoo_bins(set->n);
  TRY(make_keys(&k, j, set));
  t->slot = smpi_secret_alloc(t->bins, sizeof *t->slot);
  t->key = smpi_secret_alloc(k.n, sizeof *t->key);
  t->bin = smpi_secret_alloc(k.n, sizeof *t->bin);
  if (t->slot == NULL || t->key == NULL || t->bin == NULL)
    TRY(smpi_fail(j->s, SMPC_E_NOMEM, -1, "not enough memory for a table"));
  TRY(fill_table(t, j, &k));
  *out = t;
out:
  smpi_scratch_release(j->s, mark);
  if (err != SMPC_OK) smpi_join_table_close(t);
  return err;
}

/* --- 3., 4. -------------------------------------------------------------------------------------- */

static unsigned tag_bits(const struct smpi_join_pair *p) { return smpi_cuckoo_tag_bits(smpi_cuckoo_bins(p->n), p->runs); }

static struct smpi_opprf_task opprf_task(uint64_t instance, const struct smpi_join_pair *p) {
  return (struct smpi_opprf_task){.rank = p->rank, .instance = instance << 16 | p->number, .n = p->n,
                                  .m = SMPI_CUCKOO_PLACES * p->m, .words = 1 + p->columns,
                                  .first_len = (tag_bits(p) + 7) / 8, .runs = p->runs};
}

void smpi_join_place(uint64_t *to, const uint64_t *read, const uint32_t *bin, size_t n) {
  for (size_t i = 0; i < n; i++) to[bin[i]] = read[i];
}

smpc_err smpi_join_hub(struct smpi_join *j, const struct smpi_join_pair *p, const struct smpi_join_table *t, shr *bit,
                       shr *value) {
  const struct smpi_opprf_task task = opprf_task(j->instance, p);
  size_t mark = smpi_scratch_mark(j->s);
  uint64_t *tag, *read, *words = (uint64_t *)(void *)value;
  smpc_err err;
  TRY(check_sizes(j, p->n, p->m));
  tag = smpi_scratch(j->s, t->bins, sizeof *tag);
  read = smpi_scratch(j->s, task.words * t->n, sizeof *read);
  TRY(smpi_status(j->s));
  TRY(smpi_opprf_ask_vt(j->transfers, &task, read, t->key, t->n));
  smpi_prg_words(smpi_prg_own(j->s), tag, t->bins);
  smpi_prg_words(smpi_prg_own(j->s), words, p->columns * t->bins);
  smpi_join_place(tag, read, t->bin, t->n); /* what was read is in the order of the bins that are not empty */
  for (unsigned k = 0; k < p->columns; k++) smpi_join_place(words + k * t->bins, read + (k + 1) * t->n, t->bin, t->n);
  TRY(smpi_same_send(j->transfers, p->rank, bit, tag, t->bins, tag_bits(p)));
out:
  smpi_scratch_release(j->s, mark);
  if (err != SMPC_OK) smpi_wipe(bit, smpi_ceil_div(t->bins, 64) * sizeof *bit);
  if (err != SMPC_OK && p->columns != 0) smpi_wipe(value, p->columns * t->bins * sizeof *value);
  return err;
}

uint64_t smpi_join_word(const struct smpi_join_program *g, uint32_t q, unsigned w) {
  unsigned columns = g->columns, k = w - 1;
  if (w == 0) return g->tag[g->place[q]];
  if (k >= columns) return 0;
  return g->payload[(size_t)g->position[q / SMPI_CUCKOO_PLACES] * columns + k] - g->mask[k * g->bins + g->place[q]].v;
}

static void give(void *ctx, blk *out, const uint32_t *number, size_t n, unsigned plane) {
  for (size_t i = 0; i < n; i++)
    out[i] = (blk){{smpi_join_word(ctx, number[i], 2 * plane), smpi_join_word(ctx, number[i], 2 * plane + 1)}};
}

/* 1. at the other party: each item in all three of its bins. */
static smpc_err make_points(struct smpi_join *j, blk **out, uint32_t *place, const struct keys *k, size_t bins) {
  blk *key = *out = smpi_scratch(j->s, SMPI_CUCKOO_PLACES * k->n, sizeof *key);
  if (key == NULL) return smpi_status(j->s);
  smpi_cuckoo_places(place, &j->places, bins, k->key, k->n);
  for (size_t q = 0; q < SMPI_CUCKOO_PLACES * k->n; q++) key[q] = point(k->key[q / SMPI_CUCKOO_PLACES], place[q]);
  return SMPC_OK;
}

smpc_err smpi_join_other(struct smpi_join *j, const struct smpi_join_pair *p, const struct smpi_join_set *set,
                         const uint64_t *payload, shr *bit, shr *value) {
  const struct smpi_opprf_task task = opprf_task(j->instance, p);
  size_t mark = smpi_scratch_mark(j->s), bins = smpi_cuckoo_bins(p->n), inner;
  struct keys k;
  uint64_t *tag;
  uint32_t *place;
  blk *key;
  smpc_err err;
  TRY(check_sizes(j, p->n, p->m));
  tag = smpi_scratch(j->s, bins, sizeof *tag);
  TRY(smpi_status(j->s));
  inner = smpi_scratch_mark(j->s);
  TRY(make_keys(&k, j, set));
  place = smpi_scratch(j->s, SMPI_CUCKOO_PLACES * k.n, sizeof *place);
  TRY(smpi_status(j->s));
  TRY(make_points(j, &key, place, &k, bins));
  smpi_prg_words(smpi_prg_own(j->s), tag, bins);                                               /* 2. */
  if (p->columns != 0) smpi_prg_words(smpi_prg_own(j->s), (uint64_t *)(void *)value, p->columns * bins);
  struct smpi_join_program g = {
      .columns = p->columns, .bins = bins, .place = place, .position = k.position, .tag = tag, .payload = payload, .mask = value};
  TRY(smpi_opprf_program_vt(j->transfers, &task, key, SMPI_CUCKOO_PLACES * k.n, give, &g));       /* 3. */
  smpi_scratch_release(j->s, inner);
  TRY(smpi_same_receive(j->transfers, p->rank, bit, tag, bins, tag_bits(p)));                         /* 4. */
out:
  smpi_scratch_release(j->s, mark);
  if (err != SMPC_OK) smpi_wipe(bit, smpi_ceil_div(bins, 64) * sizeof *bit);
  if (err != SMPC_OK && p->columns != 0) smpi_wipe(value, p->columns * bins * sizeof *value);
  return err;
}

/* --- cost ------------------------------------------------------------------------------------------ */

void smpi_join_bytes(uint64_t *hub, uint64_t *other, uint64_t *rounds, const struct smpi_join_pair *p) {
  const struct smpi_opprf_task task = opprf_task(0, p);
  uint64_t sender, receiver;
  smpi_opprf_bytes(hub, other, &task);
  smpi_same_bytes(&sender, &receiver, rounds, smpi_cuckoo_bins(p->n), tag_bits(p));
  *hub += sender;
  *other += receiver;
  *rounds += 4;
}
