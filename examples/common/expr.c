/* expr.c - operators, operands and their types; see expr.h. */
#include "expr_impl.h"

#include <string.h>

/* How tightly operators bind, as in SQLite. */
enum level { OR, AND, NOT, EQUAL, ORDER, BITS, ADD, MULTIPLY, CONCAT, UNARY };

static enum expr_type parse_level(struct expr_parser *p, enum level level);

static const char *type_name(enum expr_type t) { return t == EXPR_TEXT ? "text" : "a number"; }

/* The piece of text that a message quotes. */
static int piece_len(const struct expr_parser *p, size_t from) {
  size_t len = p->last_end > from ? p->last_end - from : 0;
  return (int)(len < 80 ? len : 80);
}

enum expr_type expr_join(enum expr_type a, enum expr_type b) {
  if (a == EXPR_NULL) return b;
  return a == b || b == EXPR_NULL ? a : EXPR_BAD;
}

enum expr_type expr_must_join(struct expr_parser *p, enum expr_type a, enum expr_type b, size_t from,
                              const char *verb) {
  if (a == EXPR_BAD || b == EXPR_BAD || p->f->exit != 0) return EXPR_BAD;
  enum expr_type t = expr_join(a, b);
  if (t == EXPR_BAD)
    expr_fail(p, from, "'%.*s' %s %s with %s", piece_len(p, from), p->sql + from, verb, type_name(a), type_name(b));
  return t;
}

enum expr_type expr_must_be_until(struct expr_parser *p, enum expr_type got, enum expr_type want, size_t from,
                                  size_t end) {
  if (got == EXPR_BAD || p->f->exit != 0) return EXPR_BAD;
  if (expr_join(got, want) != EXPR_BAD) return want;
  p->last_end = end;
  expr_fail(p, from, "'%.*s' is %s where %s is needed", piece_len(p, from), p->sql + from, type_name(got),
            type_name(want));
  return EXPR_BAD;
}

enum expr_type expr_must_be(struct expr_parser *p, enum expr_type got, enum expr_type want, size_t from) {
  return expr_must_be_until(p, got, want, from, p->last_end);
}

static struct expr_column *column_of(const struct expr_source *s, const char *name) {
  for (unsigned i = 0; i < s->n; i++)
    if (sqlite3_stricmp(s->columns[i].name, name) == 0) return &s->columns[i];
  return NULL;
}

enum expr_type expr_type_of(struct expr_parser *p, const struct expr_source *in, struct expr_column *c) {
  if (c->type == EXPR_UNPROBED && c->origin != NULL) c->type = expr_type_of(p, c->from, c->origin);
  else if (c->type == EXPR_UNPROBED && p->db->probe(p->db->user, in, c, p->f) != 0) return EXPR_BAD;
  return c->type;
}

enum expr_type expr_find_column(struct expr_parser *p, const char *table, const char *name, size_t at) {
  struct expr_column *found = NULL;
  struct expr_source *in = NULL;
  for (unsigned i = 0; i < p->n_scope; i++) {
    if (table != NULL && sqlite3_stricmp(p->scope[i]->name, table) != 0) continue;
    struct expr_column *c = column_of(p->scope[i], name);
    if (c != NULL && found != NULL) return (void)expr_fail(p, at, "column '%s' is in several tables", name), EXPR_BAD;
    if (c != NULL) found = c, in = p->scope[i];
  }
  if (found == NULL) return EXPR_BAD;
  found->used = true;
  return expr_type_of(p, in, found);
}

/* --- operands --- */

/* Words that begin a statement or a subquery: a better message than "no such column". */
bool expr_refuse_statement(struct expr_parser *p, const char *name, size_t at) {
  static const char *const write[] = {"insert",  "update",  "delete", "replace", "drop",   "create", "alter", "vacuum",
                                      "reindex", "analyze", "begin",  "commit",  "attach", "detach", "pragma"};
  static const char *const query[] = {"select", "with", "values", "exists", "raise"};
  for (size_t i = 0; i < sizeof write / sizeof *write; i++)
    if (sqlite3_stricmp(name, write[i]) == 0)
      return expr_fail(p, at, "'%s' is not allowed: it tries to write or to change a setting", name), true;
  for (size_t i = 0; i < sizeof query / sizeof *query; i++)
    if (sqlite3_stricmp(name, query[i]) == 0)
      return expr_fail(p, at, "a subquery is not allowed here ('%s')", name), true;
  return false;
}

