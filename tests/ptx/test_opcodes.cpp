/* Every known instruction against a statement of what it must do, and none without one. */
#include <criterion/criterion.h>

#include <set>

#include "machine.h"
#include "opcode_cases.h"
#include "opcodes.h"

static std::vector<ValueCase> value_cases()
{
    std::vector<ValueCase> cases;
    add_integer_cases(cases);
    add_bit_cases(cases);
    add_float_cases(cases);
    add_convert_cases(cases);
    add_compare_cases(cases);
    return cases;
}

static std::vector<ProgramCase> program_cases()
{
    std::vector<ProgramCase> cases;
    add_memory_cases(cases);
    add_control_cases(cases);
    add_warp_cases(cases);
    return cases;
}

/* ---------------------------------------------------------------- test values */

static uint64_t random_word()
{
    static uint64_t state = 20260102;
    uint64_t z = (state += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    return (z ^ (z >> 27)) * 0x94d049bb133111ebull;
}

static uint64_t random_integer(unsigned bits)
{
    static const uint64_t edges[] = {
        0,      1,      2,      3,       7,          8,          15,         16,         17,         24,
        31,     32,     33,     63,      64,         65,         127,        128,        255,        256,
        0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0x100000000};
    const uint64_t word = random_word(), edge = edges[word % (sizeof edges / sizeof *edges)];
    switch (word >> 60) {
    case 0 ... 6:
        return cut(edge, bits);
    case 7 ... 9:
        return cut(0 - edge, bits);
    case 10 ... 11: /* the ends of the signed range */
        return cut((uint64_t{1} << (bits - 1)) - (edge & 1), bits);
    default:
        return cut(random_word() >> (word & 63), bits);
    }
}

static uint64_t random_float(bool wide)
{
    static const double edges[] = {0.0,
                                   0.0,
                                   0.0,
                                   0.5,
                                   1.0,
                                   1.5,
                                   2.5,
                                   3.0,
                                   1e-3,
                                   127.5,
                                   255.0,
                                   256.0,
                                   32767.5,
                                   65536.0,
                                   8388609.0,
                                   2147483520.0,
                                   2147483648.0,
                                   4294967296.0,
                                   9.2233720368547758e18,
                                   1.8446744073709552e19,
                                   1e30,
                                   1e38};
    static const uint32_t narrow_edges[] = {0x00000001, 0x007fffff, 0x00800000, 0x7f7fffff,
                                            0x7f800000, 0x7fc00000, 0x7f800001};
    static const uint64_t wide_edges[] = {1,
                                          0xfffffffffffff,
                                          0x10000000000000,
                                          0x7fefffffffffffff,
                                          0x7ff0000000000000,
                                          0x7ff8000000000000,
                                          0x7ff0000000000001};
    const uint64_t word = random_word(), sign = word >> 8 & 1;
    uint64_t bits;
    switch (word >> 61) {
    case 0 ... 2: {
        const double edge = edges[(word >> 16) % (sizeof edges / sizeof *edges)];
        bits = wide ? word_of(edge) : word_of(static_cast<float>(edge));
        break;
    }
    case 3:
        bits = wide ? wide_edges[(word >> 16) % 7] : narrow_edges[(word >> 16) % 7];
        break;
    case 4 ... 5: { /* numbers of everyday size */
        const double number =
            static_cast<double>(word >> 20 & 0xffffff) / static_cast<double>(1 + (word >> 44 & 0xfff));
        bits = wide ? word_of(number) : word_of(static_cast<float>(number));
        break;
    }
    default:
        bits = random_word();
    }
    return wide ? bits ^ sign << 63 : cut(bits ^ sign << 31, 32);
}

/* The value before it again, a float perhaps with the other sign: equal operands and the two zeros are rare by
 * chance. */
static uint64_t related_value(const std::string &type, uint64_t before)
{
    const bool flip = type[0] == 'f' && (random_word() & 1);
    return before ^ (flip ? uint64_t{1} << (bits_of_type(type) - 1) : 0);
}

static uint64_t random_value(const std::string &type)
{
    if (type == "pred")
        return random_word() & 1;
    return type[0] == 'f' ? random_float(type == "f64") : random_integer(bits_of_type(type));
}

/* ---------------------------------------------------------------- value cases */

static std::string register_type(const std::string &type)
{
    return type == "pred"             ? ".pred"
           : bits_of_type(type) == 64 ? ".b64"
           : bits_of_type(type) == 16 ? ".b16"
                                      : ".b32";
}

static std::string loading(const std::string &type, const std::string &name, size_t offset)
{
    const std::string address = "[%base+" + std::to_string(offset) + "];\n";
    if (type == "pred")
        return "  ld.global.b32 %word, " + address + "  setp.ne.s32 " + name + ", %word, 0;\n";
    return "  ld.global.b" + std::to_string(bits_of_type(type)) + " " + name + ", " + address;
}

/* A kernel whose thread i applies the instruction to the i-th row of its input. */
static std::string kernel_of(const ValueCase &c)
{
    std::string registers, loads, operands;
    for (size_t i = 0; i < c.sources.size(); i++) {
        const std::string name = "%s" + std::to_string(i);
        registers += "  .reg " + register_type(c.sources[i]) + " " + name + ";\n";
        loads += loading(c.sources[i], name, 8 * i);
        operands += ", " + name;
    }
    const std::string store =
        c.result == "pred" ? "  selp.b32 %word, 1, 0, %result;\n  st.global.b32 [%out], %word;\n"
                           : "  st.global.b" + std::to_string(bits_of_type(c.result)) + " [%out], %result;\n";
    return ".version 8.0\n.target sm_80\n.address_size 64\n"
           ".visible .entry value_kernel(.param .u64 in, .param .u64 out) {\n"
           "  .reg .b64 %base, %out, %offset;\n  .reg .b32 %t, %word;\n  .reg " +
           register_type(c.result) + " %result;\n" + registers +
           "  mov.u32 %t, %tid.x;\n  ld.param.u64 %base, [in];\n  ld.param.u64 %out, [out];\n"
           "  mul.wide.u32 %offset, %t, " +
           std::to_string(8 * c.sources.size()) +
           ";\n  add.s64 %base, %base, %offset;\n  mul.wide.u32 %offset, %t, 8;\n  add.s64 %out, %out, %offset;\n" +
           loads + "  " + c.opcode + " %result" + operands + c.last_operand + ";\n" + store + "  ret;\n}\n";
}

static std::vector<uint64_t> inputs_of(const ValueCase &c, size_t rows)
{
    const size_t width = c.sources.size();
    std::vector<uint64_t> inputs(rows * width);
    for (size_t row = 0; row < rows; row++)
        do
            for (size_t i = 0; i < width; i++) {
                const bool related = i > 0 && c.sources[i] == c.sources[i - 1] && random_word() % 6 == 0;
                inputs[row * width + i] = related ? related_value(c.sources[i], inputs[row * width + i - 1])
                                                  : random_value(c.sources[i]);
            }
        while (c.defined && !c.defined(&inputs[row * width]));
    return inputs;
}

static std::vector<uint64_t> run_case(const ValueCase &c, const std::vector<uint64_t> &inputs, size_t rows)
{
    const ptx::Module module(kernel_of(c));
    ptx::Machine machine(module);
    std::vector<uint64_t> results(rows, 0), in = inputs;
    uint64_t *in_address = in.data(), *out_address = results.data();
    machine.add_memory(in_address, in.size() * sizeof *in_address);
    machine.add_memory(out_address, rows * sizeof *out_address);
    ptx::LaunchConfig config;
    config.block.x = static_cast<uint32_t>(rows);
    config.arguments = {{&in_address, sizeof in_address}, {&out_address, sizeof out_address}};
    machine.run("value_kernel", config);
    return results;
}

Test(ptx_opcodes, register_instructions_give_the_specified_bits)
{
    const size_t rows = 600;
    for (const ValueCase &c : value_cases()) {
        const std::vector<uint64_t> inputs = inputs_of(c, rows), results = run_case(c, inputs, rows);
        for (size_t row = 0; row < rows; row++) {
            const uint64_t *s = &inputs[row * c.sources.size()];
            const uint64_t expected = cut(c.expected(s), bits_of_type(c.result));
            cr_assert_eq(results[row], expected, "%s of %#lx %#lx %#lx: %#lx, not %#lx", c.opcode.c_str(),
                         static_cast<unsigned long>(s[0]),
                         static_cast<unsigned long>(c.sources.size() > 1 ? s[1] : 0),
                         static_cast<unsigned long>(c.sources.size() > 2 ? s[2] : 0),
                         static_cast<unsigned long>(results[row]), static_cast<unsigned long>(expected));
        }
    }
}

Test(ptx_opcodes, memory_control_and_warp_instructions_do_as_specified)
{
    for (const ProgramCase &c : program_cases())
        c.check();
}

Test(ptx_opcodes, every_known_instruction_has_a_case)
{
    std::set<std::string> tested;
    for (const ValueCase &c : value_cases())
        tested.insert(ptx::canonical(c.opcode).name);
    for (const ProgramCase &c : program_cases())
        tested.insert(ptx::canonical(c.opcode).name);
    for (const auto &[name, opcode] : ptx::opcode_table())
        cr_expect(tested.count(name) == 1, "%s has no case", name.c_str());
    for (const std::string &name : tested)
        cr_expect(ptx::opcode_table().count(name) == 1, "%s is tested but not known", name.c_str());
}
