/* Barriers and warp operations, lane by lane from the PTX specification. */
#include <criterion/criterion.h>

#include "opcode_cases.h"

static const std::string address = "mul.wide.u32 %d0, %t, 4;\nadd.s64 %d0, %out, %d0;\n";
static const std::string store_r0 = address + "st.global.b32 [%d0], %r0;\n";
static const char *const shared = ".shared .align 4 .b8 words[512];\n";

/* Every thread reads what the last one wrote, under several schedules. */
static void check_barrier(const std::string &opcode)
{
    for (uint64_t seed = 0; seed < 5; seed++) {
        const std::vector<uint32_t> out = run_body(
            "mov.u64 %d1, words;\nmul.wide.u32 %d2, %t, 4;\nadd.s64 %d2, %d1, %d2;\nst.shared.b32 [%d2], %t;\n" +
                opcode + " 0;\nld.shared.b32 %r0, [%d1+276];\n" + store_r0,
            70, {0}, 70, shared, seed);
        for (uint32_t value : out)
            cr_assert_eq(value, 69u);
    }
}

static void check_barrier_reductions()
{
    const std::vector<uint32_t> out =
        run_body("setp.lt.u32 %p1, %t, 60;\nsetp.lt.u32 %p2, %t, 70;\nbar.red.popc.u32 %r0, 0, %p1;\n"
                 "bar.red.and.pred %p3, 0, %p1;\nbar.red.and.pred %p4, 0, %p2;\nbar.red.or.pred %p5, 0, !%p1;\n"
                 "barrier.red.or.pred %p6, 0, !%p2;\n@%p3 add.s32 %r0, %r0, 100;\n@%p4 add.s32 %r0, %r0, 200;\n"
                 "@%p5 add.s32 %r0, %r0, 400;\n@%p6 add.s32 %r0, %r0, 800;\n" +
                     store_r0,
                 70, {0}, 70);
    for (uint32_t value : out)
        cr_assert_eq(value, 660u);
}

static void check_warp_barrier()
{
    for (uint64_t seed = 0; seed < 5; seed++) {
        const std::vector<uint32_t> out = run_body(
            "mov.u64 %d1, words;\nmul.wide.u32 %d2, %t, 4;\nadd.s64 %d2, %d1, %d2;\nst.shared.b32 [%d2], %t;\n"
            "bar.warp.sync 0xffffffff;\nxor.b32 %r1, %t, 31;\nmul.wide.u32 %d2, %r1, 4;\nadd.s64 %d2, %d1, %d2;\n"
            "ld.shared.b32 %r0, [%d2];\n" +
                store_r0,
            64, {0}, 64, shared, seed);
        for (uint32_t t = 0; t < 64; t++)
            cr_assert_eq(out[t], t ^ 31);
    }
}

/* Source lane and range flag, from the pseudo-code of the specification. */
static void expected_shuffle(const std::string &kind, int lane, int b, int c, int *source, bool *in_range)
{
    const int bval = b & 31, cval = c & 31, mask = c >> 8 & 31;
    const int most = (lane & mask) | (cval & ~mask), least = lane & mask;
    int j = 0;
    if (kind == "up")
        *in_range = (j = lane - bval) >= most;
    else if (kind == "down")
        *in_range = (j = lane + bval) <= most;
    else if (kind == "bfly")
        *in_range = (j = lane ^ bval) <= most;
    else
        *in_range = (j = least | (bval & ~mask)) <= most;
    *source = *in_range ? j : lane;
}

static void check_shuffle(const std::string &kind)
{
    for (const int b : {0, 1, 5, 16, 31})
        for (const int c : {0x1f, 0x00, 0x181f, 0x1800, 0x1c07, 0x0f}) {
            const std::string text = std::to_string(b) + ", " + std::to_string(c);
            const std::vector<uint32_t> out =
                run_body("add.s32 %r1, %t, 100;\nshfl.sync." + kind + ".b32 %r0|%p1, %r1, " + text +
                             ", 0xffffffff;\n@%p1 add.s32 %r0, %r0, 1000;\n" + store_r0,
                         32, {0}, 32, "", 2);
            for (int lane = 0; lane < 32; lane++) {
                int source;
                bool in_range;
                expected_shuffle(kind, lane, b, c, &source, &in_range);
                cr_assert_eq(out[static_cast<size_t>(lane)],
                             static_cast<uint32_t>(100 + source + (in_range ? 1000 : 0)),
                             "shfl.sync.%s %d %#x lane %d", kind.c_str(), b, c, lane);
            }
        }
    const std::string fault =
        fault_of_body("setp.ge.u32 %p1, %t, 8;\n@%p1 exit;\nshfl.sync.idx.b32 %r0, %t, 9, 31, 0xff;\n", 32);
    cr_assert(fault.find("reads lane 9, which does not take part") != std::string::npos);
}

static void check_votes()
{
    const std::vector<uint32_t> out =
        run_body("setp.lt.u32 %p1, %t, 5;\nsetp.lt.u32 %p2, %t, 32;\nmov.u32 %r0, 0;\n"
                 "vote.sync.all.pred %p3, %p1, 0xffffffff;\n@%p3 add.s32 %r0, %r0, 1;\n"
                 "vote.sync.all.pred %p3, %p2, 0xffffffff;\n@%p3 add.s32 %r0, %r0, 2;\n"
                 "vote.sync.any.pred %p3, %p1, 0xffffffff;\n@%p3 add.s32 %r0, %r0, 4;\n"
                 "vote.sync.any.pred %p3, !%p2, 0xffffffff;\n@%p3 add.s32 %r0, %r0, 8;\n"
                 "vote.sync.uni.pred %p3, %p1, 0xffffffff;\n@%p3 add.s32 %r0, %r0, 16;\n"
                 "vote.sync.uni.pred %p3, !%p2, 0xffffffff;\n@%p3 add.s32 %r0, %r0, 32;\n"
                 "vote.sync.ballot.b32 %r1, %p1, 0xffffffff;\nshl.b32 %r1, %r1, 8;\nadd.s32 %r0, %r0, %r1;\n" +
                     store_r0,
                 32, {0}, 32);
    for (uint32_t value : out)
        cr_assert_eq(value, 2u + 4u + 32u + (31u << 8));
}

