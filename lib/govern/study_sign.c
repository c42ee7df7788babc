/* study_sign.c - see study.h: signatures of a study, and taking them back. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "govern/journal.h"
#include "govern/study.h"
#include "rand/hash.h"

const char *smpi_word_place(const char *path) {
  size_t len = strlen(path);
  return len <= 90 ? path : path + len - 90;
}

static const struct { const char *kind, *suffix; } words[] = {{"signature", "sig"}, {"revocation", "revoked"}};

static bool name_file(char *out, size_t size, const char *path, const smpc_study *st, unsigned i, enum smpi_word word) {
  return (size_t)snprintf(out, size, "%s.%s.%s", path, st->party[i].name, words[word].suffix) < size;
}

static void digest(uint8_t out[32], const char *at, size_t len) {
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc study signature 1");
  smpi_hash_add(&h, at, len);
  smpi_hash_end(&h, out);
}

/* --- giving --------------------------------------------------------------------- */

smpc_err smpi_word_write(const char *path, const char *text, size_t len, struct smpi_fault *f) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  bool made = fd >= 0, good = made && write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
  int why = errno;
  if (made) close(fd);
  if (good) return SMPC_OK;
  if (made) unlink(path);
  return smpi_fault_set(f, smpi_file_blame(why), -1, "%.180s: %s", path,
                        why == EEXIST
                            ? "exists already; it is not overwritten: if it is of something older, move it away"
                            : strerror(why));
}

smpc_err smpi_study_sign(const smpc_study *st, const char *path, enum smpi_word word, const uint8_t sign_secret[64],
                         int64_t now, struct smpi_fault *f) {
  char room[600], when[SMPI_TIME_LEN], file[4096];
  uint8_t to_sign[32], sign[64];
  struct smpi_lines l = {.at = room, .size = sizeof room};
  unsigned i = 0;
  while (i < st->n_parties && memcmp(st->party[i].sign_key, sign_secret + 32, 32) != 0) i++;
  if (i == st->n_parties) return smpi_fault_set(f, SMPC_E_POLICY, -1, "my key is no party's of this study");
  smpi_put_time(when, now);
  smpi_lines_add(&l, "kind", "%s", words[word].kind);
  smpi_lines_add_bytes(&l, "study", st->digest, 32);
  smpi_lines_add(&l, "party", "%s", st->party[i].name);
  smpi_lines_add_bytes(&l, "key", st->party[i].sign_key, 32);
  smpi_lines_add(&l, "time", "%s", when);
  digest(to_sign, l.at, l.len);
  crypto_sign_detached(sign, NULL, to_sign, sizeof to_sign, sign_secret);
  smpi_lines_add_bytes(&l, "sign", sign, sizeof sign);
  if (l.is_full || !name_file(file, sizeof file, path, st, i, word))
    return smpi_fault_set(f, SMPC_E_FILE, -1, "the path of the study is too long");
  return smpi_word_write(file, l.at, l.len, f);
}

/* --- checking --------------------------------------------------------------------- */

static bool take(struct smpi_slice *in, const char *key, struct smpi_slice *value) {
  struct smpi_slice k;
  return smpi_lines_next(in, &k, value) && smpi_slice_is(k, key);
}

static const char OTHER_VERSION[] = "it is for another study, or another version of this one";

