/* Two runs side by side: what differs in their setup, and in their numbers. */
#ifndef EDGESWEEP_COMPARE_H
#define EDGESWEEP_COMPARE_H

#include <jansson.h>

#include "edgesweep/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Compares two run directories of one system. *report is a new reference:
 *
 *   {"system", "metrics": [{"name", "unit", "diagnostic"}],
 *    "setup": [{"what", "a", "b"}],             texts; null where one run has none
 *    "only_a": [...], "only_b": [...],          sweep points and methods that only one of them has, as texts
 *    "paired": true | false, "why": "",         why not paired
 *    "rows": [{"point", "method", "metric", "unit", "a", "b", "difference", "low", "high", "relative", "count"}]}
 *
 * A difference is b - a of the means over scenarios, with its 95 % interval (Student's t). Runs of one seed that
 * both keep scenarios are paired by scenario index, which have the same fading; otherwise the interval is
 * Welch's. Numbers that do not exist are null. ESW_BAD_USAGE for runs of different systems; errors of
 * esw_results_open. */
esw_status esw_compare(const char *directory_a, const char *directory_b, json_t **report, esw_error *error);

#ifdef __cplusplus
}
#endif
#endif
