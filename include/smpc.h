/* smpc.h - secure multi-party computation: the whole public interface.
 *
 *  Several parties compute together; each learns only what is opened to it.
 *  All parties run the same calls in the same order (SPMD).  The library
 *  checks that they do, and stops with SMPC_E_DESYNC when they do not.
 *
 *  Order       C leaves open which argument of a call comes first, and gcc,
 *              clang, x86-64 and aarch64 differ: of the arguments of one call
 *              at most one may contain an operation; give the others a name.
 *  Security    SMPC_SEMI_HONEST: a party follows the protocol but may pool what
 *              it sees with others; safe while one computing party is honest.
 *  Ownership   A session owns every smpc_shared it returns.  Free one early
 *              with smpc_shared_free(); smpc_session_close() wipes the rest.
 *  Errors      Sticky.  The first failure ends the session: later operations
 *              do nothing and return NULL, and smpc_open() returns the code.
 *              NULL operands are allowed and give NULL.  So a program may
 *              check once, at smpc_open(), and nothing is ever opened wrongly.
 *  Outputs     On error every caller buffer is zeroed.
 *  Threads     One session, one thread.  Different sessions are independent.
 *              Only smpc_session_cancel() may be called from another thread.
 *              A forked child must not use its parent's sessions (SMPC_E_STATE).
 *  Values      Vectors and matrices, row-major, over the ring Z_2^64: exact
 *              integers (the _i64 calls), or fixed point with frac_bits
 *              fractional bits.  A handle knows which.  Products may mix the
 *              two; sums, comparisons and selections may not (SMPC_E_SHAPE).
 *  Ranges      Nobody sees the values, so nobody can check them: a result that
 *              leaves its range is WRONG WITHOUT NOTICE.  Whole numbers: below
 *              2^63 in magnitude.  Fixed point, f = frac_bits: sums below
 *              2^(63-f); products, matrix products (with all partial sums) and
 *              smpc_scale() below 2^(62-2f), with the default f = 20 that is
 *              4 194 304.  State what is known with smpc_assume_range() and let
 *              smpc_estimate() count range_warnings; use fewer frac_bits, or
 *              whole numbers, where they do not vanish.
 *  Costs       "r rounds, b bytes" are what one computing party sends, online,
 *              for n elements, to each other one; where P, their number, stands
 *              in it, to all.  smpc_estimate() gives exact figures.  Where more
 *              than two open more than 64 KiB at once, masked values inside an
 *              operation included, that takes a round more and 2/P of the
 *              bytes.  Vectors longer than 2^20 elements (less_full: 2^18,
 *              functions: 2^16) are worked on in blocks of that many, each with
 *              the stated rounds.
 */
#ifndef SMPC_H
#define SMPC_H

#include <smpc_types.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SMPC_API __attribute__((visibility("default")))
#define SMPC_MUST_CHECK __attribute__((warn_unused_result))
#else
#define SMPC_API
#define SMPC_MUST_CHECK
#endif

typedef struct smpc_session smpc_session;
typedef struct smpc_shared smpc_shared; /* a secret-shared rows x cols matrix */

static inline smpc_party smpc_p(unsigned i) { smpc_party p = {(uint8_t)i}; return p; }
static inline smpc_who smpc_to(smpc_party p) { smpc_who w = {UINT64_C(1) << (p.id & 63)}; return w; }
static inline smpc_who smpc_and(smpc_who w, smpc_party p) { w.bits |= smpc_to(p).bits; return w; }

typedef struct smpc_failure {
  smpc_err code;
  int party;        /* index of the party concerned, or -1                  */
  uint64_t step;    /* number of the operation, the same at all parties     */
  const char *op;   /* "smpc_matmul"; "" outside operations                 */
  const char *text; /* one English sentence; holds no secret, no input      */
} smpc_failure;     /* op and text belong to the session: valid until it is closed */

/* What a program costs one party online, and what must be prepared for it. */
typedef struct smpc_cost {
  uint32_t size;        /* sizeof(smpc_cost), set by the library                     */
  uint32_t range_warnings; /* operations whose result could leave the ring, see smpc_assume_range() */
  uint64_t rounds;      /* messages one after another                                */
  uint64_t bytes;       /* sent by the busiest party, before encryption              */
  uint64_t triples;     /* ring triples                                              */
  uint64_t bit_triples; /* 64-bit words of bit triples, single and paired            */
  uint64_t dabits;      /* in units of 64                                            */
  uint64_t edabits;     /* in units of 64                                            */
  uint64_t truncations; /* truncation tuples                                         */
  uint64_t masks;       /* ring elements of matrix masks                             */
  uint64_t products;    /* ring elements of matrix products                          */
  uint64_t offline_bytes; /* of correlated randomness: the dealer's, or this computing party's  */
  uint64_t lookups;     /* for comparisons of two parties by oblivious transfer, in units of 64 each way */
  uint64_t bit_pairs;   /* those of bit_triples that are pairs                       */
  uint64_t pooled;      /* how many of the correlations above, by their units, this party's pool on disk
                           gave, or has for what is estimated: they are not in offline_bytes */
} smpc_cost;

