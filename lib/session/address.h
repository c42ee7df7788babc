/* address.h - what may stand in `address:` and `listen:`. */
#ifndef SMPI_ADDRESS_H
#define SMPI_ADDRESS_H

#include <stdbool.h>

#define SMPI_ADDRESS_FORM "write tcp://host:port, tcp://[IPv6]:port or ipc:///path"

/* tcp://host:port with a host name, IPv4 or [IPv6] address and a port 1..65535
 * without leading zero, or ipc:// with an absolute path that a socket can have.
 * To listen, the host may be * as well. */
bool smpi_address_is_valid(const char *address, bool to_listen);

#endif
