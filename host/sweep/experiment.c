/* Loading an experiment: its top-level keys, `parameters:` and --set. */
#include "sweep/experiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fileio.h"
#include "base/text.h"
#include "sweep/run_directory.h"

/* The top-level keys, in the order of interfaces. */
typedef enum top_key {
    KEY_SYSTEM,
    KEY_NAME,
    KEY_SEED,
    KEY_SCENARIOS,
    KEY_METHODS,
    KEY_PARAMETERS,
    KEY_SWEEP,
    KEY_STOP,
    KEY_COMPARE,
    KEY_KEEP,
    TOP_KEYS
} top_key;

static const char *const top_key_names[TOP_KEYS] = {
    "system", "name", "seed", "scenarios", "methods", "parameters", "sweep", "stop", "compare", "keep",
};

/* Sorts the items of the document by key; refuses unknown ones. */
static esw_status find_keys(const char *source, const eswi_node *root, const eswi_node *keys[TOP_KEYS],
                            esw_error *error)
{
    eswi_place place = {source, root->line};
    char found[64];
    if (root->kind != ESWI_MAPPING)
        return eswi_fail_at(place, error,
                            "found %s, must be a mapping with the keys system, scenarios, methods, ...",
                            eswi_node_describe(root, found));
    for (size_t i = 0; i < root->n; ++i) {
        const eswi_node *item = &root->items[i];
        size_t key = 0;
        while (key < TOP_KEYS && strcmp(item->key, top_key_names[key]) != 0)
            ++key;
        if (key < TOP_KEYS) {
            keys[key] = item;
            continue;
        }
        place.line = item->key_line;
        const char *nearest = eswi_nearest(item->key, top_key_names, TOP_KEYS);
        if (nearest)
            return eswi_fail_at(place, error, "%.60s: unknown key; did you mean '%s'?", item->key, nearest);
        return eswi_fail_at(place, error,
                            "%.60s: unknown key; known: system, name, seed, scenarios, methods, "
                            "parameters, sweep, stop, compare, keep",
                            item->key);
    }
    static const top_key required[] = {KEY_SYSTEM, KEY_SCENARIOS, KEY_METHODS};
    for (size_t i = 0; i < sizeof required / sizeof *required; ++i)
        if (!keys[required[i]])
            return esw_fail(error, ESW_BAD_USAGE, "%s: %s: this key is missing", source,
                            top_key_names[required[i]]);
    return ESW_OK;
}

