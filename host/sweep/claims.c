/* Checking the claims of a figure against a run. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sweep/experiment.h"
#include "sweep/figure.h"
#include "sweep/points.h"

/* One value that a claim is about, with what it must lie in. */
typedef struct check {
    eswi_estimate estimate;
    double low, high;
    char what[256];
} check;

const char *esw_claim_verdict_text(esw_claim_verdict verdict)
{
    static const char *const texts[] = {"reproduced", "not reproduced", "undetermined"};
    return texts[verdict];
}

/* ---------------------------------------------------------------- points */

bool eswi_point_matches(const json_t *point, const json_t *at)
{
    const char *key;
    json_t *wanted, *item;
    size_t i;
    json_object_foreach((json_t *)at, key, wanted) {
        const json_t *value = json_object_get(point, key);
        bool found = !json_is_array(wanted) && eswi_sweep_value_is(value, wanted);
        if (json_is_array(wanted))
            json_array_foreach(wanted, i, item)
                found = found || eswi_sweep_value_is(value, item);
        if (!found)
            return false;
    }
    return true;
}

/* Fails when `at` names a key that is not swept. */
static esw_status check_at(const esw_experiment *experiment, const json_t *at, esw_error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)at, key, value)
        if (eswi_sweep_key_find(experiment, key) == ESW_NONE)
            return esw_fail(error, ESW_BAD_USAGE, "at: '%.60s' is not swept", key);
    return ESW_OK;
}

/* The points a claim is about, in order: points[point count]. */
static esw_status find_points(const esw_experiment *experiment, const eswi_claim *claim, size_t *points,
                              size_t *n, esw_error *error)
{
    esw_status status = check_at(experiment, claim->at, error);
    *n = 0;
    for (size_t i = 0; i < esw_experiment_point_count(experiment) && !status; ++i) {
        json_t *point = esw_experiment_point_json(experiment, i);
        if (!point)
            status = esw_fail(error, ESW_NO_MEMORY, "out of memory");
        else if (eswi_point_matches(point, claim->at))
            points[(*n)++] = i;
        json_decref(point);
    }
    if (!status && *n == 0)
        status = esw_fail(error, ESW_BAD_USAGE, "at: no sweep point has these values");
    return status;
}

/* ---------------------------------------------------------------- verdicts */

/* A bound of an open range is itself outside. */
static esw_claim_verdict verdict_of(const check *c)
{
    const eswi_estimate *e = &c->estimate;
    const bool open = isinf(c->low) || isinf(c->high);
    if (!isfinite(e->low) || !isfinite(e->high))
        return ESW_UNDETERMINED;
    if (open ? e->low > c->low && e->high < c->high : e->low >= c->low && e->high <= c->high)
        return ESW_REPRODUCED;
    if (open ? e->high <= c->low || e->low >= c->high : e->high < c->low || e->low > c->high)
        return ESW_NOT_REPRODUCED;
    return ESW_UNDETERMINED;
}

/* How far the interval is from the nearer end of its range, in half widths of the range or of the value. */
static double margin(const check *c)
{
    const double scale = isinf(c->low) || isinf(c->high) ? fabs(c->estimate.value) : 0.5 * (c->high - c->low);
    const double room = fmin(c->estimate.low - c->low, c->high - c->estimate.high);
    return scale > 0 ? room / scale : room;
}

/* Which of two values decides: failing before undetermined before holding, then the nearer to the edge. */
static bool decides(const check *a, const check *b)
{
    static const int rank[] = {[ESW_NOT_REPRODUCED] = 0, [ESW_UNDETERMINED] = 1, [ESW_REPRODUCED] = 2};
    const int rank_a = rank[verdict_of(a)], rank_b = rank[verdict_of(b)];
    return rank_a != rank_b ? rank_a < rank_b : margin(a) < margin(b);
}

static void add_check(esw_claim_check *claim, check *decisive, const check *c)
{
    const esw_claim_verdict verdict = verdict_of(c);
    claim->held += verdict == ESW_REPRODUCED;
    claim->failed += verdict == ESW_NOT_REPRODUCED;
    if (claim->checks++ == 0 || decides(c, decisive))
        *decisive = *c;
}

static void finish(esw_claim_check *claim, const check *decisive)
{
    claim->verdict = verdict_of(decisive);
    claim->value = decisive->estimate.value;
    claim->low = decisive->estimate.low;
    claim->high = decisive->estimate.high;
    claim->range_low = decisive->low;
    claim->range_high = decisive->high;
    memcpy(claim->what, decisive->what, sizeof claim->what);
}

/* ---------------------------------------------------------------- the kinds of claims */

/* What a claim is checked on: the points it is about, and the methods that "*" stands for. */
typedef struct cases {
    const eswi_claim *claim;
    const esw_figure *figure; /* for labels */
    const esw_results *results;
    size_t *points; /* room for all points of the sweep */
    size_t n_points;
    size_t method; /* in the place of "*"; ESW_NONE without one */
} cases;

