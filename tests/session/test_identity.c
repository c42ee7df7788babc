/* test_identity.c - session/identity.h: the key file, key text, fingerprints. */
#include "support/test.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "session/identity.h"
#include "support/seams.h"

static char folder[64], path[96];

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/smpc-identity-XXXXXX");
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(path, sizeof path, "%s/key", folder);
  seam_entropy_reset(7, 0);
  return 0;
}

static int drop_folder(void **state) {
  (void)state;
  if (unlink(path) != 0) rmdir(path); /* a test may have made a folder, or nothing */
  return rmdir(folder);
}

static size_t slurp(uint8_t *buf, size_t max) {
  FILE *in = fopen(path, "rb");
  assert_non_null(in);
  size_t len = fread(buf, 1, max, in);
  fclose(in);
  return len;
}

static void put(const uint8_t *buf, size_t len) {
  FILE *out = fopen(path, "wb");
  assert_non_null(out);
  assert_int_equal(fwrite(buf, 1, len, out), len);
  assert_int_equal(fclose(out), 0);
  assert_int_equal(chmod(path, 0600), 0);
}

/* Loading fails with E_FILE, names the file, and says `word`. */
static void is_refused(const char *word) {
  struct smpi_identity *id = (void *)folder;
  struct smpi_fault f = {0};
  assert_int_equal(smpi_identity_load(path, &id, &f), SMPC_E_FILE);
  assert_null(id);
  assert_non_null(strstr(f.text, path));
  assert_non_null(strstr(f.text, word));
}

static void new_then_load_gives_the_same_keys(void **state) {
  (void)state;
  struct smpi_public pub;
  struct smpi_identity *id;
  struct smpi_fault f = {0};
  struct stat st;
  uint64_t live = seam_heap_live();
  assert_int_equal(smpi_identity_new(path, &pub, &f), SMPC_OK);
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 07777, 0600);
  assert_int_equal(st.st_size, SMPI_IDENTITY_FILE_LEN);
  assert_int_equal(smpi_identity_load(path, &id, &f), SMPC_OK);
  assert_memory_equal(&id->pub, &pub, sizeof pub);
  assert_true(smpi_key_is_valid(&pub));

  uint8_t link[32], sig[64];
  crypto_scalarmult_base(link, id->link_secret);
  assert_memory_equal(link, pub.link, 32);
  crypto_sign_detached(sig, NULL, (const uint8_t *)"m", 1, id->sign_secret);
  assert_int_equal(crypto_sign_verify_detached(sig, (const uint8_t *)"m", 1, pub.sign), 0);
  smpi_identity_free(id);
  assert_int_equal(seam_heap_live(), live);
}

static void an_existing_file_is_not_overwritten(void **state) {
  (void)state;
  struct smpi_public pub;
  struct smpi_fault f = {0};
  uint8_t a[300], b[300];
  assert_int_equal(smpi_identity_new(path, &pub, &f), SMPC_OK);
  size_t len = slurp(a, sizeof a);
  assert_int_equal(smpi_identity_new(path, &pub, &f), SMPC_E_FILE);
  assert_non_null(strstr(f.text, "exists"));
  assert_int_equal(slurp(b, sizeof b), len);
  assert_memory_equal(a, b, len);
}

static void two_identities_differ(void **state) {
  (void)state;
  struct smpi_public a, b;
  assert_int_equal(smpi_identity_new(path, &a, NULL), SMPC_OK);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(smpi_identity_new(path, &b, NULL), SMPC_OK);
  assert_memory_not_equal(a.link, b.link, 32);
  assert_memory_not_equal(a.sign, b.sign, 32);
}

static void every_changed_byte_is_found(void **state) {
  (void)state;
  struct smpi_public pub;
  uint8_t good[300], bad[300];
  struct smpi_identity *id = smpi_secret_alloc(1, sizeof *id);
  assert_int_equal(smpi_identity_new(path, &pub, NULL), SMPC_OK);
  size_t len = slurp(good, sizeof good);
  assert_int_equal(smpi_identity_decode(id, good, len), SMPC_OK);
  for (size_t i = 0; i < len; i++) {
    for (int bit = 0; bit < 8; bit++) {
      memcpy(bad, good, len);
      bad[i] ^= (uint8_t)(1 << bit);
      assert_int_equal(smpi_identity_decode(id, bad, len), SMPC_E_FORMAT);
      assert_true(sodium_is_zero((uint8_t *)id, sizeof *id));
    }
  }
  for (size_t cut = 0; cut < len; cut++) assert_int_equal(smpi_identity_decode(id, good, cut), SMPC_E_FORMAT);
  assert_int_equal(smpi_identity_decode(id, good, len + 1), SMPC_E_FORMAT);
  smpi_identity_free(id);
}