static enum expr_type parse_column(struct expr_parser *p, const char *first, bool quoted, size_t at) {
  char name[EXPR_MAX_NAME];
  bool qualified = expr_accept_op(p, ".");
  if (qualified) {
    if (p->token.kind != TOK_NAME && p->token.kind != TOK_QUOTED) return (void)expr_unexpected(p), EXPR_BAD;
    strcpy(name, p->token.name);
    expr_next(p);
  }
  enum expr_type t = expr_find_column(p, qualified ? first : NULL, qualified ? name : first, at);
  if (t != EXPR_BAD || p->f->exit != 0) return t;
  if (!qualified && !quoted) {
    if (sqlite3_stricmp(first, "true") == 0 || sqlite3_stricmp(first, "false") == 0) return EXPR_NUMBER;
    if (expr_refuse_statement(p, first, at)) return EXPR_BAD;
  }
  expr_fail(p, at, "no such column: %s%s%s", first, qualified ? "." : "", qualified ? name : "");
  return EXPR_BAD;
}

/* CASE [x] WHEN a THEN b ... [ELSE c] END, after CASE. */
static enum expr_type parse_case(struct expr_parser *p, size_t at) {
  enum expr_type base = EXPR_NUMBER, result = EXPR_NULL;
  bool has_base = !expr_is_word(p, "when"), has_else = false;
  if (has_base) base = expr_parse(p);
  if (!expr_is_word(p, "when")) return (void)expr_expect_word(p, "WHEN"), EXPR_BAD;
  while (p->f->exit == 0 && !has_else && !expr_is_word(p, "end")) {
    has_else = expr_accept_word(p, "else");
    if (!has_else) {
      if (expr_expect_word(p, "WHEN") != 0) return EXPR_BAD;
      size_t from = p->token.at;
      enum expr_type when = expr_parse(p);
      if (has_base) base = expr_must_join(p, base, when, at, "compares");
      else expr_must_be(p, when, EXPR_NUMBER, from);
      if (p->f->exit != 0 || expr_expect_word(p, "THEN") != 0) return EXPR_BAD;
    }
    enum expr_type then = expr_parse(p);
    result = expr_must_join(p, result, then, at, "mixes");
  }
  return p->f->exit == 0 && expr_expect_word(p, "END") == 0 ? result : EXPR_BAD;
}

/* CAST(x AS type), after CAST. */
static enum expr_type parse_cast(struct expr_parser *p, size_t at) {
  if (expr_expect_op(p, "(") != 0) return EXPR_BAD;
  enum expr_type from = expr_parse(p), to;
  if (from == EXPR_BAD || expr_expect_word(p, "AS") != 0) return EXPR_BAD;
  if (expr_accept_word(p, "text")) to = EXPR_TEXT;
  else if (expr_accept_word(p, "integer") || expr_accept_word(p, "real")) to = EXPR_NUMBER;
  else return (void)expr_fail(p, p->token.at, "TEXT, INTEGER or REAL is expected"), EXPR_BAD;
  if (from == EXPR_TEXT && to == EXPR_NUMBER) {
    expr_fail(p, at, "CAST makes 0 of a text that is no number; number(x) refuses it");
    return EXPR_BAD;
  }
  return expr_expect_op(p, ")") == 0 ? to : EXPR_BAD;
}

