/* Cases of ECC: descent iterations, grid points, Li-GD scenarios. */
#include <stdlib.h>
#include <string.h>

#include "backend/cpu/isa.h"
#include "backend/cpu/pin.h"
#include "base/carve.h"
#include "bench.h"
#include "ecc/crew.h"
#include "ecc/system.h"
#include "rival_descent.h"
#include "rival_grid.h"

enum { SMALL_APS = 5, SMALL_USERS = 60, SMALL_SUBCHANNELS = 12, BENCH_SEED = 2026 };

static size_t padded(size_t bytes)
{
    return (bytes + ESWI_CARVE_ALIGN - 1) / ESWI_CARVE_ALIGN * ESWI_CARVE_ALIGN;
}

/* Staged instances, `stride` bytes apart; NULL with *error set. */
static char *stage_all(const eswi_ecc_config *config, int count, size_t *stride, esw_error *error)
{
    *stride = padded(eswi_ecc_instance_bytes(config));
    char *block = aligned_alloc(ESWI_CARVE_ALIGN, *stride * (size_t)count);
    if (!block) {
        esw_fail(error, ESW_NO_MEMORY, "no memory for %d instances", count);
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        const eswi_ecc_instance instance = eswi_ecc_instance_view(config, block + (size_t)i * *stride);
        eswi_ecc_stage(config, BENCH_SEED, (uint64_t)i, &instance);
    }
    return block;
}

/* ---------------------------------------------------------------- descent iterations */

typedef struct descent_state {
    const eswi_ecc_config *config;
    const char *instances;
    size_t stride;
    int threads, steps;
    eswi_ecc_crew *crews;
    eswi_ecc_step step;
    rival_descent *rival;
} descent_state;

static void start_seat(const descent_state *s, eswi_ecc_crew *crew, int scenario, int seat)
{
    const eswi_ecc_instance instance =
        eswi_ecc_instance_view(s->config, s->instances + (size_t)scenario * s->stride);
    for (int u = 0; u < s->config->users; u++) {
        const double bits = s->config->profiles[instance.profile_of_user[u]].bits[1];
        eswi_ecc_crew_set(crew, crew->active->work, u, seat, (float)(bits / s->config->subchannel_hz[ECC_UP]));
    }
    eswi_ecc_crew_cold(crew, &instance, ECC_UP, seat);
    eswi_ecc_crew_start(crew, seat, 0);
    crew->seat[seat].scenario = scenario;
}

/* `steps` evaluations of every lane of every thread; a lane that converges starts again. */
static void run_descents(void *state)
{
    const descent_state *s = state;
#pragma omp parallel num_threads(s->threads)
    {
        eswi_ecc_crew *crew = &s->crews[bench_this_thread()];
        for (int k = 0; k < s->steps; k++) {
            s->step(crew->active);
            for (int seat = 0; seat < crew->seats; seat++)
                if (eswi_ecc_crew_done(crew, seat))
                    start_seat(s, crew, crew->seat[seat].scenario, seat);
        }
    }
}

static void run_rival_descent(void *state)
{
    const descent_state *s = state;
    rival_descent_reset(s->rival);
    for (int k = 0; k < s->steps; k++)
        rival_descent_iterate(s->rival);
}

static size_t lay_out_crews(const descent_state *s, void *block)
{
    eswi_carve carve = {block, 0};
    for (int t = 0; t < s->threads; t++) {
        eswi_ecc_crew measured;
        eswi_ecc_crew_layout(block ? &s->crews[t] : &measured, &carve, s->config, 1,
                             eswi_ecc_spreads(s->config), 1);
    }
    return carve.used;
}

static void load_crews(const descent_state *s)
{
    for (int t = 0; t < s->threads; t++) {
        eswi_ecc_crew *crew = &s->crews[t];
        eswi_ecc_crew_aim(crew, ECC_UP, 1);
        for (int seat = 0; seat < crew->seats; seat++) {
            const int scenario = t * ECC_LANES + seat;
            const eswi_ecc_instance instance =
                eswi_ecc_instance_view(s->config, s->instances + (size_t)scenario * s->stride);
            eswi_ecc_lanes_load(&crew->lanes[ECC_UP], s->config, &instance, seat, crew->keys);
            start_seat(s, crew, scenario, seat);
        }
    }
}

