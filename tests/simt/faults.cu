/* Broken programs: `simt_faults CASE` runs one and prints what the execution layer says, or "no report". */
#include <cstdio>

#include "kernels/common/port.h"

/* ---------------------------------------------------------------- kernels */

extern "C" __global__ void add_one_kernel(float *x)
{
    x[threadIdx.x] = x[threadIdx.x] + 1.0f;
}

extern "C" __global__ void write_past_end_kernel(float *x, int n)
{
    const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    if (i <= n)
        x[i] = 1.0f;
}

extern "C" __global__ void shared_past_end_kernel(float *x, int shift)
{
    __shared__ float s[64];
    const int t = static_cast<int>(threadIdx.x);
    const float *p = s; /* an index into s itself would be caught without a red zone */
    s[t] = 1.0f;
    __syncthreads();
    x[t] = p[(t + shift) % 65];
}

extern "C" __global__ void shared_unwritten_kernel(float *x)
{
    __shared__ float s[64];
    if (threadIdx.x < 16)
        s[threadIdx.x] = 1.0f;
    __syncthreads();
    x[threadIdx.x] = s[threadIdx.x];
}

extern "C" __global__ void host_pointer_kernel(const float *host, float *x)
{
    x[threadIdx.x] = host[threadIdx.x];
}

extern "C" __global__ void vector_kernel(const float4 *v, float *x)
{
    const float4 a = v[threadIdx.x];
    x[threadIdx.x] = a.x + a.w;
}

extern "C" __global__ void signed_overflow_kernel(int *x)
{
    x[threadIdx.x] = 0x7fffffff + static_cast<int>(blockDim.x);
}

extern "C" __global__ void float_to_int_kernel(const float *x, int *y)
{
    y[threadIdx.x] = static_cast<int>(x[threadIdx.x] * 1e30f);
}

extern "C" __global__ void divergent_barrier_kernel(float *x)
{
    if (threadIdx.x < 128)
        __syncthreads();
    x[threadIdx.x] = 1.0f;
    __syncthreads();
}

extern "C" __global__ void exit_before_barrier_kernel(float *x)
{
    if (threadIdx.x >= 200)
        return;
    x[threadIdx.x] = 1.0f;
    __syncthreads();
}

extern "C" __global__ void barrier_and_shuffle_kernel(float *x)
{
    float v = 0.0f;
    if (threadIdx.x == 5)
        __syncthreads();
    else
        v = __shfl_xor_sync(0xffffffffu, v, 1);
    x[threadIdx.x] = v;
}

extern "C" __global__ void shuffle_from_absent_lane_kernel(float *x)
{
    float v = 1.0f;
    if (threadIdx.x < 16)
        v = __shfl_down_sync(0x0000ffffu, v, threadIdx.x == 8 ? 16 : 0);
    x[threadIdx.x] = v;
}

extern "C" __global__ void lane_outside_mask_kernel(float *x)
{
    x[threadIdx.x] = __shfl_sync(0x0000ffffu, 1.0f, 0);
}

extern "C" __global__ void missing_barrier_kernel(float *x)
{
    __shared__ float s[256];
    const unsigned t = threadIdx.x;
    s[t] = x[t];
    __syncthreads();
    for (unsigned k = 128; k > 0; k >>= 1)
        if (t < k)
            s[t] = s[t] + s[t + k];
    __syncthreads();
    x[t] = s[0];
}

/* Code of the time when warps ran in lockstep: a __syncwarp is missing between write and read. */
extern "C" __global__ void warp_synchronous_kernel(float *x)
{
    __shared__ float s[32];
    s[threadIdx.x] = 1.0f;
    x[threadIdx.x] = s[31 - threadIdx.x];
}

extern "C" __global__ void race_between_blocks_kernel(int *counter)
{
    if (threadIdx.x == 0)
        counter[0] = counter[0] + 1;
}

extern "C" __global__ void unguarded_counter_kernel(int *x)
{
    __shared__ int count;
    if (threadIdx.x == 0)
        count = 0;
    __syncthreads();
    count += 1;
    __syncthreads();
    x[threadIdx.x] = count;
}

extern "C" __global__ void half_atomic_counter_kernel(int *x)
{
    __shared__ int count;
    if (threadIdx.x == 0)
        count = 0;
    __syncthreads();
    if (threadIdx.x < 128)
        atomicAdd(&count, 1);
    else
        count += 1;
    __syncthreads();
    x[threadIdx.x] = count;
}

/* ---------------------------------------------------------------- host programs */

#if !defined(__CUDACC__) /* nvcc makes the PTX of the kernels alone */

#include "control.h"

static const size_t n_elements = 1024;
static float *d_x;

static void copy_too_long()
{
    static float h_x[2 * n_elements];
    cudaMemcpy(d_x, h_x, sizeof h_x, cudaMemcpyHostToDevice);
}

static void copy_wrong_kind()
{
    float from[4] = {0}, to[4];
    cudaMemcpy(to, from, sizeof to, cudaMemcpyDeviceToHost);
}

static void double_free()
{
    float *d_y = nullptr;
    cudaMalloc(&d_y, 64);
    cudaFree(d_y);
    cudaFree(d_y);
}

static void use_after_free()
{
    float *d_y = nullptr;
    cudaMalloc(&d_y, 64 * sizeof *d_y);
    cudaFree(d_y);
    ESW_LAUNCH(add_one_kernel, 1, 32, 0, nullptr, d_y);
}

static void host_reads_device()
{
    printf("%g\n", static_cast<double>(d_x[0]));
}

