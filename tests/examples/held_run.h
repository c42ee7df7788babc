/* held_run.h - a program under a study that asks for reviewers: three parties, north, south and west, and a dealer,
 * in site/, who have signed. */
#ifndef HELD_RUN_H
#define HELD_RUN_H

#include "run.h"

enum { HELD_ID = 17 };

/* The study, of one question, and its parties; party.yaml of all gets `more`.  NAME.csv is each one's data. */
void held_site(const char *study, const char *more);
/* All parties run the program with these options; north's run. */
const struct run *held_all(const char *program, const char *options);
/* One party alone, which has to stop before it looks for others, or needs none. */
const struct run *held_alone(const char *program, const char *party, const char *options);
/* The name of the one result that waits at west. */
void held_find(char id[HELD_ID]);
/* The version of Unicode that smpc-psi has. */
void held_unicode(char version[16]);

/* From a held result to its end: nobody but the reviewer west signs it, without west it stays shut, with west it opens
 * once, to north alone; `shown` is in what north gets and in what no other party writes. */
void held_release_once(const char *program, const char *shown);
/* Another result of the same question, rejected: it is erased. */
void held_reject(const char *program);

#endif
