/* test_psi_transcripts.c - what an intersection sends, in each of its forms: the same lengths and the same
 * distribution whatever the sets; nothing twice, not even for the same sets in one session; and, from a
 * fixed seed, the very bytes that the table below says. */
#include "many_sets.h"

#include "base/bytes.h"
#include "rand/hash.h"
#include "support/stats.h"
#include "support/tap.h"

enum { MOST = 3 };

/* Sets of n items at each of the parties; the first learns which all have, or how many different ones there are. */
static const struct form {
  const char *name;
  smpc_psi_protocol protocol;
  bool is_malicious, is_distinct;
  unsigned parties;
  size_t n;
  uint64_t minimum;
} forms[] = {
    {"ecdh", SMPC_PSI_ECDH, false, false, 2, 300, 0},         {"vole", SMPC_PSI_VOLE, false, false, 2, 3000, 0},
    {"vole, malicious", SMPC_PSI_VOLE, true, false, 2, 3000, 0}, {"many", SMPC_PSI_VOLE, false, false, 3, 2000, 0},
    {"many, minimum", SMPC_PSI_VOLE, false, false, 3, 500, 2}, {"distinct", SMPC_PSI_JOIN, false, true, 3, 500, 0},
};
enum { FORMS = sizeof forms / sizeof *forms };

/* What each sends to each.  After an intended change, the failing test prints the new rows. */
static const struct row { const char *form; unsigned from, to; uint64_t bytes, hash; } rows[] = {
#include "transcripts.h"
};
enum { ROWS = sizeof rows / sizeof *rows };

struct seen {
  const struct form *form;
  struct many_run r;
  uint64_t count[MOST];
  struct stats sent[MOST];
  struct smpi_hash hash[MOST][MOST];
  size_t sent_to[MOST][MOST];
  uint8_t *bytes[MOST];
  size_t len[MOST], cut[MOST]; /* where the second of two runs begins */
  unsigned repeat;
};

static void watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct seen *s = user;
  (void)off;
  if (from >= MOST || to >= MOST) return; /* a dealer's */
  s->bytes[from] = realloc(s->bytes[from], s->len[from] + len);
  memcpy(s->bytes[from] + s->len[from], data, len);
  s->len[from] += len;
  s->sent_to[from][to] += len;
  smpi_hash_add(&s->hash[from][to], data, len);
  stats_add(&s->sent[from], data, len);
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct seen *seen = ctx;
  struct many_run *r = &seen->r;
  for (unsigned i = 0; i < seen->repeat; i++) {
    seen->cut[me] = seen->len[me];
    free(r->matched[me]);
    r->matched[me] = NULL;
    if (seen->form->is_distinct)
      r->err[me] = smpc_psi_distinct(s, &r->q, &r->set[me], &seen->count[me], &r->result[me]);
    else many_reveal(s, me, r);
  }
}

static void stand_against_all(smpc_config *cfg, unsigned me, void *ctx) {
  const struct seen *seen = ctx;
  (void)me;
  if (seen->form->is_malicious) cfg->security = SMPC_MALICIOUS;
}

/* Sizes are declared, so that not even numbers are sent. */
static void ask(struct seen *s, const struct many_sets *m, const uint64_t *declared) {
  const struct form *f = s->form;
  many_run_make(&s->r, m, f->parties, 1);
  s->r.q.protocol = f->protocol;
  s->r.q.minimum = f->minimum;
  s->r.q.sizes = declared;
  if (f->parties > 2) return;
  s->r.q.owners.bits = 0;
  s->r.q.sizes = NULL;
  s->r.q.size_a = s->r.q.size_b = f->n;
}

/* `repeat` runs over sets of form->n items, `common` of them everybody's. */
static void record(struct seen *s, const struct form *form, uint64_t base, size_t common, unsigned repeat,
                   uint64_t seed) {
  struct many_sets m;
  struct parties setting = {.n = form->parties, .seed = seed, .configure = stand_against_all,
                            .dealer = form->parties > 2, .source = form->parties > 2 ? SMPC_DEALER : SMPC_OT};
  const size_t size[MOST] = {form->n, form->n, form->n};
  const uint64_t declared[MOST] = {form->n, form->n, form->n};
  many_sets_make(&m, form->parties, size, common, false, base);
  *s = (struct seen){.form = form, .repeat = repeat};
  ask(s, &m, declared);
  for (unsigned i = 0; i < MOST; i++)
    for (unsigned j = 0; j < MOST; j++) smpi_hash_begin(&s->hash[i][j], "test psi transcripts");
  tap_set(watch, s);
  parties_run_ok(&setting, body, s, NULL);
  tap_set(NULL, NULL);
  assert_int_equal(s->r.err[0], SMPC_OK);
  if (form->is_distinct) assert_int_equal(s->count[0], m.universe);
  else assert_int_equal(s->r.result[0].matched, common);
  many_sets_free(&m);
}

