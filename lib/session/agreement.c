/* agreement.c - what the parties must agree on, and the two rounds in which
 * they find out whether they do.
 *
 *   1. hello    each sends each: nonce, clock, digests of what it is about to
 *               do, a digest of its links, 32 secret bytes for the pair, and whether
 *               it keeps a pool on disk.
 *               Differences are named at both ends.
 *   2. echo     each sends each the session id,
 *               id = H(agreement, and for each member: index, nonce, links).
 *               Different ids: somebody told two parties different things.
 *
 * The id binds every key, tweak and commitment of the session: nonces are
 * fresh, so ids never repeat while one party is honest; the links' digests
 * (Noise handshake hashes) tie it to these connections.  A pair's key is
 * H(id, lower member's secret, higher member's secret): unknown to all others,
 * because the secrets travel inside the pair's own encrypted link. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "rand/entropy.h"
#include "session/agreed.h"
#include "session/session_impl.h"
#include "wire/hello.h"

enum {
  NONCE = 0, CLOCK = 32, VERSION = 40, SECURITY = 48, SOURCE = 56, FRACTION = 64, CONSTANTS = 72, MEMBERS = 104,
  QUESTION = 136, LINKS = 168, SECRET = 200, POOL = 232, HELLO_LEN = 240
};
static const uint64_t CLOCKS_APART_S = 300; /* LOCAL: when to mention it */

/* What a peer may differ in, in the order in which it is told. */
static const struct { const char *name; unsigned off, len; smpc_err err; } field[] = {
    {"version of the library", VERSION, 8, SMPC_E_VERSION},
    {"security model", SECURITY, 8, SMPC_E_PARAM},
    {"source of correlated randomness (preprocessing)", SOURCE, 8, SMPC_E_PARAM},
    {"number of fraction bits", FRACTION, 8, SMPC_E_PARAM},
    {"protocol constants", CONSTANTS, 32, SMPC_E_VERSION},
    {"list of parties (names, roles, keys)", MEMBERS, 32, SMPC_E_PARAM},
    {"question", QUESTION, 32, SMPC_E_PARAM},
};
enum { FIELDS = sizeof field / sizeof *field };

/* Two versions work together when major and minor are equal. */
static uint64_t version(void) { return (uint64_t)SMPC_VERSION_MAJOR << 32 | SMPC_VERSION_MINOR; }

/* The AGREEMENT constants one might tune.  All others change with the version. */
static void digest_constants(uint8_t out[32]) {
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc constants 1");
  smpi_hash_add_u64(&h, SMPI_CHUNK);
  for (size_t i = 0; i < sizeof smpi_agreed / sizeof *smpi_agreed; i++) smpi_hash_add_u64(&h, smpi_agreed[i]);
  smpi_hash_end(&h, out);
}

/* Addresses are each site's own view of the network and are left out. */
static void digest_members(uint8_t out[32], const smpc_config *cfg) {
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc members 1");
  for (unsigned i = 0; i < cfg->parties; i++) {
    const smpc_member *m = &cfg->member[i];
    smpi_hash_add(&h, m->name, strlen(m->name));
    smpi_hash_add_u64(&h, m->roles);
    smpi_hash_add(&h, m->link_key, sizeof m->link_key);
    smpi_hash_add(&h, m->sign_key, sizeof m->sign_key);
  }
  smpi_hash_end(&h, out);
}

/* The agreed part of a hello: everything from VERSION to QUESTION. */
static void put_agreed(uint8_t *hello, const smpc_config *cfg) {
  smpi_put64(hello + VERSION, version());
  smpi_put64(hello + SECURITY, cfg->security);
  smpi_put64(hello + SOURCE, cfg->source);
  smpi_put64(hello + FRACTION, cfg->frac_bits);
  digest_constants(hello + CONSTANTS);
  digest_members(hello + MEMBERS, cfg);
  memcpy(hello + QUESTION, cfg->question, 32);
}

