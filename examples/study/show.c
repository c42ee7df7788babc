/* show.c - a study in plain words, in English and Chinese, and the template. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "study.h"

void study_day(char out[32], int64_t t) {
  struct tm tm = {0};
  time_t when = (time_t)t;
  if (gmtime_r(&when, &tm) == NULL || strftime(out, 32, "%Y-%m-%d", &tm) == 0) out[0] = 0;
}

static void print_day(int64_t t) {
  char text[32];
  study_day(text, t);
  fputs(text, stdout);
}

static void print_hex(const uint8_t *bytes, size_t len) {
  for (size_t i = 0; i < len; i++) printf("%02x", bytes[i]);
}

static void print_parties(const smpc_study *st, smpc_who who, const char *between) {
  bool any = false;
  for (unsigned i = 0; i < st->n_parties; i++) {
    if (!(who.bits >> i & 1)) continue;
    printf("%s%s", any ? between : "", st->party[i].name);
    any = true;
  }
}

/* What a question of each program tells its recipients. */
enum { TABLE, REVEAL, COUNT, DISTINCT, SUM, MODEL, STEPS, STATISTICS, REVEALS };
static const struct { const char *program, *result, *privacy; } kinds[REVEALS] = {
    [TABLE] = {"cohort-count", NULL, NULL},
    [REVEAL] = {"psi", "reveal", NULL},
    [COUNT] = {"psi", "count", NULL},
    [DISTINCT] = {"psi", "distinct", NULL},
    [SUM] = {"psi", "sum", NULL},
    [MODEL] = {"logistic-regression", NULL, "model-only"},
    [STEPS] = {"logistic-regression", NULL, "aggregates"},
    [STATISTICS] = {"describe", NULL, NULL}};

/* The words of one language. */
struct words {
  const char *head, *purpose, *identifier, *replaces, *basis, *duo, *period, *to_day, *security, *semi_honest, *source,
      *dealer, *ot;
  const char *parties, *roles[4], *between, *clearance, *key;
  const char *reveals[REVEALS], *common;
  const char *question, *program, *reads, *graded, *condition, *opens, *nobody, *minimum, *result, *lower;
  const char *noise, *budget, *dominance, *percent, *change, *blind, *sight, *days, *limits, *runs, *rows, *values,
      *items, *items_in_all, *no_limit, *subtract, *agreement, *digest, *end;
};

static const struct words english = {
    "Study: ",
    "Purpose: ",
    "Identifier: ",
    "Replaces these versions; what was used under them counts: ",
    "Legal basis: ",
    "Data use terms (GA4GH DUO): ",
    "Valid: ",
    " to ",
    "Protection: ",
    "Every party sees random-looking shares only. This holds as long as all parties follow the protocol, and even if "
    "all "
    "but one computing party pool what they see. It does not protect against a party that deviates from the protocol.",
    "Correlated randomness: ",
    "made by a dealer, who sees no data. Whoever controls the dealer and any one computing party can learn all inputs.",
    "made by the computing parties among themselves; nobody else is trusted.",
    "Parties",
    {"gives data", "computes on shares", "may receive results", "deals randomness"},
    ", ",
    "cleared for ",
    "key ",
    {"A table: numbers of people in groups.",
     "Each recipient learns which of its own keys all the others hold. Other parties also learn how many keys each set "
     "has, or its declared size.",
     "The recipients learn how many keys all hold, not which. Other parties also learn how many keys each set has, or "
     "its declared size.",
     "The recipients learn how many different keys there are altogether. Other parties also learn how many keys each "
     "set has, or its declared size.",
     "The recipients learn the sum of a column over the keys that all hold, not the keys. Other parties also learn how "
     "many keys each set has, or its declared size.",
     "A model: its coefficients and how good it is. The steps of the fit stay shared, but for the bits and counts "
     "listed here.",
     "A model, and at every step of the fit sums over all patients from which it follows.",
     "Statistics of all patients together: counts, means, spread and what else the question asks for."},
    "Where fewer than %s keys are common, nothing is shown.",
    "Question ",
    "Computed by ",
    "Reads at each party with data, without any of it leaving: ",
    " graded ",
    "Who counts: ",
    "What becomes known, and to whom",
    "Nothing else becomes known to anybody, but that the question was asked, when, and by whom.",
    "Groups of fewer than %s people are not shown; a recipient's own people do not count towards this.",
    "The result is graded ",
    "Note: the result is graded lower than some data it is computed from. Signing means agreeing to that.",
    "Every count gets random noise that nobody knows, and the question is answered once; epsilon ",
    "Privacy budget, of all epsilons together: ",
    "Groups are not shown either, of which this many parties together have more than a part: ",
    " per cent",
    "A party takes part only if its rows behind this are those behind each earlier result, of any question, or at "
    "least so many rows differ: ",
    "Held before it opens; only purpose, shape, and how many rows and hidden cells there are is shown to: ",
    "Held before it opens to its recipients; seen before by: ",
    "; erased after days without everybody's release: ",
    "At most, over the whole study, by each party's own journal: ",
    " runs",
    " rows",
    " opened values",
    " items of one party's sets",
    " items of all parties' sets together",
    "no limits",
    "Note: with two parties that give data, a recipient that is one of them can subtract its own numbers from the "
    "result.",
    "Claim that a refusal for different studies would show: ",
    "Digest of this study: ",
    "Changing one character of the file makes it another study, which nobody has signed."};

