/* The distribution of the gaps to an optimum, as `show` prints it. */
#ifndef ESWI_CLI_GAPS_H
#define ESWI_CLI_GAPS_H

#include "edgesweep/results.h"

/* Prints mean and quantiles of gap_to_optimum and gap_to_bound for every method of a point, in percent; nothing if the
 * experiment names no optimum. */
esw_status cli_gaps_print(const esw_results *results, size_t point, esw_error *error);

#endif