static json_t *measure_descent(const esw_bench_options *options, descent_state *s)
{
    const bench_work fast = {run_descents, s, (double)s->steps * ECC_LANES * s->threads};
    const bench_work rival = {run_rival_descent, s, (double)s->steps};
    json_t *result = bench_case("descent", "uplink iterations/s at 5 x 60 x 12", bench_rate(options, &fast));
    json_t *peer = bench_peer("descent_numpy.py", "--aps 5 --users 60 --subchannels 12");
    bench_rival(result, "scalar double, prefix sums, one thread", bench_rate(options, &rival));
    if (peer) {
        bench_rival(result, "numpy float64, batched", json_number_value(json_object_get(peer, "float64")));
        bench_rival(result, "numpy float32, batched", json_number_value(json_object_get(peer, "float32")));
    } else {
        bench_left_out(result, "numpy: no Python with numpy");
    }
    json_decref(peer);
    return result;
}

json_t *bench_descent(const esw_bench_options *options, esw_error *error)
{
    descent_state s = {.threads = options->threads, .steps = 256, .step = eswi_cpu_kernels_in_use()->ecc_step};
    eswi_ecc_config *config = bench_ecc_config(SMALL_APS, SMALL_USERS, SMALL_SUBCHANNELS, error);
    json_t *result = NULL;
    if (!config)
        return NULL;
    s.config = config;
    char *instances = stage_all(config, s.threads * ECC_LANES, &s.stride, error);
    s.instances = instances;
    s.crews = calloc((size_t)s.threads, sizeof *s.crews);
    const size_t bytes = lay_out_crews(&s, NULL);
    void *block = aligned_alloc(ESWI_CARVE_ALIGN, bytes);
    if (instances && s.crews && block) {
        const eswi_ecc_instance first = eswi_ecc_instance_view(config, instances);
        memset(block, 0, bytes);
        lay_out_crews(&s, block);
        load_crews(&s);
        s.rival = rival_descent_open(config, &first);
        eswi_cpu_pin_threads(s.threads);
        result = s.rival ? measure_descent(options, &s) : NULL;
        rival_descent_close(s.rival);
    }
    if (!result)
        esw_fail(error, ESW_NO_MEMORY, "no memory for the descent benchmark");
    free(block);
    free(s.crews);
    free(instances);
    eswi_ecc_system.config_free((esw_config *)config);
    return result;
}

/* ---------------------------------------------------------------- grid points */

typedef struct grid_state {
    const eswi_ecc_config *config;
    int threads, users;
    char *scratch; /* one per thread */
    size_t scratch_bytes;
    eswi_ecc_grid_user *user;
    eswi_ecc_grid_choice *choice;
    eswi_ecc_grid_link *links;
    int32_t *profile;
    rival_choice *rival;
} grid_state;

static void run_grid(void *state)
{
    const grid_state *s = state;
    const int share = s->users / s->threads;
#pragma omp parallel num_threads(s->threads)
    {
        const int t = bench_this_thread();
        const eswi_ecc_grid_tables tables =
            eswi_ecc_grid_tables_of(s->config, s->scratch + (size_t)t * s->scratch_bytes);
        eswi_cpu_kernels_in_use()->ecc_grid_search(&tables, share, s->user + t * share, s->choice + t * share);
    }
}

static void run_rival_grid(void *state)
{
    const grid_state *s = state;
    const eswi_ecc_grid_tables tables = eswi_ecc_grid_tables_of(s->config, s->scratch);
    rival_grid(s->config, &tables, SMALL_USERS, s->profile, s->links, s->rival);
}

/* Users of many scenarios with links of the plan of the first; the search's time does not depend on the values. */
static void fill_users(grid_state *s)
{
    const double full = s->config->power_max_w[ECC_UP];
    for (int u = 0; u < s->users; u++) {
        const double sinr_per_w = 1e3 * (1.0 + u % 97);
        s->profile[u] = 0;
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            s->links[u].sinr_per_w[d] = sinr_per_w;
            s->links[u].band_hz[d] = s->config->subchannel_hz[d];
            s->user[u].full_sinr[d] = (float)(sinr_per_w * full);
            s->user[u].band_hz[d] = (float)s->config->subchannel_hz[d];
        }
        s->user[u].profile = 0;
    }
}

static json_t *measure_grid(const esw_bench_options *options, grid_state *s)
{
    const double points = (double)eswi_ecc_grid_points(s->config, &s->config->profiles[0]);
    const bench_work fast = {run_grid, s, points * (double)(s->users / s->threads * s->threads)};
    const bench_work rival = {run_rival_grid, s, points * SMALL_USERS};
    json_t *result =
        bench_case("grid", "points/s, argmin over split x power x units", bench_rate(options, &fast));
    json_t *peer = bench_peer("grid_numpy.py", "--splits 9");
    bench_rival(result, "scalar double, one thread", bench_rate(options, &rival));
    if (peer) {
        bench_rival(result, "numpy float32, whole arrays",
                    json_number_value(json_object_get(peer, "plain_points_per_s")));
        bench_rival(result, "numpy float32, hand-tuned",
                    json_number_value(json_object_get(peer, "tuned_points_per_s")));
    } else {
        bench_left_out(result, "numpy: no Python with numpy");
    }
    json_decref(peer);
    return result;
}

