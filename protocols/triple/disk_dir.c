/* disk_dir.c - the folder of a pool: its lock, its books, its lots. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "triple/disk_impl.h"

enum { ID_TEXT = 2 * SMPI_DISK_ID };

void smpi_disk_name(char path[600], const struct smpi_disk *d, const uint8_t id[SMPI_DISK_ID], const char *suffix) {
  char hex[ID_TEXT + 1];
  sodium_bin2hex(hex, sizeof hex, id, SMPI_DISK_ID);
  snprintf(path, 600, "%s/%s%s", d->folder, hex, suffix);
}

static void book_names(char inside[600], char beside[600], const struct smpi_disk *d) {
  snprintf(inside, 600, "%s/book", d->folder);
  snprintf(beside, 600, "%s.seen", d->folder);
}

static smpc_err errno_fault(const struct smpi_disk *d, struct smpi_fault *f) {
  return smpi_disk_failed(f, d->folder, errno);
}

/* --- the books -------------------------------------------------------------------- */

/* *exists: there is one. */
static smpc_err read_book(struct smpi_disk_book *b, bool *exists, const char *path, const uint8_t key[32],
                          struct smpi_fault *f) {
  uint8_t bytes[SMPI_DISK_BOOK_MAX + 1];
  size_t got = 0;
  memset(b, 0, sizeof *b);
  *exists = false;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 && errno == ENOENT) return SMPC_OK;
  if (fd < 0) return smpi_disk_failed(f, path, errno);
  smpc_err err = smpi_file_get(fd, bytes, sizeof bytes, &got);
  int why = errno;
  close(fd);
  if (err != SMPC_OK) return smpi_disk_failed(f, path, why);
  *exists = true;
  err = smpi_disk_book_decode(b, bytes, got, key);
  if (err == SMPC_OK) return SMPC_OK;
  return smpi_disk_fault(f, path, err == SMPC_E_VERSION ? "it was made by another version of the library"
                                  : "it is damaged, was changed, or was made with another key");
}

/* Lines that only the copy beside the folder has are of lots that were used up. */
static smpc_err read_books(struct smpi_disk *d, bool *has_book, struct smpi_fault *f) {
  char inside[600], beside[600];
  bool has_seen;
  smpc_err err;
  book_names(inside, beside, d);
  TRY(read_book(&d->book, has_book, inside, d->key, f));
  TRY(read_book(&d->seen, &has_seen, beside, d->key, f));
  for (size_t i = 0; i < d->seen.n; i++)
    if (smpi_disk_find(&d->book, d->seen.entry[i].id) == NULL) (void)smpi_disk_insert(&d->book, &d->seen.entry[i]);
out:
  return err;
}

smpc_err smpi_disk_save(struct smpi_disk *d, struct smpi_fault *f) {
  uint8_t bytes[SMPI_DISK_BOOK_MAX];
  char inside[600], beside[600];
  size_t len = smpi_disk_book_encode(bytes, &d->book, d->key);
  book_names(inside, beside, d);
  if (smpi_file_replace(inside, bytes, len) != SMPC_OK) return smpi_disk_failed(f, inside, errno);
  if (smpi_file_replace(beside, bytes, len) != SMPC_OK) return smpi_disk_failed(f, beside, errno);
  return SMPC_OK;
}

static bool has_lot(const struct smpi_disk *d, const uint8_t id[SMPI_DISK_ID]) {
  for (size_t i = 0; i < d->n; i++)
    if (memcmp(d->lot[i].head.id, id, SMPI_DISK_ID) == 0) return true;
  return false;
}

smpc_err smpi_disk_note(struct smpi_disk *d, const struct smpi_disk_entry *e, struct smpi_fault *f) {
  struct smpi_disk_book *b = &d->book;
  for (size_t i = 0; b->n == SMPI_DISK_ENTRIES && i < b->n; i++) {
    if (has_lot(d, b->entry[i].id)) continue;
    memmove(&b->entry[i], &b->entry[i + 1], (b->n - i - 1) * sizeof b->entry[0]);
    b->n--;
  }
  return smpi_disk_insert(b, e) ? SMPC_OK : smpi_disk_fault(f, d->folder, "it has too many fillings");
}

