/* Device and pinned memory: every allocation known, fresh memory filled with NaN. */
#include <cstdio>
#include <cstdlib>
#include <map>

#include "engine.h"

#if SIMT_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace simt
{

/* Memory of cudaMallocAsync has its address before its stream has reached the allocation, and keeps it until the
 * stream has reached the release; only between the two may anybody touch it. */
struct Owned : Allocation {
    bool usable, released;
};

static std::map<const char *, Owned> &owned() /* by address */
{
    static auto &map = *new std::map<const char *, Owned>;
    return map;
}

static size_t device_bytes_of_environment()
{
    const char *bytes = getenv("ESW_SIMT_MEMORY");
    return bytes ? strtoull(bytes, nullptr, 0) : static_cast<size_t>(4) << 30;
}
static size_t device_bytes = device_bytes_of_environment(), device_bytes_used[most_devices];
static uint32_t garbage_variety; /* so that two fresh buffers never agree by chance */

void set_device_memory(size_t bytes)
{
    device_bytes = bytes;
}

SIMT_UNCHECKED void fill_garbage(void *address, size_t bytes)
{
    /* A float NaN, a double NaN, a large integer. */
    const uint32_t word = 0x7ff80000u | (garbage_variety++ * 2654435761u >> 13);
    char *p = static_cast<char *>(address);
    for (; bytes >= sizeof word; p += sizeof word, bytes -= sizeof word)
        memcpy(p, &word, sizeof word);
    for (; bytes > 0; p++, bytes--)
        *p = static_cast<char>(0x7f);
}

void set_device_access(bool allowed)
{
#if SIMT_ASAN
    for (const auto &[address, allocation] : owned()) {
        if (allocation.pinned || allocation.device != current_device)
            continue;
        if (allowed && allocation.usable)
            __asan_unpoison_memory_region(address, allocation.bytes);
        else
            __asan_poison_memory_region(address, allocation.bytes);
    }
#else
    (void)allowed;
#endif
}

std::vector<Allocation> live_allocations()
{
    const Locked locked;
    std::vector<Allocation> all;
    for (const auto &[address, allocation] : owned())
        if (allocation.usable && (allocation.pinned || allocation.device == current_device))
            all.push_back(allocation);
    return all;
}

const Allocation *find_allocation(const void *address)
{
    auto entry = owned().upper_bound(static_cast<const char *>(address));
    if (entry == owned().begin())
        return nullptr;
    const Owned &candidate = (--entry)->second;
    const bool inside = static_cast<const char *>(address) < candidate.address + candidate.bytes;
    return inside && candidate.usable ? &candidate : nullptr;
}

/* ---------------------------------------------------------------- allocation */

static void make_usable(Owned &allocation)
{
#if SIMT_ASAN
    __asan_unpoison_memory_region(allocation.address, allocation.bytes);
#endif
    fill_garbage(allocation.address, allocation.bytes);
    allocation.usable = true;
    if (checker.add_region)
        checker.add_region(allocation.address, allocation.bytes, Region::global);
    set_device_access(false);
}

static bool has_room(size_t bytes)
{
    return bytes <= device_bytes && device_bytes_used[current_device] <= device_bytes - bytes;
}

/* Not usable yet; nullptr when there is no room. */
static Owned *reserve(size_t bytes, bool pinned, Place place)
{
    if (!pinned && !has_room(bytes))
        wait_for_all_streams(); /* releases may be waiting in them */
    void *memory;
    if ((!pinned && !has_room(bytes)) || posix_memalign(&memory, 256, bytes) != 0)
        return nullptr;
    char *p = static_cast<char *>(memory);
    device_bytes_used[current_device] += pinned ? 0 : bytes;
    const Owned fresh{{p, bytes, pinned, current_device, place.file, place.line}, false, false};
    return &owned().emplace(p, fresh).first->second;
}

static cudaError_t allocate(const char *api, void **address, size_t bytes, bool pinned, Place place)
{
    const Locked locked;
    *address = nullptr;
    if (cudaError_t error = enter(api))
        return error;
    if (bytes == 0)
        return cudaSuccess;
    Owned *allocation = reserve(bytes, pinned, place);
    if (!allocation)
        return fail(cudaErrorMemoryAllocation);
    make_usable(*allocation);
    *address = allocation->address;
    return cudaSuccess;
}

cudaError_t allocate_device(void **address, size_t bytes, const char *file, int line)
{
    return allocate("cudaMalloc", address, bytes, false, {file, line});
}

cudaError_t allocate_pinned(void **address, size_t bytes, const char *file, int line)
{
    return allocate("cudaMallocHost", address, bytes, true, {file, line});
}

cudaError_t allocate_device_in_stream(void **address, size_t bytes, cudaStream_t stream, const char *file,
                                      int line)
{
    const Locked locked;
    *address = nullptr;
    if (cudaError_t error = enter("cudaMallocAsync"))
        return error;
    if (bytes == 0)
        return cudaSuccess;
    Owned *allocation = reserve(bytes, false, {file, line});
    if (!allocation)
        return fail(cudaErrorMemoryAllocation);
    *address = allocation->address;
    set_device_access(false);
    enqueue(stream, [allocation] { make_usable(*allocation); });
    return cudaSuccess;
}

/* ---------------------------------------------------------------- release */

static void release(std::map<const char *, Owned>::iterator entry)
{
    const Owned allocation = entry->second;
#if SIMT_ASAN
    __asan_unpoison_memory_region(allocation.address, allocation.bytes);
#endif
    if (checker.remove_region)
        checker.remove_region(allocation.address);
    device_bytes_used[allocation.device] -= allocation.pinned ? 0 : allocation.bytes;
    owned().erase(entry);
    free(allocation.address);
}

void release_memory_of_device()
{
    for (auto entry = owned().begin(); entry != owned().end();) {
        auto next = std::next(entry);
        if (entry->second.device == current_device)
            release(entry);
        entry = next;
    }
}

/* The allocation that `api` may release; the end, reported, if there is none. */
static std::map<const char *, Owned>::iterator to_release(const char *api, void *address, bool pinned)
{
    auto entry = owned().find(static_cast<const char *>(address));
    if (entry != owned().end() && entry->second.pinned == pinned && !entry->second.released)
        return entry;
    report(nullptr, 0, "%s: %p is not an address that the matching allocation returned, or is freed already",
           api, address);
    return owned().end();
}

/* Memory is given back even after a fault: a program that gives up must be able to do so without leaks. */
static cudaError_t free_memory(const char *api, void *address, bool pinned)
{
    const Locked locked;
    if (!address)
        return cudaSuccess;
    wait_for_all_streams();
    auto entry = to_release(api, address, pinned);
    if (entry == owned().end())
        return fail(cudaErrorInvalidValue);
    release(entry);
    return enter(api);
}

int report_memory_leaks()
{
    for (const auto &[address, allocation] : owned())
        remark(allocation.file, allocation.line, "leak: %zu bytes of %s memory are not given back",
               allocation.bytes, allocation.pinned ? "pinned" : "device");
    return static_cast<int>(owned().size());
}

} // namespace simt

using namespace simt;

cudaError_t cudaFree(void *address)
{
    return free_memory("cudaFree", address, false);
}
cudaError_t cudaFreeHost(void *address)
{
    return free_memory("cudaFreeHost", address, true);
}

cudaError_t cudaFreeAsync(void *address, cudaStream_t stream)
{
    const Locked locked;
    if (!address)
        return cudaSuccess;
    auto entry = to_release("cudaFreeAsync", address, false);
    if (entry == owned().end())
        return fail(cudaErrorInvalidValue);
    if (device_is_lost(entry->second.device)) { /* its streams do not go on */
        release(entry);
        return enter("cudaFreeAsync");
    }
    entry->second.released = true;
    enqueue(stream, [entry] { release(entry); });
    return enter("cudaFreeAsync");
}

cudaError_t cudaMemGetInfo(size_t *free_bytes, size_t *total_bytes)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaMemGetInfo"))
        return error;
    *free_bytes = device_bytes - device_bytes_used[current_device];
    *total_bytes = device_bytes;
    return cudaSuccess;
}
