/* test_mesh_refused.c - meshes over real nng streams that do not come up: what is refused, and what is said. */
#include "mesh_run.h"

#include "wire/hello.h"

enum { HOUR_MS = 3600000 };

static void a_wrong_key_is_refused(void **state) {
  (void)state;
  for (unsigned liar = 0; liar < 2; liar++) {
    struct members m;
    struct mesh_party p[2];
    mesh_members(&m, 2, TCP);
    mesh_prepare(p, &m, NULL, NULL);
    uint8_t other[32] = {9, 9, 9};
    p[liar].cfg.link_secret = other;
    p[0].cfg.wait_ms = 1500;
    mesh_run(p, 2);
    mesh_check_fault(&p[0], SMPC_E_AUTH, 1, "does not hold its key");
    mesh_check_fault(&p[1], SMPC_E_AUTH, 0, "key");
  }
}

static void another_agreement_is_refused_at_once(void **state) {
  (void)state;
  const struct { unsigned place; const char *says[2]; } cases[] = {
      {SMPI_HELLO_LIBRARY, {"runs version 1.2 of the library", "runs version 119.2 of the library"}},
      {SMPI_HELLO_CONSTANTS, {"other protocol constants", "other protocol constants"}},
      {SMPI_HELLO_PARAMETERS, {"other parameters", "other parameters"}},
      {SMPI_HELLO_QUESTION, {"another question", "another question"}}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct members m;
    struct mesh_party p[2];
    mesh_members(&m, 2, TCP);
    mesh_prepare(p, &m, NULL, NULL);
    p[0].cfg.agreement_tag[cases[i].place] = 0x77;
    p[0].cfg.wait_ms = p[1].cfg.wait_ms = HOUR_MS; /* which neither waits */
      mesh_run(p, 2);
    for (unsigned k = 0; k < 2; k++) mesh_check_fault(&p[k], SMPC_E_PARAM, 1 - (int)k, cases[i].says[k]);
  }
}

static void swapped_indices_are_refused(void **state) {
  (void)state;
  struct members m, swapped;
  struct smpi_fault outcome[3];
  struct mesh_party p[3];
  mesh_members(&m, 3, TCP);
  mesh_prepare(p, &m, NULL, NULL);
  swapped = m; /* party 2 has the addresses of 0 and 1 exchanged */
  memcpy(swapped.peer[0].address, m.peer[1].address, sizeof m.peer[0].address);
  memcpy(swapped.peer[1].address, m.peer[0].address, sizeof m.peer[0].address);
  p[2].cfg.peer = swapped.peer;
  p[2].cfg.peer_fault = outcome; /* it tries both */
  for (unsigned i = 0; i < 3; i++) p[i].cfg.wait_ms = 1500;
  mesh_run(p, 3);
  assert_int_equal(p[2].fault.code, SMPC_E_PARAM);
  assert_non_null(strstr(p[2].fault.text, "was expected, member"));
  mesh_check_fault(&p[0], SMPC_E_PARAM, 2, "talk to member 1");
}

static void *cancel_opening_soon(void *flag) {
  usleep(300 * 1000);
  atomic_store((atomic_bool *)flag, true);
  return NULL;
}

static void opening_can_be_canceled(void **state) {
  (void)state;
  struct members m;
  struct mesh_party p[2];
  atomic_bool canceled = false;
  pthread_t thread;
  mesh_members(&m, 2, TCP);
  mesh_prepare(p, &m, NULL, NULL);
  p[0].cfg.is_canceled = &canceled;
  p[0].cfg.wait_ms = HOUR_MS; /* for a peer that never starts */
  assert_int_equal(pthread_create(&thread, NULL, cancel_opening_soon, &canceled), 0);
  mesh_run(p, 1);
  pthread_join(thread, NULL);
  assert_int_equal(p[0].fault.code, SMPC_E_CANCELED);
}

