#include "base/detmath.h"
#include "ecc/li_gd_record.h"

#include <string.h>

static int take_next(eswi_ecc_li_gd *s)
{
    uint32_t mine;
#pragma omp atomic capture
    mine = s->next++;
    return mine < s->count ? (int)mine : -1;
}

/* ---------------------------------------------------------------- layers: phases 1 and 2 */

/* The users that send at split `layer` (uplink) or in offloading set `layer` (downlink), and what they send. */
static void set_work(eswi_ecc_crew *crew, const eswi_ecc_record *r, const eswi_ecc_instance *instance,
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
        crew->sends[u] = (uint8_t)sends;
    }
}

static void begin_layer(eswi_ecc_li_gd *s, eswi_ecc_crew *crew, int direction, int seat)
{
    eswi_ecc_seat *at = &crew->seat[seat];
    const eswi_ecc_instance instance = eswi_ecc_li_gd_instance(s, at->scenario);
    const int warm = at->started > 0 && !s->cold;
    set_work(crew, &s->records[at->scenario], &instance, direction, seat);
    if (!warm)
        eswi_ecc_crew_cold(crew, &instance, direction, seat);
    eswi_ecc_crew_start(crew, seat, warm);
    at->started++;
}

/* Loads the next scenario of the batch into a seat and starts its first layer. */
static void seat_layers(eswi_ecc_li_gd *s, eswi_ecc_crew *crew, int direction, int seat)
{
    const int scenario = take_next(s);
    if (scenario < 0)
        return;
    eswi_ecc_record *r = &s->records[scenario];
    const eswi_ecc_instance instance = eswi_ecc_li_gd_instance(s, scenario);
    if (s->relaxed)
        eswi_ecc_lanes_load(&crew->lanes[direction], s->config, &instance, seat, crew->keys);
    else
        eswi_ecc_fixed_load(&crew->fixed, s->config, &instance, direction, s->config->access,
                            r->assigned[direction], seat, crew->links);
    const eswi_ecc_seat fresh = {
        .scenario = scenario, .layer = direction == ECC_UP, .best_value = r->layers.local};
    crew->seat[seat] = fresh;
    begin_layer(s, crew, direction, seat);
}

static void count_layer(const eswi_ecc_crew *crew, int seat, eswi_ecc_diagnostics *diagnostics)
{
    const eswi_ecc_descent *d = crew->active;
    const int lane = crew->across ? 0 : seat;
    diagnostics->iterations += d->iteration[lane];
    diagnostics->evaluations += d->evaluations[lane];
    diagnostics->unconverged_layers += d->state[lane] != ECC_LANE_CONVERGED;
}

static int32_t reason_of(int state)
{
    return state == ECC_LANE_CONVERGED ? ECC_REASON_CONVERGED
           : state == ECC_LANE_LIMIT   ? ECC_REASON_ITERATIONS
                                       : ECC_REASON_STALLED;
}

/* The power phases work on logarithmic levels; the published descent's are linear. */
static float log_level(const eswi_ecc_descent *d, float level)
{
    const float most = eswi_exp2f(d->log2_range);
    return d->linear ? eswi_log2f(fmaf(level, most - 1.0f, 1.0f)) / d->log2_range : level;
}

/* Keeps what a finished offloading set found; the next set, or the seat is free. */
static void finish_set(eswi_ecc_li_gd *s, eswi_ecc_crew *crew, int seat)
{
    eswi_ecc_seat *at = &crew->seat[seat];
    eswi_ecc_record *r = &s->records[at->scenario];
    const eswi_ecc_descent *d = crew->active;
    const size_t users = (size_t)s->config->users, row = (size_t)at->layer * users;
    const int lane = crew->across ? 0 : seat;

    count_layer(crew, seat, &r->diagnostics);
    r->set_value[at->layer] = (double)d->accepted[lane];
    for (size_t u = 0; u < users; u++) {
        r->set_level[row + u] = log_level(d, d->level[u * ECC_LANES + lane]);
        crew->sends[u] = d->work[u * ECC_LANES + lane] > 0.0f;
    }
    if (s->relaxed) {
        const eswi_ecc_instance instance = eswi_ecc_li_gd_instance(s, at->scenario);
        eswi_ecc_crew_round(crew, &instance, ECC_DOWN, seat, 0, r->set_assigned + row);
    }
    if (++at->layer < r->layers.sets)
        begin_layer(s, crew, ECC_DOWN, seat);
    else
        eswi_ecc_crew_leave(crew, seat);
}

