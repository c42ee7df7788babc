/* who.h - does a member compute? */
#ifndef SMPI_WHO_H
#define SMPI_WHO_H

#include "session/session.h"

static inline bool smpi_computes(const struct smpc_session *s, unsigned member) {
  for (unsigned j = 0; j < smpi_parties(s); j++)
    if (smpi_member_of_rank(s, j) == member) return true;
  return false;
}

#endif