static enum expr_type parse_name(struct expr_parser *p) {
  struct token t = p->token;
  if (expr_next(p) != 0) return EXPR_BAD;
  if (t.kind == TOK_NAME) {
    if (sqlite3_stricmp(t.name, "null") == 0) return EXPR_NULL;
    if (sqlite3_stricmp(t.name, "case") == 0) return parse_case(p, t.at);
    if (sqlite3_stricmp(t.name, "cast") == 0) return parse_cast(p, t.at);
    if (expr_is_op(p, "(")) return expr_call(p, t.name, t.at);
  }
  return parse_column(p, t.name, t.kind == TOK_QUOTED, t.at);
}

static enum expr_type parse_operand(struct expr_parser *p) {
  switch (p->token.kind) {
  case TOK_NUMBER: return expr_next(p) == 0 ? EXPR_NUMBER : EXPR_BAD;
  case TOK_STRING: return expr_next(p) == 0 ? EXPR_TEXT : EXPR_BAD;
  case TOK_NAME:
  case TOK_QUOTED: return parse_name(p);
  case TOK_END:
  case TOK_OP: break;
  }
  if (!expr_accept_op(p, "(")) return (void)expr_unexpected(p), EXPR_BAD;
  enum expr_type t = expr_parse(p);
  return t != EXPR_BAD && expr_expect_op(p, ")") == 0 ? t : EXPR_BAD;
}

/* --- operators --- */

static enum expr_type parse_unary(struct expr_parser *p) {
  size_t from = p->token.at;
  bool sign = expr_accept_op(p, "-") || expr_accept_op(p, "+") || expr_accept_op(p, "~");
  if (!sign) return p->f->exit == 0 ? parse_operand(p) : EXPR_BAD;
  return expr_must_be(p, parse_level(p, UNARY), EXPR_NUMBER, from);
}

/* Pass an operator of this level, if one stands here. */
static bool accept_operator(struct expr_parser *p, enum level level) {
  static const char *const ops[][5] = {[ORDER] = {"<", "<=", ">", ">="},
                                       [BITS] = {"&", "|", "<<", ">>"},
                                       [ADD] = {"+", "-"},
                                       [MULTIPLY] = {"*", "/", "%"},
                                       [CONCAT] = {"||"}};
  if (level == OR) return expr_accept_word(p, "or");
  if (level == AND) return expr_accept_word(p, "and");
  for (size_t i = 0; i < 5 && ops[level][i] != NULL; i++)
    if (expr_accept_op(p, ops[level][i])) return true;
  return false;
}

/* x [NOT] IN (a, b), after IN. */
static enum expr_type parse_in(struct expr_parser *p, enum expr_type left, size_t from) {
  if (expr_expect_op(p, "(") != 0) return EXPR_BAD;
  do left = expr_must_join(p, left, expr_parse(p), from, "compares");
  while (left != EXPR_BAD && expr_accept_op(p, ","));
  return left != EXPR_BAD && expr_expect_op(p, ")") == 0 ? EXPR_NUMBER : EXPR_BAD;
}

/* x [NOT] BETWEEN a AND b, after BETWEEN. */
static enum expr_type parse_between(struct expr_parser *p, enum expr_type left, size_t from) {
  left = expr_must_join(p, left, parse_level(p, ORDER), from, "compares");
  if (left == EXPR_BAD || expr_expect_word(p, "AND") != 0) return EXPR_BAD;
  return expr_must_join(p, left, parse_level(p, ORDER), from, "compares") == EXPR_BAD ? EXPR_BAD : EXPR_NUMBER;
}

/* x [NOT] LIKE pattern, x [NOT] GLOB pattern, after LIKE. */
static enum expr_type parse_like(struct expr_parser *p, enum expr_type left, size_t from, size_t end) {
  if (expr_must_be_until(p, left, EXPR_TEXT, from, end) == EXPR_BAD) return EXPR_BAD;
  size_t at = p->token.at;
  if (expr_must_be(p, parse_level(p, ORDER), EXPR_TEXT, at) == EXPR_BAD) return EXPR_BAD;
  if (!expr_accept_word(p, "escape")) return EXPR_NUMBER;
  at = p->token.at;
  return expr_must_be(p, parse_level(p, ORDER), EXPR_TEXT, at) == EXPR_BAD ? EXPR_BAD : EXPR_NUMBER;
}

