/* Whole decisions, diagnostics included: the same bytes however a batch is cut, threaded, laid out and
 * compiled. */
#include <criterion/criterion.h>

#include <string.h>

#include "descents.h"
#include "ecc/lanes_load.h"

/* More than the lanes of three threads, so that they are refilled, and nothing that batches divide. */
enum { SCENARIOS = 65 };

#define SMALL  "aps=3 users=12 subchannels=4 upload=network bandwidth_up_hz=500000 "
/* Users that are local at the best common split, and send at one of their own. */
#define NARROW "aps=3 users=12 subchannels=4 upload=network bandwidth_up_hz=24000 bandwidth_down_hz=80000 "
#define MIX    "profile={\"mix\":[\"nin-cifar10-32\",\"alexnet-imagenet-224\",\"resnet18-cifar10-32\"]} "

/* Every access, split, reading and pairing, one network and mixes, regular and irregular cells, limits that
 * are hit. */
static const char *const problems[] = {
    SMALL,
    SMALL MIX,
    SMALL MIX "split=per-user",
    SMALL MIX "layout=uniform split=per-user",
    NARROW MIX "split=per-user",
    NARROW MIX "split=per-user pair_directions=true layout=uniform cluster_cap=2",
    SMALL "layout=uniform pair_directions=true",
    SMALL MIX "access=oma split=per-user",
    SMALL "access=oma-in-cell layout=uniform",
    SMALL MIX "reading=published max_iterations=40",
    SMALL "reading=published layout=uniform pair_directions=true max_iterations=40",
    SMALL MIX "start_seed=3 max_iterations=7",
    MIX "aps=2 users=5 subchannels=18",
    "aps=2 users=6 subchannels=17 reading=published max_iterations=40",
    "aps=1 users=1 subchannels=1",
};
enum { PROBLEMS = sizeof problems / sizeof *problems };

/* One other way to compute. */
typedef struct other_way {
    const char *name;
    descent_way way;
} other_way;

static void assert_same(const descents *expected, const descents *found, const char *problem, const char *way)
{
    for (uint32_t i = 0; i < found->count; i++) {
        const size_t at = i * expected->decision_bytes;
        cr_assert_eq(memcmp(expected->decisions + at, found->decisions + at, expected->decision_bytes), 0,
                     "'%s', %s: scenario %u differs, %.17g instead of %.17g", problem, way, i,
                     descents_value(found, i), descents_value(expected, i));
    }
}

/* The first `count` scenarios of every problem in the plainest way and in others: gd and li-gd, in turn. */
static void compare(const other_way *others, size_t n_others, uint32_t count)
{
    for (int p = 0; p < PROBLEMS; p++) {
        const ecc_method method = p % 3 == 0 ? ECC_GD : ECC_LI_GD;
        descents expected, found;
        descents_open(&expected, problems[p], 91, count);
        descents_open(&found, problems[p], 91, count);
        descents_solve(&expected, method,
                       (descent_way){.kernels = &eswi_cpu_kernels_baseline, .spread = SPREAD_NEVER});
        for (size_t w = 0; w < n_others; w++) {
            descents_solve(&found, method, others[w].way);
            assert_same(&expected, &found, problems[p], others[w].name);
        }
        descents_close(&expected);
        descents_close(&found);
    }
}

Test(decisions, do_not_depend_on_the_batch, .timeout = 300)
{
    static const other_way batches[] = {
        {"batches of 1", {.batch = 1}}, {"batches of 7", {.batch = 7}}, {"batches of 64", {.batch = 64}}};
    compare(batches, 3, SCENARIOS);
}

Test(decisions, do_not_depend_on_the_threads, .timeout = 300)
{
    static const other_way threads[] = {{"two threads", {.threads = 2}},
                                        {"three threads, batches of 33", {.threads = 3, .batch = 33}}};
    compare(threads, 2, SCENARIOS);
}

Test(decisions, do_not_depend_on_the_instruction_set, .timeout = 300)
{
    const eswi_cpu_kernels *const *kernels = eswi_cpu_kernels_available();
    for (int k = 0; kernels[k]; k++) {
        const other_way set = {kernels[k]->name, {.kernels = kernels[k]}};
        compare(&set, 1, ECC_LANES + 1);
    }
}

Test(decisions, do_not_depend_on_whether_a_scenario_spreads_over_the_lanes, .timeout = 300)
{
    static const other_way spread = {"spread over the lanes", {.spread = SPREAD_ALWAYS, .threads = 2}};
    compare(&spread, 1, ECC_LANES + 1);
    cr_assert_gt(descent_spread_questions, 0, "the layout was never asked for");
}

/* The one above must not compare a layout with itself. */
Test(decisions, of_large_networks_spread_and_of_small_ones_do_not)
{
    static const struct {
        const char *size;
        bool spreads;
    } networks[] = {{"aps=5 users=60 subchannels=12", false}, {"aps=5 users=1250 subchannels=250", true}};
    for (size_t i = 0; i < 2; i++) {
        eswi_ecc_config *config;
        esw_error error = {""};
        cr_assert_eq(ecc_configure(networks[i].size, &config, &error), ESW_OK);
        cr_assert_eq(eswi_ecc_spreads(config), networks[i].spreads, "%s", networks[i].size);
        eswi_ecc_config_free((esw_config *)config);
    }
}
