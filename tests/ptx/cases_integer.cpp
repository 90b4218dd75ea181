/* Integer arithmetic: exact results in 128 bits, cut to the width of the instruction. */
#include "opcode_cases.h"

__extension__ typedef __int128 exact;

namespace
{

struct IntegerType {
    std::string name;
    unsigned bits;
    bool is_signed;

    exact value(uint64_t word) const
    {
        return is_signed ? static_cast<exact>(sign_extended(word, bits)) : static_cast<exact>(cut(word, bits));
    }
};

} // namespace

static const IntegerType integer_types[] = {{"u16", 16, false}, {"u32", 32, false}, {"u64", 64, false},
                                            {"s16", 16, true},  {"s32", 32, true},  {"s64", 64, true}};

using Exact = exact (*)(exact a, exact b);

static void add_two_operand_cases(std::vector<ValueCase> &cases, const IntegerType &type)
{
    static const std::pair<const char *, Exact> operations[] = {
        {"add", [](exact a, exact b) { return a + b; }},
        {"sub", [](exact a, exact b) { return a - b; }},
        {"mul.lo", [](exact a, exact b) { return a * b; }},
        {"min", [](exact a, exact b) { return a < b ? a : b; }},
        {"max", [](exact a, exact b) { return a > b ? a : b; }},
        {"div", [](exact a, exact b) { return a / b; }}, /* towards zero, as in C */
        {"rem", [](exact a, exact b) { return a - a / b * b; }},
    };
    for (const auto &[name, operation] : operations) {
        const bool divides = std::string(name) == "div" || std::string(name) == "rem";
        const Exact f = operation;
        ValueCase c{
            std::string(name) + "." + type.name, type.name, {type.name, type.name}, [=](const uint64_t *s) {
                return static_cast<uint64_t>(f(type.value(s[0]), type.value(s[1])));
            }};
        if (divides)
            c.defined = [=](const uint64_t *s) { return type.value(s[1]) != 0; };
        cases.push_back(c);
    }
}

/* High halves are those of products of at most 64 bits here; for 64-bit operands the 128-bit product is put
 * together from 32-bit pieces, as on paper. */
static uint64_t high_word(const IntegerType &type, uint64_t a, uint64_t b)
{
    if (type.bits < 64)
        return static_cast<uint64_t>((type.value(a) * type.value(b)) >> type.bits);
    const uint64_t a0 = cut(a, 32), a1 = a >> 32, b0 = cut(b, 32), b1 = b >> 32;
    const uint64_t carry = ((a0 * b0) >> 32) + cut(a0 * b1, 32) + cut(a1 * b0, 32);
    uint64_t high = a1 * b1 + (a0 * b1 >> 32) + (a1 * b0 >> 32) + (carry >> 32);
    if (type.is_signed)
        high -= (static_cast<int64_t>(a) < 0 ? b : 0) + (static_cast<int64_t>(b) < 0 ? a : 0);
    return high;
}

static void add_product_cases(std::vector<ValueCase> &cases, const IntegerType &type)
{
    const std::string t = type.name;
    cases.push_back({"mul.hi." + t, t, {t, t}, [=](const uint64_t *s) { return high_word(type, s[0], s[1]); }});
    cases.push_back({"mad.lo." + t, t, {t, t, t}, [](const uint64_t *s) { return s[0] * s[1] + s[2]; }});
    cases.push_back(
        {"mad.hi." + t, t, {t, t, t}, [=](const uint64_t *s) { return high_word(type, s[0], s[1]) + s[2]; }});
    if (type.bits == 64)
        return;
    const std::string wide = t[0] + std::to_string(2 * type.bits);
    const auto product = [=](const uint64_t *s) {
        return static_cast<uint64_t>(type.value(s[0]) * type.value(s[1]));
    };
    cases.push_back({"mul.wide." + t, wide, {t, t}, product});
    cases.push_back(
        {"mad.wide." + t, wide, {t, t, wide}, [=](const uint64_t *s) { return product(s) + s[2]; }});
}

void add_integer_cases(std::vector<ValueCase> &cases)
{
    for (const IntegerType &type : integer_types) {
        add_two_operand_cases(cases, type);
        add_product_cases(cases, type);
        if (!type.is_signed)
            continue;
        const std::string t = type.name;
        cases.push_back({"neg." + t, t, {t}, [](const uint64_t *s) { return ~s[0] + 1; }});
        cases.push_back(
            {"abs." + t, t, {t}, [=](const uint64_t *s) { return type.value(s[0]) < 0 ? ~s[0] + 1 : s[0]; }});
    }
}
