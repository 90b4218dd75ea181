#include "ecc/crew.h"

#include <string.h>

#include "base/philox.h"
#include "ecc/rounding.h"
#include "ecc/stage.h"

void eswi_ecc_crew_layout(eswi_ecc_crew *crew, eswi_carve *carve, const eswi_ecc_config *config, int relaxed)
{
    const size_t users = (size_t)config->users, rows = users * ECC_LANES;

    crew->config = config;
    if (relaxed) {
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            eswi_ecc_lanes_layout(&crew->lanes[d], carve, config, d, eswi_ecc_spreads(config));
        eswi_ecc_descent_layout(&crew->shares, carve, config, &crew->lanes[0], NULL);
        crew->best_beta = ESWI_CARVE(carve, float, rows *(size_t)crew->shares.tiles);
        crew->round = eswi_carve_take(carve, eswi_ecc_round_bytes(config), 1);
    }
    eswi_ecc_fixed_layout(&crew->fixed, carve, config);
    eswi_ecc_descent_layout(&crew->powers, carve, config, NULL, &crew->fixed);
    crew->best_level = ESWI_CARVE(carve, float, rows);
    crew->keys = ESWI_CARVE(carve, uint64_t, 2 * users);
    crew->links = ESWI_CARVE(carve, int32_t, users + (size_t)config->subchannels);
    crew->load = ESWI_CARVE(carve, int32_t, (size_t)config->aps * config->subchannels);
    crew->sends = ESWI_CARVE(carve, uint8_t, users);
}

void eswi_ecc_crew_aim(eswi_ecc_crew *crew, int direction, int relaxed)
{
    crew->across = relaxed && eswi_ecc_spreads(crew->config);
    crew->seats = crew->across ? 1 : ECC_LANES;
    crew->active = relaxed ? &crew->shares : &crew->powers;
    eswi_ecc_descent_aim(crew->active, crew->config, relaxed ? &crew->lanes[direction] : NULL,
                         relaxed ? NULL : &crew->fixed, direction);
    for (int s = 0; s < ECC_LANES; s++) {
        crew->seat[s].scenario = -1;
        crew->active->state[s] = ECC_LANE_IDLE;
    }
}

static int first_lane(const eswi_ecc_crew *crew, int seat)
{
    return crew->across ? 0 : seat;
}

static int end_lane(const eswi_ecc_crew *crew, int seat)
{
    return crew->across ? ECC_LANES : seat + 1;
}

void eswi_ecc_crew_set(const eswi_ecc_crew *crew, float *array, int user, int seat, float value)
{
    for (int l = first_lane(crew, seat); l < end_lane(crew, seat); l++)
        array[user * ECC_LANES + l] = value;
}

/* A user's shares at the start, `step` floats apart: by the fourth power of the own gain, which starts near a good vertex
 * without deciding for it; with config->start_seed random instead - exponential draws, so that the row is uniform on
 * the simplex once normalised. `gain` is the user's row of own gains. */
static void start_row(const eswi_ecc_config *config, int user, const float *gain, size_t step, float *row)
{
    float most = FLT_MIN, sum = 0.0f;
    for (int m = 0; m < config->subchannels; m++)
        most = gain[m] > most ? gain[m] : most;
    for (int m = 0; m < config->subchannels; m++) {
        const float relative = gain[m] / most, square = relative * relative;
        float share = square * square;
        if (config->start_seed) {
            const uint32_t block = (uint32_t)m >> 2;
            const eswi_draw draw = eswi_philox(config->start_seed, 0, ECC_STREAM_START, (uint32_t)user, block);
            share = eswi_exponential(draw.w[m & 3]);
        }
        row[(size_t)m * step] = share;
        sum += row[(size_t)m * step];
    }
    for (int m = 0; m < config->subchannels; m++)
        row[(size_t)m * step] = sum > 0.0f ? row[(size_t)m * step] / sum : 1.0f / (float)config->subchannels;
}

