/* Deferred streams run in any order that CUDA allows, and in no other. */
#include <cmath>

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

    *h_pinned = 2.0f;
    cudaMemcpyAsync(from_pinned.get(), h_pinned, sizeof(float), cudaMemcpyHostToDevice, stream);
    cudaMemcpyAsync(from_pageable.get(), &pageable, sizeof(float), cudaMemcpyHostToDevice, stream);
    pageable = 2.0f; /* too early for a pinned buffer */
    cudaStreamSynchronize(stream);
    cr_assert_eq(from_pinned.copy()[0], 2.0f);
    cr_assert_eq(from_pageable.copy()[0], 1.0f);

    pageable = 1.0f;
    cudaMemcpyAsync(h_pinned, from_pinned.get(), sizeof(float), cudaMemcpyDeviceToHost, stream);
#if !defined(SIMT_ASAN_BUILD) /* that one does not even let the host look */
    cr_assert(std::isnan(*h_pinned), "not yet copied, and nothing else that could be taken for it");
#endif
    cudaMemcpyAsync(&pageable, from_pinned.get(), sizeof(float), cudaMemcpyDeviceToHost, stream);
    cr_assert_eq(pageable, 2.0f, "a copy to pageable memory waits for its stream");
    cr_assert_eq(*h_pinned, 2.0f);
    cudaFreeHost(h_pinned);
    cudaStreamDestroy(stream);
}

Test(simt_streams, a_pinned_buffer_that_changes_before_its_copy_is_reported)
{
    simt::config.defer_streams = true;
    simt::config.print_reports = false;
    cudaStream_t stream;
    float *h_x, *x;
    cudaStreamCreate(&stream);
    cudaMallocHost(&h_x, sizeof *h_x);
    cudaMalloc(&x, sizeof *x);
    *h_x = 1.0f;
    cudaMemcpyAsync(x, h_x, sizeof *x, cudaMemcpyHostToDevice, stream);
    *h_x = 2.0f;
    cr_assert_eq(cudaStreamSynchronize(stream), cudaErrorLaunchFailure);
    cr_assert_eq(simt::reports().size(), 1u);
    cudaDeviceReset();
    simt::clear_reports();

    cudaStreamCreate(&stream); /* a copy back between the two is not the host's doing */
    cudaMallocHost(&h_x, sizeof *h_x);
    cudaMalloc(&x, 2 * sizeof *x);
    *h_x = 1.0f;
    cudaMemsetAsync(x + 1, 0, sizeof *x, stream);
    cudaMemcpyAsync(x, h_x, sizeof *x, cudaMemcpyHostToDevice, stream);
    cudaMemcpyAsync(h_x, x + 1, sizeof *x, cudaMemcpyDeviceToHost, stream);
    cudaMemcpyAsync(x, h_x, sizeof *x, cudaMemcpyHostToDevice, stream);
    cr_assert_eq(cudaStreamSynchronize(stream), cudaSuccess);
    cr_assert(simt::reports().empty());
    cudaMemcpy(h_x, x, sizeof *x, cudaMemcpyDeviceToHost);
    cr_assert_eq(*h_x, 0.0f);
    cudaDeviceReset();
}

Test(simt_streams, memory_of_a_stream_lives_between_its_two_operations)
{
    simt::config.defer_streams = true;
    simt::config.print_reports = false;
    cudaStream_t stream;
    float *x, value = 0.0f;
    cudaStreamCreate(&stream);
    cudaMallocAsync(&x, sizeof *x, stream);
    cr_assert(simt::live_allocations().empty());
    ESW_LAUNCH(add_kernel, 1, 1, 0, stream, x, 1.0f);
    cudaMemcpyAsync(&value, x, sizeof value, cudaMemcpyDeviceToHost, stream);
    cr_assert(std::isnan(value), "fresh memory holds NaNs");
    cr_assert_eq(simt::live_allocations().size(), 1u);
    cudaFreeAsync(x, stream);
    cr_assert_eq(simt::live_allocations().size(), 1u);
    cudaStreamSynchronize(stream);
    cr_assert(simt::live_allocations().empty());

    cudaMallocAsync(&x, sizeof *x, stream); /* used before the stream is there */
    cr_assert_eq(cudaMemset(x, 0, sizeof *x), cudaSuccess);
    cr_assert_eq(cudaStreamSynchronize(nullptr), cudaSuccess, "the default stream waits for a blocking one");
    cudaFreeAsync(x, stream);
    cudaStreamDestroy(stream);
    cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
    simt::config.seed = 0; /* the stream that was there first goes first: the default one */
    cudaMallocAsync(&x, sizeof *x, stream);
    cr_assert_eq(cudaMemset(x, 0, sizeof *x), cudaSuccess);
    cr_assert_eq(cudaDeviceSynchronize(), cudaErrorLaunchFailure);
    cr_assert_eq(simt::reports().size(), 1u);
    cudaDeviceReset();
}

