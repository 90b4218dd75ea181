#include "sweep/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/binding.h"

static const esw_metric gap_to_optimum = {
    .name = "gap_to_optimum",
    .unit = "1",
    .help = "(objective - optimum's objective) / |optimum's objective|, per scenario",
};
static const esw_metric gap_to_bound = {
    .name = "gap_to_bound",
    .unit = "1",
    .help = "(objective - the optimum method's lower bound) / |objective|, per scenario",
};

size_t eswi_metric_flagged(const esw_system *system, unsigned flags)
{
    for (size_t i = 0; i < system->n_metrics; ++i)
        if (system->metrics[i].flags & flags)
            return i;
    return ESW_NONE;
}

const char *eswi_metric_codes(const esw_system *system, size_t metric)
{
    return system->codes && metric < system->n_metrics ? system->codes[metric] : NULL;
}

esw_status eswi_metrics_make(const esw_experiment *experiment, eswi_metrics *metrics, esw_error *error)
{
    const esw_system *system = esw_experiment_system(experiment);
    bool baseline = esw_experiment_baseline(experiment) != ESW_NONE;
    bool optimum = esw_experiment_optimum(experiment) != ESW_NONE;
    *metrics = (eswi_metrics){0};
    if (system->n_metrics + ESWI_DERIVED_METRICS > ESWI_METRICS_MAX)
        return esw_fail(error, ESW_UNSUPPORTED, "system %s: %zu metrics, at most %d are supported",
                        system->name, system->n_metrics, ESWI_METRICS_MAX - ESWI_DERIVED_METRICS);
    *metrics = (eswi_metrics){
        .list = malloc((system->n_metrics + ESWI_DERIVED_METRICS) * sizeof *metrics->list),
        .n = system->n_metrics,
        .objective = eswi_metric_flagged(system, ESW_METRIC_OBJECTIVE),
        .bound = eswi_metric_flagged(system, ESW_METRIC_LOWER_BOUND),
        .gap_optimum = ESW_NONE,
        .gap_bound = ESW_NONE,
    };
    if (!metrics->list)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory for the metrics");
    memcpy(metrics->list, system->metrics, system->n_metrics * sizeof *metrics->list);
    if (optimum && metrics->objective != ESW_NONE) {
        metrics->gap_optimum = metrics->n;
        metrics->list[metrics->n++] = gap_to_optimum;
        if (metrics->bound != ESW_NONE) {
            metrics->gap_bound = metrics->n;
            metrics->list[metrics->n++] = gap_to_bound;
        }
    }
    metrics->ratio_metric[ESW_RATIO_SPEED_UP] =
        baseline ? eswi_metric_flagged(system, ESW_METRIC_LATENCY) : ESW_NONE;
    metrics->ratio_metric[ESW_RATIO_ENERGY] =
        baseline ? eswi_metric_flagged(system, ESW_METRIC_ENERGY) : ESW_NONE;
    return ESW_OK;
}

size_t eswi_metrics_find(const eswi_metrics *metrics, const char *name)
{
    for (size_t i = 0; i < metrics->n; ++i)
        if (strcmp(metrics->list[i].name, name) == 0)
            return i;
    return ESW_NONE;
}

void eswi_metrics_free(eswi_metrics *metrics)
{
    free(metrics->list);
    *metrics = (eswi_metrics){0};
}

void eswi_metrics_derive(const eswi_metrics *metrics, double *values, const double *optimum, size_t stride,
                         size_t count)
{
    if (metrics->gap_optimum == ESW_NONE)
        return;
    const double *value = values + metrics->objective * stride;
    const double *best = optimum + metrics->objective * stride;
    double *gap = values + metrics->gap_optimum * stride;
    for (size_t i = 0; i < count; ++i)
        gap[i] = best[i] == value[i] ? 0.0 : (value[i] - best[i]) / fabs(best[i]);
    if (metrics->gap_bound == ESW_NONE)
        return;
    const double *bound = optimum + metrics->bound * stride;
    gap = values + metrics->gap_bound * stride;
    for (size_t i = 0; i < count; ++i)
        gap[i] = bound[i] == value[i] ? 0.0 : (value[i] - bound[i]) / fabs(value[i]);
}

json_t *eswi_metrics_json(const esw_system *system, const double *values)
{
    json_t *object = json_object();
    for (size_t i = 0; i < system->n_metrics; ++i) {
        const char *codes = eswi_metric_codes(system, i);
        json_object_set_new(object, system->metrics[i].name,
                            codes                 ? eswi_choice_json(codes, (int)values[i])
                            : isfinite(values[i]) ? json_real(values[i])
                                                  : json_null());
    }
    return object;
}
