/* Any bytes as party.yaml and parties.yaml (the line "=====" stands between them):
 * a configuration that a session can use, or an error with a sentence and an empty
 * configuration; no memory is lost. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "session/config.h"
#include "session/identity.h"
#include "support/seams.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A file without a folder; its path is through /proc. */
static int make_file(char path[40], const uint8_t *bytes, size_t len) {
  int fd = memfd_create("fuzz", MFD_CLOEXEC);
  if (fd < 0 || write(fd, bytes, len) != (ssize_t)len) abort();
  snprintf(path, 40, "/proc/self/fd/%d", fd);
  return fd;
}

/* The seeds' `key: /proc/self/fd/9`: the identity whose public key is in them. */
static void make_identity(void) {
  char folder[] = "/tmp/smpc-fuzz-XXXXXX", path[64];
  struct smpi_public keys;
  seam_entropy_reset(1, 0);
  if (mkdtemp(folder) == NULL) abort();
  snprintf(path, sizeof path, "%s/key", folder);
  if (smpi_identity_new(path, &keys, NULL) != SMPC_OK) abort();
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (dup2(fd, 9) != 9 || unlink(path) != 0 || rmdir(folder) != 0) abort();
  close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  static bool has_identity;
  if (!has_identity) make_identity();
  has_identity = true;
  static const smpc_config empty = SMPC_CONFIG_INIT;
  static const char between[] = "\n=====\n";
  const uint8_t *cut = memmem(bytes, len, between, sizeof between - 1);
  size_t own_len = cut == NULL ? len : (size_t)(cut - bytes) + 1;
  const uint8_t *all = cut == NULL ? bytes : cut + sizeof between - 1;
  char own_path[40], all_path[40];
  int own_fd = make_file(own_path, bytes, own_len), all_fd = make_file(all_path, all, (size_t)(bytes + len - all));
  smpc_config cfg = SMPC_CONFIG_INIT;
  struct smpi_fault f = {.party = -1};
  uint64_t live = seam_heap_live();
  smpc_err err = smpi_config_load(&cfg, own_path, all_path, &f);
  if (err == SMPC_OK) {
    if (smpi_config_valid(&cfg, &f) != SMPC_OK) abort();
  } else if (err != SMPC_E_FILE || f.text[0] == 0 || memcmp(&cfg, &empty, sizeof cfg) != 0) abort();
  if (seam_heap_live() != live) abort();
  close(own_fd);
  close(all_fd);
  return 0;
}
