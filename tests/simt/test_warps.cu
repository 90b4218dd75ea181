/* Warp operations follow the CUDA documentation, lane by lane. */
#include <criterion/criterion.h>

#include "control.h"
#include "device_array.h"

extern "C" __global__ void shuffles_kernel(int *result, int argument, int width)
{
    const int t = static_cast<int>(threadIdx.x), n = static_cast<int>(blockDim.x);
    result[t] = __shfl_sync(0xffffffffu, 100 + t, argument, width);
    result[n + t] = __shfl_up_sync(0xffffffffu, 100 + t, static_cast<unsigned>(argument), width);
    result[2 * n + t] = __shfl_down_sync(0xffffffffu, 100 + t, static_cast<unsigned>(argument), width);
    result[3 * n + t] = __shfl_xor_sync(0xffffffffu, 100 + t, argument, width);
}

/* Source lane within the warp, straight from the descriptions in the programming guide. */
static int expected_lane(int kind, int lane, int argument, int width)
{
    const int segment = lane / width * width, place = lane % width;
    switch (kind) {
    case 0:
        return segment + argument % width;
    case 1:
        return place >= argument ? lane - argument : lane;
    case 2:
        return place + argument < width ? lane + argument : lane;
    default: /* a later segment is out of reach, an earlier one is not */
        return (lane ^ argument) / width > lane / width ? lane : lane ^ argument;
    }
}

Test(simt_warps, shuffles_read_the_lane_the_documentation_names)
{
    const int n = 64;
    DeviceArray<int> result(4 * n);
    for (int width = 2; width <= 32; width *= 2)
        for (int argument = 0; argument < 32; argument += 3) {
            ESW_LAUNCH(shuffles_kernel, 1, n, 0, nullptr, result.get(), argument, width);
            const std::vector<int> r = result.copy();
            for (int kind = 0; kind < 4; kind++)
                for (int t = 0; t < n; t++)
                    cr_assert_eq(r[static_cast<size_t>(kind * n + t)],
                                 100 + t / 32 * 32 + expected_lane(kind, t % 32, argument, width),
                                 "kind %d width %d argument %d thread %d", kind, width, argument, t);
        }
    cr_assert(simt::reports().empty());
}

extern "C" __global__ void wide_shuffle_kernel(double *d, unsigned long long *u)
{
    d[threadIdx.x] = __shfl_xor_sync(0xffffffffu, 1.0 / (1 + threadIdx.x), 1);
    u[threadIdx.x] = __shfl_sync(0xffffffffu, ~0ull - threadIdx.x, 31);
}

Test(simt_warps, shuffles_move_eight_bytes)
{
    DeviceArray<double> d(32);
    DeviceArray<unsigned long long> u(32);
    ESW_LAUNCH(wide_shuffle_kernel, 1, 32, 0, nullptr, d.get(), u.get());
    const std::vector<double> doubles = d.copy();
    const std::vector<unsigned long long> words = u.copy();
    for (size_t t = 0; t < 32; t++) {
        cr_assert_eq(doubles[t], 1.0 / (1 + static_cast<double>(t ^ 1)));
        cr_assert_eq(words[t], ~0ull - 31);
    }
}

extern "C" __global__ void votes_kernel(unsigned *result)
{
    const unsigned t = threadIdx.x;
    result[t] = __ballot_sync(0xffffffffu, t % 5 == 0);
    result[32 + t] = static_cast<unsigned>(__any_sync(0xffffffffu, t == 31)) +
                     2 * static_cast<unsigned>(__any_sync(0xffffffffu, t == 32)) +
                     4 * static_cast<unsigned>(__all_sync(0xffffffffu, t < 32)) +
                     8 * static_cast<unsigned>(__all_sync(0xffffffffu, t < 31));
    result[64 + t] = __match_any_sync(0xffffffffu, t / 3);
}

