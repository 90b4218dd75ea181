/* Random ECC problems for tests: small networks with every parameter drawn, their decisions, and dice to draw
 * with.
 *
 * Everything is a pure function of (seed, index) through Philox, so a failing case is replayed by its index
 * alone. Nothing here goes through the parameter table or the staging: the gains span ten decades, tie, and
 * belong to no geometry, which is more than real instances ask of the equations.
 */
#ifndef ESW_TEST_CASES_H
#define ESW_TEST_CASES_H

#include <stdbool.h>
#include <stdint.h>

#include "ecc/ecc.h"
#include "ecc/oracle.h"

/* A stream of random numbers. */
typedef struct dice {
    uint64_t seed, index;
    uint32_t drawn;
} dice;

dice dice_of(uint64_t seed, uint64_t index);
double dice_real(dice *d, double low, double high); /* uniform on (low, high) */
double dice_log(dice *d, double low, double high);  /* log-uniform, low > 0 */
int dice_int(dice *d, int low, int high);           /* uniform on low..high */
bool dice_chance(dice *d, double probability);

/* What to draw. 0 in a size leaves it to the dice. */
typedef struct case_shape {
    int aps, users, subchannels, cluster_cap;
    bool full;     /* as many users as the network takes: cluster_cap * aps * subchannels */
    bool ties;     /* users of one AP share gains */
    bool all_send; /* nobody is local */
    bool uneven;   /* some units take 1e14 to 1e20 operations, beside which the others must not get lost */
} case_shape;

enum {
    CASE_MAX_APS = 6,
    CASE_MAX_USERS = 96,
    CASE_MAX_SUBCHANNELS = 7,
    CASE_MAX_UNITS = 9,
    CASE_MAX_PROFILES = 3
};

/* A problem and one decision for it. Holds its own memory; views point into it, so it must not be copied. */
typedef struct test_case {
    eswi_ecc_config config;
    eswi_ecc_instance instance;
    eswi_ecc_decision decision;
    void *blocks[2];
    eswi_ecc_profile profiles[CASE_MAX_PROFILES];
    double flops[CASE_MAX_PROFILES][CASE_MAX_UNITS + 1];
    double flops_before[CASE_MAX_PROFILES][CASE_MAX_UNITS + 1];
    double flops_after[CASE_MAX_PROFILES][CASE_MAX_UNITS + 1];
    double bits[CASE_MAX_PROFILES][CASE_MAX_UNITS + 1];
} test_case;

/* Fills what the profiles hold beside the operations of each unit, once those are set. */
void case_sum_flops(test_case *c);

/* Draws config, instance and a feasible decision; case_free gives the memory back. */
void case_draw(test_case *c, uint64_t seed, uint64_t index, const case_shape *shape);
void case_free(test_case *c);

/* The oracle at the case's decision. */
eswi_ecc_oracle case_oracle(const test_case *c);

/* A cell of its own: one AP, one subchannel, `users` users that all send. */
void case_draw_cluster(test_case *c, uint64_t seed, uint64_t index, int users, ecc_access access);

const eswi_ecc_profile *case_profile(const test_case *c, int user);
float *case_gain(const test_case *c, int direction, int user, int ap, int subchannel);
float case_own_gain(const test_case *c, int direction, int user, int subchannel);

/* Sets a user's split and, where that makes it send or stop sending, its powers and units. */
void case_set_split(test_case *c, dice *d, int user, int split);

/* |a - b| / max(|a|, |b|), 0 for equal values (two zeros too), infinity where either is not finite. */
double relative_difference(double a, double b);

#endif
