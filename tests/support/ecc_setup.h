/* ECC set up for a test: a config from the parameter table's defaults and a text of overrides, an instance,
 * a decision and the scratch of the baselines. */
#ifndef ESW_TEST_ECC_SETUP_H
#define ESW_TEST_ECC_SETUP_H

#include "ecc/ecc.h"
#include "ecc/params.h"

typedef struct ecc_setup {
    eswi_ecc_config *config;
    void *instance_block, *decision_block, *scratch;
    eswi_ecc_instance instance;
    eswi_ecc_decision decision;
} ecc_setup;

/* Configures from overrides such as "users=60 access=oma profile={\"mix\":[\"a\",\"b\"]}": names of the
 * parameter table, values as in an experiment file (a tree as JSON), separated by blanks. Line 7 is where
 * all of them claim to stand. */
esw_status ecc_configure(const char *overrides, eswi_ecc_config **config, esw_error *error);

/* The same, which must succeed, with memory. Nothing is staged. */
void ecc_setup_open(ecc_setup *setup, const char *overrides);
void ecc_setup_close(ecc_setup *setup);

void ecc_setup_stage(ecc_setup *setup, uint64_t seed, uint64_t scenario);
void ecc_setup_solve(ecc_setup *setup, ecc_method method);

/* True if the user computes some units at the edge. */
bool ecc_setup_sends(const ecc_setup *setup, int user);

/* Fails the test unless the call failed with `status` and a text that holds `words`. */
void ecc_expect_failure(esw_status found, const esw_error *error, esw_status status, const char *words);

#endif
