/* entry.c - see entry.h. */
#include "govern/entry.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "rand/hash.h"

/* --- the lines of each kind ------------------------------------------------------ */

enum form { NUMBER, COUNT, DIGEST, SIGNATURE, TEXT, INDEXED_NUMBER, INDEXED_DIGEST, INDEXED_SIGNATURE, NAMED };
enum { ONCE, REPEATS, OPTIONAL, ANY }; /* OPTIONAL: journals of before it have none; ANY: as many as there are */
struct line { const char *key; enum form form; int times; };
enum { LINES = 24 };

static const struct { const char *name; struct line line[LINES]; } kinds[SMPI_KINDS] = {
    [SMPI_BEGIN] = {"begin", {{"party", TEXT, ONCE}, {"key", DIGEST, ONCE}, {"software", TEXT, ONCE}}},
    [SMPI_RESUME] = {"resume", {{"cut", NUMBER, ONCE}}},
    [SMPI_RUN] = {"run", {{"session", DIGEST, ONCE}, {"study", DIGEST, ONCE}, {"question", TEXT, ONCE}, {"software", TEXT, ONCE},
                          {"counter-signed", TEXT, ONCE}, {"dealer", COUNT, ONCE}, {"with", NAMED, REPEATS}}},
    [SMPI_STUDY] = {"study", {{"session", DIGEST, ONCE}, {"identifier", TEXT, ONCE}, {"epsilon", COUNT, ONCE},
                              {"replaces", DIGEST, ANY}}},
    [SMPI_FAILED] = {"failed", {{"study", DIGEST, ONCE}, {"question", TEXT, ONCE}, {"code", NUMBER, ONCE}, {"reason", TEXT, ONCE}}},
    [SMPI_OPEN] = {"open", {{"session", DIGEST, ONCE}, {"operation", TEXT, ONCE}, {"purpose", TEXT, ONCE}, {"to", TEXT, ONCE},
                            {"rows", NUMBER, ONCE}, {"columns", NUMBER, ONCE}, {"program", DIGEST, ONCE},
                            {"own-rows", COUNT, OPTIONAL}, {"inputs", NUMBER, OPTIONAL}, {"input", DIGEST, OPTIONAL}}},
    [SMPI_END] = {"end", {{"session", DIGEST, ONCE}, {"code", NUMBER, ONCE}, {"reason", TEXT, ONCE}, {"inputs", NUMBER, ONCE},
                          {"commitment", DIGEST, ONCE}, {"rows", COUNT, ONCE}, {"suppressed", COUNT, ONCE},
                          {"openings", NUMBER, ONCE}, {"values", NUMBER, ONCE}, {"triples", NUMBER, ONCE},
                          {"bit-triples", NUMBER, ONCE}, {"dabits", NUMBER, ONCE}, {"edabits", NUMBER, ONCE},
                          {"truncations", NUMBER, ONCE}, {"masks", NUMBER, ONCE}, {"products", NUMBER, ONCE},
                          {"rounds", NUMBER, ONCE}, {"bytes", NUMBER, ONCE}, {"dealt", NUMBER, ONCE},
                          {"lookups", NUMBER, OPTIONAL}, {"pooled", NUMBER, OPTIONAL}, {"source", TEXT, OPTIONAL}}},
    [SMPI_OTHERS] = {"others", {{"session", DIGEST, ONCE}, {"end", INDEXED_DIGEST, REPEATS}}},
    [SMPI_SEALED] = {"sealed", {{"session", DIGEST, ONCE}, {"signed", INDEXED_SIGNATURE, REPEATS}}},
    [SMPI_UNSEALED] = {"unsealed", {{"session", DIGEST, ONCE}, {"reason", TEXT, ONCE}}},
    [SMPI_HOLD] = {"hold", {{"study", DIGEST, ONCE}, {"question", TEXT, ONCE}, {"session", DIGEST, ONCE}, {"purpose", TEXT, ONCE},
                            {"to", TEXT, ONCE}, {"rows", NUMBER, ONCE}, {"columns", NUMBER, ONCE}, {"fraction", NUMBER, ONCE},
                            {"review", TEXT, ONCE}, {"program", DIGEST, ONCE}, {"opening", DIGEST, ONCE}, {"until", TEXT, ONCE},
                            {"commitment", DIGEST, ONCE}, {"all-rows", COUNT, ONCE}, {"hidden", COUNT, ONCE},
                            {"own-rows", COUNT, OPTIONAL}, {"inputs", NUMBER, OPTIONAL}, {"input", DIGEST, OPTIONAL}}},
    [SMPI_RELEASE] = {"release", {{"session", DIGEST, ONCE}, {"opening", DIGEST, ONCE}, {"signed", INDEXED_SIGNATURE, REPEATS}}},
    [SMPI_ROWS] = {"rows", {{"session", DIGEST, ONCE}, {"least", NUMBER, ONCE}, {"sketch", TEXT, ONCE}}},
    [SMPI_ITEMS] = {"items", {{"session", DIGEST, ONCE}, {"set", INDEXED_NUMBER, REPEATS}}},
    [SMPI_DROP] = {"drop", {{"opening", DIGEST, ONCE}, {"reason", TEXT, ONCE}}},
};


