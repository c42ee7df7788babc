/* party.h - the commands of smpc-party. */
#ifndef PARTY_H
#define PARTY_H

#include "cli.h"

/* `new DIR`: commented templates; no file is overwritten. */
enum cli_exit party_new(const char *dir, const char *name);
/* `keygen [FILE]`: a new identity; without FILE, where party.yaml's key: says. */
enum cli_exit party_keygen(const char *key_file, const struct cli_options *o);
/* `show [FILE]`: my entry for parties.yaml, and its fingerprint. */
enum cli_exit party_show(const char *key_file, const struct cli_options *o);
/* `show --all`: the names and fingerprints of everybody in parties.yaml. */
enum cli_exit party_show_all(const struct cli_options *o);
/* `check`: try every link. */
enum cli_exit party_check(const struct cli_options *o);
/* `check --firewall`: who dials whom, from the files alone. */
enum cli_exit party_firewall(const struct cli_options *o);
/* `pool`: what the pool on disk holds. */
enum cli_exit party_pool(const struct cli_options *o);
/* `pool --fill SPEC`: fill it, with the others. */
enum cli_exit party_pool_fill(const char *spec, const struct cli_options *o);
/* `pool --empty`: remove all it holds. */
enum cli_exit party_pool_empty(const struct cli_options *o);

#endif
