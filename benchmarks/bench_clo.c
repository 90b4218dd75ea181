/* Cases of CLO with the released preset, by the CPU backend's own operations: slots of whole realisations, decisions
 * written out. */
#include <stdlib.h>

#include "backend/cpu/solver.h"
#include "base/carve.h"
#include "bench.h"
#include "clo/params.h"
#include "clo/system.h"
#include "rival_slots.h"

enum { BENCH_SEED = 2026, BATCH = 16, RIVAL_SLOTS = 500 };

typedef struct clo_state {
    eswi_clo_config *config;
    eswi_method_run run;
    eswi_solver *solver;
    char *decisions;
    void *lists;     /* of the rival */
    double checksum; /* so that the rival's work has a result */
} clo_state;

static void run_solve(void *state)
{
    const clo_state *s = state;
    esw_error error;
    eswi_cpu_solver_ops.solve(s->solver, 0, s->decisions, &error);
}

static void run_stage(void *state)
{
    const clo_state *s = state;
    esw_error error;
    eswi_cpu_solver_ops.stage(s->solver, 0, BATCH, &error);
}

static void run_rival(void *state)
{
    clo_state *s = state;
    const eswi_clo_instance instance =
        eswi_clo_instance_view(s->config, eswi_cpu_solver_ops.instance(s->solver, 0));
    s->checksum += rival_slots(s->config, (clo_method)s->run.method, &instance, RIVAL_SLOTS, s->lists);
}

static void close_state(clo_state *s)
{
    eswi_cpu_solver_ops.close(s->solver);
    eswi_clo_config_free((esw_config *)(void *)s->config);
    free(s->decisions);
    free(s->lists);
}

static esw_status configure(const char *network, esw_config **config, esw_error *error)
{
    esw_value values[CLO_PARAMS];
    json_t *name = json_string(network), *tasks = json_string("logit-normal");
    eswi_default_values(&eswi_clo_bindings, values);
    values[CLO_PARAM_NETWORK].tree = name;
    values[CLO_PARAM_TASKS].tree = tasks;
    const esw_status status = name && tasks ? eswi_clo_configure(values, NULL, config, error)
                                            : esw_fail(error, ESW_NO_MEMORY, "no memory for a benchmark");
    json_decref(name);
    json_decref(tasks);
    return status;
}

static esw_status open_state(clo_state *s, const char *network, clo_method method, int threads,
                             esw_error *error)
{
    esw_config *config = NULL;
    *s = (clo_state){0};
    esw_status status = configure(network, &config, error);
    if (status)
        return status;
    s->config = (eswi_clo_config *)(void *)config;
    s->run = (eswi_method_run){method, config};
    const eswi_point point = {&eswi_clo_system, BENCH_SEED, config, &s->run, 1};
    const eswi_resources resources = {.threads = threads, .batch = BATCH};
    s->decisions = aligned_alloc(ESWI_CARVE_ALIGN, eswi_clo_decision_bytes(s->config) * BATCH);
    s->lists = aligned_alloc(ESWI_CARVE_ALIGN, eswi_clo_state_bytes(s->config));
    status = s->decisions && s->lists ? eswi_cpu_solver_ops.open(&point, &resources, &s->solver, error)
                                      : esw_fail(error, ESW_NO_MEMORY, "no memory for a benchmark");
    return status ? status : eswi_cpu_solver_ops.stage(s->solver, 0, BATCH, error);
}

static json_t *bench_method(const char *network, clo_method method, const char *name,
                            const esw_bench_options *options, esw_error *error)
{
    clo_state s;
    json_t *result = NULL;
    if (open_state(&s, network, method, options->threads, error) == ESW_OK) {
        const double slots = (double)BATCH * s.config->slots;
        const bench_work fast = {run_solve, &s, slots}, rival = {run_rival, &s, RIVAL_SLOTS};
        const bench_work staging = {run_stage, &s, slots};
        result = bench_case(name, "slots / s", bench_rate(options, &fast));
        bench_rival(result, "naive scalar C: every set of sends and decisions of every node",
                    bench_rate(options, &rival));
        bench_rival(result, "drawing the scenarios", bench_rate(options, &staging));
    }
    close_state(&s);
    return result;
}

json_t *bench_clo_single_hop(const esw_bench_options *options, esw_error *error)
{
    return bench_method("single-hop", CLO_CLO, "clo-single-hop", options, error);
}

json_t *bench_clo_multi_hop(const esw_bench_options *options, esw_error *error)
{
    return bench_method("multi-hop", CLO_CLO, "clo-multi-hop", options, error);
}

json_t *bench_clo_lo(const esw_bench_options *options, esw_error *error)
{
    return bench_method("single-hop", CLO_LO, "clo-lo-single-hop", options, error);
}
