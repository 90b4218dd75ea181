#include "opcode_cases.h"

#include "machine.h"

static std::string kernel_text(const std::string &body, const std::string &before)
{
    return ".version 8.0\n.target sm_80\n.address_size 64\n" + before +
           ".visible .entry body_kernel(.param .u64 in, .param .u64 out) {\n"
           "  .reg .b64 %in, %out, %d<20>;\n  .reg .b32 %t, %r<20>;\n  .reg .pred %p<10>;\n"
           "  ld.param.u64 %in, [in];\n  ld.param.u64 %out, [out];\n  mov.u32 %t, %tid.x;\n" +
           body + "\n  ret;\n}\n";
}

std::vector<uint32_t> run_body(const std::string &body, unsigned threads, const std::vector<uint32_t> &in,
                               size_t n_out, const std::string &before, uint64_t seed)
{
    const ptx::Module module(kernel_text(body, before));
    ptx::Machine machine(module);
    std::vector<uint32_t> input = in, output(n_out, 0xeeeeeeeeu);
    uint32_t *in_address = input.data(), *out_address = output.data();
    machine.add_memory(in_address, input.size() * sizeof *in_address);
    machine.add_memory(out_address, output.size() * sizeof *out_address);
    ptx::LaunchConfig config;
    config.block.x = threads;
    config.arguments = {{&in_address, sizeof in_address}, {&out_address, sizeof out_address}};
    config.seed = seed;
    machine.run("body_kernel", config);
    return output;
}

std::string fault_of_body(const std::string &body, unsigned threads, const std::string &before)
{
    try {
        run_body(body, threads, {0}, 1, before);
    } catch (const ptx::Error &error) {
        return error.what();
    }
    return "";
}
