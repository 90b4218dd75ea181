/* Barriers and warp operations: what a thread brings; sync.cpp decides when and with what it goes on. */
#include "machine.h"
#include "opcodes.h"

namespace ptx
{

/* Only barrier 0 for the whole block: other barriers and thread counts are not used by these kernels. */
static void need_barrier_zero(Machine &machine, Thread &t, const Instruction &in)
{
    if (get<uint32_t>(t, in.source[0]) != 0)
        machine.fault(t, in, "only barrier 0 is known");
}

static bool barrier(Machine &machine, Thread &t, const Instruction &in)
{
    need_barrier_zero(machine, t, in);
    t.wait.value = 0;
    machine.wait_at_barrier(t, in);
    return false;
}

static bool barrier_reduce(Machine &machine, Thread &t, const Instruction &in)
{
    need_barrier_zero(machine, t, in);
    t.wait.value = get_predicate(t, in, 1);
    machine.wait_at_barrier(t, in);
    return false;
}

static bool warp_sync(Machine &machine, Thread &t, const Instruction &in)
{
    t.wait.mask = get<uint32_t>(t, in.source[0]);
    machine.wait_at_warp_op(t, in);
    return false;
}

static bool shuffle(Machine &machine, Thread &t, const Instruction &in)
{
    t.wait.value = get<uint32_t>(t, in.source[0]);
    t.wait.lane = get<uint32_t>(t, in.source[1]);
    t.wait.clamp = get<uint32_t>(t, in.source[2]);
    t.wait.mask = get<uint32_t>(t, in.source[3]);
    machine.wait_at_warp_op(t, in);
    return false;
}

static bool vote(Machine &machine, Thread &t, const Instruction &in)
{
    t.wait.value = get_predicate(t, in, 0);
    t.wait.mask = get<uint32_t>(t, in.source[1]);
    machine.wait_at_warp_op(t, in);
    return false;
}

template <class T> static bool match_or_reduce(Machine &machine, Thread &t, const Instruction &in)
{
    t.wait.value = get<T>(t, in.source[0]);
    t.wait.mask = get<uint32_t>(t, in.source[1]);
    machine.wait_at_warp_op(t, in);
    return false;
}

/* PTX promises no more than that the thread itself is in it. */
static bool active_mask(Machine &, Thread &t, const Instruction &in)
{
    put<uint32_t>(t, in.destination[0], 1u << t.lane);
    return true;
}

void add_warp_opcodes(OpcodeTable &table)
{
    table["bar.sync"] = {barrier, "s"};
    table["bar.red.popc.u32"] = {barrier_reduce, "dsp"};
    table["bar.red.and.pred"] = {barrier_reduce, "dsp"};
    table["bar.red.or.pred"] = {barrier_reduce, "dsp"};
    table["bar.warp.sync"] = {warp_sync, "s"};
    for (const char *kind : {"up", "down", "bfly", "idx"})
        table[std::string("shfl.sync.") + kind + ".b32"] = {shuffle, "essss"};
    for (const char *kind : {"all.pred", "any.pred", "uni.pred", "ballot.b32"})
        table[std::string("vote.sync.") + kind] = {vote, "dps"};
    table["match.any.sync.b32"] = {match_or_reduce<uint32_t>, "dss"};
    table["match.any.sync.b64"] = {match_or_reduce<uint64_t>, "dss"};
    for (const char *kind :
         {"add.u32", "add.s32", "min.u32", "min.s32", "max.u32", "max.s32", "and.b32", "or.b32", "xor.b32"})
        table[std::string("redux.sync.") + kind] = {match_or_reduce<uint32_t>, "dss"};
    table["activemask.b32"] = {active_mask, "d"};
}

} // namespace ptx
