#include "machine.h"

#include <algorithm>

namespace ptx
{

/* Generic addresses of shared and local memory: ranges where no process has memory of its own. */
static const uint64_t shared_window = 0x7e0000000000ull, local_window = 0x7e1000000000ull;
static const uint64_t window_bytes = 1ull << 28;
static const size_t most_callers = 64;

Machine::Machine(const Module &module) : module_(module), keeps_written_(module.has_read_only_loads())
{
    clear_memory();
}

void Machine::clear_memory()
{
    regions_.assign(1, {0, 0});
    latest_region_ = 0;
    for (const auto &[name, storage] : module_.storage())
        add_memory(storage.data.get(), storage.bytes);
}

void Machine::add_memory(void *address, size_t bytes)
{
    const uint64_t begin = reinterpret_cast<uint64_t>(address);
    regions_.push_back({begin, begin + bytes});
    std::sort(regions_.begin(), regions_.end(),
              [](const Region &a, const Region &b) { return a.begin < b.begin; });
    latest_region_ = 0;
}

uint64_t Machine::random()
{
    uint64_t z = (random_state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

void Machine::fault(const Thread &thread, const Instruction &in, const std::string &text) const
{
    throw Error("kernel " + kernel_->name + ", block (" + std::to_string(block_[0]) + "," +
                std::to_string(block_[1]) + "," + std::to_string(block_[2]) + "), thread " +
                std::to_string(thread.linear) + ", " + place_of(module_, in) + ": " + text);
}

/* ---------------------------------------------------------------- memory */

uint64_t Machine::window(Space space)
{
    return space == Space::shared ? shared_window : space == Space::local ? local_window : 0;
}

bool Machine::in_window(Space space, uint64_t address)
{
    if (space == Space::shared || space == Space::local)
        return address - window(space) < window_bytes;
    return !in_window(Space::shared, address) && !in_window(Space::local, address);
}

uint8_t *Machine::device_memory(uint64_t address, size_t bytes)
{
    const auto holds = [&](const Region &r) { return address >= r.begin && address + bytes <= r.end; };
    if (holds(regions_[latest_region_]))
        return reinterpret_cast<uint8_t *>(address);
    auto after = std::upper_bound(regions_.begin(), regions_.end(), address,
                                  [](uint64_t a, const Region &r) { return a < r.begin; });
    if (after == regions_.begin() || !holds(*(after - 1)))
        return nullptr;
    latest_region_ = static_cast<size_t>(after - 1 - regions_.begin());
    return reinterpret_cast<uint8_t *>(address);
}

static uint8_t *inside(const std::vector<uint8_t> &memory, size_t base, uint64_t offset, size_t bytes)
{
    const size_t available = memory.size() - base;
    return offset <= available && bytes <= available - offset ? const_cast<uint8_t *>(&memory[base]) + offset
                                                              : nullptr;
}

uint8_t *Machine::access_elsewhere(const Thread &thread, const Instruction &in, uint64_t address, size_t bytes)
{
    Space space = in.space;
    if (space == Space::generic)
        for (Space s : {Space::shared, Space::local})
            if (in_window(s, address)) {
                space = s;
                address -= window(s);
            }
    if (address % bytes != 0)
        fault(thread, in, "misaligned address " + std::to_string(address));
    uint8_t *memory = nullptr;
    if (space == Space::shared)
        memory = inside(shared_, 0, address, bytes);
    else if (space == Space::local)
        memory = inside(thread.local_stack, 0, address, bytes);
    else if (space == Space::param)
        memory = inside(thread.param_stack, thread.frame.param_base, address, bytes);
    else
        memory = device_memory(address, bytes);
    if (!memory) {
        static const char *const names[] = {"global", "global", "constant", "shared", "local", "parameter"};
        char text[120];
        snprintf(text, sizeof text, "access of %zu bytes at %#llx outside all %s memory", bytes,
                 static_cast<unsigned long long>(address), names[static_cast<int>(space)]);
        fault(thread, in, text);
    }
    return memory;
}

void Machine::check_unwritten(const Thread &thread, const Instruction &in, const uint8_t *memory,
                              size_t bytes) const
{
    for (size_t i = 0; i < bytes; i += 4)
        if (written_.count(reinterpret_cast<uint64_t>(memory + i) / 4))
            fault(thread, in, "a read-only load of what this launch has written");
}

/* ---------------------------------------------------------------- frames */

uint64_t Machine::constant_value(const Thread &thread, const Constant &constant) const
{
    const Extent grid = config_->grid, block = config_->block;
    const uint32_t lane = thread.lane;
    switch (constant.kind) {
    case ConstantKind::local_address:
        return thread.frame.local_base + constant.value;
    case ConstantKind::tid_x:
        return thread.index[0];
    case ConstantKind::tid_y:
        return thread.index[1];
    case ConstantKind::tid_z:
        return thread.index[2];
    case ConstantKind::ntid_x:
        return block.x;
    case ConstantKind::ntid_y:
        return block.y;
    case ConstantKind::ntid_z:
        return block.z;
    case ConstantKind::ctaid_x:
        return block_[0];
    case ConstantKind::ctaid_y:
        return block_[1];
    case ConstantKind::ctaid_z:
        return block_[2];
    case ConstantKind::nctaid_x:
        return grid.x;
    case ConstantKind::nctaid_y:
        return grid.y;
    case ConstantKind::nctaid_z:
        return grid.z;
    case ConstantKind::laneid:
        return lane;
    case ConstantKind::warpid:
        return thread.warp;
    case ConstantKind::lanemask_eq:
        return 1u << lane;
    case ConstantKind::lanemask_lt:
        return (1u << lane) - 1;
    case ConstantKind::lanemask_le:
        return 0xffffffffu >> (31 - lane);
    case ConstantKind::lanemask_gt:
        return ~(0xffffffffu >> (31 - lane));
    case ConstantKind::lanemask_ge:
        return ~((1u << lane) - 1);
    default:
        return constant.value;
    }
}

void Machine::enter(Thread &thread, const Function &function, const CallSite *call)
{
    Frame frame{&function,
                function.code.data(),
                thread.register_stack.size(),
                thread.param_stack.size(),
                (thread.local_stack.size() + 15) / 16 * 16,
                call};
    thread.register_stack.resize(frame.register_base + function.frame_registers(), 0xccccccccccccccccull);
    thread.param_stack.resize(frame.param_base + function.param_bytes, 0xcc);
    thread.local_stack.resize(frame.local_base + function.local_bytes, 0xcd);
    thread.frame = frame;
    thread.registers = thread.register_stack.data() + frame.register_base;
    uint64_t *constants = thread.registers + function.n_registers;
    for (size_t i = 0; i < function.constants.size(); i++)
        constants[i] = constant_value(thread, function.constants[i]);
}

void Machine::call(Thread &thread, const Instruction &in)
{
    if (thread.callers.size() == most_callers)
        fault(thread, in, "calls are nested too deeply");
    const CallSite &site = thread.frame.function->call_sites[in.target];
    const Frame caller = thread.frame;
    thread.callers.push_back(caller);
    enter(thread, *site.callee, &site);
    uint8_t *params = thread.param_stack.data();
    for (const Copy &copy : site.copies_in)
        memcpy(params + thread.frame.param_base + copy.callee_offset,
               params + caller.param_base + copy.caller_offset, copy.bytes);
}

bool Machine::leave(Thread &thread)
{
    if (thread.callers.empty()) {
        finish(thread);
        return false;
    }
    const Frame callee = thread.frame;
    thread.frame = thread.callers.back();
    thread.callers.pop_back();
    uint8_t *params = thread.param_stack.data();
    for (const Copy &copy : callee.call->copies_out)
        memcpy(params + thread.frame.param_base + copy.caller_offset,
               params + callee.param_base + copy.callee_offset, copy.bytes);
    thread.register_stack.resize(callee.register_base);
    thread.param_stack.resize(callee.param_base);
    thread.local_stack.resize(thread.frame.local_base + thread.frame.function->local_bytes);
    thread.registers = thread.register_stack.data() + thread.frame.register_base;
    return true;
}

/* ---------------------------------------------------------------- schedule */

void Machine::make_ready(Thread &thread)
{
    thread.state = State::running;
    ready_.push_back(thread.linear);
}

Thread *Machine::next_ready()
{
    if (ready_head_ == ready_.size())
        return nullptr;
    if (config_->seed == 0) {
        Thread *thread = &threads_[ready_[ready_head_++]];
        if (ready_head_ == ready_.size()) {
            ready_.clear();
            ready_head_ = 0;
        }
        return thread;
    }
    const size_t pick = config_->seed == 1 ? ready_.size() - 1 : random() % ready_.size();
    std::swap(ready_[pick], ready_.back());
    Thread *thread = &threads_[ready_.back()];
    ready_.pop_back();
    return thread;
}

uint64_t Machine::instructions_run() const
{
    uint64_t sum = 0;
    for (const auto &[name, function] : module_.functions())
        for (const Instruction &in : function.code)
            sum += in.executed;
    return sum;
}

void Machine::run_thread(Thread &thread)
{
    /* Random schedules change threads after up to 64 instructions. */
    uint64_t budget = config_->seed >= 2 ? random() % 64 + 1 : ~0ull;
    for (;; budget--) {
        if (budget == 0) {
            make_ready(thread);
            return;
        }
        const Instruction &in = *thread.frame.next++;
        in.executed++;
        if (in.guard >= 0 && (thread.registers[in.guard] != 0) == in.guard_negated)
            continue;
        if (!in.handler(*this, thread, in))
            return;
    }
}

void Machine::start_threads()
{
    const Extent block = config_->block;
    while (threads_.size() < n_threads_)
        threads_.emplace_back();
    for (uint32_t i = 0; i < n_threads_; i++) {
        Thread &thread = threads_[i];
        thread.linear = i;
        thread.lane = i % 32;
        thread.warp = i / 32;
        thread.index[0] = i % block.x;
        thread.index[1] = i / block.x % block.y;
        thread.index[2] = i / (block.x * block.y);
        thread.callers.clear();
        thread.register_stack.clear();
        thread.param_stack.clear();
        thread.local_stack.clear();
        enter(thread, *kernel_, nullptr);
        memcpy(thread.param_stack.data(), arguments_.data(), arguments_.size());
        make_ready(thread);
    }
}

void Machine::run_block()
{
    for (uint8_t &byte : shared_) /* NaN as float and double, large as integer */
        byte = static_cast<uint8_t>(random() | 0x7f);
    n_finished_ = n_at_barrier_ = 0;
    ready_.clear();
    ready_head_ = 0;
    start_threads();
    while (n_finished_ < n_threads_) {
        Thread *thread = next_ready();
        if (!thread)
            deadlock();
        run_thread(*thread);
    }
}

void Machine::run(const std::string &kernel, const LaunchConfig &config)
{
    kernel_ = module_.kernel(kernel);
    if (!kernel_)
        throw Error("kernel " + kernel + " is not in the PTX");
    const BlockExtents block{config.block.x, config.block.y, config.block.z};
    if (kernel_->most_threads > 0 && config.block.volume() > kernel_->most_threads)
        throw Error("kernel " + kernel + " is made for at most " + std::to_string(kernel_->most_threads) +
                    " threads a block, the launch has " + std::to_string(config.block.volume()));
    if (kernel_->exact_block[0] > 0 && block != kernel_->exact_block)
        throw Error("kernel " + kernel + " is made for blocks of another shape than the launch has");
    const std::vector<Variable> &parameters = kernel_->parameters;
    if (parameters.size() != config.arguments.size())
        throw Error("kernel " + kernel + " has " + std::to_string(parameters.size()) +
                    " parameters, the launch " + std::to_string(config.arguments.size()));
    arguments_.clear();
    for (size_t i = 0; i < parameters.size(); i++) {
        if (parameters[i].bytes != config.arguments[i].bytes)
            throw Error("kernel " + kernel + ": parameter " + std::to_string(i) +
                        " has another size in the launch");
        arguments_.resize(parameters[i].offset + parameters[i].bytes);
        memcpy(&arguments_[parameters[i].offset], config.arguments[i].data, parameters[i].bytes);
    }
    config_ = &config;
    written_.clear();
    random_state_ = config.seed * 1000003 + 7;
    n_threads_ = config.block.volume();
    shared_.resize(module_.static_shared_bytes() + config.dynamic_shared_bytes);
    const size_t n_blocks = config.grid.volume();
    for (size_t k = 0; k < n_blocks; k++) {
        const size_t id = config.seed == 1 ? n_blocks - 1 - k : k;
        block_[0] = static_cast<uint32_t>(id % config.grid.x);
        block_[1] = static_cast<uint32_t>(id / config.grid.x % config.grid.y);
        block_[2] = static_cast<uint32_t>(id / (static_cast<size_t>(config.grid.x) * config.grid.y));
        run_block();
    }
}

} // namespace ptx
