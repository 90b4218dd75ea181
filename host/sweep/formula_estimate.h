/* The value of a formula over kept scenarios, with its 95 % interval.
 *
 * Every term is a mean over the same scenarios (common random numbers: a scenario index has the same fading at
 * every point and for every method), so terms are paired. With the gradient g of the formula at the means,
 * scenario s contributes z_s = sum_k g_k (x_ks - mean_k), and the interval is value -+ t sd(z) / sqrt(n) with
 * Student's t: the delta method, that of `compare` for ratios. Scenarios where any term is not finite are left
 * out.
 */
#ifndef ESWI_FORMULA_ESTIMATE_H
#define ESWI_FORMULA_ESTIMATE_H

#include "edgesweep/results.h"
#include "sweep/formula.h"

typedef struct eswi_estimate {
    uint64_t count;          /* scenarios used */
    double value, low, high; /* NaN without scenarios; the ends also with one */
} eswi_estimate;

/* A formula at a point; `method` stands for "*" (ESW_NONE where the formula has none). */
typedef struct eswi_estimand {
    const eswi_formula *formula;
    size_t point, method;
} eswi_estimand;

typedef enum eswi_contrast { ESWI_DIFFERENCE, ESWI_QUOTIENT } eswi_contrast;

/* Checks that every metric, method and point the formula names is in the results. ESW_BAD_USAGE with the
 * nearest known name (no file or line). */
esw_status eswi_estimand_check(const esw_results *results, eswi_estimand estimand, esw_error *error);

/* The estimate of one formula. Errors of the check, of reading the journal, and ESW_BAD_USAGE when the run kept
 * no scenarios. */
esw_status eswi_estimate_value(const esw_results *results, eswi_estimand estimand, eswi_estimate *estimate,
                               esw_error *error);

/* a - b or a / b of two estimands, paired. */
esw_status eswi_estimate_contrast(const esw_results *results, eswi_estimand a, eswi_estimand b,
                                  eswi_contrast contrast, eswi_estimate *estimate, esw_error *error);

/* Whether `value` is what a swept key has: numbers compare by value, all else as JSON. */
bool eswi_sweep_value_is(const json_t *swept, const json_t *value);

#endif
