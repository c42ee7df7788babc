/* triple.h - the functionality F_triple: correlated randomness, each piece
 * given once, wiped after use.
 *
 * Whatever makes it (source.h: a dealer, oblivious transfer, Paillier encryption;
 * disk.h: a pool made ahead of time) stands behind this header.
 *
 * ELEMENTWISE.  A correlation comes in units of columns of 64-bit words.
 *   kind               unit        columns of one unit (words)             shared by
 *   SMPI_TRIPLE        1 product   a 1, b 1, c = a b 1                     sum
 *   SMPI_BIT_TRIPLE    64 ANDs     a 1, b 1, c = a & b 1                   xor
 *   SMPI_BIT_PAIR      64 pairs    a 1, b 1, b' 1, c = a & b 1, c' = a & b' 1   xor
 *   SMPI_DABIT         64 bits     r 64 (each 0 or 1)                      sum
 *                                  the same bits, packed: 1                xor
 *   SMPI_EDABIT        64 numbers  r 64                                    sum
 *                                  bits of r, row i = bit i: 64 rows of 1  xor
 *   SMPI_TRUNC(f)      1 number    r 1, floor((r mod 2^63) / 2^f) 1, msb(r) 1   sum
 * Taking n units gives each column as one array of n * width words.
 *   SMPI_LOOKUP        64 lookups each way: see triple/lookup.h; no shares of one value, but what two
 *                      parties have of each other.  Only where smpi_triple_has_lookups().
 * daBits [RW19 2019/207], edaBits [EGK+20 2020/338], truncation [DEK20 2019/131].
 *
 * MATRICES.  One mask, one value: new_mask() gives a sharing of a uniform A that
 * will hide one immutable shared matrix (opened once, by its owner handle); each
 * product with it, or with a slice or transpose of it, takes a fresh uniform B
 * and a fresh sharing of A B. */
#ifndef SMPI_TRIPLE_H
#define SMPI_TRIPLE_H

#include "session/session.h"

enum smpi_corr {
  SMPI_TRIPLE, SMPI_BIT_TRIPLE, SMPI_BIT_PAIR, SMPI_DABIT, SMPI_EDABIT, SMPI_TRUNC, SMPI_LOOKUP, SMPI_CORRS,
  SMPI_SHARED = SMPI_LOOKUP /* the kinds below are shares of a value, for any number of parties, from every source */
};

enum { SMPI_CORR_COLUMNS = 65 }; /* the most any kind has (edaBit: r and 64 rows) */

/* n units taken: column c is an array of n * smpi_corr_width(kind, c) words. */
struct smpi_taken {
  enum smpi_corr kind;
  size_t n;
  uint64_t *col[SMPI_CORR_COLUMNS];
  void *hold;       /* the source's, for wiping */
};

unsigned smpi_corr_columns(enum smpi_corr kind);
unsigned smpi_corr_width(enum smpi_corr kind, unsigned column); /* words of one unit          */
bool smpi_corr_is_xor(enum smpi_corr kind, unsigned column);    /* shared by xor, not by sum   */

/* Two parties whose randomness comes by oblivious transfer have lookups. */
bool smpi_triple_has_lookups(unsigned parties, smpc_source source);

/* Take n units; t must be wiped whatever happens (an all-zero t may be).
 * Costs nothing online when smpi_triple_prepare() made them before; otherwise
 * the source makes them now.  Truncation tuples are for the session's frac_bits. */
smpc_err smpi_triple_take(struct smpc_session *s, struct smpi_taken *t, enum smpi_corr kind, size_t n);
void smpi_triple_wipe(struct smpi_taken *t);

/* --- matrices -------------------------------------------------------------- */
/* Who knows a matrix in the clear, by rows from the first on: in each run one party (by
 * rank), or nobody (-1).  No run at all: nobody knows any of it. */
enum { SMPI_OWNER_RUNS = 16 };
struct smpi_owners { unsigned n; struct smpi_owner_run { uint32_t rows; int32_t rank; } run[SMPI_OWNER_RUNS]; };
/* More rows of that owner; what does not fit becomes nobody's. */
void smpi_owners_add(struct smpi_owners *o, size_t rows, int rank);

struct smpi_mask;                       /* a sharing of a uniform matrix; reference counted */
/* The block of rows x cols at (row, col) of the mask, then transposed or not. */
struct smpi_mask_view { struct smpi_mask *mask; size_t row, col, rows, cols; bool transposed; };

/* A fresh mask for a matrix with these owners (NULL: nobody): rows that a party owns are
 * masked by what it knows itself, but nobody else; products with them then take only one
 * side's correlations of a source where that is cheaper.  `a` gives this party's share, rows x cols row-major, valid
 * while the mask lives; it never leaves the session's memory. */
smpc_err smpi_mask_new(struct smpc_session *s, struct smpi_mask **m, size_t rows, size_t cols,
                       const struct smpi_owners *owners);
const shr *smpi_mask_share(const struct smpi_mask *m);
void smpi_mask_keep(struct smpi_mask *m);
void smpi_mask_drop(struct smpi_mask *m); /* wiped with its last holder; NULL is allowed */

/* A fresh B (k x n) and a fresh sharing of view(A) B (m x n), where the view is
 * m x k.  b and c are written; both are secret and used once. */
smpc_err smpi_mask_product(struct smpc_session *s, const struct smpi_mask_view *view, size_t n, shr *b, shr *c);

/* --- before use ------------------------------------------------------------ */
/* Make what a program will take: units of each kind, and mask operations in
 * program order. */
struct smpi_mask_step {
  bool is_new;               /* smpi_mask_new(rows, cols), else smpi_mask_product()         */
  size_t rows, cols;         /* of the mask, or of the view's block (before transposing)      */
  size_t mask;               /* product: which mask, counting the new ones from 0           */
  size_t row, col, n;        /* product: the view's corner in the mask, columns of B        */
  bool transposed;
  struct smpi_owners owners; /* of a new mask */
};
struct smpi_demand {
  uint64_t units[SMPI_CORRS];
  const struct smpi_mask_step *step; /* what smpi_mask_new / smpi_mask_product will be asked */
  size_t steps;
};
smpc_err smpi_triple_prepare(struct smpc_session *s, const struct smpi_demand *demand);

#endif