void smpi_disk_drop(struct smpi_disk *d, size_t index) {
  struct smpi_disk_lot *lot = &d->lot[index];
  (void)smpi_file_remove(lot->path); /* if it stays, its line says that it is used up */
  smpi_lot_close(lot);
  memmove(lot, lot + 1, (d->n - index - 1) * sizeof *lot);
  d->n--;
}

/* --- the lots ---------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *suffix) {
  size_t n = strlen(name), m = strlen(suffix);
  return n >= m && strcmp(name + n - m, suffix) == 0;
}

/* The lot's line in the books: that it stands where they say it stands. */
static smpc_err check_place(struct smpi_disk *d, struct smpi_disk_lot *lot, struct smpi_fault *f) {
  const struct smpi_disk_entry *at = smpi_disk_find(&d->book, lot->head.id);
  const struct smpi_disk_entry *seen = smpi_disk_find(&d->seen, lot->head.id);
  if (at == NULL) return smpi_disk_fault(f, lot->path, "its record is missing: it comes from elsewhere, or from an older copy");
  if (seen != NULL && seen->serial > at->serial)
    return smpi_fault_set(f, SMPC_E_FILE, -1, "the pool %.100s is a stale copy: its record beside it has seen position %llu, "
                          "this copy stands at %llu; empty it and fill it anew", d->folder,
                          (unsigned long long)seen->serial, (unsigned long long)at->serial);
  for (unsigned k = 0; k < SMPI_CORRS; k++)
    if (at->used[k] > lot->head.chunks[k]) return smpi_disk_fault(f, lot->path, "its record does not fit it");
  lot->at = *at;
  for (unsigned k = 0; k < SMPI_CORRS; k++) lot->read[k] = at->used[k];
  return SMPC_OK;
}

static smpc_err add_lot(struct smpi_disk *d, const char *name, struct smpi_fault *f) {
  char path[1024];
  size_t at = d->n;
  if (d->n == SMPI_DISK_LOTS) return smpi_disk_fault(f, d->folder, "it has too many fillings; empty it");
  struct smpi_disk_lot *lot = &d->lot[d->n++];
  snprintf(path, sizeof path, "%s/%s", d->folder, name);
  smpc_err err = smpi_lot_open(lot, path, d->key, f);
  if (err == SMPC_OK) err = check_place(d, lot, f);
  if (err != SMPC_OK) return err;
  struct smpi_disk_lot *moved = smpi_secret_alloc(1, sizeof *moved);
  if (moved == NULL) return smpi_fault_set(f, SMPC_E_NOMEM, -1, "out of memory");
  for (*moved = *lot; at > 0 && smpi_disk_compare(&d->lot[at - 1].at, &moved->at) > 0; at--) d->lot[at] = d->lot[at - 1];
  d->lot[at] = *moved;
  smpi_secret_free(moved);
  return SMPC_OK;
}

/* Call `each` for every file of the folder; none where there is no folder. */
static smpc_err walk(struct smpi_disk *d, smpc_err (*each)(struct smpi_disk *d, const char *name, struct smpi_fault *f),
                     struct smpi_fault *f) {
  smpc_err err = SMPC_OK;
  const struct dirent *e;
  DIR *dir = opendir(d->folder);
  if (dir == NULL) return errno == ENOENT ? SMPC_OK : errno_fault(d, f);
  while (err == SMPC_OK && (e = readdir(dir)) != NULL) err = each(d, e->d_name, f);
  closedir(dir);
  return err;
}

static smpc_err find_lot(struct smpi_disk *d, const char *name, struct smpi_fault *f) {
  return ends_with(name, ".lot") ? add_lot(d, name, f) : SMPC_OK;
}

static smpc_err remove_file(struct smpi_disk *d, const char *name, struct smpi_fault *f) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", d->folder, name);
  return smpi_file_remove(path) == SMPC_OK ? SMPC_OK : smpi_disk_failed(f, path, errno);
}

static smpc_err remove_part(struct smpi_disk *d, const char *name, struct smpi_fault *f) {
  return ends_with(name, ".part") || ends_with(name, ".new") ? remove_file(d, name, f) : SMPC_OK;
}

static smpc_err remove_lot(struct smpi_disk *d, const char *name, struct smpi_fault *f) {
  bool is_ours = ends_with(name, ".lot") || strcmp(name, "book") == 0; /* the copy beside the folder stays */
  return is_ours ? remove_file(d, name, f) : remove_part(d, name, f);
}

