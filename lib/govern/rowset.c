/* rowset.c - see rowset.h. */
#include "govern/rowset.h"

#include <sodium.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/sort.h"
#include "rand/hash.h"

/* --- GF(2^61 - 1) ----------------------------------------------------------------- */

__extension__ typedef unsigned __int128 u128;
static const uint64_t P = (UINT64_C(1) << 61) - 1;

static uint64_t reduce(uint64_t a) { /* below 2^63 */
  a = (a & P) + (a >> 61);
  return a >= P ? a - P : a;
}
static uint64_t add(uint64_t a, uint64_t b) { return reduce(a + b); }
static uint64_t sub(uint64_t a, uint64_t b) { return reduce(a + P - b); }
static uint64_t mul(uint64_t a, uint64_t b) {
  u128 t = (u128)a * b;
  return reduce(((uint64_t)t & P) + (uint64_t)(t >> 61));
}

static uint64_t inverse(uint64_t a) { /* a^(P - 2) */
  uint64_t r = 1;
  for (int i = 60; i >= 0; i--) {
    r = mul(r, r);
    if ((P - 2) >> i & 1) r = mul(r, a);
  }
  return r;
}

/* --- sketches --------------------------------------------------------------------- */

unsigned smpi_sketch_words(uint64_t apart) { return 2 * (unsigned)smpi_min(apart, SMPI_ROWS_APART) + 2; }

/* Never zero: every row counts in every power. */
static uint64_t number_of(const uint64_t row[2], const uint8_t key[crypto_shorthash_KEYBYTES]) {
  uint8_t hash[crypto_shorthash_BYTES];
  crypto_shorthash(hash, (const uint8_t *)row, 2 * sizeof *row, key);
  return smpi_get64(hash) % (P - 1) + 1;
}

void smpi_sketch_make(struct smpi_sketch *k, uint64_t *row, size_t rows, const uint8_t sign_secret[64]) {
  uint8_t key[32];
  uint64_t name[2] = {0, 0}; /* what the program calls it, and how many of that name came before */
  smpi_kdf(key, sign_secret, "smpc journal rows 1", "", 0);
  memset(k->word, 0, sizeof k->word);
  smpi_sort_vt(row, rows, 1);
  for (size_t i = 0; i < rows; i++) {
    name[1] = i > 0 && row[i] == name[0] ? name[1] + 1 : 0;
    name[0] = row[i];
    uint64_t x = number_of(name, key), power = 1;
    for (unsigned j = 0; j < k->n; j++) k->word[j] = add(k->word[j], power = mul(power, x));
  }
  smpi_wipe(key, sizeof key);
}

void smpi_sketch_crypt(uint64_t *word, unsigned n, const uint8_t sign_secret[64], const uint8_t session[32]) {
  static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES]; /* one sketch a key */
  uint8_t key[32];
  smpi_kdf(key, sign_secret, "smpc journal sketch 1", session, 32);
  crypto_stream_chacha20_xor((uint8_t *)word, (const uint8_t *)word, n * sizeof *word, nonce, key);
  smpi_wipe(key, sizeof key);
}

/* --- how far apart: the shortest recurrence [Mas69] -------------------------------- */

struct recurrence { uint64_t c[SMPI_SKETCH_WORDS + 1]; unsigned len; };

/* What s[i] is beyond what the recurrence foretells. */
static uint64_t surprise(const struct recurrence *r, const uint64_t *s, unsigned i) {
  uint64_t d = s[i];
  for (unsigned k = 1; k <= r->len; k++) d = add(d, mul(r->c[k], s[i - k]));
  return d;
}

/* r -= factor x^shift old */
static void correct(struct recurrence *r, const struct recurrence *old, uint64_t factor, unsigned shift) {
  for (unsigned k = 0; k + shift <= SMPI_SKETCH_WORDS; k++) r->c[k + shift] = sub(r->c[k + shift], mul(factor, old->c[k]));
}

static unsigned complexity_vt(const uint64_t *s, unsigned n) {
  struct recurrence now = {{1}, 0}, before = {{1}, 0};
  uint64_t last = 1;
  unsigned shift = 1;
  for (unsigned i = 0; i < n; i++, shift++) {
    uint64_t d = surprise(&now, s, i);
    if (d == 0) continue;
    struct recurrence kept = now;
    correct(&now, &before, mul(d, inverse(last)), shift);
    if (2 * kept.len > i) continue;
    now.len = i + 1 - kept.len;
    before = kept;
    last = d;
    shift = 0;
  }
  return now.len;
}

unsigned smpi_sketch_apart_vt(const uint64_t *a, const uint64_t *b, unsigned n) {
  uint64_t s[SMPI_SKETCH_WORDS];
  for (unsigned j = 0; j < n; j++) s[j] = sub(a[j], b[j]);
  unsigned d = complexity_vt(s, n);
  smpi_wipe(s, sizeof s);
  return 2 * d + 2 <= n ? d : n;
}
