/* expr_select.c - views: SELECT over the hospital's own tables, typed; see expr.h. */
#include "expr_impl.h"

#include <stdlib.h>
#include <string.h>

struct expr_block {
  struct expr_block *next;
};

static void *take(struct expr_parser *p, size_t len) {
  struct expr_block *b = calloc(1, sizeof *b + len);
  if (b == NULL) return (void)data_fail(p->f, DATA_MACHINE, "out of memory"), NULL;
  b->next = p->blocks;
  p->blocks = b;
  return b + 1;
}

static const char *take_text(struct expr_parser *p, const char *text) {
  char *copy = take(p, strlen(text) + 1);
  return copy == NULL ? NULL : strcpy(copy, text);
}

static struct expr_source *parse_select(struct expr_parser *p);

/* --- names --- */

/* Words that end an item or a table, and so are no alias. */
static bool is_alias(const struct expr_parser *p) {
  static const char *const stop[] = {"from",   "where",  "group", "having",  "on",       "join",  "left",
                                     "inner",  "cross",  "union", "natural", "using",    "order", "limit",
                                     "window", "except", "right", "full",    "intersect"};
  if (p->token.kind == TOK_QUOTED) return true;
  for (size_t i = 0; i < sizeof stop / sizeof *stop; i++)
    if (expr_is_word(p, stop[i])) return false;
  return p->token.kind == TOK_NAME;
}

/* [AS] name; leaves `name` as it is when there is none. */
static int parse_alias(struct expr_parser *p, const char **name) {
  bool as = expr_accept_word(p, "as");
  if (p->f->exit != 0) return p->f->exit;
  if (!is_alias(p)) return as ? expr_unexpected(p) : 0;
  *name = take_text(p, p->token.name);
  return *name == NULL ? p->f->exit : expr_next(p);
}

/* --- what it reads from --- */

static struct expr_source *find_with(struct expr_parser *p, const char *name) {
  for (unsigned i = p->n_with; i > 0; i--)
    if (sqlite3_stricmp(p->with[i - 1]->name, name) == 0) return p->with[i - 1];
  return NULL;
}

static struct expr_source *parse_table(struct expr_parser *p) {
  if (p->token.kind != TOK_NAME && p->token.kind != TOK_QUOTED) return (void)expr_unexpected(p), NULL;
  struct expr_source *s = take(p, sizeof *s), *with = find_with(p, p->token.name);
  size_t at = p->token.at;
  if (s == NULL) return NULL;
  if (with != NULL) *s = *with;
  s->name = take_text(p, p->token.name);
  if (s->name == NULL || expr_next(p) != 0) return NULL;
  if (expr_is_op(p, ".") || expr_is_op(p, "(")) return (void)expr_unexpected(p), NULL;
  if (sqlite3_strnicmp(s->name, "sqlite_", 7) == 0 || sqlite3_strnicmp(s->name, "pragma_", 7) == 0)
    return (void)expr_fail(p, at, "'%s' may not be read", s->name), NULL;
  if (with == NULL && p->db->open_table(p->db->user, s, s->name, p->f) != 0) return NULL;
  return s;
}

static int parse_source(struct expr_parser *p) {
  struct expr_source *s;
  if (p->n_scope == EXPR_MAX_SOURCES) return expr_fail(p, p->token.at, "too many tables");
  if (expr_accept_op(p, "(")) {
    s = parse_select(p);
    if (s == NULL || expr_expect_op(p, ")") != 0) return p->f->exit;
  } else if ((s = parse_table(p)) == NULL) return p->f->exit;
  if (parse_alias(p, &s->name) != 0) return p->f->exit;
  p->scope[p->n_scope++] = s;
  return 0;
}

static int parse_truth(struct expr_parser *p) {
  size_t at = p->token.at;
  expr_must_be(p, expr_parse(p), EXPR_NUMBER, at);
  return p->f->exit;
}

static bool accept_join(struct expr_parser *p) {
  if (expr_accept_op(p, ",") || expr_accept_word(p, "join")) return true;
  bool kind = expr_accept_word(p, "inner") || expr_accept_word(p, "cross");
  if (!kind && expr_accept_word(p, "left")) {
    kind = true;
    expr_accept_word(p, "outer");
  }
  return kind && expr_expect_word(p, "JOIN") == 0;
}

static int parse_sources(struct expr_parser *p) {
  int exit = parse_source(p);
  while (exit == 0 && accept_join(p)) {
    exit = parse_source(p);
    if (exit == 0 && expr_accept_word(p, "on")) exit = parse_truth(p);
  }
  return p->f->exit;
}

