/* Runs kernels of a module, one thread at a time, in an order chosen by a seed. */
#ifndef PTX_MACHINE_H
#define PTX_MACHINE_H

#include <cstring>
#include <deque>
#include <unordered_set>
#include <vector>

#include "module.h"

namespace ptx
{

struct Extent {
    uint32_t x = 1, y = 1, z = 1;
    size_t volume() const
    {
        return static_cast<size_t>(x) * y * z;
    }
};

struct Argument {
    const void *data;
    size_t bytes;
};

struct LaunchConfig {
    Extent grid, block;
    size_t dynamic_shared_bytes = 0;
    std::vector<Argument> arguments;
    /* 0: threads and blocks as numbered; 1: backwards; 2 and more: random, threads preempted between
     * instructions */
    uint64_t seed = 0;
};

enum class State : uint8_t { running, at_barrier, at_warp_op, finished };

/* What a waiting thread brings to the instruction it waits at. */
struct Wait {
    const Instruction *at = nullptr;
    uint32_t mask = 0, lane = 0, clamp = 0;
    uint64_t value = 0;
};

struct Frame {
    const Function *function;
    const Instruction *next;
    size_t register_base, param_base, local_base;
    const CallSite *call; /* that made the frame, nullptr for the kernel's own */
};

struct Thread {
    uint32_t linear = 0, lane = 0, warp = 0, index[3] = {0, 0, 0};
    State state = State::running;
    Frame frame{};
    std::vector<Frame> callers;
    Wait wait;
    std::vector<uint64_t> register_stack;
    std::vector<uint8_t> param_stack, local_stack;
    uint64_t *registers = nullptr; /* of the frame */
};

/* A register as a value of type T; narrower values lie in the low bytes. */
template <class T> T get(const Thread &thread, int index)
{
    T value;
    memcpy(&value, &thread.registers[index], sizeof value);
    return value;
}

/* Signed values are widened with their sign, all others with zeros: a wider register then holds the right
 * value. */
template <class T> void put(Thread &thread, int index, T value)
{
    uint64_t bits =
        std::is_integral<T>::value && std::is_signed<T>::value ? (value < T(0) ? ~uint64_t(0) : 0) : 0;
    memcpy(&bits, &value, sizeof value);
    thread.registers[index] = bits;
}

inline bool get_predicate(const Thread &thread, const Instruction &in, int source)
{
    return (thread.registers[in.source[source]] != 0) != ((in.negated >> source & 1) != 0);
}

class Machine
{
  public:
    explicit Machine(const Module &module);

    /* Memory that kernels may access beside the module's own variables. */
    void add_memory(void *address, size_t bytes);
    void clear_memory();

    /* Throws Error at the first fault, which names kernel, block, thread, line, opcode and source line. */
    void run(const std::string &kernel, const LaunchConfig &config);

    uint64_t instructions_run() const;

    /* ---- for instruction handlers ---- */

    /* The `bytes` at `address`, checked for alignment and bounds. */
    uint8_t *access(const Thread &thread, const Instruction &in, uint64_t address, size_t bytes)
    {
        const Region &region =
            regions_[latest_region_]; /* most accesses stay in the allocation of the one before */
        if (in.space <= Space::constant && address >= region.begin && address + bytes <= region.end &&
            address % bytes == 0)
            return reinterpret_cast<uint8_t *>(address);
        return access_elsewhere(thread, in, address, bytes);
    }
    /* To be told of every access to memory: what a launch has written, its read-only loads must not read. */
    void note_load(const Thread &thread, const Instruction &in, const uint8_t *memory, size_t bytes) const
    {
        if (in.read_only)
            check_unwritten(thread, in, memory, bytes);
    }
    void note_store(const uint8_t *memory, size_t bytes)
    {
        for (size_t i = 0; keeps_written_ && i < bytes; i += 4)
            written_.insert(reinterpret_cast<uint64_t>(memory + i) / 4);
    }
    static uint64_t window(Space space); /* where a space begins among generic addresses */
    static bool in_window(Space space, uint64_t address);
    [[noreturn]] void fault(const Thread &thread, const Instruction &in, const std::string &text) const;
    void call(Thread &thread, const Instruction &in);
    void finish(Thread &thread);                                 /* the thread ends */
    bool leave(Thread &thread);                                  /* return; false if the thread ended */
    void wait_at_barrier(Thread &thread, const Instruction &in); /* wait.value is set */
    void wait_at_warp_op(Thread &thread, const Instruction &in); /* wait.mask, ... are set */

  private:
    struct Region {
        uint64_t begin, end;
    };
    uint8_t *access_elsewhere(const Thread &thread, const Instruction &in, uint64_t address, size_t bytes);
    void check_unwritten(const Thread &thread, const Instruction &in, const uint8_t *memory,
                         size_t bytes) const;
    void run_block();
    void start_threads();
    void run_thread(Thread &thread);
    void enter(Thread &thread, const Function &function, const CallSite *call);
    void fill_constants(Thread &thread, const Function &function);
    uint64_t constant_value(const Thread &thread, const Constant &constant) const;
    Thread *next_ready();
    void make_ready(Thread &thread);
    void release_barrier();
    bool try_warp_op(const Thread &arrived);
    [[noreturn]] void deadlock() const;
    uint8_t *device_memory(uint64_t address, size_t bytes);
    uint64_t random();

    const Module &module_;
    const Function *kernel_ = nullptr;
    const LaunchConfig *config_ = nullptr;
    std::vector<uint8_t> arguments_, shared_;
    uint32_t block_[3] = {0, 0, 0};
    std::deque<Thread> threads_;
    size_t n_threads_ = 0, n_finished_ = 0, n_at_barrier_ = 0;
    std::vector<uint32_t> ready_;
    size_t ready_head_ = 0;
    std::vector<Region> regions_; /* sorted; never empty: the first holds nothing */
    size_t latest_region_ = 0;
    uint64_t random_state_ = 0;
    bool keeps_written_ = false;           /* only where something is loaded read-only */
    std::unordered_set<uint64_t> written_; /* words of four bytes */
};

} // namespace ptx

#endif
