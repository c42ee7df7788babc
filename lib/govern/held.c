/* held.c - see held.h. */
#include "govern/held.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "govern/journal.h"
#include "rand/entropy.h"
#include "rand/hash.h"

/* --- the subject ------------------------------------------------------------------ */

void smpi_held_subject(struct smpi_lines *l, const struct smpi_held *h) {
  smpi_lines_add_bytes(l, "study", h->study, 32);
  smpi_lines_add(l, "question", "%s", h->question);
  smpi_lines_add_bytes(l, "session", h->session, 32);
  smpi_lines_add(l, "purpose", "%s", h->purpose);
  smpi_lines_add(l, "to", "%s", h->to);
  smpi_lines_add(l, "rows", "%llu", (unsigned long long)h->rows);
  smpi_lines_add(l, "columns", "%llu", (unsigned long long)h->columns);
  smpi_lines_add(l, "fraction", "%llu", (unsigned long long)h->frac);
  smpi_lines_add(l, "review", "%s", h->is_sight ? "sight" : "blind");
  smpi_lines_add_bytes(l, "program", h->program, 32);
}

static bool name_of(uint8_t out[32], const struct smpi_held *h) {
  char room[SMPI_SUBJECT_MAX];
  struct smpi_lines l = {.at = room, .size = sizeof room};
  struct smpi_hash hash;
  smpi_held_subject(&l, h);
  smpi_hash_begin(&hash, "smpc held result 1");
  smpi_hash_add(&hash, l.at, l.len);
  smpi_hash_end(&hash, out);
  return !l.is_full;
}

smpc_err smpi_held_name(struct smpi_held *h) { return name_of(h->opening, h) ? SMPC_OK : SMPC_E_BUG; }

void smpi_held_id(char id[SMPI_HELD_ID], const uint8_t opening[32]) { sodium_bin2hex(id, SMPI_HELD_ID, opening, 8); }

void smpi_held_entry(struct smpi_lines *l, const struct smpi_held *h) {
  char until[SMPI_TIME_LEN];
  smpi_put_time(until, h->expires);
  smpi_held_subject(l, h);
  smpi_lines_add_bytes(l, "opening", h->opening, 32);
  smpi_lines_add(l, "until", "%s", until);
  smpi_lines_add_bytes(l, "commitment", h->commitment, 32);
  smpi_lines_add_count(l, "all-rows", h->has_rows, h->all_rows);
  smpi_lines_add_count(l, "hidden", h->has_hidden, h->hidden);
}

static bool get_text(char *out, size_t size, const struct smpi_entry *e, const char *key) {
  struct smpi_slice s = smpi_entry_get(e, key);
  if (s.len >= size) return false;
  memcpy(out, s.at, s.len);
  out[s.len] = 0;
  return true;
}

bool smpi_held_read(struct smpi_held *h, const struct smpi_entry *e) {
  uint8_t name[32];
  memset(h, 0, sizeof *h);
  if (!get_text(h->question, sizeof h->question, e, "question") ||
      !get_text(h->purpose, sizeof h->purpose, e, "purpose") || !get_text(h->to, sizeof h->to, e, "to"))
    return false;
  smpi_entry_digest(h->study, e, "study");
  smpi_entry_digest(h->session, e, "session");
  smpi_entry_digest(h->program, e, "program");
  smpi_entry_digest(h->opening, e, "opening");
  smpi_entry_digest(h->commitment, e, "commitment");
  h->rows = smpi_entry_number(e, "rows");
  h->columns = smpi_entry_number(e, "columns");
  h->frac = smpi_entry_number(e, "fraction");
  h->is_sight = smpi_slice_is(smpi_entry_get(e, "review"), "sight");
  h->held_at = e->time;
  h->has_rows = smpi_get_number(&h->all_rows, smpi_entry_get(e, "all-rows"));
  h->has_hidden = smpi_get_number(&h->hidden, smpi_entry_get(e, "hidden"));
  return smpi_get_time(&h->expires, smpi_entry_get(e, "until")) && name_of(name, h) &&
         memcmp(name, h->opening, 32) == 0;
}

/* --- the file ----------------------------------------------------------------------- */

enum {
  SALT = 32,
  NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
  TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
  HEAD = 600
};

static bool name_file(char *out, size_t size, const struct smpi_held *h, const char *journal) {
  char id[SMPI_HELD_ID];
  smpi_held_id(id, h->opening);
  return (size_t)snprintf(out, size, "%s.%s.held", journal, id) < size;
}

