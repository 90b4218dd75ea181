/* What the interpreter refuses, how it names faults, and that its schedules change nothing else. */
#include <criterion/criterion.h>

#include "machine.h"
#include "opcode_cases.h"

static std::string load_error(const std::string &text)
{
    try {
        ptx::Module module(text);
    } catch (const ptx::Error &error) {
        return error.what();
    }
    return "";
}

static bool mentions(const std::string &text, const std::string &words)
{
    return text.find(words) != std::string::npos;
}

static std::string kernel_with(const std::string &instruction)
{
    return ".visible .entry k() {\n.reg .b32 %r<4>;\n.reg .b64 %d<4>;\n.reg .pred %p<4>;\n" + instruction +
           "\nret;\n}\n";
}

Test(ptx_interpreter, instructions_without_specified_bits_are_refused_with_their_line)
{
    static const std::pair<const char *, const char *> refused[] = {
        {"ex2.approx.f32 %r0, %r1;", "line 5 ex2.approx.f32: approximate"},
        {"lg2.approx.ftz.f32 %r0, %r1;", "line 5 lg2.approx.ftz.f32: approximate"},
        {"rcp.approx.ftz.f64 %d0, %d1;", "approximate"},
        {"div.full.f32 %r0, %r1, %r2;", "approximate"},
        {"div.approx.f32 %r0, %r1, %r2;", "approximate"},
        {"sqrt.approx.f32 %r0, %r1;", "approximate"},
        {"rsqrt.approx.f32 %r0, %r1;", "approximate"},
        {"sin.approx.f32 %r0, %r1;", "approximate"},
        {"add.rn.ftz.f32 %r0, %r1, %r2;", "flushes subnormal"},
        {"add.f32 %r0, %r1, %r2;", "may contract"},
        {"mul.f64 %d0, %d1, %d2;", "may contract"},
        {"atom.global.add.f32 %r0, [%d0], %r1;", "order of threads"},
        {"red.global.add.f64 [%d0], %d1;", "order of threads"},
        {"add.rz.f32 %r0, %r1, %r2;", "unknown instruction"},
        {"add.sat.s32 %r0, %r1, %r2;", "unknown instruction"},
        {"fma.rn.sat.f32 %r0, %r1, %r2, %r3;", "unknown instruction"},
        {"ld.global.v8.b32 %r0, [%d0];", "unknown instruction"},
        {"ld.release.gpu.global.b32 %r0, [%d0];", "unknown instruction"},
        {"st.global.nc.b32 [%d0], %r0;", "unknown instruction"},
        {"st.acquire.gpu.global.b32 [%d0], %r0;", "unknown instruction"},
        {"add.uni.s32 %r0, %r1, %r2;", "unknown instruction"},
        {"frobnicate.b32 %r0, %r1;", "line 5 frobnicate.b32: unknown instruction"},
    };
    for (const auto &[instruction, words] : refused)
        cr_expect(mentions(load_error(kernel_with(instruction)), words), "%s: %s", instruction,
                  load_error(kernel_with(instruction)).c_str());
    cr_expect(load_error(kernel_with("add.rn.f32 %r0, %r1, %r2;")).empty());
}

