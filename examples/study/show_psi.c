/* show_psi.c - `show`: what an intersection reads, and between whom: the program's own keys of the question. */
#include <stdio.h>

#include "psi_question.h"
#include "study.h"

/* The words of one language. */
struct words {
  const char *between, *reads, *comma, *open, *close, *date, *identity, *text, *letter_case[2], *spaces[2], *tables;
  const char *empty[2], *summed, *of, *told, *declared, *no_minimum, *unreadable;
};

static const struct words english = {
    "Between: ",
    "Reads at each of them, without any of it leaving, these columns of a row, compared as one key: ",
    ", ",
    " (",
    ")",
    "a date, as yyyymmdd",
    "an identity number, checked",
    "text in the normal form NFKC",
    {"", ", case ignored"},
    {", spaces trimmed", ", spaces removed"},
    "Normalised by the tables of Unicode ",
    {"A row in which one of them is empty takes no part.", "An empty one matches an empty one."},
    "Adds up the column ",
    " of ",
    "Sizes of the sets: told to the other parties",
    "Sizes of the sets, which are padded to them: ",
    "No minimum: a single key that all hold is shown, or counts.",
    "What it reads cannot be shown: "};

static const struct words chinese = {
    "求交各方:", "在其中每一方本地读取、原始数据不出域,每行的下列各列合为一个键进行比较:", "、", "(", ")", "日期,写成 yyyymmdd",
    "身份号码,校验其有效性", "NFKC 规范形式的文本", {"", ",不区分大小写"}, {",去掉首尾空格", ",去掉全部空格"}, "规范化所用的 Unicode 表版本:",
    {"其中任何一列为空的行不参与。", "空值与空值相配。"}, "求和的列:", ",属于 ", "各集合的大小:其他参与方会得知", "各集合的大小(填充到此数):",
    "没有下限:即使只有一个共有键也会显示或计入。", "无法显示所读取的内容:"};

static void show_component(const struct psi_component *c, const struct words *w) {
  printf("%s%s", c->column, w->open);
  if (c->form == PSI_DATE) fputs(w->date, stdout);
  else if (c->form == PSI_IDENTITY_NUMBER) fputs(w->identity, stdout);
  else printf("%s%s%s", w->text, w->spaces[c->spaces == PSI_SPACES_REMOVED], w->letter_case[c->letter_case == PSI_CASE_IGNORED]);
  fputs(w->close, stdout);
}

static void show_owners(const struct psi_question *q, const smpc_study *st, const struct words *w) {
  bool any = false;
  printf("  %s", w->between);
  for (unsigned i = 0; i < q->n_between; i++) printf("%s%s", i > 0 ? w->comma : "", q->between[i]);
  for (unsigned i = 0; q->n_between == 0 && i < st->n_parties; i++)
    if (st->party[i].roles & SMPC_INPUT) printf("%s%s", any ? w->comma : "", st->party[i].name), any = true;
  putchar('\n');
}

static void show_sizes(const struct psi_question *q, const struct words *w) {
  bool any = q->n_between > 0 && q->size[0] != 0; /* all or none */
  printf("  %s", any ? w->declared : w->told);
  for (unsigned i = 0; any && i < q->n_between; i++) printf("%s%llu", i > 0 ? w->comma : "", (unsigned long long)q->size[i]);
  putchar('\n');
}

void study_show_sets(const smpc_study *st, const char *path, const smpc_study_question *asked, bool in_chinese) {
  const struct words *w = in_chinese ? &chinese : &english;
  struct psi_question *q;
  char text[600];
  if (!psi_question_load(&q, path, asked->name, text, sizeof text)) {
    printf("  %s%s\n", w->unreadable, text);
    return;
  }
  show_owners(q, st, w);
  printf("  %s", w->reads);
  for (unsigned k = 0; k < q->n_key; k++) {
    if (k > 0) fputs(w->comma, stdout);
    show_component(&q->key[k], w);
  }
  printf("\n  %s%s\n  %s\n", w->tables, psi_unicode(), w->empty[q->empty_matches]);
  if (q->column != NULL) printf("  %s%s%s%s\n", w->summed, q->column, w->of, q->of);
  show_sizes(q, w);
  if (q->minimum <= 1 && q->kind != PSI_DISTINCT) printf("  %s\n", w->no_minimum);
  psi_question_free(q);
}
