/* test_parallel.c - base/parallel.h: every piece once, whatever the numbers; and nothing stays on helpers' stacks.
 *
 * Linked with --wrap for pthread_create (meson.build): it gives threads stacks that can be looked at when they have ended. */
#include "support/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"

enum { MOST = 300 };
struct seen { atomic_uint times[MOST]; atomic_uint calls; size_t least; };

static void count(void *ctx, size_t first, size_t n) {
  struct seen *s = ctx;
  atomic_fetch_add(&s->calls, 1);
  for (size_t i = first; i < first + n; i++) atomic_fetch_add(&s->times[i], 1);
}

static void every_piece_is_worked_on_once(void **state) {
  (void)state;
  for (unsigned threads = 0; threads <= SMPI_PARALLEL_MOST + 1; threads = threads * 2 + 1)
    for (size_t n = 0; n <= MOST; n += n < 20 ? 1 : 35)
      for (size_t grain = 0; grain <= 64; grain = grain * 4 + 1) {
        static struct seen s;
        memset(&s, 0, sizeof s);
        smpi_parallel(threads, n, grain, count, &s);
        for (size_t i = 0; i < MOST; i++) assert_int_equal(s.times[i], i < n);
        unsigned most = threads < 2 || n == 0 ? n != 0 : threads;
        assert_true(s.calls <= most);
        if (grain > 1) assert_true(s.calls <= 1 || n / s.calls >= grain);
      }
}

static void there_is_a_core(void **state) {
  (void)state;
  assert_in_range(smpi_parallel_cores(), 1, SMPI_PARALLEL_MOST);
}

/* --- what helpers leave ------------------------------------------------------------------------ */

enum { STACK = 1 << 20, WORDS = 512 };
static const uint64_t turned = UINT64_C(0x8d1f0b37c2e59a64); /* of what is looked for: here it does not stand */
static uint64_t *stack; /* of the next thread; NULL: as always */

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *ctx);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *ctx);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *ctx) {
  pthread_attr_t own;
  if (stack == NULL) return __real_pthread_create(thread, attr, run, ctx);
  pthread_attr_init(&own);
  pthread_attr_setstack(&own, stack, STACK);
  int err = __real_pthread_create(thread, &own, run, ctx);
  pthread_attr_destroy(&own);
  return err;
}

static void leave_traces(void *ctx, size_t first, size_t n) {
  volatile uint64_t local[WORDS];
  (void)ctx, (void)first, (void)n;
  for (int i = 0; i < WORDS; i++) local[i] = ~turned;
  (void)local[0];
}

static void *leave_alone(void *ctx) {
  leave_traces(ctx, 0, 1);
  return NULL;
}

static size_t traces(void) {
  size_t found = 0;
  for (size_t i = 0; i < STACK / sizeof *stack; i++) found += ~stack[i] == turned;
  memset(stack, 0, STACK);
  return found;
}

static void stacks_of_helpers_are_wiped(void **state) {
  (void)state;
  pthread_t thread;
#ifdef __SANITIZE_ADDRESS__
  skip(); /* it lays out frames of its own, and keeps copies beside them */
#endif
  assert_int_equal(posix_memalign((void **)&stack, 4096, STACK), 0);
  memset(stack, 0, STACK);
  assert_int_equal(pthread_create(&thread, NULL, leave_alone, NULL), 0); /* a control: so they would be found */
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_true(traces() >= WORDS / 2); /* what ends the thread writes over some */
  smpi_parallel(2, 2, 1, leave_traces, NULL);
  assert_int_equal(traces(), 0);
  free(stack);
  stack = NULL;
}

TEST_MAIN(T(every_piece_is_worked_on_once), T(there_is_a_core), T(stacks_of_helpers_are_wiped))
