/* test_psi_transcripts.c - what an intersection sends, in each of its forms: the same lengths and the same
 * distribution whatever the sets; nothing twice, not even for the same sets in one session; and, from a
 * fixed seed, the very bytes that the table below says. */
#include "psi_sets.h"

#include "base/bytes.h"
#include "rand/hash.h"
#include "support/stats.h"
#include "support/tap.h"

struct form { const char *name; smpc_psi_protocol protocol; bool is_malicious; size_t n; uint64_t bytes[2], hash[2]; };

/* By party.  After an intended change, the failing test prints the new rows. */
static const struct form forms[] = {
#include "transcripts.h"
};
enum { FORMS = sizeof forms / sizeof *forms };

struct seen {
  const struct form *form;
  struct psi_run r;
  struct stats sent[2];
  struct smpi_hash hash[2];
  uint8_t *bytes[2];
  size_t len[2], cut[2]; /* where the second of two runs begins */
  unsigned repeat;
};

static void watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct seen *s = user;
  (void)to, (void)off;
  s->bytes[from] = realloc(s->bytes[from], s->len[from] + len);
  memcpy(s->bytes[from] + s->len[from], data, len);
  s->len[from] += len;
  smpi_hash_add(&s->hash[from], data, len);
  stats_add(&s->sent[from], data, len);
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct seen *seen = ctx;
  for (unsigned i = 0; i < seen->repeat; i++) {
    seen->cut[me] = seen->len[me];
    free(seen->r.matched[me]);
    psi_body(s, me, &seen->r);
  }
}

static void stand_against_all(smpc_config *cfg, unsigned me, void *ctx) {
  const struct seen *seen = ctx;
  (void)me;
  if (seen->form->is_malicious) cfg->security = SMPC_MALICIOUS;
}

/* `repeat` intersections of sets of form->n items, `common` of them in both; the first party learns. */
static void record(struct seen *s, const struct form *form, uint64_t base, size_t common, unsigned repeat, uint64_t seed) {
  struct psi_sets p;
  struct parties setting = {.n = 2, .seed = seed, .source = SMPC_OT, .configure = stand_against_all};
  psi_sets_make(&p, form->n, form->n, common, base);
  *s = (struct seen){.form = form, .repeat = repeat};
  psi_run_make(&s->r, &p, 1);
  s->r.q.protocol = form->protocol;
  s->r.q.size_a = s->r.q.size_b = form->n; /* declared, so that not even numbers are sent */
  for (unsigned k = 0; k < 2; k++) smpi_hash_begin(&s->hash[k], "test psi transcripts");
  tap_set(watch, s);
  parties_run_ok(&setting, body, s, NULL);
  tap_set(NULL, NULL);
  assert_true(s->r.err[0] == SMPC_OK && s->r.result[0].matched == common);
  psi_sets_free(&p);
}

static void forget(struct seen *s) {
  psi_run_free(&s->r);
  free(s->bytes[0]);
  free(s->bytes[1]);
}

/* Disjoint, equal, large and small numbers. */
static void different_sets_look_alike(void **state) {
  (void)state;
  for (size_t i = 0; i < FORMS; i++) {
    struct seen a, b;
    record(&a, &forms[i], 5, forms[i].n, 1, 1);
    record(&b, &forms[i], UINT64_C(1) << 50, 0, 1, 2);
    for (unsigned k = 0; k < 2; k++) {
      assert_int_equal(a.len[k], b.len[k]);
      assert_true(stats_bytes_are_alike(&a.sent[k], &b.sent[k]));
    }
    forget(&a);
    forget(&b);
  }
}

static int order(const void *x, const void *y) {
  uint64_t a, b;
  memcpy(&a, x, sizeof a);
  memcpy(&b, y, sizeof b);
  return a < b ? -1 : a > b;
}

/* Eight bytes from any place of the first run that stand at any place of the second. */
static size_t repeated(const uint8_t *bytes, size_t cut, size_t len) {
  size_t n = cut - 7, found = 0;
  uint64_t *word = malloc(n * sizeof *word);
  for (size_t i = 0; i < n; i++) word[i] = smpi_get64(bytes + i);
  qsort(word, n, sizeof *word, order);
  for (size_t i = cut; i + 8 <= len; i++) {
    uint64_t w = smpi_get64(bytes + i);
    found += bsearch(&w, word, n, sizeof *word, order) != NULL;
  }
  free(word);
  return found;
}

static void the_same_sets_twice_are_unrelated(void **state) {
  (void)state;
  for (size_t i = 0; i < FORMS; i++) {
    struct seen s;
    record(&s, &forms[i], 5, forms[i].n, 2, 3);
    for (unsigned k = 0; k < 2; k++) {
      assert_true(s.cut[k] > 32 * forms[i].n / 4);
      assert_int_equal(repeated(s.bytes[k], s.cut[k], s.len[k]), 0);
    }
    forget(&s);
  }
}

static void transcripts_are_as_in_the_table(void **state) {
  (void)state;
  bool is_same = true;
  for (size_t i = 0; i < FORMS; i++) {
    struct seen s;
    uint64_t hash[2];
    record(&s, &forms[i], 5, forms[i].n / 2, 1, 20);
    for (unsigned k = 0; k < 2; k++) {
      uint8_t digest[SMPI_HASH_LEN];
      smpi_hash_end(&s.hash[k], digest);
      hash[k] = smpi_get64(digest);
      is_same &= hash[k] == forms[i].hash[k] && s.len[k] == forms[i].bytes[k];
    }
    if (hash[0] != forms[i].hash[0] || hash[1] != forms[i].hash[1])
      print_message("# {\"%s\", %s, %s, %zu, {%zu, %zu}, {%#llx, %#llx}},\n", forms[i].name,
                  forms[i].protocol == SMPC_PSI_ECDH ? "SMPC_PSI_ECDH" : "SMPC_PSI_VOLE",
                  forms[i].is_malicious ? "true" : "false", forms[i].n, s.len[0], s.len[1],
                  (unsigned long long)hash[0], (unsigned long long)hash[1]);
    forget(&s);
  }
  assert_true(is_same);
}

TEST_MAIN(T(different_sets_look_alike), T(the_same_sets_twice_are_unrelated), T(transcripts_are_as_in_the_table))
