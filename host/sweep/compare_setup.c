/* What differs in the setup of two runs: both become {what: text}, and the lists are held against each other. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "base/text.h"
#include "sweep/compare.h"
#include "sweep/experiment.h"

static const size_t manifest_bytes_max = (size_t)1 << 24;

/* Adds a malloc'ed text; it is freed. */
static void add_text(json_t *setup, const char *what, char *text)
{
    if (text)
        json_object_set_new(setup, what, json_string(text));
    free(text);
}

static void add_json(json_t *setup, const char *what, json_t *value)
{
    if (json_is_string(value))
        json_object_set(setup, what, value);
    else
        add_text(setup, what, json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY));
    json_decref(value);
}

static void add_parameters(json_t *setup, const esw_experiment *experiment)
{
    const esw_system *system = experiment->system;
    for (size_t i = 0; i < system->n_params; ++i)
        if (!(system->params[i].flags & ESW_PARAM_METHOD_ONLY))
            add_text(setup, system->params[i].name,
                     eswi_value_text(&system->params[i], &experiment->values[i]));
    for (size_t i = 0; i < experiment->n_axes; ++i) {
        const eswi_axis *axis = &experiment->axes[i];
        json_t *values = json_array();
        for (size_t k = 0; k < axis->n; ++k)
            json_array_append_new(values, json_string(axis->texts[k]));
        char *what = eswi_format("sweep: %s", system->params[axis->param].name);
        if (what)
            add_json(setup, what, values);
        else
            json_decref(values);
        free(what);
        json_object_del(setup, system->params[axis->param].name); /* not the value that was run */
    }
}

static void add_methods(json_t *setup, const esw_experiment *experiment)
{
    for (size_t i = 0; i < experiment->n_methods; ++i) {
        char *what = eswi_format("method %s", experiment->methods[i].label);
        if (what)
            add_json(setup, what, eswi_method_json(experiment, i));
        free(what);
    }
}

/* Which build and machine made it: nothing of it changes a number, all of it explains a difference. */
static void add_manifest(json_t *setup, const char *directory)
{
    static const char *const build_keys[] = {"version", "commit", "compiler"}, *const keys[] = {"backend",
                                                                                                "host"};
    char *text = NULL, *path = eswi_path_join(directory, "manifest.json");
    size_t length;
    json_t *manifest = NULL;
    if (path && eswi_file_read(path, manifest_bytes_max, &text, &length, NULL) == ESW_OK)
        manifest = json_loadb(text, length, 0, NULL);
    for (size_t i = 0; i < 3; ++i)
        json_object_set(setup, build_keys[i],
                        json_object_get(json_object_get(manifest, "edgesweep"), build_keys[i]));
    for (size_t i = 0; i < 2; ++i)
        json_object_set(setup, keys[i], json_object_get(manifest, keys[i]));
    json_decref(manifest);
    free(text);
    free(path);
}

static json_t *setup_of(const eswi_compared *run)
{
    const esw_experiment *experiment = esw_results_experiment(run->results);
    json_t *setup = json_object();
    if (!setup)
        return NULL;
    add_text(setup, "name", eswi_format("%s", experiment->name));
    add_text(setup, "seed", eswi_format("%" PRIu64, experiment->seed));
    add_text(setup, "scenarios", eswi_format("%" PRIu64, experiment->scenarios));
    add_parameters(setup, experiment);
    add_methods(setup, experiment);
    add_manifest(setup, run->directory);
    return setup;
}

json_t *eswi_compare_setup(const eswi_compared *a, const eswi_compared *b)
{
    json_t *setup_a = setup_of(a), *setup_b = setup_of(b), *list = json_array(), *value;
    const char *what;
    json_object_foreach(setup_a, what, value)
        if (!json_equal(value, json_object_get(setup_b, what)))
            json_array_append_new(list, json_pack("{s:s, s:O, s:O?}", "what", what, "a", value, "b",
                                                  json_object_get(setup_b, what)));
    json_object_foreach(setup_b, what, value)
        if (!json_object_get(setup_a, what))
            json_array_append_new(list, json_pack("{s:s, s:n, s:O}", "what", what, "a", "b", value));
    json_decref(setup_a);
    json_decref(setup_b);
    return list;
}
