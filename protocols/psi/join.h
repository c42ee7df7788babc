/* join.h - circuit PSI: which items of two sets are the same, and what belongs to them, in shares.
 *
 * The hub has a table of its items, one a bin (cuckoo.h); only the hub knows what lies where.  A run with
 * another computing party gives the two, for each bin, an xor-shared bit: does the other have the item that
 * lies there?  Nobody learns it.  Bits of several runs with one table are about the same bins: they can be
 * combined in shares (compare/and.h, where all computing parties take part and those outside the pair
 * hold zeros), and multiplied with what belongs to the items (keep.h).
 *
 * Semi-honest.  Between the two parties of a run from oblivious transfer alone, whatever the
 * session's source of correlated randomness is. */
#ifndef SMPI_JOIN_H
#define SMPI_JOIN_H

#include "psi/cuckoo.h"
#include "psi/rot16.h"
#include "psi/psi.h"

struct smpi_join;

/* For all runs of one public operation.  All computing parties together: 2 rounds, SMPI_VOLE_OPEN_BYTES to each
 * other.  `instance` differs for each join of a session and is below 2^24; agreed. */
smpc_err smpi_join_open(struct smpi_join **j, struct smpc_session *s, uint64_t instance);
/* The same between some pairs alone: bit r of `with` is rank r, who names me in turn. */
smpc_err smpi_join_open_with(struct smpi_join **j, struct smpc_session *s, uint64_t instance, uint32_t with);
void smpi_join_close(struct smpi_join *j); /* wipes; NULL is allowed */
struct smpi_rot16 *smpi_join_transfers(struct smpi_join *j); /* transfers between the same parties: keep.h */

/* My set as the others see it: my distinct items and SMPI_PSI_PADDING, in random order, n in all. */
struct smpi_join_set {
  const smpc_items *items;
  const size_t *row;     /* [n] */
  size_t n;              /* at most SMPI_CUCKOO_MAX */
};

/* The hub's table, for any number of runs.  slot[b] := the position in set->row of the item in bin b, or
 * SMPI_CUCKOO_EMPTY, for a bin with a padding, too; smpi_cuckoo_bins(set->n) of them, valid while the table is.
 *   error SMPC_E_STATE  (2^-40) no table: another session will do; SMPC_E_RANGE, SMPC_E_NOMEM */
struct smpi_join_table;
smpc_err smpi_join_table_vt(struct smpi_join_table **t, struct smpi_join *j, const struct smpi_join_set *set);
void smpi_join_table_close(struct smpi_join_table *t);
const uint32_t *smpi_join_slots(const struct smpi_join_table *t);

/* One run of the hub with one other party. */
struct smpi_join_pair {
  unsigned rank;         /* of the other                                                    */
  uint64_t number;       /* different for each run of one smpi_join, below 2^16; agreed       */
  size_t n, m;           /* agreed: the hub's set and the other's, with paddings              */
  unsigned columns;      /* agreed: words that belong to each item of the other; up to 4096   */
  unsigned runs;         /* agreed: this is one of so many that share the bounds on failure   */
};

/*   out   bit[ceil(bins / 64)]   xor shares of the two: 1 where the other has the bin's item; packed, zero
 *                                beyond bins = smpi_cuckoo_bins(n)
 *         value[columns][bins]   shares of the two by sum: where the bit is 1, the item's words; elsewhere
 *                                anything at all, which nobody may open: keep.h makes it zero
 *   in    payload[m][columns]    by set->row position; paddings' are anything, zeros for instance
 *   cost  smpi_join_bytes(); 4 rounds, and 8 for each 2^17 bins
 *   leaks to both n and m
 *   error outputs are wiped; SMPC_E_STATE: 2^-40 for all runs together
 * A false match happens with 2^-40 for all runs together, more where bins * runs > 2^24 (cuckoo.h).
 * Variable time in the items, constant time in payload, bits and values. */
smpc_err smpi_join_hub(struct smpi_join *j, const struct smpi_join_pair *p, const struct smpi_join_table *t, shr *bit,
                       shr *value);
smpc_err smpi_join_other(struct smpi_join *j, const struct smpi_join_pair *p, const struct smpi_join_set *set,
                         const uint64_t *payload, shr *bit, shr *value);

/* --- the local halves: pure; constant time in what is read and in the words --------------------------- */

/* to[bin[i]] := read[i]: the others keep the random words that stand there. */
void smpi_join_place(uint64_t *to, const uint64_t *read, const uint32_t *bin, size_t n);

/* Word w of the value the other programs at point q, which is item q / 3 in bin place[q]: the bin's tag, or what
 * belongs to the item minus the bin's mask. */
struct smpi_join_program {
  unsigned columns;
  size_t bins;
  const uint32_t *place, *position; /* of points; of items in their set's rows */
  const uint64_t *tag, *payload;    /* [bins], [rows][columns] */
  const shr *mask;                  /* [columns][bins] */
};
uint64_t smpi_join_word(const struct smpi_join_program *g, uint32_t q, unsigned w);

/* What one run costs; opening is apart. */
void smpi_join_bytes(uint64_t *hub, uint64_t *other, uint64_t *rounds, const struct smpi_join_pair *p);

#endif
