/* ECC: the exact search of an element's power levels (scan.h) as one call. Shared with GPU code: bodies in
 * level_search.h. */
#ifndef ESWI_ECC_SEARCH_H
#define ESWI_ECC_SEARCH_H

#include "base/carve.h"
#include "ecc/ecc.h"
#include "ecc/inner.h"

/* The memory of a search. */
typedef struct eswi_ecc_search {
    eswi_ecc_scan scan;
    int32_t at[ECC_ELEMENT_USERS];    /* the levels of a row */
    int32_t level[ECC_ELEMENT_USERS]; /* those of a row of the first descent */
} eswi_ecc_search;

/* Lays out the memory of searches with at most `levels` levels; `search` may be NULL while measuring. */
ESW_LARGE void eswi_ecc_search_layout(eswi_ecc_search *search, eswi_carve *carve, int levels);

/* The combination of least value, the lowest in the order of users among equals, in level[n]; returns the value. The
 * levels are power_w[levels], ascending. n = 0 costs nothing. */
ESW_LARGE double eswi_ecc_search_levels(const eswi_ecc_element *element, ecc_search kind,
                                        const eswi_ecc_scan_kernels *kernels, const double *power_w, int levels,
                                        eswi_ecc_search *search, int32_t *level);

#endif
