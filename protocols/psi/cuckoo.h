/* cuckoo.h - a cuckoo table without a stash: each key in one of its three places.
 *
 * The places of a key are three different bins, from its digest under a public
 * permutation.  One party puts each of its keys into one of them, one key a bin;
 * another, who holds keys of its own, takes each in all three: so equal keys meet
 * in exactly one bin.
 *
 * PARAMETERS, statistical security 40 bits: bins = ceil(1.3 n) + 500.  There is no table
 * for n keys exactly if some k of them have their places in k - 1 bins (Hall), and for the least such
 * k each of these bins is the place of two keys or more.  The expected number of such sets,
 *     sum over k of C(n, k) C(B, k-1) N(k) / C(B, 3)^k,
 *     N(k) <= C(k-1, 3)^k and N(k) <= (3k)! [z^3k] (e^z - 1 - z)^(k-1) / 6^k,
 * bounds the probability: [DGM+10] take the same sum to the limit.  It is below 2^-50 for all n up
 * to SMPI_CUCKOO_MAX, so that of the 15 tables of 16 owners one fails with less than 2^-46;
 * tests/psi/test_cuckoo.c computes it.  (The usual 1.27 n of [PSTY19] is
 * extrapolated from trials; the bound asks for 1.297 n in the limit.)  Filling is by a full search
 * when a random walk takes long, so that it finds a table whenever there is one.
 *
 * VARIABLE TIME: memory that is touched depends on the keys. */
#ifndef SMPI_CUCKOO_H
#define SMPI_CUCKOO_H

#include "base/err.h"
#include "math/aes.h"

enum {
  SMPI_CUCKOO_PLACES = 3,
  SMPI_CUCKOO_PERCENT = 130, /* SECURITY: bins for a hundred keys   */
  SMPI_CUCKOO_MORE = 500,    /* SECURITY: and for the smallest sets */
  SMPI_CUCKOO_MAX = 12 << 20 /* AGREEMENT: keys: bins are below 2^24, and tags of 40 + log2(bins) bits fit 64 */
};
#define SMPI_CUCKOO_EMPTY UINT32_MAX

size_t smpi_cuckoo_bins(size_t n);

/* Bits of a tag such that no bin of any of `runs` tables has a false match but with probability 2^-40:
 * 40 + ceil(log2(bins runs)), and 64 at most: from there on the probability is bins runs 2^-64, below
 * 2^-33 for the largest 120 tables of 16 owners. */
unsigned smpi_cuckoo_tag_bits(size_t bins, unsigned runs);

/* place[3 i + t] := place t of key[i], below `bins`, bins >= 3; the three are different, and the same
 * for everybody who has pi (public, chosen after the keys). */
void smpi_cuckoo_places(uint32_t *place, const struct smpi_aes_key *pi, size_t bins, const blk *key, size_t n);

/* slot[b] := the number of the key that lies in bin b, or SMPI_CUCKOO_EMPTY.
 *   in    place[3 n]    of smpi_cuckoo_places()
 *   error SMPC_E_STATE  there is no table (2^-40 for `bins` of smpi_cuckoo_bins(n));
 *         SMPC_E_NOMEM */
smpc_err smpi_cuckoo_fill_vt(uint32_t *slot, size_t bins, const uint32_t *place, size_t n);

#endif
