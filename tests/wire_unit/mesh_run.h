/* mesh_run.h - parties as threads of this process, each with a mesh over real nng streams. */
#ifndef MESH_RUN_H
#define MESH_RUN_H

#include "support/test.h" /* first: cmocka's prerequisites */

#include <pthread.h>

#include "support/local_ports.h"
#include "support/mesh_support.h"

/* One party in its thread. */
struct mesh_party {
  const struct members *members;
  unsigned me, delay_ms;
  void (*act)(struct mesh_party *p);
  const void *user;
  struct smpi_mesh_config cfg;
  struct smpi_mesh *mesh;
  struct smpi_fault fault;
  bool good, keep_open;
  pthread_t thread;
};

enum transport { TCP, IPC };

/* n members with addresses of their own. */
void mesh_members(struct members *m, unsigned n, enum transport transport);
/* All of them, to run `act` once their mesh is open; timeout 3 s. */
void mesh_prepare(struct mesh_party *p, const struct members *m, void (*act)(struct mesh_party *), const void *user);
/* Until all have ended; nothing stays allocated. */
void mesh_run(struct mesh_party *p, unsigned n);
void mesh_check_good(const struct mesh_party *p, unsigned n);
void mesh_check_fault(const struct mesh_party *p, smpc_err code, int party, const char *says);

#endif