static const struct words chinese = {
    "研究:", "用途:", "标识:", "取代以下版本(在其下的使用量继续累计):", "法律依据:", "数据使用条款(GA4GH DUO):", "有效期:", " 至 ",
    "保护方式:",
    "各方只能看到形似随机的份额。前提是所有参与方都遵守协议;即使除一方以外的所有计算方把所见合在一起,数据仍受保护。"
    "对于不遵守协议的一方,不提供保护。",
    "相关随机数:", "由发牌方生成,它看不到任何数据;但控制发牌方和任意一个计算方的人可以得到全部输入。", "由计算方共同生成,不需要信任任何第三方。",
    "参与方", {"提供数据", "在份额上计算", "可接收结果", "发放随机数"}, "、", "可接触级别:", "密钥 ",
    {"结果是一张表:各组的人数。",
     "每个接收方得知自己的哪些键为其他所有方共有。其他参与方还会得知每个集合的键数或声明的大小。",
     "接收方得知各方共有多少个键,但不知道是哪些。其他参与方还会得知每个集合的键数或声明的大小。",
     "接收方得知各方合计有多少个不同的键。其他参与方还会得知每个集合的键数或声明的大小。",
     "接收方得知某一列在共有键上的总和,不知道是哪些键。其他参与方还会得知每个集合的键数或声明的大小。",
     "结果是一个模型:系数及其拟合优度。除这里列出的标志和计数外,拟合的各步骤始终以份额形式存在。",
     "结果是一个模型,以及拟合每一步中全部患者的合计值,模型由此得出。",
     "全部患者合在一起的统计量:计数、均值、离散程度以及问题所要求的其他内容。"},
    "共有键少于 %s 个时,什么都不显示。",
    "问题 ", "计算程序:", "在每个数据方本地读取、原始数据不出域的列:", ",分级:", "计入条件:", "会公开什么、给谁",
    "除此之外,任何人都不会获知任何内容,只会知道何时由谁问过这个问题。", "少于 %s 人的组不显示;接收方自己的人不计入这个最低人数。", "结果的分级:",
    "注意:结果的分级低于它所依据的某些数据。签名即表示同意。",
    "每个计数都加入无人知晓的随机噪声,且该问题只回答一次;epsilon ", "隐私预算(全部 epsilon 之和):",
    "如果少数几方合计占某组的比例超过下列百分比,该组也不显示:", "%", "与先前任何问题的任一结果相比,本方所涉及的数据行要么完全相同,要么至少相差下列行数,否则不参与:",
    "公开之前先保留;审查人只看到用途、大小、总行数和隐藏单元数:", "对接收方公开之前先保留;审查人先看到结果:", ";未获全部放行则在若干天后删除:",
    "整个研究期间的上限(按各方自己的日志计算):", " 次运行", " 行数据", " 个公开数值", " 个条目(任一方的集合)", " 个条目(各方集合合计)", "没有上限",
    "注意:只有两方提供数据时,其中的接收方可以从结果中减去自己的数字。",
    "研究不一致而被拒绝时所显示的标识:", "本研究的摘要:", "改动文件中的任何一个字符,就成为另一个没有人签名的研究。"};

