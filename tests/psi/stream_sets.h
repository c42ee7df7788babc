/* stream_sets.h - sets that are read once, told once, and kept in a folder of their own meanwhile. */
#ifndef STREAM_SETS_H
#define STREAM_SETS_H

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "psi_sets.h"

extern char stream_folder[40]; /* each test's own */

/* Item i of a party is word[i % n]: words that stand often fill blocks, which then go to disk. */
struct stream_set {
  const uint64_t *word;
  size_t n, rows, read, told;
  uint64_t piece[500];
  uint8_t *matched; /* [rows], 0x5a before they are told */
  smpc_err (*at_end)(void);  /* called when all is read; may be NULL */
};

static inline smpc_err stream_next(void *user, smpc_items *some) {
  struct stream_set *t = user;
  size_t most = 1 + t->read % 499, n = t->rows - t->read < most ? t->rows - t->read : most;
  for (size_t i = 0; i < n; i++) t->piece[i] = t->word[t->read++ % t->n];
  *some = (smpc_items){.n = n, .flat = t->piece, .item_len = sizeof *t->piece};
  return n == 0 && t->at_end != NULL ? t->at_end() : SMPC_OK;
}

static inline void stream_tell(void *user, const uint8_t *matched, size_t n) {
  struct stream_set *t = user;
  if (n <= t->rows - t->told) memcpy(t->matched + t->told, matched, n);
  t->told += n;
}

static inline void stream_set_make(struct stream_set *t, const uint64_t *word, size_t n, size_t rows) {
  *t = (struct stream_set){.word = word, .n = n, .rows = n == 0 ? 0 : rows, .matched = malloc(rows + 1)};
  memset(t->matched, 0x5a, rows + 1);
}

/* A run: either party by a stream or not. */
struct stream_run {
  struct psi_run r;
  struct stream_set set[2];
  bool is_stream[2];
  uint64_t memory;
  const char *folder;
};

static inline void stream_run_make(struct stream_run *x, const struct psi_sets *p, unsigned to, size_t repeat, unsigned streams) {
  *x = (struct stream_run){.folder = stream_folder};
  psi_run_make(&x->r, p, to);
  x->r.q.protocol = SMPC_PSI_VOLE;
  for (unsigned k = 0; k < 2; k++) {
    x->is_stream[k] = streams >> k & 1;
    stream_set_make(&x->set[k], p->item[k], p->n[k], p->n[k] * repeat);
  }
}

static inline void stream_run_free(struct stream_run *x) {
  for (unsigned k = 0; k < 2; k++) free(x->set[k].matched);
  psi_run_free(&x->r);
}

static inline void stream_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct stream_run *x = ctx;
  smpc_psi_stream in = SMPC_PSI_STREAM_INIT;
  if (!x->is_stream[me]) {
    psi_body(s, me, &x->r);
    return;
  }
  in.next = stream_next;
  in.tell = stream_tell;
  in.user = &x->set[me];
  in.memory = x->memory;
  in.folder = x->folder;
  x->r.err[me] = smpc_psi_reveal_stream(s, &x->r.q, &in, &x->r.result[me]);
}

/* --- the folder ------------------------------------------------------------------------------- */

static inline void stream_folder_make(void) {
  strcpy(stream_folder, "/tmp/smpc-stream-XXXXXX");
  assert_non_null(mkdtemp(stream_folder));
}

static inline size_t stream_folder_names(void) {
  DIR *d = opendir(stream_folder);
  size_t n = 0;
  while (d != NULL && readdir(d) != NULL) n++;
  if (d != NULL) closedir(d);
  return n - 2; /* itself and above */
}

/* Nothing is left in it. */
static inline void stream_folder_end(void) { assert_int_equal(rmdir(stream_folder), 0); }

/* Open files of this process that lie there, without a name. */
static inline size_t stream_files(int fd[8]) {
  size_t n = 0;
  char path[40], to[200];
  for (int i = 0; i < 256; i++) {
    snprintf(path, sizeof path, "/proc/self/fd/%d", i);
    ssize_t len = readlink(path, to, sizeof to - 1);
    if (len < 0) continue;
    to[len] = 0;
    if (strncmp(to, stream_folder, strlen(stream_folder)) == 0 && strstr(to, "(deleted)") != NULL && n < 8) fd[n++] = i;
  }
  return n;
}

#endif
