/* setp: order by value, or unordered if a NaN takes part; every relation is a set of {less, equal, greater,
 * unordered}. */
#include <cmath>

#include "opcode_cases.h"

enum Relation { less = 1, equal = 2, greater = 4, unordered = 8 };

static int relation(const std::string &type, const uint64_t *s)
{
    const unsigned bits = bits_of_type(type);
    if (type[0] == 'f') {
        const double a = bits == 32 ? static_cast<double>(float_of(s[0])) : double_of(s[0]);
        const double b = bits == 32 ? static_cast<double>(float_of(s[1])) : double_of(s[1]);
        return std::isnan(a) || std::isnan(b) ? unordered : a < b ? less : a > b ? greater : equal;
    }
    /* Flipping the sign bits turns signed order into unsigned order. */
    const uint64_t flip = type[0] == 's' ? uint64_t{1} << (bits - 1) : 0;
    const uint64_t a = cut(s[0], bits) ^ flip, b = cut(s[1], bits) ^ flip;
    return a < b ? less : a > b ? greater : equal;
}

static void add_relation(std::vector<ValueCase> &cases, const std::string &type, const std::string &name,
                         int holds)
{
    const auto result = [=](const uint64_t *s) { return (relation(type, s) & holds) != 0; };
    cases.push_back({"setp." + name + "." + type, "pred", {type, type}, [=](const uint64_t *s) -> uint64_t {
                         return result(s);
                     }});
    cases.push_back(
        {"setp." + name + ".and." + type, "pred", {type, type, "pred"}, [=](const uint64_t *s) -> uint64_t {
             return result(s) && s[2];
         }});
    cases.push_back(
        {"setp." + name + ".or." + type, "pred", {type, type, "pred"}, [=](const uint64_t *s) -> uint64_t {
             return result(s) || s[2];
         }});
    cases.push_back(
        {"setp." + name + ".xor." + type, "pred", {type, type, "pred"}, [=](const uint64_t *s) -> uint64_t {
             return result(s) != (s[2] != 0);
         }});
}

static const std::pair<const char *, int> relations[] = {{"eq", equal},   {"ne", less | greater},
                                                         {"lt", less},    {"le", less | equal},
                                                         {"gt", greater}, {"ge", greater | equal}};

void add_compare_cases(std::vector<ValueCase> &cases)
{
    for (const std::string type : {"b16", "b32", "b64"}) {
        add_relation(cases, type, "eq", equal);
        add_relation(cases, type, "ne", less | greater);
    }
    for (const std::string type : {"u16", "u32", "u64", "s16", "s32", "s64", "f32", "f64"})
        for (const auto &[name, holds] : relations) {
            add_relation(cases, type, name, holds);
            if (type[0] == 'f')
                add_relation(cases, type, std::string(name) + "u", holds | unordered);
        }
    for (const std::string type : {"u16", "u32", "u64"}) {
        add_relation(cases, type, "lo", less);
        add_relation(cases, type, "ls", less | equal);
        add_relation(cases, type, "hi", greater);
        add_relation(cases, type, "hs", greater | equal);
    }
    for (const std::string type : {"f32", "f64"}) {
        add_relation(cases, type, "num", less | equal | greater);
        add_relation(cases, type, "nan", unordered);
    }
}
