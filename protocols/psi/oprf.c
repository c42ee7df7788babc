/* oprf.c - intersection of two sets by an oblivious pseudo-random function.
 *
 * Functionality F_psi    from R a set X of n items, from S a set Y of m; gives R, and
 *                        S if so agreed, which of their items are in both.
 * Protocol      Pi_oprf  [RS21], [RR22], semi-honest; k = 8 ceil((40 + log2(n m)) / 8),
 *     V the F_2-space of the polynomials of degree below k in F = GF(2^128):
 *     1. open      S draws Delta in F; base transfers (cot.h)            (2 rounds)
 *     2. VOLE      R: a in V^L, c in F^L;  S: b in F^L;  c = a Delta + b (2 rounds)
 *     3. encode    R: P in V^L with decode(P, x) = H(x) in V for all x in X,
 *                  by a store whose rows are zeros and ones, bin by bin;
 *        send      R -> S: the store's seed, and a + P: k bits each      (1 round)
 *     4. locally   S, bin by bin: K = b + (a + P) Delta;
 *                  F(y) = Ho(decode(K, y) + Delta H(y), y), k bits
 *                  R: F(x) = Ho(decode(c, x), x)
 *     5. return    S -> R: F(y) for all y, in random order               (1 round)
 *     6. match     R compares; if S is to learn, R sends a bit for each  (1 round)
 *   Malicious [RS21, RR22]: R alone learns, k = 128, V = F, rows over F, and
 *     1.-2. with checks (vole.h); besides S -> R: H'(ws), ws random      (1 round more)
 *     3.    R -> S: wr, random, too;  w = (wr, ws) is part of the key of Ho
 *     5.    S -> R: ws, too; R ends if H' says otherwise, and only now makes its F(x)
 *   Paddings are random keys in place of an item's, at both: n and m are the numbers of keys that
 *     are put in and read, whatever the sets hold, and a match of a padding is not told.
 * Why           K = c + P Delta, and reading is linear, so decode(K, y) + Delta H(y) =
 *               decode(c, y) + Delta (decode(P, y) + H(y)): for y in X just what R
 *               has.  For other y the masks are independent: n m pairs of k bits
 *               collide with probability below 2^-40.
 * Security      semi-honest, H and Ho from an ideal cipher.
 *               S corrupt: it sees a + P with a pseudo-random in V^L: P lies in V^L,
 *               since H does, rows are binary and elimination over them adds only; so
 *               a hides P whatever X is.  L follows from n alone.  The seed is drawn
 *               before the store is solved.  (That solving fails, 2^-40, ends the run.)
 *               R corrupt: it sees F(y).  For y in both that is its own.  For y
 *               outside X, d(y) = decode(P, y) + H(y) is in V, and H(y) is uniform there
 *               and independent of P and of the store's rows, which are made without y;
 *               Y is chosen before the session's keys: so some d(y) is zero with
 *               probability at most m 2^-k <= 2^-40 / n.  Otherwise d(y) Delta is
 *               uniform in F, of 128 bits although d(y) has k, for products are
 *               those of the field: Ho is asked where R has not asked it, and F(y) is
 *               random to it.  This is the argument of [RR22] with the space V in
 *               place of a subfield: a subfield's Delta would have its size, V's has
 *               128 bits, and closure under products is used nowhere.  Random order
 *               hides the bins that the items of S fall into.
 *               A receiver that deviates could read more here: with k < 128 it can search
 *               for items whose H(y) suits its store.
 *               Malicious, H and the two halves of Ho (oprf.h) random functions,
 *               Ho(z, y) = G_w(z + H_w(y)); q queries of the adversary.
 *               R corrupt: the simulator is F_vole, so it has a and c, takes P from a + P,
 *               and X' from the queries to H: all x with decode(P, x) = H(x).  It asks
 *               F_psi for X' n Y, sends F(y) for these and random masks for the
 *               others.  Before ws is opened, w hides H_w and G_w from R, and after it a, c, P
 *               are fixed: the points z + H_w(y), y in Y, are then different but for
 *               m^2 / 2^128, and for y outside X' each is uniform by Delta d(y), d(y) != 0: R
 *               asks G_w there with probability m q / 2^128.  How large X' is: L equations
 *               in L unknowns can be solved, so R may use L items instead of n, L being the columns of the
 *               store: 434 at least, 1.34 n from n = 2^16; each further one holds by chance, 2^-128 a query.
 *               With q = 2^64 queries, all choices of N of them counted, more than N items hold
 *               with probability 2^-40 / n at most, for N = smpi_psi_oprf_most(n, m): 2.1 n
 *               for large n.  R does not see more of Y than X' n Y, its own set being X'.
 *               S corrupt: a + P is pseudo-random as above; the simulator is F_vole, so it
 *               has Delta and b, and draws a + P and wr.  Given these H_w is fresh, S having
 *               bound itself to ws: y -> Ho is a random function, and a mask that S sends
 *               belongs to one y that S has asked for, but for q^2 / 2^128; these are the Y'
 *               it gives F_psi, at most m of them.  What S sends wrongly before 5. is found by
 *               the checks of vole.h, which R passes before it sends a + P; they may cost it
 *               a bit or so of a's noise (vole.c).  Whatever fails, base transfers, seeds and Delta
 *               are destroyed and nothing is opened.  Items are told apart by keys of 128 bits, of a
 *               session's own one-way hash (oprf_hash.c): who finds two items with one key, 2^64 work, may use
 *               both as one.
 * Assumes       F_vole (ot/vole.h), authenticated channels; Delta and all keys
 *               are made here and used once.
 * Cost          see oprf.h.
 * Secrets       items, order, P, a, b, c, Delta, masks, ws until 5.; public: sizes, seed, w.
 * Differs from  the papers: V, above; bins are sent as they are solved, the first
 *               solved while S chooses points, so that both work at once; items up to 16 bytes are keys by one call of AES;
 *               w chooses the functions of Ho, instead of being added to what they are asked.
 */
