/* Cases of the optimum methods: branch and bound, searches of power levels against a naive enumeration, and the bounds of
 * a long chain. All on one thread and its processor time, so that they say something on a shared machine too. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backend/cpu/isa.h"
#include "bench.h"
#include "ecc/arena.h"
#include "ecc/grid.h"
#include "ecc/params.h"
#include "ecc/layers.h"

enum { PROBLEMS = 40, REPEATS = 5, LEVELS = 256, CHAIN_LEVELS = 64, CHAIN = 12 };

static double thread_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One subchannel with `per_cell` users of each of `aps` cells, everybody sending. */
typedef struct problem {
    eswi_ecc_config *config;
    void *block;
    eswi_ecc_instance instance;
    eswi_ecc_envelope *envelopes;
    eswi_ecc_scene scene;
    int n;
} problem;

static void close_problem(problem *p)
{
    free(p->block);
    free(p->envelopes);
    if (p->config)
        eswi_ecc_config_free((esw_config *)p->config);
}

static bool open_problem(problem *p, int aps, int per_cell, esw_error *error)
{
    *p = (problem){.config = bench_ecc_config(aps, aps * per_cell, (per_cell + 2) / 3, error),
                   .n = aps * per_cell};
    if (!p->config)
        return false;
    /* 40 kHz, what a subchannel has at the paper's size, and users near their cells' edges. */
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        p->config->noise_w[d] *= 40e3 / p->config->subchannel_hz[d];
        p->config->subchannel_hz[d] = 40e3;
    }
    p->config->cell_radius_m = 250.0;
    p->config->cluster_cap = p->n;
    p->block = aligned_alloc(64, (eswi_ecc_instance_bytes(p->config) + 63) / 64 * 64);
    p->envelopes = calloc((size_t)p->config->n_profiles, sizeof *p->envelopes);
    if (!p->block || !p->envelopes) {
        esw_fail(error, ESW_NO_MEMORY, "no memory for a problem");
        close_problem(p);
        return false;
    }
    p->instance = eswi_ecc_instance_view(p->config, p->block);
    for (int i = 0; i < p->config->n_profiles; i++) {
        const eswi_ecc_profile *profile = &p->config->profiles[i];
        double *compute = calloc((size_t)profile->units + 1, sizeof *compute);
        for (int s = 1; compute && s <= profile->units; s++)
            compute[s] = eswi_ecc_compute_utility(p->config, profile, s);
        if (compute)
            eswi_ecc_envelope_of(compute, profile->bits, profile->units - 1, &p->envelopes[i]);
        free(compute);
    }
    p->scene = (eswi_ecc_scene){p->config, &p->instance, ECC_NOMA, p->envelopes};
    return true;
}

static void stage_element(problem *p, int scenario, int direction, eswi_ecc_element *e)
{
    int32_t users[ECC_ELEMENT_USERS], slices[ECC_ELEMENT_USERS];
    eswi_ecc_stage(p->config, 2026, (uint64_t)scenario, &p->instance);
    for (int u = 0; u < p->n; u++) {
        users[u] = u;
        slices[u] = 1;
    }
    eswi_ecc_element_build(&p->scene, direction, 0, users, slices, p->n, e);
}

