/* test_strangers.c - connections from anybody: idle, junk, half a handshake, by the thousand.  A real
 * peer still connects within 5 s, and memory stays where it is. */
#include "support/test.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "support/local_ports.h"
#include "support/mesh_support.h"
#include "wire/hello.h"

enum { CROWD = 1000, MEMORY_MAX_KB = 16 * 1024 };

struct party {
  struct smpi_mesh_config cfg;
  struct smpi_mesh *mesh;
  struct smpi_fault fault;
  pthread_t thread;
};

static void *open_mesh(void *arg) {
  struct party *p = arg;
  smpi_mesh_open(&p->mesh, &p->cfg, &p->fault);
  return NULL;
}

/* What one stranger does after it has connected. */
typedef void (*stranger)(int fd, unsigned i);

static void idle(int fd, unsigned i) { (void)fd, (void)i; }

static void junk(int fd, unsigned i) {
  uint8_t bytes[512];
  for (size_t k = 0; k < sizeof bytes; k++) bytes[k] = (uint8_t)(k * i + 3);
  (void)!send(fd, bytes, 1 + i % sizeof bytes, MSG_NOSIGNAL);
}

/* A hello like the real peer's, then nothing, or bytes that are no handshake. */
static void imitate(int fd, unsigned i) {
  uint8_t bytes[SMPI_HELLO_LEN + 200] = {0};
  struct smpi_hello h = {.version = SMPI_WIRE_VERSION, .from = 1, .to = 0, .members = 2, .tag = {1, 2, 3}};
  smpi_hello_encode(bytes, &h);
  (void)!send(fd, bytes, i % 2 == 0 ? SMPI_HELLO_LEN : sizeof bytes, MSG_NOSIGNAL);
}

static void mixed(int fd, unsigned i) {
  const stranger all[] = {idle, junk, imitate};
  all[i % 3](fd, i);
}

static bool may_open(rlim_t files) {
  struct rlimit l;
  if (getrlimit(RLIMIT_NOFILE, &l) != 0 || (l.rlim_max != RLIM_INFINITY && l.rlim_max < files)) return false;
  if (l.rlim_cur != RLIM_INFINITY && l.rlim_cur < files) l.rlim_cur = files;
  return setrlimit(RLIMIT_NOFILE, &l) == 0;
}

static void gather(int *fd, unsigned port, stranger act) {
  for (unsigned i = 0; i < CROWD; i++) {
    for (int tries = 0; (fd[i] = connect_local(port)) < 0 && tries < 100; tries++) usleep(10000);
    assert_true(fd[i] >= 0);
    act(fd[i], i);
  }
}

static void check_crowd(stranger act) {
  static int fd[CROWD];
  struct members m;
  struct party p[2] = {0};
  if (!may_open(3 * CROWD)) skip();
  unsigned port = free_port();
  members_make(&m, 2);
  snprintf(m.peer[0].address, sizeof m.peer[0].address, "tcp://127.0.0.1:%u", port);
  for (unsigned i = 0; i < 2; i++) p[i].cfg = members_config(&m, i, 3000);
  p[0].cfg.wait_ms = 60000;
  pthread_create(&p[0].thread, NULL, open_mesh, &p[0]);
  int probe = -1;
  while ((probe = connect_local(port)) < 0) usleep(10000);
  long before = resident_kb();
  gather(fd, port, act);
  double begin = seconds();
  open_mesh(&p[1]);
  double took = seconds() - begin;
  long grown = resident_kb() - before;
  pthread_join(p[0].thread, NULL);
  for (unsigned i = 0; i < CROWD; i++) close(fd[i]);
  close(probe);
  for (unsigned i = 0; i < 2; i++) {
    if (p[i].mesh == NULL) fail_msg("party %u: %s", i, p[i].fault.text);
  }
  smpi_mesh_close(p[0].mesh, false);
  smpi_mesh_close(p[1].mesh, false);
  if (took > 5 || grown > MEMORY_MAX_KB) fail_msg("connecting took %.1f s, memory grew by %ld kB", took, grown);
}