static void other_contents_are_refused_without_being_quoted(void **state) {
  (void)state;
  struct smpi_public pub;
  uint8_t text[400];
  assert_int_equal(smpi_identity_new(path, &pub, NULL), SMPC_OK);
  size_t len = slurp(text, sizeof text);
  text[len] = '\n';
  put(text, len + 1);
  is_refused("damaged");
  put(text, len - 1);
  is_refused("damaged");
  put(text, 0);
  is_refused("damaged");
  text[16 + 5] ^= 1;
  put(text, len);
  is_refused("damaged");
  struct smpi_identity *id;
  struct smpi_fault f = {0};
  assert_int_equal(smpi_identity_load(path, &id, &f), SMPC_E_FILE);
  char digits[17];
  memcpy(digits, text + 16 + 5 + 8, 16);
  digits[16] = 0;
  assert_null(strstr(f.text, digits));
}

static void a_file_open_to_others_is_refused(void **state) {
  (void)state;
  struct smpi_public pub;
  struct smpi_identity *id;
  static const mode_t wrong[] = {0640, 0620, 0610, 0604, 0602, 0601, 0666, 0644};
  assert_int_equal(smpi_identity_new(path, &pub, NULL), SMPC_OK);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_int_equal(chmod(path, wrong[i]), 0);
    is_refused("chmod 600");
  }
  assert_int_equal(chmod(path, 0400), 0);
  assert_int_equal(smpi_identity_load(path, &id, NULL), SMPC_OK);
  smpi_identity_free(id);
}

static void a_foreign_file_is_refused(void **state) {
  (void)state;
  struct smpi_public pub;
  if (geteuid() != 0) skip(); /* only root can give a file away */
  assert_int_equal(smpi_identity_new(path, &pub, NULL), SMPC_OK);
  assert_int_equal(chown(path, 12345, (gid_t)-1), 0);
  is_refused("another user");
}

static void what_is_no_file_is_refused_at_once(void **state) {
  (void)state;
  is_refused("No such file");
  assert_int_equal(mkdir(path, 0700), 0);
  is_refused("regular");
  assert_int_equal(rmdir(path), 0);
  assert_int_equal(mkfifo(path, 0600), 0);
  is_refused("regular");
}

static void each_failing_allocation_and_random_call_is_survived(void **state) {
  (void)state;
  struct smpi_public pub;
  struct smpi_identity *id = NULL;
  uint64_t live = seam_heap_live();
  for (unsigned k = 1; k <= 2; k++) {
    seam_heap_reset(k);
    assert_int_equal(smpi_identity_new(path, &pub, NULL), SMPC_E_NOMEM);
    seam_heap_reset(0);
    seam_entropy_reset(7, k);
    assert_int_equal(smpi_identity_new(path, &pub, NULL), SMPC_E_RNG);
    seam_entropy_reset(7, 0);
    assert_int_equal(access(path, F_OK), -1);
    assert_true(sodium_is_zero((uint8_t *)&pub, sizeof pub));
  }
  assert_int_equal(smpi_identity_new(path, &pub, NULL), SMPC_OK);
  for (unsigned k = 1; k <= 2; k++) {
    seam_heap_reset(k);
    assert_int_equal(smpi_identity_load(path, &id, NULL), SMPC_E_NOMEM);
    seam_heap_reset(0);
    assert_null(id);
  }
  assert_int_equal(seam_heap_live(), live);
}

/* --- key text --------------------------------------------------------------- */

static struct smpi_public some_keys(uint8_t seed) {
  struct smpi_public pub;
  uint8_t s[32] = {seed}, secret[64];
  crypto_scalarmult_base(pub.link, s);
  crypto_sign_seed_keypair(pub.sign, secret, s);
  return pub;
}

static void key_text_goes_round(void **state) {
  (void)state;
  for (int i = 0; i < 256; i++) {
    struct smpi_public pub = some_keys((uint8_t)i), back;
    char text[SMPI_KEY_TEXT_LEN];
    smpi_key_text(text, &pub);
    assert_int_equal(strlen(text), SMPI_KEY_TEXT_LEN - 1);
    assert_int_equal(smpi_key_parse(&back, text, NULL), SMPC_OK);
    assert_memory_equal(&back, &pub, sizeof pub);
  }
}

