/* What a kernel may call: indices, barriers, warp collectives, atomics, and the intrinsics whose bits are
 * defined.
 *
 * Deliberately absent: __expf, __logf, __fdividef, rsqrtf, sinf and the like. Their bits on a GPU are not those
 * of a CPU, so a kernel that uses one must not compile here.
 */
#ifndef SIMT_DEVICE_H
#define SIMT_DEVICE_H

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "types.h"

namespace simt
{

/* The CUDA thread that is running, nullptr on the host. */
struct ThreadContext {
    uint3 thread_index;
    unsigned linear; /* its number in the block */
};
extern ThreadContext *current_thread;

/* The block that is running. */
struct BlockContext {
    uint3 block_index;
    dim3 block_size, grid_size;
    void *dynamic_shared;
};
extern BlockContext current_block;

enum class BarrierOp { sync, count, all, any };
enum class WarpOp {
    sync,
    shuffle,
    shuffle_up,
    shuffle_down,
    shuffle_xor,
    ballot,
    any,
    all,
    match_any,
    reduce_add,
    reduce_min,
    reduce_max,
    reduce_and,
    reduce_or,
    reduce_xor
};

/* Waits for the whole block; returns what `op` says of everybody's predicate. */
int barrier(BarrierOp op, bool predicate, const char *file, int line);

/* Waits for the lanes of `mask` to arrive at the same operation of the same source line. */
uint64_t collective(WarpOp op, unsigned mask, uint64_t value, int argument, int width, const char *file,
                    int line);

/* A clock that only goes forward, %globaltimer. */
uint64_t nanoseconds();

/* A point where another thread may run: random schedules take it one time in four. */
void preempt();

/* Tells the race checker of one atomic access; a point where another thread may run. */
void atomic_access(const void *address, size_t bytes);

/* What atomicAdd(counter, 1) may return on a device where all blocks run at once (tickets.cpp). */
unsigned take_ticket(unsigned *counter);

unsigned active_mask();

template <class T> uint64_t to_bits(T value)
{
    static_assert(sizeof(T) <= 8, "warp operations move at most eight bytes");
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof value);
    return bits;
}

template <class T> T from_bits(uint64_t bits)
{
    T value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

} // namespace simt

#define threadIdx (simt::current_thread->thread_index)
#define blockIdx  (simt::current_block.block_index)
#define blockDim  (simt::current_block.block_size)
#define gridDim   (simt::current_block.grid_size)
constexpr int warpSize = 32;

/* Default arguments that name the caller's line. */
#define SIMT_HERE const char *file = __builtin_FILE(), int line = __builtin_LINE()

/* ---------------------------------------------------------------- barriers and warp collectives */

inline void __syncthreads(SIMT_HERE)
{
    simt::barrier(simt::BarrierOp::sync, false, file, line);
}
inline int __syncthreads_count(int p, SIMT_HERE)
{
    return simt::barrier(simt::BarrierOp::count, p, file, line);
}
inline int __syncthreads_and(int p, SIMT_HERE)
{
    return simt::barrier(simt::BarrierOp::all, p, file, line);
}
inline int __syncthreads_or(int p, SIMT_HERE)
{
    return simt::barrier(simt::BarrierOp::any, p, file, line);
}

inline void __syncwarp(unsigned mask = 0xffffffffu, SIMT_HERE)
{
    simt::collective(simt::WarpOp::sync, mask, 0, 0, warpSize, file, line);
}

#define SIMT_SHUFFLE(name, op, argument_type)                                                       \
    template <class T>                                                                              \
    inline T name(unsigned mask, T value, argument_type argument, int width = warpSize, SIMT_HERE)  \
    {                                                                                               \
        return simt::from_bits<T>(simt::collective(simt::WarpOp::op, mask, simt::to_bits(value),    \
                                                   static_cast<int>(argument), width, file, line)); \
    }
SIMT_SHUFFLE(__shfl_sync, shuffle, int)
SIMT_SHUFFLE(__shfl_up_sync, shuffle_up, unsigned)
SIMT_SHUFFLE(__shfl_down_sync, shuffle_down, unsigned)
SIMT_SHUFFLE(__shfl_xor_sync, shuffle_xor, int)
#undef SIMT_SHUFFLE

#define SIMT_VOTE(result, name, op)                                                             \
    inline result name(unsigned mask, int predicate, SIMT_HERE)                                 \
    {                                                                                           \
        return static_cast<result>(                                                             \
            simt::collective(simt::WarpOp::op, mask, predicate != 0, 0, warpSize, file, line)); \
    }
SIMT_VOTE(unsigned, __ballot_sync, ballot)
SIMT_VOTE(int, __any_sync, any)
SIMT_VOTE(int, __all_sync, all)
#undef SIMT_VOTE

#define SIMT_REDUCE(name, op)                                                          \
    inline unsigned name(unsigned mask, unsigned value, SIMT_HERE)                     \
    {                                                                                  \
        return static_cast<unsigned>(                                                  \
            simt::collective(simt::WarpOp::op, mask, value, 0, warpSize, file, line)); \
    }
SIMT_REDUCE(__reduce_add_sync, reduce_add)
SIMT_REDUCE(__reduce_min_sync, reduce_min)
SIMT_REDUCE(__reduce_max_sync, reduce_max)
SIMT_REDUCE(__reduce_and_sync, reduce_and)
SIMT_REDUCE(__reduce_or_sync, reduce_or)
SIMT_REDUCE(__reduce_xor_sync, reduce_xor)
#undef SIMT_REDUCE

template <class T> inline unsigned __match_any_sync(unsigned mask, T value, SIMT_HERE)
{
    return static_cast<unsigned>(
        simt::collective(simt::WarpOp::match_any, mask, simt::to_bits(value), 0, warpSize, file, line));
}
#undef SIMT_HERE

