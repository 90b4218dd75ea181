/* Loads and stores of every type in every state space, atomics, addresses. */
#include <criterion/criterion.h>

#include "opcode_cases.h"

static const char *const variables =
    ".global .align 16 .b8 global_var[16];\n"
    ".shared .align 16 .b8 shared_var[16];\n"
    ".const .align 16 .b8 const_var[16] = {240, 225, 210, 195, 180, 165, 150, 135, 120, "
    "105, 90, 75, 60, 45, 30, 15};\n";
static const std::vector<uint32_t> pattern = {0xc3d2e1f0u, 0x8796a5b4u, 0x4b5a6978u, 0x0f1e2d3cu};

static const char *const types[] = {"b8",  "b16", "b32", "b64", "u8",  "u16", "u32",
                                    "u64", "s8",  "s16", "s32", "s64", "f32", "f64"};

/* Copies the 16-byte pattern into a space and back by 4-byte accesses, with the typed access in between. */
static std::string address_of_space(const std::string &space)
{
    if (space == "global")
        return "mov.u64 %d0, global_var;\n";
    if (space == "const")
        return "mov.u64 %d0, const_var;\n";
    if (space == "shared")
        return "mov.u64 %d0, shared_var;\n";
    if (space == "local")
        return ".local .align 16 .b8 local_var[16];\nmov.u64 %d0, local_var;\n";
    return "mov.u64 %d0, global_var;\ncvta.global.u64 %d0, %d0;\n"; /* generic */
}

static std::string fill(const std::string &dotted_space)
{
    std::string text;
    for (int i = 0; i < 4; i++) {
        const std::string at = "+" + std::to_string(4 * i) + "]";
        text += "ld.global.b32 %r9, [%in" + at + ";\nst" + dotted_space + ".b32 [%d0" + at + ", %r9;\n";
    }
    return text;
}

/* The element at byte 8 (or the only one that fits), widened by its type to 64 bits. */
static uint64_t expected_element(const std::string &type, size_t offset)
{
    uint8_t bytes[16];
    memcpy(bytes, pattern.data(), sizeof bytes);
    uint64_t word = 0;
    memcpy(&word, bytes + offset, bits_of_type(type) / 8);
    return type[0] == 's' ? static_cast<uint64_t>(sign_extended(word, bits_of_type(type))) : word;
}

static void check_load(const std::string &type, const std::string &space)
{
    const std::string dotted = space.empty() ? "" : "." + space;
    const std::string body = address_of_space(space) + (space == "const" ? "" : fill(dotted)) + "ld" + dotted +
                             "." + type + " %d1, [%d0+8];\nst.global.b64 [%out], %d1;\n";
    const std::vector<uint32_t> out = run_body(body, 1, pattern, 2, variables);
    const uint64_t result = out[0] | static_cast<uint64_t>(out[1]) << 32;
    cr_assert_eq(result, expected_element(type, 8), "ld%s.%s gives %#lx", dotted.c_str(), type.c_str(),
                 static_cast<unsigned long>(result));
}

static void check_store(const std::string &type, const std::string &space)
{
    const std::string dotted = space.empty() ? "" : "." + space;
    const std::string body = address_of_space(space) + fill(dotted) + "mov.u64 %d1, 0x1122334455667788;\nst" +
                             dotted + "." + type + " [%d0+8], %d1;\nld" + dotted +
                             ".b64 %d2, [%d0+8];\nst.global.b64 [%out], %d2;\n";
    const std::vector<uint32_t> out = run_body(body, 1, pattern, 2, variables);
    const uint64_t result = out[0] | static_cast<uint64_t>(out[1]) << 32;
    const uint64_t before = expected_element("b64", 8), value = 0x1122334455667788;
    const unsigned bits = bits_of_type(type);
    const uint64_t expected = bits == 64 ? value : (before >> bits << bits) | cut(value, bits);
    cr_assert_eq(result, expected, "st%s.%s leaves %#lx", dotted.c_str(), type.c_str(),
                 static_cast<unsigned long>(result));
}

/* Vectors: two and four elements, and their order. */
static void check_vectors(const std::string &type)
{
    const unsigned bytes = bits_of_type(type) / 8;
    for (unsigned count : {2u, 4u}) {
        if (count * bytes > 16)
            continue;
        const std::string list = count == 2 ? "{%d1, %d2}" : "{%d1, %d2, %d3, %d4}",
                          v = ".v" + std::to_string(count) + ".";
        const std::string back = count == 2 ? "{%d2, %d1}" : "{%d4, %d3, %d2, %d1}";
        const std::vector<uint32_t> out = run_body("ld.global" + v + type + " " + list + ", [%in];\nst.global" +
                                                       v + type + " [%out], " + back + ";\n",
                                                   1, pattern, 4);
        uint8_t in_bytes[16], out_bytes[16];
        memcpy(in_bytes, pattern.data(), 16);
        memcpy(out_bytes, out.data(), 16);
        for (unsigned i = 0; i < count; i++)
            cr_assert_eq(memcmp(out_bytes + i * bytes, in_bytes + (count - 1 - i) * bytes, bytes), 0, "%s",
                         type.c_str());
        cr_assert(count * bytes == 16 || out_bytes[count * bytes] == 0xee,
                  "nothing is written behind the vector");
    }
}

