/* test_errors.c - smpc.h refuses: wrong arguments, shapes, scales, purposes,
 * recipients, ranges; and after the first failure does nothing. */
#include "support/test.h"

#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/parties.h"

static const smpc_shape ONE = {1, 1}, PAIR = {1, 2}, TRIPLE = {1, 3};
static const int64_t three[3] = {1, 2, 3};

/* What member 0 met; the others meet the same or are told. */
struct met { smpc_err err; double out[4]; char text[256]; };

static void remember(struct smpc_session *s, struct met *m) {
  if (smpi_me(s) != 0) return;
  smpc_failure f = smpc_session_error(s);
  m->err = f.code;
  snprintf(m->text, sizeof m->text, "%s", f.text);
}

/* Run `body` at two parties and expect the code, and that all outputs are zero. */
static void expect(parties_body body, smpc_err err) {
  struct met m = {.out = {7, 7, 7, 7}};
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .dealer = true, .seed = 1}, body, &m, &r);
  if (m.err != err) fail_msg("met %d (%s), not %d", m.err, m.text, err);
  for (unsigned i = 0; i < 2; i++) assert_int_not_equal(r.close[i], SMPC_OK);
  for (int i = 0; i < 3; i++) assert_true(m.out[i] == 0);
}

/* Open x to both; the buffer of member 0 is looked at afterwards. */
static void try_open(struct smpc_session *s, const smpc_shared *x, struct met *m) {
  double other[3];
  LET_FAIL(smpc_open(s, x, smpc_and(smpc_to(smpc_p(0)), smpc_p(1)), "test", smpi_me(s) == 0 ? m->out : other, 3));
  remember(s, m);
}

#define BODY(name) static void name(struct smpc_session *s, unsigned me, void *ctx)
#define UNUSED (void)me

BODY(null_operand) {
  UNUSED;
  try_open(s, smpc_add(s, NULL, smpc_input_i64(s, smpc_p(0), three, TRIPLE)), ctx);
}
BODY(shapes_that_do_not_fit) {
  UNUSED;
  try_open(s, smpc_add(s, smpc_input_i64(s, smpc_p(0), three, TRIPLE), smpc_input_i64(s, smpc_p(0), three, PAIR)), ctx);
}
BODY(scales_that_differ) {
  UNUSED;
  double d[3] = {0};
  try_open(s, smpc_add(s, smpc_input_i64(s, smpc_p(0), three, TRIPLE), smpc_input(s, smpc_p(0), d, TRIPLE)), ctx);
}
BODY(slice_outside) {
  UNUSED;
  try_open(s, smpc_slice(s, smpc_input_i64(s, smpc_p(0), three, TRIPLE), 0, 1, TRIPLE), ctx);
}
BODY(slice_that_overflows) {
  UNUSED;
  smpc_shape huge = {1, SIZE_MAX};
  try_open(s, smpc_slice(s, smpc_input_i64(s, smpc_p(0), three, TRIPLE), 0, 2, huge), ctx);
}
BODY(matmul_that_does_not_fit) {
  UNUSED;
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), three, TRIPLE);
  try_open(s, smpc_matmul(s, x, x), ctx);
}
BODY(value_too_large) {
  UNUSED;
  double d[3] = {0, ldexp(1, 22), 0};
  try_open(s, smpc_input(s, smpc_p(0), d, TRIPLE), ctx);
}
BODY(value_not_a_number) {
  UNUSED;
  double d[3] = {0, NAN, 0};
  try_open(s, smpc_input(s, smpc_p(0), d, TRIPLE), ctx);
}
BODY(whole_number_too_large) {
  UNUSED;
  int64_t d[3] = {0, 0, INT64_MIN};
  try_open(s, smpc_input_i64(s, smpc_p(0), d, TRIPLE), ctx);
}
BODY(no_data_at_the_owner) {
  UNUSED;
  try_open(s, smpc_input_i64(s, smpc_p(0), NULL, TRIPLE), ctx);
}
BODY(no_such_owner) {
  UNUSED;
  try_open(s, smpc_input_i64(s, smpc_p(9), three, TRIPLE), ctx);
}
BODY(owner_is_the_dealer) {
  UNUSED;
  try_open(s, smpc_input_i64(s, smpc_p(2), three, TRIPLE), ctx);
}
BODY(shape_too_large) {
  UNUSED;
  smpc_shape huge = {SIZE_MAX / 2, 3};
  try_open(s, smpc_input_i64(s, smpc_p(0), three, huge), ctx);
}
BODY(wrong_room) {
  UNUSED;
  struct met *m = ctx;
  LET_FAIL(smpc_open(s, smpc_input_i64(s, smpc_p(0), three, PAIR), smpc_to(smpc_p(0)), "test", m->out, 3));
  remember(s, m);
}
BODY(recipient_without_role) {
  UNUSED;
  struct met *m = ctx;
  LET_FAIL(smpc_open(s, smpc_input_i64(s, smpc_p(0), three, TRIPLE), smpc_to(smpc_p(2)), "test", m->out, 3));
  remember(s, m);
}
BODY(nobody_receives) {
  UNUSED;
  struct met *m = ctx;
  smpc_who nobody = {0};
  LET_FAIL(smpc_open(s, smpc_input_i64(s, smpc_p(0), three, TRIPLE), nobody, "test", m->out, 3));
  remember(s, m);
}
BODY(no_purpose) {
  UNUSED;
  struct met *m = ctx;
  LET_FAIL(smpc_open(s, smpc_input_i64(s, smpc_p(0), three, TRIPLE), smpc_to(smpc_p(0)), "", m->out, 3));
  remember(s, m);
}
BODY(whole_number_opened_from_fixed_point) {
  UNUSED;
  struct met *m = ctx;
  double d[3] = {1, 2, 3};
  LET_FAIL(smpc_open_i64(s, smpc_input(s, smpc_p(0), d, TRIPLE), smpc_to(smpc_p(0)), "test", (int64_t *)(void *)m->out, 3));
  remember(s, m);
}