static void show_parties(const smpc_study *st, const struct words *w) {
  printf("%s\n", w->parties);
  for (unsigned i = 0; i < st->n_parties; i++) {
    char print[SMPC_FINGERPRINT_LEN];
    bool any = false;
    smpc_fingerprint(print, &st->party[i]);
    printf("  %s: ", st->party[i].name);
    for (int r = 0; r < 4; r++)
      if (st->party[i].roles >> r & 1) printf("%s%s", any ? w->between : "", w->roles[r]), any = true;
    printf("; %s%s; %s%s\n", w->clearance, st->grade[st->clearance[i]], w->key, print);
  }
}

static void show_limits(const smpc_study_question *q, const struct words *w) {
  const struct { uint64_t max; const char *name; } limit[] = {
      {q->max_runs, w->runs}, {q->max_rows, w->rows}, {q->max_values, w->values},
      {q->max_items, w->items}, {q->max_items_in_all, w->items_in_all}};
  bool any = false;
  printf("  %s", w->limits);
  for (size_t i = 0; i < sizeof limit / sizeof *limit; i++)
    if (limit[i].max != 0) printf("%s%llu%s", any ? w->between : "", (unsigned long long)limit[i].max, limit[i].name), any = true;
  printf("%s\n", any ? "" : w->no_limit);
}

static void show_columns(const smpc_study *st, const smpc_study_question *q, const struct words *w) {
  bool is_lowered = false;
  if (q->n_columns > 0) printf("  %s", w->reads);
  for (unsigned k = 0; k < q->n_columns; k++) {
    printf("%s%s%s%s", k ? w->between : "", q->column[k].name, w->graded, st->grade[q->column[k].grade]);
    is_lowered |= q->column[k].grade > q->grade;
  }
  if (q->n_columns > 0) putchar('\n');
  if (q->condition != NULL) printf("  %s%s\n", w->condition, q->condition);
  printf("  %s%s\n", w->result, st->grade[q->grade]);
  if (is_lowered) printf("  %s\n", w->lower);
}

/* Two with data, and a recipient among them. */
static bool can_subtract(const smpc_study *st, const smpc_study_question *q) {
  unsigned inputs = 0, both = 0;
  for (unsigned i = 0; i < st->n_parties; i++) {
    bool has_input = st->party[i].roles & SMPC_INPUT;
    inputs += has_input;
    both += has_input && (q->opening[0].to.bits >> i & 1);
  }
  return inputs == 2 && both > 0;
}

/* `text` with the number in its %s. */
static void print_with(const char *text, const char *number) {
  const char *at = strstr(text, "%s");
  printf("  %.*s%s%s\n", (int)(at - text), text, number, at + 2);
}

static bool is_same(const char *want, const char *is) { return want == NULL || (is != NULL && strcmp(want, is) == 0); }

static void show_reveals(const smpc_study_question *q, const struct words *w) {
  for (int k = 0; k < REVEALS; k++)
    if (is_same(kinds[k].program, q->program) && is_same(kinds[k].result, q->result) && is_same(kinds[k].privacy, q->privacy))
      printf("  %s\n", w->reveals[k]);
  if (q->minimum_cell != NULL) print_with(w->minimum, q->minimum_cell);
  if (q->minimum != NULL) print_with(w->common, q->minimum);
}

static void show_question(const smpc_study *st, const char *path, unsigned i, const struct words *w) {
  const smpc_study_question *q = &st->question[i];
  char claim[SMPC_CLAIM_LEN];
  printf("\n%s%s\n  %s%s\n", w->question, q->name, w->program, q->program);
  if (strcmp(q->program, "psi") == 0) study_show_sets(st, path, q, w == &chinese);
  show_columns(st, q, w);
  printf("  %s\n", w->opens);
  for (unsigned k = 0; k < q->n_openings; k++) {
    printf("    \"%s\" -> ", q->opening[k].purpose);
    print_parties(st, q->opening[k].to, w->between);
    putchar('\n');
  }
  show_reveals(q, w);
  if (q->epsilon != 0) printf("  %s%g\n", w->noise, (double)q->epsilon / 1e6);
  if (q->dominant_parties != 0) printf("  %s%u, %u%s\n", w->dominance, q->dominant_parties, q->dominant_percent, w->percent);
  if (q->min_change != 0) printf("  %s%llu\n", w->change, (unsigned long long)q->min_change);
  if (q->review != SMPC_REVIEW_NONE) {
    printf("  %s", q->review == SMPC_REVIEW_BLIND ? w->blind : w->sight);
    print_parties(st, q->reviewers, w->between);
    printf("%s%u\n", w->days, q->hold_days);
  }
  if (can_subtract(st, q)) printf("  %s\n", w->subtract);
  show_limits(q, w);
  printf("  %s\n  %s", w->nobody, w->agreement);
  puts(smpc_study_claim(claim, st, i) == SMPC_OK ? claim : "");
}

