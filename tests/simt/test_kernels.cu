/* The execution layer runs kernels as CUDA would: indices, shared memory, barriers, atomics, schedules. */
#include <criterion/criterion.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "control.h"
#include "device_array.h"

extern "C" __global__ void indices_kernel(unsigned *count, unsigned *place)
{
    const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
    const unsigned i = block * (blockDim.x * blockDim.y * blockDim.z) + thread;
    atomicAdd(&count[i], 1u);
    place[i] = threadIdx.x + 10 * threadIdx.y + 100 * threadIdx.z + 1000 * blockIdx.x + 10000 * blockIdx.z;
}

Test(simt_kernels, every_thread_of_a_3d_grid_runs_once_and_knows_its_place)
{
    const dim3 grid(3, 2, 2), block(5, 3, 2);
    const unsigned n = 3 * 2 * 2 * 5 * 3 * 2;
    DeviceArray<unsigned> count(std::vector<unsigned>(n, 0)), place(n);
    ESW_LAUNCH(indices_kernel, grid, block, 0, nullptr, count.get(), place.get());
    const std::vector<unsigned> counts = count.copy(), places = place.copy();
    for (unsigned i = 0; i < n; i++) {
        cr_assert_eq(counts[i], 1u);
        const unsigned thread = i % 30, b = i / 30;
        cr_assert_eq(places[i], thread % 5 + 10 * (thread / 5 % 3) + 100 * (thread / 15) + 1000 * (b % 3) +
                                    10000 * (b / 6));
    }
    cr_assert(simt::reports().empty());
}

extern "C" __global__ void read_fresh_kernel(const float *fresh, const double *fresh_double, int *nan_count)
{
    ESW_DYNAMIC_SHARED(float, dynamic);
    dynamic[threadIdx.x + 32] = 0.0f;
    __syncthreads();
    if (std::isnan(fresh[threadIdx.x]) && std::isnan(fresh_double[threadIdx.x]))
        atomicAdd(nan_count, 1);
}

Test(simt_kernels, fresh_device_memory_is_nan)
{
    DeviceArray<float> fresh(64);
    DeviceArray<double> fresh_double(64);
    DeviceArray<int> nan_count(std::vector<int>{0});
    ESW_LAUNCH(read_fresh_kernel, 1, 64, 96 * sizeof(float), nullptr, fresh.get(), fresh_double.get(),
               nan_count.get());
    cr_assert_eq(nan_count.copy()[0], 64);
}

#if !defined(SIMT_RACE_BUILD) /* the race checker reports such reads, see faults.cu */
extern "C" __global__ void read_unwritten_shared_kernel(int *nan_count)
{
    __shared__ float s[32];
    ESW_DYNAMIC_SHARED(float, dynamic);
    if (std::isnan(s[threadIdx.x]) && std::isnan(dynamic[threadIdx.x]))
        atomicAdd(nan_count, 1);
    __syncthreads();
    s[threadIdx.x] = dynamic[threadIdx.x] = 1.0f;
}

Test(simt_kernels, shared_memory_is_nan_at_the_start_of_every_block)
{
    DeviceArray<int> nan_count(std::vector<int>{0});
    ESW_LAUNCH(read_unwritten_shared_kernel, 5, 32, 32 * sizeof(float), nullptr, nan_count.get());
    cr_assert_eq(nan_count.copy()[0], 5 * 32);
}
#endif

extern "C" __global__ void barrier_predicates_kernel(int *result)
{
    const int t = static_cast<int>(threadIdx.x);
    const int count = __syncthreads_count(t % 3 == 0);
    const int all = __syncthreads_and(t < 70);
    const int all_but_one = __syncthreads_and(t != 69);
    const int any = __syncthreads_or(t == 69);
    const int none = __syncthreads_or(t > 69);
    result[t] = count + 100 * all + 1000 * all_but_one + 10000 * any + 100000 * none;
}

