/* Streams and events: at once in call order, or deferred into queues that run in any order events allow. */
#include <algorithm>
#include <chrono>
#include <deque>

#include "engine.h"

namespace simt
{

/* What waiting operations keep of an event that may be destroyed meanwhile. */
struct Records {
    unsigned long asked = 0;
    unsigned long done = 0; /* the latest one that its stream has reached */
    std::chrono::steady_clock::time_point time;
    bool all_done() const
    {
        return done >= asked;
    }
};

} // namespace simt

struct simt_event {
    int device;
    simt::Place place;
    std::shared_ptr<simt::Records> records = std::make_shared<simt::Records>();
};

namespace simt
{

struct Operation {
    std::function<void()> action;
    std::function<bool()> may_run; /* empty: always */
    uint64_t number;               /* of the call that asked for it, over all streams */
};

enum class Kind {
    legacy,      /* the default stream of a device: nullptr to programs */
    blocking,    /* ordered with it */
    non_blocking /* not */
};

} // namespace simt

struct simt_stream {
    int device;
    simt::Place place;
    simt::Kind kind;
    bool destroyed; /* goes on until its queue is empty */
    std::deque<simt::Operation> queue;
};

namespace simt
{

static std::vector<cudaStream_t> &streams = *new std::vector<cudaStream_t>;
static std::vector<cudaEvent_t> &events = *new std::vector<cudaEvent_t>;

/* The current device is another one for a while. */
class OnDevice
{
  public:
    explicit OnDevice(int device) : before_(current_device)
    {
        current_device = device;
    }
    ~OnDevice()
    {
        current_device = before_;
    }
    OnDevice(const OnDevice &) = delete;
    OnDevice &operator=(const OnDevice &) = delete;

  private:
    int before_;
};

/* The order of streams, started anew when the seed changes. */
static Random &order()
{
    static Random random;
    static uint64_t seed;
    if (seed != config.seed)
        random.state = seed = config.seed;
    return random;
}

static void forget_finished_streams()
{
    auto finished = std::stable_partition(streams.begin(), streams.end(), [](cudaStream_t stream) {
        return !stream->destroyed || (!stream->queue.empty() && !device_is_lost(stream->device));
    });
    std::for_each(finished, streams.end(), [](cudaStream_t stream) { delete stream; });
    streams.erase(finished, streams.end());
}

/* The default stream of a device. */
static cudaStream_t legacy_of(int device)
{
    auto known = std::find_if(streams.begin(), streams.end(), [=](cudaStream_t stream) {
        return stream->kind == Kind::legacy && stream->device == device;
    });
    if (known != streams.end())
        return *known;
    streams.push_back(new simt_stream{device, {nullptr, 0}, Kind::legacy, false, {}});
    return streams.back();
}

/* Work of the default stream waits for what blocking ones were given before it, and theirs for what it was. */
static bool in_order_with(cudaStream_t stream, cudaStream_t other)
{
    if (other->device != stream->device || other->queue.empty() || other->kind == stream->kind ||
        other->kind == Kind::non_blocking || stream->kind == Kind::non_blocking)
        return true;
    return stream->queue.front().number < other->queue.front().number;
}

static bool can_go_on(cudaStream_t stream)
{
    return !stream->queue.empty() && !device_is_lost(stream->device) &&
           std::all_of(streams.begin(), streams.end(),
                       [=](cudaStream_t other) { return in_order_with(stream, other); }) &&
           (!stream->queue.front().may_run || stream->queue.front().may_run());
}

/* Runs one operation of any device that may run now; false if there is none. */
static bool run_one()
{
    std::vector<cudaStream_t> candidates; /* in the order of their creation */
    std::copy_if(streams.begin(), streams.end(), std::back_inserter(candidates), can_go_on);
    if (candidates.empty())
        return false;
    const size_t last = candidates.size() - 1;
    const size_t pick = config.seed == 0 ? 0 : config.seed == 1 ? last : order().below(candidates.size());
    Operation operation = std::move(candidates[pick]->queue.front());
    candidates[pick]->queue.pop_front();
    const OnDevice on(candidates[pick]->device);
    operation.action();
    forget_finished_streams();
    return true;
}

/* What waits after a kernel faulted never runs, as on a device. */
static void drop_queued_operations()
{
    for (cudaStream_t stream : streams)
        if (device_is_lost(stream->device))
            stream->queue.clear();
}

/* Until `done` holds or device `device` is lost. */
template <class Condition> static void run_until(int device, Condition done)
{
    while (!done()) {
        if (!device_is_lost(device) && run_one())
            continue;
        const OnDevice on(device);
        if (!device_is_lost(device))
            report(nullptr, 0, "streams are deadlocked: the next operation of each waits for an event");
        drop_queued_operations();
        return;
    }
}

template <class Condition> static void wait_for_streams_where(Condition waits)
{
    const int device = current_device;
    run_until(device, [=] {
        return std::all_of(streams.begin(), streams.end(), [=](cudaStream_t stream) {
            return stream->device != device || !waits(stream) || stream->queue.empty();
        });
    });
}

void wait_for_all_streams()
{
    wait_for_streams_where([](cudaStream_t) { return true; });
}

void wait_for_stream(cudaStream_t stream)
{
    if (stream)
        run_until(stream->device, [=] { return stream->queue.empty(); });
    else
        wait_for_streams_where([](cudaStream_t s) { return s->kind != Kind::non_blocking; });
}

bool stream_fits_device(cudaStream_t stream)
{
    return !stream || stream->device == current_device;
}

void enqueue(cudaStream_t stream, std::function<void()> action, std::function<bool()> may_run)
{
    if (config.defer_streams) {
        static uint64_t number;
        cudaStream_t own = stream ? stream : legacy_of(current_device);
        own->queue.push_back({std::move(action), std::move(may_run), number++});
        if (config.seed >= 2 && order().below(4) == 0) /* a device does not wait for the host to ask */
            run_one();
        return;
    }
    const OnDevice on(stream ? stream->device : current_device);
    action();
}

template <class Handle> static void release_of_device(std::vector<Handle> &handles)
{
    auto others = std::partition(handles.begin(), handles.end(),
                                 [](Handle handle) { return handle->device != current_device; });
    std::for_each(others, handles.end(), [](Handle handle) { delete handle; });
    handles.erase(others, handles.end());
}

void release_streams_of_device()
{
    release_of_device(streams);
    release_of_device(events);
}

int report_stream_leaks()
{
    int leaks = 0;
    for (cudaStream_t stream : streams)
        if (!stream->destroyed && stream->kind != Kind::legacy) {
            remark(stream->place.file, stream->place.line, "leak: a stream is not destroyed");
            leaks++;
        }
    for (cudaEvent_t event : events)
        remark(event->place.file, event->place.line, "leak: an event is not destroyed");
    return leaks + static_cast<int>(events.size());
}

static cudaError_t status_of_device(int device)
{
    const OnDevice on(device);
    return device_status();
}

/* What the stream's device says after a call that concerns it; the default stream is the current device's. */
static cudaError_t status_of(cudaStream_t stream)
{
    return status_of_device(stream ? stream->device : current_device);
}

} // namespace simt

