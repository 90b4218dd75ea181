/* CANSA on a device: memory, and the way of a batch there and back in chunks that fit. Scenarios are small and the
 * work on them short, so one device and its default stream are used; a chunk's instances are drawn there once and come
 * back for the accountant. */
#include "kernels/cansa/solver.h"

#include <cstdlib>

#include "kernels/cansa/batch.h"
#include "kernels/common/check.h"
#include "kernels/common/devices.h"

/* Scenarios of the optimum in flight: more than a device has room for blocks of. */
static const uint32_t most_slots = 1024;

/* Of the memory that is free; the rest is for what the driver allocates itself. */
static const double memory_share = 0.9;

struct eswi_solver {
    uint64_t seed, first;
    uint32_t count, chunk, slots;
    int clients, rbs_total;
    char *h_instances;            /* pinned: the batch as the accountant reads it */
    char *d_memory;               /* everything below that begins with d_ */
    eswi_cansa_config *d_configs; /* of the instances, then of the runs */
    char *d_instances, *d_decisions, *d_scratch;
    uint64_t held_first; /* the chunk whose instances are there */
    uint32_t held;
    size_t n_runs;
    size_t methods[]; /* [n_runs] */
};

static const eswi_cansa_config *config_of(const esw_config *config)
{
    return (const eswi_cansa_config *)(const void *)config;
}

static size_t aligned(size_t bytes)
{
    return (bytes + 255) / 256 * 256;
}

static size_t scratch_bytes(const eswi_solver *s, uint32_t chunk, uint32_t slots)
{
    size_t most = 0;
    for (size_t i = 0; i < s->n_runs; i++) {
        const size_t bytes = eswi_cuda_cansa_scratch(s->clients, s->rbs_total, s->methods[i], chunk, slots);
        most = bytes > most ? bytes : most;
    }
    return most;
}

static size_t device_bytes(const eswi_solver *s, uint32_t chunk, uint32_t slots)
{
    return aligned((s->n_runs + 1) * sizeof(eswi_cansa_config)) +
           aligned(eswi_cansa_instance_size(s->clients) * chunk) +
           aligned(eswi_cansa_decision_size(s->clients) * chunk) + aligned(scratch_bytes(s, chunk, slots));
}

static size_t footprint(const eswi_point *point, const eswi_resources *resources)
{
    return sizeof(eswi_solver) + point->n_runs * sizeof(size_t) +
           eswi_cansa_instance_size(config_of(point->config)->clients) * resources->batch;
}

static void close_solver(eswi_solver *solver)
{
    if (!solver)
        return;
    cudaFree(solver->d_memory);
    cudaFreeHost(solver->h_instances);
    cudaGetLastError();
    free(solver);
}

/* The largest chunk that fits, with fewer scenarios of the optimum in flight if need be. */
static esw_status choose_chunk(eswi_solver *s, const eswi_resources *resources, esw_error *error)
{
    size_t free_bytes, total_bytes;
    ESWI_CUDA_TRY(error, cudaMemGetInfo(&free_bytes, &total_bytes));
    size_t allowed = (size_t)(memory_share * (double)free_bytes);
    if (resources->max_bytes > 0 && resources->max_bytes < allowed)
        allowed = resources->max_bytes;
    s->chunk = resources->batch;
    s->slots = s->chunk < most_slots ? s->chunk : most_slots;
    while (device_bytes(s, s->chunk, s->slots) > allowed && s->slots > 1)
        s->slots = s->slots / 2;
    while (device_bytes(s, s->chunk, s->slots) > allowed && s->chunk > 1)
        s->chunk = (s->chunk + 1) / 2;
    const double mib = 1.0 / (1 << 20), needed = (double)device_bytes(s, s->chunk, s->slots);
    return needed <= (double)allowed
               ? ESW_OK
               : esw_fail(
                     error, ESW_BACKEND,
                     "device: %.0f MiB of its memory may be used, one scenario needs %.0f MiB: fewer clients or "
                     "RBs, a larger --max-memory or --backend cpu",
                     (double)allowed * mib, needed * mib);
}

