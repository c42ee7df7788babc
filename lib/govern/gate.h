/* gate.h - what this party lets pass: the openings of one question of a signed
 * study, within its limits, as this party's own journal counts them. */
#ifndef SMPI_GATE_H
#define SMPI_GATE_H

#include "govern/record.h"
#include "govern/study.h"

/* Load cfg->study and make rules of its question cfg->ask for a record.  Refused
 * before any link is opened:
 *   SMPC_E_POLICY  not signed by all, revoked, not in its period; no journal
 *   SMPC_E_PARAM   the configuration's parties or agreement are not the study's
 *   SMPC_E_FILE    a file cannot be read or is wrong
 * On success rules->ctx is to be handed to smpi_record_open(). */
smpc_err smpi_gate_open(struct smpi_record_rules *rules, const smpc_config *cfg, int64_t now, struct smpi_fault *f);

/* Would it let a session begin, as far as this party's journal tells: there is one, and no limit is used up?  Reads
 * the journal as it is (none yet: nothing was used), writes nothing and asks for no signature.  SMPC_E_POLICY: no;
 * SMPC_E_FILE: the journal or the study is wrong; SMPC_E_NOMEM. */
smpc_err smpi_gate_foresee(const smpc_config *cfg, struct smpi_fault *f);

#endif
