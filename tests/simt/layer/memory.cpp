/* Device and pinned memory: every allocation known, fresh memory filled with NaN, copies checked. */
#include <cstdio>
#include <cstdlib>
#include <map>

#include "engine.h"

#if SIMT_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace simt
{

static std::map<const char *, Allocation> allocations; /* by address */
static size_t device_bytes = static_cast<size_t>(4) << 30, device_bytes_used;
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
    for (const auto &[address, allocation] : allocations) {
        if (allocation.pinned)
            continue;
        if (allowed)
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
    std::vector<Allocation> all;
    for (const auto &entry : allocations)
        all.push_back(entry.second);
    return all;
}

static cudaError_t allocate(void **address, size_t bytes, bool pinned)
{
    *address = nullptr;
    if (bytes == 0)
        return cudaSuccess;
    if (!pinned && bytes > device_bytes - device_bytes_used)
        return fail(cudaErrorMemoryAllocation);
    void *memory;
    if (posix_memalign(&memory, 256, bytes) != 0)
        return fail(cudaErrorMemoryAllocation);
    char *p = static_cast<char *>(memory);
    fill_garbage(p, bytes);
    allocations[p] = {p, bytes, pinned};
    device_bytes_used += pinned ? 0 : bytes;
    if (checker.add_region)
        checker.add_region(p, bytes, Region::global);
    set_device_access(false);
    *address = p;
    return cudaSuccess;
}

cudaError_t allocate_device(void **address, size_t bytes)
{
    if (cudaError_t error = enter("cudaMalloc"))
        return error;
    return allocate(address, bytes, false);
}

cudaError_t allocate_pinned(void **address, size_t bytes)
{
    if (cudaError_t error = enter("cudaMallocHost"))
        return error;
    return allocate(address, bytes, true);
}

static void release(std::map<const char *, Allocation>::iterator entry)
{
    const Allocation allocation = entry->second;
#if SIMT_ASAN
    __asan_unpoison_memory_region(allocation.address, allocation.bytes);
#endif
    if (checker.remove_region)
        checker.remove_region(allocation.address);
    device_bytes_used -= allocation.pinned ? 0 : allocation.bytes;
    allocations.erase(entry);
    free(allocation.address);
}

void release_all_memory()
{
    while (!allocations.empty())
        release(allocations.begin());
}

/* Memory is given back even after a fault: a program that gives up must be able to do so without leaks. */
static cudaError_t free_memory(const char *api, void *address, bool pinned)
{
    if (!address)
        return cudaSuccess;
    wait_for_all_streams();
    auto entry = allocations.find(static_cast<const char *>(address));
    if (entry == allocations.end() || entry->second.pinned != pinned) {
        report(nullptr, 0,
               "%s: %p is not an address that the matching allocation returned, or is freed already", api,
               address);
        return fail(cudaErrorInvalidValue);
    }
    release(entry);
    return enter(api);
}

static const Allocation *find(const void *address)
{
    auto entry = allocations.upper_bound(static_cast<const char *>(address));
    if (entry == allocations.begin())
        return nullptr;
    const Allocation &candidate = (--entry)->second;
    return static_cast<const char *>(address) < candidate.address + candidate.bytes ? &candidate : nullptr;
}

static bool is_pinned(const void *address)
{
    const Allocation *allocation = find(address);
    return allocation && allocation->pinned;
}

/* `bytes` from `address` lie in one allocation of the device, or, if `device` is false, outside all of them. */
static bool check_range(const char *what, const void *address, size_t bytes, bool device)
{
    const Allocation *allocation = find(address);
    const bool on_device = allocation && !allocation->pinned;
    const bool inside =
        !allocation || static_cast<const char *>(address) + bytes <= allocation->address + allocation->bytes;
    if (on_device == device && inside)
        return true;
    report(nullptr, 0, "%s: %p + %zu bytes is not %s", what, address, bytes,
           device ? "inside one live device allocation" : "host memory");
    return false;
}

static void copy(void *to, const void *from, size_t bytes, cudaMemcpyKind kind)
{
    const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
    const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
    if (bytes == 0 || !check_range("copy destination", to, bytes, to_device) ||
        !check_range("copy source", from, bytes, from_device))
        return;
    set_device_access(true);
    memcpy(to, from, bytes);
    set_device_access(false);
}

static void set(void *address, int value, size_t bytes)
{
    if (!check_range("memset", address, bytes, true))
        return;
    set_device_access(true);
    memset(address, value, bytes);
    set_device_access(false);
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

cudaError_t cudaMemGetInfo(size_t *free_bytes, size_t *total_bytes)
{
    *free_bytes = device_bytes - device_bytes_used;
    *total_bytes = device_bytes;
    return cudaSuccess;
}

cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, cudaMemcpyKind kind)
{
    if (cudaError_t error = enter("cudaMemcpy"))
        return error;
    wait_for_stream(nullptr);
    copy(to, from, bytes, kind);
    return device_status();
}

/* From pageable memory the data is taken before the call returns, to pageable memory the call waits: only
 * pinned memory makes a copy asynchronous. */
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream)
{
    if (cudaError_t error = enter("cudaMemcpyAsync"))
        return error;
    if (kind == cudaMemcpyHostToDevice && !is_pinned(from)) {
        const char *source = static_cast<const char *>(from);
        auto staged = std::make_shared<std::vector<char>>(source, source + bytes);
        enqueue(stream, [=] { copy(to, staged->data(), bytes, kind); });
    } else {
        enqueue(stream, [=] { copy(to, from, bytes, kind); });
        if (kind == cudaMemcpyDeviceToHost && !is_pinned(to))
            wait_for_stream(stream);
    }
    return device_status();
}

cudaError_t cudaMemset(void *address, int value, size_t bytes)
{
    if (cudaError_t error = enter("cudaMemset"))
        return error;
    wait_for_stream(nullptr);
    set(address, value, bytes);
    return device_status();
}

cudaError_t cudaMemsetAsync(void *address, int value, size_t bytes, cudaStream_t stream)
{
    if (cudaError_t error = enter("cudaMemsetAsync"))
        return error;
    enqueue(stream, [=] { set(address, value, bytes); });
    return device_status();
}
