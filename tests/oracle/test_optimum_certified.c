/* certified: bounds that nothing undercuts, values that are reached, gaps that close. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/cpu/isa.h"
#include "ecc/element_build.h"
#include "ecc/frontier.h"
#include "ecc/grid.h"
#include "ecc/layers.h"
#include "full.h"
#include "naive_optimum.h"
#include "tolerances.h"

/* A random point and what a crude coordinate descent makes of it. */
static double random_descent(const naive *n, dice *d)
{
    const eswi_ecc_config *g = &n->c->config;
    unsigned senders = 0;
    for (int u = 0; u < n->n; u++)
        senders |= (unsigned)dice_chance(d, 0.8) << u;
    double sum = naive_local(n, senders);
    for (int dir = 0; dir < ECC_DIRECTIONS; dir++) {
        const double low = g->power_min_w[dir], high = g->power_max_w[dir];
        double power_w[NAIVE_USERS];
        for (int u = 0; u < n->n; u++)
            power_w[u] = fmin(dice_log(d, low, high), high);
        double value = naive_direction(n, dir, senders, power_w);
        for (double factor = 4.0; factor > 1.01; factor = sqrt(factor))
            for (int k = 0; k < 2 * n->n; k++) {
                const int u = k / 2;
                const double before = power_w[u], to = k % 2 ? before * factor : before / factor;
                if (!(senders >> u & 1u))
                    continue;
                power_w[u] = fmin(fmax(to, low), high);
                const double after = naive_direction(n, dir, senders, power_w);
                if (after < value)
                    value = after;
                else
                    power_w[u] = before;
            }
        sum += value;
    }
    return sum;
}

Test(optimum_certified, closes_the_gap_and_nothing_lies_below_the_bound, .timeout = 7200)
{
    const eswi_ecc_optimum_kernels *kernels = eswi_cpu_kernels_in_use()->ecc_optimum;
    const int trials = test_full() ? 2000 : 150, points = test_full() ? 1000 : 40;
    int offloaded = 0;
    for (int i = 0; i < trials; i++) {
        test_case c;
        dice d = dice_of(501, (uint64_t)i);
        draw_component(&c, 500, (uint64_t)i, dice_int(&d, 1, 2), i % 6 + 1);
        solve_component(&c, ECC_CERTIFIED, kernels);
        esw_error error = {0};
        cr_assert_eq(eswi_ecc_check(&c.config, &c.instance, &c.decision, &error), ESW_OK, "case %d: %s", i,
                     error.text);
        const double value = eswi_ecc_account(&c.config, &c.instance, &c.decision, NULL, NULL);
        const double bound = c.decision.diagnostics->bound;
        cr_assert_eq(c.decision.diagnostics->reason, ECC_REASON_GAP, "case %d: %s", i, "did not close");
        cr_assert_leq(bound, value, "case %d", i);
        cr_assert_leq((value - bound) / value, 1e-3, "case %d: value %.17g, bound %.17g", i, value, bound);
        const naive n = naive_of(&c, 0, 0);
        for (int k = 0; k < points; k++) {
            const double other = random_descent(&n, &d);
            cr_assert_geq(other, bound, "case %d: a point of %.12g below the bound %.12g", i, other, bound);
        }
        for (int u = 0; u < c.config.users; u++)
            offloaded += c.decision.split[u] < case_profile(&c, u)->units;
        case_free(&c);
    }
    cr_assert_gt(offloaded, trials);
}

