/* report.c - smpc-journal report: the metering as table, CSV or JSON. */
#include <jansson.h>
#include <string.h>

#include "journal.h"

static const struct { const char *name, *head; size_t off; } column[] = {
    {"runs", "runs", offsetof(smpc_usage, runs)},
    {"failed", "failed", offsetof(smpc_usage, failed)},
    {"openings", "openings", offsetof(smpc_usage, openings)},
    {"values", "values", offsetof(smpc_usage, values)},
    {"rows", "rows", offsetof(smpc_usage, rows)},
    {"suppressed", "hidden", offsetof(smpc_usage, suppressed)},
    {"items", "items", offsetof(smpc_usage, items)},
    {"items_in_all", "items of all parties", offsetof(smpc_usage, items_in_all)},
    {"triples", "triples", offsetof(smpc_usage, triples)},
    {"bit_triples", "bit triples", offsetof(smpc_usage, bit_triples)},
    {"dabits", "daBits", offsetof(smpc_usage, dabits)},
    {"edabits", "edaBits", offsetof(smpc_usage, edabits)},
    {"truncations", "truncations", offsetof(smpc_usage, truncations)},
    {"lookups", "lookups", offsetof(smpc_usage, lookups)},
    {"masks", "masks", offsetof(smpc_usage, masks)},
    {"products", "products", offsetof(smpc_usage, products)},
    {"from_dealer", "from the dealer", offsetof(smpc_usage, from_dealer)},
    {"from_ot", "from oblivious transfer", offsetof(smpc_usage, from_ot)},
    {"from_paillier", "from Paillier encryption", offsetof(smpc_usage, from_paillier)},
    {"from_pool", "from the pool on disk", offsetof(smpc_usage, from_pool)},
    {"dealt_bytes", "dealt bytes", offsetof(smpc_usage, dealt)},
    {"rounds", "rounds", offsetof(smpc_usage, rounds)},
    {"bytes", "bytes", offsetof(smpc_usage, bytes)},
};
enum { COLUMNS = sizeof column / sizeof *column };

struct out { const struct journal_job *job; json_t *list; bool failed; };

static unsigned long long at(const smpc_usage *u, int i) {
  uint64_t v;
  memcpy(&v, (const char *)u + column[i].off, sizeof v);
  return v;
}

/* Quoted whenever it might need it. */
static void put_csv(const char *text) {
  putchar('"');
  for (; *text; text++) {
    if (*text == '"') putchar('"');
    putchar(*text);
  }
  putchar('"');
}

static void csv_line(const smpc_usage *u) {
  put_csv(u->party);
  putchar(',');
  put_csv(u->purpose);
  printf(",%s", u->month);
  for (int i = 0; i < COLUMNS; i++) printf(",%llu", at(u, i));
  putchar('\n');
}

static void csv_head(void) {
  fputs("party,purpose,month", stdout);
  for (int i = 0; i < COLUMNS; i++) printf(",%s", column[i].name);
  putchar('\n');
}

static void table_line(const smpc_usage *u) {
  const char *between = "    ";
  printf("%s  %s  %s\n", u->month, u->party, u->purpose);
  for (int i = 0; i < COLUMNS; i++) {
    if (at(u, i) == 0) continue;
    printf("%s%s %llu", between, column[i].head, at(u, i));
    between = ", ";
  }
  putchar('\n');
}

static bool json_line(json_t *list, const smpc_usage *u) {
  json_t *o = json_pack("{s:s, s:s, s:s}", "party", u->party, "purpose", u->purpose, "month", u->month);
  bool good = o != NULL;
  for (int i = 0; i < COLUMNS && good; i++)
    good = json_object_set_new(o, column[i].name, json_integer((json_int_t)at(u, i))) == 0;
  if (!good) json_decref(o);
  return good && json_array_append_new(list, o) == 0;
}

static void print_usage(void *user, const smpc_usage *u) {
  struct out *out = user;
  if (out->job->format == CLI_TABLE) table_line(u);
  else if (out->job->format == CLI_CSV) csv_line(u);
  else if (!json_line(out->list, u)) out->failed = true;
}

enum cli_exit journal_report(const struct journal_job *job) {
  struct out out = {.job = job, .list = job->format == CLI_JSON ? json_array() : NULL};
  char text[400];
  if (job->format == CLI_CSV) csv_head();
  smpc_err err = smpc_journal_usage(job->file, job->n, print_usage, &out, text, sizeof text);
  if (err != SMPC_OK) cli_error("%s", text);
  bool good = !out.failed;
  if (err == SMPC_OK && job->format == CLI_JSON && out.list != NULL) {
    good = good && json_dumpf(out.list, stdout, JSON_INDENT(2)) == 0;
    putchar('\n');
  }
  json_decref(out.list);
  if (err == SMPC_OK && !good) return cli_error("out of memory"), CLI_MACHINE;
  return cli_exit_of(err);
}
