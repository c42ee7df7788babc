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

#ifdef __cplusplus
extern "C" {
#endif

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
