/* disk_form.c - see disk_form.h. */
#include "triple/disk_form.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "rand/hash.h"
#include "triple/corr.h"

enum { NONCE_AND_TAG = 24 + 16 };

size_t smpi_disk_units(enum smpi_corr kind) { return SMPI_DISK_WORDS / smpi_corr_words(kind); }
size_t smpi_disk_chunk_len(enum smpi_corr kind) {
  return 8 * smpi_disk_units(kind) * smpi_corr_words(kind) + NONCE_AND_TAG;
}

uint64_t smpi_disk_offset(const struct smpi_disk_head *h, enum smpi_corr kind) {
  uint64_t at = SMPI_DISK_HEAD_LEN;
  for (unsigned k = 0; k < (unsigned)kind; k++) at += h->chunks[k] * smpi_disk_chunk_len(k);
  return at;
}

void smpi_disk_set(uint8_t set[32], const smpc_config *cfg) {
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc pool set 1");
  smpi_hash_add_u64(&h, cfg->security);
  smpi_hash_add_u64(&h, cfg->source);
  smpi_hash_add_u64(&h, cfg->frac_bits);
  for (unsigned i = 0; i < cfg->parties; i++) {
    const smpc_member *m = &cfg->member[i];
    unsigned role = m->roles & (SMPC_COMPUTE | SMPC_DEAL);
    if (role == 0 || (role == SMPC_DEAL && cfg->source != SMPC_DEALER)) continue;
    smpi_hash_add_u64(&h, role);
    smpi_hash_add(&h, m->link_key, sizeof m->link_key);
    smpi_hash_add(&h, m->sign_key, sizeof m->sign_key);
  }
  smpi_hash_end(&h, set);
}

void smpi_disk_chunk_key(uint8_t out[32], const uint8_t key[32], const uint8_t id[SMPI_DISK_ID]) {
  smpi_kdf(out, key, "smpc pool chunks 1", id, SMPI_DISK_ID);
}

/* Names the key, and tells nothing of it. */
static void key_check(uint8_t out[32], const uint8_t key[32]) { smpi_kdf(out, key, "smpc pool key check 1", NULL, 0); }

/* --- fields, one after the other --------------------------------------------------- */

struct pen { uint8_t *out; const uint8_t *in; }; /* one of the two */

static void field(struct pen *p, void *bytes, size_t len) {
  if (p->out != NULL) memcpy(p->out, bytes, len), p->out += len;
  else memcpy(bytes, p->in, len), p->in += len;
}

static void field64(struct pen *p, uint64_t *v) {
  uint8_t b[8];
  smpi_put64(b, *v);
  field(p, b, sizeof b);
  *v = smpi_get64(b);
}

static void field16(struct pen *p, unsigned *v) {
  uint8_t b[2];
  smpi_put16(b, (uint16_t)*v);
  field(p, b, sizeof b);
  *v = smpi_get16(b);
}

static void head_fields(struct pen *p, struct smpi_disk_head *h) {
  unsigned source = h->source;
  field(p, h->id, sizeof h->id);
  field(p, h->set, sizeof h->set);
  field64(p, &h->number);
  field64(p, &h->made);
  field16(p, &source);
  field16(p, &h->frac_bits);
  field16(p, &h->parties);
  field16(p, &h->rank);
  for (unsigned k = 0; k < SMPI_CORRS; k++) field64(p, &h->chunks[k]);
  for (unsigned i = 0; i < SMPC_MAX_COMPUTING; i++) field(p, h->name[i], sizeof h->name[i]);
  h->source = (smpc_source)source;
}

static void entry_fields(struct pen *p, struct smpi_disk_entry *e) {
  field(p, e->id, sizeof e->id);
  field64(p, &e->number);
  field64(p, &e->serial);
  for (unsigned k = 0; k < SMPI_CORRS; k++) field64(p, &e->used[k]);
}

/* --- what files begin with: magic 8, version 4, zeros 4, which key 16 -------------------- */

enum { START = 16, CHECK = 16 };
_Static_assert(START + CHECK + SMPI_DISK_ID + 32 + 8 + 8 + 4 * 2 + 8 * SMPI_CORRS + 64 * SMPC_MAX_COMPUTING +
                   SMPI_DISK_MAC == SMPI_DISK_HEAD_LEN, "a head's length");
