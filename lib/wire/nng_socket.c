/* nng_socket.c - see nng_socket.h. */
#include "wire/nng_socket.h"

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"

union address {
  struct sockaddr any;
  struct sockaddr_in in;
  struct sockaddr_in6 in6;
};

static bool is_same(const union address *a, const nng_sockaddr *b) {
  if (a->any.sa_family == AF_INET)
    return b->s_family == NNG_AF_INET && a->in.sin_port == b->s_in.sa_port && a->in.sin_addr.s_addr == b->s_in.sa_addr;
  return a->any.sa_family == AF_INET6 && b->s_family == NNG_AF_INET6 && a->in6.sin6_port == b->s_in6.sa_port &&
         memcmp(&a->in6.sin6_addr, b->s_in6.sa_addr, 16) == 0;
}

/* A stream: the program's own socket of datagrams may have the same addresses. */
static bool is_between(int fd, const nng_sockaddr *mine, const nng_sockaddr *theirs) {
  union address a = {0}, b = {0};
  int type = 0;
  socklen_t a_len = sizeof a, b_len = sizeof b, type_len = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) == 0 && type == SOCK_STREAM &&
         getsockname(fd, &a.any, &a_len) == 0 && getpeername(fd, &b.any, &b_len) == 0 && is_same(&a, mine) &&
         is_same(&b, theirs);
}

int smpi_nng_socket(nng_stream *connection) {
  nng_sockaddr mine, theirs;
  int found = -1;
  if (nng_stream_get_addr(connection, NNG_OPT_LOCADDR, &mine) != 0) return -1;
  if (nng_stream_get_addr(connection, NNG_OPT_REMADDR, &theirs) != 0) return -1;
  DIR *open_files = opendir("/dev/fd");
  if (open_files == NULL) return -1;
  for (struct dirent *e; found < 0 && (e = readdir(open_files)) != NULL;) {
    int fd = atoi(e->d_name);
    if (is_between(fd, &mine, &theirs)) found = fd;
  }
  closedir(open_files);
  return found;
}

static bool is_later(void) { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

smpc_err smpi_socket_send(int socket, const uint8_t *buf, size_t len, size_t *sent) {
  ssize_t n = send(socket, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);
  *sent = n > 0 ? (size_t)n : 0;
  if (n >= 0) return SMPC_OK;
  return is_later() ? SMPC_E_TIMEOUT : SMPC_E_CLOSED;
}

smpc_err smpi_socket_receive(int socket, uint8_t *buf, size_t max, size_t *got, unsigned wait_ms) {
  const uint64_t until = wait_ms == 0 ? 0 : smpi_clock_ms() + wait_ms;
  for (;;) {
    ssize_t n = recv(socket, buf, max, MSG_DONTWAIT);
    *got = n > 0 ? (size_t)n : 0;
    if (n > 0) return SMPC_OK;
    if (n == 0 || !is_later()) return SMPC_E_CLOSED;
    uint64_t now = wait_ms == 0 ? 0 : smpi_clock_ms();
    if (now >= until) return SMPC_E_TIMEOUT;
    struct pollfd p = {.fd = socket, .events = POLLIN};
    uint64_t left = until - now;
    (void)poll(&p, 1, left < INT32_MAX ? (int)left : INT32_MAX); /* whatever it says, look again */
  }
}