/* --- 1. library ---------------------------------------------------------- */
SMPC_API const char *smpc_version(void);
SMPC_API const char *smpc_strerror(smpc_err e);

/* --- 2. session ---------------------------------------------------------- */
/* Read party.yaml at `path`, and the parties.yaml it names, into *cfg.  Fails
 * on unknown keys, on a key file that others can read, and on a missing
 * `security` line; then text (may be NULL) holds one sentence that says where. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_config_load(smpc_config *cfg, const char *path, char *text, size_t text_len);
/* The same, with the members of another parties.yaml instead of those of the
 * file that party.yaml names.  NULL: as smpc_config_load(). */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_config_load_with(smpc_config *cfg, const char *path, const char *parties,
                                                        char *text, size_t text_len);
/* Connect to everybody; *cfg is copied.  Mutually authenticated by pinned keys, encrypted;
 * there is no other mode.  Compares version, parameters and question; 3 rounds.
 * watch may be NULL; it gets every event of the session from the first, in the
 * thread that uses the session, and must not use the session.  Texts are valid
 * during the call; the result counts for SMPC_EVENT_OPENING alone.
 * On failure *s still is a session, which holds the error (NULL only when out
 * of memory): ask it, then close it. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_session_open(smpc_session **s, const smpc_config *cfg, smpc_watch_fn watch,
                                                    void *user);
/* Wait for all parties, compare transcripts, wipe, free.  NULL is allowed.
 * Returns the session's first error, else SMPC_OK. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_session_close(smpc_session *s);
/* End the session from any thread, but not while or after it is closed: its next or current wait fails with
 * SMPC_E_CANCELED, and the other parties are told. */
SMPC_API void smpc_session_cancel(smpc_session *s);
SMPC_API smpc_failure smpc_session_error(const smpc_session *s); /* NULL: "no session" */
/* The dealer's whole program: serve the computing parties with correlated
 * randomness until they have all closed.  Only for the member whose role is
 * SMPC_DEAL; every other call is refused there. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_session_deal(smpc_session *s);
/* What has been spent so far, the same counts as smpc_estimate(). */
SMPC_API smpc_cost smpc_session_spent(const smpc_session *s);

/* --- 3. in and out ------------------------------------------------------- */
/* `owner` shares a matrix, row-major; `data` is read only at the owner (NULL will
 * do elsewhere), so all parties may run the same line.  `shape` must be the same at all parties.
 * double: |value| < 2^(62 - 2 frac_bits), rounded to the nearest multiple of
 * 2^-frac_bits, else SMPC_E_RANGE.  i64: |value| < 2^62.  A computing owner:
 * 0 rounds, 0 bytes (pairwise seeds); another owner: 1 round, 8n bytes to one
 * computing party and nothing to the others. */
SMPC_API smpc_shared *smpc_input(smpc_session *s, smpc_party owner, const double *data, smpc_shape shape);
SMPC_API smpc_shared *smpc_input_i64(smpc_session *s, smpc_party owner, const int64_t *data, smpc_shape shape);
/* A public matrix, the same at all parties, as a shared one.  0 rounds. */
SMPC_API smpc_shared *smpc_constant(smpc_session *s, const double *data, smpc_shape shape);
SMPC_API smpc_shared *smpc_constant_i64(smpc_session *s, const int64_t *data, smpc_shape shape);
/* Reveal x to exactly `to`: no default, never "everybody" by omission.
 * `purpose` must be the same text at all parties and one that each party's
 * configuration allows (SMPC_E_POLICY).  out: n_out = rows x cols elements,
 * written only at parties in `to`; elsewhere zeroed, or NULL.  One round compares the transcripts of all parties
 * before any share leaves, then 1 round, 8n bytes to each recipient (or 2
 * rounds, 16n (P-1)/P bytes, when everybody receives and 8n > 64 KiB, P > 2). */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_open(smpc_session *s, const smpc_shared *x, smpc_who to, const char *purpose,
                                            double *out, size_t n_out);
SMPC_API SMPC_MUST_CHECK smpc_err smpc_open_i64(smpc_session *s, const smpc_shared *x, smpc_who to,
                                                const char *purpose, int64_t *out, size_t n_out);