#include "psi/oprf.h"

#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "psi/oprf_impl.h"

enum { KEPT = 1 << 18 }; /* LOCAL: elements: longer arrays have huge pages (base/heap.c), which are soon made */

/* --- masks, bits -------------------------------------------------------------------------- */

/* Malicious: the sender's half of the salt goes first. */
static size_t masks_head(const struct smpi_oprf_run *r) { return r->is_malicious ? SMPI_OPRF_SALT : 0; }

static void take_salt(struct smpi_oprf_run *r) {
  uint8_t told[SMPI_HASH_LEN];
  smpi_oprf_hash_commit(told, &r->hash, r->t->peer, r->salt[1]);
  if (!smpi_ct_equal(told, r->commitment, sizeof told)) {
    r->err = SMPC_E_CHEAT;
    return;
  }
  smpi_oprf_hash_salt(&r->hash, r->salt[0], r->salt[1]);
  smpi_oprf_salt_masks(r);
}

static void give_masks(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  const struct smpi_oprf_run *r = ctx;
  size_t head = masks_head(r), part = off < head ? smpi_min(head - off, len) : 0;
  (void)peer;
  if (part != 0) memcpy(buf, r->salt[1] + off, part);
  if (part < len) smpi_psi_pack(buf + part, len - part, off + part - head, r->mine, r->hash.mask_len);
}

static void take_masks(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  struct smpi_oprf_run *r = ctx;
  size_t head = masks_head(r), part = off < head ? smpi_min(head - off, len) : 0;
  (void)peer;
  if (part != 0) memcpy(r->salt[1] + off, buf, part);
  if (part != 0 && off + part == head) take_salt(r);
  if (part < len) smpi_psi_unpack(r->theirs, buf + part, len - part, off + part - head, r->hash.mask_len);
}

/* --- the driver ----------------------------------------------------------------------------- */

static smpc_err check(struct smpc_session *s, const struct smpi_psi_task *t) {
  if (t->count_only) return smpi_fail(s, SMPC_E_ARG, -1, "this protocol shows the receiver which items match: it cannot count");
  if (smpi_parties(s) != 2 || smpi_rank(s) < 0)
    return smpi_fail(s, SMPC_E_ARG, -1, "this protocol is for exactly two computing parties");
  if (t->is_malicious && t->i_learn && t->peer_learns)
    return smpi_fail(s, SMPC_E_ARG, -1, "against malicious parties exactly one may learn the intersection");
  if (t->n > SMPI_PSI_PARTS_MAX || t->m > SMPI_PSI_PARTS_MAX)
    return smpi_fail(s, SMPC_E_RANGE, -1, "sets of more than 2^30 items are too large for this protocol");
  return SMPC_OK;
}

static enum smpi_okvs_form form(bool is_malicious) { return is_malicious ? SMPI_OKVS_FIELD : SMPI_OKVS_BINARY; }

/* A false match in any of all runs is rarer than 2^-40. */
static size_t mask_len(uint64_t n, uint64_t m, unsigned runs, bool is_malicious) {
  return is_malicious ? SMPI_PSI_MASK_MAX : smpi_psi_mask_len(n * runs, m);
}

