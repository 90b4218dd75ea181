/* The halves of a comparison. */
#ifndef ESWI_COMPARE_H
#define ESWI_COMPARE_H

#include "edgesweep/compare.h"
#include "edgesweep/results.h"

/* A run of the two. */
typedef struct eswi_compared {
    const char *directory;
    const esw_results *results;
} eswi_compared;

/* compare_setup.c: a list of {"what", "a", "b"}; a new reference, NULL when out of memory. */
json_t *eswi_compare_setup(const eswi_compared *a, const eswi_compared *b);

#endif
