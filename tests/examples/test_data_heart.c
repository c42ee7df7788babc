/* The four hospitals' heart data against the reference counts, hospital by hospital. */
#include "data_files.h"

static const char *const hospitals[4] = {"cleveland", "hungarian", "switzerland", "va"};
static struct data_column columns[] = {NUM("age"),   NUM("sex"),     NUM("cp"),      NUM("trestbps"), NUM("chol"),
                                       NUM("fbs"),   NUM("restecg"), NUM("thalach"), NUM("exang"),    NUM("oldpeak"),
                                       NUM("slope"), NUM("ca"),      NUM("thal"),    NUM("num")};
static const struct data_question agreed = {.columns = columns, .n_columns = 14};

static FILE *open_shared(const char *name) {
  char path[512];
  const char *shared = getenv("SMPC_SHARED");
  snprintf(path, sizeof path, "%s/data/%s", shared != NULL ? shared : "", name);
  return fopen(path, "r");
}

static struct data *open_hospital(const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/data/heart-disease/processed.%s.data", getenv("SMPC_SHARED"), name);
  struct data_config c = {.path = path, .columns = columns, .n_columns = 14};
  return open_good(&c);
}

/* The reference's words for a query, as a condition. */
static const char *const queries[][2] = {
    {"all", NULL},
    {"num>0", "num > 0"},
    {"age>=60 & sex=male & num>0", "age >= 60 AND sex = 1 AND num > 0"},
    {"age>=60 & sex=female & num>0", "age >= 60 AND sex = 0 AND num > 0"},
    {"cp==4 & exang==1", "cp = 4 AND exang = 1"},
    {"cp==4 & exang==1 & num>0", "cp = 4 AND exang = 1 AND num > 0"},
    {"trestbps>=140", "trestbps >= 140"},
    {"chol>=240", "chol >= 240"},
    {"thalach<120 & oldpeak>=2", "thalach < 120 AND oldpeak >= 2"},
};

static const char *condition_of(const char *query) {
  for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
    if (strcmp(queries[i][0], query) == 0) return queries[i][1];
  fail_msg("unknown query '%s'", query);
  return NULL;
}

static void test_queries(void **state) {
  (void)state;
  FILE *in = open_shared("reference/heart_cohort_queries.csv");
  if (in == NULL) skip(); /* SMPC_SHARED holds no heart data */
  char line[256], query[128];
  int lines = 0;
  struct data *d[4];
  for (int h = 0; h < 4; h++) d[h] = open_hospital(hospitals[h]);
  assert_non_null(fgets(line, sizeof line, in));
  while (fgets(line, sizeof line, in) != NULL) {
    long want[5], total = 0;
    assert_int_equal(
        sscanf(line, "%127[^,],%ld,%ld,%ld,%ld,%ld", query, &want[0], &want[1], &want[2], &want[3], &want[4]), 6);
    for (int h = 0; h < 4; h++) {
      int64_t n = count_good(d[h], agreed, condition_of(query));
      assert_int_equal(n, want[h]);
      total += n;
    }
    assert_int_equal(total, want[4]);
    lines++;
  }
  assert_int_equal(lines, 9);
  for (int h = 0; h < 4; h++) data_close(d[h]);
  fclose(in);
}

/* --- the cube sex x age band x disease --- */

static char *bands[] = {"<40", "40-49", "50-59", "60-69", "70+"};

static void count_cube(const char *hospital, int64_t *counts) {
  struct data_stratum strata[] = {
      {.name = "sex", .expression = "CASE WHEN sex = 1 THEN 'male' ELSE 'female' END", CELLS("female", "male")},
      {.name = "age",
       .cells = bands,
       .n_cells = 5,
       .expression = "CASE WHEN age < 40 THEN '<40' WHEN age < 50 THEN '40-49' WHEN age < 60 THEN '50-59' "
                     "WHEN age < 70 THEN '60-69' ELSE '70+' END"},
      {.name = "disease", .expression = "num > 0", CELLS("0", "1")}};
  struct data_question q = agreed;
  q.strata = strata;
  q.n_strata = 3;
  struct data_fault f;
  struct data *d = open_hospital(hospital);
  assert_int_equal(data_cells(&q), 3 * 6 * 3);
  if (data_count(d, counts, 3 * 6 * 3, NULL, &q, &f) != 0) fail_msg("%s", f.text);
  data_close(d);
}

static int index_of(const char *const *list, int n, const char *text) {
  for (int i = 0; i < n; i++)
    if (strcmp(list[i], text) == 0) return i;
  fail_msg("unknown label '%s'", text);
  return -1;
}

static void test_cube(void **state) {
  (void)state;
  static int64_t counts[4][3 * 6 * 3];
  static const char *const sexes[] = {"female", "male"};
  FILE *in = open_shared("reference/heart_cohort_cube.csv");
  if (in == NULL) skip(); /* SMPC_SHARED holds no heart data */
  char line[256], site[32], sex[32], band[32];
  int lines = 0;
  long disease, want;
  for (int h = 0; h < 4; h++) count_cube(hospitals[h], counts[h]);
  assert_non_null(fgets(line, sizeof line, in));
  while (fgets(line, sizeof line, in) != NULL) {
    assert_int_equal(sscanf(line, "%31[^,],%31[^,],%31[^,],%ld,%ld", site, sex, band, &disease, &want), 5);
    int s = index_of(sexes, 2, sex), a = index_of((const char *const *)bands, 5, band);
    assert_int_equal(counts[index_of(hospitals, 4, site)][(s * 6 + a) * 3 + disease], want);
    lines++;
  }
  assert_int_equal(lines, 80);
  fclose(in);
}

TEST_MAIN(T(test_queries), T(test_cube))
