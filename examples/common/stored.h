/* stored.h - the release of a question with noise, kept by its recipient: asked again, it
 * is what the program gives. */
#ifndef STORED_H
#define STORED_H

#include <smpc_study.h>

#include "cli.h"

/* The words as they opened, in JOURNAL.CLAIM.release (mode 0600), where CLAIM stands for
 * study and question.  stored_read: CLI_DONE and *is_there; CLI_INPUT for a file that is not as
 * it should be.  stored_write: CLI_MACHINE. */
enum cli_exit stored_read(bool *is_there, int64_t *words, size_t n, const smpc_config *cfg, const smpc_study *st,
                          unsigned question);
enum cli_exit stored_write(const int64_t *words, size_t n, const smpc_config *cfg, const smpc_study *st,
                           unsigned question);

#endif