SMPC_API smpc_shape smpc_shared_shape(const smpc_shared *x); /* NULL: 0 x 0 */
/* The member who could compute x alone, from its own inputs and public constants,
 * else -1.  (Products with an operand that one party knows can be cheaper.) */
SMPC_API int smpc_shared_owner(const smpc_shared *x);
SMPC_API void smpc_shared_free(smpc_session *s, smpc_shared *x);

/* --- 4. local: 0 rounds -------------------------------------------------- */
/* add, sub: shapes equal, or one of them 1 x 1, or 1 x cols (a row for each). */
SMPC_API smpc_shared *smpc_add(smpc_session *s, const smpc_shared *x, const smpc_shared *y);
SMPC_API smpc_shared *smpc_sub(smpc_session *s, const smpc_shared *x, const smpc_shared *y);
/* k x + plus for whole k (any scale of x) */
SMPC_API smpc_shared *smpc_scale_i64(smpc_session *s, int64_t k, const smpc_shared *x, int64_t plus);
/* k x + plus in fixed point: k is rounded to frac_bits; 1 round (truncation), 8n bytes. */
SMPC_API smpc_shared *smpc_scale(smpc_session *s, double k, const smpc_shared *x, double plus);
SMPC_API smpc_shared *smpc_sum(smpc_session *s, const smpc_shared *x);      /* all elements: 1 x 1    */
SMPC_API smpc_shared *smpc_sum_rows(smpc_session *s, const smpc_shared *x); /* over the rows: 1 x cols */
SMPC_API smpc_shared *smpc_slice(smpc_session *s, const smpc_shared *x, size_t row, size_t col, smpc_shape shape);
SMPC_API smpc_shared *smpc_transpose(smpc_session *s, const smpc_shared *x);
SMPC_API smpc_shared *smpc_concat(smpc_session *s, const smpc_shared *x, const smpc_shared *y); /* y's rows below x's */
SMPC_API smpc_shared *smpc_reshape(smpc_session *s, const smpc_shared *x, smpc_shape shape);
/* x times 2^f as whole numbers: the same shares, read otherwise (whole numbers stay).  So fixed point and whole
 * numbers can open at once. */
SMPC_API smpc_shared *smpc_as_i64(smpc_session *s, const smpc_shared *x);

/* --- 5. interactive ------------------------------------------------------ */
/* Elementwise product; shapes as for add.  1 round, 16n bytes to each other
 * party; two fixed-point operands: 1 more round, 8n bytes (truncation, error
 * at most 2^-frac_bits, probabilistic: see docs/threat-model.md).  Operands were
 * rounded when they came in; a large one magnifies the other's rounding. */
SMPC_API smpc_shared *smpc_mul(smpc_session *s, const smpc_shared *x, const smpc_shared *y);
/* Matrix product.  1 round, 8 bytes an element of each operand that is opened
 * for the first time; fixed point: 1 more round, 8 bytes an element of the
 * result (sums are truncated once).  Repeated products with the same left
 * operand open it only once.  By oblivious transfer the randomness for it costs half where one party
 * knows the left operand: smpc_shared_owner(), or, row by row, in what smpc_concat() made of such. */
SMPC_API smpc_shared *smpc_matmul(smpc_session *s, const smpc_shared *x, const smpc_shared *y);
/* x < y ? 1 : 0, for |x - y| < 2^63 in ring units.  8 rounds, about 31n bytes.  (Two parties with SMPC_OT: 7
 * rounds, less_full 8, by another protocol.) */
SMPC_API smpc_shared *smpc_less(smpc_session *s, const smpc_shared *x, const smpc_shared *y);
/* The same over the full 64-bit range (three carries).  9 rounds, about 92n bytes. */
SMPC_API smpc_shared *smpc_less_full(smpc_session *s, const smpc_shared *x, const smpc_shared *y);
/* x == y ? 1 : 0.  8 rounds, about 24n bytes. */
SMPC_API smpc_shared *smpc_equal(smpc_session *s, const smpc_shared *x, const smpc_shared *y);
/* bit ? x : y, bit a whole 0 or 1 (1 x 1, or of x's shape).  1 round, 16n bytes. */
SMPC_API smpc_shared *smpc_select(smpc_session *s, const smpc_shared *bit, const smpc_shared *x, const smpc_shared *y);
/* The largest element, 1 x 1.  9 rounds for each halving. */
SMPC_API smpc_shared *smpc_max(smpc_session *s, const smpc_shared *x);

