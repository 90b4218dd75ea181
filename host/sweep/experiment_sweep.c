/* `sweep:` and the numbering of its points. */
#include "sweep/experiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Enough for any figure; more is a slip of the pen. */
enum { POINTS_MAX = 1000000 };

static bool may_sweep(const esw_param *param)
{
    return !(param->flags & ESW_PARAM_METHOD_ONLY);
}

static void axis_free(const esw_system *system, eswi_axis *axis)
{
    for (size_t i = 0; i < axis->n; ++i) {
        eswi_value_free(&system->params[axis->param], &axis->values[i]);
        free(axis->texts[i]);
    }
    free(axis->values);
    free(axis->texts);
    *axis = (eswi_axis){0};
}

static esw_status read_axis(const esw_experiment *experiment, const eswi_node *node, eswi_axis *axis,
                            esw_error *error)
{
    const esw_param *param = &experiment->system->params[axis->param];
    eswi_place place = {experiment->source, node->line};
    char found[64];
    if (node->kind != ESWI_SEQUENCE || node->n == 0)
        return eswi_fail_at(
            place, error, "sweep: %s: found %s, must be a list of values such as [10, 20]", param->name,
            node->n || node->kind == ESWI_SCALAR ? eswi_node_describe(node, found) : "nothing in it");
    axis->values = calloc(node->n, sizeof *axis->values);
    axis->texts = calloc(node->n, sizeof *axis->texts);
    if (!axis->values || !axis->texts)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    for (size_t i = 0; i < node->n; ++i) {
        esw_status status = eswi_value_read(param, &node->items[i], place, &axis->values[i], error);
        axis->n = i + 1;
        if (status)
            return status;
        for (size_t j = 0; j < i; ++j)
            if (eswi_value_equal(param, &axis->values[i], &axis->values[j])) {
                place.line = node->items[i].line;
                return eswi_fail_at(place, error, "sweep: %s: value %zu repeats value %zu", param->name, i + 1,
                                    j + 1);
            }
        axis->texts[i] = eswi_value_text(param, &axis->values[i]);
        if (!axis->texts[i])
            return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    }
    return ESW_OK;
}

esw_status eswi_sweep_read(esw_experiment *experiment, const eswi_node *node, esw_error *error)
{
    const esw_system *system = experiment->system;
    eswi_place place = {experiment->source, node->line};
    char text[512];
    if (eswi_node_is_null(node))
        return ESW_OK;
    if (node->kind != ESWI_MAPPING)
        return eswi_fail_at(place, error, "sweep: found %s, must be a mapping such as {users: [50, 100]}",
                            eswi_node_describe(node, text));
    experiment->axes = calloc(node->n + 1, sizeof *experiment->axes);
    if (!experiment->axes)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    for (size_t i = 0; i < node->n; ++i) {
        const eswi_node *item = &node->items[i];
        place.line = item->key_line;
        size_t param = eswi_param_find(system, item->key);
        if (param == ESW_NONE)
            return eswi_fail_at(place, error, "sweep: %.60s: no such parameter of %s%s", item->key,
                                system->name, eswi_param_hint(system, item->key, may_sweep, text, sizeof text));
        if (!may_sweep(&system->params[param]))
            return eswi_fail_at(place, error,
                                "sweep: %s: an option of methods; give each value as an entry of "
                                "`methods:`, {use: METHOD, as: LABEL, %s: VALUE}",
                                item->key, item->key);
        if (experiment->values[param].line > 0)
            return eswi_fail_at(place, error,
                                "sweep: %s: also under `parameters:` in line %d; a swept parameter has no single "
                                "value: remove one of the two",
                                item->key, experiment->values[param].line);
        eswi_axis *axis = &experiment->axes[experiment->n_axes++];
        *axis = (eswi_axis){.param = param, .line = item->key_line};
        esw_status status = read_axis(experiment, item, axis, error);
        if (status)
            return status;
    }
    return ESW_OK;
}

bool eswi_sweep_has(const esw_experiment *experiment, size_t param)
{
    for (size_t i = 0; i < experiment->n_axes; ++i)
        if (experiment->axes[i].param == param)
            return true;
    return false;
}

void eswi_sweep_drop(esw_experiment *experiment, size_t param)
{
    for (size_t i = 0; i < experiment->n_axes; ++i)
        if (experiment->axes[i].param == param) {
            axis_free(experiment->system, &experiment->axes[i]);
            memmove(&experiment->axes[i], &experiment->axes[i + 1],
                    (experiment->n_axes - i - 1) * sizeof *experiment->axes);
            --experiment->n_axes;
            return;
        }
}

