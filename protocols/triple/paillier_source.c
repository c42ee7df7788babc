/* paillier_source.c - matrix products by Paillier encryption.
 *
 * Functionality F_triple (triple.h), matrices only, among semi-honest parties, up to P-1 of P.
 * Protocol      [Pai99]; of A (m x k) and B (k x n) the one with the shorter free side is encrypted:
 *               S (K x J), and V (L x K) is the other, transposed where need be. R = V S.
 *     0. once       every party makes a key and tells n to all              (1 round)
 *     1. draw       A when the mask was made, B now: uniform shares
 *     2. encrypt    for each number b of its S, party j sends the correction d = b - y mod n_j,
 *                   y being the plaintext of the next ciphertext c of a public random stream;
 *                   c (1 + d n_j) is a ciphertext of b                        (1 round)
 *     3. multiply   party i: for each row of V_i the product of powers of j's ciphertexts is one
 *                   of V_i S_j; some 15 rows share a ciphertext, in slots; plus a mask a
 *                   slot; times a fresh r^n; to j                             (1 round)
 *     4. locally    i: minus its masks, modulo 2^64; j: the slots, decrypted, modulo 2^64;
 *                   and each its own V_i S_i
 *     Columns of S one after the other, 128 of its numbers at a time.
 * Why           a slot holds a sum below k 2^128 and a mask below 2^64 times that: nothing
 *               carries over, nothing wraps around n.
 * Security      semi-honest, computational and statistical.  To i: (c, d) is as good as a fresh ciphertext
 *               of b and a uniform d (choose those two, let c follow), so it tells nothing where
 *               Paillier encryption is semantically secure: decisional composite residuosity.  To j: a slot is
 *               within 2^-64 of uniform, and r^n makes the ciphertext independent of V_i.  A j
 *               that chose its key or ciphertexts badly could learn V_i: malicious: no.
 * Assumes       decisional composite residuosity for 3072 bits; the stream (ChaCha20 under a hash of
 *               session, party and key) as a random oracle; authenticated private channels.
 * Cost          see paillier_source.h; k (13 L) (P-1) multiplications modulo n^2 for each of the J
 *               columns, 15 us each; 13 ms a decryption, 47 ms a fresh r^n.
 *               Memory: 4 MB, and 51 bytes a result and other party.
 * Secrets       own key, V S y masks r and the shares.
 * Differs from  [Pai99]: ciphertexts from corrections of random ones: half the bytes.
 */
#include "triple/paillier_source.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "math/matrix.h"
#include "rand/hash.h"
#include "rand/prg.h"
#include "triple/paillier_sum.h"

enum {
  N = SMPI_PAILLIER_KEY, T = SMPI_PAILLIER_TEXT, KEY_LEN = SMPI_PAILLIER_KEY_LEN, TEXT_LEN = SMPI_PAILLIER_TEXT_LEN,
  DRAWN = T + 2 /* limbs of a ciphertext of the stream: 2^-128 from uniform modulo n^2 */
};

struct smpi_paillier {
  struct smpi_source base;
  struct smpc_session *s;
  unsigned parties, rank;
  struct smpi_paillier_secret *key;
  struct smpi_paillier_public *of;                  /* [P] by rank, my own too              */
  struct smpi_prg *stream[SMPC_MAX_COMPUTING];      /* of random ciphertexts under each key */
  mp_limb_t *bases, *table;                         /* [SMPI_PACK_BASES] and their powers   */
  uint8_t *corrections;                             /* [P][SMPI_PACK_BASES][KEY_LEN]: mine at my rank */
};

static struct smpi_paillier *paillier_of(struct smpi_source *src) { return (struct smpi_paillier *)(void *)src; }

/* --- keys --------------------------------------------------------------------------- */

static void close_source(struct smpi_source *src) {
  struct smpi_paillier *p = paillier_of(src);
  for (unsigned r = 0; r < SMPC_MAX_COMPUTING; r++) smpi_prg_close(p->stream[r]);
  smpi_secret_free(p->key);
  smpi_free(p->of);
  smpi_secret_free(p->bases);
  smpi_free(p->corrections);
  smpi_free(p);
}

