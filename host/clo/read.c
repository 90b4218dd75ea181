/* CLO: the JSON of `solve --json` read back: parameters and curves into a config, then instance and decision, all checked. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_keys.h"
#include "clo/document.h"
#include "clo/params.h"
#include "clo/walk.h"

/* ---------------------------------------------------------------- the config */

static esw_status read_parameters(eswi_clo_config *config, const json_t *parameters, esw_error *error)
{
    const json_t *network = json_object_get(parameters, "network"), *tasks =
                                                                        json_object_get(parameters, "tasks");
    const json_t *rates = json_object_get(parameters, "arrival_probability");
    const json_t *thetas = json_object_get(parameters, "theta_grid");
    esw_status status = eswi_bound_read(&eswi_clo_bindings, parameters, config, error);
    if (!status)
        status = eswi_clo_network_read(network, &config->network, error);
    if (!status && rates)
        status = eswi_clo_rates_read(rates, config, error);
    if (!status && thetas)
        status = eswi_clo_thetas_read(thetas, config, error);
    if (!status && (!json_is_string(tasks) || json_string_length(tasks) >= sizeof config->tasks))
        status = esw_fail(error, ESW_BAD_INPUT, "parameters.tasks: must be a name or a path");
    if (!status)
        snprintf(config->tasks, sizeof config->tasks, "%s", json_string_value(tasks));
    return status;
}

static esw_status read_rows(const json_t *tasks, const char *name, size_t rows, size_t columns, double *values,
                            esw_error *error)
{
    const json_t *array = json_object_get(tasks, name);
    for (size_t i = 0; i < rows; i++) {
        const json_t *row = json_array_get(array, i);
        for (size_t j = 0; j < columns; j++) {
            const json_t *json = columns == 1 && !json_is_array(row) ? row : json_array_get(row, j);
            values[i * columns + j] = json_number_value(json);
            if (!json_is_number(json) || json_array_size(array) != rows)
                return esw_fail(error, ESW_BAD_INPUT, "instance.tasks.%s: must be %zu rows of %zu numbers",
                                name, rows, columns);
        }
    }
    return ESW_OK;
}

/* Room for the curves of a document, under the names of instance.models; without these the source says which there are. */
static esw_status make_room(eswi_clo_config *config, const json_t *instance, const char *base_dir,
                            esw_error *error)
{
    const json_t *models = json_object_get(instance, "models");
    const json_t *odds = json_object_get(json_object_get(instance, "tasks"), "odds");
    const size_t n = json_array_size(models);
    const char *names[CLO_MODELS_MAX];
    if (!models || !odds)
        return eswi_clo_tasks_load(config, base_dir, error);
    for (size_t m = 0; m < n && m < CLO_MODELS_MAX; m++) {
        names[m] = json_string_value(json_array_get(models, m));
        if (!names[m])
            return esw_fail(error, ESW_BAD_INPUT, "instance.models[%zu]: must be the name of a model", m);
    }
    if (n < 1 || n > CLO_MODELS_MAX)
        return esw_fail(error, ESW_BAD_INPUT, "instance.models: must be 1 to %d names", CLO_MODELS_MAX);
    if (json_array_size(odds) < 1 || json_array_size(odds) > CLO_TASKS_MAX)
        return esw_fail(error, ESW_BAD_INPUT, "instance.tasks.odds: must be 1 to %d numbers", CLO_TASKS_MAX);
    return eswi_clo_tasks_room(config, names, (int)n, (int)json_array_size(odds), error);
}

/* A document carries its curves: who changes them changes the instance, and nobody needs the file they came from. */
static esw_status read_tasks(eswi_clo_config *config, const json_t *instance, const char *base_dir,
                             esw_error *error)
{
    eswi_clo_tasks *t = &config->problem.tasks;
    const json_t *tasks = json_object_get(instance, "tasks");
    esw_status status =
        ESWI_JSON_KNOWN_KEYS(tasks, "instance.tasks", error, "odds", "m1", "s1", "m0", "s0", "m0_predicted");
    if (!status)
        status = make_room(config, instance, base_dir, error);
    const size_t n = (size_t)t->tasks, m = (size_t)t->models;
    if (status || !tasks)
        return status;
    const struct {
        const char *name;
        const double *values;
        size_t columns;
    } parts[] = {{"m1", t->m1, m},
                 {"s1", t->s1, m},
                 {"m0", t->m0, m},
                 {"s0", t->s0, m},
                 {"m0_predicted", t->m0_predicted, m},
                 {"odds", t->odds, 1}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !status; i++)
        status = read_rows(tasks, parts[i].name, n, parts[i].columns, (double *)parts[i].values, error);
    return status ? status : eswi_clo_tasks_finish(config, error);
}

