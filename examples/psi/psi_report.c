/* psi_report.c - see psi_report.h. */
#include "psi_report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

const char *psi_protocol_name(smpc_psi_protocol p) {
  return p == SMPC_PSI_JOIN ? "join" : p == SMPC_PSI_VOLE ? "vole" : "ecdh";
}

uint64_t psi_size_of(const struct psi_ask *ask, const smpc_psi_result *result, unsigned k) {
  if (ask->psi.owners.bits != 0 || ask->star.owners != 0) return result->sizes[k];
  return k == 0 ? result->size_a : result->size_b;
}

static unsigned long long number(uint64_t v) { return (unsigned long long)v; }

/* The name of the one recipient in a session against malicious parties. */
static const char *recipient_of(const struct psi_report *r) {
  unsigned k = r->ask->owner[0].id;
  return r->cfg->member[r->ask->psi.to.bits == smpc_to(smpc_p(k)).bits ? k : r->ask->owner[1].id].name;
}

/* --- the summary --------------------------------------------------------------------- */

static void write_mine(FILE *out, const struct psi_report *r) {
  const struct psi_tally *t = psi_rows_tally(r->rows);
  const smpc_psi_result *x = &r->outcome->result;
  fprintf(out, "  my rows              %llu\n", number(t->rows));
  fprintf(out, "    without a key      %llu   (%llu empty, %llu not valid)\n", number(t->empty + t->invalid),
          number(t->empty), number(t->invalid));
  if (r->ask->am_summed) fprintf(out, "    without a number   %llu   (they add nothing)\n", number(t->missing));
  fprintf(out, "    different keys     %llu   (%llu more rows repeat one)\n", number(x->distinct), number(x->duplicates));
}

static void write_sizes(FILE *out, const struct psi_report *r) {
  for (unsigned k = 0; k < r->ask->n; k++) {
    if (r->ask->owner[k].id == r->cfg->me.id) continue;
    fprintf(out, "  keys of %-12s %llu   (with paddings if sizes were declared)\n",
            r->cfg->member[r->ask->owner[k].id].name, number(psi_size_of(r->ask, &r->outcome->result, k)));
  }
  if (r->outcome->result.recipient_most != 0)
    fprintf(out, "  used by %-12s %llu   at most, should it deviate from the protocol\n", recipient_of(r),
            number(r->outcome->result.recipient_most));
}

static void write_result(FILE *out, const struct psi_report *r) {
  const struct psi_outcome *o = r->outcome;
  const char *what = r->question->kind == PSI_DISTINCT ? "different keys" : r->ask->n == 2 ? "keys in both" : "keys in all";
  if (r->is_held) fputs("  held for review: nobody but its reviewers has this yet\n", out);
  if (r->epsilon > 0 && r->is_delivered)
    fprintf(out, "  the count has noise, epsilon %g: 95 of 100 are within %d of the true one\n", r->epsilon,
            report_noise_within(r->epsilon));
  if (!r->is_delivered) fputs("  The result went to the recipients; this party learns nothing of it.\n", out);
  else if (o->result.suppressed)
    fprintf(out, "  fewer than %llu %s: not shown\n", number(r->question->minimum > 0 ? r->question->minimum : 1),
            what);
  else if (r->question->kind != PSI_SUM) fprintf(out, "  %-20s %llu\n", what, number(o->result.matched));
  else if (r->question->numbers == PSI_WHOLE) fprintf(out, "  sum of %-13s %lld\n", r->question->column, (long long)o->whole);
  else fprintf(out, "  sum of %-13s %.6g\n", r->question->column, o->decimal);
}

static void write_summary(FILE *out, const struct psi_report *r) {
  fprintf(out, "%s: %s\n", r->question->base.title, r->question->base.name);
  if (r->rows != NULL) {
    fprintf(out, "  protocol             %s\n", psi_protocol_name(r->outcome->result.protocol));
    write_mine(out, r);
    write_sizes(out, r);
  }
  write_result(out, r);
}

/* --- CSV -------------------------------------------------------------------------------- */

struct writer {
  FILE *out;
  const struct psi_report *r;
  json_t *rows;
  bool failed;
};

static bool is_in(const struct psi_report *r, size_t item) { return item != SIZE_MAX && r->matched[item] != 0; }

static bool csv_row(void *user, const char *const *value, size_t item) {
  struct writer *w = user;
  if (!is_in(w->r, item) && !w->r->with_unmatched) return true;
  for (unsigned i = 0; i < psi_rows_columns(w->r->rows); i++) {
    report_field(w->out, value[i]);
    fputc(',', w->out);
  }
  fprintf(w->out, "%d\n", is_in(w->r, item));
  return true;
}

static enum cli_exit data_error(int code, const struct data_fault *f) {
  if (code != 0) cli_error("%s", f->text);
  return (enum cli_exit)code;
}

static void write_columns(FILE *out, const struct psi_report *r) {
  for (unsigned i = 0; r->rows != NULL && i < psi_rows_columns(r->rows); i++) {
    report_field(out, psi_rows_column(r->rows, i));
    fputc(',', out);
  }
  fputs("matched\n", out);
}

static const char *number_head(const struct psi_report *r) { return r->question->kind == PSI_SUM ? "sum\n" : "count\n"; }

/* One number, or none. */
static void write_number(FILE *out, const struct psi_report *r) {
  const struct psi_outcome *o = r->outcome;
  fputs(number_head(r), out);
  if (o->result.suppressed) fputc('\n', out);
  else if (r->question->kind != PSI_SUM) fprintf(out, "%llu\n", number(o->result.matched));
  else if (r->question->numbers == PSI_WHOLE) fprintf(out, "%lld\n", (long long)o->whole);
  else fprintf(out, "%.17g\n", o->decimal);
}

