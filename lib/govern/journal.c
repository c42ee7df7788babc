/* journal.c - see journal.h. */
#include "govern/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

struct smpi_journal { /* in secret memory: it holds the signing key */
  int fd;
  off_t len;
  uint64_t next;
  uint8_t head[32], sign_secret[64];
  char path[512];
  struct smpi_lines lines;
  char room[SMPI_ENTRY_MAX + 1];
};

static const int64_t JOURNAL_MAX = INT64_C(1) << 30; /* LOCAL: a file is read as a whole */

/* --- reading ----------------------------------------------------------------- */

void smpi_chain_begin(struct smpi_chain *c, struct smpi_slice text) {
  memset(c, 0, sizeof *c);
  c->rest = text;
  c->next = 1;
}

static const char *fault_of(const struct smpi_chain *c) {
  const struct smpi_entry *e = &c->entry;
  if (e->number != c->next) return "its number is not the next one: entries were removed, added or moved";
  if (memcmp(e->previous, c->head, 32) != 0)
    return "it does not follow the entry before it: one of the two was changed";
  if ((e->number == 1) != (e->kind == SMPI_BEGIN))
    return "only the first entry, and always that, says whose journal it is";
  return NULL;
}

bool smpi_chain_next(struct smpi_chain *c) {
  bool is_cut;
  if (c->why != NULL || c->rest.len == 0) return false;
  if (smpi_entry_decode(&c->entry, c->rest.at, c->rest.len, &is_cut) != SMPC_OK) {
    if (is_cut) c->cut = c->rest.len;
    else c->why = "it is no entry of a journal";
    return false;
  }
  if ((c->why = fault_of(c)) != NULL) return false;
  memcpy(c->head, c->entry.hash, 32);
  c->next++;
  c->rest.at += c->entry.len;
  c->rest.len -= c->entry.len;
  return true;
}

static smpc_err fault_of_kind(struct smpi_fault *f, smpc_err kind, const char *what, const char *path, const char *why) {
  size_t len = strlen(path);
  return smpi_fault_set(f, kind, -1, "the %s %s: %s", what, path + (len > 120 ? len - 120 : 0), why);
}

static smpc_err fault_at(struct smpi_fault *f, const char *what, const char *path, const char *why) {
  return fault_of_kind(f, SMPC_E_FILE, what, path, why);
}

static smpc_err file_fault(struct smpi_fault *f, const char *path, const char *why) {
  return fault_at(f, "journal", path, why);
}

/* What the system would not write. */
static smpc_err write_fault(struct smpi_fault *f, const char *path, int why) {
  return fault_of_kind(f, smpi_file_blame(why), "journal", path, strerror(why));
}

static smpc_err read_fd(struct smpi_slice *text, int fd, const char *path, const char *what, struct smpi_fault *f) {
  struct stat st;
  size_t got;
  *text = (struct smpi_slice){NULL, 0};
  if (fstat(fd, &st) != 0) return fault_at(f, what, path, strerror(errno));
  if (!S_ISREG(st.st_mode)) return fault_at(f, what, path, "is not a regular file");
  if (st.st_size > JOURNAL_MAX) return fault_at(f, what, path, "is longer than 1 GiB: archive it, and begin another");
  size_t max = (size_t)st.st_size;
  char *at = smpi_alloc(1, max + 1);
  if (at == NULL) return smpi_fault_set(f, SMPC_E_NOMEM, -1, "out of memory");
  if (smpi_file_get(fd, at, max, &got) != SMPC_OK) {
    smpi_free(at);
    return fault_at(f, what, path, strerror(errno));
  }
  *text = (struct smpi_slice){at, got};
  return SMPC_OK;
}

smpc_err smpi_file_read(struct smpi_slice *text, const char *path, const char *what, struct smpi_fault *f) {
  *text = (struct smpi_slice){NULL, 0};
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return fault_at(f, what, path, strerror(errno));
  smpc_err err = read_fd(text, fd, path, what, f);
  close(fd);
  return err;
}

/* --- writing ----------------------------------------------------------------- */

struct smpi_lines *smpi_journal_begin(struct smpi_journal *j, enum smpi_kind kind) {
  smpi_entry_begin(&j->lines, j->next, j->head, (int64_t)time(NULL), kind);
  return &j->lines;
}

/* What the system did not write, or did not force to the disk, is not tried again. */
static smpc_err give_up(struct smpi_journal *j, struct smpi_fault *f) {
  int why = errno;
  (void)!ftruncate(j->fd, j->len); /* if even this fails, the next one to open it finds the cut entry */
  close(j->fd);
  j->fd = -1;
  return write_fault(f, j->path, why);
}

static smpc_err was_given_up(const struct smpi_journal *j, struct smpi_fault *f) {
  return file_fault(f, j->path, "could not be written before");
}

static smpc_err add(struct smpi_journal *j, uint8_t hash[32], bool durable, struct smpi_fault *f) {
  uint8_t made[32];
  if (j->fd < 0) return was_given_up(j, f);
  if (smpi_entry_sign(&j->lines, j->sign_secret, made) != SMPC_OK)
    return smpi_fault_set(f, SMPC_E_BUG, -1, "an entry of the journal is longer than it may be");
  if (smpi_file_put(j->fd, j->lines.at, j->lines.len, durable) != SMPC_OK) return give_up(j, f);
  j->len += (off_t)j->lines.len;
  j->next++;
  memcpy(j->head, made, 32);
  if (hash != NULL) memcpy(hash, made, 32);
  return SMPC_OK;
}

smpc_err smpi_journal_commit(struct smpi_journal *j, uint8_t hash[32], struct smpi_fault *f) {
  return add(j, hash, true, f);
}

