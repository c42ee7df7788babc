/* test_fault_some.c - faults in every public operation, each 13th place of each;
 * every place of the first. */
#include "fault_programs.h"

int main(void) { return fault_programs(13); }
