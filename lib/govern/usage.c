/* usage.c - see usage.h. */
#include "govern/usage.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

struct pass {
  struct smpi_usage *list;
  size_t n, room;
  char party[64];
  struct smpi_usage run; /* the session that is going on */
  bool is_running;
  unsigned me;           /* this party's number in it */
  smpc_err err;
};

static void put(char *out, size_t size, struct smpi_slice s) {
  size_t len = smpi_min(s.len, size - 1);
  memcpy(out, s.at, len);
  out[len] = 0;
}

static bool same_line(const struct smpi_usage *a, const struct smpi_usage *b) {
  return strcmp(a->party, b->party) == 0 && strcmp(a->purpose, b->purpose) == 0 && strcmp(a->month, b->month) == 0;
}

static struct smpi_usage *line_for(struct pass *p) {
  for (size_t i = 0; i < p->n; i++)
    if (same_line(&p->list[i], &p->run)) return &p->list[i];
  if (p->n == p->room) {
    size_t room = p->room == 0 ? 32 : 2 * p->room;
    struct smpi_usage *more = smpi_alloc(room, sizeof *more);
    if (more == NULL) return p->err = SMPC_E_NOMEM, NULL;
    if (p->n > 0) memcpy(more, p->list, p->n * sizeof *more);
    smpi_free(p->list);
    p->list = more;
    p->room = room;
  }
  struct smpi_usage *line = &p->list[p->n++];
  *line = p->run;
  memset(line->sum, 0, sizeof line->sum);
  return line;
}

/* A session is over, or was cut short: into its line. */
static void settle(struct pass *p, bool has_end) {
  struct smpi_usage *line;
  if (!p->is_running) return;
  p->is_running = false;
  if (p->run.sum[SMPI_USED_OPENINGS] > 0) p->run.sum[SMPI_USED_RUNS] = 1;
  else strcpy(p->run.purpose, "(nothing opened)");
  if (!has_end) p->run.sum[SMPI_USED_FAILED] = 1;
  if ((line = line_for(p)) == NULL) return;
  for (int i = 0; i < SMPI_USAGES; i++) line->sum[i] = smpi_entry_add(line->sum[i], p->run.sum[i]);
}

static unsigned find_me(const struct pass *p, const struct smpi_entry *run) {
  struct smpi_slice name;
  uint8_t key[32];
  unsigned i = 0;
  while (smpi_get_named(key, &name, smpi_entry_get_at(run, "with", i)) && !smpi_slice_is(name, p->party)) i++;
  return i;
}

static void on_run(struct pass *p, const struct smpi_entry *e) {
  char when[SMPI_TIME_LEN];
  settle(p, false);
  memset(&p->run, 0, sizeof p->run);
  smpi_put_time(when, e->time);
  memcpy(p->run.month, when, 7);
  strcpy(p->run.party, p->party);
  p->me = find_me(p, e);
  p->is_running = true;
}

static void on_open(struct pass *p, const struct smpi_entry *e) {
  put(p->run.purpose, sizeof p->run.purpose, smpi_entry_get(e, "purpose"));
  p->run.sum[SMPI_USED_OPENINGS]++;
  uint64_t *values = &p->run.sum[SMPI_USED_VALUES];
  *values = smpi_entry_add(*values, smpi_entry_values(e));
}

static void on_items(struct pass *p, const struct smpi_entry *e) {
  uint64_t n;
  unsigned i;
  for (unsigned k = 0; smpi_get_counted(&i, &n, smpi_entry_get_at(e, "set", k)); k++) {
    uint64_t *sum = p->run.sum;
    sum[SMPI_USED_ITEMS_IN_ALL] = smpi_entry_add(sum[SMPI_USED_ITEMS_IN_ALL], n);
    if (i == p->me) sum[SMPI_USED_ITEMS] = smpi_entry_add(sum[SMPI_USED_ITEMS], n);
  }
}