/* Whole numbers that nobody knows, independent, Pr[x] = (1 - a) / (1 + a) a^|x| with a =
 * e^-epsilon (discrete Laplace), up to a statistical distance of 2^-38 each: added to counts
 * of which one person changes one by 1, they make a table (epsilon, 2^-40)-differentially private,
 * whatever is computed from it afterwards.  epsilon: 1/4096 .. 3, public.  7 rounds for
 * each 2^14 numbers, and about 16 bytes for each of 2B bits, 2^B = 28 / epsilon + 1 rounded up. */
SMPC_API smpc_shared *smpc_noise_laplace(smpc_session *s, double epsilon, smpc_shape shape);

/* How fixed-point products are rescaled from here on (the default is
 * probabilistic: fast, for steps of a computation).  NEAREST is exact rounding,
 * deterministic, 8 more rounds and about 31n more bytes: for products whose
 * result is opened as it is.  See docs/threat-model.md.  Returns the status. */
typedef enum smpc_rounding { SMPC_ROUND_PROBABILISTIC = 0, SMPC_ROUND_NEAREST = 1 } smpc_rounding;
SMPC_API smpc_err smpc_set_rounding(smpc_session *s, smpc_rounding mode);
/* State that every |element| of x is at most `max`: public, not checked, the
 * same at all parties.  smpc_estimate() follows such ranges through the program
 * and counts the operations that could leave the ring (range_warnings); without
 * a statement it takes the widest range an input may have.  Stated of the result of an
 * operation that was counted, a range that fits takes the warning back: it is where a proof
 * knows more than the ranges of the operands say. */
SMPC_API void smpc_assume_range(smpc_session *s, smpc_shared *x, double max);

/* --- 5a. functions of fixed-point numbers -------------------------------- */
/* f is frac_bits.  Error bounds hold at every element of the domain; outside it
 * the result is wrong, unnoticed.  Products inside are rounded as
 * SMPC_ROUND_PROBABILISTIC says, whatever is set.  Costs are for f = 20. */
/* 1 / x for |x| >= 2^(1-f), |1/x| < 2^(61-2f), either sign; |error| <=
 * (8/|x| + 1) 2^-f.  1/0 is 0.  27 rounds, about 330n bytes. */
SMPC_API smpc_shared *smpc_reciprocal(smpc_session *s, const smpc_shared *x);
/* x / y, shapes as for add, |x| < 2^(60-2f), |x/y| < 2^(61-2f); |error| <=
 * (8 |x/y| + 2/|y| + 1) 2^-f for |y| < 2^f, beyond that |x| 2^-f.  29 rounds,
 * about 354n bytes. */
SMPC_API smpc_shared *smpc_divide(smpc_session *s, const smpc_shared *x, const smpc_shared *y);
/* e^x for -2^(60-2f) < x <= (60-2f) ln 2 (f = 20: 13.8); |error| <=
 * (e^x (4 + |x|/2) + 1) 2^-f.  21 rounds, about 327n bytes. */
SMPC_API smpc_shared *smpc_exp(smpc_session *s, const smpc_shared *x);
/* 1 / (1 + e^-x), any x.  COARSE: three pieces (0, x + 1/2, 1), off by up to 0.12,
 * 9 rounds, about 69n bytes.  FINE: |error| <= 1.25e-5 + 8 * 2^-f (f = 20: 1.5e-5),
 * exactly 0 or 1 from |x| = 11.375 on, 12 rounds, about 458n bytes. */
typedef enum smpc_logistic_strength { SMPC_LOGISTIC_COARSE = 0, SMPC_LOGISTIC_FINE = 1 } smpc_logistic_strength;
SMPC_API smpc_shared *smpc_logistic(smpc_session *s, const smpc_shared *x, smpc_logistic_strength strength);
/* The inverse of a symmetric positive definite n x n matrix, by `steps` steps of
 * Newton and Schulz: matrix products alone, 4 rounds and 40 n^2 bytes a step (and 8 n^2
 * once).  From `start` (an earlier, similar inverse), or with
 * NULL from the unit matrix divided by `bound`, a public number not below the
 * largest eigenvalue (the trace is none below).  *residual (may be NULL) gets the
 * sum of the squares of I - x inverse, 1 x 1: compare it, in shares, with what is
 * tolerable.  ||I - x inverse|| is squared at every step: log2(bound / smallest
 * eigenvalue) + 5 steps from NULL; then |error| <= about n ||inverse|| 2^-f. */
SMPC_API smpc_shared *smpc_inverse(smpc_session *s, const smpc_shared *x, const smpc_shared *start, double bound,
                                   unsigned steps, smpc_shared **residual);

