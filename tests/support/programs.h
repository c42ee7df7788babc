/* programs.h - one small joint program for each public operation, run by the
 * fault sweeps and the wire tables.  Inputs are fixed; results are known. */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include <smpc.h>

enum { PROGRAM_MOST = 16 }; /* results of one program */

struct program {
  const char *name;
  bool dealer; /* takes correlated randomness */
  /* Give the value to open, or NULL. */
  smpc_shared *(*run)(smpc_session *s);
  size_t n;                    /* results */
  double want[PROGRAM_MOST];
  double off;                  /* each may differ by so much */
  bool is_long;                /* each fifth place of a sweep will do */
};

extern const struct program programs[];
extern const size_t n_programs;

/* Run it and open the result to everybody: out[n], zeroed on failure. */
smpc_err program_run(const struct program *p, smpc_session *s, unsigned parties, double *out);

#endif
