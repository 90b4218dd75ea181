/* The tolerances of the tests, in one place; docs/tolerances.md derives each. */
#ifndef ESW_TEST_TOLERANCES_H
#define ESW_TEST_TOLERANCES_H

/* Relative; two double evaluations of the equations of ecc/oracle.h on at most some hundred users. */
#define TOLERANCE_ORACLE 1e-12

/* Relative; an optimum picked by float values against the optimum of the same points in double. */
#define TOLERANCE_FLOAT_SEARCH 1e-6

/* Relative; one direction's value in float lanes against the oracle. */
#define TOLERANCE_FLOAT_VALUE 2e-6

/* Relative to the two sums whose difference a gradient is; float lanes against differences of the oracle. */
#define TOLERANCE_GRADIENT 1e-5

/* Absolute; a share of a row of at most 300, projected onto the simplex in float, against double. */
#define TOLERANCE_PROJECTION 2e-6

/* Standard errors a sample mean may be off: exceeded by chance once in 15,000 comparisons. */
#define CONFIDENCE_SIGMAS 4.0

#endif