static smpc_err allocate(struct smpi_paillier *p) {
  p->key = smpi_secret_alloc(1, sizeof *p->key);
  p->of = smpi_alloc(p->parties, sizeof *p->of);
  p->bases = smpi_secret_alloc(SMPI_PACK_BASES * (size_t)T + smpi_pack_table_limbs(SMPI_PACK_BASES), sizeof *p->bases);
  p->corrections = smpi_alloc(p->parties, SMPI_PACK_BASES * KEY_LEN);
  if (p->key == NULL || p->of == NULL || p->bases == NULL || p->corrections == NULL)
    return smpi_fail(p->s, SMPC_E_NOMEM, -1, "out of memory");
  p->table = p->bases + SMPI_PACK_BASES * (size_t)T;
  return SMPC_OK;
}

/* The random ciphertexts of one party's key. */
static smpc_err open_stream(struct smpi_paillier *p, unsigned rank, const uint8_t key[KEY_LEN]) {
  uint8_t seed[SMPI_HASH_LEN], id[32];
  struct smpi_hash h;
  smpi_session_id(p->s, id);
  smpi_hash_begin(&h, "smpc paillier ciphertexts");
  smpi_hash_add(&h, id, sizeof id);
  smpi_hash_add_u64(&h, rank);
  smpi_hash_add(&h, key, KEY_LEN);
  smpi_hash_end(&h, seed);
  return smpi_prg_open(&p->stream[rank], seed);
}

/* The same `out` to every other party, in_len bytes of each into in + rank * step. */
static smpc_err tell_all(struct smpi_paillier *p, const uint8_t *out, uint8_t *in, size_t step, size_t len) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING] = {{0}};
  size_t flows = 0;
  for (unsigned r = 0; r < p->parties; r++)
    if (r != p->rank)
      flow[flows++] = (struct smpi_flow){.peer = smpi_member_of_rank(p->s, r), .out = out, .in = in + r * step,
                                         .out_len = len, .in_len = len};
  return smpi_exchange(p->s, flow, flows);
}

static smpc_err malformed(struct smpi_paillier *p, unsigned rank, const char *what) {
  unsigned member = smpi_member_of_rank(p->s, rank);
  return smpi_fail(p->s, SMPC_E_FORMAT, (int)member, "%s sent %s that no honest party makes",
                   smpi_member_name(p->s, member), what);
}

static smpc_err exchange_keys(struct smpi_paillier *p) {
  uint8_t key[SMPC_MAX_COMPUTING][KEY_LEN];
  smpc_err err = smpi_paillier_make(p->key);
  if (err != SMPC_OK) return smpi_fail(p->s, err, -1, "this machine gave no randomness");
  smpi_num_put(key[p->rank], p->key->key.n, N);
  p->of[p->rank] = p->key->key;
  TRY(tell_all(p, key[p->rank], key[0], KEY_LEN, KEY_LEN));
  for (unsigned r = 0; r < p->parties; r++) {
    if (r != p->rank && smpi_paillier_public_decode(&p->of[r], key[r]) != SMPC_OK)
      TRY(malformed(p, r, "a key for Paillier encryption"));
    if (open_stream(p, r, key[r]) != SMPC_OK) TRY(smpi_fail(p->s, SMPC_E_NOMEM, -1, "out of memory"));
  }
out:
  return err;
}

