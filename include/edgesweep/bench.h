/* Speed of the hot loops on this machine, beside naive versions of the same work in the same run. */
#ifndef EDGESWEEP_BENCH_H
#define EDGESWEEP_BENCH_H

#include <jansson.h>

#include "edgesweep/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct esw_bench_options {
    int threads;        /* worker threads of the fast versions, >= 1; the rivals use one */
    int repeats;        /* measurements per figure, the median is reported; >= 1 */
    double seconds;     /* length of one measurement, > 0 */
    const char *filter; /* only cases whose name contains this; NULL = all */
} esw_bench_options;

/* Runs the cases and returns {"isa", "threads", "repeats", "fma_peak_gflops", "cases": [{"name", "unit", "value",
 * "flops_share", "rivals": [{"name", "value", "ratio"}], "left_out": [text]}]} as a new reference. Values are in
 * `unit`: work items per second, or milliseconds. ESW_NO_MEMORY, ESW_BAD_USAGE when the filter matches nothing. */
esw_status esw_bench(const esw_bench_options *options, json_t **report, esw_error *error);

#ifdef __cplusplus
}
#endif
#endif