/* Puts the method in front of what a value is: "Edge-Only, users = 50". */
static void name_method(const cases *c, check *found)
{
    char rest[sizeof found->what];
    if (c->method == ESW_NONE)
        return;
    memcpy(rest, found->what, sizeof rest);
    const char *label = esw_experiment_method_label(esw_results_experiment(c->results), c->method);
    snprintf(found->what, sizeof found->what, "%.80s%s%.160s", eswi_figure_label(c->figure, label),
             rest[0] ? ", " : "", rest);
}

static esw_status check_range(const cases *c, esw_claim_check *result, check *decisive, esw_error *error)
{
    for (size_t i = 0; i < c->n_points; ++i) {
        check found = {.low = c->claim->low, .high = c->claim->high};
        const eswi_estimand estimand = {&c->claim->quantity, c->points[i], c->method};
        esw_status status = eswi_estimate_value(c->results, estimand, &found.estimate, error);
        if (status)
            return status;
        eswi_point_name(esw_results_experiment(c->results), c->points[i], ESW_NONE, found.what,
                        sizeof found.what);
        name_method(c, &found);
        add_check(result, decisive, &found);
    }
    return ESW_OK;
}

/* The contrast of a point with the one before it along the sweep, or with the first one of its line. */
static esw_status check_step(const cases *c, size_t from, size_t to, size_t along, check *found,
                             esw_error *error)
{
    const esw_experiment *experiment = esw_results_experiment(c->results);
    const eswi_estimand a = {&c->claim->quantity, to, c->method}, b = {&c->claim->quantity, from, c->method};
    const bool constant = c->claim->kind == ESWI_CLAIM_CONSTANT;
    *found = (check){.low = c->claim->low, .high = c->claim->high};
    snprintf(found->what, sizeof found->what, "%s from %s = %.80s to %.80s", constant ? "ratio" : "change",
             esw_experiment_sweep_key(experiment, along), esw_experiment_sweep_text(experiment, from, along),
             esw_experiment_sweep_text(experiment, to, along));
    name_method(c, found);
    return eswi_estimate_contrast(c->results, a, b, constant ? ESWI_QUOTIENT : ESWI_DIFFERENCE,
                                  &found->estimate, error);
}

static esw_status check_trend(const cases *c, esw_claim_check *result, check *decisive, esw_error *error)
{
    const esw_experiment *experiment = esw_results_experiment(c->results);
    const size_t before = result->checks, along = eswi_sweep_key_find(experiment, c->claim->along);
    esw_status status = along == ESW_NONE ? esw_fail(error, ESW_BAD_USAGE, "along: '%.60s' is not swept",
                                                     c->claim->along ? c->claim->along : "")
                                          : ESW_OK;
    for (size_t i = 0; i < c->n_points && !status; ++i) {
        size_t from = ESW_NONE;
        for (size_t j = 0; j < i; ++j)
            if (eswi_points_in_line(experiment, c->points[j], c->points[i], along) &&
                (from == ESW_NONE || c->claim->kind != ESWI_CLAIM_CONSTANT))
                from = c->points[j];
        check found;
        if (from == ESW_NONE)
            continue;
        status = check_step(c, from, c->points[i], along, &found, error);
        if (!status)
            add_check(result, decisive, &found);
    }
    if (!status && result->checks == before)
        return esw_fail(error, ESW_BAD_USAGE, "trend: fewer than two points along the sweep");
    return status;
}

static esw_status check_claim(cases *c, esw_claim_check *result, esw_error *error)
{
    const esw_experiment *experiment = esw_results_experiment(c->results);
    const eswi_method_names *methods = &c->claim->methods;
    check decisive = {0};
    esw_status status = find_points(experiment, c->claim, c->points, &c->n_points, error);
    for (size_t i = 0; (i < methods->n || (i == 0 && methods->n == 0)) && !status; ++i) {
        c->method = methods->n ? esw_experiment_method_find(experiment, methods->names[i]) : ESW_NONE;
        if (methods->n && c->method == ESW_NONE)
            return esw_fail(error, ESW_BAD_USAGE, "methods: the run has no method '%.60s'", methods->names[i]);
        status = (c->claim->kind == ESWI_CLAIM_RANGE ? check_range : check_trend)(c, result, &decisive, error);
    }
    if (!status)
        finish(result, &decisive);
    return status;
}

esw_status esw_figure_check(const esw_figure *figure, const esw_results *results, esw_claim_check *checks,
                            esw_error *error)
{
    const size_t n = esw_experiment_point_count(esw_results_experiment(results));
    cases c = {.figure = figure, .results = results, .points = calloc(n, sizeof *c.points)};
    esw_status status = c.points ? ESW_OK : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", figure->source);
    for (size_t i = 0; i < figure->n_claims && !status; ++i) {
        const eswi_claim *claim = &figure->claims[i];
        esw_error cause = {0};
        checks[i] = (esw_claim_check){.claim = claim->claim,
                                      .source = claim->source ? claim->source : "",
                                      .reading = claim->reading ? claim->reading : "",
                                      .quantity = claim->quantity.text,
                                      .note = claim->note ? claim->note : ""};
        c.claim = claim;
        status = check_claim(&c, &checks[i], &cause);
        if (status == ESW_BAD_USAGE)
            eswi_fail_at((eswi_place){figure->source, claim->line}, error, "claim: %s", cause.text);
        else if (status)
            esw_fail(error, status, "%s", cause.text);
    }
    free(c.points);
    return status;
}
