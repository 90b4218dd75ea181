/* ECC: grid-optimum, certified and joint on the CPU: what a config fixes, and the build of their shared bodies. */
#include "ecc/optimum.h"

#include "ecc/arena_search.h"
#include "ecc/frontier_search.h"
#include "ecc/grid.h"
#include "ecc/joint_search.h"
#include "ecc/level_search.h"
#include "ecc/optimum_search.h"
#include "ecc/scene_build.h"

bool eswi_ecc_is_optimum(ecc_method method)
{
    return method == ECC_GRID_OPTIMUM || method == ECC_CERTIFIED || method == ECC_JOINT;
}

size_t eswi_ecc_optimum_tables_bytes(ecc_method method, const eswi_ecc_config *config)
{
    eswi_carve carve = {NULL, 0};
    eswi_ecc_optimum_tables measured;
    eswi_ecc_optimum_tables_layout(method, config, &carve, &measured);
    return carve.used;
}

/* The best compute units of every split: r* (Structure point 1), or the best level of the grid. */
static void prepare_computing(ecc_method method, const eswi_ecc_config *config,
                              const eswi_ecc_optimum_tables *t)
{
    const size_t splits = (size_t)config->max_units + 1;
    for (int i = 0; i < config->n_profiles; i++) {
        const eswi_ecc_profile *profile = &config->profiles[i];
        double *compute = t->compute + (size_t)i * splits, *units = t->units + (size_t)i * splits;
        for (int s = 1; s <= profile->units; s++) {
            units[s] = config->best_units;
            compute[s] = eswi_ecc_compute_utility(config, profile, s);
            for (int r = 0; r < config->grid_unit_levels && method == ECC_GRID_OPTIMUM; r++) {
                const double level = eswi_ecc_grid_compute_units(config->units_min, config->units_max, r,
                                                                 config->grid_unit_levels);
                const double value = eswi_ecc_grid_computing(config, profile, s, level);
                if (r == 0 || value < compute[s]) {
                    compute[s] = value;
                    units[s] = level;
                }
            }
        }
        eswi_ecc_envelope_of(compute, profile->bits, profile->units - 1, &t->envelopes[i]);
    }
}

void eswi_ecc_optimum_tables_prepare(ecc_method method, const eswi_ecc_config *config, void *block)
{
    eswi_carve carve = {block, 0};
    eswi_ecc_optimum_tables t;
    eswi_ecc_optimum_tables_layout(method, config, &carve, &t);
    prepare_computing(method, config, &t);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        const double low = config->power_min_w[d], high = config->power_max_w[d];
        for (int k = 0; k < config->grid_power_levels && method == ECC_GRID_OPTIMUM; k++)
            t.level_w[d][k] = eswi_ecc_grid_power_w(low, high, k, config->grid_power_levels);
        for (int k = 0; k < ECC_CHAIN_LEVELS;
             k++) /* rounding must not leave a gap between levels, nor at the ends */
            t.chain_w[d][k] = (float)eswi_ecc_grid_power_w(low, high, k, ECC_CHAIN_LEVELS);
        t.chain_w[d][0] *= 1.0f - 0x1p-22f;
        t.chain_w[d][ECC_CHAIN_LEVELS - 1] *= 1.0f + 0x1p-22f;
    }
}

size_t eswi_ecc_optimum_workspace_bytes(ecc_method method, const eswi_ecc_config *config)
{
    eswi_carve carve = {NULL, 0};
    optimum_workspace measured;
    optimum_lay_out(method, config, &carve, &measured);
    return carve.used;
}

/* A worker's scratch: what a config fixes, then what one scenario needs. */
size_t eswi_ecc_optimum_bytes(ecc_method method, const eswi_ecc_config *config)
{
    return eswi_ecc_optimum_tables_bytes(method, config) + eswi_ecc_optimum_workspace_bytes(method, config);
}

void eswi_ecc_optimum_prepare(ecc_method method, const eswi_ecc_config *config, void *scratch)
{
    eswi_ecc_optimum_tables_prepare(method, config, scratch);
}

void eswi_ecc_solve_optimum(ecc_method method, const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                            const eswi_ecc_optimum_kernels *kernels, void *scratch,
                            const eswi_ecc_decision *decision)
{
    eswi_carve carve = {scratch, 0};
    eswi_ecc_optimum_tables tables;
    eswi_ecc_optimum_tables_layout(method, config, &carve, &tables);
    eswi_ecc_optimum_solve(method, config, &tables, instance, kernels, (char *)scratch + carve.used, decision);
}