void eswi_sweep_free(esw_experiment *experiment)
{
    for (size_t i = 0; i < experiment->n_axes; ++i)
        axis_free(experiment->system, &experiment->axes[i]);
    free(experiment->axes);
}

esw_status eswi_sweep_count(esw_experiment *experiment, esw_error *error)
{
    size_t points = 1;
    for (size_t i = 0; i < experiment->n_axes; ++i) {
        if (experiment->axes[i].n > POINTS_MAX / points)
            return eswi_fail_at((eswi_place){experiment->source, experiment->axes[i].line}, error,
                                "sweep: more than %d points", POINTS_MAX);
        points *= experiment->axes[i].n;
    }
    experiment->n_points = points;
    return ESW_OK;
}

/* Which value of axis `axis` point `point` has: the last key is the fastest. */
static size_t axis_position(const esw_experiment *experiment, size_t point, size_t axis)
{
    for (size_t i = experiment->n_axes; --i > axis;)
        point /= experiment->axes[i].n;
    return point % experiment->axes[axis].n;
}

size_t esw_experiment_point_count(const esw_experiment *experiment)
{
    return experiment->n_points;
}

size_t esw_experiment_sweep_key_count(const esw_experiment *experiment)
{
    return experiment->n_axes;
}

const char *esw_experiment_sweep_key(const esw_experiment *experiment, size_t key)
{
    return experiment->system->params[experiment->axes[key].param].name;
}

const char *esw_experiment_sweep_unit(const esw_experiment *experiment, size_t key)
{
    return experiment->system->params[experiment->axes[key].param].unit;
}

const char *esw_experiment_sweep_text(const esw_experiment *experiment, size_t point, size_t key)
{
    return experiment->axes[key].texts[axis_position(experiment, point, key)];
}

json_t *esw_experiment_point_json(const esw_experiment *experiment, size_t point)
{
    json_t *object = json_object();
    for (size_t i = 0; object && i < experiment->n_axes; ++i) {
        const eswi_axis *axis = &experiment->axes[i];
        const esw_param *param = &experiment->system->params[axis->param];
        json_t *value = eswi_value_json(param, &axis->values[axis_position(experiment, point, i)]);
        if (json_object_set_new(object, param->name, value)) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

/* Rewrites "line 7: ..." of a system as "file:7: ..." and says at which point it happened. */
static void place_error(const esw_experiment *experiment, size_t point, esw_error *error)
{
    char system_text[sizeof error->text];
    int line = 0, used = 0;
    strcpy(system_text, error->text);
    bool has_line = sscanf(system_text, "line %d: %n", &line, &used) == 1 && used > 0 && line > 0;
    const char *message = has_line ? system_text + used : system_text;
    char at[300] = "";
    size_t length = 0;
    for (size_t i = 0; i < experiment->n_axes && length < sizeof at; ++i)
        length += (size_t)snprintf(at + length, sizeof at - length, "%s%s = %.60s", i ? ", " : " (at ",
                                   esw_experiment_sweep_key(experiment, i),
                                   esw_experiment_sweep_text(experiment, point, i));
    const char *end = experiment->n_axes ? ")" : "";
    if (has_line)
        snprintf(error->text, sizeof error->text, "%.200s:%d: %.480s%s%s", experiment->source, line, message,
                 at, end);
    else
        snprintf(error->text, sizeof error->text, "%.200s: %.480s%s%s", experiment->source, message, at, end);
}

esw_status esw_experiment_configure(const esw_experiment *experiment, size_t point, size_t method,
                                    esw_config **config, esw_error *error)
{
    const esw_system *system = experiment->system;
    esw_value *values = malloc((system->n_params + 1) * sizeof *values);
    if (!values)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    memcpy(values, experiment->values, system->n_params * sizeof *values);
    for (size_t i = 0; i < experiment->n_axes; ++i)
        values[experiment->axes[i].param] = experiment->axes[i].values[axis_position(experiment, point, i)];
    if (method != ESW_NONE) {
        const eswi_method *entry = &experiment->methods[method];
        for (size_t i = 0; i < entry->n_settings; ++i)
            values[entry->settings[i].param] = entry->settings[i].value;
    }
    esw_error own = {0};
    esw_status status = system->configure(values, experiment->base_dir, config, &own);
    free(values);
    if (status) {
        place_error(experiment, point, &own);
        if (error)
            *error = own;
    }
    return status;
}
