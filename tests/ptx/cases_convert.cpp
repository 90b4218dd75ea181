/* Conversions, by comparison with the integers around a value rather than by conversion. */
#include <cmath>

#include "opcode_cases.h"

__extension__ typedef __int128 exact;
__extension__ typedef __float128 exact_real;

static const char *const integer_names[] = {"u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64"};

static exact integer_value(const std::string &type, uint64_t word)
{
    const unsigned bits = bits_of_type(type);
    return type[0] == 's' ? static_cast<exact>(sign_extended(word, bits)) : static_cast<exact>(cut(word, bits));
}

/* Results narrower than a register fill a 32-bit one by sign or with zeros. */
static std::string register_of(const std::string &type)
{
    return bits_of_type(type) < 32 ? type.substr(0, 1) + "32" : type;
}

static uint64_t in_register(const std::string &type, exact value)
{
    return static_cast<uint64_t>(integer_value(type, static_cast<uint64_t>(value)));
}

/* The integer a rounding mode gives: floor, then perhaps one more. */
static exact_real rounded(exact_real x, const std::string &mode)
{
    exact_real floor = static_cast<exact_real>(static_cast<exact>(x)); /* towards zero; |x| < 2^126 here */
    if (floor > x)
        floor -= 1;
    const exact_real rest = x - floor;
    const bool odd = static_cast<exact>(floor) % 2 != 0;
    const bool up = mode == "rpi"   ? rest > 0
                    : mode == "rmi" ? false
                    : mode == "rzi" ? x < 0 && rest > 0
                                    : rest * 2 > 1 || (rest * 2 == 1 && odd);
    return up ? floor + 1 : floor;
}

static uint64_t to_integer(const std::string &type, unsigned source_bits, double x, const std::string &mode)
{
    const unsigned bits = bits_of_type(type);
    const bool is_signed = type[0] == 's';
    if (std::isnan(x))
        return bits == 64 || source_bits == 64 ? in_register(type, static_cast<exact>(1) << (bits - 1)) : 0;
    const exact most = (static_cast<exact>(1) << (bits - is_signed)) - 1, least = is_signed ? -most - 1 : 0;
    if (x > 1e30 || x < -1e30)
        return in_register(type, x > 0 ? most : least);
    const exact_real value = rounded(x, mode);
    const exact integer = value > static_cast<exact_real>(most)    ? most
                          : value < static_cast<exact_real>(least) ? least
                                                                   : static_cast<exact>(value);
    return in_register(type, integer);
}

static void add_integer_destination(std::vector<ValueCase> &cases, const std::string &d)
{
    for (const char *s : integer_names)
        cases.push_back({"cvt." + d + "." + s, register_of(d), {s}, [=](const uint64_t *source) {
                             return in_register(d, integer_value(s, source[0]));
                         }});
    for (const std::string mode : {"rni", "rzi", "rmi", "rpi"}) {
        cases.push_back(
            {"cvt." + mode + "." + d + ".f32", register_of(d), {"f32"}, [=](const uint64_t *source) {
                 return to_integer(d, 32, static_cast<double>(float_of(source[0])), mode);
             }});
        cases.push_back(
            {"cvt." + mode + "." + d + ".f64", register_of(d), {"f64"}, [=](const uint64_t *source) {
                 return to_integer(d, 64, double_of(source[0]), mode);
             }});
    }
    /* 113 bits hold every 64-bit integer; the one rounding is the last conversion. */
    cases.push_back({"cvt.rn.f32." + d, "f32", {d}, [=](const uint64_t *source) {
                         return word_of(
                             static_cast<float>(static_cast<exact_real>(integer_value(d, source[0]))));
                     }});
    cases.push_back({"cvt.rn.f64." + d, "f64", {d}, [=](const uint64_t *source) {
                         return word_of(
                             static_cast<double>(static_cast<exact_real>(integer_value(d, source[0]))));
                     }});
}

static uint64_t to_integral(double x, const std::string &mode, bool wide)
{
    if (std::isnan(x))
        return wide ? 0x7ff9dead9dead9deull : 0x7fffffffu;
    const double integral =
        std::abs(x) >= 0x1p53 || x == 0 ? x : std::copysign(static_cast<double>(rounded(x, mode)), x);
    return wide ? word_of(integral) : word_of(static_cast<float>(integral));
}

void add_convert_cases(std::vector<ValueCase> &cases)
{
    for (const char *d : integer_names)
        add_integer_destination(cases, d);
    for (const std::string mode : {"rni", "rzi", "rmi", "rpi"}) {
        cases.push_back({"cvt." + mode + ".f32.f32", "f32", {"f32"}, [=](const uint64_t *s) {
                             return to_integral(static_cast<double>(float_of(s[0])), mode, false);
                         }});
        cases.push_back({"cvt." + mode + ".f64.f64", "f64", {"f64"}, [=](const uint64_t *s) {
                             return to_integral(double_of(s[0]), mode, true);
                         }});
    }
    cases.push_back({"cvt.f64.f32", "f64", {"f32"}, [](const uint64_t *s) {
                         const float x = float_of(s[0]);
                         return std::isnan(x) ? 0x7ff9dead9dead9deull
                                              : word_of(static_cast<double>(static_cast<exact_real>(x)));
                     }});
    cases.push_back({"cvt.rn.f32.f64", "f32", {"f64"}, [](const uint64_t *s) {
                         const double x = double_of(s[0]);
                         return std::isnan(x) ? 0x7fffffffu
                                              : word_of(static_cast<float>(static_cast<exact_real>(x)));
                     }});
}
