/* Race checker: a shadow of device and shared memory that remembers who read and wrote each word last.
 *
 * In a race-checker build the kernel sources are compiled with -fsanitize=thread, so that the compiler calls a
 * __tsan_ function for every load and store, and those functions (tsan_hooks.cpp) come here instead of libtsan.
 * Found: two unordered accesses of which one writes and one is not atomic; reads of shared memory that the
 * block has not written; accesses outside device, shared, local and constant memory. Ordered are accesses of
 * one thread, accesses of one block with a barrier between them, and of one warp with a whole-warp __syncwarp
 * between them. Accesses of different blocks of a launch are never ordered. Not seen: large structure copies
 * that the compiler turns into memcpy calls.
 */
#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>

#include "race.h"

namespace simt
{

struct Access {
    const void *program_counter; /* nullptr: none yet */
    uint32_t launch, block, barrier_epoch, warp_epoch;
    uint16_t thread;
    uint8_t bytes; /* which of the four bytes of the word, as bits */
    bool atomic;
};

/* The last write, the last read, the last read before it by another thread of the same warp, and by another
 * warp: enough that an unordered later write meets a read it conflicts with. */
struct Word {
    Access write, read, read_same_warp, read_other_warp;
};

enum class Kind { global, shared, program };

struct Shadow {
    char *begin, *end;
    Kind kind;
    std::unique_ptr<Word[], void (*)(void *)> words{nullptr, free};

    Shadow(const void *address, size_t bytes, Kind k)
        : begin(const_cast<char *>(static_cast<const char *>(address))), end(begin + bytes), kind(k),
          words(static_cast<Word *>(calloc(bytes / 4 + 2, sizeof(Word))), free)
    {
        if (!words)
            abort();
    }
};

static std::map<const char *, Shadow> shadows; /* by end */
static Shadow *latest; /* of memory regions, the one accessed last: most accesses stay in it */
static std::set<std::pair<uint32_t, const void *>> reported; /* by launch and place: one report each */

static void add_region(const void *address, size_t bytes, Region kind)
{
    latest = nullptr;
    const char *end = static_cast<const char *>(address) + bytes;
    shadows.erase(end);
    shadows.emplace(end, Shadow(address, bytes, kind == Region::global ? Kind::global : Kind::shared));
}

static void remove_region(const void *address)
{
    latest = nullptr;
    auto entry = shadows.upper_bound(static_cast<const char *>(address));
    if (entry != shadows.end() && entry->second.begin == address)
        shadows.erase(entry);
}

/* ---------------------------------------------------------------- the program's own memory */

struct Segment {
    const char *begin, *end;
    bool writable;
};

/* Segments of the program or shared object that this code is part of: constants and device variables lie there.
 */
static int collect_segments(dl_phdr_info *info, size_t, void *result)
{
    std::vector<Segment> segments;
    bool here = false;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) &header = info->dlpi_phdr[i];
        if (header.p_type != PT_LOAD)
            continue;
        const char *begin = reinterpret_cast<const char *>(info->dlpi_addr + header.p_vaddr);
        const Segment segment{begin, begin + header.p_memsz, (header.p_flags & PF_W) != 0};
        const char *own = reinterpret_cast<const char *>(&reported);
        here = here || (own >= segment.begin && own < segment.end);
        segments.push_back(segment);
    }
    if (here)
        *static_cast<std::vector<Segment> *>(result) = segments;
    return here;
}

static const Segment *segment_of(const char *address)
{
    static const std::vector<Segment> segments = [] {
        std::vector<Segment> result;
        dl_iterate_phdr(collect_segments, &result);
        return result;
    }();
    for (const Segment &segment : segments)
        if (address >= segment.begin && address < segment.end)
            return &segment;
    return nullptr;
}

static Shadow *shadow_of(const char *address)
{
    if (latest && address >= latest->begin && address < latest->end)
        return latest;
    auto entry = shadows.upper_bound(address);
    if (entry == shadows.end() || address < entry->second.begin) {
        const Segment *segment = segment_of(address);
        if (!segment || !segment->writable)
            return nullptr;
        /* The shared section lies inside this segment; it has a shadow of its own, found first by its nearer
         * end. */
        entry = shadows
                    .emplace(segment->end,
                             Shadow(segment->begin, static_cast<size_t>(segment->end - segment->begin),
                                    Kind::program))
                    .first;
    }
    if (entry->second.kind != Kind::program) /* that one encloses the shared section */
        latest = &entry->second;
    return &entry->second;
}

/* ---------------------------------------------------------------- reports */

/* The file this code was loaded from, by a name that survives a change of the working folder. The main
 * program's name is what its caller said, which need not be a path. */
static std::string own_file()
{
    Dl_info object;
    const bool known = dladdr(&reported, &object) && object.dli_fname;
    char *path = known ? realpath(object.dli_fname, nullptr) : nullptr;
    if (!path)
        path = realpath("/proc/self/exe", nullptr);
    const std::string result = path ? path : "";
    free(path);
    return result;
}
static const std::string program_file = own_file();

/* "file:line" of a return address, from the debug information. */
static std::string source_line(const void *program_counter)
{
    Dl_info object;
    if (!dladdr(program_counter, &object))
        return "?";
    char command[4096], line[512] = "";
    const size_t offset = static_cast<size_t>(static_cast<const char *>(program_counter) -
                                              static_cast<const char *>(object.dli_fbase));
    snprintf(command, sizeof command, "addr2line -s -e '%s' %#zx 2>/dev/null", program_file.c_str(),
             offset - 1);
    if (FILE *pipe = popen(command, "r")) {
        if (fgets(line, sizeof line, pipe))
            line[strcspn(line, " \n")] = 0;
        pclose(pipe);
    }
    return line[0] ? line : "?";
}

