/* fault_programs.h - every public operation under one kind of fault. */
#ifndef FAULT_PROGRAMS_H
#define FAULT_PROGRAMS_H

#include "sweep.h"

/* The first program with every k, the others with each every-th. */
void fault_programs(enum sweep_what what, unsigned every);

#endif
