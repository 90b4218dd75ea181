/* CLO on the CPU: realisations are independent, one thread runs one from its first slot to its last. */
#include <stdlib.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "backend/cpu/isa.h"
#include "backend/cpu/pin.h"
#include "backend/cpu/solvers.h"
#include "base/carve.h"
#include "clo/clo.h"

struct eswi_solver {
    const eswi_clo_config *config;
    uint64_t seed;
    int threads;
    uint32_t count;
    size_t instance_bytes, state_bytes;
    char *instances, *states; /* [batch], [threads] */
    size_t n_runs;
    eswi_method_run runs[];
};

static size_t padded(size_t bytes)
{
    return (bytes + ESWI_CARVE_ALIGN - 1) / ESWI_CARVE_ALIGN * ESWI_CARVE_ALIGN;
}

static size_t footprint(const eswi_point *point, const eswi_resources *resources)
{
    const eswi_clo_config *config = (const eswi_clo_config *)point->config;
    return sizeof(eswi_solver) + point->n_runs * sizeof(eswi_method_run) +
           padded(eswi_clo_instance_bytes(config)) * resources->batch +
           padded(eswi_clo_state_bytes(config)) * (size_t)resources->threads;
}

static void close_solver(eswi_solver *solver)
{
    if (!solver)
        return;
    free(solver->instances);
    free(solver->states);
    free(solver);
}

static esw_status open_solver(const eswi_point *point, const eswi_resources *resources, eswi_solver **out,
                              esw_error *error)
{
    eswi_solver *solver = calloc(1, sizeof *solver + point->n_runs * sizeof(eswi_method_run));
    if (!solver)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a solver");
    solver->config = (const eswi_clo_config *)point->config;
    solver->seed = point->seed;
    solver->threads = resources->threads;
    solver->n_runs = point->n_runs;
    for (size_t i = 0; i < point->n_runs; i++)
        solver->runs[i] = point->runs[i];
    solver->instance_bytes = padded(eswi_clo_instance_bytes(solver->config));
    solver->state_bytes = padded(eswi_clo_state_bytes(solver->config));
    solver->instances = aligned_alloc(ESWI_CARVE_ALIGN, solver->instance_bytes * resources->batch);
    solver->states = aligned_alloc(ESWI_CARVE_ALIGN, solver->state_bytes * (size_t)resources->threads);
    if (!solver->instances || !solver->states) {
        close_solver(solver);
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a batch of %u scenarios; lower --max-memory",
                        resources->batch);
    }
    eswi_cpu_pin_threads(resources->threads);
    *out = solver;
    return ESW_OK;
}

static esw_status stage(eswi_solver *solver, uint64_t first, uint32_t count, esw_error *error)
{
    (void)error;
    solver->count = count;
#pragma omp parallel for num_threads(solver->threads) schedule(dynamic, 1)
    for (uint32_t i = 0; i < count; i++) {
        const eswi_clo_instance instance =
            eswi_clo_instance_view(solver->config, solver->instances + i * solver->instance_bytes);
        eswi_clo_stage(solver->config, solver->seed, first + i, &instance);
    }
    return ESW_OK;
}

static esw_status solve(eswi_solver *solver, size_t index, void *decisions, esw_error *error)
{
    const eswi_method_run *run = &solver->runs[index];
    const eswi_clo_config *config = (const eswi_clo_config *)run->config;
    const size_t decision_bytes = padded(eswi_clo_decision_bytes(config));

    const eswi_cpu_kernels *kernels = eswi_cpu_kernels_in_use();

    (void)error;
#pragma omp parallel for num_threads(solver->threads) schedule(dynamic, 1)
    for (uint32_t i = 0; i < solver->count; i++) {
        int thread = 0;
#ifdef _OPENMP
        thread = omp_get_thread_num();
#endif
        eswi_clo_solve(
            kernels->clo_run, (clo_method)run->method, config, solver->instances + i * solver->instance_bytes,
            solver->states + (size_t)thread * solver->state_bytes, (char *)decisions + i * decision_bytes);
    }
    return ESW_OK;
}

static const void *instance_at(eswi_solver *solver, uint32_t i)
{
    return solver->instances + i * solver->instance_bytes;
}

const eswi_solver_ops eswi_cpu_clo_ops = {
    .footprint = footprint,
    .open = open_solver,
    .close = close_solver,
    .stage = stage,
    .solve = solve,
    .instance = instance_at,
};