Test(simt_streams, a_destroyed_stream_ends_its_work_nevertheless)
{
    simt::config.defer_streams = true;
    DeviceArray<float> x(std::vector<float>{1.0f});
    cudaStream_t stream;
    cudaEvent_t done;
    cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
    cudaEventCreate(&done);
    ESW_LAUNCH(double_kernel, 1, 1, 0, stream, x.get());
    cudaEventRecord(done, stream);
    cr_assert_eq(cudaStreamQuery(stream), cudaErrorNotReady);
    cr_assert_eq(cudaStreamDestroy(stream), cudaSuccess);
    cudaEventDestroy(done);
    cudaDeviceSynchronize();
    cr_assert_eq(x.copy()[0], 2.0f);
    cr_assert_eq(simt::report_leaks(), 1, "the array alone");
    simt::clear_reports();
}

/* 5 is copied to x, where 1 was, and a kernel in another stream doubles x; returns x afterwards. `wait` makes the host wait
 * for the copy. */
static float copy_then_double(uint64_t seed, unsigned stream_flags, bool wait)
{
    simt::config.seed = seed;
    simt::config.defer_streams = true;
    cudaStream_t stream;
    cudaStreamCreateWithFlags(&stream, stream_flags);
    DeviceArray<float> x(std::vector<float>{1.0f});
    const float pageable = 5.0f;
    cudaMemcpy(x.get(), &pageable, sizeof pageable, cudaMemcpyHostToDevice);
    if (wait)
        cudaStreamSynchronize(nullptr);
    ESW_LAUNCH(double_kernel, 1, 1, 0, stream, x.get());
    cudaDeviceSynchronize();
    cudaStreamDestroy(stream);
    return x.copy()[0];
}

Test(simt_streams, a_copy_from_pageable_memory_is_done_for_streams_that_wait_for_it_only)
{
    int wrong = 0;
    for (uint64_t seed = 0; seed < n_seeds; seed++) {
        cr_assert_eq(copy_then_double(seed, cudaStreamNonBlocking, true), 10.0f);
        cr_assert_eq(copy_then_double(seed, cudaStreamDefault, false), 10.0f);
        wrong += copy_then_double(seed, cudaStreamNonBlocking, false) != 10.0f;
    }
    cr_assert_gt(wrong, 0, "it may come after the kernel");
    cr_assert_lt(wrong, n_seeds, "or before");
}

Test(simt_streams, work_of_the_default_stream_comes_late_and_in_no_order_with_streams_that_are_not_blocking)
{
    int wrong = 0;
    for (uint64_t seed = 0; seed < n_seeds; seed++) {
        simt::config.seed = seed;
        simt::config.defer_streams = true;
        cudaStream_t blocking, other;
        cudaStreamCreate(&blocking);
        cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking);
        DeviceArray<float> a(std::vector<float>{1.0f}), b(std::vector<float>{1.0f});
        ESW_LAUNCH(add_kernel, 1, 1, 0, nullptr, a.get(), 2.0f);
        ESW_LAUNCH(double_kernel, 1, 1, 0, blocking, a.get());
        ESW_LAUNCH(add_kernel, 1, 1, 0, nullptr, a.get(), 4.0f);
        ESW_LAUNCH(add_kernel, 1, 1, 0, nullptr, b.get(), 2.0f);
        ESW_LAUNCH(double_kernel, 1, 1, 0, other, b.get());
        cudaDeviceSynchronize();
        cr_assert_eq(a.copy()[0], 10.0f, "seed %d", static_cast<int>(seed));
        wrong += b.copy()[0] != 6.0f;
        cudaStreamDestroy(blocking);
        cudaStreamDestroy(other);
    }
    cr_assert_gt(wrong, 0);
    cr_assert_lt(wrong, n_seeds);
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
    cudaMemsetAsync(x + 1, 0, sizeof *x, stream); /* beyond the allocation */
    cudaMemcpyAsync(h_x, x, sizeof *x, cudaMemcpyDeviceToHost, stream);
    cr_assert_eq(cudaStreamSynchronize(stream), cudaErrorLaunchFailure);
    cr_assert_neq(*h_x, 0.0f);
    cr_assert_eq(simt::reports().size(), 1u);
    cudaDeviceReset();
}
