#include "sweep/journal_header.h"

#include <stdlib.h>
#include <string.h>

#include "sweep/experiment.h"
#include "sweep/journal.h"

static json_t *label_or_null(const esw_experiment *experiment, size_t method)
{
    return method == ESW_NONE ? json_null() : json_string(experiment->methods[method].label);
}

static json_t *methods_json(const esw_experiment *experiment)
{
    json_t *list = json_array();
    for (size_t i = 0; i < experiment->n_methods; ++i)
        if (json_array_append_new(list, json_pack("{s:s, s:o}", "label", experiment->methods[i].label, "method",
                                                  eswi_method_json(experiment, i)))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *metrics_json(const eswi_metrics *metrics)
{
    json_t *list = json_array();
    for (size_t i = 0; i < metrics->n; ++i)
        json_array_append_new(list, json_string(metrics->list[i].name));
    return list;
}

json_t *eswi_journal_header(const esw_experiment *experiment, const eswi_metrics *metrics)
{
    char hash[33];
    esw_experiment_hash(experiment, hash);
    /* clang-format off */
    return json_pack("{s:i, s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:i}",
                     "format", ESWI_JOURNAL_FORMAT,
                     "system", experiment->system->name,
                     "config_hash", hash,
                     "block", ESW_BLOCK_SCENARIOS,
                     "methods", methods_json(experiment),
                     "metrics", metrics_json(metrics),
                     "baseline", label_or_null(experiment, experiment->baseline),
                     "optimum", label_or_null(experiment, experiment->optimum),
                     "keep", (int)experiment->keep);
    /* clang-format on */
}

/* Finds the header's methods in the experiment; one of the same label must also have the same options. */
static esw_status match_methods(const json_t *list, const char *path, const esw_experiment *experiment,
                                size_t *methods, esw_error *error)
{
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry) {
        const char *label = json_string_value(json_object_get(entry, "label"));
        methods[i] = label ? esw_experiment_method_find(experiment, label) : ESW_NONE;
        if (methods[i] == ESW_NONE)
            continue;
        json_t *now = eswi_method_json(experiment, methods[i]);
        bool same = now && json_equal(now, json_object_get(entry, "method"));
        json_decref(now);
        if (!same)
            return esw_fail(error, ESW_IO, "%s: method %s ran with other options than experiment.yaml gives it",
                            path, label);
    }
    return ESW_OK;
}

/* The same value in both, or the experiment asks for none. */
static bool serves(const json_t *header, const json_t *expected, const char *key)
{
    const json_t *wanted = json_object_get(expected, key);
    return json_is_null(wanted) || json_equal(json_object_get(header, key), wanted);
}

static esw_status compare_header(const json_t *header, const json_t *expected, const char *path,
                                 eswi_journal_view *view, esw_error *error)
{
    static const char *const keys[] = {"system", "config_hash", "block"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; ++i)
        if (!json_equal(json_object_get(header, keys[i]), json_object_get(expected, keys[i])))
            return esw_fail(error, ESW_IO, "%s: belongs to another experiment than experiment.yaml: %s differs",
                            path, keys[i]);
    const json_int_t keep = json_integer_value(json_object_get(header, "keep"));
    const json_int_t wanted = json_integer_value(json_object_get(expected, "keep"));
    view->keep = (unsigned)keep;
    view->ratios = !json_is_null(json_object_get(header, "baseline"));
    view->usable = (keep & wanted) == wanted && serves(header, expected, "baseline") &&
                   serves(header, expected, "optimum") && serves(header, expected, "metrics");
    return ESW_OK;
}

esw_status eswi_journal_header_view(const json_t *header, const char *path, const esw_experiment *experiment,
                                    const eswi_metrics *metrics, eswi_journal_view *view, esw_error *error)
{
    const json_t *list = json_object_get(header, "methods");
    *view = (eswi_journal_view){.n_methods = json_array_size(list)};
    view->methods = calloc(view->n_methods + 1, sizeof *view->methods);
    json_t *expected = eswi_journal_header(experiment, metrics);
    if (!expected || !view->methods) {
        json_decref(expected);
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    }
    esw_status status = compare_header(header, expected, path, view, error);
    json_decref(expected);
    return status ? status : match_methods(list, path, experiment, view->methods, error);
}
