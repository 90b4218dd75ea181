/* ECC: an instance, its decision and their score as the JSON of `solve --json`. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/reduce.h"
#include "ecc/document.h"
#include "ecc/grid.h"
#include "ecc/params.h"

#define MEMBER(name) #name, offsetof(eswi_ecc_diagnostics, name)

const eswi_ecc_diagnostic eswi_ecc_diagnostic_table[ECC_DIAGNOSTICS] = {
    {MEMBER(iterations), false},         {MEMBER(evaluations), false},  {MEMBER(evaluations_first), false},
    {MEMBER(evaluations_later), false},  {MEMBER(layers_later), false}, {MEMBER(evaluations_final), false},
    {MEMBER(unconverged_layers), false}, {MEMBER(unrounded), false},    {MEMBER(common_split), false},
    {MEMBER(gradient_norm), true},       {MEMBER(relaxed_value), true},
};

const char *const eswi_ecc_reason_names[ECC_REASONS] = {
#define X(name, text) text,
    ECC_REASON_LIST(X)
#undef X
};

/* An object under construction: the first failure (out of memory) sticks. */
typedef struct builder {
    json_t *object;
    bool ok;
} builder;

static builder begin(void)
{
    json_t *object = json_object();
    return (builder){object, object != NULL};
}

/* Takes the reference of `value`; NULL is a failure. */
static void put(builder *b, const char *key, json_t *value)
{
    b->ok = b->object && json_object_set_new(b->object, key, value) == 0 && b->ok;
}

static json_t *end(builder *b)
{
    if (!b->ok) {
        json_decref(b->object);
        return NULL;
    }
    return b->object;
}

/* JSON has no infinities: null. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* Appends and takes the reference; on failure drops the array and returns NULL, so that calls can be
 * chained. */
static json_t *append(json_t *array, json_t *value)
{
    if (!array) {
        json_decref(value);
        return NULL;
    }
    if (json_array_append_new(array, value) != 0) {
        json_decref(array);
        return NULL;
    }
    return array;
}

static json_t *reals(const double *values, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < n; i++) {
        array = append(array, number(values[i]));
    }
    return array;
}

static json_t *integers(const int32_t *values, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < n; i++) {
        array = append(array, json_integer(values[i]));
    }
    return array;
}

/* [U][N] */
static json_t *real_rows(const double *values, size_t rows, size_t columns)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < rows; i++) {
        array = append(array, reals(values + i * columns, columns));
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
                row = append(row, number((double)values[(u * aps + n) * subchannels + m]));
            }
            rows = append(rows, row);
        }
        users = append(users, rows);
    }
    return users;
}

/* ---------------------------------------------------------------- parameters */

static json_t *choice_name(const char *choices, int index)
{
    for (; index > 0; index--) {
        choices += strcspn(choices, "|") + 1;
    }
    return json_stringn(choices, strcspn(choices, "|"));
}

static json_t *profile_names(const eswi_ecc_config *config)
{
    if (config->n_profiles == 1) {
        return json_string(config->profiles[0].name);
    }
    json_t *names = json_array();
    for (int i = 0; names && i < config->n_profiles; i++) {
        names = append(names, json_string(config->profiles[i].name));
    }
    builder b = begin();
    put(&b, "mix", names);
    return end(&b);
}

/* A power bound is written once where both directions agree, else per direction; reading takes either. */
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
    default:
        return true;
    }
}

static json_t *parameter(const eswi_ecc_config *config, ecc_param param)
{
    const void *field = eswi_ecc_bound_field(config, param);
    switch (eswi_ecc_bindings[param].kind) {
    case ECC_BIND_NONE:
        return profile_names(config);
    case ECC_BIND_INT:
        return json_integer(*(const int *)field);
    case ECC_BIND_SEED:
        return json_integer((json_int_t) * (const uint64_t *)field);
    case ECC_BIND_BOOL:
        return json_boolean(*(const bool *)field);
    case ECC_BIND_CHOICE:
        return choice_name(eswi_ecc_params[param].choices, *(const int *)field);
    case ECC_BIND_REAL:
    case ECC_BIND_DBM:
    case ECC_BIND_DBM_BOTH:
        return number(*(const double *)field);
    }
    return NULL;
}

