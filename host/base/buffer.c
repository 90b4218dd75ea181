#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void eswi_buffer_free(eswi_buffer *buffer)
{
    free(buffer->data);
    *buffer = (eswi_buffer){0};
}

static bool reserve(eswi_buffer *buffer, size_t length)
{
    if (buffer->failed)
        return false;
    if (buffer->capacity - buffer->size >= length)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity - buffer->size < length) {
        if (capacity > SIZE_MAX / 2) {
            buffer->failed = true;
            return false;
        }
        capacity *= 2;
    }
    unsigned char *data = realloc(buffer->data, capacity);
    if (!data) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void eswi_buffer_reserve(eswi_buffer *buffer, size_t length)
{
    reserve(buffer, length);
}

void eswi_buffer_put(eswi_buffer *buffer, const void *data, size_t length)
{
    if (length == 0 || !reserve(buffer, length))
        return;
    memcpy(buffer->data + buffer->size, data, length);
    buffer->size += length;
}

static void store_u64(unsigned char *bytes, uint64_t value)
{
    for (int i = 0; i < 8; ++i)
        bytes[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t load_u64(const unsigned char *bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

void eswi_buffer_put_u32(eswi_buffer *buffer, uint32_t value)
{
    unsigned char bytes[8];
    store_u64(bytes, value);
    eswi_buffer_put(buffer, bytes, 4);
}

void eswi_buffer_put_u64(eswi_buffer *buffer, uint64_t value)
{
    unsigned char bytes[8];
    store_u64(bytes, value);
    eswi_buffer_put(buffer, bytes, 8);
}

void eswi_buffer_put_f64(eswi_buffer *buffer, double value)
{
    eswi_buffer_put_u64(buffer, bits_of(value));
}

void eswi_buffer_put_f64s(eswi_buffer *buffer, const double *values, size_t n)
{
    if (n > SIZE_MAX / 8 || !reserve(buffer, 8 * n)) {
        buffer->failed = true;
        return;
    }
    for (size_t i = 0; i < n; ++i)
        store_u64(buffer->data + buffer->size + 8 * i, bits_of(values[i]));
    buffer->size += 8 * n;
}

void eswi_buffer_put_varint(eswi_buffer *buffer, uint64_t value)
{
    unsigned char bytes[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (unsigned char)(value | 0x80);
    bytes[n++] = (unsigned char)value;
    eswi_buffer_put(buffer, bytes, n);
}

void eswi_buffer_printf(eswi_buffer *buffer, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0) {
        buffer->failed = true;
    } else if (reserve(buffer, (size_t)length + 1)) {
        vsnprintf((char *)buffer->data + buffer->size, (size_t)length + 1, format, again);
        buffer->size += (size_t)length;
    }
    va_end(again);
    va_end(args);
}

const unsigned char *eswi_cursor_take(eswi_cursor *cursor, size_t length)
{
    if (cursor->failed || cursor->size - cursor->at < length) {
        cursor->failed = true;
        return NULL;
    }
    const unsigned char *bytes = cursor->data + cursor->at;
    cursor->at += length;
    return bytes;
}

uint32_t eswi_cursor_u32(eswi_cursor *cursor)
{
    const unsigned char *bytes = eswi_cursor_take(cursor, 4);
    return bytes ? (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                       (uint32_t)bytes[3] << 24
                 : 0;
}

uint64_t eswi_cursor_u64(eswi_cursor *cursor)
{
    const unsigned char *bytes = eswi_cursor_take(cursor, 8);
    return bytes ? load_u64(bytes) : 0;
}

double eswi_load_f64(const unsigned char *bytes)
{
    uint64_t bits = load_u64(bytes);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double eswi_cursor_f64(eswi_cursor *cursor)
{
    const unsigned char *bytes = eswi_cursor_take(cursor, 8);
    return bytes ? eswi_load_f64(bytes) : 0.0;
}

uint64_t eswi_cursor_varint(eswi_cursor *cursor)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const unsigned char *byte = eswi_cursor_take(cursor, 1);
        if (!byte)
            return 0;
        value |= (uint64_t)(*byte & 0x7f) << shift;
        if (!(*byte & 0x80))
            return value;
    }
    cursor->failed = true;
    return 0;
}
