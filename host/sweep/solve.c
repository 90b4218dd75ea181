/* One scenario at a time: solving, scoring and writing out. */
#include "edgesweep/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sweep/experiment.h"
#include "sweep/metrics.h"
#include "sweep/scenario.h"

static json_t *solve_document(const esw_experiment *experiment, size_t point, size_t method, uint64_t scenario,
                              const eswi_answer *answer)
{
    const eswi_solved *solved = &answer->solved;
    json_t *document = eswi_document_head(experiment, point, answer->backend->name);
    json_t *described =
        experiment->system->describe(answer->configs.runs[0].config, solved->instance, solved->decision);
    json_t *diagnostics = json_object_get(described, "diagnostics");
    int failed = !document || !described;
    if (!failed) {
        failed |= json_object_set_new(document, "scenario", json_integer((json_int_t)scenario));
        failed |= json_object_set_new(document, "method", json_string(experiment->methods[method].label));
        failed |= diagnostics && json_object_set_new(diagnostics, "seconds", json_real(solved->seconds));
        failed |= json_object_update(document, described);
    }
    json_decref(described);
    if (failed) {
        json_decref(document);
        return NULL;
    }
    return document;
}

esw_status esw_solve(const esw_experiment *experiment, size_t point, size_t method, uint64_t scenario,
                     const char *backend, json_t **document, esw_error *error)
{
    eswi_answer answer;
    esw_status status = eswi_answer_make(experiment, point, method, scenario, backend, &answer, error);
    if (!status) {
        *document = solve_document(experiment, point, method, scenario, &answer);
        if (!*document)
            status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory for the document", experiment->source);
    }
    eswi_answer_free(&answer);
    return status;
}

/* ---------------------------------------------------------------- account */

static json_t *metrics_json(const esw_system *system, const double *values)
{
    json_t *object = json_object();
    for (size_t i = 0; i < system->n_metrics; ++i)
        json_object_set_new(object, system->metrics[i].name,
                            isfinite(values[i]) ? json_real(values[i]) : json_null());
    return object;
}

/* A document being scored. */
typedef struct scored {
    const json_t *document;
    const esw_system *system;
    esw_config *config;
    void *instance, *decision;
    double metrics[ESWI_METRICS_MAX];
} scored;

static esw_status score(const json_t *document, const char *base_dir, scored *s, esw_error *error)
{
    const char *name = json_string_value(json_object_get(document, "system"));
    *s = (scored){.document = document, .system = name ? esw_system_find(name) : NULL};
    if (!s->system)
        return esw_fail(error, ESW_BAD_INPUT, "system: found '%.60s', no such system", name ? name : "nothing");
    esw_status status = s->system->config_from_json(document, base_dir, &s->config, error);
    if (status)
        return status;
    esw_sizes sizes = s->system->sizes(s->config);
    s->instance = eswi_scenario_block(sizes.instance_bytes);
    s->decision = eswi_scenario_block(sizes.decision_bytes);
    if (!s->instance || !s->decision)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory for the document's instance");
    status = s->system->read(s->config, document, s->instance, s->decision, error);
    if (!status)
        s->system->account(s->config, s->instance, s->decision, s->metrics);
    return status;
}

static void scored_free(scored *s)
{
    if (s->config)
        s->system->config_free(s->config);
    free(s->instance);
    free(s->decision);
}

static esw_status read_origin(const scored *s, uint64_t *seed, uint64_t *scenario, esw_error *error)
{
    const json_t *seed_value = json_object_get(s->document, "seed");
    const json_t *scenario_value = json_object_get(s->document, "scenario");
    bool known = json_is_integer(scenario_value) && json_integer_value(scenario_value) >= 0;
    if (json_is_string(seed_value))
        known = known && eswi_parse_uint64(json_string_value(seed_value), seed);
    else if (json_is_integer(seed_value) && json_integer_value(seed_value) >= 0)
        *seed = (uint64_t)json_integer_value(seed_value);
    else
        known = false;
    if (!known)
        return esw_fail(error, ESW_BAD_INPUT,
                        "--against: the document needs `seed` and `scenario`: methods solve the "
                        "instance that these draw");
    *scenario = (uint64_t)json_integer_value(scenario_value);
    return ESW_OK;
}

