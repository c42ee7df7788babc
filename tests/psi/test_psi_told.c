/* test_psi_told.c - a party tells another a size of its set that is not what it works with, however large: the run
 * ends at all of them, and nobody has taken memory for it. */
#include "many_sets.h"
#include "psi_sets.h"

#include "base/bytes.h"
#include "support/seams.h"
#include "support/tap.h"

enum { LEAST = 10, OWNERS = 3, ROOM = 16 << 20 };

/* The first message of 8 bytes from `liar` to `to` is its size. */
struct lie { unsigned liar, to; uint64_t size; unsigned told; };

static void tell(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct lie *l = user;
  if (from != l->liar || to != l->to || off != 0 || len != 8 || l->told != 0) return;
  l->told++;
  smpi_put64((uint8_t *)(uintptr_t)data, l->size);
}

/* --- what is run ---------------------------------------------------------------------------------- */

struct form {
  const char *name;
  unsigned owners;
  smpc_psi_protocol protocol;
  bool is_count, is_distinct;
  unsigned to;
  uint64_t most;
};

static const struct form forms[] = {
    {"vole of three", OWNERS, SMPC_PSI_VOLE, false, false, 1, UINT64_C(1) << 26},
    {"distinct of three", OWNERS, SMPC_PSI_JOIN, false, true, 1, 12 << 20},
    {"join of two", 2, SMPC_PSI_JOIN, true, false, 1, 12 << 20},
    {"ecdh", 2, SMPC_PSI_ECDH, false, false, 3, UINT64_C(1) << 30},
    {"vole, told its sender", 2, SMPC_PSI_VOLE, false, false, 2, UINT64_C(1) << 30},
    {"vole, told its receiver", 2, SMPC_PSI_VOLE, false, false, 1, UINT64_C(1) << 30},
};
enum { FORMS = sizeof forms / sizeof *forms };

static void count_distinct(struct smpc_session *s, unsigned me, void *ctx) {
  struct many_run *r = ctx;
  uint64_t count;
  r->err[me] = smpc_psi_distinct(s, &r->q, &r->set[me], &count, &r->result[me]);
}

static uint64_t run_three(const struct form *f, smpc_err *err, struct parties_result *got) {
  static const size_t size[OWNERS] = {LEAST, LEAST, LEAST};
  struct many_sets m;
  struct many_run r;
  many_sets_make(&m, OWNERS, size, 3, false, 5);
  many_run_make(&r, &m, OWNERS, f->to);
  seam_heap_reset(0);
  uint64_t before = seam_heap_peak();
  parties_run(&(struct parties){.n = OWNERS, .seed = 9, .source = SMPC_OT},
              f->is_distinct ? count_distinct : many_reveal, &r, got);
  uint64_t risen = seam_heap_peak() - before;
  memcpy(err, r.err, OWNERS * sizeof *err);
  many_run_free(&r);
  many_sets_free(&m);
  return risen;
}

static uint64_t run_two(const struct form *f, smpc_err *err, struct parties_result *got) {
  struct psi_sets p;
  struct psi_run r;
  psi_sets_make(&p, LEAST, LEAST, 3, 5);
  psi_run_make(&r, &p, f->to);
  r.q.protocol = f->protocol;
  r.is_count = f->is_count;
  seam_heap_reset(0);
  uint64_t before = seam_heap_peak();
  parties_run(&(struct parties){.n = 2, .seed = 9, .source = SMPC_OT}, psi_body, &r, got);
  uint64_t risen = seam_heap_peak() - before;
  memcpy(err, r.err, 2 * sizeof *err);
  psi_run_free(&r);
  psi_sets_free(&p);
  return risen;
}

static uint64_t run(const struct form *f, struct lie *lie, smpc_err *err, struct parties_result *got) {
  tap_set(tell, lie);
  uint64_t risen = f->owners == 2 ? run_two(f, err, got) : run_three(f, err, got);
  tap_set(NULL, NULL);
  return risen;
}

/* --- tests -------------------------------------------------------------------------------------------- */

/* Refused where no set of the protocol can be so large, and elsewhere found out. */
static void a_told_size_takes_no_memory_before_it_is_compared(void **state) {
  (void)state;
  static const uint64_t sizes[] = {1 << 20,           1 << 24,           1 << 26,           (1 << 26) + 1,
                                   UINT64_C(1) << 31, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX};
  for (size_t i = 0; i < FORMS; i++) {
    struct parties_result got;
    smpc_err err[OWNERS];
    struct lie honest = {.liar = 1, .to = 0, .size = LEAST};
    uint64_t usual = run(&forms[i], &honest, err, &got);
    assert_int_equal(honest.told, 1);
    for (unsigned k = 0; k < forms[i].owners; k++) assert_int_equal(err[k], SMPC_OK);
    for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++) {
      struct lie lie = {.liar = 1, .to = 0, .size = sizes[j]};
      uint64_t risen = run(&forms[i], &lie, err, &got);
      bool is_refused = sizes[j] > forms[i].most;
      assert_int_equal(got.fault[0].code, is_refused ? SMPC_E_FORMAT : SMPC_E_DESYNC);
      assert_int_equal(got.fault[0].party, 1);
      for (unsigned k = 0; k < forms[i].owners; k++) assert_true(err[k] != SMPC_OK);
      assert_true(risen <= usual + ROOM);
    }
  }
}

TEST_MAIN(T(a_told_size_takes_no_memory_before_it_is_compared))
