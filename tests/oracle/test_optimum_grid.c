/* grid-optimum: the scan, the value table and an enumeration that shares nothing with them find the same optimum. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/cpu/isa.h"
#include "ecc/grid.h"
#include "full.h"
#include "naive_optimum.h"
#include "tolerances.h"

/* The most levels, of 8 to 64, with levels^users combinations in reach; fewer than 8 for many users. */
static int levels_within(dice *d, int users, double combinations)
{
    const int most = (int)pow(combinations, 1.0 / users);
    const int high = most > 64 ? 64 : most;
    return high <= 8 ? high : dice_int(d, 8, high);
}

static void draw_levels(const test_case *c, int d, double *level_w)
{
    for (int k = 0; k < c->config.grid_power_levels; k++)
        level_w[k] = eswi_ecc_grid_power_w(c->config.power_min_w[d], c->config.power_max_w[d], k,
                                           c->config.grid_power_levels);
}

static double enumerate(const test_case *c)
{
    const naive n = naive_of(c, c->config.grid_unit_levels, 0);
    double level_w[ECC_DIRECTIONS][64], least = INFINITY;
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        draw_levels(c, d, level_w[d]);
    for (unsigned senders = 0; senders < 1u << n.n; senders++) {
        double sum = naive_local(&n, senders);
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            sum += naive_least(&n, d, senders, level_w[d], c->config.grid_power_levels);
        least = fmin(least, sum);
    }
    return least;
}

static void expect_feasible(const test_case *c, int index)
{
    esw_error error = {0};
    cr_assert_eq(eswi_ecc_check(&c->config, &c->instance, &c->decision, &error), ESW_OK, "case %d: %s", index,
                 error.text);
}

Test(optimum_grid, scan_and_table_and_enumeration_agree, .timeout = 3600)
{
    const eswi_cpu_kernels *const *isa = eswi_cpu_kernels_available();
    const int trials = test_full() ? 2400 : 300;
    int offloaded = 0, stayed = 0;
    for (int i = 0; i < trials; i++) {
        test_case c;
        dice d = dice_of(401, (uint64_t)i);
        const int users = i % 4 + 1;
        draw_component(&c, 400, (uint64_t)i, dice_int(&d, 1, 2), users);
        c.config.grid_power_levels = levels_within(&d, users, test_full() ? 0x1p18 : 0x1p11);
        c.config.grid_unit_levels = dice_int(&d, 2, 9);
        c.config.search = ECC_SEARCH_SCAN;
        solve_component(&c, ECC_GRID_OPTIMUM, isa[0]->ecc_optimum);
        expect_feasible(&c, i);
        const size_t bytes = eswi_ecc_decision_bytes(&c.config);
        char *first = memcpy(malloc(bytes), c.blocks[1], bytes);
        for (int k = 0; isa[k]; k++)
            for (int search = 0; search < 2; search++) {
                c.config.search = (ecc_search)search;
                solve_component(&c, ECC_GRID_OPTIMUM, isa[k]->ecc_optimum);
                cr_assert_eq(memcmp(first, c.blocks[1], bytes), 0, "case %d: %s, %s gives another decision", i,
                             isa[k]->name, search ? "scan" : "table");
            }
        free(first);
        const double value = eswi_ecc_account(&c.config, &c.instance, &c.decision, NULL, NULL);
        const double expected = enumerate(&c);
        cr_assert_lt(relative_difference(value, expected), TOLERANCE_ORACLE,
                     "case %d: %d users, %d levels: %.17g found, %.17g is the least", i, users,
                     c.config.grid_power_levels, value, expected);
        for (int u = 0; u < users; u++)
            *(c.decision.split[u] < case_profile(&c, u)->units ? &offloaded : &stayed) += 1;
        case_free(&c);
    }
    cr_assert_gt(offloaded, trials / 4);
    cr_assert_gt(stayed, trials / 20);
}

/* The two directions at once, every combination of both: nothing is lost by searching them one after the other. */
Test(optimum_grid, both_directions_at_once_hold_nothing_better, .timeout = 3600)
{
    const int trials = test_full() ? 400 : 60;
    for (int i = 0; i < trials; i++) {
        test_case c;
        dice d = dice_of(411, (uint64_t)i);
        const int users = i % 3 + 1;
        draw_component(&c, 410, (uint64_t)i, dice_int(&d, 1, 2), users);
        c.config.grid_power_levels = levels_within(&d, 2 * users, test_full() ? 1e7 : 1e5);
        c.config.grid_power_levels = c.config.grid_power_levels < 2 ? 2 : c.config.grid_power_levels;
        const int levels = c.config.grid_power_levels;
        solve_component(&c, ECC_GRID_OPTIMUM, eswi_cpu_kernels_in_use()->ecc_optimum);
        const double value = eswi_ecc_account(&c.config, &c.instance, &c.decision, NULL, NULL);
        const naive n = naive_of(&c, c.config.grid_unit_levels, 0);
        double level_w[ECC_DIRECTIONS][64], least = INFINITY;
        for (int dir = 0; dir < ECC_DIRECTIONS; dir++)
            draw_levels(&c, dir, level_w[dir]);
        for (unsigned senders = 0; senders < 1u << users; senders++) {
            long total = 1;
            for (int k = 0; k < 2 * users; k++)
                total *= senders >> (k / 2) & 1u ? levels : 1;
            for (long k = 0; k < total; k++) {
                double power_w[ECC_DIRECTIONS][NAIVE_USERS] = {{0.0}};
                long rest = k;
                for (int u = 0; u < users; u++)
                    for (int dir = 0; dir < ECC_DIRECTIONS && senders >> u & 1u; dir++, rest /= levels)
                        power_w[dir][u] = level_w[dir][rest % levels];
                least = fmin(least, naive_local(&n, senders) +
                                        naive_direction(&n, ECC_UP, senders, power_w[ECC_UP]) +
                                        naive_direction(&n, ECC_DOWN, senders, power_w[ECC_DOWN]));
            }
        }
        cr_assert_lt(relative_difference(value, least), TOLERANCE_ORACLE,
                     "case %d: %.17g found, %.17g is the least", i, value, least);
        case_free(&c);
    }
}

Test(optimum_grid, a_grid_that_is_too_large_is_said_to_be)
{
    test_case c;
    double metrics[ECC_METRICS];
    draw_component(&c, 430, 1, 2, 4);
    c.config.grid_power_levels = 64;
    c.config.max_combinations = 1e6;
    solve_component(&c, ECC_GRID_OPTIMUM, eswi_cpu_kernels_in_use()->ecc_optimum);
    cr_assert_eq(c.decision.diagnostics->reason, ECC_REASON_TOO_LARGE);
    eswi_ecc_account(&c.config, &c.instance, &c.decision, metrics, NULL);
    for (int m = 0; m < ECC_METRICS; m++)
        cr_assert(isnan(metrics[m]) || m == ECC_METRIC_REASON, "metric %d is %g", m, metrics[m]);
    cr_assert_eq(metrics[ECC_METRIC_REASON], ECC_REASON_TOO_LARGE);
    case_free(&c);
}