esw_status eswi_clo_config_from_json(const json_t *document, const char *base_dir, esw_config **config,
                                     esw_error *error)
{
    eswi_clo_config *made = calloc(1, sizeof *made);
    if (!made)
        return esw_fail(error, ESW_NO_MEMORY, "clo: out of memory");
    esw_status status = read_parameters(made, json_object_get(document, "parameters"), error);
    if (!status)
        status = eswi_clo_config_derive(made, NULL, error);
    if (!status)
        status = read_tasks(made, json_object_get(document, "instance"), base_dir, error);
    if (status) {
        eswi_clo_config_free((esw_config *)made);
        return status;
    }
    *config = (esw_config *)made;
    return ESW_OK;
}

/* ---------------------------------------------------------------- the instance */

static esw_status wrong(esw_error *error, const char *name, int row, const char *what)
{
    return esw_fail(error, ESW_BAD_INPUT, "%s[%d]: %s", name, row, what);
}

/* Parts that follow from parameters and curves may be left out, but not be other than these. */
static esw_status check_derived(const eswi_clo_config *config, const json_t *part, esw_error *error)
{
    json_t *derived = eswi_clo_derived_json(config), *expected;
    const char *name;
    if (!derived)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory for the document's instance");
    json_object_foreach(derived, name, expected) {
        const json_t *found = json_object_get(part, name);
        if (found && !json_equal(found, expected)) {
            const bool curves = !strcmp(name, "loss_mean");
            const esw_status status = esw_fail(
                error, ESW_BAD_INPUT,
                "instance.%s: is not what follows from %s; change that, and leave instance.%s out", name,
                curves ? "instance.tasks and parameters.theta_grid" : "parameters.network", name);
            json_decref(derived);
            return status;
        }
    }
    json_decref(derived);
    return ESW_OK;
}

static esw_status read_instance(const eswi_clo_config *config, const json_t *part,
                                const eswi_clo_instance *instance, esw_error *error)
{
    const eswi_clo_problem *p = &config->problem;
    const json_t *gain = json_object_get(part, "gain"), *arrivals = json_object_get(part, "arrivals");
    esw_status status = ESWI_JSON_KNOWN_KEYS(part, "instance", error, "nodes", "device_node", "server_model",
                                             "models", "links", "gain", "arrivals", "tasks", "loss_mean");
    if (!status)
        status = check_derived(config, part, error);
    for (int t = 0; t < config->slots && !status; t++) {
        const json_t *gains = json_array_get(gain, (size_t)t), *row = json_array_get(arrivals, (size_t)t);
        if (json_array_size(gains) != (size_t)p->links)
            return wrong(error, "instance.gain", t, "a row must hold a power gain per link");
        if (json_array_size(row) != (size_t)p->devices)
            return wrong(error, "instance.arrivals", t, "a row must hold a task per device, -1 for none");
        for (int i = 0; i < p->links; i++) {
            const float value = (float)json_number_value(json_array_get(gains, (size_t)i));
            if (!(value > 0.0f && isfinite(value)))
                return wrong(error, "instance.gain", t, "gains must be numbers > 0 in single-precision range");
            instance->gain[t * p->links + i] = value;
        }
        for (int k = 0; k < p->devices; k++) {
            const json_t *json = json_array_get(row, (size_t)k);
            const json_int_t task = json_integer_value(json);
            if (!json_is_integer(json) || task < CLO_NO_TASK || task >= p->tasks.tasks)
                return wrong(error, "instance.arrivals", t, "tasks must be indices into instance.tasks, or -1");
            instance->task[t * p->devices + k] = (int16_t)task;
        }
    }
    return status;
}

/* ---------------------------------------------------------------- the decision */

