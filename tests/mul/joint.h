/* joint.h - run one operation on shared vectors at all parties, with a dealer,
 * and hold its cost function against the real counters. */
#ifndef JOINT_H
#define JOINT_H

#include "support/test.h"

#include <string.h>

#include "support/parties.h"
#include "support/stats.h"
#include "support/tap.h"

enum { JOINT_OPERANDS = 3, JOINT_FRAC = 20 };

struct joint {
  unsigned parties, operands;
  size_t n;
  struct shares in[JOINT_OPERANDS], z;
  /* z[n] from the operands' shares */
  smpc_err (*op)(struct smpc_session *s, shr *z, shr *const in[], size_t n);
  void (*cost)(struct smpi_cost *c, size_t n);
  unsigned frac_bits;   /* 0: JOINT_FRAC */
  bool in_place;        /* z is the first operand's memory */
  smpc_err err[SMPC_MAX_COMPUTING];
  struct stats sent;    /* among computing parties, online */
};

static void joint_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct joint *j = ctx;
  shr *in[JOINT_OPERANDS] = {j->in[0].of[me], j->in[1].of[me], j->in[2].of[me]};
  shr *z = j->in_place ? in[0] : j->z.of[me];
  j->err[me] = j->op(s, z, in, j->n);
  if (j->in_place) memcpy(j->z.of[me], z, j->n * sizeof *z);
}

static void joint_tap(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct joint *j = user;
  (void)off;
  if (from >= j->parties || to != (from + 1) % j->parties) return; /* sums go to all: count them once */
  if (len % 8 == 0 && len > 32) stats_add(&j->sent, data, len);    /* not the agreement */
}

/* Share the operands, run, leave the result in j->z; free with joint_end(). */
static inline void joint_run(struct joint *j, const uint64_t *const clear[]) {
  struct parties_result r;
  struct smpi_cost cost = {.parties = j->parties};
  shares_new(&j->z, j->parties, j->n);
  for (unsigned i = 0; i < JOINT_OPERANDS; i++) {
    shares_new(&j->in[i], j->parties, j->n);
    if (i < j->operands) shares_split(&j->in[i], clear[i], false, 77 + i);
  }
  memset(&j->sent, 0, sizeof j->sent);
  tap_set(joint_tap, j);
  const struct parties p = {
      .n = j->parties, .dealer = true, .seed = j->n + 1, .frac_bits = j->frac_bits ? j->frac_bits : JOINT_FRAC};
  parties_run_ok(&p, joint_body, j, &r);
  tap_set(NULL, NULL);
  uint64_t bytes = 0;
  j->cost(&cost, j->n);
  for (unsigned i = 0; i < j->parties; i++) {
    assert_int_equal(j->err[i], SMPC_OK);
    assert_int_equal(r.spent[i].rounds, cost.rounds);
    assert_memory_equal(r.spent[i].corr, cost.corr, sizeof cost.corr);
    bytes = r.spent[i].bytes > bytes ? r.spent[i].bytes : bytes;
  }
  assert_int_equal(bytes, cost.bytes);
}

static inline void joint_end(struct joint *j) {
  shares_free(&j->z);
  for (unsigned i = 0; i < JOINT_OPERANDS; i++) shares_free(&j->in[i]);
}

/* Sizes around the boundaries of words, pieces, small openings. */
static const size_t joint_size[] = {0, 1, 127, 128, 129, 1023, 1024, 1025, 4096, 4097, 65535, 65536, 65537};
enum { JOINT_SIZES = sizeof joint_size / sizeof *joint_size };
static const unsigned joint_parties[] = {2, 3, 5};

#endif
