/* The model of a subchannel written down once more, for the tests of the optimum methods: no formula, no loop order and
 * no structure is shared with the program beyond the struct of an instance. */
#ifndef ESW_TEST_NAIVE_OPTIMUM_H
#define ESW_TEST_NAIVE_OPTIMUM_H

#include "cases.h"
#include "ecc/optimum.h"

enum { NAIVE_USERS = 14 };

/* All users of a case as they are on one subchannel; slices are those of the case's decision. */
typedef struct naive {
    const test_case *c;
    int n;
    double local[NAIVE_USERS];
    double computing[NAIVE_USERS][CASE_MAX_UNITS + 1]; /* at the best of the units allowed */
    double noise_w[ECC_DIRECTIONS][NAIVE_USERS], band_hz[ECC_DIRECTIONS][NAIVE_USERS];
    double own[ECC_DIRECTIONS][NAIVE_USERS], heard[ECC_DIRECTIONS][NAIVE_USERS][NAIVE_USERS];
} naive;

/* With r anywhere in its box (levels = 0), or on one of `levels` equally spaced ones. */
naive naive_of(const test_case *c, int levels, int subchannel);

/* What the users in the set `senders` pay in one direction at these powers; the best split each. */
double naive_direction(const naive *n, int direction, unsigned senders, const double *power_w);

/* The least of naive_direction over all combinations of `levels` powers. */
double naive_least(const naive *n, int direction, unsigned senders, const double *level_w, int levels);

double naive_local(const naive *n, unsigned senders);

/* A case with options of the optimum methods set and gains at which users may send or not. */
void draw_optimum_case(test_case *c, uint64_t seed, uint64_t index, const case_shape *shape);

/* The same with one subchannel that has room for all. */
void draw_component(test_case *c, uint64_t seed, uint64_t index, int aps, int users);

/* Solves a case; the decision is in the case. */
void solve_component(test_case *c, ecc_method method, const eswi_ecc_optimum_kernels *kernels);

#endif