smpc_err smpi_journal_add(struct smpi_journal *j, uint8_t hash[32], struct smpi_fault *f) {
  return add(j, hash, false, f);
}

smpc_err smpi_journal_sync(struct smpi_journal *j, struct smpi_fault *f) {
  if (j->fd < 0) return was_given_up(j, f);
  return smpi_file_sync_data(j->fd) == SMPC_OK ? SMPC_OK : give_up(j, f);
}

/* --- opening ----------------------------------------------------------------- */

static smpc_err chain_fault(struct smpi_fault *f, const char *path, uint64_t number, const char *why) {
  size_t len = strlen(path);
  return smpi_fault_set(f, SMPC_E_FILE, -1, "the journal %s is damaged at entry %llu: %s",
                        path + (len > 80 ? len - 80 : 0), (unsigned long long)number, why);
}

smpc_err smpi_journal_look(const char *path, smpi_journal_fn each, void *user, struct smpi_fault *f) {
  struct smpi_slice text;
  struct smpi_chain c;
  smpc_err err = smpi_file_read(&text, path, "journal", f);
  if (err != SMPC_OK) return err;
  smpi_chain_begin(&c, text);
  while (smpi_chain_next(&c)) each(user, &c.entry);
  if (c.why != NULL) err = chain_fault(f, path, c.next, c.why);
  smpi_free((void *)text.at);
  return err;
}

/* Everything there, up to *good bytes; the last signature covers it all. */
static smpc_err replay(struct smpi_journal *j, struct smpi_slice text, const char *party, const uint8_t sign_key[32],
                       smpi_journal_fn each, void *user, struct smpi_fault *f) {
  struct smpi_chain c;
  uint8_t key[32];
  smpi_chain_begin(&c, text);
  while (smpi_chain_next(&c)) {
    if (c.entry.kind == SMPI_BEGIN) {
      smpi_entry_digest(key, &c.entry, "key");
      if (memcmp(key, sign_key, 32) != 0 || !smpi_slice_is(smpi_entry_get(&c.entry, "party"), party))
        return file_fault(f, j->path, "is another party's, or was made with another key");
    }
    if (each != NULL) each(user, &c.entry);
  }
  if (c.why != NULL) return chain_fault(f, j->path, c.next, c.why);
  if (c.next > 1 && !smpi_entry_is_signed_by(&c.entry, sign_key))
    return chain_fault(f, j->path, c.next - 1, "its signature is wrong");
  j->next = c.next;
  memcpy(j->head, c.head, 32);
  j->len = (off_t)(text.len - c.cut);
  return SMPC_OK;
}

/* Cut off what a crash left unfinished, and say so; or begin a new file. */
static smpc_err make_ready(struct smpi_journal *j, size_t had, const char *party, const uint8_t sign_key[32],
                           struct smpi_fault *f) {
  size_t cut = had - (size_t)j->len;
  if (cut > 0 && ftruncate(j->fd, j->len) != 0) return write_fault(f, j->path, errno);
  if (j->next == 1) {
    struct smpi_lines *l = smpi_journal_begin(j, SMPI_BEGIN);
    smpi_lines_add(l, "party", "%s", party);
    smpi_lines_add_bytes(l, "key", sign_key, 32);
    smpi_lines_add(l, "software", "smpc %d.%d.%d", SMPC_VERSION_MAJOR, SMPC_VERSION_MINOR, SMPC_VERSION_PATCH);
    return smpi_journal_commit(j, NULL, f);
  }
  if (cut == 0) return SMPC_OK;
  smpi_lines_add(smpi_journal_begin(j, SMPI_RESUME), "cut", "%zu", cut);
  return smpi_journal_commit(j, NULL, f);
}

static smpc_err open_file(struct smpi_journal *j, struct smpi_fault *f) {
  j->fd = open(j->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
  if (j->fd < 0) return write_fault(f, j->path, errno);
  if (flock(j->fd, LOCK_EX | LOCK_NB) != 0)
    return file_fault(f, j->path, errno == EWOULDBLOCK ? "is in use by another session" : strerror(errno));
  return SMPC_OK;
}

smpc_err smpi_journal_open(struct smpi_journal **out, const char *path, const char *party,
                           const uint8_t sign_secret[64], smpi_journal_fn each, void *user, struct smpi_fault *f) {
  struct smpi_slice text = {NULL, 0};
  const uint8_t *sign_key = sign_secret + 32;
  smpc_err err = SMPC_OK;
  *out = NULL;
  struct smpi_journal *j = smpi_secret_alloc(1, sizeof *j);
  if (j == NULL) return smpi_fault_set(f, SMPC_E_NOMEM, -1, "out of memory");
  j->fd = -1;
  j->lines = (struct smpi_lines){.at = j->room, .size = sizeof j->room};
  memcpy(j->sign_secret, sign_secret, sizeof j->sign_secret);
  if (strlen(path) >= sizeof j->path) TRY(file_fault(f, path, "the path is too long"));
  strcpy(j->path, path);
  TRY(open_file(j, f));
  TRY(read_fd(&text, j->fd, path, "journal", f));
  TRY(replay(j, text, party, sign_key, each, user, f));
  TRY(make_ready(j, text.len, party, sign_key, f));
  *out = j;
out:
  smpi_free((void *)text.at);
  if (err != SMPC_OK) smpi_journal_close(j);
  return err;
}

void smpi_journal_close(struct smpi_journal *j) {
  if (j == NULL) return;
  if (j->fd >= 0) close(j->fd);
  smpi_secret_free(j);
}
