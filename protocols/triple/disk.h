/* disk.h - a pool of elementwise correlations on disk, made ahead of time among
 * the same parties; matrix masks never leave the session's memory.
 *
 *     smpi_disk_open()      before any link: lock the folder, check what is there
 *     smpi_disk_attach()    the session is up: agree with the others where each lot stands
 *     smpi_disk_reserve()   note on disk, at every party, what will be given; then
 *     smpi_disk_take()      give it, and wipe it there
 *
 * Never given twice: a piece leaves the file only after its place was passed in the
 * folder's book and in the copy beside the folder, both forced to the disk, at every
 * party (one round confirms it).  Whoever dies in between loses pieces, no more.
 * The parties go on from the furthest of their records.  A death leaves a party at
 * most one reservation behind the others; one that is further behind, or behind the
 * copy beside its own folder, is an older copy put back, and is refused. */
#ifndef SMPI_DISK_H
#define SMPI_DISK_H

#include "triple/disk_form.h"

struct smpi_disk;

/* cfg->pool for the party that cfg->me names; key: derived from its identity.  *d is
 * NULL, which all functions allow, where there is none or the party does not compute.
 * A folder that another session uses counts as empty in this one.
 * Errors: SMPC_E_FILE, with the reason: another key or version, damaged, cut off, an
 * older copy, cannot be written.  SMPC_E_NOMEM. */
smpc_err smpi_disk_open(struct smpi_disk **d, const smpc_config *cfg, const uint8_t key[32], struct smpi_fault *f);
void smpi_disk_close(struct smpi_disk *d);

/* Belongs to the session from here on.  Where every computing party has a pool: 2
 * rounds, 9240 bytes to each, offline.  Errors are the session's: SMPC_E_FILE, my
 * pool is an older copy, or cannot be written; SMPC_E_PARAM, a peer's is. */
smpc_err smpi_disk_attach(struct smpi_disk *d, struct smpc_session *s);

/* Reserve up to want[kind] units of each kind, in whole chunks, as many as are left.
 * 1 round, 8 bytes to each, offline; none where nothing is left or wanted. */
smpc_err smpi_disk_reserve(struct smpc_session *s, const uint64_t want[SMPI_CORRS]);
/* Units reserved and not yet taken; always whole chunks. */
size_t smpi_disk_reserved(const struct smpc_session *s, enum smpi_corr kind);
/* Take n of them: whole chunks. */
smpc_err smpi_disk_take(struct smpc_session *s, uint64_t *const col[], enum smpi_corr kind, size_t n);

/* Fill: make at least units[kind] of each from the session's source and put them on
 * disk, at all parties or, in effect, at none.  2 rounds more than the source's. */
smpc_err smpi_disk_fill(struct smpc_session *s, const uint64_t units[SMPI_CORRS]);

/* What this party's own folder holds, without locking or changing it.  `each` gets
 * every lot; fits: it can be used with this configuration. */
typedef void (*smpi_disk_fn)(void *user, const struct smpi_disk_head *h, const struct smpi_disk_entry *at, bool fits);
smpc_err smpi_disk_list(const smpc_config *cfg, const uint8_t key[32], smpi_disk_fn each, void *user,
                        struct smpi_fault *f);
/* Remove all lots, readable or not; the record of what was used stays. */
smpc_err smpi_disk_empty(const smpc_config *cfg, struct smpi_fault *f);

#endif
