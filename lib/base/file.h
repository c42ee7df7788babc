/* file.h - files that must outlive a crash: whole writes, whole reads, durable
 * names.  Everything returns SMPC_OK, or SMPC_E_FILE with the reason in errno. */
#ifndef SMPI_FILE_H
#define SMPI_FILE_H

#include "base/err.h"

/* All of it, where the file stands, and with `durable` forced to the disk; or from byte `at` on. */
smpc_err smpi_file_put(int fd, const void *bytes, size_t len, bool durable);
smpc_err smpi_file_put_at(int fd, const void *bytes, size_t len, uint64_t at);

/* Up to the file's end, at most max bytes: one more than a file may have shows a
 * longer one. */
smpc_err smpi_file_get(int fd, void *bytes, size_t max, size_t *got);
/* Exactly len bytes; errno is EIO where the file ends before. */
smpc_err smpi_file_get_at(int fd, void *bytes, size_t len, uint64_t at);

smpc_err smpi_file_sync(int fd);      /* bytes and all about the file */
smpc_err smpi_file_sync_data(int fd); /* bytes and the length         */

/* Make the names in the folder that holds `path` durable. */
smpc_err smpi_file_sync_folder(const char *path);
/* Give `from` the name `to`, durably; what had that name is gone at once or not at all. */
smpc_err smpi_file_rename(const char *from, const char *to);
/* `path` holds the old bytes or these, whatever happens; mode 0600.  Uses "<path>.new". */
smpc_err smpi_file_replace(const char *path, const void *bytes, size_t len);
smpc_err smpi_file_remove(const char *path); /* fine when there is none */

/* What an errno of these is told as: SMPC_E_DISK where the disk is full or fails, else SMPC_E_FILE. */
smpc_err smpi_file_blame(int why);

#endif
