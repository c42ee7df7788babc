/* cli_impl.h - between cli.c and cli_session.c. */
#ifndef SMPC_CLI_IMPL_H
#define SMPC_CLI_IMPL_H

/* The one line on a terminal that is written over: show `text`, or with NULL
 * take it away before something lasting is printed.  Nothing without a terminal. */
void cli_status(const char *text);

#endif
