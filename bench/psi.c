/* psi.c - the benches of set intersection: 128-bit items, half of them in all sets,
 * base transfers included; one party receives. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "session/session.h"

static uint64_t mix(uint64_t x) {
  x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
  return x ^ x >> 31;
}

/* Item i of n of a party: the first half is everybody's. */
static void make_item(uint64_t item[2], size_t i, size_t n, unsigned rank, size_t repeat) {
  uint64_t owner = i < n / 2 ? 0 : rank + 1;
  item[0] = mix(i + (owner << 48) + ((uint64_t)repeat << 56));
  item[1] = mix(item[0] + 1);
}

static void make_items(uint64_t *item, size_t n, unsigned rank, size_t repeat) {
  for (size_t i = 0; i < n; i++) make_item(item + 2 * i, i, n, rank, repeat);
}

/* A set that is made as it is read. */
enum { SOME = 1024 };
struct stream { size_t n, made, told, repeat; unsigned rank; bool is_wrong; uint64_t item[2 * SOME]; };

static smpc_err next_items(void *user, smpc_items *some) {
  struct stream *t = user;
  size_t n = t->n - t->made < SOME ? t->n - t->made : SOME;
  for (size_t i = 0; i < n; i++) make_item(t->item + 2 * i, t->made++, t->n, t->rank, t->repeat);
  *some = (smpc_items){.n = n, .flat = t->item, .item_len = 16};
  return SMPC_OK;
}

static void tell_items(void *user, const uint8_t *matched, size_t n) {
  struct stream *t = user;
  for (size_t i = 0; i < n; i++, t->told++) t->is_wrong |= matched[i] != (t->told < t->n / 2);
}

static smpc_err reveal_stream(struct bench *b, const smpc_psi *q, size_t i, smpc_psi_result *r) {
  struct stream t = {.n = b->o->n, .repeat = i, .rank = (unsigned)smpi_rank(b->s)};
  smpc_psi_stream in = SMPC_PSI_STREAM_INIT;
  in.next = next_items;
  in.tell = tell_items;
  in.user = &t;
  in.memory = b->o->memory;
  in.folder = b->o->scratch;
  smpc_err err = smpc_psi_reveal_stream(b->s, q, &in, r);
  if (err == SMPC_OK && t.is_wrong) err = smpi_fail(b->s, SMPC_E_BUG, -1, "the intersection is wrong");
  return err;
}

/* All computing parties hold a set. */
static void ask_many(smpc_psi *q, const struct bench *b, uint64_t size[SMPC_MAX_COMPUTING]) {
  for (unsigned i = 0; i < smpi_parties(b->s); i++) {
    q->owners = smpc_and(q->owners, smpc_p(smpi_member_of_rank(b->s, i)));
    size[i] = b->o->n;
  }
  q->sizes = size;
  q->size_a = q->size_b = 0;
}

/* item: room for them, or NULL: as a stream */
static smpc_err once(struct bench *b, smpc_psi_protocol protocol, size_t i, uint64_t *item, uint8_t *matched) {
  size_t n = b->o->n;
  uint64_t size[SMPC_MAX_COMPUTING];
  smpc_psi q = SMPC_PSI_INIT;
  smpc_psi_result r;
  smpc_err err;
  q.a = smpc_p(smpi_member_of_rank(b->s, 0));
  q.b = smpc_p(smpi_member_of_rank(b->s, 1));
  q.to = smpc_to(q.a);
  q.purpose = "benchmark";
  q.protocol = protocol;
  q.size_a = q.size_b = n;
  if (smpi_parties(b->s) > 2) ask_many(&q, b, size);
  if (item != NULL) make_items(item, n, (unsigned)smpi_rank(b->s), i);
  const smpc_items set = {.n = n, .flat = item, .item_len = 16};
  TRY(barrier(b));
  struct smpi_cost before = smpi_spent(b->s);
  begin_online(b, i);
  TRY(item == NULL ? reveal_stream(b, &q, i, &r) : smpc_psi_reveal(b->s, &q, &set, matched, n, &r));
  end_online(b, i);
  struct smpi_cost after = smpi_spent(b->s);
  b->f.rounds = (double)(after.rounds - before.rounds);
  b->f.bytes = (double)(after.bytes - before.bytes);
  if (smpi_rank(b->s) == 0 && r.matched != n / 2) err = smpi_fail(b->s, SMPC_E_BUG, -1, "the intersection is wrong");
out:
  return err;
}

static void add_rates(struct bench *b) {
  struct figures f = b->f;
  add_extra(b, "items_per_second", (double)b->o->n / median(f.seconds, f.repeats));
}

static smpc_err run_protocol(struct bench *b, smpc_psi_protocol protocol) {
  smpc_err err = SMPC_OK;
  bool is_stream = b->o->memory != 0;
  uint64_t *item = is_stream ? NULL : malloc((b->o->n + 1) * 16);
  uint8_t *matched = is_stream ? NULL : malloc(b->o->n + 1);
  if ((protocol == SMPC_PSI_ECDH || is_stream) && smpi_parties(b->s) != 2)
    err = smpi_fail(b->s, SMPC_E_ARG, -1, "this bench is for two parties");
  else if (!is_stream && (item == NULL || matched == NULL)) err = smpi_fail(b->s, SMPC_E_NOMEM, -1, "no memory for the items");
  for (size_t i = 0; i < b->o->repeat && err == SMPC_OK; i++) err = once(b, protocol, i, item, matched);
  b->f.repeats = b->o->repeat;
  if (err == SMPC_OK) add_rates(b);
  free(item);
  free(matched);
  return err;
}

smpc_err run_psi(struct bench *b) { return run_protocol(b, SMPC_PSI_VOLE); }
smpc_err run_psi_ecdh(struct bench *b) { return run_protocol(b, SMPC_PSI_ECDH); }

/* How many different items all parties hold together. */
static smpc_err count_once(struct bench *b, size_t i, uint64_t *item) {
  size_t n = b->o->n;
  uint64_t size[SMPC_MAX_COMPUTING], count, all = n / 2 + smpi_parties(b->s) * (n - n / 2);
  smpc_psi q = SMPC_PSI_INIT;
  smpc_err err;
  q.to = smpc_to(smpc_p(smpi_member_of_rank(b->s, 0)));
  q.purpose = "benchmark";
  ask_many(&q, b, size);
  make_items(item, n, (unsigned)smpi_rank(b->s), i);
  const smpc_items set = {.n = n, .flat = item, .item_len = 16};
  TRY(barrier(b));
  struct smpi_cost before = smpi_spent(b->s);
  begin_online(b, i);
  TRY(smpc_psi_distinct(b->s, &q, &set, &count, NULL));
  end_online(b, i);
  struct smpi_cost after = smpi_spent(b->s);
  b->f.rounds = (double)(after.rounds - before.rounds);
  b->f.bytes = (double)(after.bytes - before.bytes);
  if (smpi_rank(b->s) == 0 && count != all) err = smpi_fail(b->s, SMPC_E_BUG, -1, "the count is wrong");
out:
  return err;
}

smpc_err run_psi_distinct(struct bench *b) {
  smpc_err err = SMPC_OK;
  uint64_t *item = malloc((b->o->n + 1) * 16);
  if (item == NULL) err = smpi_fail(b->s, SMPC_E_NOMEM, -1, "no memory for the items");
  for (size_t i = 0; i < b->o->repeat && err == SMPC_OK; i++) err = count_once(b, i, item);
  b->f.repeats = b->o->repeat;
  if (err == SMPC_OK) add_rates(b);
  free(item);
  return err;
}
