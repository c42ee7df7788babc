/* paillier_product.c - matrix products by Paillier encryption.
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
 *     Columns of S one after the other, 128 of its numbers at a time.  Where one party owns all
 *     rows of A in the product it alone holds A, and the others V or S = 0: what is zero is
 *     neither sent nor multiplied.
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
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "math/matrix.h"
#include "triple/paillier_impl.h"

enum {
  N = SMPI_PAILLIER_KEY, T = SMPI_PAILLIER_TEXT, KEY_LEN = SMPI_PAILLIER_KEY_LEN, TEXT_LEN = SMPI_PAILLIER_TEXT_LEN,
  DRAWN = T + 2 /* limbs of a ciphertext of the stream: 2^-128 from uniform modulo n^2 */
};

/* --- one product --------------------------------------------------------------------------- */

struct work {
  struct smpi_paillier *p;
  int owner;                    /* of A; or -1                                           */
  bool is_tall;                 /* V = A, S = B; else V and S are the transposes of B and A */
  size_t K, J, L, packs;
  struct smpi_pack pack;
  uint64_t *v, *s, *r;          /* V [L][K], S [K][J], R [L][J]                          */
  mp_limb_t *sum;               /* [P][packs][T]: of one column, under each other's key  */
  uint8_t *out, *in;            /* [P][packs][TEXT_LEN]                                  */
};

/* Who has some V, some S: all, but of A its owner alone. */
static bool has_v(const struct work *w, unsigned rank) { return w->owner < 0 || !w->is_tall || (int)rank == w->owner; }
static bool has_s(const struct work *w, unsigned rank) { return w->owner < 0 || w->is_tall || (int)rank == w->owner; }
/* Does the first multiply with numbers that the second has encrypted? */
static bool works_for(const struct work *w, unsigned first, unsigned second) {
  return first != second && has_v(w, first) && has_s(w, second);
}

/* Number `number` of a party's random ciphertexts. */
static void draw_text(struct smpi_paillier *p, unsigned rank, uint64_t number, mp_limb_t c[T]) {
  uint64_t word[DRAWN];
  mp_limb_t wide[DRAWN];
  smpi_prg_seek(p->stream[rank], DRAWN * number);
  smpi_prg_words(p->stream[rank], word, DRAWN);
  for (unsigned i = 0; i < DRAWN; i++) wide[i] = word[i];
  smpi_num_mod(c, wide, DRAWN, p->of[rank].n2.m, T);
}

/* Step 2: corrections for numbers first .. first+n-1 of column j. */
static void correct(const struct work *w, size_t j, size_t first, size_t n) {
  struct smpi_paillier *p = w->p;
  for (size_t k = 0; k < n; k++) {
    mp_limb_t c[T], y[N], b[N] = {w->s[(first + k) * w->J + j]};
    draw_text(p, p->rank, p->drawn[p->rank] + k, c);
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
    if (!smpi_num_is_below_vt(d, key->n, N)) return smpi_paillier_malformed(p, rank, "an encrypted number");
    draw_text(p, rank, p->drawn[rank] + k, c);
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
  smpc_err err = SMPC_OK;
  for (size_t i = 0; i < w->packs; i++) {
    size_t row = i * w->pack.slots;
    unsigned used = (unsigned)smpi_min(w->pack.slots, w->L - row);
    if (smpi_paillier_text_decode(c, w->in + (rank * w->packs + i) * TEXT_LEN, &w->p->key->key) != SMPC_OK)
      TRY(smpi_paillier_malformed(w->p, rank, "an encrypted result"));
    smpi_paillier_decrypt(x, c, w->p->key);
    smpi_pack_open(share, x, used, &w->pack);
    for (unsigned s = 0; s < used; s++) w->r[(row + s) * w->J + j] += share[s];
  }
out:
  smpi_wipe(x, sizeof x);
  smpi_wipe(share, sizeof share);
  return err;
}

/* Corrections to who multiplies with them; `n` numbers. */
static smpc_err exchange_corrections(const struct work *w, size_t n) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING] = {{0}};
  const size_t step = SMPI_PACK_BASES * (size_t)KEY_LEN;
  unsigned me = w->p->rank;
  size_t flows = 0;
  for (unsigned r = 0; r < w->p->parties; r++) {
    size_t out = works_for(w, r, me) ? n * KEY_LEN : 0, in = works_for(w, me, r) ? n * KEY_LEN : 0;
    if (out + in != 0)
      flow[flows++] = (struct smpi_flow){.peer = smpi_member_of_rank(w->p->s, r), .out = w->p->corrections + me * step,
                                         .in = w->p->corrections + r * step, .out_len = out, .in_len = in};
  }
  return flows == 0 ? SMPC_OK : smpi_exchange(w->p->s, flow, flows);
}

static smpc_err exchange_results(const struct work *w) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING] = {{0}};
  size_t flows = 0, len = w->packs * TEXT_LEN;
  unsigned me = w->p->rank;
  for (unsigned r = 0; r < w->p->parties; r++) {
    size_t out = works_for(w, me, r) ? len : 0, in = works_for(w, r, me) ? len : 0;
    if (out + in != 0)
      flow[flows++] = (struct smpi_flow){.peer = smpi_member_of_rank(w->p->s, r), .out = w->out + r * len,
                                         .in = w->in + r * len, .out_len = out, .in_len = in};
  }
  return flows == 0 ? SMPC_OK : smpi_exchange(w->p->s, flow, flows);
}