Test(ptx_interpreter, malformed_text_is_refused_with_its_line)
{
    static const std::pair<const char *, const char *> refused[] = {
        {"add.s32 %r0, %r1;", "line 5 add.s32: 3 operands are expected"},
        {"add.s32 %r0, %r1, %r9;", "'%r9' is not a source"},
        {"add.s32 7, %r1, %r2;", "not a destination register"},
        {"add.s32 %r0, %r1, [%d0];", "does not fit"},
        {"add.s32 %r0, %r1, nowhere;", "line 5: 'nowhere' is not declared"},
        {"mov.u32 %r0, %clock;", "'%clock' is not a source"},
        {"mov.u64 %d0, %clock64;", "'%clock64' is not a source"},
        {"mov.u32 %r0, %smid;", "'%smid' is not a source"},
        {"mov.u32 %r0, %nwarpid;", "'%nwarpid' is not a source"},
        {"mov.u32 %r0, %globaltimer_lo;", "'%globaltimer_lo' is not a source"},
        {"mov.u32 %r0, %globaltimer;", "line 5 mov.u32: unknown instruction"},
        {"mov.b64 %d0, %globaltimer;", "line 5 mov.b64: unknown instruction"},
        {"add.s64 %d0, %d1, %globaltimer;", "'%globaltimer' is not a source"},
        {"sub.s64 %d0, %globaltimer, %d1;", "'%globaltimer' is not a source"},
        {"cvt.u32.u64 %r0, %globaltimer;", "'%globaltimer' is not a source"},
        {"st.global.b64 [%d0], %globaltimer;", "'%globaltimer' is not a source"},
        {"ld.global.b64 %d0, [%globaltimer];", "'%globaltimer' is not a source"},
        {"mov.b32 %r0, {%globaltimer, %r1};", "'%globaltimer' is not a source"},
        {"ld.global.b32 %r0, %d0;", "an [address] is expected"},
        {"ld.global.v2.b32 {%r0, %r1, %r2}, [%d0];", "vector operand of another length"},
        {"ld.global.b32 {%r0, %r1}, [%d0];", "vector operand of another length"},
        {"lop3.b32 %r0, %r1, %r2, %r3, %r0;", "an immediate is expected"},
        {"bra nowhere;", "line 5: label 'nowhere' is not defined"},
        {"brx.idx %r0, nowhere;", "'nowhere' lists no targets"},
        {"call nowhere;", "line 5: function nowhere is not in this text"},
        {"@%p9 bra nowhere;", "guard '%p9' is not a register"},
        {"add.s32 %r0, %r1, 1f;", "is not declared"},
        {".alias a, b;", "statement .alias is not known"},
    };
    for (const auto &[instruction, words] : refused)
        cr_expect(mentions(load_error(kernel_with(instruction)), words), "%s: %s", instruction,
                  load_error(kernel_with(instruction)).c_str());
    cr_expect(mentions(load_error(".visible .entry k() {\nret;\n"), "does not end"));
    cr_expect(mentions(load_error(".func f(.param .b32 a) {\nret;\n}\n" + kernel_with("call f;")),
                       "0 arguments, the function has 1"));
    cr_expect(mentions(load_error(".func f();\n.func f(.param .b32 a) {\nret;\n}\n"),
                       "declared with other parameters"));
    cr_expect(mentions(load_error(".func f() {\nret;\n}\n.func f() {\nret;\n}\n"), "defined twice"));
    cr_expect(mentions(load_error(".extern .global .b32 x;\n"), "external variable x"));
}

Test(ptx_interpreter, faults_name_kernel_block_thread_line_and_source)
{
    const std::string located = ".loc 1 34 5\nsetp.eq.u32 %p1, %t, 3;\n@%p1 st.global.b32 [%out+4], %t;\n";
    const std::string fault = fault_of_body(located, 5, ".file 1 \"somewhere/kernel.cu\"\n");
    cr_assert(
        mentions(
            fault,
            "kernel body_kernel, block (0,0,0), thread 3, line 14 st.global.b32 (kernel.cu:34): access of 4 bytes"),
        "%s", fault.c_str());
}

Test(ptx_interpreter, accesses_outside_memory_are_faults)
{
    static const std::pair<const char *, const char *> faults[] = {
        {"ld.global.b32 %r0, [%in+4];", "outside all global memory"},
        {"ld.global.b64 %d0, [%in];", "outside all global memory"},
        {"ld.global.b32 %r0, [%in+-4];", "outside all global memory"},
        {"ld.global.b32 %r0, [%in+2];", "misaligned"},
        {"mov.u64 %d0, 0;\nld.b32 %r0, [%d0];", "outside all global memory"},
        {"mov.u64 %d0, words;\nld.shared.b32 %r0, [%d0+16];", "outside all shared memory"},
        {"mov.u64 %d0, words;\nld.shared.b32 %r0, [%d0+-4];", "outside all shared memory"},
        {"mov.u64 %d0, words;\ncvta.shared.u64 %d0, %d0;\nst.b32 [%d0+16], 1;", "outside all shared memory"},
        {".local .b32 x;\nmov.u64 %d0, x;\nst.local.b32 [%d0+4], 1;", "outside all local memory"},
        {"mov.u64 %d0, in;\nld.param.u64 %d1, [%d0+16];", "outside all parameter memory"},
        {"div.s32 %r0, 1, %t;", "integer division by zero"},
        {"rem.u64 %d0, 1, 0;", "integer remainder"},
    };
    for (const auto &[body, words] : faults) {
        const std::string expected = mentions(words, "remainder") ? "integer division by zero" : words;
        cr_expect(mentions(fault_of_body(body, 1, ".shared .align 4 .b8 words[16];\n"), expected), "%s: %s",
                  body, fault_of_body(body, 1, ".shared .align 4 .b8 words[16];\n").c_str());
    }
}