/* Take "INDEX " off the front. */
static bool get_index(unsigned *index, struct smpi_slice *s) {
  uint64_t v;
  const char *space = s->len == 0 ? NULL : memchr(s->at, ' ', s->len);
  *index = 0;
  if (space == NULL || !smpi_get_number(&v, (struct smpi_slice){s->at, (size_t)(space - s->at)}) ||
      v >= SMPC_MAX_PARTIES)
    return false;
  *index = (unsigned)v;
  *s = (struct smpi_slice){space + 1, s->len - (size_t)(space + 1 - s->at)};
  return true;
}

bool smpi_get_indexed(unsigned *index, uint8_t *out, size_t len, struct smpi_slice s) {
  memset(out, 0, len);
  return get_index(index, &s) && smpi_get_bytes(out, len, s);
}

bool smpi_get_counted(unsigned *index, uint64_t *n, struct smpi_slice s) {
  *n = 0;
  return get_index(index, &s) && smpi_get_number(n, s);
}

bool smpi_get_named(uint8_t out[32], struct smpi_slice *name, struct smpi_slice s) {
  const size_t key = SMPI_B64_32 - 1;
  memset(out, 0, 32);
  *name = (struct smpi_slice){"", 0};
  if (s.len < key + 2 || s.len > key + 64 || s.at[key] != ' ') return false;
  *name = (struct smpi_slice){s.at + key + 1, s.len - key - 1};
  return smpi_get_bytes(out, 32, (struct smpi_slice){s.at, key});
}

static bool has_form(enum form form, struct smpi_slice v) {
  uint8_t bytes[64];
  uint64_t number;
  unsigned index;
  struct smpi_slice name;
  switch (form) {
  case NUMBER: return smpi_get_number(&number, v);
  case COUNT: return smpi_slice_is(v, "-") || smpi_get_number(&number, v); /* "-": the program did not say */
  case DIGEST: return smpi_get_bytes(bytes, 32, v);
  case SIGNATURE: return smpi_get_bytes(bytes, 64, v);
  case TEXT: return v.len > 0;
  case INDEXED_NUMBER: return smpi_get_counted(&index, &number, v);
  case INDEXED_DIGEST: return smpi_get_indexed(&index, bytes, 32, v);
  case INDEXED_SIGNATURE: return smpi_get_indexed(&index, bytes, 64, v);
  case NAMED: return smpi_get_named(bytes, &name, v);
  }
  return false;
}

/* --- writing --------------------------------------------------------------------- */

void smpi_entry_begin(struct smpi_lines *l, uint64_t number, const uint8_t previous[32], int64_t time,
                      enum smpi_kind kind) {
  char when[SMPI_TIME_LEN];
  smpi_put_time(when, time);
  l->len = 0;
  l->is_full = false;
  smpi_lines_add(l, "entry", "%llu", (unsigned long long)number);
  smpi_lines_add_bytes(l, "previous", previous, 32);
  smpi_lines_add(l, "time", "%s", when);
  smpi_lines_add(l, "kind", "%s", kinds[kind].name);
}

static void digest(uint8_t out[32], const char *domain, const char *bytes, size_t len) {
  struct smpi_hash h;
  smpi_hash_begin(&h, domain);
  smpi_hash_add(&h, bytes, len);
  smpi_hash_end(&h, out);
}

static const char SIGNED[] = "smpc journal signature 1", WHOLE[] = "smpc journal entry 1";

smpc_err smpi_entry_sign(struct smpi_lines *l, const uint8_t sign_secret[64], uint8_t hash[32]) {
  uint8_t to_sign[32], sign[64];
  struct smpi_entry again;
  bool is_cut;
  digest(to_sign, SIGNED, l->at, l->len);
  crypto_sign_detached(sign, NULL, to_sign, sizeof to_sign, sign_secret);
  smpi_lines_add_bytes(l, "sign", sign, sizeof sign);
  if (l->is_full || l->len + 1 > SMPI_ENTRY_MAX) return SMPC_E_BUG;
  l->at[l->len++] = '\n';
  if (smpi_entry_decode(&again, l->at, l->len, &is_cut) != SMPC_OK || again.len != l->len)
    return SMPC_E_BUG; /* never write what cannot be read */
  memcpy(hash, again.hash, 32);
  return SMPC_OK;
}

