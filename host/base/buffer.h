/* Growing byte buffers and reading cursors for little-endian binary records.
 *
 * Both remember a failure (out of memory; reading past the end), so that a sequence of calls is checked once.
 */
#ifndef ESWI_BUFFER_H
#define ESWI_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; free with eswi_buffer_free. `size` may be set back to 0 to write anew. */
typedef struct eswi_buffer {
    unsigned char *data;
    size_t size, capacity;
    bool failed;
} eswi_buffer;

void eswi_buffer_free(eswi_buffer *buffer);
/* Makes room for `length` more bytes behind `size`. */
void eswi_buffer_reserve(eswi_buffer *buffer, size_t length);
void eswi_buffer_put(eswi_buffer *buffer, const void *data, size_t length);
void eswi_buffer_put_u32(eswi_buffer *buffer, uint32_t value);
void eswi_buffer_put_u64(eswi_buffer *buffer, uint64_t value);
void eswi_buffer_put_f64(eswi_buffer *buffer, double value);
void eswi_buffer_put_f64s(eswi_buffer *buffer, const double *values, size_t n);
void eswi_buffer_put_varint(eswi_buffer *buffer, uint64_t value); /* LEB128 */
void eswi_buffer_printf(eswi_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

typedef struct eswi_cursor {
    const unsigned char *data;
    size_t size, at;
    bool failed;
} eswi_cursor;

/* The next `length` bytes in place, or NULL (and failed) when there are fewer. */
const unsigned char *eswi_cursor_take(eswi_cursor *cursor, size_t length);
uint32_t eswi_cursor_u32(eswi_cursor *cursor); /* 0 after a failure, like all below */
uint64_t eswi_cursor_u64(eswi_cursor *cursor);
double eswi_cursor_f64(eswi_cursor *cursor);
uint64_t eswi_cursor_varint(eswi_cursor *cursor);

/* The little-endian double at `bytes`. */
double eswi_load_f64(const unsigned char *bytes);

#endif
