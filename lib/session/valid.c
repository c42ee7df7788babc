/* valid.c - is this a configuration a session could be opened with?  Everything is checked here,
 * whatever the file reader checked. */
#include <string.h>

#include "session/config.h"

enum {
  ANY_ROLE = SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT,
  DAY_MS = 24 * 3600 * 1000, /* LOCAL: nng counts milliseconds in an int */
};

static bool is_text(const char *s, size_t size) { return memchr(s, 0, size) != NULL; }

static smpc_err check_member(const smpc_config *cfg, unsigned i, struct smpi_fault *f) {
  const smpc_member *m = &cfg->member[i];
  static const uint8_t zero[32];
  if (!is_text(m->name, sizeof m->name) || m->name[0] == 0 || !is_text(m->address, sizeof m->address))
    return smpi_fault_set(f, SMPC_E_ARG, (int)i, "party %u has no usable name or address", i);
  if (m->roles == 0 || (m->roles & ~(unsigned)(ANY_ROLE | SMPC_DEAL)) || ((m->roles & SMPC_DEAL) && m->roles != SMPC_DEAL))
    return smpi_fault_set(f, SMPC_E_ARG, (int)i, "the roles of %s do not fit: a dealer is nothing else", m->name);
  if (memcmp(m->link_key, zero, sizeof zero) == 0)
    return smpi_fault_set(f, SMPC_E_ARG, (int)i, "%s has no public key", m->name);
  for (unsigned j = 0; j < i; j++) {
    const smpc_member *o = &cfg->member[j];
    if (strcmp(m->name, o->name) == 0) return smpi_fault_set(f, SMPC_E_ARG, (int)i, "two parties are called %s", m->name);
    bool is_signing = memcmp(m->sign_key, zero, sizeof zero) != 0; /* one signature would count for both */
    if (memcmp(m->link_key, o->link_key, 32) == 0 || (is_signing && memcmp(m->sign_key, o->sign_key, 32) == 0))
      return smpi_fault_set(f, SMPC_E_ARG, (int)i, "%s and %s have the same key", o->name, m->name);
    if (m->address[0] == 0 && o->address[0] == 0)
      return smpi_fault_set(f, SMPC_E_ARG, (int)i, "neither %s nor %s has an address: they could never connect", o->name,
                            m->name);
  }
  return SMPC_OK;
}

static smpc_err check_roles(const smpc_config *cfg, struct smpi_fault *f) {
  unsigned computing = 0, dealers = 0;
  for (unsigned i = 0; i < cfg->parties; i++) {
    computing += (cfg->member[i].roles & SMPC_COMPUTE) != 0;
    dealers += (cfg->member[i].roles & SMPC_DEAL) != 0;
  }
  if (computing < 2 || computing > SMPC_MAX_COMPUTING)
    return smpi_fault_set(f, SMPC_E_ARG, -1, "there must be 2 to %d computing parties, not %u", SMPC_MAX_COMPUTING,
                          computing);
  /* Without a dealer, sums and openings work; the first product says what is missing. */
  if (dealers > 1) return smpi_fault_set(f, SMPC_E_ARG, -1, "there must be at most one dealer, not %u", dealers);
  if (cfg->security == SMPC_MALICIOUS && (computing != 2 || dealers != 0))
    return smpi_fault_set(f, SMPC_E_ARG, -1,
                          "security against malicious parties is built for the intersection of two parties alone: "
                          "there must be two computing parties and no dealer");
  if (dealers != 0 && cfg->source != SMPC_DEALER)
    return smpi_fault_set(f, SMPC_E_ARG, -1, "there is a dealer, but the source of correlated randomness is %s",
                          cfg->source == SMPC_OT ? "ot" : "paillier");
  return SMPC_OK;
}

static bool are_texts(const smpc_config *cfg) {
  return is_text(cfg->listen, sizeof cfg->listen) && is_text(cfg->key_file, sizeof cfg->key_file) &&
         is_text(cfg->purposes, sizeof cfg->purposes) && is_text(cfg->journal, sizeof cfg->journal) &&
         is_text(cfg->study, sizeof cfg->study) && is_text(cfg->ask, sizeof cfg->ask) &&
         is_text(cfg->release, sizeof cfg->release) && is_text(cfg->pool, sizeof cfg->pool);
}

smpc_err smpi_config_valid(const smpc_config *cfg, struct smpi_fault *f) {
  smpc_err err = SMPC_OK;
  if (cfg->size != sizeof *cfg)
    return smpi_fault_set(f, SMPC_E_ARG, -1, "the configuration was not made with SMPC_CONFIG_INIT of this version");
  if (cfg->security != SMPC_SEMI_HONEST && cfg->security != SMPC_MALICIOUS)
    return smpi_fault_set(f, SMPC_E_ARG, -1, "the security model must be stated: semi-honest or malicious");
  if (cfg->source != SMPC_DEALER && cfg->source != SMPC_OT && cfg->source != SMPC_PAILLIER)
    return smpi_fault_set(f, SMPC_E_ARG, -1, "the source of correlated randomness must be stated: dealer, ot or paillier");
  if (cfg->frac_bits < 1 || cfg->frac_bits > 28)
    return smpi_fault_set(f, SMPC_E_ARG, -1, "fraction bits must be 1 to 28, not %u", cfg->frac_bits);
  if (cfg->timeout_ms < 100 || cfg->timeout_ms > DAY_MS || cfg->wait_ms > DAY_MS)
    return smpi_fault_set(f, SMPC_E_ARG, -1, "the timeout must be 100 ms to 24 hours, and the wait at most 24 hours");
  if (cfg->parties < 2 || cfg->parties > SMPC_MAX_PARTIES || cfg->me.id >= cfg->parties)
    return smpi_fault_set(f, SMPC_E_ARG, -1, "there must be 2 to %d parties, and I must be one of them", SMPC_MAX_PARTIES);
  if (!are_texts(cfg))
    return smpi_fault_set(f, SMPC_E_ARG, -1, "a text of the configuration is not terminated");
  for (unsigned i = 0; i < cfg->parties; i++) TRY(check_member(cfg, i, f));
  TRY(check_roles(cfg, f));
out:
  return err;
}
