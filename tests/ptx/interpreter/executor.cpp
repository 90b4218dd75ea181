#include "executor.h"

#include <fstream>
#include <sstream>

namespace ptx
{

std::string read_file(const std::string &path)
{
    std::ifstream file(path);
    if (!file)
        throw Error(path + ": cannot be read");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void Executor::load(const std::string &path)
{
    try {
        auto module = std::make_unique<Module>(read_file(path));
        auto machine = std::make_unique<Machine>(*module);
        loaded_.push_back({std::move(module), std::move(machine)});
    } catch (const Error &error) {
        throw Error(path + ": " + error.what());
    }
}

/* How often each instruction of a module has run, in the module's order. */
static std::vector<uint64_t> executed(const Module &module)
{
    std::vector<uint64_t> all;
    for (const auto &[name, function] : module.functions())
        for (const Instruction &in : function.code)
            all.push_back(in.executed);
    return all;
}

void Executor::add_counts(const Module &module, const simt::Launch &launch, const std::vector<uint64_t> &before)
{
    const uint64_t blocks = uint64_t{launch.grid.x} * launch.grid.y * launch.grid.z;
    std::map<std::string, uint64_t> &counts = counts_[launch.kernel];
    counts["(launches)"]++;
    counts["(blocks)"] += blocks;
    counts["(threads)"] += blocks * launch.block.x * launch.block.y * launch.block.z;
    size_t i = 0;
    for (const auto &[name, function] : module.functions())
        for (const Instruction &in : function.code)
            if (const uint64_t number = in.executed - before[i++])
                counts[*in.opcode] += number;
}

std::string Executor::run(const simt::Launch &launch)
{
    for (Loaded &loaded : loaded_) {
        if (!loaded.module->kernel(launch.kernel))
            continue;
        loaded.machine->clear_memory();
        for (const simt::Allocation &allocation : simt::live_allocations())
            loaded.machine->add_memory(allocation.address, allocation.bytes);
        LaunchConfig config;
        config.grid = {launch.grid.x, launch.grid.y, launch.grid.z};
        config.block = {launch.block.x, launch.block.y, launch.block.z};
        config.dynamic_shared_bytes = launch.dynamic_shared_bytes;
        for (const simt::Argument &argument : launch.arguments)
            config.arguments.push_back({argument.data, argument.bytes});
        config.seed = simt::config.seed;
        const std::vector<uint64_t> before = keeps_counts_ ? executed(*loaded.module) : std::vector<uint64_t>();
        try {
            loaded.machine->run(launch.kernel, config);
            if (keeps_counts_)
                add_counts(*loaded.module, launch, before);
        } catch (const Error &error) {
            return error.what();
        }
        return "";
    }
    return std::string("no PTX holds kernel ") + launch.kernel;
}

uint64_t Executor::instructions_run() const
{
    uint64_t sum = 0;
    for (const Loaded &loaded : loaded_)
        sum += loaded.machine->instructions_run();
    return sum;
}

} // namespace ptx
