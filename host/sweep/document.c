#include "sweep/document.h"

#include <stdlib.h>

#include "base/binding.h"
#include "base/json_keys.h"
#include "base/text.h"
#include "edgesweep/experiment.h"

static esw_status wrong(const char *key, const json_t *found, const char *wanted, esw_error *error)
{
    char *text = json_dumps(found, JSON_COMPACT | JSON_ENCODE_ANY);
    const esw_status status = esw_fail(error, ESW_BAD_INPUT, "%.80s: found %.60s, must be %s", key,
                                       text ? text : "something else", wanted);
    free(text);
    return status;
}

static bool read_seed(const json_t *json, uint64_t *seed)
{
    if (json_is_string(json)) /* above what JSON readers hold */
        return eswi_parse_uint64(json_string_value(json), seed);
    *seed = (uint64_t)json_integer_value(json);
    return json_is_integer(json) && json_integer_value(json) >= 0;
}

static bool read_scenario(const json_t *json, uint64_t *scenario)
{
    *scenario = (uint64_t)json_integer_value(json);
    return json_is_integer(json) && json_integer_value(json) >= 0 && *scenario < ESW_SCENARIOS_MAX;
}

static bool is_value_of(const esw_param *param, const json_t *json)
{
    const double number = json_number_value(json);
    const bool inside = number >= param->low && number <= param->high;
    switch (param->type) {
    case ESW_PARAM_INTEGER:
        return json_is_integer(json) && inside;
    case ESW_PARAM_REAL:
        return json_is_number(json) && inside;
    case ESW_PARAM_CHOICE:
        return json_is_string(json) && eswi_choice_index(param->choices, json_string_value(json)) >= 0;
    case ESW_PARAM_BOOLEAN:
        return json_is_boolean(json);
    case ESW_PARAM_TREE:
        break;
    }
    return !json_is_null(json);
}

/* The values of the sweep's axes, by parameter as in an experiment file. */
static esw_status check_point(const json_t *point, const esw_system *system, esw_error *error)
{
    if (!json_is_object(point))
        return wrong("point", point, "an object of parameters", error);
    const char **names = calloc(system->n_params, sizeof *names);
    if (!names)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    for (size_t p = 0; p < system->n_params; p++)
        names[p] = system->params[p].name;
    esw_status status = eswi_json_known_keys(point, "point", names, system->n_params, error);
    free(names);
    for (size_t p = 0; p < system->n_params && !status; p++) {
        const esw_param *param = &system->params[p];
        const json_t *json = json_object_get(point, param->name);
        if (!json || is_value_of(param, json) || (param->flags & ESW_PARAM_NULLABLE && json_is_null(json)))
            continue;
        char *key = eswi_format("point.%s", param->name);
        status = key ? wrong(key, json, "a value of that parameter, as in an experiment file", error)
                     : esw_fail(error, ESW_NO_MEMORY, "out of memory");
        free(key);
    }
    return status;
}

esw_status eswi_document_check(const json_t *document, const esw_system *system, esw_error *error)
{
    const json_t *seed = json_object_get(document, "seed"), *scenario = json_object_get(document, "scenario"),
                 *method = json_object_get(document, "method"), *point = json_object_get(document, "point");
    const json_t *made = json_object_get(document, "edgesweep");
    uint64_t value;
    esw_status status =
        ESWI_JSON_KNOWN_KEYS(document, NULL, error, "edgesweep", "system", "seed", "point", "scenario",
                             "method", "parameters", "instance", "decision", "terms", "metrics", "diagnostics");
    if (!status)
        status = ESWI_JSON_KNOWN_KEYS(made, "edgesweep", error, "version", "commit", "backend");
    if (!status && made && !json_is_object(made))
        status = wrong("edgesweep", made, "an object", error);
    if (!status && seed && !read_seed(seed, &value))
        status = wrong("seed", seed, "an integer from 0 to 2^64 - 1, as text above 2^63 - 1", error);
    if (!status && scenario && !read_scenario(scenario, &value))
        status = wrong("scenario", scenario, "an integer from 0 to 2^53 - 1", error);
    if (!status && method && !json_is_string(method))
        status = wrong("method", method, "the name of a method in quotes", error);
    return !status && point ? check_point(point, system, error) : status;
}

bool eswi_document_origin(const json_t *document, uint64_t *seed, uint64_t *scenario)
{
    return read_seed(json_object_get(document, "seed"), seed) &&
           read_scenario(json_object_get(document, "scenario"), scenario);
}