/* --- 6. cost and preprocessing ------------------------------------------- */
/* Run `program` with no network and no data, counting what it would cost;
 * openings give zeros.  Exact for straight-line programs.  SMPC_E_ARG where the
 * program takes what the source does not make (SMPC_PAILLIER: matrix products alone). */
typedef void (*smpc_program_fn)(smpc_session *s, void *user);
SMPC_API SMPC_MUST_CHECK smpc_err smpc_estimate(const smpc_config *cfg, smpc_program_fn program, void *user,
                                                smpc_cost *cost);
/* Make the correlated randomness that `program` will take now, so that the
 * online phase is short.  Runs it dry first, as smpc_estimate does. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_preprocess(smpc_session *s, smpc_program_fn program, void *user);

/* --- 7. setting up ------------------------------------------------------- */
/* Make a new identity (X25519 and Ed25519 keys) in `key_file`, which must not
 * exist yet, mode 0600; the public halves go to *member's link_key and
 * sign_key.  text (may be NULL): one sentence on failure. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_identity_new(const char *key_file, smpc_member *member, char *text,
                                                    size_t text_len);
/* The public halves of an existing identity.  Refuses a file others can read. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_identity_public(const char *key_file, smpc_member *member, char *text,
                                                       size_t text_len);
/* The public halves as one word for parties.yaml, with a checksum, so that a
 * typing error is found. */
enum { SMPC_KEY_TEXT_LEN = 103 };
SMPC_API void smpc_key_text(char out[SMPC_KEY_TEXT_LEN], const smpc_member *member);
/* A short fingerprint of the two public keys, to read over the phone:
 * groups of hexadecimal digits, 80 bits. */
enum { SMPC_FINGERPRINT_LEN = 40 };
SMPC_API void smpc_fingerprint(char out[SMPC_FINGERPRINT_LEN], const smpc_member *member);
/* Try the link to every member and report one line for each: what is wrong
 * (unreachable, wrong key, other version, other question, clock) or that it
 * works.  SMPC_OK when all work, else the first failure. */
typedef void (*smpc_check_fn)(void *user, smpc_party peer, smpc_err code, const char *text);
SMPC_API SMPC_MUST_CHECK smpc_err smpc_config_check(const smpc_config *cfg, smpc_check_fn report, void *user);

/* --- 8. private set intersection ----------------------------------------- */
/* Members hold a set each, two or, with `owners`, 3 to 16: byte strings, compared bit for bit.  Each side's
 * equal items count once (`duplicates` tells their owner).  Every member calls;
 * `mine` is read at the two owners alone.  An empty set and an empty intersection
 * are results.  Both owners learn both sizes; give a set a declared size, and it is
 * padded to that with what looks like items.  Fresh keys in every call.
 * What no protocol prevents: who puts guessed items into its set learns which of
 * them the other has, and two runs on sets that differ by one item reveal it. */
typedef enum smpc_psi_protocol {
  SMPC_PSI_AUTO = 0, /* chosen from question and sizes */
  SMPC_PSI_ECDH = 1, /* commutative blinding on ristretto255; sets up to 2^24; reveals and counts */
  SMPC_PSI_VOLE = 2, /* OPRF from VOLE: 100 times as fast on large sets, up to 2^30; reveals only, and only
                        where the two owners are the only computing parties */
  SMPC_PSI_JOIN = 3  /* matched rows in shares, smpc_psi_join(): counts only, with a minimum and for any
                        recipient; the owners are computing parties */
} smpc_psi_protocol;

/* What the parties agree on; compared like everything else. */
typedef struct smpc_psi {
  uint32_t size;              /* sizeof(smpc_psi): set by SMPC_PSI_INIT               */
  smpc_psi_protocol protocol;
  smpc_party a, b;            /* who hold the sets: members with the role SMPC_INPUT  */
  smpc_who to;                /* who learns the result: a, b or both; no default.  A count by the join: anybody */
  const char *purpose;        /* mandatory, as for smpc_open()                        */
  uint64_t size_a, size_b;    /* declared sizes; 0: the number of distinct items is told */
  uint64_t minimum;           /* 0 or 1: none.  Else the join compares the number of items in both sets with it, in
                                 shares; where there are fewer, nothing opens but that           */
  smpc_who owners;            /* {0}: a and b.  Else the computing parties that hold the sets, 3 to 16, for counts
                                 2 to 16; a and b then mean nothing                   */
  const uint64_t *sizes;      /* with owners: their declared sizes in their order, 0: told; NULL: all are told */
  double epsilon;             /* 0: none.  Else noise on a count by the join, as smpc_noise_laplace() draws it, of its
                                 range; where the noised count is below the minimum, or 1, nothing opens but that.
                                 One item in or out of one set changes a count by at most one.  What is out of
                                 range, and noise on anything else, is SMPC_E_ARG                 */
} smpc_psi;
#define SMPC_PSI_INIT { sizeof(smpc_psi), SMPC_PSI_AUTO, {0}, {1}, {0}, NULL, 0, 0, 0, {0}, NULL, 0 }

