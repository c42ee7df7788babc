/* paillier_num.h - numbers of fixed length modulo odd numbers, for Paillier encryption.
 *
 * Little-endian limbs of 64 bits.  Constant time in all values, moduli too; lengths are
 * public.  On GMP's mpn_sec_* functions: none of them allocates.  mpn_sec_div_* look up a table by
 * the divisor's top bits, so a secret number divides nothing: see smpi_num_mod(). */
#ifndef SMPI_PAILLIER_NUM_H
#define SMPI_PAILLIER_NUM_H

#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

_Static_assert(GMP_NUMB_BITS == 64 && sizeof(mp_limb_t) == 8, "limbs are whole words of 64 bits");

enum {
  SMPI_NUM_MOST = 96, /* limbs of the longest modulus */
  SMPI_NUM_WINDOW = 5, /* LOCAL: bits of an exponent looked up at once */
  SMPI_NUM_TABLE = 1 << SMPI_NUM_WINDOW
};

/* Montgomery form [Mon85]: x stands for x R mod m, R = 2^(64 n). */
struct smpi_mont {
  size_t n;
  mp_limb_t m[SMPI_NUM_MOST], one[SMPI_NUM_MOST], square[SMPI_NUM_MOST]; /* R, R^2 mod m */
  mp_limb_t inverse; /* -1 / m modulo 2^64 */
};

/* m: n limbs, odd, more than 1. */
void smpi_mont_open(struct smpi_mont *M, const mp_limb_t *m, size_t n);

/* n limbs below m in and out; r may be an operand. */
void smpi_mont_mul(mp_limb_t *r, const mp_limb_t *a, const mp_limb_t *b, const struct smpi_mont *M);
void smpi_mont_square(mp_limb_t *r, const mp_limb_t *a, const struct smpi_mont *M);
void smpi_mont_enter(mp_limb_t *r, const mp_limb_t *a, const struct smpi_mont *M); /* into the form */
void smpi_mont_leave(mp_limb_t *r, const mp_limb_t *a, const struct smpi_mont *M); /* out of it    */
/* Into the form, of any number of 2n limbs. */
void smpi_mont_enter_long(mp_limb_t *r, const mp_limb_t *a, const struct smpi_mont *M);

/* table[i] := a^i, i < SMPI_NUM_TABLE, in Montgomery form */
void smpi_mont_table(mp_limb_t *table, const mp_limb_t *a, const struct smpi_mont *M);
/* r := a^e in Montgomery form; e: e_len limbs, secret too.  r may be a. */
void smpi_mont_power(mp_limb_t *r, const mp_limb_t *a, const mp_limb_t *e, size_t e_len, const struct smpi_mont *M);

/* q[n] := a / m, where m divides a and the quotient has n limbs: its low n limbs tell; they are used up. */
void smpi_mont_divide_exactly(mp_limb_t *q, mp_limb_t a[], const struct smpi_mont *M);
/* r := a modulo m, for a below 2 m */
void smpi_num_lower(mp_limb_t *r, const mp_limb_t *a, const mp_limb_t *m, size_t n);
/* For public m: r[n] := a[len] modulo m[n], len >= n, len <= 2 * SMPI_NUM_MOST + 2, the top limb of m not zero. */
void smpi_num_mod(mp_limb_t *r, const mp_limb_t *a, size_t len, const mp_limb_t *m, size_t n);
/* r := a - b modulo m; both below m */
void smpi_num_sub_mod(mp_limb_t *r, const mp_limb_t *a, const mp_limb_t *b, const mp_limb_t *m, size_t n);
/* Bits first .. first+n-1, n <= 64, first + n <= 64 * len. */
uint64_t smpi_num_bits(const mp_limb_t *a, size_t len, size_t first, unsigned n);

/* Bytes are little-endian, 8 a limb. */
void smpi_num_get(mp_limb_t *r, const uint8_t *in, size_t n);
void smpi_num_put(uint8_t *out, const mp_limb_t *a, size_t n);

/* Public numbers only. */
bool smpi_num_is_below_vt(const mp_limb_t *a, const mp_limb_t *b, size_t n);
bool smpi_num_has_common_factor_vt(const mp_limb_t *a, size_t len, const mp_limb_t *odd, size_t n); /* a = 0: yes */

#endif
