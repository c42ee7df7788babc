/* record_impl.h - between record.c and record_end.c. */
#ifndef SMPI_RECORD_IMPL_H
#define SMPI_RECORD_IMPL_H

#include "govern/behind.h"
#include "govern/held.h"
#include "govern/record.h"

struct smpi_record { /* in secret memory */
  struct smpi_journal *journal; /* NULL: rules without a journal */
  struct smpi_record_rules rules;
  char question[160];
  uint8_t study[32], sign_secret[64];
  struct smpi_behind behind;
  char path[512], party[64];
  uint64_t openings, values, suppressed, all_rows;
  bool has_cohort, has_suppressed, has_all_rows;
};

/* Commit the entry that was begun; failure is the session's. */
smpc_err smpi_record_commit(struct smpi_record *r, struct smpc_session *s, uint8_t hash[32]);
/* The guard's `end`: what was used, then all parties' signatures.  Frees ctx. */
void smpi_record_end(void *ctx, struct smpc_session *s);

#endif
