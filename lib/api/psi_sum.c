/* psi_sum.c - what is opened of a join: sums and the count, unless fewer rows match than a minimum.
 *
 * Everything is decided in shares: below the minimum the sums are multiplied with zero, so that all parties make the
 * same calls and only the recipients learn which it was. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "api/opening.h"
#include "api/psi_sum.h"
#include "api/value.h"
#include "base/mem.h"
#include "math/fixed.h"
#include "noise/laplace.h"
#include "share/release.h"

static const smpc_shape ONE = {1, 1};

/* x below y, either of which may be NULL while nothing has failed. */
static smpc_shared *below(smpc_session *s, smpc_shared *y, smpc_shared *x) {
  if (x == NULL || y == NULL) return x == NULL ? y : x;
  return smpc_concat(s, y, x);
}

/* The sums of v's columns below those in `all`. */
static smpc_shared *add_sums(smpc_session *s, smpc_shared *all, const smpc_shared *v) {
  return v == NULL ? all : below(s, all, smpc_transpose(s, smpc_sum_rows(s, v)));
}

smpc_shared *smpi_psi_reached(smpc_session *s, const smpc_shared *count, uint64_t minimum) {
  int64_t last = (int64_t)(minimum - 1);
  return smpc_less(s, smpc_constant_i64(s, &last, ONE), count);
}

/* A column of bins 0 or 1: no more than there are rows. */
smpc_shared *smpi_psi_matched_count(smpc_session *s, const smpc_psi_joined *j) {
  smpc_shared *count = smpc_sum(s, j->matched);
  if (count != NULL) count->range = (double)j->bins;
  return count;
}

struct totals {
  smpc_session *s;
  const smpc_psi_star *q;
  smpc_who to;
  const char *purpose;
  bool has_minimum, wants_count;
  smpc_shared *reals, *wholes, *reached, *count;
};

static void sum_up(struct totals *t, const smpc_psi_joined *j, uint64_t minimum) {
  smpc_session *s = t->s;
  for (unsigned k = 0; k < t->q->owners; k++) {
    t->reals = add_sums(s, t->reals, j->real[k]);
    t->wholes = add_sums(s, t->wholes, j->whole[k]);
  }
  if (t->has_minimum || t->wants_count) t->count = smpi_psi_matched_count(s, j);
  if (t->wants_count) t->wholes = below(s, t->wholes, t->count);
  if (!t->has_minimum) return;
  t->reached = smpi_psi_reached(s, t->count, minimum);
  if (t->reals != NULL) t->reals = smpc_mul(s, t->reals, t->reached);
  if (t->wholes != NULL) t->wholes = smpc_mul(s, t->wholes, t->reached);
  t->wholes = below(s, t->wholes, t->reached);
}

/* What opens at once, and is held at once where a study asks for it: whole[n_whole], the count if asked for, the
 * verdict if there is a minimum, real[n_real] times 2^f. */