static enum expr_type parse_compared(struct expr_parser *p, enum expr_type left, size_t from) {
  enum expr_type t = expr_must_join(p, left, parse_level(p, ORDER), from, "compares");
  return t == EXPR_BAD ? EXPR_BAD : EXPR_NUMBER;
}

/* One of the forms of the level of "="; *left is replaced by the type of the result. */
static bool parse_equal_once(struct expr_parser *p, enum expr_type *left, size_t from) {
  size_t end = p->last_end;
  if (expr_accept_word(p, "isnull") || expr_accept_word(p, "notnull")) *left = EXPR_NUMBER;
  else if (expr_accept_op(p, "=") || expr_accept_op(p, "==") || expr_accept_op(p, "<>") || expr_accept_op(p, "!="))
    *left = parse_compared(p, *left, from);
  else if (expr_accept_word(p, "is")) {
    expr_accept_word(p, "not");
    *left = parse_compared(p, *left, from);
  } else {
    bool negated = expr_accept_word(p, "not");
    if (negated && expr_accept_word(p, "null")) *left = EXPR_NUMBER;
    else if (expr_accept_word(p, "in")) *left = parse_in(p, *left, from);
    else if (expr_accept_word(p, "between")) *left = parse_between(p, *left, from);
    else if (expr_accept_word(p, "like") || expr_accept_word(p, "glob")) *left = parse_like(p, *left, from, end);
    else if (negated) expr_unexpected(p), *left = EXPR_BAD;
    else return false;
  }
  return true;
}

static enum expr_type parse_binary(struct expr_parser *p, enum level level) {
  size_t from = p->token.at;
  enum expr_type left = parse_level(p, level + 1), want = level == CONCAT ? EXPR_TEXT : EXPR_NUMBER;
  size_t end = p->last_end;
  while (left != EXPR_BAD && accept_operator(p, level)) {
    size_t at = p->token.at;
    if (level != ORDER) left = expr_must_be_until(p, left, want, from, end);
    enum expr_type right = parse_level(p, level + 1);
    if (level != ORDER) left = expr_must_be(p, right, want, at);
    else if (expr_must_join(p, left, right, from, "compares") == EXPR_BAD) left = EXPR_BAD;
    else left = EXPR_NUMBER;
    end = p->last_end;
  }
  return p->f->exit == 0 ? left : EXPR_BAD;
}

static enum expr_type parse_level(struct expr_parser *p, enum level level) {
  size_t from = p->token.at;
  if (p->f->exit != 0) return EXPR_BAD;
  if (p->depth >= EXPR_MAX_DEPTH * (UNARY + 1)) return (void)expr_fail(p, from, "too deeply nested"), EXPR_BAD;
  p->depth++;
  enum expr_type t;
  if (level == UNARY) t = parse_unary(p);
  else if (level == NOT && expr_accept_word(p, "not")) t = expr_must_be(p, parse_level(p, NOT), EXPR_NUMBER, from);
  else if (level == NOT) t = parse_level(p, EQUAL);
  else if (level == EQUAL) {
    t = parse_level(p, ORDER);
    while (t != EXPR_BAD && parse_equal_once(p, &t, from)) continue;
  } else t = parse_binary(p, level);
  p->depth--;
  return p->f->exit == 0 ? t : EXPR_BAD;
}

enum expr_type expr_parse(struct expr_parser *p) { return parse_level(p, OR); }

enum expr_type expr_check(const char *sql, const char *what, struct expr_source *source, struct data_fault *f) {
  struct expr_parser p;
  if (expr_start(&p, sql, what, f) != 0) return EXPR_BAD;
  p.scope[p.n_scope++] = source;
  enum expr_type t = expr_parse(&p);
  if (t != EXPR_BAD && p.token.kind != TOK_END) return (void)expr_unexpected(&p), EXPR_BAD;
  return t;
}
