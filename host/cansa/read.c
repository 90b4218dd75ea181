/* CANSA: instance and decision of a document read back and checked. Who writes a decision by hand, or brings measured
 * rates, starts from such a document. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json_keys.h"
#include "cansa/document.h"
#include "cansa/params.h"

/* part.name, an array of one element a client. */
static esw_status get_array(const json_t *part, const char *part_name, const char *name, int clients,
                            const json_t **array, esw_error *error)
{
    *array = json_object_get(part, name);
    if (!json_is_array(*array))
        return esw_fail(error, ESW_BAD_INPUT, "%s.%s: missing, or not an array", part_name, name);
    if (json_array_size(*array) != (size_t)clients)
        return esw_fail(error, ESW_BAD_INPUT, "%s.%s: %zu elements; %d are needed, one a client", part_name,
                        name, json_array_size(*array), clients);
    return ESW_OK;
}

static esw_status read_reals(const json_t *part, const char *name, int clients, double low, double *values,
                             esw_error *error)
{
    const json_t *array;
    const esw_status status = get_array(part, "instance", name, clients, &array, error);
    for (int i = 0; !status && i < clients; i++) {
        const json_t *json = json_array_get(array, (size_t)i);
        values[i] = json_number_value(json);
        if (!json_is_number(json) || !(values[i] >= low && values[i] <= 1e100))
            return esw_fail(error, ESW_BAD_INPUT, "instance.%s[%d]: must be a number from %g to 1e100", name, i,
                            low);
    }
    return status;
}

static esw_status read_contexts(const json_t *part, int clients, int32_t *values, esw_error *error)
{
    const json_t *array;
    const esw_status status = get_array(part, "instance", "contexts", clients, &array, error);
    for (int i = 0; !status && i < clients; i++) {
        const char *name = json_string_value(json_array_get(array, (size_t)i));
        values[i] = name ? eswi_choice_index(CANSA_CONTEXT_NAMES, name) : -1;
        if (values[i] < 0)
            return esw_fail(error, ESW_BAD_INPUT, "instance.contexts[%d]: must be one of " CANSA_CONTEXT_NAMES,
                            i);
    }
    return status;
}

/* Parts that follow from the parameters may be left out, but not be other than these. */
static esw_status check_derived(const eswi_cansa_config *config, const json_t *part, esw_error *error)
{
    json_t *derived = eswi_cansa_derived_json(config), *expected;
    const char *name;
    esw_status status =
        derived ? ESW_OK : esw_fail(error, ESW_NO_MEMORY, "out of memory for the document's instance");
    json_object_foreach(derived, name, expected) {
        const json_t *found = json_object_get(part, name);
        if (!status && found && !json_equal(found, expected))
            status = esw_fail(
                error, ESW_BAD_INPUT,
                "instance.%s: is not what follows from parameters (modality, accuracy_min_percent, ...); "
                "change these, and leave instance.%s out",
                name, name);
    }
    json_decref(derived);
    return status;
}

static esw_status read_instance(const eswi_cansa_config *config, const json_t *part,
                                const eswi_cansa_instance *instance, esw_error *error)
{
    const int clients = config->clients;
    esw_status status =
        ESWI_JSON_KNOWN_KEYS(part, "instance", error, "contexts", "distance_m", "shadowing_db", "fading_power",
                             "rate_per_rb_bps", "accuracy_min_percent", "options");
    if (!status)
        status = check_derived(config, part, error);
    if (!status)
        status = read_contexts(part, clients, instance->context, error);
    if (!status)
        status = read_reals(part, "distance_m", clients, 0.0, instance->distance_m, error);
    if (!status)
        status = read_reals(part, "shadowing_db", clients, -1e6, instance->shadowing_db, error);
    if (!status)
        status = read_reals(part, "fading_power", clients, 0.0, instance->fading_power, error);
    if (!status)
        status = read_reals(part, "rate_per_rb_bps", clients, 0.0, instance->rate_per_rb_bps, error);
    for (int i = 0; !status && i < clients; i++) {
        if (instance->rate_per_rb_bps[i] > 0.0 && instance->rate_per_rb_bps[i] < 1e-100)
            return esw_fail(error, ESW_BAD_INPUT, "instance.rate_per_rb_bps[%d]: must be 0 or at least 1e-100",
                            i);
    }
    return status;
}

