/* The tolerances of the tests, in one place; docs/tolerances.md derives each. */
#ifndef ESW_TEST_TOLERANCES_H
#define ESW_TEST_TOLERANCES_H

/* Relative; two double evaluations of the equations of ecc/oracle.h on at most some hundred users. */
#define TOLERANCE_ORACLE 1e-12

/* Relative; an optimum picked by float values against the optimum of the same points in double. */
#define TOLERANCE_FLOAT_SEARCH 2e-6

#endif
