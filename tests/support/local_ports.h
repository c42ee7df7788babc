/* local_ports.h - what tests over real sockets need: time, memory, ports, plain connections. */
#ifndef LOCAL_PORTS_H
#define LOCAL_PORTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline struct sockaddr_in loopback(unsigned port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
}

/* A socket bound to a port of its own (if *port is 0), or -1. */
static inline int bind_local(unsigned *port) {
  struct sockaddr_in a = loopback(*port);
  socklen_t len = sizeof a;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || getsockname(fd, (struct sockaddr *)&a, &len) != 0) {
    if (fd >= 0) close(fd);
    return -1;
  }
  *port = ntohs(a.sin_port);
  return fd;
}

/* A port nobody listens on, a moment ago; below those the system gives to
 * outgoing connections, so that it stays free. */
static inline unsigned free_port(void) {
  static unsigned next;
  if (next == 0) next = (unsigned)getpid() * 61;
  for (int tries = 0; tries < 1000; tries++) {
    unsigned port = 12000 + next++ % 20000;
    int fd = bind_local(&port);
    if (fd < 0) continue;
    close(fd);
    return port;
  }
  return 0;
}

/* A connection to a local port, or -1. */
static inline int connect_local(unsigned port) {
  struct sockaddr_in a = loopback(port);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0) return fd;
  if (fd >= 0) close(fd);
  return -1;
}

/* Memory in use; always 0 under a sanitizer, whose own would be counted. */
static inline long resident_kb(void) {
  long total = 0, resident = 0;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  FILE *f = fopen("/proc/self/statm", "r");
  if (f == NULL || fscanf(f, "%ld %ld", &total, &resident) != 2) resident = 0;
  if (f != NULL) fclose(f);
#endif
  (void)total;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

#endif
