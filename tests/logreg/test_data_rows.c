/* test_data_rows.c - the rows of a question as numbers: complete cases, expressions, refusals. */
#include "../examples/data_files.h"

#include <math.h>

static const char people[] = "name,sex,age,sick\n"
                             "An,f,61,1\n"
                             "Bo,m,59.5,0\n"
                             "Cy,m,?,1\n"
                             "Di,f,70,NA\n"
                             "Ed,,64,1\n";
static struct data_column numbers[] = {NUM("age"), NUM("sick")};
static const struct data_question agreed = {COLUMNS(TXT("sex"), NUM("age"), NUM("sick")), .part = "predictor"};

static struct data *open_people(struct file *t) {
  struct data_config c = {.path = t->path, .header = true, .columns = numbers, .n_columns = 2};
  file_make(t, people, sizeof people - 1);
  return open_good(&c);
}

static struct data_question asking(const char *condition, struct data_stratum *what, unsigned n) {
  struct data_question q = agreed;
  q.condition = (char *)condition;
  q.strata = what;
  q.n_strata = n;
  return q;
}

static void complete_cases_only(void **state) {
  (void)state;
  struct file t;
  struct data_fault f;
  struct data_report seen;
  struct data_rows rows;
  struct data_stratum what[] = {{.name = "y", .expression = "sick"}, {.name = "decades", .expression = "age / 10"}};
  struct data *d = open_people(&t);
  struct data_question q = asking(NULL, what, 2);
  assert_int_equal(data_rows(d, &rows, &seen, &q, &f), 0);
  assert_int_equal(rows.n, 3);
  assert_int_equal(rows.cols, 2);
  assert_true(rows.v[0] == 1 && rows.v[1] == 6.1 && rows.v[2] == 0 && rows.v[3] == 5.95 && rows.v[4] == 1 &&
              rows.v[5] == 6.4);
  assert_int_equal(seen.rows, 5);
  assert_int_equal(seen.cohort, 3);
  assert_int_equal(seen.missing, 2);
  data_rows_free(&rows);
  assert_null(rows.v);
  q = asking("sex = 'f'", what, 2); /* Ed's sex is missing: left out for that */
  assert_int_equal(data_rows(d, &rows, &seen, &q, &f), 0);
  assert_int_equal(rows.n, 1);
  assert_int_equal(seen.missing, 2);
  data_rows_free(&rows);
  data_close(d);
  file_drop(&t);
}

struct seen { unsigned n; double value[8]; bool belongs[8]; char own[8][40]; };
static bool see(void *user, const struct data_row *row) {
  struct seen *s = user;
  assert_int_equal(row->n_own, 4);
  assert_string_equal(row->own_name[0], "name");
  s->value[s->n] = row->value[0];
  s->belongs[s->n] = row->belongs;
  snprintf(s->own[s->n], sizeof s->own[0], "%s %s", row->own[0], row->own[1] != NULL ? row->own[1] : "-");
  return ++s->n < 8;
}

static void every_row_with_the_hospitals_own_columns(void **state) {
  (void)state;
  struct file t;
  struct data_fault f;
  struct data_report report;
  struct seen seen = {0};
  struct data_stratum what[] = {{.name = "decades", .expression = "age / 10"}};
  struct data *d = open_people(&t);
  struct data_column three[] = {TXT("sex"), NUM("age"), NUM("nowhere")};
  struct data_question q = asking("sex = 'f' OR age < 60", what, 1);
  q.columns = three; /* a column that no expression uses need not be there */
  assert_int_equal(data_each(d, &q, see, &seen, &report, &f), 0);
  assert_int_equal(seen.n, 5);
  assert_true(seen.value[0] == 6.1 && seen.value[1] == 5.95 && isnan(seen.value[2]) && seen.value[3] == 7 &&
              isnan(seen.value[4]));
  assert_true(seen.belongs[0] && seen.belongs[1] && !seen.belongs[2] && seen.belongs[3] && !seen.belongs[4]);
  assert_string_equal(seen.own[0], "An f");
  assert_string_equal(seen.own[4], "Ed -");
  assert_int_equal(report.cohort, 3);
  what[0].expression = "nowhere";
  assert_int_equal(data_each(d, &q, see, &seen, &report, &f), DATA_INPUT);
  assert_non_null(strstr(f.text, "nowhere"));
  data_close(d);
  file_drop(&t);
}

/* An outcome and 100 predictors; and no more than 128 in all. */
static void a_wide_question_is_taken(void **state) {
  (void)state;
  struct data_fault f;
  struct data_stratum what[130];
  for (unsigned i = 0; i < 130; i++) what[i] = (struct data_stratum){.name = "x", .expression = "age + 1"};
  struct data_question q = asking(NULL, what, 101);
  assert_int_equal(data_check(&q, &f), 0);
  q.n_strata = 129;
  assert_int_equal(data_check(&q, &f), DATA_INPUT);
  assert_non_null(strstr(f.text, "128"));
}

static void refusals_name_the_predictor(void **state) {
  (void)state;
  struct file t;
  struct data_fault f;
  struct data_rows rows;
  struct data *d = open_people(&t);
  static const struct { const char *expression, *words; } bad[] = {
      {"sex", "predictor 'z': it gives text"}, {"age +", "predictor 'z'"}, {"height", "height"}, {"age = 'x'", "predictor 'z'"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct data_stratum what[] = {{.name = "z", .expression = (char *)bad[i].expression}};
    struct data_question q = asking(NULL, what, 1);
    assert_int_equal(data_rows(d, &rows, NULL, &q, &f), DATA_INPUT);
    if (strstr(f.text, bad[i].words) == NULL) fail_msg("'%s': %s", bad[i].expression, f.text);
    assert_true(rows.v == NULL && rows.n == 0);
  }
  data_close(d);
  file_drop(&t);
}

TEST_MAIN(T(a_wide_question_is_taken), T(every_row_with_the_hospitals_own_columns), T(complete_cases_only),
          T(refusals_name_the_predictor))
