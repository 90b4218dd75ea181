/* ECC: from an instance to its elements and chains, the bodies of element_build.h for the CPU and for CUDA. */
#ifndef ESWI_ECC_SCENE_BUILD_H
#define ESWI_ECC_SCENE_BUILD_H

#include "ecc/element_build.h"
#include "ecc/layers.h"

ESW_LARGE double eswi_ecc_local_utility(const eswi_ecc_scene *scene, int user)
{
    const eswi_ecc_profile *profile = &scene->config->profiles[scene->instance->profile_of_user[user]];
    return eswi_ecc_compute_utility(scene->config, profile, profile->units);
}

ESW_LARGE_OWN double scene_gain(const eswi_ecc_scene *scene, int direction, int user, int ap, int subchannel)
{
    const size_t link = (size_t)user * (size_t)scene->config->aps + (size_t)ap;
    return (double)
        scene->instance->gain[direction][link * (size_t)scene->config->subchannels + (size_t)subchannel];
}

/* The gain through which user i hears user v, both sending on the subchannel: (5), (8) and the SIC order. */
ESW_LARGE double eswi_ecc_heard_through(const eswi_ecc_scene *scene, int d, int subchannel, int i, int v)
{
    const int32_t *ap = scene->instance->ap_of_user;
    if (scene->access == ECC_OMA)
        return 0.0;
    if (ap[v] != ap[i])
        return d == ECC_UP ? scene_gain(scene, d, v, ap[i], subchannel)
                           : scene_gain(scene, d, i, ap[v], subchannel);
    if (scene->access == ECC_OMA_IN_CELL)
        return 0.0;
    const double gain_v = scene_gain(scene, d, v, ap[i], subchannel),
                 gain_i = scene_gain(scene, d, i, ap[i], subchannel);
    const bool remains = gain_v == gain_i ? v > i : d == ECC_UP ? gain_v < gain_i : gain_v > gain_i;
    const bool through_v = d == ECC_UP || scene->config->reading == ECC_PUBLISHED;
    return !remains ? 0.0 : through_v ? gain_v : gain_i;
}

ESW_LARGE_OWN double scene_own_gain(const eswi_ecc_scene *scene, int d, int subchannel, int user)
{
    return scene_gain(scene, d, user, scene->instance->ap_of_user[user], subchannel);
}

ESW_LARGE double eswi_ecc_own(const eswi_ecc_scene *scene, int direction, int subchannel, int user, int slices)
{
    return scene_own_gain(scene, direction, subchannel, user) / (scene->config->noise_w[direction] / slices);
}

/* Puts down the numbers of users[a] among the senders users[n]. */
ESW_LARGE_OWN void scene_put_sender(const eswi_ecc_scene *scene, int direction, int subchannel,
                                    const int32_t *users, int n, int a, int slices, const eswi_ecc_senders *to)
{
    const eswi_ecc_config *config = scene->config;
    const int user = users[a], profile = scene->instance->profile_of_user[user];
    const double noise_w = config->noise_w[direction] / slices, band_hz = config->subchannel_hz[direction] / slices;
    const eswi_ecc_envelope *envelope = &scene->envelopes[profile];
    double *heard = to->heard + (size_t)a * (size_t)to->capacity;
    double *fixed = to->fixed + a * ECC_ELEMENT_LINES, *slope = to->slope + a * ECC_ELEMENT_LINES;
    to->own[a] = eswi_ecc_own(scene, direction, subchannel, user, slices);
    for (int b = 0; b < n; b++)
        heard[b] =
            a == b ? 0.0 : eswi_ecc_heard_through(scene, direction, subchannel, user, users[b]) / noise_w;
    to->lines[a] = direction == ECC_UP ? envelope->n : 1;
    fixed[0] = 0.0;
    slope[0] = config->profiles[profile].result_bits / band_hz;
    for (int k = 0; k < to->lines[a] && direction == ECC_UP; k++) {
        fixed[k] = envelope->fixed[k];
        slope[k] = envelope->bits[k] / band_hz;
    }
}

