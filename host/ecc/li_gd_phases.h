/* ECC: the phases of gd and li-gd (li_gd.h), seat by seat, between two steps of the descent. Shared by CPU and CUDA.
 *
 * What belongs to a lane is written by everybody who serves the lane; what belongs to a scenario (its record) by the one
 * who leads its seat. In CUDA the threads of a scenario that spreads over the lanes read of a record only what an earlier
 * phase left there.
 */
#ifndef ESWI_ECC_LI_GD_PHASES_H
#define ESWI_ECC_LI_GD_PHASES_H

#include "base/detmath.h"
#include "ecc/li_gd_record.h"

/* The next scenario of the batch, -1 when there is none; in CUDA with `across` the same for all sixteen lanes. */
ESW_FN int eswi_ecc_take_next(const eswi_ecc_batch_work *w, int across)
{
    uint32_t mine = 0;
#if defined(ESW_LANE_IS_THREAD)
    if (ESW_LANE_LEADS(across))
        mine = ESW_TAKE_TICKET(w->next);
    if (across)
        mine = ESW_LANES_FROM_FIRST(mine);
#else
    (void)across;
#pragma omp atomic capture
    mine = (*w->next)++;
#endif
    return mine < w->count ? (int)mine : -1;
}

/* ---------------------------------------------------------------- layers: phases 1 and 2 */

/* The users that send at split `layer` (uplink) or in offloading set `layer` (downlink), and what they send. */
ESW_FN void eswi_ecc_set_work(eswi_ecc_crew *crew, const eswi_ecc_record *r, const eswi_ecc_instance *instance,
                              int direction, int seat)
{
    const eswi_ecc_config *config = crew->config;
    const int layer = crew->seat[seat].layer;
    for (int u = 0; u < config->users; u++) {
        const eswi_ecc_profile *profile = &config->profiles[instance->profile_of_user[u]];
        const int able =
            crew->active == &crew->shares || (r->assigned[ECC_UP][u] >= 0 && r->assigned[ECC_DOWN][u] >= 0);
        const int sends =
            able && (direction == ECC_UP ? layer < profile->units : profile->units >= r->layers.depth[layer]);
        const double bits =
            direction == ECC_UP ? profile->bits[layer < profile->units ? layer : 0] : profile->result_bits;
        const double work = sends ? bits / config->subchannel_hz[direction] : 0.0;
        eswi_ecc_crew_set(crew, crew->active->work, u, seat, (float)work);
    }
}

ESW_FN void eswi_ecc_begin_layer(const eswi_ecc_batch_work *w, eswi_ecc_crew *crew, int direction, int seat)
{
    eswi_ecc_seat *at = &crew->seat[seat];
    const eswi_ecc_instance instance = eswi_ecc_work_instance(w, at->scenario);
    const int warm = at->started > 0 && !w->cold;
    eswi_ecc_set_work(crew, &w->records[at->scenario], &instance, direction, seat);
    if (!warm)
        eswi_ecc_crew_cold(crew, &instance, direction, seat);
    eswi_ecc_crew_start(crew, seat, warm);
    at->started++;
    at->begin = 0;
}

/* What a common split has to be better than: all local. Users with a split each start from the best one that sends, even
 * where all of them together had better not. */
ESW_FN double eswi_ecc_value_to_beat(const eswi_ecc_config *config, const eswi_ecc_record *r)
{
    return config->split == ECC_SPLIT_PER_USER ? eswi_inf() : r->layers.local;
}

