/* study.h - study.yaml: what a group of parties agreed that may be computed and
 * opened; who signed it, and whether it still holds.
 *
 * The file is parties.yaml and question.yaml in one, and what an institution must
 * decide besides; smpc-study.yaml(5) describes it.  Beside it lie
 *     study.yaml.NAME.sig       the signature of party NAME
 *     study.yaml.NAME.revoked   its revocation, if it took it back
 * Both are lines (lines.h): kind, study (the digest), party, key, time, sign. */
#ifndef SMPI_STUDY_H
#define SMPI_STUDY_H

#include <smpc_study_types.h>

#include "base/err.h"
#include "govern/lines.h"

/* Read and check a study.  SMPC_E_FILE with file, line and key; SMPC_E_NOMEM.
 * *st is NULL on failure. */
smpc_err smpi_study_load(smpc_study **st, const char *path, struct smpi_fault *f);
smpc_err smpi_study_parse(smpc_study **st, const char *name, struct smpi_slice bytes, struct smpi_fault *f);
void smpi_study_free(smpc_study *st); /* NULL is allowed */

/* The question of this name; "" when there is only one.  NULL: none such. */
const smpc_study_question *smpi_study_find(const smpc_study *st, const char *name);
/* What the parties of a session agree on: study and question. */
void smpi_study_agreement(uint8_t out[32], const smpc_study *st, const smpc_study_question *q);
/* And in a session that opens the held result of this name (held.h). */
void smpi_study_agree_release(uint8_t agreement[32], const char *release);

/* --- signatures ---------------------------------------------------------------- */
enum smpi_word { SMPI_SIGNATURE, SMPI_REVOCATION };

/* Write this party's word on the study beside it.  Refused (SMPC_E_FILE,
 * SMPC_E_POLICY): the key is no party's of the study; the file exists already.  SMPC_E_DISK. */
smpc_err smpi_study_sign(const smpc_study *st, const char *path, enum smpi_word word, const uint8_t sign_secret[64],
                         int64_t now, struct smpi_fault *f);
/* A new file of signed lines, for all to read.  SMPC_E_FILE: it exists already, or cannot be made; SMPC_E_DISK. */
smpc_err smpi_word_write(const char *path, const char *text, size_t len, struct smpi_fault *f);
/* The decoder alone: is `text` party `i`'s word on this study?  NULL, or why not;
 * *time: when it was given. */
const char *smpi_word_check(const smpc_study *st, unsigned i, enum smpi_word word, struct smpi_slice text,
                            int64_t *time);

/* A path as messages show it: of a long one the end, which tells more. */
const char *smpi_word_place(const char *path);

/* Party i's word beside the study: NULL and when it was given, or why it does not stand. */
const char *smpi_word_read(const smpc_study *st, const char *path, unsigned i, enum smpi_word word, int64_t *time,
                           bool *is_there);

/* All parties signed, nobody revoked, and now is in the period: SMPC_OK; else
 * SMPC_E_POLICY, and the fault says the first reason.  each (may be NULL) gets one
 * line for each party, code SMPC_OK or not. */
typedef void (*smpi_word_fn)(void *user, unsigned party, smpc_err code, const char *text);
smpc_err smpi_study_verify(const smpc_study *st, const char *path, int64_t now, smpi_word_fn each, void *user,
                           struct smpi_fault *f);

#endif
