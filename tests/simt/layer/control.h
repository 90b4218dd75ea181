/* How a test steers the execution layer and reads what it found. */
#ifndef SIMT_CONTROL_H
#define SIMT_CONTROL_H

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "host_api.h"

namespace simt
{

struct Config {
    /* Order of threads, blocks and streams. 0: as numbered; 1: backwards; 2 and more: random, with threads
     * preempted at atomics and fences (in a race-checker build at any memory access). Start value:
     * ESW_SIMT_SEED, else 0. */
    uint64_t seed;
    /* Stream operations wait in queues and run in a random order that events and synchronisation allow, instead
     * of at once. Start value: true if ESW_SIMT_DEFER is set. */
    bool defer_streams;
    /* Reports also go to stderr. Start value: true. */
    bool print_reports;
};
extern Config config;

/* What was found since the last clear, oldest first, a line each naming kernel, block, thread and source line.
 */
const std::vector<std::string> &reports();
void clear_reports();

/* A launch as an executor sees it; pointers live until run returns. */
struct Launch {
    const char *kernel;
    dim3 grid, block;
    size_t dynamic_shared_bytes;
    std::vector<Argument> arguments;
};

/* Runs launches instead of the compiled C++ function of the kernel, e.g. in a PTX interpreter. */
class Executor
{
  public:
    virtual ~Executor() = default;
    /* Returns what went wrong, empty if nothing: the text becomes a report and the launch fails. */
    virtual std::string run(const Launch &launch) = 0;
};
void set_executor(Executor *executor); /* nullptr: back to the C++ functions */

/* A live allocation that kernels may access. */
struct Allocation {
    char *address;
    size_t bytes;
    bool pinned; /* host memory of cudaMallocHost */
};
std::vector<Allocation> live_allocations();

/* The `nth` (1 = next) call of API function `name` ("cudaMalloc", "launch", ...) returns `error` instead of
 * acting. cudaErrorLaunchFailure stays until cudaDeviceReset, as on a device. */
void inject_error(const std::string &name, unsigned nth, cudaError_t error);

/* Bytes that cudaMalloc hands out in all, 4 GiB at the start. */
void set_device_memory(size_t bytes);

} // namespace simt

#endif
