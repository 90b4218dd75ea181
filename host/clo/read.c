/* CLO: the JSON of `solve --json` read back: parameters and curves into a config, then instance and decision, all checked. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_keys.h"
#include "clo/document.h"
#include "clo/params.h"

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

/* A document carries its curves: who changes them changes the instance. Loading the source first gives the shape. */
static esw_status read_tasks(eswi_clo_config *config, const json_t *tasks, const char *base_dir,
                             esw_error *error)
{
    eswi_clo_tasks *t = &config->problem.tasks;
    esw_status status =
        ESWI_JSON_KNOWN_KEYS(tasks, "instance.tasks", error, "odds", "m1", "s1", "m0", "s0", "m0_predicted");
    if (!status)
        status = eswi_clo_tasks_load(config, base_dir, error);
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
        status =
            read_tasks(made, json_object_get(json_object_get(document, "instance"), "tasks"), base_dir, error);
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

static esw_status read_instance(const eswi_clo_config *config, const json_t *part,
                                const eswi_clo_instance *instance, esw_error *error)
{
    const eswi_clo_problem *p = &config->problem;
    const json_t *gain = json_object_get(part, "gain"), *arrivals = json_object_get(part, "arrivals");
    const esw_status status =
        ESWI_JSON_KNOWN_KEYS(part, "instance", error, "nodes", "device_node", "server_model", "models", "links",
                             "gain", "arrivals", "tasks", "loss_mean");
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

/* An element of a slot's list. Power follows from the channel and `unit` from the queues: they are not read. */
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
    return status ? status : eswi_clo_account(config, &instance, &decision, &nothing, error);
}
