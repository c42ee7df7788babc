/* test_nng_socket.c - the socket under a stream of nng: found, read, written, and woken by a close. */
#include "support/test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "support/local_ports.h"
#include "wire/nng_socket.h"

struct pair {
  nng_stream_listener *listener;
  nng_stream_dialer *dialer;
  nng_stream *end[2];
};

static void *result_of(nng_aio *aio) {
  nng_aio_wait(aio);
  assert_int_equal(nng_aio_result(aio), 0);
  void *made = nng_aio_get_output(aio, 0);
  nng_aio_free(aio);
  return made;
}

static void connect_pair(struct pair *p, const char *address) {
  nng_aio *accept, *dial;
  assert_int_equal(nng_stream_listener_alloc(&p->listener, address), 0);
  assert_int_equal(nng_stream_listener_listen(p->listener), 0);
  assert_int_equal(nng_stream_dialer_alloc(&p->dialer, address), 0);
  assert_int_equal(nng_aio_alloc(&accept, NULL, NULL) | nng_aio_alloc(&dial, NULL, NULL), 0);
  nng_stream_listener_accept(p->listener, accept);
  nng_stream_dialer_dial(p->dialer, dial);
  p->end[0] = result_of(accept);
  p->end[1] = result_of(dial);
}

static void free_pair(struct pair *p) {
  nng_stream_free(p->end[0]);
  nng_stream_free(p->end[1]);
  nng_stream_dialer_free(p->dialer);
  nng_stream_listener_free(p->listener);
}

static void connect_at(struct pair *p, const char *host) {
  char address[64];
  snprintf(address, sizeof address, "tcp://%s:%u", host, free_port());
  connect_pair(p, address);
}

/* Both ends of several connections are in this process: what goes into one comes out of its own other end alone. */
static void each_end_has_its_own_socket(void **state) {
  (void)state;
  enum { PAIRS = 4 };
  struct pair p[PAIRS];
  int fd[2 * PAIRS];
  uint8_t got[8];
  size_t n;
  for (int i = 0; i < PAIRS; i++) connect_at(&p[i], "127.0.0.1");
  for (int i = 0; i < 2 * PAIRS; i++) {
    fd[i] = smpi_nng_socket(p[i / 2].end[i % 2]);
    assert_true(fd[i] >= 0);
    for (int j = 0; j < i; j++) assert_int_not_equal(fd[i], fd[j]);
  }
  for (int i = 0; i < 2 * PAIRS; i++) {
    uint8_t sent = (uint8_t)(100 + i);
    assert_int_equal(smpi_socket_send(fd[i], &sent, 1, &n), SMPC_OK);
    assert_int_equal(n, 1);
  }
  for (int i = 0; i < 2 * PAIRS; i++) {
    assert_int_equal(smpi_socket_receive(fd[i], got, sizeof got, &n, 1000), SMPC_OK);
    assert_int_equal(n, 1);
    assert_int_equal(got[0], 100 + (i ^ 1));
  }
  for (int i = 0; i < PAIRS; i++) free_pair(&p[i]);
}

static void it_is_found_under_ipv6(void **state) {
  (void)state;
  struct pair p;
  nng_stream_listener *probe;
  char address[64];
  snprintf(address, sizeof address, "tcp://[::1]:%u", free_port());
  assert_int_equal(nng_stream_listener_alloc(&probe, address), 0);
  bool has_ipv6 = nng_stream_listener_listen(probe) == 0;
  nng_stream_listener_free(probe);
  if (!has_ipv6) skip();
  connect_at(&p, "[::1]");
  assert_true(smpi_nng_socket(p.end[0]) >= 0);
  assert_true(smpi_nng_socket(p.end[1]) >= 0);
  free_pair(&p);
}

static void other_streams_have_none(void **state) {
  (void)state;
  struct pair p;
  char address[64];
  snprintf(address, sizeof address, "ipc:///tmp/smpc-socket-%d", (int)getpid());
  connect_pair(&p, address);
  assert_int_equal(smpi_nng_socket(p.end[0]), -1);
  assert_int_equal(smpi_nng_socket(p.end[1]), -1);
  free_pair(&p);
}