Test(simt_kernels, barriers_count_and_combine_the_predicates_of_the_block)
{
    DeviceArray<int> result(70);
    ESW_LAUNCH(barrier_predicates_kernel, 1, 70, 0, nullptr, result.get());
    for (int value : result.copy())
        cr_assert_eq(value, 24 + 100 + 10000);
}

extern "C" __global__ void atomics_kernel(unsigned *u, int *i, unsigned long long *l, unsigned *old)
{
    const unsigned t = threadIdx.x;
    old[t] = atomicAdd(&u[0], 1u);
    atomicSub(&u[1], 2u);
    atomicMin(&u[2], t);
    atomicMax(&u[3], t);
    atomicAnd(&u[4], ~(1u << (t & 31)));
    atomicOr(&u[5], 1u << (t & 31));
    atomicXor(&u[6], t);
    atomicInc(&u[7], 9u);
    atomicDec(&u[8], 9u);
    atomicMin(&i[0], -static_cast<int>(t));
    atomicMax(&i[1], -static_cast<int>(t) - 1);
    atomicAdd(&i[2], -1);
    atomicAdd(&l[0], 1ull << 33);
    atomicExch(&l[1], 7ull);
    unsigned long long seen = l[2], expected; /* the usual compare-and-swap loop */
    do {
        expected = seen;
        seen = atomicCAS(&l[2], expected, expected + 3);
    } while (seen != expected);
}

#if !defined(SIMT_RACE_BUILD) /* the loop's first plain read is a race, a harmless one */
Test(simt_kernels, atomics_return_the_old_value_and_leave_the_new_one)
{
    for (uint64_t seed = 0; seed < 6; seed++) {
        simt::config.seed = seed;
        const unsigned n = 100;
        DeviceArray<unsigned> u(std::vector<unsigned>{0, 1000, 50, 0, ~0u, 0, 0, 0, 0}), old(n);
        DeviceArray<int> i(std::vector<int>{0, -1000, 0});
        DeviceArray<unsigned long long> l(std::vector<unsigned long long>{0, 0, 0});
        ESW_LAUNCH(atomics_kernel, 1, n, 0, nullptr, u.get(), i.get(), l.get(), old.get());
        cr_assert((u.copy() == std::vector<unsigned>{100, 800, 0, 99, 0, ~0u, 0, 0, 0}));
        cr_assert((i.copy() == std::vector<int>{-99, -1, -100}));
        cr_assert((l.copy() == std::vector<unsigned long long>{100ull << 33, 7, 300}));
        std::vector<unsigned> seen = old.copy(), all(n);
        std::sort(seen.begin(), seen.end());
        std::iota(all.begin(), all.end(), 0u);
        cr_assert(seen == all, "each old value is returned once");
    }
    simt::config.seed = 0;
}
#endif

extern "C" __global__ void ticket_kernel(unsigned *ticket, unsigned *order)
{
    order[blockIdx.x * blockDim.x + threadIdx.x] = atomicAdd(ticket, 1u);
}

static std::vector<unsigned> order_of_seed(uint64_t seed)
{
    simt::config.seed = seed;
    DeviceArray<unsigned> ticket(std::vector<unsigned>{0}), order(4 * 64);
    ESW_LAUNCH(ticket_kernel, 4, 64, 0, nullptr, ticket.get(), order.get());
    simt::config.seed = 0;
    return order.copy();
}

Test(simt_kernels, the_seed_chooses_the_order_of_threads_and_blocks)
{
    const std::vector<unsigned> numbered = order_of_seed(0), backwards = order_of_seed(1);
    for (unsigned i = 0; i < 256; i++) {
        cr_assert_eq(numbered[i], i);
        cr_assert_eq(backwards[i], 255 - i);
    }
    const std::vector<unsigned> random = order_of_seed(2), other = order_of_seed(3);
    cr_assert(random != numbered && random != backwards && random != other);
}

/* Blocks that take work: who[i] of whom item i was. */
extern "C" __global__ void work_kernel(unsigned *next, unsigned *who, unsigned items)
{
    for (unsigned i = ESW_TAKE_TICKET(next); i < items; i = ESW_TAKE_TICKET(next))
        who[i] += blockIdx.x;
}

