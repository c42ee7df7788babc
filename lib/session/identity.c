/* identity.c - see identity.h: the file of a party's secret keys. */
#include "session/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "rand/entropy.h"
#include "rand/hash.h"

/* Where things stand in the file. */
enum {
  LEN = SMPI_IDENTITY_FILE_LEN,
  LINK = 16 + 5,
  SIGN = 16 + 70 + 5,
  CHECK = 16 + 70 + 70 + 6,
  CHECKED = 16 + 70 + 70, /* the lines above "check" */
};
static const char FORM[] = "smpc identity 1\n"
                           "link ----------------------------------------------------------------\n"
                           "sign ----------------------------------------------------------------\n"
                           "check --------------------------------\n";
_Static_assert(sizeof FORM == LEN + 1, "the form has the file's length");

static void put_hex(uint8_t *at, const uint8_t *bytes, size_t len) {
  char hex[65]; /* len <= 32 */
  sodium_bin2hex(hex, sizeof hex, bytes, len);
  memcpy(at, hex, 2 * len);
  smpi_wipe(hex, sizeof hex);
}

static void encode(uint8_t text[LEN], const uint8_t link[32], const uint8_t seed[32]) {
  struct smpi_hash h;
  uint8_t sum[SMPI_HASH_LEN];
  memcpy(text, FORM, LEN);
  put_hex(text + LINK, link, 32);
  put_hex(text + SIGN, seed, 32);
  smpi_hash_begin(&h, "smpc identity file");
  smpi_hash_add(&h, text, CHECKED);
  smpi_hash_end(&h, sum);
  put_hex(text + CHECK, sum, 16);
}

/* The public halves; the seed comes first in an Ed25519 secret key. */
static void complete(struct smpi_identity *id) {
  uint8_t seed[32];
  memcpy(seed, id->sign_secret, sizeof seed);
  crypto_scalarmult_base(id->pub.link, id->link_secret);
  crypto_sign_seed_keypair(id->pub.sign, id->sign_secret, seed);
  smpi_wipe(seed, sizeof seed);
}

static int get_hex(uint8_t *bytes, const uint8_t *hex) {
  size_t got;
  return sodium_hex2bin(bytes, 32, (const char *)hex, 64, NULL, &got, NULL) == 0 && got == 32;
}

/* What was read must be what encode() makes of it: one spelling, and the sum. */
smpc_err smpi_identity_decode(struct smpi_identity *id, const uint8_t *text, size_t len) {
  uint8_t again[LEN] = {0};
  int ok = len == LEN && get_hex(id->link_secret, text + LINK) && get_hex(id->sign_secret, text + SIGN);
  if (ok) {
    encode(again, id->link_secret, id->sign_secret);
    ok = smpi_ct_equal(again, text, LEN);
  }
  if (ok) complete(id);
  else smpi_wipe(id, sizeof *id);
  smpi_wipe(again, sizeof again);
  return ok ? SMPC_OK : SMPC_E_FORMAT;
}

static smpc_err file_fault(struct smpi_fault *f, const char *path, const char *what) {
  return smpi_fault_set(f, SMPC_E_FILE, -1, "the key file %.150s %s", path, what);
}

static smpc_err errno_fault(struct smpi_fault *f, const char *path) {
  return smpi_fault_set(f, SMPC_E_FILE, -1, "the key file %.150s: %s", path, strerror(errno));
}

/* --- reading ---------------------------------------------------------------- */

/* Through the descriptor, so that what was checked is what is read. */
static smpc_err check_file(int fd, const char *path, struct smpi_fault *f) {
  struct stat st;
  if (fstat(fd, &st) != 0) return errno_fault(f, path);
  if (!S_ISREG(st.st_mode)) return file_fault(f, path, "is not a regular file");
  if (st.st_uid != geteuid()) return file_fault(f, path, "belongs to another user");
  if (st.st_mode & (S_IRWXG | S_IRWXO))
    return smpi_fault_set(f, SMPC_E_FILE, -1, "the key file %.80s can be used by others than its owner; make a new key, "
                          "or at least run: chmod 600 %.80s", path, path);
  return SMPC_OK;
}

static smpc_err read_identity(struct smpi_identity *id, uint8_t *buf, int fd, const char *path, struct smpi_fault *f) {
  size_t got;
  smpc_err err = check_file(fd, path, f);
  if (err != SMPC_OK) return err;
  if (smpi_file_get(fd, buf, LEN + 1, &got) != SMPC_OK) return errno_fault(f, path);
  if (smpi_identity_decode(id, buf, got) != SMPC_OK)
    return file_fault(f, path, "is damaged, or is not an identity made by smpc-party keygen");
  return SMPC_OK;
}

smpc_err smpi_identity_load(const char *path, struct smpi_identity **out, struct smpi_fault *f) {
  smpc_err err = SMPC_OK;
  *out = NULL;
  struct smpi_identity *id = smpi_secret_alloc(1, sizeof *id);
  uint8_t *buf = smpi_secret_alloc(1, LEN + 1);
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); /* a fifo must not hang us */
  if (fd < 0) err = errno_fault(f, path);
  else if (id == NULL || buf == NULL) err = smpi_fault_set(f, SMPC_E_NOMEM, -1, "out of memory");
  else err = read_identity(id, buf, fd, path, f);
  if (fd >= 0) close(fd);
  smpi_secret_free(buf);
  if (err == SMPC_OK) *out = id;
  else smpi_secret_free(id);
  return err;
}

void smpi_identity_free(struct smpi_identity *id) { smpi_secret_free(id); }

void smpi_identity_derive(uint8_t key[32], const struct smpi_identity *id, const char *purpose) {
  smpi_kdf(key, id->sign_secret, purpose, &id->pub, sizeof id->pub); /* the seed: everywhere else it is hashed first */
}

/* --- making ----------------------------------------------------------------- */

static smpc_err write_new(const char *path, const uint8_t *text, struct smpi_fault *f) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return errno == EEXIST ? file_fault(f, path, "exists already; it is not overwritten") : errno_fault(f, path);
  smpc_err err = smpi_file_put(fd, text, LEN, false);
  if (err == SMPC_OK) err = smpi_file_sync(fd);
  if (close(fd) != 0) err = SMPC_E_FILE;
  if (err != SMPC_OK) {
    errno_fault(f, path);
    unlink(path);
    return err;
  }
  (void)smpi_file_sync_folder(path); /* best effort: some file systems refuse */
  return SMPC_OK;
}

smpc_err smpi_identity_new(const char *path, struct smpi_public *pub, struct smpi_fault *f) {
  smpc_err err = SMPC_OK;
  memset(pub, 0, sizeof *pub);
  struct smpi_identity *id = smpi_secret_alloc(1, sizeof *id);
  uint8_t *text = smpi_secret_alloc(1, LEN);
  if (id == NULL || text == NULL) err = smpi_fault_set(f, SMPC_E_NOMEM, -1, "out of memory");
  else if ((err = smpi_entropy(id->link_secret, 32)) != SMPC_OK || (err = smpi_entropy(id->sign_secret, 32)) != SMPC_OK)
    smpi_fault_set(f, err, -1, "the system gives no randomness for a new key");
  else {
    complete(id);
    encode(text, id->link_secret, id->sign_secret);
    err = write_new(path, text, f);
  }
  if (err == SMPC_OK) *pub = id->pub;
  smpi_secret_free(text);
  smpi_secret_free(id);
  return err;
}