/* What the method ran with: `access` is the decision's where there is one. */
static json_t *parameters(const eswi_ecc_config *config, const eswi_ecc_decision *decision)
{
    builder b = begin();
    for (int p = 0; p < ECC_PARAMS; p++) {
        if (p == ECC_PARAM_ACCESS && decision) {
            put(&b, "access", choice_name(eswi_ecc_params[p].choices, decision->diagnostics->access));
        } else if (is_written(config, (ecc_param)p)) {
            put(&b, eswi_ecc_bindings[p].json_name, parameter(config, (ecc_param)p));
        }
    }
    return end(&b);
}

/* ---------------------------------------------------------------- the other parts */

static json_t *profile(const eswi_ecc_profile *p)
{
    builder b = begin();
    put(&b, "name", json_string(p->name));
    put(&b, "flops", reals(p->flops + 1, (size_t)p->units));
    put(&b, "bits", reals(p->bits, (size_t)p->units + 1));
    put(&b, "result_bits", number(p->result_bits));
    return end(&b);
}

static json_t *instance_part(const eswi_ecc_config *config, const eswi_ecc_instance *instance)
{
    const size_t users = (size_t)config->users;
    builder b = begin();
    put(&b, "ap_of_user", integers(instance->ap_of_user, users));
    put(&b, "distance_m", real_rows(instance->distance_m, users, (size_t)config->aps));
    put(&b, "gain_up", gains(config, instance->gain[ECC_UP]));
    put(&b, "gain_down", gains(config, instance->gain[ECC_DOWN]));
    json_t *profiles = json_array();
    for (int i = 0; profiles && i < config->n_profiles; i++) {
        profiles = append(profiles, profile(&config->profiles[i]));
    }
    put(&b, "profiles", profiles);
    put(&b, "profile_of_user", integers(instance->profile_of_user, users));
    put(&b, "noise_up_w", number(config->noise_w[ECC_UP]));
    put(&b, "noise_down_w", number(config->noise_w[ECC_DOWN]));
    return end(&b);
}

/* -1 for users that send nothing. */
static json_t *subchannels(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                           const eswi_ecc_decision *decision, int direction)
{
    json_t *array = json_array();
    for (int u = 0; array && u < config->users; u++) {
        const bool sends = decision->split[u] < config->profiles[instance->profile_of_user[u]].units;
        array = append(array, json_integer(sends ? decision->assigned[direction][u] : -1));
    }
    return array;
}

static json_t *decision_part(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                             const eswi_ecc_decision *decision)
{
    const size_t users = (size_t)config->users;
    builder b = begin();
    put(&b, "split", integers(decision->split, users));
    put(&b, "subchannel_up", subchannels(config, instance, decision, ECC_UP));
    put(&b, "subchannel_down", subchannels(config, instance, decision, ECC_DOWN));
    put(&b, "assigned_up", integers(decision->assigned[ECC_UP], users));
    put(&b, "assigned_down", integers(decision->assigned[ECC_DOWN], users));
    put(&b, "power_up_w", reals(decision->power_w[ECC_UP], users));
    put(&b, "power_down_w", reals(decision->power_w[ECC_DOWN], users));
    put(&b, "compute_units", reals(decision->compute_units, users));
    return end(&b);
}

static json_t *terms_part(const eswi_ecc_terms *terms, size_t users)
{
    builder b = begin();
    put(&b, "sinr_up", reals(terms->sinr[ECC_UP], users));
    put(&b, "sinr_down", reals(terms->sinr[ECC_DOWN], users));
    put(&b, "rate_up_bps", reals(terms->rate_bps[ECC_UP], users));
    put(&b, "rate_down_bps", reals(terms->rate_bps[ECC_DOWN], users));
    put(&b, "latency_s", reals(terms->latency_s, users));
    put(&b, "energy_j", reals(terms->energy_j, users));
    put(&b, "utility", reals(terms->utility, users));
    return end(&b);
}

