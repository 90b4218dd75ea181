/* `methods:`, `compare:` and --methods. */
#include "sweep/experiment.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sweep/metrics.h"

static esw_status out_of_memory(const esw_experiment *experiment, esw_error *error)
{
    return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
}

static size_t find_method(const esw_system *system, const char *name)
{
    for (size_t i = 0; i < system->n_methods; ++i)
        if (strcmp(system->methods[i].name, name) == 0)
            return i;
    return ESW_NONE;
}

static void method_free(const esw_system *system, eswi_method *method)
{
    for (size_t i = 0; i < method->n_settings; ++i)
        eswi_value_free(&system->params[method->settings[i].param], &method->settings[i].value);
    free(method->settings);
    free(method->label);
    *method = (eswi_method){0};
}

/* Room for one more entry, zeroed, counted at once so that it is freed with the experiment. */
static eswi_method *append_method(esw_experiment *experiment)
{
    eswi_method *methods = realloc(experiment->methods, (experiment->n_methods + 1) * sizeof *methods);
    if (!methods)
        return NULL;
    experiment->methods = methods;
    methods[experiment->n_methods] = (eswi_method){0};
    return &methods[experiment->n_methods++];
}

/* `key` begins the message: where in the file, "methods: ". */
static esw_status unknown_method(const esw_experiment *experiment, eswi_place place, const char *key,
                                 const char *name, esw_error *error)
{
    const esw_system *system = experiment->system;
    char list[512] = "";
    const char *names[256];
    size_t n = 0;
    for (size_t i = 0; i < experiment->n_methods && n < 128; ++i)
        if (experiment->methods[i].label)
            names[n++] = experiment->methods[i].label;
    for (size_t i = 0; i < system->n_methods && n < 256; ++i)
        names[n++] = system->methods[i].name;
    const char *nearest = eswi_nearest(name, names, n);
    if (nearest)
        return eswi_fail_at(place, error, "%sfound '%.60s', no such method of %s; did you mean '%s'?", key, name,
                            system->name, nearest);
    for (size_t i = 0; i < n; ++i) {
        size_t before = 0;
        while (before < i && strcmp(names[before], names[i]) != 0)
            ++before;
        if (before == i)
            eswi_list_append(list, sizeof list, names[i]);
    }
    return eswi_fail_at(place, error, "%sfound '%.60s', no such method of %s; known: %s", key, name, system->name,
                        list);
}

/* Whether `name` is among the space-separated words of `options`. */
static bool takes_option(const esw_method *method, const char *name)
{
    size_t length = strlen(name);
    for (const char *word = method->options; *word;) {
        size_t size = strcspn(word, " ");
        if (size == length && memcmp(word, name, size) == 0)
            return true;
        word += size + (word[size] == ' ');
    }
    return false;
}

static bool is_method_parameter(const esw_param *param)
{
    return (param->flags & (ESW_PARAM_PER_METHOD | ESW_PARAM_METHOD_ONLY)) != 0;
}

/* One `option: value` of a method entry. */
static esw_status read_setting(const esw_experiment *experiment, const eswi_node *node, eswi_method *entry,
                               esw_error *error)
{
    const esw_system *system = experiment->system;
    const esw_method *method = &system->methods[entry->method];
    eswi_place place = {experiment->source, node->key_line};
    char text[512];
    size_t index = eswi_param_find(system, node->key);
    if (index == ESW_NONE)
        return eswi_fail_at(place, error, "methods: %s: %.60s: no such option%s", method->name, node->key,
                            eswi_param_hint(system, node->key, is_method_parameter, text, sizeof text));
    const esw_param *param = &system->params[index];
    if (!is_method_parameter(param))
        return eswi_fail_at(place, error,
                            "methods: %s: %s: describes the instance, so all methods share it; set it "
                            "under `parameters:`",
                            method->name, node->key);
    if ((param->flags & ESW_PARAM_METHOD_ONLY) && !takes_option(method, node->key))
        return eswi_fail_at(place, error, "methods: %s: %s: not an option of this method; its options: %s",
                            method->name, node->key, *method->options ? method->options : "none");
    eswi_setting *setting = &entry->settings[entry->n_settings];
    setting->param = index;
    esw_status status = eswi_value_read(param, node, place, &setting->value, error);
    ++entry->n_settings;
    return status;
}

