/* expr.h - the language of questions and views: a typed part of SQL.
 *
 * SQLite compares a number with a text by rules that make a wrong comparison
 * a wrong count instead of an error: sex = 1 on a text column, age >= '60' on a
 * number.  So every expression is parsed and typed here first; what is outside
 * the language or mixes types is refused, and SQLite sees only text that
 * passed.  The types are true of the values, because the loader, the probes
 * (data_open.c) and the wrappers (data_guard.c) check every value.
 *
 * Expressions   columns, numbers, 'text', NULL, TRUE, FALSE; OR AND NOT;
 *   = == <> != IS < <= > >= BETWEEN IN (list) LIKE GLOB IS NULL; & | << >> + - * / % ||;
 *   CASE; CAST of numbers; abs round lower upper trim ltrim rtrim length substr replace instr
 *   coalesce ifnull nullif iif min max (two or more arguments) like glob number.
 *   No subqueries, no time, no randomness, no rows outside the agreed columns.
 * Views         [WITH name AS (SELECT ...), ...] SELECT [DISTINCT] items FROM tables or (SELECT ...),
 *   [LEFT] JOIN ON, WHERE, GROUP BY, HAVING, UNION [ALL]; also count, sum, avg, total, min, max.
 * Types         number or text; logical values are numbers; NULL fits both.
 *   Grammar and precedence are SQLite's; tests/examples/test_expr.c compares. */
#ifndef EXPR_H
#define EXPR_H

#include "data_impl.h"

enum expr_type { EXPR_BAD = 0, EXPR_NULL, EXPR_NUMBER, EXPR_TEXT, EXPR_UNPROBED };

struct expr_source;
struct expr_column {
  const char *name;
  enum expr_type type; /* EXPR_UNPROBED: asked for at its first use */
  bool used;
  struct expr_column *origin;     /* made by "*": the column it repeats */
  const struct expr_source *from; /* and where that stands              */
};

/* Something with columns: the agreed columns, a table, a subquery. */
struct expr_source {
  const char *name;  /* by which an expression may qualify a column; may be "" */
  const char *table; /* of the database, or NULL: what a probe looks into     */
  struct expr_column *columns;
  unsigned n;
};

enum { EXPR_MAX_LEN = 16384, EXPR_MAX_DEPTH = 100, EXPR_MAX_NAME = 128, EXPR_MAX_SOURCES = 32 };

/* Is this function in the language?  What is in a view alone, as sum(), counts when `aggregate`. */
bool expr_is_function(const char *name, bool aggregate);

/* Type one expression over one source.
 *   out    columns that it names are marked used
 *   return its type, or EXPR_BAD with the fault set; messages begin with `what` */
enum expr_type expr_check(const char *sql, const char *what, struct expr_source *source, struct data_fault *f);

/* What a view needs to know of the database. */
struct expr_database {
  /* The columns of a table; *columns stays valid until the check ends.  0, or a fault's exit code. */
  int (*open_table)(void *user, struct expr_source *s, const char *table, struct data_fault *f);
  /* Find the type of an EXPR_UNPROBED column by its values. */
  int (*probe)(void *user, const struct expr_source *s, struct expr_column *c, struct data_fault *f);
  void *user;
};

/* Type a SELECT. */
int expr_check_select(const char *sql, const char *what, const struct expr_database *db, struct data_fault *f);

#endif
