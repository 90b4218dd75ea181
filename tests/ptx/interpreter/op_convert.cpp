/* cvt: between integers of all sizes, float and double. */
#include <cmath>
#include <limits>

#include "machine.h"
#include "opcodes.h"

namespace ptx
{

/* Integer to integer: widened by the source's sign, then cut. */
template <class D, class S> static bool integer_to_integer(Machine &, Thread &t, const Instruction &in)
{
    put<D>(t, in.destination[0], static_cast<D>(get<S>(t, in.source[0])));
    return true;
}

/* Integer to float rounds to nearest even, as the conversion of C++ does. */
template <class D, class S> static bool integer_to_float(Machine &, Thread &t, const Instruction &in)
{
    put<D>(t, in.destination[0], static_cast<D>(get<S>(t, in.source[0])));
    return true;
}

enum class Rounding { nearest, zero, down, up };

template <Rounding rounding, class T> static T round_to_integer(T x)
{
    switch (rounding) {
    case Rounding::nearest:
        return std::nearbyint(x);
    case Rounding::zero:
        return std::trunc(x);
    case Rounding::down:
        return std::floor(x);
    default:
        return std::ceil(x);
    }
}

/* Out of range saturates. A NaN gives 0 if neither side has 64 bits, else the highest bit alone. */
template <class D, class S, Rounding rounding>
static bool float_to_integer(Machine &, Thread &t, const Instruction &in)
{
    const S x = round_to_integer<rounding>(get<S>(t, in.source[0]));
    const S beyond = std::ldexp(S{1}, std::numeric_limits<D>::digits); /* the first value above the range */
    const bool wide = sizeof(D) == 8 || sizeof(S) == 8;
    D result;
    if (std::isnan(x))
        result = wide ? static_cast<D>(uint64_t{1} << (8 * sizeof(D) - 1)) : D{0};
    else if (x >= beyond)
        result = std::numeric_limits<D>::max();
    else if (x < (std::is_signed<D>::value ? -beyond : S{0}))
        result = std::numeric_limits<D>::min();
    else
        result = static_cast<D>(x);
    put<D>(t, in.destination[0], result);
    return true;
}

/* NaN results are those of op_float.cpp's operations: one for float, an arbitrary one for double. */
static bool float_to_double(Machine &, Thread &t, const Instruction &in)
{
    const double x = static_cast<double>(get<float>(t, in.source[0]));
    if (std::isnan(x))
        put<uint64_t>(t, in.destination[0], 0x7ff9dead9dead9deull);
    else
        put<double>(t, in.destination[0], x);
    return true;
}

static bool double_to_float(Machine &, Thread &t, const Instruction &in)
{
    const float x = static_cast<float>(get<double>(t, in.source[0]));
    if (std::isnan(x))
        put<uint32_t>(t, in.destination[0], 0x7fffffffu);
    else
        put<float>(t, in.destination[0], x);
    return true;
}

template <class T, Rounding rounding> static bool to_integral(Machine &, Thread &t, const Instruction &in)
{
    const T x = get<T>(t, in.source[0]);
    if (!std::isnan(x))
        put<T>(t, in.destination[0], round_to_integer<rounding>(x));
    else if (sizeof(T) == 4)
        put<uint32_t>(t, in.destination[0], 0x7fffffffu);
    else
        put<uint64_t>(t, in.destination[0], 0x7ff9dead9dead9deull);
    return true;
}

template <class D, class S> static void add_integer_pair(OpcodeTable &table, const char *d, const char *s)
{
    table[std::string("cvt.") + d + "." + s] = {integer_to_integer<D, S>, "ds"};
}

/* Everything an integer type converts from and to. */
template <class D> static void add_integer_type(OpcodeTable &table, const char *type)
{
    const std::string name = type;
    add_integer_pair<D, uint8_t>(table, type, "u8");
    add_integer_pair<D, uint16_t>(table, type, "u16");
    add_integer_pair<D, uint32_t>(table, type, "u32");
    add_integer_pair<D, uint64_t>(table, type, "u64");
    add_integer_pair<D, int8_t>(table, type, "s8");
    add_integer_pair<D, int16_t>(table, type, "s16");
    add_integer_pair<D, int32_t>(table, type, "s32");
    add_integer_pair<D, int64_t>(table, type, "s64");
    table["cvt.rn.f32." + name] = {integer_to_float<float, D>, "ds"};
    table["cvt.rn.f64." + name] = {integer_to_float<double, D>, "ds"};
    table["cvt.rni." + name + ".f32"] = {float_to_integer<D, float, Rounding::nearest>, "ds"};
    table["cvt.rzi." + name + ".f32"] = {float_to_integer<D, float, Rounding::zero>, "ds"};
    table["cvt.rmi." + name + ".f32"] = {float_to_integer<D, float, Rounding::down>, "ds"};
    table["cvt.rpi." + name + ".f32"] = {float_to_integer<D, float, Rounding::up>, "ds"};
    table["cvt.rni." + name + ".f64"] = {float_to_integer<D, double, Rounding::nearest>, "ds"};
    table["cvt.rzi." + name + ".f64"] = {float_to_integer<D, double, Rounding::zero>, "ds"};
    table["cvt.rmi." + name + ".f64"] = {float_to_integer<D, double, Rounding::down>, "ds"};
    table["cvt.rpi." + name + ".f64"] = {float_to_integer<D, double, Rounding::up>, "ds"};
}

template <class T> static void add_float_type(OpcodeTable &table, const std::string &type)
{
    table["cvt.rni." + type + "." + type] = {to_integral<T, Rounding::nearest>, "ds"};
    table["cvt.rzi." + type + "." + type] = {to_integral<T, Rounding::zero>, "ds"};
    table["cvt.rmi." + type + "." + type] = {to_integral<T, Rounding::down>, "ds"};
    table["cvt.rpi." + type + "." + type] = {to_integral<T, Rounding::up>, "ds"};
}

void add_convert_opcodes(OpcodeTable &table)
{
    add_integer_type<uint8_t>(table, "u8");
    add_integer_type<uint16_t>(table, "u16");
    add_integer_type<uint32_t>(table, "u32");
    add_integer_type<uint64_t>(table, "u64");
    add_integer_type<int8_t>(table, "s8");
    add_integer_type<int16_t>(table, "s16");
    add_integer_type<int32_t>(table, "s32");
    add_integer_type<int64_t>(table, "s64");
    add_float_type<float>(table, "f32");
    add_float_type<double>(table, "f64");
    table["cvt.f64.f32"] = {float_to_double, "ds"};
    table["cvt.rn.f32.f64"] = {double_to_float, "ds"};
}

} // namespace ptx
