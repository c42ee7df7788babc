/* audit.h - are journals whole, and do they say the same?  No secret is needed.
 *
 * Each file by itself (audit.c): chain, order of entries, the last signature, which
 * covers all before it.  Files against each other (audit_cross.c): every session
 * that two of them saw, and every counter-signature.  Files are untrusted. */
#ifndef SMPI_AUDIT_H
#define SMPI_AUDIT_H

#include "govern/holds.h"
#include "rand/hash.h"

struct smpi_audit;
struct smpi_audit_study;

/* One session as one journal saw it.  Entries stay where they are in the text;
 * NULL and 0: there is none. */
struct smpi_sight {
  unsigned journal;
  uint8_t session[32];
  struct smpi_slice run, end, others, sealed, unsealed;
  uint64_t run_number;     /* of the entry                                    */
  int64_t time;
  uint64_t openings, code; /* code: of `end`                                  */
  uint8_t opened[32];      /* digest of all `open` entries' public facts      */
  uint8_t met[32];         /* digest of all sets that met, and whose they were */
  uint64_t owners;         /* bits of members that brought one; 0: not known here */
  uint8_t end_hash[32];
  uint64_t members;        /* how many                                        */
  bool is_dealer;          /* it opens nothing and signs nothing of the others'   */
  unsigned me;             /* index of the journal's party among the members  */
};

struct smpi_audited { /* one file */
  const char *path;
  struct smpi_slice text;
  char party[64];
  uint8_t key[32];
  uint64_t entries;
  bool is_good;            /* its chain and its last signature                 */
  struct smpi_holds holds;  /* results it held, and what became of them         */
  int opens_held;          /* 1 + the one that the last `release` was of, till its opening */
  bool is_copy;            /* an earlier copy of another of the files          */
};

typedef void (*smpi_finding_fn)(void *user, bool is_fault, const char *path, uint64_t entry, const char *text);

struct smpi_audit {
  smpi_finding_fn report;
  void *user;
  unsigned n;
  struct smpi_audited *journal; /* [n] */
  struct smpi_sight *sight;
  size_t n_sights, room;
  uint64_t entries, sessions, sealed, openings, faults, notes;
  smpc_err err;                 /* out of memory on the way */
  struct smpi_audit_study *study; /* or NULL: judge each entry by it, too (audit_study.h) */
};

/* Read and check n files; the findings go to a->report (may be NULL).  a: zeros but
 * for report, user, study.  Errors: SMPC_E_FILE, SMPC_E_NOMEM.  Free in every case. */
smpc_err smpi_audit_run(struct smpi_audit *a, const char *const *path, unsigned n, struct smpi_fault *f);
void smpi_audit_free(struct smpi_audit *a);

/* --- between audit.c and audit_cross.c ------------------------------------------ */
void smpi_audit_find(struct smpi_audit *a, bool is_fault, const char *path, uint64_t entry, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* An entry that was good before: decode it again. */
void smpi_audit_again(struct smpi_entry *e, struct smpi_slice bytes);
void smpi_audit_judge(struct smpi_audit_study *s, struct smpi_audit *a, const struct smpi_audited *j,
                      const struct smpi_entry *e);
/* Entries about held results: released once, by signatures that stand, to whom the
 * reviewers were told.  `now`: the session that is going on, or NULL. */
void smpi_audit_held(struct smpi_audit *a, struct smpi_audited *j, const struct smpi_sight *now,
                     const struct smpi_entry *e);
/* Copies, forks, sessions, seals. */
void smpi_audit_cross(struct smpi_audit *a);

#endif
