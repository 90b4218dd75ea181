/* CLO on a device: its configs and its methods for the worker of all systems. */
#include "kernels/clo/batch.h"
#include "kernels/systems.h"

static const eswi_clo_config *config_of(const esw_config *config)
{
    return (const eswi_clo_config *)(const void *)config;
}

/* An image is the config, and behind it the curves that its pointers lead to. */
static constexpr size_t curves_at = eswi_cuda_aligned(sizeof(eswi_clo_config));

static size_t curves_bytes(const eswi_clo_config *config)
{
    return eswi_clo_curves_count(config->problem.tasks.tasks, config->problem.tasks.models) * sizeof(double);
}

static size_t image_bytes(const eswi_method_run *run)
{
    return curves_at + curves_bytes(config_of(run->config));
}

static void image(const eswi_method_run *run, char *h_image, char *d_image)
{
    const eswi_clo_config *config = config_of(run->config);
    eswi_clo_config *head = (eswi_clo_config *)h_image;
    *head = *config;
    eswi_clo_curves_lay_out(head, (double *)(d_image + curves_at));
    memcpy(h_image + curves_at, config->curves, curves_bytes(config));
}

static size_t scratch_bytes(const eswi_method_run *run, uint32_t capacity)
{
    return run->method == ESWI_CUDA_STAGING ? 0
                                            : eswi_clo_lists_size(&config_of(run->config)->problem) * capacity;
}

static eswi_clo_batch batch_of(const eswi_cuda_chunk *chunk)
{
    const eswi_clo_problem *problem = &((const eswi_clo_config *)chunk->h_image)->problem;
    eswi_clo_batch batch;
    batch.d_config = (const eswi_clo_config *)chunk->d_image;
    batch.instance_bytes = chunk->instance_bytes;
    batch.decision_bytes = chunk->decision_bytes;
    batch.lists_bytes = eswi_clo_lists_size(problem);
    batch.d_instances = chunk->d_instances;
    batch.d_decisions = chunk->d_decisions;
    batch.d_lists = chunk->d_scratch;
    batch.count = chunk->count;
    batch.slots = problem->slots;
    batch.devices = problem->devices;
    return batch;
}

static esw_status stage(const eswi_cuda_chunk *chunk, uint64_t seed, uint64_t first, esw_error *error)
{
    const eswi_clo_batch batch = batch_of(chunk);
    return eswi_cuda_clo_stage(&batch, seed, first, chunk->stream, error);
}

static esw_status solve(const eswi_cuda_chunk *chunk, size_t method, esw_error *error)
{
    const eswi_clo_batch batch = batch_of(chunk);
    return eswi_cuda_clo_solve(&batch, (clo_method)method, chunk->stream, error);
}

const eswi_cuda_system eswi_cuda_clo_system = {
    "clo", "take fewer slots or tasks", nullptr, image_bytes, image, scratch_bytes, stage, solve,
};