smpc_err smpi_paillier_source_open(struct smpi_source **src, struct smpc_session *s) {
  struct smpi_paillier *p = smpi_alloc(1, sizeof *p);
  smpc_err err;
  *src = NULL;
  if (p == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
  *p = (struct smpi_paillier){.base = {&smpi_paillier_ops}, .s = s, .parties = smpi_parties(s),
                              .rank = (unsigned)smpi_rank(s)};
  TRY(allocate(p));
  TRY(exchange_keys(p));                                                         /* 0. keys */
  *src = &p->base;
  return SMPC_OK;
out:
  close_source(&p->base);
  return err;
}

/* --- one product --------------------------------------------------------------------------- */

struct work {
  struct smpi_paillier *p;
  size_t K, J, L, packs;
  struct smpi_pack pack;
  uint64_t *v, *s, *r;          /* V [L][K], S [K][J], R [L][J]                          */
  mp_limb_t *sum;               /* [P][packs][T]: of one column, under each other's key  */
  uint8_t *out, *in;            /* [P][packs][TEXT_LEN]                                  */
};

/* The next random ciphertext of a party. */
static void draw_text(struct smpi_paillier *p, unsigned rank, mp_limb_t c[T]) {
  uint64_t word[DRAWN];
  mp_limb_t wide[DRAWN];
  smpi_prg_words(p->stream[rank], word, DRAWN);
  for (unsigned i = 0; i < DRAWN; i++) wide[i] = word[i];
  smpi_num_mod(c, wide, DRAWN, p->of[rank].n2.m, T);
}

/* Step 2: corrections for numbers first .. first+n-1 of column j. */
static void correct(const struct work *w, size_t j, size_t first, size_t n) {
  struct smpi_paillier *p = w->p;
  for (size_t k = 0; k < n; k++) {
    mp_limb_t c[T], y[N], b[N] = {w->s[(first + k) * w->J + j]};
    draw_text(p, p->rank, c);
    smpi_paillier_decrypt(y, c, p->key);
    smpi_num_sub_mod(y, b, y, p->key->key.n, N);
    smpi_num_put(p->corrections + (p->rank * (size_t)SMPI_PACK_BASES + k) * KEY_LEN, y, N);
    smpi_wipe(b, sizeof b); /* y is what is sent */
  }
}

/* Step 2, its other end, and the powers of step 3. */
static smpc_err multiply(const struct work *w, unsigned rank, size_t first, size_t n) {
  struct smpi_paillier *p = w->p;
  const struct smpi_paillier_public *key = &p->of[rank];
  for (size_t k = 0; k < n; k++) {
    mp_limb_t d[N], *c = p->bases + k * T;
    smpi_num_get(d, p->corrections + (rank * (size_t)SMPI_PACK_BASES + k) * KEY_LEN, N);
    if (!smpi_num_is_below_vt(d, key->n, N)) return malformed(p, rank, "an encrypted number");
    draw_text(p, rank, c);
    smpi_mont_enter(c, c, &key->n2);
    smpi_paillier_add(c, d, key);
  }
  smpi_pack_tables(p->table, p->bases, n, &key->n2);
  for (size_t i = 0; i < w->packs; i++) {
    size_t row = i * w->pack.slots;
    smpi_pack_multiply(w->sum + (rank * w->packs + i) * T, p->table, n, w->v + row * w->K + first, w->K,
                       (unsigned)smpi_min(w->pack.slots, w->L - row), &w->pack, &key->n2);
  }
  return SMPC_OK;
}

/* Step 3: masks, a fresh r^n. */
static smpc_err hide(const struct work *w, unsigned rank, size_t j) {
  const struct smpi_paillier_public *key = &w->p->of[rank];
  mp_limb_t x[N];
  uint64_t share[SMPI_PACK_MOST];
  smpc_err err = SMPC_OK;
  for (size_t i = 0; i < w->packs; i++) {
    mp_limb_t *c = w->sum + (rank * w->packs + i) * T;
    size_t row = i * w->pack.slots;
    unsigned used = (unsigned)smpi_min(w->pack.slots, w->L - row);
    TRY(smpi_pack_mask(x, share, used, &w->pack));
    smpi_paillier_add(c, x, key);
    TRY(smpi_paillier_refresh(c, key));
    smpi_mont_leave(c, c, &key->n2);
    smpi_num_put(w->out + (rank * w->packs + i) * TEXT_LEN, c, T);
    for (unsigned s = 0; s < used; s++) w->r[(row + s) * w->J + j] += share[s];
  }
out:
  smpi_wipe(x, sizeof x);
  smpi_wipe(share, sizeof share);
  return err == SMPC_OK ? err : smpi_fail(w->p->s, err, -1, "this machine gave no randomness");
}

/* Step 4 for one other party. */
static smpc_err open_packs(const struct work *w, unsigned rank, size_t j) {
  mp_limb_t c[T], x[N];
  uint64_t share[SMPI_PACK_MOST];
  for (size_t i = 0; i < w->packs; i++) {
    size_t row = i * w->pack.slots;
    unsigned used = (unsigned)smpi_min(w->pack.slots, w->L - row);
    if (smpi_paillier_text_decode(c, w->in + (rank * w->packs + i) * TEXT_LEN, &w->p->key->key) != SMPC_OK)
      return malformed(w->p, rank, "an encrypted result");
    smpi_paillier_decrypt(x, c, w->p->key);
    smpi_pack_open(share, x, used, &w->pack);
    for (unsigned s = 0; s < used; s++) w->r[(row + s) * w->J + j] += share[s];
  }
  smpi_wipe(x, sizeof x);
  smpi_wipe(share, sizeof share);
  return SMPC_OK;
}

static smpc_err exchange_results(const struct work *w) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING] = {{0}};
  size_t flows = 0, len = w->packs * TEXT_LEN;
  for (unsigned r = 0; r < w->p->parties; r++)
    if (r != w->p->rank)
      flow[flows++] = (struct smpi_flow){.peer = smpi_member_of_rank(w->p->s, r), .out = w->out + r * len,
                                         .in = w->in + r * len, .out_len = len, .in_len = len};
  return smpi_exchange(w->p->s, flow, flows);
}