static void key_is_refused(const char *text, const char *word) {
  struct smpi_public pub;
  const char *why = NULL;
  assert_int_equal(smpi_key_parse(&pub, text, &why), SMPC_E_FORMAT);
  assert_non_null(strstr(why, word));
  assert_true(sodium_is_zero((uint8_t *)&pub, sizeof pub));
}

static void every_typing_error_in_a_key_is_found(void **state) {
  (void)state;
  enum { CHARS = SMPI_KEY_TEXT_LEN - 1, PREFIX = 6 };
  struct smpi_public pub = some_keys(3);
  char good[CHARS + 1], bad[CHARS + 2];
  smpi_key_text(good, &pub);
  for (size_t i = 0; i < CHARS; i++) {
    strcpy(bad, good);
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    key_is_refused(bad, i < PREFIX ? "begin" : "checksum");
    bad[i] = '+';
    key_is_refused(bad, i < PREFIX ? "begin" : "character");
  }
  for (size_t i = PREFIX; i < CHARS; i++) {
    strcpy(bad, good);
    bad[i] = (char)(bad[i] ^ 0x80);
    key_is_refused(bad, "character");
  }
  for (size_t i = PREFIX; i + 1 < CHARS; i++) { /* two characters swapped */
    strcpy(bad, good);
    bad[i] = good[i + 1];
    bad[i + 1] = good[i];
    if (bad[i] != good[i]) key_is_refused(bad, "checksum");
  }
  strcpy(bad, good);
  bad[CHARS - 1] = 0;
  key_is_refused(bad, "cut off");
  strcpy(bad, good);
  strcat(bad, "A");
  key_is_refused(bad, "length");
  key_is_refused("", "begin");
}

/* With a right checksum, but points that no honest party has. */
static void weak_keys_are_refused(void **state) {
  (void)state;
  char text[SMPI_KEY_TEXT_LEN];
  struct smpi_public honest = some_keys(4), pub = honest;
  memset(pub.link, 0, 32); /* order 4: every shared secret would be 0 */
  smpi_key_text(text, &pub);
  key_is_refused(text, "honest");
  pub.link[0] = 1;
  smpi_key_text(text, &pub);
  key_is_refused(text, "honest");
  memcpy(pub.link, honest.link, 32);
  pub.link[31] |= 0x80; /* a second spelling of the same key */
  smpi_key_text(text, &pub);
  key_is_refused(text, "honest");
  memset(pub.link, 0xff, 32);
  pub.link[31] = 0x7f; /* 2^255 - 1 = 18: not canonical */
  smpi_key_text(text, &pub);
  key_is_refused(text, "honest");
  pub = honest;
  memset(pub.sign, 0, 32); /* order 4 */
  smpi_key_text(text, &pub);
  key_is_refused(text, "honest");
}

static void fingerprints_tell_keys_apart(void **state) {
  (void)state;
  struct smpi_public pub = some_keys(5);
  char a[SMPI_FINGERPRINT_LEN], b[SMPI_FINGERPRINT_LEN];
  smpi_fingerprint(a, &pub);
  assert_int_equal(strlen(a), SMPI_FINGERPRINT_LEN - 1);
  for (int i = 0; i < 24; i++) assert_true(i % 5 == 4 ? a[i] == ' ' : strchr("0123456789abcdef", a[i]) != NULL);
  pub.sign[9] ^= 1;
  smpi_fingerprint(b, &pub);
  assert_string_not_equal(a, b);
  pub.sign[9] ^= 1;
  pub.link[9] ^= 1;
  smpi_fingerprint(b, &pub);
  assert_string_not_equal(a, b);
}

#define F(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)

int main(void) {
  const struct CMUnitTest tests[] = {
      F(new_then_load_gives_the_same_keys),
      F(an_existing_file_is_not_overwritten),
      F(two_identities_differ),
      F(every_changed_byte_is_found),
      F(other_contents_are_refused_without_being_quoted),
      F(a_file_open_to_others_is_refused),
      F(a_foreign_file_is_refused),
      F(what_is_no_file_is_refused_at_once),
      F(each_failing_allocation_and_random_call_is_survived),
      T(key_text_goes_round),
      T(every_typing_error_in_a_key_is_found),
      T(weak_keys_are_refused),
      T(fingerprints_tell_keys_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
