/* ECC: an instance, its decision and their score as the JSON of `solve --json`. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/binding.h"
#include "base/json_build.h"
#include "base/reduce.h"
#include "ecc/channels.h"
#include "ecc/document.h"
#include "ecc/grid.h"
#include "ecc/params.h"

#define MEMBER(name) #name, offsetof(eswi_ecc_diagnostics, name)

const eswi_ecc_diagnostic eswi_ecc_diagnostic_table[ECC_DIAGNOSTICS] = {
    {MEMBER(iterations), false},
    {MEMBER(evaluations), false},
    {MEMBER(evaluations_first), false},
    {"evaluations_later_sum", offsetof(eswi_ecc_diagnostics, evaluations_later), false},
    {MEMBER(layers_later), false},
    {MEMBER(evaluations_final), false},
    {MEMBER(unconverged_layers), false},
    {MEMBER(unrounded), false},
    {MEMBER(common_split), false},
    {MEMBER(gradient_norm), true},
    {MEMBER(relaxed_value), true},
};

const char *const eswi_ecc_reason_names[ECC_REASONS] = {
#define X(name, text) text,
    ECC_REASON_LIST(X)
#undef X
};

/* [U][N] */
static json_t *real_rows(const double *values, size_t rows, size_t columns)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < rows; i++) {
        array = eswi_json_append(array, eswi_json_reals(values + i * columns, columns));
    }
    return array;
}

/* [U][N][M]; a float as a double reads back exactly. */
static json_t *gains(const eswi_ecc_config *config, const float *values)
{
    const size_t aps = (size_t)config->aps, subchannels = (size_t)config->subchannels;
    json_t *users = json_array();
    for (size_t u = 0; users && u < (size_t)config->users; u++) {
        json_t *rows = json_array();
        for (size_t n = 0; rows && n < aps; n++) {
            json_t *row = json_array();
            for (size_t m = 0; row && m < subchannels; m++) {
                row = eswi_json_append(row, eswi_json_number((double)values[(u * aps + n) * subchannels + m]));
            }
            rows = eswi_json_append(rows, row);
        }
        users = eswi_json_append(users, rows);
    }
    return users;
}

/* ---------------------------------------------------------------- parameters */

json_t *eswi_ecc_profile_names(const eswi_ecc_config *config)
{
    if (config->n_profiles == 1) {
        return json_string(config->profiles[0].name);
    }
    json_t *names = json_array();
    for (int i = 0; names && i < config->n_profiles; i++) {
        names = eswi_json_append(names, json_string(config->profiles[i].name));
    }
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "mix", names);
    return eswi_build_end(&b);
}

/* Gains only where a file has them; a power bound once where both directions agree, else per direction; reading takes either. */
static bool is_written(const eswi_ecc_config *config, ecc_param param)
{
    switch (param) {
    case ECC_PARAM_POWER_MIN:
        return config->power_min_w[ECC_UP] == config->power_min_w[ECC_DOWN];
    case ECC_PARAM_POWER_MAX:
        return config->power_max_w[ECC_UP] == config->power_max_w[ECC_DOWN];
    case ECC_PARAM_POWER_MIN_UP:
    case ECC_PARAM_POWER_MIN_DOWN:
        return config->power_min_w[ECC_UP] != config->power_min_w[ECC_DOWN];
    case ECC_PARAM_POWER_MAX_UP:
    case ECC_PARAM_POWER_MAX_DOWN:
        return config->power_max_w[ECC_UP] != config->power_max_w[ECC_DOWN];
    case ECC_PARAM_GAINS:
        return config->channels != NULL;
    default:
        return true;
    }
}

static json_t *parameter(const eswi_ecc_config *config, ecc_param param)
{
    const void *field = eswi_ecc_bound_field(config, param);
    switch (eswi_ecc_bindings[param].kind) {
    case ECC_BIND_NONE:
        return param == ECC_PARAM_GAINS ? json_string(config->channels->name) : eswi_ecc_profile_names(config);
    case ECC_BIND_INT:
        return json_integer(*(const int *)field);
    case ECC_BIND_SEED:
        return json_integer((json_int_t) * (const uint64_t *)field);
    case ECC_BIND_BOOL:
        return json_boolean(*(const bool *)field);
    case ECC_BIND_CHOICE:
        return eswi_choice_json(eswi_ecc_params[param].choices, *(const int *)field);
    case ECC_BIND_REAL:
    case ECC_BIND_DBM:
    case ECC_BIND_DBM_BOTH:
        return eswi_json_number(*(const double *)field);
    }
    return NULL;
}

/* What the method ran with: `access` is the decision's where there is one. */
static json_t *parameters(const eswi_ecc_config *config, const eswi_ecc_decision *decision)
{
    eswi_builder b = eswi_build_begin();
    for (int p = 0; p < ECC_PARAMS; p++) {
        if (p == ECC_PARAM_ACCESS && decision) {
            eswi_build_put(&b, "access",
                           eswi_choice_json(eswi_ecc_params[p].choices, decision->diagnostics->access));
        } else if (is_written(config, (ecc_param)p)) {
            eswi_build_put(&b, eswi_ecc_bindings[p].json_name, parameter(config, (ecc_param)p));
        }
    }
    return eswi_build_end(&b);
}

