/* CLO on a device: memory, and the way of a batch there and back in chunks that fit. A realisation takes long and needs
 * little beside its instance and its trace, so one device and its default stream are used; a chunk's instances are drawn
 * there once and come back for the accountant. */
#include "kernels/clo/solver.h"

#include <cstdlib>

#include "kernels/clo/batch.h"
#include "kernels/common/check.h"
#include "kernels/common/devices.h"

/* Of the memory that is free; the rest is for what the driver allocates itself. */
static const double memory_share = 0.9;

struct eswi_solver {
    uint64_t seed, first;
    uint32_t count, chunk;
    size_t instance_bytes, decision_bytes, lists_bytes;
    int slots, devices;
    char *h_instances; /* pinned: the batch as the accountant reads it */
    char *d_memory;    /* everything below that begins with d_ */
    char *d_images;    /* of the config of the instances, then of the runs, image_bytes each */
    char *d_instances, *d_decisions, *d_lists;
    size_t image_bytes;
    uint64_t held_first; /* the chunk whose instances are there */
    uint32_t held;
    size_t n_runs;
    clo_method methods[]; /* [n_runs] */
};

static const eswi_clo_config *config_of(const esw_config *config)
{
    return (const eswi_clo_config *)(const void *)config;
}

static size_t aligned(size_t bytes)
{
    return (bytes + 255) / 256 * 256;
}

static size_t curves_bytes(const eswi_clo_config *config)
{
    return eswi_clo_curves_count(config->problem.tasks.tasks, config->problem.tasks.models) * sizeof(double);
}

static size_t image_bytes_of(const eswi_clo_config *config)
{
    return aligned(sizeof *config) + aligned(curves_bytes(config));
}

/* Config and curves, whose pointers lead to the copy on the device. */
static esw_status copy_image(const eswi_clo_config *config, char *d_image, esw_error *error)
{
    double *d_curves = (double *)(d_image + aligned(sizeof *config));
    eswi_clo_config image = *config;
    eswi_clo_curves_lay_out(&image, d_curves);
    ESWI_CUDA_TRY(error, cudaMemcpy(d_curves, config->curves, curves_bytes(config), cudaMemcpyHostToDevice));
    ESWI_CUDA_TRY(error, cudaMemcpy(d_image, &image, sizeof image, cudaMemcpyHostToDevice));
    return ESW_OK;
}

static size_t device_bytes(const eswi_solver *s, uint32_t chunk)
{
    return (s->n_runs + 1) * s->image_bytes + aligned(s->instance_bytes * chunk) +
           aligned(s->decision_bytes * chunk) + aligned(s->lists_bytes * chunk);
}

