/* pipe.c - see pipe.h. */
#include "ot/pipe.h"

#include <string.h>

#include "base/bytes.h"

void smpi_ot_pipe_out(struct smpi_ot_pipe *p, size_t off, uint8_t *buf, size_t len) {
  while (len != 0) {
    size_t n;
    if (off < p->head_len) {
      n = smpi_min(len, p->head_len - off);
      memcpy(buf, p->head + off, n);
    } else {
      size_t at = (off - p->head_len) % p->unit;
      n = smpi_min(len, p->unit - at);
      if (n == p->unit) p->block(p->ctx, buf);
      else {
        if (at == 0) p->block(p->ctx, p->hold);
        memcpy(buf, p->hold + at, n);
      }
    }
    off += n, buf += n, len -= n;
  }
}

/* A unit that is whole in the chunk is read where it stands. */
void smpi_ot_pipe_in(struct smpi_ot_pipe *p, size_t off, const uint8_t *buf, size_t len) {
  while (len != 0) {
    size_t n;
    if (off < p->head_len) {
      n = smpi_min(len, p->head_len - off);
      memcpy(p->head + off, buf, n);
      if (off + n == p->head_len && p->headed != NULL) p->headed(p->ctx);
    } else {
      size_t at = (off - p->head_len) % p->unit;
      n = smpi_min(len, p->unit - at);
      if (n == p->unit) p->take(p->ctx, buf);
      else {
        memcpy(p->hold + at, buf, n);
        if (at + n == p->unit) p->take(p->ctx, p->hold);
      }
    }
    off += n, buf += n, len -= n;
  }
}
