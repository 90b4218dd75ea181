/* A batch on the CPU: memory for its instances and for the threads of every run, and loops over its scenarios. */
#include "backend/cpu/solver.h"

#include <stdlib.h>
#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "backend/cpu/pin.h"
#include "base/carve.h"

/* A method of the point. */
typedef struct cpu_run {
    eswi_method_run what;
    struct cpu_run *start; /* the run that it starts from; NULL: none */
    const eswi_cpu_collective *collective;
    void *state;   /* of a collective */
    char *scratch; /* of all other methods: [threads] */
    size_t scratch_bytes;
} cpu_run;

struct eswi_solver {
    const eswi_cpu_system *system;
    const esw_config *config;
    void (*stage)(const esw_config *config, uint64_t seed, uint64_t scenario, void *instance);
    uint64_t seed;
    int threads;
    uint32_t count;
    esw_sizes sizes;
    char *instances; /* [batch] */
    size_t n_runs;
    cpu_run runs[];
};

const eswi_cpu_system *eswi_cpu_system_of(const esw_system *system)
{
    static const eswi_cpu_system *const systems[] = {&eswi_cpu_ecc, &eswi_cpu_cansa, &eswi_cpu_clo};
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++)
        if (!strcmp(system->name, systems[i]->name))
            return systems[i];
    return NULL;
}

/* ---------------------------------------------------------------- runs */

static const eswi_cpu_collective *collective_of(const eswi_cpu_system *system, const eswi_method_run *run)
{
    return system->collective ? system->collective(run->method) : NULL;
}

/* The method a run starts from, with the config of the run. */
static bool start_of(const eswi_cpu_system *system, const eswi_method_run *run, eswi_method_run *start)
{
    start->config = run->config;
    return system->starts_from && system->starts_from(run, &start->method);
}

/* Of one thread; threads share no cache line. */
static size_t scratch_of(const eswi_cpu_system *system, const eswi_method_run *run)
{
    const size_t bytes = system->scratch_bytes(run);
    return (bytes + ESWI_CARVE_ALIGN) / ESWI_CARVE_ALIGN * ESWI_CARVE_ALIGN;
}

static size_t run_bytes(const eswi_cpu_system *system, const eswi_method_run *run,
                        const eswi_resources *resources)
{
    const eswi_cpu_collective *collective = collective_of(system, run);
    eswi_method_run start;
    size_t bytes = sizeof(cpu_run);
    if (start_of(system, run, &start))
        bytes += run_bytes(system, &start, resources);
    return bytes + (collective ? collective->bytes(run, resources)
                               : scratch_of(system, run) * (size_t)resources->threads);
}

static void close_run(cpu_run *run)
{
    if (run->collective)
        run->collective->close(run->state);
    free(run->scratch);
    if (run->start)
        close_run(run->start);
    free(run->start);
}

static esw_status open_run(const eswi_cpu_system *system, const eswi_method_run *what,
                           const eswi_resources *resources, cpu_run *run, esw_error *error)
{
    eswi_method_run start;
    run->what = *what;
    if (start_of(system, what, &start)) {
        run->start = calloc(1, sizeof *run->start);
        const esw_status status = run->start
                                      ? open_run(system, &start, resources, run->start, error)
                                      : esw_fail(error, ESW_NO_MEMORY, "no memory for a method's scratch");
        if (status)
            return status;
    }
    run->collective = collective_of(system, what);
    if (run->collective)
        return run->collective->open(what, resources, &run->state, error);
    run->scratch_bytes = scratch_of(system, what);
    run->scratch = aligned_alloc(ESWI_CARVE_ALIGN, run->scratch_bytes * (size_t)resources->threads);
    if (!run->scratch)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a method's scratch");
    for (int t = 0; t < resources->threads && system->prepare; t++)
        system->prepare(what, run->scratch + (size_t)t * run->scratch_bytes);
    return ESW_OK;
}

