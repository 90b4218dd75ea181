/* ECC: who sends, and where, for a handful of users.
 *
 * A table holds, for one direction of one subchannel, a lower bound and the value of every set of its users that may
 * send there. A candidate is a set of senders, with a subchannel each where the assignment is free; it costs its
 * elements and the computing of those who stay local. Elements only add up to more when they share a subchannel
 * (interference only raises prices), so the bounds of single users, summed, bound every set, and every element that has
 * been solved raises the bounds of the sets above it. Best first: the candidate of least bound has its elements solved
 * until one is done whose bound is not above any other's.
 *
 * Shared with GPU code: bodies in arena_search.h.
 */
#ifndef ESWI_ECC_ARENA_H
#define ESWI_ECC_ARENA_H

#include "base/carve.h"
#include "ecc/element_build.h"
#include "ecc/frontier.h"
#include "ecc/search.h"

enum {
    ECC_ARENA_USERS = 10,     /* of a component with a fixed assignment */
    ECC_ARENA_FREE_USERS = 8, /* with a free assignment: 3^U steps per candidate and subchannel */
    ECC_ARENA_FREE_SUBCHANNELS = 16,
    ECC_ARENA_TABLES = 2 * ECC_ARENA_FREE_SUBCHANNELS
};

/* By how much the bound of a scenario is lowered at last, relative: more than adding up components, here or in the
 * accountant, rounds. Searches go on until the gap is reached with the lowered bound. */
#define ECC_REPORTED_MARGIN 0x1p-40

/* One direction of one subchannel. Arrays by set of arena users; only subsets of `members` are used. */
typedef struct eswi_ecc_table {
    int direction, subchannel;
    unsigned members;
    double *bound, *value; /* [sets] value is +inf until the set is solved */
    double *power_w;       /* [sets][users] at which it is taken */
} eswi_ecc_table;

typedef struct eswi_ecc_arena {
    eswi_ecc_scene scene;
    int n;
    int32_t user[ECC_ARENA_USERS]; /* ascending */
    double local[ECC_ARENA_USERS]; /* what staying local costs */
    int32_t slices[ECC_DIRECTIONS][ECC_ARENA_USERS];
    bool free;   /* tables are alternatives: all subchannels, up then down */
    bool paired; /* free: one subchannel for both directions */
    int n_tables;
    eswi_ecc_table table[ECC_ARENA_TABLES];
    unsigned cluster[ECC_ARENA_FREE_USERS]; /* free: the users of every AP present, as sets */
    int n_clusters;
    double *cost, *partition; /* [sets], [directions][subchannels + 1][sets] */
    eswi_ecc_element *element; /* the one being solved */
    /* How elements are solved. */
    ecc_method method;
    const eswi_ecc_optimum_kernels *kernels;
    eswi_ecc_frontier *frontier;
    eswi_ecc_search *search;
    const double *level_w[ECC_DIRECTIONS]; /* grid-optimum: [levels] */
    int64_t nodes, nodes_left;
    double deadline_s; /* 0: none */
    bool out_of_nodes, out_of_time;
    /* The answer. */
    double value, bound;
    unsigned senders, chosen[ECC_ARENA_TABLES]; /* sets */
} eswi_ecc_arena;

/* Memory of an arena of at most `users` users and `tables` tables; `arena` may be NULL while measuring. */
ESW_LARGE void eswi_ecc_arena_layout(eswi_ecc_arena *arena, eswi_carve *carve, int users, int tables);

/* Whether its time is over, which then is noted in `out_of_time`. */
ESW_LARGE bool eswi_ecc_arena_late(eswi_ecc_arena *arena);

/* Solves an arena whose fields above the answer are set; tables' arrays are filled here. */
ESW_LARGE void eswi_ecc_arena_solve(eswi_ecc_arena *arena);

#endif