static float start_level(const eswi_ecc_config *config, int user)
{
    if (!config->start_seed)
        return 1.0f;
    const eswi_draw draw = eswi_philox(config->start_seed, 1, ECC_STREAM_START, (uint32_t)user, 0);
    return eswi_uniform(draw.w[0]);
}

void eswi_ecc_crew_cold(eswi_ecc_crew *crew, const eswi_ecc_instance *instance, int direction, int seat)
{
    const eswi_ecc_config *config = crew->config;
    eswi_ecc_descent *d = crew->active;
    const size_t stride = (size_t)d->tiles * ECC_LANES, step = crew->across ? 1 : ECC_LANES;

    for (int u = 0; u < config->users; u++) {
        eswi_ecc_crew_set(crew, d->level_trial, u, seat, start_level(config, u));
        if (d->tiles == 0)
            continue;
        float *row = d->beta_trial + u * stride + first_lane(crew, seat);
        if (crew->across)
            memset(row, 0, stride * sizeof *row); /* padded columns */
        const size_t own = (size_t)u * config->aps + (size_t)instance->ap_of_user[u];
        start_row(config, u, instance->gain[direction] + own * (size_t)config->subchannels, step, row);
    }
    for (int l = first_lane(crew, seat); l < end_lane(crew, seat); l++)
        d->norm[l] = 0.0f;
}

void eswi_ecc_crew_start(eswi_ecc_crew *crew, int seat, int warm)
{
    eswi_ecc_descent *d = crew->active;
    const size_t rows = (size_t)d->users * d->tiles;
    for (int l = first_lane(crew, seat); l < end_lane(crew, seat); l++) {
        for (size_t i = 0; warm && i < rows; i++)
            d->beta_trial[i * ECC_LANES + l] = d->beta[i * ECC_LANES + l];
        for (int u = 0; warm && u < d->users; u++)
            d->level_trial[u * ECC_LANES + l] = d->level[u * ECC_LANES + l];
        d->state[l] = ECC_LANE_START;
        d->evaluations[l] = 0;
    }
}

int eswi_ecc_crew_done(const eswi_ecc_crew *crew, int seat)
{
    return crew->seat[seat].scenario >= 0 && crew->active->state[first_lane(crew, seat)] >= ECC_LANE_CONVERGED;
}

void eswi_ecc_crew_leave(eswi_ecc_crew *crew, int seat)
{
    crew->seat[seat].scenario = -1;
    for (int l = first_lane(crew, seat); l < end_lane(crew, seat); l++)
        crew->active->state[l] = ECC_LANE_IDLE;
}

void eswi_ecc_crew_keep(eswi_ecc_crew *crew, int seat)
{
    const eswi_ecc_descent *d = crew->active;
    const size_t rows = (size_t)d->users * d->tiles;
    if (crew->across) {
        if (rows > 0)
            memcpy(crew->best_beta, d->beta, rows * ECC_LANES * sizeof *d->beta);
        memcpy(crew->best_level, d->level, (size_t)d->users * ECC_LANES * sizeof *d->level);
        return;
    }
    for (size_t i = 0; i < rows; i++)
        crew->best_beta[i * ECC_LANES + seat] = d->beta[i * ECC_LANES + seat];
    for (int u = 0; u < d->users; u++)
        crew->best_level[u * ECC_LANES + seat] = d->level[u * ECC_LANES + seat];
}

int eswi_ecc_crew_round(eswi_ecc_crew *crew, const eswi_ecc_instance *instance, int direction, int seat,
                        int kept, int32_t *assigned)
{
    const size_t stride = (size_t)crew->shares.tiles * ECC_LANES, step = crew->across ? 1 : ECC_LANES;
    const float *beta = (kept ? crew->best_beta : crew->shares.beta) + first_lane(crew, seat);
    return eswi_ecc_round(crew->config, instance, direction, beta, stride, step, crew->sends, crew->round,
                          assigned);
}
