/* The part of the CUDA runtime API that host code of kernels may use, and the launch of a kernel.
 *
 * Meanings follow the CUDA documentation, the strict reading wherever it leaves room: copies take whole, live
 * allocations of the right kind, the host may not touch device memory, a fault inside a kernel makes every
 * later call of its device fail until cudaDeviceReset. Streams, events and asynchronous copies run at once, or,
 * when simt::config.defer_streams is set, in a random order that the documentation allows; the default stream is the
 * legacy one.
 *
 * Any number of host threads may call at a time, each with a current device of its own; one is inside at a time.
 * Functions that create or move something take the caller's line as further arguments, for reports.
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

#define SIMT_ERROR_LIST(X)                                                                             \
    X(cudaSuccess, 0, "no error")                                                                      \
    X(cudaErrorInvalidValue, 1, "invalid argument")                                                    \
    X(cudaErrorMemoryAllocation, 2, "out of memory")                                                   \
    X(cudaErrorInvalidConfiguration, 9, "invalid configuration argument")                              \
    X(cudaErrorInsufficientDriver, 35, "CUDA driver version is insufficient for CUDA runtime version") \
    X(cudaErrorDevicesUnavailable, 46, "CUDA-capable device(s) is/are busy or unavailable")            \
    X(cudaErrorNoDevice, 100, "no CUDA-capable device is detected")                                    \
    X(cudaErrorInvalidDevice, 101, "invalid device ordinal")                                           \
    X(cudaErrorECCUncorrectable, 214, "uncorrectable ECC error encountered")                           \
    X(cudaErrorInvalidResourceHandle, 400, "invalid resource handle")                                  \
    X(cudaErrorNotReady, 600, "device not ready")                                                      \
    X(cudaErrorIllegalAddress, 700, "an illegal memory access was encountered")                        \
    X(cudaErrorLaunchOutOfResources, 701, "too many resources requested for launch")                   \
    X(cudaErrorLaunchTimeout, 702, "the launch timed out and was terminated")                          \
    X(cudaErrorLaunchFailure, 719, "unspecified launch failure")

typedef enum cudaError {
#define X(name, value, text) name = value,
    SIMT_ERROR_LIST(X)
#undef X
} cudaError_t;

enum cudaMemcpyKind {
    cudaMemcpyHostToHost,
    cudaMemcpyHostToDevice,
    cudaMemcpyDeviceToHost,
    cudaMemcpyDeviceToDevice,
    cudaMemcpyDefault /* by the addresses */
};
enum { cudaStreamDefault = 0, cudaStreamNonBlocking = 1 };
enum { cudaEventDefault = 0, cudaEventDisableTiming = 2 };
enum {
    cudaHostAllocDefault = 0,
    cudaHostAllocPortable = 1,
    cudaHostAllocMapped = 2,
    cudaHostAllocWriteCombined = 4
};
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
enum cudaDeviceAttr {
    cudaDevAttrMaxThreadsPerBlock = 1,
    cudaDevAttrMaxSharedMemoryPerBlock = 8,
    cudaDevAttrMultiProcessorCount = 16,
    cudaDevAttrComputeCapabilityMajor = 75,
    cudaDevAttrComputeCapabilityMinor = 76,
    cudaDevAttrMaxSharedMemoryPerMultiprocessor = 81,
    cudaDevAttrMaxSharedMemoryPerBlockOptin = 97,
    cudaDevAttrMemoryPoolsSupported = 115
};

typedef struct simt_stream *cudaStream_t;
typedef struct simt_event *cudaEvent_t;

struct cudaDeviceProp {
    char name[256];
    size_t totalGlobalMem, sharedMemPerBlock, sharedMemPerBlockOptin, sharedMemPerMultiprocessor, totalConstMem;
    int multiProcessorCount, major, minor, warpSize, maxThreadsPerBlock, maxThreadsPerMultiProcessor;
    int regsPerBlock, regsPerMultiprocessor, l2CacheSize, asyncEngineCount, concurrentKernels,
        unifiedAddressing;
    int pciDomainID, pciBusID, pciDeviceID, ECCEnabled, integrated;
};

struct cudaFuncAttributes {
    size_t sharedSizeBytes, constSizeBytes, localSizeBytes;
    int maxThreadsPerBlock, numRegs, ptxVersion, binaryVersion, maxDynamicSharedSizeBytes;
};

