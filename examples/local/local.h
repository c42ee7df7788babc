/* local.h - smpc-local's parts: what was asked for, the files of the parties, and
 * the processes. */
#ifndef LOCAL_H
#define LOCAL_H

#include <smpc.h>

#include "cli.h"

enum { LOCAL_MAX = SMPC_MAX_PARTIES };

/* What the command line asks for. */
struct local_job {
  unsigned n;             /* parties that run the program        */
  unsigned computing;     /* how many of them compute; 0: all    */
  bool has_dealer, use_ipc, quiet;
  const char *names;      /* "a,b,c" or NULL                     */
  const char *dir;        /* keep the files here, or NULL        */
  const char *logs;       /* others' output goes here, or NULL   */
  const char *study;      /* make a signed study of this question, or NULL */
  const char *party_yaml; /* text for every party.yaml, or NULL  */
  unsigned grace_ms;      /* for the others, when one has failed */
  char **argv;            /* PROGRAM ARGS..., NULL at the end    */
};

/* One process: a party, or the dealer, which comes last. */
struct local_party {
  char name[64];
  char config[512]; /* its party.yaml */
  char study[512];  /* the study, or "" */
  unsigned index;
};

/* The files: a folder with a key and a party.yaml for everybody, and one
 * parties.yaml; with a study, that,
 * everybody's signature, and a journal for each. */
struct local_files {
  char dir[256];
  bool is_temporary;
  unsigned n; /* parties, and the dealer if there is one */
  struct local_party party[LOCAL_MAX];
};
enum cli_exit local_files_make(struct local_files *files, const struct local_job *job);
/* Remove the folder if it is temporary. */
void local_files_drop(struct local_files *files);

/* `pattern` with {i}, {name}, {config}, {study} replaced for party p, and {here} by `here`
 * unless that is NULL.  Allocated; NULL: out of memory. */
char *local_fill(const char *pattern, const struct local_party *p, const char *here);

/* The path of a program: as given when it has a slash, else beside this program,
 * else from PATH.  False: not found. */
bool local_find(char *path, size_t size, const char *name);

/* Run everybody and wait; the worst exit code. */
int local_run(const struct local_files *files, const struct local_job *job, const char *program, const char *dealer);

#endif