/* An element with everything drawn over many decades, as no network would have it. */
static eswi_ecc_element draw_element(dice *d)
{
    eswi_ecc_element e = {.n = dice_int(d, 1, 6)};
    e.weight_time = dice_chance(d, 0.05) ? 0.0 : dice_real(d, 0.01, 1.0);
    e.weight_energy = dice_chance(d, 0.05) && e.weight_time > 0.0 ? 0.0 : dice_log(d, 1e-3, 10.0);
    e.power_min_w = dice_log(d, 1e-5, 1e-2);
    e.power_max_w = e.power_min_w * dice_log(d, 1.0, 1e5);
    for (int i = 0; i < e.n; i++) {
        e.own[i] = dice_log(d, 1e-4, 1e9);
        for (int v = 0; v < e.n; v++)
            e.heard[i][v] = v == i || dice_chance(d, 0.4) ? 0.0 : dice_log(d, 1e-4, 1e9);
        e.lines[i] = dice_int(d, 1, 4);
        e.fixed[i][0] = dice_chance(d, 0.5) ? 0.0 : dice_log(d, 1e-6, 1.0);
        e.slope[i][0] = dice_log(d, 1e-3, 1e3);
        for (int k = 1; k < e.lines[i]; k++) {
            e.fixed[i][k] = e.fixed[i][k - 1] + dice_log(d, 1e-6, 10.0);
            e.slope[i][k] = e.slope[i][k - 1] * dice_real(d, 0.0, 0.9);
        }
    }
    return e;
}

/* One evaluation, several, and steps that end anywhere: the tangent plane bounds all the same. */
Test(optimum_certified, bounds_hold_wherever_the_minimiser_stops, .timeout = 3600)
{
    const eswi_cpu_kernels *const *isa = eswi_cpu_kernels_available();
    const int trials = test_full() ? 20000 : 400;
    for (int i = 0; i < trials; i++) {
        dice d = dice_of(510, (uint64_t)i);
        const eswi_ecc_element e = draw_element(&d);
        static eswi_ecc_boxes boxes, again;
        memset(&boxes, 0, sizeof boxes);
        const double low = log2(e.power_min_w), high = log2(e.power_max_w);
        for (int u = 0; u < e.n; u++)
            for (int l = 0; l < ECC_LANES; l++) {
                const double width = (high - low) * exp2(-dice_int(&d, 0, 12)),
                             at = dice_real(&d, low, high - width);
                boxes.low[u][l] = at;
                boxes.high[u][l] = fmin(at + width, high);
            }
        again = boxes;
        const int steps = i % 3 == 0 ? 1 : dice_int(&d, 1, 8);
        isa[0]->ecc_optimum->element.bound(&e, steps, &boxes);
        for (int k = 1; isa[k]; k++) {
            isa[k]->ecc_optimum->element.bound(&e, steps, &again);
            cr_assert_eq(memcmp(boxes.bound, again.bound, sizeof boxes.bound), 0, "case %d: %s", i,
                         isa[k]->name);
            cr_assert_eq(memcmp(boxes.value, again.value, sizeof boxes.value), 0, "case %d: %s", i,
                         isa[k]->name);
            for (int u = 0; u < e.n; u++)
                cr_assert_eq(memcmp(boxes.plane[u], again.plane[u], sizeof boxes.plane[u]), 0, "case %d: %s", i,
                             isa[k]->name);
        }
        for (int l = 0; l < ECC_LANES; l++)
            for (int k = 0; k < 100; k++) {
                long double sum = 0.0L, plane = boxes.tangent[l], p[ECC_ELEMENT_USERS];
                for (int u = 0; u < e.n; u++) {
                    const double y = k < 40 ? (dice_chance(&d, 0.5) ? boxes.low[u][l] : boxes.high[u][l])
                                            : dice_real(&d, boxes.low[u][l], boxes.high[u][l]);
                    const double at = k == 99 ? boxes.point[u][l] : y, slope = boxes.plane[u][l];
                    p[u] = exp2l(at);
                    plane += (long double)slope * (at - (slope > 0.0 ? boxes.low : boxes.high)[u][l]);
                }
                for (int u = 0; u < e.n; u++) {
                    long double heard = 1.0L, least = INFINITY;
                    for (int v = 0; v < e.n; v++)
                        heard += e.heard[u][v] * p[v];
                    const long double x =
                        (e.weight_time + e.weight_energy * p[u]) / log1pl(e.own[u] * p[u] / heard);
                    for (int line = 0; line < e.lines[u]; line++)
                        least =
                            fminl(least, e.fixed[u][line] + e.slope[u][line] * x * 0.693147180559945309417L);
                    sum += least;
                }
                cr_assert(!(plane > sum), "case %d, box %d: the plane says %.17Lg, a point has %.17Lg", i, l,
                          plane, sum);
                cr_assert(boxes.bound[l] <= sum, "case %d, box %d: bound %.17g, a point has %.17Lg", i, l,
                          boxes.bound[l], sum);
            }
    }
}

