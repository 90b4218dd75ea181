/* Errors as the CUDA runtime keeps them, and injected ones. */
#include <cstdio>
#include <cstdlib>
#include <map>

#include "engine.h"

namespace simt
{

std::recursive_mutex &inside()
{
    static std::recursive_mutex &mutex = *new std::recursive_mutex; /* outlives whoever calls last */
    return mutex;
}

/* The runtime's two kinds: an ordinary error belongs to the host thread that met it and is returned once by
 * cudaGetLastError, a fault stays with its device. */
static thread_local cudaError_t last_error = cudaSuccess;
static cudaError_t sticky_errors[most_devices];

static bool is_sticky(cudaError_t error)
{
    return error == cudaErrorECCUncorrectable || error == cudaErrorIllegalAddress ||
           error == cudaErrorLaunchTimeout || error == cudaErrorLaunchFailure;
}

void device_lost(cudaError_t error)
{
    if (!device_status())
        sticky_errors[current_device] = error;
}
bool device_is_lost(int device)
{
    return sticky_errors[device] != cudaSuccess;
}
cudaError_t device_status()
{
    return sticky_errors[current_device];
}
void device_found(int device)
{
    sticky_errors[device] = cudaSuccess;
    last_error = cudaSuccess;
}

cudaError_t fail(cudaError_t error)
{
    if (is_sticky(error))
        device_lost(error);
    last_error = error;
    return error;
}

/* ---------------------------------------------------------------- injections */

struct Injection {
    std::string name;
    unsigned calls_left;
    cudaError_t error;
};

static bool allocates(const std::string &name)
{
    return name.compare(0, 10, "cudaMalloc") == 0;
}

[[noreturn]] static void refuse_injection(const std::string &text)
{
    fprintf(stderr,
            "simt: ESW_SIMT_FAIL: '%s' is not NAME:NTH or NAME:NTH=ERROR, with NTH from 1 and an error of "
            "SIMT_ERROR_LIST\n",
            text.c_str());
    _Exit(2);
}

static cudaError_t error_of_name(const std::string &text, const std::string &name)
{
#define X(error, value, description) \
    if (name == #error)              \
        return error;
    SIMT_ERROR_LIST(X)
#undef X
    refuse_injection(text);
}

static Injection parse_injection(const std::string &text)
{
    const size_t colon = text.find(':'), equals = text.find('=');
    if (colon == std::string::npos || colon == 0)
        refuse_injection(text);
    Injection injection{text.substr(0, colon), 0, cudaErrorLaunchFailure};
    char *end;
    injection.calls_left = static_cast<unsigned>(strtoul(text.c_str() + colon + 1, &end, 10));
    if (injection.calls_left == 0 || (*end != 0 && *end != '='))
        refuse_injection(text);
    if (equals != std::string::npos)
        injection.error = error_of_name(text, text.substr(equals + 1));
    else if (allocates(injection.name))
        injection.error = cudaErrorMemoryAllocation;
    return injection;
}

static std::vector<Injection> injections_of_environment()
{
    std::vector<Injection> result;
    const char *value = getenv("ESW_SIMT_FAIL");
    for (std::string rest = value ? value : ""; !rest.empty();) {
        const size_t comma = std::min(rest.find(','), rest.size());
        result.push_back(parse_injection(rest.substr(0, comma)));
        rest.erase(0, comma + 1);
    }
    return result;
}

static std::vector<Injection> &injections()
{
    static std::vector<Injection> &list = *new std::vector<Injection>(injections_of_environment());
    return list;
}

void inject_error(const std::string &name, unsigned nth, cudaError_t error)
{
    const Locked locked;
    injections().push_back({name, nth, error});
}

void print_unmet_injections()
{
    for (const Injection &injection : injections())
        fprintf(stderr, "simt: the injected error of %s was not met: %u calls are missing\n",
                injection.name.c_str(), injection.calls_left);
}

cudaError_t injected(const char *api)
{
    cudaError_t error = cudaSuccess;
    std::vector<Injection> &list = injections();
    for (auto i = list.begin(); i != list.end();) {
        if ((i->name != api && i->name != "any") || --i->calls_left > 0) {
            i++;
            continue;
        }
        error = i->error;
        i = list.erase(i);
    }
    return error;
}

cudaError_t enter(const char *api)
{
    if (cudaError_t error = device_status())
        return fail(error);
    const cudaError_t error = injected(api);
    return error ? fail(error) : cudaSuccess;
}

} // namespace simt

using namespace simt;

cudaError_t cudaPeekAtLastError()
{
    const Locked locked;
    return device_status() ? device_status() : last_error;
}

cudaError_t cudaGetLastError()
{
    const cudaError_t error = cudaPeekAtLastError();
    last_error = cudaSuccess;
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
