/* journal.h - the commands of smpc-journal. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <smpc_study.h>

#include "cli.h"

struct journal_job {
  const char *command;
  const char **file;
  size_t n;
  const char *study;
  enum cli_format format;
  bool quiet;
};

/* `report FILE...`: what was used, by party, purpose and month. */
enum cli_exit journal_report(const struct journal_job *job);

#endif
