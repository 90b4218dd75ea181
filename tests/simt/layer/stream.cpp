/* Streams and events: at once in call order, or deferred into queues that run in any order events allow. */
#include <algorithm>
#include <chrono>
#include <deque>

#include "engine.h"

struct simt_event {
    unsigned long recorded = 0; /* records asked for */
    unsigned long done = 0;     /* the latest one that its stream has reached */
    std::chrono::steady_clock::time_point time;
};

namespace simt
{

struct Operation {
    std::function<void()> action;
    std::function<bool()> may_run; /* empty: always */
};

} // namespace simt

struct simt_stream {
    bool blocking; /* ordered with the default stream */
    std::deque<simt::Operation> queue;
};

namespace simt
{

static std::vector<cudaStream_t> streams;
static std::vector<cudaEvent_t> events;

/* The order of streams, started anew when the seed changes. */
static Random &order()
{
    static Random random;
    static uint64_t seed;
    if (seed != config.seed)
        random.state = seed = config.seed;
    return random;
}

/* Runs one operation that may run now; false if there is none. */
static bool run_one()
{
    std::vector<cudaStream_t> candidates;
    for (cudaStream_t stream : streams)
        if (!stream->queue.empty() && (!stream->queue.front().may_run || stream->queue.front().may_run()))
            candidates.push_back(stream);
    if (candidates.empty())
        return false;
    const size_t last = candidates.size() - 1;
    const size_t pick = config.seed == 0 ? 0 : config.seed == 1 ? last : order().below(candidates.size());
    Operation operation = std::move(candidates[pick]->queue.front());
    candidates[pick]->queue.pop_front();
    operation.action();
    return true;
}

/* What waits after a kernel faulted never runs, as on a device. */
static void drop_queued_operations()
{
    for (cudaStream_t stream : streams)
        stream->queue.clear();
}

template <class Condition> static void run_until(Condition done)
{
    while (!done()) {
        if (!device_is_lost() && run_one())
            continue;
        if (!device_is_lost())
            report(nullptr, 0, "streams are deadlocked: the next operation of each waits for an event");
        drop_queued_operations();
        return;
    }
}

void wait_for_all_streams()
{
    run_until(
        [] { return std::all_of(streams.begin(), streams.end(), [](auto s) { return s->queue.empty(); }); });
}

void wait_for_stream(cudaStream_t stream)
{
    if (stream)
        run_until([=] { return stream->queue.empty(); });
    else
        run_until([] {
            return std::all_of(streams.begin(), streams.end(),
                               [](auto s) { return !s->blocking || s->queue.empty(); });
        });
}

void enqueue(cudaStream_t stream, std::function<void()> action, std::function<bool()> may_run)
{
    if (config.defer_streams && stream) {
        stream->queue.push_back({std::move(action), std::move(may_run)});
        if (config.seed >= 2 && order().below(4) == 0) /* a device does not wait for the host to ask */
            run_one();
        return;
    }
    if (config.defer_streams)
        wait_for_stream(nullptr);
    action();
}

void release_all_streams()
{
    for (cudaStream_t stream : streams)
        delete stream;
    for (cudaEvent_t event : events)
        delete event;
    streams.clear();
    events.clear();
}

} // namespace simt

using namespace simt;

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags)
{
    if (cudaError_t error = enter("cudaStreamCreate"))
        return error;
    *stream = new simt_stream{!(flags & cudaStreamNonBlocking), {}};
    streams.push_back(*stream);
    return cudaSuccess;
}

cudaError_t cudaStreamCreate(cudaStream_t *stream)
{
    return cudaStreamCreateWithFlags(stream, cudaStreamDefault);
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    if (cudaError_t error = enter("cudaStreamSynchronize"))
        return error;
    wait_for_stream(stream);
    return device_status();
}

cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
    auto known = std::find(streams.begin(), streams.end(), stream);
    if (known == streams.end())
        return fail(cudaErrorInvalidResourceHandle);
    wait_for_stream(stream);
    streams.erase(known);
    delete stream;
    return enter("cudaStreamDestroy");
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned)
{
    if (cudaError_t error = enter("cudaStreamWaitEvent"))
        return error;
    const unsigned long record = event->recorded; /* later records do not count */
    enqueue(
        stream, [] {}, [=] { return event->done >= record; });
    return device_status();
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned)
{
    if (cudaError_t error = enter("cudaEventCreate"))
        return error;
    *event = new simt_event;
    events.push_back(*event);
    return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t *event)
{
    return cudaEventCreateWithFlags(event, cudaEventDefault);
}

cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    auto known = std::find(events.begin(), events.end(), event);
    if (known == events.end())
        return fail(cudaErrorInvalidResourceHandle);
    wait_for_all_streams(); /* queued operations may hold it */
    events.erase(known);
    delete event;
    return enter("cudaEventDestroy");
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream)
{
    if (cudaError_t error = enter("cudaEventRecord"))
        return error;
    const unsigned long record = ++event->recorded;
    enqueue(stream, [=] {
        event->done = record;
        event->time = std::chrono::steady_clock::now();
    });
    return device_status();
}

cudaError_t cudaEventQuery(cudaEvent_t event)
{
    if (cudaError_t error = enter("cudaEventQuery"))
        return error;
    if (event->done < event->recorded)
        run_one(); /* polling lets the device go on */
    return event->done >= event->recorded ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event)
{
    if (cudaError_t error = enter("cudaEventSynchronize"))
        return error;
    const unsigned long record = event->recorded;
    run_until([=] { return event->done >= record; });
    return device_status();
}

cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t start, cudaEvent_t stop)
{
    if (cudaError_t error = enter("cudaEventElapsedTime"))
        return error;
    if (start->done < start->recorded || stop->done < stop->recorded)
        return cudaErrorNotReady;
    *milliseconds = std::chrono::duration<float, std::milli>(stop->time - start->time).count();
    return cudaSuccess;
}

cudaError_t cudaDeviceSynchronize()
{
    if (cudaError_t error = enter("cudaDeviceSynchronize"))
        return error;
    wait_for_all_streams();
    return device_status();
}