json_t *bench_grid(const esw_bench_options *options, esw_error *error)
{
    grid_state s = {.threads = options->threads, .users = SMALL_USERS * 512};
    eswi_ecc_config *config = bench_ecc_config(SMALL_APS, SMALL_USERS, SMALL_SUBCHANNELS, error);
    json_t *result = NULL;
    if (!config)
        return NULL;
    s.config = config;
    s.scratch_bytes = padded(eswi_ecc_grid_bytes(config));
    s.scratch = aligned_alloc(ESWI_CARVE_ALIGN, s.scratch_bytes * (size_t)s.threads);
    s.user = calloc((size_t)s.users, sizeof *s.user);
    s.choice = calloc((size_t)s.users, sizeof *s.choice);
    s.links = calloc((size_t)s.users, sizeof *s.links);
    s.profile = calloc((size_t)s.users, sizeof *s.profile);
    s.rival = calloc((size_t)s.users, sizeof *s.rival);
    if (s.scratch && s.user && s.choice && s.links && s.profile && s.rival) {
        for (int t = 0; t < s.threads; t++)
            eswi_ecc_grid_prepare(config, s.scratch + (size_t)t * s.scratch_bytes);
        fill_users(&s);
        result = measure_grid(options, &s);
    } else {
        esw_fail(error, ESW_NO_MEMORY, "no memory for the grid benchmark");
    }
    free(s.scratch);
    free(s.user);
    free(s.choice);
    free(s.links);
    free(s.profile);
    free(s.rival);
    eswi_ecc_system.config_free((esw_config *)config);
    return result;
}

/* ---------------------------------------------------------------- Li-GD scenarios */

typedef struct li_gd_state {
    eswi_ecc_li_gd *solver;
    const char *instances;
    size_t instance_bytes, decision_bytes;
    int count;
    char *decisions;
} li_gd_state;

static void run_li_gd(void *state)
{
    const li_gd_state *s = state;
    eswi_ecc_li_gd_solve(s->solver, s->instances, s->instance_bytes, (uint32_t)s->count, s->decisions,
                         s->decision_bytes);
}

static json_t *li_gd_case(const esw_bench_options *options, eswi_ecc_config *config, int count,
                          const char *name, const char *unit, esw_error *error)
{
    const eswi_cpu_kernels *kernels = eswi_cpu_kernels_in_use();
    const eswi_ecc_steps steps = {kernels->ecc_step, kernels->ecc_published_step};
    li_gd_state s = {.count = count, .decision_bytes = padded(eswi_ecc_decision_bytes(config))};
    json_t *result = NULL;
    char *instances = stage_all(config, count, &s.instance_bytes, error);
    s.instances = instances;
    s.decisions = aligned_alloc(ESWI_CARVE_ALIGN, s.decision_bytes * (size_t)count);
    if (instances && s.decisions &&
        !eswi_ecc_li_gd_open(config, ECC_LI_GD, (uint32_t)count, options->threads, &steps, &s.solver, error)) {
        const bench_work work = {run_li_gd, &s, (double)count};
        eswi_cpu_pin_threads(options->threads);
        result = bench_case(name, unit, bench_rate(options, &work));
    }
    eswi_ecc_li_gd_close(s.solver);
    free(s.decisions);
    free(instances);
    eswi_ecc_system.config_free((esw_config *)config);
    return result;
}

json_t *bench_li_gd(const esw_bench_options *options, esw_error *error)
{
    eswi_ecc_config *config = bench_ecc_config(SMALL_APS, SMALL_USERS, SMALL_SUBCHANNELS, error);
    return config ? li_gd_case(options, config, 1024, "li-gd",
                               "scenarios/s at 5 x 60 x 12, both directions, one model", error)
                  : NULL;
}

json_t *bench_li_gd_full(const esw_bench_options *options, esw_error *error)
{
    eswi_ecc_config *config = bench_ecc_config(5, 1250, 250, error);
    return config ? li_gd_case(options, config, options->threads, "li-gd-full-size",
                               "scenarios/s at 5 x 1250 x 250, both directions, one model", error)
                  : NULL;
}