_Static_assert(SMPI_DISK_ID + 8 + 8 + 8 * SMPI_CORRS == SMPI_DISK_ENTRY_LEN, "an entry's length");
_Static_assert(SMPI_DISK_ENTRY_LEN + 8 * SMPI_CORRS == SMPI_DISK_OFFER_LEN, "an offer's length");

static void put_start(uint8_t *out, const char magic[8], uint32_t count) {
  memcpy(out, magic, 8);
  smpi_put32(out + 8, SMPI_DISK_VERSION);
  smpi_put32(out + 12, count);
}

static smpc_err check_start(const uint8_t *in, size_t len, const char magic[8]) {
  if (len < START || memcmp(in, magic, 8) != 0) return SMPC_E_FORMAT;
  return smpi_get32(in + 8) == SMPI_DISK_VERSION ? SMPC_OK : SMPC_E_VERSION;
}

static bool mac_is_right(const uint8_t *in, size_t covered, const uint8_t key[32], const char *domain) {
  uint8_t mac[SMPI_DISK_MAC];
  smpi_kdf(mac, key, domain, in, covered);
  return smpi_ct_equal(mac, in + covered, sizeof mac);
}

/* --- heads --------------------------------------------------------------------------- */

static const char HEAD_MAGIC[] = "smpcpool", HEAD_DOMAIN[] = "smpc pool head 1";

void smpi_disk_head_encode(uint8_t out[SMPI_DISK_HEAD_LEN], const struct smpi_disk_head *h, const uint8_t key[32]) {
  struct smpi_disk_head copy = *h;
  struct pen p = {out + START + CHECK, NULL};
  uint8_t check[32];
  put_start(out, HEAD_MAGIC, 0);
  key_check(check, key);
  memcpy(out + START, check, CHECK);
  head_fields(&p, &copy);
  smpi_kdf(p.out, key, HEAD_DOMAIN, out, SMPI_DISK_HEAD_LEN - SMPI_DISK_MAC);
}

static bool head_is_valid(const struct smpi_disk_head *h) {
  bool ok = h->number >= 1 && (h->source == SMPC_DEALER || h->source == SMPC_OT) && h->frac_bits >= 1 &&
            h->frac_bits <= 28 && h->parties >= 2 && h->parties <= SMPC_MAX_COMPUTING && h->rank < h->parties;
  for (unsigned k = 0; k < SMPI_CORRS; k++) ok &= h->chunks[k] <= SMPI_DISK_MOST_CHUNKS;
  for (unsigned i = 0; i < SMPC_MAX_COMPUTING; i++) ok &= h->name[i][sizeof h->name[i] - 1] == 0;
  return ok;
}

smpc_err smpi_disk_head_decode(struct smpi_disk_head *h, const uint8_t *in, size_t len, const uint8_t key[32]) {
  uint8_t check[32];
  memset(h, 0, sizeof *h);
  smpc_err err = check_start(in, len, HEAD_MAGIC);
  if (err != SMPC_OK) return err;
  if (len != SMPI_DISK_HEAD_LEN || smpi_get32(in + 12) != 0) return SMPC_E_FORMAT;
  key_check(check, key);
  if (!smpi_ct_equal(check, in + START, CHECK)) return SMPC_E_AUTH;
  if (!mac_is_right(in, len - SMPI_DISK_MAC, key, HEAD_DOMAIN)) return SMPC_E_FORMAT;
  struct pen p = {NULL, in + START + CHECK};
  head_fields(&p, h);
  if (head_is_valid(h)) return SMPC_OK;
  memset(h, 0, sizeof *h);
  return SMPC_E_FORMAT;
}

/* --- books ---------------------------------------------------------------------------- */

static const char BOOK_MAGIC[] = "smpcbook", BOOK_DOMAIN[] = "smpc pool book 1";

size_t smpi_disk_book_encode(uint8_t out[SMPI_DISK_BOOK_MAX], const struct smpi_disk_book *b, const uint8_t key[32]) {
  struct pen p = {out + START, NULL};
  put_start(out, BOOK_MAGIC, (uint32_t)b->n);
  for (size_t i = 0; i < b->n; i++) {
    struct smpi_disk_entry e = b->entry[i];
    entry_fields(&p, &e);
  }
  size_t covered = START + b->n * SMPI_DISK_ENTRY_LEN;
  smpi_kdf(p.out, key, BOOK_DOMAIN, out, covered);
  return covered + SMPI_DISK_MAC;
}

