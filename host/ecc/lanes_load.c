#include "ecc/lanes_load.h"

#include "base/detmath.h"
#include "base/sort.h"

/* Half of a common second-level cache of 2 MiB: gains and the optimiser's arrays of one direction share it. */
enum { LANE_CACHE_BYTES = 1 << 20 };

int eswi_ecc_spreads(const eswi_ecc_config *config)
{
    const size_t gains = (size_t)config->users * config->aps * config->subchannels * ECC_LANES * sizeof(float);
    return config->subchannels >= ECC_LANES && gains > LANE_CACHE_BYTES;
}

void eswi_ecc_lanes_layout(eswi_ecc_lanes *p, eswi_carve *carve, const eswi_ecc_config *config, int direction,
                           int across)
{
    const int tiles = across ? (config->subchannels + ECC_LANES - 1) / ECC_LANES : config->subchannels;
    const size_t users = (size_t)config->users, aps = (size_t)config->aps;
    const size_t columns = (size_t)tiles * users * ECC_LANES;

    p->users = config->users;
    p->aps = config->aps;
    p->tiles = tiles;
    p->columns = config->subchannels;
    p->across = across;
    p->regular = across || config->layout == ECC_USERS_AROUND_AP;
    p->downlink = direction == ECC_DOWN;
    p->published = config->reading == ECC_PUBLISHED;
    p->weight_time = (float)config->weight_time;
    p->weight_energy = (float)config->weight_energy;
    p->subchannel_hz = (float)config->subchannel_hz[direction];
    p->own = ESWI_CARVE(carve, float, columns);
    p->cross = ESWI_CARVE(carve, float, columns * aps);
    p->order = ESWI_CARVE(carve, uint16_t, columns);
    p->rank = ESWI_CARVE(carve, uint16_t, columns);
    p->ap = ESWI_CARVE(carve, uint16_t, users * ECC_LANES);
    p->first = ESWI_CARVE(carve, uint16_t, aps * ECC_LANES);
    p->last = ESWI_CARVE(carve, uint16_t, aps * ECC_LANES);
    p->efficiency = ESWI_CARVE(carve, float, columns);
    p->ratio = ESWI_CARVE(carve, float, columns);
    p->slope = ESWI_CARVE(carve, float, columns);
    p->column = ESWI_CARVE(carve, float, users * ECC_LANES);
    p->scaled = ESWI_CARVE(carve, float, users * ECC_LANES);
    p->chain = ESWI_CARVE(carve, float, users * ECC_LANES);
    p->coupled = ESWI_CARVE(carve, float, users * ECC_LANES);
    p->ap_sum = ESWI_CARVE(carve, float, aps * ECC_LANES);
}

/* Decoding order of one column: the uplink decodes the strongest first, the downlink the weakest; the smaller index
 * first among equals. Positive floats sort like their bits. */
static void order_column(const eswi_ecc_lanes *p, const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                         int subchannel, int tile, int lane, uint64_t *keys)
{
    const int users = p->users, aps = p->aps, columns = config->subchannels;
    const float *gain = instance->gain[p->downlink ? ECC_DOWN : ECC_UP];
    uint16_t *order = (uint16_t *)p->order + (size_t)tile * users * ECC_LANES + lane;
    uint16_t *rank = (uint16_t *)p->rank + (size_t)tile * users * ECC_LANES + lane;
    int position = 0;

    for (int n = 0; n < aps; n++) {
        int count = 0;
        for (int u = 0; u < users; u++) {
            if (instance->ap_of_user[u] != n)
                continue;
            const uint32_t bits = subchannel < columns ? eswi_bits(gain[((size_t)u * aps + n) * columns + subchannel]) : 0;
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
static void load_column(const eswi_ecc_lanes *p, const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                        int subchannel, int tile, int lane)
{
    const int users = p->users, aps = p->aps, columns = config->subchannels;
    const int direction = p->downlink ? ECC_DOWN : ECC_UP;
    const float *gain = instance->gain[direction];
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

void eswi_ecc_lanes_load(const eswi_ecc_lanes *p, const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                         int lane, uint64_t *keys)
{
    const int from = p->across ? 0 : lane, to = p->across ? ECC_LANES : lane + 1;
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
            load_column(p, config, instance, subchannel, t, l);
            order_column(p, config, instance, subchannel, t, l, keys);
        }
    }
}

void eswi_ecc_descent_layout(eswi_ecc_descent *d, eswi_carve *carve, const eswi_ecc_config *config,
                             const eswi_ecc_lanes *lanes, const eswi_ecc_fixed *fixed)
{
    d->users = config->users;
    d->tiles = lanes ? lanes->tiles : 0;
    d->columns = lanes ? lanes->columns : 0;
    d->across = lanes ? lanes->across : 0;
    d->lanes = lanes;
    d->fixed = fixed;
    const size_t rows = (size_t)config->users * ECC_LANES, shares = rows * (size_t)d->tiles;
    float **share[] = {&d->beta, &d->beta_gradient, &d->beta_step, &d->beta_trial, &d->beta_trial_gradient};
    float **row[] = {&d->level, &d->level_gradient, &d->level_step, &d->level_trial, &d->power, &d->power_gradient,
                     &d->work,  &d->rate,           &d->price,      &d->cost,        &d->term,  &d->term2};
    float **scalar[] = {&d->value, &d->accepted, &d->alpha, &d->size,  &d->descent,
                        &d->norm,  &d->mark,     &d->least, &d->first, &d->second};
    int32_t **whole[] = {&d->state, &d->iteration, &d->halving, &d->evaluations, &d->take, &d->last};

    for (size_t i = 0; i < sizeof share / sizeof *share; i++)
        *share[i] = ESWI_CARVE(carve, float, shares);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        *row[i] = ESWI_CARVE(carve, float, rows);
    for (size_t i = 0; i < sizeof scalar / sizeof *scalar; i++)
        *scalar[i] = ESWI_CARVE(carve, float, ECC_LANES);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        *whole[i] = ESWI_CARVE(carve, int32_t, ECC_LANES);
    d->history = ESWI_CARVE(carve, float, ECC_HISTORY * ECC_LANES);
    d->tolerance = (float)config->tolerance;
    d->max_iterations = config->max_iterations;
}

void eswi_ecc_descent_aim(eswi_ecc_descent *d, const eswi_ecc_config *config, const eswi_ecc_lanes *lanes,
                          const eswi_ecc_fixed *fixed, int direction)
{
    const double range = config->power_max_w[direction] / config->power_min_w[direction];
    d->lanes = lanes;
    d->fixed = fixed;
    d->log2_range = (float)eswi_log2(range);
    d->power_min_w = (float)config->power_min_w[direction];
    d->linear = lanes && config->reading == ECC_PUBLISHED;
}