Test(simt_warps, votes_and_matches_see_every_lane)
{
    DeviceArray<unsigned> result(96);
    ESW_LAUNCH(votes_kernel, 1, 32, 0, nullptr, result.get());
    const std::vector<unsigned> r = result.copy();
    for (unsigned t = 0; t < 32; t++) {
        unsigned ballot = 0, match = 0;
        for (unsigned k = 0; k < 32; k++) {
            ballot |= (k % 5 == 0 ? 1u : 0u) << k;
            match |= (k / 3 == t / 3 ? 1u : 0u) << k;
        }
        cr_assert_eq(r[t], ballot);
        cr_assert_eq(r[32 + t], 1u + 4u);
        cr_assert_eq(r[64 + t], match);
    }
}

extern "C" __global__ void reductions_kernel(unsigned *result)
{
    const unsigned v = (threadIdx.x + 3) * 2654435761u;
    const unsigned sum = __reduce_add_sync(0xffffffffu, v), least = __reduce_min_sync(0xffffffffu, v);
    const unsigned most = __reduce_max_sync(0xffffffffu, v), both = __reduce_and_sync(0xffffffffu, v | 0x10u);
    const unsigned either = __reduce_or_sync(0xffffffffu, v), odd = __reduce_xor_sync(0xffffffffu, v);
    if (threadIdx.x == 7) {
        const unsigned all[6] = {sum, least, most, both, either, odd};
        for (int i = 0; i < 6; i++)
            result[i] = all[i];
    }
}

Test(simt_warps, reductions_combine_every_lane)
{
    DeviceArray<unsigned> result(6);
    ESW_LAUNCH(reductions_kernel, 1, 32, 0, nullptr, result.get());
    unsigned sum = 0, least = ~0u, most = 0, both = ~0u, either = 0, odd = 0;
    for (unsigned t = 0; t < 32; t++) {
        const unsigned v = (t + 3) * 2654435761u;
        sum += v;
        least = std::min(least, v);
        most = std::max(most, v);
        both &= v | 0x10u;
        either |= v;
        odd ^= v;
    }
    cr_assert((result.copy() == std::vector<unsigned>{sum, least, most, both, either, odd}));
}

/* Halves of a warp take different branches, each with its own mask; lanes that exited are no longer waited for.
 */
extern "C" __global__ void partial_masks_kernel(int *result)
{
    const unsigned t = threadIdx.x;
    int v = -1;
    if (t < 16)
        v = __shfl_xor_sync(0x0000ffffu, static_cast<int>(t), 1);
    else if (t < 24)
        v = __shfl_sync(0x00ff0000u, static_cast<int>(t), 20);
    else
        return;
    __syncwarp(0x00ffffffu);
    result[t] = v + 100 * __popc(__ballot_sync(0xffffffffu, 1));
}

Test(simt_warps, partial_masks_wait_for_their_living_lanes_only)
{
    for (uint64_t seed = 0; seed < 6; seed++) {
        simt::config.seed = seed;
        DeviceArray<int> result(std::vector<int>(32, 7));
        ESW_LAUNCH(partial_masks_kernel, 1, 32, 0, nullptr, result.get());
        const std::vector<int> r = result.copy();
        for (int t = 0; t < 32; t++)
            cr_assert_eq(r[static_cast<size_t>(t)], t < 16 ? (t ^ 1) + 2400 : t < 24 ? 20 + 2400 : 7);
    }
    cr_assert(simt::reports().empty());
}

/* With __syncwarp between them, writes of one lane are ordered before reads of another: nothing to report. */
extern "C" __global__ void ordered_by_syncwarp_kernel(unsigned *result)
{
    __shared__ unsigned s[64];
    const unsigned t = threadIdx.x;
    s[t] = t;
    __syncwarp();
    const unsigned other = s[t ^ 31];
    __syncwarp();
    s[t] = 2 * other;
    __syncthreads();
    result[t] = s[63 - t];
}

Test(simt_warps, syncwarp_orders_the_memory_of_a_warp)
{
    for (uint64_t seed = 0; seed < 6; seed++) {
        simt::config.seed = seed;
        DeviceArray<unsigned> result(64);
        ESW_LAUNCH(ordered_by_syncwarp_kernel, 1, 64, 0, nullptr, result.get());
        const std::vector<unsigned> r = result.copy();
        for (unsigned t = 0; t < 64; t++)
            cr_assert_eq(r[t], 2 * ((63 - t) ^ 31));
    }
    cr_assert(simt::reports().empty());
}
