#include "cases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/philox.h"

enum { CASE_STREAM = 63, BLOCK_ALIGNMENT = 64 };

/* ---------------------------------------------------------------- dice */

dice dice_of(uint64_t seed, uint64_t index)
{
    return (dice){.seed = seed, .index = index, .drawn = 0};
}

static uint32_t dice_word(dice *d)
{
    const eswi_draw draw = eswi_philox(d->seed, d->index, CASE_STREAM, 0, d->drawn / 4);
    return draw.w[d->drawn++ % 4];
}

double dice_real(dice *d, double low, double high)
{
    const uint32_t high_word = dice_word(d), low_word = dice_word(d);
    return low + (high - low) * eswi_uniform53(high_word, low_word);
}

double dice_log(dice *d, double low, double high)
{
    return low * exp(dice_real(d, 0.0, 1.0) * log(high / low));
}

int dice_int(dice *d, int low, int high)
{
    return low + (int)eswi_index(dice_word(d), (uint32_t)(high - low + 1));
}

bool dice_chance(dice *d, double probability)
{
    return dice_real(d, 0.0, 1.0) < probability;
}

/* ---------------------------------------------------------------- config */

static int sized(int wanted, dice *d, int high)
{
    return wanted > 0 ? wanted : dice_int(d, 1, high);
}

static void draw_sizes(eswi_ecc_config *config, dice *d, const case_shape *shape)
{
    config->aps = sized(shape->aps, d, CASE_MAX_APS);
    config->subchannels = sized(shape->subchannels, d, CASE_MAX_SUBCHANNELS);
    config->cluster_cap = sized(shape->cluster_cap, d, 4);
    int room = config->cluster_cap * config->aps * config->subchannels;
    room = room < CASE_MAX_USERS ? room : CASE_MAX_USERS;
    config->users = shape->full ? room : sized(shape->users, d, room);
}

static void draw_radio(eswi_ecc_config *config, dice *d)
{
    config->noise_w_per_hz = dice_log(d, 1e-22, 1e-19);
    config->noise_figure_db = dice_real(d, 0.0, 9.0);
    config->path_loss_exponent = dice_real(d, 2.0, 5.0);
    config->cell_radius_m = dice_real(d, 20.0, 300.0);
    for (int dir = 0; dir < ECC_DIRECTIONS; dir++) {
        config->bandwidth_hz[dir] = dice_log(d, 1e5, 1e8);
        config->subchannel_hz[dir] = config->bandwidth_hz[dir] / config->subchannels;
        config->noise_w[dir] =
            config->noise_w_per_hz * pow(10.0, config->noise_figure_db / 10.0) * config->subchannel_hz[dir];
        config->power_min_w[dir] = dice_log(d, 1e-4, 1e-2);
        config->power_max_w[dir] = config->power_min_w[dir] * dice_log(d, 1.0, 1e3);
    }
}

static void draw_computing(eswi_ecc_config *config, dice *d, const case_shape *shape)
{
    config->weight_time = dice_real(d, 0.01, 0.99);
    config->weight_energy = 1.0 - config->weight_time;
    config->device_flops = dice_log(d, 1e8, 1e10);
    config->edge_unit_flops = dice_log(d, 1e8, 1e10);
    config->lambda_exponent = dice_real(d, 0.6, 1.3);
    config->units_min = dice_real(d, 0.5, 2.0);
    config->units_max = config->units_min * dice_real(d, 1.0, 12.0);
    config->edge_capacity_units = dice_real(d, 10.0, 2000.0);
    config->kappa_device = shape->uneven ? 0.0 : dice_log(d, 1e-29, 1e-26); /* a huge unit there would hide all else */
    config->kappa_edge = dice_log(d, 1e-30, 1e-27);
    config->cycles_per_flop = dice_log(d, 0.1, 10.0);
    config->best_units = eswi_ecc_oracle_best_units(config);
    const double speed = eswi_ecc_oracle_edge_speed(config, config->best_units);
    config->edge_seconds_per_flop = 1.0 / speed;
    config->edge_joules_per_flop = config->kappa_edge * speed * speed * config->cycles_per_flop;
    config->device_seconds_per_flop = 1.0 / config->device_flops;
    config->device_joules_per_flop =
        config->kappa_device * config->device_flops * config->device_flops * config->cycles_per_flop;
}

