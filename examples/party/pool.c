/* pool.c - smpc-party pool: what the pool on disk holds, filling it, emptying it. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "party.h"

enum { LOTS = 64, KINDS = 7 };

static const struct kind { const char *name; size_t at; } kinds[KINDS] = {
    {"triples", offsetof(smpc_pool_units, triples)},      {"bit-triples", offsetof(smpc_pool_units, bit_triples)},
    {"bit-pairs", offsetof(smpc_pool_units, bit_pairs)},  {"dabits", offsetof(smpc_pool_units, dabits)},
    {"edabits", offsetof(smpc_pool_units, edabits)},      {"truncations", offsetof(smpc_pool_units, truncations)},
    {"lookups", offsetof(smpc_pool_units, lookups)}};

static uint64_t *count(smpc_pool_units *u, unsigned k) { return (uint64_t *)(void *)((char *)u + kinds[k].at); }

static enum cli_exit config_with_pool(smpc_config *cfg, const struct cli_options *o) {
  enum cli_exit code = cli_config(cfg, o);
  if (code != CLI_DONE || cfg->pool[0] != 0) return code;
  cli_error("%s has no line `pool: FOLDER`", o->config);
  return CLI_INPUT;
}

/* --- showing -------------------------------------------------------------------- */

static void print_lot(smpc_pool_lot *lot) {
  char made[32];
  time_t t = (time_t)lot->made;
  struct tm tm;
  strftime(made, sizeof made, "%Y-%m-%d %H:%M UTC", gmtime_r(&t, &tm));
  printf("filling %llu, made %s by %s, %u fraction bits, with", (unsigned long long)lot->number, made,
         lot->source == SMPC_OT ? "oblivious transfer" : "a dealer", lot->frac_bits);
  for (unsigned i = 0; i < lot->parties; i++) printf("%s %s", i == 0 ? "" : ",", lot->name[i]);
  puts(lot->fits ? "" : "\n  not for this configuration: it has other parties, keys, source or fraction bits");
  for (unsigned k = 0; k < KINDS; k++)
    if (*count(&lot->total, k) != 0)
      printf("  %-12s %14llu left of %llu\n", kinds[k].name, (unsigned long long)*count(&lot->left, k),
             (unsigned long long)*count(&lot->total, k));
}

enum cli_exit party_pool(const struct cli_options *o) {
  static smpc_pool_lot lot[LOTS];
  smpc_config cfg;
  char text[300];
  size_t n;
  enum cli_exit code = config_with_pool(&cfg, o);
  if (code != CLI_DONE) return code;
  smpc_err err = smpc_pool_list(&cfg, lot, LOTS, &n, text, sizeof text);
  if (err != SMPC_OK) {
    cli_error("%s", text);
    return cli_exit_of(err);
  }
  if (n == 0) printf("the pool %s is empty\n", cfg.pool);
  for (size_t i = 0; i < n && i < LOTS; i++) print_lot(&lot[i]);
  return CLI_DONE;
}

enum cli_exit party_pool_empty(const struct cli_options *o) {
  smpc_config cfg;
  char text[300];
  enum cli_exit code = config_with_pool(&cfg, o);
  if (code != CLI_DONE) return code;
  smpc_err err = smpc_pool_empty(&cfg, text, sizeof text);
  if (err != SMPC_OK) cli_error("%s", text);
  return cli_exit_of(err);
}

/* --- filling -------------------------------------------------------------------- */

/* "200000", "200k", "3M"; returns what follows, or NULL. */
static const char *number(uint64_t *v, const char *text) {
  char *end;
  *v = 0;
  if (text[0] < '1' || text[0] > '9' || strspn(text, "0123456789") > 10) return NULL;
  *v = strtoull(text, &end, 10);
  if (*end == 'k') *v *= 1000, end++;
  else if (*end == 'M') *v *= 1000000, end++;
  return end;
}

/* "triples=200k,edabits=10k" */
static bool parse(smpc_pool_units *u, const char *spec) {
  const char *p = spec;
  do {
    size_t len = strcspn(p, "=");
    unsigned k = 0;
    while (k < KINDS && (strlen(kinds[k].name) != len || strncmp(kinds[k].name, p, len) != 0)) k++;
    if (k == KINDS || p[len] != '=' || *count(u, k) != 0) return false;
    p = number(count(u, k), p + len + 1);
    if (p == NULL || (*p != ',' && *p != 0)) return false;
  } while (*p++ == ',');
  return true;
}

enum cli_exit party_pool_fill(const char *spec, const struct cli_options *o) {
  smpc_pool_units units = {0};
  smpc_session *s;
  smpc_config cfg;
  if (!parse(&units, spec)) {
    cli_error("--fill %s: write for example triples=200k,dabits=1000; the kinds are triples, bit-triples, bit-pairs, "
              "dabits, edabits, truncations, lookups, each once", spec);
    return CLI_USAGE;
  }
  enum cli_exit code = cli_config(&cfg, o);
  if (code == CLI_DONE && (cfg.member[cfg.me.id].roles & SMPC_COMPUTE)) code = config_with_pool(&cfg, o);
  if (code != CLI_DONE) return code;
  cli_note(o, "filling the pool with %s; all parties must run the same command now", spec);
  code = cli_open(&s, &cfg, o);
  if (code != CLI_DONE) return code;
  smpc_err err = smpc_pool_fill(s, &units);
  code = cli_close(s);
  if (err == SMPC_OK && code == CLI_DONE) cli_note(o, "filled");
  return err == SMPC_OK ? code : cli_exit_of(err);
}
