/* probe_protocols.c - the local steps of the protocols on secrets. */
#include "probe.h"

const struct probe protocol_probes[] = {
    {NULL, NULL},
};
