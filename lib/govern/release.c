/* release.c - see release.h. */
#include "govern/release.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "govern/journal.h"
#include "rand/hash.h"

static const struct { const char *kind, *suffix; } verdicts[] = {{"release", "released"}, {"rejection", "rejected"}};

enum { WORD_MAX = SMPI_SUBJECT_MAX + 500 };

static bool name_file(char *out, size_t size, const char *path, const struct smpi_held *h, const char *party,
                      enum smpi_verdict verdict) {
  char id[SMPI_HELD_ID];
  smpi_held_id(id, h->opening);
  return (size_t)snprintf(out, size, "%s.%s.%s.%s", path, id, party, verdicts[verdict].suffix) < size;
}

/* The lines that are signed, and what stands for them. */
static bool write_lines(struct smpi_lines *l, uint8_t to_sign[32], const struct smpi_held *h, enum smpi_verdict verdict,
                        const char *party, const uint8_t key[32]) {
  struct smpi_hash hash;
  smpi_lines_add(l, "kind", "%s", verdicts[verdict].kind);
  smpi_lines_add_bytes(l, "opening", h->opening, 32);
  smpi_lines_add(l, "party", "%s", party);
  smpi_lines_add_bytes(l, "key", key, 32);
  smpi_held_subject(l, h);
  smpi_hash_begin(&hash, "smpc release signature 1");
  smpi_hash_add(&hash, l->at, l->len);
  smpi_hash_end(&hash, to_sign);
  return !l->is_full;
}

const smpc_study_question *smpi_held_question(const smpc_study *st, const struct smpi_held *h) {
  const smpc_study_question *q = memcmp(h->study, st->digest, 32) == 0 ? smpi_study_find(st, h->question) : NULL;
  return q != NULL && q->review != SMPC_REVIEW_NONE ? q : NULL;
}

/* --- giving ------------------------------------------------------------------------- */

smpc_err smpi_release_sign(const smpc_study *st, const char *path, const struct smpi_held *h, enum smpi_verdict verdict,
                           const uint8_t sign_secret[64], struct smpi_fault *f) {
  char room[WORD_MAX], file[4096];
  uint8_t to_sign[32], sign[64];
  struct smpi_lines l = {.at = room, .size = sizeof room};
  const smpc_study_question *q = smpi_held_question(st, h);
  unsigned i = 0;
  if (q == NULL) return smpi_fault_set(f, SMPC_E_POLICY, -1, "the result is of another study, or needs no review");
  while (i < st->n_parties && memcmp(st->party[i].sign_key, sign_secret + 32, 32) != 0) i++;
  if (i == st->n_parties || !(q->reviewers.bits >> i & 1))
    return smpi_fault_set(f, SMPC_E_POLICY, -1, "my key is no reviewer's of the question \"%.100s\"", q->name);
  if (!write_lines(&l, to_sign, h, verdict, st->party[i].name, st->party[i].sign_key) ||
      !name_file(file, sizeof file, path, h, st->party[i].name, verdict))
    return smpi_fault_set(f, SMPC_E_FILE, -1, "the path of the study is too long");
  crypto_sign_detached(sign, NULL, to_sign, sizeof to_sign, sign_secret);
  smpi_lines_add_bytes(&l, "sign", sign, sizeof sign);
  return smpi_word_write(file, l.at, l.len, f);
}

/* --- checking ------------------------------------------------------------------------- */

static struct smpi_slice line(struct smpi_slice text, const char *key) {
  struct smpi_slice k, v;
  while (smpi_lines_next(&text, &k, &v))
    if (smpi_slice_is(k, key)) return v;
  return (struct smpi_slice){"", 0};
}

/* Which of the lines is not the expected one. */
static const char *what_differs(struct smpi_slice text, const struct smpi_held *h, enum smpi_verdict verdict,
                                const char *party, const uint8_t party_key[32]) {
  uint8_t opening[32], key[32];
  if (!smpi_get_bytes(opening, 32, line(text, "opening")) || !smpi_get_bytes(key, 32, line(text, "key")))
    return "it is no reviewer's word";
  if (!smpi_slice_is(line(text, "kind"), verdicts[verdict].kind)) return "it is a word of another kind";
  if (memcmp(opening, h->opening, 32) != 0) return "it is about another result";
  if (!smpi_slice_is(line(text, "party"), party)) return "it is another party's";
  if (memcmp(key, party_key, 32) != 0) return "it was made with another key than the study's";
  return "its lines are not those of the result";
}