/* Median milliseconds to a certified gap of 0.1 %, the least of REPEATS each. */
static json_t *certify_case(const char *name, int aps, int per_cell, int directions, esw_error *error)
{
    problem p;
    const int32_t capacity = 1 << 17;
    double ms[PROBLEMS], nodes = 0.0;
    int open = 0;
    eswi_ecc_frontier *frontier = calloc(1, sizeof *frontier);
    eswi_ecc_node *heap = calloc((size_t)capacity, sizeof *heap);
    if (!frontier || !heap || !open_problem(&p, aps, per_cell, error)) {
        free(frontier);
        free(heap);
        return NULL;
    }
    frontier->heap = heap;
    frontier->capacity = capacity;
    const eswi_ecc_limits limits = {
        .gap = 1e-3, .cutoff = eswi_inf(), .nodes = 1 << 16, .steps = ECC_BOUND_STEPS};
    for (int i = 0; i < PROBLEMS; i++) {
        ms[i] = 0.0;
        for (int d = 0; d < directions; d++) {
            eswi_ecc_element e;
            eswi_ecc_certificate c;
            double least = eswi_inf();
            stage_element(&p, i, d, &e);
            for (int k = 0; k < REPEATS && (k == 0 || least < 0.02); k++) { /* short ones are the noisy ones */
                const double start = thread_s();
                eswi_ecc_certify(&e, &eswi_cpu_kernels_in_use()->ecc_optimum->element, &limits, frontier, &c);
                const double elapsed = thread_s() - start;
                least = elapsed < least ? elapsed : least;
            }
            ms[i] += 1e3 * least;
            nodes += (double)c.nodes;
            open += c.end != ECC_REASON_GAP;
        }
    }
    qsort(ms, PROBLEMS, sizeof *ms, ascending);
    json_t *result = bench_case(name, "ms, median", ms[PROBLEMS / 2]);
    json_object_set_new(result, "p90_ms", json_real(ms[PROBLEMS * 9 / 10]));
    json_object_set_new(result, "nodes_mean", json_real(nodes / PROBLEMS));
    json_object_set_new(result, "not_closed", json_integer(open));
    close_problem(&p);
    free(frontier);
    free(heap);
    return result;
}

json_t *bench_certified(const esw_bench_options *options, esw_error *error)
{
    (void)options;
    return certify_case("certified", 2, 3, 1, error);
}

json_t *bench_certified_both(const esw_bench_options *options, esw_error *error)
{
    (void)options;
    return certify_case("certified-both-directions", 2, 3, 2, error);
}

json_t *bench_certified_large(const esw_bench_options *options, esw_error *error)
{
    (void)options;
    return certify_case("certified-three-cells", 3, 3, 1, error);
}

/* The enumeration as one writes it first: every combination, every user, every split. */
static double enumerate(const eswi_ecc_element *e, const eswi_ecc_profile *profile, const double *compute,
                        double band_hz, const double *level_w, int levels, int first_levels)
{
    double best = INFINITY;
    for (int a = 0; a < first_levels; a++)
        for (int b = 0; b < levels; b++)
            for (int c = 0; c < levels; c++) {
                const double p[3] = {level_w[a], level_w[b], level_w[c]};
                double total = 0.0;
                for (int u = 0; u < 3; u++) {
                    double heard = 1.0, least = INFINITY;
                    for (int v = 0; v < 3; v++)
                        heard += e->heard[u][v] * p[v];
                    const double rate = band_hz * eswi_log2_1p(e->own[u] * p[u] / heard);
                    const double x = (e->weight_time + e->weight_energy * p[u]) / rate;
                    for (int s = 1; s < profile->units; s++) {
                        const double cost = compute[s] + profile->bits[s] * x;
                        least = cost < least ? cost : least;
                    }
                    total += least;
                }
                best = total < best ? total : best;
            }
    return best;
}

