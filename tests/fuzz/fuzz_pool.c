/* Any bytes as a pool's header, its book, or what a peer tells of its pool: refused, or its own encoding.
 * Every input is tried as it is and with the seal put right, as an insider's would be. */
#include <stdlib.h>
#include <string.h>

#include "rand/hash.h"
#include "triple/disk_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const uint8_t KEY[32] = {9};

static void try_head(const uint8_t *in, size_t len) {
  uint8_t again[SMPI_DISK_HEAD_LEN];
  struct smpi_disk_head h;
  if (smpi_disk_head_decode(&h, in, len, KEY) != SMPC_OK) return;
  smpi_disk_head_encode(again, &h, KEY);
  if (len != sizeof again || memcmp(again, in, len) != 0) abort();
  if (smpi_disk_offset(&h, SMPI_CORRS) > UINT64_C(1) << 52) abort(); /* lengths cannot wrap */
}

static void try_book(const uint8_t *in, size_t len) {
  static uint8_t again[SMPI_DISK_BOOK_MAX];
  static struct smpi_disk_book b;
  if (smpi_disk_book_decode(&b, in, len, KEY) != SMPC_OK) return;
  if (b.n > SMPI_DISK_ENTRIES || smpi_disk_book_encode(again, &b, KEY) != len || memcmp(again, in, len) != 0) abort();
}

static void try_offers(const uint8_t *bytes, size_t len) {
  static uint8_t in[SMPI_DISK_OFFERS_LEN], again[SMPI_DISK_OFFERS_LEN];
  static struct smpi_disk_offers o;
  memset(in, 0, sizeof in);
  memcpy(in, bytes, len < sizeof in ? len : sizeof in);
  if (smpi_disk_offers_decode(&o, in) != SMPC_OK) return;
  smpi_disk_offers_encode(again, &o);
  if (memcmp(again, in, sizeof in) != 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  static uint8_t sealed[65536];
  static const char *const domain[] = {"smpc pool head 1", "smpc pool book 1"};
  try_head(bytes, len);
  try_book(bytes, len);
  try_offers(bytes, len);
  if (len < SMPI_DISK_MAC || len > sizeof sealed) return 0;
  for (unsigned i = 0; i < 2; i++) {
    memcpy(sealed, bytes, len);
    smpi_kdf(sealed + len - SMPI_DISK_MAC, KEY, domain[i], sealed, len - SMPI_DISK_MAC);
    if (i == 0) try_head(sealed, len);
    else try_book(sealed, len);
  }
  return 0;
}
