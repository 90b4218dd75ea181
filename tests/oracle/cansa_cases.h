/* Random CANSA problems for tests: configs with every parameter drawn, and rates that are more than real channels ask
 * of the methods. A pure function of the index, so that a failing case is replayed by its index alone. */
#ifndef ESW_TEST_CANSA_CASES_H
#define ESW_TEST_CANSA_CASES_H

#include "cansa_setup.h"
#include "cases.h"

/* What to draw; 0 leaves a size to the dice: N in 1..200, R_total in 0..500. */
typedef struct cansa_shape {
    int clients_most, rbs_most;
    const char *more; /* further overrides, "" for none */
} cansa_shape;

/* Opens setup with config and instance of the case; cansa_setup_close gives the memory back. `text` names it. */
void cansa_case_open(cansa_setup *setup, uint64_t index, const cansa_shape *shape, char text[512]);

/* How many cases: `few` by default, `many` under ESW_TEST_FULL=1. */
uint64_t cansa_case_count(uint64_t few, uint64_t many);

#endif