typedef struct smpc_psi_result {
  uint32_t size;                 /* sizeof(smpc_psi_result), set by the library          */
  smpc_psi_protocol protocol;    /* that was used                                        */
  uint64_t size_a, size_b;       /* what both owners know: distinct items with paddings  */
  uint64_t distinct, duplicates; /* of my own set: different items, and how many more    */
  uint64_t matched;              /* at members of `to`: different items in both (all) sets */
  bool suppressed;               /* fewer than the minimum: nothing was shown            */
  uint64_t sizes[SMPC_MAX_COMPUTING]; /* with owners, and at them: as size_a and size_b  */
  uint64_t recipient_most;       /* with SMPC_MALICIOUS, at both owners: the recipient may have used up to so many
                                    items instead of those it announced (more with probability 2^-40)    */
} smpc_psi_result;

/* matched[i] := 1 when my item i is in the other set, else 0, at the owners in `to`
 * (NULL is allowed elsewhere); n_matched is mine->n.  result may be NULL.
 * 2 rounds for sizes and programs.  SMPC_PSI_ECDH: 2 more; 32 bytes an item, and 5 to 13
 * more for each item of a recipient.  SMPC_PSI_VOLE: 6 more, 7 when both receive; at 2^20
 * items each about 190 bits an item in all.  Leaks: the sizes, to the owners.
 * With owners: matched[i] = 1 when ALL of them have it.  SMPC_PSI_VOLE alone; 3 rounds for each owner but
 * one, and 6 or 7 more; between the first recipient and each other owner about 21 bytes for each item of the largest
 * set of 2^20, 29 when more than one learn.  Owners that pool what they saw with the first recipient can tell which of its items all the
 * remaining owners have, as if they had entered its set as theirs; all other coalitions learn nothing.
 * In a session with SMPC_MALICIOUS: two owners, SMPC_PSI_VOLE, `to` being exactly one of them; some 8 rounds more and
 * about 300 bits an item.  A party that deviates still chooses its set, and a recipient may use more items than it announced: as many as its
 * stores have columns, 434 if it announced up to 256, 1.34 for each of 2^16 and more, but at least 434 for each 2^20 items of the
 * larger set.  What is proved is the result's recipient_most.  Sets of more than 2^20 run in parts, one after the other: a
 * recipient that deviates chooses what it asks of a part when it has seen the matches of those before.
 * With a minimum (semi-honest, owners that compute, sets for a join): the cost of smpc_psi_join() of all owners and a
 * comparison before; one bit, whether the minimum is reached, opens to all members, who need the role SMPC_RESULT, for the
 * purpose "<purpose>: whether the minimum is reached"; they learn the sizes too, and the
 * rest happens only if it is.  With owners the estimate is an upper bound where `to` is without the first owner. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_psi_reveal(smpc_session *s, const smpc_psi *q, const smpc_items *mine,
                                                  uint8_t *matched, size_t n_matched, smpc_psi_result *result);
/* A set that is not in memory: read once, and told in the same order. */
typedef struct smpc_psi_stream {
  uint32_t size;      /* sizeof(smpc_psi_stream): set by SMPC_PSI_STREAM_INIT                      */
  smpc_err (*next)(void *user, smpc_items *some); /* *some := the next items, some at a time, valid until
                         the next call; some->n = 0: there are no more.  An error ends the session  */
  void (*tell)(void *user, const uint8_t *matched, size_t n); /* at recipients, once all is well: matched[i] of
                         the next n items, until each is told                                      */
  void *user;         /* given to both                                                           */
  uint64_t memory;    /* bytes that the call may use, SMPC_PSI_STREAM_LEAST or more; 0: as few as it can */
  const char *folder; /* on a disk with 20 bytes for each item; NULL: the set must fit into `memory`  */
} smpc_psi_stream;
#define SMPC_PSI_STREAM_INIT { sizeof(smpc_psi_stream), NULL, NULL, NULL, 0, NULL }
#define SMPC_PSI_STREAM_LEAST (UINT64_C(160) << 20)

