/* Warm starts (Corollary 4): what a layer costs after the one before it, and that the printed descent is
 * counted. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "descents.h"

#define MIX \
    "profile={\"mix\":[\"nin-cifar10-32\",\"alexnet-imagenet-224\",\"yolov2tiny-cifar10-416\",\"vgg16-cifar10-224\"]} "
enum { SCENARIOS = 48 };

/* Means over the scenarios of a config. */
typedef struct layer_costs {
    double first, later; /* evaluations of the first layer, and per later one */
    double value;
} layer_costs;

static layer_costs costs_of(const descents *d)
{
    layer_costs sum = {0.0, 0.0, 0.0};
    for (uint32_t i = 0; i < d->count; i++) {
        const eswi_ecc_diagnostics *found = descents_decision(d, i).diagnostics;
        cr_assert_gt(found->layers_later, 0);
        sum.first += (double)found->evaluations_first / d->count;
        sum.later += (double)found->evaluations_later / found->layers_later / d->count;
        sum.value += descents_value(d, i) / d->count;
    }
    return sum;
}

static void solve_both(const char *problem, descents *cold, descents *warm)
{
    descents_open(cold, problem, 111, SCENARIOS);
    descents_open(warm, problem, 111, SCENARIOS);
    descents_solve(cold, ECC_GD, (descent_way){.threads = 2});
    descents_solve(warm, ECC_LI_GD, (descent_way){.threads = 2});
}

/* With one network for all a layer changes the objective by a factor, and its logarithm by a constant. */
Test(warm, start_ends_at_its_first_evaluation_with_one_network)
{
    static const char *const networks[] = {"nin-cifar10-32", "vgg16-cifar10-224", "resnet18-cifar10-32"};
    for (size_t n = 0; n < sizeof networks / sizeof *networks; n++) {
        char problem[128];
        descents cold, warm;
        snprintf(problem, sizeof problem, "aps=3 users=18 subchannels=6 profile=%s", networks[n]);
        solve_both(problem, &cold, &warm);
        for (uint32_t i = 0; i < SCENARIOS; i++) {
            const eswi_ecc_diagnostics *found = descents_decision(&warm, i).diagnostics;
            cr_assert_eq(found->layers_later, warm.config->max_units - 2, "one layer per split");
            cr_assert_eq(found->evaluations_later, found->layers_later,
                         "%s, scenario %u: %d evaluations in %d layers", networks[n], i,
                         found->evaluations_later, found->layers_later);
        }
        const layer_costs from_start = costs_of(&cold);
        cr_assert_gt(from_start.later, 10.0, "a cold layer takes %.1f evaluations", from_start.later);
        descents_close(&cold);
        descents_close(&warm);
    }
}

/* The first layer is cold in both methods; where it is the one chosen, so are all bits of the decision. */
Test(warm, start_changes_nothing_where_the_first_layer_is_chosen)
{
    descents cold, warm;
    int same = 0;
    solve_both("aps=3 users=18 subchannels=6", &cold, &warm);
    for (uint32_t i = 0; i < SCENARIOS; i++) {
        const eswi_ecc_decision from_start = descents_decision(&cold, i), going_on =
                                                                              descents_decision(&warm, i);
        cr_assert_eq(from_start.diagnostics->evaluations_first, going_on.diagnostics->evaluations_first);
        if (from_start.diagnostics->common_split != 1 || going_on.diagnostics->common_split != 1)
            continue;
        const size_t bytes = 18 * sizeof(double);
        cr_assert_eq(memcmp(from_start.power_w[ECC_UP], going_on.power_w[ECC_UP], bytes), 0, "scenario %u", i);
        cr_assert_eq(memcmp(from_start.power_w[ECC_DOWN], going_on.power_w[ECC_DOWN], bytes), 0, "scenario %u",
                     i);
        same++;
    }
    cr_assert_gt(same, SCENARIOS / 2);
    descents_close(&cold);
    descents_close(&warm);
}

Test(warm, start_saves_evaluations_with_mixed_networks_too_and_costs_no_value)
{
    descents cold, warm;
    solve_both("aps=3 users=18 subchannels=6 " MIX, &cold, &warm);
    const layer_costs from_start = costs_of(&cold), going_on = costs_of(&warm);
    printf("mixed networks, evaluations per later layer: cold %.1f, warm %.1f; value %.6g and %.6g\n",
           from_start.later, going_on.later, from_start.value, going_on.value);
    cr_assert_eq(from_start.first, going_on.first);
    cr_assert_lt(going_on.later, 0.7 * from_start.later);
    cr_assert_gt(going_on.later, 1.0, "layers of different networks differ");
    cr_assert_lt(fabs(going_on.value / from_start.value - 1.0), 0.01);
    descents_close(&cold);
    descents_close(&warm);
}

/* The printed iteration: it runs to its end, and says of every layer whether it converged. */
Test(warm, printed_descents_end_and_are_counted)
{
    descents d;
    int unconverged = 0, unrounded = 0;
    descents_open(&d, "aps=3 users=18 subchannels=6 reading=published max_iterations=60", 112, SCENARIOS);
    descents_solve(&d, ECC_LI_GD, (descent_way){.threads = 2});
    for (uint32_t i = 0; i < SCENARIOS; i++) {
        const eswi_ecc_diagnostics *found = descents_decision(&d, i).diagnostics;
        const int layers = found->layers_later + 2; /* the uplink's first and the downlink's only one */
        cr_assert_leq(found->unconverged_layers, layers);
        cr_assert_leq(found->evaluations - found->evaluations_final, 61 * layers);
        cr_assert_leq(found->unrounded, 18);
        if (found->common_split > 0)
            cr_assert(found->reason == ECC_REASON_CONVERGED || found->reason == ECC_REASON_ITERATIONS);
        cr_assert_eq(found->unconverged_layers > 0 || found->reason != ECC_REASON_ITERATIONS, 1);
        unconverged += found->unconverged_layers > 0;
        unrounded += found->unrounded > 0;
    }
    printf("as printed: %d of %d scenarios with a layer that did not converge, %d with users to repair\n",
           unconverged, SCENARIOS, unrounded);
    cr_assert_gt(unconverged + unrounded, 0);
    descents_close(&d);
}

/* The counting itself: one iteration is never enough for the repaired descent, and a loose tolerance always
 * is. */
Test(warm, repaired_descents_report_their_limit)
{
    static const struct {
        const char *limit;
        int converges;
    } limits[] = {{"max_iterations=1", 0}, {"tolerance=1", 1}};
    for (size_t n = 0; n < 2; n++) {
        char problem[128];
        descents d;
        snprintf(problem, sizeof problem, "aps=3 users=18 subchannels=6 %s", limits[n].limit);
        descents_open(&d, problem, 113, 16);
        descents_solve(&d, ECC_GD, (descent_way){.threads = 2});
        for (uint32_t i = 0; i < 16; i++) {
            const eswi_ecc_diagnostics *found = descents_decision(&d, i).diagnostics;
            const int expected = limits[n].converges ? 0 : found->layers_later + 2;
            cr_assert_eq(found->unconverged_layers, expected, "'%s', scenario %u: %d of %d", problem, i,
                         found->unconverged_layers, found->layers_later + 2);
            cr_assert_eq(found->reason, limits[n].converges ? ECC_REASON_CONVERGED : ECC_REASON_ITERATIONS);
        }
        descents_close(&d);
    }
}