void smpi_question_tag(uint8_t tag[8], const uint8_t question[32]) {
  uint8_t digest[SMPI_HASH_LEN];
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc question 1");
  smpi_hash_add(&h, question, 32);
  smpi_hash_end(&h, digest);
  memcpy(tag, digest, 8);
}

void smpi_agreement_tag(uint8_t tag[16], const smpc_config *cfg) {
  uint8_t hello[HELLO_LEN] = {0}, digest[SMPI_HASH_LEN];
  struct smpi_hash h;
  put_agreed(hello, cfg);
  smpi_hash_begin(&h, "smpc parameters 1");
  smpi_hash_add(&h, hello + VERSION, QUESTION - VERSION);
  smpi_hash_end(&h, digest);
  tag[SMPI_HELLO_LIBRARY] = SMPC_VERSION_MAJOR;
  tag[SMPI_HELLO_LIBRARY + 1] = SMPC_VERSION_MINOR;
  memcpy(tag + SMPI_HELLO_CONSTANTS, hello + CONSTANTS, SMPI_HELLO_PARAMETERS - SMPI_HELLO_CONSTANTS);
  memcpy(tag + SMPI_HELLO_PARAMETERS, digest, SMPI_HELLO_QUESTION - SMPI_HELLO_PARAMETERS);
  smpi_question_tag(tag + SMPI_HELLO_QUESTION, hello + QUESTION);
}

/* Handshake hashes of all my links, in the order of members. */
static void digest_links(uint8_t out[32], const struct smpc_session *s) {
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc links 1");
  for (unsigned i = 0; i < s->cfg.parties; i++) {
    uint8_t binding[64];
    if (i == s->cfg.me.id) continue;
    smpi_mesh_binding(s->mesh, i, binding);
    smpi_hash_add(&h, binding, sizeof binding);
  }
  smpi_hash_end(&h, out);
}

/* One exchange of `len` bytes with every other member: out[i], in[i]. */
static smpc_err exchange_members(struct smpc_session *s, uint8_t *const *out, uint8_t *const *in, size_t len) {
  struct smpi_flow flow[SMPC_MAX_PARTIES] = {{0}};
  size_t n = 0;
  for (unsigned i = 0; i < s->cfg.parties; i++)
    if (i != s->cfg.me.id)
      flow[n++] = (struct smpi_flow){.peer = i, .out_len = len, .in_len = len, .out = out[i], .in = in[i]};
  return smpi_exchange_tagged(s, (struct smpi_tag){0}, flow, n);
}

static smpc_err compare(struct smpc_session *s, unsigned peer, const uint8_t *mine, const uint8_t *theirs) {
  for (unsigned f = 0; f < FIELDS; f++)
    if (!smpi_ct_equal(mine + field[f].off, theirs + field[f].off, field[f].len))
      return smpi_fail(s, field[f].err, (int)peer, "%s and I do not agree on the %s: compare our files",
                       smpi_member_name(s, peer), field[f].name);
  s->have_pool |= (smpi_get64(theirs + POOL) & 1) << peer;
  uint64_t there = smpi_get64(theirs + CLOCK), here = smpi_get64(mine + CLOCK);
  uint64_t apart = there > here ? there - here : here - there;
  if (apart > CLOCKS_APART_S) {
    char text[160];
    snprintf(text, sizeof text, "the clock of %s is %llu seconds %s mine", smpi_member_name(s, peer),
             (unsigned long long)apart, there > here ? "ahead of" : "behind");
    smpi_note_about(s, peer, text);
  }
  return SMPC_OK;
}

/* id = H(agreement, and for each member: index, nonce, links) */
static void derive_id(struct smpc_session *s, uint8_t *const *hello) {
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc session id 1");
  smpi_hash_add(&h, hello[s->cfg.me.id] + VERSION, LINKS - VERSION);
  for (unsigned i = 0; i < s->cfg.parties; i++) {
    smpi_hash_add_u64(&h, i);
    smpi_hash_add(&h, hello[i] + NONCE, 32);
    smpi_hash_add(&h, hello[i] + LINKS, 32);
  }
  smpi_hash_end(&h, s->id);
}

