/* Errors as the CUDA runtime keeps them, injected ones, and the device. */
#include <cstdio>
#include <map>

#include "engine.h"

namespace simt
{

/* The runtime's two kinds: an ordinary error is returned once by cudaGetLastError, a fault of a kernel stays.
 */
static cudaError_t last_error = cudaSuccess;
static cudaError_t sticky_error = cudaSuccess;

struct Injection {
    unsigned calls_left;
    cudaError_t error;
};
static std::map<std::string, Injection> injections;

void inject_error(const std::string &name, unsigned nth, cudaError_t error)
{
    injections[name] = {nth, error};
}

void device_lost()
{
    sticky_error = cudaErrorLaunchFailure;
}
bool device_is_lost()
{
    return sticky_error != cudaSuccess;
}
cudaError_t device_status()
{
    return sticky_error;
}

cudaError_t fail(cudaError_t error)
{
    if (error == cudaErrorLaunchFailure)
        sticky_error = error;
    last_error = error;
    return error;
}

cudaError_t enter(const char *api)
{
    if (sticky_error)
        return fail(sticky_error);
    auto injection = injections.find(api);
    if (injection == injections.end() || --injection->second.calls_left > 0)
        return cudaSuccess;
    const cudaError_t error = injection->second.error;
    injections.erase(injection);
    return fail(error);
}

} // namespace simt

cudaError_t cudaPeekAtLastError()
{
    return simt::sticky_error ? simt::sticky_error : simt::last_error;
}

cudaError_t cudaGetLastError()
{
    const cudaError_t error = cudaPeekAtLastError();
    simt::last_error = cudaSuccess;
    return error;
}

const char *cudaGetErrorString(cudaError_t error)
{
    switch (error) {
#define X(name, value, text) \
    case name:               \
        return text;
        SIMT_ERROR_LIST(X)
#undef X
    }
    return "unrecognized error code";
}

const char *cudaGetErrorName(cudaError_t error)
{
    switch (error) {
#define X(name, value, text) \
    case name:               \
        return #name;
        SIMT_ERROR_LIST(X)
#undef X
    }
    return "unrecognized error code";
}

cudaError_t cudaDeviceReset()
{
    simt::release_all_streams();
    simt::release_all_memory();
    simt::injections.clear();
    simt::last_error = simt::sticky_error = cudaSuccess;
    return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int *count)
{
    if (cudaError_t error = simt::enter("cudaGetDeviceCount"))
        return error;
    *count = 1;
    return cudaSuccess;
}

cudaError_t cudaGetDevice(int *device)
{
    *device = 0;
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int device)
{
    if (cudaError_t error = simt::enter("cudaSetDevice"))
        return error;
    return device == 0 ? cudaSuccess : simt::fail(cudaErrorInvalidDevice);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int device)
{
    if (cudaError_t error = simt::enter("cudaGetDeviceProperties"))
        return error;
    if (device != 0)
        return simt::fail(cudaErrorInvalidDevice);
    *properties = {};
    snprintf(properties->name, sizeof properties->name, "CPU execution layer");
    size_t free_bytes;
    cudaMemGetInfo(&free_bytes, &properties->totalGlobalMem);
    properties->sharedMemPerBlock = 48 << 10;
    properties->sharedMemPerBlockOptin = 227 << 10;
    properties->multiProcessorCount = 2;
    properties->major = 9;
    properties->warpSize = warpSize;
    properties->maxThreadsPerBlock = 1024;
    return cudaSuccess;
}
