/* Formulas over means: what a claim or a plot of a figure is about.
 *
 *   latency_s(device-only) / latency_s(ecc-noma)
 *   latency_s(ecc-noma) / latency_s(device-only @ inferences=500)
 *
 * A term metric(method) is the mean of a metric over the scenarios of a point; "@ key=value, ..." takes it at
 * the point that differs from the current one in these swept keys. The method * stands for the one that a plot
 * draws, or for each of those that a claim names. Terms and numbers are joined by + - * / and parentheses.
 */
#ifndef ESWI_FORMULA_H
#define ESWI_FORMULA_H

#include "edgesweep/status.h"

#include <jansson.h>

enum { ESWI_FORMULA_TERMS = 8, ESWI_FORMULA_STEPS = 64 };

typedef struct eswi_formula_term {
    char *metric, *method; /* method "*": the one given when it is evaluated */
    json_t *at;            /* {key: value}: NULL for the current point */
} eswi_formula_term;

/* One step of the formula in reverse Polish order. */
typedef struct eswi_formula_step {
    char operation; /* '+' '-' '*' '/', 'n' pushes the number, 't' the term */
    double number;
    size_t term;
} eswi_formula_step;

typedef struct eswi_formula {
    char *text; /* as written */
    eswi_formula_term terms[ESWI_FORMULA_TERMS];
    size_t n_terms;
    eswi_formula_step steps[ESWI_FORMULA_STEPS];
    size_t n_steps;
} eswi_formula;

/* Reads a formula; free it also after a failure. ESW_BAD_USAGE with what is wrong and where (no file or line),
 * ESW_NO_MEMORY. */
esw_status eswi_formula_parse(const char *text, eswi_formula *formula, esw_error *error);
void eswi_formula_free(eswi_formula *formula);

/* The value at means[n_terms], and its derivatives by them in gradient[n_terms]. */
double eswi_formula_value(const eswi_formula *formula, const double *means, double *gradient);

#endif
