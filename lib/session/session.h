/* session.h - what a protocol may use: who takes part, rounds, cost, scratch,
 * session randomness.  Protocols see no sockets, threads or keys.
 *
 * `struct smpc_session` is the public handle; its insides are in session_impl.h,
 * which no protocol includes. */
#ifndef SMPI_SESSION_H
#define SMPI_SESSION_H

#include "base/err.h"
#include "math/ring.h"
#include "rand/prg.h"
#include "wire/mesh.h"

struct smpc_session;

/* --- who ------------------------------------------------------------------
 * Members are numbered as in parties.yaml.  Computing parties also have a rank
 * 0..P-1 in that order; protocols work in ranks. */
unsigned smpi_parties(const struct smpc_session *s);          /* P, computing parties        */
int smpi_rank(const struct smpc_session *s);                  /* mine, or -1: I do not compute */
unsigned smpi_member_of_rank(const struct smpc_session *s, unsigned rank);
int smpi_rank_of(const struct smpc_session *s, unsigned member); /* -1: it does not compute */
unsigned smpi_me(const struct smpc_session *s);               /* my member index             */
int smpi_dealer(const struct smpc_session *s);                /* member index, or -1         */
smpc_source smpi_source_of(const struct smpc_session *s);     /* of correlated randomness    */
bool smpi_pool_is_shared(const struct smpc_session *s);       /* all computing parties keep one on disk */
const char *smpi_member_name(const struct smpc_session *s, unsigned member);
static inline int smpi_is_first(const struct smpc_session *s) { return smpi_rank(s) == 0; }

/* --- rounds ---------------------------------------------------------------
 * One call is one round: counted, tagged with step and program hash.  `peer` in
 * a flow is a member index.  The flows of one round go to different peers.
 * On failure the session's fault is set and all later calls fail alike.
 * Flows to or from the dealer are not part of the SPMD program: they carry no
 * program hash and count as offline, not as a round. */
smpc_err smpi_exchange(struct smpc_session *s, const struct smpi_flow *flow, size_t n);

/* The same chunks to and from all other computing parties (out_len == in_len
 * == len).  consume is called for every peer; see struct smpi_flow. */
smpc_err smpi_exchange_all(struct smpc_session *s, size_t len,
                           void (*produce)(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len),
                           void (*consume)(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len),
                           void *ctx);

/* Between on and off, rounds count as offline traffic: correlated randomness is
 * being made.  Not nested. */
void smpi_offline(struct smpc_session *s, bool is_on);

/* --- failure --------------------------------------------------------------
 * Record the session's first fault and return its code. */
smpc_err smpi_fail(struct smpc_session *s, smpc_err code, int member, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
smpc_err smpi_status(const struct smpc_session *s); /* SMPC_OK while nothing has failed */

/* --- progress -------------------------------------------------------------
 * Tell the program that `done` of `total` units of the present operation's work
 * are done; passed on when another hundredth is. */
void smpi_progress(struct smpc_session *s, uint64_t done, uint64_t total);
/* A line for the program's user; kind is SMPC_EVENT_PEER, _NOTE or _HELD. */
void smpi_note(struct smpc_session *s, smpc_event_kind kind, const char *text);
/* This party is about to send so many offline bytes: progress is told after each exchange of them.
 * 0: no longer. */
void smpi_expect_offline(struct smpc_session *s, uint64_t bytes);

/* --- scratch --------------------------------------------------------------
 * Secret memory for the steps of one operation.  Not zeroed.  NULL when out of
 * memory (the fault is recorded).  Everything taken since a mark is wiped and
 * given back by one release; the public operation does it for its protocol. */
void *smpi_scratch(struct smpc_session *s, size_t n, size_t size);
size_t smpi_scratch_mark(const struct smpc_session *s);
void smpi_scratch_release(struct smpc_session *s, size_t mark);

/* --- blocks ----------------------------------------------------------------
 * Secret memory that outlives an operation: zeroed, NULL when out of memory
 * (nothing recorded).  Put back with the n and size it was got with, wiped then;
 * the session keeps some for the next of the same length.  p may be NULL. */
void *smpi_block_get(struct smpc_session *s, size_t n, size_t size);
void smpi_block_put(struct smpc_session *s, void *p, size_t n, size_t size);

/* --- randomness -----------------------------------------------------------
 * Streams that advance in step at both ends of a pair: position and use are
 * part of the SPMD program.  `own` is known to this party alone. */
struct smpi_prg *smpi_prg_own(struct smpc_session *s);
struct smpi_prg *smpi_prg_pair(struct smpc_session *s, unsigned member); /* shared with that member */
/* What names this session: the same at all members, never before, bound to its links.  Not secret. */
void smpi_session_id(const struct smpc_session *s, uint8_t id[32]);

/* --- agreed parameters ---------------------------------------------------- */
unsigned smpi_frac_bits(const struct smpc_session *s);

/* --- state of upper layers -------------------------------------------------
 * One pointer for each; `close` is called when the session closes. */
enum smpi_slot { SMPI_SLOT_TRIPLE, SMPI_SLOT_API, SMPI_SLOT_DISK, SMPI_SLOTS };
void smpi_slot_set(struct smpc_session *s, enum smpi_slot slot, void *state, void (*close)(void *state));
void *smpi_slot_get(const struct smpc_session *s, enum smpi_slot slot);

/* --- cost -----------------------------------------------------------------
 * Every protocol has smpi_<name>_cost(), which adds what its driver spends for
 * n elements at the busiest party; tests hold it against the real counters. */
struct smpi_cost {
  unsigned parties;    /* P, set by the caller */
  smpc_source source;  /* set by the caller; 0 is the dealer */
  uint64_t rounds, bytes;
  uint64_t corr[8];    /* units of each enum smpi_corr (protocols/triple/triple.h) */
  uint64_t mask_words, product_words, offline_bytes;
  uint64_t pooled[8];  /* of corr: those that a pool on disk gave, or will give (then set by the caller) */
};
struct smpi_cost smpi_spent(const struct smpc_session *s);
/* Count correlations, mask and product words taken (the other fields are the
 * session's own business and ignored). */
void smpi_spent_add(struct smpc_session *s, const struct smpi_cost *taken);

#endif
