/* CANSA on a device: its configs and its methods for the worker of all systems. */
#include "kernels/cansa/batch.h"
#include "kernels/systems.h"

static const eswi_cansa_config *config_of(const esw_config *config)
{
    return (const eswi_cansa_config *)(const void *)config;
}

/* The config holds no pointers. */
static size_t image_bytes(const eswi_method_run *)
{
    return sizeof(eswi_cansa_config);
}

static void image(const eswi_method_run *run, char *h_image, char *)
{
    memcpy(h_image, run->config, sizeof(eswi_cansa_config));
}

static size_t scratch_bytes(const eswi_method_run *run, uint32_t capacity)
{
    const eswi_cansa_config *config = config_of(run->config);
    return run->method == ESWI_CUDA_STAGING
               ? 0
               : eswi_cuda_cansa_scratch(config->clients, config->rbs_total, run->method, capacity);
}

static eswi_cansa_batch batch_of(const eswi_cuda_chunk *chunk)
{
    const eswi_cansa_config *config = (const eswi_cansa_config *)chunk->h_image;
    eswi_cansa_batch batch;
    batch.d_config = (const eswi_cansa_config *)chunk->d_image;
    batch.clients = config->clients;
    batch.rbs_total = config->rbs_total;
    batch.d_instances = chunk->d_instances;
    batch.d_decisions = chunk->d_decisions;
    batch.d_scratch = chunk->d_scratch;
    batch.count = chunk->count;
    return batch;
}

static esw_status stage(const eswi_cuda_chunk *chunk, uint64_t seed, uint64_t first, esw_error *error)
{
    const eswi_cansa_batch batch = batch_of(chunk);
    return eswi_cuda_cansa_stage(&batch, seed, first, chunk->stream, error);
}

static esw_status solve(const eswi_cuda_chunk *chunk, size_t method, esw_error *error)
{
    const eswi_cansa_batch batch = batch_of(chunk);
    return eswi_cuda_cansa_solve(&batch, method, chunk->stream, error);
}

const eswi_cuda_system eswi_cuda_cansa_system = {
    "cansa", "take fewer clients or RBs", nullptr, image_bytes, image, scratch_bytes, stage, solve,
};
