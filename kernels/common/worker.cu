#include "kernels/common/worker.h"

#include <cstdlib>
#include <cstring>

#include "kernels/common/check.h"
#include "kernels/common/ranges.h"

/* Of the memory that is free. The rest is for what the driver allocates itself: code, stacks, events. */
static const double memory_share = 0.9;

/* ---------------------------------------------------------------- memory */

/* What is done on a device: staging first, then the methods of the point. */
static size_t run_count(const eswi_point *point)
{
    return 1 + point->n_runs;
}

static eswi_method_run run_at(const eswi_point *point, size_t i)
{
    if (i > 0)
        return point->runs[i - 1];
    return {ESWI_CUDA_STAGING, point->config};
}

static size_t images_bytes(const eswi_cuda_system *system, const eswi_point *point)
{
    size_t bytes = 0;
    for (size_t i = 0; i < run_count(point); i++) {
        const eswi_method_run run = run_at(point, i);
        bytes += eswi_cuda_aligned(system->image_bytes(&run));
    }
    return bytes;
}

/* Pinned memory for some scenarios: their decisions, and their instances where a file has them. */
static size_t pinned_bytes(const eswi_point *point, size_t scenarios)
{
    const esw_sizes sizes = point->system->sizes(point->config);
    return ((sizes.file_bytes > 0 ? sizes.instance_bytes : 0) + sizes.decision_bytes) * scenarios;
}

/* Scratch of a slot: all runs take turns on it. */
static size_t scratch_bytes(const eswi_cuda_system *system, const eswi_point *point, uint32_t chunk)
{
    size_t most = 0;
    for (size_t i = 0; i < run_count(point); i++) {
        const eswi_method_run run = run_at(point, i);
        const size_t bytes = system->scratch_bytes(&run, chunk);
        most = bytes > most ? bytes : most;
    }
    return most;
}

static size_t device_bytes(const eswi_cuda_worker *w, const eswi_point *point, uint32_t chunk)
{
    const size_t slot = eswi_cuda_aligned(w->instance_bytes * chunk) +
                        eswi_cuda_aligned(w->decision_bytes * chunk) +
                        eswi_cuda_aligned(scratch_bytes(w->system, point, chunk));
    return images_bytes(w->system, point) + ESWI_CUDA_SLOTS * slot;
}

static esw_status choose_chunk(eswi_cuda_worker *w, const eswi_point *point, uint32_t batch, size_t max_bytes,
                               size_t *bytes, esw_error *error)
{
    size_t free_bytes, total_bytes;
    ESWI_CUDA_TRY(error, cudaMemGetInfo(&free_bytes, &total_bytes));
    size_t allowed = (size_t)(memory_share * (double)free_bytes);
    if (max_bytes > 0 && max_bytes < allowed)
        allowed = max_bytes;
    w->chunk = (batch + ESWI_CUDA_SLOTS - 1) / ESWI_CUDA_SLOTS;
    for (;;) {
        *bytes = device_bytes(w, point, w->chunk);
        if (*bytes <= allowed)
            return ESW_OK;
        if (w->chunk == 1)
            break;
        w->chunk = (w->chunk + 1) / 2;
    }
    const double mib = 1.0 / (1 << 20);
    return esw_fail(error, ESW_BACKEND,
                    "device %d: %.3g MiB of its memory may be used, two scenarios need %.3g MiB: %s, raise "
                    "--max-memory or use --backend cpu",
                    w->ordinal, (double)allowed * mib, (double)*bytes * mib, w->system->smaller);
}

/* ---------------------------------------------------------------- open and close */

/* Lays out the images of all runs, for the device's memory from its beginning, and copies them there. They are there when
 * this returns, for kernels in any stream: a copy without a wait would only have left the host's memory. */
static esw_status upload(eswi_cuda_worker *w, const eswi_point *point, esw_error *error)
{
    const size_t bytes = images_bytes(w->system, point);
    w->h_images = (char *)aligned_alloc(ESWI_CUDA_ALIGN, bytes);
    w->runs = (eswi_cuda_run *)calloc(run_count(point), sizeof *w->runs);
    if (!w->h_images || !w->runs)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for the images of configs");
    memset(w->h_images, 0, bytes);
    for (size_t i = 0, at = 0; i < run_count(point); i++) {
        const eswi_method_run run = run_at(point, i);
        w->runs[i] = {run.method, w->h_images + at, w->d_memory + at};
        w->system->image(&run, w->runs[i].h_image, w->runs[i].d_image);
        at += eswi_cuda_aligned(w->system->image_bytes(&run));
    }
    cudaStream_t stream = w->slot[0].stream;
    ESWI_CUDA_TRY(error, cudaMemcpyAsync(w->d_memory, w->h_images, bytes, cudaMemcpyHostToDevice, stream));
    ESWI_CUDA_TRY(error, cudaStreamSynchronize(stream));
    return ESW_OK;
}

