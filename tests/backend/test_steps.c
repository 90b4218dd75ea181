/* One evaluation and the steps after it: the same bits for both layouts and every instruction set, and the
 * value the oracle has. The steps are those a solver takes, through the functions compiled per instruction
 * set. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "descents.h"
#include "ecc/crew.h"
#include "tolerances.h"

enum { MOST_USERS = 32, MOST_COLUMNS = 40, STEPS = 12 };

/* What a step leaves of one scenario, wherever it lies in the lanes. Words, so that bits are compared. */
typedef struct snapshot {
    float beta[MOST_USERS][MOST_COLUMNS], gradient[MOST_USERS][MOST_COLUMNS], trial[MOST_USERS][MOST_COLUMNS];
    float power[MOST_USERS], power_gradient[MOST_USERS], rate[MOST_USERS], price[MOST_USERS], level[MOST_USERS];
    float value, accepted, alpha, size, norm;
    int32_t state, iteration, evaluations;
} snapshot;

/* Sixteen scenarios to descend on in one direction, and who of them sends. */
typedef struct stage {
    descents d;
    int direction;
    int access; /* of a problem with fixed subchannels */
    bool relaxed, published;
    float work[ECC_LANES][MOST_USERS];
    int32_t assigned[ECC_LANES][MOST_USERS];
} stage;

/* ---------------------------------------------------------------- a crew at work */

static void *crew_open(eswi_ecc_crew *crew, const stage *s)
{
    eswi_carve carve = {NULL, 0};
    memset(crew, 0, sizeof *crew);
    eswi_ecc_crew_layout(crew, &carve, s->d.config, s->relaxed, eswi_ecc_spreads(s->d.config), 1);
    void *block = aligned_alloc(ESWI_CARVE_ALIGN, carve.used);
    cr_assert_not_null(block);
    memset(block, 0, carve.used);
    carve = (eswi_carve){block, 0};
    eswi_ecc_crew_layout(crew, &carve, s->d.config, s->relaxed, eswi_ecc_spreads(s->d.config), 1);
    eswi_ecc_crew_aim(crew, s->direction, s->relaxed);
    return block;
}

static void take_seat(eswi_ecc_crew *crew, const stage *s, uint32_t scenario, int seat)
{
    const eswi_ecc_config *config = s->d.config;
    const eswi_ecc_instance instance = descents_instance(&s->d, scenario);
    if (s->relaxed)
        eswi_ecc_lanes_load(&crew->lanes[s->direction], config, &instance, seat, crew->keys);
    else
        eswi_ecc_fixed_load(&crew->fixed, config, &instance, s->direction, (ecc_access)s->access,
                            s->assigned[scenario], seat, crew->links);
    for (int u = 0; u < config->users; u++)
        eswi_ecc_crew_set(crew, crew->active->work, u, seat, s->work[scenario][u]);
    eswi_ecc_crew_cold(crew, &instance, s->direction, seat);
    eswi_ecc_crew_start(crew, seat, 0);
    crew->seat[seat].scenario = (int)scenario;
}

static void look(const eswi_ecc_crew *crew, int seat, snapshot *shot)
{
    const eswi_ecc_descent *d = crew->active;
    const int across = crew->across, lane = across ? 0 : seat,
              columns = d->tiles ? crew->config->subchannels : 0;
    memset(shot, 0, sizeof *shot);
    for (int u = 0; u < d->users; u++) {
        const size_t i = (size_t)u * ECC_LANES + (size_t)lane;
        for (int m = 0; m < columns; m++) {
            const size_t column = (size_t)(across ? m : m * ECC_LANES + lane);
            const size_t at = (size_t)u * (size_t)d->tiles * ECC_LANES + column;
            shot->beta[u][m] = d->beta[at];
            shot->gradient[u][m] = d->beta_trial_gradient[at];
            shot->trial[u][m] = d->beta_trial[at];
        }
        shot->power[u] = d->power[i];
        shot->power_gradient[u] = d->power_gradient[i];
        shot->rate[u] = d->rate[i];
        shot->price[u] = d->price[i];
        shot->level[u] = d->level_trial[i];
    }
    shot->value = d->value[lane];
    shot->accepted = d->accepted[lane];
    shot->alpha = d->alpha[lane];
    shot->size = d->size[lane];
    shot->norm = d->norm[lane];
    shot->state = d->state[lane];
    shot->iteration = d->iteration[lane];
    shot->evaluations = d->evaluations[lane];
}

