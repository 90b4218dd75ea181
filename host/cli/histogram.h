/* How often each value of an integral per-entity column occurs, one column of percentages and bars per method.
 */
#ifndef CLI_HISTOGRAM_H
#define CLI_HISTOGRAM_H

#include "edgesweep/results.h"

/* Prints the histogram of `field` at `point` to stdout. Errors of esw_results_field_histogram. */
esw_status cli_histogram_print(const esw_results *results, size_t point, size_t field, esw_error *error);

#endif