/* The methods solve the instance of (seed, scenario); it must be the document's. */
static esw_status check_same_instance(const scored *s, uint64_t seed, uint64_t scenario, esw_error *error)
{
    esw_sizes sizes = s->system->sizes(s->config);
    void *drawn = eswi_scenario_block(sizes.instance_bytes);
    if (!drawn)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory for the document's instance");
    s->system->stage(s->config, seed, scenario, drawn);
    json_t *expected = s->system->describe(s->config, drawn, NULL);
    json_t *found = s->system->describe(s->config, s->instance, NULL);
    bool same = expected && found &&
                json_equal(json_object_get(expected, "instance"), json_object_get(found, "instance"));
    json_decref(expected);
    json_decref(found);
    free(drawn);
    return same ? ESW_OK
                : esw_fail(error, ESW_BAD_INPUT,
                           "--against: the document's instance is not the one that its seed and "
                           "scenario draw, so methods cannot be run on it");
}

/* Solves the document's instance with one method; its metrics in values. */
static esw_status solve_against(const scored *s, const char *name, const char *backend_name, uint64_t seed,
                                uint64_t scenario, double *values, esw_error *error)
{
    const eswi_backend *backend;
    const eswi_solver_ops *ops;
    size_t method = 0;
    while (method < s->system->n_methods && strcmp(s->system->methods[method].name, name) != 0)
        ++method;
    if (method == s->system->n_methods)
        return esw_fail(error, ESW_BAD_USAGE, "--against: found '%.60s', no such method of %s", name,
                        s->system->name);
    esw_status status =
        eswi_backend_find(backend_name, s->system, UINT64_C(1) << method, &backend, &ops, error);
    if (status)
        return status;
    eswi_method_run run = {method, s->config};
    eswi_point point = {.system = s->system, .seed = seed, .config = s->config, .runs = &run, .n_runs = 1};
    eswi_solved solved;
    status = eswi_scenario_solve(ops, &point, scenario, &solved, error);
    if (!status)
        s->system->account(s->config, solved.instance, solved.decision, values);
    eswi_solved_free(&solved);
    return status;
}

static json_t *against_json(const scored *s, const char *name, const double *values)
{
    json_t *entry = json_pack("{s:s, s:o}", "method", name, "metrics", metrics_json(s->system, values));
    size_t objective = eswi_metric_flagged(s->system, ESW_METRIC_OBJECTIVE);
    if (!entry || objective == ESW_NONE)
        return entry;
    double gap = (s->metrics[objective] - values[objective]) / fabs(values[objective]);
    json_object_set_new(entry, "gap", isfinite(gap) ? json_real(gap) : json_null());
    return entry;
}

static esw_status solve_all_against(const scored *s, const char *against, const char *backend, json_t *list,
                                    esw_error *error)
{
    uint64_t seed = 0, scenario = 0;
    esw_status status = read_origin(s, &seed, &scenario, error);
    if (!status)
        status = check_same_instance(s, seed, scenario, error);
    char *names = strdup(against), *rest = names;
    if (!status && !names)
        status = esw_fail(error, ESW_NO_MEMORY, "out of memory");
    for (char *name; !status && (name = strsep(&rest, ","));) {
        double values[ESWI_METRICS_MAX];
        status = solve_against(s, name, backend, seed, scenario, values, error);
        if (!status && json_array_append_new(list, against_json(s, name, values)))
            status = esw_fail(error, ESW_NO_MEMORY, "out of memory");
    }
    free(names);
    return status;
}

esw_status esw_account(const json_t *document, const char *base_dir, const char *against, const char *backend,
                       json_t **report, esw_error *error)
{
    scored s;
    json_t *list = json_array();
    esw_status status =
        list ? score(document, base_dir, &s, error) : esw_fail(error, ESW_NO_MEMORY, "out of memory");
    if (!status && against)
        status = solve_all_against(&s, against, backend, list, error);
    if (!status) {
        *report = json_pack("{s:s, s:o, s:O}", "system", s.system->name, "metrics",
                            metrics_json(s.system, s.metrics), "against", list);
        if (!*report)
            status = esw_fail(error, ESW_NO_MEMORY, "out of memory");
    }
    if (list)
        scored_free(&s);
    json_decref(list);
    return status;
}
