/* Barriers and warp operations: when all have come, each gets its result and runs on. */
#include <algorithm>
#include <map>

#include "machine.h"

namespace ptx
{

/* ---------------------------------------------------------------- barriers */

void Machine::wait_at_barrier(Thread &thread, const Instruction &in)
{
    thread.state = State::at_barrier;
    thread.wait.at = &in;
    n_at_barrier_++;
    if (n_at_barrier_ + n_finished_ == n_threads_)
        release_barrier();
}

void Machine::release_barrier()
{
    const Thread *first = nullptr;
    uint32_t count = 0;
    for (size_t i = 0; i < n_threads_; i++) {
        const Thread &thread = threads_[i];
        if (thread.state != State::at_barrier)
            continue;
        if (!first)
            first = &thread;
        else if (thread.wait.at != first->wait.at)
            fault(thread, *thread.wait.at,
                  "divergent barrier: thread " + std::to_string(first->linear) + " waits at " +
                      place_of(module_, *first->wait.at));
        count += thread.wait.value != 0;
    }
    if (n_finished_ > 0)
        fault(*first, *first->wait.at,
              "barrier reached by " + std::to_string(n_at_barrier_) + " of " + std::to_string(n_threads_) +
                  " threads, the others have exited");
    const Instruction &in = *first->wait.at;
    const uint32_t result = in.meeting == Meeting::barrier_count ? count
                            : in.meeting == Meeting::barrier_all ? count == n_threads_
                                                                 : count > 0;
    n_at_barrier_ = 0;
    for (size_t i = 0; i < n_threads_; i++) {
        if (in.destination[0] >= 0)
            put<uint32_t>(threads_[i], in.destination[0], result);
        make_ready(threads_[i]);
    }
}

/* ---------------------------------------------------------------- warp operations */

void Machine::wait_at_warp_op(Thread &thread, const Instruction &in)
{
    if (!(thread.wait.mask >> thread.lane & 1)) {
        char text[80];
        snprintf(text, sizeof text, "lane %u is not in its own mask %08x", thread.lane, thread.wait.mask);
        fault(thread, in, text);
    }
    thread.state = State::at_warp_op;
    thread.wait.at = &in;
    try_warp_op(thread);
}

/* The lane a shuffle reads, and whether it lies in range (else the thread's own), as the PTX specification has
 * it. */
static uint32_t shuffle_source(const Thread &thread, bool *in_range)
{
    const Meeting meeting = thread.wait.at->meeting;
    const int lane = static_cast<int>(thread.lane), b = static_cast<int>(thread.wait.lane & 31);
    const int segment = static_cast<int>(thread.wait.clamp >> 8 & 31),
              clamp = static_cast<int>(thread.wait.clamp & 31);
    const int most = (lane & segment) | (clamp & ~segment), least = lane & segment;
    int source;
    if (meeting == Meeting::shuffle_up) {
        source = lane - b;
        *in_range = source >= most;
    } else {
        source = meeting == Meeting::shuffle_down  ? lane + b
                 : meeting == Meeting::shuffle_xor ? lane ^ b
                                                   : least | (b & ~segment);
        *in_range = source <= most;
    }
    return static_cast<uint32_t>(*in_range ? source : lane);
}

static uint32_t reduce(Meeting meeting, uint32_t a, uint32_t b)
{
    const int32_t sa = static_cast<int32_t>(a), sb = static_cast<int32_t>(b);
    switch (meeting) {
    case Meeting::reduce_add:
        return a + b;
    case Meeting::reduce_min:
        return std::min(a, b);
    case Meeting::reduce_min_signed:
        return static_cast<uint32_t>(std::min(sa, sb));
    case Meeting::reduce_max:
        return std::max(a, b);
    case Meeting::reduce_max_signed:
        return static_cast<uint32_t>(std::max(sa, sb));
    case Meeting::reduce_and:
        return a & b;
    case Meeting::reduce_or:
        return a | b;
    default:
        return a ^ b;
    }
}

/* What the lanes of `here` brought together. */
struct Gathered {
    uint32_t here, ballot = 0, reduced = 0;
};

/* The result of a vote, match or reduction for a thread whose warp begins at `base`. */
template <class Threads>
static uint64_t collective_result(const Threads &threads, size_t base, const Gathered &g, const Thread &thread)
{
    const bool all = g.ballot == g.here, none = g.ballot == 0;
    switch (thread.wait.at->meeting) {
    case Meeting::ballot:
        return g.ballot;
    case Meeting::vote_all:
        return all;
    case Meeting::vote_any:
        return !none;
    case Meeting::vote_same:
        return all || none;
    case Meeting::match_any:
        break;
    default:
        return g.reduced;
    }
    uint32_t equal = 0;
    for (uint32_t lane = 0; lane < 32; lane++)
        if ((g.here >> lane & 1) && threads[base + lane].wait.value == thread.wait.value)
            equal |= 1u << lane;
    return equal;
}

bool Machine::try_warp_op(const Thread &arrived)
{
    const Wait wait = arrived.wait;
    const size_t base = arrived.warp * 32ull;
    Gathered g{};
    for (uint32_t lane = 0; lane < 32 && base + lane < n_threads_; lane++) {
        const Thread &thread = threads_[base + lane];
        if (!(wait.mask >> lane & 1) || thread.state == State::finished)
            continue;
        if (thread.state != State::at_warp_op || thread.wait.at != wait.at || thread.wait.mask != wait.mask)
            return false;
        const uint32_t word = static_cast<uint32_t>(thread.wait.value);
        g.reduced = g.here ? reduce(wait.at->meeting, g.reduced, word) : word;
        g.ballot |= (word & 1) << lane;
        g.here |= 1u << lane;
    }
    const bool is_shuffle =
        wait.at->meeting >= Meeting::shuffle_up && wait.at->meeting <= Meeting::shuffle_index;
    for (uint32_t lane = 0; lane < 32; lane++) {
        if (!(g.here >> lane & 1))
            continue;
        Thread &thread = threads_[base + lane];
        const Instruction &in = *wait.at;
        if (is_shuffle) {
            bool in_range;
            const uint32_t source = shuffle_source(thread, &in_range);
            if (!(g.here >> source & 1))
                fault(thread, in, "reads lane " + std::to_string(source) + ", which does not take part");
            put<uint32_t>(thread, in.destination[0], static_cast<uint32_t>(threads_[base + source].wait.value));
            if (in.destination[1] >= 0)
                put<uint64_t>(thread, in.destination[1], in_range);
        } else if (in.destination[0] >= 0) {
            put<uint64_t>(thread, in.destination[0], collective_result(threads_, base, g, thread));
        }
        make_ready(thread);
    }
    return true;
}

/* ---------------------------------------------------------------- ends */

/* An exit can complete what others wait for. */
void Machine::finish(Thread &thread)
{
    thread.state = State::finished;
    n_finished_++;
    if (n_at_barrier_ > 0 && n_at_barrier_ + n_finished_ == n_threads_)
        release_barrier();
    const size_t base = thread.warp * 32ull;
    for (uint32_t lane = 0; lane < 32 && base + lane < n_threads_; lane++)
        if (threads_[base + lane].state == State::at_warp_op)
            try_warp_op(threads_[base + lane]);
}

void Machine::deadlock() const
{
    std::map<std::string, int> places;
    const Thread *first = nullptr;
    for (size_t i = 0; i < n_threads_; i++) {
        const Thread &thread = threads_[i];
        if (thread.state == State::finished) {
            places["exited"]++;
            continue;
        }
        first = first ? first : &thread;
        places["at " + place_of(module_, *thread.wait.at)]++;
    }
    std::string text = "deadlock, no thread can run:";
    for (const auto &[place, n] : places)
        text += " " + std::to_string(n) + " threads " + place + ";";
    fault(*first, *first->wait.at, text);
}

} // namespace ptx