/* ---------------------------------------------------------------- the other parts */

/* Its work and data are those of all inferences, and bits[1] is what `upload` says. */
static json_t *profile(const eswi_ecc_config *config, const eswi_ecc_profile *p)
{
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "name", json_string(p->name));
    eswi_build_put(&b, "flops", eswi_json_reals(p->flops + 1, (size_t)p->units));
    eswi_build_put(&b, "bits", eswi_json_reals(p->bits, (size_t)p->units + 1));
    eswi_build_put(&b, "result_bits", eswi_json_number(p->result_bits));
    eswi_build_put(&b, "inferences", json_integer(config->inferences));
    eswi_build_put(&b, "upload",
                   eswi_choice_json(eswi_ecc_params[ECC_PARAM_UPLOAD].choices, (int)config->upload));
    return eswi_build_end(&b);
}

static json_t *instance_part(const eswi_ecc_config *config, const eswi_ecc_instance *instance)
{
    const size_t users = (size_t)config->users;
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "ap_of_user", eswi_json_integers(instance->ap_of_user, users));
    if (!isnan(instance->distance_m[0])) {
        eswi_build_put(&b, "distance_m", real_rows(instance->distance_m, users, (size_t)config->aps));
    }
    eswi_build_put(&b, "gain_up", gains(config, instance->gain[ECC_UP]));
    eswi_build_put(&b, "gain_down", gains(config, instance->gain[ECC_DOWN]));
    json_t *profiles = json_array();
    for (int i = 0; profiles && i < config->n_profiles; i++) {
        profiles = eswi_json_append(profiles, profile(config, &config->profiles[i]));
    }
    eswi_build_put(&b, "profiles", profiles);
    eswi_build_put(&b, "profile_of_user", eswi_json_integers(instance->profile_of_user, users));
    eswi_build_put(&b, "noise_up_w", eswi_json_number(config->noise_w[ECC_UP]));
    eswi_build_put(&b, "noise_down_w", eswi_json_number(config->noise_w[ECC_DOWN]));
    return eswi_build_end(&b);
}

/* -1 for users that send nothing. */
static json_t *subchannels(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                           const eswi_ecc_decision *decision, int direction)
{
    json_t *array = json_array();
    for (int u = 0; array && u < config->users; u++) {
        const bool sends = decision->split[u] < config->profiles[instance->profile_of_user[u]].units;
        array = eswi_json_append(array, json_integer(sends ? decision->assigned[direction][u] : -1));
    }
    return array;
}

static json_t *decision_part(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                             const eswi_ecc_decision *decision)
{
    const size_t users = (size_t)config->users;
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "split", eswi_json_integers(decision->split, users));
    eswi_build_put(&b, "subchannel_up", subchannels(config, instance, decision, ECC_UP));
    eswi_build_put(&b, "subchannel_down", subchannels(config, instance, decision, ECC_DOWN));
    eswi_build_put(&b, "assigned_up", eswi_json_integers(decision->assigned[ECC_UP], users));
    eswi_build_put(&b, "assigned_down", eswi_json_integers(decision->assigned[ECC_DOWN], users));
    eswi_build_put(&b, "power_up_w", eswi_json_reals(decision->power_w[ECC_UP], users));
    eswi_build_put(&b, "power_down_w", eswi_json_reals(decision->power_w[ECC_DOWN], users));
    eswi_build_put(&b, "compute_units", eswi_json_reals(decision->compute_units, users));
    return eswi_build_end(&b);
}

static json_t *terms_part(const eswi_ecc_terms *terms, size_t users)
{
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "sinr_up", eswi_json_reals(terms->sinr[ECC_UP], users));
    eswi_build_put(&b, "sinr_down", eswi_json_reals(terms->sinr[ECC_DOWN], users));
    eswi_build_put(&b, "rate_up_bps", eswi_json_reals(terms->rate_bps[ECC_UP], users));
    eswi_build_put(&b, "rate_down_bps", eswi_json_reals(terms->rate_bps[ECC_DOWN], users));
    eswi_build_put(&b, "latency_s", eswi_json_reals(terms->latency_s, users));
    eswi_build_put(&b, "energy_j", eswi_json_reals(terms->energy_j, users));
    eswi_build_put(&b, "utility", eswi_json_reals(terms->utility, users));
    return eswi_build_end(&b);
}