/* So is a store that cannot be solved. */
static smpc_err shape_of(struct smpi_okvs_shape *shape, size_t n, unsigned runs, bool is_malicious) {
  return smpi_okvs_shape(shape, n, form(is_malicious), SMPI_OKVS_LAMBDA + smpi_log2_up(runs));
}

static smpc_err prepare(struct smpi_oprf_run *r) {
  struct smpi_psi_task *t = r->t;
  uint8_t session[32];
  uint64_t seed[2], salt[SMPI_OPRF_SALT / 8];
  unsigned runs = t->runs == 0 ? 1 : t->runs;
  r->is_malicious = t->is_malicious;
  r->receives = smpi_oprf_receives(r->s, t);
  r->rank = 1 - (unsigned)smpi_rank(r->s);
  r->n = r->receives ? t->n : t->m;
  r->m = r->receives ? t->m : t->n;
  smpi_session_id(r->s, session);
  smpi_oprf_hash_make(&r->hash, session, t->instance, mask_len(r->n, r->m, runs, r->is_malicious),
                      (uint64_t)r->n * runs, r->m);
  smpi_prg_words(smpi_prg_own(r->s), seed, 2);
  r->seed = (blk){{seed[0], seed[1]}};
  smpi_prg_words(smpi_prg_own(r->s), salt, SMPI_OPRF_SALT / 8);
  memcpy(r->salt[r->receives ? 0 : 1], salt, sizeof salt);
  smpi_wipe(salt, sizeof salt);
  smpc_err err = shape_of(&r->shape, r->n, runs, r->is_malicious);
  if (err != SMPC_OK || !r->receives) return err;
  err = smpi_oprf_open_store(r); /* while the sender chooses points */
  return err == SMPC_OK ? smpi_oprf_solve_ahead(r) : err;
}

/* Arrays as long as a set are not scratch, which goes back in reverse: each is made as late as it can be, and freed as
 * early.  Small ones the session keeps for the next run: fresh pages would cost more than what is done on them. */
static void *take(struct smpi_oprf_run *r, size_t n, size_t size) {
  void *p = n < KEPT ? smpi_block_get(r->s, n, size) : smpi_secret_alloc(n, size);
  if (p == NULL) smpi_fail(r->s, SMPC_E_NOMEM, -1, "out of memory");
  return p;
}

static void give(struct smpi_oprf_run *r, void *p, size_t n, size_t size) {
  if (n < KEPT) smpi_block_put(r->s, p, n, size);
  else smpi_secret_free(p);
}

static smpc_err make_vole_room(struct smpi_oprf_run *r) {
  r->room = smpi_vole_room(r->shape.len);
  if (r->receives) r->a = take(r, r->room, sizeof *r->a);
  if (r->receives) r->c = take(r, r->room, sizeof *r->c);
  else r->b = take(r, r->room, sizeof *r->b);
  return smpi_status(r->s);
}

/* After VOLE, which takes most. */
static smpc_err make_room(struct smpi_oprf_run *r) {
  r->mine = take(r, r->t->n, sizeof *r->mine);
  r->column = smpi_scratch(r->s, r->shape.bin_len, sizeof *r->column);
  r->packed = smpi_scratch(r->s, r->shape.bin_len, r->hash.mask_len);
  return smpi_status(r->s);
}

static smpc_err run_passive(struct smpi_oprf_run *r, uint32_t instance) {
  unsigned dim = 8 * (unsigned)r->hash.mask_len;
  smpc_err err;
  if (r->base->passive == NULL) TRY(smpi_vole_open_way(&r->base->passive, r->s, instance, r->rank, !r->receives));
  if (r->receives) {
    TRY(smpi_vole_receive(r->base->passive, r->s, r->rank, r->a, r->c, r->shape.len, dim));
  } else {
    r->delta = *smpi_vole_delta(r->base->passive, r->rank);
    TRY(smpi_vole_send(r->base->passive, r->s, r->rank, r->b, r->shape.len, dim));
  }
out:
  return err;
}

/* The sender binds itself to its half of the salt. */
static smpc_err commit(struct smpi_oprf_run *r) {
  size_t len = sizeof r->commitment;
  if (!r->receives) smpi_oprf_hash_commit(r->commitment, &r->hash, smpi_me(r->s), r->salt[1]);
  return smpi_exchange(r->s, &(struct smpi_flow){.peer = r->t->peer, .out_len = r->receives ? 0 : len,
                                                 .in_len = r->receives ? len : 0, .out = r->commitment,
                                                 .in = r->commitment}, 1);
}

