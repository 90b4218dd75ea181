#include "ecc/element_build.h"

#include <string.h>

static double own_gain(const eswi_ecc_scene *scene, int d, int subchannel, int user)
{
    const size_t aps = (size_t)scene->config->aps, ap = (size_t)scene->instance->ap_of_user[user];
    const size_t link = (size_t)user * aps + ap;
    return (double)scene->instance->gain[d][link * (size_t)scene->config->subchannels + (size_t)subchannel];
}

/* Users in the order of decoding: largest gain first in the uplink, smallest in the downlink, then the smaller index. */
static void sort_by_decoding(const eswi_ecc_scene *scene, int d, int subchannel, const int32_t *users, int n,
                             int *order)
{
    for (int k = 0; k < n; k++) {
        const double gain = own_gain(scene, d, subchannel, users[k]);
        int at = k;
        for (; at > 0; at--) {
            const double other = own_gain(scene, d, subchannel, users[order[at - 1]]);
            if (!(d == ECC_UP ? gain > other : gain < other))
                break;
            order[at] = order[at - 1];
        }
        order[at] = k;
    }
}

void eswi_ecc_cell_build(const eswi_ecc_scene *scene, int d, int subchannel, const int32_t *users, int n,
                         const double *local, const float *power, int levels, eswi_ecc_cell *c)
{
    const eswi_ecc_config *config = scene->config;
    const bool own_channel = d == ECC_DOWN && config->reading == ECC_REPAIRED;
    const double noise_w = config->noise_w[d], band_hz = config->subchannel_hz[d];
    int order[ECC_CHAIN_USERS];
    double most = 0.0, keenest = 0.0;
    memset(c, 0, sizeof *c);
    c->n = n;
    c->levels = levels;
    c->power = power;
    c->weight_time = (float)config->weight_time;
    c->weight_energy = (float)config->weight_energy;
    sort_by_decoding(scene, d, subchannel, users, n, order);
    for (int k = 0; k < n; k++) {
        const int user = users[order[k]], profile = scene->instance->profile_of_user[user];
        const double gain = own_gain(scene, d, subchannel, user) / noise_w;
        const double hears = own_channel ? gain : 1.0, adds = own_channel ? 1.0 : gain;
        const eswi_ecc_envelope *envelope = &scene->envelopes[profile];
        c->own[k] = (float)gain;
        c->hears[k] = (float)hears;
        c->adds[k] = (float)adds;
        c->local[k] = local[order[k]] < eswi_inf() ? (float)local[order[k]] : FLT_MAX;
        c->lines[k] = d == ECC_UP ? envelope->n : 1;
        c->slope[k][0] = (float)(config->profiles[profile].result_bits / band_hz);
        for (int line = 0; line < c->lines[k] && d == ECC_UP; line++) {
            c->fixed[k][line] = (float)envelope->fixed[line];
            c->slope[k][line] = (float)(envelope->bits[line] / band_hz);
        }
        most += adds * config->power_max_w[d];
        keenest = hears > keenest ? hears : keenest;
    }
    const double offset = 1.0 / keenest,
                 top = ECC_CHAIN_STATES - 2.0 * n - 4.0; /* rounding up climbs two a user */
    c->offset = (float)offset;
    c->octaves = (float)(eswi_log2((offset + most) / offset) * 1.0001 * ECC_CHAIN_STATES / top);
}