/* --- what it gives --- */

static int add_item(struct expr_parser *p, struct expr_source *out, const char *name, enum expr_type type) {
  if (out->n == DATA_MAX_COLUMNS) return expr_fail(p, p->token.at, "too many columns");
  out->columns[out->n++] = (struct expr_column){.name = name, .type = type};
  return 0;
}

/* All columns of a source; a type that is not known yet stays so until a use. */
static int add_all(struct expr_parser *p, struct expr_source *out, const struct expr_source *s) {
  for (unsigned i = 0; i < s->n && p->f->exit == 0; i++) {
    struct expr_column *c = &s->columns[i];
    if (add_item(p, out, c->name, c->type) != 0) break;
    out->columns[out->n - 1].origin = c;
    out->columns[out->n - 1].from = s;
  }
  return p->f->exit;
}

static bool accept_star(struct expr_parser *p, struct expr_source *out) {
  struct token t = p->token;
  if (expr_accept_op(p, "*")) {
    for (unsigned i = 0; i < p->n_scope; i++) add_all(p, out, p->scope[i]);
    return true;
  }
  if (t.kind != TOK_NAME && t.kind != TOK_QUOTED) return false;
  if (expr_next(p) == 0 && expr_accept_op(p, ".") && expr_accept_op(p, "*")) {
    for (unsigned i = 0; i < p->n_scope; i++)
      if (sqlite3_stricmp(p->scope[i]->name, t.name) == 0) return add_all(p, out, p->scope[i]), true;
    return (void)expr_fail(p, t.at, "no such table: %s", t.name), true;
  }
  if (p->f->exit == 0) expr_jump(p, t.at); /* an expression that begins with a name */
  return false;
}

/* The name SQLite gives an item without alias, when it is a plain column. */
static const char *plain_name(struct expr_parser *p, size_t from, size_t end, const struct token *last) {
  bool plain = (last->kind == TOK_NAME || last->kind == TOK_QUOTED) && last->at + last->len == end;
  for (size_t i = from; plain && i < last->at; i++) /* before the last name only "t." may stand */
    if (strchr("(+-*/|<>=!&%~, ", p->sql[i]) != NULL) plain = false;
  return plain ? take_text(p, last->name) : "";
}

static int parse_item(struct expr_parser *p, struct expr_source *out) {
  if (accept_star(p, out)) return p->f->exit;
  if (p->f->exit != 0) return p->f->exit;
  struct token first = p->token, last = first;
  if (first.kind == TOK_NAME || first.kind == TOK_QUOTED) { /* look ahead over "t.c" */
    expr_next(p);
    if (expr_accept_op(p, ".")) last = p->token;
    if (p->f->exit != 0 || expr_jump(p, first.at) != 0) return p->f->exit;
  }
  enum expr_type t = expr_parse(p);
  if (t == EXPR_BAD) return p->f->exit;
  const char *name = plain_name(p, first.at, p->last_end, &last);
  if (name == NULL || parse_alias(p, &name) != 0) return p->f->exit;
  return add_item(p, out, name, t);
}

static int parse_items(struct expr_parser *p, struct expr_source *out) {
  p->aggregates = true;
  do parse_item(p, out);
  while (p->f->exit == 0 && expr_accept_op(p, ","));
  p->aggregates = false;
  return p->f->exit;
}

/* --- SELECT --- */

/* Go to the FROM of this SELECT: the items need its tables first. */
static int skip_to_from(struct expr_parser *p) {
  for (int depth = 0;; expr_next(p)) {
    if (p->f->exit != 0) return p->f->exit;
    if (depth == 0 && expr_is_word(p, "from")) return expr_next(p);
    if (expr_is_op(p, "(")) depth++;
    if (expr_is_op(p, ")")) depth--;
    if (p->token.kind == TOK_END || depth < 0) return expr_fail(p, p->token.at, "FROM is expected");
  }
}

static int parse_rest(struct expr_parser *p) {
  if (expr_accept_word(p, "where") && parse_truth(p) != 0) return p->f->exit;
  if (expr_accept_word(p, "group")) {
    if (expr_expect_word(p, "BY") != 0) return p->f->exit;
    do expr_parse(p);
    while (p->f->exit == 0 && expr_accept_op(p, ","));
    p->aggregates = true;
    if (p->f->exit == 0 && expr_accept_word(p, "having")) parse_truth(p);
    p->aggregates = false;
  }
  return p->f->exit;
}