/* At a party that gets no result, the header alone: what reads CSV must not find a summary there. */
static void write_nothing(FILE *out, const struct psi_report *r) {
  write_summary(stderr, r);
  if (r->question->kind == PSI_REVEAL) write_columns(out, r);
  else fputs(number_head(r), out);
}

static enum cli_exit write_csv(FILE *out, struct psi_report *r) {
  struct writer w = {.out = out, .r = r};
  struct data_fault f = {0};
  if (!r->is_delivered) return write_nothing(out, r), CLI_DONE;
  if (r->question->kind != PSI_REVEAL || r->matched == NULL) return write_number(out, r), CLI_DONE;
  write_columns(out, r);
  return data_error(psi_rows_each(r->rows, csv_row, &w, &f), &f);
}

/* --- JSON ---------------------------------------------------------------------------------- */

/* Text that is no UTF-8 has no form in JSON. */
static json_t *text_of(const char *text) {
  json_t *t = text == NULL ? NULL : json_string(text);
  return t != NULL ? t : json_null();
}

static bool json_row(void *user, const char *const *value, size_t item) {
  struct writer *w = user;
  if (!is_in(w->r, item) && !w->r->with_unmatched) return true;
  json_t *row = json_object();
  bool good = row != NULL;
  for (unsigned i = 0; good && i < psi_rows_columns(w->r->rows); i++)
    good = json_object_set_new_nocheck(row, psi_rows_column(w->r->rows, i), text_of(value[i])) == 0;
  if (good) good = json_object_set_new_nocheck(row, "matched", json_boolean(is_in(w->r, item))) == 0;
  good = good && json_array_append(w->rows, row) == 0;
  json_decref(row);
  w->failed = !good;
  return good;
}

static void add_number(json_t *o, const char *key, uint64_t v) { (void)json_object_set_new(o, key, json_integer((json_int_t)v)); }

static void add_mine(json_t *o, const struct psi_report *r) {
  const struct psi_tally *t = psi_rows_tally(r->rows);
  const smpc_psi_result *x = &r->outcome->result;
  json_t *sizes = json_object();
  (void)json_object_set_new(o, "protocol", json_string(psi_protocol_name(x->protocol)));
  add_number(o, "rows", t->rows);
  add_number(o, "empty", t->empty);
  add_number(o, "invalid", t->invalid);
  if (r->ask->am_summed) add_number(o, "missing", t->missing);
  add_number(o, "distinct", x->distinct);
  add_number(o, "duplicates", x->duplicates);
  for (unsigned k = 0; k < r->ask->n; k++) {
    uint64_t size = psi_size_of(r->ask, x, k);
    if (r->ask->n == 2 && r->ask->owner[k].id != r->cfg->me.id) add_number(o, "other_size", size);
    add_number(sizes, r->cfg->member[r->ask->owner[k].id].name, size);
  }
  (void)json_object_set_new(o, "sizes", sizes);
  if (x->recipient_most != 0) add_number(o, "recipient_most", x->recipient_most);
}

static void add_result(json_t *o, const struct psi_report *r) {
  const struct psi_outcome *x = r->outcome;
  if (r->epsilon > 0) (void)json_object_set_new(o, "epsilon", json_real(r->epsilon));
  (void)json_object_set_new(o, "suppressed", json_boolean(x->result.suppressed));
  if (x->result.suppressed) return;
  if (r->question->kind == PSI_SUM)
    (void)json_object_set_new(
        o, "sum", r->question->numbers == PSI_WHOLE ? json_integer((json_int_t)x->whole) : json_real(x->decimal));
  else add_number(o, r->question->kind == PSI_DISTINCT ? "count" : "matched", x->result.matched);
}

static json_t *summary_of(const struct psi_report *r) {
  json_t *o = json_object();
  if (o == NULL) return NULL;
  (void)json_object_set_new(o, "title", json_string(r->question->base.title));
  (void)json_object_set_new(o, "question", json_string(r->question->base.name));
  report_json_delivered(o, r->is_delivered, r->is_held);
  if (r->rows != NULL) add_mine(o, r);
  if (r->is_delivered) add_result(o, r);
  return o;
}

static enum cli_exit write_json(FILE *out, struct psi_report *r) {
  struct data_fault f = {0};
  json_t *all = summary_of(r);
  struct writer w = {.r = r, .rows = json_array(), .failed = all == NULL};
  enum cli_exit code = CLI_DONE;
  if (!w.failed && w.rows != NULL && r->matched != NULL) {
    code = data_error(psi_rows_each(r->rows, json_row, &w, &f), &f);
    (void)json_object_set(all, "matched_rows", w.rows);
  }
  if (code == CLI_DONE && (w.failed || w.rows == NULL || json_dumpf(all, out, JSON_INDENT(2)) != 0)) {
    if (!ferror(out)) {
      cli_error("out of memory");
      code = CLI_MACHINE;
    }
  }
  fputc('\n', out);
  json_decref(w.rows);
  json_decref(all);
  return code;
}

enum cli_exit psi_report_write(FILE *out, struct psi_report *r, enum cli_format format) {
  if (format == CLI_JSON) return write_json(out, r);
  if (format == CLI_CSV) return write_csv(out, r);
  write_summary(out, r);
  return CLI_DONE;
}
