/* CLO: a method on the host. */
#include "clo/clo.h"

void eswi_clo_solve(eswi_clo_runner *run, clo_method method, const eswi_clo_config *config,
                    const void *instance_block, void *state_block, void *decision_block)
{
    const eswi_clo_instance instance = eswi_clo_instance_view(config, instance_block);
    const eswi_clo_decision decision = eswi_clo_decision_view(config, decision_block);
    const eswi_clo_draws draws = eswi_clo_draws_of(&instance);
    eswi_clo_state state;
    eswi_clo_state_view(config, state_block, &state);
    *decision.method = method;
    run(&config->problem, method, &draws, &state, &decision.trace);
}
