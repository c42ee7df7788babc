/* sim_mesh.c - an ordinary mesh over simulated streams: the real handshakes,
 * channels, frames and exchanges. */
#include "sim.h"
#include "wire/mesh_attach.h"

/* Everybody attaches its peers in ascending order: the pair of smallest indices
 * still missing can always go on, so nobody waits in a circle. */
smpc_err smpi_sim_mesh_open(struct smpi_sim *sim, unsigned party, const struct smpi_mesh_config *cfg,
                            struct smpi_mesh **mesh, struct smpi_fault *fault) {
  *mesh = NULL;
  if (cfg->me != party)
    return smpi_fault_set(fault, SMPC_E_ARG, -1, "party %u opens the mesh of party %u", party, cfg->me);
  smpc_err err = smpi_mesh_new(mesh, cfg, fault);
  for (unsigned peer = 0; err == SMPC_OK && peer < cfg->n; peer++) {
    struct smpi_stream *st;
    if (peer == party) continue;
    err = smpi_sim_stream(&st, sim, party, peer);
    if (err != SMPC_OK) smpi_fault_set(fault, err, (int)peer, "%s", smpi_err_text(err));
    else err = smpi_mesh_attach(*mesh, peer, st, party > peer, fault);
  }
  if (err == SMPC_OK) return SMPC_OK;
  smpi_mesh_close(*mesh, false);
  *mesh = NULL;
  return err;
}