/* Numbers first .. first+n-1 of column j. */
static smpc_err multiply_segment(const struct work *w, size_t j, size_t first, size_t n) {
  struct smpi_paillier *p = w->p;
  smpc_err err = SMPC_OK;
  if (has_s(w, p->rank)) correct(w, j, first, n);                                        /* 2. encrypt  */
  TRY(exchange_corrections(w, n));
  for (unsigned r = 0; r < p->parties; r++)
    if (works_for(w, p->rank, r)) TRY(multiply(w, r, first, n));                         /* 3. multiply */
  for (unsigned r = 0; r < p->parties; r++) p->drawn[r] += n; /* whether or not they were: the same at all */
out:
  return err;
}

static smpc_err multiply_column(const struct work *w, size_t j) {
  struct smpi_paillier *p = w->p;
  smpc_err err = SMPC_OK;
  for (unsigned r = 0; r < p->parties; r++)
    for (size_t i = 0; i < w->packs; i++)
      memcpy(w->sum + (r * w->packs + i) * T, p->of[r].n2.one, T * sizeof(mp_limb_t));
  for (size_t first = 0; first < w->K; first += SMPI_PACK_BASES)
    TRY(multiply_segment(w, j, first, smpi_min(SMPI_PACK_BASES, w->K - first)));
  for (unsigned r = 0; r < p->parties; r++)
    if (works_for(w, p->rank, r)) TRY(hide(w, r, j));
  TRY(exchange_results(w));
  for (unsigned r = 0; r < p->parties; r++)
    if (works_for(w, r, p->rank)) TRY(open_packs(w, r, j));                              /* 4. open     */
out:
  return err;
}

/* --- between F_triple's matrices and V, S, R ---------------------------------------------------- */

/* The one who owns all rows of the view, or -1: where there are several, all work on their shares. */
static int owner_of(const struct smpi_product_job *job) {
  size_t first = 0;
  for (unsigned i = 0; i < job->owners->n; first += job->owners->run[i++].rows)
    if (first <= job->shape.row && job->shape.row + job->shape.rows <= first + job->owners->run[i].rows)
      return job->owners->run[i].rank;
  return -1;
}

static struct work work_for(struct smpi_paillier *p, const struct smpi_product_job *job) {
  size_t m = (size_t)smpi_product_m(&job->shape), n = (size_t)job->shape.n, K = (size_t)smpi_product_k(&job->shape);
  struct work w = {.p = p, .owner = owner_of(job), .is_tall = m >= n, .K = K, .J = smpi_min(m, n),
                   .L = m >= n ? m : n, .pack = smpi_pack_for(K)};
  w.packs = smpi_ceil_div(w.L, w.pack.slots);
  return w;
}

/* Entry (i, j) of the view of A, of what I multiply with: zero where another owns it. */
static uint64_t view_at(const struct work *w, const struct smpi_product_job *job, size_t i, size_t j) {
  const struct smpi_product *q = &job->shape;
  size_t row = (size_t)q->row + (q->transposed ? j : i), col = (size_t)q->col + (q->transposed ? i : j);
  size_t at = row * (size_t)q->mask_cols + col;
  if (w->owner < 0) return job->a[at].v;
  return w->owner == (int)w->p->rank ? job->plain[at] : 0;
}

static void gather(const struct work *w, const struct smpi_product_job *job) {
  size_t n = (size_t)job->shape.n;
  for (size_t l = 0; l < w->L; l++)
    for (size_t k = 0; k < w->K; k++)
      w->v[l * w->K + k] = w->is_tall ? view_at(w, job, l, k) : job->b[k * n + l].v;
  for (size_t k = 0; k < w->K; k++)
    for (size_t j = 0; j < w->J; j++)
      w->s[k * w->J + j] = w->is_tall ? job->b[k * n + j].v : view_at(w, job, j, k);
}

static void scatter(const struct work *w, const struct smpi_product_job *job) {
  size_t n = (size_t)job->shape.n;
  for (size_t l = 0; l < w->L; l++)
    for (size_t j = 0; j < w->J; j++) job->c[w->is_tall ? l * n + j : j * n + l].v = w->r[l * w->J + j];
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
  struct work w = work_for(p, job);
  smpc_err err;
  TRY(allocate_work(&w));
  smpi_prg_words(smpi_prg_own(p->s), &job->b->v, w.K * (size_t)job->shape.n);           /* 1. draw     */
  gather(&w, job);
  smpi_matrix_mul_add(w.r, w.v, w.s, w.L, w.K, w.J);                                    /* own product */
  for (size_t j = 0; j < w.J; j++) TRY(multiply_column(&w, j));
  scatter(&w, job);
out:
  smpi_secret_free(w.v);
  smpi_secret_free(w.sum);
  smpi_free(w.out);
  return err;
}

smpc_err smpi_paillier_products(struct smpi_source *src, struct smpc_session *s, const struct smpi_product_job *job,
                                size_t jobs) {
  smpc_err err = SMPC_OK;
  (void)s;
  for (size_t i = 0; i < jobs; i++) TRY(make_product((struct smpi_paillier *)(void *)src, &job[i]));
out:
  return err;
}

/* --- cost ---------------------------------------------------------------------------------------- */

uint64_t smpi_paillier_products_bytes(unsigned parties, unsigned rank, const struct smpi_product_job *job, size_t jobs) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < jobs; i++) {
    struct work w = work_for(NULL, &job[i]);
    for (unsigned r = 0; r < parties; r++) {
      if (works_for(&w, r, rank)) bytes += (uint64_t)w.K * w.J * KEY_LEN;
      if (works_for(&w, rank, r)) bytes += (uint64_t)w.J * w.packs * TEXT_LEN;
    }
  }
  return bytes;
}