/* Every scenario after `steps` steps. */
static void descend(const stage *s, descent_way way, int steps, snapshot shots[ECC_LANES])
{
    descent_spreading = way.spread;
    eswi_ecc_crew crew;
    void *block = crew_open(&crew, s);
    cr_assert_eq(crew.across, s->relaxed && way.spread == SPREAD_ALWAYS);
    const eswi_ecc_step step = s->published ? way.kernels->ecc_published_step : way.kernels->ecc_step;
    for (uint32_t first = 0; first < ECC_LANES; first += (uint32_t)crew.seats) {
        for (int seat = 0; seat < crew.seats; seat++)
            take_seat(&crew, s, first + (uint32_t)seat, seat);
        for (int k = 0; k < steps; k++)
            step(crew.active);
        for (int seat = 0; seat < crew.seats; seat++)
            look(&crew, seat, &shots[first + (uint32_t)seat]);
    }
    free(block);
    descent_spreading = SPREAD_BY_SIZE;
}

/* ---------------------------------------------------------------- scenarios */

/* Gains that belong to no geometry: ten decades, and every third one that of the user before. */
static void make_wild(const stage *s, dice *drawing, uint32_t scenario)
{
    const eswi_ecc_instance instance = descents_instance(&s->d, scenario);
    const size_t row = (size_t)(s->d.config->aps * s->d.config->subchannels),
                 links = row * (size_t)s->d.config->users;
    for (size_t i = 0; i < links; i++) {
        const float drawn = (float)dice_log(drawing, 1e-14, 1e-4);
        float *gain = instance.gain[s->direction];
        gain[i] = i >= row && dice_chance(drawing, 0.3) ? gain[i - row] : drawn;
    }
}

/* A quarter of the users stays local; with fixed subchannels some have none, and clusters are of any size up
 * to the cap that the lists are made for. */
static void draw_stage(stage *s, const char *overrides, int direction, bool relaxed, bool wild)
{
    memset(s, 0, sizeof *s);
    descents_open(&s->d, overrides, 81, ECC_LANES);
    s->direction = direction;
    s->relaxed = relaxed;
    const eswi_ecc_config *config = s->d.config;
    cr_assert(config->users <= MOST_USERS && config->subchannels <= MOST_COLUMNS);
    for (uint32_t i = 0; i < ECC_LANES; i++) {
        dice drawing = dice_of(82, i);
        for (int u = 0; u < config->users; u++) {
            const double work = dice_log(&drawing, 1e-4, 1.0);
            s->work[i][u] = u > 0 && dice_chance(&drawing, 0.25) ? 0.0f : (float)work;
            s->assigned[i][u] = dice_int(&drawing, 0, config->subchannels - 1);
        }
        if (wild)
            make_wild(s, &drawing, i);
    }
}

/* A row of sizes, layouts and readings: one of each, odd ones, more columns than lanes. */
static const char *const networks[] = {
    "aps=1 users=1 subchannels=1 start_seed=5",
    "aps=1 users=1 subchannels=33 start_seed=5",
    "aps=2 users=9 subchannels=1 cluster_cap=9 start_seed=5",
    "aps=1 users=7 subchannels=3 start_seed=5",
    "aps=3 users=12 subchannels=16",
    "aps=5 users=30 subchannels=17 layout=uniform start_seed=5",
    "aps=4 users=21 subchannels=40",
    "aps=3 users=14 subchannels=20 reading=published start_seed=5",
    "aps=5 users=20 subchannels=12 layout=uniform reading=published start_seed=5",
};
enum { NETWORKS = sizeof networks / sizeof *networks };

static void assert_same(const stage *s, const snapshot *expected, const snapshot *found, const descent_way *way)
{
    for (int i = 0; i < ECC_LANES; i++)
        cr_assert_eq(
            memcmp(&expected[i], &found[i], sizeof *expected), 0,
            "%d APs, %d users, %d subchannels, direction %d, scenario %d: %s%s gives f = %a, baseline %a",
            s->d.config->aps, s->d.config->users, s->d.config->subchannels, s->direction, i, way->kernels->name,
            way->spread == SPREAD_ALWAYS ? " across" : "", (double)found[i].value, (double)expected[i].value);
}

/* After one evaluation and after some steps, every way against the baseline's with a scenario per lane. */
static void compare_ways(const stage *s)
{
    static snapshot expected[ECC_LANES], found[ECC_LANES];
    const eswi_cpu_kernels *const *kernels = eswi_cpu_kernels_available();
    for (int steps = 1; steps <= STEPS; steps += STEPS - 1) {
        descend(s, (descent_way){.kernels = &eswi_cpu_kernels_baseline, .spread = SPREAD_NEVER}, steps,
                expected);
        for (int k = 0; kernels[k]; k++)
            for (int spread = SPREAD_NEVER; spread <= (s->relaxed ? SPREAD_ALWAYS : SPREAD_NEVER); spread++) {
                const descent_way way = {.kernels = kernels[k], .spread = (descent_spread)spread};
                descend(s, way, steps, found);
                assert_same(s, expected, found, &way);
            }
    }
}

