/* The functions that -fsanitize=thread makes the compiler call, leading to the race checker instead of libtsan.
 *
 * C++ atomics appear in the host part of a .cu only (kernels use CUDA's): they act and are not checked.
 */
#include <cstddef>
#include <cstdint>

#include "race.h"

using simt::AccessType;
using simt::check_access;

#define CALLER __builtin_return_address(0)

#define ACCESS_HOOKS(n)                                \
    void __tsan_read##n(void *p)                       \
    {                                                  \
        check_access(p, n, AccessType::read, CALLER);  \
    }                                                  \
    void __tsan_write##n(void *p)                      \
    {                                                  \
        check_access(p, n, AccessType::write, CALLER); \
    }                                                  \
    void __tsan_unaligned_read##n(void *p)             \
    {                                                  \
        check_access(p, n, AccessType::read, CALLER);  \
    }                                                  \
    void __tsan_unaligned_write##n(void *p)            \
    {                                                  \
        check_access(p, n, AccessType::write, CALLER); \
    }                                                  \
    void __tsan_volatile_read##n(void *p)              \
    {                                                  \
        check_access(p, n, AccessType::read, CALLER);  \
    }                                                  \
    void __tsan_volatile_write##n(void *p)             \
    {                                                  \
        check_access(p, n, AccessType::write, CALLER); \
    }

#define ATOMIC_HOOKS(bits, T)                                  \
    T __tsan_atomic##bits##_load(const volatile T *p, int)     \
    {                                                          \
        return __atomic_load_n(p, __ATOMIC_SEQ_CST);           \
    }                                                          \
    void __tsan_atomic##bits##_store(volatile T *p, T v, int)  \
    {                                                          \
        __atomic_store_n(p, v, __ATOMIC_SEQ_CST);              \
    }                                                          \
    T __tsan_atomic##bits##_exchange(volatile T *p, T v, int)  \
    {                                                          \
        return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);    \
    }                                                          \
    T __tsan_atomic##bits##_fetch_add(volatile T *p, T v, int) \
    {                                                          \
        return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST);     \
    }                                                          \
    T __tsan_atomic##bits##_fetch_sub(volatile T *p, T v, int) \
    {                                                          \
        return __atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST);     \
    }

extern "C" {

ACCESS_HOOKS(1)
ACCESS_HOOKS(2)
ACCESS_HOOKS(4)
ACCESS_HOOKS(8)
ACCESS_HOOKS(16)
ATOMIC_HOOKS(8, uint8_t)
ATOMIC_HOOKS(32, uint32_t)
ATOMIC_HOOKS(64, uint64_t)

void __tsan_read_range(void *p, size_t bytes)
{
    check_access(p, bytes, AccessType::read, CALLER);
}
void __tsan_write_range(void *p, size_t bytes)
{
    check_access(p, bytes, AccessType::write, CALLER);
}
void __tsan_init()
{
}
void __tsan_func_entry(void *)
{
}
void __tsan_func_exit()
{
}
void __tsan_vptr_update(void **, void *)
{
}
void __tsan_vptr_read(void **)
{
}

} // extern "C"
