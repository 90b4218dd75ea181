/* Devices: how many, which one a host thread has chosen, what they are; and the end of the program. */
#include <algorithm>
#include <cstdio>
#include <map>

#include "engine.h"

namespace simt
{

thread_local int current_device;

/* Compute capability 9.0, whose limits the layer keeps. */
static const int multiprocessors = 2, threads_per_multiprocessor = 2048, blocks_per_multiprocessor = 32;
static const size_t shared_per_block = 48 << 10, shared_per_block_optin = 227 << 10,
                    shared_per_multiprocessor = 228 << 10, shared_reserved_per_block = 1 << 10;

/* What a kernel may have on a device beyond the limit that needs no permission. */
static std::map<std::pair<int, const void *>, size_t> &permitted_shared()
{
    static auto &map = *new std::map<std::pair<int, const void *>, size_t>;
    return map;
}

size_t dynamic_shared_limit(const void *kernel)
{
    auto found = permitted_shared().find({current_device, kernel});
    return found == permitted_shared().end() ? shared_per_block : found->second;
}

cudaError_t allow_dynamic_shared(const void *kernel, cudaFuncAttribute attribute, int bytes)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaFuncSetAttribute"))
        return error;
    if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize || bytes < 0 ||
        static_cast<size_t>(bytes) > shared_per_block_optin)
        return fail(cudaErrorInvalidValue);
    permitted_shared()[{current_device, kernel}] = static_cast<size_t>(bytes);
    return cudaSuccess;
}

/* Registers, constants and local memory are the compiler's business and 0 here. */
cudaError_t describe_kernel(cudaFuncAttributes *attributes, const void *kernel)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaFuncGetAttributes"))
        return error;
    *attributes = {};
    attributes->maxThreadsPerBlock = 1024;
    attributes->ptxVersion = attributes->binaryVersion = 90;
    attributes->maxDynamicSharedSizeBytes = static_cast<int>(dynamic_shared_limit(kernel));
    return cudaSuccess;
}

/* By threads and shared memory alone. */
cudaError_t count_active_blocks(int *blocks, int block_size, size_t dynamic_shared_bytes)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaOccupancyMaxActiveBlocksPerMultiprocessor"))
        return error;
    if (block_size <= 0 || block_size > 1024)
        return fail(cudaErrorInvalidValue);
    const int warps = (block_size + warpSize - 1) / warpSize;
    const size_t by_shared = shared_per_multiprocessor / (dynamic_shared_bytes + shared_reserved_per_block);
    *blocks = std::min({threads_per_multiprocessor / (warps * warpSize), blocks_per_multiprocessor,
                        static_cast<int>(by_shared)});
    return cudaSuccess;
}

/* Runs when the program or the module that holds the layer goes away. Nothing of the layer is destroyed before. */
__attribute__((destructor)) static void end_of_program()
{
    const Locked locked;
    report_leaks();
    print_unmet_injections();
}

} // namespace simt

using namespace simt;

cudaError_t cudaDeviceReset()
{
    const Locked locked;
    release_streams_of_device();
    release_memory_of_device();
    device_found(current_device);
    return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int *count)
{
    const Locked locked;
    *count = 0;
    if (cudaError_t error = enter("cudaGetDeviceCount"))
        return error;
    *count = config.devices;
    return *count > 0 ? cudaSuccess : fail(cudaErrorNoDevice);
}

cudaError_t cudaGetDevice(int *device)
{
    *device = current_device;
    return cudaSuccess;
}

/* Succeeds for a device that is lost: only then can it be reset. */
cudaError_t cudaSetDevice(int device)
{
    const Locked locked;
    if (device < 0 || device >= config.devices)
        return fail(cudaErrorInvalidDevice);
    current_device = device;
    const cudaError_t error = injected("cudaSetDevice");
    return error ? fail(error) : cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int device)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaGetDeviceProperties"))
        return error;
    if (device < 0 || device >= config.devices)
        return fail(cudaErrorInvalidDevice);
    *properties = {};
    snprintf(properties->name, sizeof properties->name, "CPU execution layer");
    size_t free_bytes;
    cudaMemGetInfo(&free_bytes, &properties->totalGlobalMem);
    properties->sharedMemPerBlock = shared_per_block;
    properties->sharedMemPerBlockOptin = shared_per_block_optin;
    properties->sharedMemPerMultiprocessor = shared_per_multiprocessor;
    properties->totalConstMem = 64 << 10;
    properties->multiProcessorCount = multiprocessors;
    properties->major = 9;
    properties->warpSize = warpSize;
    properties->maxThreadsPerBlock = 1024;
    properties->maxThreadsPerMultiProcessor = threads_per_multiprocessor;
    properties->regsPerBlock = properties->regsPerMultiprocessor = 64 << 10;
    properties->l2CacheSize = 1 << 20;
    properties->asyncEngineCount = properties->concurrentKernels = properties->unifiedAddressing = 1;
    properties->pciBusID = device;
    return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int device)
{
    cudaDeviceProp properties;
    if (cudaError_t error = cudaGetDeviceProperties(&properties, device))
        return error;
    switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock:
        *value = properties.maxThreadsPerBlock;
        break;
    case cudaDevAttrMaxSharedMemoryPerBlock:
        *value = static_cast<int>(properties.sharedMemPerBlock);
        break;
    case cudaDevAttrMultiProcessorCount:
        *value = properties.multiProcessorCount;
        break;
    case cudaDevAttrComputeCapabilityMajor:
        *value = properties.major;
        break;
    case cudaDevAttrComputeCapabilityMinor:
        *value = properties.minor;
        break;
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor:
        *value = static_cast<int>(properties.sharedMemPerMultiprocessor);
        break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
        *value = static_cast<int>(properties.sharedMemPerBlockOptin);
        break;
    case cudaDevAttrMemoryPoolsSupported:
        *value = 1;
        break;
    }
    return cudaSuccess;
}

/* CUDA 13.0, whose headers the layer follows. */
cudaError_t cudaDriverGetVersion(int *version)
{
    *version = 13000;
    return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int *version)
{
    *version = 13000;
    return cudaSuccess;
}
