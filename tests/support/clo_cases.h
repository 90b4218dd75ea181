/* CLO configs and runs for tests. */
#ifndef CLO_CASES_H
#define CLO_CASES_H

#include "clo/params.h"
#include "clo/system.h"

/* A config of the parameters in a JSON object, all others at their defaults; fails the test if it is refused. */
eswi_clo_config *clo_config(const char *parameters);
void clo_config_free(eswi_clo_config *config);

/* A scenario staged and solved. */
typedef struct clo_case {
    eswi_clo_config *config;
    void *instance_block, *decision_block, *state_block;
    eswi_clo_instance instance;
    eswi_clo_decision decision;
} clo_case;

clo_case clo_open(eswi_clo_config *config); /* borrows the config */
void clo_solve(clo_case *c, clo_method method, uint64_t seed, uint64_t scenario);
void clo_close(clo_case *c);

#endif
