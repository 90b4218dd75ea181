/* Inside the execution layer: fibers, the running block, and the hooks of the race checker. Not for tests or
 * kernels.
 *
 *   fiber.cpp    stacks and switching        block.cpp   schedule of a block, blocks of a grid, launches
 *   sync.cpp     barriers, warp collectives  report.cpp  what goes wrong, in words
 *   tickets.cpp  work that blocks take off a counter
 *   memory.cpp   allocations                 copy.cpp    copies and fills        stream.cpp  streams and events
 *   api.cpp      errors                      devices.cpp devices
 *   race.cpp     shadow memory (race-checker builds only), tsan_hooks.cpp the compiler's calls into it
 */
#ifndef SIMT_ENGINE_H
#define SIMT_ENGINE_H

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "control.h"
#include "device.h"

#if defined(SIMT_ASAN_BUILD)
#define SIMT_ASAN 1
#else
#define SIMT_ASAN 0
#endif

/* For code that moves between stacks or writes memory that is poisoned on purpose. */
#define SIMT_UNCHECKED __attribute__((no_sanitize("address", "undefined"), noinline))

namespace simt
{

/* Held by every function of the API from start to end, kernels included: host threads take turns. */
std::recursive_mutex &inside();
class Locked
{
    std::lock_guard<std::recursive_mutex> guard_{inside()};
};

/* Where the host program asked for something. */
struct Place {
    const char *file;
    int line;
};

/* Splitmix64: schedules need variety, not quality. */
struct Random {
    uint64_t state = 0;
    uint64_t next()
    {
        uint64_t z = (state += 0x9e3779b97f4a7c15ull);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
        return z ^ (z >> 31);
    }
    size_t below(size_t n)
    {
        return static_cast<size_t>(next() % n);
    }
};

enum class State : uint8_t { ready, at_barrier, at_warp_op, finished };

/* What a waiting thread waits for, and what it gets. */
struct Wait {
    BarrierOp barrier_op;
    WarpOp warp_op;
    unsigned mask;
    int argument, width;
    uint64_t value, result;
    const char *file;
    int line;
};

struct Fiber : ThreadContext {
    State state = State::ready;
    unsigned lane = 0, warp = 0;
    Wait wait{};
    uint32_t barrier_epoch = 0, warp_epoch = 0; /* how often it was synchronised in this block */
    void *stack_pointer = nullptr;
    char *stack = nullptr;
    void *fake_stack = nullptr; /* AddressSanitizer's */
};

struct Warp {
    uint32_t alive = 0;   /* lanes that exist and have not exited */
    uint32_t waiting = 0; /* lanes at a warp operation */
    uint32_t epoch = 0;
};

/* The launch that is running. */
struct Engine {
    const char *kernel = nullptr; /* nullptr between launches */
    const KernelCall *call = nullptr;
    pthread_t host_thread{}; /* the one that runs it; others may run host code meanwhile */
    uint32_t launch_number = 0, block_number = 0;
    unsigned n_threads = 0, n_at_barrier = 0, n_finished = 0;
    uint32_t barrier_epoch = 0;
    bool aborted = false;     /* the launch cannot go on: its threads are dropped */
    std::deque<Fiber> fibers; /* grows, never moves; stacks are kept for later launches */
    std::vector<Warp> warps;
    std::vector<unsigned> ready; /* threads that can run; [ready_head..) in thread order, unordered otherwise */
    size_t ready_head = 0;
    Random random;
};
extern Engine engine;

/* ---------------------------------------------------------------- fiber.cpp */

/* Gives the fiber a stack on which the first resume calls `entry`, which never returns. */
void fiber_prepare(Fiber &fiber, void (*entry)());
void fiber_resume(Fiber &fiber); /* from the scheduler, until the fiber suspends */
void fiber_suspend();            /* from the current fiber, back to the scheduler */
bool fiber_owns(const Fiber &fiber, const void *address);

/* ---------------------------------------------------------------- block.cpp, sync.cpp */

inline Fiber *current_fiber()
{
    return static_cast<Fiber *>(current_thread);
}
void make_ready(Fiber &fiber);
void yield_thread(); /* lets the scheduler choose again */
void thread_finished(Fiber &fiber);
void report_deadlock();
void run_launch(const Launch &launch, const KernelCall &call);

/* ---------------------------------------------------------------- report.cpp */

/* A fault at file:line (nullptr: unknown) of the running thread or of the host; the launch failed. */
void report(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same of something that does not harm the device. */
void remark(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* ---------------------------------------------------------------- memory.cpp */

void fill_garbage(void *address, size_t bytes);
void set_device_access(bool allowed); /* the current device may touch its memory, the host may not */
void release_memory_of_device();
const Allocation *find_allocation(const void *address); /* nullptr if it lies in none */
int report_memory_leaks();

/* ---------------------------------------------------------------- api.cpp, devices.cpp */

extern thread_local int current_device;

/* Start of every API function: the error it must return at once (sticky or injected), or cudaSuccess. */
cudaError_t enter(const char *api);
cudaError_t injected(const char *api); /* the second half of it alone */
cudaError_t fail(cudaError_t error);   /* remembers the error and returns it */
void device_lost(cudaError_t error);   /* every call of the current device fails until cudaDeviceReset */
void device_found(int device);         /* that is over */
bool device_is_lost(int device);
cudaError_t device_status(); /* what a call that waited for the device returns */
void print_unmet_injections();
size_t dynamic_shared_limit(const void *kernel);

/* ---------------------------------------------------------------- stream.cpp */

/* Runs `action` on `stream` in its turn, at once unless streams are deferred. */
void enqueue(cudaStream_t stream, std::function<void()> action, std::function<bool()> may_run = nullptr);
void wait_for_stream(cudaStream_t stream); /* nullptr: those the current device's default stream waits for */
void wait_for_all_streams();               /* of the current device */
void release_streams_of_device();
bool stream_fits_device(cudaStream_t stream); /* kernels run in streams of the current device */
int report_stream_leaks();

/* ---------------------------------------------------------------- race checker, absent in other builds */

enum class Region { global, shared };
struct Checker {
    void (*add_region)(const void *address, size_t bytes, Region kind) = nullptr;
    void (*remove_region)(const void *address) = nullptr;
    void (*atomic_access)(const void *address, size_t bytes, const void *program_counter) = nullptr;
};
extern Checker checker;

} // namespace simt

#endif
