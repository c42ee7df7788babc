/* pool.h - the state behind triple.h: batches ready to be taken, masks and
 * products made before use, what has been given out. */
#ifndef SMPI_POOL_H
#define SMPI_POOL_H

#include "base/mem.h"
#include "session/session.h"
#include "triple/ledger.h"
#include "triple/source.h"

/* A source's call has ended: what it left on the stack, keys and strings, is wiped. */
static inline void smpi_source_ended(struct smpc_session *s) {
  smpi_offline(s, false);
  smpi_wipe_stack();
}

/* Units of one kind, column after column.  Held by the pool until all are
 * given, and by everyone who has taken some. */
struct smpi_batch {
  size_t n, given, holders;
  bool is_from_disk;
  uint64_t first;             /* number of its first unit among all of the kind */
  uint64_t *words;
  uint64_t *col[SMPI_CORR_COLUMNS];
  struct smpi_batch *next;
};

/* A mask, or a product with one, made by smpi_triple_prepare(). */
struct smpi_prepared {
  struct smpi_mask *mask;
  bool is_new;
  struct smpi_product product; /* not for new masks */
  uint64_t number;
  shr *b, *c;
  struct smpi_prepared *next;
};

struct smpi_pool {
  struct smpc_session *s;
  struct smpi_source *src;
  struct {
    struct smpi_batch *head, *tail;
    size_t ready;              /* units not given yet */
    uint64_t batches, units;   /* made so far         */
  } kind[SMPI_CORRS];
  uint64_t masks, products;    /* made so far         */
  struct smpi_prepared *prepared, *prepared_tail;
  struct smpi_ledger ledger;   /* test builds only    */
};

/* The session's pool, opened if need be. */
smpc_err smpi_pool_get(struct smpi_pool **p, struct smpc_session *s);
/* The source, opened if need be. */
smpc_err smpi_pool_source(struct smpi_pool *p);
/* n units straight from the source to col[], given to the caller alone. */
smpc_err smpi_pool_draw(struct smpi_pool *p, uint64_t *const col[], enum smpi_corr kind, size_t n);
/* The most units of one batch. */
size_t smpi_pool_most(enum smpi_corr kind);
/* Make the masks and products of a program ready, in its order. */
smpc_err smpi_pool_prepare_masks(struct smpi_pool *p, const struct smpi_mask_step *step, size_t steps);
void smpi_pool_forget_masks(struct smpi_pool *p); /* wipes what was prepared and not used */

/* The owners of `rows` rows as a source is told them: every row in a run, of nobody where none are stated
 * or taken. */
struct smpi_owners smpi_owners_of(const struct smpi_owners *o, size_t rows, bool takes_owners);

/* Test builds stop where a piece is given twice; others do nothing. */
void smpi_pool_note(struct smpi_pool *p, unsigned book, uint64_t first, uint64_t n);

#endif
