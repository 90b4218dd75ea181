/* Cases of the searches of power levels: three users of one cell at LEVELS levels, beside a naive enumeration. */
#include <math.h>
#include <stdlib.h>

#include "backend/cpu/isa.h"
#include "backend/cpu/pin.h"
#include "bench.h"
#include "bench_problem.h"
#include "ecc/grid.h"
#include "ecc/layers.h"
#include "ecc/search.h"

enum { USERS = 3, LEVELS = 256, UNITS_MAX = 64 };
enum { TABLE_PROBLEMS = 64, SCAN_PROBLEMS = 4, SLICE = 2 }; /* elements a call; first levels the rival tries */

typedef struct search_state {
    bench_problem problem;
    ecc_search kind;
    int threads, elements;
    eswi_ecc_element *element;
    void *block;             /* of `search` */
    eswi_ecc_search *search; /* [threads] */
    double level_w[LEVELS], compute[UNITS_MAX];
    double seen; /* what was found, so that nothing is optimised away */
} search_state;

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

static void run_naive(void *state)
{
    search_state *s = state;
    s->seen += enumerate(&s->element[0], &s->problem.config->profiles[0], s->compute,
                         s->problem.config->subchannel_hz[ECC_UP], s->level_w, LEVELS, SLICE);
}

static void run_search(void *state)
{
    search_state *s = state;
    double seen = 0.0;
#pragma omp parallel for num_threads(s->threads) schedule(dynamic) reduction(+ : seen)
    for (int i = 0; i < s->elements; i++) {
        int32_t level[ECC_ELEMENT_USERS];
        seen += eswi_ecc_search_levels(&s->element[i], s->kind, &eswi_cpu_kernels_in_use()->ecc_optimum->scan,
                                       s->level_w, LEVELS, &s->search[bench_this_thread()], level);
    }
    s->seen += seen;
}

static size_t lay_out_searches(const search_state *s, void *block)
{
    eswi_carve carve = {block, 0};
    for (int t = 0; t < s->threads; t++) {
        eswi_ecc_search measured;
        eswi_ecc_search_layout(block ? &s->search[t] : &measured, &carve, LEVELS);
    }
    return carve.used;
}

static void fill(search_state *s)
{
    const eswi_ecc_config *config = s->problem.config;
    lay_out_searches(s, s->block);
    for (int k = 1; k <= config->profiles[0].units && k < UNITS_MAX; k++)
        s->compute[k] = eswi_ecc_compute_utility(config, &config->profiles[0], k);
    for (int k = 0; k < LEVELS; k++)
        s->level_w[k] =
            eswi_ecc_grid_power_w(config->power_min_w[ECC_UP], config->power_max_w[ECC_UP], k, LEVELS);
    for (int i = 0; i < s->elements; i++)
        bench_problem_element(&s->problem, i, ECC_UP, &s->element[i]);
}

static json_t *search_case(const esw_bench_options *options, const char *name, ecc_search kind, int elements,
                           esw_error *error)
{
    search_state s = {.kind = kind, .threads = options->threads, .elements = elements * options->threads};
    if (!bench_problem_open(&s.problem, 1, USERS, error))
        return NULL;
    json_t *result = NULL;
    s.element = calloc((size_t)s.elements, sizeof *s.element);
    s.search = calloc((size_t)s.threads, sizeof *s.search);
    s.block = aligned_alloc(ESWI_CARVE_ALIGN, lay_out_searches(&s, NULL));
    if (s.element && s.search && s.block) {
        const double combinations = (double)LEVELS * LEVELS * LEVELS;
        const bench_work fast = {run_search, &s, combinations * s.elements};
        const bench_work naive = {run_naive, &s, combinations * SLICE / LEVELS};
        fill(&s);
        eswi_cpu_pin_threads(s.threads);
        const double rate = bench_rate(options, &fast);
        result = bench_case(name, "combinations/s", rate);
        json_object_set_new(result, "ms", json_real(1e3 * combinations * s.threads / rate));
        bench_rival(result, "naive enumeration in C, one thread", bench_rate(options, &naive));
    } else {
        esw_fail(error, ESW_NO_MEMORY, "no memory for a search");
    }
    free(s.block);
    free(s.search);
    free(s.element);
    bench_problem_close(&s.problem);
    return result;
}

json_t *bench_value_table(const esw_bench_options *options, esw_error *error)
{
    return search_case(options, "value-table", ECC_SEARCH_TABLE, TABLE_PROBLEMS, error);
}

json_t *bench_scan(const esw_bench_options *options, esw_error *error)
{
    return search_case(options, "scan", ECC_SEARCH_SCAN, SCAN_PROBLEMS, error);
}