/* Takes addresses one after the other. */
struct memory {
    char *next;

    char *take(size_t bytes)
    {
        char *here = next;
        next += eswi_cuda_aligned(bytes);
        return here;
    }
};

static esw_status open_slots(eswi_cuda_worker *w, const eswi_point *point, esw_error *error)
{
    const size_t scratch = scratch_bytes(w->system, point, w->chunk);
    const size_t h_bytes = pinned_bytes(point, w->chunk);
    memory m = {w->d_memory + images_bytes(w->system, point)};
    for (int s = 0; s < ESWI_CUDA_SLOTS; s++) {
        eswi_cuda_slot *slot = &w->slot[s];
        slot->d_instances = m.take(w->instance_bytes * w->chunk);
        slot->d_decisions = m.take(w->decision_bytes * w->chunk);
        slot->d_scratch = m.take(scratch);
        slot->h_decisions = w->h_memory + (size_t)s * h_bytes;
        if (w->host_system) {
            slot->h_instances = slot->h_decisions;
            slot->h_decisions += w->instance_bytes * w->chunk;
        }
        ESWI_CUDA_TRY(error, cudaStreamCreateWithFlags(&slot->stream, cudaStreamNonBlocking));
        if (getenv("EDGESWEEP_CLEAR_BLOCKS")) {
            /* For compute-sanitizer's initcheck: between the arrays of a block are gaps that nobody writes, and copies
             * take them along. Nobody reads them, so otherwise this would hide a decision that is not written. */
            const size_t bytes = (size_t)(slot->d_scratch - slot->d_instances);
            ESWI_CUDA_TRY(error, cudaMemsetAsync(slot->d_instances, 0, bytes, slot->stream));
        }
    }
    return ESW_OK;
}

size_t eswi_cuda_worker_host_bytes(const eswi_cuda_system *system, const eswi_point *point, uint32_t batch)
{
    return run_count(point) * sizeof(eswi_cuda_run) + images_bytes(system, point) +
           pinned_bytes(point, (size_t)batch + ESWI_CUDA_SLOTS);
}

esw_status eswi_cuda_worker_open(eswi_cuda_worker *w, const eswi_point *point, uint32_t batch, size_t max_bytes,
                                 esw_error *error)
{
    const esw_sizes sizes = point->system->sizes(point->config);
    size_t bytes = 0;
    w->seed = point->seed;
    w->instance_bytes = sizes.instance_bytes;
    w->decision_bytes = sizes.decision_bytes;
    w->host_system = sizes.file_bytes > 0 ? point->system : nullptr;
    w->host_config = point->config;
    ESWI_CUDA_TRY(error, cudaSetDevice(w->ordinal));
    esw_status status = choose_chunk(w, point, batch, max_bytes, &bytes, error);
    if (status)
        return status;
    ESWI_CUDA_TRY(error, cudaMalloc(&w->d_memory, bytes));
    ESWI_CUDA_TRY(error, cudaMallocHost(&w->h_memory, pinned_bytes(point, w->chunk) * ESWI_CUDA_SLOTS));
    status = open_slots(w, point, error);
    return status ? status : upload(w, point, error);
}

void eswi_cuda_worker_close(eswi_cuda_worker *w)
{
    cudaSetDevice(w->ordinal);
    for (int s = 0; s < ESWI_CUDA_SLOTS; s++) {
        if (w->slot[s].stream) {
            cudaStreamSynchronize(w->slot[s].stream);
            cudaStreamDestroy(w->slot[s].stream);
        }
    }
    eswi_launch_times_collect(w->ordinal);
    cudaFree(w->d_memory);
    cudaFreeHost(w->h_memory);
    cudaGetLastError(); /* an error that was reported already must not meet the next solver */
    free(w->h_images);
    free(w->runs);
}

/* ---------------------------------------------------------------- work */

static eswi_cuda_chunk chunk_of(const eswi_cuda_worker *w, const eswi_cuda_slot *slot, const eswi_cuda_run *run,
                                uint32_t count)
{
    eswi_cuda_chunk chunk;
    chunk.h_image = run->h_image;
    chunk.d_image = run->d_image;
    chunk.d_instances = slot->d_instances;
    chunk.d_decisions = slot->d_decisions;
    chunk.instance_bytes = w->instance_bytes;
    chunk.decision_bytes = w->decision_bytes;
    chunk.d_scratch = slot->d_scratch;
    chunk.count = count;
    chunk.capacity = w->chunk;
    chunk.stream = slot->stream;
    return chunk;
}

