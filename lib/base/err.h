/* err.h - one error path: codes, the first fault, TRY and the three checks. */
#ifndef SMPI_ERR_H
#define SMPI_ERR_H

#include <smpc_types.h>

/* Leave through the function's one `out:` label when `call` fails. */
#define TRY(call)                              \
  do {                                         \
    if ((err = (call)) != SMPC_OK) goto out;   \
  } while (0)

/* What went wrong: the first fault is kept, later ones are its consequences.
 * `text` is one English sentence without secrets or input values. */
struct smpi_fault {
  smpc_err code;
  int party; /* who it concerns, or -1 */
  char text[256];
};

/* Record a fault unless one is there already; returns `code`.  f may be NULL. */
smpc_err smpi_fault_set(struct smpi_fault *f, smpc_err code, int party, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* out[len] := the fault's sentence, else the code's phrase; "" on success.  out may be NULL.  Returns `code`. */
smpc_err smpi_fault_tell(smpc_err code, const struct smpi_fault *f, char *out, size_t len);

/* One English phrase for a code, e.g. "the connection was closed". */
const char *smpi_err_text(smpc_err code);

/* SMPI_VERIFY checks what only our own mistake can break; it is compiled into
 * test builds (SMPI_TEST_BUILD) alone.  Arguments of callers and bytes of peers
 * are checked by ordinary code that returns SMPC_E_ARG or SMPC_E_FORMAT. */
#ifdef SMPI_TEST_BUILD
_Noreturn void smpi_verify_failed(const char *file, int line, const char *text);
#define SMPI_VERIFY(cond) ((cond) ? (void)0 : smpi_verify_failed(__FILE__, __LINE__, #cond))
#else
#define SMPI_VERIFY(cond) ((void)0)
#endif

#endif
