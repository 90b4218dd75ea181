/* How long launches take, by events around each. Off unless EDGESWEEP_KERNEL_TIMES names a file, which then gets a line per
 * launch in the columns of nsys's cuda_gpu_trace (profiling/on_gpu.sh prints the table); otherwise a launch costs a test of
 * one word more. A file that cannot be written keeps solvers from opening. */
#ifndef ESWI_KERNELS_LAUNCH_TIMES_H
#define ESWI_KERNELS_LAUNCH_TIMES_H

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <vector>

struct eswi_launch_time {
    const char *kernel;
    dim3 grid, block;
    int device;
    cudaEvent_t start, stop;
};

/* What is launched and not yet written down, of all devices. */
struct eswi_launch_times {
    const char *path; /* NULL: off */
    FILE *file;       /* NULL: off, or it cannot be written */
    int failure;      /* errno of opening it */
    std::mutex mutex;
    std::vector<eswi_launch_time> waiting;

    eswi_launch_times()
        : path(getenv("EDGESWEEP_KERNEL_TIMES")), file(path ? fopen(path, "w") : nullptr),
          failure(path && !file ? errno : 0)
    {
        if (file)
            fputs("Duration (ns),GrdX,GrdY,GrdZ,BlkX,BlkY,BlkZ,Name\n", file);
    }
};

inline eswi_launch_times &eswi_launch_times_here(void)
{
    static eswi_launch_times &times = *new eswi_launch_times;
    return times;
}

/* Exists while something is launched. Errors show where the launch itself is checked. */
class eswi_launch_timer
{
  public:
    eswi_launch_timer(const char *kernel, dim3 grid, dim3 block, cudaStream_t stream)
        : on_(eswi_launch_times_here().file), time_{kernel, grid, block, 0, nullptr, nullptr}, stream_(stream)
    {
        if (on_ && !cudaGetDevice(&time_.device) && !cudaEventCreate(&time_.start) &&
            !cudaEventCreate(&time_.stop))
            cudaEventRecord(time_.start, stream_);
    }
    ~eswi_launch_timer()
    {
        if (!on_)
            return;
        if (time_.stop)
            cudaEventRecord(time_.stop, stream_);
        eswi_launch_times &times = eswi_launch_times_here();
        const std::lock_guard<std::mutex> guard(times.mutex);
        times.waiting.push_back(time_);
    }
    eswi_launch_timer(const eswi_launch_timer &) = delete;
    eswi_launch_timer &operator=(const eswi_launch_timer &) = delete;

  private:
    bool on_;
    eswi_launch_time time_;
    cudaStream_t stream_;
};

/* Waits for the launches of the current device, which is `device`, and writes them down. Of those that failed nothing
 * is written. */
inline void eswi_launch_times_collect(int device)
{
    eswi_launch_times &times = eswi_launch_times_here();
    std::vector<eswi_launch_time> others;
    if (!times.file)
        return;
    const std::lock_guard<std::mutex> guard(times.mutex);
    for (const eswi_launch_time &t : times.waiting) {
        float milliseconds;
        if (t.device != device) {
            others.push_back(t);
            continue;
        }
        if (t.stop && !cudaEventSynchronize(t.stop) && !cudaEventElapsedTime(&milliseconds, t.start, t.stop))
            fprintf(times.file, "%.0f,%u,%u,%u,%u,%u,%u,%s\n", 1e6 * (double)milliseconds, t.grid.x, t.grid.y,
                    t.grid.z, t.block.x, t.block.y, t.block.z, t.kernel);
        if (t.start)
            cudaEventDestroy(t.start);
        if (t.stop)
            cudaEventDestroy(t.stop);
    }
    times.waiting.swap(others);
    fflush(times.file);
}

#endif
