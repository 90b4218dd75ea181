/* ECC on the CPU: a batch of staged instances and a solver per run of the point. */
#include <stdlib.h>
#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "backend/cpu/isa.h"
#include "backend/cpu/pin.h"
#include "backend/cpu/solvers.h"
#include "base/carve.h"
#include "ecc/channels.h"
#include "ecc/ecc.h"

/* One run: what its method needs. */
typedef struct ecc_run {
    ecc_method method;
    const eswi_ecc_config *config;
    eswi_ecc_li_gd *li_gd; /* gd and li-gd, and what starts from them */
    struct ecc_run *start; /* the run an optimum starts from */
    char *scratch;         /* the others: scratch_bytes per thread */
    size_t scratch_bytes;
} ecc_run;

struct eswi_solver {
    const eswi_ecc_config *config;
    uint64_t seed;
    int threads;
    uint32_t count;
    size_t instance_bytes;
    char *instances;
    size_t n_runs;
    ecc_run runs[];
};

static int descends(ecc_method method)
{
    return method == ECC_GD || method == ECC_LI_GD;
}

static size_t scratch_bytes(ecc_method method, const eswi_ecc_config *config)
{
    const size_t bytes = method == ECC_GRID            ? eswi_ecc_grid_bytes(config)
                         : eswi_ecc_is_optimum(method) ? eswi_ecc_optimum_bytes(method, config)
                                                       : eswi_ecc_baseline_scratch_bytes(config);
    return (bytes + ESWI_CARVE_ALIGN - 1) / ESWI_CARVE_ALIGN * ESWI_CARVE_ALIGN;
}

static size_t block_stride(size_t bytes)
{
    return (bytes + ESWI_CARVE_ALIGN - 1) / ESWI_CARVE_ALIGN * ESWI_CARVE_ALIGN;
}

static size_t run_bytes(ecc_method method, const eswi_ecc_config *config, const eswi_resources *resources)
{
    ecc_method from;
    size_t bytes = sizeof(ecc_run);
    if (eswi_ecc_optimum_starts_from(method, config, &from))
        bytes += run_bytes(from, config, resources);
    return bytes + (descends(method) ? eswi_ecc_li_gd_bytes(config, resources->batch, resources->threads)
                                     : scratch_bytes(method, config) * (size_t)resources->threads);
}

static size_t footprint(const eswi_point *point, const eswi_resources *resources)
{
    const eswi_ecc_config *config = (const eswi_ecc_config *)point->config;
    size_t bytes = sizeof(eswi_solver) + block_stride(eswi_ecc_instance_bytes(config)) * resources->batch +
                   eswi_ecc_channels_bytes(config->channels); /* the config's, but nobody else counts them */
    for (size_t i = 0; i < point->n_runs; i++) {
        const eswi_ecc_config *own = (const eswi_ecc_config *)point->runs[i].config;
        bytes += run_bytes((ecc_method)point->runs[i].method, own, resources);
    }
    return bytes;
}

