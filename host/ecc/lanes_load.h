/* ECC: memory of lane problems, and scenarios into lanes (lanes.h and descent.h compute). Shared by CPU and CUDA. */
#ifndef ESWI_ECC_LANES_LOAD_H
#define ESWI_ECC_LANES_LOAD_H

#include "base/carve.h"
#include "base/detmath.h"
#include "base/sort.h"
#include "ecc/blocks.h"
#include "ecc/descent.h"
#include "ecc/fixed_load.h"

/* Whether a scenario of this size spreads over the lanes (lane = subchannel) instead of sharing them with fifteen others
 * on the CPU: when sixteen scenarios' gains no longer fit a core's second-level cache and there is at least a lane row of
 * columns. */
#ifdef __cplusplus
extern "C"
#endif
    int
    eswi_ecc_spreads(const eswi_ecc_config *config);

/* Places the arrays of one direction's relaxed problem and sets its constants. */
ESW_FN void eswi_ecc_lanes_layout(eswi_ecc_lanes *p, eswi_carve *carve, const eswi_ecc_config *config,
                                  int direction, int across)
{
    const int tiles = across ? (config->subchannels + ECC_LANES - 1) / ECC_LANES : config->subchannels;
    const size_t users = (size_t)config->users, aps = (size_t)config->aps;
    const size_t columns = (size_t)tiles * users * ECC_LANES;

    p->users = config->users;
    p->aps = config->aps;
    p->tiles = tiles;
    p->columns = config->subchannels;
    p->across = across;
    const int same_aps = config->layout == ECC_USERS_AROUND_AP && !config->channels; /* in all scenarios */
    p->regular = ESW_LANES_LOAD_TOGETHER && (across || same_aps);
    p->downlink = direction == ECC_DOWN;
    p->published = config->reading == ECC_PUBLISHED;
    p->weight_time = (float)config->weight_time;
    p->weight_energy = (float)config->weight_energy;
    p->subchannel_hz = (float)config->subchannel_hz[direction];
    p->own = ESWI_CARVE(carve, float, columns);
    p->cross = ESWI_CARVE(carve, float, columns *aps);
    p->order = ESWI_CARVE(carve, uint16_t, columns);
    p->rank = ESWI_CARVE(carve, uint16_t, columns);
    p->ap = ESWI_CARVE(carve, uint16_t, users * ECC_LANES);
    p->first = ESWI_CARVE(carve, uint16_t, aps * ECC_LANES);
    p->last = ESWI_CARVE(carve, uint16_t, aps * ECC_LANES);
    p->efficiency = ESWI_CARVE(carve, float, columns);
    p->ratio = ESWI_CARVE(carve, float, columns);
    p->slope = ESWI_CARVE(carve, float, columns);
    p->column = ESWI_CARVE(carve, float, users *ECC_LANES);
    p->scaled = ESWI_CARVE(carve, float, users *ECC_LANES);
    p->chain = ESWI_CARVE(carve, float, users *ECC_LANES);
    p->coupled = ESWI_CARVE(carve, float, users *ECC_LANES);
    p->ap_sum = ESWI_CARVE(carve, float, aps *ECC_LANES);
}

/* Decoding order of one column: the uplink decodes the strongest first, the downlink the weakest; the smaller index
 * first among equals. Positive floats sort like their bits. */
ESW_FN void eswi_ecc_order_column(const eswi_ecc_lanes *p, const eswi_ecc_config *config,
                                  const eswi_ecc_instance *instance, int subchannel, int tile, int lane,
                                  uint64_t *keys)
{
    const int users = p->users, aps = p->aps, columns = config->subchannels;
    const float *gain = eswi_ecc_gains(instance, p->downlink ? ECC_DOWN : ECC_UP);
    uint16_t *order = (uint16_t *)p->order + (size_t)tile * users * ECC_LANES + lane;
    uint16_t *rank = (uint16_t *)p->rank + (size_t)tile * users * ECC_LANES + lane;
    int position = 0;

    for (int n = 0; n < aps; n++) {
        int count = 0;
        for (int u = 0; u < users; u++) {
            if (instance->ap_of_user[u] != n)
                continue;
            const uint32_t bits =
                subchannel < columns ? eswi_bits(gain[((size_t)u * aps + n) * columns + subchannel]) : 0;
            keys[count++] = (uint64_t)(p->downlink ? bits : ~bits) << 32 | (uint32_t)u;
        }
        eswi_sort_keys(keys, (size_t)count, keys + users);
        for (int k = 0; k < count; k++, position++) {
            const uint32_t user = (uint32_t)keys[k];
            const unsigned flags = (k == 0 ? ECC_ORDER_FIRST : 0) | (k == count - 1 ? ECC_ORDER_LAST : 0);
            order[position * ECC_LANES] = (uint16_t)(user | flags);
            rank[user * ECC_LANES] = (uint16_t)position;
        }
    }
}

/* The gains of one column over the noise. */
ESW_FN void eswi_ecc_load_column(const eswi_ecc_lanes *p, const eswi_ecc_config *config,
                                 const eswi_ecc_instance *instance, int subchannel, int tile, int lane)
{
    const int users = p->users, aps = p->aps, columns = config->subchannels;
    const int direction = p->downlink ? ECC_DOWN : ECC_UP;
    const float *gain = eswi_ecc_gains(instance, direction);
    const float inverse_noise = (float)(1.0 / config->noise_w[direction]);
    float *own = (float *)p->own + (size_t)tile * users * ECC_LANES + lane;
    float *cross = (float *)p->cross + (size_t)tile * aps * users * ECC_LANES + lane;

    for (int u = 0; u < users; u++) {
        const int ap = instance->ap_of_user[u];
        for (int n = 0; n < aps; n++) {
            const float h = subchannel < columns ? gain[((size_t)u * aps + n) * columns + subchannel] : 0.0f;
            const float scaled = h * inverse_noise;
            cross[((size_t)n * users + u) * ECC_LANES] = n == ap ? 0.0f : scaled;
            if (n == ap)
                own[u * ECC_LANES] = scaled;
        }
    }
}