static void a_thousand_idle_connections(void **state) { (void)state, check_crowd(idle); }
static void a_thousand_junk_connections(void **state) { (void)state, check_crowd(junk); }
static void a_thousand_imitators(void **state) { (void)state, check_crowd(imitate); }
static void a_thousand_of_all_kinds(void **state) { (void)state, check_crowd(mixed); }

/* A byte now and then does not keep a place: its frame must be whole in time. */
static void a_trickle_is_cut_off(void **state) {
  (void)state;
  struct members m;
  struct party p = {0};
  uint8_t byte = 'l';
  unsigned port = free_port();
  members_make(&m, 2);
  snprintf(m.peer[0].address, sizeof m.peer[0].address, "tcp://127.0.0.1:%u", port);
  p.cfg = members_config(&m, 0, 3000);
  p.cfg.wait_ms = 5000;
  pthread_create(&p.thread, NULL, open_mesh, &p);
  int fd = -1;
  while ((fd = connect_local(port)) < 0) usleep(10000);
  double begin = seconds();
  while (send(fd, &byte, 1, MSG_NOSIGNAL) == 1 && recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && seconds() - begin < 5) usleep(200000);
  double took = seconds() - begin;
  close(fd);
  pthread_join(p.thread, NULL);
  assert_null(p.mesh);
  if (took < 2.5 || took > 4.5) fail_msg("it was kept for %.1f s", took);
}

/* --- in the name of a peer that has died ------------------------------------- */

/* Until it is refused. */
static void call_as(unsigned from, unsigned port) {
  uint8_t bytes[SMPI_HELLO_LEN + 200] = {0};
  struct smpi_hello h = {.version = SMPI_WIRE_VERSION, .from = (uint16_t)from, .members = 3, .tag = {1, 2, 3}};
  smpi_hello_encode(bytes, &h);
  int fd = connect_local(port);
  assert_true(fd >= 0);
  assert_int_equal(send(fd, bytes, sizeof bytes, MSG_NOSIGNAL), sizeof bytes);
  while (recv(fd, bytes, sizeof bytes, 0) > 0) continue;
  close(fd);
}

/* Site-1 links up with site-0 and dies while that waits for site-2.  Strangers who use its name must
 * not take away what is left of the link: without it, the first use of the mesh would be a crash. */
static void strangers_cannot_remove_a_dead_link(void **state) {
  (void)state;
  struct members m;
  struct party p[3] = {0};
  unsigned port = free_port();
  uint8_t binding[64], none[64] = {0}, in[8];
  members_make(&m, 3);
  snprintf(m.peer[0].address, sizeof m.peer[0].address, "tcp://127.0.0.1:%u", port);
  for (unsigned i = 1; i < 3; i++) /* nobody can be met there */
    snprintf(m.peer[i].address, sizeof m.peer[i].address, "tcp://127.0.0.1:%u", free_port());
  for (unsigned i = 0; i < 3; i++) p[i].cfg = members_config(&m, i, 3000);
  p[1].cfg.wait_ms = p[2].cfg.wait_ms = 700;
  pthread_create(&p[0].thread, NULL, open_mesh, &p[0]);
  open_mesh(&p[1]);
  for (int i = 0; i < 3; i++) call_as(1, port); /* the first make site-0 read the stream to its end */
  open_mesh(&p[2]);
  pthread_join(p[0].thread, NULL);
  assert_non_null(p[0].mesh);
  smpi_mesh_binding(p[0].mesh, 1, binding);
  assert_memory_not_equal(binding, none, sizeof none);
  struct smpi_flow f = {.peer = 1, .in_len = sizeof in, .in = in};
  struct smpi_tag tag = {1, 1};
  assert_int_equal(smpi_mesh_exchange(p[0].mesh, &tag, &f, 1, &p[0].fault), SMPC_E_PEER);
  assert_non_null(strstr(p[0].fault.text, "site-1 ended the session"));
  smpi_mesh_close(p[0].mesh, false);
}

TEST_MAIN(T(a_thousand_idle_connections), T(a_thousand_junk_connections), T(a_thousand_imitators),
          T(a_thousand_of_all_kinds), T(a_trickle_is_cut_off), T(strangers_cannot_remove_a_dead_link))
