#include "rival_grid.h"

#include <math.h>

enum { MOST_LEVELS = 4096 }; /* the parameter's upper bound */

/* y of the user: its cheapest download. */
static double download(const eswi_ecc_config *config, const eswi_ecc_grid_tables *tables, double result_bits,
                       const eswi_ecc_grid_link *link)
{
    double least = INFINITY;
    for (int p = 0; p < config->grid_power_levels; p++) {
        const double power = tables->power_w[ECC_DOWN][p];
        const double rate = link->band_hz[ECC_DOWN] * log2(1.0 + power * link->sinr_per_w[ECC_DOWN]);
        const double seconds = result_bits / rate;
        const double cost = config->weight_time * seconds + config->weight_energy * power * seconds;
        least = cost < least ? cost : least;
    }
    return least;
}

static rival_choice search(const eswi_ecc_config *config, const eswi_ecc_grid_tables *tables,
                           const eswi_ecc_profile *profile, const eswi_ecc_grid_link *link, const double *speed)
{
    const double y = download(config, tables, profile->result_bits, link);
    const double phi = config->cycles_per_flop, total = profile->flops_before[profile->units];
    rival_choice best = {0, 0, 0, INFINITY};
    for (int s = 1; s <= profile->units; s++) {
        for (int p = 0; p < config->grid_power_levels; p++) {
            for (int r = 0; r < config->grid_unit_levels; r++) {
                const double power = tables->power_w[ECC_UP][p];
                const double rate = link->band_hz[ECC_UP] * log2(1.0 + power * link->sinr_per_w[ECC_UP]);
                const double before = profile->flops_before[s], after = total - before;
                const double sent = s < profile->units ? profile->bits[s] / rate : 0.0;
                const double latency = before / config->device_flops + after / speed[r] + sent;
                const double energy =
                    config->kappa_device * config->device_flops * config->device_flops * phi * before +
                    config->kappa_edge * speed[r] * speed[r] * phi * after + power * sent;
                const double utility = config->weight_time * latency + config->weight_energy * energy +
                                       (s < profile->units ? y : 0.0);
                if (utility < best.utility)
                    best = (rival_choice){s, p, r, utility};
            }
        }
    }
    return best;
}

void rival_grid(const eswi_ecc_config *config, const eswi_ecc_grid_tables *tables, int users,
                const int32_t *profile, const eswi_ecc_grid_link *links, rival_choice *choice)
{
    double speed[MOST_LEVELS];
    for (int r = 0; r < config->grid_unit_levels; r++)
        speed[r] = pow(tables->compute_units[r], config->lambda_exponent) * config->edge_unit_flops;
    for (int u = 0; u < users; u++)
        choice[u] = search(config, tables, &config->profiles[profile[u]], &links[u], speed);
}
