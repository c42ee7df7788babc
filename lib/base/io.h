/* io.h - the seam between the library and the machine's files: everything that
 * changes a disk.
 *
 * io.c is the real one; tests link tests/support/io_test.c in its place, which
 * counts, fails, or kills the process at the k-th.  Only file.c calls these; all
 * are the system's calls of that name: -1 and errno on failure. */
#ifndef SMPI_IO_H
#define SMPI_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

ssize_t smpi_io_write(int fd, const void *bytes, size_t len, off_t at); /* at < 0: where the file stands */
int smpi_io_sync(int fd, bool data_only);
int smpi_io_rename(const char *from, const char *to);
int smpi_io_unlink(const char *path);

#endif
