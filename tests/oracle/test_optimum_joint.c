/* joint, and certified where it has no more than a local search: never worse than where they start, whatever the size, and
 * close to the optimum over all assignments where that is in reach. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/cpu/isa.h"
#include "full.h"
#include "naive_optimum.h"

static double account(const test_case *c)
{
    return eswi_ecc_account(&c->config, &c->instance, &c->decision, NULL, NULL);
}

/* Networks with something to choose: gains over a few decades, own ones above the others. */
static void draw_network(test_case *c, uint64_t seed, uint64_t index, const case_shape *shape)
{
    dice d = dice_of(seed + 1, index);
    case_draw(c, seed, index, shape);
    c->config.access = ECC_NOMA;
    c->decision.diagnostics->access = ECC_NOMA;
    c->config.gap = 1e-3;
    c->config.max_nodes = 1 << 14;
    c->config.starts = 4;
    c->config.pair_directions = true;
    for (int dir = 0; dir < ECC_DIRECTIONS; dir++)
        for (int u = 0; u < c->config.users; u++)
            for (int n = 0; n < c->config.aps; n++)
                for (int m = 0; m < c->config.subchannels; m++)
                    *case_gain(c, dir, u, n, m) =
                        (float)dice_log(&d, n == c->instance.ap_of_user[u] ? 1e-11 : 1e-14, 1e-8);
}

/* Devices so slow that computing there is hardly a way out. */
static void slow_devices(test_case *c, double factor)
{
    c->config.device_flops *= factor;
    c->config.device_seconds_per_flop /= factor;
    c->config.device_joules_per_flop *= factor * factor;
}

static void expect_feasible(const test_case *c, int index)
{
    esw_error error = {0};
    cr_assert_eq(eswi_ecc_check(&c->config, &c->instance, &c->decision, &error), ESW_OK, "case %d: %s", index,
                 error.text);
}

/* All sizes, up to many more than an arena and an element hold. The drawn decision is where certified starts. */
Test(optimum_joint, certified_is_never_worse_than_its_start, .timeout = 600)
{
    const int trials = test_full() ? 600 : 60;
    for (int i = 0; i < trials; i++) {
        test_case c;
        dice d = dice_of(601, (uint64_t)i);
        const int aps = dice_int(&d, 1, 6), cap = dice_int(&d, 1, 6);
        draw_network(&c, 600, (uint64_t)i,
                     &(case_shape){.aps = aps,
                                   .users = dice_int(&d, 1, aps * cap),
                                   .subchannels = dice_int(&d, 1, 2),
                                   .cluster_cap = cap,
                                   .all_send = i % 2 == 0});
        c.config.pair_directions = false; /* the drawn decision may pair or not */
        c.config.assignment_from = ECC_FROM_LI_GD;
        c.config.max_nodes = i % 3 == 0 ? 16 : 2000;
        const double start = account(&c);
        solve_component(&c, ECC_CERTIFIED, eswi_cpu_kernels_in_use()->ecc_optimum);
        expect_feasible(&c, i);
        const double first = account(&c);
        cr_assert_leq(first, start * (1.0 + 1e-12), "case %d, %d users: %.12g from %.12g", i, c.config.users,
                      first, start);
        cr_assert_leq(c.decision.diagnostics->bound, first, "case %d", i);
        c.config.gap = 0.5; /* its own answer, with much left to the tolerance */
        solve_component(&c, ECC_CERTIFIED, eswi_cpu_kernels_in_use()->ecc_optimum);
        cr_assert_leq(account(&c), first * (1.0 + 1e-12), "case %d: worse than its own answer", i);
        case_free(&c);
    }
}

/* Everybody of several cells on one subchannel, at full power, as rule A has them; the search keeps to itself where that
 * is best. */
Test(optimum_joint, serves_more_than_sixteen_on_a_subchannel, .timeout = 600)
{
    int most = 0;
    for (int i = 0; i < 12; i++) {
        test_case c;
        draw_network(
            &c, 610, (uint64_t)i,
            &(case_shape){.aps = 6, .users = 18 + i, .subchannels = 1, .cluster_cap = 30, .all_send = true});
        slow_devices(&c, 1e-4);
        for (int u = 0; u < c.config.users; u++) {
            for (int dir = 0; dir < ECC_DIRECTIONS; dir++)
                c.decision.power_w[dir][u] = c.config.power_max_w[dir];
            c.decision.split[u] = 1;
            c.decision.compute_units[u] = c.config.best_units;
        }
        const double together = account(&c);
        solve_component(&c, ECC_JOINT, eswi_cpu_kernels_in_use()->ecc_optimum);
        expect_feasible(&c, i);
        cr_assert_leq(account(&c), together * (1.0 + 1e-12), "case %d", i);
        int senders = 0;
        for (int u = 0; u < c.config.users; u++)
            senders += c.decision.power_w[ECC_UP][u] > 0.0;
        most = senders > most ? senders : most;
        case_free(&c);
    }
    cr_assert_gt(most, 16);
}

/* Room for some of the users only: who sends is not who comes first. */
Test(optimum_joint, chooses_whom_to_serve, .timeout = 600)
{
    const int trials = test_full() ? 400 : 60;
    double gaps = 0.0;
    for (int i = 0; i < trials; i++) {
        test_case c;
        draw_network(&c, 620, (uint64_t)i,
                     &(case_shape){.aps = 2, .users = 6, .subchannels = 2, .cluster_cap = 1 + i % 2});
        slow_devices(&c, 0.01);
        solve_component(&c, ECC_JOINT, eswi_cpu_kernels_in_use()->ecc_optimum);
        expect_feasible(&c, i);
        const double joint = account(&c);
        c.config.assignment_from = ECC_FROM_ALL;
        solve_component(&c, ECC_CERTIFIED, eswi_cpu_kernels_in_use()->ecc_optimum);
        const double best = account(&c);
        gaps += joint / best - 1.0;
        case_free(&c);
    }
    cr_assert_leq(gaps / trials, 1e-3, "mean gap %g", gaps / trials);
}

