/* Deferred streams run in any order that CUDA allows, and in no other. */
#include <criterion/criterion.h>

#include "control.h"
#include "device_array.h"

extern "C" __global__ void add_kernel(float *x, float value)
{
    x[threadIdx.x] = x[threadIdx.x] + value;
}

extern "C" __global__ void double_kernel(float *x)
{
    x[threadIdx.x] = 2.0f * x[threadIdx.x];
}

static const int n_seeds = 16;

/* (0 + 3) * 2 where the stream of the doubling waits for the addition; returns x afterwards. */
static float add_then_double(uint64_t seed, bool wait_for_event)
{
    simt::config.seed = seed;
    simt::config.defer_streams = true;
    DeviceArray<float> x(std::vector<float>{0.0f});
    cudaStream_t first, second;
    cudaEvent_t added;
    cudaStreamCreateWithFlags(&first, cudaStreamNonBlocking);
    cudaStreamCreateWithFlags(&second, cudaStreamNonBlocking);
    cudaEventCreateWithFlags(&added, cudaEventDisableTiming);
    ESW_LAUNCH(add_kernel, 1, 1, 0, first, x.get(), 3.0f);
    cudaEventRecord(added, first);
    if (wait_for_event)
        cudaStreamWaitEvent(second, added);
    ESW_LAUNCH(double_kernel, 1, 1, 0, second, x.get());
    cudaDeviceSynchronize();
    cudaEventDestroy(added);
    cudaStreamDestroy(first);
    cudaStreamDestroy(second);
    return x.copy()[0];
}

Test(simt_streams, an_event_orders_two_streams_under_every_seed)
{
    for (uint64_t seed = 0; seed < n_seeds; seed++)
        cr_assert_eq(add_then_double(seed, true), 6.0f, "seed %d", static_cast<int>(seed));
    cr_assert(simt::reports().empty());
}

Test(simt_streams, a_missing_event_shows_under_some_seed)
{
    int wrong = 0;
    for (uint64_t seed = 0; seed < n_seeds; seed++)
        wrong += add_then_double(seed, false) != 6.0f;
    cr_assert_gt(wrong, 0);
    cr_assert_lt(wrong, n_seeds);
}

Test(simt_streams, pinned_copies_happen_late_and_pageable_ones_at_once)
{
    simt::config.defer_streams = true;
    cudaStream_t stream;
    cudaStreamCreate(&stream);
    float *h_pinned, pageable = 1.0f;
    cudaMallocHost(&h_pinned, sizeof *h_pinned);
    DeviceArray<float> from_pinned(1), from_pageable(1);

    *h_pinned = 1.0f;
    cudaMemcpyAsync(from_pinned.get(), h_pinned, sizeof(float), cudaMemcpyHostToDevice, stream);
    cudaMemcpyAsync(from_pageable.get(), &pageable, sizeof(float), cudaMemcpyHostToDevice, stream);
    *h_pinned = pageable = 2.0f; /* too early for the pinned buffer */
    cudaStreamSynchronize(stream);
    cr_assert_eq(from_pinned.copy()[0], 2.0f);
    cr_assert_eq(from_pageable.copy()[0], 1.0f);

    *h_pinned = -1.0f;
    cudaMemcpyAsync(h_pinned, from_pinned.get(), sizeof(float), cudaMemcpyDeviceToHost, stream);
    cr_assert_eq(*h_pinned, -1.0f, "not yet copied");
    cudaMemcpyAsync(&pageable, from_pinned.get(), sizeof(float), cudaMemcpyDeviceToHost, stream);
    cr_assert_eq(pageable, 2.0f, "a copy to pageable memory waits for its stream");
    cr_assert_eq(*h_pinned, 2.0f);
    cudaFreeHost(h_pinned);
    cudaStreamDestroy(stream);
}

Test(simt_streams, the_default_stream_waits_for_blocking_streams_only)
{
    simt::config.defer_streams = true;
    cudaStream_t blocking, other;
    cudaStreamCreate(&blocking);
    cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking);
    DeviceArray<float> a(std::vector<float>{1.0f}), b(std::vector<float>{1.0f});
    ESW_LAUNCH(double_kernel, 1, 1, 0, blocking, a.get());
    ESW_LAUNCH(double_kernel, 1, 1, 0, other, b.get());
    ESW_LAUNCH(add_kernel, 1, 1, 0, nullptr, a.get(), 1.0f);
    ESW_LAUNCH(add_kernel, 1, 1, 0, nullptr, b.get(), 1.0f);
    cudaDeviceSynchronize();
    cr_assert_eq(a.copy()[0], 3.0f);
    cr_assert_eq(b.copy()[0], 4.0f);
    cudaStreamDestroy(blocking);
    cudaStreamDestroy(other);
}

Test(simt_streams, events_tell_when_their_stream_has_reached_them)
{
    simt::config.defer_streams = true;
    cudaStream_t stream;
    cudaEvent_t start, stop;
    cudaStreamCreate(&stream);
    cudaEventCreate(&start);
    cudaEventCreate(&stop);
    DeviceArray<float> x(std::vector<float>{1.0f});
    cudaEventRecord(start, stream);
    ESW_LAUNCH(double_kernel, 1, 1, 0, stream, x.get());
    cudaEventRecord(stop, stream);
    int polls = 0;
    while (cudaEventQuery(stop) == cudaErrorNotReady)
        polls++;
    cr_assert_gt(polls, 0);
    float milliseconds = -1.0f;
    cr_assert_eq(cudaEventElapsedTime(&milliseconds, start, stop), cudaSuccess);
    cr_assert_geq(milliseconds, 0.0f);
    cudaEventRecord(stop, stream);
    cr_assert_eq(cudaEventElapsedTime(&milliseconds, start, stop), cudaErrorNotReady);
    cr_assert_eq(cudaEventSynchronize(stop), cudaSuccess);
    cudaEventDestroy(start);
    cudaEventDestroy(stop);
    cudaStreamDestroy(stream);
}

Test(simt_streams, waiting_in_a_circle_is_reported)
{
    simt::config.defer_streams = true;
    simt::config.print_reports = false;
    cudaStream_t a, b;
    cudaEvent_t first, second;
    cudaStreamCreateWithFlags(&a, cudaStreamNonBlocking);
    cudaStreamCreateWithFlags(&b, cudaStreamNonBlocking);
    cudaEventCreate(&first);
    cudaEventCreate(&second);
    cudaEventRecord(second, b); /* done at once below, recorded again behind the wait */
    cudaStreamSynchronize(b);
    cudaStreamWaitEvent(b, first);
    cudaEventRecord(second, b);
    cr_assert_eq(cudaEventSynchronize(second), cudaSuccess, "waiting for an unrecorded event does nothing");
    cr_assert(simt::reports().empty());
    cudaDeviceReset();
}

Test(simt_streams, what_waits_behind_a_fault_never_runs)
{
    simt::config.defer_streams = true;
    simt::config.print_reports = false;
    cudaStream_t stream;
    cudaStreamCreate(&stream);
    float *x, *h_x;
    cudaMalloc(&x, sizeof *x);
    cudaMallocHost(&h_x, sizeof *h_x);
    *h_x = 5.0f;
    cudaMemsetAsync(x + 1, 0, sizeof *x, stream); /* beyond the allocation */
    cudaMemcpyAsync(h_x, x, sizeof *x, cudaMemcpyDeviceToHost, stream);
    cr_assert_eq(cudaStreamSynchronize(stream), cudaErrorLaunchFailure);
    cr_assert_eq(*h_x, 5.0f);
    cr_assert_eq(simt::reports().size(), 1u);
    cudaDeviceReset();
}
