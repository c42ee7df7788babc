/* notary.h - sessions with journals, in a folder of the test's own. */
#ifndef NOTARY_H
#define NOTARY_H

#include "govern/gate.h"
#include "support/parties.h"

enum { NOTARY_PARTIES = 3 };

/* A new folder becomes the working directory; "party0.journal", ... lie there. */
int notary_setup(void **state);
int notary_teardown(void **state);

struct notary {
  unsigned openings;  /* of the joint program: a sum, opened so many times */
  unsigned more_rows; /* that party 0 has                                  */
  int64_t other_value; /* added to what party 0 puts in                    */
  unsigned detours;   /* further steps, so that programs differ            */
  bool bare;          /* no study and no journals at all                   */
  bool unsealed;      /* without counter-signatures                        */
  bool with_dealer;
  smpc_source source; /* of correlated randomness; 0: a dealer, if it is there */
  int without;        /* this party keeps no journal; -1: all do           */
  const char *folder; /* for the journals of party 0, "" = here            */
  uint64_t seed;      /* the same keys for the same seed                */
  void (*meddle)(struct smpc_session *s, unsigned me); /* before closing   */
  void (*program)(struct smpc_session *s, unsigned me, struct notary *n); /* NULL: a sum */
  void *ctx;          /* its own                                           */
  const char *study, *ask; /* go through the gate of this signed study     */
  int64_t now;        /* by everybody's clock; 0: the machine's            */
  const char *release; /* open this held result (then give openings = 0)    */
  int unaware;        /* a party that runs the question instead; -1: none  */
  int64_t got[2];     /* out: what party 1 was given by the release        */
  smpc_err met;       /* out: what party 0 met first                       */
  char text[256];
  int number;         /* set by notary_run()                               */
};
/* Run one session; true: it closed well at all parties. */
bool notary_run(struct notary *n, struct parties_result *r);

/* Tell the journal of so many rows, always the same: how many, and which. */
smpc_err notary_tell_rows(struct smpc_session *s, uint64_t rows);

/* The signing key (secret) of a party of such a session. */
void notary_key(uint8_t sign_secret[64], uint64_t seed, unsigned party);

/* Further lines at the head of the studies that are written. */
extern const char *notary_head;
extern const char *notary_more; /* in the mapping `study`: ", identifier: X" */
/* A study of three parties and the questions `sum`, with these further lines, and
 * `other`; and everybody's signature under it. */
void notary_write_study(const char *path, uint64_t seed, const char *limits, const char *extra);
void notary_sign_all(const char *path, uint64_t seed);

/* Whole files. */
char *notary_read(const char *path, size_t *len);
/* How often `word` stands in a file. */
unsigned notary_count(const char *path, const char *word);
void notary_write(const char *path, const char *text, size_t len);

/* Audit the three journals: number of faults; *text gets all findings, one a line. */
unsigned notary_audit(char *text, size_t size, const char *const *path, unsigned n);
/* And against a study; one that is loaded, and said to lie at `study`. */
unsigned notary_audit_loaded(char *text, size_t size, const smpc_study *st, const char *study, const char *const *path,
                             unsigned n);
unsigned notary_audit_by(char *text, size_t size, const char *study, const char *const *path, unsigned n);
extern const char *const notary_journals[NOTARY_PARTIES];

#endif