static void close_run(ecc_run *run)
{
    eswi_ecc_li_gd_close(run->li_gd);
    free(run->scratch);
    if (run->start)
        close_run(run->start);
    free(run->start);
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

static esw_status open_run(ecc_run *run, const eswi_method_run *from, const eswi_resources *resources,
                           esw_error *error)
{
    const size_t threads = (size_t)resources->threads;
    ecc_method first;
    run->method = (ecc_method)from->method;
    run->config = (const eswi_ecc_config *)from->config;
    if (eswi_ecc_optimum_starts_from(run->method, run->config, &first)) {
        const eswi_method_run start = {first, from->config};
        run->start = calloc(1, sizeof *run->start);
        const esw_status status = run->start
                                      ? open_run(run->start, &start, resources, error)
                                      : esw_fail(error, ESW_NO_MEMORY, "no memory for a method's scratch");
        if (status)
            return status;
    }
    if (descends(run->method)) {
        const eswi_cpu_kernels *kernels = eswi_cpu_kernels_in_use();
        const eswi_ecc_steps steps = {kernels->ecc_step, kernels->ecc_published_step};
        return eswi_ecc_li_gd_open(run->config, run->method, resources->batch, resources->threads, &steps,
                                   &run->li_gd, error);
    }
    run->scratch_bytes = scratch_bytes(run->method, run->config);
    run->scratch = aligned_alloc(ESWI_CARVE_ALIGN, run->scratch_bytes * threads + ESWI_CARVE_ALIGN);
    if (!run->scratch)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a method's scratch");
    for (size_t t = 0; t < threads; t++) {
        char *scratch = run->scratch + t * run->scratch_bytes;
        if (run->method == ECC_GRID)
            eswi_ecc_grid_prepare(run->config, scratch);
        else if (eswi_ecc_is_optimum(run->method))
            eswi_ecc_optimum_prepare(run->method, run->config, scratch);
    }
    return ESW_OK;
}

static esw_status open_solver(const eswi_point *point, const eswi_resources *resources, eswi_solver **out,
                              esw_error *error)
{
    eswi_solver *solver = calloc(1, sizeof *solver + point->n_runs * sizeof(ecc_run));
    if (!solver)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a solver");
    solver->config = (const eswi_ecc_config *)point->config;
    solver->seed = point->seed;
    solver->threads = resources->threads;
    solver->n_runs = point->n_runs;
    solver->instance_bytes = block_stride(eswi_ecc_instance_bytes(solver->config));
    solver->instances = aligned_alloc(ESWI_CARVE_ALIGN, solver->instance_bytes * resources->batch);
    esw_status status = solver->instances ? ESW_OK : ESW_NO_MEMORY;
    if (status)
        esw_fail(error, status, "no memory for a batch of %u scenarios; lower --max-memory", resources->batch);
    for (size_t i = 0; i < point->n_runs && !status; i++)
        status = open_run(&solver->runs[i], &point->runs[i], resources, error);
    if (status) {
        close_solver(solver);
        return status;
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
        const eswi_ecc_instance instance =
            eswi_ecc_instance_view(solver->config, solver->instances + i * solver->instance_bytes);
        eswi_ecc_stage(solver->config, solver->seed, first + i, &instance);
    }
    return ESW_OK;
}

static void solve_one(const ecc_run *run, const eswi_ecc_instance *instance, void *scratch,
                      const eswi_ecc_decision *decision)
{
    if (run->method == ECC_GRID)
        eswi_ecc_solve_grid(run->config, instance, eswi_cpu_kernels_in_use()->ecc_grid_search, scratch,
                            decision);
    else if (eswi_ecc_is_optimum(run->method))
        eswi_ecc_solve_optimum(run->method, run->config, instance, eswi_cpu_kernels_in_use()->ecc_optimum,
                               scratch, decision);
    else
        eswi_ecc_solve_baseline(run->method, run->config, instance, scratch, decision);
}

static void solve_run(const eswi_solver *solver, const ecc_run *run, char *out)
{
    const size_t decision_bytes = block_stride(eswi_ecc_decision_bytes(run->config));
    if (run->start)
        solve_run(solver, run->start, out);
    if (descends(run->method)) {
        eswi_ecc_li_gd_solve(run->li_gd, solver->instances, solver->instance_bytes, solver->count, out,
                             decision_bytes);
        return;
    }
#pragma omp parallel for num_threads(solver->threads) schedule(dynamic, 1)
    for (uint32_t i = 0; i < solver->count; i++) {
        int thread = 0;
#ifdef _OPENMP
        thread = omp_get_thread_num();
#endif
        const eswi_ecc_instance instance =
            eswi_ecc_instance_view(run->config, solver->instances + i * solver->instance_bytes);
        const eswi_ecc_decision decision = eswi_ecc_decision_view(run->config, out + i * decision_bytes);
        solve_one(run, &instance, run->scratch + (size_t)thread * run->scratch_bytes, &decision);
    }
}

static esw_status solve(eswi_solver *solver, size_t index, void *decisions, esw_error *error)
{
    (void)error;
    solve_run(solver, &solver->runs[index], decisions);
    return ESW_OK;
}

static const void *instance_at(eswi_solver *solver, uint32_t i)
{
    return solver->instances + i * solver->instance_bytes;
}

const eswi_solver_ops eswi_cpu_ecc_ops = {
    .footprint = footprint,
    .open = open_solver,
    .close = close_solver,
    .stage = stage,
    .solve = solve,
    .instance = instance_at,
};
