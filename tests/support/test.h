/* test.h - cmocka with its prerequisites, and the group runner of every test. */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* TEST_MAIN(t1, t2, ...) runs the functions given, as one group. */
#define TEST_MAIN(...)                                                                      \
  int main(void) {                                                                          \
    const struct CMUnitTest tests[] = {__VA_ARGS__};                                        \
    return cmocka_run_group_tests(tests, NULL, NULL);                                       \
  }
#define T(f) cmocka_unit_test(f)

/* Call and drop the error: the session keeps it. */
#define LET_FAIL(call)      \
  do {                      \
    smpc_err err_ = (call); \
    (void)err_;             \
  } while (0)

#endif
