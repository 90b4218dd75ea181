#include "document.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"

enum { COMPACT = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17) };

static int write_members(const json_t *object, FILE *file, int level)
{
    const char *key, *separator = "{\n";
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        json_t *name = json_string(key);
        fprintf(file, "%s%*s", separator, level, "");
        int failed = !name || json_dumpf(name, file, JSON_ENCODE_ANY) != 0;
        json_decref(name);
        fputs(": ", file);
        if (level == 1 && json_is_object(value) && json_object_size(value) > 0)
            failed |= write_members(value, file, level + 1);
        else
            failed |= json_dumpf(value, file, COMPACT) != 0;
        if (failed)
            return -1;
        separator = ",\n";
    }
    return fputs("}", file) == EOF ? -1 : 0;
}

esw_status cli_document_write(const json_t *document, const char *path, esw_error *error)
{
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length);
    int failed = !memory || write_members(document, memory, 1) != 0 || fputc('\n', memory) == EOF;
    if (memory)
        failed |= fclose(memory) != 0;
    esw_status status = ESW_OK;
    if (failed)
        status = esw_fail(error, ESW_NO_MEMORY, "out of memory");
    else if (strcmp(path, "-") != 0)
        status = eswi_file_replace(path, text, length, error);
    else if (fwrite(text, 1, length, stdout) != length || fflush(stdout) != 0)
        status = esw_fail(error, ESW_IO, "writing to standard output failed: %s", strerror(errno));
    free(text);
    return status;
}

/* Far above any instance that fits a machine as JSON, and below what would make reading a wrong file painful.
 */
static const size_t LARGEST_DOCUMENT_BYTES = (size_t)4 << 30;

esw_status cli_document_read(const char *path, json_t **document, esw_error *error)
{
    char *text = NULL;
    size_t length = 0;
    esw_status status = eswi_file_read(path, LARGEST_DOCUMENT_BYTES, &text, &length, error);
    if (status != ESW_OK)
        return status;
    json_error_t where;
    json_t *loaded = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    free(text);
    if (!loaded)
        return esw_fail(error, ESW_BAD_INPUT, "%s:%d:%d: %s", path, where.line, where.column, where.text);
    if (!json_is_object(loaded)) {
        json_decref(loaded);
        return esw_fail(error, ESW_BAD_INPUT, "%s: not a JSON object as `edgesweep solve --json` writes it",
                        path);
    }
    *document = loaded;
    return ESW_OK;
}

const json_t *cli_document_metric(const json_t *metrics, const char *name)
{
    char mean[128];
    snprintf(mean, sizeof mean, "%s_mean", name);
    const json_t *value = json_object_get(metrics, name);
    return value ? value : json_object_get(metrics, mean);
}

void cli_document_scalar(const json_t *value, char *text, size_t size)
{
    if (json_is_integer(value))
        snprintf(text, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, size, "%.6g", json_real_value(value));
    else if (json_is_string(value))
        snprintf(text, size, "%s", json_string_value(value));
    else if (json_is_boolean(value))
        snprintf(text, size, "%s", json_is_true(value) ? "yes" : "no");
    else
        snprintf(text, size, "-");
}
