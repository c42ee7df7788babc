/* stored.h - the release of a question with noise, kept by its recipient: asked again, it
 * is what the program gives. */
#ifndef STORED_H
#define STORED_H

#include <smpc_study.h>

#include "cli.h"

/* The words as they opened, in JOURNAL.CLAIM.release (mode 0600), where CLAIM stands for
 * study and question.  stored_read: CLI_DONE and *is_there; CLI_INPUT for a file that is not as
 * it should be.  stored_reserve: room on the disk, before anything is asked (JOURNAL.CLAIM.release.PID.new), which
 * stored_write fills or stored_drop gives back; CLI_MACHINE, and the message has been printed. */
enum cli_exit stored_read(bool *is_there, int64_t *words, size_t n, const smpc_config *cfg, const smpc_study *st,
                          unsigned question);
enum cli_exit stored_reserve(size_t n, const smpc_config *cfg, const smpc_study *st, unsigned question);
void stored_drop(const smpc_config *cfg, const smpc_study *st, unsigned question);
enum cli_exit stored_write(const int64_t *words, size_t n, const smpc_config *cfg, const smpc_study *st,
                           unsigned question);

#endif
