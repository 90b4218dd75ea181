/* gd and li-gd on staged instances, computed in every way that must not matter. */
#ifndef ESW_TEST_DESCENTS_H
#define ESW_TEST_DESCENTS_H

#include "backend/cpu/isa.h"
#include "cases.h"
#include "ecc_setup.h"

/* Whether a scenario takes all lanes (lane = subchannel) or one of them (lane = scenario). */
typedef enum { SPREAD_BY_SIZE, SPREAD_NEVER, SPREAD_ALWAYS } descent_spread;

/* What eswi_ecc_spreads answers from now on, and how often it has been asked. */
extern descent_spread descent_spreading;
extern int descent_spread_questions;

/* How to compute; zeros stand for one thread, all scenarios in one batch and the best instruction set. */
typedef struct descent_way {
    int threads;
    uint32_t batch;
    const eswi_cpu_kernels *kernels;
    descent_spread spread;
} descent_way;

/* Scenarios 0 .. count-1 of one config with their decisions. */
typedef struct descents {
    eswi_ecc_config *config;
    uint32_t count;
    size_t instance_bytes, decision_bytes;
    char *instances, *decisions;
} descents;

/* `overrides` as in ecc_configure; parameters of methods do not change the instances of a seed. */
void descents_open(descents *d, const char *overrides, uint64_t seed, uint32_t count);
void descents_close(descents *d);

/* Decides all scenarios; memory that is not part of a decision keeps a pattern, so that blocks can be
 * compared. */
void descents_solve(descents *d, ecc_method method, descent_way way);

eswi_ecc_instance descents_instance(const descents *d, uint32_t scenario);
eswi_ecc_decision descents_decision(const descents *d, uint32_t scenario);

/* The accountant's sum of utilities of a decision, and of keeping everybody local. */
double descents_value(const descents *d, uint32_t scenario);
double descents_local_value(const descents *d, uint32_t scenario);

/* True if the environment asks for the long forms of the tests. */
bool descents_in_full(void);

#endif
