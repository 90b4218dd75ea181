/* ECC: the lanes one worker has: the problems of both directions, the optimisers, their scratch, and who sits where.
 * On the CPU a worker is a thread that serves sixteen lanes; in CUDA sixteen threads are a crew and each serves the lane
 * it is. Shared by CPU and CUDA.
 *
 * A seat is where a scenario sits: a lane, or all lanes where a scenario spreads over them (`across`). In CUDA the threads
 * of such a scenario each keep a seat of their own with the same content, go through the same code, and leave what
 * belongs to the scenario as a whole to the first of them.
 */
#ifndef ESWI_ECC_CREW_H
#define ESWI_ECC_CREW_H

#include "base/philox.h"
#include "ecc/account.h"
#include "ecc/lanes_load.h"
#include "ecc/rounding.h"
#include "ecc/stage.h"

enum { ECC_SEAT_FREE = -1, ECC_SEAT_CLOSED = -2 };

/* What a lane is working on. */
typedef struct eswi_ecc_seat {
    int scenario;   /* index in the batch, ECC_SEAT_FREE, or ECC_SEAT_CLOSED when nobody is left to take it */
    int begin;      /* the layer is to be begun */
    int layer;      /* the common split j, or the offloading set */
    int started;    /* layers begun on this scenario */
    int best_layer; /* least value so far, 0 = all local */
    double best_value;
    int32_t best_reason;
    float best_norm;
} eswi_ecc_seat;

typedef struct eswi_ecc_crew {
    const eswi_ecc_config *config;
    int spread;        /* relaxed problems are laid out across the lanes */
    int across, seats; /* of the active problem: one seat takes all lanes where a scenario spreads over them */
    int desks;         /* seats that work at the same time: 1 on the CPU, ECC_LANES in CUDA */
    eswi_ecc_lanes lanes[ECC_DIRECTIONS];
    eswi_ecc_fixed fixed;
    eswi_ecc_descent shares; /* descends on shares and powers */
    eswi_ecc_descent powers; /* on powers alone */
    eswi_ecc_descent *active;
    eswi_ecc_seat seat[ECC_LANES];
    float *best_beta;  /* like shares.beta: the best layer's point */
    float *best_level; /* [U][L] */
    /* scratch of a desk */
    uint64_t *keys; /* [desks][2 U] */
    int32_t *links; /* [desks][2 (M + U)] */
    int32_t *load;  /* [desks][N][M] */
    uint8_t *sends; /* [desks][U] */
    char *round;    /* [desks] eswi_ecc_round_bytes */
} eswi_ecc_crew;

/* Places a crew's memory; `relaxed` = 0 leaves out what only NOMA needs. See carve.h. */
ESW_FN void eswi_ecc_crew_layout(eswi_ecc_crew *crew, eswi_carve *carve, const eswi_ecc_config *config,
                                 int relaxed, int spread, int desks)
{
    const size_t users = (size_t)config->users, rows = users * ECC_LANES, desk = (size_t)desks;

    crew->config = config;
    crew->spread = spread;
    crew->desks = desks;
    if (relaxed) {
        eswi_ecc_lanes_layout(&crew->lanes[ECC_UP], carve, config, ECC_UP, spread);
        eswi_ecc_lanes_layout(&crew->lanes[ECC_DOWN], carve, config, ECC_DOWN, spread);
        eswi_ecc_descent_layout(&crew->shares, carve, config, &crew->lanes[0], NULL);
        crew->best_beta = ESWI_CARVE(carve, float, rows *(size_t)crew->shares.tiles);
        crew->round = ESWI_CARVE(carve, char, eswi_ecc_round_bytes(config) * (spread ? 1 : desk));
    }
    eswi_ecc_fixed_layout(&crew->fixed, carve, config);
    eswi_ecc_descent_layout(&crew->powers, carve, config, NULL, &crew->fixed);
    crew->best_level = ESWI_CARVE(carve, float, rows);
    crew->keys = ESWI_CARVE(carve, uint64_t, 2 * users * desk);
    crew->links = ESWI_CARVE(carve, int32_t, eswi_ecc_ledger_ints(config) * desk);
    crew->load = ESWI_CARVE(carve, int32_t, (size_t)config->aps * (size_t)config->subchannels * desk);
    crew->sends = ESWI_CARVE(carve, uint8_t, users * desk);
}

/* A seat's scratch. */
ESW_FN size_t eswi_ecc_crew_desk(const eswi_ecc_crew *crew, int seat)
{
    return (size_t)(seat % crew->desks);
}

ESW_FN uint64_t *eswi_ecc_crew_keys(const eswi_ecc_crew *crew, int seat)
{
    return crew->keys + eswi_ecc_crew_desk(crew, seat) * 2 * (size_t)crew->config->users;
}

