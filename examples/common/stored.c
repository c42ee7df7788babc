/* stored.c - see stored.h.
 *
 *     smpc release 1
 *     CLAIM                 16 digits
 *     N                     how many words
 *     word                  N of them, one a line
 */
#include "stored.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static bool name_file(char *path, size_t size, char *claim, const smpc_config *cfg, const smpc_study *st,
                      unsigned question) {
  return smpc_study_claim(claim, st, question) == SMPC_OK &&
         (size_t)snprintf(path, size, "%s.%s.release", cfg->journal, claim) < size;
}

static bool read_words(FILE *in, int64_t *words, size_t n, const char *claim) {
  char got[SMPC_CLAIM_LEN];
  size_t count;
  if (fscanf(in, "smpc release 1\n%16s\n%zu\n", got, &count) != 2 || strcmp(got, claim) != 0 || count != n)
    return false;
  for (size_t i = 0; i < n; i++)
    if (fscanf(in, "%" SCNd64 "\n", &words[i]) != 1) return false;
  return fgetc(in) == EOF;
}

enum cli_exit stored_read(bool *is_there, int64_t *words, size_t n, const smpc_config *cfg, const smpc_study *st,
                          unsigned question) {
  char path[600], claim[SMPC_CLAIM_LEN];
  *is_there = false;
  if (!name_file(path, sizeof path, claim, cfg, st, question)) return CLI_DONE;
  FILE *in = fopen(path, "r");
  if (in == NULL && errno == ENOENT) return CLI_DONE;
  *is_there = in != NULL && read_words(in, words, n, claim);
  if (in != NULL) fclose(in);
  if (*is_there) return CLI_DONE;
  cli_error("%s is no release of this question, or cannot be read", path);
  return CLI_INPUT;
}

enum { LINE = 21, HEAD = 80 }; /* bytes of a word, and of the lines before, at most */

/* A file of this process alone: another start of the question, which the journal's lock turns away, drops its own. */
static bool name_new(char *path, size_t size, const char *final) {
  return (size_t)snprintf(path, size, "%s.%ld.new", final, (long)getpid()) < size;
}

enum cli_exit stored_reserve(size_t n, const smpc_config *cfg, const smpc_study *st, unsigned question) {
  char path[600], room[640], claim[SMPC_CLAIM_LEN];
  if (!name_file(path, sizeof path, claim, cfg, st, question) || !name_new(room, sizeof room, path)) return CLI_MACHINE;
  int fd = open(room, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  int why = fd < 0 ? errno : posix_fallocate(fd, 0, (off_t)(HEAD + LINE * n));
  if (fd >= 0) close(fd);
  if (why == 0) return CLI_DONE;
  if (fd >= 0) (void)unlink(room);
  cli_error("the result could not be kept in %s, so nothing is asked: %s", path, strerror(why));
  return CLI_MACHINE;
}

void stored_drop(const smpc_config *cfg, const smpc_study *st, unsigned question) {
  char path[600], room[640], claim[SMPC_CLAIM_LEN];
  if (name_file(path, sizeof path, claim, cfg, st, question) && name_new(room, sizeof room, path)) (void)unlink(room);
}

/* Over the bytes that were reserved, and then the rest of them away. */
static bool write_words(int fd, const char *claim, const int64_t *words, size_t n) {
  FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
  if (out == NULL) {
    if (fd >= 0) close(fd);
    return false;
  }
  fprintf(out, "smpc release 1\n%s\n%zu\n", claim, n);
  for (size_t i = 0; i < n; i++) fprintf(out, "%" PRId64 "\n", words[i]);
  bool good = fflush(out) == 0 && ftruncate(fd, ftell(out)) == 0 && fsync(fd) == 0;
  return fclose(out) == 0 && good;
}

/* To its name, also after a power failure: the journal says already that the question was answered. */
static bool publish(const char *from, const char *to) {
  char folder[600];
  const char *slash = strrchr(to, '/');
  snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 1 : (int)(slash - to + 1), slash == NULL ? "." : to);
  int fd = rename(from, to) == 0 ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  bool good = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  return good;
}

enum cli_exit stored_write(const int64_t *words, size_t n, const smpc_config *cfg, const smpc_study *st,
                           unsigned question) {
  char path[600], room[640], claim[SMPC_CLAIM_LEN];
  if (!name_file(path, sizeof path, claim, cfg, st, question) || !name_new(room, sizeof room, path)) return CLI_MACHINE;
  if (write_words(open(room, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), claim, words, n) && publish(room, path))
    return CLI_DONE;
  cli_error("the release cannot be kept in %s: %s; keep what is written now, for the question is answered once", path,
            strerror(errno));
  (void)unlink(room);
  return CLI_MACHINE;
}