static esw_status read_system(esw_experiment *experiment, const eswi_node *node, esw_error *error)
{
    char found[64], known[256] = "";
    const char *names[64];
    size_t n = 0;
    eswi_place place = {experiment->source, node->line};
    experiment->system = node->kind == ESWI_SCALAR ? esw_system_find(node->text) : NULL;
    if (experiment->system)
        return ESW_OK;
    for (const esw_system *const *system = esw_systems(); *system && n < 64; ++system) {
        names[n++] = (*system)->name;
        eswi_list_append(known, sizeof known, (*system)->name);
    }
    const char *nearest = node->kind == ESWI_SCALAR ? eswi_nearest(node->text, names, n) : NULL;
    return eswi_fail_at(place, error, "system: found %s, must be the name of a system; known: %s%s%s%s", eswi_node_describe(node, found),
                        known, nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

/* The default name is the file's, without folder and ending. */
static esw_status read_name(esw_experiment *experiment, const eswi_node *node, esw_error *error)
{
    eswi_place place = {experiment->source, node ? node->line : 0};
    if (node) {
        if (node->kind != ESWI_SCALAR || eswi_node_is_null(node) || strlen(node->text) > 200)
            return eswi_fail_at(place, error, "name: must be a text of at most 200 characters");
        experiment->name = strdup(node->text);
    } else {
        const char *slash = strrchr(experiment->source, '/');
        const char *start = slash ? slash + 1 : experiment->source;
        const char *dot = strrchr(start, '.');
        experiment->name = strndup(start, dot && dot > start ? (size_t)(dot - start) : strlen(start));
    }
    return experiment->name ? ESW_OK : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
}

static esw_status read_seed(esw_experiment *experiment, const eswi_node *node, eswi_place place,
                            esw_error *error)
{
    char found[64];
    if (node->kind != ESWI_SCALAR || !eswi_parse_uint64(node->text, &experiment->seed))
        return eswi_fail_at(place, error, "seed: found %s, must be an integer from 0 to 18446744073709551615",
                            eswi_node_describe(node, found));
    return ESW_OK;
}

static esw_status read_scenarios(esw_experiment *experiment, const eswi_node *node, eswi_place place,
                                 esw_error *error)
{
    char found[64];
    int64_t count;
    if (node->kind != ESWI_SCALAR || !node->plain || !eswi_parse_integer(node->text, &count) || count < 1 ||
        (uint64_t)count > ESW_SCENARIOS_MAX)
        return eswi_fail_at(place, error, "scenarios: found %s, must be an integer from 1 to 9007199254740992",
                            eswi_node_describe(node, found));
    experiment->scenarios = (uint64_t)count;
    return ESW_OK;
}

static esw_status read_keep(esw_experiment *experiment, const eswi_node *node, esw_error *error)
{
    const esw_system *system = experiment->system;
    const char *const names[] = {"summary", "scenarios", system->entity, "series"};
    const unsigned flags[] = {0, ESW_KEEP_SCENARIOS, ESW_KEEP_ENTITIES, ESW_KEEP_SERIES};
    const size_t n = system->n_series > 0 ? 4 : 3;
    eswi_place place = {experiment->source, node->line};
    char found[64];
    if (node->kind != ESWI_SEQUENCE)
        return eswi_fail_at(place, error, "keep: found %s, must be a list such as [summary, scenarios]",
                            eswi_node_describe(node, found));
    for (size_t i = 0; i < node->n; ++i) {
        const eswi_node *item = &node->items[i];
        size_t k = 0;
        place.line = item->line;
        while (k < n && (item->kind != ESWI_SCALAR || strcmp(item->text, names[k]) != 0))
            ++k;
        if (k == n)
            return eswi_fail_at(place, error, "keep: found %s, must be one of summary, scenarios, %s%s",
                                eswi_node_describe(item, found), system->entity, n == 4 ? ", series" : "");
        experiment->keep |= flags[k];
    }
    return ESW_OK;
}

static bool is_shared_parameter(const esw_param *param)
{
    return !(param->flags & ESW_PARAM_METHOD_ONLY);
}

/* Puts one value under `parameters:` or from --set. `prefix` begins the message. */
static esw_status set_parameter(esw_experiment *experiment, const char *prefix, const char *key,
                                eswi_place place, const eswi_node *node, size_t *index, esw_error *error)
{
    const esw_system *system = experiment->system;
    char hint[512];
    *index = eswi_param_find(system, key);
    if (*index == ESW_NONE)
        return eswi_fail_at(place, error, "%s%.60s: no such parameter of %s%s", prefix, key, system->name,
                            eswi_param_hint(system, key, is_shared_parameter, hint, sizeof hint));
    const esw_param *param = &system->params[*index];
    if (!is_shared_parameter(param))
        return eswi_fail_at(place, error,
                            "%s%s: an option of methods; give it in an entry of `methods:`, "
                            "{use: METHOD, %s: VALUE}",
                            prefix, key, key);
    esw_value value;
    esw_status status = eswi_value_read(param, node, place, &value, error);
    if (status)
        return status;
    if (place.line == 0)
        value.line = -1;
    eswi_value_free(param, &experiment->values[*index]);
    experiment->values[*index] = value;
    return ESW_OK;
}

static esw_status read_parameters(esw_experiment *experiment, const eswi_node *node, esw_error *error)
{
    char found[64];
    if (eswi_node_is_null(node))
        return ESW_OK;
    if (node->kind != ESWI_MAPPING)
        return eswi_fail_at((eswi_place){experiment->source, node->line}, error,
                            "parameters: found %s, must be a mapping of names to values",
                            eswi_node_describe(node, found));
    for (size_t i = 0; i < node->n; ++i) {
        const eswi_node *item = &node->items[i];
        size_t index;
        esw_status status = set_parameter(
            experiment, "", item->key, (eswi_place){experiment->source, item->key_line}, item, &index, error);
        if (status)
            return status;
    }
    return ESW_OK;
}

static esw_status read_defaults(esw_experiment *experiment, esw_error *error)
{
    const esw_system *system = experiment->system;
    experiment->values = calloc(system->n_params + 1, sizeof *experiment->values);
    if (!experiment->values)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    for (size_t i = 0; i < system->n_params; ++i) {
        esw_status status = eswi_value_default(&system->params[i], &experiment->values[i], error);
        if (status)
            return status;
    }
    return ESW_OK;
}

/* One --set key=value; a swept parameter loses its sweep. */
static esw_status apply_set(esw_experiment *experiment, const char *set, esw_error *error)
{
    const eswi_place place = {"--set", 0};
    const char *equals = strchr(set, '=');
    if (!equals || equals == set || !equals[1])
        return eswi_fail_at(place, error, "found '%.60s', must be KEY=VALUE", set);
    char *key = strndup(set, (size_t)(equals - set));
    if (!key)
        return esw_fail(error, ESW_NO_MEMORY, "--set: out of memory");
    eswi_node node;
    esw_status status = eswi_node_parse(equals + 1, strlen(equals + 1), "--set", &node, error);
    if (!status) {
        size_t index = ESW_NONE;
        if (strcmp(key, "seed") == 0)
            status = read_seed(experiment, &node, place, error);
        else if (strcmp(key, "scenarios") == 0)
            status = read_scenarios(experiment, &node, place, error);
        else
            status = set_parameter(experiment, "", key, place, &node, &index, error);
        if (!status && index != ESW_NONE)
            eswi_sweep_drop(experiment, index);
        eswi_node_free(&node);
    }
    free(key);
    return status;
}

static esw_status apply_overrides(esw_experiment *experiment, const esw_overrides *overrides, size_t *n_chosen,
                                  esw_error *error)
{
    esw_status status = ESW_OK;
    for (size_t i = 0; i < overrides->n_sets && !status; ++i)
        status = apply_set(experiment, overrides->sets[i], error);
    if (!status && overrides->scenarios > ESW_SCENARIOS_MAX)
        status = esw_fail(error, ESW_BAD_USAGE, "--scenarios: must be an integer from 1 to 9007199254740992");
    if (!status && overrides->scenarios > 0)
        experiment->scenarios = overrides->scenarios;
    if (!status && overrides->methods)
        status = eswi_methods_select(experiment, overrides->methods, n_chosen, error);
    return status;
}

static esw_status read_document(esw_experiment *experiment, const eswi_node *root,
                                const esw_overrides *overrides, esw_error *error)
{
    const eswi_node *keys[TOP_KEYS] = {NULL};
    const char *source = experiment->source;
    esw_status status = find_keys(source, root, keys, error);
    if (!status)
        status = read_system(experiment, keys[KEY_SYSTEM], error);
    if (!status)
        status = read_name(experiment, keys[KEY_NAME], error);
    if (!status && keys[KEY_SEED])
        status = read_seed(experiment, keys[KEY_SEED], (eswi_place){source, keys[KEY_SEED]->line}, error);
    if (!status)
        status = read_scenarios(experiment, keys[KEY_SCENARIOS],
                                (eswi_place){source, keys[KEY_SCENARIOS]->line}, error);
    if (!status)
        status = read_defaults(experiment, error);
    if (!status && keys[KEY_PARAMETERS])
        status = read_parameters(experiment, keys[KEY_PARAMETERS], error);
    if (!status && keys[KEY_SWEEP])
        status = eswi_sweep_read(experiment, keys[KEY_SWEEP], error);
    if (!status)
        status = eswi_methods_read(experiment, keys[KEY_METHODS], error);
    if (!status && keys[KEY_STOP])
        status = eswi_stop_read(experiment, keys[KEY_STOP], error);
    if (!status && keys[KEY_KEEP])
        status = read_keep(experiment, keys[KEY_KEEP], error);
    size_t n_chosen = ESW_NONE;
    if (!status && overrides)
        status = apply_overrides(experiment, overrides, &n_chosen, error);
    if (!status && keys[KEY_COMPARE])
        status = eswi_compare_read(experiment, keys[KEY_COMPARE], error);
    if (!status)
        status = eswi_stop_check(experiment, error);
    if (status)
        return status;
    if (n_chosen != ESW_NONE)
        eswi_methods_prune(experiment, n_chosen);
    status = eswi_methods_default(experiment, error);
    if (!status)
        status = eswi_sweep_count(experiment, error);
    return status ? status : eswi_inputs_find(experiment, error);
}

esw_status esw_experiment_parse(const char *text, size_t length, const char *name, const char *base_dir,
                                const esw_overrides *overrides, esw_experiment **experiment, esw_error *error)
{
    eswi_node root;
    esw_status status = eswi_node_parse(text, length, name, &root, error);
    if (status)
        return status;
    esw_experiment *made = calloc(1, sizeof *made);
    if (made) {
        *made = (esw_experiment){.seed = 1, .baseline = ESW_NONE, .optimum = ESW_NONE};
        made->source = strdup(name);
        made->base_dir = strdup(base_dir);
    }
    if (!made || !made->source || !made->base_dir)
        status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", name);
    else
        status = read_document(made, &root, overrides, error);
    eswi_node_free(&root);
    if (status) {
        esw_experiment_free(made);
        return status;
    }
    *experiment = made;
    return ESW_OK;
}

/* What a run directory holds must still be what its journals were computed from, whatever the caller overrides. */
static esw_status check_run(const char *text, size_t length, const char *file, const char *directory,
                            esw_error *error)
{
    esw_experiment *unchanged = NULL;
    esw_status status = esw_experiment_parse(text, length, file, directory, NULL, &unchanged, error);
    if (!status)
        status = eswi_inputs_check(unchanged, directory, error);
    if (!status)
        status = eswi_run_directory_check_journals(directory, unchanged, error);
    esw_experiment_free(unchanged);
    return status;
}

esw_status esw_experiment_load(const char *path, const esw_overrides *overrides, esw_experiment **experiment,
                               esw_error *error)
{
    struct stat info;
    bool run_directory = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    char *file = run_directory ? eswi_path_join(path, "experiment.yaml") : strdup(path);
    char *text, *base_dir = file ? eswi_path_directory(file) : NULL;
    size_t length;
    esw_status status = base_dir ? eswi_file_read(file, ESWI_NODE_BYTES, &text, &length, error)
                                 : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    if (!status) {
        if (run_directory)
            status = check_run(text, length, file, path, error);
        if (!status)
            status = esw_experiment_parse(text, length, file, base_dir, overrides, experiment, error);
        free(text);
    }
    free(base_dir);
    free(file);
    return status;
}

void esw_experiment_free(esw_experiment *experiment)
{
    if (!experiment)
        return;
    if (experiment->system) {
        for (size_t i = 0; experiment->values && i < experiment->system->n_params; ++i)
            eswi_value_free(&experiment->system->params[i], &experiment->values[i]);
        eswi_sweep_free(experiment);
        eswi_methods_free(experiment);
    }
    eswi_inputs_free(experiment);
    eswi_stop_free(experiment);
    free(experiment->values);
    free(experiment->name);
    free(experiment->source);
    free(experiment->base_dir);
    free(experiment);
}

const esw_system *esw_experiment_system(const esw_experiment *experiment)
{
    return experiment->system;
}

const char *esw_experiment_name(const esw_experiment *experiment)
{
    return experiment->name;
}

const char *esw_experiment_base_dir(const esw_experiment *experiment)
{
    return experiment->base_dir;
}

uint64_t esw_experiment_seed(const esw_experiment *experiment)
{
    return experiment->seed;
}

uint64_t esw_experiment_scenarios(const esw_experiment *experiment)
{
    return experiment->scenarios;
}

unsigned esw_experiment_keep(const esw_experiment *experiment)
{
    return experiment->keep;
}

size_t esw_experiment_baseline(const esw_experiment *experiment)
{
    return experiment->baseline;
}

size_t esw_experiment_optimum(const esw_experiment *experiment)
{
    return experiment->optimum;
}