static smpc_err fault_of_kind(struct smpi_fault *f, smpc_err kind, const char *path, const char *why) {
  size_t len = strlen(path);
  return smpi_fault_set(f, kind, -1, "the held result %s: %s", path + (len > 120 ? len - 120 : 0), why);
}

static smpc_err fault(struct smpi_fault *f, const char *path, const char *why) {
  return fault_of_kind(f, SMPC_E_FILE, path, why);
}

static smpc_err write_fault(struct smpi_fault *f, const char *path, int why) {
  return fault_of_kind(f, smpi_file_blame(why), path, strerror(why));
}

static void commit(uint8_t out[32], const uint8_t *salt, const void *share, size_t n) {
  struct smpi_hash hash;
  smpi_hash_begin(&hash, "smpc held share 1");
  smpi_hash_add(&hash, salt, SALT);
  smpi_hash_add(&hash, share, 8 * n);
  smpi_hash_end(&hash, out);
}

/* Lines and the empty one after them: what the seal binds. */
static size_t put_head(char room[HEAD], const struct smpi_held *h, const struct smpi_held_share *s, const char *party,
                       const uint8_t sign_key[32], const uint8_t nonce[NONCE]) {
  struct smpi_lines l = {.at = room, .size = HEAD - 1};
  smpi_lines_add(&l, "kind", "held");
  smpi_lines_add_bytes(&l, "opening", h->opening, 32);
  smpi_lines_add(&l, "party", "%s", party);
  smpi_lines_add_bytes(&l, "key", sign_key, 32);
  smpi_lines_add(&l, "shares", "%zu", s->n);
  smpi_lines_add(&l, "values", "%zu", s->n_values);
  smpi_lines_add_bytes(&l, "nonce", nonce, NONCE);
  l.at[l.len++] = '\n';
  return l.len;
}

static smpc_err write_new(const char *path, const void *head, size_t head_len, const void *body, size_t body_len,
                          struct smpi_fault *f) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return write_fault(f, path, errno);
  bool good = smpi_file_put(fd, head, head_len, false) == SMPC_OK && smpi_file_put(fd, body, body_len, true) == SMPC_OK;
  int why = errno;
  close(fd);
  if (good && smpi_file_sync_folder(path) != SMPC_OK) good = false, why = errno;
  if (good) return SMPC_OK;
  unlink(path);
  return write_fault(f, path, why);
}

smpc_err smpi_held_write(struct smpi_held *h, const struct smpi_held_share *s, const char *journal, const char *party,
                         const uint8_t sign_secret[64], struct smpi_fault *f) {
  char path[600], head[HEAD];
  uint8_t key[32] = {0}, nonce[NONCE];
  size_t len = SALT + 8 * (s->n + s->n_values);
  smpc_err err = SMPC_OK;
  uint8_t *clear = smpi_secret_alloc(1, len), *sealed = smpi_alloc(1, len + TAG);
  if (clear == NULL || sealed == NULL) TRY(smpi_fault_set(f, SMPC_E_NOMEM, -1, "out of memory"));
  if (!name_file(path, sizeof path, h, journal)) TRY(fault(f, journal, "the path is too long"));
  if (smpi_entropy(nonce, sizeof nonce) != SMPC_OK || smpi_entropy(clear, SALT) != SMPC_OK)
    TRY(smpi_fault_set(f, SMPC_E_RNG, -1, "the system gives no randomness"));
  if (s->n > 0) memcpy(clear + SALT, s->share, 8 * s->n);
  if (s->n_values > 0) memcpy(clear + SALT + 8 * s->n, s->value, 8 * s->n_values);
  commit(h->commitment, clear, clear + SALT, s->n);
  smpi_kdf(key, sign_secret, "smpc held key 1", h->opening, 32);
  size_t head_len = put_head(head, h, s, party, sign_secret + 32, nonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, clear, len, (const uint8_t *)head, head_len, NULL, nonce,
                                             key);
  err = write_new(path, head, head_len, sealed, len + TAG, f);
out:
  smpi_wipe(key, sizeof key);
  smpi_secret_free(clear);
  smpi_free(sealed);
  return err;
}