/* Stages scenarios on the host and copies them to a slot. The copy before this one must have left the pinned memory. */
static esw_status copy_staged(const eswi_cuda_worker *w, eswi_cuda_slot *slot, uint64_t first, uint32_t count,
                              esw_error *error)
{
    ESWI_CUDA_TRY(error, cudaStreamSynchronize(slot->stream));
    for (uint32_t i = 0; i < count; i++)
        w->host_system->stage(w->host_config, w->seed, first + i, slot->h_instances + i * w->instance_bytes);
    ESWI_CUDA_TRY(error, cudaMemcpyAsync(slot->d_instances, slot->h_instances, count * w->instance_bytes,
                                         cudaMemcpyHostToDevice, slot->stream));
    return ESW_OK;
}

/* Makes scenarios first .. first + count - 1 the instances of a slot. */
static esw_status draw(const eswi_cuda_worker *w, eswi_cuda_slot *slot, uint64_t first, uint32_t count,
                       esw_error *error)
{
    if (slot->first == first && slot->held == count)
        return ESW_OK;
    const eswi_cuda_chunk chunk = chunk_of(w, slot, &w->runs[0], count);
    const esw_status status = w->host_system ? copy_staged(w, slot, first, count, error)
                                             : w->system->stage(&chunk, w->seed, first, error);
    slot->first = first;
    slot->held = status ? 0 : count;
    return status;
}

static uint32_t chunk_at(const eswi_cuda_worker *w, uint32_t offset, uint32_t count)
{
    return count - offset < w->chunk ? count - offset : w->chunk;
}

esw_status eswi_cuda_worker_stage(eswi_cuda_worker *w, uint64_t first, uint32_t count, char *h_instances,
                                  esw_error *error)
{
    const eswi_range_scope range(ESWI_RANGE_STAGE);
    int next = 0;
    ESWI_CUDA_TRY(error, cudaSetDevice(w->ordinal));
    for (uint32_t offset = 0; offset < count; offset += w->chunk, next = (next + 1) % ESWI_CUDA_SLOTS) {
        eswi_cuda_slot *slot = &w->slot[next];
        const uint32_t some = chunk_at(w, offset, count);
        const esw_status status = draw(w, slot, first + offset, some, error);
        if (status)
            return status;
        ESWI_CUDA_TRY(error, cudaMemcpyAsync(h_instances + offset * w->instance_bytes, slot->d_instances,
                                             some * w->instance_bytes, cudaMemcpyDeviceToHost, slot->stream));
    }
    for (int s = 0; s < ESWI_CUDA_SLOTS; s++)
        ESWI_CUDA_TRY(error, cudaStreamSynchronize(w->slot[s].stream));
    return ESW_OK;
}

/* Waits for a slot's decisions and hands them on. */
static esw_status collect(eswi_cuda_slot *slot, esw_error *error)
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

static esw_status enqueue(const eswi_cuda_worker *w, eswi_cuda_slot *slot, const eswi_cuda_run *run,
                          uint64_t first, uint32_t count, char *out, esw_error *error)
{
    const eswi_range_scope range(ESWI_RANGE_ENQUEUE);
    esw_status status = draw(w, slot, first, count, error);
    if (status)
        return status;
    const eswi_cuda_chunk chunk = chunk_of(w, slot, run, count);
    status = w->system->solve(&chunk, run->method, error);
    if (status)
        return status;
    const size_t bytes = count * w->decision_bytes;
    ESWI_CUDA_TRY(error, cudaMemcpyAsync(slot->h_decisions, slot->d_decisions, bytes, cudaMemcpyDeviceToHost,
                                         slot->stream));
    slot->out = out;
    slot->out_bytes = bytes;
    return ESW_OK;
}

esw_status eswi_cuda_worker_solve(eswi_cuda_worker *w, size_t run, uint64_t first, uint32_t count,
                                  char *decisions, esw_error *error)
{
    const eswi_range_scope range(ESWI_RANGE_SOLVE);
    esw_status status = ESW_OK;
    int next = 0;
    for (int s = 0; s < ESWI_CUDA_SLOTS; s++)
        w->slot[s].out = nullptr; /* of a solve that failed */
    ESWI_CUDA_TRY(error, cudaSetDevice(w->ordinal));
    for (uint32_t offset = 0; offset < count && !status;
         offset += w->chunk, next = (next + 1) % ESWI_CUDA_SLOTS) {
        status = collect(&w->slot[next], error);
        if (!status)
            status = enqueue(w, &w->slot[next], &w->runs[1 + run], first + offset, chunk_at(w, offset, count),
                             decisions + offset * w->decision_bytes, error);
    }
    for (int s = 0; s < ESWI_CUDA_SLOTS && !status; s++)
        status = collect(&w->slot[s], error);
    if (!status)
        eswi_launch_times_collect(w->ordinal);
    return status;
}
