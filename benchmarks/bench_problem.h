/* Instances for the benchmarks of ECC's optimum methods. */
#ifndef ESW_BENCH_PROBLEM_H
#define ESW_BENCH_PROBLEM_H

#include <stdbool.h>

#include "ecc/element_build.h"
#include "edgesweep/status.h"

/* One subchannel with `n` users, as many in each cell, everybody sending. */
typedef struct bench_problem {
    eswi_ecc_config *config;
    void *block;
    eswi_ecc_instance instance;
    eswi_ecc_envelope *envelopes;
    eswi_ecc_scene scene;
    int n;
} bench_problem;

/* False with *error set; then there is nothing to close. */
bool bench_problem_open(bench_problem *p, int aps, int per_cell, esw_error *error);
void bench_problem_close(bench_problem *p);

/* Draws a scenario and builds one direction's element of all its users. */
void bench_problem_element(bench_problem *p, int scenario, int direction, eswi_ecc_element *e);

#endif