/* ---------------------------------------------------------------- atomics */

struct Atomic {
    const char *name;
    const char *types; /* separated by blanks */
    uint64_t (*result)(int64_t old, int64_t operand);
};

static const Atomic atomics[] = {
    {"add", "u32 s32 u64",
     [](int64_t old, int64_t a) { return static_cast<uint64_t>(old) + static_cast<uint64_t>(a); }},
    {"min", "u32 u64 s32 s64", [](int64_t old, int64_t a) { return static_cast<uint64_t>(old < a ? old : a); }},
    {"max", "u32 u64 s32 s64", [](int64_t old, int64_t a) { return static_cast<uint64_t>(old > a ? old : a); }},
    {"and", "b32 b64", [](int64_t old, int64_t a) { return static_cast<uint64_t>(old & a); }},
    {"or", "b32 b64", [](int64_t old, int64_t a) { return static_cast<uint64_t>(old | a); }},
    {"xor", "b32 b64", [](int64_t old, int64_t a) { return static_cast<uint64_t>(old ^ a); }},
    {"exch", "b32 b64", [](int64_t, int64_t a) { return static_cast<uint64_t>(a); }},
    {"inc", "u32", [](int64_t old, int64_t a) { return static_cast<uint64_t>(old >= a ? 0 : old + 1); }},
    {"dec", "u32",
     [](int64_t old, int64_t a) { return static_cast<uint64_t>(old == 0 || old > a ? a : old - 1); }},
};

/* Runs the instruction on memory that holds `old`: what it returns, and what it leaves. */
static void run_atomic(const std::string &opcode, bool returns, bool wide, uint64_t old, uint64_t a,
                       uint64_t *returned, uint64_t *left)
{
    const std::string number = std::to_string(a);
    const std::string body = std::string("ld.global.b64 %d0, [%in];\nst.global.b64 [%out], %d0;\n") +
                             "mov.u64 %d1, " + number + ";\nmov.u64 %d2, 0;\n" + opcode +
                             (returns ? " %d2, [%out], %d1" : " [%out], %d1") +
                             ";\nst.global.b64 [%out+8], %d2;\n";
    const std::vector<uint32_t> out =
        run_body(body, 1, {static_cast<uint32_t>(old), static_cast<uint32_t>(old >> 32)}, 4);
    const auto word = [&](size_t i) { return out[i] | (wide ? static_cast<uint64_t>(out[i + 1]) << 32 : 0); };
    *left = word(0);
    *returned = word(2);
}

static void check_atomic(const Atomic &atomic, const std::string &type, const std::string &kind)
{
    const unsigned bits = bits_of_type(type);
    const std::string opcode = kind + ".global." + atomic.name + "." + type;
    static const uint64_t values[] = {
        0, 1, 5, 9, 10, 0x7fffffff, 0x80000000, 0xffffffff, 0x123456789abcdef0, ~0ull - 3};
    for (uint64_t old : values)
        for (uint64_t a : values) {
            uint64_t returned, left;
            run_atomic(opcode, kind == "atom", bits == 64, cut(old, bits), cut(a, bits), &returned, &left);
            if (type == "u64" && ((old | a) >> 63)) /* `result` works on signed numbers */
                continue;
            const bool is_signed = type[0] == 's' || bits == 64;
            const int64_t x = is_signed ? sign_extended(old, bits) : static_cast<int64_t>(cut(old, bits));
            const int64_t y = is_signed ? sign_extended(a, bits) : static_cast<int64_t>(cut(a, bits));
            cr_assert_eq(left, cut(atomic.result(x, y), bits), "%s of %#lx %#lx leaves %#lx", opcode.c_str(),
                         static_cast<unsigned long>(old), static_cast<unsigned long>(a),
                         static_cast<unsigned long>(left));
            cr_assert_eq(returned, kind == "atom" ? cut(old, bits) : 0, "%s returns", opcode.c_str());
        }
}

