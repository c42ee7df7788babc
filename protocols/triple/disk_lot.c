/* disk_lot.c - see disk_lot.h. */
#include "triple/disk_lot.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "rand/entropy.h"
#include "triple/corr.h"

enum { NONCE = 24, TAG = 16 };
_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == NONCE && crypto_aead_xchacha20poly1305_ietf_ABYTES == TAG,
               "a chunk's layout");

static smpc_err fault_of_kind(struct smpi_fault *f, smpc_err kind, const char *path, const char *why) {
  size_t len = strlen(path);
  return smpi_fault_set(f, kind, -1, "the pool %s: %s", path + (len > 100 ? len - 100 : 0), why);
}

smpc_err smpi_disk_fault(struct smpi_fault *f, const char *path, const char *why) {
  return fault_of_kind(f, SMPC_E_FILE, path, why);
}

smpc_err smpi_disk_failed(struct smpi_fault *f, const char *path, int why) {
  return fault_of_kind(f, smpi_file_blame(why), path, strerror(why));
}

/* --- opening ------------------------------------------------------------------- */

static const char *sentence(smpc_err err) {
  if (err == SMPC_E_VERSION) return "it was made by another version of the library; empty the pool and fill it anew";
  if (err == SMPC_E_AUTH) return "it was made with another key: it belongs to another party, or the key was replaced";
  return "it is damaged or was changed";
}

static smpc_err check_file(struct smpi_disk_lot *lot, const uint8_t key[32], struct smpi_fault *f) {
  uint8_t bytes[SMPI_DISK_HEAD_LEN];
  struct stat st;
  size_t got;
  if (fstat(lot->fd, &st) != 0) return smpi_disk_failed(f, lot->path, errno);
  if (!S_ISREG(st.st_mode)) return smpi_disk_fault(f, lot->path, "it is not a regular file");
  if (smpi_file_get(lot->fd, bytes, sizeof bytes, &got) != SMPC_OK) return smpi_disk_failed(f, lot->path, errno);
  smpc_err err = smpi_disk_head_decode(&lot->head, bytes, got, key);
  if (err != SMPC_OK) return smpi_disk_fault(f, lot->path, sentence(err));
  if ((uint64_t)st.st_size != smpi_disk_offset(&lot->head, SMPI_CORRS))
    return smpi_disk_fault(f, lot->path, "it is cut off, or longer than it was made");
  return SMPC_OK;
}

static smpc_err begin(struct smpi_disk_lot *lot, const char *path, struct smpi_fault *f) {
  lot->fd = -1;
  if (strlen(path) >= sizeof lot->path) return smpi_disk_fault(f, path, "the path is too long");
  strcpy(lot->path, path);
  return SMPC_OK;
}

smpc_err smpi_lot_open(struct smpi_disk_lot *lot, const char *path, const uint8_t key[32], struct smpi_fault *f) {
  smpc_err err = begin(lot, path, f);
  if (err != SMPC_OK) return err;
  lot->fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (lot->fd < 0) return smpi_disk_failed(f, path, errno);
  err = check_file(lot, key, f);
  smpi_disk_chunk_key(lot->chunk_key, key, lot->head.id);
  return err;
}

smpc_err smpi_lot_create(struct smpi_disk_lot *lot, const char *path, const uint8_t key[32], struct smpi_fault *f) {
  uint8_t bytes[SMPI_DISK_HEAD_LEN];
  smpc_err err = begin(lot, path, f);
  if (err != SMPC_OK) return err;
  smpi_disk_chunk_key(lot->chunk_key, key, lot->head.id);
  lot->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);
  if (lot->fd < 0) return smpi_disk_failed(f, path, errno);
  smpi_disk_head_encode(bytes, &lot->head, key);
  if (smpi_file_put_at(lot->fd, bytes, sizeof bytes, 0) != SMPC_OK) return smpi_disk_failed(f, path, errno);
  return SMPC_OK;
}

void smpi_lot_close(struct smpi_disk_lot *lot) {
  if (lot->fd >= 0) close(lot->fd);
  smpi_wipe(lot, sizeof *lot);
  lot->fd = -1;
}

/* --- chunks -------------------------------------------------------------------- */

static uint64_t place(const struct smpi_disk_lot *lot, enum smpi_corr kind, uint64_t index) {
  return smpi_disk_offset(&lot->head, kind) + index * smpi_disk_chunk_len(kind);
}

