/* disk_support.c - see disk_support.h. */
#include "disk_support.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/test.h"
#include "triple/corr.h"
#include "triple/disk_impl.h"

const struct parties DISK_TWO = {.n = 2, .source = SMPC_OT, .seed = 5, .configure = disk_configure};
const struct parties DISK_DEALT = {.n = 2, .dealer = true, .seed = 5, .configure = disk_configure};
char disk_root[64];

void disk_begin(void) {
  strcpy(disk_root, "/tmp/smpc-pool-XXXXXX");
  assert_non_null(mkdtemp(disk_root));
}

void disk_remove(const char *path) {
  char name[1700];
  struct dirent *e;
  DIR *dir = opendir(path);
  while (dir != NULL && (e = readdir(dir)) != NULL) {
    struct stat st;
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
    snprintf(name, sizeof name, "%.1400s/%s", path, e->d_name);
    if (lstat(name, &st) == 0 && S_ISDIR(st.st_mode)) disk_remove(name);
    else unlink(name);
  }
  if (dir != NULL) closedir(dir);
  rmdir(path);
}
void disk_end(void) { disk_remove(disk_root); }

void disk_copy(const char *from, const char *to) { /* files and folders */
  char a[1700], b[1700], buf[4096];
  struct dirent *e;
  DIR *dir = opendir(from);
  if (dir == NULL) {
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    assert_true(in != NULL && out != NULL);
    for (size_t n; (n = fread(buf, 1, sizeof buf, in)) > 0;) assert_int_equal(fwrite(buf, 1, n, out), n);
    fclose(in);
    fclose(out);
    return;
  }
  mkdir(to, 0700);
  while ((e = readdir(dir)) != NULL) {
    if (e->d_name[0] == '.') continue;
    snprintf(a, sizeof a, "%.1400s/%s", from, e->d_name);
    snprintf(b, sizeof b, "%.1400s/%s", to, e->d_name);
    disk_copy(a, b);
  }
  closedir(dir);
}

void disk_path(char out[200], unsigned me, const char *rest) {
  snprintf(out, 200, "%s/p%u%s", disk_root, me, rest);
}

void disk_lot_path(char out[300], unsigned me) {
  char folder[200];
  struct dirent *e;
  disk_path(folder, me, "");
  DIR *dir = opendir(folder);
  assert_non_null(dir);
  out[0] = 0;
  while ((e = readdir(dir)) != NULL)
    if (strstr(e->d_name, ".lot") != NULL) snprintf(out, 300, "%s/%.60s", folder, e->d_name);
  closedir(dir);
}

void disk_key(uint8_t key[32], unsigned me) { memset(key, (int)(17 + me), 32); }

void disk_configure(smpc_config *cfg, unsigned me, void *ctx) {
  (void)ctx;
  disk_path(cfg->pool, me, "");
}

bool disk_attach(struct smpc_session *s, unsigned me) {
  struct smpi_fault f = {.party = -1};
  struct smpi_disk *d;
  uint8_t key[32];
  disk_key(key, me);
  if (smpi_disk_open(&d, &s->cfg, key, &f) != SMPC_OK) {
    smpi_fail(s, f.code, f.party, "%s", f.text);
    return false;
  }
  return smpi_disk_attach(d, s) == SMPC_OK;
}

/* Units that all parties of this session still have in common. */
static uint64_t units_left(const struct smpc_session *s, enum smpi_corr kind) {
  const struct smpi_disk *d = smpi_disk_of(s);
  uint64_t chunks = 0;
  for (size_t i = 0; d != NULL && i < d->n; i++)
    if (d->lot[i].is_shared) chunks += d->lot[i].head.chunks[kind] - d->lot[i].at.used[kind];
  return chunks * smpi_disk_units(kind);
}

void disk_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct disk_job *j = ctx;
  struct smpi_demand demand = {{0}, NULL, 0};
  uint64_t any_fill = 0, *at = j->words[me];
  j->got[me] = 0;
  if (!disk_attach(s, me)) return;
  for (unsigned k = 0; k < SMPI_CORRS; k++) {
    j->left[me][k] = units_left(s, k);
    any_fill |= j->fill[k];
  }
  uint64_t before = smpi_spent(s).offline_bytes;
  if (any_fill != 0 && smpi_disk_fill(s, j->fill) != SMPC_OK) return;
  memcpy(demand.units, j->prepare, sizeof demand.units);
  if (smpi_triple_prepare(s, &demand) != SMPC_OK) return;
  if (j->meddle != NULL) j->meddle(s, me);
  for (size_t i = 0; i < j->takes; i++) {
    struct smpi_taken t;
    smpc_err err = smpi_triple_take(s, &t, j->kind, j->take[i]);
    for (unsigned c = 0; err == SMPC_OK && at != NULL && c < smpi_corr_columns(j->kind); c++) {
      size_t words = t.n * smpi_corr_width(j->kind, c);
      memcpy(at, t.col[c], 8 * words);
      at += words;
    }
    smpi_triple_wipe(&t);
    if (err != SMPC_OK) return;
    j->got[me] += j->take[i];
  }
  j->bytes[me] = smpi_spent(s).offline_bytes - before;
  j->pooled[me] = smpi_spent(s).pooled[j->kind];
}