static bool valid_label(const char *label)
{
    size_t length = strlen(label);
    if (length == 0 || length > 64 || label[0] == '.' || label[0] == '-')
        return false;
    for (size_t i = 0; i < length; ++i)
        if (!isalnum((unsigned char)label[i]) && !strchr("-_.+", label[i]))
            return false;
    return true;
}

static esw_status set_label(esw_experiment *experiment, eswi_method *entry, const char *label, int line,
                            esw_error *error)
{
    eswi_place place = {experiment->source, line};
    if (!valid_label(label))
        return eswi_fail_at(place, error,
                            "methods: as: found '%.60s', must be up to 64 letters, digits, '-', '_', "
                            "'.', '+'",
                            label);
    size_t same = esw_experiment_method_find(experiment, label);
    if (same != ESW_NONE)
        return eswi_fail_at(place, error,
                            "methods: %s: given twice; tell them apart with {use: %s, as: LABEL, ...}", label,
                            experiment->system->methods[entry->method].name);
    entry->label = strdup(label);
    return entry->label ? ESW_OK : out_of_memory(experiment, error);
}

static esw_status read_entry_mapping(esw_experiment *experiment, const eswi_node *node, esw_error *error)
{
    const eswi_node *use = eswi_node_get(node, "use"), *as = eswi_node_get(node, "as");
    eswi_place place = {experiment->source, node->line};
    if (!use || use->kind != ESWI_SCALAR)
        return eswi_fail_at(place, error, "methods: an entry in braces needs `use: METHOD`");
    place.line = use->line;
    size_t method = find_method(experiment->system, use->text);
    if (method == ESW_NONE)
        return unknown_method(experiment, place, "methods: use: ", use->text, error);
    if (as && as->kind != ESWI_SCALAR)
        return eswi_fail_at((eswi_place){experiment->source, as->line}, error, "methods: as: must be a word");
    eswi_method *entry = append_method(experiment);
    if (!entry)
        return out_of_memory(experiment, error);
    entry->method = method;
    entry->line = node->line;
    entry->settings = calloc(node->n, sizeof *entry->settings);
    if (!entry->settings)
        return out_of_memory(experiment, error);
    for (size_t i = 0; i < node->n; ++i) {
        const eswi_node *item = &node->items[i];
        if (item == use || item == as)
            continue;
        esw_status status = read_setting(experiment, item, entry, error);
        if (status)
            return status;
    }
    return set_label(experiment, entry, as ? as->text : use->text, as ? as->line : use->line, error);
}

static esw_status add_plain(esw_experiment *experiment, const char *name, eswi_place place, const char *key,
                            esw_error *error)
{
    size_t method = find_method(experiment->system, name);
    if (method == ESW_NONE)
        return unknown_method(experiment, place, key, name, error);
    eswi_method *entry = append_method(experiment);
    if (!entry)
        return out_of_memory(experiment, error);
    entry->method = method;
    entry->line = place.line;
    return set_label(experiment, entry, name, place.line, error);
}

esw_status eswi_methods_read(esw_experiment *experiment, const eswi_node *node, esw_error *error)
{
    char found[64];
    eswi_place place = {experiment->source, node->line};
    if (node->kind != ESWI_SEQUENCE || node->n == 0)
        return eswi_fail_at(place, error, "methods: found %s, must be a list such as [%s]",
                            node->kind == ESWI_SEQUENCE ? "an empty list" : eswi_node_describe(node, found),
                            experiment->system->methods[0].name);
    for (size_t i = 0; i < node->n; ++i) {
        const eswi_node *item = &node->items[i];
        esw_status status;
        place.line = item->line;
        if (item->kind == ESWI_SCALAR)
            status = add_plain(experiment, item->text, place, "methods: ", error);
        else if (item->kind == ESWI_MAPPING)
            status = read_entry_mapping(experiment, item, error);
        else
            status =
                eswi_fail_at(place, error, "methods: found a sequence, must be a name or {use: NAME, ...}");
        if (status)
            return status;
    }
    return ESW_OK;
}

