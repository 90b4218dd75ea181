/* esw_account: a decision of anybody's scored, and compared with what methods make of the same instance. */
#include "edgesweep/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/binding.h"
#include "base/isa.h"
#include "base/text.h"
#include "sweep/document.h"
#include "sweep/json_difference.h"
#include "sweep/metrics.h"
#include "sweep/scenario.h"

/* A document being scored. */
typedef struct scored {
    const json_t *document;
    const char *base_dir;
    const esw_system *system;
    esw_config *config;
    void *instance, *decision;
    double metrics[ESWI_METRICS_MAX];
} scored;

static esw_status score(const json_t *document, const char *base_dir, scored *s, esw_error *error)
{
    const char *name = json_string_value(json_object_get(document, "system"));
    *s = (scored){.document = document, .base_dir = base_dir, .system = name ? esw_system_find(name) : NULL};
    if (!s->system)
        return esw_fail(error, ESW_BAD_INPUT, "system: found '%.60s', no such system", name ? name : "nothing");
    esw_status status = eswi_document_check(document, s->system, error);
    if (!status)
        status = s->system->config_from_json(document, base_dir, &s->config, error);
    if (status)
        return status;
    esw_sizes sizes = s->system->sizes(s->config);
    s->instance = eswi_scenario_block(sizes.instance_bytes);
    s->decision = eswi_scenario_block(sizes.decision_bytes);
    if (!s->instance || !s->decision)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory for the document's instance");
    status = s->system->read(s->config, document, s->instance, s->decision, error);
    if (!status)
        s->system->account(s->config, s->instance, s->decision, &(esw_scores){.metrics = s->metrics});
    return status;
}

static void scored_free(scored *s)
{
    if (s->config)
        s->system->config_free(s->config);
    free(s->instance);
    free(s->decision);
}

/* Whether the document's instance is the one that its seed and scenario draw; `why` says where it is not. */
static esw_status check_origin(const scored *s, uint64_t *seed, uint64_t *scenario, esw_error *why)
{
    if (!eswi_document_origin(s->document, seed, scenario))
        return esw_fail(
            why, ESW_BAD_INPUT,
            "the document has no `seed` and `scenario`, and methods solve only instances that these draw");
    esw_sizes sizes = s->system->sizes(s->config);
    void *drawn = eswi_scenario_block(sizes.instance_bytes);
    if (!drawn)
        return esw_fail(why, ESW_NO_MEMORY, "out of memory for the document's instance");
    s->system->stage(s->config, *seed, *scenario, drawn);
    json_t *expected = s->system->describe(s->config, drawn, NULL);
    json_t *found = s->system->describe(s->config, s->instance, NULL);
    char *difference = NULL;
    bool known = expected && found &&
                 eswi_json_difference(json_object_get(found, "instance"), json_object_get(expected, "instance"),
                                      "instance", &difference);
    json_decref(expected);
    json_decref(found);
    free(drawn);
    esw_status status = ESW_OK;
    if (!known)
        status = esw_fail(why, ESW_NO_MEMORY, "out of memory for the document's instance");
    else if (difference)
        status = esw_fail(
            why, ESW_BAD_INPUT,
            "%s drawn by its seed and scenario: the instance was changed, and methods solve only what is "
            "drawn",
            difference);
    free(difference);
    return status;
}

static esw_status unknown_method(const esw_system *system, const char *name, esw_error *error)
{
    const char *names[256];
    char list[512] = "";
    size_t n = 0;
    for (; n < system->n_methods && n < 256; ++n) {
        names[n] = system->methods[n].name;
        eswi_list_append(list, sizeof list, names[n]);
    }
    const char *nearest = eswi_nearest(name, names, n);
    return esw_fail(error, ESW_BAD_USAGE, "--against: found '%.60s', no such method of %s%s%s%s; known: %s",
                    name, system->name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
                    nearest ? "'?" : "", list);
}

/* What the decision is compared with: a method, in a scope where it has some. */
typedef struct rival {
    size_t method;
    const char *scope; /* NULL: the method has none */
    esw_config *config;
} rival;

/* Solves the document's instance; the metrics in values. A decision can be handed to the CPU's solver alone, whose bits are
 * everybody's. */
static esw_status solve_against(const scored *s, const rival *r, const char *backend_name, uint64_t seed,
                                uint64_t scenario, double *values, esw_error *error)
{
    const eswi_backend *backend;
    const eswi_solver_ops *ops;
    const bool own = r->scope && strcmp(r->scope, ESW_SCOPE_OWN) == 0;
    esw_status status = eswi_backend_find(own ? "cpu" : backend_name, s->system, UINT64_C(1) << r->method,
                                          &backend, &ops, error);
    if (status)
        return status;
    eswi_method_run run = {r->method, r->config};
    eswi_point point = {.system = s->system, .seed = seed, .config = r->config, .runs = &run, .n_runs = 1};
    eswi_solved solved;
    status = eswi_scenario_solve(ops, &point, scenario, own ? s->decision : NULL, &solved, error);
    if (!status)
        s->system->account(r->config, solved.instance, solved.decision, &(esw_scores){.metrics = values});
    eswi_solved_free(&solved);
    return status;
}

