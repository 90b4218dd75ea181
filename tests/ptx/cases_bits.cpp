/* Logic, shifts and bit fields, written bit by bit: bit i of the result from bits of the operands. */
#include <algorithm>

#include "opcode_cases.h"

static bool bit(uint64_t word, unsigned i)
{
    return i < 64 && (word >> i & 1);
}

/* The word whose bit i is f(i), for i below `bits`. */
template <class F> static uint64_t from_bits(unsigned bits, F f)
{
    uint64_t word = 0;
    for (unsigned i = 0; i < bits; i++)
        word += f(i) ? uint64_t{1} << i : 0;
    return word;
}

static void add_logic(std::vector<ValueCase> &cases, const std::string &type)
{
    const unsigned bits = bits_of_type(type);
    cases.push_back({"and." + type, type, {type, type}, [=](const uint64_t *s) {
                         return from_bits(bits, [=](unsigned i) { return bit(s[0], i) && bit(s[1], i); });
                     }});
    cases.push_back({"or." + type, type, {type, type}, [=](const uint64_t *s) {
                         return from_bits(bits, [=](unsigned i) { return bit(s[0], i) || bit(s[1], i); });
                     }});
    cases.push_back({"xor." + type, type, {type, type}, [=](const uint64_t *s) {
                         return from_bits(bits, [=](unsigned i) { return bit(s[0], i) != bit(s[1], i); });
                     }});
    cases.push_back({"not." + type, type, {type}, [=](const uint64_t *s) {
                         return from_bits(bits, [=](unsigned i) { return !bit(s[0], i); });
                     }});
    cases.push_back({"mov." + type, type, {type}, [](const uint64_t *s) { return s[0]; }});
}

static void add_shifts(std::vector<ValueCase> &cases, unsigned bits)
{
    const std::string size = std::to_string(bits), type = "b" + size;
    cases.push_back({"shl." + type, type, {type, "b32"}, [=](const uint64_t *s) {
                         return from_bits(bits, [=](unsigned i) {
                             return i >= s[1] && bit(s[0], i - static_cast<unsigned>(s[1]));
                         });
                     }});
    const auto right = [=](const uint64_t *s, bool filler) {
        return from_bits(bits, [=](unsigned i) {
            return i + s[1] < bits ? bit(s[0], i + static_cast<unsigned>(s[1])) : filler;
        });
    };
    for (const char *name : {"shr.b", "shr.u"})
        cases.push_back({name + size, type, {type, "b32"}, [=](const uint64_t *s) { return right(s, false); }});
    cases.push_back({"shr.s" + size, type, {type, "b32"}, [=](const uint64_t *s) {
                         return right(s, bit(s[0], bits - 1));
                     }});
}

static void add_moves(std::vector<ValueCase> &cases, unsigned bits)
{
    const std::string size = std::to_string(bits);
    for (const char *kind : {"u", "s", "f"}) {
        if (kind[0] == 'f' && bits == 16)
            continue;
        const std::string type = kind + size;
        cases.push_back({"mov." + type, type, {type}, [](const uint64_t *s) { return s[0]; }});
    }
    for (const char *kind : {"b", "u", "s", "f"}) {
        if (kind[0] == 'f' && bits == 16)
            continue;
        const std::string type = kind + size;
        cases.push_back(
            {"selp." + type, type, {type, type, "pred"}, [](const uint64_t *s) { return s[2] ? s[0] : s[1]; }});
    }
}

/* The pseudo-code of the PTX specification, by bits. */
static void add_extracts(std::vector<ValueCase> &cases, unsigned bits)
{
    const std::string size = std::to_string(bits);
    const auto extract = [=](const uint64_t *s, bool is_signed) {
        const unsigned begin = static_cast<unsigned>(s[1] & 255), length = static_cast<unsigned>(s[2] & 255);
        const bool sign = is_signed && length > 0 && bit(s[0], std::min(begin + length - 1, bits - 1));
        return from_bits(
            bits, [=](unsigned i) { return i < length && begin + i < bits ? bit(s[0], begin + i) : sign; });
    };
    cases.push_back({"bfe.u" + size, "u" + size, {"u" + size, "b32", "b32"}, [=](const uint64_t *s) {
                         return extract(s, false);
                     }});
    cases.push_back({"bfe.s" + size, "s" + size, {"s" + size, "b32", "b32"}, [=](const uint64_t *s) {
                         return extract(s, true);
                     }});
    const std::string type = "b" + size;
    cases.push_back({"bfi." + type, type, {type, type, "b32", "b32"}, [=](const uint64_t *s) {
                         const unsigned begin = static_cast<unsigned>(s[2] & 255),
                                        length = static_cast<unsigned>(s[3] & 255);
                         return from_bits(bits, [=](unsigned i) {
                             return i >= begin && i < begin + length ? bit(s[0], i - begin) : bit(s[1], i);
                         });
                     }});
}

