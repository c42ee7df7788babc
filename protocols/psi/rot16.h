/* rot16.h - random one-of-16 oblivious transfers between two computing parties.
 *
 * The sender gets sixteen pads, the receiver a random choice of four bits and the pad
 * it names.  Four bits are what a silent VOLE (ot/vole.h) with dim = 4 hides: c = a Delta + b, so
 * pad v is H(b + v Delta), v a polynomial of degree below 4, and the receiver has H(c).
 * They cost some bits of traffic each.  Semi-honest. */
#ifndef SMPI_ROT16_H
#define SMPI_ROT16_H

#include "ot/tccr.h"
#include "ot/vole.h"

enum { SMPI_ROT16_BITS = 4, SMPI_ROT16_PADS = 16 };

/* Of one session, with other computing parties, both directions. */
struct smpi_rot16;

/* What smpi_vole_open_with() costs: 2 rounds.  `instance` and `with` as there; with = 0: everybody. */
smpc_err smpi_rot16_open(struct smpi_rot16 **l, struct smpc_session *s, uint32_t instance, uint32_t with);
void smpi_rot16_close(struct smpi_rot16 *l); /* wipes; NULL is allowed */
struct smpi_vole_passive *smpi_rot16_vole(struct smpi_rot16 *l); /* for other runs between the same parties */
struct smpc_session *smpi_rot16_session(const struct smpi_rot16 *l);

/* n transfers with pads of one bit.  One party sends, naming the other's rank, and the other receives.
 *   out   table[n]   bit v is pad v
 *         mine[n]    bits 0..3 the choice, bit 4 the pad
 *   cost  2 rounds, smpi_rot16_bytes()
 *   error outputs are wiped */
smpc_err smpi_rot16_send(struct smpi_rot16 *l, unsigned rank, uint16_t *table, size_t n);
smpc_err smpi_rot16_receive(struct smpi_rot16 *l, unsigned rank, uint8_t *mine, size_t n);

/* n transfers with pads of words, any number of them, made when they are wanted.  room = smpi_vole_room(n).
 *   out   b[room], or a[room] (the choices) and c[room];  *first, for the pads */
smpc_err smpi_rot16_send_wide(struct smpi_rot16 *l, unsigned rank, blk *b, size_t n, uint64_t *first);
smpc_err smpi_rot16_receive_wide(struct smpi_rot16 *l, unsigned rank, blk *a, blk *c, size_t n, uint64_t *first);

/* pad[i] := the sender's pad number v[i] of transfer i, of column `column` < 2^15; and the receiver's.
 * v is public. */
void smpi_rot16_sent(const struct smpi_rot16 *l, unsigned rank, uint64_t *pad, const blk *b, const uint8_t *v, size_t n,
                      unsigned column, uint64_t first);
void smpi_rot16_received(const struct smpi_rot16 *l, unsigned rank, uint64_t *pad, const blk *c, size_t n,
                          unsigned column, uint64_t first);

/* What sender and receiver of n transfers send; opening is apart. */
void smpi_rot16_bytes(uint64_t *sender, uint64_t *receiver, size_t n);

/* --- the local halves: pure -------------------------------------------------------------------------- */

/* Tables, and choices with their pads, of transfers number first, first + 1, ... */
void smpi_rot16_tables(uint16_t *table, const struct smpi_tccr *hash, struct smpi_tweak w, uint64_t first,
                       const blk multiple[SMPI_ROT16_PADS], const blk *b, size_t n);
void smpi_rot16_mine(uint8_t *mine, const struct smpi_tccr *hash, struct smpi_tweak w, uint64_t first, const blk *a,
                     const blk *c, size_t n);

/* v Delta for all sixteen v. */
void smpi_rot16_multiples(blk multiple[SMPI_ROT16_PADS], blk delta);

#endif
