/* Loads, stores, atomics and addresses. */
#include <algorithm>

#include "machine.h"
#include "opcodes.h"

namespace ptx
{

static uint64_t address_of(const Thread &t, const Instruction &in)
{
    const uint64_t address = get<uint64_t>(t, in.source[0]) + static_cast<uint64_t>(in.offset);
    return in.space == Space::shared ? address & 0xffffffffu
                                     : address; /* 32-bit registers address shared memory */
}

template <class T> static bool load(Machine &machine, Thread &t, const Instruction &in)
{
    const uint8_t *memory = machine.access(t, in, address_of(t, in), sizeof(T) * in.count);
    machine.note_load(t, in, memory, sizeof(T) * in.count);
    for (int i = 0; i < in.count; i++) {
        T value;
        memcpy(&value, memory + static_cast<size_t>(i) * sizeof(T), sizeof value);
        put<T>(t, in.destination[i], value);
    }
    return true;
}

template <class T> static bool store(Machine &machine, Thread &t, const Instruction &in)
{
    uint8_t *memory = machine.access(t, in, address_of(t, in), sizeof(T) * in.count);
    machine.note_store(memory, sizeof(T) * in.count);
    for (int i = 0; i < in.count; i++) {
        const T value = get<T>(t, in.source[i + 1]);
        memcpy(memory + static_cast<size_t>(i) * sizeof(T), &value, sizeof value);
    }
    return true;
}

/* ---------------------------------------------------------------- atomics */

template <class T> static T atomic_add(T old, T a, T)
{
    return static_cast<T>(static_cast<uint64_t>(old) + static_cast<uint64_t>(a));
}
template <class T> static T atomic_min(T old, T a, T)
{
    return std::min(old, a);
}
template <class T> static T atomic_max(T old, T a, T)
{
    return std::max(old, a);
}
template <class T> static T atomic_and(T old, T a, T)
{
    return old & a;
}
template <class T> static T atomic_or(T old, T a, T)
{
    return old | a;
}
template <class T> static T atomic_xor(T old, T a, T)
{
    return old ^ a;
}
template <class T> static T atomic_exchange(T, T a, T)
{
    return a;
}
template <class T> static T atomic_compare_and_swap(T old, T expected, T value)
{
    return old == expected ? value : old;
}
template <class T> static T atomic_increment(T old, T limit, T)
{
    return old >= limit ? 0 : old + 1;
}
template <class T> static T atomic_decrement(T old, T limit, T)
{
    return old == 0 || old > limit ? limit : old - 1;
}

/* `keeps_old`: atom returns the old value, red does not. `operands` beyond the address: one, or two. */
template <class T, T (*f)(T, T, T), bool keeps_old, int operands>
static bool atomic(Machine &machine, Thread &t, const Instruction &in)
{
    uint8_t *memory = machine.access(t, in, address_of(t, in), sizeof(T));
    machine.note_store(memory, sizeof(T));
    const T a = get<T>(t, in.source[1]), b = operands == 2 ? get<T>(t, in.source[2]) : T{};
    T old;
    memcpy(&old, memory, sizeof old);
    const T value = f(old, a, b);
    memcpy(memory, &value, sizeof value);
    if (keeps_old)
        put<T>(t, in.destination[0], old);
    return true;
}

template <class T, T (*f)(T, T, T)> static void add_atomic(OpcodeTable &table, const std::string &name)
{
    table["atom." + name] = {atomic<T, f, true, 1>, "dms"};
    table["red." + name] = {atomic<T, f, false, 1>, "ms"};
}

template <class T> static void add_atomic_order(OpcodeTable &table, const std::string &type)
{
    add_atomic<T, atomic_min<T>>(table, "min." + type);
    add_atomic<T, atomic_max<T>>(table, "max." + type);
}

template <class T> static void add_atomic_bits(OpcodeTable &table, const std::string &type)
{
    add_atomic<T, atomic_and<T>>(table, "and." + type);
    add_atomic<T, atomic_or<T>>(table, "or." + type);
    add_atomic<T, atomic_xor<T>>(table, "xor." + type);
    table["atom.exch." + type] = {atomic<T, atomic_exchange<T>, true, 1>, "dms"};
    table["atom.cas." + type] = {atomic<T, atomic_compare_and_swap<T>, true, 2>, "dmss"};
}

/* ---------------------------------------------------------------- addresses */

/* Between an address of a state space and a generic one; only shared and local memory have windows. */
template <bool to_space> static bool convert_address(Machine &, Thread &t, const Instruction &in)
{
    const uint64_t address = get<uint64_t>(t, in.source[0]), window = Machine::window(in.space);
    put<uint64_t>(t, in.destination[0], to_space ? address - window : address + window);
    return true;
}

static bool is_in_space(Machine &, Thread &t, const Instruction &in)
{
    put<uint64_t>(t, in.destination[0], Machine::in_window(in.space, get<uint64_t>(t, in.source[0])));
    return true;
}

template <class T> static void add_access(OpcodeTable &table, const std::string &type)
{
    table["ld." + type] = {load<T>, "vm"};
    table["st." + type] = {store<T>, "mw"};
}

void add_memory_opcodes(OpcodeTable &table)
{
    add_access<uint8_t>(table, "b8");
    add_access<uint16_t>(table, "b16");
    add_access<uint32_t>(table, "b32");
    add_access<uint64_t>(table, "b64");
    add_access<uint8_t>(table, "u8");
    add_access<uint16_t>(table, "u16");
    add_access<uint32_t>(table, "u32");
    add_access<uint64_t>(table, "u64");
    add_access<int8_t>(table, "s8");
    add_access<int16_t>(table, "s16");
    add_access<int32_t>(table, "s32");
    add_access<int64_t>(table, "s64");
    add_access<uint32_t>(table, "f32"); /* bits: a load must not quieten a NaN */
    add_access<uint64_t>(table, "f64");

    add_atomic<uint32_t, atomic_add<uint32_t>>(table, "add.u32");
    add_atomic<int32_t, atomic_add<int32_t>>(table, "add.s32");
    add_atomic<uint64_t, atomic_add<uint64_t>>(table, "add.u64");
    add_atomic<uint32_t, atomic_increment<uint32_t>>(table, "inc.u32");
    add_atomic<uint32_t, atomic_decrement<uint32_t>>(table, "dec.u32");
    add_atomic_order<uint32_t>(table, "u32");
    add_atomic_order<uint64_t>(table, "u64");
    add_atomic_order<int32_t>(table, "s32");
    add_atomic_order<int64_t>(table, "s64");
    add_atomic_bits<uint32_t>(table, "b32");
    add_atomic_bits<uint64_t>(table, "b64");

    table["cvta.u64"] = {convert_address<false>, "ds"};
    table["cvta.to.u64"] = {convert_address<true>, "ds"};
    table["isspacep"] = {is_in_space, "ds"};
}

} // namespace ptx
