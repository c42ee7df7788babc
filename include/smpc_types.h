/* smpc_types.h - the plain types of the public interface: errors, parties,
 * shapes, configuration.  Included by smpc.h; every layer of the library uses them. */
#ifndef SMPC_TYPES_H
#define SMPC_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SMPC_VERSION_MAJOR 0
#define SMPC_VERSION_MINOR 1
#define SMPC_VERSION_PATCH 0

/* Grouped by whose fault it is.  Values never change. */
typedef enum smpc_err {
  SMPC_OK = 0,
  /* ours: fix the calling program */
  SMPC_E_ARG = 1,    /* an argument no program should pass             */
  SMPC_E_SHAPE = 2,  /* shapes or scales of operands do not fit        */
  SMPC_E_RANGE = 3,  /* a value is outside the fixed-point range       */
  SMPC_E_STATE = 4,  /* the call is not allowed now                    */
  SMPC_E_POLICY = 5, /* refused by this party's own configuration      */
  SMPC_E_HELD = 6,   /* no failure: the result waits for its reviewers */
  /* the machine */
  SMPC_E_NOMEM = 20,
  SMPC_E_RNG = 21,
  SMPC_E_FILE = 22,
  SMPC_E_DISK = 23, /* a disk is full, or does not give back what was written */
  /* the network; try again with a fresh session */
  SMPC_E_CONNECT = 40,
  SMPC_E_TIMEOUT = 41,
  SMPC_E_CLOSED = 42,
  SMPC_E_CANCELED = 43,
  /* the parties disagree: compare configurations and programs */
  SMPC_E_VERSION = 60,
  SMPC_E_PARAM = 61,
  SMPC_E_DESYNC = 62,
  SMPC_E_PEER = 63, /* a peer ended the session and said why           */
  /* somebody is not who, or does not do what, they should */
  SMPC_E_AUTH = 80,
  SMPC_E_FORMAT = 81,
  SMPC_E_CHEAT = 82,
  /* us: please report */
  SMPC_E_BUG = 99
} smpc_err;

typedef enum smpc_security {
  SMPC_SEMI_HONEST = 1, /* parties follow the protocol but pool what they see */
  SMPC_MALICIOUS = 2    /* parties may deviate: of all operations, smpc_psi_reveal() to one of two parties alone */
} smpc_security;

/* Where correlated randomness comes from.  See docs/threat-model.md. */
typedef enum smpc_source {
  SMPC_DEALER = 1, /* one further party that sees no data and is trusted not to collude */
  SMPC_OT = 2,     /* oblivious transfer among the computing parties: nobody is trusted  */
  SMPC_PAILLIER = 3 /* Paillier encryption among them: nobody is trusted; matrix products alone */
} smpc_source;

/* What a party does (ISO/IEC 4922-1); one party may have several roles. */
enum { SMPC_INPUT = 1, SMPC_COMPUTE = 2, SMPC_RESULT = 4, SMPC_DEAL = 8 };

enum { SMPC_MAX_PARTIES = 32, SMPC_MAX_COMPUTING = 16 };

typedef struct smpc_party { uint8_t id; } smpc_party; /* a struct: not an index by slip */
typedef struct smpc_who { uint64_t bits; } smpc_who;  /* a set of parties               */
typedef struct smpc_shape { size_t rows, cols; } smpc_shape;

/* A set for a private set intersection: n items, byte strings of any length.  Either
 * item[i] with len[i] (len NULL: all item_len), or flat: n times item_len bytes. */
typedef struct smpc_items {
  size_t n;
  const void *const *item; /* [n] or NULL: flat is used */
  const size_t *len;       /* [n] or NULL: item_len     */
  const void *flat;
  size_t item_len;
} smpc_items;

/* One line of parties.yaml. */
typedef struct smpc_member {
  char name[64];
  char address[192];      /* what others dial, "tcp://host:port" or "ipc:///path"; "" = dials out only */
  unsigned roles;         /* SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT, or SMPC_DEAL alone */
  uint8_t link_key[32];   /* X25519 public key of its links       */
  uint8_t sign_key[32];   /* Ed25519 public key of its signatures */
} smpc_member;

/* Start from SMPC_CONFIG_INIT, fill by smpc_config_load(); fields may be changed
 * before opening. */
typedef struct smpc_config {
  uint32_t size;          /* sizeof(smpc_config): set by SMPC_CONFIG_INIT        */
  smpc_security security; /* no default: must be stated, must agree              */
  smpc_source source;     /* no default: must be stated, must agree              */
  unsigned frac_bits;     /* 1..28 fractional bits of fixed-point values         */
  unsigned timeout_ms;    /* a peer silent for so long is given up               */
  unsigned wait_ms;       /* how long to wait for the others to start            */
  smpc_party me;          /* index into member[]                                 */
  unsigned parties;       /* members in use, dealer included                     */
  smpc_member member[SMPC_MAX_PARTIES];
  char listen[192];       /* what I bind; "" = my own address                    */
  char key_file[512];     /* this party's private keys; never on argv            */
  char purposes[4096];    /* purposes I allow, one a line; "*" alone = any       */
  uint8_t question[32];   /* digest of the agreed question; zeros: none          */
  char journal[512];      /* this party's journal; "" = none                     */
  char study[512];        /* a signed study; "" = none.  Set by smpc_config_load_study() */
  char ask[128];          /* which of its questions                              */
  char release[17];       /* a held result, to open it; "" = none.  Set by smpc_config_release() */
  char pool[512];         /* folder of a pool on disk; "" = none                 */
} smpc_config;
#define SMPC_CONFIG_INIT { sizeof(smpc_config), (smpc_security)0, (smpc_source)0, 20, 30000, 60000, {0}, 0, \
                           {{"", "", 0, {0}, {0}}}, "", "", "", {0}, "", "", "", "", "" }

/* What a session tells its program as it goes. */
typedef enum smpc_event_kind {
  SMPC_EVENT_PROGRESS = 1, /* done of total work units in `op`                */
  SMPC_EVENT_OPENING = 2,  /* about to open: return false to refuse           */
  SMPC_EVENT_PEER = 3,     /* connected / lost / awaited                      */
  SMPC_EVENT_NOTE = 4,     /* a line for the log; `to`: whom it is about, if a member */
  SMPC_EVENT_HELD = 5      /* a result is held: which, for whom, until when   */
} smpc_event_kind;

typedef struct smpc_event {
  smpc_event_kind kind;
  const char *op, *text;
  uint64_t done, total;
  smpc_who to;
  smpc_shape shape;
} smpc_event;
typedef bool (*smpc_watch_fn)(const smpc_event *e, void *user);

#ifdef __cplusplus
}
#endif
#endif