static smpc_err run_active(struct smpi_oprf_run *r, uint32_t instance) {
  smpc_err err;
  if (r->base->active == NULL) TRY(smpi_vole_active_open_way(&r->base->active, r->s, instance, r->rank, !r->receives));
  TRY(commit(r));
  if (r->receives) {
    TRY(smpi_vole_active_receive(r->base->active, r->s, r->rank, r->a, r->c, r->shape.len));
  } else {
    r->delta = *smpi_vole_active_delta(r->base->active, r->rank);
    TRY(smpi_vole_active_send(r->base->active, r->s, r->rank, r->b, r->shape.len));
  }
out:
  return err;
}

static smpc_err run_vole(struct smpi_oprf_run *r) {
  uint32_t instance;
  if (!smpi_cot_instance_of(&instance, SMPI_COT_FOR_PSI, r->t->instance & SMPI_OPRF_STEP))
    return smpi_fail(r->s, SMPC_E_RANGE, -1, "too many operations in one session for an intersection");
  return r->is_malicious ? run_active(r, instance) : run_passive(r, instance);
}

/* 5. */
static smpc_err return_masks(struct smpi_oprf_run *r) {
  size_t len = masks_head(r) + r->m * r->hash.mask_len;
  struct smpi_flow masks = {.peer = r->t->peer, .ctx = r, .out_len = r->receives ? 0 : len,
                            .in_len = r->receives ? len : 0, .produce = give_masks, .consume = take_masks};
  smpc_err err = smpi_exchange(r->s, &masks, 1);
  if (err != SMPC_OK || r->err == SMPC_OK) return err;
  return smpi_fail(r->s, r->err, (int)r->t->peer, "%s opened another salt than it had bound itself to",
                   smpi_member_name(r->s, r->t->peer));
}

/* 6. at the receiver: hit, and a bit for each mask of the sender's. */
static smpc_err match(struct smpi_oprf_run *r, uint8_t *bits) {
  struct smpi_psi_task *t = r->t;
  size_t found = smpi_psi_match_vt(t->hit, r->mine, r->n, r->theirs, r->m, smpi_prg_own(r->s));
  if (found == SIZE_MAX) return SMPC_E_NOMEM;
  t->matched = smpi_psi_drop_paddings(t->hit, t->held, t->n);
  if (bits == NULL) return SMPC_OK;
  uint8_t *hit = smpi_scratch(r->s, r->m, 1);
  if (hit == NULL) return smpi_status(r->s);
  if (smpi_psi_match_vt(hit, r->theirs, r->m, r->mine, r->n, smpi_prg_own(r->s)) == SIZE_MAX) return SMPC_E_NOMEM;
  for (size_t i = 0; i < r->m; i++) bits[i / 8] |= (uint8_t)(hit[i] << i % 8);
  return SMPC_OK;
}

/* 6. where the sender learns, too. */
static smpc_err tell_sender(struct smpi_oprf_run *r, uint8_t *bits, size_t len) {
  struct smpi_psi_task *t = r->t;
  smpc_err err;
  TRY(smpi_exchange(r->s, &(struct smpi_flow){.peer = t->peer, .out_len = r->receives ? len : 0,
                                              .in_len = r->receives ? 0 : len, .out = bits, .in = bits}, 1));
  if (r->receives) return SMPC_OK;
  for (size_t i = 0; i < t->n; i++) t->hit[i] = bits[t->place[i] / 8] >> t->place[i] % 8 & 1;
  t->matched = smpi_psi_drop_paddings(t->hit, t->held, t->n);
out:
  return err;
}

static smpc_err finish(struct smpi_oprf_run *r) {
  bool both = r->t->peer_learns && r->t->i_learn;
  size_t len = (r->m + 7) / 8;
  uint8_t *bits = NULL;
  smpc_err err;
  if (r->receives && (r->theirs = take(r, r->m, sizeof *r->theirs)) == NULL) return smpi_status(r->s);
  TRY(return_masks(r));
  if (both && (bits = smpi_scratch(r->s, len, 1)) == NULL) return smpi_status(r->s);
  if (both) memset(bits, 0, len);
  if (r->receives) TRY(match(r, bits));
  if (both) TRY(tell_sender(r, bits, len));
out:
  return err;
}

static void free_vole_and_store(struct smpi_oprf_run *r) {
  smpi_okvs_close(r->store);
  smpi_secret_free(r->ahead);
  smpi_secret_free(r->value);
  give(r, r->a, r->room, sizeof *r->a);
  give(r, r->b, r->room, sizeof *r->b);
  give(r, r->c, r->room, sizeof *r->c);
  r->store = NULL;
  r->ahead = r->value = r->a = r->b = r->c = NULL;
}

