/* io_test.c - base/io.h for tests: counts, fails, or kills the process on request. */
#include "base/io.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "seams.h"

static atomic_uint_fast64_t count, at_step;
static atomic_int what;

void seam_io_reset(uint64_t k, int how) {
  count = 0;
  what = how;
  at_step = k;
}
uint64_t seam_io_count(void) { return count; }

/* Now is the step.  From a fault on the disk stays broken, as a full one does. */
static bool is_hit(void) {
  uint64_t k = ++count;
  return at_step != 0 && (what > 0 ? k >= at_step : k == at_step);
}

static int hit(void) {
  if (what <= 0) kill(getpid(), SIGKILL);
  errno = what;
  return -1;
}

ssize_t smpi_io_write(int fd, const void *bytes, size_t len, off_t at) {
  if (is_hit()) {
    ssize_t some = 0;
    if (what == SEAM_IO_TEAR) some = at < 0 ? write(fd, bytes, len / 2) : pwrite(fd, bytes, len / 2, at);
    return hit() + 0 * some;
  }
  return at < 0 ? write(fd, bytes, len) : pwrite(fd, bytes, len, at);
}

/* Nothing is really forced to the disk: a killed process loses none of what it wrote. */
int smpi_io_sync(int fd, bool data_only) {
  (void)fd, (void)data_only;
  return is_hit() ? hit() : 0;
}
int smpi_io_rename(const char *from, const char *to) { return is_hit() ? hit() : rename(from, to); }
int smpi_io_unlink(const char *path) { return is_hit() ? hit() : unlink(path); }
