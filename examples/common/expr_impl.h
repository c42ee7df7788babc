/* expr_impl.h - tokens and the parser's state; see expr.h. */
#ifndef EXPR_IMPL_H
#define EXPR_IMPL_H

#include "expr.h"

enum token_kind { TOK_END, TOK_NUMBER, TOK_STRING, TOK_NAME, TOK_QUOTED, TOK_OP };

struct token {
  enum token_kind kind;
  size_t at, len;           /* in the text */
  char name[EXPR_MAX_NAME]; /* TOK_NAME, TOK_QUOTED: the identifier, without quotes */
};

struct expr_parser {
  const char *sql, *what;
  struct token token;
  size_t last_end; /* where the token before ended: for quoting a piece in a message */
  unsigned depth;
  bool aggregates; /* count() and its kin are allowed here */
  struct expr_source *scope[EXPR_MAX_SOURCES];
  unsigned n_scope;
  const struct expr_database *db;             /* NULL in a question */
  struct expr_source *with[EXPR_MAX_SOURCES]; /* WITH name AS (...) */
  unsigned n_with;
  struct expr_block *blocks; /* what expr_check_select frees at its end */
  struct data_fault *f;
};

/* --- expr_lex.c --- */

int expr_fail(struct expr_parser *p, size_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The next token becomes p->token; 0 or a fault. */
int expr_next(struct expr_parser *p);
int expr_jump(struct expr_parser *p, size_t at); /* go on reading at `at` */
int expr_start(struct expr_parser *p, const char *sql, const char *what, struct data_fault *f);
bool expr_is_op(const struct expr_parser *p, const char *op);
bool expr_is_word(const struct expr_parser *p, const char *word); /* an unquoted name, any case */
/* Pass the token when it is this one; false, unchanged, when not. */
bool expr_accept_op(struct expr_parser *p, const char *op);
bool expr_accept_word(struct expr_parser *p, const char *word);
int expr_expect_op(struct expr_parser *p, const char *op);
int expr_expect_word(struct expr_parser *p, const char *word);
int expr_unexpected(struct expr_parser *p);

/* --- expr.c --- */

enum expr_type expr_parse(struct expr_parser *p); /* one expression */
/* The common type of two values, or EXPR_BAD. */
enum expr_type expr_join(enum expr_type a, enum expr_type b);
/* The same with a fault that quotes the text from `from`; `verb` as "compares". */
enum expr_type expr_must_join(struct expr_parser *p, enum expr_type a, enum expr_type b, size_t from, const char *verb);
/* `got` must be `want` or NULL. */
enum expr_type expr_must_be(struct expr_parser *p, enum expr_type got, enum expr_type want, size_t from);
/* The same for the text that ended at `end`, some tokens ago. */
enum expr_type expr_must_be_until(struct expr_parser *p, enum expr_type got, enum expr_type want, size_t from,
                                  size_t end);
/* Fault and true when `name` begins a statement or a subquery. */
bool expr_refuse_statement(struct expr_parser *p, const char *name, size_t at);
/* EXPR_BAD without a fault: there is none. */
enum expr_type expr_find_column(struct expr_parser *p, const char *table, const char *name, size_t at);

/* The type of a column of `in`, found now if it was not; EXPR_BAD with a fault. */
enum expr_type expr_type_of(struct expr_parser *p, const struct expr_source *in, struct expr_column *c);

/* --- expr_call.c --- */

/* The call of a function; the token is the "(" after its name. */
enum expr_type expr_call(struct expr_parser *p, const char *name, size_t at);

#endif