/* Puts a scenario on a seat, its first layer to be begun. */
ESW_FN void eswi_ecc_seat_layers(const eswi_ecc_batch_work *w, eswi_ecc_crew *crew, int direction, int relaxed,
                                 int scenario, int seat)
{
    const eswi_ecc_record *r = &w->records[scenario];
    const eswi_ecc_instance instance = eswi_ecc_work_instance(w, scenario);
    eswi_ecc_seat *at = &crew->seat[seat];
    if (relaxed)
        eswi_ecc_lanes_load(&crew->lanes[direction], w->config, &instance, seat,
                            eswi_ecc_crew_keys(crew, seat));
    else
        eswi_ecc_fixed_load(&crew->fixed, w->config, &instance, direction, w->config->access,
                            r->assigned[direction], seat, eswi_ecc_crew_links(crew, seat));
    at->scenario = scenario;
    at->begin = 1;
    at->layer = direction == ECC_UP;
    at->started = 0;
    at->best_layer = 0;
    at->best_value = eswi_ecc_value_to_beat(w->config, r);
    at->best_reason = ECC_REASON_NONE;
    at->best_norm = 0.0f;
}

ESW_FN void eswi_ecc_count_layer(const eswi_ecc_crew *crew, int seat, eswi_ecc_diagnostics *diagnostics)
{
    const eswi_ecc_descent *d = crew->active;
    const int lane = eswi_ecc_crew_lane(crew, seat);
    diagnostics->iterations += d->iteration[lane];
    diagnostics->evaluations += d->evaluations[lane];
    diagnostics->unconverged_layers += d->state[lane] != ECC_LANE_CONVERGED;
}

ESW_FN int32_t eswi_ecc_reason_of(int state)
{
    return state == ECC_LANE_CONVERGED ? ECC_REASON_CONVERGED
           : state == ECC_LANE_LIMIT   ? ECC_REASON_ITERATIONS
                                       : ECC_REASON_STALLED;
}

/* The power phases work on logarithmic levels; the published descent's are linear. */
ESW_FN float eswi_ecc_log_level(const eswi_ecc_descent *d, float level)
{
    const float most = eswi_exp2f(d->log2_range);
    return d->linear ? eswi_log2f(fmaf(level, most - 1.0f, 1.0f)) / d->log2_range : level;
}

/* Keeps what a finished offloading set found; the next set, or the seat is free. */
ESW_FN void eswi_ecc_finish_set(const eswi_ecc_batch_work *w, eswi_ecc_crew *crew, int relaxed, int seat)
{
    eswi_ecc_seat *at = &crew->seat[seat];
    eswi_ecc_record *r = &w->records[at->scenario];
    const eswi_ecc_descent *d = crew->active;
    const size_t users = (size_t)w->config->users, row = (size_t)at->layer * users;
    const int lane = eswi_ecc_crew_lane(crew, seat);
    uint8_t *sends = eswi_ecc_crew_sends(crew, seat);

    for (size_t u = 0; u < users; u++)
        sends[u] = d->work[u * ECC_LANES + lane] > 0.0f;
    if (eswi_ecc_crew_leads(crew)) {
        eswi_ecc_count_layer(crew, seat, &r->diagnostics);
        r->set_value[at->layer] = (double)d->accepted[lane];
        for (size_t u = 0; u < users; u++)
            r->set_level[row + u] = eswi_ecc_log_level(d, d->level[u * ECC_LANES + lane]);
    }
    if (relaxed) {
        const eswi_ecc_instance instance = eswi_ecc_work_instance(w, at->scenario);
        eswi_ecc_crew_round(crew, &instance, ECC_DOWN, seat, 0, r->set_assigned + row);
    }
    if (++at->layer < r->layers.sets)
        at->begin = 1;
    else
        eswi_ecc_crew_leave(crew, seat);
}

