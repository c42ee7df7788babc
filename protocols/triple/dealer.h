/* dealer.h - correlated randomness from a dealer: one further party that sees
 * no data. */
#ifndef SMPI_DEALER_H
#define SMPI_DEALER_H

#include "triple/source.h"

extern const struct smpi_source_ops smpi_dealer_ops; /* its name and trust sentence */

/* At a computing party: get the seed from the dealer.  SMPC_E_STATE when the
 * session has none. */
smpc_err smpi_dealer_open(struct smpi_source **src, struct smpc_session *s);

/* At the dealer: send the seeds, then serve until every computing party has
 * asked for the end.
 *   returns SMPC_OK after an orderly end; SMPC_E_DESYNC when the parties ask for
 *           different things; SMPC_E_FORMAT for what no honest party sends; else
 *           the network's error, naming who died
 *   memory  one block of a batch; B and C of one product */
smpc_err smpi_dealer_serve(struct smpc_session *s);

#endif
