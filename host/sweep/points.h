/* Sweep points by name: texts about them, and lines of points along one key. */
#ifndef ESWI_POINTS_H
#define ESWI_POINTS_H

#include <stdbool.h>

#include "edgesweep/experiment.h"

/* "users = 50, access = noma" without the key `without` (ESW_NONE: with all); "" when nothing is left. */
void eswi_point_name(const esw_experiment *experiment, size_t point, size_t without, char *text, size_t length);

/* Whether two points differ at most in the key `along`. */
bool eswi_points_in_line(const esw_experiment *experiment, size_t a, size_t b, size_t along);

/* The index of a swept key, ESW_NONE if it is not swept; `key` NULL is the first one, if any. */
size_t eswi_sweep_key_find(const esw_experiment *experiment, const char *key);

/* Whether all values of a swept key are numbers. */
bool eswi_sweep_key_is_numeric(const esw_experiment *experiment, size_t key);

#endif
