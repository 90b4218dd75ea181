/* Runs the launches of the CPU execution layer as PTX: same host program, same memory, other instructions. */
#ifndef PTX_EXECUTOR_H
#define PTX_EXECUTOR_H

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control.h"
#include "machine.h"

namespace ptx
{

class Executor final : public simt::Executor
{
  public:
    /* Adds the kernels of a PTX file; throws Error naming file and line. */
    void load(const std::string &path);

    std::string run(const simt::Launch &launch) override;

    uint64_t instructions_run() const;

    /* What ran from now on, for every kernel how often each opcode, with "(launches)", "(blocks)" and "(threads)".
     * Functions that a kernel calls count for it. */
    using Counts = std::map<std::string, std::map<std::string, uint64_t>>;
    void keep_counts(bool keep)
    {
        keeps_counts_ = keep;
    }
    const Counts &counts() const
    {
        return counts_;
    }

  private:
    void add_counts(const Module &module, const simt::Launch &launch, const std::vector<uint64_t> &before);
    struct Loaded {
        std::unique_ptr<Module> module;
        std::unique_ptr<Machine> machine;
    };
    std::vector<Loaded> loaded_;
    bool keeps_counts_ = false;
    Counts counts_;
};

/* The text of a file; throws Error if it cannot be read. */
std::string read_file(const std::string &path);

} // namespace ptx

#endif