/* The label's entry, or a new one for a method of that name. */
static esw_status require_method(esw_experiment *experiment, const char *label, eswi_place place,
                                 const char *key, size_t *index, esw_error *error)
{
    *index = esw_experiment_method_find(experiment, label);
    if (*index != ESW_NONE)
        return ESW_OK;
    esw_status status = add_plain(experiment, label, place, key, error);
    *index = experiment->n_methods - 1;
    return status;
}

/* Moves the entry at `from` forward to `to`. */
static void move_method(esw_experiment *experiment, size_t from, size_t to)
{
    eswi_method moved = experiment->methods[from];
    memmove(&experiment->methods[to + 1], &experiment->methods[to], (from - to) * sizeof moved);
    experiment->methods[to] = moved;
}

esw_status eswi_methods_select(esw_experiment *experiment, const char *labels, size_t *n_chosen,
                               esw_error *error)
{
    const eswi_place place = {"--methods", 0};
    size_t chosen = 0;
    char *list = strdup(labels), *rest = list;
    if (!list)
        return out_of_memory(experiment, error);
    esw_status status = ESW_OK;
    for (char *label; !status && (label = strsep(&rest, ","));) {
        size_t index = 0;
        label = eswi_trim(label);
        status = require_method(experiment, label, place, "", &index, error);
        if (!status && index < chosen)
            status = eswi_fail_at(place, error, "%s: given twice", label);
        if (!status)
            move_method(experiment, index, chosen++);
    }
    free(list);
    *n_chosen = chosen;
    return status;
}

void eswi_methods_prune(esw_experiment *experiment, size_t n_chosen)
{
    size_t kept = n_chosen;
    for (size_t i = n_chosen; i < experiment->n_methods; ++i) {
        if (i != experiment->baseline && i != experiment->optimum) {
            method_free(experiment->system, &experiment->methods[i]);
            continue;
        }
        experiment->methods[kept] = experiment->methods[i];
        if (experiment->baseline == i)
            experiment->baseline = kept;
        if (experiment->optimum == i)
            experiment->optimum = kept;
        ++kept;
    }
    experiment->n_methods = kept;
}

bool eswi_methods_decide(const esw_experiment *experiment, size_t param)
{
    const esw_system *system = experiment->system;
    bool differs = false;
    for (size_t i = 0; i < system->n_method_defaults; ++i)
        differs |= system->method_defaults[i].param == param;
    return differs && experiment->values[param].line == 0 && !eswi_sweep_has(experiment, param);
}

static const eswi_setting *find_setting(const eswi_method *entry, size_t param)
{
    for (size_t i = 0; i < entry->n_settings; ++i)
        if (entry->settings[i].param == param)
            return &entry->settings[i];
    return NULL;
}

static esw_status add_default(const esw_experiment *experiment, eswi_method *entry,
                              const esw_method_default *row, esw_error *error)
{
    esw_param param = experiment->system->params[row->param];
    param.default_value = row->value;
    eswi_setting *settings = realloc(entry->settings, (entry->n_settings + 1) * sizeof *settings);
    if (!settings)
        return out_of_memory(experiment, error);
    entry->settings = settings;
    settings[entry->n_settings] = (eswi_setting){.param = row->param};
    return eswi_value_default(&param, &settings[entry->n_settings++].value, error);
}

esw_status eswi_methods_default(esw_experiment *experiment, esw_error *error)
{
    const esw_system *system = experiment->system;
    esw_status status = ESW_OK;
    for (size_t i = 0; i < experiment->n_methods; ++i)
        for (size_t k = 0; k < system->n_method_defaults && !status; ++k) {
            const esw_method_default *row = &system->method_defaults[k];
            eswi_method *entry = &experiment->methods[i];
            if (row->method == entry->method && eswi_methods_decide(experiment, row->param) &&
                !find_setting(entry, row->param))
                status = add_default(experiment, entry, row, error);
        }
    return status;
}

