/* disk_form.h - the bytes of a pool on disk, and of what the parties tell each
 * other about theirs.  Pure: no files, no network.
 *
 *   <id>.lot   one filling: this header, then the chunks of each kind
 *   book       how far each lot is used; the folder has one, and a copy of it
 *              stands beside the folder ("<folder>.seen")
 *
 * All numbers little-endian.  Everything is authenticated under keys that are
 * derived from the party's identity; chunks are encrypted as well. */
#ifndef SMPI_DISK_FORM_H
#define SMPI_DISK_FORM_H

#include "triple/triple.h"

enum {
  SMPI_DISK_VERSION = 1,
  SMPI_DISK_WORDS = 8192,    /* AGREEMENT (by the version): a chunk has at most so many words; positions count chunks */
  SMPI_DISK_ID = 16,
  SMPI_DISK_MAC = 32,
  SMPI_DISK_LOTS = 64,       /* AGREEMENT: that a session can tell of */
  SMPI_DISK_ENTRIES = 256,   /* LOCAL: of a book */
  SMPI_DISK_HEAD_LEN = 1216,
  SMPI_DISK_ENTRY_LEN = 88,
  SMPI_DISK_BOOK_MAX = 16 + SMPI_DISK_ENTRIES * SMPI_DISK_ENTRY_LEN + SMPI_DISK_MAC,
  SMPI_DISK_OFFER_LEN = 144,
  SMPI_DISK_OFFERS_LEN = 16 + SMPI_DISK_LOTS * SMPI_DISK_OFFER_LEN,
};
#define SMPI_DISK_MOST_CHUNKS (UINT64_C(1) << 32) /* LOCAL: of one kind, 256 TiB */

/* What says whether a lot can be used in a session: the same at all its parties. */
struct smpi_disk_head {
  uint8_t id[SMPI_DISK_ID];       /* agreed by all: derived from the session that filled it */
  uint8_t set[32];                /* smpi_disk_set()                                        */
  uint64_t number;                /* of the filling, from 1                                 */
  uint64_t made;                  /* seconds since 1970                                     */
  smpc_source source;
  unsigned frac_bits, parties, rank;
  uint64_t chunks[SMPI_CORRS];
  char name[SMPC_MAX_COMPUTING][64];
};

/* How far a lot is used.  `serial` counts reservations: it never falls. */
struct smpi_disk_entry {
  uint8_t id[SMPI_DISK_ID];
  uint64_t number, serial;
  uint64_t used[SMPI_CORRS];      /* chunks */
};
struct smpi_disk_book { size_t n; struct smpi_disk_entry entry[SMPI_DISK_ENTRIES]; }; /* by number, then id */

/* One line of what a party says it has; highest: the last filling's number that it remembers. */
struct smpi_disk_offer { struct smpi_disk_entry at; uint64_t chunks[SMPI_CORRS]; };
struct smpi_disk_offers { size_t n; uint64_t highest; struct smpi_disk_offer offer[SMPI_DISK_LOTS]; };

/* Units of one chunk, all chunks being full; bytes of one in the file. */
size_t smpi_disk_units(enum smpi_corr kind);
size_t smpi_disk_chunk_len(enum smpi_corr kind);
/* Where the chunks of a kind begin, and for kind SMPI_CORRS where the file ends. */
uint64_t smpi_disk_offset(const struct smpi_disk_head *h, enum smpi_corr kind);

/* Who computes, with which source and precision: what pieces of a lot are good for. */
void smpi_disk_set(uint8_t set[32], const smpc_config *cfg);

/* A party's key gives a key for heads and books, and one for the chunks of each lot. */
void smpi_disk_head_encode(uint8_t out[SMPI_DISK_HEAD_LEN], const struct smpi_disk_head *h, const uint8_t key[32]);
size_t smpi_disk_book_encode(uint8_t out[SMPI_DISK_BOOK_MAX], const struct smpi_disk_book *b, const uint8_t key[32]);
/* SMPC_E_VERSION, SMPC_E_AUTH (made with another key), SMPC_E_FORMAT (anything else);
 * zeroed on failure.  What decodes is its own encoding. */
smpc_err smpi_disk_head_decode(struct smpi_disk_head *h, const uint8_t *in, size_t len, const uint8_t key[32]);
smpc_err smpi_disk_book_decode(struct smpi_disk_book *b, const uint8_t *in, size_t len, const uint8_t key[32]);
void smpi_disk_chunk_key(uint8_t out[32], const uint8_t key[32], const uint8_t id[SMPI_DISK_ID]);

void smpi_disk_offers_encode(uint8_t out[SMPI_DISK_OFFERS_LEN], const struct smpi_disk_offers *o);
smpc_err smpi_disk_offers_decode(struct smpi_disk_offers *o, const uint8_t in[SMPI_DISK_OFFERS_LEN]);

/* -1, 0, 1: by number, then id */
int smpi_disk_compare(const struct smpi_disk_entry *a, const struct smpi_disk_entry *b);
/* The lot's line, or NULL. */
struct smpi_disk_entry *smpi_disk_find(struct smpi_disk_book *b, const uint8_t id[SMPI_DISK_ID]);
/* Add a line where it belongs; false: the book is full. */
bool smpi_disk_insert(struct smpi_disk_book *b, const struct smpi_disk_entry *e);

#endif
