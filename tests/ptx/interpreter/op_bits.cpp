/* Logic, shifts, bit fields, moves and selects. */
#include <algorithm>

#include "device.h"

#include "machine.h"
#include "opcodes.h"

namespace ptx
{

template <class T> static constexpr uint32_t width = 8 * sizeof(T);

enum class Logic { conjunction, disjunction, exclusive };

template <class T, Logic logic> static T combine(T a, T b)
{
    return static_cast<T>(logic == Logic::conjunction ? a & b : logic == Logic::disjunction ? a | b : a ^ b);
}

template <class T, Logic logic> static bool logic_op(Machine &, Thread &t, const Instruction &in)
{
    put<T>(t, in.destination[0], combine<T, logic>(get<T>(t, in.source[0]), get<T>(t, in.source[1])));
    return true;
}

template <Logic logic> static bool logic_predicates(Machine &, Thread &t, const Instruction &in)
{
    const unsigned a = get_predicate(t, in, 0), b = get_predicate(t, in, 1);
    put<uint64_t>(t, in.destination[0], combine<unsigned, logic>(a, b));
    return true;
}

template <class T> static bool complement(Machine &, Thread &t, const Instruction &in)
{
    put<T>(t, in.destination[0], static_cast<T>(~get<T>(t, in.source[0])));
    return true;
}

static bool not_predicate(Machine &, Thread &t, const Instruction &in)
{
    put<uint64_t>(t, in.destination[0], !get_predicate(t, in, 0));
    return true;
}

/* ---------------------------------------------------------------- shifts: amounts beyond the width are cut
 * there */

template <class T> static bool shift_left(Machine &, Thread &t, const Instruction &in)
{
    const uint32_t amount = get<uint32_t>(t, in.source[1]);
    const uint64_t a = get<T>(t, in.source[0]);
    put<T>(t, in.destination[0], static_cast<T>(amount >= width<T> ? 0 : a << amount));
    return true;
}

template <class T> static bool shift_right(Machine &, Thread &t, const Instruction &in)
{
    const T a = get<T>(t, in.source[0]), filler = static_cast<T>(a < 0 ? -1 : 0);
    const uint32_t amount = get<uint32_t>(t, in.source[1]);
    put<T>(t, in.destination[0], amount >= width<T> ? filler : static_cast<T>(a >> amount));
    return true;
}

/* The funnel: 32 bits out of b:a. */
template <bool left, bool wrap> static bool funnel_shift(Machine &, Thread &t, const Instruction &in)
{
    const uint64_t pair =
        static_cast<uint64_t>(get<uint32_t>(t, in.source[1])) << 32 | get<uint32_t>(t, in.source[0]);
    const uint32_t c = get<uint32_t>(t, in.source[2]), amount = wrap ? c & 31 : std::min(c, 32u);
    put<uint32_t>(t, in.destination[0],
                  left ? static_cast<uint32_t>((pair << amount) >> 32) : static_cast<uint32_t>(pair >> amount));
    return true;
}

/* ---------------------------------------------------------------- bit fields */

template <class T> static bool population_count(Machine &, Thread &t, const Instruction &in)
{
    put<uint32_t>(t, in.destination[0], static_cast<uint32_t>(__builtin_popcountll(get<T>(t, in.source[0]))));
    return true;
}

template <class T> static uint32_t leading_zeros(T a)
{
    return a ? static_cast<uint32_t>(__builtin_clzll(a)) - (64 - width<T>) : width<T>;
}

template <class T> static bool count_leading_zeros(Machine &, Thread &t, const Instruction &in)
{
    put<uint32_t>(t, in.destination[0], leading_zeros(get<T>(t, in.source[0])));
    return true;
}

template <class T> static bool reverse_bits(Machine &, Thread &t, const Instruction &in)
{
    const T a = get<T>(t, in.source[0]);
    T result = 0;
    for (uint32_t i = 0; i < width<T>; i++)
        result = static_cast<T>(result | (a >> i & 1) << (width<T> - 1 - i));
    put<T>(t, in.destination[0], result);
    return true;
}

/* The place of the highest bit that differs from the sign (unsigned: of the highest 1), all ones if there is
 * none. */
template <class T, bool shift_amount> static bool find_bit(Machine &, Thread &t, const Instruction &in)
{
    using U = typename std::make_unsigned<T>::type;
    const T a = get<T>(t, in.source[0]);
    const uint32_t zeros = leading_zeros(static_cast<U>(a < 0 ? ~a : a));
    const uint32_t result = zeros == width<T> ? ~0u : shift_amount ? zeros : width<T> - 1 - zeros;
    put<uint32_t>(t, in.destination[0], result);
    return true;
}

template <class T> static bool extract_field(Machine &, Thread &t, const Instruction &in)
{
    using U = typename std::make_unsigned<T>::type;
    const T a = get<T>(t, in.source[0]);
    const uint32_t begin = get<uint32_t>(t, in.source[1]) & 255, length = get<uint32_t>(t, in.source[2]) & 255;
    const bool sign = std::is_signed<T>::value && length > 0 &&
                      (static_cast<U>(a) >> std::min(begin + length - 1, width<T> - 1) & 1);
    U result = 0;
    for (uint32_t i = 0; i < width<T>; i++) {
        const bool bit = i < length && begin + i < width<T> ? static_cast<U>(a) >> (begin + i) & 1 : sign;
        result = static_cast<U>(result | static_cast<U>(bit) << i);
    }
    put<T>(t, in.destination[0], static_cast<T>(result));
    return true;
}

template <class T> static bool insert_field(Machine &, Thread &t, const Instruction &in)
{
    const T a = get<T>(t, in.source[0]);
    T result = get<T>(t, in.source[1]);
    const uint32_t begin = get<uint32_t>(t, in.source[2]) & 255, length = get<uint32_t>(t, in.source[3]) & 255;
    for (uint32_t i = 0; i < length && begin + i < width<T>; i++) {
        const T bit = static_cast<T>(T{1} << (begin + i));
        result = static_cast<T>((result & ~bit) | ((a >> i & 1) << (begin + i)));
    }
    put<T>(t, in.destination[0], result);
    return true;
}

/* Four bytes chosen by a selector's nibbles; a nibble's high bit spreads the byte's sign instead. */
static bool permute_bytes(Machine &, Thread &t, const Instruction &in)
{
    const uint64_t bytes =
        static_cast<uint64_t>(get<uint32_t>(t, in.source[1])) << 32 | get<uint32_t>(t, in.source[0]);
    const uint32_t selector = get<uint32_t>(t, in.source[2]);
    uint32_t result = 0;
    for (uint32_t i = 0; i < 4; i++) {
        const uint32_t nibble = selector >> (4 * i) & 15, byte = bytes >> (8 * (nibble & 7)) & 255;
        result |= (nibble & 8 ? (byte & 128 ? 255u : 0u) : byte) << (8 * i);
    }
    put<uint32_t>(t, in.destination[0], result);
    return true;
}

/* Any function of three bits, given as a table: bit (a b c) of the immediate. */
static bool logic_table(Machine &, Thread &t, const Instruction &in)
{
    const uint32_t a = get<uint32_t>(t, in.source[0]), b = get<uint32_t>(t, in.source[1]);
    const uint32_t c = get<uint32_t>(t, in.source[2]), lookup = get<uint32_t>(t, in.source[3]);
    uint32_t result = 0;
    for (uint32_t row = 0; row < 8; row++)
        if (lookup >> row & 1)
            result |= (row & 4 ? a : ~a) & (row & 2 ? b : ~b) & (row & 1 ? c : ~c);
    put<uint32_t>(t, in.destination[0], result);
    return true;
}

/* ---------------------------------------------------------------- moves and selects */

template <class T> static bool move(Machine &, Thread &t, const Instruction &in)
{
    put<T>(t, in.destination[0], get<T>(t, in.source[0]));
    return true;
}

/* The device's clock, of which only that it goes forward is defined. */
static bool read_clock(Machine &, Thread &t, const Instruction &in)
{
    put<uint64_t>(t, in.destination[0], simt::nanoseconds());
    return true;
}

static bool move_predicate(Machine &, Thread &t, const Instruction &in)
{
    put<uint64_t>(t, in.destination[0], get_predicate(t, in, 0));
    return true;
}

template <class T> static bool pack(Machine &, Thread &t, const Instruction &in)
{
    const uint32_t bits = width<T> / in.count;
    uint64_t result = 0;
    for (uint32_t i = 0; i < in.count; i++)
        result |= (get<uint64_t>(t, in.source[i]) & ((uint64_t{1} << bits) - 1)) << (i * bits);
    put<T>(t, in.destination[0], static_cast<T>(result));
    return true;
}

template <class T> static bool unpack(Machine &, Thread &t, const Instruction &in)
{
    const uint32_t bits = width<T> / in.count;
    const uint64_t value = get<T>(t, in.source[0]);
    for (uint32_t i = 0; i < in.count; i++)
        put<uint64_t>(t, in.destination[i], value >> (i * bits) & ((uint64_t{1} << bits) - 1));
    return true;
}

template <class T> static bool select(Machine &, Thread &t, const Instruction &in)
{
    put<T>(t, in.destination[0], get<T>(t, in.source[get_predicate(t, in, 2) ? 0 : 1]));
    return true;
}

template <class T> static void add_bits(OpcodeTable &table, const std::string &size)
{
    table["and.b" + size] = {logic_op<T, Logic::conjunction>, "dss"};
    table["or.b" + size] = {logic_op<T, Logic::disjunction>, "dss"};
    table["xor.b" + size] = {logic_op<T, Logic::exclusive>, "dss"};
    table["not.b" + size] = {complement<T>, "ds"};
    table["shl.b" + size] = {shift_left<T>, "dss"};
    table["shr.b" + size] = table["shr.u" + size] = {shift_right<T>, "dss"};
    table["shr.s" + size] = {shift_right<typename std::make_signed<T>::type>, "dss"};
    for (const char *kind : {"b", "u", "s", "f"})
        if (kind[0] != 'f' || size != "16") {
            table[std::string("mov.") + kind + size] = {move<T>, "ds"};
            table[std::string("selp.") + kind + size] = {select<T>, "dssp"};
        }
}

template <class T> static void add_fields(OpcodeTable &table, const std::string &size)
{
    using S = typename std::make_signed<T>::type;
    table["popc.b" + size] = {population_count<T>, "ds"};
    table["clz.b" + size] = {count_leading_zeros<T>, "ds"};
    table["brev.b" + size] = {reverse_bits<T>, "ds"};
    table["bfind.u" + size] = {find_bit<T, false>, "ds"};
    table["bfind.s" + size] = {find_bit<S, false>, "ds"};
    table["bfind.shiftamt.u" + size] = {find_bit<T, true>, "ds"};
    table["bfind.shiftamt.s" + size] = {find_bit<S, true>, "ds"};
    table["bfe.u" + size] = {extract_field<T>, "dsss"};
    table["bfe.s" + size] = {extract_field<S>, "dsss"};
    table["bfi.b" + size] = {insert_field<T>, "dssss"};
    table["mov.pack.b" + size] = {pack<T>, "dV"};
    table["mov.unpack.b" + size] = {unpack<T>, "Us"};
}

void add_bit_opcodes(OpcodeTable &table)
{
    add_bits<uint16_t>(table, "16");
    add_bits<uint32_t>(table, "32");
    add_bits<uint64_t>(table, "64");
    add_fields<uint32_t>(table, "32");
    add_fields<uint64_t>(table, "64");
    table["and.pred"] = {logic_predicates<Logic::conjunction>, "dpp"};
    table["or.pred"] = {logic_predicates<Logic::disjunction>, "dpp"};
    table["xor.pred"] = {logic_predicates<Logic::exclusive>, "dpp"};
    table["not.pred"] = {not_predicate, "dp"};
    table["mov.pred"] = {move_predicate, "dp"};
    table["mov.globaltimer.u64"] = {read_clock, "dg"};
    table["shf.l.wrap.b32"] = {funnel_shift<true, true>, "dsss"};
    table["shf.l.clamp.b32"] = {funnel_shift<true, false>, "dsss"};
    table["shf.r.wrap.b32"] = {funnel_shift<false, true>, "dsss"};
    table["shf.r.clamp.b32"] = {funnel_shift<false, false>, "dsss"};
    table["prmt.b32"] = {permute_bytes, "dsss"};
    table["lop3.b32"] = {logic_table, "dsssi"};
}

} // namespace ptx