static void forget(struct seen *s) {
  many_run_free(&s->r);
  for (unsigned k = 0; k < MOST; k++) free(s->bytes[k]);
}

/* Disjoint, or but for what a minimum asks; equal; large and small numbers. */
static void different_sets_look_alike(void **state) {
  (void)state;
  for (size_t i = 0; i < FORMS; i++) {
    struct seen a, b;
    record(&a, &forms[i], 5, forms[i].n, 1, 1);
    record(&b, &forms[i], UINT64_C(1) << 50, forms[i].minimum, 1, 2);
    assert_memory_equal(a.sent_to, b.sent_to, sizeof a.sent_to);
    for (unsigned k = 0; k < forms[i].parties; k++) assert_true(stats_bytes_are_alike(&a.sent[k], &b.sent[k]));
    forget(&a);
    forget(&b);
  }
}

/* Where `word` stands in a table of 2^bits words, or may be put; 0 is an empty place. */
static size_t place(const uint64_t *table, unsigned bits, uint64_t word) {
  size_t i = (word * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - bits);
  while (table[i] != 0 && table[i] != word) i = (i + 1) & ((UINT64_C(1) << bits) - 1);
  return i;
}

/* Eight bytes from any place of the first run that stand at any place of the second (0 counts as 1). */
static size_t repeated(const uint8_t *bytes, size_t cut, size_t len) {
  unsigned bits = 1;
  while ((size_t)1 << bits < 2 * cut) bits++;
  uint64_t *table = calloc((size_t)1 << bits, sizeof *table);
  size_t found = 0;
  for (size_t i = 0; i + 8 <= len; i++) {
    uint64_t word = smpi_get64(bytes + i) + (smpi_get64(bytes + i) == 0);
    size_t at = place(table, bits, word);
    if (i + 8 <= cut) table[at] = word;
    else if (i >= cut) found += table[at] != 0;
  }
  free(table);
  return found;
}

static void the_same_sets_twice_are_unrelated(void **state) {
  (void)state;
  for (size_t i = 0; i < FORMS; i++) {
    struct seen s;
    record(&s, &forms[i], 5, forms[i].n, 2, 3);
    for (unsigned k = 0; k < forms[i].parties; k++) {
      assert_true(s.cut[k] > 8 * forms[i].n && s.len[k] > s.cut[k] + 8 * forms[i].n);
      assert_int_equal(repeated(s.bytes[k], s.cut[k], s.len[k]), 0);
    }
    forget(&s);
  }
}

/* Is it as in the table?  If not, print what it should say. */
static bool is_in_table(struct seen *s, unsigned from, unsigned to) {
  uint8_t digest[SMPI_HASH_LEN];
  smpi_hash_end(&s->hash[from][to], digest);
  uint64_t hash = smpi_get64(digest), bytes = s->sent_to[from][to];
  for (size_t i = 0; i < ROWS; i++)
    if (strcmp(rows[i].form, s->form->name) == 0 && rows[i].from == from && rows[i].to == to &&
        rows[i].bytes == bytes && rows[i].hash == hash)
      return true;
  print_message("# {\"%s\", %u, %u, %llu, %#llx},\n", s->form->name, from, to, (unsigned long long)bytes,
                (unsigned long long)hash);
  return false;
}

static void transcripts_are_as_in_the_table(void **state) {
  (void)state;
  bool is_same = true;
  size_t n = 0;
  for (size_t i = 0; i < FORMS; i++) {
    struct seen s;
    record(&s, &forms[i], 5, forms[i].n / 2, 1, 20);
    for (unsigned from = 0; from < forms[i].parties; from++)
      for (unsigned to = 0; to < forms[i].parties; to++) {
        if (from == to) continue;
        is_same &= is_in_table(&s, from, to);
        n++;
      }
    forget(&s);
  }
  assert_true(is_same && n == ROWS);
}

TEST_MAIN(T(different_sets_look_alike), T(the_same_sets_twice_are_unrelated), T(transcripts_are_as_in_the_table))