/* A search that may stop early cuts much off its boxes, and the first value is often far from the least one: what is cut
 * off must count in the bound. */
Test(optimum_certified, what_is_cut_off_counts, .timeout = 600)
{
    const eswi_ecc_element_kernels *kernels = &eswi_cpu_kernels_in_use()->ecc_optimum->element;
    const int32_t capacity = 1 << 15;
    eswi_ecc_frontier *frontier = calloc(1, sizeof *frontier);
    frontier->heap = calloc((size_t)capacity, sizeof *frontier->heap);
    frontier->capacity = capacity;
    int early = 0;
    for (int i = 0; i < (test_full() ? 20000 : 2000); i++) {
        dice d = dice_of(540, (uint64_t)i);
        const eswi_ecc_element e = draw_element(&d);
        eswi_ecc_limits limits = {.gap = 1e-5, .cutoff = INFINITY, .nodes = 1 << 14, .steps = ECC_BOUND_STEPS};
        eswi_ecc_certificate least, loose;
        eswi_ecc_certify(&e, kernels, &limits, frontier, &least);
        limits.gap = dice_log(&d, 1e-5, 0.9);
        eswi_ecc_certify(&e, kernels, &limits, frontier, &loose);
        cr_assert_leq(loose.bound, least.value * (1.0 + 1e-13), "case %d: bound %.17g, a point has %.17g", i,
                      loose.bound, least.value);
        early += loose.value > least.value * (1.0 + 1e-3);
    }
    cr_assert_gt(early, 0);
    free(frontier->heap);
    free(frontier);
}

/* The metric of a decision that was just made. */
static double reported_gap(const test_case *c)
{
    double metrics[ECC_METRICS];
    eswi_ecc_account(&c->config, &c->instance, &c->decision, metrics, NULL);
    return metrics[ECC_METRIC_GAP];
}

/* `reason` is what the gap that is reported says, whatever stopped on the way. */
Test(optimum_certified, ends_at_a_node_limit_with_an_honest_gap)
{
    const eswi_ecc_optimum_kernels *kernels = eswi_cpu_kernels_in_use()->ecc_optimum;
    int limited = 0;
    for (int i = 0; i < 40; i++) {
        test_case c;
        draw_component(&c, 520, (uint64_t)i, 2, 5);
        c.config.gap = 1e-6;
        c.config.max_nodes = 400;
        solve_component(&c, ECC_CERTIFIED, kernels);
        const double bound = c.decision.diagnostics->bound, gap = reported_gap(&c);
        cr_assert_eq(c.decision.diagnostics->reason, gap <= 1e-6 ? ECC_REASON_GAP : ECC_REASON_NODES,
                     "case %d: gap %g, reason %d", i, gap, c.decision.diagnostics->reason);
        limited += c.decision.diagnostics->reason == ECC_REASON_NODES;
        c.config.gap = 1e-3;
        c.config.max_nodes = 1 << 14;
        solve_component(&c, ECC_CERTIFIED, kernels);
        const double best = eswi_ecc_account(&c.config, &c.instance, &c.decision, NULL, NULL);
        cr_assert_leq(bound, best * (1 + 1e-13), "case %d: the bound of a search cut short is above a value",
                      i);
        case_free(&c);
    }
    cr_assert_gt(limited, 10);
}

/* A limit that is past at once ends every search that needs a second batch, with a bound as valid as any; one that is not
 * reached changes nothing. */
