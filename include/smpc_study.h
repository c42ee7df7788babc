/* smpc_study.h - governance: what a computation may open, and how it is proved
 * afterwards.
 *
 * A party whose configuration names a `journal` keeps one: an append-only file of
 * signed, hash-chained entries.  An opening is on disk there before any share of it
 * leaves; a journal that cannot be written ends the session before anything opens.
 * docs/governance.md explains the whole; all functions return SMPC_E_ARG for NULL
 * arguments where nothing else is said. */
#ifndef SMPC_STUDY_H
#define SMPC_STUDY_H

#include <smpc.h>
#include <smpc_study_types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- a study ---------------------------------------------------------------- */
/* As smpc_config_load(), with parties and parameters from the study, for its question
 * `ask` (NULL or "": it has only one).  The session then opens only while every
 * party's signature is there, nobody revoked and the day is in the study's period,
 * and lets pass only the openings of that question.  `purposes` in party.yaml may be
 * left out then; if they are there, both must allow an opening. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_config_load_study(smpc_config *cfg, const char *path, const char *study,
                                                         const char *ask, char *text, size_t text_len);
/* Read a study; free it by smpc_study_free().  SMPC_E_FILE: text says where. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_study_load(smpc_study **study, const char *path, char *text, size_t text_len);
SMPC_API void smpc_study_free(smpc_study *study); /* NULL is allowed */
/* What a party claims when it wants to run question `i`, as 16 hexadecimal digits: a
 * refusal for different studies or questions names both sides' claims. */
enum { SMPC_CLAIM_LEN = 17 };
SMPC_API smpc_err smpc_study_claim(char out[SMPC_CLAIM_LEN], const smpc_study *study, unsigned i);
/* Sign the study at `path`, or revoke it (for good), with the identity in key_file;
 * the party's file appears beside the study. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_study_sign(const smpc_study *study, const char *path, const char *key_file,
                                                  bool revoke, char *text, size_t text_len);
/* Does it hold today, by this machine's clock?  One line for each party to `report`
 * (may be NULL).  SMPC_OK, or SMPC_E_POLICY and text with the first reason. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_study_verify(const smpc_study *study, const char *path, smpc_check_fn report,
                                                    void *user, char *text, size_t text_len);

/* --- for the journal ------------------------------------------------------- */
/* How many rows of this party's data stand behind its input.  Call it before the
 * first input.  SMPC_E_POLICY, and the session's end: a limit of the study. */
SMPC_API smpc_err smpc_journal_rows(smpc_session *s, uint64_t rows);
/* How many values of the result are hidden, where this party knows. */
SMPC_API void smpc_journal_suppressed(smpc_session *s, uint64_t cells);

/* --- audit ----------------------------------------------------------------- */
typedef struct smpc_finding {
  bool is_fault;       /* else: something worth knowing                     */
  const char *journal; /* path, or "" where several are concerned           */
  uint64_t entry;      /* number, or 0                                      */
  const char *text;    /* one sentence                                      */
} smpc_finding;
typedef void (*smpc_finding_fn)(void *user, const smpc_finding *finding);

typedef struct smpc_audit {
  uint32_t size;       /* sizeof(smpc_audit), set by the library            */
  uint64_t journals, entries, runs, sealed, openings, faults, notes;
} smpc_audit;

/* Check n journals, each by itself and against each other: chain, signatures,
 * counter-signatures, that all say the same of the same session.  Needs no secret
 * and no network.  report (may be NULL) gets each finding.
 * SMPC_OK: no fault.  SMPC_E_CHEAT: faults were found and reported.  SMPC_E_FILE,
 * SMPC_E_NOMEM: text (may be NULL) says why there is no answer. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_journal_verify(smpc_audit *audit, const char *const *path, size_t n,
                                                      smpc_finding_fn report, void *user, char *text, size_t text_len);

/* What was used: one line for each party, purpose and month. */
typedef struct smpc_usage {
  const char *party, *purpose, *month; /* "2026-11" */
  uint64_t runs;       /* that opened something                              */
  uint64_t failed;     /* of these: did not end well                         */
  uint64_t openings, values; /* opened                                       */
  uint64_t rows, suppressed; /* as the programs said                         */
  uint64_t triples, bit_triples, truncations; /* correlated randomness       */
  uint64_t rounds, bytes;    /* sent by this party                           */
} smpc_usage;
typedef void (*smpc_usage_fn)(void *user, const smpc_usage *usage);

/* Add the journals up; lines come by party, purpose, month.  A run counts for the
 * purpose of its last opening, and in the month in which it began.  The journals
 * should have been verified. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_journal_usage(const char *const *path, size_t n, smpc_usage_fn report,
                                                     void *user, char *text, size_t text_len);

#ifdef __cplusplus
}
#endif
#endif
