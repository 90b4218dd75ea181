/* Integer arithmetic, by the PTX specification: everything wraps, shifts are in op_bits.cpp. */
#include <algorithm>

#include "machine.h"
#include "opcodes.h"

namespace ptx
{

/* 128-bit products, without relying on the compiler's pedantic mode. */
__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

template <class T> struct Wide;
template <> struct Wide<uint16_t> {
    using type = uint32_t;
};
template <> struct Wide<int16_t> {
    using type = int32_t;
};
template <> struct Wide<uint32_t> {
    using type = uint64_t;
};
template <> struct Wide<int32_t> {
    using type = int64_t;
};
template <> struct Wide<uint64_t> {
    using type = uint128;
};
template <> struct Wide<int64_t> {
    using type = int128;
};

/* Wrapping arithmetic: in 64 unsigned bits, then cut. */
template <class T> static uint64_t bits(T a)
{
    return static_cast<uint64_t>(a);
}
template <class T> static T add(T a, T b)
{
    return static_cast<T>(bits(a) + bits(b));
}
template <class T> static T subtract(T a, T b)
{
    return static_cast<T>(bits(a) - bits(b));
}
template <class T> static T multiply_low(T a, T b)
{
    return static_cast<T>(bits(a) * bits(b));
}
template <class T> static T multiply_high(T a, T b)
{
    using W = typename Wide<T>::type;
    return static_cast<T>((static_cast<W>(a) * static_cast<W>(b)) >> (8 * sizeof(T)));
}
template <class T> static T minimum(T a, T b)
{
    return std::min(a, b);
}
template <class T> static T maximum(T a, T b)
{
    return std::max(a, b);
}
template <class T> static T negate(T a)
{
    return static_cast<T>(0 - bits(a));
}
template <class T> static T absolute(T a)
{
    return a < 0 ? negate(a) : a;
}

template <class T, T (*f)(T)> static bool unary(Machine &, Thread &t, const Instruction &in)
{
    put<T>(t, in.destination[0], f(get<T>(t, in.source[0])));
    return true;
}

template <class T, T (*f)(T, T)> static bool binary(Machine &, Thread &t, const Instruction &in)
{
    put<T>(t, in.destination[0], f(get<T>(t, in.source[0]), get<T>(t, in.source[1])));
    return true;
}

template <class T, T (*product)(T, T)> static bool multiply_add(Machine &, Thread &t, const Instruction &in)
{
    const T p = product(get<T>(t, in.source[0]), get<T>(t, in.source[1]));
    put<T>(t, in.destination[0], add(p, get<T>(t, in.source[2])));
    return true;
}

template <class T, bool plus> static bool multiply_wide(Machine &, Thread &t, const Instruction &in)
{
    using W = typename Wide<T>::type;
    const W product = static_cast<W>(get<T>(t, in.source[0])) * static_cast<W>(get<T>(t, in.source[1]));
    put<W>(t, in.destination[0], plus ? add(product, get<W>(t, in.source[2])) : product);
    return true;
}

/* The least integer over -1 does not fit: it wraps. */
template <class T, bool remainder> static bool divide(Machine &machine, Thread &t, const Instruction &in)
{
    const T a = get<T>(t, in.source[0]), b = get<T>(t, in.source[1]);
    if (b == 0)
        machine.fault(t, in, "integer division by zero");
    const bool by_minus_one = b == static_cast<T>(-1) && static_cast<T>(-1) < 0;
    const T result =
        by_minus_one ? (remainder ? static_cast<T>(0) : negate(a)) : static_cast<T>(remainder ? a % b : a / b);
    put<T>(t, in.destination[0], result);
    return true;
}

template <class T> static void add_type(OpcodeTable &table, const std::string &type)
{
    table["add." + type] = {binary<T, add<T>>, "dss"};
    table["sub." + type] = {binary<T, subtract<T>>, "dss"};
    table["mul.lo." + type] = {binary<T, multiply_low<T>>, "dss"};
    table["mul.hi." + type] = {binary<T, multiply_high<T>>, "dss"};
    table["mad.lo." + type] = {multiply_add<T, multiply_low<T>>, "dsss"};
    table["mad.hi." + type] = {multiply_add<T, multiply_high<T>>, "dsss"};
    table["div." + type] = {divide<T, false>, "dss"};
    table["rem." + type] = {divide<T, true>, "dss"};
    table["min." + type] = {binary<T, minimum<T>>, "dss"};
    table["max." + type] = {binary<T, maximum<T>>, "dss"};
}

template <class T> static void add_wide(OpcodeTable &table, const std::string &type)
{
    table["mul.wide." + type] = {multiply_wide<T, false>, "dss"};
    table["mad.wide." + type] = {multiply_wide<T, true>, "dsss"};
}

template <class T> static void add_signed(OpcodeTable &table, const std::string &type)
{
    table["neg." + type] = {unary<T, negate<T>>, "ds"};
    table["abs." + type] = {unary<T, absolute<T>>, "ds"};
}

void add_integer_opcodes(OpcodeTable &table)
{
    add_type<uint16_t>(table, "u16");
    add_type<uint32_t>(table, "u32");
    add_type<uint64_t>(table, "u64");
    add_type<int16_t>(table, "s16");
    add_type<int32_t>(table, "s32");
    add_type<int64_t>(table, "s64");
    add_wide<uint16_t>(table, "u16");
    add_wide<uint32_t>(table, "u32");
    add_wide<int16_t>(table, "s16");
    add_wide<int32_t>(table, "s32");
    add_signed<int16_t>(table, "s16");
    add_signed<int32_t>(table, "s32");
    add_signed<int64_t>(table, "s64");
}

} // namespace ptx