Test(simt_kernels, blocks_share_the_work_they_take_off_a_counter)
{
    const unsigned items = 40, blocks = 5, first = 3;
    std::vector<std::vector<unsigned>> shares;
    for (uint64_t seed = 0; seed < 4; seed++) {
        simt::config.seed = seed;
        DeviceArray<unsigned> next(std::vector<unsigned>{first}), who(std::vector<unsigned>(items, 100));
        ESW_LAUNCH(work_kernel, blocks, 1, 0, nullptr, next.get(), who.get(), items);
        simt::config.seed = 0;
        const std::vector<unsigned> found = who.copy();
        std::vector<unsigned> share(blocks, 0);
        for (unsigned i = first; i < items; i++) {
            cr_assert(found[i] >= 100 && found[i] < 100 + blocks, "seed %u: item %u is done once", (unsigned)seed, i);
            share[found[i] - 100]++;
        }
        cr_assert(std::all_of(found.begin(), found.begin() + first, [](unsigned x) { return x == 100; }));
        cr_assert(std::all_of(share.begin(), share.end(), [](unsigned x) { return x > 0; }), "everybody works");
        cr_assert_eq(next.copy()[0], items + blocks);
        shares.push_back(found);
    }
    cr_assert(shares[0] != shares[1] && shares[2] != shares[3] && shares[1] != shares[2]);
}

/* A whole reduction: grid-stride loop, shared tree, shuffles. `scratch` is dynamic shared memory. */
extern "C" __global__ void sum_of_squares_kernel(const float *x, float *sums, int n)
{
    __shared__ float s[256];
    const int t = static_cast<int>(threadIdx.x), stride = static_cast<int>(gridDim.x * 256);
    float a = 0.0f;
    for (int i = static_cast<int>(blockIdx.x) * 256 + t; i < n; i += stride)
        a = fmaf(x[i], x[i], a);
    s[t] = a;
    __syncthreads();
    for (int k = 128; k >= 32; k >>= 1) {
        if (t < k)
            s[t] = s[t] + s[t + k];
        __syncthreads();
    }
    if (t < 32) {
        float v = s[t];
        for (int d = 16; d > 0; d >>= 1)
            v = v + __shfl_down_sync(0xffffffffu, v, static_cast<unsigned>(d));
        if (t == 0)
            sums[blockIdx.x] = v;
    }
}

/* The same sums by a loop that shares nothing with the kernel but the order of additions. */
static float expected_sum(const std::vector<float> &x, unsigned block, unsigned blocks)
{
    float partial[256] = {0};
    for (size_t i = block * 256; i < x.size(); i += blocks * 256)
        for (size_t t = 0; t < 256 && i + t < x.size(); t++)
            partial[t] = fmaf(x[i + t], x[i + t], partial[t]);
    for (unsigned k = 128; k > 0; k >>= 1)
        for (unsigned t = 0; t < k; t++)
            partial[t] = partial[t] + partial[t + k];
    return partial[0];
}

Test(simt_kernels, a_reduction_gives_the_same_bits_under_every_schedule)
{
    const unsigned blocks = 7;
    std::vector<float> x(10000);
    for (size_t i = 0; i < x.size(); i++)
        x[i] = static_cast<float>((i * 2654435761u) >> 8 & 0xffffff) * 0x1p-24f;
    DeviceArray<float> d_x(x);
    for (uint64_t seed = 0; seed < 6; seed++) {
        simt::config.seed = seed;
        DeviceArray<float> sums(blocks);
        ESW_LAUNCH(sum_of_squares_kernel, blocks, 256, 0, nullptr, d_x.get(), sums.get(),
                   static_cast<int>(x.size()));
        const std::vector<float> result = sums.copy();
        for (unsigned b = 0; b < blocks; b++)
            cr_assert_eq(simt::to_bits(result[b]), simt::to_bits(expected_sum(x, b, blocks)));
    }
    cr_assert(simt::reports().empty());
}
