/* test_address.c - session/address.h: which texts are addresses. */
#include "support/test.h"

#include <string.h>

#include "session/address.h"

static void addresses_are_checked(void **state) {
  (void)state;
  static const char *const good[] = {"tcp://a:1", "tcp://10.0.0.1:65535", "tcp://[::1]:80", "ipc:///tmp/x"};
  static const char *const bad[] = {"", "a:1", "tcp://", "tcp://:1", "tcp://a", "tcp://a:", "tcp://a:0", "tcp://a:65536",
                                    "tcp://a:080", "tcp://a:1x", "tcp://a:111111", "tcp://a b:1", "tcp://[::1:80",
                                    "tcp://[]:80", "tcp://::1:80", "tcp://-a:1", "ipc://x", "ipc:///", "udp://a:1",
                                    "ipc:///a b", "tcp://a:1/x"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert_true(smpi_address_is_valid(good[i], false));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    if (smpi_address_is_valid(bad[i], false)) fail_msg("%s is taken for an address", bad[i]);
    assert_false(smpi_address_is_valid(bad[i], true));
  }
  assert_true(smpi_address_is_valid("tcp://*:7700", true));
  char path[128] = "ipc:///";
  memset(path + 7, 'a', 106);
  assert_true(smpi_address_is_valid(path, false)); /* 107 bytes and a NUL are what a socket has */
  path[113] = 'a';
  assert_false(smpi_address_is_valid(path, false));
}

TEST_MAIN(T(addresses_are_checked))
