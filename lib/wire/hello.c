/* hello.c - see hello.h.  Layout: magic 8, version 4, flags 4, from 2, to 2,
 * members 2, zero 2, run id 16, tag 16, zero 8; integers little-endian. */
#include "wire/hello.h"

#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

static const uint8_t MAGIC[8] = {'l', 'i', 'b', 'm', 'p', 'c', 0, '\n'};

void smpi_hello_encode(uint8_t out[SMPI_HELLO_LEN], const struct smpi_hello *h) {
  memset(out, 0, SMPI_HELLO_LEN);
  memcpy(out, MAGIC, sizeof MAGIC);
  smpi_put32(out + 8, h->version);
  smpi_put32(out + 12, h->flags);
  smpi_put16(out + 16, h->from);
  smpi_put16(out + 18, h->to);
  smpi_put16(out + 20, h->members);
  memcpy(out + 24, h->run_id, sizeof h->run_id);
  memcpy(out + 40, h->tag, sizeof h->tag);
}

/* Reserved bytes and flags must be zero: a later version may then use them. */
static bool has_zero_rest(const uint8_t in[SMPI_HELLO_LEN]) {
  static const uint8_t zero[8];
  return memcmp(in + 22, zero, 2) == 0 && memcmp(in + 56, zero, 8) == 0 && smpi_get32(in + 12) <= SMPI_HELLO_AES;
}

smpc_err smpi_hello_decode(struct smpi_hello *h, const uint8_t in[SMPI_HELLO_LEN]) {
  memset(h, 0, sizeof *h);
  if (memcmp(in, MAGIC, sizeof MAGIC) != 0) return SMPC_E_FORMAT;
  h->version = smpi_get32(in + 8);
  if (h->version != SMPI_WIRE_VERSION) return SMPC_OK;
  if (!has_zero_rest(in)) return SMPC_E_FORMAT;
  h->flags = smpi_get32(in + 12);
  h->from = smpi_get16(in + 16);
  h->to = smpi_get16(in + 18);
  h->members = smpi_get16(in + 20);
  memcpy(h->run_id, in + 24, sizeof h->run_id);
  memcpy(h->tag, in + 40, sizeof h->tag);
  return SMPC_OK;
}

smpc_err smpi_hello_check(const struct smpi_hello *mine, const struct smpi_hello *theirs, const char *name,
                          struct smpi_fault *fault) {
  int party = mine->to;
  if (theirs->version != mine->version)
    return smpi_fault_set(fault, SMPC_E_VERSION, party, "%s speaks version %u of the wire protocol, this party version %u",
                          name, (unsigned)theirs->version, (unsigned)mine->version);
  if (theirs->members != mine->members)
    return smpi_fault_set(fault, SMPC_E_PARAM, party, "%s expects %u members, this party %u: the lists of parties differ",
                          name, theirs->members, mine->members);
  if (theirs->from != mine->to)
    return smpi_fault_set(fault, SMPC_E_PARAM, party, "where %s (member %u) was expected, member %u answers", name,
                          mine->to, theirs->from);
  if (theirs->to != mine->from)
    return smpi_fault_set(fault, SMPC_E_PARAM, party, "%s wants to talk to member %u, but this is member %u", name,
                          theirs->to, mine->from);
  return SMPC_OK;
}

/* The question's first bytes, as the programs print them. */
static uint64_t claim(const struct smpi_hello *h) {
  uint64_t v = 0;
  for (int i = SMPI_HELLO_QUESTION; i < 16; i++) v = v << 8 | h->tag[i];
  return v;
}

/* Is this part of the tags, up to the next one, the same? */
static bool is_same(const struct smpi_hello *mine, const struct smpi_hello *theirs, unsigned from, unsigned to) {
  return smpi_ct_equal(mine->tag + from, theirs->tag + from, to - from);
}

smpc_err smpi_hello_same_agreement(const struct smpi_hello *mine, const struct smpi_hello *theirs, const char *name,
                                   struct smpi_fault *fault) {
  const uint8_t *l = mine->tag + SMPI_HELLO_LIBRARY, *r = theirs->tag + SMPI_HELLO_LIBRARY;
  int party = mine->to;
  if (!is_same(mine, theirs, SMPI_HELLO_LIBRARY, SMPI_HELLO_CONSTANTS))
    return smpi_fault_set(fault, SMPC_E_PARAM, party, "%s runs version %u.%u of the library, this party %u.%u", name, r[0],
                          r[1], l[0], l[1]);
  if (!is_same(mine, theirs, SMPI_HELLO_CONSTANTS, SMPI_HELLO_PARAMETERS))
    return smpi_fault_set(fault, SMPC_E_PARAM, party, "%s runs a library that was built with other protocol constants", name);
  if (!is_same(mine, theirs, SMPI_HELLO_PARAMETERS, SMPI_HELLO_QUESTION))
    return smpi_fault_set(fault, SMPC_E_PARAM, party,
                          "%s has other parameters, or another list of parties: compare our parties.yaml", name);
  if (!is_same(mine, theirs, SMPI_HELLO_QUESTION, sizeof mine->tag))
    return smpi_fault_set(fault, SMPC_E_PARAM, party,
                          "%s has another question, or none: compare our question files or studies (it claims %016" PRIx64
                          ", I have %016" PRIx64 ")", name, claim(theirs), claim(mine));
  return SMPC_OK;
}
