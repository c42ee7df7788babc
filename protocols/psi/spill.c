/* spill.c - see spill.h.  Each part fills a block of its own in memory; full blocks are numbered as they come, and
 * each knows the one before it of its part. */
#include "psi/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/io.h"
#include "base/mem.h"

enum {
  RECORD = 20, /* bytes: a key and a row */
  BLOCK = SMPI_SPILL_BLOCK * RECORD,
  TAG = 16,
  SEALED = BLOCK + TAG,
  CHUNK = 100 /* LOCAL: blocks of memory that are got at a time */
};
_Static_assert(crypto_aead_chacha20poly1305_ietf_ABYTES == TAG, "a block's length");

struct part { uint32_t fill, last; }; /* records of the open block; the newest full one + 1, or 0 */

struct smpi_spill {
  struct smpc_session *s;
  const char *folder;
  int fd;                /* -1: none */
  uint8_t key[32];
  unsigned parts;
  struct part *part;     /* [parts] */
  uint8_t *open, *work;  /* [parts][BLOCK], [SEALED] */
  uint8_t **held;        /* [chunks] blocks in memory, CHUNK each */
  size_t chunks;
  uint32_t *before;      /* [room] of each full block: that before it of its part + 1, or 0 */
  uint32_t blocks, room; /* full ones */
};

/* --- the file ------------------------------------------------------------------------------ */

static smpc_err fault(struct smpi_spill *p, smpc_err code, const char *what, const char *why) {
  size_t len = strlen(p->folder);
  return smpi_fail(p->s, code, (int)smpi_me(p->s), "%s in the folder %s: %s", what,
                   p->folder + (len > 150 ? len - 150 : 0), why);
}

static smpc_err make_file(struct smpi_spill *p) {
  static const char name[] = "/smpc-psi.XXXXXX";
  size_t len = strlen(p->folder);
  char *path = smpi_alloc(len + sizeof name, 1);
  if (path == NULL) return smpi_fail(p->s, SMPC_E_NOMEM, -1, "out of memory");
  memcpy(path, p->folder, len);
  memcpy(path + len, name, sizeof name);
  p->fd = mkostemp(path, O_CLOEXEC); /* mode 0600; no program that is started meanwhile has it */
  bool good = p->fd >= 0 && smpi_io_unlink(path) == 0;
  smpi_free(path);
  return good ? SMPC_OK : fault(p, SMPC_E_FILE, "no file can be made", strerror(errno));
}

static uint64_t place(const struct smpi_spill *p, uint32_t block) {
  return (block - (uint64_t)p->chunks * CHUNK) * SEALED;
}

/* A key is used for one file, and a number for one block. */
static void number(uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES], uint32_t block) {
  memset(nonce, 0, crypto_aead_chacha20poly1305_ietf_NPUBBYTES);
  smpi_put32(nonce, block);
}

static smpc_err write_block(struct smpi_spill *p, const uint8_t *bytes, uint32_t block) {
  uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
  if (p->fd < 0)
    return smpi_fail(p->s, SMPC_E_ARG, (int)smpi_me(p->s),
                     "the set does not fit into the memory it may have, and no folder is named for it");
  number(nonce, block);
  crypto_aead_chacha20poly1305_ietf_encrypt(p->work, NULL, bytes, BLOCK, NULL, 0, NULL, nonce, p->key);
  if (smpi_file_put_at(p->fd, p->work, SEALED, place(p, block)) == SMPC_OK) return SMPC_OK;
  return fault(p, SMPC_E_DISK, "the set cannot be written", strerror(errno));
}

/* To work. */
static smpc_err read_block(struct smpi_spill *p, uint32_t block) {
  uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
  if (smpi_file_get_at(p->fd, p->work, SEALED, place(p, block)) != SMPC_OK)
    return fault(p, SMPC_E_DISK, "the set cannot be read back", strerror(errno));
  number(nonce, block);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(p->work, NULL, NULL, p->work, SEALED, NULL, 0, nonce, p->key) == 0)
    return SMPC_OK;
  return fault(p, SMPC_E_DISK, "the set cannot be read back", "what is there is not what was written");
}

/* --- blocks --------------------------------------------------------------------------------- */

static smpc_err no_memory(struct smpi_spill *p) { return smpi_fail(p->s, SMPC_E_NOMEM, -1, "out of memory"); }

static uint8_t *held_at(const struct smpi_spill *p, uint32_t block) {
  return p->held[block / CHUNK] + (size_t)(block % CHUNK) * BLOCK;
}
static bool is_held(const struct smpi_spill *p, uint32_t block) { return block / CHUNK < p->chunks; }

static smpc_err hold(struct smpi_spill *p, const uint8_t *bytes, uint32_t block) {
  uint8_t **chunk = &p->held[block / CHUNK];
  if (*chunk == NULL) *chunk = smpi_secret_alloc(CHUNK, BLOCK);
  if (*chunk == NULL) return no_memory(p);
  memcpy(held_at(p, block), bytes, BLOCK);
  return SMPC_OK;
}

