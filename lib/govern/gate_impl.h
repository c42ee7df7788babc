/* gate_impl.h - between gate.c and gate_held.c. */
#ifndef SMPI_GATE_IMPL_H
#define SMPI_GATE_IMPL_H

#include "govern/gate.h"
#include "govern/holds.h"
#include "govern/rowsets.h"
#include "govern/tally.h"
#include "govern/versions.h"

struct gate {
  smpc_study *study;
  const smpc_study_question *question;
  struct smpi_versions versions;
  struct smpi_rowsets rowsets; /* behind earlier results, of any study               */
  struct smpi_tally tally;     /* so far, by the journal, and in the session that runs now */
  unsigned me;
  bool has_rows;               /* in the session that runs now: its program told them */

  /* results that wait for their reviewers (gate_held.c) */
  struct smpi_holds holds;
  struct smpi_reviewing reviewing;
  char study_path[512], journal[512], party[64], release[17];
  int64_t now;
  bool has_share;              /* this party is no dealer                            */
  int at;                      /* the one to be released, in holds                   */
  struct smpi_held_share share;
  uint8_t sign[SMPC_MAX_PARTIES][64];
  bool is_asked, is_announced, is_written; /* the program wants it; it passed; the journal says so */
};

smpc_err smpi_gate_refuse(struct smpc_session *s, const char *why);
/* Purpose, recipients, clearance, period, limits; nothing is counted yet. */
smpc_err smpi_gate_judge(struct gate *g, struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape);

void smpi_gate_held_init(struct gate *g, const smpc_config *cfg, int64_t now);
void smpi_gate_held_free(struct gate *g);
/* The opening of a session that is there to release one result, and nothing else. */
smpc_err smpi_gate_release(struct gate *g, struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape);
/* Members of struct smpi_record_rules. */
smpc_err smpi_gate_ready(void *ctx, struct smpi_journal *j, const uint8_t sign_secret[64], struct smpi_fault *f);
const struct smpi_reviewing *smpi_gate_review(void *ctx, const char *purpose);
smpc_err smpi_gate_may_hold(void *ctx, struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape);
smpc_err smpi_gate_held(void *ctx, struct smpc_session *s, struct smpi_result *r);
bool smpi_gate_release_lines(void *ctx, struct smpi_lines *l);
void smpi_gate_released(void *ctx);

#endif