/* What a method runs with, of a parameter that is not swept. */
static const esw_value *value_of(const esw_experiment *experiment, size_t method, size_t param)
{
    const eswi_setting *setting = find_setting(&experiment->methods[method], param);
    return setting ? &setting->value : &experiment->values[param];
}

bool esw_experiment_unequal(const esw_experiment *experiment, char *text, size_t size)
{
    const esw_system *system = experiment->system;
    const size_t optimum = experiment->optimum;
    for (size_t k = 0; k < system->n_method_defaults && optimum != ESW_NONE; ++k) {
        const size_t param = system->method_defaults[k].param;
        if (!eswi_methods_decide(experiment, param))
            continue;
        const esw_value *best = value_of(experiment, optimum, param);
        for (size_t i = 0; i < experiment->n_methods; ++i) {
            const esw_value *other = value_of(experiment, i, param);
            if ((best->line > 0 && other->line > 0) || eswi_value_equal(&system->params[param], best, other))
                continue;
            char *a = eswi_value_text(&system->params[param], best);
            char *b = eswi_value_text(&system->params[param], other);
            snprintf(
                text, size,
                "%s is %s for %s and %s for %s: gaps to the optimum compare different problems; set it under "
                "`parameters:`",
                system->params[param].name, a ? a : "", experiment->methods[optimum].label, b ? b : "",
                experiment->methods[i].label);
            free(a);
            free(b);
            return true;
        }
    }
    return false;
}

void eswi_methods_free(esw_experiment *experiment)
{
    for (size_t i = 0; i < experiment->n_methods; ++i)
        method_free(experiment->system, &experiment->methods[i]);
    free(experiment->methods);
}

esw_status eswi_compare_read(esw_experiment *experiment, const eswi_node *node, esw_error *error)
{
    static const char *const keys[] = {"baseline", "optimum"};
    static const unsigned flags[] = {ESW_METRIC_LATENCY | ESW_METRIC_ENERGY, ESW_METRIC_OBJECTIVE};
    size_t *const targets[] = {&experiment->baseline, &experiment->optimum};
    eswi_place place = {experiment->source, node->line};
    char found[64];
    if (eswi_node_is_null(node))
        return ESW_OK;
    if (node->kind != ESWI_MAPPING)
        return eswi_fail_at(place, error, "compare: found %s, must be a mapping such as {baseline: METHOD}",
                            eswi_node_describe(node, found));
    for (size_t i = 0; i < node->n; ++i) {
        const eswi_node *item = &node->items[i];
        size_t key = strcmp(item->key, keys[0]) == 0 ? 0 : 1;
        place.line = item->key_line;
        if (strcmp(item->key, keys[key]) != 0)
            return eswi_fail_at(place, error, "compare: %.60s: unknown key; known: baseline, optimum",
                                item->key);
        place.line = item->line;
        if (item->kind != ESWI_SCALAR)
            return eswi_fail_at(place, error, "compare: %s: must be the name of a method", keys[key]);
        if (eswi_metric_flagged(experiment->system, flags[key]) == ESW_NONE)
            return eswi_fail_at(place, error, "compare: %s: system %s has no %s to compare", keys[key],
                                experiment->system->name, key == 0 ? "latency or energy" : "objective");
        char name[32];
        snprintf(name, sizeof name, "compare: %s: ", keys[key]);
        esw_status status = require_method(experiment, item->text, place, name, targets[key], error);
        if (status)
            return status;
    }
    return ESW_OK;
}

size_t esw_experiment_method_count(const esw_experiment *experiment)
{
    return experiment->n_methods;
}

const char *esw_experiment_method_label(const esw_experiment *experiment, size_t method)
{
    return experiment->methods[method].label;
}

size_t esw_experiment_method_index(const esw_experiment *experiment, size_t method)
{
    return experiment->methods[method].method;
}

size_t esw_experiment_method_find(const esw_experiment *experiment, const char *label)
{
    for (size_t i = 0; i < experiment->n_methods; ++i)
        if (experiment->methods[i].label && strcmp(experiment->methods[i].label, label) == 0)
            return i;
    return ESW_NONE;
}