using namespace simt;

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags, const char *file, int line)
{
    const Locked locked;
    *stream = nullptr;
    if (cudaError_t error = enter("cudaStreamCreate"))
        return error;
    const Kind kind = flags & cudaStreamNonBlocking ? Kind::non_blocking : Kind::blocking;
    *stream = new simt_stream{current_device, {file, line}, kind, false, {}};
    streams.push_back(*stream);
    return cudaSuccess;
}

cudaError_t cudaStreamCreate(cudaStream_t *stream, const char *file, int line)
{
    return cudaStreamCreateWithFlags(stream, cudaStreamDefault, file, line);
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t *stream, unsigned flags, int, const char *file, int line)
{
    return cudaStreamCreateWithFlags(stream, flags, file, line);
}

cudaError_t cudaStreamQuery(cudaStream_t stream)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaStreamQuery"))
        return error;
    if (stream && !stream->queue.empty())
        run_one(); /* polling lets the device go on */
    if (cudaError_t error = status_of(stream))
        return error;
    return !stream || stream->queue.empty() ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaStreamSynchronize"))
        return error;
    wait_for_stream(stream);
    return status_of(stream);
}

cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
    const Locked locked;
    auto known = std::find(streams.begin(), streams.end(), stream);
    if (known == streams.end() || stream->destroyed)
        return fail(cudaErrorInvalidResourceHandle);
    stream->destroyed = true;
    forget_finished_streams();
    return enter("cudaStreamDestroy");
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaStreamWaitEvent"))
        return error;
    auto records = event->records;
    const unsigned long record = records->asked; /* later records do not count */
    enqueue(
        stream, [] {}, [=] { return records->done >= record; });
    return device_status();
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned, const char *file, int line)
{
    const Locked locked;
    *event = nullptr;
    if (cudaError_t error = enter("cudaEventCreate"))
        return error;
    *event = new simt_event{current_device, {file, line}};
    events.push_back(*event);
    return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t *event, const char *file, int line)
{
    return cudaEventCreateWithFlags(event, cudaEventDefault, file, line);
}

cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    const Locked locked;
    auto known = std::find(events.begin(), events.end(), event);
    if (known == events.end())
        return fail(cudaErrorInvalidResourceHandle);
    events.erase(known);
    delete event;
    return enter("cudaEventDestroy");
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaEventRecord"))
        return error;
    if (event->device != (stream ? stream->device : current_device))
        return fail(cudaErrorInvalidResourceHandle);
    auto records = event->records;
    const unsigned long record = ++records->asked;
    enqueue(stream, [=] {
        records->done = record;
        records->time = std::chrono::steady_clock::now();
    });
    return device_status();
}

cudaError_t cudaEventQuery(cudaEvent_t event)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaEventQuery"))
        return error;
    if (!event->records->all_done())
        run_one(); /* polling lets the device go on */
    if (cudaError_t error = status_of_device(event->device))
        return error;
    return event->records->all_done() ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaEventSynchronize"))
        return error;
    auto records = event->records;
    const unsigned long record = records->asked;
    run_until(event->device, [=] { return records->done >= record; });
    return status_of_device(event->device);
}

cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t start, cudaEvent_t stop)
{
    const Locked locked;
    if (cudaError_t error = enter("cudaEventElapsedTime"))
        return error;
    if (!start->records->all_done() || !stop->records->all_done())
        return cudaErrorNotReady;
    *milliseconds =
        std::chrono::duration<float, std::milli>(stop->records->time - start->records->time).count();
    return cudaSuccess;
}

cudaError_t cudaDeviceSynchronize()
{
    const Locked locked;
    if (cudaError_t error = enter("cudaDeviceSynchronize"))
        return error;
    wait_for_all_streams();
    return device_status();
}
