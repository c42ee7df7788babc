/* frame.c - see frame.h. */
#include "wire/frame.h"

#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"

static void put(uint8_t *out, const uint64_t *v, size_t n) {
  for (size_t i = 0; i < n; i++) smpi_put64(out + 8 * i, v[i]);
}

void smpi_frame_encode(uint8_t out[SMPI_FRAME_LEN], const struct smpi_frame *f) {
  put(out, (uint64_t[]){f->step, f->program, f->len, 0}, 4);
}

smpc_err smpi_frame_decode(struct smpi_frame *f, const uint8_t *in, size_t len) {
  if (len < SMPI_FRAME_LEN || smpi_get64(in + 24) != 0) return SMPC_E_FORMAT;
  *f = (struct smpi_frame){smpi_get64(in), smpi_get64(in + 8), smpi_get64(in + 16)};
  return SMPC_OK;
}

void smpi_beat_encode(uint8_t out[SMPI_BEAT_LEN], const struct smpi_beat *b) {
  put(out, (uint64_t[]){b->step, b->program, b->waiting}, 3);
}

smpc_err smpi_beat_decode(struct smpi_beat *b, const uint8_t *in, size_t len) {
  if (len != SMPI_BEAT_LEN) return SMPC_E_FORMAT;
  *b = (struct smpi_beat){smpi_get64(in), smpi_get64(in + 8), smpi_get64(in + 16)};
  return SMPC_OK;
}

void smpi_abort_encode(uint8_t out[SMPI_ABORT_LEN], const struct smpi_abort *a) {
  memset(out, 0, 8);
  smpi_put16(out, a->code);
  out[2] = a->differs;
  out[3] = a->blame;
  put(out + 8, (uint64_t[]){a->step, a->mine, a->yours}, 3);
}

smpc_err smpi_abort_decode(struct smpi_abort *a, const uint8_t *in, size_t len) {
  if (len != SMPI_ABORT_LEN || smpi_get16(in) == SMPC_OK || smpi_get32(in + 4) != 0 || in[2] > SMPI_BOTH_WAIT)
    return SMPC_E_FORMAT;
  *a = (struct smpi_abort){smpi_get16(in),     in[2], in[3], smpi_get64(in + 8), smpi_get64(in + 16),
                           smpi_get64(in + 24)};
  return SMPC_OK;
}

smpc_err smpi_desync_set(struct smpi_fault *fault, int peer, const char *name, enum smpi_differs differs, uint64_t step,
                         uint64_t here, uint64_t there) {
  const smpc_err code = SMPC_E_DESYNC;
  switch (differs) {
  case SMPI_STEP:
    return smpi_fault_set(fault, code, peer, "%s is at step %" PRIu64 " of its program, this party at step %" PRIu64, name,
                          there, here);
  case SMPI_PROGRAM:
    return smpi_fault_set(fault, code, peer,
                          "%s ran other calls up to step %" PRIu64 " than this party: program hash %016" PRIx64
                          " there, %016" PRIx64 " here",
                          name, step, there, here);
  case SMPI_LENGTH:
    return smpi_fault_set(fault, code, peer,
                          "the lengths differ at step %" PRIu64 ": %" PRIu64 " bytes by the program of %s, %" PRIu64
                          " by this party's",
                          step, there, name, here);
  case SMPI_BOTH_WAIT:
    return smpi_fault_set(fault, code, peer,
                          "%s, at its step %" PRIu64 ", and this party, at step %" PRIu64 ", each wait for the other", name,
                          there, here);
  case SMPI_SAME: break;
  }
  return smpi_fault_set(fault, code, peer, "%s runs another program than this party at step %" PRIu64, name, step);
}