/* A local user who gains by sending takes the place of one who gains less, in however bad an order they come. */
Test(optimum_joint, takes_a_place_from_who_needs_it_less)
{
    for (int i = 0; i < 40; i++) {
        test_case c;
        draw_network(&c, 630, (uint64_t)i,
                     &(case_shape){.aps = 1, .users = 5, .subchannels = 1, .cluster_cap = 1});
        c.config.starts = 1;
        solve_component(&c, ECC_JOINT, eswi_cpu_kernels_in_use()->ecc_optimum);
        const double joint = account(&c);
        c.config.assignment_from = ECC_FROM_ALL;
        solve_component(&c, ECC_CERTIFIED, eswi_cpu_kernels_in_use()->ecc_optimum);
        cr_assert_leq(joint, account(&c) * (1.0 + 1e-3), "case %d", i);
        case_free(&c);
    }
}

/* Up to ten users on one subchannel: who is served is all there is to choose, and the optimum is in reach. */
Test(optimum_joint, a_crowd_is_served_as_is_best, .timeout = 600)
{
    const int trials = test_full() ? 1000 : 90;
    double gaps = 0.0, most = 0.0;
    int left_out = 0;
    for (int i = 0; i < trials; i++) {
        test_case c;
        draw_network(&c, 660, (uint64_t)i,
                     &(case_shape){.aps = 1 + i % 3,
                                   .users = 6 + 2 * (i / 3 % 3),
                                   .subchannels = 1,
                                   .cluster_cap = 10,
                                   .all_send = true});
        slow_devices(&c, i % 2 ? 1.0 : 0.3);
        solve_component(&c, ECC_JOINT, eswi_cpu_kernels_in_use()->ecc_optimum);
        expect_feasible(&c, i);
        const double joint = account(&c);
        for (int u = 0; u < c.config.users; u++)
            left_out += c.decision.power_w[ECC_UP][u] == 0.0;
        solve_component(&c, ECC_CERTIFIED, eswi_cpu_kernels_in_use()->ecc_optimum);
        const double gap = joint / account(&c) - 1.0;
        gaps += fmax(gap, 0.0); /* a search that stops at its limit may end above */
        most = gap > most ? gap : most;
        case_free(&c);
    }
    cr_log_info("joint above the optimum of a crowd: mean %.4f %%, most %.4f %%, %.1f users left out\n",
                100.0 * gaps / trials, 100.0 * most, (double)left_out / trials);
    cr_assert_gt(left_out, trials);
    cr_assert_leq(gaps / trials, 2e-4, "mean gap %g", gaps / trials);
    cr_assert_leq(most, 1e-2, "largest gap %g", most);
}

/* Users who do not hear each other are searched one by one, however many share a subchannel. */
Test(optimum_joint, orthogonal_users_are_searched_apart)
{
    for (int i = 0; i < 20; i++) {
        test_case c;
        const int aps = i % 2 ? 1 : 3;
        draw_network(
            &c, 640, (uint64_t)i,
            &(case_shape){.aps = aps, .users = 24, .subchannels = 1, .cluster_cap = 24, .all_send = true});
        c.config.access = aps == 1 ? ECC_OMA_IN_CELL : ECC_OMA;
        c.config.max_combinations = 1e6;
        c.config.grid_power_levels = 16;
        c.config.grid_unit_levels = 4;
        solve_component(&c, ECC_CERTIFIED, eswi_cpu_kernels_in_use()->ecc_optimum);
        expect_feasible(&c, i);
        const double value = account(&c);
        cr_assert_eq(c.decision.diagnostics->reason, ECC_REASON_GAP, "case %d", i);
        cr_assert_leq(value - c.decision.diagnostics->bound, 1e-3 * value, "case %d", i);
        solve_component(&c, ECC_GRID_OPTIMUM, eswi_cpu_kernels_in_use()->ecc_optimum);
        cr_assert_eq(c.decision.diagnostics->reason, ECC_REASON_OPTIMUM, "case %d", i);
        case_free(&c);
    }
}

/* Beyond an arena the bound is that of every cell, 0.81 of the value here, and below what anybody finds. */
Test(optimum_joint, cells_bound_what_is_not_searched, .timeout = 600)
{
    enum { TRIALS = 12 };
    double bounds = 0.0;
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        dice d = dice_of(651, (uint64_t)i);
        draw_network(
            &c, 650, (uint64_t)i,
            &(case_shape){
                .aps = 1 + i % 3, .users = 12 + 8 * i, .subchannels = 1, .cluster_cap = 96, .all_send = true});
        slow_devices(&c, 1e-3);
        solve_component(&c, ECC_CERTIFIED, eswi_cpu_kernels_in_use()->ecc_optimum);
        expect_feasible(&c, i);
        const double bound = c.decision.diagnostics->bound, value = account(&c);
        cr_assert_leq(bound, value, "case %d: bound %g, value %g", i, bound, value);
        bounds += bound / value;
        for (int k = 0; k < 20; k++) {
            for (int u = 0; u < c.config.users; u++) {
                const int units = case_profile(&c, u)->units;
                case_set_split(&c, &d, u, dice_chance(&d, 0.1) ? units : dice_int(&d, 1, units - 1));
            }
            cr_assert_leq(bound, account(&c), "case %d", i);
        }
        case_free(&c);
    }
    cr_assert_gt(bounds / TRIALS, 0.75, "%g of the value", bounds / TRIALS);
}
