/* Files of any size, by their content: checksums, and copies that are checked against them. */
#ifndef ESWI_FILE_CONTENT_H
#define ESWI_FILE_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "edgesweep/status.h"

typedef struct eswi_file_content {
    uint64_t size;
    uint32_t crc32c;
} eswi_file_content;

/* Reads a regular file from end to end, in pieces. ESW_IO. */
esw_status eswi_file_content_read(const char *path, eswi_file_content *content, esw_error *error);

/* Copies a regular file to `to`, which appears whole or not at all (eswi_file_commit). ESW_IO also when the file does not
 * have this content, any more; then nothing appears. */
esw_status eswi_file_content_copy(const char *from, const char *to, const eswi_file_content *content,
                                  esw_error *error);

#endif
