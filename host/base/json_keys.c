#include "base/json_keys.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static esw_status unknown(const char *path, const char *key, const char *const *known, size_t n,
                          esw_error *error)
{
    char list[160] = "";
    size_t used = 0;
    const char *nearest = eswi_nearest(key, known, n);
    for (size_t i = 0; i < n && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", known[i]);
    if (used >= sizeof list)
        strcpy(list + sizeof list - 4, "...");
    return esw_fail(error, ESW_BAD_INPUT, "%s%s%.60s: unknown key; %s%s%s", path ? path : "", path ? "." : "",
                    key, nearest ? "did you mean '" : "known: ", nearest ? nearest : list, nearest ? "'?" : "");
}

esw_status eswi_json_known_keys(const json_t *object, const char *path, const char *const *known, size_t n,
                                esw_error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        size_t i = 0;
        while (i < n && strcmp(known[i], key) != 0)
            i++;
        if (i == n)
            return unknown(path, key, known, n, error);
    }
    return ESW_OK;
}
