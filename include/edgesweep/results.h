/* Reading a run directory: summaries, comparisons, kept scenarios, and their export.
 *
 * The journals are the truth; esw_results_open checks every byte of them, combines the blocks in block order
 * and gives numbers that depend on the experiment and its seed alone. results.h5 is written from the same
 * object.
 */
#ifndef EDGESWEEP_RESULTS_H
#define EDGESWEEP_RESULTS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "edgesweep/experiment.h"
#include "edgesweep/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct esw_results esw_results;

/* The quantiles of a summary, in percent: 1 5 10 25 50 75 90 95 99. */
#define ESW_QUANTILE_LIST(X) X(1) X(5) X(10) X(25) X(50) X(75) X(90) X(95) X(99)
#define X(percent)           +1
enum { ESW_QUANTILES = 0 ESW_QUANTILE_LIST(X) };
#undef X

/* One metric of one method at one point, over the finite values of all scenarios done. Everything but the
 * counts is NaN when count is 0; std and the interval are NaN when count is 1. */
typedef struct esw_summary {
    uint64_t count;             /* scenarios with a finite value: what the numbers below are over */
    uint64_t undefined;         /* scenarios where the metric does not apply or is not a number */
    uint64_t infinite;          /* scenarios with an infinite value, left out of the numbers below */
    double mean, std;           /* std with n-1 */
    double ci95_low, ci95_high; /* of the mean: Student's t */
    double min, max;
    double quantiles[ESW_QUANTILES]; /* nearest rank; at most 0.1 % nearer to 0 than the exact one */
} esw_summary;

/* A ratio of means, baseline over method, over the scenarios where both are finite (paired). Above 1: the
 * method is better. The interval is the delta method's, Student's t. NaN where it cannot be computed. */
typedef struct esw_ratio {
    uint64_t count;
    double value;
    double ci95_low, ci95_high;
} esw_ratio;

typedef enum esw_ratio_kind {
    ESW_RATIO_SPEED_UP, /* of the system's ESW_METRIC_LATENCY metric */
    ESW_RATIO_ENERGY,   /* of the system's ESW_METRIC_ENERGY metric */
    ESW_RATIOS
} esw_ratio_kind;

/* Reads and checks a run directory. ESW_IO names the file and the offset of the first damaged byte range; an
 * unfinished last record (the run was killed) is not an error but is named by esw_results_warning. */
esw_status esw_results_open(const char *directory, esw_results **results, esw_error *error);
void esw_results_close(esw_results *results); /* NULL is allowed */

/* From now on what reads the scenarios of these results to write them elsewhere (exports, reports) ends with
 * ESW_INTERRUPTED when *stop becomes nonzero, and without the file that it was about to write. NULL: never. */
void esw_results_stop_at(esw_results *results, const volatile sig_atomic_t *stop);

const esw_experiment *esw_results_experiment(const esw_results *results);

/* "" or one line saying what is missing: blocks not done, an unfinished record at the end of a journal. */
const char *esw_results_warning(const esw_results *results);

/* Scenarios done of a method at a point. */
uint64_t esw_results_done(const esw_results *results, size_t point, size_t method);

/* The metrics of the results: the system's own in table order, then, when `compare: {optimum: ...}` was given,
 * gap_to_optimum = (objective - optimum's objective) / |optimum's objective| and, for systems with a lower
 * bound, gap_to_bound = (objective - bound) / |objective| with the optimum method's bound. */
size_t esw_results_metric_count(const esw_results *results);
const esw_metric *esw_results_metric(const esw_results *results, size_t metric);

/* `summary` of [point][method][metric]. Indices must be in range. */
void esw_results_summary(const esw_results *results, size_t point, size_t method, size_t metric,
                         esw_summary *summary);

/* The texts that the values 0, 1, ... of a metric stand for, separated by |, and in how many scenarios each occurs; NULL
 * and 0 for metrics that are numbers, 0 for a code that there is not. */
const char *esw_results_codes(const esw_results *results, size_t metric);
uint64_t esw_results_code_count(const esw_results *results, size_t point, size_t method, size_t metric,
                                size_t code);

/* A ratio to the baseline; count 0 without `compare: {baseline: ...}` or a metric of that kind. */
void esw_results_ratio(const esw_results *results, size_t point, size_t method, esw_ratio_kind kind,
                       esw_ratio *ratio);
const char *esw_ratio_name(esw_ratio_kind kind); /* "speed_up", "energy_ratio" */

/* Values of `count` scenarios from `first` of one metric into values[count]; NaN where not done. ESW_BAD_USAGE
 * when the run did not keep scenarios, ESW_IO when the journal cannot be read. */
esw_status esw_results_scenarios(const esw_results *results, size_t point, size_t method, size_t metric,
                                 uint64_t first, size_t count, double *values, esw_error *error);

/* Counts of the values low..high of an integral per-entity field over all entities of all scenarios kept, into
 * counts[high - low + 1]; values outside are counted in *outside (may be NULL). Errors as above. */
esw_status esw_results_field_histogram(const esw_results *results, size_t point, size_t method, size_t field,
                                       int64_t low, int64_t high, uint64_t *counts, uint64_t *outside,
                                       esw_error *error);

/* Tidy CSV files in `directory` (made if missing): summary.csv, compare.csv, and scenarios.csv, <entity>.csv,
 * series.csv where kept. */
esw_status esw_results_export_csv(const esw_results *results, const char *directory, esw_error *error);

/* results.h5, written to a temporary name beside `path`, synced, then renamed. ESW_UNSUPPORTED without HDF5. */
esw_status esw_results_write_hdf5(const esw_results *results, const char *path, esw_error *error);

/* Whether this build has HDF5. */
bool esw_have_hdf5(void);

#ifdef __cplusplus
}
#endif
#endif
