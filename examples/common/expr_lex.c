/* expr_lex.c - the words of an expression; see expr.h. */
#include "expr_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int expr_fail(struct expr_parser *p, size_t at, const char *fmt, ...) {
  char text[400];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  size_t column = 1;
  for (size_t i = 0; i < at && p->sql[i] != 0; i++) column += ((unsigned char)p->sql[i + 1] & 0xc0) != 0x80;
  return data_fail(p->f, DATA_INPUT, "%s: %s (at character %zu)", p->what, text, column);
}

/* ASCII only, whatever the locale: SQLite's identifiers. */
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || ((unsigned char)c & 0x80) != 0;
}
static bool is_name(char c) { return is_name_start(c) || is_digit(c); }

static int lex_name(struct expr_parser *p, const char *s) {
  struct token *t = &p->token;
  t->kind = TOK_NAME;
  while (is_name(s[t->len])) t->len++;
  if (t->len >= sizeof t->name) return expr_fail(p, t->at, "a name is too long");
  memcpy(t->name, s, t->len);
  t->name[t->len] = 0;
  return 0;
}

/* 'text' or "name", the quote doubled inside. */
static int lex_quoted(struct expr_parser *p, const char *s) {
  struct token *t = &p->token;
  size_t n = 0, i = 1;
  t->kind = s[0] == '"' ? TOK_QUOTED : TOK_STRING;
  for (;; i++) {
    if (s[i] == 0) return expr_fail(p, t->at, "a quote is not closed");
    if (s[i] == s[0] && s[++i] != s[0]) break;
    if (t->kind == TOK_STRING) continue;
    if (n + 1 >= sizeof t->name) return expr_fail(p, t->at, "a name is too long");
    t->name[n++] = s[i];
  }
  t->name[n] = 0;
  t->len = i;
  return 0;
}

static int lex_number(struct expr_parser *p, const char *s) {
  struct token *t = &p->token;
  double value;
  t->kind = TOK_NUMBER;
  while (is_digit(s[t->len])) t->len++;
  if (s[t->len] == '.') t->len++;
  while (is_digit(s[t->len])) t->len++;
  if (s[t->len] == 'e' || s[t->len] == 'E') {
    t->len += s[t->len + 1] == '+' || s[t->len + 1] == '-' ? 2 : 1;
    while (is_digit(s[t->len])) t->len++;
  }
  if (is_name(s[t->len]) || !data_number(&value, s, t->len)) return expr_fail(p, t->at, "not a decimal number");
  return 0;
}

static int lex_op(struct expr_parser *p, const char *s) {
  static const char *const ops[] = {"||", "<<", ">>", "<=", ">=", "<>", "!=", "==", "<", ">", "=", "+",
                                    "-",  "*",  "/",  "%",  "&",  "|",  "~",  "(",  ")", ",", "."};
  struct token *t = &p->token;
  t->kind = TOK_OP;
  if (s[0] == ';') return expr_fail(p, t->at, "';' is not allowed: only one statement, which cannot write");
  if (strncmp(s, "--", 2) == 0 || strncmp(s, "/*", 2) == 0) return expr_fail(p, t->at, "a comment is not allowed");
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
    if (strncmp(s, ops[i], strlen(ops[i])) == 0) {
      t->len = strlen(ops[i]);
      return 0;
    }
  return expr_fail(p, t->at, "a character that is not allowed here");
}

int expr_jump(struct expr_parser *p, size_t at) {
  while (p->sql[at] != 0 && strchr(" \t\r\n", p->sql[at]) != NULL) at++;
  p->token = (struct token){.kind = TOK_END, .at = at};
  const char *s = p->sql + at;
  if (s[0] == 0) return 0;
  if (is_name_start(s[0])) return lex_name(p, s);
  if (s[0] == '\'' || s[0] == '"') return lex_quoted(p, s);
  if (is_digit(s[0]) || (s[0] == '.' && is_digit(s[1]))) return lex_number(p, s);
  return lex_op(p, s);
}

int expr_next(struct expr_parser *p) {
  p->last_end = p->token.at + p->token.len;
  return expr_jump(p, p->last_end);
}

int expr_start(struct expr_parser *p, const char *sql, const char *what, struct data_fault *f) {
  memset(p, 0, sizeof *p);
  p->sql = sql;
  p->what = what;
  p->f = f;
  if (strlen(sql) > EXPR_MAX_LEN) return data_fail(f, DATA_INPUT, "%s: longer than %d bytes", what, EXPR_MAX_LEN);
  return expr_jump(p, 0);
}

bool expr_is_op(const struct expr_parser *p, const char *op) {
  return p->token.kind == TOK_OP && strlen(op) == p->token.len && memcmp(p->sql + p->token.at, op, p->token.len) == 0;
}

bool expr_is_word(const struct expr_parser *p, const char *word) {
  return p->token.kind == TOK_NAME && sqlite3_stricmp(p->token.name, word) == 0;
}

/* A fault in the token after it stays in p->f; the next expectation finds it. */
bool expr_accept_op(struct expr_parser *p, const char *op) { return expr_is_op(p, op) && (expr_next(p), true); }
bool expr_accept_word(struct expr_parser *p, const char *word) { return expr_is_word(p, word) && (expr_next(p), true); }

int expr_expect_op(struct expr_parser *p, const char *op) {
  if (!expr_accept_op(p, op)) return expr_fail(p, p->token.at, "'%s' is expected", op);
  return p->f->exit;
}

int expr_expect_word(struct expr_parser *p, const char *word) {
  if (!expr_accept_word(p, word)) return expr_fail(p, p->token.at, "%s is expected", word);
  return p->f->exit;
}

int expr_unexpected(struct expr_parser *p) {
  const struct token *t = &p->token;
  if (t->kind == TOK_END) return expr_fail(p, t->at, "it ends too early");
  return expr_fail(p, t->at, "'%.*s' is not allowed here", (int)(t->len < 40 ? t->len : 40), p->sql + t->at);
}
