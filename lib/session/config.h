/* config.h - party.yaml and parties.yaml into an smpc_config.
 *
 * party.yaml (private)            parties.yaml (the same text at all parties)
 *   party: north                    security: semi-honest
 *   key: north.key                  preprocessing: dealer
 *   parties: parties.yaml           fraction bits: 20
 *   listen: tcp://0.0.0.0:7700      parties:
 *   timeout: 30 s                     - name: north
 *   wait: 60 s                          address: tcp://north.example.org:7700
 *   purposes:                           key: smpc1_...
 *     - count of strokes                roles: [input, compute, result]
 *   journal: north.journal            - name: dealer ...
 *   pool: pool
 *   data: ...
 *
 * `preprocessing` is dealer, ot or paillier; without the line it is dealer where a party has
 * that role, else ot.  File names are relative to the YAML file they stand in.  `data` is the
 * programs' own part; here it is skipped.  docs/man/smpc-party.yaml.5 has all. */
#ifndef SMPI_CONFIG_H
#define SMPI_CONFIG_H

#include "base/err.h"

/* Fill *cfg, which was set up by SMPC_CONFIG_INIT, from party.yaml at `path` and
 * the parties.yaml it names (or from `parties` when not NULL).  Checked: every
 * line by itself; by smpi_config_valid() what must hold between them; and that
 * the key file is this party's.
 * Errors: SMPC_E_FILE, with one sentence that names file, line and key;
 * SMPC_E_NOMEM; SMPC_E_ARG: *cfg was not set up.  On failure *cfg is as
 * SMPC_CONFIG_INIT makes it. */
smpc_err smpi_config_load(smpc_config *cfg, const char *path, const char *parties, struct smpi_fault *f);

/* A configuration that a session could be opened with, else SMPC_E_ARG and why.  Programs may fill one
 * themselves: nothing of it is used, to read a file for example, before this has been asked. */
smpc_err smpi_config_valid(const smpc_config *cfg, struct smpi_fault *f);

/* This party's own configuration allows results for `purpose`. */
bool smpi_config_allows(const smpc_config *cfg, const char *purpose);

#endif