static json_t *against_json(const scored *s, const rival *r, const double *values)
{
    json_t *entry = json_pack("{s:s, s:s*, s:o}", "method", s->system->methods[r->method].name, "scope",
                              r->scope, "metrics", eswi_metrics_json(s->system, values));
    size_t objective = eswi_metric_flagged(s->system, ESW_METRIC_OBJECTIVE);
    if (!entry || objective == ESW_NONE)
        return entry;
    double gap = (s->metrics[objective] - values[objective]) / fabs(values[objective]);
    json_object_set_new(entry, "gap", isfinite(gap) ? json_real(gap) : json_null());
    size_t bound = eswi_metric_flagged(s->system, ESW_METRIC_LOWER_BOUND);
    double above = bound == ESW_NONE ? NAN : (s->metrics[objective] - values[bound]) / fabs(s->metrics[objective]);
    json_object_set_new(entry, "gap_to_bound", isfinite(above) ? json_real(above) : json_null());
    return entry;
}

static esw_status append_rival(const scored *s, const rival *r, const char *backend, uint64_t seed,
                               uint64_t scenario, json_t *list, esw_error *error)
{
    double values[ESWI_METRICS_MAX];
    esw_status status = solve_against(s, r, backend, seed, scenario, values, error);
    if (!status && json_array_append_new(list, against_json(s, r, values)))
        status = esw_fail(error, ESW_NO_MEMORY, "out of memory");
    return status;
}

/* A method, in all its scopes. */
static esw_status append_against(const scored *s, size_t method, const char *backend, uint64_t seed,
                                 uint64_t scenario, json_t *list, esw_error *error)
{
    esw_status status = ESW_OK;
    bool more = true;
    for (int k = 0; more && !status; ++k) {
        rival r = {.method = method};
        status = s->system->config_from_json(s->document, s->base_dir, &r.config, error);
        r.scope = !status && s->system->scope ? s->system->scope(r.config, method, k) : NULL;
        more = r.scope != NULL;
        if (!status && (k == 0 || more))
            status = append_rival(s, &r, backend, seed, scenario, list, error);
        if (r.config)
            s->system->config_free(r.config);
    }
    return status;
}

/* Every method of the system; none, and a note, where methods cannot solve the instance. */
static esw_status solve_all(const scored *s, const char *backend, json_t *list, esw_error *note,
                            esw_error *error)
{
    uint64_t seed, scenario;
    if (check_origin(s, &seed, &scenario, note))
        return ESW_OK;
    const eswi_backend *found;
    const eswi_solver_ops *ops;
    esw_status status = eswi_backend_find(backend, s->system, 0, &found, &ops, error);
    if (status) /* what no method can be solved on is no matter of single methods */
        return status;
    for (size_t i = 0; i < s->system->n_methods && !status; ++i) {
        const char *name = s->system->methods[i].name;
        esw_error why = {0};
        status = append_against(s, i, backend, seed, scenario, list, &why);
        if (!status || status == ESW_NO_MEMORY)
            continue;
        /* A method that cannot do this one (too large, not on this backend) must not hide what the others do. */
        json_t *entry = json_pack("{s:s, s:s}", "method", name, "error", why.text);
        status = json_array_append_new(list, entry) ? ESW_NO_MEMORY : ESW_OK;
    }
    return status ? esw_fail(error, status, "out of memory") : ESW_OK;
}

/* The methods that were asked for by name. */
static esw_status solve_named(const scored *s, const char *against, const char *backend, json_t *list,
                              esw_error *error)
{
    uint64_t seed, scenario;
    esw_error why;
    esw_status status = check_origin(s, &seed, &scenario, &why);
    if (status)
        return esw_fail(error, status, "--against %.100s: %s; `--against none` scores the decision alone",
                        against, why.text);
    char *names = strdup(against), *rest = names;
    if (!names)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    for (char *name; !status && (name = strsep(&rest, ","));) {
        size_t method = 0;
        name = eswi_trim(name);
        while (method < s->system->n_methods && strcmp(s->system->methods[method].name, name) != 0)
            ++method;
        status = method < s->system->n_methods ? append_against(s, method, backend, seed, scenario, list, error)
                                               : unknown_method(s->system, name, error);
    }
    free(names);
    return status;
}

esw_status esw_account(const json_t *document, const char *base_dir, const char *against, const char *backend,
                       json_t **report, esw_error *error)
{
    scored s;
    esw_error note = {0};
    esw_status status = eswi_isa_check(error);
    if (status)
        return status;
    json_t *list = json_array();
    status =
        list ? score(document, base_dir, &s, error) : esw_fail(error, ESW_NO_MEMORY, "out of memory");
    if (!status && against)
        status = strcmp(against, "all") == 0 ? solve_all(&s, backend, list, &note, error)
                                             : solve_named(&s, against, backend, list, error);
    if (!status) {
        *report = json_pack("{s:s, s:o, s:O, s:s*}", "system", s.system->name, "metrics",
                            eswi_metrics_json(s.system, s.metrics), "against", list, "note",
                            note.text[0] ? note.text : NULL);
        if (!*report)
            status = esw_fail(error, ESW_NO_MEMORY, "out of memory");
    }
    if (list)
        scored_free(&s);
    json_decref(list);
    return status;
}