Test(optimum_certified, ends_at_a_time_limit_with_an_honest_gap)
{
    const eswi_ecc_optimum_kernels *kernels = eswi_cpu_kernels_in_use()->ecc_optimum;
    int limited = 0;
    for (int i = 0; i < 40; i++) {
        test_case c;
        draw_component(&c, 525, (uint64_t)i, 2, 5);
        c.config.gap = 1e-6;
        c.config.max_seconds = 1e-9;
        solve_component(&c, ECC_CERTIFIED, kernels);
        const ecc_reason reason = (ecc_reason)c.decision.diagnostics->reason;
        const double value = eswi_ecc_account(&c.config, &c.instance, &c.decision, NULL, NULL);
        const double bound = c.decision.diagnostics->bound;
        cr_assert_eq(reason, reported_gap(&c) <= 1e-6 ? ECC_REASON_GAP : ECC_REASON_TIME, "case %d: reason %d",
                     i, reason);
        cr_assert_leq(bound, value, "case %d", i);
        limited += reason == ECC_REASON_TIME;
        c.config.gap = 1e-3;
        c.config.max_seconds = 1e6;
        solve_component(&c, ECC_CERTIFIED, kernels);
        const double unhurried = eswi_ecc_account(&c.config, &c.instance, &c.decision, NULL, NULL);
        const double its_bound = c.decision.diagnostics->bound;
        cr_assert_leq(bound, unhurried * (1 + 1e-13), "case %d: a bound in a hurry is above a value", i);
        c.config.max_seconds = 0.0;
        solve_component(&c, ECC_CERTIFIED, kernels);
        cr_assert_eq(eswi_ecc_account(&c.config, &c.instance, &c.decision, NULL, NULL), unhurried, "case %d",
                     i);
        cr_assert_eq(c.decision.diagnostics->bound, its_bound, "case %d", i);
        case_free(&c);
    }
    cr_assert_gt(limited, 10);
}

static int senders_of(const test_case *c)
{
    int senders = 0;
    for (int u = 0; u < c->config.users; u++)
        senders += c->decision.power_w[ECC_UP][u] > 0.0;
    return senders;
}

/* A search that is late does what a value and a bound take and no more: every user's sixteen boxes a direction, and in an
 * arena those of one set of senders. */
Test(optimum_certified, a_time_limit_ends_every_phase)
{
    const eswi_ecc_optimum_kernels *kernels = eswi_cpu_kernels_in_use()->ecc_optimum;
    int moved = 0;
    for (int i = 0; i < 60; i++) {
        const bool large = i % 4 == 0;
        test_case c;
        if (large)
            case_draw(&c, 535, (uint64_t)i,
                      &(case_shape){.aps = i < 30 ? 1 : 3, .users = 14, .subchannels = 1, .cluster_cap = 14,
                                    .all_send = true});
        else
            draw_component(&c, 536, (uint64_t)i, 2, 6);
        c.config.access = ECC_NOMA;
        c.config.gap = i % 2 ? 0.05 : 1e-3;
        c.config.max_nodes = 1 << 14;
        c.config.max_seconds = 1e-9;
        solve_component(&c, ECC_CERTIFIED, kernels);
        const eswi_ecc_diagnostics hurried = *c.decision.diagnostics;
        const double value = eswi_ecc_account(&c.config, &c.instance, &c.decision, NULL, NULL);
        const int users = c.config.users, elements = large ? 0 : 2 * users;
        cr_assert_leq(hurried.nodes, 16 * (2 * users + elements), "case %d: %d boxes", i, hurried.nodes);
        cr_assert_eq(hurried.reason, reported_gap(&c) <= c.config.gap ? ECC_REASON_GAP : ECC_REASON_TIME,
                     "case %d: reason %d", i, hurried.reason);
        cr_assert_gt(hurried.bound, 0.0);
        cr_assert_leq(hurried.bound, value, "case %d", i);
        int senders = senders_of(&c);
        cr_assert(!large || senders == 0 || senders == users, "case %d: %d send", i,
                  senders); /* nobody is asked */
        c.config.max_seconds = 0.0;
        solve_component(&c, ECC_CERTIFIED, kernels);
        senders = senders_of(&c);
        moved += large && senders > 0 && senders < users;
        cr_assert_leq(hurried.bound, eswi_ecc_account(&c.config, &c.instance, &c.decision, NULL, NULL) * (1.0 + 1e-13),
                      "case %d: a bound in a hurry is above a value", i);
        case_free(&c);
    }
    cr_assert_gt(moved, 0);
}

