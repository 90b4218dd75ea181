/* The one header a .cu includes. nvcc sees CUDA, a C++ compiler sees the CPU execution layer
 * (tests/simt/layer), so kernels and their host code are the same text in both. Beyond CUDA's own names it
 * offers
 *
 *   ESW_LAUNCH(kernel, grid, block, shared_bytes, stream, arguments...)   kernel<<<...>>>(arguments...)
 *   ESW_DYNAMIC_SHARED(type, name)                                        the block's dynamic shared memory,
 * 16-aligned
 *   ESW_BACKEND_NAME                                                      "cuda" or "simt"
 *   ESW_NOINLINE                                                          a function that is called, never inlined
 *   ESW_NANOSECONDS()                                                     the device's clock
 *   ESW_GRID_ROWS                                                         the most a grid has in y
 *   ESW_TAKE_TICKET(counter)                                              a number that no other thread gets: off a
 *                                                                         counter of work, without gaps in the end
 *
 * Rules for kernels: extern "C" names; no __shared__ in templates or inline functions; one barrier per source
 * line; no return before a barrier; no collective behind && or ||; no approximate intrinsic, no float atomic.
 */
#ifndef ESWI_PORT_H
#define ESWI_PORT_H

#if defined(__CUDACC__)

#include <cuda_runtime.h>

#define ESW_BACKEND_NAME "cuda"

#define ESW_NOINLINE     __noinline__
#define ESW_GRID_ROWS    65535u

/* Nanoseconds on the device's clock; for time limits, never for anything that reaches a result otherwise. */
static __device__ __forceinline__ unsigned long long eswi_nanoseconds(void)
{
    unsigned long long now = 0;
#if defined(__CUDA_ARCH__)
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
#endif
    return now;
}
#define ESW_NANOSECONDS() eswi_nanoseconds()

/* nvcc compiles shared functions for the host too, where nothing calls them. */
#if defined(__CUDA_ARCH__)
#define ESW_TAKE_TICKET(counter) atomicAdd(counter, 1u)
#else
#define ESW_TAKE_TICKET(counter) ((*(counter))++)
#endif

#include "kernels/common/launch_times.h"

#define ESW_LAUNCH(kernel, grid, block, shared_bytes, stream, ...)              \
    do {                                                                        \
        const eswi_launch_timer eswi_timer(#kernel, (grid), (block), (stream)); \
        kernel<<<(grid), (block), (shared_bytes), (stream)>>>(__VA_ARGS__);     \
    } while (0)
#define ESW_DYNAMIC_SHARED(type, name)                                  \
    extern __shared__ __align__(16) unsigned char esw_dynamic_shared[]; \
    type *name = reinterpret_cast<type *>(esw_dynamic_shared)

#else

#include "simt.h"

#define ESW_BACKEND_NAME  "simt"

#define ESW_NOINLINE             __attribute__((noinline))
#define ESW_GRID_ROWS            simt::most_rows()
#define ESW_NANOSECONDS()        simt::nanoseconds()
#define ESW_TAKE_TICKET(counter) simt::take_ticket(counter)

#include "kernels/common/launch_times.h"

#define ESW_LAUNCH(kernel, grid, block, shared_bytes, stream, ...)                             \
    do {                                                                                       \
        const eswi_launch_timer eswi_timer(#kernel, (grid), (block), (stream));                \
        simt::launch(#kernel, kernel, (grid), (block), (shared_bytes), (stream), __VA_ARGS__); \
    } while (0)
#define ESW_DYNAMIC_SHARED(type, name) type *name = static_cast<type *>(simt::current_block.dynamic_shared)

#endif

#endif
