/* pool.h - what lifecycle.c and program.c want of the pool on disk. */
#ifndef SMPI_API_POOL_H
#define SMPI_API_POOL_H

#include "session/session_impl.h"

/* What a party's key for its pool is derived for. */
#define SMPI_POOL_KEY "smpc pool key 1"

/* The key, from cfg->key_file. */
smpc_err smpi_pool_key(uint8_t key[32], const smpc_config *cfg, struct smpi_fault *f);
/* Set c->pooled: of c->corr, what this party's own pool has. */
void smpi_pool_expect(struct smpi_cost *c, const smpc_config *cfg);

#endif
