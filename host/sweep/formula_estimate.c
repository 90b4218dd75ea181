#include "sweep/formula_estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "base/text.h"

enum { COLUMNS = 2 * ESWI_FORMULA_TERMS };

/* The scenario values of all terms of one or two estimands, side by side. */
typedef struct columns {
    double *values; /* [n][scenarios]; rows with a value that is not finite are taken out */
    size_t n;
    uint64_t scenarios; /* left */
    double means[COLUMNS];
} columns;

/* ---------------------------------------------------------------- names */

static esw_status unknown(esw_error *error, const char *kind, const char *name, const char *const *names,
                          size_t n)
{
    const char *nearest = eswi_nearest(name, names, n);
    return esw_fail(error, ESW_BAD_USAGE, "the run has no %s '%.60s'%s%s%s", kind, name,
                    nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

static esw_status find_metric(const esw_results *results, const char *name, size_t *metric, esw_error *error)
{
    const size_t n = esw_results_metric_count(results);
    const char **names = calloc(n + 1, sizeof *names);
    if (!names)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    *metric = ESW_NONE;
    for (size_t i = 0; i < n; ++i) {
        names[i] = esw_results_metric(results, i)->name;
        if (strcmp(names[i], name) == 0)
            *metric = i;
    }
    esw_status status = *metric == ESW_NONE ? unknown(error, "metric", name, names, n) : ESW_OK;
    free(names);
    return status;
}

static esw_status find_method(const esw_experiment *experiment, const char *name, size_t *method,
                              esw_error *error)
{
    const size_t n = esw_experiment_method_count(experiment);
    *method = esw_experiment_method_find(experiment, name);
    if (*method != ESW_NONE)
        return ESW_OK;
    const char **names = calloc(n + 1, sizeof *names);
    if (!names)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < n; ++i)
        names[i] = esw_experiment_method_label(experiment, i);
    esw_status status = unknown(error, "method", name, names, n);
    free(names);
    return status;
}

bool eswi_sweep_value_is(const json_t *swept, const json_t *value)
{
    if (json_is_number(swept) && json_is_number(value))
        return json_number_value(swept) == json_number_value(value);
    return json_equal(swept, value);
}

/* Whether `point` has the values of `wanted`, all keys of which are swept. */
static bool point_is(const json_t *point, const json_t *wanted)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)wanted, key, value)
        if (!eswi_sweep_value_is(json_object_get(point, key), value))
            return false;
    return true;
}