void case_sum_flops(test_case *c)
{
    for (int i = 0; i < c->config.n_profiles; i++) {
        const int units = c->profiles[i].units;
        double *before = c->flops_before[i], *after = c->flops_after[i];
        before[0] = after[units] = 0.0;
        for (int unit = 1; unit <= units; unit++)
            before[unit] = before[unit - 1] + c->flops[i][unit];
        for (int unit = units; unit > 0; unit--)
            after[unit - 1] = after[unit] + c->flops[i][unit];
    }
}

static void draw_profiles(test_case *c, dice *d, const case_shape *shape)
{
    c->config.profiles = c->profiles;
    c->config.n_profiles = dice_int(d, 1, CASE_MAX_PROFILES);
    for (int i = 0; i < c->config.n_profiles; i++) {
        eswi_ecc_profile *profile = &c->profiles[i];
        profile->units = dice_int(d, 2, CASE_MAX_UNITS);
        profile->flops = c->flops[i];
        profile->flops_before = c->flops_before[i];
        profile->flops_after = c->flops_after[i];
        profile->bits = c->bits[i];
        profile->result_bits = dice_log(d, 8.0, 1e5);
        for (int unit = 1; unit <= profile->units; unit++) {
            /* The first unit is the input, which often has none. */
            profile->flops[unit] = unit == 1 && dice_chance(d, 0.5)         ? 0.0
                                   : shape->uneven && dice_chance(d, 0.1) ? dice_log(d, 1e14, 1e20)
                                                                          : dice_log(d, 1e5, 1e9);
            profile->bits[unit] = dice_log(d, 1e2, 1e8);
        }
        if (profile->units > c->config.max_units)
            c->config.max_units = profile->units;
    }
    case_sum_flops(c);
}

static void draw_config(test_case *c, dice *d, const case_shape *shape)
{
    eswi_ecc_config *config = &c->config;
    draw_sizes(config, d, shape);
    config->access = (ecc_access)dice_int(d, ECC_NOMA, ECC_OMA_IN_CELL);
    config->reading = (ecc_reading)dice_int(d, ECC_REPAIRED, ECC_PUBLISHED);
    config->split = (ecc_split)dice_int(d, ECC_SPLIT_COMMON, ECC_SPLIT_PER_USER);
    config->layout = (ecc_layout)dice_int(d, ECC_USERS_AROUND_AP, ECC_UNIFORM);
    config->pair_directions = dice_chance(d, 0.3);
    draw_radio(config, d);
    draw_computing(config, d, shape);
    draw_profiles(c, d, shape);
    config->grid_power_levels = dice_int(d, 2, 40);
    config->grid_unit_levels = dice_int(d, 2, 40);
    config->max_iterations = 200;
    config->tolerance = 1e-6;
}

/* ---------------------------------------------------------------- instance */

static void draw_gains(test_case *c, dice *d, bool ties)
{
    for (int dir = 0; dir < ECC_DIRECTIONS; dir++)
        for (int u = 0; u < c->config.users; u++)
            for (int n = 0; n < c->config.aps; n++)
                for (int m = 0; m < c->config.subchannels; m++) {
                    /* Tied users copy the gain of the one before: chains of equal gains, across cells too. */
                    const bool copy = ties && u > 0 && dice_chance(d, 0.5);
                    *case_gain(c, dir, u, n, m) =
                        copy ? *case_gain(c, dir, u - 1, n, m) : (float)dice_log(d, 1e-14, 1e-4);
                }
}

static void draw_instance(test_case *c, dice *d, bool ties)
{
    for (int u = 0; u < c->config.users; u++) {
        c->instance.ap_of_user[u] = dice_int(d, 0, c->config.aps - 1);
        c->instance.profile_of_user[u] = dice_int(d, 0, c->config.n_profiles - 1);
        for (int n = 0; n < c->config.aps; n++)
            c->instance.distance_m[u * c->config.aps + n] = dice_real(d, 1.0, 700.0);
    }
    draw_gains(c, d, ties);
}

/* ---------------------------------------------------------------- decision */

