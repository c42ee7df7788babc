/* err.c - see err.h. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

smpc_err smpi_fault_set(struct smpi_fault *f, smpc_err code, int party, const char *fmt, ...) {
  if (f == NULL || f->code != SMPC_OK) return code;
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(f->text, sizeof f->text, fmt, ap);
  va_end(ap);
  f->party = party;
  f->code = code;
  return code;
}

smpc_err smpi_fault_tell(smpc_err code, const struct smpi_fault *f, char *out, size_t len) {
  if (out != NULL && len > 0)
    snprintf(out, len, "%s", code == SMPC_OK ? "" : f->text[0] ? f->text : smpi_err_text(code));
  return code;
}

const char *smpi_err_text(smpc_err code) {
  switch (code) {
  case SMPC_OK: return "success";
  case SMPC_E_ARG: return "an argument is not allowed";
  case SMPC_E_SHAPE: return "shapes or scales do not fit";
  case SMPC_E_RANGE: return "a value is out of range";
  case SMPC_E_STATE: return "the call is not allowed now";
  case SMPC_E_POLICY: return "refused by this party's own policy";
  case SMPC_E_HELD: return "the result is held until its reviewers have released it";
  case SMPC_E_NOMEM: return "out of memory";
  case SMPC_E_RNG: return "the system gives no randomness";
  case SMPC_E_FILE: return "a file cannot be used";
  case SMPC_E_DISK: return "a disk is full or fails";
  case SMPC_E_CONNECT: return "no connection";
  case SMPC_E_TIMEOUT: return "a peer has been silent for too long";
  case SMPC_E_CLOSED: return "the connection was closed";
  case SMPC_E_CANCELED: return "canceled";
  case SMPC_E_VERSION: return "the parties run different versions";
  case SMPC_E_PARAM: return "the parties have different parameters";
  case SMPC_E_DESYNC: return "the parties run different programs";
  case SMPC_E_PEER: return "a peer ended the session";
  case SMPC_E_AUTH: return "a peer is not who it should be";
  case SMPC_E_FORMAT: return "a peer sent malformed data";
  case SMPC_E_CHEAT: return "a peer does not follow the protocol";
  case SMPC_E_BUG: return "an internal error; please report it";
  }
  return "unknown error";
}

#ifdef SMPI_TEST_BUILD
_Noreturn void smpi_verify_failed(const char *file, int line, const char *text) {
  fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, text);
  abort();
}
#endif
