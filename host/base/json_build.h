/* Building JSON with one check at the end: the first failure (out of memory) sticks. */
#ifndef ESWI_JSON_BUILD_H
#define ESWI_JSON_BUILD_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/* An object under construction. */
typedef struct eswi_builder {
    json_t *object;
    bool ok;
} eswi_builder;

static inline eswi_builder eswi_build_begin(void)
{
    json_t *object = json_object();
    return (eswi_builder){object, object != NULL};
}

/* Takes the reference of `value`; NULL is a failure. */
static inline void eswi_build_put(eswi_builder *b, const char *key, json_t *value)
{
    b->ok = b->object && json_object_set_new(b->object, key, value) == 0 && b->ok;
}

/* The object, or NULL after a failure. New reference. */
static inline json_t *eswi_build_end(eswi_builder *b)
{
    if (!b->ok) {
        json_decref(b->object);
        return NULL;
    }
    return b->object;
}

/* JSON has no infinities and no NaN: null. */
static inline json_t *eswi_json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* Appends and takes the reference; on failure drops the array and returns NULL, so that calls can be chained. */
static inline json_t *eswi_json_append(json_t *array, json_t *value)
{
    if (!array) {
        json_decref(value);
        return NULL;
    }
    if (json_array_append_new(array, value) != 0) {
        json_decref(array);
        return NULL;
    }
    return array;
}

static inline json_t *eswi_json_reals(const double *values, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < n; i++)
        array = eswi_json_append(array, eswi_json_number(values[i]));
    return array;
}

static inline json_t *eswi_json_integers(const int32_t *values, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < n; i++)
        array = eswi_json_append(array, json_integer(values[i]));
    return array;
}

#endif
