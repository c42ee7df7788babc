/* opprf.h - a function that one party programs and another asks, point by point, unseen.
 *
 * The programmer fixes words at some keys; the asker reads them where it has the same keys, and
 * elsewhere gets words that look random.  Neither learns which keys the other has. */
#ifndef SMPI_OPPRF_H
#define SMPI_OPPRF_H

#include "psi/rot16.h"
#include "psi/okvs.h"
#include "psi/oprf.h"

enum {
  SMPI_OPPRF_WORDS = 1 + 4096, /* LOCAL: at most */
  SMPI_OPPRF_RUNS = 512        /* LOCAL: two stores each, of SMPI_OKVS_MORE bits */
};

struct smpi_opprf_task {
  unsigned rank;          /* of the other computing party                                      */
  uint64_t instance;      /* different for each run of a session, agreed                        */
  size_t n, m;            /* agreed: keys asked at, keys programmed, at most                    */
  unsigned words;         /* of a value                                                         */
  unsigned first_len;     /* bytes of the first word that count, 1 .. 8: its others are garbage */
  unsigned runs;          /* agreed: this is one of so many that share the bounds on failure, up to SMPI_OPPRF_RUNS; 0: 1 */
};

/* Ask at key[n_keys], n_keys <= t->n, different digests.
 *   out   value[words][n_keys]
 *   cost  2 rounds for VOLE and 2 more; smpi_opprf_bytes()
 *   leaks to the programmer t->n, to the asker t->m
 *   error value is wiped; SMPC_E_STATE: a store cannot be solved: 2^-40, for all runs together
 * Semi-honest.  Variable time in the keys. */
smpc_err smpi_opprf_ask_vt(struct smpi_rot16 *l, const struct smpi_opprf_task *t, uint64_t *value, const blk *key,
                           size_t n_keys);

/* Program key[n_keys], n_keys <= t->m, different digests: `give` writes for n of them, by their numbers,
 * words 2 plane and 2 plane + 1 of their values (a last odd one is ignored); it may be called several times. */
smpc_err smpi_opprf_program_vt(struct smpi_rot16 *l, const struct smpi_opprf_task *t, const blk *key, size_t n_keys,
                               void (*give)(void *ctx, blk *out, const uint32_t *number, size_t n, unsigned plane),
                               void *ctx);

/* Its n, m, words, first_len and runs count. */
void smpi_opprf_bytes(uint64_t *asker, uint64_t *programmer, const struct smpi_opprf_task *t);

/* out[i] := words 2 plane, 2 plane + 1 of what hides the value at key[i], from the asker's reading z[i], or the
 * programmer's. */
void smpi_opprf_pads(blk *out, const struct smpi_oprf_hash *h, const blk *z, const blk *key, size_t n, unsigned plane);

#endif