/* An element of a slot's list. */
static esw_status check_item(const json_t *item, const char *what, size_t i, int slot, esw_error *error)
{
    char path[64];
    snprintf(path, sizeof path, "decision.slots[%d].%s[%zu]", slot, what, i);
    return !strcmp(what, "inferences")
               ? ESWI_JSON_KNOWN_KEYS(item, path, error, "node", "device", "unit")
               : ESWI_JSON_KNOWN_KEYS(item, path, error, "link", "device", "unit", "power_w");
}

/* Adds device `device` to set[`at`] for every element of a list of {at, device}. */
static esw_status read_sets(const json_t *list, const char *what, const char *at, int n, int devices, int slot,
                            uint8_t *sets, esw_error *error)
{
    if (!json_is_array(list))
        return esw_fail(error, ESW_BAD_INPUT, "decision.slots[%d].%s: %s; must be a list, [] for none", slot,
                        what, list ? "is no list" : "is missing");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const json_t *place = json_object_get(item, at), *device = json_object_get(item, "device");
        const json_int_t index = json_integer_value(place), k = json_integer_value(device);
        const esw_status status = check_item(item, what, i, slot, error);
        if (status)
            return status;
        if (!json_is_integer(place) || !json_is_integer(device) || index < 0 || index >= n || k < 0 ||
            k >= devices)
            return esw_fail(error, ESW_BAD_INPUT,
                            "decision.slots[%d].%s[%zu]: needs %s from 0 to %d and device from 0 to %d", slot,
                            what, i, at, n - 1, devices - 1);
        if (sets[index] >> k & 1)
            return esw_fail(error, ESW_BAD_INPUT, "decision.slots[%d].%s[%zu]: is there already", slot, what,
                            i);
        sets[index] = (uint8_t)(sets[index] | 1u << k);
    }
    return ESW_OK;
}

static esw_status read_theta(const eswi_clo_problem *p, const json_t *json, int slot, uint8_t *index,
                             esw_error *error)
{
    const double theta = json_number_value(json);
    for (int i = 0; i < p->thetas; i++) {
        if (json_is_number(json) && fabs(theta - p->theta_grid[i].theta) < 1e-9) {
            *index = (uint8_t)i;
            return ESW_OK;
        }
    }
    return esw_fail(error, ESW_BAD_INPUT, "decision.slots[%d].theta: must be one of theta_grid", slot);
}

static esw_status read_slot(const eswi_clo_config *config, const json_t *json, int t,
                            const eswi_clo_decision *decision, esw_error *error)
{
    const eswi_clo_problem *p = &config->problem;
    uint8_t *sends = decision->trace.sends + (size_t)t * (size_t)p->links;
    uint8_t *infers = decision->trace.infers + (size_t)t * (size_t)p->nodes;
    memset(sends, 0, (size_t)p->links);
    memset(infers, 0, (size_t)p->nodes);
    decision->trace.theta[t] = 0;
    char path[40];
    snprintf(path, sizeof path, "decision.slots[%d]", t);
    esw_status status = ESWI_JSON_KNOWN_KEYS(json, path, error, "transmissions", "inferences", "theta");
    if (!status && !json_is_object(json))
        status = esw_fail(error, ESW_BAD_INPUT, "%s: must be {transmissions: [...], inferences: [...]}", path);
    if (!status)
        status = read_sets(json_object_get(json, "transmissions"), "transmissions", "link", p->links,
                           p->devices, t, sends, error);
    if (!status)
        status = read_sets(json_object_get(json, "inferences"), "inferences", "node", p->nodes, p->devices, t,
                           infers, error);
    if (!status && *decision->method == CLO_LO)
        status = read_theta(p, json_object_get(json, "theta"), t, &decision->trace.theta[t], error);
    return status;
}

