#include "sweep/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "sweep/experiment.h"
#include "sweep/points.h"

/* One pair of a method at a point in both runs. */
typedef struct pair {
    size_t point_a, point_b, method_a, method_b;
} pair;

typedef struct comparison {
    eswi_compared a, b;
    const esw_experiment *of_a, *of_b;
    bool paired;
    double *values_a, *values_b; /* [scenarios], when paired */
    uint64_t scenarios;          /* of the shorter run */
    json_t *report, *rows;
    esw_error *error;
} comparison;

/* ---------------------------------------------------------------- what both have */

static size_t find_point(const comparison *c, size_t point_a)
{
    size_t found = ESW_NONE;
    json_t *wanted = esw_experiment_point_json(c->of_a, point_a);
    for (size_t i = 0; i < esw_experiment_point_count(c->of_b) && found == ESW_NONE; ++i) {
        json_t *candidate = esw_experiment_point_json(c->of_b, i);
        if (json_equal(wanted, candidate))
            found = i;
        json_decref(candidate);
    }
    json_decref(wanted);
    return found;
}

static size_t find_metric(const esw_results *results, const char *name)
{
    for (size_t i = 0; i < esw_results_metric_count(results); ++i)
        if (strcmp(esw_results_metric(results, i)->name, name) == 0)
            return i;
    return ESW_NONE;
}

/* The methods and points of one run that the other lacks. */
static json_t *only_in(const esw_experiment *one, const esw_experiment *other)
{
    json_t *list = json_array();
    char text[512];
    for (size_t i = 0; i < esw_experiment_method_count(one); ++i)
        if (esw_experiment_method_find(other, esw_experiment_method_label(one, i)) == ESW_NONE)
            json_array_append_new(list, json_sprintf("method %s", esw_experiment_method_label(one, i)));
    const comparison c = {.of_a = one, .of_b = other};
    for (size_t i = 0; i < esw_experiment_point_count(one); ++i)
        if (find_point(&c, i) == ESW_NONE) {
            eswi_point_name(one, i, ESW_NONE, text, sizeof text);
            json_array_append_new(list, json_sprintf("point %s", text[0] ? text : "without a sweep"));
        }
    return list;
}

/* ---------------------------------------------------------------- differences */

typedef struct difference {
    double a, b, value, half;
    uint64_t count;
} difference;

/* Over the scenarios where both values are finite. */
static difference of_pairs(const comparison *c)
{
    eswi_running a = {0}, b = {0}, d = {0};
    for (uint64_t s = 0; s < c->scenarios; ++s) {
        if (!isfinite(c->values_a[s]) || !isfinite(c->values_b[s]))
            continue;
        eswi_running_add(&a, c->values_a[s]);
        eswi_running_add(&b, c->values_b[s]);
        eswi_running_add(&d, c->values_b[s] - c->values_a[s]);
    }
    if (d.count == 0)
        return (difference){NAN, NAN, NAN, NAN, 0};
    const double half =
        d.count < 2 ? NAN : eswi_student_975(d.count - 1) * eswi_running_std(&d) / sqrt((double)d.count);
    return (difference){a.mean, b.mean, d.mean, half, d.count};
}

/* Welch's interval for independent samples; its degrees of freedom are rounded down. */
static difference of_summaries(const esw_summary *a, const esw_summary *b)
{
    difference d = {a->mean, b->mean, b->mean - a->mean, NAN, a->count < b->count ? a->count : b->count};
    if (d.count < 2)
        return d;
    const double n_a = (double)a->count, n_b = (double)b->count;
    const double v_a = a->std * a->std / n_a, v_b = b->std * b->std / n_b, v = v_a + v_b;
    const double degrees = v > 0 ? v * v / (v_a * v_a / (n_a - 1) + v_b * v_b / (n_b - 1)) : n_a + n_b - 2;
    d.half = eswi_student_975(degrees > 1 ? (uint64_t)degrees : 1) * sqrt(v);
    return d;
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static esw_status add_row(comparison *c, const pair *p, size_t metric_a, size_t metric_b)
{
    const esw_metric *metric = esw_results_metric(c->a.results, metric_a);
    difference d;
    esw_status status = ESW_OK;
    char point[512];
    if (c->paired) {
        status = esw_results_scenarios(c->a.results, p->point_a, p->method_a, metric_a, 0, c->scenarios,
                                       c->values_a, c->error);
        if (!status)
            status = esw_results_scenarios(c->b.results, p->point_b, p->method_b, metric_b, 0, c->scenarios,
                                           c->values_b, c->error);
        d = of_pairs(c);
    } else {
        esw_summary a, b;
        esw_results_summary(c->a.results, p->point_a, p->method_a, metric_a, &a);
        esw_results_summary(c->b.results, p->point_b, p->method_b, metric_b, &b);
        d = of_summaries(&a, &b);
    }
    if (status || d.count == 0)
        return status;
    eswi_point_name(c->of_a, p->point_a, ESW_NONE, point, sizeof point);
    json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "point", point, "method",
                            esw_experiment_method_label(c->of_a, p->method_a), "metric", metric->name, "unit",
                            metric->unit, "a", number(d.a), "b", number(d.b), "difference", number(d.value),
                            "low", number(d.value - d.half), "high", number(d.value + d.half), "relative",
                            number(d.value / fabs(d.a)), "count", (json_int_t)d.count);
    return row && json_array_append_new(c->rows, row) == 0
               ? ESW_OK
               : esw_fail(c->error, ESW_NO_MEMORY, "%s: out of memory", c->a.directory);
}

