/* Objects of a document that is read: a key that nobody reads is a mistake, not something to pass over. */
#ifndef ESWI_JSON_KEYS_H
#define ESWI_JSON_KEYS_H

#include <stddef.h>

#include <jansson.h>

#include "edgesweep/status.h"

/* Refuses the first key of an object that is none of known[n] by its path and the nearest known one; `path` is where the
 * object is, such as "instance.profiles[2]", NULL for the document itself. What is no object has no keys. ESW_BAD_INPUT. */
esw_status eswi_json_known_keys(const json_t *object, const char *path, const char *const *known, size_t n,
                                esw_error *error);

/* The same with the keys written out. */
#define ESWI_JSON_KNOWN_KEYS(object, path, error, ...)                         \
    eswi_json_known_keys((object), (path), (const char *const[]){__VA_ARGS__}, \
                         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), (error))

#endif
