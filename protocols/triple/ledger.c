/* ledger.c - see ledger.h. */
#include "triple/ledger.h"

#include <string.h>

#include "base/mem.h"

static bool make_room(struct smpi_ledger *l, unsigned book) {
  size_t room = 2 * l->book[book].room + 8;
  if (l->book[book].n < l->book[book].room) return true;
  struct smpi_ledger_entry *entry = smpi_alloc(room, sizeof *entry);
  if (entry == NULL) return false;
  if (l->book[book].n != 0) memcpy(entry, l->book[book].entry, l->book[book].n * sizeof *entry);
  smpi_free(l->book[book].entry);
  l->book[book].entry = entry;
  l->book[book].room = room;
  return true;
}

/* Intervals that touch become one, so that giving in order takes no memory. */
bool smpi_ledger_note(struct smpi_ledger *l, unsigned book, uint64_t first, uint64_t n) {
  uint64_t end = first + n;
  if (n == 0) return true;
  if (end < first) return false;
  if (!make_room(l, book)) return true;
  struct smpi_ledger_entry *e = l->book[book].entry;
  size_t have = l->book[book].n, i = have;
  while (i > 0 && e[i - 1].first >= end) i--;
  if (i > 0 && e[i - 1].end > first) return false;
  if (i > 0 && e[i - 1].end == first) {
    e[i - 1].end = end;
    return true;
  }
  memmove(e + i + 1, e + i, (have - i) * sizeof *e);
  e[i] = (struct smpi_ledger_entry){first, end};
  l->book[book].n++;
  return true;
}

void smpi_ledger_end(struct smpi_ledger *l) {
  for (unsigned b = 0; b < SMPI_LEDGER_BOOKS; b++) smpi_free(l->book[b].entry);
  memset(l, 0, sizeof *l);
}
