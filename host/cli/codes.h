/* How often each value of a metric that is a code occurs. */
#ifndef CLI_CODES_H
#define CLI_CODES_H

#include "edgesweep/results.h"

/* Prints a table for every coded metric of a point that is `shown` [metric], or that says how a method proved its results or
 * why it has none; methods and codes that do not occur are left out. */
esw_status cli_codes_print(const esw_results *results, size_t point, const bool *shown, esw_error *error);

#endif
