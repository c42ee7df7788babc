/* mesh_support.h - keys, payloads and checked exchanges for tests of meshes. */
#ifndef MESH_SUPPORT_H
#define MESH_SUPPORT_H

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/mesh.h"

enum { TEST_MOST = 4 };

/* A set of members with keys of their own. */
struct members {
  unsigned n;
  uint8_t secret[TEST_MOST][32];
  struct smpi_mesh_peer peer[TEST_MOST];
};

static inline void members_make(struct members *m, unsigned n) {
  memset(m, 0, sizeof *m);
  m->n = n;
  for (unsigned i = 0; i < n; i++) {
    memset(m->secret[i], (int)(0x31 + i), 32);
    crypto_scalarmult_base(m->peer[i].link_key, m->secret[i]);
    snprintf(m->peer[i].name, sizeof m->peer[i].name, "site-%u", i);
  }
}

static inline struct smpi_mesh_config members_config(const struct members *m, unsigned me, unsigned timeout_ms) {
  return (struct smpi_mesh_config){.me = me, .n = m->n, .peer = m->peer, .listen = "", .link_secret = m->secret[me],
                                   .agreement_tag = {1, 2, 3}, .timeout_ms = timeout_ms, .wait_ms = 10000};
}

/* The byte that `from` sends to `to` at position i: no two chunks are alike. */
static inline uint8_t payload_byte(unsigned from, unsigned to, size_t i) {
  return (uint8_t)(i * 31 + (i >> 8) * 7 + (i >> 16) + 64 * from + 16 * to);
}

static inline uint8_t *payload(unsigned from, unsigned to, size_t len) {
  uint8_t *p = malloc(len + 1);
  for (size_t i = 0; i < len; i++) p[i] = payload_byte(from, to, i);
  return p;
}

/* Exchange with all others, lengths by len(from, to, user); true if every byte
 * that came is right. */
static inline bool exchange_checked(struct smpi_mesh *mesh, unsigned me, unsigned n, uint64_t step,
                                    size_t (*len)(unsigned from, unsigned to, const void *user), const void *user,
                                    struct smpi_fault *fault) {
  struct smpi_tag tag = {step, 0xabcdef + step};
  struct smpi_flow flow[TEST_MOST] = {0};
  uint8_t *out[TEST_MOST], *in[TEST_MOST], *want;
  size_t used = 0;
  for (unsigned p = 0; p < n; p++) {
    if (p == me) continue;
    size_t out_len = len(me, p, user), in_len = len(p, me, user);
    out[used] = payload(me, p, out_len);
    in[used] = calloc(1, in_len + 1);
    flow[used] = (struct smpi_flow){.peer = p, .out_len = out_len, .in_len = in_len, .out = out[used], .in = in[used]};
    used++;
  }
  bool good = smpi_mesh_exchange(mesh, &tag, flow, used, fault) == SMPC_OK;
  for (size_t i = 0; i < used; i++) {
    want = payload(flow[i].peer, me, flow[i].in_len);
    good = good && memcmp(want, in[i], flow[i].in_len) == 0;
    free(want), free(out[i]), free(in[i]);
  }
  return good;
}

#endif
