/* behind.h - what this party has behind an opening: how many rows, and a commitment to all it put in.
 *
 * Commitment: H(salt, for each input its length and values), where the salt is derived from
 * the party's signing key and the session id, so that this party, and nobody else, can open
 * the commitment later without storing anything.  Each `open` and `hold` entry has the one of
 * all inputs so far, so a later session over as many rows can tell at the same place in its
 * program whether its input is the same. */
#ifndef SMPI_BEHIND_H
#define SMPI_BEHIND_H

#include "base/err.h"
#include "govern/lines.h"
#include "rand/hash.h"

/* An earlier opening of the same question, as the journal tells of it. */
struct smpi_earlier {
  uint64_t rows, inputs; /* this party's rows, and how many times it had put something in */
  uint8_t session[32], commitment[32];
};

struct smpi_behind { /* in secret memory */
  struct smpi_hash inputs;
  uint64_t rows, n_inputs;
  bool has_rows, differs; /* differs: from an earlier session's input                      */
  struct smpi_earlier *earlier; /* [n_earlier] over as many rows                          */
  size_t n_earlier;
  struct smpi_again { uint8_t session[32]; struct smpi_hash inputs; } *again; /* [n_again] ours, as those hashed */
  size_t n_again;
};

void smpi_behind_begin(struct smpi_behind *b, const uint8_t sign_secret[64], const uint8_t session[32]);
/* So many rows, and the earlier openings over as many (smpi_alloc'ed, taken over in every case);
 * before any input.  SMPC_E_NOMEM. */
smpc_err smpi_behind_rows(struct smpi_behind *b, uint64_t rows, struct smpi_earlier *list, size_t n,
                          const uint8_t sign_secret[64]);
void smpi_behind_input(struct smpi_behind *b, const void *bytes, size_t len);
/* Is all that was put in so far what those put in, and was it compared? */
bool smpi_behind_is_same(const struct smpi_behind *b);
/* The lines own-rows, inputs and input of an entry. */
void smpi_behind_lines(struct smpi_lines *l, const struct smpi_behind *b);
void smpi_behind_free(struct smpi_behind *b);

#endif
