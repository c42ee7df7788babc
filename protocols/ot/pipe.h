/* pipe.h - how a protocol's messages pass through the chunks of an exchange. */
#ifndef SMPI_OT_PIPE_H
#define SMPI_OT_PIPE_H

#include <stddef.h>
#include <stdint.h>

/* A message of one head and then many units, through chunks that begin and end
 * anywhere.  Whole units are made, or taken, in the chunk itself. */
struct smpi_ot_pipe {
  size_t head_len, unit;
  uint8_t *head;                            /* [head_len]                        */
  uint8_t *hold;                            /* [unit], for those that are cut    */
  void (*block)(void *ctx, uint8_t *unit);  /* out: make the next unit           */
  void (*take)(void *ctx, const uint8_t *unit); /* in: take it                   */
  void (*headed)(void *ctx);                /* the head has come; may be NULL    */
  void *ctx;
};
/* Bytes off .. off + len - 1 of the message, in order from 0 on. */
void smpi_ot_pipe_out(struct smpi_ot_pipe *p, size_t off, uint8_t *buf, size_t len);
void smpi_ot_pipe_in(struct smpi_ot_pipe *p, size_t off, const uint8_t *buf, size_t len);

#endif