static void callers_faults_are_refused(void **state) {
  (void)state;
  expect(null_operand, SMPC_E_ARG);
  expect(shapes_that_do_not_fit, SMPC_E_SHAPE);
  expect(scales_that_differ, SMPC_E_SHAPE);
  expect(slice_outside, SMPC_E_SHAPE);
  expect(slice_that_overflows, SMPC_E_SHAPE);
  expect(matmul_that_does_not_fit, SMPC_E_SHAPE);
  expect(value_too_large, SMPC_E_RANGE);
  expect(value_not_a_number, SMPC_E_RANGE);
  expect(whole_number_too_large, SMPC_E_RANGE);
  expect(no_data_at_the_owner, SMPC_E_ARG);
  expect(no_such_owner, SMPC_E_ARG);
  expect(owner_is_the_dealer, SMPC_E_ARG);
  expect(shape_too_large, SMPC_E_SHAPE);
  expect(wrong_room, SMPC_E_ARG);
  expect(recipient_without_role, SMPC_E_POLICY);
  expect(nobody_receives, SMPC_E_ARG);
  expect(no_purpose, SMPC_E_ARG);
  expect(whole_number_opened_from_fixed_point, SMPC_E_SHAPE);
}

/* --- what only one party does differently ------------------------------------------ */

BODY(other_constant) {
  struct met *m = ctx;
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), three, TRIPLE);
  try_open(s, smpc_scale_i64(s, me == 0 ? 2 : 3, x, 0), m);
}
BODY(other_recipients) {
  struct met *m = ctx;
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), three, TRIPLE);
  double other[3];
  LET_FAIL(smpc_open(s, x, smpc_to(smpc_p(me)), "test", me == 0 ? m->out : other, 3));
  remember(s, m);
}
BODY(other_purpose) {
  struct met *m = ctx;
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), three, TRIPLE);
  double other[3];
  LET_FAIL(smpc_open(s, x, smpc_and(smpc_to(smpc_p(0)), smpc_p(1)), me == 0 ? "test" : "another test",
                     me == 0 ? m->out : other, 3));
  remember(s, m);
}
BODY(other_operand) {
  struct met *m = ctx;
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), three, TRIPLE), *y = smpc_input_i64(s, smpc_p(1), three, TRIPLE);
  try_open(s, me == 0 ? x : y, m);
}
BODY(one_call_more) {
  struct met *m = ctx;
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), three, TRIPLE);
  if (me == 0) (void)smpc_add(s, x, x);
  try_open(s, x, m);
}
BODY(another_length) {
  struct met *m = ctx;
  smpc_shape n = {1, me == 0 ? 3 : 2};
  double other[3];
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), three, n);
  LET_FAIL(smpc_open(s, x, smpc_and(smpc_to(smpc_p(0)), smpc_p(1)), "test", me == 0 ? m->out : other, n.cols));
  remember(s, m);
}