ESW_LARGE void eswi_ecc_element_build(const eswi_ecc_scene *scene, int direction, int subchannel,
                                      const int32_t *users, const int32_t *slices, int n, eswi_ecc_element *e)
{
    const eswi_ecc_senders senders = {ECC_ELEMENT_USERS, e->own,          &e->heard[0][0],
                                      e->lines,          &e->fixed[0][0], &e->slope[0][0]};
    e->n = n;
    e->weight_time = scene->config->weight_time;
    e->weight_energy = scene->config->weight_energy;
    e->power_min_w = scene->config->power_min_w[direction];
    e->power_max_w = scene->config->power_max_w[direction];
    for (int a = 0; a < n; a++)
        scene_put_sender(scene, direction, subchannel, users, n, a, slices[a], &senders);
}

ESW_LARGE void eswi_ecc_senders_layout(eswi_ecc_senders *senders, eswi_carve *carve, int capacity)
{
    const size_t users = (size_t)capacity;
    double *own = ESWI_CARVE(carve, double, users), *heard = ESWI_CARVE(carve, double, users *users);
    int *lines = ESWI_CARVE(carve, int, users);
    double *fixed = ESWI_CARVE(carve, double, users *ECC_ELEMENT_LINES);
    double *slope = ESWI_CARVE(carve, double, users *ECC_ELEMENT_LINES);
    const eswi_ecc_senders laid_out = {capacity, own, heard, lines, fixed, slope};
    *senders = laid_out;
}

ESW_LARGE void eswi_ecc_crowd_build(const eswi_ecc_scene *scene, int direction, int subchannel,
                                    const int32_t *users, const int32_t *slices, int n,
                                    const eswi_ecc_senders *senders, eswi_ecc_crowd *c)
{
    c->n = n;
    c->stride = senders->capacity;
    c->weight_time = scene->config->weight_time;
    c->weight_energy = scene->config->weight_energy;
    c->power_min_w = scene->config->power_min_w[direction];
    c->power_max_w = scene->config->power_max_w[direction];
    c->own = senders->own;
    c->heard = senders->heard;
    c->lines = senders->lines;
    c->fixed = senders->fixed;
    c->slope = senders->slope;
    for (int a = 0; a < n; a++)
        scene_put_sender(scene, direction, subchannel, users, n, a,
                         scene->access == ECC_NOMA ? 1 : slices[users[a]], senders);
}

/* Users in the order of decoding: largest gain first in the uplink, smallest in the downlink, then the smaller index. */
ESW_LARGE_OWN void scene_sort_by_decoding(const eswi_ecc_scene *scene, int d, int subchannel,
                                          const int32_t *users, int n, int *order)
{
    for (int k = 0; k < n; k++) {
        const double gain = scene_own_gain(scene, d, subchannel, users[k]);
        int at = k;
        for (; at > 0; at--) {
            const double other = scene_own_gain(scene, d, subchannel, users[order[at - 1]]);
            if (!(d == ECC_UP ? gain > other : gain < other))
                break;
            order[at] = order[at - 1];
        }
        order[at] = k;
    }
}

ESW_LARGE void eswi_ecc_cell_build(const eswi_ecc_scene *scene, int d, int subchannel, const int32_t *users,
                                   int n, const double *local, const float *power, int levels, eswi_ecc_cell *c)
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
    scene_sort_by_decoding(scene, d, subchannel, users, n, order);
    for (int k = 0; k < n; k++) {
        const int user = users[order[k]], profile = scene->instance->profile_of_user[user];
        const double gain = scene_own_gain(scene, d, subchannel, user) / noise_w;
        const double hears = own_channel ? gain : 1.0, adds = own_channel ? 1.0 : gain;
        const eswi_ecc_envelope *envelope = &scene->envelopes[profile];
        c->order[k] = order[k];
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
    eswi_ecc_cell_lay_states(c, keenest, most);
}

#endif
