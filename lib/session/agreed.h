/* agreed.h - the AGREEMENT constants of all protocols, in one place.
 *
 * They shape the transcript: two builds that differ in one of them would not
 * understand each other.  agreement.c digests the whole list into what the
 * parties compare when a session opens. */
#ifndef SMPI_AGREED_H
#define SMPI_AGREED_H

#include <stdint.h>

enum {
  SMPI_BLOCK = 1 << 20,           /* elements that products, truncations, comparisons work on at once */
  SMPI_LESS_FULL_BLOCK = 1 << 18, /* the same where three comparisons run side by side                */
  SMPI_FUNCTION_BLOCK = 1 << 16,  /* the same for functions made of many comparisons                  */
  SMPI_OPEN_SMALL = 8192,         /* 64 KiB; up to here more than two parties open all to all         */
  SMPI_OPEN_BLOCK = 4 << 20,      /* elements of one distributed block of an opening, at most         */
  SMPI_POOL_LEAST = 49152,        /* words of the smallest batch made when the pool is dry            */
  SMPI_POOL_MOST = 3 << 20,       /* words of the largest batch made at once: a block of triples      */
  SMPI_OT_K = 4,                  /* the OT source's transfers take 128 / k - 1 bits                  */
  SMPI_OT_STRETCH = 1 << 17,      /* its transfers of one stretch with all others, each direction     */
  SMPI_OT_SHORT = 4,              /* vectors below are multiplied entry by entry                      */
  SMPI_OT_GROUP = 1 << 20,        /* words of the matrix products that share their rounds             */
};

static const uint64_t smpi_agreed[] = {SMPI_BLOCK,      SMPI_LESS_FULL_BLOCK, SMPI_FUNCTION_BLOCK, SMPI_OPEN_SMALL,
                                       SMPI_OPEN_BLOCK, SMPI_POOL_LEAST,      SMPI_POOL_MOST,      SMPI_OT_K,
                                       SMPI_OT_STRETCH, SMPI_OT_SHORT,        SMPI_OT_GROUP};

#endif
