/* frame.h - what stands inside records: the header of a message, the state a
 * heartbeat tells, and the reason an abort gives.  Pure functions. */
#ifndef SMPI_FRAME_H
#define SMPI_FRAME_H

#include "wire/channel.h"

enum { SMPI_BEAT_LEN = 24, SMPI_ABORT_LEN = 32 };

/* In front of a message's payload, in its first record. */
struct smpi_frame {
  uint64_t step, program, len;
};
void smpi_frame_encode(uint8_t out[SMPI_FRAME_LEN], const struct smpi_frame *f);
smpc_err smpi_frame_decode(struct smpi_frame *f, const uint8_t *in, size_t len); /* SMPC_E_FORMAT */

/* A heartbeat: the step I am at with you, and whether I wait for you.
 * `waiting` is 0, or 1 + the DATA records received from you so far. */
struct smpi_beat {
  uint64_t step, program, waiting;
};
void smpi_beat_encode(uint8_t out[SMPI_BEAT_LEN], const struct smpi_beat *b);
smpc_err smpi_beat_decode(struct smpi_beat *b, const uint8_t *in, size_t len); /* SMPC_E_FORMAT */

/* An abort: its code, the step, whom it is about, and for SMPC_E_DESYNC what
 * differs: the value the sender has and the one the receiver told it. */
enum smpi_differs { SMPI_SAME = 0, SMPI_STEP, SMPI_PROGRAM, SMPI_LENGTH, SMPI_BOTH_WAIT };
enum { SMPI_NOBODY = 0xff };
struct smpi_abort {
  uint16_t code;
  uint8_t differs, blame; /* enum smpi_differs; member index or SMPI_NOBODY */
  uint64_t step, mine, yours;
};
void smpi_abort_encode(uint8_t out[SMPI_ABORT_LEN], const struct smpi_abort *a);
smpc_err smpi_abort_decode(struct smpi_abort *a, const uint8_t *in, size_t len); /* SMPC_E_FORMAT */

/* The sentence for a difference, the same facts at both ends: `here` is this
 * party's value, `there` that of the peer called name. */
smpc_err smpi_desync_set(struct smpi_fault *fault, int peer, const char *name, enum smpi_differs differs, uint64_t step,
                         uint64_t here, uint64_t there);

#endif
