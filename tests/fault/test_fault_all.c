/* test_fault_all.c - faults at every place of every public operation. */
#include "fault_programs.h"

int main(void) { return fault_programs(1); }