static esw_status add_rows(comparison *c)
{
    esw_status status = ESW_OK;
    pair p;
    for (p.point_a = 0; p.point_a < esw_experiment_point_count(c->of_a) && !status; ++p.point_a) {
        p.point_b = find_point(c, p.point_a);
        for (p.method_a = 0; p.method_a < esw_experiment_method_count(c->of_a) && !status; ++p.method_a) {
            p.method_b = esw_experiment_method_find(c->of_b, esw_experiment_method_label(c->of_a, p.method_a));
            for (size_t i = 0; i < esw_results_metric_count(c->a.results) && !status; ++i) {
                const size_t other = find_metric(c->b.results, esw_results_metric(c->a.results, i)->name);
                if (p.point_b != ESW_NONE && p.method_b != ESW_NONE && other != ESW_NONE)
                    status = add_row(c, &p, i, other);
            }
        }
    }
    return status;
}

/* ---------------------------------------------------------------- the whole */

/* "" when scenarios of the two runs can be paired, else why not. */
static const char *why_not_paired(const comparison *c)
{
    if (esw_experiment_seed(c->of_a) != esw_experiment_seed(c->of_b))
        return "the seeds differ";
    if (!(esw_experiment_keep(c->of_a) & esw_experiment_keep(c->of_b) & ESW_KEEP_SCENARIOS))
        return "not both runs keep scenarios";
    return "";
}

static json_t *metrics_of(const esw_results *results)
{
    json_t *list = json_array();
    for (size_t i = 0; i < esw_results_metric_count(results); ++i) {
        const esw_metric *metric = esw_results_metric(results, i);
        json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "name", metric->name, "unit", metric->unit,
                                              "diagnostic", (metric->flags & ESW_METRIC_DIAGNOSTIC) != 0));
    }
    return list;
}

static esw_status compare(comparison *c)
{
    if (esw_experiment_system(c->of_a) != esw_experiment_system(c->of_b))
        return esw_fail(c->error, ESW_BAD_USAGE,
                        "%s is a run of %s, %s of %s: only runs of one system can be compared", c->a.directory,
                        esw_experiment_system(c->of_a)->name, c->b.directory,
                        esw_experiment_system(c->of_b)->name);
    const char *why = why_not_paired(c);
    const uint64_t n_a = esw_experiment_scenarios(c->of_a), n_b = esw_experiment_scenarios(c->of_b);
    c->paired = !*why;
    c->scenarios = n_a < n_b ? n_a : n_b;
    if (c->paired) {
        c->values_a = calloc(c->scenarios, sizeof *c->values_a);
        c->values_b = calloc(c->scenarios, sizeof *c->values_b);
    }
    c->rows = json_array();
    if (!c->rows || (c->paired && (!c->values_a || !c->values_b)))
        return esw_fail(c->error, ESW_NO_MEMORY, "%s: out of memory", c->a.directory);
    esw_status status = add_rows(c);
    if (status)
        return status;
    if (json_array_size(c->rows) == 0) {
        c->paired = false;
        why = "they have no point and method in common, or no finite values there";
    }
    c->report = json_pack("{s:s, s:o, s:o, s:o, s:o, s:b, s:s, s:O}", "system",
                          esw_experiment_system(c->of_a)->name, "metrics", metrics_of(c->a.results), "setup",
                          eswi_compare_setup(&c->a, &c->b), "only_a", only_in(c->of_a, c->of_b), "only_b",
                          only_in(c->of_b, c->of_a), "paired", c->paired, "why", why, "rows", c->rows);
    return c->report ? ESW_OK : esw_fail(c->error, ESW_NO_MEMORY, "%s: out of memory", c->a.directory);
}

esw_status esw_compare(const char *directory_a, const char *directory_b, json_t **report, esw_error *error)
{
    esw_results *a = NULL, *b = NULL;
    esw_status status = esw_results_open(directory_a, &a, error);
    if (!status)
        status = esw_results_open(directory_b, &b, error);
    if (!status) {
        comparison c = {.a = {directory_a, a},
                        .b = {directory_b, b},
                        .of_a = esw_results_experiment(a),
                        .of_b = esw_results_experiment(b),
                        .error = error};
        status = compare(&c);
        free(c.values_a);
        free(c.values_b);
        json_decref(c.rows);
        *report = c.report;
    }
    esw_results_close(a);
    esw_results_close(b);
    return status;
}
