#include "kernels/ecc/worker.h"

#include <cstdlib>

#include "kernels/common/check.h"
#include "kernels/common/ranges.h"
#include "kernels/ecc/config_image.h"
#include "kernels/ecc/methods.h"
#include "kernels/ecc/stage.h"

/* Of the memory that is free. The rest is for what the driver allocates itself: code, stacks, events. */
static const double memory_share = 0.9;

enum { DEVICE_ALIGN = 256 };

static size_t aligned(size_t bytes)
{
    return (bytes + DEVICE_ALIGN - 1) / DEVICE_ALIGN * DEVICE_ALIGN;
}

static const eswi_ecc_config *config_of(const esw_config *config)
{
    return (const eswi_ecc_config *)(const void *)config;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* ---------------------------------------------------------------- memory */

/* Scratch of a slot: staging and every run take turns on it. */
static size_t scratch_bytes(const eswi_point *point, uint32_t chunk)
{
    size_t most = eswi_cuda_ecc_stage_scratch(config_of(point->config), chunk);
    for (size_t i = 0; i < point->n_runs; i++) {
        const ecc_method method = (ecc_method)point->runs[i].method;
        const eswi_cuda_ecc_method *m = &eswi_cuda_ecc_methods[method];
        if (m->scratch)
            most = larger(most, m->scratch(config_of(point->runs[i].config), method, chunk));
    }
    return most;
}

/* Takes addresses one after the other; with a null base it only measures. */
struct memory {
    char *base;
    size_t used;

    char *take(size_t bytes)
    {
        char *here = base ? base + used : nullptr;
        used += aligned(bytes);
        return here;
    }
};

/* What one config needs on the device. */
static size_t tables_bytes(const eswi_method_run *run)
{
    const eswi_cuda_ecc_method *m = &eswi_cuda_ecc_methods[run->method];
    return m->tables_bytes ? m->tables_bytes(config_of(run->config)) : 0;
}

static size_t constant_bytes(const eswi_point *point)
{
    memory m = {nullptr, 0};
    m.take(eswi_cuda_ecc_image_bytes(config_of(point->config)));
    for (size_t i = 0; i < point->n_runs; i++) {
        m.take(eswi_cuda_ecc_image_bytes(config_of(point->runs[i].config)));
        m.take(tables_bytes(&point->runs[i]));
    }
    return m.used;
}

static size_t slot_bytes(const eswi_ecc_worker *w, const eswi_point *point, uint32_t chunk)
{
    return aligned(w->instance_bytes * chunk) + aligned(w->decision_bytes * chunk) +
           aligned(scratch_bytes(point, chunk));
}

static esw_status choose_chunk(eswi_ecc_worker *w, const eswi_point *point, uint32_t batch, size_t max_bytes,
                               size_t *bytes, esw_error *error)
{
    size_t free_bytes, total_bytes;
    ESWI_CUDA_TRY(error, cudaMemGetInfo(&free_bytes, &total_bytes));
    size_t allowed = (size_t)(memory_share * (double)free_bytes);
    if (max_bytes > 0 && max_bytes < allowed)
        allowed = max_bytes;
    w->chunk = (batch + ESWI_CUDA_ECC_SLOTS - 1) / ESWI_CUDA_ECC_SLOTS;
    for (;;) {
        *bytes = constant_bytes(point) + ESWI_CUDA_ECC_SLOTS * slot_bytes(w, point, w->chunk);
        if (*bytes <= allowed)
            return ESW_OK;
        if (w->chunk == 1)
            break;
        w->chunk = (w->chunk + 1) / 2;
    }
    const double mib = 1.0 / (1 << 20);
    return esw_fail(
        error, ESW_BACKEND,
        "device %d: %.3g MiB of its memory may be used, two scenarios need %.3g MiB: make the instance "
        "smaller, raise --max-memory or use --backend cpu",
        w->ordinal, (double)allowed * mib, (double)*bytes * mib);
}

/* ---------------------------------------------------------------- open and close */

static esw_status copy_in(char *d_to, const void *from, size_t bytes, esw_error *error)
{
    ESWI_CUDA_TRY(error, cudaMemcpy(d_to, from, bytes, cudaMemcpyHostToDevice));
    return ESW_OK;
}

static esw_status upload_config(const eswi_ecc_config *config, memory *m, eswi_ecc_config *on_device,
                                esw_error *error)
{
    const size_t bytes = eswi_cuda_ecc_image_bytes(config);
    char *d_image = m->take(bytes);
    char *h_image = (char *)malloc(bytes);
    if (!h_image)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a config");
    *on_device = eswi_cuda_ecc_image(config, h_image, d_image);
    const esw_status status = copy_in(d_image, h_image, bytes, error);
    free(h_image);
    return status;
}

static esw_status upload_tables(const eswi_method_run *run, memory *m, eswi_ecc_device_run *on_device,
                                esw_error *error)
{
    const size_t bytes = tables_bytes(run);
    if (bytes == 0)
        return ESW_OK;
    char *d_tables = m->take(bytes);
    void *h_tables =
        aligned_alloc(ESWI_CARVE_ALIGN, (bytes + ESWI_CARVE_ALIGN - 1) / ESWI_CARVE_ALIGN * ESWI_CARVE_ALIGN);
    if (!h_tables)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a method's tables");
    memset(h_tables, 0, bytes);
    eswi_cuda_ecc_methods[run->method].prepare_tables(config_of(run->config), h_tables);
    const esw_status status = copy_in(d_tables, h_tables, bytes, error);
    free(h_tables);
    on_device->d_tables = d_tables;
    return status;
}

static esw_status upload(eswi_ecc_worker *w, const eswi_point *point, memory *m, esw_error *error)
{
    esw_status status = upload_config(config_of(point->config), m, &w->config, error);
    for (size_t i = 0; i < point->n_runs && !status; i++) {
        w->runs[i].method = (ecc_method)point->runs[i].method;
        status = upload_config(config_of(point->runs[i].config), m, &w->runs[i].config, error);
        if (!status)
            status = upload_tables(&point->runs[i], m, &w->runs[i], error);
    }
    return status;
}

size_t eswi_ecc_worker_host_bytes(const eswi_point *point, uint32_t batch)
{
    return eswi_ecc_decision_bytes(config_of(point->config)) * ((size_t)batch + ESWI_CUDA_ECC_SLOTS);
}

esw_status eswi_ecc_worker_open(eswi_ecc_worker *w, const eswi_point *point, uint32_t batch, size_t max_bytes,
                                esw_error *error)
{
    const eswi_ecc_config *config = config_of(point->config);
    size_t bytes = 0;
    w->seed = point->seed;
    w->n_runs = point->n_runs;
    w->instance_bytes = eswi_ecc_instance_bytes(config);
    w->decision_bytes = eswi_ecc_decision_bytes(config);
    ESWI_CUDA_TRY(error, cudaSetDevice(w->ordinal));
    esw_status status = choose_chunk(w, point, batch, max_bytes, &bytes, error);
    if (status)
        return status;
    ESWI_CUDA_TRY(error, cudaMalloc(&w->d_memory, bytes));
    const size_t h_bytes = w->decision_bytes * w->chunk;
    ESWI_CUDA_TRY(error, cudaMallocHost(&w->h_memory, h_bytes * ESWI_CUDA_ECC_SLOTS));
    memory m = {w->d_memory, 0};
    status = upload(w, point, &m, error);
    if (status)
        return status;
    const size_t scratch = scratch_bytes(point, w->chunk);
    for (int s = 0; s < ESWI_CUDA_ECC_SLOTS; s++) {
        eswi_ecc_slot *slot = &w->slot[s];
        slot->d_instances = m.take(w->instance_bytes * w->chunk);
        slot->d_decisions = m.take(w->decision_bytes * w->chunk);
        slot->d_scratch = m.take(scratch);
        slot->h_decisions = w->h_memory + (size_t)s * h_bytes;
        ESWI_CUDA_TRY(error, cudaStreamCreateWithFlags(&slot->stream, cudaStreamNonBlocking));
    }
    return ESW_OK;
}

void eswi_ecc_worker_close(eswi_ecc_worker *w)
{
    cudaSetDevice(w->ordinal);
    for (int s = 0; s < ESWI_CUDA_ECC_SLOTS; s++) {
        if (w->slot[s].stream) {
            cudaStreamSynchronize(w->slot[s].stream);
            cudaStreamDestroy(w->slot[s].stream);
        }
    }
    cudaFree(w->d_memory);
    cudaFreeHost(w->h_memory);
    cudaGetLastError(); /* an error that was reported already must not meet the next solver */
}

/* ---------------------------------------------------------------- work */

static eswi_ecc_batch batch_of(const eswi_ecc_worker *w, const eswi_ecc_slot *slot,
                               const eswi_ecc_config *config, const char *d_tables, uint32_t count)
{
    eswi_ecc_batch batch;
    batch.config = *config;
    batch.d_instances = slot->d_instances;
    batch.instance_bytes = w->instance_bytes;
    batch.d_decisions = slot->d_decisions;
    batch.decision_bytes = w->decision_bytes;
    batch.d_scratch = slot->d_scratch;
    batch.d_tables = d_tables;
    batch.count = count;
    batch.capacity = w->chunk;
    return batch;
}

/* Makes scenarios first .. first + count - 1 the instances of a slot. */
static esw_status draw(const eswi_ecc_worker *w, eswi_ecc_slot *slot, uint64_t first, uint32_t count,
                       esw_error *error)
{
    if (slot->first == first && slot->held == count)
        return ESW_OK;
    const eswi_ecc_batch batch = batch_of(w, slot, &w->config, nullptr, count);
    slot->held = 0;
    const esw_status status = eswi_cuda_ecc_stage(&batch, w->seed, first, slot->stream, error);
    slot->first = first;
    slot->held = status ? 0 : count;
    return status;
}

static uint32_t chunk_at(const eswi_ecc_worker *w, uint32_t offset, uint32_t count)
{
    return count - offset < w->chunk ? count - offset : w->chunk;
}

esw_status eswi_ecc_worker_stage(eswi_ecc_worker *w, uint64_t first, uint32_t count, char *h_instances,
                                 esw_error *error)
{
    const eswi_range_scope range(ESWI_RANGE_STAGE);
    int next = 0;
    ESWI_CUDA_TRY(error, cudaSetDevice(w->ordinal));
    for (uint32_t offset = 0; offset < count; offset += w->chunk, next = (next + 1) % ESWI_CUDA_ECC_SLOTS) {
        eswi_ecc_slot *slot = &w->slot[next];
        const uint32_t some = chunk_at(w, offset, count);
        const esw_status status = draw(w, slot, first + offset, some, error);
        if (status)
            return status;
        ESWI_CUDA_TRY(error, cudaMemcpyAsync(h_instances + offset * w->instance_bytes, slot->d_instances,
                                             some * w->instance_bytes, cudaMemcpyDeviceToHost, slot->stream));
    }
    for (int s = 0; s < ESWI_CUDA_ECC_SLOTS; s++)
        ESWI_CUDA_TRY(error, cudaStreamSynchronize(w->slot[s].stream));
    return ESW_OK;
}

/* Waits for a slot's decisions and hands them on. */
static esw_status collect(eswi_ecc_slot *slot, esw_error *error)
{
    const eswi_range_scope range(ESWI_RANGE_COLLECT);
    if (!slot->out)
        return ESW_OK;
    char *out = slot->out;
    slot->out = nullptr;
    ESWI_CUDA_TRY(error, cudaStreamSynchronize(slot->stream));
    memcpy(out, slot->h_decisions, slot->out_bytes);
    return ESW_OK;
}

static esw_status enqueue(const eswi_ecc_worker *w, eswi_ecc_slot *slot, const eswi_ecc_device_run *run,
                          uint64_t first, uint32_t count, char *out, esw_error *error)
{
    const eswi_range_scope range(ESWI_RANGE_ENQUEUE);
    esw_status status = draw(w, slot, first, count, error);
    if (status)
        return status;
    const eswi_ecc_batch batch = batch_of(w, slot, &run->config, run->d_tables, count);
    status = eswi_cuda_ecc_methods[run->method].solve(&batch, run->method, slot->stream, error);
    if (status)
        return status;
    const size_t bytes = count * w->decision_bytes;
    ESWI_CUDA_TRY(error, cudaMemcpyAsync(slot->h_decisions, slot->d_decisions, bytes, cudaMemcpyDeviceToHost,
                                         slot->stream));
    slot->out = out;
    slot->out_bytes = bytes;
    return ESW_OK;
}

esw_status eswi_ecc_worker_solve(eswi_ecc_worker *w, size_t run, uint64_t first, uint32_t count,
                                 char *decisions, esw_error *error)
{
    const eswi_range_scope range(ESWI_RANGE_SOLVE);
    esw_status status = ESW_OK;
    int next = 0;
    for (int s = 0; s < ESWI_CUDA_ECC_SLOTS; s++)
        w->slot[s].out = nullptr; /* of a solve that failed */
    ESWI_CUDA_TRY(error, cudaSetDevice(w->ordinal));
    for (uint32_t offset = 0; offset < count && !status;
         offset += w->chunk, next = (next + 1) % ESWI_CUDA_ECC_SLOTS) {
        status = collect(&w->slot[next], error);
        if (!status)
            status = enqueue(w, &w->slot[next], &w->runs[run], first + offset, chunk_at(w, offset, count),
                             decisions + offset * w->decision_bytes, error);
    }
    for (int s = 0; s < ESWI_CUDA_ECC_SLOTS && !status; s++)
        status = collect(&w->slot[s], error);
    return status;
}
