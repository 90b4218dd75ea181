/* CANSA: an instance, its decision and their score as the JSON of `solve --json`. */
#include <stdlib.h>

#include "base/json_build.h"
#include "cansa/document.h"
#include "cansa/params.h"

#define X(name, text) text,
static const char *const REASON_NAMES[] = {CANSA_REASON_LIST(X)};
#undef X

static json_t *word(const char *names, int index)
{
    char text[24];
    return json_string(eswi_cansa_word(names, index, text, (int)sizeof text));
}

static json_t *option_name(int option)
{
    const int model = option / CANSA_DEPLOYMENTS;
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "modality", word(CANSA_MODALITY_NAMES, model / CANSA_DEPTHS));
    eswi_build_put(&b, "depth", word(CANSA_DEPTH_NAMES, model % CANSA_DEPTHS));
    eswi_build_put(&b, "deployment", word(CANSA_DEPLOYMENT_NAMES, option % CANSA_DEPLOYMENTS));
    return eswi_build_end(&b);
}

/* One row of the table of options; accuracy per context. */
static json_t *option_row(const eswi_cansa_config *config, int index)
{
    const eswi_cansa_option *option = &config->options[index];
    eswi_builder accuracy = eswi_build_begin();
    for (int c = 0; c < CANSA_CONTEXTS; c++) {
        char name[24];
        eswi_build_put(&accuracy, eswi_cansa_word(CANSA_CONTEXT_NAMES, c, name, (int)sizeof name),
                       json_real(eswi_cansa_accuracy[c][index / CANSA_DEPLOYMENTS]));
    }
    eswi_builder b = {option_name(index), true};
    b.ok = b.object != NULL;
    eswi_build_put(&b, "allowed", json_boolean(config->allowed[index]));
    eswi_build_put(&b, "compute_s", json_real(option->compute_s));
    eswi_build_put(&b, "bits", json_real(option->bits));
    eswi_build_put(&b, "energy_j", json_real(option->energy_j));
    eswi_build_put(&b, "accuracy_percent", eswi_build_end(&accuracy));
    return eswi_build_end(&b);
}

json_t *eswi_cansa_derived_json(const eswi_cansa_config *config)
{
    json_t *options = json_array();
    for (int o = 0; options && o < CANSA_OPTIONS; o++)
        options = eswi_json_append(options, option_row(config, o));
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "accuracy_min_percent", eswi_json_reals(config->accuracy_min, CANSA_CONTEXTS));
    eswi_build_put(&b, "options", options);
    return eswi_build_end(&b);
}

static json_t *instance_part(const eswi_cansa_config *config, const eswi_cansa_instance *instance)
{
    const size_t clients = (size_t)config->clients;
    json_t *contexts = json_array(), *derived = eswi_cansa_derived_json(config);
    for (size_t i = 0; contexts && i < clients; i++)
        contexts = eswi_json_append(contexts, word(CANSA_CONTEXT_NAMES, instance->context[i]));
    eswi_builder b = {derived, derived != NULL};
    eswi_build_put(&b, "contexts", contexts);
    eswi_build_put(&b, "distance_m", eswi_json_reals(instance->distance_m, clients));
    eswi_build_put(&b, "shadowing_db", eswi_json_reals(instance->shadowing_db, clients));
    eswi_build_put(&b, "fading_power", eswi_json_reals(instance->fading_power, clients));
    eswi_build_put(&b, "rate_per_rb_bps", eswi_json_reals(instance->rate_per_rb_bps, clients));
    return eswi_build_end(&b);
}

static json_t *bids_json(const eswi_cansa_decision *decision, size_t clients)
{
    json_t *bids = json_array();
    for (size_t i = 0; bids && i < clients; i++)
        bids = eswi_json_append(bids, decision->bid[i] < 0.0 ? json_null() : json_real(decision->bid[i]));
    return bids;
}