/* The best split of the uplink, rounded, becomes the decision to be refined; the part of the seat's leader. */
ESW_FN void eswi_ecc_adopt_split(const eswi_ecc_batch_work *w, const eswi_ecc_crew *crew, int relaxed,
                                 int unrounded, int seat)
{
    const eswi_ecc_config *config = w->config;
    const eswi_ecc_seat *at = &crew->seat[seat];
    const eswi_ecc_instance instance = eswi_ecc_work_instance(w, at->scenario);
    eswi_ecc_record *r = &w->records[at->scenario];
    const int lane = eswi_ecc_crew_lane(crew, seat), split = at->best_layer;
    const size_t row = (size_t)eswi_ecc_layers_set(&r->layers, split) * (size_t)config->users;

    for (int u = 0; u < config->users; u++) {
        const int units = eswi_ecc_units_of(config, &instance, u);
        r->level[ECC_UP][u] = eswi_ecc_log_level(crew->active, crew->best_level[u * ECC_LANES + lane]);
        r->level[ECC_DOWN][u] = r->set_level[row + u];
        if (relaxed)
            r->assigned[ECC_DOWN][u] =
                config->pair_directions ? r->assigned[ECC_UP][u] : r->set_assigned[row + u];
        const int sends = split < units && r->assigned[ECC_UP][u] >= 0 && r->assigned[ECC_DOWN][u] >= 0;
        r->split[u] = sends ? split : units;
    }
    if (relaxed)
        r->diagnostics.unrounded = unrounded;
}

/* The uplink after its last split. */
ESW_FN void eswi_ecc_choose_split(const eswi_ecc_batch_work *w, eswi_ecc_crew *crew, int relaxed, int seat)
{
    const eswi_ecc_seat *at = &crew->seat[seat];
    eswi_ecc_record *r = &w->records[at->scenario];
    const int leads = eswi_ecc_crew_leads(crew), split = at->best_layer;
    int unrounded = 0;

    if (leads) {
        r->diagnostics.common_split = split;
        r->diagnostics.relaxed_value = (float)at->best_value;
        r->diagnostics.reason = at->best_reason;
        r->diagnostics.gradient_norm = at->best_norm;
        r->live = split > 0;
    }
    if (split == 0)
        return;
    if (relaxed) {
        const eswi_ecc_instance instance = eswi_ecc_work_instance(w, at->scenario);
        uint8_t *sends = eswi_ecc_crew_sends(crew, seat);
        for (int u = 0; u < w->config->users; u++)
            sends[u] = split < eswi_ecc_units_of(w->config, &instance, u);
        unrounded = eswi_ecc_crew_round(crew, &instance, ECC_UP, seat, 1, r->assigned[ECC_UP]);
    }
    if (leads)
        eswi_ecc_adopt_split(w, crew, relaxed, unrounded, seat);
}

/* Compares a finished split with the best so far; the next split, or the choice. */
ESW_FN void eswi_ecc_finish_split(const eswi_ecc_batch_work *w, eswi_ecc_crew *crew, int relaxed, int seat)
{
    eswi_ecc_seat *at = &crew->seat[seat];
    eswi_ecc_record *r = &w->records[at->scenario];
    const eswi_ecc_descent *d = crew->active;
    const int lane = eswi_ecc_crew_lane(crew, seat);
    const double down = r->set_value[eswi_ecc_layers_set(&r->layers, at->layer)];
    const double value = r->layers.compute[at->layer] + ((double)d->accepted[lane] + down);

    if (eswi_ecc_crew_leads(crew)) {
        eswi_ecc_count_layer(crew, seat, &r->diagnostics);
        if (at->started == 1) {
            r->diagnostics.evaluations_first = d->evaluations[lane];
        } else {
            r->diagnostics.evaluations_later += d->evaluations[lane];
            r->diagnostics.layers_later++;
        }
    }
    if (value < at->best_value) {
        at->best_value = value;
        at->best_layer = at->layer;
        at->best_reason = eswi_ecc_reason_of(d->state[lane]);
        at->best_norm = d->norm[lane];
        eswi_ecc_crew_keep(crew, seat);
    }
    if (++at->layer < r->layers.depth[r->layers.sets - 1]) {
        at->begin = 1;
        return;
    }
    eswi_ecc_choose_split(w, crew, relaxed, seat);
    eswi_ecc_crew_leave(crew, seat);
}

/* ---------------------------------------------------------------- powers: phases 3 and 4 */