ESW_FN int32_t *eswi_ecc_crew_links(const eswi_ecc_crew *crew, int seat)
{
    return crew->links + eswi_ecc_crew_desk(crew, seat) * eswi_ecc_ledger_ints(crew->config);
}

ESW_FN int32_t *eswi_ecc_crew_load(const eswi_ecc_crew *crew, int seat)
{
    return crew->load +
           eswi_ecc_crew_desk(crew, seat) * (size_t)crew->config->aps * (size_t)crew->config->subchannels;
}

ESW_FN uint8_t *eswi_ecc_crew_sends(const eswi_ecc_crew *crew, int seat)
{
    return crew->sends + eswi_ecc_crew_desk(crew, seat) * (size_t)crew->config->users;
}

/* Points the crew at a direction's problem, relaxed or with fixed subchannels, and empties its seats. */
ESW_FN void eswi_ecc_crew_aim(eswi_ecc_crew *crew, int direction, int relaxed)
{
    crew->across = relaxed && crew->spread;
    crew->seats = crew->across ? 1 : ECC_LANES;
    crew->active = relaxed ? &crew->shares : &crew->powers;
    eswi_ecc_descent_aim(crew->active, crew->config, relaxed ? &crew->lanes[direction] : NULL,
                         relaxed ? NULL : &crew->fixed, direction);
    for (int s = 0; s < ECC_LANES; s++) {
        crew->seat[s].scenario = ECC_SEAT_FREE;
        crew->active->state[s] = ECC_LANE_IDLE;
    }
}

/* The lane whose values stand for the seat's. */
ESW_FN int eswi_ecc_crew_lane(const eswi_ecc_crew *crew, int seat)
{
    return ESW_LANES_FROM(crew->across, seat);
}

/* Whether the caller writes what belongs to the seat's scenario. */
ESW_FN int eswi_ecc_crew_leads(const eswi_ecc_crew *crew)
{
    return ESW_LANE_LEADS(crew->across);
}

/* Sets user u's value in a seat's lane(s) of a [user][lane] array. */
ESW_FN void eswi_ecc_crew_set(const eswi_ecc_crew *crew, float *array, int user, int seat, float value)
{
    for (int l = ESW_LANES_FROM(crew->across, seat); l < ESW_LANES_TO(crew->across, seat); l++)
        array[user * ECC_LANES + l] = value;
}

/* A user's unnormalised share at the start: the fourth power of the own gain, which starts near a good vertex without
 * deciding for it; with config->start_seed random instead - exponential draws, so that the row is uniform on the
 * simplex once normalised. */
ESW_FN float eswi_ecc_start_share(const eswi_ecc_config *config, int user, int subchannel, float gain,
                                  float most)
{
    const float relative = gain / most, square = relative * relative;
    if (!config->start_seed)
        return square * square;
    const uint32_t block = (uint32_t)subchannel >> 2;
    const eswi_draw draw = eswi_philox(config->start_seed, 0, ECC_STREAM_START, (uint32_t)user, block);
    const uint32_t low = subchannel & 1 ? draw.w[1] : draw.w[0], high = subchannel & 1 ? draw.w[3] : draw.w[2];
    return eswi_exponential(subchannel & 2 ? high : low);
}

/* A user's shares at the start. `gain` is its row of own gains, `row` its row of shares, `step` floats apart; `across`:
 * subchannel m lies in lane m mod 16. In CUDA a thread then writes its lane's alone, and sums all. */
ESW_FN void eswi_ecc_start_row(const eswi_ecc_config *config, int user, const float *gain, int across, int lane,
                               size_t step, float *row)
{
    const int from = ESW_LANES_FROM(across, lane), to = ESW_LANES_TO(across, lane);
    float most = FLT_MIN, sum = 0.0f;
    for (int m = 0; m < config->subchannels; m++)
        most = gain[m] > most ? gain[m] : most;
    for (int m = 0; m < config->subchannels; m++) {
        const float share = eswi_ecc_start_share(config, user, m, gain[m], most);
        sum += share;
        if (!across || (m % ECC_LANES >= from && m % ECC_LANES < to))
            row[(size_t)m * step] = share;
    }
    for (int m = 0; m < config->subchannels; m++)
        if (!across || (m % ECC_LANES >= from && m % ECC_LANES < to))
            row[(size_t)m * step] =
                sum > 0.0f ? row[(size_t)m * step] / sum : 1.0f / (float)config->subchannels;
}

ESW_FN float eswi_ecc_start_level(const eswi_ecc_config *config, int user)
{
    if (!config->start_seed)
        return 1.0f;
    const eswi_draw draw = eswi_philox(config->start_seed, 1, ECC_STREAM_START, (uint32_t)user, 0);
    return eswi_uniform(draw.w[0]);
}

