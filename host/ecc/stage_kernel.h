/* ECC: what staging computes of one user, one link, one block of four gains: shared by the loops of stage.c and
 * the threads of a device. Every number is a pure function of (seed, scenario, what it is for). */
#ifndef ESWI_ECC_STAGE_KERNEL_H
#define ESWI_ECC_STAGE_KERNEL_H

#include "base/detmath.h"
#include "base/philox.h"
#include "ecc/ecc.h"
#include "ecc/stage.h"

enum {
    ECC_STAGE_DRAWS = 4,        /* gains per Philox block */
    ECC_STAGE_PLACE_BLOCKS = 32 /* two candidate points each */
};

/* Side of the square the APs stand in. */
#define ECC_STAGE_SQUARE_M 1000.0

ESW_FN double eswi_ecc_distance(const double *a, const double *b)
{
    const double dx = a[0] - b[0], dy = a[1] - b[1];
    return sqrt(dx * dx + dy * dy);
}

/* A point of the unit disc: the first candidate of the square [-1, 1]^2 that lies in it, two candidates per
 * block. Each is accepted with probability pi / 4 and, given that, is uniform in the disc; none of 64 is
 * with probability 1e-42, and then the centre stands in. No uniform point can be had from finitely many
 * draws by + - * / sqrt alone: its angle needs pi. */
ESW_FN void eswi_ecc_place_in_disc(uint64_t seed, uint64_t scenario, uint32_t user, double point[2])
{
    point[0] = point[1] = 0.0;
    for (uint32_t block = 0; block < ECC_STAGE_PLACE_BLOCKS; block++) {
        const eswi_draw draw = eswi_philox(seed, scenario, ECC_STREAM_PLACE, user, block);
        for (int k = 0; k < 2; k++) {
            const double x = 2.0 * (double)eswi_uniform(draw.w[2 * k]) - 1.0;
            const double y = 2.0 * (double)eswi_uniform(draw.w[2 * k + 1]) - 1.0;
            if (x * x + y * y <= 1.0) {
                point[0] = x;
                point[1] = y;
                return;
            }
        }
    }
}

/* Where a user stands; *ap is its AP where the layout says it beforehand. */
ESW_FN void eswi_ecc_place_user(const eswi_ecc_config *config, uint64_t seed, uint64_t scenario, int user,
                                double xy_m[2], int32_t *ap)
{
    if (config->layout == ECC_UNIFORM) {
        const eswi_draw draw = eswi_philox(seed, scenario, ECC_STREAM_PLACE, (uint32_t)user, 0);
        xy_m[0] = ECC_STAGE_SQUARE_M * (double)eswi_uniform(draw.w[0]);
        xy_m[1] = ECC_STAGE_SQUARE_M * (double)eswi_uniform(draw.w[1]);
        return;
    }
    double point[2];
    eswi_ecc_place_in_disc(seed, scenario, (uint32_t)user, point);
    *ap = user % config->aps;
    for (int axis = 0; axis < 2; axis++) {
        xy_m[axis] = config->ap_xy_m[*ap][axis] + config->cell_radius_m * point[axis];
    }
}

/* The network of a user: one of the profiles. */
ESW_FN int32_t eswi_ecc_draw_profile(const eswi_ecc_config *config, uint64_t seed, uint64_t scenario, int user)
{
    if (config->n_profiles == 1)
        return 0;
    const eswi_draw draw = eswi_philox(seed, scenario, ECC_STREAM_PROFILE, (uint32_t)user, 0);
    return (int32_t)eswi_index(draw.w[0], (uint32_t)config->n_profiles);
}

/* One user's place, distances, AP and network. */
ESW_FN void eswi_ecc_stage_user(const eswi_ecc_config *config, uint64_t seed, uint64_t scenario, int user,
                                const eswi_ecc_instance *instance)
{
    double xy_m[2], nearest_m = 0.0;
    double *distance_m = instance->distance_m + (size_t)user * (size_t)config->aps;
    int32_t own = 0, nearest = 0;
    eswi_ecc_place_user(config, seed, scenario, user, xy_m, &own);
    for (int n = 0; n < config->aps; n++) {
        const double d = eswi_ecc_distance(xy_m, config->ap_xy_m[n]);
        distance_m[n] = d;
        nearest = n == 0 || d < nearest_m ? n : nearest;
        nearest_m = n == 0 || d < nearest_m ? d : nearest_m;
    }
    instance->ap_of_user[user] = config->layout == ECC_UNIFORM ? nearest : own;
    instance->profile_of_user[user] = eswi_ecc_draw_profile(config, seed, scenario, user);
}

/* max(d, 1 m)^-alpha. */
ESW_FN float eswi_ecc_mean_gain(double exponent, double distance_m)
{
    const double d = distance_m > 1.0 ? distance_m : 1.0;
    return (float)eswi_exp2(-exponent * eswi_log2(d));
}

/* Which block holds the gains of subchannels 4 q .. 4 q + 3 to an AP. */
ESW_FN uint32_t eswi_ecc_gain_block(uint32_t ap, uint32_t q)
{
    return ap << 16 | q;
}

/* |h|^2 = mean * Exp(1), single precision. */
ESW_FN float eswi_ecc_faded_gain(float mean, uint32_t word)
{
    return mean * eswi_exponential(word);
}

#endif
