/* test_relay.c - somebody between two parties who sees and changes everything that passes: he finds no
 * plaintext, and whatever he alters, repeats, turns back or cuts is noticed. */
#include "support/test.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "support/local_ports.h"
#include "support/mesh_support.h"
#include "wire/channel.h"

enum { PAYLOAD = 300000, KEEP = 2 << 20, HELLOS = 64 + 48 };

enum trick { PASS, FLIP, CUT, REPEAT, REFLECT, DROP };

/* The relay: `from` is the dialer's side. */
struct relay {
  enum trick trick;
  size_t at; /* byte of the dialer's direction where it happens */
  int listener;
  unsigned target;
  uint8_t *seen[2];
  size_t n_seen[2];
  bool done;
};

static void note(struct relay *r, int way, const uint8_t *b, size_t len) {
  if (r->n_seen[way] + len <= KEEP) memcpy(r->seen[way] + r->n_seen[way], b, len);
  r->n_seen[way] += len;
}

static bool pass_on(int fd, const uint8_t *b, size_t len) {
  for (size_t sent = 0; sent < len;) {
    ssize_t n = send(fd, b + sent, len - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += (size_t)n;
  }
  return true;
}

/* Apply the trick to a piece that holds byte `at` of the dialer's direction.  false: cut. */
static bool meddle(struct relay *r, const int fd[2], uint8_t *b, size_t len, size_t begin) {
  size_t i = r->at - begin;
  r->done = true;
  switch (r->trick) {
  case FLIP: b[i] ^= 0x10; return pass_on(fd[1], b, len);
  case CUT: (void)pass_on(fd[1], b, i); return false;
  case REPEAT: return pass_on(fd[1], b, len) && pass_on(fd[1], b, len);
  case REFLECT: return pass_on(fd[0], b, len); /* back to the sender, and not on */
  case DROP: return pass_on(fd[1], b, i) && (i + 1 == len || pass_on(fd[1], b + i + 1, len - i - 1));
  default: return pass_on(fd[1], b, len);
  }
}

/* Pass one piece from side `way` to the other.  false: the end. */
static bool step(struct relay *r, const int fd[2], int way) {
  uint8_t b[16384];
  ssize_t n = recv(fd[way], b, sizeof b, 0);
  if (n <= 0) return false;
  size_t begin = r->n_seen[way];
  note(r, way, b, (size_t)n);
  bool here = way == 0 && !r->done && r->trick != PASS && r->at >= begin && r->at < begin + (size_t)n;
  return here ? meddle(r, fd, b, (size_t)n, begin) : pass_on(fd[!way], b, (size_t)n);
}

static void serve(struct relay *r, int caller) {
  int fd[2] = {caller, connect_local(r->target)};
  for (int tries = 0; fd[1] < 0 && tries < 200; tries++) usleep(10000), fd[1] = connect_local(r->target);
  for (bool on = fd[1] >= 0; on;) {
    struct pollfd p[2] = {{fd[0], POLLIN, 0}, {fd[1], POLLIN, 0}};
    if (poll(p, 2, 10000) <= 0) break;
    for (int way = 0; way < 2 && on; way++)
      if (p[way].revents != 0) on = step(r, fd, way);
  }
  close(fd[0]);
  if (fd[1] >= 0) close(fd[1]);
}

/* One connection after the other; a dialer that was cut off may try again, untouched. */
static void *relay_main(void *arg) {
  struct relay *r = arg;
  for (;;) {
    int caller = accept(r->listener, NULL, NULL);
    if (caller < 0) return NULL;
    if (!r->done) r->n_seen[0] = r->n_seen[1] = 0;
    serve(r, caller);
  }
}

/* --- the parties ------------------------------------------------------------------------ */

static const char CANARY[] = "canary: a share that must not be seen";

struct party {
  struct smpi_mesh_config cfg;
  unsigned me;
  struct smpi_fault fault;
  bool right; /* everything arrived as it was sent */
  pthread_t thread;
};

static void fill(uint8_t *b, unsigned me) {
  for (size_t i = 0; i < PAYLOAD; i++) b[i] = (uint8_t)CANARY[i % (sizeof CANARY - 1)];
  b[0] = (uint8_t)me;
}

static void *party_main(void *arg) {
  struct party *p = arg;
  struct smpi_mesh *mesh;
  uint8_t *out = malloc(PAYLOAD), *in = calloc(1, PAYLOAD), *want = malloc(PAYLOAD);
  fill(out, p->me), fill(want, 1 - p->me);
  struct smpi_flow f = {.peer = 1 - p->me, .out_len = PAYLOAD, .in_len = PAYLOAD, .out = out, .in = in};
  if (smpi_mesh_open(&mesh, &p->cfg, &p->fault) == SMPC_OK) {
    bool came = true;
    for (uint64_t step = 1; step <= 3 && came; step++) { /* what is behind the end of one exchange shows in the next */
      struct smpi_tag tag = {step, 7};
      memset(in, 0, PAYLOAD);
      came = smpi_mesh_exchange(mesh, &tag, &f, 1, &p->fault) == SMPC_OK;
      if (came) assert_memory_equal(in, want, PAYLOAD); /* never anything else */
    }
    p->right = came;
    if (!came) smpi_mesh_abort(mesh, p->fault.code, 1);
    smpi_mesh_close(mesh, came);
  }
  free(out), free(in), free(want);
  return NULL;
}

static void run(struct relay *r, struct party p[2], enum trick trick, size_t at) {
  struct members m, dialed;
  pthread_t t;
  unsigned port = 0;
  members_make(&m, 2);
  *r = (struct relay){.trick = trick, .at = at, .target = free_port(), .seen = {malloc(KEEP), malloc(KEEP)}};
  r->listener = bind_local(&port);
  assert_int_equal(listen(r->listener, 8), 0);
  snprintf(m.peer[0].address, sizeof m.peer[0].address, "tcp://127.0.0.1:%u", r->target);
  dialed = m;
  snprintf(dialed.peer[0].address, sizeof dialed.peer[0].address, "tcp://127.0.0.1:%u", port);
  for (unsigned i = 0; i < 2; i++) {
    p[i] = (struct party){.cfg = members_config(i == 0 ? &m : &dialed, i, 1200), .me = i};
    p[i].cfg.wait_ms = 4000;
  }
  pthread_create(&t, NULL, relay_main, r);
  for (unsigned i = 0; i < 2; i++) pthread_create(&p[i].thread, NULL, party_main, &p[i]);
  for (unsigned i = 0; i < 2; i++) pthread_join(p[i].thread, NULL);
  shutdown(r->listener, SHUT_RDWR);
  pthread_join(t, NULL);
  close(r->listener);
}

static void done(struct relay *r) { free(r->seen[0]), free(r->seen[1]); }

static void the_recorded_traffic_shows_nothing(void **state) {
  (void)state;
  struct relay r;
  struct party p[2];
  run(&r, p, PASS, 0);
  assert_true(p[0].right && p[1].right);
  for (int way = 0; way < 2; way++) {
    size_t n = r.n_seen[way], count[256] = {0};
    assert_true(n > 3 * PAYLOAD && n <= KEEP);
    for (size_t i = 0; i + 8 <= n; i++) assert_true(memcmp(r.seen[way] + i, CANARY, 8) != 0);
    for (size_t i = HELLOS; i < n; i++) count[r.seen[way][i]]++;
    for (int b = 0; b < 256; b++) /* every byte value about equally often */
      assert_true(count[b] * 256 > n * 9 / 10 && count[b] * 256 < n * 11 / 10);
  }
  done(&r);
}

/* A trick inside the channel: neither party may end well. */
static void check_noticed(enum trick trick, size_t at) {
  struct relay r;
  struct party p[2];
  run(&r, p, trick, at);
  assert_true(r.done);
  for (int i = 0; i < 2; i++)
    if (p[i].right || p[i].fault.code == SMPC_OK) fail_msg("trick %d at %zu: party %d noticed nothing", trick, at, i);
  done(&r);
}

/* Places: in the first record of data, near its end, in the second message.  (Of the last message only the
 * receiver can know.) */
static const size_t PLACES[] = {HELLOS + 19 + 40, 61625, PAYLOAD + 50000};

static void alteration_is_noticed(void **state) {
  (void)state;
  for (size_t i = 0; i < 3; i++) check_noticed(FLIP, PLACES[i]);
}
static void omission_is_noticed(void **state) {
  (void)state;
  for (size_t i = 0; i < 3; i++) check_noticed(DROP, PLACES[i]);
}
static void repetition_is_noticed(void **state) {
  (void)state;
  for (size_t i = 0; i < 3; i++) check_noticed(REPEAT, PLACES[i]);
}
static void reflection_is_noticed(void **state) {
  (void)state;
  for (size_t i = 0; i < 3; i++) check_noticed(REFLECT, PLACES[i]);
}
static void cutting_is_noticed(void **state) {
  (void)state;
  for (size_t i = 0; i < 3; i++) check_noticed(CUT, PLACES[i]);
}

/* Who waits for the last message knows that its end is missing; its sender may have left by then. */
static void cutting_the_end_is_noticed_by_its_receiver(void **state) {
  (void)state;
  const size_t before_the_end[] = {100, 2000, 70000};
  for (size_t i = 0; i < 3; i++) {
    struct relay r;
    struct party p[2];
    run(&r, p, CUT, 3 * PAYLOAD - before_the_end[i]);
    assert_true(r.done);
    if (p[0].right || p[0].fault.code == SMPC_OK)
      fail_msg("cut %zu bytes before the end: nothing noticed", before_the_end[i]);
    done(&r);
  }
}

/* During the handshake a trick breaks that connection; the dialer's next one is clean.  Either the link
 * comes up untouched, or both know why not: never a link over altered bytes. */
static void the_handshake_cannot_be_altered(void **state) {
  (void)state;
  const size_t places[] = {0, 9, 12, 17, 21, 30, 45, 60, 64, 90, 100, 111};
  for (size_t i = 0; i < 12; i++) {
    struct relay r;
    struct party p[2];
    run(&r, p, FLIP, places[i]);
    assert_true(r.done);
    assert_true(p[0].right == p[1].right);
    for (int k = 0; k < 2; k++) assert_true(p[k].right || p[k].fault.code != SMPC_OK);
    done(&r);
  }
}

TEST_MAIN(T(the_recorded_traffic_shows_nothing), T(alteration_is_noticed), T(omission_is_noticed),
          T(repetition_is_noticed), T(reflection_is_noticed), T(cutting_is_noticed),
          T(cutting_the_end_is_noticed_by_its_receiver), T(the_handshake_cannot_be_altered))
