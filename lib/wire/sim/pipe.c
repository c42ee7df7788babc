/* pipe.c - one direction of a simulated link: what is on its way, and when it
 * arrives.
 *
 * A send occupies the wire for its bytes over the bandwidth, after those before
 * it, and arrives in pieces one latency later, as a long transfer does. */
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "sim_impl.h"

enum { SMALLEST = 4096 }; /* LOCAL: capacity of the smallest segment */

static uint64_t wire_time(const struct smpi_sim *sim, size_t len) {
  return sim->par.mbit_per_s > 0 ? (uint64_t)((double)len * 8000.0 / sim->par.mbit_per_s) : 0;
}

/* When the piece holding byte `off` of segment g is there. */
static uint64_t piece_at(const struct smpi_sim *sim, const struct smpi_sim_segment *g, size_t off) {
  size_t end = smpi_min(g->len, (off / SMPI_SIM_PIECE + 1) * SMPI_SIM_PIECE);
  return g->start + wire_time(sim, end) + g->delay + sim->latency;
}

uint64_t smpi_sim_arrival(const struct smpi_sim *sim, const struct smpi_sim_pipe *p) {
  uint64_t at = p->silent || p->lost || p->head == NULL ? SMPI_SIM_NEVER : piece_at(sim, p->head, p->head->read);
  return at <= p->eof_at ? at : SMPI_SIM_NEVER;
}

uint64_t smpi_sim_eof(const struct smpi_sim_pipe *p) { return p->silent ? SMPI_SIM_NEVER : p->eof_at; }

/* A slot is free when fewer than all its fellows wait for the wire, and the
 * reader has kept up (its window). */
uint64_t smpi_sim_slot_at(const struct smpi_sim *sim, const struct smpi_sim_end *e) {
  const struct smpi_sim_pipe *p = e->out;
  if (e->closed) return 0;
  uint64_t at = p->unread < sim->window ? p->departs[p->turn] : SMPI_SIM_NEVER;
  return at < p->broken_at ? at : p->broken_at;
}

uint64_t smpi_sim_flush_at(const struct smpi_sim_end *e) {
  if (e->closed) return 0;
  return e->out->wire_free < e->out->broken_at ? e->out->wire_free : e->out->broken_at;
}

/* A segment that holds len bytes: a used one, or a new one. */
static struct smpi_sim_segment *segment(struct smpi_sim_pipe *p, size_t len) {
  for (struct smpi_sim_segment **at = &p->spare; *at != NULL; at = &(*at)->next) {
    struct smpi_sim_segment *g = *at;
    if (g->cap < len) continue;
    *at = g->next;
    return g;
  }
  size_t cap = SMALLEST;
  while (cap < len) cap *= 2;
  struct smpi_sim_segment *g = smpi_alloc(1, sizeof *g + cap);
  if (g != NULL) g->cap = cap;
  return g;
}

smpc_err smpi_sim_put(struct smpi_sim *sim, struct smpi_sim_pipe *p, const uint8_t *data, size_t len) {
  struct smpi_sim_segment *g = segment(p, len);
  if (g == NULL) return SMPC_E_NOMEM;
  memcpy(g->data, data, len);
  g->next = NULL;
  g->len = len;
  g->read = 0;
  g->delay = p->delay;
  g->start = p->wire_free > sim->now ? p->wire_free : sim->now;
  p->wire_free = g->start + wire_time(sim, len);
  p->departs[p->turn] = p->wire_free;
  p->turn = (p->turn + 1) % SMPI_SIM_SLOTS;
  p->last_arrival = p->wire_free + g->delay + sim->latency;
  if (p->head == NULL) p->head = g;
  else p->tail->next = g;
  p->tail = g;
  p->bytes += len;
  p->unread += len;
  return SMPC_OK;
}

size_t smpi_sim_get(struct smpi_sim *sim, struct smpi_sim_pipe *p, uint8_t *out, size_t max) {
  size_t got = 0;
  while (got < max && smpi_sim_arrival(sim, p) <= sim->now) {
    struct smpi_sim_segment *g = p->head;
    size_t piece = smpi_min(g->len, (g->read / SMPI_SIM_PIECE + 1) * SMPI_SIM_PIECE) - g->read;
    size_t len = smpi_min(max - got, piece);
    memcpy(out + got, g->data + g->read, len);
    got += len;
    g->read += len;
    p->unread -= len;
    if (g->read < g->len) continue;
    p->head = g->next;
    g->next = p->spare;
    p->spare = g;
  }
  return got;
}

static void free_all(struct smpi_sim_segment *g) {
  while (g != NULL) {
    struct smpi_sim_segment *next = g->next;
    smpi_free(g);
    g = next;
  }
}

void smpi_sim_drain(struct smpi_sim_pipe *p) {
  free_all(p->head);
  free_all(p->spare);
  p->head = p->tail = p->spare = NULL;
}
