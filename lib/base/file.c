/* file.c - see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

/* at < 0: where the file stands */
static smpc_err put(int fd, const uint8_t *bytes, size_t len, off_t at) {
  while (len > 0) {
    ssize_t n = smpi_io_write(fd, bytes, len, at);
    if (n < 0 && errno != EINTR) return SMPC_E_FILE;
    if (n <= 0) continue;
    bytes += n;
    len -= (size_t)n;
    if (at >= 0) at += n;
  }
  return SMPC_OK;
}

smpc_err smpi_file_put(int fd, const void *bytes, size_t len, bool durable) {
  smpc_err err = put(fd, bytes, len, -1);
  return err == SMPC_OK && durable ? smpi_file_sync_data(fd) : err; /* the length is data here */
}
smpc_err smpi_file_put_at(int fd, const void *bytes, size_t len, uint64_t at) { return put(fd, bytes, len, (off_t)at); }

static smpc_err get(int fd, uint8_t *bytes, size_t max, size_t *got, off_t at) {
  for (*got = 0; *got < max;) {
    ssize_t n = at < 0 ? read(fd, bytes + *got, max - *got) : pread(fd, bytes + *got, max - *got, at + (off_t)*got);
    if (n == 0) break;
    if (n < 0 && errno != EINTR) return SMPC_E_FILE;
    if (n > 0) *got += (size_t)n;
  }
  return SMPC_OK;
}

smpc_err smpi_file_get(int fd, void *bytes, size_t max, size_t *got) { return get(fd, bytes, max, got, -1); }

smpc_err smpi_file_get_at(int fd, void *bytes, size_t len, uint64_t at) {
  size_t got;
  if (get(fd, bytes, len, &got, (off_t)at) != SMPC_OK) return SMPC_E_FILE;
  if (got == len) return SMPC_OK;
  errno = EIO;
  return SMPC_E_FILE;
}

smpc_err smpi_file_sync(int fd) { return smpi_io_sync(fd, false) == 0 ? SMPC_OK : SMPC_E_FILE; }
smpc_err smpi_file_sync_data(int fd) { return smpi_io_sync(fd, true) == 0 ? SMPC_OK : SMPC_E_FILE; }

smpc_err smpi_file_sync_folder(const char *path) {
  char folder[PATH_MAX];
  const char *slash = strrchr(path, '/');
  size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
  if (len >= sizeof folder) return errno = ENAMETOOLONG, SMPC_E_FILE;
  memcpy(folder, path, len);
  folder[len] = 0;
  int fd = open(len == 0 ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SMPC_E_FILE;
  smpc_err err = smpi_file_sync(fd);
  int why = errno;
  close(fd);
  errno = why;
  return err;
}

smpc_err smpi_file_rename(const char *from, const char *to) {
  return smpi_io_rename(from, to) == 0 ? smpi_file_sync_folder(to) : SMPC_E_FILE;
}

static smpc_err put_new(const char *path, const void *bytes, size_t len) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);
  if (fd < 0) return SMPC_E_FILE;
  smpc_err err = smpi_file_put(fd, bytes, len, false);
  if (err == SMPC_OK) err = smpi_file_sync(fd);
  int why = errno;
  if (close(fd) != 0 && err == SMPC_OK) return SMPC_E_FILE;
  errno = why;
  return err;
}

smpc_err smpi_file_replace(const char *path, const void *bytes, size_t len) {
  char fresh[PATH_MAX];
  if ((size_t)snprintf(fresh, sizeof fresh, "%s.new", path) >= sizeof fresh) return errno = ENAMETOOLONG, SMPC_E_FILE;
  smpc_err err = put_new(fresh, bytes, len);
  if (err == SMPC_OK) err = smpi_file_rename(fresh, path);
  return err;
}

smpc_err smpi_file_remove(const char *path) {
  return smpi_io_unlink(path) == 0 || errno == ENOENT ? SMPC_OK : SMPC_E_FILE;
}

smpc_err smpi_file_blame(int why) {
  return why == ENOSPC || why == EDQUOT || why == EFBIG || why == EIO ? SMPC_E_DISK : SMPC_E_FILE;
}
