/* missing.c - see missing.h. */
#include "missing.h"

#include <string.h>

/* In double quotes, as YAML has them. */
static void print_quoted(FILE *out, const char *text) {
  fputc('"', out);
  for (; *text != 0; text++) {
    if (*text == '"' || *text == '\\') fputc('\\', out);
    fputc(*text, out);
  }
  fputc('"', out);
}

static smpc_who recipients_of(const struct missing *m, const struct opening *o) {
  return o->to_everybody ? m->job->everybody : m->job->roles.recipients;
}

static bool is_listed(const smpc_study_question *q, const char *purpose, smpc_who to) {
  for (unsigned k = 0; k < q->n_openings; k++)
    if (strcmp(q->opening[k].purpose, purpose) == 0) return q->opening[k].to.bits == to.bits; /* the first counts */
  return false;
}

static void print_line(const struct missing *m, const struct opening *o) {
  const char *comma = "";
  smpc_who to = recipients_of(m, o);
  fputs("      - {purpose: ", m->out);
  print_quoted(m->out, o->purpose);
  fputs(", recipients: [", m->out);
  for (unsigned i = 0; i < m->cfg->parties; i++) {
    if (!joint_is_in(to, i)) continue;
    fprintf(m->out, "%s%s", comma, m->cfg->member[i].name);
    comma = ", ";
  }
  fputs("]}\n", m->out);
}

static bool check_study(const struct missing *m, const smpc_study_question *q) {
  struct opening o;
  bool good = true;
  for (unsigned i = 0; i < m->n_openings; i++) {
    if (!m->opening(&o, m->job, i) || is_listed(q, o.purpose, recipients_of(m, &o))) continue;
    if (good) fprintf(m->out, "\nMissing in the study, at its question \"%s\":\n    also opens:\n", q->name);
    good = false;
    print_line(m, &o);
  }
  return good;
}

static bool check_own(const struct missing *m) {
  struct opening o;
  bool good = true;
  for (unsigned i = 0; i < m->n_openings; i++) {
    if (!m->opening(&o, m->job, i) || cli_allows(m->cfg, o.purpose)) continue;
    if (good) fputs("\nMissing in this party's configuration:\npurposes:\n", m->out);
    good = false;
    fputs("  - ", m->out);
    print_quoted(m->out, o.purpose);
    fputc('\n', m->out);
  }
  return good;
}

bool missing_print(const struct missing *m, const smpc_study_question *asked) {
  bool good = asked == NULL || check_study(m, asked);
  return check_own(m) && good;
}