static struct sockaddr_in address_of(nng_stream *end, const char *which) {
  nng_sockaddr a;
  assert_int_equal(nng_stream_get_addr(end, which, &a), 0);
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = a.s_in.sa_port, .sin_addr.s_addr = a.s_in.sa_addr};
}

/* A socket of datagrams with both addresses, under a lower number. */
static void other_sockets_are_passed_over(void **state) {
  (void)state;
  struct pair p;
  int first = open("/dev/null", O_RDONLY), datagrams = socket(AF_INET, SOCK_DGRAM, 0);
  connect_at(&p, "127.0.0.1");
  struct sockaddr_in mine = address_of(p.end[0], NNG_OPT_LOCADDR), theirs = address_of(p.end[0], NNG_OPT_REMADDR);
  assert_int_equal(bind(datagrams, (struct sockaddr *)&mine, sizeof mine), 0);
  assert_int_equal(connect(datagrams, (struct sockaddr *)&theirs, sizeof theirs), 0);
  assert_int_equal(dup2(datagrams, first), first);
  int found = smpi_nng_socket(p.end[0]);
  assert_true(found >= 0);
  assert_int_not_equal(found, first);
  assert_int_not_equal(found, datagrams);
  free_pair(&p);
  close(first), close(datagrams);
}

static void nothing_there_and_no_room_are_timeouts(void **state) {
  (void)state;
  struct pair p;
  static uint8_t block[1 << 16];
  size_t n, sent = 0, got = 0;
  smpc_err err;
  connect_at(&p, "127.0.0.1");
  int from = smpi_nng_socket(p.end[0]), to = smpi_nng_socket(p.end[1]);
  assert_int_equal(smpi_socket_receive(to, block, sizeof block, &n, 0), SMPC_E_TIMEOUT);
  assert_int_equal(smpi_socket_receive(to, block, sizeof block, &n, 20), SMPC_E_TIMEOUT);
  while ((err = smpi_socket_send(from, block, sizeof block, &n)) == SMPC_OK) sent += n;
  assert_int_equal(err, SMPC_E_TIMEOUT);
  assert_true(sent > 0);
  while (got < sent) {
    assert_int_equal(smpi_socket_receive(to, block, sizeof block, &n, 1000), SMPC_OK);
    got += n;
  }
  assert_int_equal(got, sent);
  free_pair(&p);
}

static void *close_soon(void *stream) {
  usleep(50000);
  nng_stream_close(stream);
  return NULL;
}

static void a_close_wakes_both_ends(void **state) {
  (void)state;
  for (int closed = 0; closed < 2; closed++) {
    struct pair p;
    pthread_t thread;
    uint8_t byte = 1;
    size_t n;
    connect_at(&p, "127.0.0.1");
    int fd = smpi_nng_socket(p.end[0]);
    assert_int_equal(smpi_socket_send(smpi_nng_socket(p.end[1]), &byte, 1, &n), SMPC_OK);
    assert_int_equal(smpi_socket_receive(fd, &byte, 1, &n, 1000), SMPC_OK);
    assert_int_equal(pthread_create(&thread, NULL, close_soon, p.end[closed]), 0);
    assert_int_equal(smpi_socket_receive(fd, &byte, 1, &n, 60000), SMPC_E_CLOSED); /* the test's time limit is less */
    pthread_join(thread, NULL);
    if (closed == 0) assert_int_equal(smpi_socket_send(fd, &byte, 1, &n), SMPC_E_CLOSED);
    free_pair(&p);
  }
}

TEST_MAIN(T(each_end_has_its_own_socket), T(it_is_found_under_ipv6), T(other_streams_have_none),
          T(other_sockets_are_passed_over), T(nothing_there_and_no_room_are_timeouts), T(a_close_wakes_both_ends))
