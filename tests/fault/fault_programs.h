/* fault_programs.h - every public operation under every kind of fault. */
#ifndef FAULT_PROGRAMS_H
#define FAULT_PROGRAMS_H

/* A test program: each kind of fault in every public operation; the first
 * operation with every k, the others with each every-th. */
int fault_programs(unsigned every);

#endif
