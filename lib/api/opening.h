/* opening.h - the checks before anything leaves: recipients, purpose, this party's word. */
#ifndef SMPI_OPENING_H
#define SMPI_OPENING_H

#include "session/session_impl.h"

/* Absorb recipients and purpose, and refuse what this party must not open:
 *   SMPC_E_ARG     nobody is named, no purpose is given
 *   SMPC_E_POLICY  a recipient without the role, a purpose that my configuration does
 *                  not list, or my program's watch function said no
 *                  or the study's gate did
 *   SMPC_E_FILE    my journal cannot be written: the opening is on disk there first
 * A dry run asks for recipients alone.  shape: what opens, for the watch function. */
smpc_err smpi_opening_check(struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape);

/* Compare the full program hash with all members (not when dry: its cost is added). */
smpc_err smpi_opening_compare(struct smpc_session *s);

#endif
