#include "sweep/points.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

void eswi_point_name(const esw_experiment *experiment, size_t point, size_t without, char *text, size_t length)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t key = 0; key < esw_experiment_sweep_key_count(experiment); ++key) {
        if (key == without || used >= length)
            continue;
        int written = snprintf(text + used, length - used, "%s%s = %s", used ? ", " : "",
                               esw_experiment_sweep_key(experiment, key),
                               esw_experiment_sweep_text(experiment, point, key));
        used += written > 0 ? (size_t)written : 0;
    }
}

bool eswi_points_in_line(const esw_experiment *experiment, size_t a, size_t b, size_t along)
{
    for (size_t key = 0; key < esw_experiment_sweep_key_count(experiment); ++key)
        if (key != along && strcmp(esw_experiment_sweep_text(experiment, a, key),
                                   esw_experiment_sweep_text(experiment, b, key)) != 0)
            return false;
    return true;
}

size_t eswi_sweep_key_find(const esw_experiment *experiment, const char *key)
{
    const size_t keys = esw_experiment_sweep_key_count(experiment);
    if (!key)
        return keys > 0 ? 0 : ESW_NONE;
    for (size_t i = 0; i < keys; ++i)
        if (strcmp(esw_experiment_sweep_key(experiment, i), key) == 0)
            return i;
    return ESW_NONE;
}

bool eswi_sweep_key_is_numeric(const esw_experiment *experiment, size_t key)
{
    double value;
    for (size_t point = 0; point < esw_experiment_point_count(experiment); ++point)
        if (!eswi_parse_real(esw_experiment_sweep_text(experiment, point, key), &value))
            return false;
    return true;
}
