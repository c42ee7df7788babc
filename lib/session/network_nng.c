/* network_nng.c - the real network of a session. */
#include "session/session_impl.h"

static smpc_err open_nng(void *ctx, struct smpi_mesh **mesh, const struct smpi_mesh_config *cfg, struct smpi_fault *fault) {
  (void)ctx;
  return smpi_mesh_open(mesh, cfg, fault);
}

const struct smpi_network smpi_network_nng = {open_nng, NULL};
