/* Branches, guards, calls, ends; and moves between registers and vectors of registers. */
#include <criterion/criterion.h>

#include "device.h"
#include "opcode_cases.h"

static const std::string store_r0 =
    "mul.wide.u32 %d0, %t, 4;\nadd.s64 %d0, %out, %d0;\nst.global.b32 [%d0], %r0;\n";

static void check_loop()
{
    /* sum of 1 .. tid, by a loop whose end differs between threads */
    const std::vector<uint32_t> out =
        run_body("mov.u32 %r0, 0;\nmov.u32 %r1, %t;\nLOOP:\nsetp.eq.u32 %p1, %r1, 0;\n"
                 "@%p1 bra DONE;\nadd.s32 %r0, %r0, %r1;\nsub.s32 %r1, %r1, 1;\nbra.uni LOOP;\n"
                 "DONE:\n" +
                     store_r0,
                 40, {0}, 40);
    for (uint32_t t = 0; t < 40; t++)
        cr_assert_eq(out[t], t * (t + 1) / 2);
}

static void check_guards()
{
    const std::vector<uint32_t> out =
        run_body("setp.lt.u32 %p1, %t, 3;\nmov.u32 %r0, 10;\n@%p1 mov.u32 %r0, 20;\n"
                 "@!%p1 add.s32 %r0, %r0, 1;\n" +
                     store_r0,
                 6, {0}, 6);
    for (uint32_t t = 0; t < 6; t++)
        cr_assert_eq(out[t], t < 3 ? 20u : 11u);
}

static void check_indexed_branch()
{
    const std::string body =
        "mov.u32 %r0, 0;\nTABLE: .branchtargets ZERO, ONE, ZERO, TWO;\nbrx.idx %t, TABLE;\n"
        "ONE:\nmov.u32 %r0, 1;\nbra ZERO;\nTWO:\nmov.u32 %r0, 2;\nZERO:\n";
    const std::vector<uint32_t> out = run_body(body + store_r0, 4, {0}, 4);
    cr_assert((out == std::vector<uint32_t>{0, 1, 0, 2}));
    cr_assert(fault_of_body(body, 5).find("index 4 has no branch target") != std::string::npos);
}

/* Functions with results, local variables, recursion, and one that returns under a guard. */
static const char *const functions =
    ".func (.param .b32 result) factorial(.param .b32 n);\n"
    ".func (.param .b32 result) times(.param .b32 a, .param .b64 b) {\n"
    "  .reg .b32 %a;\n  .reg .b64 %b, %wide;\n  .local .align 8 .b8 spill[16];\n"
    "  ld.param.u32 %a, [a];\n  ld.param.u64 %b, [b];\n  st.local.b32 [spill+8], %a;\n  ld.local.u32 %wide, [spill+8];\n"
    "  mul.lo.s64 %wide, %wide, %b;\n  cvt.u32.u64 %a, %wide;\n  st.param.b32 [result], %a;\n  ret;\n}\n"
    ".func (.param .b32 result) factorial(.param .b32 n) {\n"
    "  .reg .b32 %n, %less, %rest;\n  .reg .b64 %wide;\n  .reg .pred %p;\n"
    "  ld.param.u32 %n, [n];\n  st.param.b32 [result], 1;\n  setp.le.u32 %p, %n, 1;\n  @%p ret;\n  sub.s32 %less, %n, 1;\n"
    "  {\n  .param .b32 param0;\n  .param .b32 value0;\n  st.param.b32 [param0], %less;\n"
    "  call.uni (value0), factorial, (param0);\n  ld.param.b32 %rest, [value0];\n  }\n"
    "  {\n  .param .b32 param0;\n  .param .b64 param1;\n  .param .b32 value0;\n  cvt.u64.u32 %wide, %n;\n"
    "  st.param.b32 [param0], %rest;\n  st.param.b64 [param1], %wide;\n  call (value0), times, (param0, param1);\n"
    "  ld.param.b32 %rest, [value0];\n  }\n  st.param.b32 [result], %rest;\n  ret;\n}\n"
    ".func endless(.param .b32 n) {\n  .param .b32 param0;\n  st.param.b32 [param0], 1;\n  call endless, (param0);\n  ret;\n}\n";

static const char *const call_factorial =
    "{\n.param .b32 param0;\n.param .b32 value0;\nst.param.b32 [param0+0], %t;\n"
    "call.uni (value0), factorial, (param0);\nld.param.b32 %r0, [value0+0];\n}\n";

static void check_calls()
{
    const std::vector<uint32_t> out = run_body(call_factorial + store_r0, 8, {0}, 8, functions, 3);
    cr_assert((out == std::vector<uint32_t>{1, 1, 2, 6, 24, 120, 720, 5040}));
    const std::string fault =
        fault_of_body("{\n.param .b32 q;\nst.param.b32 [q], 0;\ncall endless, (q);\n}\n", 1, functions);
    cr_assert(fault.find("calls are nested too deeply") != std::string::npos);
}

