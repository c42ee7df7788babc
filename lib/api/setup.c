/* setup.c - smpc.h, sections 2 and 7: reading configurations, making identities.
 * No session is concerned; the work is done in lib/session. */
#include <smpc.h>
#include <string.h>

#include "session/config.h"
#include "session/identity.h"

_Static_assert((int)SMPC_KEY_TEXT_LEN == (int)SMPI_KEY_TEXT_LEN, "one length");
_Static_assert((int)SMPC_FINGERPRINT_LEN >= (int)SMPI_FINGERPRINT_LEN, "it fits");

static struct smpi_public public_of(const smpc_member *m) {
  struct smpi_public pub;
  memcpy(pub.link, m->link_key, sizeof pub.link);
  memcpy(pub.sign, m->sign_key, sizeof pub.sign);
  return pub;
}

static void set_public(smpc_member *m, const struct smpi_public *pub) {
  memcpy(m->link_key, pub->link, sizeof m->link_key);
  memcpy(m->sign_key, pub->sign, sizeof m->sign_key);
}

smpc_err smpc_config_load_with(smpc_config *cfg, const char *path, const char *parties, char *text, size_t text_len) {
  struct smpi_fault f = {.party = -1};
  if (cfg == NULL || path == NULL) return smpi_fault_tell(SMPC_E_ARG, &f, text, text_len);
  return smpi_fault_tell(smpi_config_load(cfg, path, parties, &f), &f, text, text_len);
}

smpc_err smpc_config_load(smpc_config *cfg, const char *path, char *text, size_t text_len) {
  return smpc_config_load_with(cfg, path, NULL, text, text_len);
}

smpc_err smpc_identity_new(const char *key_file, smpc_member *member, char *text, size_t text_len) {
  struct smpi_fault f = {.party = -1};
  struct smpi_public pub;
  if (key_file == NULL || member == NULL) return smpi_fault_tell(SMPC_E_ARG, &f, text, text_len);
  smpc_err err = smpi_identity_new(key_file, &pub, &f);
  set_public(member, &pub); /* zeros on failure */
  return smpi_fault_tell(err, &f, text, text_len);
}

smpc_err smpc_identity_public(const char *key_file, smpc_member *member, char *text, size_t text_len) {
  struct smpi_fault f = {.party = -1};
  struct smpi_identity *id;
  struct smpi_public pub = {{0}, {0}};
  if (key_file == NULL || member == NULL) return smpi_fault_tell(SMPC_E_ARG, &f, text, text_len);
  smpc_err err = smpi_identity_load(key_file, &id, &f);
  if (err == SMPC_OK) pub = id->pub;
  smpi_identity_free(id);
  set_public(member, &pub);
  return smpi_fault_tell(err, &f, text, text_len);
}

void smpc_key_text(char out[SMPC_KEY_TEXT_LEN], const smpc_member *member) {
  struct smpi_public pub = public_of(member);
  smpi_key_text(out, &pub);
}

void smpc_fingerprint(char out[SMPC_FINGERPRINT_LEN], const smpc_member *member) {
  struct smpi_public pub = public_of(member);
  smpi_fingerprint(out, &pub);
}