static const struct { int at; const char *key; } counts[] = {
    {SMPI_USED_ROWS, "rows"}, {SMPI_USED_SUPPRESSED, "suppressed"}, {SMPI_USED_TRIPLE, "triples"},
    {SMPI_USED_BIT_TRIPLE, "bit-triples"}, {SMPI_USED_DABIT, "dabits"}, {SMPI_USED_EDABIT, "edabits"},
    {SMPI_USED_TRUNCATION, "truncations"}, {SMPI_USED_LOOKUP, "lookups"}, {SMPI_USED_MASK, "masks"},
    {SMPI_USED_PRODUCT, "products"}, {SMPI_USED_POOL, "pooled"}, {SMPI_USED_DEALT, "dealt"},
    {SMPI_USED_ROUNDS, "rounds"}, {SMPI_USED_BYTES, "bytes"}};

/* All correlations of the run, but for those on disk, are of its one source. */
static void add_source(uint64_t sum[SMPI_USAGES], struct smpi_slice source) {
  static const struct { const char *name; int at; } of[] = {
      {"dealer", SMPI_USED_DEALER}, {"ot", SMPI_USED_OT}, {"paillier", SMPI_USED_PAILLIER}};
  uint64_t all = sum[SMPI_USED_PRODUCT];
  for (int k = SMPI_USED_TRIPLE; k <= SMPI_USED_LOOKUP; k++) all = smpi_entry_add(all, sum[k]);
  for (size_t i = 0; i < sizeof of / sizeof *of; i++)
    if (smpi_slice_is(source, of[i].name)) sum[of[i].at] = all - smpi_min(all, sum[SMPI_USED_POOL]);
}

static void on_end(struct pass *p, const struct smpi_entry *e) {
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    p->run.sum[counts[i].at] = smpi_entry_number(e, counts[i].key);
  add_source(p->run.sum, smpi_entry_get(e, "source"));
  p->run.sum[SMPI_USED_FAILED] = smpi_entry_number(e, "code") != 0;
  settle(p, true);
}

static smpc_err add_file(struct pass *p, const char *path, struct smpi_fault *f) {
  struct smpi_slice text;
  struct smpi_chain c;
  smpc_err err = smpi_file_read(&text, path, "journal", f);
  if (err != SMPC_OK) return err;
  smpi_chain_begin(&c, text);
  while (p->err == SMPC_OK && smpi_chain_next(&c)) {
    if (c.entry.kind == SMPI_BEGIN) put(p->party, sizeof p->party, smpi_entry_get(&c.entry, "party"));
    if (c.entry.kind == SMPI_RUN) on_run(p, &c.entry);
    if (c.entry.kind == SMPI_OPEN && p->is_running) on_open(p, &c.entry);
    if (c.entry.kind == SMPI_ITEMS && p->is_running) on_items(p, &c.entry);
    if (c.entry.kind == SMPI_END && p->is_running) on_end(p, &c.entry);
  }
  settle(p, false);
  smpi_free((void *)text.at);
  if (c.why != NULL)
    return smpi_fault_set(f, SMPC_E_FORMAT, -1, "%.100s: entry %llu: %s", path, (unsigned long long)c.next, c.why);
  return p->err == SMPC_OK ? SMPC_OK : smpi_fault_set(f, p->err, -1, "out of memory");
}

static int by_line(const void *x, const void *y) {
  const struct smpi_usage *a = x, *b = y;
  int order = strcmp(a->party, b->party);
  if (order == 0) order = strcmp(a->purpose, b->purpose);
  return order != 0 ? order : strcmp(a->month, b->month);
}

smpc_err smpi_usage_add_up(struct smpi_usage **list, size_t *lines, const char *const *path, size_t n,
                           struct smpi_fault *f) {
  struct pass p = {.err = SMPC_OK};
  smpc_err err = SMPC_OK;
  for (size_t i = 0; i < n && err == SMPC_OK; i++) err = add_file(&p, path[i], f);
  if (err == SMPC_OK && p.n > 0) qsort(p.list, p.n, sizeof *p.list, by_line);
  *list = err == SMPC_OK ? p.list : NULL;
  *lines = err == SMPC_OK ? p.n : 0;
  if (err != SMPC_OK) smpi_free(p.list);
  return err;
}
