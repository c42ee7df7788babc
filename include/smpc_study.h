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
/* Before a session is tried: would this party's library let it begin, as far as its journal tells?  cfg is of
 * smpc_config_load_study().  SMPC_E_POLICY and text: there is no journal, or a limit of the question is used up.
 * SMPC_E_FILE: the journal is wrong.  Nothing is written; signatures are smpc_study_verify()'s. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_study_foresee(const smpc_config *cfg, char *text, size_t text_len);

/* --- results that wait for their reviewers ------------------------------------ */
/* Where the study asks for a review (`review:`), smpc_open() for the question's own
 * purpose opens nothing and returns SMPC_E_HELD, which is no failure: each party keeps
 * its share, re-randomised, in an encrypted file beside its journal, until all named
 * reviewers have signed the release.  Then the parties open it in a session of its own:
 *     smpc_config_load_study(), smpc_config_release(cfg, held), smpc_session_open(),
 *     smpc_open_held(), smpc_session_close()
 * once, to the recipients of the study, or never: it expires, and is erased. */
enum { SMPC_HELD_LEN = 17 }; /* a held result's name: 16 hexadecimal digits */

/* The session will open the result of this name.  SMPC_E_ARG: it is no name. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_config_release(smpc_config *cfg, const char *held);
/* Open it; as smpc_open(), with purpose, recipients and shape of the result.  SMPC_E_STATE:
 * the session is for none, or it is open.  1 round, and smpc_open()'s.  Once the
 * journals have announced it, it counts as opened, whatever becomes of the session. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_open_held(smpc_session *s, double *out, size_t n_out);
SMPC_API SMPC_MUST_CHECK smpc_err smpc_open_held_i64(smpc_session *s, int64_t *out, size_t n_out);

typedef struct smpc_held {
  const char *name, *question, *purpose, *to; /* to: names, with commas                  */
  smpc_shape shape;
  bool with_sight, has_rows, has_hidden;
  uint64_t rows, hidden;    /* what the program told the reviewers: in all, suppressed   */
  int64_t since, until;     /* seconds since 1970                                        */
  smpc_who released, reviewers;
} smpc_held;
typedef void (*smpc_held_fn)(void *user, const smpc_held *held);
/* What my journal (cfg->journal) holds of the study at `path` and has not opened.  What
 * expired, or a reviewer rejected, is erased first. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_held_list(const smpc_config *cfg, const smpc_study *study, const char *path,
                                                 smpc_held_fn report, void *user, char *text, size_t text_len);
/* Sign the release of a held result, or its rejection, as the reviewer that cfg is of;
 * a file for all others appears beside the study. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_held_sign(const smpc_config *cfg, const smpc_study *study, const char *path,
                                                 const char *held, bool reject, char *text, size_t text_len);
/* With sight: the result, as this reviewer saw it; n its number of values. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_held_values(const smpc_config *cfg, const smpc_study *study, const char *path,
                                                   const char *held, int64_t *out, size_t n, char *text, size_t text_len);

/* --- for the journal ------------------------------------------------------- */
/* How many rows of this party's data stand behind its input.  Call it once, before the
 * first input; a study with a limit of rows or a minimum change lets nothing open without it.
 * SMPC_E_POLICY, and the session's end: a limit of the study.  SMPC_E_STATE: told too late. */
SMPC_API smpc_err smpc_journal_rows(smpc_session *s, uint64_t rows);
/* Which rows those are, where the study has a `minimum change`: for each a number that stays the same as
 * long as the row does, in every run and question, a hash of its record; sorted in place.  Once, before
 * the first input; where any question has that rule, a party that puts something in lets nothing open
 * without it.  The journal keeps a sketch of them that only this party can read.
 * SMPC_E_POLICY, and the session's end: they differ from those behind an earlier result, of any
 * question, by fewer rows than they may.  SMPC_E_STATE: told too late. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_journal_cohort(smpc_session *s, uint64_t *row, size_t n);
/* How many rows all parties have, where this party knows: for those who review. */
SMPC_API void smpc_journal_all_rows(smpc_session *s, uint64_t rows);
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

/* The same, and against the study at `study`: its signatures and revocations; sessions by
 * its parties, in its period, of its questions; purposes, recipients, limits, reviewers.
 * study NULL: as smpc_journal_verify().  Sessions of other studies are not judged. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_journal_verify_study(smpc_audit *audit, const char *study, const char *const *path,
                                                            size_t n, smpc_finding_fn report, void *user, char *text,
                                                            size_t text_len);

/* What was used: one line for each party, purpose and month. */
typedef struct smpc_usage {
  const char *party, *purpose, *month; /* "2026-11" */
  uint64_t runs;       /* that opened something                              */
  uint64_t failed;     /* of these: did not end well                         */
  uint64_t openings, values; /* opened                                       */
  uint64_t rows, suppressed; /* as the programs said                         */
  uint64_t items, items_in_all; /* of sets that met: this party's; all whose number it knows */
  uint64_t triples, bit_triples, dabits, edabits, truncations, lookups, masks, products; /* as in smpc_cost */
  uint64_t from_dealer, from_ot, from_paillier, from_pool; /* of these, but masks, by their units */
  uint64_t dealt;            /* bytes                                        */
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