/* A random subchannel with room at the user's AP, searched from a random one on; -1 if the AP is full. */
static int draw_subchannel(const test_case *c, dice *d, int direction, int user)
{
    const int start = dice_int(d, 0, c->config.subchannels - 1);
    for (int k = 0; k < c->config.subchannels; k++) {
        const int m = (start + k) % c->config.subchannels;
        int load = 0;
        for (int v = 0; v < user; v++)
            if (c->instance.ap_of_user[v] == c->instance.ap_of_user[user] &&
                c->decision.assigned[direction][v] == m)
                load++;
        if (load < c->config.cluster_cap)
            return m;
    }
    return -1;
}

void case_set_split(test_case *c, dice *d, int user, int split)
{
    const bool sends = split < case_profile(c, user)->units;
    c->decision.split[user] = split;
    for (int dir = 0; dir < ECC_DIRECTIONS; dir++) {
        const double low = c->config.power_min_w[dir], high = c->config.power_max_w[dir];
        c->decision.power_w[dir][user] = sends ? fmin(fmax(dice_log(d, low, high), low), high) : 0.0;
    }
    c->decision.compute_units[user] = sends ? dice_real(d, c->config.units_min, c->config.units_max) : 0.0;
}

static void draw_decision(test_case *c, dice *d, bool all_send)
{
    memset(c->decision.diagnostics, 0, sizeof *c->decision.diagnostics);
    c->decision.diagnostics->access = (int32_t)c->config.access;
    for (int u = 0; u < c->config.users; u++) {
        const int up = draw_subchannel(c, d, ECC_UP, u);
        const int down = c->config.pair_directions ? up : draw_subchannel(c, d, ECC_DOWN, u);
        c->decision.assigned[ECC_UP][u] = up;
        c->decision.assigned[ECC_DOWN][u] = down;
        const int units = case_profile(c, u)->units;
        const bool local = up < 0 || down < 0 || (!all_send && dice_chance(d, 0.3));
        case_set_split(c, d, u, local ? units : dice_int(d, 1, units - 1));
    }
}

/* ---------------------------------------------------------------- cases */

static void *new_block(size_t bytes)
{
    const size_t whole = (bytes + BLOCK_ALIGNMENT - 1) / BLOCK_ALIGNMENT * BLOCK_ALIGNMENT;
    void *block = aligned_alloc(BLOCK_ALIGNMENT, whole);
    if (!block)
        abort(); /* Criterion reports it; nothing can be tested without memory */
    return memset(block, 0, whole);
}

void case_draw(test_case *c, uint64_t seed, uint64_t index, const case_shape *shape)
{
    dice d = dice_of(seed, index);
    memset(c, 0, sizeof *c);
    draw_config(c, &d, shape);
    c->blocks[0] = new_block(eswi_ecc_instance_bytes(&c->config));
    c->blocks[1] = new_block(eswi_ecc_decision_bytes(&c->config));
    c->instance = eswi_ecc_instance_view(&c->config, c->blocks[0]);
    c->decision = eswi_ecc_decision_view(&c->config, c->blocks[1]);
    draw_instance(c, &d, shape->ties);
    draw_decision(c, &d, shape->all_send);
}

void case_draw_cluster(test_case *c, uint64_t seed, uint64_t index, int users, ecc_access access)
{
    case_draw(
        c, seed, index,
        &(case_shape){.aps = 1, .users = users, .subchannels = 1, .cluster_cap = users, .all_send = true});
    c->config.access = access;
    c->decision.diagnostics->access = (int32_t)access;
}

void case_free(test_case *c)
{
    free(c->blocks[0]);
    free(c->blocks[1]);
}

eswi_ecc_oracle case_oracle(const test_case *c)
{
    return eswi_ecc_oracle_at(&c->config, &c->instance, &c->decision);
}

const eswi_ecc_profile *case_profile(const test_case *c, int user)
{
    return &c->profiles[c->instance.profile_of_user[user]];
}

float *case_gain(const test_case *c, int direction, int user, int ap, int subchannel)
{
    return &c->instance.gain[direction][(user * c->config.aps + ap) * c->config.subchannels + subchannel];
}

float case_own_gain(const test_case *c, int direction, int user, int subchannel)
{
    return *case_gain(c, direction, user, c->instance.ap_of_user[user], subchannel);
}

double relative_difference(double a, double b)
{
    if (!isfinite(a) || !isfinite(b))
        return INFINITY;
    return a == b ? 0.0 : fabs(a - b) / fmax(fabs(a), fabs(b));
}