/* The numbers of the head; that it is otherwise the one expected is checked by making it again. */
static bool get_head(struct smpi_held_share *s, uint8_t nonce[NONCE], size_t *head_len, struct smpi_slice text) {
  struct smpi_slice in = text, key, value;
  uint64_t shares = 0, values = 0;
  bool good = true;
  for (int i = 0; i < 7 && good; i++) {
    good = smpi_lines_next(&in, &key, &value);
    if (good && smpi_slice_is(key, "shares")) good = smpi_get_number(&shares, value);
    if (good && smpi_slice_is(key, "values")) good = smpi_get_number(&values, value);
    if (good && smpi_slice_is(key, "nonce")) good = smpi_get_bytes(nonce, NONCE, value);
  }
  good = good && in.len > 0 && in.at[0] == '\n';
  *head_len = text.len - in.len + 1;
  size_t most = text.len / 8;
  if (!good || shares > most || values > most || text.len - *head_len != SALT + 8 * (shares + values) + TAG)
    return false;
  s->n = (size_t)shares;
  s->n_values = (size_t)values;
  return true;
}

static const char *unseal(struct smpi_held_share *s, const struct smpi_held *h, struct smpi_slice text,
                          const char *party, const uint8_t sign_secret[64]) {
  char head[HEAD];
  uint8_t key[32], nonce[NONCE] = {0}, commitment[32];
  size_t head_len;
  if (!get_head(s, nonce, &head_len, text)) return "it is no file of a held result, or was cut";
  if (put_head(head, h, s, party, sign_secret + 32, nonce) != head_len || memcmp(head, text.at, head_len) != 0)
    return "it is another result's, or another party's";
  uint8_t *clear = s->memory;
  smpi_kdf(key, sign_secret, "smpc held key 1", h->opening, 32);
  int bad =
      crypto_aead_xchacha20poly1305_ietf_decrypt(clear, NULL, NULL, (const uint8_t *)text.at + head_len,
                                                 text.len - head_len, (const uint8_t *)head, head_len, nonce, key);
  smpi_wipe(key, sizeof key);
  if (bad != 0) return "it was changed";
  commit(commitment, clear, clear + SALT, s->n);
  if (memcmp(commitment, h->commitment, 32) != 0) return "it is not what the journal's commitment says";
  s->share = (shr *)(void *)(clear + SALT);
  s->value = (uint64_t *)(void *)(clear + SALT + 8 * s->n);
  return NULL;
}

const char *smpi_held_decode(struct smpi_held_share *s, const struct smpi_held *h, struct smpi_slice text,
                             const char *party, const uint8_t sign_secret[64]) {
  const char *why = "out of memory";
  memset(s, 0, sizeof *s);
  s->memory = smpi_secret_alloc(1, text.len + 1);
  if (s->memory != NULL) why = unseal(s, h, text, party, sign_secret);
  if (why == NULL && s->n != 0 && s->n != h->rows * h->columns) why = "its shape is not the result's";
  if (why != NULL) smpi_held_release(s);
  return why;
}

smpc_err smpi_held_load(struct smpi_held_share *s, const struct smpi_held *h, const char *journal, const char *party,
                        const uint8_t sign_secret[64], struct smpi_fault *f) {
  char path[600];
  struct smpi_slice text;
  memset(s, 0, sizeof *s);
  if (!name_file(path, sizeof path, h, journal)) return fault(f, journal, "the path is too long");
  smpc_err err = smpi_file_read(&text, path, "held result", f);
  if (err != SMPC_OK) return err;
  const char *why = smpi_held_decode(s, h, text, party, sign_secret);
  smpi_free((void *)text.at);
  return why == NULL ? SMPC_OK : fault(f, path, why);
}

void smpi_held_release(struct smpi_held_share *s) {
  smpi_secret_free(s->memory);
  memset(s, 0, sizeof *s);
}

/* Overwriting helps on some disks only; that the key is the party's own helps on all. */
void smpi_held_erase(const struct smpi_held *h, const char *journal) {
  static const char zeros[4096];
  char path[600];
  struct stat st;
  if (!name_file(path, sizeof path, h, journal)) return;
  int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd >= 0) {
    off_t left = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : 0;
    while (left > 0) {
      size_t n = smpi_min((size_t)left, sizeof zeros);
      if (smpi_file_put(fd, zeros, n, false) != SMPC_OK) break;
      left -= (off_t)n;
    }
    (void)smpi_file_sync_data(fd);
    close(fd);
  }
  (void)smpi_file_remove(path);
}
