/* Lets a program that carries the SIMT layer run PTX in place of its compiled kernels, without a word of its own:
 *
 *   ESW_SIMT_PTX      PTX files, a colon between them; every kernel launched must be in one
 *   ESW_SIMT_COUNTS   a file that gets, at the end, what was executed: kernel, what, number, tabs between them,
 *                     where `what` is an opcode as written, or (launches), (blocks) or (threads)
 *
 * Linked as an object, not out of a library: nothing refers to it.
 */
#include <cstdio>
#include <cstdlib>

#include "executor.h"

namespace ptx
{

/* Loads at the first launch: the parser's own tables may not be there yet when this file is initialised. */
class EnvironmentExecutor final : public simt::Executor
{
  public:
    std::string run(const simt::Launch &launch) override
    {
        if (!loaded_)
            load();
        return executor_.run(launch);
    }
    const ptx::Executor::Counts &counts() const
    {
        return executor_.counts();
    }

  private:
    void load()
    {
        try {
            load_files(getenv("ESW_SIMT_PTX"));
        } catch (const Error &error) {
            fprintf(stderr, "simt: ESW_SIMT_PTX: %s\n", error.what());
            _Exit(2);
        }
        executor_.keep_counts(getenv("ESW_SIMT_COUNTS") != nullptr);
        loaded_ = true;
    }

    void load_files(std::string paths)
    {
        while (!paths.empty()) {
            const size_t colon = std::min(paths.find(':'), paths.size());
            executor_.load(paths.substr(0, colon));
            paths.erase(0, colon + 1);
        }
    }

    ptx::Executor executor_;
    bool loaded_ = false;
};

static EnvironmentExecutor *installed = [] {
    EnvironmentExecutor *executor = getenv("ESW_SIMT_PTX") ? new EnvironmentExecutor : nullptr;
    simt::set_executor(executor);
    return executor; /* lives to the end of the program */
}();

__attribute__((destructor)) static void write_counts()
{
    const char *path = getenv("ESW_SIMT_COUNTS");
    FILE *file = installed && path ? fopen(path, "w") : nullptr;
    if (!file)
        return;
    for (const auto &[kernel, counts] : installed->counts())
        for (const auto &[what, number] : counts)
            fprintf(file, "%s\t%s\t%llu\n", kernel.c_str(), what.c_str(),
                    static_cast<unsigned long long>(number));
    fclose(file);
}

} // namespace ptx