/* Something that is no party of this version answers where party 0 was expected. */
struct impostor {
  int listener;
  uint8_t answer[SMPI_HELLO_LEN];
};
static void *answer_calls(void *arg) {
  struct impostor *im = arg;
  uint8_t hello[SMPI_HELLO_LEN];
  for (int fd; (fd = accept(im->listener, NULL, NULL)) >= 0; close(fd)) {
    if (recv(fd, hello, sizeof hello, MSG_WAITALL) == SMPI_HELLO_LEN)
      (void)!send(fd, im->answer, sizeof im->answer, MSG_NOSIGNAL);
    (void)!recv(fd, hello, 1, 0); /* until the caller hangs up */
  }
  return NULL;
}
static void check_impostor(struct impostor *im, smpc_err code, const char *says) {
  struct members m;
  struct mesh_party p[2];
  pthread_t t;
  unsigned port = 0;
  members_make(&m, 2);
  im->listener = bind_local(&port);
  assert_int_equal(listen(im->listener, 4), 0);
  snprintf(m.peer[0].address, sizeof m.peer[0].address, "tcp://127.0.0.1:%u", port);
  mesh_prepare(p, &m, NULL, NULL);
  pthread_create(&t, NULL, answer_calls, im);
  mesh_run(&p[1], 1);
  mesh_check_fault(&p[1], code, 0, says);
  shutdown(im->listener, SHUT_RDWR);
  pthread_join(t, NULL);
  close(im->listener);
}
static void other_versions_and_other_servers_are_named(void **state) {
  (void)state;
  struct impostor im = {0};
  struct smpi_hello h = {.version = 7, .from = 0, .to = 1, .members = 2};
  smpi_hello_encode(im.answer, &h);
  check_impostor(&im, SMPC_E_VERSION, "site-0 speaks version 7 of the wire protocol, this party version 1");
  h.version = SMPI_WIRE_VERSION, h.members = 5;
  smpi_hello_encode(im.answer, &h);
  check_impostor(&im, SMPC_E_PARAM, "site-0 expects 5 members");
  memset(im.answer, ' ', sizeof im.answer);
  memcpy(im.answer, "HTTP/1.1 400 Bad Request", 24);
  check_impostor(&im, SMPC_E_FORMAT, "does not speak this protocol");
}

static void every_peers_outcome_is_told(void **state) {
  (void)state;
  struct members m;
  struct mesh_party p[4];
  struct smpi_fault outcome[4], others[2][4];
  mesh_members(&m, 4, TCP);
  mesh_prepare(p, &m, NULL, NULL);
  p[3].cfg.peer_fault = outcome; /* dials 0 (other agreement), 1 (good), 2 (not there) */
  p[3].cfg.wait_ms = 1500;
  p[0].cfg.agreement_tag[5] = 1;
  for (unsigned i = 0; i < 2; i++) p[i].cfg.peer_fault = others[i]; /* they stay, to tell everybody */
  p[0].cfg.wait_ms = p[1].cfg.wait_ms = 1000;
  p[2].cfg.listen = "tcp://127.0.0.1:1"; /* privileged, or at least not its address */
  p[2].cfg.wait_ms = 1;
  mesh_run(p, 4);
  assert_int_equal(outcome[0].code, SMPC_E_PARAM);
  assert_int_equal(outcome[1].code, SMPC_OK);
  assert_int_equal(outcome[2].code, SMPC_E_CONNECT);
  assert_non_null(strstr(outcome[2].text, "site-2 cannot be reached at tcp://"));
}

static void check_open(struct members *m, const char *listen, const char *says) {
  struct mesh_party p[2];
  mesh_prepare(p, m, NULL, NULL);
  p[0].cfg.listen = listen;
  p[0].cfg.wait_ms = 200;
  mesh_run(p, 1);
  assert_int_equal(p[0].fault.code, SMPC_E_CONNECT);
  if (strstr(p[0].fault.text, says) == NULL) fail_msg("says: %s", p[0].fault.text);
}

static void unusable_addresses_are_named(void **state) {
  (void)state;
  struct members m;
  mesh_members(&m, 2, TCP);
  unsigned port = 0;
  int fd = bind_local(&port);
  assert_int_equal(listen(fd, 1), 0);
  char taken[64];
  snprintf(taken, sizeof taken, "tcp://127.0.0.1:%u", port);
  check_open(&m, taken, "another program listens on tcp://127.0.0.1");
  close(fd);
  check_open(&m, "carrier-pigeon://x", "cannot listen on carrier-pigeon://x");
  check_open(&m, "", "site-1 has not called within 0.2 s");
  m.peer[0].address[0] = '\0';
  check_open(&m, "", "site-1 cannot be reached at tcp://127.0.0.1");
  snprintf(m.peer[1].address, sizeof m.peer[1].address, "carrier-pigeon://y");
  check_open(&m, "", "the address carrier-pigeon://y of site-1 is not usable");
  snprintf(m.peer[1].address, sizeof m.peer[1].address, "tcp://no-such-host.invalid:4");
  check_open(&m, "", "tcp://no-such-host.invalid:4");
  m.peer[1].address[0] = '\0';
  check_open(&m, "", "neither site-1 nor site-0 has an address");
}

TEST_MAIN(T(a_wrong_key_is_refused), T(opening_can_be_canceled), T(another_agreement_is_refused_at_once),
          T(swapped_indices_are_refused), T(other_versions_and_other_servers_are_named),
          T(every_peers_outcome_is_told), T(unusable_addresses_are_named))
