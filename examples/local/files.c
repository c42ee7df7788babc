/* files.c - smpc-local's folder: keys, ports, parties.yaml and everybody's party.yaml. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <smpc_study.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "local.h"

static enum cli_exit machine_fault(const char *what) {
  cli_error("%s: %s", what, strerror(errno));
  return CLI_MACHINE;
}

/* --- text ------------------------------------------------------------------------- */

/* What a placeholder at `p` stands for, and its length; NULL: there is none. */
static const char *value_at(const char *p, size_t *len, const struct local_party *who, const char *here,
                            char number[16]) {
  const struct { const char *name, *value; } all[] = {
      {"{i}", number}, {"{name}", who->name}, {"{config}", who->config}, {"{study}", who->study},
      {"{here}", here}};
  snprintf(number, 16, "%u", who->index);
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
    *len = strlen(all[k].name);
    if (all[k].value != NULL && strncmp(p, all[k].name, *len) == 0) return all[k].value;
  }
  return NULL;
}

char *local_fill(const char *pattern, const struct local_party *p, const char *here) {
  char *text = NULL, number[16];
  size_t size = 0, len;
  FILE *out = open_memstream(&text, &size);
  if (out == NULL) return NULL;
  while (*pattern) {
    const char *value = value_at(pattern, &len, p, here, number);
    if (value == NULL) fputc(*pattern++, out);
    else {
      fputs(value, out);
      pattern += len;
    }
  }
  if (fclose(out) == 0) return text;
  free(text);
  return NULL;
}

/* A whole file as text; NULL: errno says why. */
static char *slurp(const char *path) {
  char *text = NULL;
  size_t size = 0, n;
  char buf[4096];
  FILE *in = fopen(path, "r"), *out = in == NULL ? NULL : open_memstream(&text, &size);
  if (out == NULL) {
    if (in != NULL) fclose(in);
    return NULL;
  }
  while ((n = fread(buf, 1, sizeof buf, in)) > 0) fwrite(buf, 1, n, out);
  int why = ferror(in) ? errno : 0;
  fclose(in);
  if (fclose(out) == 0 && why == 0) return text;
  free(text);
  errno = why;
  return NULL;
}

/* --- who ---------------------------------------------------------------------------- */

static void name_parties(struct local_files *files, const struct local_job *job) {
  const char *p = job->names;
  for (unsigned i = 0; i < job->n; i++) {
    struct local_party *who = &files->party[i];
    if (p == NULL) snprintf(who->name, sizeof who->name, "party%u", i);
    else {
      size_t len = strcspn(p, ",");
      snprintf(who->name, sizeof who->name, "%.*s", (int)len, p);
      p += len + (p[len] == ',');
    }
    who->index = i;
  }
  files->n = job->n;
  if (!job->has_dealer) return;
  files->party[files->n] = (struct local_party){.name = "dealer", .index = files->n};
  files->n++;
}

/* Names become file names before the library looks at them. */
static bool names_are_plain(const struct local_files *files) {
  for (unsigned i = 0; i < files->n; i++) {
    const char *name = files->party[i].name;
    if (name[0] == 0 || name[0] == '.' || strchr(name, '/') != NULL) {
      cli_error("'%s' is no name for a party", name);
      return false;
    }
    for (unsigned j = 0; j < i; j++) {
      if (strcmp(files->party[j].name, name) != 0) continue;
      cli_error("two parties are called %s", name);
      return false;
    }
  }
  return true;
}

/* --- where ---------------------------------------------------------------------------- */

/* n free ports of the loopback interface.  All are held while they are looked for,
 * so they differ; between here and the party's own bind() another program might
 * take one: then that party says "address in use", and a second run helps. */
static bool find_ports(unsigned *port, unsigned n) {
  int fd[LOCAL_MAX];
  unsigned got = 0;
  for (; got < n; got++) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    fd[got] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd[got] < 0) break;
    if (bind(fd[got], (struct sockaddr *)&a, sizeof a) != 0 || getsockname(fd[got], (struct sockaddr *)&a, &len) != 0) {
      close(fd[got]);
      break;
    }
    port[got] = ntohs(a.sin_port);
  }
  for (unsigned i = 0; i < got; i++) close(fd[i]);
  return got == n;
}

