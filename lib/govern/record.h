/* record.h - a session written down: the guard (session_impl.h) that keeps this
 * party's journal.
 *
 *     smpi_record_open()     before any link: the journal can be written
 *     smpi_record_attach()   the session is agreed: entry `run`
 *     (each opening)         entry `open`, on disk before any share of it leaves
 *     (session's close)      entry `end`; then the parties sign each other's (seal.c)
 *  or smpi_record_failed()   it was not: entry `failed`
 *
 * Each of them commits to the party's own input so far (behind.h). */
#ifndef SMPI_RECORD_H
#define SMPI_RECORD_H

#include "govern/journal.h"
#include "session/identity.h"
#include "session/session_impl.h"

struct smpi_record;
struct smpi_held;
struct smpi_earlier;
struct smpi_sketch;

/* What a record asks somebody else (gate.h); NULL members are skipped. */
struct smpi_record_rules {
  void *ctx;
  void (*seen)(void *ctx, const struct smpi_entry *e); /* each older entry of the journal */
  /* May this opening happen?  On refusal the fault is recorded. */
  smpc_err (*opening)(void *ctx, struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape);
  smpc_err (*rows)(void *ctx, struct smpc_session *s, uint64_t rows);
  /* Sketch the rows that stand behind my input (sorted in place), and judge them; k->n = 0:
   * nobody asks for them. */
  smpc_err (*cohort)(void *ctx, struct smpc_session *s, struct smpi_sketch *k, uint64_t *row, size_t n,
                     const uint8_t sign_secret[64]);
  bool needs_cohort; /* before anything opens or is held, of who has put something in         */
  /* May sets of these sizes meet?  As the guard's `items` in session_impl.h. */
  smpc_err (*items)(void *ctx, struct smpc_session *s, const uint64_t *size, bool are_known);
  /* The lines of a `study` entry, after its session. */
  void (*version)(void *ctx, struct smpi_lines *l);
  /* Earlier openings over as many rows, whose input this session's must be: *list is smpi_alloc'ed. */
  smpc_err (*earlier)(void *ctx, uint64_t rows, struct smpi_earlier **list, size_t *n);
  bool compares_input; /* with those                                                      */
  /* The journal is open and has been seen; before any link. */
  smpc_err (*ready)(void *ctx, struct smpi_journal *j, const uint8_t sign_secret[64], struct smpi_fault *f);
  /* Results that must be reviewed: session_impl.h has the same. */
  const struct smpi_reviewing *(*review)(void *ctx, const char *purpose);
  smpc_err (*may_hold)(void *ctx, struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape);
  smpc_err (*held)(void *ctx, struct smpc_session *s, struct smpi_result *r);
  /* The lines of a `release` entry, for the opening that was let pass last; false: none is due. */
  bool (*release)(void *ctx, struct smpi_lines *l);
  void (*released)(void *ctx); /* that entry is on disk */
  unsigned hold_days;
  void (*free)(void *ctx);
  bool must_seal; /* all parties sign each other's entries: agreed by the study */
  bool rules_purposes;
  uint8_t study[32];
  const char *question;
};

/* Open cfg->journal for the party that cfg->me names.  rules may be NULL; its ctx
 * belongs to the record from here on, whatever happens.  No journal and no rules:
 * *r is NULL, which all functions allow.  Errors as smpi_journal_open(). */
smpc_err smpi_record_open(struct smpi_record **r, const smpc_config *cfg, const struct smpi_identity *id,
                          const struct smpi_record_rules *rules, struct smpi_fault *f);
/* The session is open: watch over it until it closes.  The record belongs to the
 * session from here on.  Failure is the session's. */
smpc_err smpi_record_attach(struct smpi_record *r, struct smpc_session *s);
/* The session did not open: say so, and free. */
void smpi_record_failed(struct smpi_record *r, const struct smpi_fault *why);
void smpi_record_free(struct smpi_record *r);

/* The order of smpi_cost.corr, which is protocols/triple's: lib/api asserts that it is. */
enum {
  SMPI_CORR_TRIPLES,
  SMPI_CORR_BIT_TRIPLES,
  SMPI_CORR_BIT_PAIRS,
  SMPI_CORR_DABITS,
  SMPI_CORR_EDABITS,
  SMPI_CORR_TRUNCATIONS,
  SMPI_CORR_LOOKUPS,
  SMPI_CORR_KINDS
};

/* What the program tells for the journal. */
smpc_err smpi_record_rows(struct smpc_session *s, uint64_t rows);
smpc_err smpi_record_cohort(struct smpc_session *s, uint64_t *row, size_t n); /* sorts them */
void smpi_record_suppressed(struct smpc_session *s, uint64_t cells);
void smpi_record_all_rows(struct smpc_session *s, uint64_t rows);

#endif
