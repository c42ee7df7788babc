/* wide.h - the columns a UTF-8 string takes on a terminal, for aligned tables. */
#ifndef WIDE_H
#define WIDE_H

#include <stddef.h>
#include <stdio.h>

/* Terminal columns of a UTF-8 string: two for a Chinese character or a
 * fullwidth form, none for a combining mark or a control character; an invalid
 * byte counts as the one replacement character a terminal shows for it. */
size_t wide_width(const char *text);

/* Write `text` and fill with spaces up to `columns` terminal columns: text
 * first (left-aligned), or the spaces first when `right` is not 0.  A longer
 * text is written whole.
 *   return 0, or -1 when the stream reports an error */
int wide_put(FILE *out, const char *text, size_t columns, int right);

#endif
