/* Floating-point arithmetic: results worked out in __float128 and rounded once to the format of the
 * instruction.
 *
 * 113 bits hold sums and products of 53-bit numbers well enough that rounding twice equals rounding once (113
 * >= 2 x 53
 * + 2), also for quotients; fma is compared where its exact result needs no more than 113 bits. */
#include <cmath>

#include "opcode_cases.h"

__extension__ typedef __float128 exact;

template <class T> static T value_of(uint64_t word);
template <> float value_of<float>(uint64_t word)
{
    return float_of(word);
}
template <> double value_of<double>(uint64_t word)
{
    return double_of(word);
}

/* The NaN of float operations is specified; for double any NaN will do, so the interpreter's own is asked for.
 */
template <class T> static uint64_t rounded(exact x)
{
    const T value = static_cast<T>(x);
    if (std::isnan(value))
        return sizeof(T) == 4 ? 0x7fffffffu : 0x7ff9dead9dead9deull;
    return word_of(value);
}

/* sqrt by bisection on the midpoints between neighbouring values, whose squares 113 bits hold. */
template <class T> static uint64_t root(uint64_t word)
{
    const T x = value_of<T>(word);
    if (!(x >= 0) || x == 0 || std::isinf(x)) /* -0 stays -0, negative numbers have no root */
        return x == 0 || x > 0 ? word_of(x) : rounded<T>(static_cast<exact>(NAN));
    uint64_t low = 0, high = word_of(INFINITY * T{1});
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        (static_cast<exact>(value_of<T>(middle)) * value_of<T>(middle) <= x ? low : high) = middle;
    }
    const exact half = (static_cast<exact>(value_of<T>(low)) + value_of<T>(high)) / 2;
    return half * half > x ? low : high;
}

template <class T> static uint64_t least(uint64_t a, uint64_t b, bool most)
{
    const T x = value_of<T>(a), y = value_of<T>(b);
    const uint64_t sign = uint64_t{1} << (8 * sizeof(T) - 1);
    if (std::isnan(x) || std::isnan(y))
        return std::isnan(x) && std::isnan(y) ? rounded<T>(static_cast<exact>(NAN)) : std::isnan(x) ? b : a;
    if (x == 0 && y == 0)
        return most ? a & b : (a | b) & sign;
    return (x < y) != most ? a : b;
}

template <class T> static bool moderate(uint64_t word)
{
    const T x = value_of<T>(word);
    return x == 0 || (std::abs(x) > T(1e-2) && std::abs(x) < T(1e2));
}

template <class T> static void add_type(std::vector<ValueCase> &cases, const std::string &t)
{
    const auto of = [](uint64_t word) { return static_cast<exact>(value_of<T>(word)); };
    const unsigned sign = 8 * sizeof(T) - 1;
    cases.push_back(
        {"add.rn." + t, t, {t, t}, [=](const uint64_t *s) { return rounded<T>(of(s[0]) + of(s[1])); }});
    cases.push_back(
        {"sub.rn." + t, t, {t, t}, [=](const uint64_t *s) { return rounded<T>(of(s[0]) - of(s[1])); }});
    cases.push_back(
        {"mul.rn." + t, t, {t, t}, [=](const uint64_t *s) { return rounded<T>(of(s[0]) * of(s[1])); }});
    cases.push_back(
        {"div.rn." + t, t, {t, t}, [=](const uint64_t *s) { return rounded<T>(of(s[0]) / of(s[1])); }});
    cases.push_back({"rcp.rn." + t, t, {t}, [=](const uint64_t *s) { return rounded<T>(1 / of(s[0])); }});
    cases.push_back({"sqrt.rn." + t, t, {t}, [](const uint64_t *s) { return root<T>(s[0]); }});
    for (const char *name : {"fma.rn.", "mad.rn."})
        cases.push_back(
            {name + t,
             t,
             {t, t, t},
             [=](const uint64_t *s) { return rounded<T>(of(s[0]) * of(s[1]) + of(s[2])); },
             "",
             [](const uint64_t *s) { return moderate<T>(s[0]) && moderate<T>(s[1]) && moderate<T>(s[2]); }});
    cases.push_back({"min." + t, t, {t, t}, [](const uint64_t *s) { return least<T>(s[0], s[1], false); }});
    cases.push_back({"max." + t, t, {t, t}, [](const uint64_t *s) { return least<T>(s[0], s[1], true); }});
    cases.push_back({"neg." + t, t, {t}, [=](const uint64_t *s) { return s[0] ^ uint64_t { 1 } << sign; }});
    cases.push_back({"abs." + t, t, {t}, [=](const uint64_t *s) { return s[0] & ~(uint64_t{1} << sign); }});
    cases.push_back({"copysign." + t, t, {t, t}, [=](const uint64_t *s) {
                         return (s[0] >> sign << sign) + (s[1] & ~(uint64_t{1} << sign));
                     }});
}

void add_float_cases(std::vector<ValueCase> &cases)
{
    add_type<float>(cases, "f32");
    add_type<double>(cases, "f64");
}
