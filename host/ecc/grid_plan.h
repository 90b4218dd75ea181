/* ECC, method `grid`: how one user hears the others of its subchannel when all send at full power, (5) and (8).
 * Shared by the lists of grid_plan.c and the threads of a device, which add up the same users in the same order. */
#ifndef ESWI_ECC_GRID_PLAN_H
#define ESWI_ECC_GRID_PLAN_H

#include "base/portable.h"
#include "ecc/grid.h"

/* What user i has heard so far. */
typedef struct eswi_ecc_heard {
    double gain; /* of everyone it hears, times full power to be */
    int sharers; /* users that its slice of the band is shared with, itself included */
} eswi_ecc_heard;

ESW_FN double eswi_ecc_grid_gain(const eswi_ecc_config *config, const float *gain, int user, int ap,
                                 int subchannel)
{
    const size_t link = (size_t)user * (size_t)config->aps + (size_t)ap;
    return (double)gain[link * (size_t)config->subchannels + (size_t)subchannel];
}

/* The gain through which user i hears user v of its own cluster; 0 if SIC has removed it (decoding order, and
 * the printed form of (8), as in the accountant). `gain` is the direction's. */
ESW_FN double eswi_ecc_grid_intra_gain(const eswi_ecc_config *config, const float *gain, int direction, int ap,
                                       int v, int i, int subchannel)
{
    const double gain_v = eswi_ecc_grid_gain(config, gain, v, ap, subchannel);
    const double gain_i = eswi_ecc_grid_gain(config, gain, i, ap, subchannel);
    const bool later = gain_v == gain_i ? v > i : direction == ECC_UP ? gain_v < gain_i : gain_v > gain_i;
    const bool through_v = direction == ECC_UP || config->reading == ECC_PUBLISHED;
    return !later || v == i ? 0.0 : through_v ? gain_v : gain_i;
}

/* User i, of AP ap_i, hears user v, of AP ap_v, on their subchannel. */
ESW_FN void eswi_ecc_grid_hear(const eswi_ecc_config *config, const float *gain, int direction, int i, int ap_i,
                               int v, int ap_v, int subchannel, eswi_ecc_heard *heard)
{
    const ecc_access access = config->access;
    const bool same_cell = ap_v == ap_i;
    heard->sharers += access == ECC_OMA || (access == ECC_OMA_IN_CELL && same_cell);
    if (same_cell && access == ECC_NOMA) {
        heard->gain += eswi_ecc_grid_intra_gain(config, gain, direction, ap_i, v, i, subchannel);
    } else if (!same_cell && access != ECC_OMA) {
        heard->gain += direction == ECC_UP ? eswi_ecc_grid_gain(config, gain, v, ap_i, subchannel)
                                           : eswi_ecc_grid_gain(config, gain, i, ap_v, subchannel);
    }
}

/* The link of a user that has heard everyone. */
ESW_FN void eswi_ecc_grid_link_of(const eswi_ecc_config *config, const float *gain, int direction, int i,
                                  int ap, int subchannel, const eswi_ecc_heard *heard, double *sinr_per_w,
                                  double *band_hz)
{
    const int slices = config->access == ECC_NOMA ? 1 : heard->sharers;
    const double noise_w = config->noise_w[direction] / slices;
    *band_hz = config->subchannel_hz[direction] / slices;
    *sinr_per_w = eswi_ecc_grid_gain(config, gain, i, ap, subchannel) /
                  (heard->gain * config->power_max_w[direction] + noise_w);
}

#endif
