/* held.h - a result that waits for its reviewers.
 *
 * What it is (its subject) is the same at all parties and stands in the `hold` entry
 * of each one's journal: study, question, session, purpose, recipients, shape,
 * program; the hash of these lines is its name, `opening`.  What a party holds of it,
 * its share, lies in a file beside its journal,
 *     JOURNAL.<16 digits of the name>.held
 *         kind held | opening | party | key | shares | values | nonce     lines
 *         (an empty line)  XChaCha20-Poly1305 of salt, shares, values
 * under a key derived from the party's identity and the name; the lines are the
 * associated data.  The `hold` entry has H(salt, shares): the commitment. */
#ifndef SMPI_HELD_H
#define SMPI_HELD_H

#include <smpc_types.h>

#include "govern/entry.h"
#include "math/ring.h"

enum { SMPI_HELD_ID = 17, SMPI_HELD_TO = SMPC_MAX_PARTIES * 64, SMPI_SUBJECT_MAX = 3400 };

struct smpi_held {
  uint8_t study[32], session[32], program[32], opening[32], commitment[32];
  char question[128], purpose[512], to[SMPI_HELD_TO];
  uint64_t rows, columns, frac; /* frac: fractional bits, 0 for whole numbers   */
  bool is_sight;                /* the reviewers have seen it                    */
  int64_t held_at, expires;     /* by this party's clock                         */
  bool has_rows, has_hidden;    /* what the program told the reviewers           */
  uint64_t all_rows, hidden;
};

/* The subject as lines; smpi_held_name() hashes them into h->opening. */
void smpi_held_subject(struct smpi_lines *l, const struct smpi_held *h);
smpc_err smpi_held_name(struct smpi_held *h);
void smpi_held_id(char id[SMPI_HELD_ID], const uint8_t opening[32]);

/* A `hold` entry's lines, and back.  False: the name is not that of its subject. */
void smpi_held_entry(struct smpi_lines *l, const struct smpi_held *h);
bool smpi_held_read(struct smpi_held *h, const struct smpi_entry *e);

/* --- the share ------------------------------------------------------------------ */
struct smpi_held_share {
  size_t n, n_values;            /* n: rows x columns, or 0 where one does not compute */
  shr *share;                    /* [n]                                                */
  uint64_t *value;               /* [n_values] what this reviewer saw; else 0          */
  void *memory;
};

/* Seal a share into its file and set h->commitment; the file is on disk on return.
 * SMPC_E_FILE, SMPC_E_DISK, SMPC_E_RNG, SMPC_E_NOMEM. */
smpc_err smpi_held_write(struct smpi_held *h, const struct smpi_held_share *s, const char *journal, const char *party,
                         const uint8_t sign_secret[64], struct smpi_fault *f);
/* Read and check it: this party's, this result's, unaltered, what was committed to.
 * SMPC_E_FILE says which of these fails.  Freed by smpi_held_release(). */
smpc_err smpi_held_load(struct smpi_held_share *s, const struct smpi_held *h, const char *journal, const char *party,
                        const uint8_t sign_secret[64], struct smpi_fault *f);
/* The decoder alone: NULL, or why not. */
const char *smpi_held_decode(struct smpi_held_share *s, const struct smpi_held *h, struct smpi_slice text,
                             const char *party, const uint8_t sign_secret[64]);
void smpi_held_release(struct smpi_held_share *s); /* wipes */
/* Overwrite and remove; a file that is not there is no error. */
void smpi_held_erase(const struct smpi_held *h, const char *journal);

#endif
