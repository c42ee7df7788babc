/* plain.c - the network without this library: one TCP socket. */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "session/session.h"

enum { TRIPS = 2000, MESSAGE = 64, WRITE = 1 << 20, WRITES = 512, PATIENCE_S = 5 };

static bool send_all(int fd, const void *data, size_t len) {
  for (size_t done = 0; done < len;) {
    ssize_t k = send(fd, (const char *)data + done, len - done, MSG_NOSIGNAL);
    if (k <= 0) return false;
    done += (size_t)k;
  }
  return true;
}

static bool recv_all(int fd, void *data, size_t len) {
  for (size_t done = 0; done < len;) {
    ssize_t k = recv(fd, (char *)data + done, len - done, 0);
    if (k <= 0) return false;
    done += (size_t)k;
  }
  return true;
}

/* A listening socket on any free port of this machine; -1 if there is none. */
static int listen_anywhere(uint16_t *port) {
  struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = in6addr_any};
  struct sockaddr_in a4 = {.sin_family = AF_INET};
  socklen_t len = sizeof a;
  int off = 0, fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0 ||
                  bind(fd, (struct sockaddr *)&a, sizeof a) != 0)) {
    close(fd);
    fd = -1;
  }
  if (fd < 0) { /* no IPv6 here */
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&a4, sizeof a4) != 0) {
      close(fd);
      return -1;
    }
  }
  if (fd < 0 || listen(fd, 1) != 0 || getsockname(fd, (struct sockaddr *)&a, &len) != 0) return -1;
  *port = ntohs(a.sin6_port); /* at the same place in both families */
  return fd;
}

static int accept_soon(int listening) {
  struct pollfd p = {.fd = listening, .events = POLLIN};
  return listening >= 0 && poll(&p, 1, PATIENCE_S * 1000) == 1 ? accept(listening, NULL, NULL) : -1;
}

/* address: "tcp://host:port" of that member; its port is replaced. */
static int dial(const char *address, uint16_t port) {
  char host[192], service[8];
  if (strncmp(address, "tcp://", 6) != 0) return -1;
  snprintf(host, sizeof host, "%s", address + 6 + (address[6] == '['));
  char *end = strrchr(host, ':');
  if (end == NULL) return -1;
  *end = 0;
  if (end > host && end[-1] == ']') end[-1] = 0;
  snprintf(service, sizeof service, "%u", port);
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
  if (getaddrinfo(host, service, &hints, &found) != 0) return -1;
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct timeval patience = {PATIENCE_S, 0};
  if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
                  connect(fd, found->ai_addr, found->ai_addrlen) != 0)) {
    close(fd);
    fd = -1;
  }
  freeaddrinfo(found);
  return fd;
}

double plain_round_trip(const struct bench *b, int fd) {
  char m[MESSAGE] = {0};
  bool first = smpi_is_first(b->s);
  double t = 0;
  for (int i = -TRIPS / 10; i < TRIPS; i++) {
    if (i == 0) t = b->now(b);
    if (first ? !send_all(fd, m, sizeof m) || !recv_all(fd, m, sizeof m)
              : !recv_all(fd, m, sizeof m) || !send_all(fd, m, sizeof m))
      return 0;
  }
  return (b->now(b) - t) / TRIPS;
}

/* From the first to the second, then one byte back. */
double plain_rate(const struct bench *b, int fd) {
  char *data = calloc(1, WRITE), last = 0;
  bool first = smpi_is_first(b->s), good = data != NULL;
  double t = b->now(b);
  for (int i = 0; good && i < WRITES; i++) good = first ? send_all(fd, data, WRITE) : recv_all(fd, data, WRITE);
  good = good && (first ? recv_all(fd, &last, 1) : send_all(fd, &last, 1));
  free(data);
  return good ? (double)WRITE * WRITES / (b->now(b) - t) : 0;
}

/* The first listens and tells the second its port over the secure link. */
static int meet(struct bench *b, unsigned peer) {
  uint8_t port_bytes[2] = {0};
  uint16_t port = 0;
  int listening = -1, fd;
  bool first = smpi_is_first(b->s);
  if (first) listening = listen_anywhere(&port);
  port_bytes[0] = (uint8_t)(port >> 8);
  port_bytes[1] = (uint8_t)port;
  struct smpi_flow flow = {.peer = peer, .out_len = first ? 2 : 0, .in_len = first ? 0 : 2, .out = port_bytes,
                           .in = port_bytes};
  smpc_err err = smpi_exchange(b->s, &flow, 1);
  if (err != SMPC_OK) fd = -1;
  else if (first) fd = accept_soon(listening);
  else fd = dial(b->cfg->member[peer].address, (uint16_t)(port_bytes[0] << 8 | port_bytes[1]));
  if (listening >= 0) close(listening);
  return fd;
}

int plain_open(struct bench *b) {
  int rank = smpi_rank(b->s), one = 1;
  if (b->o->is_sim || rank < 0 || rank > 1) return -1;
  int fd = meet(b, smpi_member_of_rank(b->s, rank == 0));
  if (fd >= 0) (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}