static void associate(uint8_t ad[16], enum smpi_corr kind, uint64_t index) {
  smpi_put64(ad, (uint64_t)kind);
  smpi_put64(ad + 8, index);
}

/* One chunk's columns, side by side in `words`, from or to the units first .. of col[]. */
static void move_columns(uint64_t *const col[], size_t first, enum smpi_corr kind, uint8_t *words, bool is_out) {
  size_t n = smpi_disk_units(kind);
  uint64_t *at[SMPI_CORR_COLUMNS];
  smpi_corr_at(at, col, kind, first);
  for (unsigned c = 0; c < smpi_corr_columns(kind); c++) {
    size_t len = 8 * n * smpi_corr_width(kind, c);
    if (is_out) memcpy(words, at[c], len);
    else memcpy(at[c], words, len);
    words += len;
  }
}

smpc_err smpi_lot_write(struct smpi_disk_lot *lot, uint64_t *const col[], size_t first, enum smpi_corr kind,
                        uint64_t index, uint8_t *work, struct smpi_fault *f) {
  size_t len = smpi_disk_chunk_len(kind) - NONCE - TAG;
  uint8_t ad[16];
  if (smpi_entropy(work, NONCE) != SMPC_OK) return smpi_fault_set(f, SMPC_E_RNG, -1, "no randomness");
  associate(ad, kind, index);
  move_columns(col, first, kind, work + NONCE, true);
  crypto_aead_xchacha20poly1305_ietf_encrypt(work + NONCE, NULL, work + NONCE, len, ad, sizeof ad, NULL, work,
                                             lot->chunk_key);
  if (smpi_file_put_at(lot->fd, work, NONCE + len + TAG, place(lot, kind, index)) == SMPC_OK) return SMPC_OK;
  return smpi_disk_failed(f, lot->path, errno);
}

/* Zeros over it, then the space back to the file system where it can. */
static smpc_err wipe(struct smpi_disk_lot *lot, enum smpi_corr kind, uint64_t index, uint8_t *work) {
  size_t len = smpi_disk_chunk_len(kind);
  uint64_t at = place(lot, kind, index);
  smpi_wipe(work, len);
  if (smpi_file_put_at(lot->fd, work, len, at) != SMPC_OK) return SMPC_E_FILE;
  (void)!fallocate(lot->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)at, (off_t)len);
  return SMPC_OK;
}

smpc_err smpi_lot_take(struct smpi_disk_lot *lot, uint64_t *const col[], size_t first, enum smpi_corr kind,
                       uint64_t index, uint8_t *work, struct smpi_fault *f) {
  size_t len = smpi_disk_chunk_len(kind) - NONCE;
  uint8_t ad[16];
  associate(ad, kind, index);
  if (smpi_file_get_at(lot->fd, work, NONCE + len, place(lot, kind, index)) != SMPC_OK)
    return smpi_disk_failed(f, lot->path, errno);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(work + NONCE, NULL, NULL, work + NONCE, len, ad, sizeof ad, work,
                                                 lot->chunk_key) != 0)
    return smpi_disk_fault(f, lot->path, "a part of it is damaged or was changed; empty the pool and fill it anew");
  move_columns(col, first, kind, work + NONCE, false);
  if (wipe(lot, kind, index, work) == SMPC_OK) return SMPC_OK;
  return smpi_disk_failed(f, lot->path, errno);
}

static bool is_wiped(const struct smpi_disk_lot *lot, enum smpi_corr kind, uint64_t index) {
  uint8_t nonce[NONCE];
  return smpi_file_get_at(lot->fd, nonce, NONCE, place(lot, kind, index)) != SMPC_OK || sodium_is_zero(nonce, NONCE);
}

void smpi_lot_sweep(struct smpi_disk_lot *lot) {
  uint8_t *work = smpi_secret_alloc(1, SMPI_LOT_WORK);
  bool any = false;
  for (unsigned k = 0; k < SMPI_CORRS && work != NULL; k++)
    for (uint64_t i = 0; i < lot->at.used[k]; i++)
      if (!is_wiped(lot, k, i)) any |= wipe(lot, k, i, work) == SMPC_OK;
  if (any) (void)smpi_file_sync_data(lot->fd);
  smpi_secret_free(work);
}
