/* Copies and fills, each end checked, and the host's side of asynchronous ones.
 *
 * A copy in a deferred stream happens later than its call. Until then the host may neither read the pinned memory it
 * writes nor change what it reads. The first is filled with garbage at the call (and hidden from the host in
 * sanitizer builds), of the second a checksum is kept.
 */
#include <cstdio>
#include <list>

#include "engine.h"

#if SIMT_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace simt
{

static bool is_pinned(const void *address)
{
    const Allocation *allocation = find_allocation(address);
    return allocation && allocation->pinned;
}

static bool is_device(const void *address)
{
    const Allocation *allocation = find_allocation(address);
    return allocation && !allocation->pinned;
}

/* `bytes` from `address` lie in one allocation of the device, or, if `device` is false, outside all of them. */
static bool check_range(Place place, const char *what, const void *address, size_t bytes, bool device)
{
    const Allocation *allocation = find_allocation(address);
    const bool on_device = allocation && !allocation->pinned;
    const bool inside =
        !allocation || static_cast<const char *>(address) + bytes <= allocation->address + allocation->bytes;
    if (on_device == device && inside)
        return true;
    report(place.file, place.line, "%s: %p + %zu bytes is not %s", what, address, bytes,
           device ? "inside one live device allocation" : "host memory");
    return false;
}

/* ---------------------------------------------------------------- pinned memory of copies that wait */

/* Exists as long as the copy waits. */
class Pending
{
  public:
    Pending(const void *address, size_t bytes, bool writes)
        : begin_(static_cast<const char *>(address)), end_(begin_ + bytes), writes_(writes)
    {
        all().push_back(this);
        self_ = std::prev(all().end());
    }
    ~Pending()
    {
        all().erase(self_);
        if (writes_)
            set_access(true);
    }
    Pending(const Pending &) = delete;
    Pending &operator=(const Pending &) = delete;

    /* Whether a waiting copy writes to (or reads from) any of these bytes. */
    static bool exists(const void *address, size_t bytes, bool writes)
    {
        const char *begin = static_cast<const char *>(address), *end = begin + bytes;
        for (const Pending *p : all())
            if (p->writes_ == writes && p->begin_ < end && begin < p->end_)
                return true;
        return false;
    }

    /* Hides all that waiting copies will write from the host, or shows it to a copy. */
    static void set_access_to_all(bool allowed)
    {
        for (const Pending *p : all())
            if (p->writes_)
                p->set_access(allowed);
    }

  private:
    void set_access(bool allowed) const
    {
#if SIMT_ASAN
        if (allowed)
            __asan_unpoison_memory_region(begin_, static_cast<size_t>(end_ - begin_));
        else
            __asan_poison_memory_region(begin_, static_cast<size_t>(end_ - begin_));
#else
        (void)allowed;
#endif
    }
    static std::list<Pending *> &all()
    {
        static auto &list = *new std::list<Pending *>;
        return list;
    }
    const char *begin_, *end_;
    bool writes_;
    std::list<Pending *>::iterator self_;
};

/* ---------------------------------------------------------------- the copy itself */

struct CopyCall {
    void *to;
    const void *from;
    size_t bytes;
    bool to_device, from_device;
    Place place;
};

static CopyCall describe(void *to, const void *from, size_t bytes, cudaMemcpyKind kind, Place place)
{
    const bool by_address = kind == cudaMemcpyDefault;
    return {to,
            from,
            bytes,
            by_address ? is_device(to) : kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice,
            by_address ? is_device(from) : kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice,
            place};
}

static void copy(const CopyCall &c)
{
    if (c.bytes == 0 || !check_range(c.place, "copy destination", c.to, c.bytes, c.to_device) ||
        !check_range(c.place, "copy source", c.from, c.bytes, c.from_device))
        return;
    set_device_access(true);
    Pending::set_access_to_all(true);
    memcpy(c.to, c.from, c.bytes);
    Pending::set_access_to_all(false);
    set_device_access(false);
}

static void set(Place place, void *address, int value, size_t bytes)
{
    if (!check_range(place, "memset", address, bytes, true))
        return;
    set_device_access(true);
    memset(address, value, bytes);
    set_device_access(false);
}

/* ---------------------------------------------------------------- enqueueing */

SIMT_UNCHECKED static uint64_t checksum(const void *address, size_t bytes)
{
    const unsigned char *p = static_cast<const unsigned char *>(address);
    uint64_t sum = 14695981039346656037ull; /* FNV-1a */
    for (size_t i = 0; i < bytes; i++)
        sum = (sum ^ p[i]) * 1099511628211ull;
    return sum;
}

/* To pinned memory. */
static void enqueue_copy_out(const CopyCall &c, cudaStream_t stream)
{
    auto pending = std::make_shared<Pending>(c.to, c.bytes, true);
    if (!Pending::exists(c.to, c.bytes, false))
        fill_garbage(c.to, c.bytes);
    Pending::set_access_to_all(false);
    enqueue(stream, [c, pending]() mutable {
        pending.reset();
        copy(c);
    });
}

/* From pinned memory, which another waiting copy may still have to fill. */
static void enqueue_copy_in(const CopyCall &c, cudaStream_t stream)
{
    const bool known = !Pending::exists(c.from, c.bytes, true);
    const uint64_t sum = known ? checksum(c.from, c.bytes) : 0;
    auto pending = std::make_shared<Pending>(c.from, c.bytes, false);
    enqueue(stream, [c, pending, known, sum]() mutable {
        pending.reset();
        if (known && checksum(c.from, c.bytes) != sum)
            report(c.place.file, c.place.line,
                   "the host changed the pinned memory that this copy reads before the copy was done");
        else
            copy(c);
    });
}

/* From pageable memory: taken now, at its place when its turn comes. */
static void enqueue_staged_copy(const CopyCall &c, cudaStream_t stream)
{
    if (c.bytes == 0 || !check_range(c.place, "copy source", c.from, c.bytes, false))
        return;
    const char *source = static_cast<const char *>(c.from);
    auto staged = std::make_shared<std::vector<char>>(source, source + c.bytes);
    enqueue(stream, [c, staged] {
        CopyCall of_staged = c;
        of_staged.from = staged->data();
        copy(of_staged);
    });
}

} // namespace simt

