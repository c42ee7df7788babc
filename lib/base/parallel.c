/* parallel.c - see parallel.h. */
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

#include "base/mem.h"

struct share { smpi_parallel_fn work; void *ctx; size_t first, n; pthread_t thread; bool runs; };

unsigned smpi_parallel_cores(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  int n = CPU_COUNT(&set);
  return n < 1 ? 1 : n > SMPI_PARALLEL_MOST ? SMPI_PARALLEL_MOST : (unsigned)n;
}

static void run(const struct share *s) { s->work(s->ctx, s->first, s->n); }

/* The stack of a thread that has ended goes to the next one as it is, or back to the system much later. */
static void *help(void *ctx) {
  run(ctx);
  smpi_wipe_stack();
  return NULL;
}

void smpi_parallel(unsigned threads, size_t n, size_t grain, smpi_parallel_fn work, void *ctx) {
  struct share share[SMPI_PARALLEL_MOST];
  size_t parts = grain == 0 ? n : n / grain, at = 0;
  if (threads > SMPI_PARALLEL_MOST) threads = SMPI_PARALLEL_MOST;
  if (parts > threads) parts = threads;
  if (parts < 2) {
    if (n != 0) work(ctx, 0, n);
    return;
  }
  for (size_t k = 0; k < parts; k++) {
    size_t end = n / parts * (k + 1) + n % parts * (k + 1) / parts;
    share[k] = (struct share){.work = work, .ctx = ctx, .first = at, .n = end - at};
    share[k].runs = k != 0 && pthread_create(&share[k].thread, NULL, help, &share[k]) == 0;
    at = end;
  }
  for (size_t k = 0; k < parts; k++) {
    if (share[k].runs) (void)pthread_join(share[k].thread, NULL);
    else run(&share[k]);
  }
}