/* Where nothing was searched, `terms` are NaN and so are their sums. */
static json_t *metrics_part(const double *metrics, const eswi_ecc_terms *terms, size_t users)
{
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "latency_s_sum", eswi_json_number(eswi_sum(terms->latency_s, users, 1)));
    eswi_build_put(&b, "latency_s_mean", eswi_json_number(metrics[ECC_METRIC_LATENCY]));
    eswi_build_put(&b, "energy_j_sum", eswi_json_number(eswi_sum(terms->energy_j, users, 1)));
    eswi_build_put(&b, "energy_j_mean", eswi_json_number(metrics[ECC_METRIC_ENERGY]));
    eswi_build_put(&b, "utility_sum", eswi_json_number(eswi_sum(terms->utility, users, 1)));
    eswi_build_put(&b, "utility_mean", eswi_json_number(metrics[ECC_METRIC_UTILITY]));
    eswi_build_put(&b, "utility_bound", eswi_json_number(metrics[ECC_METRIC_BOUND]));
    eswi_build_put(&b, "offloaded", eswi_json_number(metrics[ECC_METRIC_OFFLOADED]));
    eswi_build_put(&b, "split_mean", eswi_json_number(metrics[ECC_METRIC_SPLIT]));
    return eswi_build_end(&b);
}

/* The grid an optimum was searched on. */
static void put_levels(eswi_builder *b, const eswi_ecc_config *config)
{
    static const char *const names[ECC_DIRECTIONS] = {"power_levels_up_w", "power_levels_down_w"};
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        json_t *levels = json_array();
        for (int k = 0; levels && k < config->grid_power_levels; k++) {
            levels = eswi_json_append(
                levels, eswi_json_number(eswi_ecc_grid_power_w(config->power_min_w[d], config->power_max_w[d],
                                                               k, config->grid_power_levels)));
        }
        eswi_build_put(b, names[d], levels);
    }
    json_t *units = json_array();
    for (int k = 0; units && k < config->grid_unit_levels; k++) {
        units =
            eswi_json_append(units, eswi_json_number(eswi_ecc_grid_compute_units(
                                        config->units_min, config->units_max, k, config->grid_unit_levels)));
    }
    eswi_build_put(b, "r_levels", units);
}

/* `total` is the sum of utilities. */
static json_t *diagnostics_part(const eswi_ecc_config *config, const eswi_ecc_diagnostics *diagnostics,
                                double total)
{
    eswi_builder b = eswi_build_begin();
    for (size_t i = 0; i < ECC_DIAGNOSTICS; i++) {
        const eswi_ecc_diagnostic *d = &eswi_ecc_diagnostic_table[i];
        const char *field = (const char *)diagnostics + d->offset;
        eswi_build_put(&b, d->name,
                       d->real ? eswi_json_number((double)*(const float *)(const void *)field)
                               : json_integer(*(const int32_t *)(const void *)field));
    }
    eswi_build_put(&b, "evaluations_later", eswi_json_number(eswi_ecc_evaluations_later(diagnostics)));
    eswi_build_put(&b, "reason", json_string(eswi_ecc_reason_names[diagnostics->reason]));
    static const char *const scopes[] = {NULL, "fixed-assignment", "all-assignments"};
    if (diagnostics->scope != ECC_SCOPE_NONE) {
        eswi_build_put(&b, "scope", json_string(scopes[diagnostics->scope]));
    }
    const bool proved = diagnostics->bound > 0.0;
    eswi_build_put(&b, "bound", proved ? eswi_json_number(diagnostics->bound) : json_null());
    eswi_build_put(&b, "gap", proved ? eswi_json_number((total - diagnostics->bound) / total) : json_null());
    eswi_build_put(&b, "nodes", json_integer(diagnostics->nodes));
    if (diagnostics->reason == ECC_REASON_OPTIMUM) {
        put_levels(&b, config);
    }
    return eswi_build_end(&b);
}

/* The parts that need the accountant. */
static void put_scores(eswi_builder *b, const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                       const eswi_ecc_decision *decision)
{
    const size_t users = (size_t)config->users;
    double metrics[ECC_METRICS], *block = malloc(7 * users * sizeof *block);
    if (!block) {
        b->ok = false;
        return;
    }
    const eswi_ecc_terms terms = {.sinr = {block, block + users},
                                  .rate_bps = {block + 2 * users, block + 3 * users},
                                  .latency_s = block + 4 * users,
                                  .energy_j = block + 5 * users,
                                  .utility = block + 6 * users};
    const double total = eswi_ecc_account(config, instance, decision, metrics, &terms);
    for (size_t i = 0; i < 7 * users && eswi_ecc_is_unsearched(decision->diagnostics); i++) {
        block[i] = NAN; /* that everybody is local was nobody's decision */
    }
    eswi_build_put(b, "terms", terms_part(&terms, users));
    eswi_build_put(b, "metrics", metrics_part(metrics, &terms, users));
    eswi_build_put(b, "diagnostics", diagnostics_part(config, decision->diagnostics, total));
    free(block);
}

json_t *eswi_ecc_describe(const esw_config *opaque, const void *instance_block, const void *decision_block)
{
    const eswi_ecc_config *config = eswi_ecc_config_of(opaque);
    const eswi_ecc_instance instance = eswi_ecc_instance_view(config, instance_block);
    const eswi_ecc_decision decision = eswi_ecc_decision_view(config, decision_block);
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "parameters", parameters(config, decision_block ? &decision : NULL));
    eswi_build_put(&b, "instance", instance_part(config, &instance));
    if (decision_block) {
        eswi_build_put(&b, "decision", decision_part(config, &instance, &decision));
        put_scores(&b, config, &instance, &decision);
    }
    return eswi_build_end(&b);
}