static void check_match(const std::string &type)
{
    const std::vector<uint32_t> out =
        run_body("shr.u32 %r1, %t, 2;\nmov.b64 %d1, {0, %r1};\n"
                 "match.any.sync." +
                     type + " %r0, " + (type == "b64" ? "%d1" : "%r1") + ", 0xffffffff;\n" + store_r0,
                 32, {0}, 32);
    for (uint32_t t = 0; t < 32; t++)
        cr_assert_eq(out[t], 15u << (t / 4 * 4));
}

static void check_reduction(const std::string &kind, uint32_t (*combine)(uint32_t, uint32_t))
{
    std::vector<uint32_t> in(32);
    for (uint32_t t = 0; t < 32; t++)
        in[t] = (t + 7) * 2654435761u;
    uint32_t expected = in[0];
    for (uint32_t t = 1; t < 32; t++)
        expected = combine(expected, in[t]);
    const std::vector<uint32_t> out =
        run_body("mul.wide.u32 %d1, %t, 4;\nadd.s64 %d1, %in, %d1;\nld.global.b32 %r1, [%d1];\n"
                 "redux.sync." +
                     kind + " %r0, %r1, 0xffffffff;\n" + store_r0,
                 32, in, 32);
    for (uint32_t value : out)
        cr_assert_eq(value, expected, "redux.sync.%s", kind.c_str());
}

static void check_active_mask()
{
    const std::vector<uint32_t> out = run_body("activemask.b32 %r0;\n" + store_r0, 40, {0}, 40);
    for (uint32_t t = 0; t < 40; t++)
        cr_assert(out[t] >> (t % 32) & 1);
}

/* A mask names the lanes to wait for; halves of a warp go separate ways. */
static void check_partial_masks()
{
    for (uint64_t seed = 0; seed < 5; seed++) {
        const std::vector<uint32_t> out = run_body(
            "setp.lt.u32 %p1, %t, 16;\n@%p1 bra LOW;\nshfl.sync.bfly.b32 %r0, %t, 1, 31, 0xffff0000;\nbra DONE;\n"
            "LOW:\nshfl.sync.idx.b32 %r0, %t, 3, 31, 0x0000ffff;\nDONE:\nbar.warp.sync 0xffffffff;\n" +
                store_r0,
            32, {0}, 32, "", seed);
        for (uint32_t t = 0; t < 32; t++)
            cr_assert_eq(out[t], t < 16 ? 3 : t ^ 1);
    }
    cr_assert(fault_of_body("bar.warp.sync 1;\n", 2).find("lane 1 is not in its own mask 00000001") !=
              std::string::npos);
}

void add_warp_cases(std::vector<ProgramCase> &cases)
{
    for (const char *opcode : {"bar.sync", "barrier.sync", "barrier.sync.aligned", "bar.cta.sync"})
        cases.push_back({opcode, [=] { check_barrier(opcode); }});
    for (const char *opcode : {"bar.red.popc.u32", "bar.red.and.pred", "bar.red.or.pred"})
        cases.push_back({opcode, check_barrier_reductions});
    cases.push_back({"bar.warp.sync", check_warp_barrier});
    cases.push_back({"bar.warp.sync", check_partial_masks});
    for (const std::string kind : {"up", "down", "bfly", "idx"})
        cases.push_back({"shfl.sync." + kind + ".b32", [=] { check_shuffle(kind); }});
    for (const char *kind : {"all.pred", "any.pred", "uni.pred", "ballot.b32"})
        cases.push_back({std::string("vote.sync.") + kind, check_votes});
    for (const std::string type : {"b32", "b64"})
        cases.push_back({"match.any.sync." + type, [=] { check_match(type); }});
    static const std::pair<const char *, uint32_t (*)(uint32_t, uint32_t)> reductions[] = {
        {"add.u32", [](uint32_t a, uint32_t b) { return a + b; }},
        {"add.s32", [](uint32_t a, uint32_t b) { return a + b; }},
        {"min.u32", [](uint32_t a, uint32_t b) { return a < b ? a : b; }},
        {"max.u32", [](uint32_t a, uint32_t b) { return a > b ? a : b; }},
        {"min.s32",
         [](uint32_t a, uint32_t b) { return static_cast<int32_t>(a) < static_cast<int32_t>(b) ? a : b; }},
        {"max.s32",
         [](uint32_t a, uint32_t b) { return static_cast<int32_t>(a) > static_cast<int32_t>(b) ? a : b; }},
        {"and.b32", [](uint32_t a, uint32_t b) { return a & b; }},
        {"or.b32", [](uint32_t a, uint32_t b) { return a | b; }},
        {"xor.b32", [](uint32_t a, uint32_t b) { return a ^ b; }},
    };
    for (const auto &[kind, combine] : reductions) {
        const std::string name = kind;
        const auto f = combine;
        cases.push_back({"redux.sync." + name, [=] { check_reduction(name, f); }});
    }
    cases.push_back({"activemask.b32", check_active_mask});
}
