/* mesh_run.c - see mesh_run.h. */
#include "mesh_run.h"

#include "support/seams.h"

static void *party_main(void *arg) {
  struct mesh_party *p = arg;
  usleep(p->delay_ms * 1000);
  if (smpi_mesh_open(&p->mesh, &p->cfg, &p->fault) != SMPC_OK) return NULL;
  if (p->act != NULL) p->act(p);
  if (p->keep_open) return NULL;
  if (p->fault.code != SMPC_OK) smpi_mesh_abort(p->mesh, p->fault.code, 1);
  smpi_mesh_close(p->mesh, p->fault.code == SMPC_OK);
  p->mesh = NULL;
  return NULL;
}

void mesh_members(struct members *m, unsigned n, enum transport transport) {
  static int serial;
  members_make(m, n);
  for (unsigned i = 0; i < n; i++) {
    if (transport == TCP) snprintf(m->peer[i].address, sizeof m->peer[i].address, "tcp://127.0.0.1:%u", free_port());
    else snprintf(m->peer[i].address, sizeof m->peer[i].address, "ipc:///tmp/smpc-test-%d-%d", (int)getpid(), serial++);
  }
}

void mesh_prepare(struct mesh_party *p, const struct members *m, void (*act)(struct mesh_party *), const void *user) {
  memset(p, 0, m->n * sizeof *p);
  for (unsigned i = 0; i < m->n; i++)
    p[i] = (struct mesh_party){.members = m, .me = i, .act = act, .user = user, .cfg = members_config(m, i, 3000)};
}

void mesh_run(struct mesh_party *p, unsigned n) {
  uint64_t live = seam_heap_live();
  for (unsigned i = 0; i < n; i++) assert_int_equal(pthread_create(&p[i].thread, NULL, party_main, &p[i]), 0);
  for (unsigned i = 0; i < n; i++) pthread_join(p[i].thread, NULL);
  assert_int_equal(seam_heap_live(), live);
}

void mesh_check_good(const struct mesh_party *p, unsigned n) {
  for (unsigned i = 0; i < n; i++)
    if (!p[i].good || p[i].fault.code != SMPC_OK) fail_msg("party %u: %s", i, p[i].fault.text);
}

void mesh_check_fault(const struct mesh_party *p, smpc_err code, int party, const char *says) {
  if (p->fault.code != code || p->fault.party != party || strstr(p->fault.text, says) == NULL)
    fail_msg("party %u: code %d party %d: %s", p->me, p->fault.code, p->fault.party, p->fault.text);
}