/* More than an arena holds: a component of fourteen users has a bound too, from users taken alone. */
Test(optimum_certified, bounds_large_components_honestly)
{
    for (int i = 0; i < 6; i++) {
        test_case c;
        case_draw(
            &c, 530, (uint64_t)i,
            &(case_shape){
                .aps = i < 3 ? 1 : 3, .users = 14, .subchannels = 1, .cluster_cap = 14, .all_send = true});
        c.config.access = ECC_NOMA;
        c.config.gap = 1e-3;
        c.config.max_nodes = 1000;
        solve_component(&c, ECC_CERTIFIED, eswi_cpu_kernels_in_use()->ecc_optimum);
        const double value = eswi_ecc_account(&c.config, &c.instance, &c.decision, NULL, NULL);
        cr_assert_gt(c.decision.diagnostics->bound, 0.0);
        cr_assert_leq(c.decision.diagnostics->bound, value);
        cr_assert_eq(c.decision.diagnostics->reason,
                     reported_gap(&c) <= 1e-3 ? ECC_REASON_GAP : ECC_REASON_TOO_LARGE);
        case_free(&c);
    }
}

/* What staying local costs the users of a cell is divided between the directions: no point that is found lies below the bound,
 * and the bound of one cell is close to the value, whoever sends. */
Test(optimum_certified, bounds_of_crowded_cells_are_close_and_nothing_lies_below, .timeout = 3600)
{
    const eswi_ecc_optimum_kernels *kernels = eswi_cpu_kernels_in_use()->ecc_optimum;
    const int trials = test_full() ? 600 : 40;
    int mixed = 0, cells = 0;
    double sum = 0.0;
    for (int i = 0; i < trials; i++) {
        const int aps = i % 4 == 3 ? 2 : 1;
        test_case c;
        dice d = dice_of(561, (uint64_t)i);
        draw_component(&c, 560, (uint64_t)i, aps, 11 + i % 4);
        c.config.access = ECC_NOMA;
        solve_component(&c, ECC_CERTIFIED, kernels);
        const double value = eswi_ecc_account(&c.config, &c.instance, &c.decision, NULL, NULL);
        const double bound = c.decision.diagnostics->bound;
        cr_assert_leq(bound, value, "case %d", i);
        const naive n = naive_of(&c, 0, 0);
        for (int k = 0; k < (test_full() ? 40 : 6); k++) {
            const double other = random_descent(&n, &d);
            cr_assert_geq(other, bound, "case %d: a point of %.12g below the bound %.12g", i, other, bound);
        }
        const int senders = senders_of(&c);
        mixed += senders > 0 && senders < c.config.users;
        cells += aps == 1;
        sum += aps == 1 ? reported_gap(&c) : 0.0;
        case_free(&c);
    }
    cr_assert_gt(mixed, trials / 4);
    cr_assert_leq(sum / cells, 0.02, "mean gap %g", sum / cells);
}

