/* ECC: who hears whom once every user has its subchannel; the only place where access mode, direction and reading
 * matter (fixed.h computes). Shared by CPU and CUDA. */
#ifndef ESWI_ECC_FIXED_LOAD_H
#define ESWI_ECC_FIXED_LOAD_H

#include "base/carve.h"
#include "base/detmath.h"
#include "ecc/blocks.h"
#include "ecc/fixed.h"
#include "ecc/links.h"

/* Places the arrays of one direction's problem with fixed subchannels. */
ESW_FN void eswi_ecc_fixed_layout(eswi_ecc_fixed *p, eswi_carve *carve, const eswi_ecc_config *config)
{
    const size_t users = (size_t)config->users, rows = users * ECC_LANES;
    const long long cluster = (long long)config->cluster_cap * config->aps;
    const size_t pairs = (size_t)(cluster < config->users ? cluster : config->users);

    p->users = config->users;
    p->pairs = (int)pairs;
    p->weight_time = (float)config->weight_time;
    p->weight_energy = (float)config->weight_energy;
    p->own = ESWI_CARVE(carve, float, rows);
    p->noise = ESWI_CARVE(carve, float, rows);
    p->share = ESWI_CARVE(carve, float, rows);
    p->heard = ESWI_CARVE(carve, uint16_t, rows * pairs);
    p->hearer = ESWI_CARVE(carve, uint16_t, rows * pairs);
    p->heard_gain = ESWI_CARVE(carve, float, rows *pairs);
    p->hearer_gain = ESWI_CARVE(carve, float, rows *pairs);
    p->heard_count = ESWI_CARVE(carve, int32_t, rows);
    p->hearer_count = ESWI_CARVE(carve, int32_t, rows);
    p->ratio = ESWI_CARVE(carve, float, rows);
    p->slope = ESWI_CARVE(carve, float, rows);
    p->pull = ESWI_CARVE(carve, float, rows);
}

/* Who asks whom he hears. */
typedef struct eswi_ecc_listener {
    const eswi_ecc_config *config;
    const eswi_ecc_instance *instance;
    int direction;
    ecc_access access;
    float inverse_noise;
} eswi_ecc_listener;

ESW_FN float eswi_ecc_raw_gain(const eswi_ecc_listener *v, int user, int ap, int subchannel)
{
    const size_t row = (size_t)user * v->config->aps + ap;
    return eswi_ecc_gains(v->instance, v->direction)[row * v->config->subchannels + subchannel];
}

/* The gain over noise with which `hearer` hears `source` on their common subchannel; 0 if it does not. */
ESW_FN float eswi_ecc_heard_gain(const eswi_ecc_listener *v, int hearer, int source, int subchannel)
{
    const int down = v->direction == ECC_DOWN;
    const int ap = v->instance->ap_of_user[hearer], other = v->instance->ap_of_user[source];
    if (v->access == ECC_OMA)
        return 0.0f;
    if (ap != other) {
        const float between = down ? eswi_ecc_raw_gain(v, hearer, other, subchannel)
                                   : eswi_ecc_raw_gain(v, source, ap, subchannel);
        return between * v->inverse_noise;
    }
    if (v->access == ECC_OMA_IN_CELL)
        return 0.0f;
    /* Successive cancellation: only who is decoded later is heard. Uplink: strong first; downlink: weak first. */
    const float mine = eswi_ecc_raw_gain(v, hearer, ap, subchannel),
                theirs = eswi_ecc_raw_gain(v, source, ap, subchannel);
    const int later = mine == theirs ? source > hearer : down ? theirs > mine : theirs < mine;
    if (!later)
        return 0.0f;
    return (down && v->config->reading == ECC_REPAIRED ? mine : theirs) * v->inverse_noise;
}

/* Copies an instance with its assignment of `direction` into lane `lane`: who hears whom in `access`. Users without a
 * subchannel are alone. `scratch` holds M + U ints. */
ESW_FN void eswi_ecc_fixed_load(eswi_ecc_fixed *p, const eswi_ecc_config *config,
                                const eswi_ecc_instance *instance, int direction, ecc_access access,
                                const int32_t *assigned, int lane, int32_t *scratch)
{
    const int users = config->users;
    int32_t *head = scratch, *next = scratch + config->subchannels;
    const eswi_ecc_listener view = {config, instance, direction, access,
                                    (float)(1.0 / config->noise_w[direction])};

    eswi_ecc_link_users(users, config->subchannels, assigned, head, next);
    for (int u = 0; u < users; u++) {
        const int i = u * ECC_LANES + lane, m = assigned[u], ap = instance->ap_of_user[u];
        const size_t list = (size_t)u * p->pairs * ECC_LANES + lane;
        int heard = 0, hearers = 0, sharing = 0;
        for (int v = m < 0 ? -1 : head[m]; v >= 0; v = next[v]) {
            sharing += access == ECC_OMA || (access == ECC_OMA_IN_CELL && instance->ap_of_user[v] == ap);
            if (v == u)
                continue;
            const float in = eswi_ecc_heard_gain(&view, u, v, m), out = eswi_ecc_heard_gain(&view, v, u, m);
            if (in > 0.0f) {
                p->heard[list + (size_t)heard * ECC_LANES] = (uint16_t)v;
                p->heard_gain[list + (size_t)heard++ * ECC_LANES] = in;
            }
            if (out > 0.0f) {
                p->hearer[list + (size_t)hearers * ECC_LANES] = (uint16_t)v;
                p->hearer_gain[list + (size_t)hearers++ * ECC_LANES] = out;
            }
        }
        p->heard_count[i] = heard;
        p->hearer_count[i] = hearers;
        const float slice = sharing > 1 ? 1.0f / (float)sharing : 1.0f;
        p->own[i] = m < 0 ? 0.0f : eswi_ecc_raw_gain(&view, u, ap, m) * view.inverse_noise;
        p->noise[i] = slice;
        p->share[i] = slice;
    }
}

#endif