static smpc_err multiply_column(const struct work *w, size_t j) {
  struct smpi_paillier *p = w->p;
  smpc_err err = SMPC_OK;
  for (unsigned r = 0; r < p->parties; r++)
    for (size_t i = 0; i < w->packs; i++)
      memcpy(w->sum + (r * w->packs + i) * T, p->of[r].n2.one, T * sizeof(mp_limb_t));
  for (size_t first = 0, n; first < w->K; first += n) {
    n = smpi_min(SMPI_PACK_BASES, w->K - first);
    const uint8_t *mine = p->corrections + p->rank * (size_t)SMPI_PACK_BASES * KEY_LEN;
    correct(w, j, first, n);                                                             /* 2. encrypt  */
    TRY(tell_all(p, mine, p->corrections, (size_t)SMPI_PACK_BASES * KEY_LEN, n * KEY_LEN));
    for (unsigned r = 0; r < p->parties; r++)
      if (r != p->rank) TRY(multiply(w, r, first, n));                                   /* 3. multiply */
  }
  for (unsigned r = 0; r < p->parties; r++)
    if (r != p->rank) TRY(hide(w, r, j));
  TRY(exchange_results(w));
  for (unsigned r = 0; r < p->parties; r++)
    if (r != p->rank) TRY(open_packs(w, r, j));                                          /* 4. open     */
out:
  return err;
}

/* --- between F_triple's matrices and V, S, R ---------------------------------------------------- */

static bool is_tall(const struct work *w, uint64_t m) { return w->L == m; }

static struct work work_for(struct smpi_paillier *p, uint64_t m, uint64_t k, uint64_t n) {
  struct work w = {.p = p, .K = (size_t)k, .J = (size_t)(m < n ? m : n), .L = (size_t)(m < n ? n : m),
                   .pack = smpi_pack_for(k)};
  w.packs = smpi_ceil_div(w.L, w.pack.slots);
  return w;
}

/* Entry (i, j) of the view of A. */
static uint64_t view_at(const shr *a, const struct smpi_product *q, size_t i, size_t j) {
  size_t row = (size_t)q->row + (q->transposed ? j : i), col = (size_t)q->col + (q->transposed ? i : j);
  return a[row * (size_t)q->mask_cols + col].v;
}

/* Tall: V = A, S = B.  Else V and S are the transposes of B and A. */
static void gather(const struct work *w, const shr *a, const shr *b, const struct smpi_product *q) {
  bool tall = is_tall(w, smpi_product_m(q));
  size_t n = (size_t)q->n;
  for (size_t l = 0; l < w->L; l++)
    for (size_t k = 0; k < w->K; k++) w->v[l * w->K + k] = tall ? view_at(a, q, l, k) : b[k * n + l].v;
  for (size_t k = 0; k < w->K; k++)
    for (size_t j = 0; j < w->J; j++) w->s[k * w->J + j] = tall ? b[k * n + j].v : view_at(a, q, j, k);
}

