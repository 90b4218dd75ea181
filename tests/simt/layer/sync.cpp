/* Barriers and warp collectives: who waits where, when all have come, and what each gets. */
#include <algorithm>
#include <cstring>
#include <map>
#include <string>

#include "engine.h"

namespace simt
{

/* ---------------------------------------------------------------- block barriers */

static bool same_barrier(const Wait &a, const Wait &b)
{
    return a.line == b.line && a.barrier_op == b.barrier_op && strcmp(a.file, b.file) == 0;
}

/* All threads that still live have arrived: checks that it is one barrier and that nobody left before it. */
static bool barrier_is_sound(const Fiber &first)
{
    for (unsigned i = 0; i < engine.n_threads; i++) {
        const Fiber &fiber = engine.fibers[i];
        if (fiber.state == State::at_barrier && !same_barrier(fiber.wait, first.wait)) {
            report(first.wait.file, first.wait.line,
                   "divergent barrier: thread %u waits here, thread %u at %s:%d", first.linear, fiber.linear,
                   fiber.wait.file, fiber.wait.line);
            return false;
        }
    }
    if (engine.n_finished) {
        report(first.wait.file, first.wait.line, "barrier reached by %u of %u threads, the others have exited",
               engine.n_at_barrier, engine.n_threads);
        return false;
    }
    return true;
}

static void release_barrier()
{
    const Fiber *first = nullptr;
    unsigned count = 0;
    for (unsigned i = 0; i < engine.n_threads; i++) {
        const Fiber &fiber = engine.fibers[i];
        if (fiber.state != State::at_barrier)
            continue;
        if (!first)
            first = &fiber;
        count += fiber.wait.value != 0;
    }
    if (!barrier_is_sound(*first)) {
        engine.aborted = true;
        return;
    }
    engine.barrier_epoch++;
    engine.n_at_barrier = 0;
    for (unsigned i = 0; i < engine.n_threads; i++) {
        Fiber &fiber = engine.fibers[i];
        const BarrierOp op = fiber.wait.barrier_op;
        fiber.wait.result = op == BarrierOp::count ? count
                            : op == BarrierOp::all ? count == engine.n_threads
                                                   : count > 0;
        fiber.barrier_epoch = engine.barrier_epoch;
        make_ready(fiber);
    }
}

int barrier(BarrierOp op, bool predicate, const char *file, int line)
{
    Fiber &self = *current_fiber();
    self.wait.barrier_op = op;
    self.wait.value = predicate;
    self.wait.file = file;
    self.wait.line = line;
    self.state = State::at_barrier;
    if (++engine.n_at_barrier + engine.n_finished == engine.n_threads)
        release_barrier();
    fiber_suspend();
    return static_cast<int>(self.wait.result);
}

/* ---------------------------------------------------------------- warp collectives */

static Fiber &lane_of(unsigned warp, unsigned lane)
{
    return engine.fibers[warp * warpSize + lane];
}

static bool same_operation(const Wait &a, const Wait &b)
{
    return a.mask == b.mask && a.warp_op == b.warp_op && a.line == b.line && strcmp(a.file, b.file) == 0;
}

/* The lane a shuffle reads; its own where the source lies outside the segment, as the CUDA documentation says.
 */
static unsigned shuffle_source(const Wait &wait, unsigned lane)
{
    const unsigned width = static_cast<unsigned>(wait.width), segment = lane & ~(width - 1);
    const int distance = wait.argument;
    switch (wait.warp_op) {
    case WarpOp::shuffle:
        return segment | (static_cast<unsigned>(distance) & (width - 1));
    case WarpOp::shuffle_up:
        return static_cast<int>(lane) - distance < static_cast<int>(segment)
                   ? lane
                   : lane - static_cast<unsigned>(distance);
    case WarpOp::shuffle_down:
        return lane + static_cast<unsigned>(distance) >= segment + width
                   ? lane
                   : lane + static_cast<unsigned>(distance);
    default: {
        const unsigned source = lane ^ static_cast<unsigned>(distance);
        return source >= segment + width ? lane : source;
    }
    }
}

static uint32_t reduce(WarpOp op, uint32_t a, uint32_t b)
{
    switch (op) {
    case WarpOp::reduce_add:
        return a + b;
    case WarpOp::reduce_min:
        return std::min(a, b);
    case WarpOp::reduce_max:
        return std::max(a, b);
    case WarpOp::reduce_and:
        return a & b;
    case WarpOp::reduce_or:
        return a | b;
    default:
        return a ^ b;
    }
}

/* What the lanes of `here` brought, by lane; garbage elsewhere, so that reading an absent lane shows. */
struct Gathered {
    uint32_t here = 0, ballot = 0, reduced = 0;
    uint64_t value[warpSize];
};

static Gathered gather(unsigned warp, uint32_t here)
{
    Gathered g;
    g.here = here;
    bool first = true;
    for (unsigned lane = 0; lane < warpSize; lane++) {
        g.value[lane] = 0xdeadbeefdeadbeefull ^ engine.random.next();
        if (!(here >> lane & 1))
            continue;
        const Wait &wait = lane_of(warp, lane).wait;
        g.value[lane] = wait.value;
        g.ballot |= static_cast<uint32_t>(wait.value & 1) << lane;
        const uint32_t word = static_cast<uint32_t>(wait.value);
        g.reduced = first ? word : reduce(wait.warp_op, g.reduced, word);
        first = false;
    }
    return g;
}

static uint64_t result_of(const Gathered &g, const Fiber &fiber)
{
    switch (fiber.wait.warp_op) {
    case WarpOp::sync:
        return 0;
    case WarpOp::shuffle:
    case WarpOp::shuffle_up:
    case WarpOp::shuffle_down:
    case WarpOp::shuffle_xor: {
        const unsigned source = shuffle_source(fiber.wait, fiber.lane);
        if (!(g.here >> source & 1))
            report(fiber.wait.file, fiber.wait.line,
                   "shuffle: thread %u reads lane %u, which does not take part", fiber.linear, source);
        return g.value[source];
    }
    case WarpOp::ballot:
        return g.ballot;
    case WarpOp::any:
        return g.ballot != 0;
    case WarpOp::all:
        return g.ballot == g.here;
    case WarpOp::match_any: {
        uint32_t equal = 0;
        for (unsigned lane = 0; lane < warpSize; lane++)
            if ((g.here >> lane & 1) && g.value[lane] == fiber.wait.value)
                equal |= 1u << lane;
        return equal;
    }
    default:
        return g.reduced;
    }
}

/* Completes the operation that `arrived` waits at, if every living lane of its mask waits at the same one. */
static void try_collective(const Fiber &arrived)
{
    Warp &warp = engine.warps[arrived.warp];
    const Wait operation = arrived.wait;
    const uint32_t needed = operation.mask & warp.alive;
    if (needed & ~warp.waiting)
        return;
    for (unsigned lane = 0; lane < warpSize; lane++)
        if ((needed >> lane & 1) && !same_operation(lane_of(arrived.warp, lane).wait, operation))
            return;
    const Gathered gathered = gather(arrived.warp, needed);
    const bool whole_warp_synchronised = operation.warp_op == WarpOp::sync && needed == warp.alive;
    warp.waiting &= ~needed;
    warp.epoch += whole_warp_synchronised;
    for (unsigned lane = 0; lane < warpSize; lane++) {
        if (!(needed >> lane & 1))
            continue;
        Fiber &fiber = lane_of(arrived.warp, lane);
        fiber.wait.result = result_of(gathered, fiber);
        if (whole_warp_synchronised)
            fiber.warp_epoch = warp.epoch;
        make_ready(fiber);
    }
}

uint64_t collective(WarpOp op, unsigned mask, uint64_t value, int argument, int width, const char *file,
                    int line)
{
    Fiber &self = *current_fiber();
    const bool own_lane = mask >> self.lane & 1, valid_width =
                                                     width > 0 && width <= warpSize && !(width & (width - 1));
    if (!own_lane || !valid_width) {
        if (!own_lane)
            report(file, line, "lane %u is not in its own mask %08x", self.lane, mask);
        else
            report(file, line, "shuffle width %d is not a power of two up to %d", width, warpSize);
        engine.aborted = true;
        fiber_suspend(); /* for good: the launch is dropped */
    }
    self.wait.warp_op = op;
    self.wait.mask = mask;
    self.wait.value = value;
    self.wait.argument = argument;
    self.wait.width = width;
    self.wait.file = file;
    self.wait.line = line;
    self.state = State::at_warp_op;
    engine.warps[self.warp].waiting |= 1u << self.lane;
    try_collective(self);
    fiber_suspend();
    return self.wait.result;
}

/* CUDA promises no more than that the caller is in it: other schedules than the first return just that. */
unsigned active_mask()
{
    const Fiber &self = *current_fiber();
    return config.seed == 0 ? engine.warps[self.warp].alive : 1u << self.lane;
}

/* ---------------------------------------------------------------- ends */

/* An exit can complete what others wait for. */
void thread_finished(Fiber &fiber)
{
    Warp &warp = engine.warps[fiber.warp];
    fiber.state = State::finished;
    warp.alive &= ~(1u << fiber.lane);
    engine.n_finished++;
    if (engine.n_at_barrier && engine.n_at_barrier + engine.n_finished == engine.n_threads)
        release_barrier();
    for (unsigned lane = 0; lane < warpSize; lane++)
        if (warp.waiting >> lane & 1)
            try_collective(lane_of(fiber.warp, lane));
}

static std::string place_of(const Fiber &fiber)
{
    const std::string where =
        std::string(fiber.wait.file ? fiber.wait.file : "?") + ":" + std::to_string(fiber.wait.line);
    switch (fiber.state) {
    case State::finished:
        return "exited";
    case State::at_barrier:
        return "at the barrier of " + where;
    default: {
        char mask[16];
        snprintf(mask, sizeof mask, "%08x", fiber.wait.mask);
        return "at the warp operation of " + where + " with mask " + mask;
    }
    }
}

void report_deadlock()
{
    struct Group {
        unsigned threads = 0, first = 0;
    };
    std::map<std::string, Group> groups;
    for (unsigned i = 0; i < engine.n_threads; i++) {
        Group &group = groups[place_of(engine.fibers[i])];
        if (group.threads++ == 0)
            group.first = i;
    }
    std::string text;
    for (const auto &[place, group] : groups)
        text += (text.empty() ? "" : "; ") + std::to_string(group.threads) + " threads (first " +
                std::to_string(group.first) + ") " + place;
    report(nullptr, 0, "deadlock, no thread can run: %s", text.c_str());
    engine.aborted = true;
}

} // namespace simt