/* The chain of a cell: its bounds hold the optimum of the grid, and the lower one between levels that of all powers. */
Test(optimum_certified, chains_are_bounded_from_both_sides, .timeout = 600)
{
    const eswi_cpu_kernels *const *isa = eswi_cpu_kernels_available();
    enum { LEVELS = 12 };
    for (int i = 0; i < (test_full() ? 2000 : 150); i++) {
        test_case c;
        draw_component(&c, 550, (uint64_t)i, 1, i % 4 + 1);
        c.config.access = ECC_NOMA;
        const naive n = naive_of(&c, 0, 0);
        eswi_ecc_envelope envelopes[CASE_MAX_PROFILES];
        for (int p = 0; p < c.config.n_profiles; p++) {
            double compute[CASE_MAX_UNITS + 1];
            for (int s = 1; s < c.profiles[p].units; s++)
                compute[s] = eswi_ecc_compute_utility(&c.config, &c.profiles[p], s);
            eswi_ecc_envelope_of(compute, c.profiles[p].bits, c.profiles[p].units - 1, &envelopes[p]);
        }
        const eswi_ecc_scene scene = {&c.config, &c.instance, ECC_NOMA, envelopes};
        const int32_t users[] = {0, 1, 2, 3};
        const double must_send[] = {INFINITY, INFINITY, INFINITY, INFINITY};
        const unsigned all = (1u << n.n) - 1;
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            double level_w[LEVELS];
            float power[LEVELS];
            for (int k = 0; k < LEVELS; k++) {
                level_w[k] = eswi_ecc_grid_power_w(c.config.power_min_w[d], c.config.power_max_w[d], k, LEVELS);
                power[k] = (float)level_w[k];
            }
            eswi_ecc_cell chain;
            eswi_ecc_cell_table table;
            eswi_ecc_cell_build(&scene, d, 0, users, n.n, must_send, power, LEVELS, &chain);
            const eswi_ecc_cell_bounds grid = isa[0]->ecc_optimum->chain(&chain, 0, &table);
            const eswi_ecc_cell_bounds between = isa[0]->ecc_optimum->chain(&chain, 1, &table);
            for (int k = 1; isa[k]; k++) {
                const eswi_ecc_cell_bounds other = isa[k]->ecc_optimum->chain(&chain, 0, &table);
                cr_assert(other.low == grid.low && other.high == grid.high, "case %d: %s", i, isa[k]->name);
            }
            const double least = naive_least(&n, d, all, level_w, LEVELS);
            cr_assert_leq((double)grid.low, least, "case %d, direction %d", i, d);
            cr_assert_geq((double)grid.high, least, "case %d, direction %d", i, d);
            cr_assert_leq((double)grid.high, (double)grid.low * pow(1.11, n.n), "case %d: %g, %g", i,
                          (double)grid.low, (double)grid.high);
            /* What the upper side decides costs no more than it says. */
            float chosen_w[NAIVE_USERS];
            double decided_w[NAIVE_USERS];
            isa[0]->ecc_optimum->chain(&chain, 0, &table);
            eswi_ecc_cell_decide(&chain, &table, chosen_w);
            for (int k = 0; k < n.n; k++) {
                cr_assert_gt(chosen_w[k], 0.0f, "case %d: who must send does not", i);
                decided_w[chain.order[k]] = (double)chosen_w[k];
            }
            cr_assert_leq(naive_direction(&n, d, all, decided_w), (double)grid.high, "case %d, direction %d", i,
                          d);
            dice rng = dice_of(551, (uint64_t)i);
            for (int k = 0; k < 300; k++) {
                double power_w[NAIVE_USERS];
                for (int u = 0; u < n.n; u++)
                    power_w[u] = k == 0 ? c.config.power_max_w[d]
                                        : dice_log(&rng, c.config.power_min_w[d], c.config.power_max_w[d]);
                cr_assert_leq((double)between.low, naive_direction(&n, d, all, power_w),
                              "case %d, direction %d", i, d);
            }
        }
        case_free(&c);
    }
}

/* Instruction sets agree on whole decisions. */
Test(optimum_certified, every_instruction_set_decides_the_same)
{
    const eswi_cpu_kernels *const *isa = eswi_cpu_kernels_available();
    for (int i = 0; i < 40; i++)
        for (int method = ECC_CERTIFIED; method <= ECC_JOINT; method++) {
            test_case c;
            draw_component(&c, 540, (uint64_t)i, 2, i % 5 + 1);
            solve_component(&c, (ecc_method)method, isa[0]->ecc_optimum);
            const size_t bytes = eswi_ecc_decision_bytes(&c.config);
            char *first = memcpy(malloc(bytes), c.blocks[1], bytes);
            for (int k = 1; isa[k]; k++) {
                solve_component(&c, (ecc_method)method, isa[k]->ecc_optimum);
                cr_assert_eq(memcmp(first, c.blocks[1], bytes), 0, "case %d, method %d, %s", i, method,
                             isa[k]->name);
            }
            free(first);
            case_free(&c);
        }
}
