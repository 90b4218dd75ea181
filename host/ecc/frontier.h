/* ECC: branch and bound over the powers of an element, and the descent that gives it a first value.
 *
 * Boxes of powers are kept in a heap by their lower bound (bound.h) and halved, eight of the lowest at a time, until the
 * lowest bound reaches the best value found less the tolerance. Everything is deterministic: the order of the heap, the
 * boxes of a batch, the node limit. The value is that of a point, the bound holds whatever ended the search.
 *
 * Shared with GPU code: bodies in frontier_search.h.
 */
#ifndef ESWI_ECC_FRONTIER_H
#define ESWI_ECC_FRONTIER_H

#include "ecc/ecc.h"
#include "ecc/inner.h"

typedef struct eswi_ecc_node {
    double bound;
    int32_t branch;                                        /* the user whose range is halved next */
    float low[ECC_ELEMENT_USERS], high[ECC_ELEMENT_USERS]; /* log2 W */
} eswi_ecc_node;

/* When to stop. */
typedef struct eswi_ecc_limits {
    double gap;        /* relative: value - bound <= gap value */
    double slack;      /* or absolute: value - bound <= slack */
    double cutoff;     /* or bound >= cutoff: nobody needs to know more */
    int64_t nodes;     /* boxes bounded; the first sixteen are, whatever the limit */
    double deadline_s; /* of eswi_ecc_seconds; 0: none */
    int steps;         /* evaluations of the relaxation per box, >= 1 */
} eswi_ecc_limits;

enum { ECC_BOUND_STEPS = 6 };

typedef struct eswi_ecc_certificate {
    double value, bound;
    double power_w[ECC_ELEMENT_USERS]; /* where the value is taken */
    int64_t nodes;
    ecc_reason end; /* gap reached (or slack or cutoff), node limit, time limit */
} eswi_ecc_certificate;

/* Memory for `nodes` boxes waiting at a time: a search that runs out of it stops as at a node limit. */
typedef struct eswi_ecc_frontier {
    eswi_ecc_node *heap;
    int32_t capacity;
    eswi_ecc_boxes boxes;
    eswi_ecc_crowd crowd; /* the element at the powers below */
    double power_w[ECC_ELEMENT_USERS], around[ECC_ELEMENT_USERS], cost[ECC_ELEMENT_USERS];
    eswi_ecc_node batch[ECC_LANES]; /* what `boxes` holds */
} eswi_ecc_frontier;

/* Lowers a crowd's value from the powers it has by searching one user's power at a time, sixteen values of it side by
 * side, in ever narrower ranges, from `octaves` to either side to `narrowest`. Returns the value where it ended. */
ESW_LARGE double eswi_ecc_descend(const eswi_ecc_element_kernels *kernels, double octaves, double narrowest,
                                  eswi_ecc_crowd *crowd);

/* The same for one user, the others staying where they are. */
ESW_LARGE double eswi_ecc_descend_user(const eswi_ecc_element_kernels *kernels, int user, double octaves,
                                       double narrowest, eswi_ecc_crowd *crowd);

/* A range of powers so narrow that searching it gains next to nothing. */
#define ECC_DESCENT_FINE 0x1p-7

/* The octaves between the least power and the most. */
ESW_LARGE double eswi_ecc_octaves(double power_min_w, double power_max_w);

/* Minimises the element over its box of powers. n = 0 costs nothing. */
ESW_LARGE void eswi_ecc_certify(const eswi_ecc_element *element, const eswi_ecc_element_kernels *kernels,
                                const eswi_ecc_limits *limits, eswi_ecc_frontier *frontier,
                                eswi_ecc_certificate *result);

#endif
