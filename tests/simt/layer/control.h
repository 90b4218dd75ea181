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
    /* Most blocks of a grid in y, 65535 on a device; with few, kernels whose rows of blocks walk over more scenarios than that
     * walk here too. Start value: ESW_SIMT_ROWS, else 3. */
    unsigned rows;
    /* How many devices there are, up to most_devices. Start value: ESW_SIMT_DEVICES, else 1. */
    int devices;
};
constexpr int most_devices = 16;
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

/* A live allocation. Kernels of its device may access it, those of every device if it is pinned. */
struct Allocation {
    char *address;
    size_t bytes;
    bool pinned; /* host memory of cudaMallocHost */
    int device;
    const char *file; /* who asked for it */
    int line;
};
std::vector<Allocation> live_allocations();

/* The `nth` (1 = next) call of API function `name` returns `error` instead of acting. Besides the functions'
 * own names (cudaHostAlloc counts as cudaMallocHost, WithFlags and WithPriority are left out): "launch", "kernel"
 * (a kernel that faults while it runs: an error that shows at the next synchronisation) and "any". A fault such as
 * cudaErrorLaunchFailure stays until cudaDeviceReset, as on a device.
 *
 * ESW_SIMT_FAIL does the same for whole programs: a comma between injections, each NAME:NTH or NAME:NTH=ERROR with
 * the error's name. Without one, allocations are refused and all else loses the device. At the end a program says
 * which of its injections nothing met. */
void inject_error(const std::string &name, unsigned nth, cudaError_t error);

/* Bytes that cudaMalloc hands out in all on each device. Start value: ESW_SIMT_MEMORY, else 4 GiB. */
void set_device_memory(size_t bytes);

/* Reports what nobody has given back: memory, streams and events, with the line that asked for each. Returns how
 * many. A program does so by itself when it ends. */
int report_leaks();

} // namespace simt

#endif