/* smpc_psi_reveal() with my set as a stream, of up to 2^30 items; the other owner may call either.  q->protocol must be
 * SMPC_PSI_VOLE, between two owners, without a minimum.  Memory: a bucket of 2^20 items, however large the sets are, and a bit an
 * item; `memory` covers both while they fit.  What of the set exceeds it goes to `folder`: 128-bit hashes and row numbers in a file without a name,
 * mode 0600, encrypted under a key that never leaves memory; nothing of it is left when the call returns or the process dies.
 * Inside smpc_estimate() the items are counted.  Refused under a study that compares the sets of its runs: that takes them in memory.
 *   SMPC_E_FILE  the folder cannot be used          SMPC_E_DISK  its disk is full, or fails */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_psi_reveal_stream(smpc_session *s, const smpc_psi *q, const smpc_psi_stream *mine,
                                                         smpc_psi_result *result);

/* *count := how many different items are in both sets, at the members of `to`; not
 * which.  With a minimum, with noise, under review, and for recipients who hold no set, by the join: cost and leakage as
 * smpc_psi_sum(); `to` learns the count, or that it is below the minimum.  What a study has held (SMPC_E_HELD) opens
 * as the count and, with a minimum or noise, the verdict: 0 below it, else 1. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_psi_count(smpc_session *s, const smpc_psi *q, const smpc_items *mine,
                                                 uint64_t *count, smpc_psi_result *result);

/* *count := how many different items all `owners` (2 to 16) hold together, at the members of `to`, who may be
 * any with the role SMPC_RESULT.  q->minimum: compared in shares; where the count is below, zero opens, and
 * `suppressed` says so, to `to` alone.  Circuit PSI between every two owners; safe while one computing party is
 * honest.  Two owners with 2^20 items each: about 120 MB.  At most 12 * 2^20 items a set.  Inside smpc_preprocess() the
 * sizes must be declared: what it takes follows from them.  Held as smpc_psi_count().
 * Leaks: the sizes, to all members. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_psi_distinct(smpc_session *s, const smpc_psi *q, const smpc_items *mine,
                                                    uint64_t *count, smpc_psi_result *result);
/* The same count by strata, shared, 1 x strata whole numbers; nothing opens, q's recipients, purpose and minimum
 * mean nothing, and its epsilon must be 0.  Row i of mine is of stratum stratum[i] < strata <= 4096, read at owners alone.  An item counts once:
 * at the lowest-numbered owner that holds it, in the stratum of that owner's first row with it.
 * Costs as smpc_psi_distinct(), and for each owner but the first 8 bytes more for each of its 1.3 items and each
 * stratum to each other party.  Leaks: the sizes, to all members. */
SMPC_API smpc_shared *smpc_psi_tally(smpc_session *s, const smpc_psi *q, const smpc_items *mine,
                                     const uint32_t *stratum, size_t strata, smpc_psi_result *result);

/* --- the join: matched rows, known to nobody, for further computation ---------- */
/* One owner of a join, as all agree. */
typedef struct smpc_psi_owner {
  smpc_party party;   /* a computing party with the role SMPC_INPUT                          */
  uint64_t declared;  /* size its set is padded to; 0: the number of distinct items is told  */
  uint32_t reals, wholes; /* columns that belong to its items: fixed point, whole numbers    */
} smpc_psi_owner;

typedef struct smpc_psi_star {
  uint32_t size;      /* sizeof(smpc_psi_star): set by SMPC_PSI_STAR_INIT                    */
  uint32_t owners;    /* 2 to 16; owner[0], the hub, is best the one with the smallest set   */
  smpc_psi_owner owner[SMPC_MAX_COMPUTING];
} smpc_psi_star;
#define SMPC_PSI_STAR_INIT { sizeof(smpc_psi_star), 0, {{{0}, 0, 0, 0}} }

/* What I bring: items and, row by row, their columns (row-major; NULL where there are none). */
typedef struct smpc_psi_rows {
  smpc_items items;
  const double *real;    /* [items.n x reals]  */
  const int64_t *whole;  /* [items.n x wholes] */
} smpc_psi_rows;

/* A table of `bins` rows, of which those are matched whose item all owners have.  Which rows these are
 * nobody knows; everything of the other rows is zero. */
typedef struct smpc_psi_joined {
  uint32_t size;                 /* sizeof(smpc_psi_joined), set by the library               */
  uint64_t bins;
  uint64_t sizes[SMPC_MAX_COMPUTING]; /* of the owners' sets, with paddings: known to all     */
  uint64_t distinct, duplicates; /* of my own set; of equal items the first row's columns count */
  smpc_shared *matched;          /* bins x 1: 1 or 0                                          */
  smpc_shared *real[SMPC_MAX_COMPUTING], *whole[SMPC_MAX_COMPUTING]; /* owner k's columns: bins x reals, bins x wholes; or NULL */
} smpc_psi_joined;