const char *smpi_word_check(const smpc_study *st, unsigned i, enum smpi_word word, struct smpi_slice text,
                            int64_t *time) {
  struct smpi_slice in = text, kind, study, party, key, when, sign;
  uint8_t about[32], by[32], value[64], to_sign[32];
  *time = 0;
  if (!take(&in, "kind", &kind) || !take(&in, "study", &study) || !take(&in, "party", &party) ||
      !take(&in, "key", &key) || !take(&in, "time", &when))
    return "it is no signature file";
  digest(to_sign, text.at, (size_t)(in.at - text.at));
  if (!take(&in, "sign", &sign) || in.len != 0 || !smpi_get_bytes(about, 32, study) || !smpi_get_bytes(by, 32, key) ||
      !smpi_get_bytes(value, 64, sign) || !smpi_get_time(time, when))
    return "it is no signature file";
  if (!smpi_slice_is(kind, words[word].kind)) return "it is a word of another kind";
  if (!smpi_slice_is(party, st->party[i].name)) return "it is another party's";
  if (memcmp(by, st->party[i].sign_key, 32) != 0) return "it was made with another key than the study's";
  if (memcmp(about, st->digest, 32) != 0) return OTHER_VERSION;
  if (crypto_sign_verify_detached(value, to_sign, sizeof to_sign, by) != 0) return "the signature is wrong";
  return NULL;
}

const char *smpi_word_read(const smpc_study *st, const char *path, unsigned i, enum smpi_word word, int64_t *time,
                           bool *is_there) {
  char file[4096];
  struct smpi_slice bytes;
  *time = 0;
  *is_there = false;
  if (!name_file(file, sizeof file, path, st, i, word)) return "the path is too long";
  *is_there = access(file, F_OK) == 0;
  if (!*is_there) return "it is not there";
  if (smpi_file_read(&bytes, file, "file", NULL) != SMPC_OK) return "it cannot be read";
  const char *why = smpi_word_check(st, i, word, bytes, time);
  smpi_free((void *)bytes.at);
  return why;
}

/* One party's word: SMPC_OK with text, or why it does not stand. */
static smpc_err check_party(const smpc_study *st, const char *path, unsigned i, char *text, size_t size) {
  char when[SMPI_TIME_LEN];
  int64_t time;
  bool is_there;
  const char *name = st->party[i].name, *why = smpi_word_read(st, path, i, SMPI_REVOCATION, &time, &is_there);
  smpi_put_time(when, time);
  if (why == NULL) return snprintf(text, size, "%s revoked the study on %s", name, when), SMPC_E_POLICY;
  if (is_there) /* one that cannot be read, or is wrong, stops everything, too, until somebody looks */
    return snprintf(text, size, "%s.%s.revoked is there, but is no valid revocation: %s", smpi_word_place(path), name, why),
           SMPC_E_POLICY;
  why = smpi_word_read(st, path, i, SMPI_SIGNATURE, &time, &is_there);
  smpi_put_time(when, time);
  if (why == NULL) return snprintf(text, size, "%s signed on %s", name, when), SMPC_OK;
  if (!is_there)
    return snprintf(text, size, "%s has not signed the study: there is no %s.%s.sig", name, smpi_word_place(path),
                    name),
           SMPC_E_POLICY;
  if (why == OTHER_VERSION)
    return snprintf(text, size,
                    "the study changed since %s signed on %s, or that was another study: %s signs this one anew, once "
                    "%s.%s.sig is moved away",
                    name, when, name, smpi_word_place(path), name),
           SMPC_E_POLICY;
  return snprintf(text, size, "the signature of %s: %s (%s.%s.sig)", name, why, smpi_word_place(path), name), SMPC_E_POLICY;
}

smpc_err smpi_study_verify(const smpc_study *st, const char *path, int64_t now, smpi_word_fn each, void *user,
                           struct smpi_fault *f) {
  smpc_err err = SMPC_OK;
  char text[256], when[SMPI_TIME_LEN];
  for (unsigned i = 0; i < st->n_parties; i++) {
    smpc_err word = check_party(st, path, i, text, sizeof text);
    if (each != NULL) each(user, i, word, text);
    if (word != SMPC_OK && err == SMPC_OK) err = smpi_fault_set(f, SMPC_E_POLICY, (int)i, "%.250s", text);
  }
  if (now >= st->from && now < st->until) return err;
  smpi_put_time(when, now < st->from ? st->from : st->until);
  return smpi_fault_set(f, SMPC_E_POLICY, -1, "the study %s %s, and by my clock it is %s",
                        now < st->from ? "begins on" : "ended on", when, now < st->from ? "not yet" : "later");
}
