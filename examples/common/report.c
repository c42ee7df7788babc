/* report.c - the joint table as JSON and as CSV. */
#include "report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

char *report_names(const smpc_config *cfg, smpc_who who) {
  char *names = NULL;
  size_t len = 0;
  FILE *f = open_memstream(&names, &len);
  if (f == NULL) return NULL;
  for (unsigned i = 0; i < cfg->parties; i++)
    if (who.bits & smpc_to(smpc_p(i)).bits) fprintf(f, "%s%s", ftell(f) > 0 ? ", " : "", cfg->member[i].name);
  if (fclose(f) == 0) return names;
  free(names);
  return NULL;
}

/* --- JSON ------------------------------------------------------------------- */
static json_t *names_json(const struct report *r, smpc_who who) {
  json_t *list = json_array();
  for (unsigned i = 0; i < r->cfg->parties; i++)
    if (who.bits & smpc_to(smpc_p(i)).bits) json_array_append_new(list, json_string(r->cfg->member[i].name));
  return list;
}

static json_t *question_json(const struct report *r) {
  const struct question *q = r->table->question;
  json_t *o = json_object();
  json_object_set_new(o, "title", json_string(q->title));
  json_object_set_new(o, "question", json_string(q->name));
  json_object_set_new(o, "purpose", json_string(q->purpose));
  json_object_set_new(o, "recipients", names_json(r, r->roles->recipients));
  json_object_set_new(o, "input_parties", json_integer((json_int_t)r->roles->n_inputs));
  json_object_set_new(o, "minimum_cell", json_integer(q->minimum_cell));
  json_object_set_new(o, "zeros", json_string(q->zeros == QUESTION_ZEROS_SHOWN ? "shown" : "suppressed"));
  json_object_set_new(o, "totals", json_string(q->totals == QUESTION_TOTALS_TRUE ? "true" : "displayed"));
  if (r->table->epsilon > 0) json_object_set_new(o, "epsilon", json_real(r->table->epsilon));
  return o;
}

static json_t *strata_json(const struct question *q) {
  json_t *list = json_array();
  for (unsigned d = 0; d < q->data.n_strata; d++) {
    json_t *stratum = json_object(), *cells = json_array();
    for (unsigned i = 0; i < question_n_labels(q, d); i++)
      json_array_append_new(cells, json_string(question_label(q, d, i)));
    json_object_set_new(stratum, "name", json_string(q->data.strata[d].name));
    json_object_set_new(stratum, "cells", cells);
    json_array_append_new(list, stratum);
  }
  return list;
}

/* {"at": {...}, "count": n, "suppressed": false} */
static json_t *count_json(json_t *at, int64_t count) {
  bool hidden = count == TABLE_SUPPRESSED;
  json_t *o = json_object();
  if (at != NULL) json_object_set_new(o, "at", at);
  json_object_set_new(o, "count", hidden ? json_null() : json_integer(count));
  json_object_set_new(o, "suppressed", json_boolean(hidden));
  return o;
}

static json_t *cells_json(const struct table *t) {
  const struct question *q = t->question;
  json_t *list = json_array();
  for (size_t c = 0; c < q->n_cells; c++) {
    json_t *at = json_object();
    for (unsigned d = 0; d < q->data.n_strata; d++)
      json_object_set_new(at, q->data.strata[d].name, json_string(question_label(q, d, question_index(q, c, d))));
    json_array_append_new(list, count_json(at, t->cells[c]));
  }
  return list;
}

/* A sum of displayed cells says how many it lacks. */
static json_t *margin_json(const struct table *t, json_t *at, int d, unsigned i) {
  struct table_margin m = table_margin(t, d, i);
  json_t *o = count_json(at, m.count);
  if (!t->flags_known) json_object_set_new(o, "suppressed_cells", json_integer((json_int_t)m.suppressed));
  return o;
}

static json_t *margins_json(const struct table *t) {
  const struct question *q = t->question;
  json_t *list = json_array();
  for (unsigned d = 0; d < q->data.n_strata; d++)
    for (unsigned i = 0; i < question_n_labels(q, d); i++) {
      json_t *at = json_object();
      json_object_set_new(at, q->data.strata[d].name, json_string(question_label(q, d, i)));
      json_array_append_new(list, margin_json(t, at, (int)d, i));
    }
  return list;
}

bool report_json(FILE *out, const struct report *r) {
  const struct table *t = r->table;
  json_t *o = question_json(r);
  report_json_delivered(o, t->delivered, r->is_held);
  if (t->delivered || t->flags_known)
    json_object_set_new(o, "suppressed_cells", json_integer((json_int_t)table_n_suppressed(t)));
  json_object_set_new(o, "strata", strata_json(t->question));
  if (t->delivered) {
    json_object_set_new(o, "cells", cells_json(t));
    json_object_set_new(o, "margins", margins_json(t));
    json_object_set_new(o, "total", margin_json(t, NULL, -1, 0));
  }
  bool good = json_dumpf(o, out, JSON_INDENT(2)) == 0 || ferror(out);
  putc('\n', out);
  json_decref(o);
  return good;
}

/* --- CSV -------------------------------------------------------------------- */

static void end_record(FILE *out, int64_t count, size_t suppressed) {
  if (count == TABLE_SUPPRESSED) fputs("NA", out);
  else fprintf(out, "%lld", (long long)count);
  fprintf(out, ",%zu\n", suppressed);
}

/* The labels of a margin: "total" in every stratum but d. */
static void margin_record(FILE *out, const struct table *t, int d, unsigned i) {
  const struct question *q = t->question;
  struct table_margin m = table_margin(t, d, i);
  for (unsigned e = 0; e < q->data.n_strata; e++) {
    report_field(out, (int)e == d ? question_label(q, e, i) : "total");
    putc(',', out);
  }
  end_record(out, m.count, m.count == TABLE_SUPPRESSED ? 1 : m.suppressed);
}

/* One record a cell, then the margins of two and more strata, then the total. */
bool report_csv(FILE *out, const struct report *r) {
  const struct table *t = r->table;
  const struct question *q = t->question;
  for (unsigned d = 0; d < q->data.n_strata; d++) {
    report_field(out, q->data.strata[d].name);
    putc(',', out);
  }
  fputs("count,suppressed\n", out);
  if (!t->delivered) return true;
  for (size_t c = 0; c < q->n_cells; c++) {
    for (unsigned d = 0; d < q->data.n_strata; d++) {
      report_field(out, question_label(q, d, question_index(q, c, d)));
      putc(',', out);
    }
    end_record(out, t->cells[c], t->cells[c] == TABLE_SUPPRESSED);
  }
  for (unsigned d = 0; q->data.n_strata > 1 && d < q->data.n_strata; d++)
    for (unsigned i = 0; i < question_n_labels(q, d); i++) margin_record(out, t, (int)d, i);
  if (q->data.n_strata > 0) margin_record(out, t, -1, 0);
  return true;
}

bool report_write(FILE *out, const struct report *r, enum cli_format format) {
  if (format == CLI_JSON) return report_json(out, r);
  return format == CLI_CSV ? report_csv(out, r) : report_table(out, r);
}

void report_field(FILE *out, const char *text) {
  if (text == NULL) return;
  if (strpbrk(text, ",\"\r\n") == NULL && text[0] != ' ' && (text[0] == 0 || text[strlen(text) - 1] != ' ')) {
    fputs(text, out);
    return;
  }
  fputc('"', out);
  for (; *text != 0; text++) {
    if (*text == '"') fputc('"', out);
    fputc(*text, out);
  }
  fputc('"', out);
}