/* --- reading --------------------------------------------------------------------- */

static bool expect(struct smpi_slice *in, const char *key, struct smpi_slice *value) {
  struct smpi_slice k;
  return smpi_lines_next(in, &k, value) && smpi_slice_is(k, key);
}

static bool decode_kind(struct smpi_entry *e, struct smpi_slice name) {
  for (unsigned k = 0; k < SMPI_KINDS; k++) {
    e->kind = (enum smpi_kind)k;
    if (smpi_slice_is(name, kinds[k].name)) return true;
  }
  return false;
}

static bool decode_head(struct smpi_entry *e, struct smpi_slice *in) {
  struct smpi_slice v;
  return expect(in, "entry", &v) && smpi_get_number(&e->number, v) && expect(in, "previous", &v) &&
         smpi_get_bytes(e->previous, 32, v) && expect(in, "time", &v) && smpi_get_time(&e->time, v) &&
         expect(in, "kind", &v) && decode_kind(e, v);
}

/* One line of the kind, or as many as there are. */
static bool decode_line(struct smpi_entry *e, struct smpi_slice *in, const struct line *line) {
  unsigned found = 0;
  for (;; found++) {
    struct smpi_slice rest = *in, key, value;
    if ((found > 0 && line->times != REPEATS && line->times != ANY) || !smpi_lines_next(&rest, &key, &value) || !smpi_slice_is(key, line->key)) break;
    if (!has_form(line->form, value) || e->n == SMPI_ENTRY_FIELDS) return false;
    e->field[e->n].key = key;
    e->field[e->n++].value = value;
    *in = rest;
  }
  return found > 0 || line->times == OPTIONAL || line->times == ANY;
}

static bool decode_body(struct smpi_entry *e, struct smpi_slice *in) {
  e->n = 0;
  for (const struct line *line = kinds[e->kind].line; line->key != NULL; line++)
    if (!decode_line(e, in, line)) return false;
  return true;
}

/* Where the entry's empty line ends; 0: not there. */
static size_t find_end(const char *bytes, size_t len) {
  const char *end = memmem(bytes, len < SMPI_ENTRY_MAX ? len : SMPI_ENTRY_MAX, "\n\n", 2);
  return end == NULL ? 0 : (size_t)(end - bytes) + 2;
}

smpc_err smpi_entry_decode(struct smpi_entry *e, const char *bytes, size_t len, bool *is_cut) {
  size_t end = find_end(bytes, len);
  struct smpi_slice in = {bytes, end}, v;
  e->n = 0;
  *is_cut = end == 0 && len < SMPI_ENTRY_MAX;
  if (end == 0 || !decode_head(e, &in) || !decode_body(e, &in)) return SMPC_E_FORMAT;
  digest(e->to_sign, SIGNED, bytes, end - in.len);
  if (!expect(&in, "sign", &v) || !smpi_get_bytes(e->sign, 64, v) || in.len != 1) return SMPC_E_FORMAT;
  digest(e->hash, WHOLE, bytes, end);
  e->len = end;
  return SMPC_OK;
}

bool smpi_entry_is_signed_by(const struct smpi_entry *e, const uint8_t sign_key[32]) {
  return crypto_sign_verify_detached(e->sign, e->to_sign, sizeof e->to_sign, sign_key) == 0;
}

struct smpi_slice smpi_entry_get_at(const struct smpi_entry *e, const char *key, unsigned i) {
  for (unsigned k = 0; k < e->n; k++)
    if (smpi_slice_is(e->field[k].key, key) && i-- == 0) return e->field[k].value;
  return (struct smpi_slice){"", 0};
}

struct smpi_slice smpi_entry_get(const struct smpi_entry *e, const char *key) { return smpi_entry_get_at(e, key, 0); }

uint64_t smpi_entry_number(const struct smpi_entry *e, const char *key) {
  uint64_t v;
  (void)smpi_get_number(&v, smpi_entry_get(e, key)); /* 0 when it is not there */
  return v;
}

/* A journal's numbers are its writer's: what wraps would count as little. */
uint64_t smpi_entry_values(const struct smpi_entry *e) {
  uint64_t values;
  bool wraps = __builtin_mul_overflow(smpi_entry_number(e, "rows"), smpi_entry_number(e, "columns"), &values);
  return wraps ? UINT64_MAX : values;
}

uint64_t smpi_entry_add(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

void smpi_entry_digest(uint8_t out[32], const struct smpi_entry *e, const char *key) {
  (void)smpi_get_bytes(out, 32, smpi_entry_get(e, key));
}