static void show(const smpc_study *st, const char *path, const struct words *w) {
  printf("%s%s\n%s%s\n%s%s\n", w->head, st->title, w->purpose, st->purpose, w->identifier, st->identifier);
  if (st->n_replaces > 0) printf("%s\n", w->replaces);
  for (unsigned i = 0; i < st->n_replaces; i++) {
    printf("  ");
    print_hex(st->replaces[i], 32);
    putchar('\n');
  }
  printf("%s%s\n", w->basis, st->legal_basis);
  for (unsigned i = 0; i < st->n_duo; i++) printf("%s%s", i == 0 ? w->duo : w->between, st->duo[i]);
  printf("%s%s", st->n_duo > 0 ? "\n" : "", w->period);
  print_day(st->from);
  fputs(w->to_day, stdout);
  print_day(st->until - 1);
  bool has_dealer = st->preprocessing != NULL && strcmp(st->preprocessing, "dealer") == 0;
  printf("\n%s%s\n%s%s\n\n", w->security, w->semi_honest, w->source, has_dealer ? w->dealer : w->ot);
  if (st->budget != 0) printf("%s%g\n\n", w->budget, (double)st->budget / 1e6);
  show_parties(st, w);
  for (unsigned i = 0; i < st->n_questions; i++) show_question(st, path, i, w);
  printf("\n%s", w->digest);
  print_hex(st->digest, 32);
  printf("\n%s\n", w->end);
}

void study_show_english(const smpc_study *st, const char *path) { show(st, path, &english); }
void study_show_chinese(const smpc_study *st, const char *path) { show(st, path, &chinese); }

const char study_template[] =
    "# A study: the same bytes at every party, signed by all (smpc-study sign).\n"
    "# smpc-study.yaml(5) describes every key.\n"
    "study:\n"
    "  title: My study\n"
    "  purpose: What the results are for, in one line\n"
    "  duo: [\"DUO:0000007\"]            # optional: GA4GH data use terms\n"
    "  identifier: my-study-2026       # the same in all versions of the study\n"
    "#  replaces: [DIGEST]             # earlier versions, as smpc-study show names them: what was used counts on\n"
    "legal basis: Ethics vote 12/2026 of the university hospital; contract of 2026-11-01\n"
    "valid from: 2026-12-01\n"
    "valid until: 2027-11-30\n"
    "grades: [public, internal, sensitive]   # optional, the lowest first\n"
    "security: semi-honest\n"
    "# privacy budget: 2               # then every question has an epsilon: noise on its counts\n"
    "preprocessing: ot                 # or dealer: one more party, with the role dealer alone\n"
    "parties:                          # the entries that smpc-party show prints\n"
    "#  - name: north\n"
    "#    address: tcp://north.example.org:7700\n"
    "#    key: smpc1_...\n"
    "#    roles: [input, compute, result]\n"
    "#    clearance: internal          # the highest grade of a result it may receive\n"
    "questions:\n"
    "  - name: patients-by-sex\n"
    "    program: cohort-count\n"
    "    purpose: Cohort sizes         # what the table is opened for; default: the study's\n"
    "    recipients: [north]\n"
    "    grade: internal               # of the result\n"
    "    columns:\n"
    "      - {name: age, type: number, grade: sensitive}\n"
    "      - {name: sex, type: text, grade: internal}\n"
    "    condition: age >= 60\n"
    "    strata:\n"
    "      - {name: sex, expression: sex, cells: [f, m]}\n"
    "    minimum_cell: 10\n"
    "#    dominance: {parties: 1, percent: 80}   # hide a cell of which one hospital has more\n"
    "#    minimum change: 10          # rows, since an earlier run of this question\n"
    "    limits: {runs: 5, rows: 1000000, opened values: 50}   # in all; each may be left out\n"
    "#    review: blind               # or sight: the result waits until its reviewers have released it\n"
    "#    reviewers: [south]\n"
    "#    hold days: 30               # then it is erased\n"
    "#    also opens:                  # further openings of the program, to others or for other purposes\n"
    "#      - {purpose: \"Cohort sizes: which cells are suppressed\", recipients: [north, south]}\n";