static esw_status allocate(eswi_solver *s, const eswi_point *point, const eswi_resources *resources,
                           esw_error *error)
{
    ESWI_CUDA_TRY(error, cudaSetDevice(eswi_cuda_devices_here()->ordinal[0]));
    ESWI_CUDA_TRY(error,
                  cudaMallocHost(&s->h_instances, eswi_cansa_instance_size(s->clients) * resources->batch));
    const esw_status status = choose_chunk(s, resources, error);
    if (status)
        return status;
    ESWI_CUDA_TRY(error, cudaMalloc(&s->d_memory, device_bytes(s, s->chunk, s->slots)));
    s->d_configs = (eswi_cansa_config *)s->d_memory;
    s->d_instances = s->d_memory + aligned((s->n_runs + 1) * sizeof(eswi_cansa_config));
    s->d_decisions = s->d_instances + aligned(eswi_cansa_instance_size(s->clients) * s->chunk);
    s->d_scratch = s->d_decisions + aligned(eswi_cansa_decision_size(s->clients) * s->chunk);
    for (size_t i = 0; i <= s->n_runs; i++) {
        const esw_config *config = i == 0 ? point->config : point->runs[i - 1].config;
        ESWI_CUDA_TRY(error,
                      cudaMemcpy(s->d_configs + i, config, sizeof(eswi_cansa_config), cudaMemcpyHostToDevice));
    }
    return ESW_OK;
}

static esw_status open_solver(const eswi_point *point, const eswi_resources *resources, eswi_solver **out,
                              esw_error *error)
{
    eswi_solver *solver = (eswi_solver *)calloc(1, sizeof *solver + point->n_runs * sizeof(size_t));
    if (!solver)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a solver");
    solver->seed = point->seed;
    solver->clients = config_of(point->config)->clients;
    solver->rbs_total = config_of(point->config)->rbs_total;
    solver->n_runs = point->n_runs;
    for (size_t i = 0; i < point->n_runs; i++)
        solver->methods[i] = point->runs[i].method;
    const esw_status status = allocate(solver, point, resources, error);
    if (status) {
        close_solver(solver);
        return status;
    }
    *out = solver;
    return ESW_OK;
}

/* ---------------------------------------------------------------- work */

static eswi_cansa_batch batch_of(const eswi_solver *s, size_t config, uint32_t count)
{
    eswi_cansa_batch batch;
    batch.d_config = s->d_configs + config;
    batch.clients = s->clients;
    batch.rbs_total = s->rbs_total;
    batch.d_instances = s->d_instances;
    batch.d_decisions = s->d_decisions;
    batch.d_scratch = s->d_scratch;
    batch.count = count;
    batch.slots = s->slots < count ? s->slots : count;
    return batch;
}

/* Makes scenarios first .. first + count - 1 the instances on the device. */
static esw_status draw(eswi_solver *s, uint64_t first, uint32_t count, esw_error *error)
{
    if (s->held == count && s->held_first == first)
        return ESW_OK;
    const eswi_cansa_batch batch = batch_of(s, 0, count);
    s->held = 0;
    const esw_status status = eswi_cuda_cansa_stage(&batch, s->seed, first, error);
    s->held_first = first;
    s->held = status ? 0 : count;
    return status;
}

static uint32_t chunk_at(const eswi_solver *s, uint32_t offset)
{
    return s->count - offset < s->chunk ? s->count - offset : s->chunk;
}

static esw_status stage(eswi_solver *s, uint64_t first, uint32_t count, esw_error *error)
{
    const size_t bytes = eswi_cansa_instance_size(s->clients);
    s->first = first;
    s->count = count;
    ESWI_CUDA_TRY(error, cudaSetDevice(eswi_cuda_devices_here()->ordinal[0]));
    for (uint32_t offset = 0; offset < count; offset += s->chunk) {
        const uint32_t some = chunk_at(s, offset);
        const esw_status status = draw(s, first + offset, some, error);
        if (status)
            return status;
        ESWI_CUDA_TRY(error, cudaMemcpy(s->h_instances + offset * bytes, s->d_instances, some * bytes,
                                        cudaMemcpyDeviceToHost));
    }
    return ESW_OK;
}

static esw_status solve(eswi_solver *s, size_t run, void *decisions, esw_error *error)
{
    const size_t bytes = eswi_cansa_decision_size(s->clients);
    ESWI_CUDA_TRY(error, cudaSetDevice(eswi_cuda_devices_here()->ordinal[0]));
    for (uint32_t offset = 0; offset < s->count; offset += s->chunk) {
        const uint32_t some = chunk_at(s, offset);
        esw_status status = draw(s, s->first + offset, some, error);
        if (status)
            return status;
        const eswi_cansa_batch batch = batch_of(s, run + 1, some);
        status = eswi_cuda_cansa_solve(&batch, s->methods[run], error);
        if (status)
            return status;
        ESWI_CUDA_TRY(error, cudaMemcpy((char *)decisions + offset * bytes, s->d_decisions, some * bytes,
                                        cudaMemcpyDeviceToHost));
    }
    return ESW_OK;
}

static const void *instance_at(eswi_solver *s, uint32_t i)
{
    return s->h_instances + i * eswi_cansa_instance_size(s->clients);
}

const eswi_solver_ops eswi_cuda_cansa_ops = {footprint, open_solver, close_solver, stage,
                                             solve,     instance_at, 0 /* all methods */};
