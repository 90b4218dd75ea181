/* The metrics of the results: the system's own and those that `compare:` adds. */
#ifndef ESWI_METRICS_H
#define ESWI_METRICS_H

#include "edgesweep/experiment.h"
#include "edgesweep/results.h"

/* At most this many metrics are derived, and are there in all. */
enum { ESWI_DERIVED_METRICS = 2, ESWI_METRICS_MAX = 64 };

typedef struct eswi_metrics {
    esw_metric *list; /* [n]; the first system->n_metrics are the system's */
    size_t n;
    size_t objective, bound;         /* indices, ESW_NONE if the system has none */
    size_t gap_optimum, gap_bound;   /* indices of the derived ones, ESW_NONE if not asked for */
    size_t ratio_metric[ESW_RATIOS]; /* what each ratio is over; ESW_NONE without a baseline or such a metric */
} eswi_metrics;

/* Free with eswi_metrics_free. ESW_UNSUPPORTED beyond ESWI_METRICS_MAX, ESW_NO_MEMORY. */
esw_status eswi_metrics_make(const esw_experiment *experiment, eswi_metrics *metrics, esw_error *error);
void eswi_metrics_free(eswi_metrics *metrics);

/* Fills the derived metrics of `count` scenarios: values[metric * stride + scenario] of one method, `optimum`
 * of the optimum method in the same layout (may be the same array). NaN where either is. */
void eswi_metrics_derive(const eswi_metrics *metrics, double *values, const double *optimum, size_t stride,
                         size_t count);

/* The index of a metric by name, ESW_NONE if there is none. */
size_t eswi_metrics_find(const eswi_metrics *metrics, const char *name);

/* What the values of a metric stand for, "none|converged|..."; NULL where they are numbers. `metric` may be a derived
 * one. */
const char *eswi_metric_codes(const esw_system *system, size_t metric);

/* The values of the system's metrics by name: words where they have codes, null where they are not finite. New reference,
 * NULL without memory. */
json_t *eswi_metrics_json(const esw_system *system, const double *values);

/* The index of the first metric with one of these flags, ESW_NONE if there is none. */
size_t eswi_metric_flagged(const esw_system *system, unsigned flags);

#endif