void smpi_oprf_base_close(struct smpi_oprf_base *base) {
  smpi_vole_close(base->passive);
  smpi_vole_active_close(base->active);
  *base = (struct smpi_oprf_base){NULL, NULL};
}

smpc_err smpi_oprf_run_once(struct smpc_session *s, struct smpi_psi_task *t, struct smpi_oprf_base *base) {
  struct smpi_oprf_run r = {.s = s, .t = t, .base = base};
  smpc_err err;
  t->matched = 0;
  TRY(check(s, t));
  if (t->hit != NULL) memset(t->hit, 0, t->n);
  if (t->n == 0 || t->m == 0) goto out; /* both know the result */
  TRY(prepare(&r));
  TRY(make_vole_room(&r));
  TRY(run_vole(&r));        /* 1. open, 2. VOLE   */
  TRY(make_room(&r));
  TRY(smpi_oprf_exchange_store(&r));  /* 3. encode, 4.      */
  free_vole_and_store(&r);
  TRY(finish(&r));          /* 5. return, 6. match */
out:
  free_vole_and_store(&r);
  give(&r, r.mine, t->n, sizeof *r.mine);
  give(&r, r.theirs, r.m, sizeof *r.theirs);
  smpi_wipe(&r, sizeof r);
  if (err != SMPC_OK && t->hit != NULL) smpi_wipe(t->hit, t->n);
  if (err != SMPC_OK) t->matched = 0;
  return err == SMPC_OK ? err : smpi_fail(s, err, -1, "the intersection failed: %s", smpi_err_text(err));
}

void smpi_psi_oprf_cost(struct smpi_cost *c, size_t n, size_t m, bool sender_learns, bool is_malicious) {
  struct smpi_okvs_shape shape;
  uint64_t sender, receiver;
  unsigned runs = smpi_psi_buckets(n, m);
  if (n == 0 || m == 0) return;
  n = smpi_psi_bucket_size(n, runs);
  m = smpi_psi_bucket_size(m, runs);
  size_t len = mask_len(n, m, runs, is_malicious);
  unsigned dim = 8 * (unsigned)len;
  if (shape_of(&shape, n, runs, is_malicious) != SMPC_OK) return;
  smpi_vole_bytes(&sender, &receiver, shape.len, dim, is_malicious);
  sender += (uint64_t)m * len + (is_malicious ? SMPI_HASH_LEN + SMPI_OPRF_SALT : 0);
  receiver += smpi_oprf_head_len(is_malicious) + (uint64_t)shape.len * len + (sender_learns ? (m + 7) / 8 : 0);
  sender = sender * runs + SMPI_VOLE_OPEN_SEND + (is_malicious ? SMPI_VOLE_OPEN_SEND_MORE : 0);
  receiver = receiver * runs + SMPI_VOLE_OPEN_RECEIVE + (is_malicious ? SMPI_VOLE_OPEN_RECEIVE_MORE : 0);
  c->rounds += 2 + runs * (2 + smpi_vole_rounds(shape.len, dim, is_malicious) + sender_learns + is_malicious);
  c->bytes += sender > receiver ? sender : receiver;
}

uint64_t smpi_psi_oprf_columns(uint64_t n, uint64_t m) {
  struct smpi_okvs_shape shape;
  unsigned runs = smpi_psi_buckets(n, m);
  if (n == 0 || m == 0 || shape_of(&shape, smpi_psi_bucket_size(n, runs), runs, true) != SMPC_OK) return 0;
  return (uint64_t)shape.len * runs;
}

/* Of 2^64 queries, C(2^64, N) <= (e 2^64 / N)^N sets of N; a run that a set has N_b items in solves no more equations
 * than it has columns, so that N - L of all hold by chance, L being the columns of all runs: so
 * N (64 + log2 e - log2 N) + 64 runs - 128 (N - L) <= -40 - log2 n suffices, 2^64 seeds for each run included. */
uint64_t smpi_psi_oprf_most(uint64_t n, uint64_t m) {
  double len = (double)smpi_psi_oprf_columns(n, m), runs = smpi_psi_buckets(n, m), most = len;
  if (len == 0) return 0;
  for (int i = 0; i < 64; i++) /* the fixed point, from below */
    most = (128.0 * len + 64 * runs + 40 + log2((double)n)) / (128 - 64 - 1.4427 + log2(most));
  return (uint64_t)ceil(most) + 1;
}
