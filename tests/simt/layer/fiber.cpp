/* Fibers: a stack each, switched by saving the callee-saved registers of the x86-64 System V calling
 * convention. */
#include <sys/mman.h>

#include <cstdlib>

#include "engine.h"

#if SIMT_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#if !defined(__x86_64__)
#error "the fiber switch is written for x86-64"
#endif

/* Saves the caller's registers and stack in *save, continues where `to` was saved. The floating-point control
 * words are not saved: nothing here changes them. */
extern "C" void simt_switch_stack(void **save, void *to);
asm(R"(
    .text
    .globl simt_switch_stack
    .type simt_switch_stack, @function
simt_switch_stack:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, (%rdi)
    mov %rsi, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
    .size simt_switch_stack, . - simt_switch_stack
    .section .note.GNU-stack, "", @progbits
    .text
)");

namespace simt
{

ThreadContext *current_thread;

/* Sanitized frames are several times larger. */
static const size_t stack_bytes = SIMT_ASAN ? 256 << 10 : 64 << 10;
static const size_t guard_bytes = 4096;
static const int saved_registers = 6;

static void *scheduler_stack_pointer;
#if SIMT_ASAN
static void *scheduler_fake_stack;
static const void *scheduler_stack_bottom;
static size_t scheduler_stack_bytes;
#endif
static void (*fiber_entry)();

SIMT_UNCHECKED static void first_frame()
{
#if SIMT_ASAN
    __sanitizer_finish_switch_fiber(nullptr, &scheduler_stack_bottom, &scheduler_stack_bytes);
#endif
    fiber_entry();
    abort(); /* entry never returns */
}

static char *map_stack()
{
    void *memory = mmap(nullptr, guard_bytes + stack_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, guard_bytes, PROT_NONE) != 0)
        abort();
    return static_cast<char *>(memory) + guard_bytes;
}

void fiber_prepare(Fiber &fiber, void (*entry)())
{
    if (!fiber.stack)
        fiber.stack = map_stack();
#if SIMT_ASAN
    __asan_unpoison_memory_region(fiber.stack, stack_bytes);
#endif
    fiber_entry = entry;
    /* Starts are staggered, otherwise the hot frames of all threads fall into the same cache sets. */
    uintptr_t top = reinterpret_cast<uintptr_t>(fiber.stack + stack_bytes - 64 - (fiber.linear % 61) * 192);
    void **slot = reinterpret_cast<void **>(top & ~static_cast<uintptr_t>(63));
    *--slot = nullptr; /* where a return address would be: keeps the stack aligned as at a call */
    *--slot = reinterpret_cast<void *>(first_frame);
    for (int i = 0; i < saved_registers; i++)
        *--slot = nullptr;
    fiber.stack_pointer = slot;
    fiber.fake_stack = nullptr;
}

SIMT_UNCHECKED void fiber_resume(Fiber &fiber)
{
    current_thread = &fiber;
#if SIMT_ASAN
    __sanitizer_start_switch_fiber(&scheduler_fake_stack, fiber.stack, stack_bytes);
#endif
    simt_switch_stack(&scheduler_stack_pointer, fiber.stack_pointer);
#if SIMT_ASAN
    __sanitizer_finish_switch_fiber(scheduler_fake_stack, nullptr, nullptr);
#endif
    current_thread = nullptr;
}

SIMT_UNCHECKED void fiber_suspend()
{
    Fiber *self = current_fiber();
#if SIMT_ASAN
    __sanitizer_start_switch_fiber(&self->fake_stack, scheduler_stack_bottom, scheduler_stack_bytes);
#endif
    simt_switch_stack(&self->stack_pointer, scheduler_stack_pointer);
#if SIMT_ASAN
    __sanitizer_finish_switch_fiber(self->fake_stack, &scheduler_stack_bottom, &scheduler_stack_bytes);
#endif
}

bool fiber_owns(const Fiber &fiber, const void *address)
{
    const char *p = static_cast<const char *>(address);
    return p >= fiber.stack && p < fiber.stack + stack_bytes;
}

} // namespace simt