/* Puts a scenario with its subchannels on a seat and starts the descent on its powers. */
ESW_FN void eswi_ecc_seat_powers(const eswi_ecc_batch_work *w, eswi_ecc_crew *crew, int direction, int scenario,
                                 int seat)
{
    const eswi_ecc_config *config = w->config;
    const eswi_ecc_record *r = &w->records[scenario];
    const eswi_ecc_instance instance = eswi_ecc_work_instance(w, scenario);

    crew->seat[seat].scenario = scenario;
    crew->seat[seat].begin = 0;
    eswi_ecc_fixed_load(&crew->fixed, config, &instance, direction, config->access, r->assigned[direction],
                        seat, eswi_ecc_crew_links(crew, seat));
    for (int u = 0; u < config->users; u++) {
        const eswi_ecc_profile *profile = &config->profiles[instance.profile_of_user[u]];
        const int split = r->split[u];
        const double bits = direction == ECC_UP ? profile->bits[split] : profile->result_bits;
        const double work = split < profile->units ? bits / config->subchannel_hz[direction] : 0.0;
        eswi_ecc_crew_set(crew, crew->active->work, u, seat, (float)work);
        eswi_ecc_crew_set(crew, crew->active->level_trial, u, seat, r->level[direction][u]);
    }
    crew->active->norm[seat] = 0.0f;
    eswi_ecc_crew_start(crew, seat, 0);
}

ESW_FN void eswi_ecc_finish_powers(const eswi_ecc_batch_work *w, eswi_ecc_crew *crew, int direction, int seat)
{
    const eswi_ecc_descent *d = crew->active;
    eswi_ecc_record *r = &w->records[crew->seat[seat].scenario];

    r->diagnostics.evaluations += d->evaluations[seat];
    r->diagnostics.evaluations_final += d->evaluations[seat];
    r->diagnostics.iterations += d->iteration[seat];
    for (int u = 0; u < w->config->users; u++)
        r->level[direction][u] = d->level[u * ECC_LANES + seat];
    eswi_ecc_crew_leave(crew, seat);
}

/* ---------------------------------------------------------------- a phase */

/* Gives a free seat the next scenario that takes part in the phase, or closes it. */
ESW_FN void eswi_ecc_fill_seat(const eswi_ecc_batch_work *w, eswi_ecc_crew *crew, eswi_ecc_phase phase,
                               int relaxed, int seat)
{
    const int layers = phase == PHASE_DOWN || phase == PHASE_UP, direction = eswi_ecc_phase_direction(phase);
    int scenario = eswi_ecc_take_next(w, relaxed && crew->across);
    while (scenario >= 0 && !layers && !w->records[scenario].live)
        scenario = eswi_ecc_take_next(w, 0);
    if (scenario < 0)
        crew->seat[seat].scenario = ECC_SEAT_CLOSED;
    else if (layers)
        eswi_ecc_seat_layers(w, crew, direction, relaxed, scenario, seat);
    else
        eswi_ecc_seat_powers(w, crew, direction, scenario, seat);
}

/* What a seat does between two steps: ends what is done, and begins what is next. 0: the seat is closed. `relaxed` is
 * eswi_ecc_phase_relaxed, told by the caller, whose compiler then leaves out the other kind. */
ESW_FN int eswi_ecc_seat_turn(const eswi_ecc_batch_work *w, eswi_ecc_crew *crew, eswi_ecc_phase phase,
                              int relaxed, int seat)
{
    const int direction = eswi_ecc_phase_direction(phase);
    eswi_ecc_seat *at = &crew->seat[seat];
    if (eswi_ecc_crew_done(crew, seat)) {
        if (phase == PHASE_DOWN)
            eswi_ecc_finish_set(w, crew, relaxed, seat);
        else if (phase == PHASE_UP)
            eswi_ecc_finish_split(w, crew, relaxed, seat);
        else if (!relaxed)
            eswi_ecc_finish_powers(w, crew, direction, seat);
    }
    if (at->scenario == ECC_SEAT_FREE)
        eswi_ecc_fill_seat(w, crew, phase, relaxed, seat);
    if (at->scenario == ECC_SEAT_CLOSED)
        return 0;
    if (at->begin)
        eswi_ecc_begin_layer(w, crew, direction, seat);
    return 1;
}

#endif