/* Default arguments that name the caller's line. */
#define SIMT_HERE const char *file = __builtin_FILE(), int line = __builtin_LINE()

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

void enqueue_launch(const char *kernel, const void *function, dim3 grid, dim3 block,
                    size_t dynamic_shared_bytes, cudaStream_t stream, std::unique_ptr<KernelCall> call);

/* kernel<<<grid, block, dynamic_shared_bytes, stream>>>(values...) */
template <class... Parameters, class... Values>
void launch(const char *kernel, void (*function)(Parameters...), dim3 grid, dim3 block,
            size_t dynamic_shared_bytes, cudaStream_t stream, Values &&...values)
{
    static_assert(sizeof...(Parameters) == sizeof...(Values), "a launch passes every parameter");
    enqueue_launch(kernel, reinterpret_cast<const void *>(function), grid, block, dynamic_shared_bytes, stream,
                   std::make_unique<BoundKernel<Parameters...>>(function, std::forward<Values>(values)...));
}

cudaError_t allocate_device(void **address, size_t bytes, const char *file, int line);
cudaError_t allocate_device_in_stream(void **address, size_t bytes, cudaStream_t stream, const char *file,
                                      int line);
cudaError_t allocate_pinned(void **address, size_t bytes, const char *file, int line);
cudaError_t allow_dynamic_shared(const void *kernel, cudaFuncAttribute attribute, int bytes);
cudaError_t describe_kernel(cudaFuncAttributes *attributes, const void *kernel);
cudaError_t count_active_blocks(int *blocks, int block_size, size_t dynamic_shared_bytes);

} // namespace simt

template <class T> inline cudaError_t cudaMalloc(T **address, size_t bytes, SIMT_HERE)
{
    return simt::allocate_device(reinterpret_cast<void **>(address), bytes, file, line);
}
template <class T> inline cudaError_t cudaMallocAsync(T **address, size_t bytes, cudaStream_t stream, SIMT_HERE)
{
    return simt::allocate_device_in_stream(reinterpret_cast<void **>(address), bytes, stream, file, line);
}
template <class T> inline cudaError_t cudaMallocHost(T **address, size_t bytes, SIMT_HERE)
{
    return simt::allocate_pinned(reinterpret_cast<void **>(address), bytes, file, line);
}
template <class T> inline cudaError_t cudaHostAlloc(T **address, size_t bytes, unsigned, SIMT_HERE)
{
    return simt::allocate_pinned(reinterpret_cast<void **>(address), bytes, file, line);
}
template <class F> inline cudaError_t cudaFuncSetAttribute(F *kernel, cudaFuncAttribute attribute, int value)
{
    return simt::allow_dynamic_shared(reinterpret_cast<const void *>(kernel), attribute, value);
}
template <class F> inline cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *attributes, F *kernel)
{
    return simt::describe_kernel(attributes, reinterpret_cast<const void *>(kernel));
}
template <class F>
inline cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, F *, int block_size,
                                                                 size_t dynamic_shared_bytes)
{
    return simt::count_active_blocks(blocks, block_size, dynamic_shared_bytes);
}

cudaError_t cudaFree(void *address);
cudaError_t cudaFreeAsync(void *address, cudaStream_t stream);
cudaError_t cudaFreeHost(void *address);
cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, cudaMemcpyKind kind, SIMT_HERE);
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream = nullptr, SIMT_HERE);
cudaError_t cudaMemset(void *address, int value, size_t bytes, SIMT_HERE);
cudaError_t cudaMemsetAsync(void *address, int value, size_t bytes, cudaStream_t stream = nullptr, SIMT_HERE);
cudaError_t cudaMemGetInfo(size_t *free_bytes, size_t *total_bytes);

cudaError_t cudaStreamCreate(cudaStream_t *stream, SIMT_HERE);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags, SIMT_HERE);
cudaError_t cudaStreamCreateWithPriority(cudaStream_t *stream, unsigned flags, int priority, SIMT_HERE);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamQuery(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags = 0);
cudaError_t cudaEventCreate(cudaEvent_t *event, SIMT_HERE);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags, SIMT_HERE);
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
cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int device);
cudaError_t cudaDriverGetVersion(int *version);
cudaError_t cudaRuntimeGetVersion(int *version);
cudaError_t cudaGetLastError();
cudaError_t cudaPeekAtLastError();
const char *cudaGetErrorString(cudaError_t error);
const char *cudaGetErrorName(cudaError_t error);
#undef SIMT_HERE

#endif