/* --- life --------------------------------------------------------------------------- */

static smpc_err take_lock(struct smpi_disk *d, struct smpi_fault *f) {
  char path[600];
  snprintf(path, sizeof path, "%s/lock", d->folder);
  if (mkdir(d->folder, 0700) != 0 && errno != EEXIST) return errno_fault(d, f);
  d->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
  if (d->lock < 0) return smpi_disk_failed(f, path, errno);
  if (flock(d->lock, LOCK_EX | LOCK_NB) == 0) return SMPC_OK;
  if (errno != EWOULDBLOCK) return smpi_disk_failed(f, path, errno);
  d->is_busy = true;
  return SMPC_OK;
}

static smpc_err load(struct smpi_disk *d, struct smpi_fault *f) {
  bool has_book;
  smpc_err err = SMPC_OK;
  if (!d->is_read_only) TRY(take_lock(d, f));
  if (d->is_busy) return SMPC_OK;
  if (!d->is_read_only) TRY(walk(d, remove_part, f));
  TRY(read_books(d, &has_book, f));
  if (!has_book) memset(&d->book, 0, sizeof d->book);
  TRY(walk(d, find_lot, f));
  if (!has_book) d->book = d->seen;
out:
  return err;
}

static smpc_err create(struct smpi_disk **out, const smpc_config *cfg, const uint8_t key[32], struct smpi_fault *f) {
  struct smpi_disk *d = *out = smpi_secret_alloc(1, sizeof *d);
  if (d == NULL) return smpi_fault_set(f, SMPC_E_NOMEM, -1, "out of memory");
  memcpy(d->key, key, sizeof d->key);
  smpi_disk_set(d->set, cfg);
  d->lock = -1;
  snprintf(d->folder, sizeof d->folder, "%s", cfg->pool);
  for (size_t len = strlen(d->folder); len > 1 && d->folder[len - 1] == '/';) d->folder[--len] = 0;
  for (unsigned i = 0; i < cfg->parties; i++) d->parties += (cfg->member[i].roles & SMPC_COMPUTE) != 0;
  return SMPC_OK;
}

smpc_err smpi_disk_open(struct smpi_disk **d, const smpc_config *cfg, const uint8_t key[32], struct smpi_fault *f) {
  *d = NULL;
  if (cfg->pool[0] == 0 || !(cfg->member[cfg->me.id].roles & SMPC_COMPUTE)) return SMPC_OK;
  smpc_err err = create(d, cfg, key, f);
  if (err == SMPC_OK) err = load(*d, f);
  if (err == SMPC_OK) return SMPC_OK;
  smpi_disk_close(*d);
  *d = NULL;
  return err;
}

void smpi_disk_close(struct smpi_disk *d) {
  if (d == NULL) return;
  for (size_t i = 0; i < d->n; i++) smpi_lot_close(&d->lot[i]);
  if (d->lock >= 0) close(d->lock);
  smpi_secret_free(d);
}

smpc_err smpi_disk_list(const smpc_config *cfg, const uint8_t key[32], smpi_disk_fn each, void *user,
                        struct smpi_fault *f) {
  struct smpi_disk *d;
  if (cfg->pool[0] == 0) return SMPC_OK;
  smpc_err err = create(&d, cfg, key, f);
  if (err != SMPC_OK) return err;
  d->is_read_only = true;
  err = load(d, f);
  for (size_t i = 0; i < d->n && err == SMPC_OK; i++)
    each(user, &d->lot[i].head, &d->lot[i].at, memcmp(d->lot[i].head.set, d->set, sizeof d->set) == 0);
  smpi_disk_close(d);
  return err;
}

smpc_err smpi_disk_empty(const smpc_config *cfg, struct smpi_fault *f) {
  static const uint8_t no_key[32];
  struct smpi_disk *d;
  if (cfg->pool[0] == 0) return SMPC_OK;
  smpc_err err = create(&d, cfg, no_key, f);
  if (err != SMPC_OK) return err;
  TRY(take_lock(d, f));
  if (d->is_busy) TRY(smpi_disk_fault(f, d->folder, "it is in use by another session"));
  TRY(walk(d, remove_lot, f));
out:
  smpi_disk_close(d);
  return err;
}
