/* psi_set.h - one party's own set, as every public function of set intersection takes it. */
#ifndef SMPI_PSI_SET_H
#define SMPI_PSI_SET_H

#include "api/value.h"
#include "psi/psi.h"
#include "rand/hash.h"

struct smpi_psi_set {
  const smpc_items *items;
  size_t *same;        /* [items->n] the first row with the same item                 */
  uint64_t distinct;   /* different items                                             */
  uint64_t size;       /* as the others see it: distinct, or the declared size        */
  size_t *row;         /* [size] different items and paddings, in random order        */
};

/* SMPC_E_ARG: no set, or items without bytes; SMPC_E_RANGE: too many. */
smpc_err smpi_psi_set_check(struct smpc_session *s, const smpc_items *items);

/* Which items are different.  declared: 0 for none; SMPC_E_RANGE: there are more. */
smpc_err smpi_psi_set_open(struct smpc_session *s, struct smpi_psi_set *set, const smpc_items *items, uint64_t declared);

/* *size: as declared, or 0: then as many as are different.  SMPC_E_RANGE: there are more. */
smpc_err smpi_psi_set_size(struct smpc_session *s, uint64_t *size, uint64_t distinct);

/* Where a study compares what this party puts in with earlier runs: tell the journal its different items, as
 * hashes, each with its cell (NULL: none); by value, or in the order of the rows, whose columns follow.
 * same: as in smpi_psi_set, or NULL.  Variable time: for one's own list. */
smpc_err smpi_psi_set_tell_vt(struct smpc_session *s, const smpc_items *items, const size_t *same, const uint32_t *cell,
                              bool in_order);

/* Ask this party's journal and study about the sets of a call: size[k] items of member owner[k]; 0: told later,
 * or none.  Before anything that depends on items leaves; and once all are known, again, with are_known.
 * SMPC_E_POLICY: a limit; SMPC_E_FILE, SMPC_E_DISK: the journal cannot be written. */
smpc_err smpi_psi_announce(struct smpc_session *s, const unsigned *owner, const uint64_t *size, unsigned n,
                           bool are_known);

/* Owners that told one another the sizes of their sets compare what they were told, before anything takes
 * memory for these.  1 round, SMPI_PSI_SIZES_LEN bytes to each.
 *   SMPC_E_DESYNC  somebody told two of them different sizes */
enum { SMPI_PSI_SIZES_LEN = SMPI_HASH_LEN };
smpc_err smpi_psi_compare_sizes(struct smpc_session *s, const unsigned *owner, const uint64_t *size, unsigned n);

/* Draw their order. */
smpc_err smpi_psi_set_shuffle(struct smpc_session *s, struct smpi_psi_set *set);

/* matched[items->n] := what hit[size] says of each row's item. */
void smpi_psi_set_spread(const struct smpi_psi_set *set, uint8_t *matched, const uint8_t *hit);

#endif
