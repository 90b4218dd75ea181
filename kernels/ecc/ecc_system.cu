/* ECC on a device: its configs and its methods for the worker of all systems. */
#include "kernels/systems.h"
#include "kernels/ecc/config_image.h"
#include "kernels/ecc/methods.h"
#include "kernels/ecc/stage.h"

/* The head of an image. Behind it lie what the config's pointers lead to and the method's tables. */
struct ecc_image {
    eswi_ecc_config config; /* kernels take it by value */
    const char *d_tables;   /* NULL: none */
};

static const eswi_ecc_config *config_of(const esw_config *config)
{
    return (const eswi_ecc_config *)(const void *)config;
}

/* Kernels number the links and blocks of one scenario in 32 bits. */
static esw_status check(const esw_config *config, esw_error *error)
{
    const eswi_ecc_config *c = config_of(config);
    const double gains = (double)c->users * c->aps * c->subchannels;
    return gains < 2147483648.0
               ? ESW_OK
               : esw_fail(error, ESW_BACKEND,
                          "users x aps x subchannels: found %.3g, a device takes less than 2^31; "
                          "use --backend cpu",
                          gains);
}

static size_t tables_at(const eswi_method_run *run)
{
    return eswi_cuda_aligned(sizeof(ecc_image)) +
           eswi_cuda_aligned(eswi_cuda_ecc_image_bytes(config_of(run->config)));
}

static size_t tables_bytes(const eswi_method_run *run)
{
    const bool some = run->method != ESWI_CUDA_STAGING && eswi_cuda_ecc_methods[run->method].tables_bytes;
    return some ? eswi_cuda_ecc_methods[run->method].tables_bytes(config_of(run->config)) : 0;
}

static size_t image_bytes(const eswi_method_run *run)
{
    return tables_at(run) + tables_bytes(run);
}

static void image(const eswi_method_run *run, char *h_image, char *d_image)
{
    const size_t arrays = eswi_cuda_aligned(sizeof(ecc_image)), tables = tables_at(run);
    ecc_image *head = (ecc_image *)h_image;
    head->config = eswi_cuda_ecc_image(config_of(run->config), h_image + arrays, d_image + arrays);
    if (tables_bytes(run) > 0) {
        head->d_tables = d_image + tables;
        eswi_cuda_ecc_methods[run->method].prepare_tables(config_of(run->config), h_image + tables);
    }
}

static size_t scratch_bytes(const eswi_method_run *run, uint32_t capacity)
{
    const eswi_ecc_config *config = config_of(run->config);
    if (run->method == ESWI_CUDA_STAGING)
        return eswi_cuda_ecc_stage_scratch(config, capacity);
    const eswi_cuda_ecc_method *method = &eswi_cuda_ecc_methods[run->method];
    return method->scratch ? method->scratch(config, (ecc_method)run->method, capacity) : 0;
}

static eswi_ecc_batch batch_of(const eswi_cuda_chunk *chunk)
{
    const ecc_image *head = (const ecc_image *)chunk->h_image;
    eswi_ecc_batch batch;
    batch.config = head->config;
    batch.d_instances = chunk->d_instances;
    batch.instance_bytes = chunk->instance_bytes;
    batch.d_decisions = chunk->d_decisions;
    batch.decision_bytes = chunk->decision_bytes;
    batch.d_scratch = chunk->d_scratch;
    batch.d_tables = head->d_tables;
    batch.count = chunk->count;
    batch.capacity = chunk->capacity;
    return batch;
}

static esw_status stage(const eswi_cuda_chunk *chunk, uint64_t seed, uint64_t first, esw_error *error)
{
    const eswi_ecc_batch batch = batch_of(chunk);
    return eswi_cuda_ecc_stage(&batch, seed, first, chunk->stream, error);
}

static esw_status solve(const eswi_cuda_chunk *chunk, size_t method, esw_error *error)
{
    const eswi_ecc_batch batch = batch_of(chunk);
    return eswi_cuda_ecc_methods[method].solve(&batch, (ecc_method)method, chunk->stream, error);
}

const eswi_cuda_system eswi_cuda_ecc_system = {
    "ecc", "take fewer users, APs or subchannels", check, image_bytes, image, scratch_bytes, stage, solve,
};
