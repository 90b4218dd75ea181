/* Linking: calls, shared memory and constants of all functions, once everything is read. */
#include "module.h"

namespace ptx
{

bool Module::has_read_only_loads() const
{
    for (const auto &[name, function] : functions_)
        for (const Instruction &in : function.code)
            if (in.read_only)
                return true;
    return false;
}

const Function *Module::kernel(const std::string &name) const
{
    auto found = functions_.find(name);
    return found != functions_.end() && found->second.is_entry && found->second.is_defined ? &found->second
                                                                                           : nullptr;
}

const std::string &Module::source_file(int number) const
{
    static const std::string unknown;
    auto found = files_.find(number);
    return found == files_.end() ? unknown : found->second;
}

std::string place_of(const Module &module, const Instruction &instruction)
{
    std::string text = "line " + std::to_string(instruction.line) + " " + *instruction.opcode;
    std::string file = module.source_file(instruction.source_file);
    file = file.substr(file.find_last_of('/') + 1);
    if (!file.empty() && instruction.source_line > 0)
        text += " (" + file + ":" + std::to_string(instruction.source_line) + ")";
    return text;
}

static void match(const CallSite &site, const char *what, const std::vector<std::pair<size_t, size_t>> &given,
                  const std::vector<Variable> &wanted, std::vector<Copy> *copies)
{
    const std::string place = "line " + std::to_string(site.line) + ": call of " + site.callee_name;
    if (given.size() != wanted.size())
        throw Error(place + ": " + std::to_string(given.size()) + " " + what + ", the function has " +
                    std::to_string(wanted.size()));
    for (size_t i = 0; i < given.size(); i++) {
        if (given[i].second != wanted[i].bytes)
            throw Error(place + ": size of " + what + " " + std::to_string(i));
        copies->push_back({given[i].first, wanted[i].offset, wanted[i].bytes});
    }
}

void Module::link()
{
    for (auto &[name, function] : functions_) {
        function.shared_base = (static_shared_bytes_ + 15) / 16 * 16;
        static_shared_bytes_ = function.shared_base + function.shared_bytes;
        for (CallSite &site : function.call_sites) {
            auto callee = functions_.find(site.callee_name);
            if (callee == functions_.end() || !callee->second.is_defined)
                throw Error("line " + std::to_string(site.line) + ": function " + site.callee_name +
                            " is not in this text");
            site.callee = &callee->second;
            match(site, "arguments", site.arguments, callee->second.parameters, &site.copies_in);
            match(site, "results", site.results, callee->second.results, &site.copies_out);
        }
    }
    static_shared_bytes_ = (static_shared_bytes_ + 15) / 16 * 16;
    for (auto &[name, function] : functions_)
        for (Constant &constant : function.constants) {
            if (constant.kind == ConstantKind::function_shared)
                constant = {ConstantKind::value, function.shared_base + constant.value};
            else if (constant.kind == ConstantKind::dynamic_shared)
                constant = {ConstantKind::value, static_shared_bytes_};
        }
}

} // namespace ptx