/* The uplink after its last split: rounds the best one and makes it the decision to be refined. */
static void choose_split(eswi_ecc_li_gd *s, eswi_ecc_crew *crew, int seat)
{
    const eswi_ecc_seat *at = &crew->seat[seat];
    eswi_ecc_record *r = &s->records[at->scenario];
    const eswi_ecc_config *config = s->config;
    const eswi_ecc_instance instance = eswi_ecc_li_gd_instance(s, at->scenario);
    const int lane = crew->across ? 0 : seat, split = at->best_layer;

    r->diagnostics.common_split = split;
    r->diagnostics.relaxed_value = (float)at->best_value;
    r->diagnostics.reason = at->best_reason;
    r->diagnostics.gradient_norm = at->best_norm;
    r->live = split > 0;
    if (!r->live)
        return;
    const size_t row = (size_t)eswi_ecc_layers_set(&r->layers, split) * config->users;
    for (int u = 0; u < config->users; u++) {
        crew->sends[u] = split < config->profiles[instance.profile_of_user[u]].units;
        r->level[ECC_UP][u] = log_level(crew->active, crew->best_level[u * ECC_LANES + lane]);
        r->level[ECC_DOWN][u] = r->set_level[row + u];
    }
    if (s->relaxed) {
        r->diagnostics.unrounded = eswi_ecc_crew_round(crew, &instance, ECC_UP, seat, 1, r->assigned[ECC_UP]);
        const int32_t *down = config->pair_directions ? r->assigned[ECC_UP] : r->set_assigned + row;
        memcpy(r->assigned[ECC_DOWN], down, sizeof *down * (size_t)config->users);
    }
    for (int u = 0; u < config->users; u++) {
        const int units = config->profiles[instance.profile_of_user[u]].units;
        const int sends = crew->sends[u] && r->assigned[ECC_UP][u] >= 0 && r->assigned[ECC_DOWN][u] >= 0;
        r->split[u] = sends ? split : units;
    }
}

/* Compares a finished split with the best so far; the next split, or the choice. */
static void finish_split(eswi_ecc_li_gd *s, eswi_ecc_crew *crew, int seat)
{
    eswi_ecc_seat *at = &crew->seat[seat];
    eswi_ecc_record *r = &s->records[at->scenario];
    const eswi_ecc_descent *d = crew->active;
    const int lane = crew->across ? 0 : seat;
    const double down = r->set_value[eswi_ecc_layers_set(&r->layers, at->layer)];
    const double value = r->layers.compute[at->layer] + ((double)d->accepted[lane] + down);

    count_layer(crew, seat, &r->diagnostics);
    if (at->started == 1) {
        r->diagnostics.evaluations_first = d->evaluations[lane];
    } else {
        r->diagnostics.evaluations_later += d->evaluations[lane];
        r->diagnostics.layers_later++;
    }
    if (value < at->best_value) {
        at->best_value = value;
        at->best_layer = at->layer;
        at->best_reason = reason_of(d->state[lane]);
        at->best_norm = d->norm[lane];
        eswi_ecc_crew_keep(crew, seat);
    }
    if (++at->layer < r->layers.depth[r->layers.sets - 1]) {
        begin_layer(s, crew, ECC_UP, seat);
        return;
    }
    choose_split(s, crew, seat);
    eswi_ecc_crew_leave(crew, seat);
}

/* ---------------------------------------------------------------- powers: phases 3 and 4 */