static void check_ends()
{
    const std::vector<uint32_t> out =
        run_body("mov.u32 %r0, 5;\nsetp.eq.u32 %p1, %t, 1;\n@%p1 exit;\n" + store_r0, 3, {0}, 3);
    cr_assert((out == std::vector<uint32_t>{5, 0xeeeeeeeeu, 5}));
    cr_assert(fault_of_body("setp.eq.u32 %p1, %t, 2;\n@%p1 trap;\n", 3).find("thread 2") != std::string::npos);
}

static void check_fences()
{
    const std::vector<uint32_t> out = run_body(
        "mov.u32 %r0, 9;\nmembar.gl;\nmembar.cta;\nfence.acq_rel.gpu;\nfence.sc.sys;\n" + store_r0, 1, {0}, 1);
    cr_assert_eq(out[0], 9u);
}

static void check_packing()
{
    const std::vector<uint32_t> out = run_body(
        "ld.global.v2.b32 {%r0, %r1}, [%in];\nmov.b64 %d1, {%r1, %r0};\nst.global.b64 [%out], %d1;\n"
        "mov.b64 {%r2, _}, %d1;\nst.global.b32 [%out+8], %r2;\nmov.b32 {%r3, %r4}, %r0;\nmov.b32 %r5, {%r4, %r3};\n"
        "st.global.v4.b32 [%out+16], {%r3, %r4, %r5, 0};\n"
        "mov.b64 {%r3, %r4, %r5, %r6}, %d1;\nmov.b64 %d2, {%r6, %r5, %r4, %r3};\nst.global.b64 [%out+32], %d2;\n",
        1, {0x11112222u, 0x33334444u}, 10);
    cr_assert((std::vector<uint32_t>(out.begin(), out.begin() + 3) ==
               std::vector<uint32_t>{0x33334444u, 0x11112222u, 0x33334444u}));
    cr_assert((std::vector<uint32_t>(out.begin() + 4, out.begin() + 7) ==
               std::vector<uint32_t>{0x2222u, 0x1111u, 0x22221111u}));
    cr_assert(
        (std::vector<uint32_t>(out.begin() + 8, out.end()) == std::vector<uint32_t>{0x22221111u, 0x44443333u}));
}

/* The clock goes forward, and is a host's: a reading between two of its own. */
static void check_clock()
{
    const uint64_t before = simt::nanoseconds();
    const std::vector<uint32_t> out =
        run_body("mov.u64 %d1, %globaltimer;\nmov.u64 %d2, %globaltimer;\nst.global.b64 [%out], %d1;\n"
                 "st.global.b64 [%out+8], %d2;\n",
                 1, {0}, 4);
    const uint64_t first = out[0] | uint64_t{out[1]} << 32, second = out[2] | uint64_t{out[3]} << 32;
    cr_assert_leq(before, first);
    cr_assert_leq(first, second);
    cr_assert_leq(second, simt::nanoseconds());
}

/* What value cases do not reach: pairs of predicates and negated predicate operands. */
static void check_predicates()
{
    const std::string bit = "selp.b32 %r1, 1, 0, %p9;\nshl.b32 %r0, %r0, 1;\nor.b32 %r0, %r0, %r1;\n";
    const std::vector<uint32_t> out = run_body(
        "mov.u32 %r0, 0;\nsetp.lt.u32 %p1|%p2, %t, 2;\nmov.pred %p9, %p1;\n" + bit + "mov.pred %p9, %p2;\n" +
            bit + "setp.eq.and.u32 %p3|%p4, %t, %t, !%p1;\nmov.pred %p9, %p3;\n" + bit +
            "mov.pred %p9, %p4;\n" + bit + "and.pred %p9, %p2, !%p1;\n" + bit +
            "selp.b32 %r2, 1, 0, !%p1;\nshl.b32 %r0, %r0, 1;\n"
            "or.b32 %r0, %r0, %r2;\n" +
            store_r0,
        3, {0}, 3);
    cr_assert((out == std::vector<uint32_t>{0x20, 0x20, 0x1b}));
}

void add_control_cases(std::vector<ProgramCase> &cases)
{
    cases.push_back({"bra", check_loop});
    cases.push_back({"bra", check_guards});
    cases.push_back({"brx.idx", check_indexed_branch});
    cases.push_back({"call", check_calls});
    cases.push_back({"ret", check_calls});
    cases.push_back({"exit", check_ends});
    cases.push_back({"trap", check_ends});
    cases.push_back({"fence", check_fences});
    cases.push_back({"mov.pred", check_predicates});
    cases.push_back({"mov.globaltimer.u64", check_clock});
    for (const char *opcode : {"mov.pack.b32", "mov.pack.b64", "mov.unpack.b32", "mov.unpack.b64"})
        cases.push_back({opcode, check_packing});
}