static void scatter(shr *c, const struct work *w, const struct smpi_product *q) {
  bool tall = is_tall(w, smpi_product_m(q));
  size_t n = (size_t)q->n;
  for (size_t l = 0; l < w->L; l++)
    for (size_t j = 0; j < w->J; j++) c[tall ? l * n + j : j * n + l].v = w->r[l * w->J + j];
}

static smpc_err allocate_work(struct work *w) {
  size_t others = w->p->parties * w->packs;
  w->v = smpi_secret_alloc(w->L * w->K + w->K * w->J + w->L * w->J, sizeof *w->v);
  w->sum = smpi_secret_alloc(others * T, sizeof *w->sum);
  w->out = smpi_alloc(2 * others, TEXT_LEN);
  if (w->v == NULL || w->sum == NULL || w->out == NULL) return smpi_fail(w->p->s, SMPC_E_NOMEM, -1, "out of memory");
  w->s = w->v + w->L * w->K;
  w->r = w->s + w->K * w->J;
  w->in = w->out + others * TEXT_LEN;
  return SMPC_OK;
}

static smpc_err make_product(struct smpi_paillier *p, const struct smpi_product_job *job) {
  const struct smpi_product *q = &job->shape;
  struct work w = work_for(p, smpi_product_m(q), smpi_product_k(q), q->n);
  smpc_err err;
  TRY(allocate_work(&w));
  smpi_prg_words(smpi_prg_own(p->s), &job->b->v, w.K * (size_t)q->n);                   /* 1. draw     */
  gather(&w, job->a, job->b, q);
  smpi_matrix_mul_add(w.r, w.v, w.s, w.L, w.K, w.J);                                    /* own product */
  for (size_t j = 0; j < w.J; j++) TRY(multiply_column(&w, j));
  scatter(job->c, &w, q);
out:
  smpi_secret_free(w.v);
  smpi_secret_free(w.sum);
  smpi_free(w.out);
  return err;
}

static smpc_err paillier_products(struct smpi_source *src, struct smpc_session *s, const struct smpi_product_job *job,
                                  size_t jobs) {
  smpc_err err = SMPC_OK;
  (void)s;
  for (size_t i = 0; i < jobs; i++) TRY(make_product(paillier_of(src), &job[i]));
out:
  return err;
}

/* --- the rest of the interface ------------------------------------------------------------------- */

static smpc_err paillier_mask(struct smpi_source *src, struct smpc_session *s, shr *a, uint64_t *plain, size_t cols,
                              const struct smpi_owners *owners, uint64_t number) {
  (void)src, (void)plain, (void)number; /* takes no owners: one run, of nobody's rows */
  smpi_prg_words(smpi_prg_own(s), &a->v, (size_t)owners->run[0].rows * cols);
  return SMPC_OK;
}

static smpc_err paillier_units(struct smpi_source *src, struct smpc_session *s, uint64_t *const col[],
                               enum smpi_corr kind, size_t n, uint64_t number) {
  (void)src, (void)col, (void)kind, (void)n, (void)number;
  return smpi_fail(s, SMPC_E_ARG, -1, "%s", SMPI_PAILLIER_REFUSAL);
}

static smpc_err paillier_finish(struct smpi_source *src, struct smpc_session *s) {
  (void)src, (void)s;
  return SMPC_OK; /* nobody waits */
}

const struct smpi_source_ops smpi_paillier_ops = {
    .name = "paillier",
    .trust = "Nobody is trusted: all inputs stay secret while one computing party is honest "
             "and all follow the protocol; matrix products of whole numbers only.",
    .units = paillier_units,
    .mask = paillier_mask,
    .products = paillier_products,
    .finish = paillier_finish,
    .free = close_source,
};

/* --- cost ------------------------------------------------------------------------------------------ */

uint64_t smpi_paillier_open_bytes(unsigned parties) { return (uint64_t)(parties - 1) * KEY_LEN; }

uint64_t smpi_paillier_product_bytes(unsigned parties, uint64_t m, uint64_t k, uint64_t n) {
  struct work w = work_for(NULL, m, k, n);
  return (parties - 1) * (w.K * w.J * KEY_LEN + w.J * (uint64_t)w.packs * TEXT_LEN);
}
