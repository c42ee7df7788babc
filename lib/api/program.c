/* program.c - what a program costs, and making its randomness beforehand.
 *
 * Both run the caller's program on a dry session: every operation adds what its
 * protocol's cost function says, handles hold no data, openings give zeros. */
#include <string.h>

#include "api/pool.h"
#include "api/value.h"
#include "triple/cost.h"

static smpc_cost cost_of(const struct smpi_cost *c) {
  smpc_cost out = {
      .size = sizeof out,
      .rounds = c->rounds,
      .bytes = c->bytes,
      .triples = c->corr[SMPI_TRIPLE],
      .bit_triples = c->corr[SMPI_BIT_TRIPLE] + c->corr[SMPI_BIT_PAIR],
      .dabits = c->corr[SMPI_DABIT],
      .edabits = c->corr[SMPI_EDABIT],
      .truncations = c->corr[SMPI_TRUNC],
      .masks = c->mask_words,
      .products = c->product_words,
      .offline_bytes = c->offline_bytes,
      .lookups = c->corr[SMPI_LOOKUP],
      .bit_pairs = c->corr[SMPI_BIT_PAIR],
  };
  for (unsigned k = 0; k < SMPI_CORRS; k++) out.pooled += c->pooled[k];
  return out;
}

smpc_cost smpc_session_spent(const smpc_session *s) {
  struct smpi_cost none = {0};
  return cost_of(s == NULL ? &none : &s->spent);
}

/* Run the program dry; *dry stays open for what it noted down. */
static smpc_err run_dry(smpc_session **dry, const smpc_config *cfg, smpc_program_fn program, void *user) {
  smpc_err err = smpi_session_dry(dry, cfg);
  if (err != SMPC_OK) return err;
  program(*dry, user);
  return smpi_status(*dry);
}

/* What the source takes for all of it together. */
static smpc_err end_cost(smpc_session *dry) {
  const struct smpi_api *api = smpi_slot_get(dry, SMPI_SLOT_API);
  smpi_pool_expect(&dry->spent, &dry->cfg);
  smpi_triple_cost_end(&dry->spent, dry->cfg.frac_bits);
  return api == NULL ? SMPC_OK : smpi_products_cost(&dry->spent, smpi_rank(dry), api->step, api->steps);
}

smpc_err smpc_estimate(const smpc_config *cfg, smpc_program_fn program, void *user, smpc_cost *cost) {
  smpc_session *dry = NULL;
  if (cost == NULL) return SMPC_E_ARG;
  memset(cost, 0, sizeof *cost);
  if (cfg == NULL || program == NULL) return SMPC_E_ARG;
  smpc_err err = run_dry(&dry, cfg, program, user);
  if (err == SMPC_OK && !smpi_triple_can(&dry->spent)) err = SMPC_E_ARG;
  if (err == SMPC_OK) err = end_cost(dry);
  if (err == SMPC_OK) {
    *cost = cost_of(&dry->spent);
    if (smpi_slot_get(dry, SMPI_SLOT_API) != NULL) cost->range_warnings = smpi_api_state(dry)->range_warnings;
  }
  (void)smpi_session_close(dry);
  return err;
}

/* Make what the dry run noted down. */
static smpc_err prepare(smpc_session *s, smpc_session *dry) {
  struct smpi_demand demand = {0};
  const struct smpi_api *api = smpi_api_state(dry);
  s->expected_rounds = s->spent.rounds + dry->spent.rounds;
  if (!smpi_has_data(s)) return SMPC_OK;
  if (api != NULL) demand.step = api->step, demand.steps = api->steps;
  for (unsigned kind = 0; kind < SMPI_CORRS; kind++) demand.units[kind] = dry->spent.corr[kind];
  return smpi_triple_prepare(s, &demand);
}

smpc_err smpc_preprocess(smpc_session *s, smpc_program_fn program, void *user) {
  struct smpi_op op;
  smpc_session *dry = NULL;
  if (s == NULL || program == NULL) return SMPC_E_ARG;
  if (!smpi_op_begin(&op, s, "smpc_preprocess", 0, NULL)) return smpi_op_refused(s);
  if (s->is_dry) goto out; /* a program that prepares another one */
  smpc_err err = run_dry(&dry, &s->cfg, program, user);
  if (err != SMPC_OK)
    smpi_fail(s, err, -1, "smpc_preprocess: the dry run failed: %s", dry == NULL ? smpi_err_text(err) : dry->fault.text);
  else if ((err = prepare(s, dry)) != SMPC_OK) smpi_fail(s, err, -1, "smpc_preprocess: %s", smpi_err_text(err));
  (void)smpi_session_close(dry);
out:
  smpi_op_end(&op, NULL, SMPC_OK);
  return smpi_status(s);
}
