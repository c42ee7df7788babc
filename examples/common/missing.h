/* missing.h - in a dry run: which openings of a program would be refused, as lines to paste. */
#ifndef MISSING_H
#define MISSING_H

#include <stdio.h>

#include "cli.h"
#include "joint.h"

struct missing {
  FILE *out;
  const smpc_config *cfg;
  const struct joint *job;
  opening_fn opening;
  unsigned n_openings;
};

/* Print what the study's question (NULL: there is none) lacks under `also opens:`, for exactly
 * these recipients, and this party's configuration under `purposes:`.  True: nothing. */
bool missing_print(const struct missing *m, const smpc_study_question *asked);

#endif