static void solve_run(const eswi_solver *solver, const cpu_run *run, const eswi_cpu_batch *batch)
{
    const eswi_cpu_system *system = solver->system;
    const uint32_t together = system->together ? system->together(run->what.method) : 1;
    if (run->start)
        solve_run(solver, run->start, batch);
    if (run->collective) {
        run->collective->solve(run->state, batch);
        return;
    }
#pragma omp parallel for num_threads(solver->threads) schedule(dynamic, 1)
    for (uint32_t first = 0; first < batch->count; first += together) {
        int thread = 0;
#ifdef _OPENMP
        thread = omp_get_thread_num();
#endif
        system->solve(&run->what, batch, first, run->scratch + (size_t)thread * run->scratch_bytes);
    }
}

/* ---------------------------------------------------------------- operations */

static size_t footprint(const eswi_point *point, const eswi_resources *resources)
{
    const eswi_cpu_system *system = eswi_cpu_system_of(point->system);
    const esw_sizes sizes = point->system->sizes(point->config);
    size_t bytes = sizeof(eswi_solver) + sizes.file_bytes + sizes.instance_bytes * resources->batch;
    for (size_t i = 0; i < point->n_runs; i++)
        bytes += run_bytes(system, &point->runs[i], resources);
    return bytes;
}

static void close_solver(eswi_solver *solver)
{
    if (!solver)
        return;
    for (size_t i = 0; i < solver->n_runs; i++)
        close_run(&solver->runs[i]);
    free(solver->instances);
    free(solver);
}

static esw_status open_solver(const eswi_point *point, const eswi_resources *resources, eswi_solver **out,
                              esw_error *error)
{
    eswi_solver *solver = calloc(1, sizeof *solver + point->n_runs * sizeof(cpu_run));
    if (!solver)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a solver");
    solver->system = eswi_cpu_system_of(point->system);
    solver->config = point->config;
    solver->stage = point->system->stage;
    solver->seed = point->seed;
    solver->threads = resources->threads;
    solver->sizes = point->system->sizes(point->config);
    solver->n_runs = point->n_runs;
    solver->instances = aligned_alloc(ESWI_CARVE_ALIGN, solver->sizes.instance_bytes * resources->batch);
    esw_status status =
        solver->instances
            ? ESW_OK
            : esw_fail(error, ESW_NO_MEMORY, "no memory for a batch of %u scenarios; lower --max-memory",
                       resources->batch);
    for (size_t i = 0; i < point->n_runs && !status; i++)
        status = open_run(solver->system, &point->runs[i], resources, &solver->runs[i], error);
    if (status) {
        close_solver(solver);
        return status;
    }
    eswi_cpu_pin_threads(resources->threads);
    *out = solver;
    return ESW_OK;
}

static const void *instance_at(eswi_solver *solver, uint32_t i)
{
    return solver->instances + i * solver->sizes.instance_bytes;
}

static esw_status stage(eswi_solver *solver, uint64_t first, uint32_t count, esw_error *error)
{
    (void)error;
    solver->count = count;
#pragma omp parallel for num_threads(solver->threads) schedule(guided)
    for (uint32_t i = 0; i < count; i++)
        solver->stage(solver->config, solver->seed, first + i,
                      solver->instances + i * solver->sizes.instance_bytes);
    return ESW_OK;
}

static esw_status solve(eswi_solver *solver, size_t run, void *decisions, esw_error *error)
{
    const eswi_cpu_batch batch = {solver->instances, decisions, solver->sizes.instance_bytes,
                                  solver->sizes.decision_bytes, solver->count};
    (void)error;
    solve_run(solver, &solver->runs[run], &batch);
    return ESW_OK;
}

const eswi_solver_ops eswi_cpu_solver_ops = {
    .footprint = footprint,
    .open = open_solver,
    .close = close_solver,
    .stage = stage,
    .solve = solve,
    .instance = instance_at,
};
