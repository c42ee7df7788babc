/* disk_support.h - parties with a pool on disk each, in one folder of their own. */
#ifndef DISK_SUPPORT_H
#define DISK_SUPPORT_H

#include "support/parties.h"
#include "triple/disk.h"
#include "triple/lookup.h"

enum { DISK_CHUNK = SMPI_DISK_WORDS / 3 }; /* triples, bit triples, truncation tuples */

extern const struct parties DISK_TWO, DISK_DEALT; /* by oblivious transfer; with a dealer, quicker */

/* --- the folder --------------------------------------------------------------- */

extern char disk_root[64];

void disk_begin(void);
void disk_end(void);
void disk_remove(const char *path);                /* a folder with all in it; a missing one is fine */
void disk_copy(const char *from, const char *to);  /* files and folders */

void disk_path(char out[200], unsigned me, const char *rest); /* a party's pool, or what stands beside it */
void disk_lot_path(char out[300], unsigned me);               /* the one lot of a party's pool */
void disk_back_up(unsigned me, bool with_record);
void disk_put_back(unsigned me, bool with_record);

/* --- what sessions do ---------------------------------------------------------- */

void disk_key(uint8_t key[32], unsigned me);
void disk_configure(smpc_config *cfg, unsigned me, void *ctx);
/* Open my pool for this session; the fault of opening it becomes the session's. */
bool disk_attach(struct smpc_session *s, unsigned me);

enum { DISK_TAKES = 4 };

struct disk_job {
  uint64_t fill[SMPI_CORRS];            /* any: fill first                          */
  uint64_t prepare[SMPI_CORRS];
  enum smpi_corr kind;
  size_t take[DISK_TAKES], takes;       /* of `kind`, one after the other           */
  uint64_t *words[SMPC_MAX_COMPUTING];  /* all that was taken, one take after another */
  size_t got[SMPC_MAX_COMPUTING];       /* units                                    */
  uint64_t left[SMPC_MAX_COMPUTING][SMPI_CORRS]; /* after attaching                 */
  uint64_t bytes[SMPC_MAX_COMPUTING];   /* offline, from after attaching on         */
  uint64_t pooled[SMPC_MAX_COMPUTING];  /* of what was taken: from disk             */
  void (*meddle)(struct smpc_session *s, unsigned me); /* before the takes; may be NULL */
};

void disk_new_words(struct disk_job *j, unsigned parties);
void disk_free_words(struct disk_job *j);
void disk_body(struct smpc_session *s, unsigned me, void *job);
/* The words of one take of all parties together are what the correlation says. */
void disk_check_take(const struct disk_job *j, unsigned parties, size_t offset, size_t n);

/* --- runs ------------------------------------------------------------------------ */

/* With all takes checked; words are to be freed. */
void disk_run_ok(struct disk_job *j, const struct parties *p);
/* Run what must fail; what the party `who` says holds `text`. */
void disk_run_refused(struct disk_job *j, const struct parties *p, unsigned who, smpc_err code, const char *text);
void disk_fill(const struct parties *p, enum smpi_corr kind, uint64_t units);
void disk_use_some_of(const struct parties *p, unsigned sessions); /* 5 triples in each */
void disk_use_some(unsigned sessions);                             /* of DISK_TWO */

#endif
