/* run.h - run the built programs as a user would, in a folder of the test's own. */
#ifndef RUN_H
#define RUN_H

#include <stddef.h>

enum { RUN_TEXT = 65536 };

struct run {
  int exit;           /* its exit code, or 128 + signal */
  char out[RUN_TEXT]; /* what it wrote, cut to size     */
  char err[RUN_TEXT];
};

/* A new folder becomes the working directory; PATH begins with the programs'. */
int run_setup(void **state);
int run_teardown(void **state);

/* Run a shell command.  The result stays valid until the next call. */
const struct run *run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

void run_write(const char *path, const char *text);
/* A whole file as text; the same buffer each time. */
const char *run_read(const char *path);

/* Fail, showing the run, unless it ended with `exit` and wrote `word` to stderr
 * (or, with `exit` 0, to stdout). */
void run_expect(const struct run *r, int exit, const char *word);

#endif
