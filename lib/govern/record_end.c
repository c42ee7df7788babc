/* record_end.c - see record.h: the last entries of a session, and the parties' signatures under them. */
#include <string.h>

#include "govern/record_impl.h"
#include "govern/seal.h"

static const char *source_name(smpc_source source) {
  return source == SMPC_DEALER ? "dealer" : source == SMPC_OT ? "ot" : "paillier";
}

static void add_spent(struct smpi_lines *l, const struct smpc_session *s) {
  struct smpi_cost c = smpi_spent(s);
  uint64_t pooled = 0;
  for (unsigned k = 0; k < SMPI_CORR_KINDS; k++) pooled += c.pooled[k];
  smpi_lines_add_number(l, "triples", c.corr[SMPI_CORR_TRIPLES]);
  smpi_lines_add_number(l, "bit-triples", c.corr[SMPI_CORR_BIT_TRIPLES] + c.corr[SMPI_CORR_BIT_PAIRS]);
  smpi_lines_add_number(l, "dabits", c.corr[SMPI_CORR_DABITS]);
  smpi_lines_add_number(l, "edabits", c.corr[SMPI_CORR_EDABITS]);
  smpi_lines_add_number(l, "truncations", c.corr[SMPI_CORR_TRUNCATIONS]);
  smpi_lines_add_number(l, "masks", c.mask_words);
  smpi_lines_add_number(l, "products", c.product_words);
  smpi_lines_add_number(l, "rounds", c.rounds);
  smpi_lines_add_number(l, "bytes", c.bytes);
  smpi_lines_add_number(l, "dealt", c.offline_bytes);
  smpi_lines_add_number(l, "lookups", c.corr[SMPI_CORR_LOOKUPS]);
  smpi_lines_add_number(l, "pooled", pooled);
  smpi_lines_add(l, "source", "%s", source_name(smpi_source_of(s)));
}

/* The `others` entry that follows before a seal makes this one durable as well, and
 * comes before anything is signed. */
static smpc_err write_end(struct smpi_record *r, struct smpc_session *s, bool will_seal, uint8_t hash[32]) {
  uint8_t commitment[SMPI_HASH_LEN];
  struct smpi_fault f = {.party = -1};
  struct smpi_lines *l = smpi_journal_begin(r->journal, SMPI_END);
  smpi_hash_peek(&r->behind.inputs, commitment);
  smpi_lines_add_bytes(l, "session", s->id, 32);
  smpi_lines_add(l, "code", "%d", (int)s->fault.code);
  smpi_lines_add(l, "reason", "%s", s->fault.code == SMPC_OK ? "done" : s->fault.text[0] ? s->fault.text : "failed");
  smpi_lines_add_number(l, "inputs", r->behind.n_inputs);
  smpi_lines_add_bytes(l, "commitment", commitment, sizeof commitment);
  smpi_lines_add_count(l, "rows", r->behind.has_rows, r->behind.rows);
  smpi_lines_add_count(l, "suppressed", r->has_suppressed, r->suppressed);
  smpi_lines_add_number(l, "openings", r->openings);
  smpi_lines_add_number(l, "values", r->values);
  add_spent(l, s);
  smpc_err err = will_seal ? smpi_journal_add(r->journal, hash, &f) : smpi_journal_commit(r->journal, hash, &f);
  return err == SMPC_OK ? SMPC_OK : smpi_fail(s, err, (int)smpi_me(s), "%s", f.text);
}

/* What everybody gave: bytes[len] of each party. */
static smpc_err write_of_all(struct smpi_record *r, struct smpc_session *s, enum smpi_kind kind, const char *key,
                             const uint8_t *bytes, size_t len) {
  struct smpi_lines *l = smpi_journal_begin(r->journal, kind);
  uint64_t who = smpi_seal_who(s);
  smpi_lines_add_bytes(l, "session", s->id, 32);
  for (unsigned i = 0; i < s->cfg.parties; i++)
    if (who >> i & 1) smpi_lines_add_indexed(l, key, i, bytes + i * len, len);
  return smpi_record_commit(r, s, NULL);
}

static void write_unsealed(struct smpi_record *r, struct smpc_session *s) {
  struct smpi_lines *l = smpi_journal_begin(r->journal, SMPI_UNSEALED);
  struct smpi_fault ignored = {.party = -1};
  smpi_lines_add_bytes(l, "session", s->id, 32);
  smpi_lines_add(l, "reason", "%s", s->fault.text[0] ? s->fault.text : smpi_err_text(s->fault.code));
  (void)smpi_journal_commit(r->journal, NULL, &ignored);
}

static void seal(struct smpi_record *r, struct smpc_session *s, const uint8_t mine[32]) {
  uint8_t end[SMPC_MAX_PARTIES][32] = {{0}}, sign[SMPC_MAX_PARTIES][64] = {{0}};
  smpc_err err = SMPC_OK;
  memcpy(end[smpi_me(s)], mine, 32);
  TRY(smpi_seal_tell(s, end));
  TRY(write_of_all(r, s, SMPI_OTHERS, "end", end[0], sizeof end[0]));
  TRY(smpi_seal_sign(s, sign, (const uint8_t (*)[32])end, r->sign_secret));
  TRY(write_of_all(r, s, SMPI_SEALED, "signed", sign[0], sizeof sign[0]));
out:
  if (err != SMPC_OK) write_unsealed(r, s);
}

void smpi_record_end(void *ctx, struct smpc_session *s) {
  struct smpi_record *r = ctx;
  uint8_t mine[32];
  bool will_seal = smpi_status(s) == SMPC_OK && r->rules.must_seal && (int)smpi_me(s) != s->dealer;
  if (r->journal != NULL && write_end(r, s, will_seal, mine) == SMPC_OK && will_seal) seal(r, s, mine);
  s->guard = NULL;
  smpi_record_free(r);
}
