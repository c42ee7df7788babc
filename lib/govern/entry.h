/* entry.h - one entry of a journal: its bytes, and what they say.
 *
 *     entry 3
 *     previous <hash of the entry before>
 *     time 2026-11-22T21:40:03Z
 *     kind open
 *     ...                                 the kind's own lines, in a fixed order
 *     sign <Ed25519 signature>
 *                                         an empty line ends it
 *
 * The signature covers all lines before it; the hash covers all bytes.  So the
 * last signature of a file covers the whole file.  docs/man/smpc-journal.5 says
 * what each kind holds. */
#ifndef SMPI_ENTRY_H
#define SMPI_ENTRY_H

#include <smpc_types.h>

#include "base/err.h"
#include "govern/lines.h"

enum {
  SMPI_ENTRY_MAX = 4096, /* bytes of an entry                                            */
  SMPI_ENTRY_FIELDS = 64
};

enum smpi_kind {
  SMPI_BEGIN,    /* first of a file: whose it is                                        */
  SMPI_RESUME,   /* an unfinished entry was found at the end and cut off                */
  SMPI_RUN,      /* a session has begun: who takes part, for what                       */
  SMPI_STUDY,    /* of the study it is under: what later versions have to count          */
  SMPI_FAILED,   /* a session did not begin                                             */
  SMPI_OPEN,     /* an opening is about to happen: written before any share of it leaves */
  SMPI_END,      /* a session is over: outcome and what was used                        */
  SMPI_OTHERS,   /* hashes of the `end` entries of all parties                          */
  SMPI_SEALED,   /* all parties' signatures under these                                 */
  SMPI_UNSEALED, /* a signature did not come, or was wrong                              */
  SMPI_HOLD,     /* a result is held for its reviewers, instead of an opening           */
  SMPI_RELEASE,  /* its reviewers have signed: the opening that follows is of it        */
  SMPI_ROWS,     /* which rows stand behind this party's input: a sketch only it can read  */
  SMPI_ITEMS,    /* sets are about to meet: how many items each party brings             */
  SMPI_DROP,     /* a held result is erased unopened: it expired, or was rejected       */
  SMPI_KINDS
};

/* --- writing ----------------------------------------------------------------- */
/* Begin entry `number` in l's room (SMPI_ENTRY_MAX + 1 bytes); add the kind's
 * lines; then sign.  hash gets the entry's.  SMPC_E_BUG: the lines are not those
 * of the kind, or too long. */
void smpi_entry_begin(struct smpi_lines *l, uint64_t number, const uint8_t previous[32], int64_t time,
                      enum smpi_kind kind);
smpc_err smpi_entry_sign(struct smpi_lines *l, const uint8_t sign_secret[64], uint8_t hash[32]);

/* --- reading ----------------------------------------------------------------- */
/* Slices point into the bytes given. */
struct smpi_entry {
  uint64_t number;
  uint8_t previous[32], hash[32], sign[64], to_sign[32]; /* to_sign: what the signature is for */
  int64_t time;
  enum smpi_kind kind;
  size_t len;
  unsigned n;
  struct { struct smpi_slice key, value; } field[SMPI_ENTRY_FIELDS];
};

/* The first entry in bytes[len].  *is_cut: the bytes end before the entry does,
 * and so far could be one (a crash leaves that).  SMPC_E_FORMAT: no entry, or
 * *is_cut.  The signature is not checked. */
smpc_err smpi_entry_decode(struct smpi_entry *e, const char *bytes, size_t len, bool *is_cut);
bool smpi_entry_is_signed_by(const struct smpi_entry *e, const uint8_t sign_key[32]);

/* The value of a line; of the i-th one of a repeated key.  Empty: there is none. */
struct smpi_slice smpi_entry_get(const struct smpi_entry *e, const char *key);
struct smpi_slice smpi_entry_get_at(const struct smpi_entry *e, const char *key, unsigned i);
uint64_t smpi_entry_number(const struct smpi_entry *e, const char *key);
/* What an `open` or `hold` entry opens: rows x columns, at most 2^64 - 1.  And sums of such numbers, the same. */
uint64_t smpi_entry_values(const struct smpi_entry *e);
uint64_t smpi_entry_add(uint64_t a, uint64_t b);
void smpi_entry_digest(uint8_t out[32], const struct smpi_entry *e, const char *key);

/* Lines "INDEX NUMBER", "INDEX <base64url>" and "<base64url> NAME". */
bool smpi_get_counted(unsigned *index, uint64_t *n, struct smpi_slice s);
bool smpi_get_indexed(unsigned *index, uint8_t *out, size_t len, struct smpi_slice s);
bool smpi_get_named(uint8_t out[32], struct smpi_slice *name, struct smpi_slice s);

#endif
