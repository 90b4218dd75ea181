/* Floating-point arithmetic that IEEE 754 fixes to the bit: round to nearest even, subnormals kept. */
#include <cmath>

#include "machine.h"
#include "opcodes.h"

namespace ptx
{

/* A NaN of a float operation is this one (PTX specification). Which double NaN comes out is not specified: one
 * that no processor makes shows if a result depends on it. */
static const uint32_t float_nan = 0x7fffffffu;
static const uint64_t double_nan = 0x7ff9dead9dead9deull;

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float canonical_nan(float a)
{
    return std::isnan(a) ? from_bits(float_nan) : a;
}

static double canonical_nan(double a)
{
    return std::isnan(a) ? from_bits(double_nan) : a;
}

template <class T> static T add(T a, T b)
{
    return a + b;
}
template <class T> static T subtract(T a, T b)
{
    return a - b;
}
template <class T> static T multiply(T a, T b)
{
    return a * b;
}
template <class T> static T divide(T a, T b)
{
    return a / b;
}
template <class T> static T root(T a)
{
    return std::sqrt(a);
}
template <class T> static T reciprocal(T a)
{
    return T{1} / a;
}

/* A NaN loses against a number, -0 is less than +0. */
template <class T, bool most> static T extreme(T a, T b)
{
    if (std::isnan(a))
        return b;
    if (std::isnan(b))
        return a;
    if (a == b)
        return std::signbit(a) == most ? b : a;
    return (a < b) == most ? b : a;
}

template <class T, T (*f)(T)> static bool unary(Machine &, Thread &t, const Instruction &in)
{
    put<T>(t, in.destination[0], canonical_nan(f(get<T>(t, in.source[0]))));
    return true;
}

template <class T, T (*f)(T, T)> static bool binary(Machine &, Thread &t, const Instruction &in)
{
    put<T>(t, in.destination[0], canonical_nan(f(get<T>(t, in.source[0]), get<T>(t, in.source[1]))));
    return true;
}

template <class T> static bool fused_multiply_add(Machine &, Thread &t, const Instruction &in)
{
    const T a = get<T>(t, in.source[0]), b = get<T>(t, in.source[1]), c = get<T>(t, in.source[2]);
    put<T>(t, in.destination[0], canonical_nan(std::fma(a, b, c)));
    return true;
}

/* Sign operations work on bits; B is the unsigned integer of T's size. */
template <class B> static constexpr B sign_bit = B{1} << (8 * sizeof(B) - 1);

template <class B> static bool negate(Machine &, Thread &t, const Instruction &in)
{
    put<B>(t, in.destination[0], get<B>(t, in.source[0]) ^ sign_bit<B>);
    return true;
}

template <class B> static bool absolute(Machine &, Thread &t, const Instruction &in)
{
    put<B>(t, in.destination[0], get<B>(t, in.source[0]) & ~sign_bit<B>);
    return true;
}

/* The sign of the first operand on the magnitude of the second. */
template <class B> static bool copy_sign(Machine &, Thread &t, const Instruction &in)
{
    const B sign = get<B>(t, in.source[0]) & sign_bit<B>;
    put<B>(t, in.destination[0], sign | (get<B>(t, in.source[1]) & ~sign_bit<B>));
    return true;
}

template <class T, class B> static void add_type(OpcodeTable &table, const std::string &type)
{
    table["add.rn." + type] = {binary<T, add<T>>, "dss"};
    table["sub.rn." + type] = {binary<T, subtract<T>>, "dss"};
    table["mul.rn." + type] = {binary<T, multiply<T>>, "dss"};
    table["div.rn." + type] = {binary<T, divide<T>>, "dss"};
    table["fma.rn." + type] = table["mad.rn." + type] = {fused_multiply_add<T>, "dsss"};
    table["sqrt.rn." + type] = {unary<T, root<T>>, "ds"};
    table["rcp.rn." + type] = {unary<T, reciprocal<T>>, "ds"};
    table["min." + type] = {binary<T, extreme<T, false>>, "dss"};
    table["max." + type] = {binary<T, extreme<T, true>>, "dss"};
    table["neg." + type] = {negate<B>, "ds"};
    table["abs." + type] = {absolute<B>, "ds"};
    table["copysign." + type] = {copy_sign<B>, "dss"};
}

void add_float_opcodes(OpcodeTable &table)
{
    add_type<float, uint32_t>(table, "f32");
    add_type<double, uint64_t>(table, "f64");
}

} // namespace ptx