/* *joined := handles of the joined table, zeroed on failure.  `mine` is read at owners alone.  Circuit PSI
 * [RS21], [RR22], a run of the hub with each other owner one after another; works with every source of correlated
 * randomness, and takes none of it with two owners.
 * bins = ceil(1.3 n) + 500 for the hub's n items.  For each other owner with m items 4 rounds, and 8 for each
 * 2^17 bins; 7 more, with G parties about 5 G, for each 2^18 bins.  Two owners with 2^20 items each: about 150 MB together, and
 * 55 MB more for a column of the other owner, 22 MB for one of the hub; 300 MB of memory.  With three owners or more all computing
 * parties take part.  At most 12 * 2^20 items a set.
 * Leaks: the sizes, to all members.  The hub knows which of its items lies in which row. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_psi_join(smpc_session *s, const smpc_psi_star *q, const smpc_psi_rows *mine,
                                                smpc_psi_joined *joined);

/* What is opened of a join: sums of the columns over the matched rows. */
typedef struct smpc_psi_totals {
  uint32_t size;      /* sizeof(smpc_psi_totals), set by the library                          */
  bool suppressed;    /* fewer matched than the minimum: everything below is zero             */
  uint64_t count;     /* matched rows, where asked for                                        */
  uint64_t sizes[SMPC_MAX_COMPUTING], distinct, duplicates; /* as smpc_psi_joined             */
} smpc_psi_totals;

/* real[n_real], whole[n_whole] := the sums over the matched rows of all columns of all owners in their order, at the
 * members of `to`, who may be any with the role SMPC_RESULT; elsewhere zeroed, or NULL.  The number of matched rows
 * itself opens only with wants_count.  minimum > 1: it is compared in shares, and where fewer rows match,
 * zeros open, and `suppressed` says so, to `to` alone.  totals may be NULL.  All opens at once, and is held so by a
 * study's review (SMPC_E_HELD), as whole numbers: the whole sums, the count, the verdict, the real sums times 2^frac_bits.
 * The cost of smpc_psi_join(), one smpc_less() and products of the sums where there is a minimum, and an opening.
 * Leaks: as the join; to `to` the sums, or that they are suppressed. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_psi_sum(smpc_session *s, const smpc_psi_star *q, const smpc_psi_rows *mine,
                                               smpc_who to, const char *purpose, uint64_t minimum, bool wants_count,
                                               double *real, size_t n_real, int64_t *whole, size_t n_whole,
                                               smpc_psi_totals *totals);

/* --- 9. a pool of correlated randomness on disk --------------------------- */
/* cfg->pool names a folder.  What is in it was made ahead of time, at night for
 * example, by smpc_pool_fill() in a session of the same computing parties with the same
 * source and frac_bits; sessions in which every computing party has a pool take from it
 * first, without being told.  Elementwise correlations only: what matrix products take is made in the
 * session.  Encrypted under a key derived from the party's identity; every piece is given
 * once, whatever dies when: places are passed on disk, at every party, before anything is
 * given.  An older copy of a pool, put back, is refused (SMPC_E_FILE). */
typedef struct smpc_pool_units { /* counted as in smpc_cost */
  uint64_t triples, bit_triples /* without the pairs */, bit_pairs, dabits, edabits, truncations, lookups;
} smpc_pool_units;

typedef struct smpc_pool_lot { /* one filling */
  uint32_t size;               /* sizeof(smpc_pool_lot), set by the library          */
  unsigned parties;            /* computing                                          */
  uint64_t number;
  int64_t made;                /* seconds since 1970, by this party's clock           */
  smpc_source source;          /* that made it: whom one trusts                       */
  unsigned frac_bits;
  smpc_pool_units total, left;
  char name[SMPC_MAX_COMPUTING][64];
  bool fits;                   /* sessions with this configuration can use it         */
} smpc_pool_lot;

/* At every party: make at least these with the session's source, and put them into the
 * pool.  All parties have the filling afterwards, or none can use it. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_pool_fill(smpc_session *s, const smpc_pool_units *units);
/* What this party's pool holds, oldest first; *n may be more than room.  Changes nothing. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_pool_list(const smpc_config *cfg, smpc_pool_lot *lots, size_t room, size_t *n,
                                                 char *text, size_t text_len);
/* Remove all fillings, readable or not.  What shows that an older copy was put back stays. */
SMPC_API SMPC_MUST_CHECK smpc_err smpc_pool_empty(const smpc_config *cfg, char *text, size_t text_len);

#ifdef __cplusplus
}
#endif
#endif