Test(steps, on_shares_have_the_same_bits_in_both_layouts_and_every_instruction_set, .timeout = 300)
{
    static stage s;
    for (int n = 0; n < NETWORKS; n++)
        for (int direction = 0; direction < ECC_DIRECTIONS; direction++)
            for (int wild = 0; wild < 2; wild++) {
                draw_stage(&s, networks[n], direction, true, wild);
                compare_ways(&s);
                descents_close(&s.d);
            }
}

Test(steps, as_printed_have_the_same_bits_in_both_layouts_and_every_instruction_set, .timeout = 300)
{
    static stage s;
    for (int n = 0; n < NETWORKS; n++)
        for (int direction = 0; direction < ECC_DIRECTIONS; direction++) {
            draw_stage(&s, networks[n], direction, true, false);
            s.d.config->reading = ECC_PUBLISHED;
            s.published = true;
            compare_ways(&s);
            descents_close(&s.d);
        }
}

Test(steps, with_fixed_subchannels_have_the_same_bits_in_every_instruction_set, .timeout = 300)
{
    static stage s;
    for (int n = 0; n < NETWORKS; n++)
        for (int access = ECC_NOMA; access <= ECC_OMA_IN_CELL; access++) {
            draw_stage(&s, networks[n], access % ECC_DIRECTIONS, false, true);
            s.d.config->cluster_cap = s.d.config->users; /* the drawn clusters may be of any size */
            s.access = access;
            compare_ways(&s);
            descents_close(&s.d);
        }
}

/* ---------------------------------------------------------------- the oracle */

/* The oracle's value of a direction at the point a first step evaluated, in which work stands for bits over
 * bandwidth. */
static double oracle_value(const stage *s, uint32_t scenario, const snapshot *shot)
{
    const eswi_ecc_config *config = s->d.config;
    const eswi_ecc_instance instance = descents_instance(&s->d, scenario);
    double beta[MOST_USERS * MOST_COLUMNS], power_w[MOST_USERS];
    int32_t split[MOST_USERS];
    for (int u = 0; u < config->users; u++) {
        split[u] = s->work[scenario][u] > 0.0f ? 1 : config->profiles[instance.profile_of_user[u]].units;
        power_w[u] = (double)shot->power[u];
        for (int m = 0; m < config->subchannels; m++)
            beta[u * config->subchannels + m] = (double)shot->beta[u][m];
    }
    const eswi_ecc_oracle at = {.config = config,
                                .instance = &instance,
                                .access = (ecc_access)s->access,
                                .split = split,
                                .assigned = {s->assigned[scenario], s->assigned[scenario]},
                                .beta = {s->relaxed ? beta : NULL, s->relaxed ? beta : NULL},
                                .power_w = {power_w, power_w}};
    double value = 0.0;
    for (int u = 0; u < config->users; u++)
        if (eswi_ecc_oracle_offloads(&at, u))
            value += (double)s->work[scenario][u] * config->subchannel_hz[s->direction] *
                     (config->weight_time + config->weight_energy * power_w[u]) /
                     eswi_ecc_oracle_rate(&at, s->direction, u);
    return value;
}

static void compare_with_oracle(const stage *s)
{
    static snapshot shots[ECC_LANES];
    descend(s, (descent_way){.kernels = eswi_cpu_kernels_available()[0], .spread = SPREAD_NEVER}, 1, shots);
    for (uint32_t i = 0; i < ECC_LANES; i++) {
        const double value = oracle_value(s, i, &shots[i]);
        cr_assert_leq(relative_difference((double)shots[i].value, value), TOLERANCE_FLOAT_VALUE,
                      "%d users, %d subchannels, access %d, direction %d: %.9g, oracle %.9g",
                      s->d.config->users, s->d.config->subchannels, s->access, s->direction,
                      (double)shots[i].value, value);
    }
}

Test(steps, evaluate_shares_as_the_oracle_does, .timeout = 300)
{
    static stage s;
    for (int n = 0; n < NETWORKS; n++)
        for (int direction = 0; direction < ECC_DIRECTIONS; direction++) {
            draw_stage(&s, networks[n], direction, true, n % 2);
            compare_with_oracle(&s);
            descents_close(&s.d);
        }
}

Test(steps, evaluate_fixed_subchannels_as_the_oracle_does_in_every_access, .timeout = 300)
{
    static stage s;
    for (int n = 0; n < NETWORKS; n++)
        for (int direction = 0; direction < ECC_DIRECTIONS; direction++)
            for (int access = ECC_NOMA; access <= ECC_OMA_IN_CELL; access++) {
                draw_stage(&s, networks[n], direction, false, n % 2);
                s.d.config->cluster_cap = s.d.config->users;
                s.access = access;
                compare_with_oracle(&s);
                descents_close(&s.d);
            }
}