static void check_compare_and_swap(const std::string &type)
{
    const std::string size = type == "b64" ? "64" : "32";
    const std::vector<uint32_t> out = run_body("mov.u64 %d0, 7;\nst.global.b64 [%out], %d0;\n"
                                               "atom.global.cas." +
                                                   type +
                                                   " %d1, [%out], 6, 100;\n"
                                                   "ld.global.b" +
                                                   size +
                                                   " %d2, [%out];\n"
                                                   "atom.global.cas." +
                                                   type +
                                                   " %d3, [%out], 7, 200;\n"
                                                   "st.global.v4.b32 [%out+16], {%d1, %d2, %d3, 0};\n",
                                               1, {0}, 8);
    cr_assert_eq(out[0], 200u);
    cr_assert_eq(out[4], 7u, "the old value");
    cr_assert_eq(out[5], 7u, "no match, no change");
    cr_assert_eq(out[6], 7u);
}

/* All threads on one word of shared memory: no update is lost. */
static void check_shared_atomics()
{
    const std::vector<uint32_t> out =
        run_body("mov.u64 %d0, shared_var;\n"
                 "setp.eq.u32 %p1, %t, 0;\n@%p1 st.shared.b32 [%d0], 0;\nbar.sync 0;\n"
                 "atom.shared.add.u32 %r0, [%d0], 2;\nred.shared.add.u32 [%d0], 1;\nbar.sync 0;\n"
                 "ld.shared.b32 %r1, [%d0];\n@%p1 st.global.b32 [%out], %r1;\n",
                 100, {0}, 1, variables);
    cr_assert_eq(out[0], 300u);
}

/* ---------------------------------------------------------------- addresses */

static void check_windows()
{
    const std::string body =
        ".local .align 4 .b8 local_var[4];\n"
        "mov.u64 %d0, shared_var;\ncvta.shared.u64 %d1, %d0;\nst.shared.b32 [%d0], 11;\nld.b32 %r0, [%d1];\n"
        "cvta.to.shared.u64 %d2, %d1;\nsub.s64 %d2, %d2, %d0;\nst.global.b32 [%out], %r0;\nst.global.b32 [%out+4], %d2;\n"
        "mov.u64 %d0, local_var;\ncvta.local.u64 %d3, %d0;\nst.b32 [%d3], 22;\nld.local.b32 %r0, [%d0];\n"
        "cvta.to.local.u64 %d2, %d3;\nsub.s64 %d2, %d2, %d0;\nst.global.b32 [%out+8], %r0;\nst.global.b32 [%out+12], %d2;\n"
        "cvta.to.global.u64 %d2, %in;\nsub.s64 %d2, %d2, %in;\nst.global.b32 [%out+16], %d2;\nmov.u32 %r5, 0;\n";
    std::string spaces;
    int shift = 0;
    for (const char *space : {"shared", "local", "global"})
        for (const char *address : {"%d1", "%d3", "%in"})
            spaces += std::string("isspacep.") + space + " %p1, " + address + ";\nselp.b32 %r6, " +
                      std::to_string(1 << shift++) + ", 0, %p1;\nor.b32 %r5, %r5, %r6;\n";
    const std::vector<uint32_t> out =
        run_body(body + spaces + "st.global.b32 [%out+20], %r5;\n", 1, {0}, 6, variables);
    cr_assert_eq(out[0], 11u);
    cr_assert_eq(out[2], 22u);
    cr_assert(out[1] == 0 && out[3] == 0 && out[4] == 0, "conversions undo each other");
    cr_assert_eq(out[5], 1u + (1u << 4) + (1u << 8), "each address lies in its own space");
}

static void add_atomic_cases(std::vector<ProgramCase> &cases)
{
    for (const Atomic &atomic : atomics) {
        const std::string list = atomic.types;
        for (size_t at = 0; at < list.size(); at += 4) {
            const std::string type = list.substr(at, 3), name = std::string(atomic.name) + "." + type;
            cases.push_back({"atom." + name, [=] { check_atomic(atomic, type, "atom"); }});
            if (std::string(atomic.name) != "exch")
                cases.push_back({"red." + name, [=] { check_atomic(atomic, type, "red"); }});
        }
    }
    cases.push_back({"atom.add.u32", check_shared_atomics});
    for (const char *type : {"b32", "b64"})
        cases.push_back({std::string("atom.cas.") + type, [=] { check_compare_and_swap(type); }});
}

void add_memory_cases(std::vector<ProgramCase> &cases)
{
    for (const std::string type : types) {
        for (const std::string space : {"global", "shared", "local", "const", ""})
            cases.push_back({"ld." + type, [=] { check_load(type, space); }});
        for (const std::string space : {"global", "shared", "local", ""})
            cases.push_back({"st." + type, [=] { check_store(type, space); }});
        cases.push_back({"ld." + type, [=] { check_vectors(type); }});
    }
    add_atomic_cases(cases);
    for (const char *opcode : {"cvta.shared.u64", "cvta.to.shared.u64", "isspacep.shared"})
        cases.push_back({opcode, check_windows});
}
