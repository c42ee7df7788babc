/* run.c - see run.h. */
#include "run.h"

#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

int run_setup(void **state) {
  char path[8192];
  (void)state;
  const char *programs = getenv("SMPC_PROGRAMS");
  if (programs == NULL) return -1; /* tests/examples/meson.build gives it */
  snprintf(path, sizeof path, "%s:%s", programs, getenv("PATH"));
  if (setenv("PATH", path, 1) != 0) return -1;
  strcpy(folder, "/tmp/smpc-run-XXXXXX");
  return mkdtemp(folder) == NULL ? -1 : chdir(folder);
}

int run_teardown(void **state) {
  char command[128];
  (void)state;
  snprintf(command, sizeof command, "rm -r %s", folder);
  return chdir("/") == 0 ? system(command) : -1;
}

void run_write(const char *path, const char *text) {
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  fputs(text, out);
  assert_int_equal(fclose(out), 0);
}

static void read_into(char *text, const char *path) {
  FILE *in = fopen(path, "r");
  assert_non_null(in);
  size_t n = fread(text, 1, RUN_TEXT - 1, in);
  text[n] = 0;
  fclose(in);
}

const char *run_read(const char *path) {
  static char text[RUN_TEXT];
  read_into(text, path);
  return text;
}

const struct run *run(const char *fmt, ...) {
  static struct run r;
  char command[4096];
  va_list ap;
  va_start(ap, fmt);
  size_t n = (size_t)snprintf(command, sizeof command, "{ ");
  n += (size_t)vsnprintf(command + n, sizeof command - n - 40, fmt, ap);
  va_end(ap);
  assert_true(n < sizeof command - 40);
  strcpy(command + n, "\n} >.run-out 2>.run-err </dev/null");
  int status = system(command);
  r.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  read_into(r.out, ".run-out");
  read_into(r.err, ".run-err");
  return &r;
}

void run_expect(const struct run *r, int exit, const char *word) {
  if (r->exit != exit || strstr(exit == 0 ? r->out : r->err, word) == NULL)
    fail_msg("exit %d, wanted %d and \"%s\"\n%.2000s\n%.2000s", r->exit, exit, word, r->out, r->err);
}
