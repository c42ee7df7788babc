/* session_impl.h - the insides of a session; only lib/session, lib/govern and lib/api
 * include it.  Protocols see session.h. */
#ifndef SMPI_SESSION_IMPL_H
#define SMPI_SESSION_IMPL_H

#include <smpc_types.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "base/stock.h"
#include "rand/hash.h"
#include "session/scratch.h"
#include "session/session.h"

/* How a session comes by its mesh: nng, or the simulated network in tests. */
struct smpi_network {
  smpc_err (*open)(void *ctx, struct smpi_mesh **mesh, const struct smpi_mesh_config *cfg, struct smpi_fault *fault);
  void *ctx;
};
extern const struct smpi_network smpi_network_nng;

/* A result on its way to being held, or back. */
struct smpi_result {
  smpc_who to;
  const char *purpose;
  smpc_shape shape;
  unsigned frac;          /* fractional bits: 0 for whole numbers              */
  const shr *share;       /* rows x cols; NULL where one does not compute      */
  const uint64_t *value;  /* the same in clear at a reviewer who has seen it; else NULL */
};

/* Who reviews a result before it opens. */
struct smpi_reviewing { smpc_who by; const char *purpose; bool with_sight; };

/* What watches over a session on this party's behalf: its journal and the gate of its
 * study (lib/govern).  The session only knows when to ask. */
struct smpi_guard {
  /* Values this party puts in, as ring elements. */
  smpc_err (*input)(void *ctx, struct smpc_session *s, const uint64_t *clear, size_t n);
  /* An opening that all checks have passed, before the programs are compared and so
   * before any share of it leaves any party.  On refusal it has recorded the fault. */
  smpc_err (*opening)(void *ctx, struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape);
  /* Sets that will meet: size[i] items of member i, with paddings; 0: it brings none, or
   * its number is told later (!are_known).  Before anything that depends on items leaves
   * this party; with are_known at last, unless this party never learns the numbers. */
  smpc_err (*items)(void *ctx, struct smpc_session *s, const uint64_t *size, bool are_known);
  /* Must a set of this party's be told as an input, too? */
  bool (*compares_sets)(void *ctx);
  /* The session ends; while nothing has failed it may still exchange.  Frees ctx. */
  void (*end)(void *ctx, struct smpc_session *s);
  /* Must a result for this purpose be reviewed before it opens?  NULL: no. */
  const struct smpi_reviewing *(*review)(void *ctx, const char *purpose);
  /* May it be held?  As `opening`, but nothing is announced yet. */
  smpc_err (*may_hold)(void *ctx, struct smpc_session *s, smpc_who to, const char *purpose, smpc_shape shape);
  /* Keep it: on disk on return.  The shares have been re-randomised. */
  smpc_err (*hold)(void *ctx, struct smpc_session *s, const struct smpi_result *r);
  /* The result that this session is to open, which `opening` then lets pass, once. */
  smpc_err (*held)(void *ctx, struct smpc_session *s, struct smpi_result *r);
  bool rules_purposes; /* it knows the allowed purposes: the configuration need not list them */
};

struct smpi_slot_entry { void *state; void (*close)(void *state); };

struct smpc_session {
  smpc_config cfg;
  struct smpi_fault fault;
  smpc_watch_fn watch;
  void *watch_user;
  pid_t pid;                      /* a forked child must not go on          */
  bool is_dry;                    /* counts only: no network, no data       */
  bool is_offline;                /* rounds now make correlated randomness   */

  /* who */
  unsigned parties;               /* computing                              */
  int rank, dealer;
  uint8_t member_of_rank[SMPC_MAX_COMPUTING];

  uint64_t have_pool;             /* members that keep a pool on disk       */

  /* network; both are read by smpc_session_cancel(), from any thread */
  atomic_bool is_canceled;
  _Atomic(struct smpi_mesh *) mesh;

  /* the running program */
  uint64_t step;
  const char *op;
  struct smpi_hash program;       /* of every public call so far            */
  uint64_t program_tag;           /* its first 8 bytes, when tag_is_fresh   */
  bool tag_is_fresh;
  struct smpi_cost spent;
  uint64_t expected_rounds;       /* of the whole program, from its dry run, or 0 */
  uint64_t offline_from, expected_offline; /* bytes before, and of, what is being prepared, or 0 */
  unsigned percent;               /* told last                               */

  /* randomness */
  uint8_t id[32];
  struct smpi_prg *own, *pair[SMPC_MAX_PARTIES];

  struct smpi_scratch scratch;
  struct smpi_stock stock;
  struct smpi_slot_entry slot[SMPI_SLOTS];
  const struct smpi_guard *guard; /* or NULL */
  void *guard_ctx;
};

/* --- life (session.c, agreement.c) ----------------------------------------- */
/* Connect and agree.  `link_secret` is the X25519 secret key that belongs to
 * cfg->member[cfg->me].link_key.  As smpc_session_open() otherwise.
 * cost: the handshakes, then 2 rounds of at most 300 bytes to each member. */
smpc_err smpi_session_open_on(struct smpc_session **s, const smpc_config *cfg, const uint8_t link_secret[32],
                              const struct smpi_network *net, smpc_watch_fn watch, void *user);
/* A session that only counts. */
smpc_err smpi_session_dry(struct smpc_session **s, const smpc_config *cfg);
/* Setting up is over: count from zero. */
void smpi_session_count_afresh(struct smpc_session *s);
smpc_err smpi_session_close(struct smpc_session *s);
void smpi_session_cancel(struct smpc_session *s);

/* A note that is about one member: the event's `to`. */
void smpi_note_about(struct smpc_session *s, unsigned member, const char *text);
/* 16 bytes that stand for everything the parties must agree on, laid out as wire/hello.h says. */
void smpi_agreement_tag(uint8_t tag[16], const smpc_config *cfg);
void smpi_question_tag(uint8_t tag[8], const uint8_t question[32]); /* the latter 8: what a refusal names */
/* The rounds that compare everything and give session id and pair keys. */
smpc_err smpi_session_agree(struct smpc_session *s);

/* --- the running program (session.c) ---------------------------------------- */
/* Begin the next operation: one step further, its name into the program hash. */
void smpi_step(struct smpc_session *s, const char *op);
void smpi_absorb(struct smpc_session *s, const void *data, size_t len);
void smpi_absorb_u64(struct smpc_session *s, uint64_t v);
/* One exchange, which is neither counted nor part of the program but by its tag: setting up goes without one. */
smpc_err smpi_exchange_tagged(struct smpc_session *s, struct smpi_tag t, const struct smpi_flow *flow, size_t n);
/* Compare the full program hash with every member but the dealer.  1 round, 32
 * bytes to each.  SMPC_E_DESYNC names a member whose program differs. */
smpc_err smpi_compare_programs(struct smpc_session *s);

#endif
