/* usage.h - the metering: journals added up by party, purpose and month. */
#ifndef SMPI_USAGE_H
#define SMPI_USAGE_H

#include "govern/journal.h"

enum {
  SMPI_USED_RUNS, SMPI_USED_FAILED, SMPI_USED_OPENINGS, SMPI_USED_VALUES, SMPI_USED_ROWS, SMPI_USED_SUPPRESSED,
  SMPI_USED_ITEMS, SMPI_USED_ITEMS_IN_ALL,
  SMPI_USED_TRIPLE, SMPI_USED_BIT_TRIPLE, SMPI_USED_DABIT, SMPI_USED_EDABIT, SMPI_USED_TRUNCATION, SMPI_USED_LOOKUP,
  SMPI_USED_MASK, SMPI_USED_PRODUCT,
  SMPI_USED_DEALER, SMPI_USED_OT, SMPI_USED_PAILLIER, SMPI_USED_POOL, /* the same, but masks, by where they came from */
  SMPI_USED_DEALT, SMPI_USED_ROUNDS, SMPI_USED_BYTES, SMPI_USAGES
};

struct smpi_usage { char party[64], purpose[512], month[8]; uint64_t sum[SMPI_USAGES]; };

/* All lines for n journals, sorted; *list is freed by smpi_free().  A chain that
 * is broken is SMPC_E_FORMAT: nothing is metered from what cannot be trusted. */
smpc_err smpi_usage_add_up(struct smpi_usage **list, size_t *lines, const char *const *path, size_t n,
                           struct smpi_fault *f);

#endif