static json_t *decision_part(const eswi_cansa_config *config, const eswi_cansa_decision *decision)
{
    const size_t clients = (size_t)config->clients;
    json_t *options = json_array();
    for (size_t i = 0; options && i < clients; i++)
        options =
            eswi_json_append(options, decision->option[i] < 0 ? json_null() : option_name(decision->option[i]));
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "rbs", eswi_json_integers(decision->rbs, clients));
    eswi_build_put(&b, "option", options);
    eswi_build_put(&b, "bid", bids_json(decision, clients));
    return eswi_build_end(&b);
}

static json_t *terms_part(const eswi_cansa_decision *decision, const eswi_cansa_terms *terms, size_t clients)
{
    json_t *success = json_array();
    for (size_t i = 0; success && i < clients; i++)
        success = eswi_json_append(success, json_boolean(decision->option[i] >= 0));
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "r_min", eswi_json_reals(terms->r_min, clients));
    eswi_build_put(&b, "bid", bids_json(decision, clients));
    eswi_build_put(&b, "latency_s", eswi_json_reals(terms->latency_s, clients));
    eswi_build_put(&b, "energy_j", eswi_json_reals(terms->energy_j, clients));
    eswi_build_put(&b, "accuracy_percent", eswi_json_reals(terms->accuracy, clients));
    eswi_build_put(&b, "accuracy", eswi_json_reals(terms->accuracy, clients)); /* the contract's name of it */
    eswi_build_put(&b, "utility", eswi_json_reals(terms->utility, clients));
    eswi_build_put(&b, "success", success);
    return eswi_build_end(&b);
}

static json_t *metrics_part(const double *metrics)
{
    eswi_builder b = eswi_build_begin();
    for (int m = 0; m < CANSA_METRIC_BOUND; m++)
        eswi_build_put(&b, eswi_cansa_metrics[m].name, eswi_json_number(metrics[m]));
    return eswi_build_end(&b);
}

static json_t *diagnostics_part(const eswi_cansa_diagnostics *diagnostics, const double *metrics)
{
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "sweeps", json_integer(diagnostics->sweeps));
    const bool played = diagnostics->reason != CANSA_REASON_NONE; /* like the metric, none without a game */
    eswi_build_put(&b, "cycle", played ? json_integer(diagnostics->cycle) : json_null());
    eswi_build_put(&b, "reason", json_string(REASON_NAMES[diagnostics->reason]));
    eswi_build_put(&b, "bound", eswi_json_number(metrics[CANSA_METRIC_BOUND]));
    eswi_build_put(&b, "gap", diagnostics->proven ? json_real(0.0) : json_null());
    return eswi_build_end(&b);
}

/* The parts that need the accountant. */
static void put_scores(eswi_builder *b, const eswi_cansa_config *config, const eswi_cansa_instance *instance,
                       const eswi_cansa_decision *decision)
{
    const size_t clients = (size_t)config->clients;
    double metrics[CANSA_METRICS], *block = malloc(5 * clients * sizeof *block);
    if (!block) {
        b->ok = false;
        return;
    }
    const eswi_cansa_terms terms = {.r_min = block,
                                    .latency_s = block + clients,
                                    .energy_j = block + 2 * clients,
                                    .utility = block + 3 * clients,
                                    .accuracy = block + 4 * clients};
    eswi_cansa_account(config, instance, decision, metrics, &terms);
    eswi_build_put(b, "terms", terms_part(decision, &terms, clients));
    eswi_build_put(b, "metrics", metrics_part(metrics));
    eswi_build_put(b, "diagnostics", diagnostics_part(decision->diagnostics, metrics));
    free(block);
}

json_t *eswi_cansa_describe(const esw_config *opaque, const void *instance_block, const void *decision_block)
{
    const eswi_cansa_config *config = eswi_cansa_config_of(opaque);
    const eswi_cansa_instance instance = eswi_cansa_instance_view(config, instance_block);
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "parameters", eswi_bound_json(&eswi_cansa_bindings, config));
    eswi_build_put(&b, "instance", instance_part(config, &instance));
    if (decision_block) {
        const eswi_cansa_decision decision = eswi_cansa_decision_view(config, decision_block);
        eswi_build_put(&b, "decision", decision_part(config, &decision));
        put_scores(&b, config, &instance, &decision);
    }
    return eswi_build_end(&b);
}
