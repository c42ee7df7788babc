/* desk.h - sessions whose result waits for its reviewers, and what the parties do at their desks. */
#ifndef DESK_H
#define DESK_H

#include "govern/holds.h"
#include "govern/notary.h"
#include "govern/release.h"

enum { DESK_SEED = 31 };
extern const char desk_blind[], desk_sight[]; /* lines of a question: reviewed by parties 1 and 2; by party 2 */

/* A signed study with these lines, in an empty folder. */
struct notary desk_begin(const char *lines);
/* What a party's journal says is held; free it by smpi_holds_free(). */
void desk_look(struct smpi_holds *holds, unsigned party);
/* Run the question, which holds a result; its name. */
void desk_hold(struct notary *n, char id[SMPI_HELD_ID]);
/* A party's word on it. */
smpc_err desk_sign(unsigned party, uint64_t seed, const char *id, enum smpi_verdict verdict);
void desk_release_all(const char *id);
/* Open it; true: it opened well. */
bool desk_open(struct notary *n, const char *id);
void desk_expect_shut(struct notary *n, const char *id, const char *word);
unsigned desk_files(void);
/* The journals have so many faults. */
void desk_audited(unsigned faults);

#endif
