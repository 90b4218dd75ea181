/* CANSA set up for a test: a config from the parameter table's defaults and a text of overrides, and memory for one
 * instance and one decision. */
#ifndef ESW_TEST_CANSA_SETUP_H
#define ESW_TEST_CANSA_SETUP_H

#include "cansa/cansa.h"
#include "cansa/params.h"

typedef struct cansa_setup {
    eswi_cansa_config *config;
    void *instance_block, *decision_block, *scratch;
    eswi_cansa_instance instance;
    eswi_cansa_decision decision;
} cansa_setup;

/* Configures from overrides such as "clients=8 reading=as-code", separated by blanks. Line 7 is where all of them claim
 * to stand. */
esw_status cansa_configure(const char *overrides, eswi_cansa_config **config, esw_error *error);

/* The same, which must succeed, with memory. Nothing is staged. */
void cansa_setup_open(cansa_setup *setup, const char *overrides);
void cansa_setup_close(cansa_setup *setup);

void cansa_setup_stage(cansa_setup *setup, uint64_t seed, uint64_t scenario);

/* Solves the instance as it is, by the CPU's functions for the instruction set `isa` of those this machine has (0 is the
 * best); false if there are no more. The instance goes into lane `lane` of its pack, beside copies of it. */
bool cansa_setup_solve(cansa_setup *setup, cansa_method method, int isa, int lane);

/* Fails the running test unless the two decisions have the same bids, RBs and options. `name` says whose they are. */
void cansa_expect_same(const cansa_setup *setup, const eswi_cansa_decision *expected, const char *name);

#endif
