/* tap.h - see what the parties say to one another before it is encrypted.
 *
 * The library has no such hook.  Test programs are linked with
 * --wrap=smpi_mesh_exchange, so that every exchange passes through tap.c. */
#ifndef TAP_H
#define TAP_H

#include <stddef.h>
#include <stdint.h>

/* Called with each chunk about to be sent, in order for each (from, to); off
 * counts within one exchange, 0 begins a new one. */
typedef void (*tap_fn)(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len);

void tap_set(tap_fn fn, void *user); /* for the whole process; NULL = none      */
void tap_party(unsigned me);         /* who the calling thread is; shown from then on */

#endif
