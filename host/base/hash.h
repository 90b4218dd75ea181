/* FNV-1a with 128 bits: names a configuration. Guards against accident, not against an adversary. */
#ifndef ESWI_HASH_H
#define ESWI_HASH_H

#include <stddef.h>

/* Writes 32 hexadecimal digits and a NUL. */
void eswi_hash_hex(const void *data, size_t length, char hex[33]);

#endif