using namespace simt;

/* CUDA's "API synchronization behavior": the host waits, but from pageable memory only until the data is taken, and for
 * nothing between places on a device. The rest of those happens in the default stream, for which streams that are not
 * blocking do not wait. */
cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, cudaMemcpyKind kind, const char *file,
                       int line)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaMemcpy"))
        return error;
    wait_for_stream(nullptr);
    const CopyCall c = describe(to, from, bytes, kind, {file, line});
    if (c.to_device && !c.from_device && !is_pinned(from)) {
        enqueue_staged_copy(c, nullptr);
    } else {
        enqueue(nullptr, [c] { copy(c); });
        if (!c.to_device || !c.from_device)
            wait_for_stream(nullptr);
    }
    return device_status();
}

/* From pageable memory the data is taken before the call returns, to pageable memory the call waits: only
 * pinned memory makes a copy asynchronous. */
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream,
                            const char *file, int line)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaMemcpyAsync"))
        return error;
    const CopyCall c = describe(to, from, bytes, kind, {file, line});
    const bool waits = config.defer_streams;
    if (waits && c.to_device && !c.from_device && is_pinned(from)) {
        enqueue_copy_in(c, stream);
    } else if (waits && c.from_device && !c.to_device && is_pinned(to)) {
        enqueue_copy_out(c, stream);
    } else if (c.to_device && !c.from_device) {
        enqueue_staged_copy(c, stream);
    } else {
        enqueue(stream, [c] { copy(c); });
        if (c.from_device && !c.to_device)
            wait_for_stream(stream);
    }
    return device_status();
}

/* Asynchronous too, in the default stream. */
cudaError_t cudaMemset(void *address, int value, size_t bytes, const char *file, int line)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaMemset"))
        return error;
    enqueue(nullptr, [=] { set({file, line}, address, value, bytes); });
    return device_status();
}

cudaError_t cudaMemsetAsync(void *address, int value, size_t bytes, cudaStream_t stream, const char *file,
                            int line)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaMemsetAsync"))
        return error;
    enqueue(stream, [=] { set({file, line}, address, value, bytes); });
    return device_status();
}