static enum cli_exit make_folder(struct local_files *files, const struct local_job *job) {
  const char *tmp = getenv("TMPDIR");
  files->is_temporary = job->dir == NULL;
  if (!files->is_temporary) {
    char *full = NULL;
    if (mkdir(job->dir, 0700) != 0 && errno != EEXIST) return machine_fault(job->dir);
    full = realpath(job->dir, NULL);
    bool ok = full != NULL && strlen(full) < sizeof files->dir - 100;
    if (ok) strcpy(files->dir, full);
    free(full);
    return ok ? CLI_DONE : machine_fault(job->dir);
  }
  snprintf(files->dir, sizeof files->dir - 100, "%s/smpc-local-XXXXXX", tmp != NULL && tmp[0] == '/' ? tmp : "/tmp");
  if (mkdtemp(files->dir) != NULL) return CLI_DONE; /* mode 0700 */
  files->is_temporary = false;
  return machine_fault(files->dir);
}

/* --- what ------------------------------------------------------------------------------ */

static enum cli_exit write_parties(struct local_files *files, const struct local_job *job) {
  char path[512], text[300], key[SMPC_KEY_TEXT_LEN];
  unsigned port[LOCAL_MAX] = {0};
  if (!job->use_ipc && !find_ports(port, files->n)) return machine_fault("no free port");
  snprintf(path, sizeof path, "%s/parties.yaml", files->dir);
  FILE *out = fopen(path, "wx");
  if (out == NULL) return machine_fault(path);
  fputs("# Made by smpc-local; the keys are thrown away.\nsecurity: semi-honest\n", out);
  fprintf(out, "preprocessing: %s\nparties:\n", job->has_dealer ? "dealer" : "ot");
  for (unsigned i = 0; i < files->n; i++) {
    const struct local_party *p = &files->party[i];
    smpc_member member;
    snprintf(path, sizeof path, "%s/%s.key", files->dir, p->name);
    smpc_err err = smpc_identity_new(path, &member, text, sizeof text);
    if (err != SMPC_OK) {
      fclose(out);
      cli_error("%s", text);
      return cli_exit_of(err);
    }
    smpc_key_text(key, &member);
    fprintf(out, "  - name: \"%s\"\n", p->name);
    if (job->use_ipc) fprintf(out, "    address: ipc://%s/%s.sock\n", files->dir, p->name);
    else fprintf(out, "    address: tcp://127.0.0.1:%u\n", port[i]);
    fprintf(out, "    key: %s\n    roles: %s\n", key,
            i == job->n ? "[dealer]" : i < job->computing ? "[input, compute, result]" : "[input, result]");
  }
  return fclose(out) == 0 ? CLI_DONE : machine_fault("parties.yaml");
}

/* `text` has a line that begins with "key:". */
static bool has_key(const char *text, const char *key) {
  size_t len = strlen(key);
  for (const char *p = text; p != NULL; p = strchr(p, '\n')) {
    p += *p == '\n';
    if (strncmp(p, key, len) == 0) return true;
  }
  return false;
}

static enum cli_exit write_party(struct local_files *files, struct local_party *p, const char *more, const char *here) {
  char path[sizeof p->config];
  snprintf(path, sizeof path, "%s/%s.yaml", files->dir, p->name);
  strcpy(p->config, path);
  char *text = local_fill(more, p, here);
  FILE *out = text == NULL ? NULL : fopen(p->config, "wx");
  if (out == NULL) {
    free(text);
    return machine_fault(p->config);
  }
  fprintf(out, "party: \"%s\"\nkey: \"%s.key\"\nparties: parties.yaml\n", p->name, p->name);
  if (p->study[0] != 0) fprintf(out, "journal: \"%s.journal\"\n", p->name); /* and the study says what may open */
  else if (!has_key(more, "purposes:")) fputs("purposes: [any]\n", out); /* a trial: nobody's data are at stake */
  fputs(text, out);
  free(text);
  return fclose(out) == 0 ? CLI_DONE : machine_fault(p->config);
}

