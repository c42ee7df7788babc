/* hello.h - the first frame of a connection, in clear.
 *
 * Each side says who it is, whom it wants, and what it believes was agreed.
 * Nothing here is proof: it lets a refusal say what the peer CLAIMS.  Both
 * hellos are the prologue of the Noise handshake, so neither can be altered. */
#ifndef SMPI_HELLO_H
#define SMPI_HELLO_H

#include "base/err.h"

enum {
  SMPI_HELLO_LEN = 64,    /* AGREEMENT */
  SMPI_WIRE_VERSION = 1,  /* AGREEMENT: of everything in docs/wire-format.md */
  SMPI_HELLO_AES = 1,     /* flag: AES in hardware */
};

struct smpi_hello {
  uint32_t version, flags;
  uint16_t from, to, members;
  uint8_t run_id[16]; /* fresh random bytes: no handshake can be replayed */
  uint8_t tag[16];    /* what is to be agreed, in parts: see below */
};

void smpi_hello_encode(uint8_t out[SMPI_HELLO_LEN], const struct smpi_hello *h);

/* SMPC_E_FORMAT: not a hello at all.  Another version is not an error here;
 * its other fields are then meaningless and zero. */
smpc_err smpi_hello_decode(struct smpi_hello *h, const uint8_t in[SMPI_HELLO_LEN]);

/* Compare a peer's hello with mine, which names the peer in `to`:
 * SMPC_E_VERSION, SMPC_E_PARAM with a sentence on what the peer called `name`
 * claims.  The agreement tag is left to smpi_hello_same_agreement(). */
smpc_err smpi_hello_check(const struct smpi_hello *mine, const struct smpi_hello *theirs, const char *name,
                          struct smpi_fault *fault);

/* Where the tag's parts begin (AGREEMENT): major and minor version of the library; digests of
 * its constants, of parameters and parties, of the question. */
enum { SMPI_HELLO_LIBRARY = 0, SMPI_HELLO_CONSTANTS = 2, SMPI_HELLO_PARAMETERS = 4, SMPI_HELLO_QUESTION = 8 };

/* SMPC_E_PARAM when the tags differ, with a sentence on what does.  Asked after the
 * handshake, so that only the real peer can end the session with it. */
smpc_err smpi_hello_same_agreement(const struct smpi_hello *mine, const struct smpi_hello *theirs, const char *name,
                                   struct smpi_fault *fault);

#endif
