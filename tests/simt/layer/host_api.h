/* The part of the CUDA runtime API that host code of kernels may use, and the launch of a kernel.
 *
 * Meanings follow the CUDA documentation, the strict reading wherever it leaves room: copies take whole, live
 * allocations of the right kind, the host may not touch device memory, a fault inside a kernel makes every
 * later call fail until cudaDeviceReset. Streams, events and asynchronous copies run at once, or, when
 * simt::config.defer_streams is set, in a random order that the documentation allows.
 */
#ifndef SIMT_HOST_API_H
#define SIMT_HOST_API_H

#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "types.h"

#define SIMT_ERROR_LIST(X)                                                \
    X(cudaSuccess, 0, "no error")                                         \
    X(cudaErrorInvalidValue, 1, "invalid argument")                       \
    X(cudaErrorMemoryAllocation, 2, "out of memory")                      \
    X(cudaErrorInvalidConfiguration, 9, "invalid configuration argument") \
    X(cudaErrorInvalidDevice, 101, "invalid device ordinal")              \
    X(cudaErrorInvalidResourceHandle, 400, "invalid resource handle")     \
    X(cudaErrorNotReady, 600, "device not ready")                         \
    X(cudaErrorLaunchFailure, 719, "unspecified launch failure")          \
    X(cudaErrorDevicesUnavailable, 46, "all CUDA-capable devices are busy or unavailable")

typedef enum cudaError {
#define X(name, value, text) name = value,
    SIMT_ERROR_LIST(X)
#undef X
} cudaError_t;

enum cudaMemcpyKind {
    cudaMemcpyHostToHost,
    cudaMemcpyHostToDevice,
    cudaMemcpyDeviceToHost,
    cudaMemcpyDeviceToDevice
};
enum { cudaStreamDefault = 0, cudaStreamNonBlocking = 1 };
enum { cudaEventDefault = 0, cudaEventDisableTiming = 2 };
enum { cudaHostAllocDefault = 0 };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };

typedef struct simt_stream *cudaStream_t;
typedef struct simt_event *cudaEvent_t;

struct cudaDeviceProp {
    char name[256];
    size_t totalGlobalMem, sharedMemPerBlock, sharedMemPerBlockOptin;
    int multiProcessorCount, major, minor, warpSize, maxThreadsPerBlock;
};

namespace simt
{

struct Argument {
    const void *data;
    size_t bytes;
};

/* A kernel bound to its arguments. */
struct KernelCall {
    virtual ~KernelCall() = default;
    virtual void run() const = 0; /* one thread of it */
    virtual std::vector<Argument> arguments() const = 0;
    virtual Argument storage() const = 0; /* where the arguments lie: threads may read there */
};

template <class... Parameters> struct BoundKernel final : KernelCall {
    void (*function)(Parameters...);
    std::tuple<std::decay_t<Parameters>...> values;

    template <class... Values>
    explicit BoundKernel(void (*f)(Parameters...), Values &&...v)
        : function(f), values(static_cast<Parameters>(v)...)
    {
    }
    void run() const override
    {
        std::apply(function, values);
    }
    std::vector<Argument> arguments() const override
    {
        return std::apply([](const auto &...v) { return std::vector<Argument>{{&v, sizeof v}...}; }, values);
    }
    Argument storage() const override
    {
        return {this, sizeof *this};
    }
};

void enqueue_launch(const char *kernel, dim3 grid, dim3 block, size_t dynamic_shared_bytes, cudaStream_t stream,
                    std::unique_ptr<KernelCall> call);

/* kernel<<<grid, block, dynamic_shared_bytes, stream>>>(values...) */
template <class... Parameters, class... Values>
void launch(const char *kernel, void (*function)(Parameters...), dim3 grid, dim3 block,
            size_t dynamic_shared_bytes, cudaStream_t stream, Values &&...values)
{
    static_assert(sizeof...(Parameters) == sizeof...(Values), "a launch passes every parameter");
    enqueue_launch(kernel, grid, block, dynamic_shared_bytes, stream,
                   std::make_unique<BoundKernel<Parameters...>>(function, std::forward<Values>(values)...));
}

cudaError_t allocate_device(void **address, size_t bytes);
cudaError_t allocate_pinned(void **address, size_t bytes);

} // namespace simt

template <class T> inline cudaError_t cudaMalloc(T **address, size_t bytes)
{
    return simt::allocate_device(reinterpret_cast<void **>(address), bytes);
}
template <class T> inline cudaError_t cudaMallocHost(T **address, size_t bytes)
{
    return simt::allocate_pinned(reinterpret_cast<void **>(address), bytes);
}
template <class T> inline cudaError_t cudaHostAlloc(T **address, size_t bytes, unsigned)
{
    return simt::allocate_pinned(reinterpret_cast<void **>(address), bytes);
}
template <class F> inline cudaError_t cudaFuncSetAttribute(F *, cudaFuncAttribute, int bytes)
{
    return bytes >= 0 && bytes <= 232448 ? cudaSuccess : cudaErrorInvalidValue;
}

cudaError_t cudaFree(void *address);
cudaError_t cudaFreeHost(void *address);
cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, cudaMemcpyKind kind);
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream = nullptr);
cudaError_t cudaMemset(void *address, int value, size_t bytes);
cudaError_t cudaMemsetAsync(void *address, int value, size_t bytes, cudaStream_t stream = nullptr);
cudaError_t cudaMemGetInfo(size_t *free_bytes, size_t *total_bytes);

cudaError_t cudaStreamCreate(cudaStream_t *stream);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags = 0);
cudaError_t cudaEventCreate(cudaEvent_t *event);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream = nullptr);
cudaError_t cudaEventQuery(cudaEvent_t event);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t start, cudaEvent_t stop);

cudaError_t cudaDeviceSynchronize();
cudaError_t cudaDeviceReset();
cudaError_t cudaGetDeviceCount(int *count);
cudaError_t cudaGetDevice(int *device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int device);
cudaError_t cudaGetLastError();
cudaError_t cudaPeekAtLastError();
const char *cudaGetErrorString(cudaError_t error);
const char *cudaGetErrorName(cudaError_t error);

#endif
