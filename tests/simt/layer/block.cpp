/* The schedule: which thread of a block runs next, which block of a grid, and the launch itself. */
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>

#include "engine.h"

#if SIMT_ASAN
#include <sanitizer/asan_interface.h>
#endif

/* Bounds of the section that __shared__ variables lie in; absent when a program has none. */
extern "C" char __start_simt_shared[] __attribute__((weak, visibility("hidden")));
extern "C" char __stop_simt_shared[] __attribute__((weak, visibility("hidden")));

namespace simt
{

Engine engine;
BlockContext current_block;
Checker checker;
static Executor *executor;

static Config config_from_environment()
{
    Config c{};
    if (const char *seed = getenv("ESW_SIMT_SEED"))
        c.seed = strtoull(seed, nullptr, 0);
    c.defer_streams = getenv("ESW_SIMT_DEFER") != nullptr;
    c.print_reports = true;
    const char *rows = getenv("ESW_SIMT_ROWS");
    c.rows = rows ? static_cast<unsigned>(std::min(std::max(atoi(rows), 1), 65535)) : 3;
    const char *devices = getenv("ESW_SIMT_DEVICES");
    c.devices = devices ? std::min(std::max(atoi(devices), 0), most_devices) : 1;
    return c;
}
Config config = config_from_environment();

unsigned most_rows()
{
    return config.rows;
}

void set_executor(Executor *e)
{
    executor = e;
}

/* ---------------------------------------------------------------- threads of a block */

void make_ready(Fiber &fiber)
{
    fiber.state = State::ready;
    engine.ready.push_back(fiber.linear);
}

void yield_thread()
{
    make_ready(*current_fiber());
    fiber_suspend();
}

uint64_t nanoseconds()
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

void preempt()
{
    if (config.seed >= 2 && current_thread && engine.random.below(4) == 0)
        yield_thread();
}

void atomic_access(const void *address, size_t bytes)
{
    preempt();
    if (checker.atomic_access)
        checker.atomic_access(address, bytes, __builtin_return_address(0));
}

/* A fiber runs one thread of every block in turn; its stack stays. */
static void run_threads()
{
    for (;;) {
        engine.call->run();
        thread_finished(*current_fiber());
        fiber_suspend();
    }
}

static Fiber *next_thread()
{
    std::vector<unsigned> &ready = engine.ready;
    if (engine.ready_head == ready.size())
        return nullptr;
    if (config.seed == 0) {
        unsigned linear = ready[engine.ready_head++];
        if (engine.ready_head == ready.size()) {
            ready.clear();
            engine.ready_head = 0;
        }
        return &engine.fibers[linear];
    }
    size_t pick = config.seed == 1 ? ready.size() - 1 : engine.random.below(ready.size());
    std::swap(ready[pick], ready.back());
    unsigned linear = ready.back();
    ready.pop_back();
    return &engine.fibers[linear];
}

static void prepare_block(size_t dynamic_shared_bytes)
{
    fill_garbage(__start_simt_shared, static_cast<size_t>(__stop_simt_shared - __start_simt_shared));
    fill_garbage(current_block.dynamic_shared, dynamic_shared_bytes);
    engine.n_at_barrier = engine.n_finished = 0;
    engine.barrier_epoch = 0;
    engine.ready.clear();
    engine.ready_head = 0;
    engine.warps.assign((engine.n_threads + warpSize - 1) / warpSize, Warp());
    for (unsigned i = 0; i < engine.n_threads; i++) {
        Fiber &fiber = engine.fibers[i];
        fiber.barrier_epoch = fiber.warp_epoch = 0;
        engine.warps[fiber.warp].alive |= 1u << fiber.lane;
        make_ready(fiber);
    }
}

static void run_block(size_t dynamic_shared_bytes)
{
    prepare_block(dynamic_shared_bytes);
    while (!engine.aborted && engine.n_finished < engine.n_threads) {
        Fiber *fiber = next_thread();
        if (!fiber) {
            report_deadlock();
            break;
        }
        fiber_resume(*fiber);
    }
    if (engine.aborted) /* the stacks hold half-run threads */
        for (unsigned i = 0; i < engine.n_threads; i++)
            fiber_prepare(engine.fibers[i], run_threads);
}

/* ---------------------------------------------------------------- blocks of a grid */

static void prepare_fibers(dim3 block)
{
    engine.n_threads = block.x * block.y * block.z;
    for (unsigned i = 0; i < engine.n_threads; i++) {
        if (i == engine.fibers.size()) {
            engine.fibers.emplace_back();
            engine.fibers[i].linear = i;
            fiber_prepare(engine.fibers[i], run_threads);
        }
        Fiber &fiber = engine.fibers[i];
        fiber.lane = i % warpSize;
        fiber.warp = i / warpSize;
        fiber.thread_index = {i % block.x, i / block.x % block.y, i / (block.x * block.y)};
    }
}

/* Visits blocks in an order of the seed: numbered, backwards, or by a random stride. */
static void run_blocks(dim3 grid, size_t dynamic_shared_bytes)
{
    const size_t n = static_cast<size_t>(grid.x) * grid.y * grid.z;
    size_t stride = 1, id = 0;
    if (config.seed == 1) {
        stride = n - 1;
        id = n - 1;
    } else if (config.seed >= 2) {
        do
            stride = engine.random.below(n) + 1;
        while (std::gcd(stride, n) != 1);
        id = engine.random.below(n);
    }
    for (size_t k = 0; k < n && !engine.aborted; k++, id = (id + stride) % n) {
        engine.block_number = static_cast<uint32_t>(id);
        current_block.block_index = {static_cast<unsigned>(id % grid.x),
                                     static_cast<unsigned>(id / grid.x % grid.y),
                                     static_cast<unsigned>(id / (static_cast<size_t>(grid.x) * grid.y))};
        run_block(dynamic_shared_bytes);
    }
}

/* Dynamic shared memory, its end marked for AddressSanitizer and its extent told to the race checker. */
static void *new_dynamic_shared(size_t bytes)
{
    if (bytes == 0)
        return nullptr;
    size_t rounded = (bytes + 15) & ~static_cast<size_t>(15);
    void *memory = aligned_alloc(16, rounded);
    if (!memory)
        abort();
#if SIMT_ASAN
    __asan_poison_memory_region(static_cast<char *>(memory) + bytes, rounded - bytes);
#endif
    if (checker.add_region)
        checker.add_region(memory, bytes, Region::shared);
    return memory;
}

static void free_dynamic_shared(void *memory)
{
    if (memory && checker.remove_region)
        checker.remove_region(memory);
    free(memory);
}

static void run_compiled(const Launch &launch, const KernelCall &call)
{
    engine.call = &call;
    current_block.block_size = launch.block;
    current_block.grid_size = launch.grid;
    prepare_fibers(launch.block);
    current_block.dynamic_shared = new_dynamic_shared(launch.dynamic_shared_bytes);
    if (checker.add_region && __start_simt_shared)
        checker.add_region(__start_simt_shared, static_cast<size_t>(__stop_simt_shared - __start_simt_shared),
                           Region::shared);
    run_blocks(launch.grid, launch.dynamic_shared_bytes);
    free_dynamic_shared(current_block.dynamic_shared);
    current_block.dynamic_shared = nullptr;
    engine.call = nullptr;
}

void run_launch(const Launch &launch, const KernelCall &call)
{
    if (cudaError_t error = injected("kernel")) {
        device_lost(error);
        return;
    }
    engine.kernel = launch.kernel;
    engine.host_thread = pthread_self();
    engine.launch_number++;
    engine.aborted = false;
    engine.random.state = config.seed * 1000003 + engine.launch_number;
    set_device_access(true);
    if (executor) {
        std::string fault = executor->run(launch);
        if (!fault.empty())
            report(nullptr, 0, "%s", fault.c_str());
    } else {
        run_compiled(launch, call);
    }
    set_device_access(false);
    engine.kernel = nullptr;
}

/* ---------------------------------------------------------------- launches */

/* Limits of compute capability 8.0 and 9.0. */
static bool valid_configuration(const void *function, dim3 grid, dim3 block, size_t dynamic_shared_bytes)
{
    const size_t threads = static_cast<size_t>(block.x) * block.y * block.z;
    return threads > 0 && block.x <= 1024 && block.y <= 1024 && block.z <= 64 && threads <= 1024 &&
           grid.x > 0 && grid.x <= 0x7fffffffu && grid.y > 0 && grid.y <= config.rows && grid.z > 0 &&
           grid.z <= 65535 && dynamic_shared_bytes <= dynamic_shared_limit(function);
}

void enqueue_launch(const char *kernel, const void *function, dim3 grid, dim3 block,
                    size_t dynamic_shared_bytes, cudaStream_t stream, std::unique_ptr<KernelCall> call)
{
    const Locked locked;
    if (cudaError_t error = enter("launch")) {
        fail(error);
        return;
    }
    if (!stream_fits_device(stream)) {
        fail(cudaErrorInvalidResourceHandle);
        return;
    }
    if (!valid_configuration(function, grid, block, dynamic_shared_bytes)) {
        fail(cudaErrorInvalidConfiguration);
        return;
    }
    std::shared_ptr<KernelCall> shared_call(std::move(call));
    Launch launch{kernel, grid, block, dynamic_shared_bytes, shared_call->arguments()};
    enqueue(stream, [launch, shared_call] { run_launch(launch, *shared_call); });
}

} // namespace simt
