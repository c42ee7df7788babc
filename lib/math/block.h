/* block.h - strings of 128 bits: what oblivious transfer and AES work on.
 *
 * Bit i of a block is bit i % 64 of word i / 64; its 16 bytes are the words in
 * little-endian order, so that byte 0 holds bits 0..7.  Addition is exclusive or. */
#ifndef SMPI_BLOCK_H
#define SMPI_BLOCK_H

#include <stddef.h>
#include <stdint.h>

typedef struct blk { _Alignas(16) uint64_t w[2]; } blk;

static inline blk smpi_blk_xor(blk x, blk y) { return (blk){{x.w[0] ^ y.w[0], x.w[1] ^ y.w[1]}}; }

/* bit ? x : 0, in constant time; bit is 0 or 1 */
static inline blk smpi_blk_if(uint64_t bit, blk x) { return (blk){{x.w[0] & (0 - bit), x.w[1] & (0 - bit)}}; }

#endif