/* The start of Algorithm 1: shares by own gain and full power, or with config->start_seed random ones. */
ESW_FN void eswi_ecc_crew_cold(eswi_ecc_crew *crew, const eswi_ecc_instance *instance, int direction, int seat)
{
    const eswi_ecc_config *config = crew->config;
    eswi_ecc_descent *d = crew->active;
    const int from = ESW_LANES_FROM(crew->across, seat), to = ESW_LANES_TO(crew->across, seat);
    const size_t stride = (size_t)d->tiles * ECC_LANES;

    for (int u = 0; u < config->users; u++) {
        eswi_ecc_crew_set(crew, d->level_trial, u, seat, eswi_ecc_start_level(config, u));
        if (d->tiles == 0)
            continue;
        float *row = d->beta_trial + (size_t)u * stride;
        for (int t = 0; crew->across && t < d->tiles; t++) /* padded columns */
            for (int l = from; l < to; l++)
                row[t * ECC_LANES + l] = 0.0f;
        const size_t own = (size_t)u * (size_t)config->aps + (size_t)instance->ap_of_user[u];
        eswi_ecc_start_row(config, u, eswi_ecc_gains(instance, direction) + own * (size_t)config->subchannels,
                           crew->across, seat, crew->across ? 1 : ECC_LANES, row + (crew->across ? 0 : seat));
    }
    for (int l = from; l < to; l++)
        d->norm[l] = 0.0f;
}

/* Makes the seat's current trial point (cold) or accepted point (warm) the start of a descent. */
ESW_FN void eswi_ecc_crew_start(eswi_ecc_crew *crew, int seat, int warm)
{
    eswi_ecc_descent *d = crew->active;
    const size_t rows = (size_t)d->users * (size_t)d->tiles;
    for (int l = ESW_LANES_FROM(crew->across, seat); l < ESW_LANES_TO(crew->across, seat); l++) {
        for (size_t i = 0; warm && i < rows; i++)
            d->beta_trial[i * ECC_LANES + l] = d->beta[i * ECC_LANES + l];
        for (int u = 0; warm && u < d->users; u++)
            d->level_trial[u * ECC_LANES + l] = d->level[u * ECC_LANES + l];
        d->state[l] = ECC_LANE_START;
        d->evaluations[l] = 0;
    }
}

/* Whether the seat's descent has ended. */
ESW_FN int eswi_ecc_crew_done(const eswi_ecc_crew *crew, int seat)
{
    return crew->seat[seat].scenario >= 0 &&
           crew->active->state[eswi_ecc_crew_lane(crew, seat)] >= ECC_LANE_CONVERGED;
}

/* Frees a seat. */
ESW_FN void eswi_ecc_crew_leave(eswi_ecc_crew *crew, int seat)
{
    crew->seat[seat].scenario = ECC_SEAT_FREE;
    for (int l = ESW_LANES_FROM(crew->across, seat); l < ESW_LANES_TO(crew->across, seat); l++)
        crew->active->state[l] = ECC_LANE_IDLE;
}

/* Keeps the seat's accepted point as its best. */
ESW_FN void eswi_ecc_crew_keep(eswi_ecc_crew *crew, int seat)
{
    const eswi_ecc_descent *d = crew->active;
    const size_t rows = (size_t)d->users * (size_t)d->tiles;
    const int from = ESW_LANES_FROM(crew->across, seat), to = ESW_LANES_TO(crew->across, seat);
    for (size_t i = 0; i < rows; i++)
        for (int l = from; l < to; l++)
            crew->best_beta[i * ECC_LANES + l] = d->beta[i * ECC_LANES + l];
    for (int u = 0; u < d->users; u++)
        for (int l = from; l < to; l++)
            crew->best_level[u * ECC_LANES + l] = d->level[u * ECC_LANES + l];
}

/* Rounds the kept (or, with kept = 0, the accepted) shares of the senders: assigned[U]; see rounding.h. */
ESW_FN int eswi_ecc_crew_round(eswi_ecc_crew *crew, const eswi_ecc_instance *instance, int direction, int seat,
                               int kept, int32_t *assigned)
{
    const size_t stride = (size_t)crew->shares.tiles * ECC_LANES, step = crew->across ? 1 : ECC_LANES;
    const float *beta = (kept ? crew->best_beta : crew->shares.beta) + (crew->across ? 0 : seat);
    const size_t desk = crew->across ? 0 : eswi_ecc_crew_desk(crew, seat);
    return eswi_ecc_round(crew->config, instance, direction, beta, stride, step,
                          eswi_ecc_crew_sends(crew, seat),
                          crew->round + desk * eswi_ecc_round_bytes(crew->config), assigned);
}

#endif