static smpc_err open_prgs(struct smpc_session *s, uint8_t *const *sent, uint8_t *const *got) {
  smpc_err err = SMPC_OK;
  uint8_t key[32];
  TRY(smpi_entropy(key, sizeof key));
  TRY(smpi_prg_open(&s->own, key));
  for (unsigned i = 0; i < s->cfg.parties; i++) {
    if (i == s->cfg.me.id) continue;
    const uint8_t *low = i < s->cfg.me.id ? got[i] : sent[i], *high = i < s->cfg.me.id ? sent[i] : got[i];
    struct smpi_hash h;
    smpi_hash_begin(&h, "smpc pair key 1");
    smpi_hash_add(&h, s->id, sizeof s->id);
    smpi_hash_add(&h, low + SECRET, 32);
    smpi_hash_add(&h, high + SECRET, 32);
    smpi_hash_end(&h, key);
    TRY(smpi_prg_open(&s->pair[i], key));
  }
out:
  smpi_wipe(key, sizeof key);
  return err == SMPC_OK ? SMPC_OK : smpi_fail(s, err, -1, "%s", smpi_err_text(err));
}

static smpc_err echo_id(struct smpc_session *s) {
  uint8_t theirs[SMPC_MAX_PARTIES][32], *out[SMPC_MAX_PARTIES], *in[SMPC_MAX_PARTIES];
  for (unsigned i = 0; i < s->cfg.parties; i++) {
    out[i] = s->id;
    in[i] = theirs[i];
  }
  smpc_err err = exchange_members(s, out, in, 32);
  for (unsigned i = 0; err == SMPC_OK && i < s->cfg.parties; i++)
    if (i != s->cfg.me.id && !smpi_ct_equal(s->id, theirs[i], 32))
      err = smpi_fail(s, SMPC_E_CHEAT, (int)i, "%s was told something else about this session than I was",
                      smpi_member_name(s, i));
  return err;
}

/* My hello to each member: the same but for the pair's secret. */
static smpc_err fill_hellos(struct smpc_session *s, uint8_t *const *sent) {
  uint8_t common[HELLO_LEN] = {0};
  if (smpi_entropy(common + NONCE, 32) != SMPC_OK) return smpi_fail(s, SMPC_E_RNG, -1, "no randomness");
  smpi_put64(common + CLOCK, (uint64_t)time(NULL));
  put_agreed(common, &s->cfg);
  smpi_put64(common + POOL, s->cfg.pool[0] != 0); /* need not agree */
  s->have_pool = (uint64_t)(s->cfg.pool[0] != 0) << s->cfg.me.id;
  digest_links(common + LINKS, s);
  for (unsigned i = 0; i < s->cfg.parties; i++) {
    memcpy(sent[i], common, HELLO_LEN);
    if (smpi_entropy(sent[i] + SECRET, 32) != SMPC_OK) return smpi_fail(s, SMPC_E_RNG, -1, "no randomness");
  }
  return SMPC_OK;
}

smpc_err smpi_session_agree(struct smpc_session *s) {
  uint8_t *sent[SMPC_MAX_PARTIES], *got[SMPC_MAX_PARTIES];
  smpc_err err = SMPC_OK;
  size_t mark = smpi_scratch_mark(s);
  uint8_t *all = smpi_scratch(s, 2 * SMPC_MAX_PARTIES, HELLO_LEN);
  if (all == NULL) return SMPC_E_NOMEM;
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) {
    sent[i] = all + 2 * i * HELLO_LEN;
    got[i] = sent[i] + HELLO_LEN;
  }
  TRY(fill_hellos(s, sent));
  TRY(exchange_members(s, sent, got, HELLO_LEN));
  for (unsigned i = 0; i < s->cfg.parties; i++)
    if (i != s->cfg.me.id) TRY(compare(s, i, sent[i], got[i]));
  memcpy(got[s->cfg.me.id], sent[s->cfg.me.id], HELLO_LEN);
  derive_id(s, got);
  TRY(open_prgs(s, sent, got));
  TRY(echo_id(s));
out:
  smpi_scratch_release(s, mark);
  return err;
}
