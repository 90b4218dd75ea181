/* Runs the launches of the CPU execution layer as PTX: same host program, same memory, other instructions. */
#ifndef PTX_EXECUTOR_H
#define PTX_EXECUTOR_H

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

  private:
    struct Loaded {
        std::unique_ptr<Module> module;
        std::unique_ptr<Machine> machine;
    };
    std::vector<Loaded> loaded_;
};

/* The text of a file; throws Error if it cannot be read. */
std::string read_file(const std::string &path);

} // namespace ptx

#endif
