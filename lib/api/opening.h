/* opening.h - the checks before anything leaves: recipients, purpose, this party's word. */
#ifndef SMPI_OPENING_H
#define SMPI_OPENING_H

#include "session/session_impl.h"

/* Absorb recipients and purpose, and refuse what this party must not open:
 *   SMPC_E_ARG     nobody is named, no purpose is given
 *   SMPC_E_POLICY  a recipient without the role, a purpose that my configuration does
 *                  not list, or my program's watch function said no
 *                  or the study's gate did
 *   SMPC_E_FILE, SMPC_E_DISK  my journal cannot be written: the opening is on disk there first
 * A dry run asks for recipients alone.  shape: what opens, for the watch function. */
smpc_err smpi_opening_check(struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape);

/* Must a result for this purpose be held for reviewers instead?  Then hold it: nothing
 * opens but, with sight, to the reviewers.  All parties call it at the same step.
 *   in    r->share  at computing parties, rows x cols; scratch of the operation is used
 *   cost  1 round, 32 bytes to each member; with sight 1 more, and the opening's
 *   error as smpi_opening_check(); SMPC_E_FILE, SMPC_E_DISK: it cannot be written */
bool smpi_opening_is_held(const struct smpc_session *s, const char *purpose);
smpc_err smpi_opening_hold(struct smpc_session *s, struct smpi_result *r);

/* Compare the full program hash with all members (not when dry: its cost is added). */
smpc_err smpi_opening_compare(struct smpc_session *s);

#endif