/* Combinations a second of three users of one cell at LEVELS levels; the rival enumerates a slice of them. */
static json_t *search_case(const char *name, ecc_search kind, esw_error *error)
{
    problem p;
    double level_w[LEVELS], compute[64], elapsed = eswi_inf(), naive = eswi_inf(), seen = 0.0;
    int32_t level[ECC_ELEMENT_USERS];
    eswi_ecc_search search;
    eswi_carve measure = {NULL, 0};
    eswi_ecc_search_layout(&search, &measure, LEVELS);
    eswi_carve carve = {aligned_alloc(64, measure.used), 0};
    if (!carve.base || !open_problem(&p, 1, 3, error)) {
        free(carve.base);
        return NULL;
    }
    eswi_ecc_search_layout(&search, &carve, LEVELS);
    const eswi_ecc_profile *profile = &p.config->profiles[0];
    for (int s = 1; s <= profile->units && s < 64; s++)
        compute[s] = eswi_ecc_compute_utility(p.config, profile, s);
    for (int k = 0; k < LEVELS; k++)
        level_w[k] =
            eswi_ecc_grid_power_w(p.config->power_min_w[ECC_UP], p.config->power_max_w[ECC_UP], k, LEVELS);
    eswi_ecc_element e;
    const int problems = kind == ECC_SEARCH_TABLE ? PROBLEMS : 4, slice = 2;
    double total = 0.0;
    for (int i = 0; i < problems; i++) {
        stage_element(&p, i, ECC_UP, &e);
        elapsed = eswi_inf();
        for (int k = 0; k < REPEATS; k++) {
            const double start = thread_s();
            seen += eswi_ecc_search_levels(&e, kind, &eswi_cpu_kernels_in_use()->ecc_optimum->scan, level_w,
                                           LEVELS, &search, level);
            elapsed = fmin(elapsed, thread_s() - start);
        }
        total += elapsed;
    }
    for (int k = 0; k < REPEATS; k++) {
        const double start = thread_s();
        seen += enumerate(&e, profile, compute, p.config->subchannel_hz[ECC_UP], level_w, LEVELS, slice);
        naive = fmin(naive, thread_s() - start);
    }
    const double combinations = (double)LEVELS * LEVELS * LEVELS;
    json_t *result = bench_case(name, "combinations/s", seen > 0.0 ? combinations * problems / total : 0.0);
    json_object_set_new(result, "ms", json_real(1e3 * total / problems));
    bench_rival(result, "naive enumeration in C, one thread", combinations * slice / LEVELS / naive);
    close_problem(&p);
    free(carve.base);
    return result;
}

json_t *bench_value_table(const esw_bench_options *options, esw_error *error)
{
    (void)options;
    return search_case("value-table", ECC_SEARCH_TABLE, error);
}

json_t *bench_scan(const esw_bench_options *options, esw_error *error)
{
    (void)options;
    return search_case("scan", ECC_SEARCH_SCAN, error);
}

/* Milliseconds for both bounds of twelve users of one cell on one subchannel, 64 levels. */
json_t *bench_chain(const esw_bench_options *options, esw_error *error)
{
    (void)options;
    problem p;
    if (!open_problem(&p, 1, CHAIN, error))
        return NULL;
    double least = eswi_inf(), local[CHAIN], gap = 0.0;
    float power[CHAIN_LEVELS];
    int32_t users[CHAIN];
    for (int k = 0; k < CHAIN_LEVELS; k++)
        power[k] = (float)eswi_ecc_grid_power_w(p.config->power_min_w[ECC_UP], p.config->power_max_w[ECC_UP], k,
                                                CHAIN_LEVELS);
    eswi_ecc_stage(p.config, 2026, 0, &p.instance);
    for (int u = 0; u < CHAIN; u++) {
        users[u] = u;
        local[u] = eswi_inf();
    }
    eswi_ecc_cell chain;
    eswi_ecc_cell_table table;
    eswi_ecc_cell_build(&p.scene, ECC_UP, 0, users, CHAIN, local, power, CHAIN_LEVELS, &chain);
    for (int k = 0; k < 10 * REPEATS; k++) {
        const double start = thread_s();
        const eswi_ecc_cell_bounds bounds = eswi_cpu_kernels_in_use()->ecc_optimum->chain(&chain, 0, &table);
        const double elapsed = thread_s() - start;
        least = elapsed < least ? elapsed : least;
        gap = (double)((bounds.high - bounds.low) / bounds.high);
    }
    json_t *result = bench_case("chain", "ms", 1e3 * least);
    json_object_set_new(result, "gap", json_real(gap));
    close_problem(&p);
    return result;
}