/* {modality, depth, deployment} or null. */
static esw_status read_option(const json_t *json, int client, int32_t *option, esw_error *error)
{
    static const struct {
        const char *key, *names;
        int count;
    } PARTS[] = {{"modality", CANSA_MODALITY_NAMES, CANSA_MODALITIES},
                 {"depth", CANSA_DEPTH_NAMES, CANSA_DEPTHS},
                 {"deployment", CANSA_DEPLOYMENT_NAMES, CANSA_DEPLOYMENTS}};
    char path[48];
    snprintf(path, sizeof path, "decision.option[%d]", client);
    const esw_status status = ESWI_JSON_KNOWN_KEYS(json, path, error, "modality", "depth", "deployment");
    if (status)
        return status;
    *option = json_is_null(json) ? -1 : 0;
    for (size_t k = 0; !json_is_null(json) && k < sizeof PARTS / sizeof *PARTS; k++) {
        const char *name = json_string_value(json_object_get(json, PARTS[k].key));
        const int index = name ? eswi_choice_index(PARTS[k].names, name) : -1;
        if (index < 0)
            return esw_fail(error, ESW_BAD_INPUT,
                            "decision.option[%d].%s: must be one of %s (or the option null)", client,
                            PARTS[k].key, PARTS[k].names);
        *option = *option * PARTS[k].count + index;
    }
    return ESW_OK;
}

/* Bids are a record of how the decision came about; a decision made without an auction may leave them out. */
static esw_status read_bids(const eswi_cansa_config *config, const json_t *part,
                            const eswi_cansa_decision *decision, esw_error *error)
{
    const json_t *array = NULL;
    const bool given = json_object_get(part, "bid") != NULL;
    const esw_status status =
        given ? get_array(part, "decision", "bid", config->clients, &array, error) : ESW_OK;
    for (int i = 0; !status && i < config->clients; i++) {
        const json_t *json = given ? json_array_get(array, (size_t)i) : NULL;
        const bool none = !given || json_is_null(json);
        decision->bid[i] = none ? -1.0 : json_number_value(json);
        if (!none && (!json_is_number(json) || !(decision->bid[i] >= 0.0)))
            return esw_fail(error, ESW_BAD_INPUT, "decision.bid[%d]: must be a number >= 0, or null for no bid",
                            i);
    }
    return status;
}

static esw_status read_decision(const eswi_cansa_config *config, const json_t *part,
                                const eswi_cansa_decision *decision, esw_error *error)
{
    const json_t *rbs, *options = NULL;
    memset(decision->diagnostics, 0, sizeof *decision->diagnostics);
    esw_status status = ESWI_JSON_KNOWN_KEYS(part, "decision", error, "rbs", "option", "bid");
    if (!status)
        status = get_array(part, "decision", "rbs", config->clients, &rbs, error);
    if (!status)
        status = get_array(part, "decision", "option", config->clients, &options, error);
    for (int i = 0; !status && i < config->clients; i++) {
        const json_t *json = json_array_get(rbs, (size_t)i);
        const json_int_t value = json_integer_value(json);
        if (!json_is_integer(json) || value < 0 || value > CANSA_RBS_MAX)
            return esw_fail(error, ESW_BAD_INPUT, "decision.rbs[%d]: must be an integer from 0 to %d", i,
                            CANSA_RBS_MAX);
        decision->rbs[i] = (int32_t)value;
        status = read_option(json_array_get(options, (size_t)i), i, &decision->option[i], error);
    }
    return status ? status : read_bids(config, part, decision, error);
}

esw_status eswi_cansa_read(const esw_config *opaque, const json_t *document, void *instance_block,
                           void *decision_block, esw_error *error)
{
    const eswi_cansa_config *config = eswi_cansa_config_of(opaque);
    const eswi_cansa_instance instance = eswi_cansa_instance_view(config, instance_block);
    const eswi_cansa_decision decision = eswi_cansa_decision_view(config, decision_block);
    esw_status status = read_instance(config, json_object_get(document, "instance"), &instance, error);
    if (!status)
        status = read_decision(config, json_object_get(document, "decision"), &decision, error);
    if (!status)
        status = ESWI_JSON_KNOWN_KEYS(json_object_get(document, "diagnostics"), "diagnostics", error, "sweeps",
                                      "cycle", "reason", "bound", "gap", "seconds");
    return status ? status : eswi_cansa_check(config, &instance, &decision, error);
}
