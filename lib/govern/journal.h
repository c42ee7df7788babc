/* journal.h - a party's own journal: an append-only file of signed entries, each
 * holding the hash of the one before.
 *
 * An entry is on disk (fsync), with all before it, before smpi_journal_commit()
 * returns; smpi_journal_add() leaves that to the next commit, or sync.  One session at a time
 * may write to a file (flock).  After a crash, an unfinished last entry is cut off
 * and its length recorded; whole entries are never changed. */
#ifndef SMPI_JOURNAL_H
#define SMPI_JOURNAL_H

#include "govern/entry.h"

struct smpi_journal;
typedef void (*smpi_journal_fn)(void *user, const struct smpi_entry *e);

/* Open `path`, or make it (mode 0600), for the party with this name and signing
 * key (64 bytes, copied).  All that is there is verified first, and handed to
 * `each` (may be NULL).
 * Errors: SMPC_E_FILE, with the reason: cannot be written; in use; damaged (and
 * where); another party's.  SMPC_E_DISK: the disk is full or fails.  SMPC_E_NOMEM. */
smpc_err smpi_journal_open(struct smpi_journal **j, const char *path, const char *party, const uint8_t sign_secret[64],
                           smpi_journal_fn each, void *user, struct smpi_fault *f);
void smpi_journal_close(struct smpi_journal *j); /* NULL is allowed */

/* Add an entry: begin, add the kind's lines to what begin returns, commit (or add).  hash
 * (may be NULL) gets the entry's.  SMPC_E_DISK, SMPC_E_FILE: nothing was added, and
 * nothing can be any more. */
struct smpi_lines *smpi_journal_begin(struct smpi_journal *j, enum smpi_kind kind);
smpc_err smpi_journal_commit(struct smpi_journal *j, uint8_t hash[32], struct smpi_fault *f);
smpc_err smpi_journal_add(struct smpi_journal *j, uint8_t hash[32], struct smpi_fault *f);
/* All that was added is on disk.  The same errors. */
smpc_err smpi_journal_sync(struct smpi_journal *j, struct smpi_fault *f);

/* --- reading ----------------------------------------------------------------- */
/* A regular file's bytes; `what` it is, for messages.  SMPC_E_FILE, SMPC_E_NOMEM;
 * text->at is freed by smpi_free(). */
smpc_err smpi_file_read(struct smpi_slice *text, const char *path, const char *what, struct smpi_fault *f);

/* Walk a chain from its start.  smpi_chain_next() gives false at the end, or with
 * `why` not NULL at a fault: what is wrong with the entry after the last good one. */
struct smpi_chain {
  struct smpi_slice rest;
  uint64_t next;          /* number of the entry that must come              */
  uint8_t head[32];       /* hash of the last one; zeros before the first    */
  size_t cut;             /* bytes of an unfinished entry at the end          */
  const char *why;
  struct smpi_entry entry;
};
void smpi_chain_begin(struct smpi_chain *c, struct smpi_slice text);
bool smpi_chain_next(struct smpi_chain *c);
/* Each whole entry of a journal, without a lock on it: another session may be writing.  SMPC_E_FILE, SMPC_E_NOMEM. */
smpc_err smpi_journal_look(const char *path, smpi_journal_fn each, void *user, struct smpi_fault *f);

#endif