int smpi_disk_compare(const struct smpi_disk_entry *a, const struct smpi_disk_entry *b) {
  if (a->number != b->number) return a->number < b->number ? -1 : 1;
  int d = memcmp(a->id, b->id, sizeof a->id);
  return (d > 0) - (d < 0);
}

smpc_err smpi_disk_book_decode(struct smpi_disk_book *b, const uint8_t *in, size_t len, const uint8_t key[32]) {
  memset(b, 0, sizeof *b);
  smpc_err err = check_start(in, len, BOOK_MAGIC);
  if (err != SMPC_OK) return err;
  size_t n = smpi_get32(in + 12), covered = START + n * SMPI_DISK_ENTRY_LEN;
  if (n > SMPI_DISK_ENTRIES || len != covered + SMPI_DISK_MAC || !mac_is_right(in, covered, key, BOOK_DOMAIN))
    return SMPC_E_FORMAT;
  struct pen p = {NULL, in + START};
  for (size_t i = 0; i < n; i++) entry_fields(&p, &b->entry[i]);
  b->n = n;
  return SMPC_OK;
}

struct smpi_disk_entry *smpi_disk_find(struct smpi_disk_book *b, const uint8_t id[SMPI_DISK_ID]) {
  for (size_t i = 0; i < b->n; i++)
    if (memcmp(b->entry[i].id, id, SMPI_DISK_ID) == 0) return &b->entry[i];
  return NULL;
}

bool smpi_disk_insert(struct smpi_disk_book *b, const struct smpi_disk_entry *e) {
  size_t at = b->n;
  if (b->n == SMPI_DISK_ENTRIES) return false;
  while (at > 0 && smpi_disk_compare(&b->entry[at - 1], e) > 0) at--;
  memmove(&b->entry[at + 1], &b->entry[at], (b->n - at) * sizeof *e);
  b->entry[at] = *e;
  b->n++;
  return true;
}

/* --- offers ----------------------------------------------------------------------------- */

void smpi_disk_offers_encode(uint8_t out[SMPI_DISK_OFFERS_LEN], const struct smpi_disk_offers *o) {
  struct pen p = {out + 16, NULL};
  memset(out, 0, SMPI_DISK_OFFERS_LEN);
  smpi_put64(out, o->n);
  smpi_put64(out + 8, o->highest);
  for (size_t i = 0; i < o->n; i++) {
    struct smpi_disk_offer one = o->offer[i];
    entry_fields(&p, &one.at);
    for (unsigned k = 0; k < SMPI_CORRS; k++) field64(&p, &one.chunks[k]);
  }
}

static bool offer_is_valid(const struct smpi_disk_offer *o) {
  for (unsigned k = 0; k < SMPI_CORRS; k++)
    if (o->chunks[k] > SMPI_DISK_MOST_CHUNKS || o->at.used[k] > o->chunks[k]) return false;
  return o->at.number >= 1;
}

smpc_err smpi_disk_offers_decode(struct smpi_disk_offers *o, const uint8_t in[SMPI_DISK_OFFERS_LEN]) {
  struct pen p = {NULL, in + 16};
  uint64_t n = smpi_get64(in + 8) >= UINT64_MAX / 2 ? UINT64_MAX : smpi_get64(in);
  memset(o, 0, sizeof *o);
  for (size_t i = 0; n <= SMPI_DISK_LOTS && i < n; i++) {
    struct smpi_disk_offer *one = &o->offer[i];
    entry_fields(&p, &one->at);
    for (unsigned k = 0; k < SMPI_CORRS; k++) field64(&p, &one->chunks[k]);
    if (!offer_is_valid(one) || (i > 0 && smpi_disk_compare(&o->offer[i - 1].at, &one->at) >= 0)) n = UINT64_MAX;
  }
  for (const uint8_t *rest = p.in; n <= SMPI_DISK_LOTS && rest < in + SMPI_DISK_OFFERS_LEN; rest++)
    if (*rest != 0) n = UINT64_MAX;
  o->n = (size_t)n;
  o->highest = smpi_get64(in + 8);
  if (n <= SMPI_DISK_LOTS) return SMPC_OK;
  memset(o, 0, sizeof *o);
  return SMPC_E_FORMAT;
}
