/* test_wire_table.c - what each public operation sends, to the byte.
 *
 * Each program of support/programs.h runs with 2 and with 3 computing parties
 * from a fixed seed; those that take correlated randomness also with 2 parties that
 * make just that by oblivious transfer ("ot:"), a matrix product by Paillier encryption
 * ("paillier:").  For each direction, the number of plaintext bytes and a hash of them, and the rounds and bytes
 * counted, are compared with table.h.  A change that alters the transcript alters this table, and a change that should
 * not is found here.  After an intended change:
 *
 *     build/tests/test_wire_table --print > tests/wire/table.h */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "rand/hash.h"
#include "support/parties.h"
#include "support/programs.h"
#include "support/tap.h"
#include "support/test.h"

struct row {
  const char *program;
  unsigned parties, from, to;
  uint64_t bytes, hash;
};
struct cost_row {
  const char *program;
  unsigned parties;
  uint64_t rounds, bytes;
};
#include "table.h"

enum { MOST = 8 };

struct measured {
  const struct program *prog;
  char name[64];
  smpc_source source;
  struct smpi_hash h[MOST][MOST];
  uint64_t bytes[MOST][MOST];
  smpc_cost spent[MOST], estimate[MOST];
  smpc_err estimated[MOST];
};

static void on_chunk(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct measured *m = user;
  smpi_hash_add_u64(&m->h[from][to], off);
  smpi_hash_add(&m->h[from][to], data, len);
  m->bytes[from][to] += len;
}

struct dry { const struct program *prog; unsigned parties; };

static void dry_program(smpc_session *s, void *user) {
  const struct dry *d = user;
  double out[PROGRAM_MOST];
  (void)program_run(d->prog, s, d->parties, out);
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct measured *m = ctx;
  double out[PROGRAM_MOST];
  struct dry d = {m->prog, smpi_parties(s)};
  bool prepares = m->source != SMPC_DEALER && strcmp(m->prog->name, "prepared") != 0; /* that one does it itself */
  if (prepares && smpc_preprocess(s, dry_program, &d) != SMPC_OK) return;
  (void)program_run(m->prog, s, smpi_parties(s), out);
  m->spent[me] = smpc_session_spent(s);
  m->estimated[me] = smpc_estimate(&s->cfg, dry_program, &d, &m->estimate[me]);
}

static void measure_with(struct measured *m, const struct program *prog, unsigned parties, smpc_source source) {
  memset(m, 0, sizeof *m);
  m->prog = prog;
  m->source = source;
  snprintf(m->name, sizeof m->name, "%s%s", source == SMPC_OT ? "ot:" : source == SMPC_PAILLIER ? "paillier:" : "", prog->name);
  for (unsigned i = 0; i < MOST; i++)
    for (unsigned j = 0; j < MOST; j++) smpi_hash_begin(&m->h[i][j], "test wire");
  tap_set(on_chunk, m);
  bool deals = prog->dealer && source == SMPC_DEALER;
  parties_run_ok(&(struct parties){.n = parties, .dealer = deals, .source = source, .seed = 20}, body, m, NULL);
  tap_set(NULL, NULL);
}

static void measure(struct measured *m, const struct program *prog, unsigned parties) {
  measure_with(m, prog, parties, SMPC_DEALER);
}

static uint64_t hash_of(struct measured *m, unsigned from, unsigned to) {
  uint8_t digest[SMPI_HASH_LEN];
  smpi_hash_end(&m->h[from][to], digest);
  return smpi_get64(digest);
}

static uint64_t most(const struct measured *m, unsigned parties, size_t field) {
  uint64_t v = 0, of;
  for (unsigned i = 0; i < parties; i++) {
    memcpy(&of, (const char *)&m->spent[i] + field, sizeof of);
    if (of > v) v = of;
  }
  return v;
}

/* --- the tests -------------------------------------------------------------------- */

static void compare_directions(struct measured *m, unsigned parties, size_t *seen) {
  for (unsigned f = 0; f < MOST; f++)
    for (unsigned t = 0; t < MOST; t++) {
      if (m->bytes[f][t] == 0) continue;
      uint64_t hash = hash_of(m, f, t);
      const struct row *r = &rows[(*seen)++];
      if (*seen > sizeof rows / sizeof *rows || strcmp(r->program, m->name) != 0 || r->parties != parties ||
          r->from != f || r->to != t || r->bytes != m->bytes[f][t] || r->hash != hash)
        fail_msg("%s with %u parties, %u -> %u: %llu bytes, hash %#llx: not what row %zu of the table says",
                 m->name, parties, f, t, (unsigned long long)m->bytes[f][t], (unsigned long long)hash, *seen);
    }
}

