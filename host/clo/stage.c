/* CLO: a scenario as a function of (seed, scenario): channels and arrivals of every slot. */
#include "clo/stage_kernel.h"

void eswi_clo_stage(const eswi_clo_config *config, uint64_t seed, uint64_t scenario,
                    const eswi_clo_instance *instance)
{
    const float mean = eswi_clo_mean_gain(config);
    for (int link = 0; link < config->problem.links; link++)
        for (int t = 0; t < config->slots; t += CLO_GAINS_A_BLOCK)
            eswi_clo_draw_gains(config, seed, scenario, link, t, mean, instance->gain);
    for (int k = 0; k < config->problem.devices; k++)
        eswi_clo_draw_arrivals(config, seed, scenario, k, instance->task);
}
