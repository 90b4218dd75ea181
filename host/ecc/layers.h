/* ECC: what the common split j costs in computing, and which users are offloading at it. Shared by CPU and CUDA. */
#ifndef ESWI_ECC_LAYERS_H
#define ESWI_ECC_LAYERS_H

#include "base/carve.h"
#include "ecc/ecc.h"

typedef struct eswi_ecc_layers {
    int sets;        /* offloading sets: one per distinct depth among the users' networks */
    int *depth;      /* [sets] ascending; in set k the users with F >= depth[k] offload */
    double *compute; /* [max F] utilities of computing at split j, sum over users; j = 1 .. deepest - 1 */
    double local;    /* sum of utilities with everybody local */
} eswi_ecc_layers;

ESW_FN void eswi_ecc_layers_layout(eswi_ecc_layers *layers, eswi_carve *carve, const eswi_ecc_config *config)
{
    layers->depth = ESWI_CARVE(carve, int, (size_t)config->n_profiles);
    layers->compute = ESWI_CARVE(carve, double, (size_t)config->max_units);
}

/* wT T + wE E of computing only, (13), (16), for a network split after `split` units with r* at the edge. */
ESW_FN double eswi_ecc_compute_utility(const eswi_ecc_config *config, const eswi_ecc_profile *profile,
                                       int split)
{
    const double device = config->weight_time * config->device_seconds_per_flop +
                          config->weight_energy * config->device_joules_per_flop;
    const double edge = config->weight_time * config->edge_seconds_per_flop +
                        config->weight_energy * config->edge_joules_per_flop;
    return device * profile->flops_before[split] + edge * profile->flops_after[split];
}

/* Inserts a depth into the ascending list of distinct ones. */
ESW_FN void eswi_ecc_insert_depth(eswi_ecc_layers *layers, int units)
{
    int k = 0;
    while (k < layers->sets && layers->depth[k] < units)
        k++;
    if (k < layers->sets && layers->depth[k] == units)
        return;
    for (int i = layers->sets++; i > k; i--)
        layers->depth[i] = layers->depth[i - 1];
    layers->depth[k] = units;
}

ESW_FN void eswi_ecc_layers_fill(eswi_ecc_layers *layers, const eswi_ecc_config *config,
                                 const eswi_ecc_instance *instance)
{
    layers->sets = 0;
    layers->local = 0.0;
    for (int j = 0; j < config->max_units; j++)
        layers->compute[j] = 0.0;
    for (int u = 0; u < config->users; u++) {
        const eswi_ecc_profile *profile = &config->profiles[instance->profile_of_user[u]];
        eswi_ecc_insert_depth(layers, profile->units);
        layers->local += eswi_ecc_compute_utility(config, profile, profile->units);
        for (int j = 1; j < config->max_units; j++)
            layers->compute[j] +=
                eswi_ecc_compute_utility(config, profile, j < profile->units ? j : profile->units);
    }
}

/* The offloading set of split j. */
ESW_FN int eswi_ecc_layers_set(const eswi_ecc_layers *layers, int split)
{
    int k = 0;
    while (split >= layers->depth[k])
        k++;
    return k;
}

#endif