static smpc_err open_sums(struct totals *t, double *real, size_t n_real, int64_t *whole, size_t n_whole,
                          smpc_psi_totals *out) {
  smpc_session *s = t->s;
  smpc_shared *words = t->reals == NULL ? t->wholes : below(s, t->wholes, smpc_as_i64(s, t->reals));
  if (words == NULL) return smpi_status(s);
  size_t n_before = n_whole + t->wants_count + t->has_minimum, n = n_before + n_real;
  int64_t *all = smpi_secret_alloc(n, sizeof *all);
  if (all == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
  smpc_err err = smpc_open_i64(s, words, t->to, t->purpose, all, n);
  bool is_mine = err == SMPC_OK && (t->to.bits >> smpi_me(s) & 1);
  if (whole != NULL && n_whole != 0) memcpy(whole, all, n_whole * sizeof *whole);
  if (real != NULL) smpi_fixed_decode(real, (const uint64_t *)all + n_before, n_real, smpi_frac_bits(s));
  if (t->wants_count) out->count = (uint64_t)all[n_whole];
  if (t->has_minimum) out->suppressed = is_mine && all[n_before - 1] == 0;
  smpi_secret_free(all);
  return err;
}

static void count_columns(const smpc_psi_star *q, size_t *reals, size_t *wholes) {
  *reals = *wholes = 0;
  for (unsigned k = 0; k < q->owners && k < SMPC_MAX_COMPUTING; k++) {
    *reals += q->owner[k].reals;
    *wholes += q->owner[k].wholes;
  }
}

static smpc_err check(smpc_session *s, const smpc_psi_star *q, smpc_who to, const char *purpose, uint64_t minimum,
                      const void *real, size_t n_real, const void *whole, size_t n_whole) {
  size_t reals, wholes;
  bool mine = to.bits >> smpi_me(s) & 1;
  if (q == NULL || q->size != sizeof *q)
    return smpi_fail(s, SMPC_E_ARG, -1,
                     "smpc_psi_sum: the question was not made with SMPC_PSI_STAR_INIT of this version");
  if (to.bits == 0 || purpose == NULL || purpose[0] == 0)
    return smpi_fail(s, SMPC_E_ARG, -1, "smpc_psi_sum: recipients and purpose must be named");
  if (minimum > INT32_MAX) return smpi_fail(s, SMPC_E_RANGE, -1, "smpc_psi_sum: the minimum is too large");
  count_columns(q, &reals, &wholes);
  if ((mine || real != NULL) && (n_real != reals || (reals != 0 && real == NULL)))
    return smpi_fail(s, SMPC_E_ARG, -1, "smpc_psi_sum: real must have room for %zu sums", reals);
  if ((mine || whole != NULL) && (n_whole != wholes || (wholes != 0 && whole == NULL)))
    return smpi_fail(s, SMPC_E_ARG, -1, "smpc_psi_sum: whole must have room for %zu sums", wholes);
  return SMPC_OK;
}

static smpc_err sum(struct totals *t, const smpc_psi_rows *mine, uint64_t minimum, double *real, int64_t *whole,
                    smpc_psi_totals *out) {
  smpc_psi_joined j;
  size_t reals, wholes;
  smpc_err err = smpc_psi_join(t->s, t->q, mine, &j);
  if (err != SMPC_OK) return err;
  sum_up(t, &j, minimum);
  smpi_psi_joined_free(&j);
  count_columns(t->q, &reals, &wholes);
  err = open_sums(t, real, reals, whole, wholes, out);
  if (err != SMPC_OK && err != SMPC_E_HELD) return err;
  memcpy(out->sizes, j.sizes, sizeof out->sizes);
  out->distinct = j.distinct;
  out->duplicates = j.duplicates;
  out->size = sizeof *out;
  return err;
}

smpc_err smpc_psi_sum(smpc_session *s, const smpc_psi_star *q, const smpc_psi_rows *mine, smpc_who to,
                      const char *purpose, uint64_t minimum, bool wants_count, double *real, size_t n_real,
                      int64_t *whole, size_t n_whole, smpc_psi_totals *totals) {
  struct totals t = {
      .s = s, .q = q, .to = to, .purpose = purpose, .has_minimum = minimum > 1, .wants_count = wants_count};
  smpc_psi_totals out = {0};
  if (real != NULL) memset(real, 0, n_real * sizeof *real);
  if (whole != NULL) memset(whole, 0, n_whole * sizeof *whole);
  if (totals != NULL) memset(totals, 0, sizeof *totals);
  if (s == NULL) return SMPC_E_ARG;
  smpc_err err = check(s, q, to, purpose, minimum, real, n_real, whole, n_whole);
  if (err == SMPC_OK) err = sum(&t, mine, minimum, real, whole, &out);
  if (err != SMPC_OK && real != NULL) smpi_wipe(real, n_real * sizeof *real);
  if (err != SMPC_OK && whole != NULL) smpi_wipe(whole, n_whole * sizeof *whole);
  if ((err == SMPC_OK || err == SMPC_E_HELD) && totals != NULL) *totals = out;
  smpi_wipe(&out, sizeof out);
  return err;
}

/* --- one count ------------------------------------------------------------------------ */

smpc_err smpi_psi_check_noise(smpc_session *s, const smpc_psi *q, const char *name) {
  if (q->epsilon == 0 || (q->epsilon >= SMPI_NOISE_LEAST && q->epsilon <= SMPI_NOISE_MOST)) return SMPC_OK;
  return smpi_fail(s, SMPC_E_ARG, -1, "%s: epsilon must be 0, for no noise, or from 1/4096 to 3", name);
}

/* With noise the verdict is of the noised count, and there is one: what is below 1 is nobody's number. */
smpc_err smpi_psi_open_count(smpc_session *s, const smpc_psi *q, const smpc_shared *count, uint64_t *value,
                             bool *suppressed) {
  bool has_noise = q->epsilon != 0, has_minimum = q->minimum > 1 || has_noise;
  smpc_shared *noise = NULL, *noisy = NULL, *reached = NULL, *kept = NULL, *both = NULL;
  int64_t open[2] = {0, 1};
  if (q->minimum > INT32_MAX) return smpi_fail(s, SMPC_E_RANGE, -1, "the minimum of an intersection is too large");
  if (has_noise) {
    noise = smpc_noise_laplace(s, q->epsilon, ONE);
    count = noisy = smpc_add(s, count, noise);
  }
  if (has_minimum) {
    reached = smpi_psi_reached(s, count, q->minimum > 1 ? q->minimum : 1);
    kept = smpc_mul(s, count, reached);
    count = both = smpc_concat(s, kept, reached);
  }
  smpc_err err = smpc_open_i64(s, count, q->to, q->purpose, open, has_minimum ? 2 : 1);
  bool is_mine = err == SMPC_OK && (q->to.bits >> smpi_me(s) & 1);
  *value = (uint64_t)open[0];
  *suppressed = is_mine && has_minimum && open[1] == 0;
  smpc_shared *const done[] = {noise, noisy, reached, kept, both};
  for (size_t i = 0; i < sizeof done / sizeof *done; i++) smpc_shared_free(s, done[i]);
  return err;
}

/* --- the count of a question, or whether it is enough -------------------------------- */

/* The smaller declared set is the hub's. */
static smpc_err star_of_two(smpc_psi_star *star, const smpc_psi *q) {
  bool b_is_hub = q->size_a != 0 && q->size_b != 0 && q->size_b < q->size_a;
  star->owners = 2;
  star->owner[b_is_hub].party = q->a;
  star->owner[b_is_hub].declared = q->size_a;
  star->owner[!b_is_hub].party = q->b;
  star->owner[!b_is_hub].declared = q->size_b;
  return SMPC_OK;
}

static smpc_err star_of_many(smpc_session *s, smpc_psi_star *star, const smpc_psi *q) {
  if (q->size_a != 0 || q->size_b != 0)
    return smpi_fail(s, SMPC_E_ARG, -1, "sizes of the sets of `owners` are declared by `sizes`");
  for (unsigned i = 0; i < 64; i++) {
    if (!(q->owners.bits >> i & 1)) continue;
    if (i >= s->cfg.parties || star->owners == SMPC_MAX_COMPUTING)
      return smpi_fail(s, SMPC_E_ARG, -1, "party %u of `owners` is not an input party", i);
    smpc_psi_owner *o = &star->owner[star->owners];
    o->party = smpc_p(i);
    o->declared = q->sizes == NULL ? 0 : q->sizes[star->owners];
    star->owners++;
  }
  return SMPC_OK;
}

static smpc_err star_of(smpc_session *s, smpc_psi_star *star, const smpc_psi *q) {
  *star = (smpc_psi_star)SMPC_PSI_STAR_INIT;
  return q->owners.bits == 0 ? star_of_two(star, q) : star_of_many(s, star, q);
}

static const smpc_psi_rows *rows_of(smpc_psi_rows *rows, const smpc_items *mine) {
  if (mine == NULL) return NULL;
  *rows = (smpc_psi_rows){.items = *mine};
  return rows;
}

static void fill_result(smpc_psi_result *r, const smpc_psi *q, const smpc_psi_star *star, const uint64_t *sizes,
                        uint64_t distinct, uint64_t duplicates) {
  bool b_is_hub = star->owner[0].party.id == q->b.id;
  r->distinct = distinct;
  r->duplicates = duplicates;
  if (q->owners.bits != 0) {
    memcpy(r->sizes, sizes, sizeof r->sizes);
    return;
  }
  r->size_a = sizes[b_is_hub];
  r->size_b = sizes[!b_is_hub];
}

smpc_err smpi_psi_count_joined(smpc_session *s, const smpc_psi *q, const smpc_items *mine, uint64_t *count,
                               smpc_psi_result *result) {
  smpc_psi_star star;
  smpc_psi_rows rows;
  smpc_psi_joined j;
  if (q->protocol != SMPC_PSI_AUTO && q->protocol != SMPC_PSI_JOIN)
    return smpi_fail(s, SMPC_E_ARG, -1, "smpc_psi_count: this is counted by the protocol join alone");
  if (q->to.bits == 0 || q->purpose == NULL || q->purpose[0] == 0)
    return smpi_fail(s, SMPC_E_ARG, -1, "smpc_psi_count: recipients and purpose must be named");
  smpc_err err = star_of(s, &star, q);
  if (err == SMPC_OK) err = smpc_psi_join(s, &star, rows_of(&rows, mine), &j);
  if (err != SMPC_OK) return err;
  smpc_shared *all = smpi_psi_matched_count(s, &j);
  smpi_psi_joined_free(&j);
  fill_result(result, q, &star, j.sizes, j.distinct, j.duplicates);
  result->protocol = SMPC_PSI_JOIN;
  err = smpi_psi_open_count(s, q, all, count, &result->suppressed);
  smpc_shared_free(s, all);
  return err;
}

static smpc_who everybody(const smpc_session *s) {
  smpc_who all = {0};
  for (unsigned i = 0; i < s->cfg.parties; i++)
    if ((int)i != s->dealer) all = smpc_and(all, smpc_p(i));
  return all;
}

/* The one bit that says whether the intersection may be revealed: an opening of its own, to everybody, for
 * it says how the program goes on. */
static smpc_err open_gate(smpc_session *s, const smpc_psi *q, const smpc_shared *bit, bool *reached) {
  static const char what[] = "whether the minimum is reached";
  struct smpi_op op;
  smpc_who all = everybody(s);
  uint64_t value = 1; /* a dry run takes the longer way */
  smpc_err err;
  if (!SMPI_BEGIN(&op, s, "smpc_psi_reveal", bit)) return smpi_op_refused(s);
  if (q->purpose == NULL || q->purpose[0] == 0) TRY(smpi_fail(s, SMPC_E_ARG, -1, "%s: no purpose is given", s->op));
  size_t room = strlen(q->purpose) + sizeof ": " + sizeof what;
  char *purpose = smpi_scratch(s, room, 1);
  TRY(smpi_status(s));
  snprintf(purpose, room, "%s: %s", q->purpose, what);
  TRY(smpi_opening_check(s, all, purpose, ONE));
  TRY(smpi_opening_compare(s));
  if (s->is_dry) smpi_release_cost(&s->spent, 1, (unsigned)__builtin_popcountll(all.bits), s->parties);
  else TRY(smpi_release(s, &value, bit->v, 1, all));
  *reached = value == 1;
out:
  smpi_op_end(&op, NULL, err);
  return smpi_status(s);
}

smpc_err smpi_psi_gate(smpc_session *s, const smpc_psi *q, const smpc_items *mine, bool *reached,
                       smpc_psi_result *result) {
  smpc_psi_star star;
  smpc_psi_rows rows;
  smpc_psi_joined j;
  *reached = false;
  smpc_err err = star_of(s, &star, q);
  if (err != SMPC_OK) return err;
  err = smpc_psi_join(s, &star, rows_of(&rows, mine), &j);
  if (err != SMPC_OK) return err;
  smpc_shared *bit = smpi_psi_reached(s, smpi_psi_matched_count(s, &j), q->minimum);
  smpi_psi_joined_free(&j);
  fill_result(result, q, &star, j.sizes, j.distinct, j.duplicates);
  return open_gate(s, q, bit, reached);
}
