/* io.c - see io.h. */
#include "base/io.h"

#include <stdio.h>
#include <unistd.h>

ssize_t smpi_io_write(int fd, const void *bytes, size_t len, off_t at) {
  return at < 0 ? write(fd, bytes, len) : pwrite(fd, bytes, len, at);
}

int smpi_io_sync(int fd, bool data_only) { return data_only ? fdatasync(fd) : fsync(fd); }
int smpi_io_rename(const char *from, const char *to) { return rename(from, to); }
int smpi_io_unlink(const char *path) { return unlink(path); }