static const char *check(uint8_t sign[64], const struct smpi_held *h, enum smpi_verdict verdict, const char *party,
                         const uint8_t key[32], struct smpi_slice text) {
  char room[WORD_MAX];
  uint8_t to_sign[32];
  struct smpi_lines l = {.at = room, .size = sizeof room};
  struct smpi_slice k, v;
  memset(sign, 0, 64);
  if (!write_lines(&l, to_sign, h, verdict, party, key)) return "it is too long";
  if (text.len < l.len || memcmp(text.at, l.at, l.len) != 0) return what_differs(text, h, verdict, party, key);
  struct smpi_slice in = {text.at + l.len, text.len - l.len};
  if (!smpi_lines_next(&in, &k, &v) || !smpi_slice_is(k, "sign") || in.len != 0 || !smpi_get_bytes(sign, 64, v))
    return "it is not signed";
  return crypto_sign_verify_detached(sign, to_sign, sizeof to_sign, key) == 0 ? NULL : "the signature is wrong";
}

const char *smpi_release_check(uint8_t sign[64], const smpc_study *st, unsigned i, const struct smpi_held *h,
                               enum smpi_verdict verdict, struct smpi_slice text) {
  return check(sign, h, verdict, st->party[i].name, st->party[i].sign_key, text);
}

bool smpi_release_is_valid(const uint8_t sign[64], const struct smpi_held *h, const char *party,
                           const uint8_t key[32]) {
  char room[WORD_MAX];
  uint8_t to_sign[32];
  struct smpi_lines l = {.at = room, .size = sizeof room};
  return write_lines(&l, to_sign, h, SMPI_RELEASED, party, key) &&
         crypto_sign_verify_detached(sign, to_sign, 32, key) == 0;
}

/* --- all of them ------------------------------------------------------------------------ */

static const char *read_word(uint8_t sign[64], const smpc_study *st, const char *path, unsigned i,
                             const struct smpi_held *h, enum smpi_verdict verdict, bool *is_there) {
  char file[4096];
  struct smpi_slice text;
  *is_there = false;
  if (!name_file(file, sizeof file, path, h, st->party[i].name, verdict)) return "the path is too long";
  *is_there = access(file, F_OK) == 0;
  if (!*is_there) return "is not there";
  if (smpi_file_read(&text, file, "file", NULL) != SMPC_OK) return "cannot be read";
  const char *why = smpi_release_check(sign, st, i, h, verdict, text);
  smpi_free((void *)text.at);
  return why;
}

smpc_err smpi_release_gather(uint8_t (*sign)[64], const smpc_study *st, const char *path, const smpc_study_question *q,
                             const struct smpi_held *h, struct smpi_fault *f) {
  uint8_t ignored[64];
  char id[SMPI_HELD_ID];
  bool is_there;
  smpi_held_id(id, h->opening);
  for (unsigned i = 0; i < st->n_parties; i++) {
    if (!(q->reviewers.bits >> i & 1)) continue;
    (void)read_word(ignored, st, path, i, h, SMPI_REJECTED, &is_there);
    if (is_there) /* also one that does not stand: until somebody looks */
      return smpi_fault_set(f, SMPC_E_POLICY, (int)i, "%s rejected the result: %s.%s.%s.rejected is there", st->party[i].name,
                            smpi_word_place(path), id, st->party[i].name);
    const char *why = read_word(sign[i], st, path, i, h, SMPI_RELEASED, &is_there);
    if (!is_there)
      return smpi_fault_set(f, SMPC_E_POLICY, (int)i,
                            "the reviewer %s has not released the result: there is no %s.%s.%s.released",
                            st->party[i].name, smpi_word_place(path), id, st->party[i].name);
    if (why != NULL)
      return smpi_fault_set(f, SMPC_E_POLICY, (int)i, "the release by %s: %s (%s.%s.%s.released)", st->party[i].name, why,
                            smpi_word_place(path), id, st->party[i].name);
  }
  return SMPC_OK;
}

static smpc_who given_by(const smpc_study *st, const char *path, const smpc_study_question *q,
                         const struct smpi_held *h, enum smpi_verdict verdict) {
  uint8_t sign[64];
  bool is_there;
  smpc_who who = {0};
  for (unsigned i = 0; i < st->n_parties; i++)
    if ((q->reviewers.bits >> i & 1) && read_word(sign, st, path, i, h, verdict, &is_there) == NULL)
      who.bits |= UINT64_C(1) << i;
  return who;
}

smpc_who smpi_released_by(const smpc_study *st, const char *path, const smpc_study_question *q,
                          const struct smpi_held *h) {
  return given_by(st, path, q, h, SMPI_RELEASED);
}

int smpi_release_rejected_by(const smpc_study *st, const char *path, const smpc_study_question *q,
                             const struct smpi_held *h) {
  uint64_t who = given_by(st, path, q, h, SMPI_REJECTED).bits;
  return who == 0 ? -1 : __builtin_ctzll(who);
}
