/* Branches, calls, ends and fences. */
#include "machine.h"
#include "opcodes.h"

namespace ptx
{

static bool branch(Machine &, Thread &t, const Instruction &in)
{
    t.frame.next = &t.frame.function->code[in.target];
    return true;
}

static bool indexed_branch(Machine &machine, Thread &t, const Instruction &in)
{
    const std::vector<size_t> &targets = t.frame.function->branch_tables[in.target];
    const uint32_t index = get<uint32_t>(t, in.source[0]);
    if (index >= targets.size())
        machine.fault(t, in, "index " + std::to_string(index) + " has no branch target");
    t.frame.next = &t.frame.function->code[targets[index]];
    return true;
}

static bool call(Machine &machine, Thread &t, const Instruction &in)
{
    machine.call(t, in);
    return true;
}

static bool leave(Machine &machine, Thread &t, const Instruction &)
{
    return machine.leave(t);
}

static bool end(Machine &machine, Thread &t, const Instruction &)
{
    machine.finish(t);
    return false;
}

static bool trap(Machine &machine, Thread &t, const Instruction &in)
{
    machine.fault(t, in, "the kernel trapped");
}

/* One memory and one instruction at a time: every fence is kept already. */
static bool fence(Machine &, Thread &, const Instruction &)
{
    return true;
}

bool fall_off(Machine &machine, Thread &t, const Instruction &in)
{
    machine.fault(t, in, "the function ends without ret or exit");
}

void add_control_opcodes(OpcodeTable &table)
{
    table["bra"] = {branch, "l"};
    table["brx.idx"] = {indexed_branch, "st"};
    table["call"] = {call, "c"};
    table["ret"] = {leave, ""};
    table["exit"] = {end, ""};
    table["trap"] = {trap, ""};
    table["fence"] = {fence, ""};
}

} // namespace ptx
