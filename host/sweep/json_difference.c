#include "sweep/json_difference.h"

#include <stdlib.h>

#include "base/text.h"

/* A scalar as text; a short word for what is none. malloc'ed. */
static char *describe(const json_t *value)
{
    if (json_is_object(value))
        return eswi_format("object");
    if (json_is_array(value))
        return eswi_format("list of %zu", json_array_size(value));
    return value ? json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17)) : eswi_format("nothing");
}

static bool say(const json_t *found, const json_t *expected, const char *path, char **text)
{
    char *a = describe(found), *b = describe(expected);
    *text = a && b ? eswi_format("%s: %s, not the %s", path, a, b) : NULL;
    free(a);
    free(b);
    return *text != NULL;
}

static bool differ_in_item(const json_t *found, const json_t *expected, char *path, char **text)
{
    bool good = path && eswi_json_difference(found, expected, path, text);
    free(path);
    return good;
}

bool eswi_json_difference(const json_t *found, const json_t *expected, const char *name, char **text)
{
    const char *key;
    json_t *value;
    size_t i;
    bool good = true;
    *text = NULL;
    if (json_equal(found, expected))
        return true;
    if (json_is_object(found) && json_is_object(expected)) {
        json_object_foreach((json_t *)expected, key, value)
            if (good && !*text)
                good =
                    differ_in_item(json_object_get(found, key), value, eswi_format("%s.%s", name, key), text);
        json_object_foreach((json_t *)found, key, value)
            if (good && !*text)
                good = differ_in_item(value, json_object_get(expected, key), eswi_format("%s.%s", name, key),
                                      text);
        return good;
    }
    if (json_is_array(found) && json_is_array(expected) &&
        json_array_size(found) == json_array_size(expected)) {
        json_array_foreach(expected, i, value)
            if (good && !*text)
                good = differ_in_item(json_array_get(found, i), value, eswi_format("%s[%zu]", name, i), text);
        return good;
    }
    return say(found, expected, name, text);
}
