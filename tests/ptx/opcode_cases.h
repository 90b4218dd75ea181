/* What each known instruction must do, stated apart from the interpreter: test_opcodes.cpp runs it all and sees
 * that no instruction is left out. */
#ifndef OPCODE_CASES_H
#define OPCODE_CASES_H

#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

/* An instruction from registers to a register. Types: b8 ... b64, s8 ..., f32, f64, pred; only size and kind of
 * test values depend on them. Values travel as bits in 64-bit words, narrower ones in the low bits. */
struct ValueCase {
    std::string opcode;
    std::string result;
    std::vector<std::string> sources;
    std::function<uint64_t(const uint64_t *source)> expected;
    std::string last_operand = "";                                 /* an immediate after the registers */
    std::function<bool(const uint64_t *source)> defined = nullptr; /* inputs to leave out: not defined */
};

/* An instruction that needs a program of its own; `check` fails by Criterion's assertions. */
struct ProgramCase {
    std::string opcode;
    std::function<void()> check;
};

void add_integer_cases(std::vector<ValueCase> &cases);
void add_bit_cases(std::vector<ValueCase> &cases);
void add_float_cases(std::vector<ValueCase> &cases);
void add_convert_cases(std::vector<ValueCase> &cases);
void add_compare_cases(std::vector<ValueCase> &cases);
void add_memory_cases(std::vector<ProgramCase> &cases);
void add_control_cases(std::vector<ProgramCase> &cases);
void add_warp_cases(std::vector<ProgramCase> &cases);

/* ---------------------------------------------------------------- values */

inline unsigned bits_of_type(const std::string &type)
{
    return type == "pred" ? 1 : static_cast<unsigned>(std::stoul(type.substr(1)));
}

inline uint64_t cut(uint64_t value, unsigned bits)
{
    return bits == 64 ? value : value & ((uint64_t{1} << bits) - 1);
}

/* The value of `bits` bits in two's complement. */
inline int64_t sign_extended(uint64_t value, unsigned bits)
{
    const uint64_t sign = uint64_t{1} << (bits - 1);
    return static_cast<int64_t>((cut(value, bits) ^ sign) - sign);
}

inline float float_of(uint64_t word)
{
    const uint32_t low = static_cast<uint32_t>(word);
    float value;
    memcpy(&value, &low, sizeof value);
    return value;
}

inline double double_of(uint64_t word)
{
    double value;
    memcpy(&value, &word, sizeof value);
    return value;
}

inline uint64_t word_of(float value)
{
    uint32_t word;
    memcpy(&word, &value, sizeof word);
    return word;
}

inline uint64_t word_of(double value)
{
    uint64_t word;
    memcpy(&word, &value, sizeof word);
    return word;
}

/* ---------------------------------------------------------------- programs */

/* Runs the body of a kernel with `threads` threads in one block. The body finds %in and %out, .b64 registers
 * with the addresses of `in` and of the result, %tid as %t (.b32), and %p0-%p9, %r0-%r19, %d0-%d19 (predicates,
 * .b32, .b64) to use. `before` is text ahead of the kernel. Returns `n_out` words, 0xee bytes where nothing was
 * written. */
std::vector<uint32_t> run_body(const std::string &body, unsigned threads, const std::vector<uint32_t> &in,
                               size_t n_out, const std::string &before = "", uint64_t seed = 0);

/* The text of the Error that running the body ends in, empty if none. */
std::string fault_of_body(const std::string &body, unsigned threads, const std::string &before = "");

#endif