static void host_pointer()
{
    std::vector<float> host(32, 1.0f);
    ESW_LAUNCH(host_pointer_kernel, 1, 32, 0, nullptr, host.data(), d_x);
}

/* A copy that waits in a stream until somebody waits for it. */
static void deferred_copy(cudaMemcpyKind kind, bool host_writes)
{
    simt::config.defer_streams = true;
    cudaStream_t stream;
    float *h_x;
    cudaStreamCreate(&stream);
    cudaMallocHost(&h_x, 16 * sizeof *h_x);
    memset(h_x, 0, 16 * sizeof *h_x);
    if (kind == cudaMemcpyHostToDevice)
        cudaMemcpyAsync(d_x, h_x, 16 * sizeof *h_x, kind, stream);
    else
        cudaMemcpyAsync(h_x, d_x, 16 * sizeof *h_x, kind, stream);
    if (host_writes)
        h_x[3] = 1.0f;
    else
        printf("%g\n", static_cast<double>(h_x[3]));
    cudaStreamSynchronize(stream);
}

static void leak()
{
    float *d_y = nullptr;
    cudaMalloc(&d_y, 100);
    exit(0);
}

static void no_fault()
{
    const float start[4] = {0, 1, 2, 3};
    float end[4];
    cudaMemcpy(d_x, start, sizeof start, cudaMemcpyHostToDevice);
    ESW_LAUNCH(add_one_kernel, 1, 4, 0, nullptr, d_x);
    cudaMemcpy(end, d_x, sizeof end, cudaMemcpyDeviceToHost);
    if (simt::reports().empty())
        printf("%s, result %g %g %g %g\n",
               cudaPeekAtLastError() ? cudaGetErrorName(cudaPeekAtLastError()) : "no report",
               static_cast<double>(end[0]), static_cast<double>(end[1]), static_cast<double>(end[2]),
               static_cast<double>(end[3]));
}

struct Case {
    const char *name;
    void (*run)();
};

#define LAUNCH_X(kernel, grid, block) [] { ESW_LAUNCH(kernel, grid, block, 0, nullptr, d_x); }
#define LAUNCH_INTS(kernel, grid, block) \
    [] { ESW_LAUNCH(kernel, grid, block, 0, nullptr, reinterpret_cast<int *>(d_x)); }

static const Case cases[] = {
    {"none", no_fault},
    {"write-past-end",
     [] { ESW_LAUNCH(write_past_end_kernel, 4, 340, 0, nullptr, d_x, static_cast<int>(n_elements)); }},
    {"shared-past-end", [] { ESW_LAUNCH(shared_past_end_kernel, 1, 64, 0, nullptr, d_x, 1); }},
    {"shared-unwritten", LAUNCH_X(shared_unwritten_kernel, 1, 64)},
    {"host-pointer", host_pointer},
    {"use-after-free", use_after_free},
    {"misaligned-vector",
     [] { ESW_LAUNCH(vector_kernel, 1, 32, 0, nullptr, reinterpret_cast<const float4 *>(d_x + 1), d_x); }},
    {"host-reads-device", host_reads_device},
    {"copy-too-long", copy_too_long},
    {"copy-wrong-kind", copy_wrong_kind},
    {"double-free", double_free},
    {"host-changes-copy", [] { deferred_copy(cudaMemcpyHostToDevice, true); }},
    {"host-reads-before-copy", [] { deferred_copy(cudaMemcpyDeviceToHost, false); }},
    {"leak", leak},
    {"signed-overflow", LAUNCH_INTS(signed_overflow_kernel, 1, 32)},
    {"float-to-int-overflow",
     [] {
         cudaMemset(d_x, 0x3f, n_elements * sizeof *d_x);
         ESW_LAUNCH(float_to_int_kernel, 1, 32, 0, nullptr, d_x, reinterpret_cast<int *>(d_x + 32));
     }},
    {"divergent-barrier", LAUNCH_X(divergent_barrier_kernel, 1, 256)},
    {"exit-before-barrier", LAUNCH_X(exit_before_barrier_kernel, 1, 256)},
    {"barrier-and-shuffle", LAUNCH_X(barrier_and_shuffle_kernel, 1, 32)},
    {"shuffle-from-absent-lane", LAUNCH_X(shuffle_from_absent_lane_kernel, 1, 32)},
    {"lane-outside-mask", LAUNCH_X(lane_outside_mask_kernel, 1, 32)},
    {"missing-barrier", LAUNCH_X(missing_barrier_kernel, 1, 256)},
    {"warp-synchronous", LAUNCH_X(warp_synchronous_kernel, 1, 32)},
    {"race-between-blocks", LAUNCH_INTS(race_between_blocks_kernel, 4, 32)},
    {"unguarded-counter", LAUNCH_INTS(unguarded_counter_kernel, 1, 256)},
    {"half-atomic-counter", LAUNCH_INTS(half_atomic_counter_kernel, 1, 256)},
};

int main(int argc, char **argv)
{
    for (const Case &c : cases) {
        if (argc != 2 || std::string(c.name) != argv[1])
            continue;
        if (cudaError_t error = cudaMalloc(&d_x, n_elements * sizeof *d_x)) {
            printf("%s\n", cudaGetErrorName(error));
            return 1;
        }
        c.run();
        cudaDeviceReset();
        return simt::reports().empty() ? 0 : 1;
    }
    fprintf(stderr, "usage: %s CASE, one of:\n", argv[0]);
    for (const Case &c : cases)
        fprintf(stderr, "  %s\n", c.name);
    return 2;
}

#endif
