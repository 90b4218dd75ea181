/* Cases of the optimum methods that are times of one instance: branch and bound, and the bounds of a long chain. On one
 * thread and its processor time, so that they say something on a shared machine too. */
#include <stdlib.h>
#include <time.h>

#include "backend/cpu/isa.h"
#include "bench.h"
#include "bench_problem.h"
#include "ecc/arena.h"
#include "ecc/grid.h"
#include "ecc/params.h"

enum { PROBLEMS = 40, REPEATS = 5, CHAIN_LEVELS = 64, CHAIN = 12 };

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

/* Median milliseconds to a certified gap of 0.1 %, the least of REPEATS each. */
static json_t *certify_case(const char *name, int aps, int per_cell, int directions, esw_error *error)
{
    bench_problem p;
    const int32_t capacity = 1 << 17;
    double ms[PROBLEMS], nodes = 0.0;
    int open = 0;
    eswi_ecc_frontier *frontier = calloc(1, sizeof *frontier);
    eswi_ecc_node *heap = calloc((size_t)capacity, sizeof *heap);
    if (!frontier || !heap || !bench_problem_open(&p, aps, per_cell, error)) {
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
            bench_problem_element(&p, i, d, &e);
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
    bench_problem_close(&p);
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

/* Milliseconds for both bounds of twelve users of one cell on one subchannel, 64 levels. */
json_t *bench_chain(const esw_bench_options *options, esw_error *error)
{
    (void)options;
    bench_problem p;
    if (!bench_problem_open(&p, 1, CHAIN, error))
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
    bench_problem_close(&p);
    return result;
}
