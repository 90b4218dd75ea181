/* CRC-32C (Castagnoli, reflected polynomial 0x82f63b78): the check of every journal record. */
#ifndef ESWI_CRC32C_H
#define ESWI_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Continues `crc` (0 to begin) over `length` bytes: crc(a b) = crc(crc(a), b). Thread safe. */
uint32_t eswi_crc32c(uint32_t crc, const void *data, size_t length);

#endif
