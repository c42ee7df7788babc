/* expr_call.c - the allow-list of functions and their types; see expr.h. */
#include "expr_impl.h"

#include <string.h>

/* n number, t text, s the same type as the other s arguments and the result;
 * the last letter of `args` holds for all further arguments. */
struct function {
  const char *name, *args;
  char result;
  unsigned char min, max;
  bool aggregate;
};

static const struct function functions[] = {
    {"abs", "n", 'n', 1, 1, false},     {"round", "n", 'n', 1, 2, false},  {"lower", "t", 't', 1, 1, false},
    {"upper", "t", 't', 1, 1, false},   {"trim", "t", 't', 1, 2, false},   {"ltrim", "t", 't', 1, 2, false},
    {"rtrim", "t", 't', 1, 2, false},   {"length", "t", 'n', 1, 1, false}, {"substr", "tn", 't', 2, 3, false},
    {"replace", "t", 't', 3, 3, false}, {"instr", "t", 'n', 2, 2, false},  {"coalesce", "s", 's', 2, 16, false},
    {"ifnull", "s", 's', 2, 2, false},  {"nullif", "s", 's', 2, 2, false}, {"iif", "ns", 's', 3, 3, false},
    {"min", "s", 's', 2, 16, false},    {"max", "s", 's', 2, 16, false},   {"like", "t", 'n', 2, 3, false},
    {"glob", "t", 'n', 2, 2, false},    {"number", "t", 'n', 1, 1, false}, {"count", "s", 'n', 1, 1, true},
    {"sum", "n", 'n', 1, 1, true},      {"avg", "n", 'n', 1, 1, true},     {"total", "n", 'n', 1, 1, true},
    {"min", "s", 's', 1, 1, true},      {"max", "s", 's', 1, 1, true},
};

bool expr_is_function(const char *name, bool aggregate) {
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (sqlite3_stricmp(functions[i].name, name) == 0 && (aggregate || !functions[i].aggregate)) return true;
  return false;
}

static const struct function *find(const char *name, unsigned n_args) {
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    const struct function *fn = &functions[i];
    if (sqlite3_stricmp(fn->name, name) == 0 && n_args >= fn->min && n_args <= fn->max) return fn;
  }
  return NULL;
}

enum { MAX_ARGS = 16 };
struct args {
  enum expr_type type[MAX_ARGS];
  size_t at[MAX_ARGS], end[MAX_ARGS];
  unsigned n;
};

static int parse_args(struct expr_parser *p, struct args *a) {
  do {
    if (a->n == MAX_ARGS) return expr_fail(p, p->token.at, "too many arguments");
    a->at[a->n] = p->token.at;
    a->type[a->n] = expr_parse(p);
    a->end[a->n] = p->last_end;
    if (a->type[a->n++] == EXPR_BAD) return p->f->exit;
  } while (expr_accept_op(p, ","));
  return expr_expect_op(p, ")");
}

static enum expr_type check_args(struct expr_parser *p, const struct function *fn, const struct args *a, size_t at) {
  enum expr_type same = EXPR_NULL;
  size_t last = strlen(fn->args) - 1;
  for (unsigned i = 0; i < a->n; i++) {
    char want = fn->args[i < last ? i : last];
    if (want == 's') same = expr_must_join(p, same, a->type[i], at, "mixes");
    else expr_must_be_until(p, a->type[i], want == 't' ? EXPR_TEXT : EXPR_NUMBER, a->at[i], a->end[i]);
    if (p->f->exit != 0) return EXPR_BAD;
  }
  return fn->result == 's' ? same : fn->result == 't' ? EXPR_TEXT : EXPR_NUMBER;
}

/* count(x), sum(x): only where a view may aggregate; SQLite refuses nested ones. */
static bool may_aggregate(struct expr_parser *p, const struct function *fn, size_t at) {
  if (!p->aggregates) expr_fail(p, at, "'%s' of all rows is not allowed here", fn->name);
  return p->aggregates;
}

enum expr_type expr_call(struct expr_parser *p, const char *name, size_t at) {
  struct args a = {.n = 0};
  if (!expr_is_function(name, true) && expr_refuse_statement(p, name, at)) return EXPR_BAD;
  if (!expr_is_function(name, true)) return (void)expr_fail(p, at, "the function '%s' is not allowed", name), EXPR_BAD;
  if (expr_expect_op(p, "(") != 0) return EXPR_BAD;
  if (p->aggregates && sqlite3_stricmp(name, "count") == 0 && expr_accept_op(p, "*"))
    return expr_expect_op(p, ")") == 0 ? EXPR_NUMBER : EXPR_BAD;
  if (p->aggregates && find(name, 1) != NULL && find(name, 1)->aggregate) expr_accept_word(p, "distinct");
  if (parse_args(p, &a) != 0) return EXPR_BAD;
  const struct function *fn = find(name, a.n);
  if (fn == NULL) return (void)expr_fail(p, at, "'%s' does not take %u arguments", name, a.n), EXPR_BAD;
  if (fn->aggregate && !may_aggregate(p, fn, at)) return EXPR_BAD;
  return check_args(p, fn, &a, at);
}