inline unsigned __activemask()
{
    return simt::active_mask();
}
inline void __threadfence()
{
    simt::preempt();
}
inline void __threadfence_block()
{
    simt::preempt();
}

/* ---------------------------------------------------------------- atomics, returning the old value */

/* Not instrumented: the race checker must see one atomic access, not a load and a store. */
#define SIMT_ATOMIC(name, T, expression)                                      \
    __attribute__((no_sanitize("thread"))) inline T name(T *address, T value) \
    {                                                                         \
        simt::atomic_access(address, sizeof(T));                              \
        T old = *address;                                                     \
        *address = (expression);                                              \
        return old;                                                           \
    }
#define SIMT_ATOMICS_OF_INTEGER(T)                                                            \
    SIMT_ATOMIC(atomicMin, T, (value < old ? value : old))                                    \
    SIMT_ATOMIC(atomicMax, T, (value > old ? value : old))                                    \
    SIMT_ATOMIC(atomicExch, T, value)                                                         \
    SIMT_ATOMIC(atomicAnd, T, (old & value))                                                  \
    SIMT_ATOMIC(atomicOr, T, (old | value))                                                   \
    SIMT_ATOMIC(atomicXor, T, (old ^ value))                                                  \
    __attribute__((no_sanitize("thread"))) inline T atomicCAS(T *address, T compare, T value) \
    {                                                                                         \
        simt::atomic_access(address, sizeof(T));                                              \
        T old = *address;                                                                     \
        if (old == compare)                                                                   \
            *address = value;                                                                 \
        return old;                                                                           \
    }
SIMT_ATOMICS_OF_INTEGER(int)
SIMT_ATOMICS_OF_INTEGER(unsigned)
SIMT_ATOMICS_OF_INTEGER(unsigned long long)
SIMT_ATOMIC(atomicAdd, int, static_cast<int>(static_cast<unsigned>(old) + static_cast<unsigned>(value)))
SIMT_ATOMIC(atomicSub, int, static_cast<int>(static_cast<unsigned>(old) - static_cast<unsigned>(value)))
SIMT_ATOMIC(atomicAdd, unsigned, old + value)
SIMT_ATOMIC(atomicSub, unsigned, old - value)
SIMT_ATOMIC(atomicAdd, unsigned long long, old + value)
SIMT_ATOMIC(atomicInc, unsigned, (old >= value ? 0u : old + 1u))
SIMT_ATOMIC(atomicDec, unsigned, (old == 0u || old > value ? value : old - 1u))
SIMT_ATOMIC(atomicExch, float, value)
#undef SIMT_ATOMICS_OF_INTEGER
#undef SIMT_ATOMIC
/* No atomicAdd of floats: its result depends on the order of the threads. */

/* ---------------------------------------------------------------- intrinsics whose result is exactly defined
 */

template <class T> inline T __ldg(const T *address)
{
    return *address;
}

inline float __fadd_rn(float a, float b)
{
    return a + b;
}
inline float __fsub_rn(float a, float b)
{
    return a - b;
}
inline float __fmul_rn(float a, float b)
{
    return a * b;
}
inline float __fdiv_rn(float a, float b)
{
    return a / b;
}
inline float __frcp_rn(float a)
{
    return 1.0f / a;
}
inline float __fsqrt_rn(float a)
{
    return std::sqrt(a);
}
inline float __fmaf_rn(float a, float b, float c)
{
    return std::fma(a, b, c);
}
inline double __dadd_rn(double a, double b)
{
    return a + b;
}
inline double __dsub_rn(double a, double b)
{
    return a - b;
}
inline double __dmul_rn(double a, double b)
{
    return a * b;
}
inline double __ddiv_rn(double a, double b)
{
    return a / b;
}
inline double __dsqrt_rn(double a)
{
    return std::sqrt(a);
}
inline double __fma_rn(double a, double b, double c)
{
    return std::fma(a, b, c);
}

inline int __float_as_int(float a)
{
    return simt::from_bits<int>(simt::to_bits(a));
}
inline unsigned __float_as_uint(float a)
{
    return simt::from_bits<unsigned>(simt::to_bits(a));
}
inline float __int_as_float(int a)
{
    return simt::from_bits<float>(simt::to_bits(a));
}
inline float __uint_as_float(unsigned a)
{
    return simt::from_bits<float>(simt::to_bits(a));
}
inline long long __double_as_longlong(double a)
{
    return simt::from_bits<long long>(simt::to_bits(a));
}
inline double __longlong_as_double(long long a)
{
    return simt::from_bits<double>(simt::to_bits(a));
}

inline int __popc(unsigned a)
{
    return __builtin_popcount(a);
}
inline int __popcll(unsigned long long a)
{
    return __builtin_popcountll(a);
}
inline int __clz(int a)
{
    return a ? __builtin_clz(static_cast<unsigned>(a)) : 32;
}
inline int __clzll(long long a)
{
    return a ? __builtin_clzll(static_cast<unsigned long long>(a)) : 64;
}
inline int __ffs(int a)
{
    return __builtin_ffs(a);
}
inline unsigned __umulhi(unsigned a, unsigned b)
{
    return static_cast<unsigned>((static_cast<uint64_t>(a) * b) >> 32);
}

#define SIMT_MIN_MAX(T)       \
    inline T min(T a, T b)    \
    {                         \
        return b < a ? b : a; \
    }                         \
    inline T max(T a, T b)    \
    {                         \
        return a < b ? b : a; \
    }
SIMT_MIN_MAX(int)
SIMT_MIN_MAX(unsigned)
SIMT_MIN_MAX(long long)
SIMT_MIN_MAX(unsigned long long)
#undef SIMT_MIN_MAX

#endif
