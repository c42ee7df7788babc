/* expr.h - random joint programs over the public operations, with a plain
 * reference computed beside each step.
 *
 * A program is a list of nodes; a node's operands come before it.  Values are
 * kept small enough that every operation's precondition holds, whole numbers
 * exact and fixed-point ones with a bound on their error. */
#ifndef EXPR_H
#define EXPR_H

#include <smpc.h>

enum expr_op {
  EXPR_INPUT, EXPR_CONSTANT, EXPR_ADD, EXPR_SUB, EXPR_SCALE_I64, EXPR_SCALE, EXPR_MUL, EXPR_MATMUL, EXPR_LESS,
  EXPR_LESS_FULL, EXPR_EQUAL, EXPR_SELECT, EXPR_MAX, EXPR_SUM, EXPR_SUM_ROWS, EXPR_SLICE, EXPR_TRANSPOSE,
  EXPR_CONCAT, EXPR_RESHAPE, EXPR_OPS
};

enum { EXPR_NODES = 24, EXPR_CELLS = 64, EXPR_SIDE = 8 };

struct expr_node {
  enum expr_op op;
  unsigned a, b, c;       /* operands: numbers of nodes                */
  unsigned owner;         /* input: who knows it                       */
  size_t row, col;        /* slice: the corner                         */
  double k, plus;         /* scale                                     */
  bool is_fixed, is_bits; /* is_bits: whole, and each 0 or 1           */
  bool is_freed;          /* by the program, after its last use        */
  unsigned last_use;
  size_t rows, cols;
  double v[EXPR_CELLS];   /* the reference */
  double off;             /* how far the computed value may be from it */
  uint64_t opened_to;     /* 0: not opened */
};

struct expr {
  unsigned n, frac_bits;
  bool is_nearest; /* how products are rescaled */
  struct expr_node node[EXPR_NODES];
};

/* Make a program for members 0 .. parties-1 from the seed. */
void expr_make(struct expr *e, unsigned parties, unsigned frac_bits, uint64_t seed);

/* Run it at one party: out[i] gets what was opened of node i, NaN elsewhere.
 * ghost (may be NULL) is shown each value when it is made. */
typedef void (*expr_ghost)(void *ctx, unsigned node, const smpc_shared *x);
smpc_err expr_run(const struct expr *e, smpc_session *s, unsigned me, double (*out)[EXPR_CELLS], expr_ghost ghost,
                  void *ctx);

const char *expr_name(enum expr_op op);

#endif
