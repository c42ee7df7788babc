/* value.h - what stands behind an smpc_shared, and the frame every public
 * operation runs in.
 *
 * A base is an immutable shared matrix; handles are views of it, so that slices
 * and transposes of one matrix also share the one mask that matrix products
 * hide it under ("one mask, one value"). */
#ifndef SMPI_VALUE_H
#define SMPI_VALUE_H

#include <smpc.h>

#include "mul/matmul.h"
#include "session/session_impl.h"

struct smpi_base {
  size_t refs, rows, cols;
  shr *v;                    /* my share, rows x cols; NULL when dry or not computing */
  struct smpi_owners owners; /* ranks that know rows of it in the clear: set by what makes it */
  struct smpi_masked masked; /* the mask, and the opened difference, since the first product */
  bool is_noted;             /* dry: a product has been met, which opened it         */
  size_t mask_number;        /* dry: which of the program's masks hides it           */
};

struct smpc_shared {
  struct smpc_session *s;
  struct smpc_shared *prev, *next; /* all handles of the session               */
  uint64_t id;                     /* the same at all parties                  */
  size_t rows, cols;
  unsigned frac;                   /* fractional bits: 0 for whole numbers     */
  int owner;                       /* member that knows the clear value, or -1 */
  double range;                    /* |element| at most this, as far as stated */
  double warned_from;              /* a range from here on leaves the ring, which has been warned of; 0: not warned */
  struct smpi_base *base;
  size_t row, col;                 /* my corner in base, before transposing    */
  bool is_transposed;
  shr *v;                          /* rows x cols: into base, or own_v         */
  shr *own_v;                      /* a copy, where base's layout does not serve */
};

/* --- the frame of an operation ------------------------------------------------ */
struct smpi_op {
  struct smpc_session *s;
  size_t mark;
};

/* Begin: false when the session has failed, belongs to a parent process or to a
 * dealer, or an operand is NULL or another session's.  Absorbs name, handle
 * numbers and shapes. */
bool smpi_op_begin(struct smpi_op *op, struct smpc_session *s, const char *name, size_t n,
                   const struct smpc_shared *const *operand);
/* The same for an operation that stands against malicious parties: all others are refused where
 * the session is to. */
bool smpi_op_begin_malicious(struct smpi_op *op, struct smpc_session *s, const char *name);
/* Why it did not begin. */
static inline smpc_err smpi_op_refused(const struct smpc_session *s) {
  return s->fault.code != SMPC_OK ? s->fault.code : SMPC_E_STATE; /* nothing is recorded in a parent's session */
}
/* End: releases scratch.  Gives z, or on failure frees it and gives NULL. */
struct smpc_shared *smpi_op_end(struct smpi_op *op, struct smpc_shared *z, smpc_err err);

#define SMPI_BEGIN(op, s, name, ...)                                                              \
  smpi_op_begin(op, s, name, sizeof((const struct smpc_shared *[]){__VA_ARGS__}) / sizeof(void *), \
                (const struct smpc_shared *const[]){__VA_ARGS__})

/* Do this party's shares exist?  Not in a dry run, nor where one does not compute. */
static inline bool smpi_has_data(const struct smpc_session *s) { return !s->is_dry && s->rank >= 0; }

/* --- values ---------------------------------------------------------------------- */
/* A new value with zeroed shares, or NULL with the fault recorded. */
struct smpc_shared *smpi_value_new(struct smpc_session *s, size_t rows, size_t cols, unsigned frac);
/* The part of x at (row, col) as a view of the same base, transposed if flip. */
struct smpc_shared *smpi_value_view(struct smpc_session *s, const struct smpc_shared *x, size_t row, size_t col,
                                    size_t rows, size_t cols, bool flip);
void smpi_value_free(struct smpc_shared *x);
/* z's owner, and that of all of its base, which must be new: a member, or -1. */
void smpi_value_own(struct smpc_shared *z, int member);
/* z's base is x above y: so are its owners.  z's own owner is theirs, if it is one. */
void smpi_value_stack(struct smpc_shared *z, const struct smpc_shared *x, const struct smpc_shared *y);
static inline size_t smpi_value_len(const struct smpc_shared *x) { return x->rows * x->cols; }

/* x's shares as a rows x cols array; a 1 x 1 or 1 x cols x is repeated into
 * scratch.  NULL with the fault recorded. */
const shr *smpi_value_spread(struct smpc_session *s, const struct smpc_shared *x, size_t rows, size_t cols);
/* The shape two operands have together; SMPC_E_SHAPE when they do not fit. */
smpc_err smpi_value_fit(struct smpc_session *s, const struct smpc_shared *x, const struct smpc_shared *y, size_t *rows,
                        size_t *cols);
smpc_err smpi_value_same_scale(struct smpc_session *s, const struct smpc_shared *x, const struct smpc_shared *y);

/* Note that z's elements are at most `range`; a warning is counted when that,
 * with `frac` fractional bits, does not fit into `bits` bits of the ring. */
void smpi_value_range(struct smpc_shared *z, double range, unsigned frac, unsigned bits);

/* out[n] := a caller's numbers as ring elements: double[n], or int64_t[n] where frac is 0; each
 * at most smpi_input_range(frac), else SMPC_E_RANGE. */
smpc_err smpi_encode(struct smpc_session *s, uint64_t *out, const void *data, size_t n, unsigned frac);
double smpi_input_range(unsigned frac);

/* --- what a dry run notes down ---------------------------------------------------- */
struct smpi_api {
  struct smpc_shared *first;
  uint64_t next_id;
  smpc_rounding rounding;
  uint32_t range_warnings;
  struct smpi_mask_step *step; /* matrix masks and products in program order */
  size_t steps, steps_cap, masks;
};
struct smpi_api *smpi_api_state(struct smpc_session *s);
smpc_err smpi_api_note_step(struct smpc_session *s, const struct smpi_mask_step *step);

#endif
