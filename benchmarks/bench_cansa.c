/* Cases of CANSA at 60 clients and 200 RBs, by the CPU backend's own operations: auctions and optima of staged
 * scenarios, decisions written out. */
#include <stdlib.h>

#include "backend/cpu/solver.h"
#include "base/carve.h"
#include "bench.h"
#include "cansa/oracle.h"
#include "cansa/params.h"
#include "cansa/system.h"
#include "rival_knapsack.h"

enum { BENCH_SEED = 2026, BATCH = 4096, RIVAL_SCENARIOS = 8 };

typedef struct cansa_state {
    eswi_cansa_config *config;
    eswi_method_run run;
    eswi_solver *solver;
    char *decisions;
    double *table;   /* of the rival */
    double checksum; /* so that the rival's work has a result */
} cansa_state;

static void run_solve(void *state)
{
    const cansa_state *s = state;
    esw_error error;
    eswi_cpu_solver_ops.solve(s->solver, 0, s->decisions, &error);
}

static void run_stage(void *state)
{
    const cansa_state *s = state;
    esw_error error;
    eswi_cpu_solver_ops.stage(s->solver, 0, BATCH, &error);
}

static void run_rival(void *state)
{
    cansa_state *s = state;
    const eswi_cansa_decision decision = eswi_cansa_decision_view(s->config, s->decisions);
    for (uint32_t i = 0; i < RIVAL_SCENARIOS; i++) {
        const eswi_cansa_instance instance =
            eswi_cansa_instance_view(s->config, eswi_cpu_solver_ops.instance(s->solver, i));
        if (s->run.method == CANSA_OPTIMUM)
            s->checksum += rival_knapsack(s->config, &instance, s->table);
        else
            eswi_cansa_oracle_solve(CANSA_AUCTION, s->config, &instance, &decision);
    }
}

static void close_state(cansa_state *s)
{
    eswi_cpu_solver_ops.close(s->solver);
    eswi_cansa_config_free((esw_config *)(void *)s->config);
    free(s->decisions);
    free(s->table);
}

static esw_status open_state(cansa_state *s, cansa_method method, int threads, esw_error *error)
{
    esw_value values[CANSA_PARAMS];
    esw_config *config = NULL;
    *s = (cansa_state){0};
    eswi_default_values(&eswi_cansa_bindings, values);
    esw_status status = eswi_cansa_configure(values, NULL, &config, error);
    if (status)
        return status;
    s->config = (eswi_cansa_config *)(void *)config;
    s->run = (eswi_method_run){method, config};
    const eswi_point point = {&eswi_cansa_system, BENCH_SEED, config, &s->run, 1};
    const eswi_resources resources = {.threads = threads, .batch = BATCH};
    s->decisions = aligned_alloc(ESWI_CARVE_ALIGN, eswi_cansa_decision_bytes(s->config) * BATCH);
    s->table = calloc(2 * ((size_t)s->config->rbs_total + 1), sizeof *s->table);
    status = s->decisions && s->table ? eswi_cpu_solver_ops.open(&point, &resources, &s->solver, error)
                                      : esw_fail(error, ESW_NO_MEMORY, "no memory for a benchmark");
    return status ? status : eswi_cpu_solver_ops.stage(s->solver, 0, BATCH, error);
}

static json_t *bench_method(cansa_method method, const char *name, const char *unit, const char *rival_name,
                            const esw_bench_options *options, esw_error *error)
{
    cansa_state s;
    json_t *result = NULL;
    if (open_state(&s, method, options->threads, error) == ESW_OK) {
        const bench_work fast = {run_solve, &s, BATCH}, rival = {run_rival, &s, RIVAL_SCENARIOS};
        const bench_work staging = {run_stage, &s, BATCH};
        result = bench_case(name, unit, bench_rate(options, &fast));
        bench_rival(result, rival_name, bench_rate(options, &rival));
        if (method == CANSA_AUCTION)
            bench_rival(result, "drawing the scenarios", bench_rate(options, &staging));
    }
    close_state(&s);
    return result;
}

json_t *bench_cansa_auction(const esw_bench_options *options, esw_error *error)
{
    return bench_method(CANSA_AUCTION, "cansa-auction", "auctions of 60 clients / s",
                        "naive scalar C: every R tried for every option, a sort", options, error);
}

json_t *bench_cansa_optimum(const esw_bench_options *options, esw_error *error)
{
    return bench_method(CANSA_OPTIMUM, "cansa-optimum", "optima of 60 clients and 200 RBs / s",
                        "naive scalar C: every R tried for every client", options, error);
}
