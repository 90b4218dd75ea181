/* ECC on devices: a batch is cut into one range of scenarios per device, each in the hands of a host thread. */
#include "kernels/ecc/solver.h"

#include <cstdlib>
#include <cstring>
#include <pthread.h>

#include "kernels/common/check.h"
#include "kernels/common/devices.h"
#include "kernels/common/ranges.h"
#include "kernels/ecc/methods.h"
#include "kernels/ecc/worker.h"

struct eswi_solver {
    uint64_t first;
    uint32_t count;
    size_t instance_bytes, decision_bytes;
    char *h_instances; /* pinned: the batch as the accountant reads it */
    int n_workers;
    eswi_ecc_worker *workers;  /* [n_workers] */
    eswi_ecc_device_run *runs; /* [n_workers][n_runs] */
};

static const eswi_ecc_config *config_of(const esw_config *config)
{
    return (const eswi_ecc_config *)(const void *)config;
}

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
    eswi_ecc_worker *w = &s->workers[p->index];
    const uint32_t start = part_start(s->count, p->index, s->n_workers);
    const uint32_t count = part_start(s->count, p->index + 1, s->n_workers) - start;
    const size_t at = start;
    if (count == 0)
        p->status = ESW_OK;
    else if (p->decisions)
        p->status = eswi_ecc_worker_solve(w, p->run, s->first + start, count,
                                          p->decisions + at * s->decision_bytes, &p->error);
    else
        p->status = eswi_ecc_worker_stage(w, s->first + start, count, s->h_instances + at * s->instance_bytes,
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

static size_t footprint(const eswi_point *point, const eswi_resources *resources)
{
    const int devices = eswi_cuda_devices_here()->count;
    const uint32_t share = resources->batch / (uint32_t)(devices > 0 ? devices : 1) + 1;
    return sizeof(eswi_solver) + eswi_ecc_instance_bytes(config_of(point->config)) * resources->batch +
           (size_t)devices * (sizeof(eswi_ecc_worker) + point->n_runs * sizeof(eswi_ecc_device_run) +
                              eswi_ecc_worker_host_bytes(point, share));
}

static void close_solver(eswi_solver *solver)
{
    if (!solver)
        return;
    for (int i = 0; i < solver->n_workers && solver->workers; i++)
        eswi_ecc_worker_close(&solver->workers[i]);
    cudaFreeHost(solver->h_instances);
    cudaGetLastError();
    free(solver->workers);
    free(solver->runs);
    free(solver);
}

/* Kernels number the links and blocks of one scenario in 32 bits. */
static esw_status check_size(const eswi_ecc_config *config, esw_error *error)
{
    const double gains = (double)config->users * config->aps * config->subchannels;
    return gains < 2147483648.0
               ? ESW_OK
               : esw_fail(error, ESW_BACKEND,
                          "users x aps x subchannels: found %.3g, a device takes less than 2^31; "
                          "use --backend cpu",
                          gains);
}

static esw_status open_workers(eswi_solver *solver, const eswi_point *point, const eswi_resources *resources,
                               esw_error *error)
{
    const eswi_cuda_devices *devices = eswi_cuda_devices_here();
    const uint32_t share = (resources->batch + (uint32_t)devices->count - 1) / (uint32_t)devices->count;
    solver->runs = (eswi_ecc_device_run *)calloc((size_t)devices->count * point->n_runs, sizeof *solver->runs);
    solver->workers = (eswi_ecc_worker *)calloc((size_t)devices->count, sizeof *solver->workers);
    if (!solver->runs || !solver->workers)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a solver");
    ESWI_CUDA_TRY(error, cudaSetDevice(devices->ordinal[0]));
    ESWI_CUDA_TRY(error, cudaMallocHost(&solver->h_instances, solver->instance_bytes * resources->batch));
    esw_status status = ESW_OK;
    for (int i = 0; i < devices->count && !status; i++) {
        solver->workers[i].ordinal = devices->ordinal[i];
        solver->workers[i].runs = solver->runs + (size_t)i * point->n_runs;
        solver->n_workers++;
        status = eswi_ecc_worker_open(&solver->workers[i], point, share, resources->max_bytes, error);
    }
    return status;
}

static esw_status open_solver(const eswi_point *point, const eswi_resources *resources, eswi_solver **out,
                              esw_error *error)
{
    const eswi_range_scope range(ESWI_RANGE_OPEN);
    const eswi_ecc_config *config = config_of(point->config);
    esw_status status = check_size(config, error);
    if (status)
        return status;
    eswi_solver *solver = (eswi_solver *)calloc(1, sizeof *solver);
    if (!solver)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a solver");
    solver->instance_bytes = eswi_ecc_instance_bytes(config);
    solver->decision_bytes = eswi_ecc_decision_bytes(config);
    status = open_workers(solver, point, resources, error);
    if (status) {
        close_solver(solver);
        return status;
    }
    *out = solver;
    return ESW_OK;
}

static esw_status stage(eswi_solver *solver, uint64_t first, uint32_t count, esw_error *error)
{
    solver->first = first;
    solver->count = count;
    return run_parts(solver, 0, nullptr, error);
}

static esw_status solve(eswi_solver *solver, size_t run, void *decisions, esw_error *error)
{
    return run_parts(solver, run, (char *)decisions, error);
}

static const void *instance_at(eswi_solver *solver, uint32_t i)
{
    return solver->h_instances + i * solver->instance_bytes;
}

const eswi_solver_ops eswi_cuda_ecc_ops = {footprint, open_solver, close_solver,         stage,
                                           solve,     instance_at, ESWI_CUDA_ECC_METHODS};
