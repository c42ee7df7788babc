/* versions.h - a study and the versions of it that it replaces, as a journal tells of them.
 *
 * A study is known by its identifier (or else its title) over all its versions.  A version
 * names the digests of all it replaces: their runs count as its own.  A version that is
 * neither this one nor named so has no place beside it in one journal: by leaving it out,
 * limits and budget would begin anew.  For the same reason no version changes the
 * identifier, and what a named one replaced is named too. */
#ifndef SMPI_VERSIONS_H
#define SMPI_VERSIONS_H

#include <smpc_study_types.h>

#include "base/err.h"
#include "govern/entry.h"

enum smpi_stranger {
  SMPI_NO_STRANGER,
  SMPI_STRANGER_LATER,   /* a version opened something that says it replaces this one         */
  SMPI_STRANGER_UNNAMED, /* one opened something, and neither names the other                 */
  SMPI_STRANGER_RENAMED, /* one that this replaces opened something under another identifier  */
  SMPI_STRANGER_BEHIND   /* one that this replaces had replaced it, and this one does not     */
};

struct smpi_versions {
  const smpc_study *study;
  uint64_t spent;           /* millionths of epsilon, of runs of all questions of these versions    */
  enum smpi_stranger found; /* the first, but that later ones give way to others */
  uint8_t stranger[32];
  char renamed[64];         /* its identifier */
  /* the session that the journal is at */
  uint8_t digest[32];
  bool is_mine, is_strange, is_renamed, replaces_me, counted, releases;
  uint64_t epsilon;
};

/* Is this the digest of the study, or of a version that it replaces? */
bool smpi_versions_has(const smpc_study *st, const uint8_t digest[32]);

/* The next entry of the journal. */
void smpi_versions_seen(struct smpi_versions *v, const struct smpi_entry *e);
/* SMPC_E_POLICY: there is a stranger; the fault names it. */
smpc_err smpi_versions_check(const struct smpi_versions *v, struct smpi_fault *f);

/* The lines of a `study` entry after its session: what a journal keeps of this version. */
void smpi_versions_lines(struct smpi_lines *l, const smpc_study *st, const smpc_study_question *q);

#endif