static esw_status read_decision(const eswi_clo_config *config, const json_t *part,
                                const eswi_clo_decision *decision, esw_error *error)
{
    const char *method = json_string_value(json_object_get(part, "method"));
    const json_t *slots = json_object_get(part, "slots");
    const esw_status keys = ESWI_JSON_KNOWN_KEYS(part, "decision", error, "method", "slots");
    if (keys)
        return keys;
    *decision->method = CLO_METHODS;
    for (int m = 0; method && m < CLO_METHODS; m++)
        if (!strcmp(method, eswi_clo_method_names[m]))
            *decision->method = m;
    if (*decision->method == CLO_METHODS)
        return esw_fail(
            error, ESW_BAD_INPUT,
            "decision.method: must be clo, lo, fixed-theta, greedy-local or greedy-edge: it says how "
            "thresholds follow from the losses");
    if (json_array_size(slots) != (size_t)config->slots)
        return esw_fail(error, ESW_BAD_INPUT,
                        "decision.slots: %zu; parameters.slots is %d (documents hold at most %d)",
                        json_array_size(slots), config->slots, CLO_SLOTS_WRITTEN);
    for (int t = 0; t < config->slots; t++) {
        const esw_status status = read_slot(config, json_array_get(slots, (size_t)t), t, decision, error);
        if (status)
            return status;
    }
    return ESW_OK;
}

/* ---------------------------------------------------------------- what follows from the decision */

/* `unit` and `power_w` of a list's elements may be left out; given, they are what queues and channel make them. */
static esw_status check_units(const json_t *list, const char *what, const char *at, const eswi_clo_walk *w,
                              const int32_t units[][CLO_DEVICES_MAX], esw_error *error)
{
    const eswi_clo_problem *p = &w->config->problem;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i), *unit = json_object_get(item, "unit"),
                     *power = json_object_get(item, "power_w");
        const int place = (int)json_integer_value(json_object_get(item, at)),
                  k = (int)json_integer_value(json_object_get(item, "device"));
        if (unit && (!json_is_integer(unit) || json_integer_value(unit) != units[place][k]))
            return esw_fail(
                error, ESW_BAD_INPUT,
                "decision.slots[%d].%s[%zu].unit: unit %d is the one that leaves the queue; write this or "
                "leave `unit` out",
                w->slot, what, i, (int)units[place][k]);
        if (!power)
            continue;
        const double least = eswi_clo_power(p, w->instance->gain[w->slot * p->links + place]);
        if (!json_is_number(power) || !(fabs(json_number_value(power) - least) <= 1e-9 * least))
            return esw_fail(
                error, ESW_BAD_INPUT,
                "decision.slots[%d].%s[%zu].power_w: a used link takes the least power that meets the slot, "
                "%.17g W; write this or leave `power_w` out",
                w->slot, what, i, least);
    }
    return ESW_OK;
}

static esw_status check_moves(const eswi_clo_config *config, const json_t *slots,
                              const eswi_clo_instance *instance, const eswi_clo_decision *decision,
                              esw_error *error)
{
    eswi_clo_walk walk;
    esw_status status = ESW_OK;
    if (!eswi_clo_walk_begin(&walk, config, instance, decision))
        return esw_fail(error, ESW_NO_MEMORY, "no memory for the queues of %d slots", config->slots);
    for (int t = 0; t < config->slots && !status; t++) {
        const json_t *slot = json_array_get(slots, (size_t)t);
        status = check_units(json_object_get(slot, "transmissions"), "transmissions", "link", &walk, walk.sent,
                             error);
        if (!status)
            status = check_units(json_object_get(slot, "inferences"), "inferences", "node", &walk,
                                 walk.inferred, error);
        eswi_clo_walk_on(&walk);
    }
    eswi_clo_walk_end(&walk);
    return status;
}

esw_status eswi_clo_read(const esw_config *opaque, const json_t *document, void *instance_block,
                         void *decision_block, esw_error *error)
{
    const eswi_clo_config *config = eswi_clo_config_of(opaque);
    const eswi_clo_instance instance = eswi_clo_instance_view(config, instance_block);
    const eswi_clo_decision decision = eswi_clo_decision_view(config, decision_block);
    const eswi_clo_scores nothing = {0};
    esw_status status = read_instance(config, json_object_get(document, "instance"), &instance, error);
    if (!status)
        status = read_decision(config, json_object_get(document, "decision"), &decision, error);
    if (!status)
        status = ESWI_JSON_KNOWN_KEYS(json_object_get(document, "diagnostics"), "diagnostics", error, "reason",
                                      "bound", "gap", "nodes", "seconds");
    if (!status)
        status = eswi_clo_account(config, &instance, &decision, &nothing, error);
    const json_t *slots = json_object_get(json_object_get(document, "decision"), "slots");
    return status ? status : check_moves(config, slots, &instance, &decision, error);
}
