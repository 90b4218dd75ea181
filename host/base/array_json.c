/* Arrays of a JSON file: nested lists of numbers. */
#include "base/array_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "base/machine.h"

typedef struct json_array_file {
    eswi_array_file base;
    json_t *root;
} json_array_file;

/* A number of a list takes 24 bytes and a pointer, and as text rarely fewer than four characters. */
static const double memory_per_byte = 10;

static json_t *root_of(const eswi_array_file *file)
{
    return ((const json_array_file *)(const void *)file)->root;
}

static void close_json(eswi_array_file *file)
{
    json_decref(root_of(file));
    free(file->path);
    free(file);
}

/* The element of a list by its index as text. */
static json_t *element(json_t *list, const char *index)
{
    char *end;
    const unsigned long long i = strtoull(index, &end, 10);
    return *end == '\0' && end > index ? json_array_get(list, i) : NULL;
}

static json_t *find(const eswi_array_file *file, const char *name)
{
    json_t *at = root_of(file);
    char part[256];
    while (at && *name) {
        const size_t length = strcspn(name, "/");
        if (length >= sizeof part)
            return NULL;
        memcpy(part, name, length);
        part[length] = '\0';
        at = json_is_array(at) ? element(at, part) : json_object_get(at, part);
        name += length + (name[length] == '/');
    }
    return at;
}

static bool has(eswi_array_file *file, const char *name)
{
    return find(file, name) != NULL;
}

static esw_status each(eswi_array_file *file, const char *group, eswi_array_visit *visit, void *context,
                       esw_error *error)
{
    json_t *at = find(file, group), *item;
    const char *key;
    char index[24];
    size_t i;
    esw_status status = ESW_OK;
    if (!json_is_object(at) && !json_is_array(at))
        return esw_fail(error, ESW_BAD_INPUT, "%s: %.60s: must be an object or a list", file->path, group);
    if (json_is_object(at))
        json_object_foreach(at, key, item)
            status = status ? status : visit(key, context);
    else
        json_array_foreach(at, i, item) {
            snprintf(index, sizeof index, "%zu", i);
            status = status ? status : visit(index, context);
        }
    return status;
}

static esw_status shape_of(eswi_array_file *file, const char *name, eswi_array_shape *shape, esw_error *error)
{
    const json_t *at = find(file, name);
    *shape = (eswi_array_shape){0};
    if (!at)
        return esw_fail(error, ESW_BAD_INPUT, "%s: %.80s: is missing", file->path, name);
    for (; json_is_array(at); at = json_array_get(at, 0)) {
        if (shape->rank == ESWI_ARRAY_RANK)
            return esw_fail(error, ESW_BAD_INPUT, "%s: %.80s: more than %d lists in each other", file->path,
                            name, ESWI_ARRAY_RANK);
        shape->length[shape->rank++] = json_array_size(at);
    }
    if (at && !json_is_number(at))
        return esw_fail(error, ESW_BAD_INPUT, "%s: %.80s: must be nested lists of numbers", file->path, name);
    return ESW_OK;
}

/* A list on the way to a number: where it is, for messages. */
typedef struct place {
    eswi_array_file *file;
    const char *name;
    const eswi_array_shape *shape;
    uint64_t index[ESWI_ARRAY_RANK];
    esw_error *error;
} place;

/* "[3][0]" of the first `axes` axes. */
static const char *index_text(const place *at, int axes, char text[ESWI_ARRAY_SHAPE_TEXT])
{
    eswi_array_shape index = {.rank = axes};
    memcpy(index.length, at->index, sizeof at->index);
    return axes ? eswi_array_shape_text(&index, text) : "";
}

static esw_status flatten(place *at, const json_t *json, int axis, double **next)
{
    char where[ESWI_ARRAY_SHAPE_TEXT];
    if (axis == at->shape->rank) {
        if (!json_is_number(json))
            return esw_fail(at->error, ESW_BAD_INPUT, "%s: %.80s%s: must be a number", at->file->path, at->name,
                            index_text(at, axis, where));
        *(*next)++ = json_number_value(json);
        return ESW_OK;
    }
    if (json_array_size(json) != at->shape->length[axis])
        return esw_fail(at->error, ESW_BAD_INPUT, "%s: %.80s%s: must be a list of %llu, as the first one is",
                        at->file->path, at->name, index_text(at, axis, where),
                        (unsigned long long)at->shape->length[axis]);
    esw_status status = ESW_OK;
    for (size_t i = 0; i < json_array_size(json) && !status; ++i) {
        at->index[axis] = i;
        status = flatten(at, json_array_get(json, i), axis + 1, next);
    }
    return status;
}

static esw_status read_rows(eswi_array_file *file, const char *name, uint64_t first, uint64_t count,
                            double *values, esw_error *error)
{
    eswi_array_shape shape;
    esw_status status = shape_of(file, name, &shape, error);
    if (status)
        return status;
    const json_t *at = find(file, name);
    place here = {.file = file, .name = name, .shape = &shape, .error = error};
    if (shape.rank == 0)
        return flatten(&here, at, 0, &values);
    for (uint64_t row = first; row < first + count && !status; ++row) {
        here.index[0] = row;
        status = flatten(&here, json_array_get(at, row), 1, &values);
    }
    return status;
}

static const eswi_array_format format = {close_json, has, each, shape_of, read_rows};

static esw_status check_memory(const char *path, esw_error *error)
{
    struct stat info;
    const double mib = 1.0 / (1 << 20);
    if (stat(path, &info))
        return ESW_OK; /* opening it says why */
    const double needed = memory_per_byte * (double)info.st_size, left = (double)eswi_machine_memory_bytes();
    if (needed <= left)
        return ESW_OK;
    return esw_fail(
        error, ESW_TOO_LARGE,
        "%s: reading %.0f MiB of JSON takes about %.0f MiB of memory, %.0f MiB are free: write HDF5 instead",
        path, (double)info.st_size * mib, needed * mib, left * mib);
}

esw_status eswi_array_json_open(const char *path, eswi_array_file **file, esw_error *error)
{
    json_error_t why;
    esw_status status = check_memory(path, error);
    if (status)
        return status;
    json_array_file *made = calloc(1, sizeof *made);
    if (made) {
        made->base = (eswi_array_file){&format, strdup(path)};
        made->root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    }
    if (!made || !made->base.path)
        status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    else if (!made->root)
        status = json_error_code(&why) == json_error_out_of_memory
                     ? esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path)
                     : esw_fail(error, ESW_BAD_INPUT, "%s:%d: %s", path, why.line, why.text);
    if (status) {
        if (made)
            close_json(&made->base);
        return status;
    }
    *file = &made->base;
    return ESW_OK;
}
