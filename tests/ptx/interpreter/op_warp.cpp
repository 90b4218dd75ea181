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
    table["bar.sync"] = {barrier, "s", Meeting::barrier};
    table["bar.red.popc.u32"] = {barrier_reduce, "dsp", Meeting::barrier_count};
    table["bar.red.and.pred"] = {barrier_reduce, "dsp", Meeting::barrier_all};
    table["bar.red.or.pred"] = {barrier_reduce, "dsp", Meeting::barrier_any};
    table["bar.warp.sync"] = {warp_sync, "s", Meeting::warp_sync};
    table["shfl.sync.up.b32"] = {shuffle, "essss", Meeting::shuffle_up};
    table["shfl.sync.down.b32"] = {shuffle, "essss", Meeting::shuffle_down};
    table["shfl.sync.bfly.b32"] = {shuffle, "essss", Meeting::shuffle_xor};
    table["shfl.sync.idx.b32"] = {shuffle, "essss", Meeting::shuffle_index};
    table["vote.sync.all.pred"] = {vote, "dps", Meeting::vote_all};
    table["vote.sync.any.pred"] = {vote, "dps", Meeting::vote_any};
    table["vote.sync.uni.pred"] = {vote, "dps", Meeting::vote_same};
    table["vote.sync.ballot.b32"] = {vote, "dps", Meeting::ballot};
    table["match.any.sync.b32"] = {match_or_reduce<uint32_t>, "dss", Meeting::match_any};
    table["match.any.sync.b64"] = {match_or_reduce<uint64_t>, "dss", Meeting::match_any};
    static const std::pair<const char *, Meeting> reductions[] = {
        {"add.u32", Meeting::reduce_add}, {"add.s32", Meeting::reduce_add},
        {"min.u32", Meeting::reduce_min}, {"min.s32", Meeting::reduce_min_signed},
        {"max.u32", Meeting::reduce_max}, {"max.s32", Meeting::reduce_max_signed},
        {"and.b32", Meeting::reduce_and}, {"or.b32", Meeting::reduce_or},
        {"xor.b32", Meeting::reduce_xor}};
    for (const auto &[name, meeting] : reductions)
        table[std::string("redux.sync.") + name] = {match_or_reduce<uint32_t>, "dss", meeting};
    table["activemask.b32"] = {active_mask, "d"};
}

} // namespace ptx