/* Room for one full block more. */
static smpc_err grow(struct smpi_spill *p) {
  if (p->blocks < p->room) return SMPC_OK;
  uint32_t room = 2 * p->room + 1024, *before = smpi_alloc(room, sizeof *before);
  if (before == NULL) return no_memory(p);
  if (p->blocks != 0) memcpy(before, p->before, p->blocks * sizeof *before);
  smpi_free(p->before);
  p->before = before;
  p->room = room;
  return SMPC_OK;
}

static smpc_err put_block(struct smpi_spill *p, struct part *part, const uint8_t *bytes) {
  smpc_err err = grow(p);
  if (err == SMPC_OK) err = is_held(p, p->blocks) ? hold(p, bytes, p->blocks) : write_block(p, bytes, p->blocks);
  if (err != SMPC_OK) return err;
  p->before[p->blocks] = part->last;
  part->last = ++p->blocks;
  part->fill = 0;
  return SMPC_OK;
}

/* --- records ---------------------------------------------------------------------------------- */

smpc_err smpi_spill_add(struct smpi_spill *p, unsigned part, blk key, uint32_t row) {
  struct part *to = &p->part[part];
  uint8_t *open = p->open + (size_t)part * BLOCK, *record = open + (size_t)to->fill * RECORD;
  smpi_put64(record, key.w[0]);
  smpi_put64(record + 8, key.w[1]);
  smpi_put32(record + 16, row);
  return ++to->fill == SMPI_SPILL_BLOCK ? put_block(p, to, open) : SMPC_OK;
}

static void take_records(blk *key, uint32_t *row, const uint8_t *bytes, size_t n) {
  for (size_t i = 0; i < n; i++, bytes += RECORD) {
    key[i] = (blk){{smpi_get64(bytes), smpi_get64(bytes + 8)}};
    row[i] = smpi_get32(bytes + 16);
  }
}

smpc_err smpi_spill_read(struct smpi_spill *p, blk *key, uint32_t *row, size_t *n, unsigned part, uint32_t *from) {
  *n = 0;
  if (*from == SMPI_SPILL_START) { /* the open block first */
    *n = p->part[part].fill;
    *from = p->part[part].last;
    take_records(key, row, p->open + (size_t)part * BLOCK, *n);
  }
  if (*n != 0 || *from == 0) return SMPC_OK;
  uint32_t block = *from - 1;
  smpc_err err = is_held(p, block) ? SMPC_OK : read_block(p, block);
  if (err != SMPC_OK) return err;
  *n = SMPI_SPILL_BLOCK;
  *from = p->before[block];
  take_records(key, row, is_held(p, block) ? held_at(p, block) : p->work, *n);
  return SMPC_OK;
}

/* --- opening and closing ------------------------------------------------------------------------ */

static smpc_err make_room(struct smpi_spill *p, uint64_t held) {
  p->chunks = smpi_min(held / ((uint64_t)CHUNK * BLOCK), UINT32_MAX / SMPI_SPILL_BLOCK / CHUNK + 1); /* rows have 32 bits */
  p->part = smpi_alloc(p->parts, sizeof *p->part);
  p->held = smpi_alloc(p->chunks, sizeof *p->held);
  p->open = smpi_secret_alloc(p->parts, BLOCK);
  p->work = smpi_secret_alloc(1, SEALED);
  return p->part != NULL && p->held != NULL && p->open != NULL && p->work != NULL ? SMPC_OK : no_memory(p);
}

smpc_err smpi_spill_open(struct smpi_spill **out, struct smpc_session *s, unsigned parts, uint64_t held, const char *folder) {
  struct smpi_spill *p = *out = smpi_secret_alloc(1, sizeof *p);
  uint64_t key[4];
  if (p == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
  *p = (struct smpi_spill){.s = s, .folder = folder, .fd = -1, .parts = parts};
  smpi_prg_words(smpi_prg_own(s), key, 4);
  memcpy(p->key, key, sizeof p->key);
  smpi_wipe(key, sizeof key);
  smpc_err err = make_room(p, held);
  if (err == SMPC_OK && folder != NULL) err = make_file(p);
  if (err == SMPC_OK) return SMPC_OK;
  smpi_spill_close(p);
  *out = NULL;
  return err;
}

void smpi_spill_close(struct smpi_spill *p) {
  if (p == NULL) return;
  if (p->fd >= 0) close(p->fd);
  for (size_t i = 0; p->held != NULL && i < p->chunks; i++) smpi_secret_free(p->held[i]);
  smpi_free(p->part);
  smpi_free(p->held);
  smpi_free(p->before);
  smpi_secret_free(p->open);
  smpi_secret_free(p->work);
  smpi_secret_free(p);
}
