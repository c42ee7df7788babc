/* lines.h - text files of "key value" lines: writing them within bounds, reading
 * them strictly, and the few kinds of values they have.
 *
 * One spelling for everything: numbers without leading zeros, bytes as base64url
 * without padding, times as 2026-11-22T21:40:03Z.  Texts are the rest of a line
 * and have no control characters. */
#ifndef SMPI_LINES_H
#define SMPI_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SMPI_B64_32 = 44, SMPI_B64_64 = 87, SMPI_TIME_LEN = 21 }; /* characters with the NUL */

/* --- writing ----------------------------------------------------------------- */
/* A text that grows in a fixed room; what does not fit sets is_full. */
struct smpi_lines { char *at; size_t len, size; bool is_full; };

/* "key value\n"; control characters of the value become '?'. */
void smpi_lines_add(struct smpi_lines *l, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* "key <base64url>\n", len at most 64 */
void smpi_lines_add_bytes(struct smpi_lines *l, const char *key, const void *bytes, size_t len);
void smpi_lines_add_number(struct smpi_lines *l, const char *key, uint64_t v);
/* "key INDEX <base64url>\n", len at most 64 */
void smpi_lines_add_indexed(struct smpi_lines *l, const char *key, unsigned index, const void *bytes, size_t len);
/* The number, or "-": nobody said. */
void smpi_lines_add_count(struct smpi_lines *l, const char *key, bool is_known, uint64_t v);

/* --- reading ----------------------------------------------------------------- */
struct smpi_slice { const char *at; size_t len; }; /* not terminated */

/* Take the next "key value\n" from `in`; false, and nothing taken: there is none,
 * or it is not of this form. */
bool smpi_lines_next(struct smpi_slice *in, struct smpi_slice *key, struct smpi_slice *value);
bool smpi_slice_is(struct smpi_slice s, const char *text);
bool smpi_slice_equal(struct smpi_slice a, struct smpi_slice b);

/* A value that is exactly one of these; false, and zeros: it is not. */
bool smpi_get_number(uint64_t *v, struct smpi_slice s);
/* "0.5" as 500000 millionths: at most 6 digits on each side of the point. */
bool smpi_get_millionths(uint64_t *v, struct smpi_slice s);
bool smpi_get_bytes(uint8_t *out, size_t len, struct smpi_slice s);
bool smpi_get_time(int64_t *t, struct smpi_slice s);
void smpi_put_time(char out[SMPI_TIME_LEN], int64_t t);
/* "2026-11-22" as the second at which that day begins, in UTC. */
bool smpi_get_day(int64_t *t, struct smpi_slice s);

#endif
