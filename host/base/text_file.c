#include "base/text_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t flush_bytes = 1 << 20;

void eswi_text_file_open(eswi_text_file *out, const char *path, esw_error *error)
{
    *out = (eswi_text_file){.file = {.fd = -1}, .error = error};
    char *temporary = eswi_file_temporary(path);
    out->path = strdup(path);
    if (temporary && out->path)
        out->status = eswi_file_create(&out->file, temporary, error);
    else
        out->status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    free(temporary);
}

static void write_out(eswi_text_file *out)
{
    if (!out->status && out->text.failed)
        out->status = esw_fail(out->error, ESW_NO_MEMORY, "%s: out of memory", out->file.path);
    if (!out->status)
        out->status = eswi_file_write(&out->file, out->text.data, out->text.size, out->error);
    out->text.size = 0;
}

void eswi_text_file_flush(eswi_text_file *out)
{
    if (out->text.size > flush_bytes)
        write_out(out);
}

esw_status eswi_text_file_close(eswi_text_file *out)
{
    write_out(out);
    char *temporary = out->file.path ? strdup(out->file.path) : NULL;
    esw_status closed = eswi_file_close(&out->file, out->status ? NULL : out->error);
    if (!out->status)
        out->status = closed;
    if (!out->status)
        out->status = temporary ? eswi_file_commit(temporary, out->path, out->error)
                                : esw_fail(out->error, ESW_NO_MEMORY, "%s: out of memory", out->path);
    else if (temporary)
        remove(temporary);
    free(temporary);
    free(out->path);
    out->path = NULL;
    eswi_buffer_free(&out->text);
    return out->status;
}
