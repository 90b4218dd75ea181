/* setp: a comparison into a predicate, its opposite into a second one, each combined with a third. */
#include <cmath>

#include "machine.h"
#include "opcodes.h"

namespace ptx
{

enum class Compare { eq, ne, lt, le, gt, ge };
enum class Combine { none, conjunction, disjunction, exclusive };

template <class T, Compare compare> static bool ordered(T a, T b)
{
    switch (compare) {
    case Compare::eq:
        return a == b;
    case Compare::ne:
        return a != b;
    case Compare::lt:
        return a < b;
    case Compare::le:
        return a <= b;
    case Compare::gt:
        return a > b;
    default:
        return a >= b;
    }
}

/* The float comparisons: false on a NaN; those with `unordered` true on it. Not the != of C++, true on a NaN.
 */
template <class T, Compare compare, bool unordered> static bool float_compare(T a, T b)
{
    return std::isnan(a) || std::isnan(b) ? unordered : ordered<T, compare>(a, b);
}

template <class T> static bool both_numbers(T a, T b)
{
    return !std::isnan(a) && !std::isnan(b);
}

template <class T> static bool any_nan(T a, T b)
{
    return !both_numbers(a, b);
}

template <Combine combine> static bool combined(bool a, bool b)
{
    return combine == Combine::none          ? a
           : combine == Combine::conjunction ? a && b
           : combine == Combine::disjunction ? a || b
                                             : a != b;
}

template <class T, bool (*compare)(T, T), Combine combine>
static bool set_predicate(Machine &, Thread &t, const Instruction &in)
{
    const bool result = compare(get<T>(t, in.source[0]), get<T>(t, in.source[1]));
    const bool other = combine != Combine::none && get_predicate(t, in, 2);
    put<uint64_t>(t, in.destination[0], combined<combine>(result, other));
    if (in.destination[1] >= 0)
        put<uint64_t>(t, in.destination[1], combined<combine>(!result, other));
    return true;
}

template <class T, bool (*compare)(T, T)>
static void add_comparison(OpcodeTable &table, const std::string &name, const std::string &type)
{
    table["setp." + name + "." + type] = {set_predicate<T, compare, Combine::none>, "Pss"};
    table["setp." + name + ".and." + type] = {set_predicate<T, compare, Combine::conjunction>, "Pssp"};
    table["setp." + name + ".or." + type] = {set_predicate<T, compare, Combine::disjunction>, "Pssp"};
    table["setp." + name + ".xor." + type] = {set_predicate<T, compare, Combine::exclusive>, "Pssp"};
}

template <class T> static void add_equality(OpcodeTable &table, const std::string &type)
{
    add_comparison<T, ordered<T, Compare::eq>>(table, "eq", type);
    add_comparison<T, ordered<T, Compare::ne>>(table, "ne", type);
}

template <class T> static void add_order(OpcodeTable &table, const std::string &type)
{
    add_equality<T>(table, type);
    add_comparison<T, ordered<T, Compare::lt>>(table, "lt", type);
    add_comparison<T, ordered<T, Compare::le>>(table, "le", type);
    add_comparison<T, ordered<T, Compare::gt>>(table, "gt", type);
    add_comparison<T, ordered<T, Compare::ge>>(table, "ge", type);
}

/* Unsigned order has names of its own beside the common ones. */
template <class T> static void add_unsigned_order(OpcodeTable &table, const std::string &type)
{
    add_order<T>(table, type);
    add_comparison<T, ordered<T, Compare::lt>>(table, "lo", type);
    add_comparison<T, ordered<T, Compare::le>>(table, "ls", type);
    add_comparison<T, ordered<T, Compare::gt>>(table, "hi", type);
    add_comparison<T, ordered<T, Compare::ge>>(table, "hs", type);
}

template <class T, bool unordered> static void add_float_order(OpcodeTable &table, const std::string &type)
{
    const std::string suffix = unordered ? "u" : "";
    add_comparison<T, float_compare<T, Compare::eq, unordered>>(table, "eq" + suffix, type);
    add_comparison<T, float_compare<T, Compare::ne, unordered>>(table, "ne" + suffix, type);
    add_comparison<T, float_compare<T, Compare::lt, unordered>>(table, "lt" + suffix, type);
    add_comparison<T, float_compare<T, Compare::le, unordered>>(table, "le" + suffix, type);
    add_comparison<T, float_compare<T, Compare::gt, unordered>>(table, "gt" + suffix, type);
    add_comparison<T, float_compare<T, Compare::ge, unordered>>(table, "ge" + suffix, type);
}

template <class T> static void add_float(OpcodeTable &table, const std::string &type)
{
    add_float_order<T, false>(table, type);
    add_float_order<T, true>(table, type);
    add_comparison<T, both_numbers<T>>(table, "num", type);
    add_comparison<T, any_nan<T>>(table, "nan", type);
}

void add_compare_opcodes(OpcodeTable &table)
{
    add_equality<uint16_t>(table, "b16");
    add_equality<uint32_t>(table, "b32");
    add_equality<uint64_t>(table, "b64");
    add_unsigned_order<uint16_t>(table, "u16");
    add_unsigned_order<uint32_t>(table, "u32");
    add_unsigned_order<uint64_t>(table, "u64");
    add_order<int16_t>(table, "s16");
    add_order<int32_t>(table, "s32");
    add_order<int64_t>(table, "s64");
    add_float<float>(table, "f32");
    add_float<double>(table, "f64");
}

} // namespace ptx