static size_t footprint(const eswi_point *point, const eswi_resources *resources)
{
    return sizeof(eswi_solver) + point->n_runs * sizeof(clo_method) +
           eswi_clo_instance_size(&config_of(point->config)->problem) * resources->batch;
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

/* The largest chunk that fits. */
static esw_status choose_chunk(eswi_solver *s, const eswi_resources *resources, esw_error *error)
{
    size_t free_bytes, total_bytes;
    ESWI_CUDA_TRY(error, cudaMemGetInfo(&free_bytes, &total_bytes));
    size_t allowed = (size_t)(memory_share * (double)free_bytes);
    if (resources->max_bytes > 0 && resources->max_bytes < allowed)
        allowed = resources->max_bytes;
    s->chunk = resources->batch;
    while (device_bytes(s, s->chunk) > allowed && s->chunk > 1)
        s->chunk = (s->chunk + 1) / 2;
    const double mib = 1.0 / (1 << 20), needed = (double)device_bytes(s, s->chunk);
    return needed <= (double)allowed
               ? ESW_OK
               : esw_fail(
                     error, ESW_BACKEND,
                     "device: %.2f MiB of its memory may be used, one scenario needs %.2f MiB: fewer slots or "
                     "tasks, a larger --max-memory or --backend cpu",
                     (double)allowed * mib, needed * mib);
}

static esw_status allocate(eswi_solver *s, const eswi_point *point, const eswi_resources *resources,
                           esw_error *error)
{
    ESWI_CUDA_TRY(error, cudaSetDevice(eswi_cuda_devices_here()->ordinal[0]));
    ESWI_CUDA_TRY(error, cudaMallocHost(&s->h_instances, s->instance_bytes * resources->batch));
    esw_status status = choose_chunk(s, resources, error);
    if (status)
        return status;
    ESWI_CUDA_TRY(error, cudaMalloc(&s->d_memory, device_bytes(s, s->chunk)));
    s->d_images = s->d_memory;
    s->d_instances = s->d_images + (s->n_runs + 1) * s->image_bytes;
    s->d_decisions = s->d_instances + aligned(s->instance_bytes * s->chunk);
    s->d_lists = s->d_decisions + aligned(s->decision_bytes * s->chunk);
    status = copy_image(config_of(point->config), s->d_images, error);
    for (size_t i = 0; i < s->n_runs && !status; i++)
        status = copy_image(config_of(point->runs[i].config), s->d_images + (i + 1) * s->image_bytes, error);
    return status;
}

/* What a point's runs have in common: network, slots and tasks are of the scenario, not of a method. */
static void measure(eswi_solver *s, const eswi_clo_config *config)
{
    const eswi_clo_problem *p = &config->problem;
    s->instance_bytes = eswi_clo_instance_size(p);
    s->decision_bytes = eswi_clo_decision_size(p);
    s->lists_bytes = eswi_clo_lists_size(p);
    s->image_bytes = image_bytes_of(config);
    s->slots = p->slots;
    s->devices = p->devices;
}

static esw_status open_solver(const eswi_point *point, const eswi_resources *resources, eswi_solver **out,
                              esw_error *error)
{
    eswi_solver *solver = (eswi_solver *)calloc(1, sizeof *solver + point->n_runs * sizeof(clo_method));
    if (!solver)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a solver");
    solver->seed = point->seed;
    solver->n_runs = point->n_runs;
    for (size_t i = 0; i < point->n_runs; i++)
        solver->methods[i] = (clo_method)point->runs[i].method;
    measure(solver, config_of(point->config));
    const esw_status status = allocate(solver, point, resources, error);
    if (status) {
        close_solver(solver);
        return status;
    }
    *out = solver;
    return ESW_OK;
}

/* ---------------------------------------------------------------- work */

static eswi_clo_batch batch_of(const eswi_solver *s, size_t image, uint32_t count)
{
    eswi_clo_batch batch;
    batch.d_config = (const eswi_clo_config *)(s->d_images + image * s->image_bytes);
    batch.instance_bytes = s->instance_bytes;
    batch.decision_bytes = s->decision_bytes;
    batch.lists_bytes = s->lists_bytes;
    batch.d_instances = s->d_instances;
    batch.d_decisions = s->d_decisions;
    batch.d_lists = s->d_lists;
    batch.count = count;
    batch.slots = s->slots;
    batch.devices = s->devices;
    return batch;
}

/* Makes scenarios first .. first + count - 1 the instances on the device. */
static esw_status draw(eswi_solver *s, uint64_t first, uint32_t count, esw_error *error)
{
    if (s->held == count && s->held_first == first)
        return ESW_OK;
    const eswi_clo_batch batch = batch_of(s, 0, count);
    s->held = 0;
    const esw_status status = eswi_cuda_clo_stage(&batch, s->seed, first, error);
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
    s->first = first;
    s->count = count;
    ESWI_CUDA_TRY(error, cudaSetDevice(eswi_cuda_devices_here()->ordinal[0]));
    for (uint32_t offset = 0; offset < count; offset += s->chunk) {
        const uint32_t some = chunk_at(s, offset);
        const esw_status status = draw(s, first + offset, some, error);
        if (status)
            return status;
        ESWI_CUDA_TRY(error, cudaMemcpy(s->h_instances + offset * s->instance_bytes, s->d_instances,
                                        some * s->instance_bytes, cudaMemcpyDeviceToHost));
    }
    return ESW_OK;
}

static esw_status solve(eswi_solver *s, size_t run, void *decisions, esw_error *error)
{
    ESWI_CUDA_TRY(error, cudaSetDevice(eswi_cuda_devices_here()->ordinal[0]));
    for (uint32_t offset = 0; offset < s->count; offset += s->chunk) {
        const uint32_t some = chunk_at(s, offset);
        esw_status status = draw(s, s->first + offset, some, error);
        if (status)
            return status;
        const eswi_clo_batch batch = batch_of(s, run + 1, some);
        status = eswi_cuda_clo_solve(&batch, s->methods[run], error);
        if (status)
            return status;
        ESWI_CUDA_TRY(error, cudaMemcpy((char *)decisions + offset * s->decision_bytes, s->d_decisions,
                                        some * s->decision_bytes, cudaMemcpyDeviceToHost));
    }
    return ESW_OK;
}

static const void *instance_at(eswi_solver *s, uint32_t i)
{
    return s->h_instances + i * s->instance_bytes;
}

const eswi_solver_ops eswi_cuda_clo_ops = {footprint, open_solver, close_solver, stage, solve, instance_at,
                                           0 /* all methods */};
