#include "sweep/hdf5_json.h"

#include <stdio.h>
#include <stdlib.h>

#include "sweep/hdf5_file.h"

/* The shape of a rectangular list of numbers. */
typedef struct number_list {
    eswi_h5_dim dims[ESWI_H5_RANK];
    int rank;
    bool integral;
    size_t elements;
} number_list;

/* Checks that everything at this depth has the same shape; the first list met sets it. */
static bool measure(const json_t *json, int depth, number_list *list)
{
    size_t i;
    json_t *item;
    if (!json_is_array(json)) {
        if (list->rank < 0)
            list->rank = depth;
        list->integral &= json_is_integer(json);
        ++list->elements;
        return json_is_number(json) && depth == list->rank;
    }
    if (depth >= ESWI_H5_RANK || (list->rank >= 0 && depth >= list->rank))
        return false;
    if (list->dims[depth].length == 0)
        list->dims[depth].length = json_array_size(json);
    if (list->dims[depth].length != json_array_size(json) || json_array_size(json) == 0)
        return false;
    json_array_foreach(json, i, item)
        if (!measure(item, depth + 1, list))
            return false;
    return true;
}

static void flatten(const json_t *json, bool integral, void *values, size_t *n)
{
    size_t i;
    json_t *item;
    if (!json_is_array(json)) {
        if (integral)
            ((int64_t *)values)[(*n)++] = json_integer_value(json);
        else
            ((double *)values)[(*n)++] = json_number_value(json);
        return;
    }
    json_array_foreach(json, i, item)
        flatten(item, integral, values, n);
}

static void write_numbers(eswi_h5_file *h5, hid_t parent, const char *name, const json_t *json,
                          const number_list *list)
{
    size_t n = 0;
    void *values = malloc(8 * list->elements);
    if (!values) {
        h5->failed = true;
        return;
    }
    flatten(json, list->integral, values, &n);
    eswi_h5_write(h5, parent, name, list->integral ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE, list->dims,
                  list->rank, values, NULL);
    free(values);
}

static bool all_of_type(const json_t *list, json_type type)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
        if (json_typeof(item) != type)
            return false;
    return json_array_size(list) > 0;
}

static void write_strings(eswi_h5_file *h5, hid_t parent, const char *name, const json_t *list)
{
    size_t n = json_array_size(list);
    const char **texts = malloc(n * sizeof *texts);
    if (!texts) {
        h5->failed = true;
        return;
    }
    for (size_t i = 0; i < n; ++i)
        texts[i] = json_string_value(json_array_get(list, i));
    eswi_h5_write_texts(h5, parent, name, texts, (eswi_h5_dim){n, NULL});
    free(texts);
}

static void write_as_text(eswi_h5_file *h5, hid_t parent, const char *name, const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    if (text)
        eswi_h5_attribute_text(h5, parent, name, text);
    else
        h5->failed = true;
    free(text);
}

static void write_member(eswi_h5_file *h5, hid_t parent, const char *name, const json_t *json);

static void write_group(eswi_h5_file *h5, hid_t parent, const char *name, const json_t *json)
{
    size_t i;
    const char *key;
    json_t *item;
    hid_t group = eswi_h5_group(h5, parent, name);
    if (group < 0)
        return;
    if (json_is_object(json))
        json_object_foreach((json_t *)json, key, item)
            write_member(h5, group, key, item);
    else
        json_array_foreach(json, i, item) {
            char index[24];
            snprintf(index, sizeof index, "%zu", i);
            write_member(h5, group, index, item);
        }
    H5Gclose(group);
}

static void write_list(eswi_h5_file *h5, hid_t parent, const char *name, const json_t *json)
{
    number_list list = {.rank = -1, .integral = true};
    if (all_of_type(json, JSON_OBJECT))
        write_group(h5, parent, name, json);
    else if (all_of_type(json, JSON_STRING))
        write_strings(h5, parent, name, json);
    else if (measure(json, 0, &list))
        write_numbers(h5, parent, name, json, &list);
    else
        write_as_text(h5, parent, name, json);
}

static void write_member(eswi_h5_file *h5, hid_t parent, const char *name, const json_t *json)
{
    int64_t integer;
    double real;
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        write_group(h5, parent, name, json);
        break;
    case JSON_ARRAY:
        write_list(h5, parent, name, json);
        break;
    case JSON_STRING:
        eswi_h5_attribute_text(h5, parent, name, json_string_value(json));
        break;
    case JSON_REAL:
        real = json_real_value(json);
        eswi_h5_attribute(h5, parent, name, H5T_NATIVE_DOUBLE, &real);
        break;
    case JSON_NULL:
        break;
    default:
        integer = json_is_integer(json) ? json_integer_value(json) : json_is_true(json);
        eswi_h5_attribute(h5, parent, name, H5T_NATIVE_INT64, &integer);
    }
}

/* ---------------------------------------------------------------- a document with a long list */

struct eswi_h5_list {
    eswi_h5_file h5;
    hid_t group;
    size_t n;
};

esw_status eswi_h5_list_begin(const char *path, const json_t *head, const char *name, eswi_h5_list **list,
                              esw_error *error)
{
    const char *key;
    json_t *item;
    eswi_h5_list *made = calloc(1, sizeof *made);
    esw_status status = made ? eswi_h5_begin(&made->h5, path, error)
                             : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    if (status) {
        free(made);
        return status;
    }
    json_object_foreach((json_t *)head, key, item)
        write_member(&made->h5, made->h5.file, key, item);
    made->group = eswi_h5_group(&made->h5, made->h5.file, name);
    *list = made;
    return ESW_OK;
}

esw_status eswi_h5_list_put(eswi_h5_list *list, const json_t *item)
{
    char index[24];
    snprintf(index, sizeof index, "%zu", list->n++);
    write_member(&list->h5, list->group, index, item);
    return list->h5.failed ? ESW_IO : ESW_OK; /* eswi_h5_finish has the text */
}

esw_status eswi_h5_list_end(eswi_h5_list *list, esw_status status, esw_error *error)
{
    const bool ours = list->h5.failed || !status; /* else the caller has the text already */
    if (list->group >= 0)
        H5Gclose(list->group);
    list->h5.failed |= status != ESW_OK;
    esw_status finished = eswi_h5_finish(&list->h5, ours ? error : NULL);
    free(list);
    return ours ? finished : status;
}