static void seat_powers(eswi_ecc_li_gd *s, eswi_ecc_crew *crew, int direction, int seat)
{
    const eswi_ecc_config *config = s->config;
    int scenario = take_next(s);
    while (scenario >= 0 && !s->records[scenario].live)
        scenario = take_next(s);
    if (scenario < 0)
        return;
    const eswi_ecc_record *r = &s->records[scenario];
    const eswi_ecc_instance instance = eswi_ecc_li_gd_instance(s, scenario);
    const eswi_ecc_seat fresh = {.scenario = scenario};

    crew->seat[seat] = fresh;
    eswi_ecc_fixed_load(&crew->fixed, config, &instance, direction, s->config->access, r->assigned[direction],
                        seat, crew->links);
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

/* Bit/s/Hz user u would get at full power against the interference it hears now. */
static float promised_rate(const eswi_ecc_crew *crew, int user, int lane, float power)
{
    const eswi_ecc_fixed *p = &crew->fixed;
    const int i = user * ECC_LANES + lane;
    float interference = p->noise[i];
    for (int k = 0; k < p->heard_count[i]; k++) {
        const size_t at = ((size_t)user * p->pairs + k) * ECC_LANES + lane;
        interference =
            fmaf(crew->active->power[p->heard[at] * ECC_LANES + lane], p->heard_gain[at], interference);
    }
    return p->share[i] * eswi_log2_1pf(power * p->own[i] / interference);
}

static void finish_powers(eswi_ecc_li_gd *s, eswi_ecc_crew *crew, int direction, int seat)
{
    const int scenario = crew->seat[seat].scenario;
    const eswi_ecc_descent *d = crew->active;
    eswi_ecc_record *r = &s->records[scenario];
    const float most = (float)s->config->power_max_w[direction];

    r->diagnostics.evaluations += d->evaluations[seat];
    r->diagnostics.evaluations_final += d->evaluations[seat];
    r->diagnostics.iterations += d->iteration[seat];
    for (int u = 0; u < s->config->users; u++) {
        const int i = u * ECC_LANES + seat;
        r->level[direction][u] = d->level[i];
        r->rate[direction][u] = d->work[i] > 0.0f ? d->rate[i] : promised_rate(crew, u, seat, most);
    }
    eswi_ecc_crew_leave(crew, seat);
}

/* ---------------------------------------------------------------- a phase */

static void fill_seat(eswi_ecc_li_gd *s, eswi_ecc_crew *crew, eswi_ecc_phase phase, int seat)
{
    if (phase == PHASE_DOWN || phase == PHASE_UP)
        seat_layers(s, crew, phase == PHASE_UP ? ECC_UP : ECC_DOWN, seat);
    else
        seat_powers(s, crew, phase == PHASE_POWER_UP ? ECC_UP : ECC_DOWN, seat);
}

static void finish_seat(eswi_ecc_li_gd *s, eswi_ecc_crew *crew, eswi_ecc_phase phase, int seat)
{
    if (phase == PHASE_DOWN)
        finish_set(s, crew, seat);
    else if (phase == PHASE_UP)
        finish_split(s, crew, seat);
    else
        finish_powers(s, crew, phase == PHASE_POWER_UP ? ECC_UP : ECC_DOWN, seat);
    if (crew->seat[seat].scenario < 0)
        fill_seat(s, crew, phase, seat);
}

void eswi_ecc_li_gd_work(eswi_ecc_li_gd *s, eswi_ecc_crew *crew, eswi_ecc_phase phase)
{
    const int relaxed = s->relaxed && (phase == PHASE_DOWN || phase == PHASE_UP);
    const int direction = phase == PHASE_UP || phase == PHASE_POWER_UP ? ECC_UP : ECC_DOWN;
    const eswi_ecc_step step =
        relaxed && s->config->reading == ECC_PUBLISHED ? s->steps.published : s->steps.repaired;
    eswi_ecc_crew_aim(crew, direction, relaxed);
    for (int seat = 0; seat < crew->seats; seat++)
        fill_seat(s, crew, phase, seat);
    for (;;) {
        int busy = 0;
        for (int seat = 0; seat < crew->seats; seat++)
            busy |= crew->seat[seat].scenario >= 0;
        if (!busy)
            return;
        step(crew->active);
        for (int seat = 0; seat < crew->seats; seat++)
            if (eswi_ecc_crew_done(crew, seat))
                finish_seat(s, crew, phase, seat);
    }
}
