#include "sweep/list_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/text_file.h"
#include "sweep/hdf5_json.h"

struct eswi_list_file {
    eswi_h5_list *hdf5; /* NULL: JSON */
    eswi_text_file json;
    bool any;
};

bool eswi_list_file_is_hdf5(const char *path)
{
    const size_t length = strlen(path);
    return length > 3 && strcmp(path + length - 3, ".h5") == 0;
}

/* The numbers and texts in a document. */
static double count_scalars(const json_t *json)
{
    const char *key;
    json_t *item;
    size_t i;
    double count = 0;
    if (json_is_object(json))
        json_object_foreach((json_t *)json, key, item)
            count += count_scalars(item);
    else if (json_is_array(json))
        json_array_foreach(json, i, item)
            count += count_scalars(item);
    else
        count = 1;
    return count;
}

double eswi_list_file_item_bytes(const char *path, const json_t *item)
{
    return count_scalars(item) * (eswi_list_file_is_hdf5(path) ? 8 : 22);
}

/* ---------------------------------------------------------------- JSON */

static void put_json(eswi_text_file *out, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    if (text)
        eswi_buffer_put(&out->text, text, strlen(text));
    out->text.failed |= !text;
    free(text);
}

static void begin_json(eswi_text_file *out, const json_t *head, const char *name)
{
    const char *key;
    json_t *value;
    eswi_buffer_printf(&out->text, "{\n");
    json_object_foreach((json_t *)head, key, value) {
        eswi_buffer_printf(&out->text, " \"%s\": ", key);
        put_json(out, value);
        eswi_buffer_printf(&out->text, ",\n");
    }
    eswi_buffer_printf(&out->text, " \"%s\": [", name);
}

/* ---------------------------------------------------------------- both */

esw_status eswi_list_file_begin(const char *path, const json_t *head, const char *name, eswi_list_file **file,
                                esw_error *error)
{
    eswi_list_file *made = calloc(1, sizeof *made);
    if (!made)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    if (eswi_list_file_is_hdf5(path)) {
        esw_status status = eswi_h5_list_begin(path, head, name, &made->hdf5, error);
        if (status) {
            free(made);
            return status;
        }
    } else {
        eswi_text_file_open(&made->json, path, error);
        begin_json(&made->json, head, name);
    }
    *file = made;
    return ESW_OK;
}

esw_status eswi_list_file_put(eswi_list_file *file, const json_t *item)
{
    if (file->hdf5)
        return eswi_h5_list_put(file->hdf5, item);
    eswi_buffer_printf(&file->json.text, "%s\n  ", file->any ? "," : "");
    put_json(&file->json, item);
    file->any = true;
    eswi_text_file_flush(&file->json);
    return file->json.status;
}

esw_status eswi_list_file_end(eswi_list_file *file, esw_status status, esw_error *error)
{
    if (file->hdf5) {
        status = eswi_h5_list_end(file->hdf5, status, error);
    } else {
        eswi_buffer_printf(&file->json.text, "]\n}\n");
        if (!file->json.status)
            file->json.status = status; /* whose text the caller already has */
        status = eswi_text_file_close(&file->json);
    }
    free(file);
    return status;
}
