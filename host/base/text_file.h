/* A text file written in pieces: it gets its name only when all of it has been written. */
#ifndef ESWI_TEXT_FILE_H
#define ESWI_TEXT_FILE_H

#include "base/buffer.h"
#include "base/fileio.h"

/* Append to `text`, call eswi_text_file_flush now and then, close once. The first failure sticks in `status`. */
typedef struct eswi_text_file {
    eswi_file file;
    char *path; /* the name it will have */
    eswi_buffer text; /* what is not written yet */
    esw_status status;
    esw_error *error;
} eswi_text_file;

/* Begins the file that will be `path`; `error` is kept for the calls below. */
void eswi_text_file_open(eswi_text_file *out, const char *path, esw_error *error);

/* Writes the text out when it has grown large. */
void eswi_text_file_flush(eswi_text_file *out);

/* Writes the rest, syncs and gives the file its name; after a failure, here or before, removes it. */
esw_status eswi_text_file_close(eswi_text_file *out);

#endif