/* The point that is `from` but for the keys of `at`. */
static esw_status find_point(const esw_experiment *experiment, size_t from, const json_t *at, size_t *point,
                             esw_error *error)
{
    json_t *wanted = esw_experiment_point_json(experiment, from);
    const char *key;
    json_t *value;
    esw_status status = wanted ? ESW_OK : esw_fail(error, ESW_NO_MEMORY, "out of memory");
    *point = ESW_NONE;
    json_object_foreach((json_t *)at, key, value) {
        if (!status && !json_object_get(wanted, key))
            status = esw_fail(error, ESW_BAD_USAGE, "'%.60s' is not swept", key);
        if (!status && json_object_set(wanted, key, value))
            status = esw_fail(error, ESW_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < esw_experiment_point_count(experiment) && !status && *point == ESW_NONE; ++i) {
        json_t *candidate = esw_experiment_point_json(experiment, i);
        if (candidate && point_is(candidate, wanted))
            *point = i;
        json_decref(candidate);
    }
    json_decref(wanted);
    if (!status && *point == ESW_NONE)
        status = esw_fail(error, ESW_BAD_USAGE, "no sweep point has the values named behind '@'");
    return status;
}

/* Where a term's values are. */
typedef struct place {
    size_t point, method, metric;
} place;

static esw_status find_term(const esw_results *results, const eswi_estimand *estimand,
                            const eswi_formula_term *term, place *found, esw_error *error)
{
    const esw_experiment *experiment = esw_results_experiment(results);
    esw_status status = find_metric(results, term->metric, &found->metric, error);
    found->point = estimand->point;
    found->method = estimand->method;
    if (!status && (strcmp(term->method, "*") != 0 || estimand->method == ESW_NONE))
        status = find_method(experiment, term->method, &found->method, error);
    if (!status && term->at)
        status = find_point(experiment, estimand->point, term->at, &found->point, error);
    return status;
}

esw_status eswi_estimand_check(const esw_results *results, eswi_estimand estimand, esw_error *error)
{
    esw_status status = ESW_OK;
    place found;
    for (size_t i = 0; i < estimand.formula->n_terms && !status; ++i)
        status = find_term(results, &estimand, &estimand.formula->terms[i], &found, error);
    return status;
}

/* ---------------------------------------------------------------- values */

static esw_status add_columns(const esw_results *results, const eswi_estimand *estimand, columns *c,
                              esw_error *error)
{
    esw_status status = ESW_OK;
    for (size_t i = 0; i < estimand->formula->n_terms && !status; ++i) {
        place found;
        status = find_term(results, estimand, &estimand->formula->terms[i], &found, error);
        if (!status)
            status = esw_results_scenarios(results, found.point, found.method, found.metric, 0, c->scenarios,
                                           c->values + c->n++ * c->scenarios, error);
    }
    return status;
}

/* Takes out the scenarios where a column is not finite, and computes the means of the rest. */
static void finish_columns(columns *c)
{
    const uint64_t stride = c->scenarios;
    uint64_t kept = 0;
    for (uint64_t s = 0; s < stride; ++s) {
        bool finite = true;
        for (size_t k = 0; k < c->n; ++k)
            finite = finite && isfinite(c->values[k * stride + s]);
        for (size_t k = 0; k < c->n && finite; ++k)
            c->values[k * stride + kept] = c->values[k * stride + s];
        kept += finite;
    }
    for (size_t k = 0; k < c->n; ++k) {
        memmove(c->values + k * kept, c->values + k * stride, kept * sizeof *c->values);
        eswi_running running = {0};
        for (uint64_t s = 0; s < kept; ++s)
            eswi_running_add(&running, c->values[k * kept + s]);
        c->means[k] = kept > 0 ? running.mean : NAN;
    }
    c->scenarios = kept;
}

static esw_status read_columns(const esw_results *results, const eswi_estimand *estimands, size_t n, columns *c,
                               esw_error *error)
{
    size_t terms = 0;
    for (size_t i = 0; i < n; ++i)
        terms += estimands[i].formula->n_terms;
    *c = (columns){.scenarios = esw_experiment_scenarios(esw_results_experiment(results))};
    c->values = malloc((terms * c->scenarios + 1) * sizeof *c->values);
    if (!c->values)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    esw_status status = ESW_OK;
    for (size_t i = 0; i < n && !status; ++i)
        status = add_columns(results, &estimands[i], c, error);
    if (!status)
        finish_columns(c);
    return status;
}

/* The interval of a value whose derivatives by the means of the columns are `gradient`. */
static void add_interval(columns *c, const double *gradient, eswi_estimate *estimate)
{
    const uint64_t n = c->scenarios;
    estimate->count = n;
    estimate->low = estimate->high = NAN;
    if (n < 2 || !isfinite(estimate->value))
        return;
    eswi_running z = {0};
    for (uint64_t s = 0; s < n; ++s) {
        double sum = 0;
        for (size_t k = 0; k < c->n; ++k)
            sum += gradient[k] * (c->values[k * n + s] - c->means[k]);
        eswi_running_add(&z, sum);
    }
    double half = eswi_student_975(n - 1) * eswi_running_std(&z) / sqrt((double)n);
    estimate->low = estimate->value - half;
    estimate->high = estimate->value + half;
}

esw_status eswi_estimate_value(const esw_results *results, eswi_estimand estimand, eswi_estimate *estimate,
                               esw_error *error)
{
    columns c;
    double gradient[COLUMNS];
    esw_status status = read_columns(results, &estimand, 1, &c, error);
    if (!status) {
        estimate->value = eswi_formula_value(estimand.formula, c.means, gradient);
        add_interval(&c, gradient, estimate);
    }
    free(c.values);
    return status;
}

esw_status eswi_estimate_contrast(const esw_results *results, eswi_estimand a, eswi_estimand b,
                                  eswi_contrast contrast, eswi_estimate *estimate, esw_error *error)
{
    columns c;
    double gradient[COLUMNS];
    const eswi_estimand both[2] = {a, b};
    const size_t n_a = a.formula->n_terms, n_b = b.formula->n_terms;
    esw_status status = read_columns(results, both, 2, &c, error);
    if (!status) {
        const double value_a = eswi_formula_value(a.formula, c.means, gradient);
        const double value_b = eswi_formula_value(b.formula, c.means + n_a, gradient + n_a);
        const bool quotient = contrast == ESWI_QUOTIENT;
        estimate->value = quotient ? value_a / value_b : value_a - value_b;
        for (size_t k = 0; k < n_a && quotient; ++k)
            gradient[k] /= value_b;
        for (size_t k = n_a; k < n_a + n_b; ++k)
            gradient[k] *= quotient ? -estimate->value / value_b : -1.0;
        add_interval(&c, gradient, estimate);
    }
    free(c.values);
    return status;
}