Test(ptx_interpreter, read_only_loads_of_what_the_launch_wrote_are_faults)
{
    const char *const words = "a read-only load of what this launch has written";
    const std::string load = "ld.global.nc.b32 %r0, [%out];\n";
    cr_expect(mentions(fault_of_body("st.global.b32 [%out], 1;\n" + load, 1), words));
    cr_expect(mentions(fault_of_body("atom.global.add.u32 %r1, [%out], 1;\n" + load, 1), words));
    cr_expect(mentions(
        fault_of_body("setp.eq.u32 %p1, %t, 0;\n@%p1 st.b8 [%out+2], 1;\nbar.sync 0;\n" + load, 2), words));
    cr_expect(fault_of_body(load + "st.global.b32 [%out], 1;\n", 1).empty());
    cr_expect(fault_of_body("st.global.b32 [%out], 1;\nld.global.nc.b32 %r0, [%in];\n", 1).empty());
    cr_expect(fault_of_body("st.global.b32 [%out], 1;\nld.global.b32 %r0, [%out];\n", 1).empty());
}

Test(ptx_interpreter, threads_that_cannot_meet_are_faults)
{
    const char *const at_odds =
        "setp.lt.u32 %p1, %t, 8;\n@%p1 bra OTHER;\nbar.sync 0;\nret;\nOTHER:\nbar.sync 0;\n";
    cr_expect(mentions(fault_of_body(at_odds, 16), "divergent barrier"));
    cr_expect(mentions(fault_of_body("setp.lt.u32 %p1, %t, 8;\n@%p1 exit;\nbar.sync 0;\n", 16),
                       "barrier reached by 8 of 16 threads"));
    const char *const stuck =
        "setp.eq.u32 %p1, %t, 0;\n@%p1 bra OTHER;\nbar.warp.sync 0xffff;\nret;\nOTHER:\nbar.sync 0;\n";
    const std::string deadlock = fault_of_body(stuck, 16);
    cr_expect(mentions(deadlock, "deadlock") && mentions(deadlock, "15 threads at line"), "%s",
              deadlock.c_str());
    cr_expect(mentions(fault_of_body("bar.sync 1;\n", 1), "only barrier 0"));
}

Test(ptx_interpreter, launches_that_do_not_fit_the_kernel_are_refused)
{
    const ptx::Module module(".visible .entry k(.param .u32 n) {\nret;\n}\n.func f() {\nret;\n}\n");
    ptx::Machine machine(module);
    ptx::LaunchConfig config;
    const auto error_of = [&](const char *kernel) -> std::string {
        try {
            machine.run(kernel, config);
        } catch (const ptx::Error &error) {
            return error.what();
        }
        return "";
    };
    uint64_t wide = 0;
    uint32_t narrow = 0;
    cr_expect(mentions(error_of("k"), "has 1 parameters, the launch 0"));
    config.arguments = {{&wide, sizeof wide}};
    cr_expect(mentions(error_of("k"), "parameter 0 has another size"));
    config.arguments = {{&narrow, sizeof narrow}};
    cr_expect(error_of("k").empty());
    cr_expect(mentions(error_of("f"), "not in the PTX"));
    cr_expect(mentions(error_of("missing"), "not in the PTX"));
}

Test(ptx_interpreter, blocks_that_a_kernel_is_not_made_for_are_refused)
{
    static const struct {
        const char *directive;
        ptx::Extent block;
        const char *words;
    } launches[] = {
        {".maxntid 128, 1, 1", {128, 1, 1}, ""},
        {".maxntid 128, 1, 1",
         {129, 1, 1},
         "kernel k is made for at most 128 threads a block, the launch has 129"},
        {".maxntid 64", {65, 1, 1}, "at most 64 threads"},
        {".maxntid 8, 4, 2\n.minnctapersm 2", {64, 1, 1}, ""}, /* the product is what counts */
        {".maxntid 8, 4, 2", {8, 4, 3}, "at most 64 threads a block, the launch has 96"},
        {".reqntid 32, 2", {32, 2, 1}, ""},
        {".reqntid 32, 2", {64, 1, 1}, "of another shape"},
        {".reqntid 32, 2", {32, 1, 1}, "of another shape"},
    };
    for (const auto &launch : launches) {
        const ptx::Module module(std::string(".visible .entry k()\n") + launch.directive + "\n{\nret;\n}\n");
        ptx::Machine machine(module);
        ptx::LaunchConfig config;
        std::string error;
        config.block = launch.block;
        try {
            machine.run("k", config);
        } catch (const ptx::Error &fault) {
            error = fault.what();
        }
        cr_expect(error.empty() == (*launch.words == 0) && mentions(error, launch.words),
                  "%s, %u x %u x %u: '%s'", launch.directive, launch.block.x, launch.block.y, launch.block.z,
                  error.c_str());
    }
    cr_expect(
        mentions(load_error(".visible .entry k()\n.maxntid many\n{\nret;\n}\n"), "line 2: expected a number"));
    cr_expect(mentions(load_error(".visible .entry k()\n.maxntid 1, 1, 1, 1\n{\nret;\n}\n"),
                       "line 2: a block has three"));
}

