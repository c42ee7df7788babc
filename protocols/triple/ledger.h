/* ledger.h - for test builds: what has been given out, to find anything given
 * twice.  A sorted list of disjoint intervals for each kind. */
#ifndef SMPI_LEDGER_H
#define SMPI_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SMPI_LEDGER_BOOKS = 9 }; /* each enum smpi_corr; then masks, products */

struct smpi_ledger_entry { uint64_t first, end; };
struct smpi_ledger {
  struct { struct smpi_ledger_entry *entry; size_t n, room; } book[SMPI_LEDGER_BOOKS];
};

/* Note that first .. first+n-1 of a book are given now.  False when any of them
 * was before.  Out of memory they go unnoted: that is nobody's mistake. */
bool smpi_ledger_note(struct smpi_ledger *l, unsigned book, uint64_t first, uint64_t n);
void smpi_ledger_end(struct smpi_ledger *l);

#endif