/* One SELECT without UNION; its tables are a scope of their own. */
static int parse_core(struct expr_parser *p, struct expr_source *out) {
  if (expr_expect_word(p, "SELECT") != 0) return p->f->exit;
  if (!expr_accept_word(p, "distinct")) expr_accept_word(p, "all");
  size_t items = p->token.at;
  if (skip_to_from(p) != 0) return p->f->exit;
  size_t tables = p->token.at;
  if (parse_sources(p) != 0) return p->f->exit;
  size_t rest = p->token.at;
  if (expr_jump(p, items) != 0 || parse_items(p, out) != 0) return p->f->exit;
  if (expr_expect_word(p, "FROM") != 0 || p->token.at != tables) return expr_unexpected(p);
  return expr_jump(p, rest) != 0 ? p->f->exit : parse_rest(p);
}

static struct expr_source *new_result(struct expr_parser *p) {
  struct expr_source *s = take(p, sizeof *s);
  if (s == NULL) return NULL;
  s->name = "";
  s->columns = take(p, DATA_MAX_COLUMNS * sizeof *s->columns);
  return s->columns == NULL ? NULL : s;
}

/* The second SELECT of a UNION must give the same types. */
static int unite(struct expr_parser *p, struct expr_source *a, const struct expr_source *b) {
  if (a->n != b->n) return expr_fail(p, p->token.at, "UNION of %u and %u columns", a->n, b->n);
  for (unsigned i = 0; i < a->n; i++) {
    enum expr_type x = expr_type_of(p, a, &a->columns[i]), y = expr_type_of(p, b, &b->columns[i]);
    if (x == EXPR_BAD || y == EXPR_BAD) return p->f->exit;
    a->columns[i].type = expr_join(x, y);
    if (a->columns[i].type == EXPR_BAD)
      return expr_fail(p, p->token.at, "UNION mixes text with numbers in column %u", i + 1);
  }
  return 0;
}

/* WITH name AS (SELECT ...), ...: each is known to what follows. */
static int parse_with(struct expr_parser *p) {
  do {
    if (expr_is_word(p, "recursive")) return expr_unexpected(p);
    if (p->n_with == EXPR_MAX_SOURCES) return expr_fail(p, p->token.at, "too many tables");
    if (!is_alias(p)) return expr_unexpected(p);
    const char *name = take_text(p, p->token.name);
    if (name == NULL || expr_next(p) != 0 || expr_expect_word(p, "AS") != 0 || expr_expect_op(p, "(") != 0)
      return p->f->exit;
    struct expr_source *s = parse_select(p);
    if (s == NULL || expr_expect_op(p, ")") != 0) return p->f->exit;
    s->name = name;
    p->with[p->n_with++] = s;
  } while (expr_accept_op(p, ","));
  return p->f->exit;
}

static struct expr_source *parse_unions(struct expr_parser *p) {
  struct expr_source *out = new_result(p);
  if (out == NULL || parse_core(p, out) != 0) return NULL;
  while (expr_accept_word(p, "union")) {
    expr_accept_word(p, "all");
    struct expr_source *more = new_result(p);
    p->n_scope = 0;
    if (more == NULL || parse_core(p, more) != 0 || unite(p, out, more) != 0) return NULL;
  }
  return p->f->exit == 0 ? out : NULL;
}

static struct expr_source *parse_select(struct expr_parser *p) {
  struct expr_source *outer[EXPR_MAX_SOURCES];
  unsigned n_outer = p->n_scope, n_with = p->n_with;
  memcpy(outer, p->scope, sizeof outer);
  if (++p->depth > EXPR_MAX_DEPTH) return (void)expr_fail(p, p->token.at, "too deeply nested"), NULL;
  p->n_scope = 0;
  struct expr_source *out = expr_accept_word(p, "with") && parse_with(p) != 0 ? NULL : parse_unions(p);
  memcpy(p->scope, outer, sizeof outer);
  p->n_scope = n_outer;
  p->n_with = n_with;
  p->depth--;
  return out;
}

int expr_check_select(const char *sql, const char *what, const struct expr_database *db, struct data_fault *f) {
  struct expr_parser p;
  if (expr_start(&p, sql, what, f) != 0) return f->exit;
  p.db = db;
  if (parse_select(&p) != NULL && p.token.kind != TOK_END) expr_unexpected(&p);
  while (p.blocks != NULL) {
    struct expr_block *next = p.blocks->next;
    free(p.blocks);
    p.blocks = next;
  }
  return f->exit;
}
