/* width.h - the width of the ring, 64 bits; the exhaustive tests compile the
 * local steps over smaller ones. */
#ifndef SMPI_WIDTH_H
#define SMPI_WIDTH_H

#ifndef SMPI_RING_BITS
#define SMPI_RING_BITS 64
#endif

#endif