/* Refuse before starting anybody what everybody would refuse. */
static enum cli_exit check_party(const struct local_party *p) {
  smpc_config cfg = SMPC_CONFIG_INIT;
  char text[300];
  smpc_err err = smpc_config_load(&cfg, p->config, text, sizeof text);
  if (err != SMPC_OK) cli_error("%s", text);
  return cli_exit_of(err);
}

/* --- a study --------------------------------------------------------------------------------- */

/* The question, the parties, and what a study needs besides, in one file. */
static enum cli_exit write_study(struct local_files *files, const struct local_job *job) {
  char path[512], day[2][16] = {"", ""};
  time_t now = time(NULL), later = now + 24 * 3600;
  struct tm tm;
  snprintf(path, sizeof path, "%s/parties.yaml", files->dir);
  char *question = slurp(job->study), *parties = question == NULL ? NULL : slurp(path);
  if (parties == NULL) {
    cli_error("%s: %s", question == NULL ? job->study : path, strerror(errno));
    free(question);
    return CLI_INPUT;
  }
  if (gmtime_r(&now, &tm) != NULL) strftime(day[0], sizeof day[0], "%Y-%m-%d", &tm);
  if (gmtime_r(&later, &tm) != NULL) strftime(day[1], sizeof day[1], "%Y-%m-%d", &tm);
  snprintf(path, sizeof path, "%s/study.yaml", files->dir);
  FILE *out = fopen(path, "wx");
  if (out != NULL)
    fprintf(out, "%s\nlegal basis: none; a trial on one machine\nvalid from: %s\nvalid until: %s\n%s", question, day[0], day[1],
            parties);
  free(question);
  free(parties);
  if (out == NULL || fclose(out) != 0) return machine_fault(path);
  for (unsigned i = 0; i < files->n; i++) strcpy(files->party[i].study, path);
  return CLI_DONE;
}

/* Everybody signs: here, one machine holds all keys. */
static enum cli_exit sign_study(const struct local_files *files) {
  const char *path = files->party[0].study;
  char text[400], key[600];
  smpc_study *st = NULL;
  smpc_err err = smpc_study_load(&st, path, text, sizeof text);
  for (unsigned i = 0; err == SMPC_OK && i < files->n; i++) {
    snprintf(key, sizeof key, "%s/%s.key", files->dir, files->party[i].name);
    err = smpc_study_sign(st, path, key, false, text, sizeof text);
  }
  smpc_study_free(st);
  if (err != SMPC_OK) cli_error("%s", text);
  return cli_exit_of(err);
}

static enum cli_exit write_all(struct local_files *files, const struct local_job *job, const char *more,
                               const char *here) {
  enum cli_exit code = write_parties(files, job);
  if (code == CLI_DONE && job->study != NULL) code = write_study(files, job);
  if (code == CLI_DONE && job->study != NULL) code = sign_study(files);
  for (unsigned i = 0; i < files->n && code == CLI_DONE; i++) {
    code = write_party(files, &files->party[i], i == job->n ? "" : more, here);
    if (code == CLI_DONE) code = check_party(&files->party[i]);
  }
  return code;
}

/* The absolute folder of a file. */
static char *folder_of(const char *path) {
  char *full = realpath(path, NULL), *slash = full == NULL ? NULL : strrchr(full, '/');
  if (slash != NULL) slash[slash == full] = 0;
  return full;
}

enum cli_exit local_files_make(struct local_files *files, const struct local_job *job) {
  char *more = NULL, *here = NULL;
  name_parties(files, job);
  if (!names_are_plain(files)) return CLI_USAGE;
  if (job->party_yaml != NULL && ((more = slurp(job->party_yaml)) == NULL || (here = folder_of(job->party_yaml)) == NULL)) {
    cli_error("%s: %s", job->party_yaml, strerror(errno));
    free(more);
    return CLI_INPUT;
  }
  enum cli_exit code = make_folder(files, job);
  if (code == CLI_DONE) code = write_all(files, job, more == NULL ? "" : more, here);
  free(more);
  free(here);
  return code;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
  (void)st, (void)type, (void)ftw;
  (void)remove(path);
  return 0;
}

void local_files_drop(struct local_files *files) {
  if (files->is_temporary && files->dir[0] != 0) nftw(files->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