static void different_programs_open_nothing(void **state) {
  (void)state;
  expect(other_constant, SMPC_E_DESYNC);
  expect(other_recipients, SMPC_E_DESYNC);
  expect(other_purpose, SMPC_E_DESYNC);
  expect(other_operand, SMPC_E_DESYNC);
  expect(one_call_more, SMPC_E_DESYNC);
  expect(another_length, SMPC_E_DESYNC);
}

static void allow_only_counts(smpc_config *cfg, unsigned me, void *ctx) {
  (void)ctx;
  if (me == 1) snprintf(cfg->purposes, sizeof cfg->purposes, "counts\nmore counts");
}
BODY(open_for_a_test) {
  UNUSED;
  try_open(s, smpc_input_i64(s, smpc_p(0), three, TRIPLE), ctx);
}

static void a_purpose_must_be_allowed_by_every_party(void **state) {
  (void)state;
  struct met m = {.out = {7, 7, 7, 7}};
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .seed = 1, .configure = allow_only_counts}, open_for_a_test, &m, &r);
  assert_int_equal(r.close[1], SMPC_E_POLICY);
  assert_int_equal(r.close[0], SMPC_E_PEER);
  for (int i = 0; i < 3; i++) assert_true(m.out[i] == 0);
}

/* --- sticky and inert ------------------------------------------------------------------ */

BODY(after_a_failure) {
  UNUSED;
  struct met *m = ctx;
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), three, TRIPLE);
  (void)smpc_add(s, x, NULL);
  assert_null(smpc_add(s, x, x));
  assert_null(smpc_input_i64(s, smpc_p(0), three, TRIPLE));
  assert_null(smpc_sum(s, x));
  try_open(s, x, m);
}

static void errors_stick(void **state) {
  (void)state;
  expect(after_a_failure, SMPC_E_ARG);
}

static void no_session_is_allowed(void **state) {
  (void)state;
  double out[1] = {7};
  assert_null(smpc_add(NULL, NULL, NULL));
  assert_null(smpc_input(NULL, smpc_p(0), out, ONE));
  assert_int_equal(smpc_open(NULL, NULL, smpc_to(smpc_p(0)), "test", out, 1), SMPC_E_ARG);
  assert_true(out[0] == 0);
  assert_int_equal(smpc_session_close(NULL), SMPC_OK);
  assert_int_equal(smpc_session_error(NULL).code, SMPC_E_STATE);
  smpc_session_cancel(NULL);
  smpc_shared_free(NULL, NULL);
  assert_int_equal(smpc_shared_shape(NULL).rows, 0);
}

/* --- a forked child ----------------------------------------------------------------------- */

BODY(fork_and_try) {
  UNUSED;
  struct met *m = ctx;
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), three, TRIPLE);
  pid_t child = fork();
  if (child == 0) {
    double out[3];
    smpc_session_cancel(s);
    bool refused = smpc_session_deal(s) == SMPC_E_STATE && smpc_session_error(s).code == SMPC_OK && !s->is_canceled &&
                   smpc_add(s, x, x) == NULL &&
                   smpc_open(s, x, smpc_to(smpc_p(0)), "test", out, 3) == SMPC_E_STATE &&
                   smpc_set_rounding(s, SMPC_ROUND_NEAREST) == SMPC_E_STATE &&
                   smpc_psi_reveal(s, NULL, NULL, NULL, 0, NULL) == SMPC_E_STATE &&
                   smpc_session_close(s) == SMPC_E_STATE;
    _exit(refused ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) smpi_fail(s, SMPC_E_BUG, -1, "the child went on");
  try_open(s, x, m);
}

static void a_forked_child_is_refused(void **state) {
  (void)state;
  struct met m = {0};
  parties_run_ok(&(struct parties){.n = 2, .seed = 1}, fork_and_try, &m, NULL);
  assert_true(m.out[2] == 3);
}

TEST_MAIN(T(callers_faults_are_refused), T(different_programs_open_nothing),
          T(a_purpose_must_be_allowed_by_every_party), T(errors_stick), T(no_session_is_allowed),
          T(a_forked_child_is_refused))