/* What each of two parties looked up stands in the other's tables. */
static void check_lookups(const struct disk_job *j, size_t offset, size_t n) {
  uint64_t *mine[SMPI_CORR_COLUMNS], *its[SMPI_CORR_COLUMNS], *want[SMPI_LOOKUP_VALUES];
  for (unsigned v = 0; v < SMPI_LOOKUP_VALUES; v++) assert_non_null(want[v] = calloc(n, 8));
  for (unsigned i = 0; i < 2; i++) {
    smpi_corr_lay(mine, SMPI_LOOKUP, j->words[i] + offset, n);
    smpi_corr_lay(its, SMPI_LOOKUP, j->words[1 - i] + offset, n);
    smpi_lookup_select(want, its, mine + SMPI_LOOKUP_INDEX, n);
    for (unsigned v = 0; v < SMPI_LOOKUP_VALUES; v++) assert_memory_equal(mine[SMPI_LOOKUP_VALUE + v], want[v], 8 * n);
  }
  for (unsigned v = 0; v < SMPI_LOOKUP_VALUES; v++) free(want[v]);
}

void disk_check_take(const struct disk_job *j, unsigned parties, size_t offset, size_t n) {
  size_t words = n * smpi_corr_words(j->kind);
  if (j->kind == SMPI_LOOKUP) {
    check_lookups(j, offset, n);
    return;
  }
  uint64_t *sum = calloc(2 * words + 1, 8), *want = sum + words, *col[SMPI_CORR_COLUMNS], *all[SMPI_CORR_COLUMNS];
  smpi_corr_lay(all, j->kind, sum, n);
  for (unsigned i = 0; i < parties; i++) {
    smpi_corr_lay(col, j->kind, j->words[i] + offset, n);
    for (unsigned c = 0; c < smpi_corr_columns(j->kind); c++)
      for (size_t w = 0; w < n * smpi_corr_width(j->kind, c); w++)
        all[c][w] = smpi_corr_is_xor(j->kind, c) ? all[c][w] ^ col[c][w] : all[c][w] + col[c][w];
  }
  memcpy(want, sum, 8 * words);
  smpi_corr_lay(col, j->kind, want, n);
  smpi_corr_complete(col, j->kind, n, 20);
  assert_memory_equal(sum, want, 8 * words);
  free(sum);
}

void disk_new_words(struct disk_job *j, unsigned parties) {
  size_t n = 0;
  for (size_t i = 0; i < j->takes; i++) n += j->take[i];
  for (unsigned i = 0; i < parties; i++) assert_non_null(j->words[i] = calloc(n * smpi_corr_words(j->kind) + 1, 8));
}
void disk_free_words(struct disk_job *j) {
  for (unsigned i = 0; i < SMPC_MAX_COMPUTING; i++) free(j->words[i]), j->words[i] = NULL;
}

/* --- runs ------------------------------------------------------------------------ */

void disk_run_ok(struct disk_job *j, const struct parties *p) {
  disk_new_words(j, p->n);
  parties_run_ok(p, disk_body, j, NULL);
  for (size_t i = 0, at = 0; i < j->takes; at += j->take[i++] * smpi_corr_words(j->kind))
    disk_check_take(j, p->n, at, j->take[i]);
}

void disk_fill(const struct parties *p, enum smpi_corr kind, uint64_t units) {
  struct disk_job j = {.takes = 0};
  j.fill[kind] = units;
  disk_run_ok(&j, p);
  disk_free_words(&j);
}

void disk_run_refused(struct disk_job *j, const struct parties *p, unsigned who, smpc_err code, const char *text) {
  struct parties_result r;
  disk_new_words(j, p->n);
  parties_run(p, disk_body, j, &r);
  if (r.close[who] != code || strstr(r.fault[who].text, text) == NULL)
    fail_msg("party %u: %d, \"%s\" instead of %d, \"%s\"", who, r.close[who], r.fault[who].text, code, text);
  for (unsigned i = 0; i < p->n; i++) assert_int_not_equal(r.close[i], SMPC_OK);
  disk_free_words(j);
}

void disk_use_some_of(const struct parties *p, unsigned sessions) {
  for (unsigned i = 0; i < sessions; i++) {
    struct disk_job j = {.kind = SMPI_TRIPLE, .take = {5}, .takes = 1};
    disk_run_ok(&j, p);
    disk_free_words(&j);
  }
}
void disk_use_some(unsigned sessions) { disk_use_some_of(&DISK_TWO, sessions); }

void disk_back_up(unsigned me, bool with_record) {
  char from[200], to[200];
  disk_path(from, me, ""), disk_path(to, me, ".copy");
  disk_copy(from, to);
  disk_path(from, me, ".seen"), disk_path(to, me, ".seen.copy");
  if (with_record) disk_copy(from, to);
}

void disk_put_back(unsigned me, bool with_record) {
  char from[200], to[200];
  disk_path(from, me, ".copy"), disk_path(to, me, "");
  disk_remove(to);
  assert_int_equal(rename(from, to), 0);
  disk_path(from, me, ".seen.copy"), disk_path(to, me, ".seen");
  if (with_record) assert_int_equal(rename(from, to), 0);
}