static json_t *metrics_part(const double *metrics, const eswi_ecc_terms *terms, size_t users)
{
    builder b = begin();
    put(&b, "latency_s_sum", number(eswi_sum(terms->latency_s, users, 1)));
    put(&b, "latency_s_mean", number(metrics[ECC_METRIC_LATENCY]));
    put(&b, "energy_j_sum", number(eswi_sum(terms->energy_j, users, 1)));
    put(&b, "energy_j_mean", number(metrics[ECC_METRIC_ENERGY]));
    put(&b, "utility_sum", number(eswi_sum(terms->utility, users, 1)));
    put(&b, "utility_mean", number(metrics[ECC_METRIC_UTILITY]));
    put(&b, "offloaded", number(metrics[ECC_METRIC_OFFLOADED]));
    put(&b, "split_mean", number(metrics[ECC_METRIC_SPLIT]));
    return end(&b);
}

/* The grid an optimum was searched on. */
static void put_levels(builder *b, const eswi_ecc_config *config)
{
    static const char *const names[ECC_DIRECTIONS] = {"power_levels_up_w", "power_levels_down_w"};
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        json_t *levels = json_array();
        for (int k = 0; levels && k < config->grid_power_levels; k++) {
            levels = append(levels, number(eswi_ecc_grid_power_w(config->power_min_w[d], config->power_max_w[d],
                                                                 k, config->grid_power_levels)));
        }
        put(b, names[d], levels);
    }
    json_t *units = json_array();
    for (int k = 0; units && k < config->grid_unit_levels; k++) {
        units = append(units, number(eswi_ecc_grid_compute_units(config->units_min, config->units_max, k,
                                                                 config->grid_unit_levels)));
    }
    put(b, "r_levels", units);
}

/* `total` is the sum of utilities. */
static json_t *diagnostics_part(const eswi_ecc_config *config, const eswi_ecc_diagnostics *diagnostics,
                                double total)
{
    builder b = begin();
    for (size_t i = 0; i < ECC_DIAGNOSTICS; i++) {
        const eswi_ecc_diagnostic *d = &eswi_ecc_diagnostic_table[i];
        const char *field = (const char *)diagnostics + d->offset;
        put(&b, d->name,
            d->real ? number((double)*(const float *)(const void *)field)
                    : json_integer(*(const int32_t *)(const void *)field));
    }
    put(&b, "reason", json_string(eswi_ecc_reason_names[diagnostics->reason]));
    static const char *const scopes[] = {NULL, "fixed-assignment", "all-assignments"};
    if (diagnostics->scope != ECC_SCOPE_NONE) {
        put(&b, "scope", json_string(scopes[diagnostics->scope]));
    }
    const bool proved = diagnostics->bound > 0.0;
    put(&b, "bound", proved ? number(diagnostics->bound) : json_null());
    put(&b, "gap", proved ? number((total - diagnostics->bound) / total) : json_null());
    put(&b, "nodes", json_integer(diagnostics->nodes));
    if (diagnostics->reason == ECC_REASON_OPTIMUM) {
        put_levels(&b, config);
    }
    return end(&b);
}

/* The parts that need the accountant. */
static void put_scores(builder *b, const eswi_ecc_config *config, const eswi_ecc_instance *instance,
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
    put(b, "terms", terms_part(&terms, users));
    put(b, "metrics", metrics_part(metrics, &terms, users));
    put(b, "diagnostics", diagnostics_part(config, decision->diagnostics, total));
    free(block);
}

json_t *eswi_ecc_describe(const esw_config *opaque, const void *instance_block, const void *decision_block)
{
    const eswi_ecc_config *config = eswi_ecc_config_of(opaque);
    const eswi_ecc_instance instance = eswi_ecc_instance_view(config, instance_block);
    const eswi_ecc_decision decision = eswi_ecc_decision_view(config, decision_block);
    builder b = begin();
    put(&b, "parameters", parameters(config, decision_block ? &decision : NULL));
    put(&b, "instance", instance_part(config, &instance));
    if (decision_block) {
        put(&b, "decision", decision_part(config, &instance, &decision));
        put_scores(&b, config, &instance, &decision);
    }
    return end(&b);
}