static bool first_report_at(const void *program_counter)
{
    return reported.insert({engine.launch_number, program_counter}).second;
}

static std::string describe(const Access &access, bool is_write)
{
    return std::string(access.atomic ? "atomic " : "") + (is_write ? "write" : "read") + " by block " +
           std::to_string(access.block) + " thread " + std::to_string(access.thread) + " at " +
           source_line(access.program_counter);
}

static void report_race(const Shadow &shadow, size_t offset, const Access &before, bool before_writes,
                        const Access &now, bool now_writes)
{
    if (!first_report_at(now.program_counter))
        return;
    const char *memory = shadow.kind == Kind::global   ? "global"
                         : shadow.kind == Kind::shared ? "shared"
                                                       : "static";
    report(nullptr, 0, "race in %s memory at byte %zu: %s and %s", memory, offset,
           describe(before, before_writes).c_str(), describe(now, now_writes).c_str());
}

/* ---------------------------------------------------------------- the check of one access */

static bool same_block(const Access &a, const Access &b)
{
    return a.program_counter && a.launch == b.launch && a.block == b.block;
}

static bool conflict(const Access &before, const Access &now, Kind kind)
{
    if (!before.program_counter || before.launch != now.launch || !(before.bytes & now.bytes) ||
        (before.atomic && now.atomic))
        return false;
    if (before.block != now.block)
        return kind != Kind::shared; /* each block has shared memory of its own */
    if (before.thread == now.thread || before.barrier_epoch < now.barrier_epoch)
        return false;
    const bool same_warp = before.thread / warpSize == now.thread / warpSize;
    return !(same_warp && before.warp_epoch < now.warp_epoch);
}

static void remember_read(Word &word, const Access &now)
{
    if (word.read.program_counter && word.read.thread != now.thread) {
        const bool same_warp = word.read.thread / warpSize == now.thread / warpSize;
        (same_warp ? word.read_same_warp : word.read_other_warp) = word.read;
    }
    word.read = now;
}

static void check_word(Shadow &shadow, size_t offset, const Access &now, bool is_write)
{
    Word &word = shadow.words[offset / 4];
    const bool reads = !is_write || now.atomic;
    if (shadow.kind == Kind::shared && reads && !same_block(word.write, now) &&
        first_report_at(now.program_counter))
        report(nullptr, 0, "read of shared memory that this block has not written, byte %zu, at %s", offset,
               source_line(now.program_counter).c_str());
    if (conflict(word.write, now, shadow.kind))
        report_race(shadow, offset, word.write, true, now, is_write);
    if (is_write) {
        for (const Access *read : {&word.read, &word.read_same_warp, &word.read_other_warp})
            if (conflict(*read, now, shadow.kind))
                report_race(shadow, offset, *read, false, now, true);
        word.write = now;
    } else {
        remember_read(word, now);
    }
}

static bool lies_in(const char *address, const void *begin, size_t bytes)
{
    const char *b = static_cast<const char *>(begin);
    return address >= b && address < b + bytes;
}

/* No other thread writes the thread's stack, the built-in variables (threadIdx, blockIdx, ...) or the
 * arguments. */
static bool is_private(const Fiber &fiber, const char *address)
{
    const Argument arguments = engine.call->storage();
    return fiber_owns(fiber, address) || lies_in(address, &fiber, sizeof fiber) ||
           lies_in(address, &current_thread, sizeof current_thread) ||
           lies_in(address, &current_block, sizeof current_block) ||
           lies_in(address, arguments.data, arguments.bytes);
}

void check_access(const void *pointer, size_t bytes, AccessType type, const void *program_counter)
{
    Fiber *fiber = current_fiber();
    const char *address = static_cast<const char *>(pointer);
    if (!fiber || !pthread_equal(engine.host_thread, pthread_self()) || is_private(*fiber, address))
        return;
    const bool is_write = type != AccessType::read, atomic = type == AccessType::atomic;
    Shadow *shadow = shadow_of(address);
    if (!shadow) {
        if ((is_write || !segment_of(address)) && first_report_at(program_counter))
            report(nullptr, 0, "stray %s at address %p: not device, shared, local or constant memory, at %s",
                   is_write ? "write" : "read", pointer, source_line(program_counter).c_str());
        return;
    }
    if (address + bytes > shadow->end) {
        if (first_report_at(program_counter))
            report(nullptr, 0, "access of %zu bytes at %p runs over the end of its allocation, at %s", bytes,
                   pointer, source_line(program_counter).c_str());
        return;
    }
    if (config.seed >= 2 && !atomic && shadow->kind != Kind::program && engine.random.below(16) == 0)
        yield_thread();
    const size_t begin = static_cast<size_t>(address - shadow->begin), end = begin + bytes;
    for (size_t offset = begin; offset < end; offset = (offset | 3) + 1) {
        const size_t low = offset & 3, high = std::min<size_t>(4, end - (offset & ~static_cast<size_t>(3)));
        const Access now{program_counter,
                         engine.launch_number,
                         engine.block_number,
                         fiber->barrier_epoch,
                         fiber->warp_epoch,
                         static_cast<uint16_t>(fiber->linear),
                         static_cast<uint8_t>(((1u << high) - 1) & ~((1u << low) - 1)),
                         atomic};
        check_word(*shadow, offset, now, is_write);
    }
}

static void check_atomic(const void *address, size_t bytes, const void *program_counter)
{
    check_access(address, bytes, AccessType::atomic, program_counter);
}

static const bool installed = [] {
    checker = {add_region, remove_region, check_atomic};
    return true;
}();

} // namespace simt
