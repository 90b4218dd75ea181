/* A batch is cut into one range of scenarios per device, each in the hands of a host thread. */
#include "kernels/common/solver.h"

#include <cstdlib>
#include <cstring>
#include <pthread.h>

#include "kernels/common/check.h"
#include "kernels/common/devices.h"
#include "kernels/common/ranges.h"
#include "kernels/common/worker.h"

struct eswi_solver {
    uint64_t first;
    uint32_t count;
    size_t instance_bytes, decision_bytes;
    char *h_instances; /* pinned: the batch as the accountant reads it */
    int n_workers;
    eswi_cuda_worker *workers; /* [n_workers] */
};

/* ---------------------------------------------------------------- a thread per device */

/* A worker's part of a batch. */
typedef struct part {
    eswi_solver *solver;
    int index;
    size_t run;
    char *decisions; /* of the whole batch; NULL: stage instead */
    esw_status status;
    esw_error error;
} part;

/* Where part i of n begins in a batch. */
static uint32_t part_start(uint32_t count, int i, int n)
{
    return (uint32_t)((uint64_t)count * (uint64_t)i / (uint64_t)n);
}

static void *work(void *context)
{
    part *p = (part *)context;
    const eswi_solver *s = p->solver;
    eswi_cuda_worker *w = &s->workers[p->index];
    const uint32_t start = part_start(s->count, p->index, s->n_workers);
    const uint32_t count = part_start(s->count, p->index + 1, s->n_workers) - start;
    const size_t at = start;
    if (count == 0)
        p->status = ESW_OK;
    else if (p->decisions)
        p->status = eswi_cuda_worker_solve(w, p->run, s->first + start, count,
                                           p->decisions + at * s->decision_bytes, &p->error);
    else
        p->status = eswi_cuda_worker_stage(w, s->first + start, count, s->h_instances + at * s->instance_bytes,
                                           &p->error);
    return nullptr;
}

/* Runs all parts, the first in the calling thread. The error of the lowest part that failed is reported. */
static esw_status run_parts(eswi_solver *solver, size_t run, char *decisions, esw_error *error)
{
    part parts[ESWI_CUDA_DEVICES_MAX];
    pthread_t threads[ESWI_CUDA_DEVICES_MAX];
    bool started[ESWI_CUDA_DEVICES_MAX] = {false};
    for (int i = solver->n_workers - 1; i >= 0; i--) {
        parts[i] = {solver, i, run, decisions, ESW_OK, {{0}}};
        started[i] = i > 0 && pthread_create(&threads[i], nullptr, work, &parts[i]) == 0;
        if (!started[i])
            work(&parts[i]);
    }
    esw_status status = ESW_OK;
    for (int i = 0; i < solver->n_workers; i++) {
        if (started[i])
            pthread_join(threads[i], nullptr);
        if (!status && parts[i].status)
            status = esw_fail(error, parts[i].status, "%s", parts[i].error.text);
    }
    return status;
}

/* ---------------------------------------------------------------- operations */

size_t eswi_cuda_solver_footprint(const eswi_point *point, const eswi_resources *resources)
{
    const eswi_cuda_system *system = eswi_cuda_system_of(point->system);
    const esw_sizes sizes = point->system->sizes(point->config);
    const int devices = eswi_cuda_devices_here()->count;
    const uint32_t share = resources->batch / (uint32_t)(devices > 0 ? devices : 1) + 1;
    return sizeof(eswi_solver) + sizes.file_bytes + sizes.instance_bytes * resources->batch +
           (size_t)devices * (sizeof(eswi_cuda_worker) + eswi_cuda_worker_host_bytes(system, point, share));
}

void eswi_cuda_solver_close(eswi_solver *solver)
{
    if (!solver)
        return;
    for (int i = 0; i < solver->n_workers; i++)
        eswi_cuda_worker_close(&solver->workers[i]);
    cudaFreeHost(solver->h_instances);
    cudaGetLastError();
    free(solver->workers);
    free(solver);
}

static esw_status open_workers(eswi_solver *solver, const eswi_cuda_system *system, const eswi_point *point,
                               const eswi_resources *resources, esw_error *error)
{
    const eswi_cuda_devices *devices = eswi_cuda_devices_here();
    const uint32_t share = (resources->batch + (uint32_t)devices->count - 1) / (uint32_t)devices->count;
    solver->workers = (eswi_cuda_worker *)calloc((size_t)devices->count, sizeof *solver->workers);
    if (!solver->workers)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a solver");
    ESWI_CUDA_TRY(error, cudaSetDevice(devices->ordinal[0]));
    ESWI_CUDA_TRY(error, cudaMallocHost(&solver->h_instances, solver->instance_bytes * resources->batch));
    esw_status status = ESW_OK;
    for (int i = 0; i < devices->count && !status; i++) {
        solver->workers[i].system = system;
        solver->workers[i].ordinal = devices->ordinal[i];
        solver->n_workers++;
        status = eswi_cuda_worker_open(&solver->workers[i], point, share, resources->max_bytes, error);
    }
    return status;
}

esw_status eswi_cuda_solver_open(const eswi_point *point, const eswi_resources *resources, eswi_solver **out,
                                 esw_error *error)
{
    const eswi_range_scope range(ESWI_RANGE_OPEN);
    const eswi_cuda_system *system = eswi_cuda_system_of(point->system);
    const eswi_launch_times &times = eswi_launch_times_here();
    if (times.failure)
        return esw_fail(error, ESW_IO, "EDGESWEEP_KERNEL_TIMES: %s: %s", times.path, strerror(times.failure));
    esw_status status = system->check ? system->check(point->config, error) : ESW_OK;
    if (status)
        return status;
    eswi_solver *solver = (eswi_solver *)calloc(1, sizeof *solver);
    if (!solver)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a solver");
    const esw_sizes sizes = point->system->sizes(point->config);
    solver->instance_bytes = sizes.instance_bytes;
    solver->decision_bytes = sizes.decision_bytes;
    status = open_workers(solver, system, point, resources, error);
    if (status) {
        eswi_cuda_solver_close(solver);
        return status;
    }
    *out = solver;
    return ESW_OK;
}

esw_status eswi_cuda_solver_stage(eswi_solver *solver, uint64_t first, uint32_t count, esw_error *error)
{
    solver->first = first;
    solver->count = count;
    return run_parts(solver, 0, nullptr, error);
}

esw_status eswi_cuda_solver_solve(eswi_solver *solver, size_t run, void *decisions, esw_error *error)
{
    return run_parts(solver, run, (char *)decisions, error);
}

const void *eswi_cuda_solver_instance(eswi_solver *solver, uint32_t i)
{
    return solver->h_instances + i * solver->instance_bytes;
}