static void add_searches(std::vector<ValueCase> &cases, unsigned bits)
{
    const std::string size = std::to_string(bits), type = "b" + size;
    cases.push_back({"popc." + type, "b32", {type}, [=](const uint64_t *s) {
                         uint64_t count = 0;
                         for (unsigned i = 0; i < bits; i++)
                             count += bit(s[0], i);
                         return count;
                     }});
    cases.push_back({"clz." + type, "b32", {type}, [=](const uint64_t *s) {
                         uint64_t zeros = 0;
                         while (zeros < bits && !bit(s[0], bits - 1 - static_cast<unsigned>(zeros)))
                             zeros++;
                         return zeros;
                     }});
    cases.push_back({"brev." + type, type, {type}, [=](const uint64_t *s) {
                         return from_bits(bits, [=](unsigned i) { return bit(s[0], bits - 1 - i); });
                     }});
    const auto find = [=](uint64_t word,
                          bool sign) { /* the highest bit unlike the sign, -1 if none */
                                       int i = static_cast<int>(bits) - 1;
                                       while (i >= 0 && bit(word, static_cast<unsigned>(i)) == sign)
                                           i--;
                                       return i;
    };
    for (const bool is_signed : {false, true}) {
        const std::string t = (is_signed ? "s" : "u") + size;
        const auto place = [=](const uint64_t *s) { return find(s[0], is_signed && bit(s[0], bits - 1)); };
        cases.push_back(
            {"bfind." + t, "b32", {t}, [=](const uint64_t *s) { return static_cast<uint64_t>(place(s)); }});
        cases.push_back({"bfind.shiftamt." + t, "b32", {t}, [=](const uint64_t *s) {
                             return static_cast<uint64_t>(place(s) < 0 ? -1
                                                                       : static_cast<int>(bits) - 1 - place(s));
                         }});
    }
}

static void add_funnels(std::vector<ValueCase> &cases)
{
    for (const bool left : {true, false})
        for (const bool wrap : {true, false}) {
            const std::string opcode =
                std::string("shf.") + (left ? "l" : "r") + (wrap ? ".wrap" : ".clamp") + ".b32";
            cases.push_back(
                {opcode, "b32", {"b32", "b32", "b32"}, [=](const uint64_t *s) {
                     const unsigned n = static_cast<unsigned>(wrap ? s[2] % 32 : std::min<uint64_t>(s[2], 32));
                     const auto pair = [=](unsigned i) { return i < 32 ? bit(s[0], i) : bit(s[1], i - 32); };
                     return from_bits(32, [=](unsigned i) { return pair(left ? 32 + i - n : i + n); });
                 }});
        }
}

void add_bit_cases(std::vector<ValueCase> &cases)
{
    for (unsigned bits : {16u, 32u, 64u}) {
        add_logic(cases, "b" + std::to_string(bits));
        add_shifts(cases, bits);
        add_moves(cases, bits);
    }
    add_logic(cases, "pred");
    for (unsigned bits : {32u, 64u}) {
        add_extracts(cases, bits);
        add_searches(cases, bits);
    }
    add_funnels(cases);
    cases.push_back({"prmt.b32", "b32", {"b32", "b32", "b32"}, [](const uint64_t *s) {
                         return from_bits(32, [=](unsigned i) {
                             const unsigned nibble = static_cast<unsigned>(s[2] >> (i / 8 * 4) & 15),
                                            byte = nibble % 8;
                             const uint64_t word = byte < 4 ? s[0] : s[1];
                             return bit(word, byte % 4 * 8 + (nibble >= 8 ? 7 : i % 8));
                         });
                     }});
    for (const int table : {0x96, 0xe8, 0xca, 0x01, 0x80})
        cases.push_back({"lop3.b32",
                         "b32",
                         {"b32", "b32", "b32"},
                         [=](const uint64_t *s) {
                             return from_bits(32, [=](unsigned i) {
                                 return table >> (4 * bit(s[0], i) + 2 * bit(s[1], i) + bit(s[2], i)) & 1;
                             });
                         },
                         ", " + std::to_string(table)});
}