/* Copies an instance into lane `lane`, or into all lanes if `across`: gains over noise, decoding orders. In CUDA with
 * `across` every thread loads the columns of its own lane, which it names. `keys` is scratch of 2 U. */
ESW_FN void eswi_ecc_lanes_load(const eswi_ecc_lanes *p, const eswi_ecc_config *config,
                                const eswi_ecc_instance *instance, int lane, uint64_t *keys)
{
    const int from = ESW_LANES_FROM(p->across, lane), to = ESW_LANES_TO(p->across, lane);
    uint16_t *ap = (uint16_t *)p->ap, *first = (uint16_t *)p->first, *last = (uint16_t *)p->last;

    for (int l = from; l < to; l++) {
        for (int u = 0; u < p->users; u++)
            ap[u * ECC_LANES + l] = (uint16_t)instance->ap_of_user[u];
        int position = 0;
        for (int n = 0; n < p->aps; n++) {
            int count = 0;
            for (int u = 0; u < p->users; u++)
                count += instance->ap_of_user[u] == n;
            first[n * ECC_LANES + l] = (uint16_t)(count ? position : p->users);
            last[n * ECC_LANES + l] = (uint16_t)(count ? position + count - 1 : p->users);
            position += count;
        }
        for (int t = 0; t < p->tiles; t++) {
            const int subchannel = p->across ? t * ECC_LANES + l : t;
            eswi_ecc_load_column(p, config, instance, subchannel, t, l);
            eswi_ecc_order_column(p, config, instance, subchannel, t, l, keys);
        }
    }
}

/* Places the optimiser's arrays for a relaxed (`lanes`) or fixed problem; the other is NULL. */
ESW_FN void eswi_ecc_descent_layout(eswi_ecc_descent *d, eswi_carve *carve, const eswi_ecc_config *config,
                                    const eswi_ecc_lanes *lanes, const eswi_ecc_fixed *fixed)
{
    d->users = config->users;
    d->tiles = lanes ? lanes->tiles : 0;
    d->columns = lanes ? lanes->columns : 0;
    d->across = lanes ? lanes->across : 0;
    d->lanes = lanes;
    d->fixed = fixed;
    const size_t rows = (size_t)config->users * ECC_LANES, shares = rows * (size_t)d->tiles;
    d->beta = ESWI_CARVE(carve, float, shares);
    d->beta_gradient = ESWI_CARVE(carve, float, shares);
    d->beta_step = ESWI_CARVE(carve, float, shares);
    d->beta_trial = ESWI_CARVE(carve, float, shares);
    d->beta_trial_gradient = ESWI_CARVE(carve, float, shares);
    d->level = ESWI_CARVE(carve, float, rows);
    d->level_gradient = ESWI_CARVE(carve, float, rows);
    d->level_step = ESWI_CARVE(carve, float, rows);
    d->level_trial = ESWI_CARVE(carve, float, rows);
    d->power = ESWI_CARVE(carve, float, rows);
    d->power_gradient = ESWI_CARVE(carve, float, rows);
    d->work = ESWI_CARVE(carve, float, rows);
    d->rate = ESWI_CARVE(carve, float, rows);
    d->price = ESWI_CARVE(carve, float, rows);
    d->cost = ESWI_CARVE(carve, float, rows);
    d->term = ESWI_CARVE(carve, float, rows);
    d->term2 = ESWI_CARVE(carve, float, rows);
    d->value = ESWI_CARVE(carve, float, ECC_LANES);
    d->accepted = ESWI_CARVE(carve, float, ECC_LANES);
    d->alpha = ESWI_CARVE(carve, float, ECC_LANES);
    d->size = ESWI_CARVE(carve, float, ECC_LANES);
    d->descent = ESWI_CARVE(carve, float, ECC_LANES);
    d->norm = ESWI_CARVE(carve, float, ECC_LANES);
    d->mark = ESWI_CARVE(carve, float, ECC_LANES);
    d->least = ESWI_CARVE(carve, float, ECC_LANES);
    d->first = ESWI_CARVE(carve, float, ECC_LANES);
    d->second = ESWI_CARVE(carve, float, ECC_LANES);
    d->state = ESWI_CARVE(carve, int32_t, ECC_LANES);
    d->iteration = ESWI_CARVE(carve, int32_t, ECC_LANES);
    d->halving = ESWI_CARVE(carve, int32_t, ECC_LANES);
    d->evaluations = ESWI_CARVE(carve, int32_t, ECC_LANES);
    d->take = ESWI_CARVE(carve, int32_t, ECC_LANES);
    d->last = ESWI_CARVE(carve, int32_t, ECC_LANES);
    d->history = ESWI_CARVE(carve, float, ECC_HISTORY *ECC_LANES);
    d->tolerance = (float)config->tolerance;
    d->max_iterations = config->max_iterations;
}

/* The power box of a direction: descents of both directions share one optimiser's memory. */
ESW_FN void eswi_ecc_descent_aim(eswi_ecc_descent *d, const eswi_ecc_config *config,
                                 const eswi_ecc_lanes *lanes, const eswi_ecc_fixed *fixed, int direction)
{
    const double range = config->power_max_w[direction] / config->power_min_w[direction];
    d->lanes = lanes;
    d->fixed = fixed;
    d->log2_range = (float)eswi_log2(range);
    d->power_min_w = (float)config->power_min_w[direction];
    d->linear = lanes && config->reading == ECC_PUBLISHED;
}

#endif
