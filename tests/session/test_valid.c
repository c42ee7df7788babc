/* test_valid.c - configurations that programs fill themselves: what no session may open with is refused, with the
 * reason, before anything is read or reserved for it. */
#include <smpc.h>
#include <string.h>

#include "session/config.h"
#include "support/parties.h"
#include "support/test.h"

static smpc_config good(void) {
  smpc_config cfg;
  uint8_t secret[32];
  parties_config(&cfg, secret, &(struct parties){.n = 3, .dealer = true, .seed = 1}, 0);
  return cfg;
}

/* No byte of it is a terminator. */
#define FILL(field) memset(cfg->field, 'x', sizeof cfg->field)

static void other_size(smpc_config *cfg) { cfg->size--; }
static void no_security(smpc_config *cfg) { cfg->security = 0; }
static void no_source(smpc_config *cfg) { cfg->source = 0; }
static void no_fraction(smpc_config *cfg) { cfg->frac_bits = 0; }
static void much_fraction(smpc_config *cfg) { cfg->frac_bits = 29; }
static void no_patience(smpc_config *cfg) { cfg->timeout_ms = 99; }
static void long_patience(smpc_config *cfg) { cfg->timeout_ms = UINT32_MAX; }
static void long_wait(smpc_config *cfg) { cfg->wait_ms = UINT32_MAX; }
static void alone(smpc_config *cfg) { cfg->parties = 1; }
static void a_crowd(smpc_config *cfg) { cfg->parties = 1000; }
static void somebody_else(smpc_config *cfg) { cfg->me.id = 200; }
static void open_listen(smpc_config *cfg) { FILL(listen); }
static void open_key_file(smpc_config *cfg) { FILL(key_file); }
static void open_purposes(smpc_config *cfg) { FILL(purposes); }
static void open_journal(smpc_config *cfg) { FILL(journal); }
static void open_study(smpc_config *cfg) { FILL(study); }
static void open_ask(smpc_config *cfg) { FILL(ask); }
static void open_release(smpc_config *cfg) { FILL(release); }
static void open_pool(smpc_config *cfg) { FILL(pool); }
static void open_name(smpc_config *cfg) { FILL(member[1].name); }
static void open_address(smpc_config *cfg) { FILL(member[1].address); }
static void no_name(smpc_config *cfg) { cfg->member[1].name[0] = 0; }
static void no_roles(smpc_config *cfg) { cfg->member[1].roles = 0; }
static void unknown_role(smpc_config *cfg) { cfg->member[1].roles |= 16; }
static void dealer_computes(smpc_config *cfg) { cfg->member[3].roles |= SMPC_COMPUTE; }
static void two_dealers(smpc_config *cfg) { cfg->member[2].roles = SMPC_DEAL; }
static void no_key(smpc_config *cfg) { memset(cfg->member[1].link_key, 0, 32); }
static void same_name(smpc_config *cfg) { strcpy(cfg->member[2].name, cfg->member[1].name); }
static void same_link(smpc_config *cfg) { memcpy(cfg->member[2].link_key, cfg->member[1].link_key, 32); }
static void same_sign(smpc_config *cfg) { memcpy(cfg->member[2].sign_key, cfg->member[1].sign_key, 32); }
static void no_way(smpc_config *cfg) { cfg->member[1].address[0] = cfg->member[2].address[0] = 0; }
static void one_computes(smpc_config *cfg) {
  for (unsigned i = 1; i < 3; i++) cfg->member[i].roles = SMPC_INPUT;
}
static void idle_dealer(smpc_config *cfg) { cfg->source = SMPC_OT; }
static void malicious_dealer(smpc_config *cfg) { cfg->security = SMPC_MALICIOUS; }

static const struct { void (*spoil)(smpc_config *cfg); const char *why; } bad[] = {
    {other_size, "SMPC_CONFIG_INIT"}, {no_security, "security model"}, {no_source, "source"}, {no_fraction, "1 to 28"},
    {much_fraction, "1 to 28"}, {no_patience, "100 ms to 24 hours"}, {long_patience, "100 ms to 24 hours"},
    {long_wait, "at most 24 hours"}, {alone, "2 to 32"}, {a_crowd, "2 to 32"}, {somebody_else, "2 to 32"},
    {open_listen, "not terminated"}, {open_key_file, "not terminated"}, {open_purposes, "not terminated"},
    {open_journal, "not terminated"}, {open_study, "not terminated"}, {open_ask, "not terminated"},
    {open_release, "not terminated"}, {open_pool, "not terminated"}, {open_name, "name or address"},
    {open_address, "name or address"}, {no_name, "name or address"}, {no_roles, "roles"}, {unknown_role, "roles"},
    {dealer_computes, "roles"}, {two_dealers, "at most one dealer"}, {no_key, "no public key"},
    {same_name, "two parties are called"}, {same_link, "the same key"}, {same_sign, "the same key"},
    {no_way, "neither"}, {one_computes, "2 to 16 computing"}, {idle_dealer, "there is a dealer"},
    {malicious_dealer, "two computing parties and no dealer"}};

static void what_cannot_be_a_session_is_refused(void **state) {
  (void)state;
  smpc_config cfg = good();
  assert_int_equal(smpi_config_valid(&cfg, NULL), SMPC_OK);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct smpi_fault f = {.party = -1};
    cfg = good();
    bad[i].spoil(&cfg);
    if (smpi_config_valid(&cfg, &f) != SMPC_E_ARG || strstr(f.text, bad[i].why) == NULL)
      fail_msg("%zu: \"%s\", not \"%s\"", i, f.text, bad[i].why);
  }
}

/* There is no key file, and nothing is known of it: the configuration is looked at first. */
static void nothing_is_opened_for_it(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    smpc_session *s;
    smpc_config cfg = good();
    char text[300];
    size_t n;
    strcpy(cfg.key_file, "/nowhere/key");
    strcpy(cfg.pool, "/nowhere/pool");
    bad[i].spoil(&cfg);
    assert_int_equal(smpc_session_open(&s, &cfg, NULL, NULL), SMPC_E_ARG);
    assert_non_null(strstr(smpc_session_error(s).text, bad[i].why));
    assert_int_equal(smpc_session_close(s), SMPC_E_ARG);
    assert_int_equal(smpc_pool_list(&cfg, NULL, 0, &n, text, sizeof text), SMPC_E_ARG);
    assert_non_null(strstr(text, bad[i].why));
    assert_int_equal(smpc_pool_empty(&cfg, text, sizeof text), SMPC_E_ARG);
    assert_non_null(strstr(text, bad[i].why));
  }
}

/* Keys of signatures are for journals and studies: a program without them need not have any. */
static void members_without_signatures_may_be_many(void **state) {
  (void)state;
  smpc_config cfg = good();
  for (unsigned i = 0; i < cfg.parties; i++) memset(cfg.member[i].sign_key, 0, 32);
  assert_int_equal(smpi_config_valid(&cfg, NULL), SMPC_OK);
}

TEST_MAIN(T(what_cannot_be_a_session_is_refused), T(nothing_is_opened_for_it), T(members_without_signatures_may_be_many))
