/* address.c - see address.h. */
#include "session/address.h"

#include <string.h>
#include <sys/un.h>

static bool is_port(const char *p) {
  unsigned value = 0;
  size_t n = strspn(p, "0123456789");
  for (size_t i = 0; i < n && i < 6; i++) value = 10 * value + (unsigned)(p[i] - '0');
  return n >= 1 && n <= 5 && p[n] == 0 && p[0] != '0' && value <= 65535;
}

static bool is_host(const char *host, size_t len, bool to_listen) {
  static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
  if (to_listen && len == 1 && host[0] == '*') return true;
  if (len > 2 && host[0] == '[') return strspn(host + 1, "0123456789abcdefABCDEF:.%") == len - 2 && host[len - 1] == ']';
  return len > 0 && host[0] != '-' && host[0] != '.' && strspn(host, name) == len;
}

bool smpi_address_is_valid(const char *address, bool to_listen) {
  if (strncmp(address, "ipc:///", 7) == 0) {
    for (const char *p = address; *p; p++)
      if ((unsigned char)*p < 33 || *p == 127) return false;
    return address[7] != 0 && strlen(address + 6) < sizeof((struct sockaddr_un *)0)->sun_path;
  }
  if (strncmp(address, "tcp://", 6) != 0) return false;
  const char *host = address + 6, *colon = strrchr(host, ':');
  return colon != NULL && is_host(host, (size_t)(colon - host), to_listen) && is_port(colon + 1);
}