/* Thread and block order as a kernel sees them: each thread takes a ticket. */
static std::vector<uint32_t> tickets(uint64_t seed)
{
    return run_body("atom.global.add.u32 %r0, [%out], 1;\nmul.wide.u32 %d0, %t, 4;\nadd.s64 %d0, %out, %d0;\n"
                    "st.global.b32 [%d0+4], %r0;\n",
                    50, {0}, 51, "", seed);
}

Test(ptx_interpreter, the_seed_chooses_the_order_of_threads)
{
    const std::vector<uint32_t> numbered = tickets(0), backwards = tickets(1), random = tickets(2);
    for (uint32_t t = 0; t + 1 < 50; t++) {
        cr_assert_eq(numbered[t + 2], numbered[t + 1] + 1);
        cr_assert_eq(backwards[t + 2], backwards[t + 1] - 1);
    }
    cr_assert(random != numbered && random != backwards && random != tickets(3));
    cr_assert(random == tickets(2), "a seed repeats");
}

Test(ptx_interpreter, special_registers_and_module_variables_hold_their_values)
{
    const ptx::Module module(
        ".const .align 4 .f32 scale[2] = {0f3F800000, 0f40000000};\n.global .align 8 .u64 counter = 5;\n"
        ".extern .shared .align 16 .b8 dynamic[];\n.shared .align 4 .b8 fixed[20];\n"
        ".visible .entry k(.param .u64 out) {\n.reg .b64 %d<4>;\n.reg .b32 %r<12>;\n"
        "ld.param.u64 %d0, [out];\nmov.u32 %r0, %ctaid.y;\nmov.u32 %r1, %ntid.x;\nmov.u32 %r2, %nctaid.y;\n"
        "mov.u32 %r3, %laneid;\nmov.u32 %r4, %warpid;\nmov.u32 %r5, %lanemask_lt;\nmov.u32 %r6, %lanemask_ge;\n"
        "mov.u64 %d1, dynamic;\ncvt.u32.u64 %r7, %d1;\nmov.u64 %d2, scale;\nld.const.f32 %r8, [%d2+4];\n"
        "ld.global.u64 %d3, [counter];\nadd.s64 %d3, %d3, 1;\nst.global.u64 [counter], %d3;\n"
        "cvt.u32.u64 %r9, %d3;\nst.shared.b32 [%d1+60], %r9;\n"
        "st.global.v4.b32 [%d0], {%r0, %r1, %r2, %r3};\nst.global.v4.b32 [%d0+16], {%r4, %r5, %r6, %r7};\n"
        "st.global.v2.b32 [%d0+32], {%r8, %r9};\nret;\n}\n");
    ptx::Machine machine(module);
    alignas(16) uint32_t out[10];
    uint32_t *address = out;
    machine.add_memory(out, sizeof out);
    ptx::LaunchConfig config;
    config.grid.y = 3;
    config.block.x = 40;
    config.dynamic_shared_bytes = 64;
    config.arguments = {{&address, sizeof address}};
    machine.run("k", config); /* block 2, thread 39 writes last */
    const uint32_t expected[10] = {2, 40, 3, 7, 1, 0x7f, 0xffffff80u, 32, 0x40000000, 5 + 3 * 40};
    for (int i = 0; i < 10; i++)
        cr_assert_eq(out[i], expected[i], "word %d is %u", i, out[i]);
}

Test(ptx_interpreter, lint_finds_what_loading_refuses_in_text_of_any_kind)
{
    const std::string text =
        kernel_with("LOOP: add.f32 %r0, %r1, %r2; // fma.rn.ftz.f32\n@%p1 ex2.approx.f32 %r0, %r1;\n"
                    "@!%p1 mul.rn.f32 %r0, %r1, %r2;\n.loc 1 2 3\ndiv.full.f32 %r0, %r1, %r2;\n"
                    "red.global.add.f32 [%d0], %r1;");
    const std::vector<std::string> findings = ptx::lint(text);
    cr_assert_eq(findings.size(), 4u);
    cr_expect(mentions(findings[0], "line 5 add.f32: has no rounding mode"));
    cr_expect(mentions(findings[1], "line 6 ex2.approx.f32: approximate"));
    cr_expect(mentions(findings[2], "line 9 div.full.f32: approximate"));
    cr_expect(mentions(findings[3], "line 10 red.global.add.f32: a float atomic"));
    cr_expect(ptx::lint(kernel_with("fma.rn.f32 %r0, %r1, %r2, %r3;\nfrobnicate.b32 %r0, %r1;")).empty());
}