static const smpc_source without_dealer[] = {SMPC_OT, SMPC_PAILLIER};
static bool is_made_by(const struct program *p, smpc_source source) {
  return p->dealer && (source == SMPC_OT || strcmp(p->name, "matmul") == 0);
}

static void transcripts_are_as_in_the_table(void **state) {
  (void)state;
  static struct measured m;
  size_t seen = 0;
  for (size_t i = 0; i < n_programs; i++)
    for (unsigned parties = 2; parties <= 3; parties++) {
      measure(&m, &programs[i], parties);
      compare_directions(&m, parties, &seen);
    }
  for (size_t k = 0; k < 2 * n_programs; k++) {
    size_t i = k % n_programs;
    smpc_source source = without_dealer[k / n_programs];
    if (!is_made_by(&programs[i], source)) continue;
    measure_with(&m, &programs[i], 2, source);
    compare_directions(&m, 2, &seen);
    if (m.estimate[0].offline_bytes != m.spent[0].offline_bytes)
      fail_msg("%s: estimated %llu offline bytes, spent %llu", m.name, (unsigned long long)m.estimate[0].offline_bytes,
               (unsigned long long)m.spent[0].offline_bytes);
  }
  assert_int_equal(seen, sizeof rows / sizeof *rows);
}

static void costs_are_as_in_the_table(void **state) {
  (void)state;
  static struct measured m;
  const struct cost_row *c = cost_rows;
  for (size_t i = 0; i < n_programs; i++)
    for (unsigned parties = 2; parties <= 3; parties++, c++) {
      measure(&m, &programs[i], parties);
      assert_string_equal(c->program, programs[i].name);
      assert_int_equal(c->parties, parties);
      assert_int_equal(most(&m, parties, offsetof(smpc_cost, rounds)), c->rounds);
      assert_int_equal(most(&m, parties, offsetof(smpc_cost, bytes)), c->bytes);
    }
}

/* What smpc_estimate() foretells is what the busiest party then spends. */
static void estimates_are_exact(void **state) {
  (void)state;
  static struct measured m;
  for (size_t i = 0; i < n_programs; i++)
    for (unsigned parties = 2; parties <= 3; parties++) {
      measure(&m, &programs[i], parties);
      assert_int_equal(m.estimated[0], SMPC_OK);
      if (m.estimate[0].rounds != most(&m, parties, offsetof(smpc_cost, rounds)) ||
          m.estimate[0].bytes != most(&m, parties, offsetof(smpc_cost, bytes)))
        fail_msg("%s with %u parties: estimated %llu rounds, %llu bytes; spent %llu, %llu", programs[i].name, parties,
                 (unsigned long long)m.estimate[0].rounds, (unsigned long long)m.estimate[0].bytes,
                 (unsigned long long)most(&m, parties, offsetof(smpc_cost, rounds)),
                 (unsigned long long)most(&m, parties, offsetof(smpc_cost, bytes)));
    }
}

/* --- making the table --------------------------------------------------------------- */

static void print_rows(struct measured *m, unsigned parties) {
  for (unsigned f = 0; f < MOST; f++)
    for (unsigned t = 0; t < MOST; t++)
      if (m->bytes[f][t] != 0)
        printf("    {\"%s\", %u, %u, %u, %llu, %#llx},\n", m->name, parties, f, t, (unsigned long long)m->bytes[f][t],
               (unsigned long long)hash_of(m, f, t));
}

static void print_all(bool costs) {
  static struct measured m;
  for (size_t i = 0; i < n_programs; i++)
    for (unsigned parties = 2; parties <= 3; parties++) {
      measure(&m, &programs[i], parties);
      if (costs)
        printf("    {\"%s\", %u, %llu, %llu},\n", programs[i].name, parties,
               (unsigned long long)most(&m, parties, offsetof(smpc_cost, rounds)),
               (unsigned long long)most(&m, parties, offsetof(smpc_cost, bytes)));
      else print_rows(&m, parties);
    }
  for (size_t k = 0; k < 2 * n_programs && !costs; k++) {
    smpc_source source = without_dealer[k / n_programs];
    if (!is_made_by(&programs[k % n_programs], source)) continue;
    measure_with(&m, &programs[k % n_programs], 2, source);
    print_rows(&m, 2);
  }
}

static int print_table(void) {
  printf("/* table.h - made by test_wire_table --print; see there. */\n\n"
         "/* program, computing parties, from, to (the dealer is the last), bytes, hash */\n"
         "static const struct row rows[] = {\n");
  print_all(false);
  printf("};\n\n/* program, computing parties, rounds, bytes of the busiest party */\n"
         "static const struct cost_row cost_rows[] = {\n");
  print_all(true);
  printf("};\n");
  return 0;
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--print") == 0) return print_table();
  const struct CMUnitTest tests[] = {T(transcripts_are_as_in_the_table), T(costs_are_as_in_the_table),
                                     T(estimates_are_exact)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
