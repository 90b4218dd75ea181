/* The structure points of docs/theory.md, each asked of the equations themselves (the oracle) on random
 * problems. */
#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

#include "cases.h"
#include "tolerances.h"

enum { TRIALS = 200 };

static double utility_with_split(test_case *c, int user, int split)
{
    const int32_t before = c->decision.split[user];
    c->decision.split[user] = split;
    const eswi_ecc_oracle at = case_oracle(c);
    const double utility = eswi_ecc_oracle_utility(&at, user);
    c->decision.split[user] = before;
    return utility;
}

/* ---------------------------------------------------------------- 1: r decouples */

Test(structure, one_r_is_best_for_every_user_and_split)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw(&c, 21, (uint64_t)i, &(case_shape){.users = 2, .cluster_cap = 2, .all_send = true});
        const double best = eswi_ecc_oracle_best_units(&c.config);
        const double low = c.config.units_min, high = c.config.units_max;
        for (int u = 0; u < c.config.users; u++) {
            for (int s = 1; s < case_profile(&c, u)->units; s++) {
                c.decision.compute_units[u] = best;
                const double at_best = utility_with_split(&c, u, s);
                for (int k = 0; k <= 200; k++) {
                    c.decision.compute_units[u] = low + (high - low) * k / 200;
                    cr_assert_geq(utility_with_split(&c, u, s), at_best * (1 - TOLERANCE_ORACLE),
                                  "case %d, user %d, split %d: r = %.17g beats r* = %.17g", i, u, s,
                                  c.decision.compute_units[u], best);
                }
            }
        }
        case_free(&c);
    }
}

/* r* is no corner by default: the derivative of (57) changes its sign there. */
Test(structure, the_best_r_is_a_stationary_point_inside_its_box)
{
    int interior = 0;
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw(&c, 22, (uint64_t)i, &(case_shape){.users = 1, .all_send = true});
        const double best = eswi_ecc_oracle_best_units(&c.config), step = 1e-3;
        c.decision.split[0] = 1;
        if (best > c.config.units_min * (1 + step) && best < c.config.units_max * (1 - step)) {
            interior++;
            c.decision.compute_units[0] = best;
            const double at_best = utility_with_split(&c, 0, 1);
            c.decision.compute_units[0] = best * (1 - step);
            const double below = utility_with_split(&c, 0, 1);
            c.decision.compute_units[0] = best * (1 + step);
            const double above = utility_with_split(&c, 0, 1);
            cr_assert(below > at_best && above > at_best, "case %d", i);
        }
        case_free(&c);
    }
    cr_assert_gt(interior, TRIALS / 10, "only %d cases had r* inside", interior);
}

/* ---------------------------------------------------------------- 2: the envelope */

/* C_s + w_s x + y of one user at its best split below F, from quantities that know nothing of rates. */
static double envelope(const test_case *c, int user, double x, double y)
{
    const eswi_ecc_profile *profile = case_profile(c, user);
    const eswi_ecc_config *config = &c->config;
    const double speed = eswi_ecc_oracle_edge_speed(config, c->decision.compute_units[user]);
    const double device = config->weight_time / config->device_flops +
                          config->weight_energy * config->kappa_device * config->device_flops *
                              config->device_flops * config->cycles_per_flop;
    const double edge = config->weight_time / speed +
                        config->weight_energy * config->kappa_edge * speed * speed * config->cycles_per_flop;
    double best = INFINITY, before = 0.0, all = 0.0;
    for (int s = 1; s <= profile->units; s++)
        all += profile->flops[s];
    for (int s = 1; s < profile->units; s++) {
        before += profile->flops[s];
        best = fmin(best, device * before + edge * (all - before) + profile->bits[s] * x);
    }
    return fmin(device * all, best + y);
}

static double price(const test_case *c, const eswi_ecc_oracle *at, int direction, int user)
{
    return (c->config.weight_time + c->config.weight_energy * c->decision.power_w[direction][user]) /
           eswi_ecc_oracle_rate(at, direction, user);
}

Test(structure, a_users_best_cost_is_the_lower_envelope_of_lines)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw(&c, 23, (uint64_t)i, &(case_shape){.all_send = true});
        const eswi_ecc_oracle at = case_oracle(&c);
        for (int u = 0; u < c.config.users; u++) {
            const int units = case_profile(&c, u)->units;
            if (c.decision.split[u] == units)
                continue; /* its AP had no room */
            const double x = price(&c, &at, ECC_UP, u);
            const double y = case_profile(&c, u)->result_bits * price(&c, &at, ECC_DOWN, u);
            double best = INFINITY;
            for (int s = 1; s <= units; s++)
                best = fmin(best, utility_with_split(&c, u, s));
            cr_assert_lt(relative_difference(best, envelope(&c, u, x, y)), TOLERANCE_ORACLE, "case %d, user %d",
                         i, u);
        }
        case_free(&c);
    }
}

Test(structure, the_envelope_is_concave_in_the_price_of_a_bit)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        dice d = dice_of(24, (uint64_t)i);
        case_draw(&c, 24, (uint64_t)i, &(case_shape){.users = 1, .all_send = true});
        for (int k = 0; k < 50; k++) {
            const double a = dice_log(&d, 1e-12, 1e-2), b = dice_log(&d, 1e-12, 1e-2),
                         y = dice_log(&d, 1e-9, 1e-1);
            const double share = dice_real(&d, 0.0, 1.0);
            const double chord = share * envelope(&c, 0, a, y) + (1 - share) * envelope(&c, 0, b, y);
            const double between = envelope(&c, 0, share * a + (1 - share) * b, y);
            cr_assert_geq(between, chord * (1 - TOLERANCE_ORACLE), "case %d", i);
        }
        case_free(&c);
    }
}

/* ---------------------------------------------------------------- 3: components */

/* Labels each user with its component: users that share a subchannel of a direction are in the same one. */
static void label_components(const test_case *c, int *label)
{
    const int users = c->config.users;
    for (int u = 0; u < users; u++)
        label[u] = u;
    for (bool changed = true; changed;) {
        changed = false;
        for (int u = 0; u < users; u++)
            for (int v = 0; v < users; v++)
                for (int d = 0; d < ECC_DIRECTIONS; d++) {
                    const int32_t *m = c->decision.assigned[d];
                    if (m[u] >= 0 && m[u] == m[v] && label[v] < label[u]) {
                        label[u] = label[v];
                        changed = true;
                    }
                }
    }
}

static void redraw_user(test_case *c, dice *d, int user)
{
    if (c->decision.assigned[ECC_UP][user] >= 0 && c->decision.assigned[ECC_DOWN][user] >= 0)
        case_set_split(c, d, user, dice_int(d, 1, case_profile(c, user)->units));
}

Test(structure, users_of_different_components_do_not_interact)
{
    int several = 0;
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        dice d = dice_of(25, (uint64_t)i);
        case_draw(&c, 25, (uint64_t)i, &(case_shape){.users = 6, .subchannels = 7, .cluster_cap = 6});
        int label[CASE_MAX_USERS];
        double before[CASE_MAX_USERS];
        label_components(&c, label);
        const eswi_ecc_oracle at = case_oracle(&c);
        for (int u = 0; u < c.config.users; u++)
            before[u] = eswi_ecc_oracle_utility(&at, u);
        const int chosen = label[dice_int(&d, 0, c.config.users - 1)];
        for (int u = 0; u < c.config.users; u++)
            if (label[u] == chosen)
                redraw_user(&c, &d, u);
        for (int u = 0; u < c.config.users; u++)
            if (label[u] != chosen) {
                several++;
                cr_assert_eq(before[u], eswi_ecc_oracle_utility(&at, u), "case %d, user %d", i, u);
            }
        case_free(&c);
    }
    cr_assert_gt(several, TRIALS);
}

Test(structure, with_paired_directions_a_component_is_one_subchannel)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw(&c, 26, (uint64_t)i, &(case_shape){0});
        memcpy(c.decision.assigned[ECC_DOWN], c.decision.assigned[ECC_UP],
               (size_t)c.config.users * sizeof(int32_t));
        int label[CASE_MAX_USERS];
        label_components(&c, label);
        for (int u = 0; u < c.config.users; u++)
            for (int v = 0; v < c.config.users; v++) {
                const int32_t *m = c.decision.assigned[ECC_UP];
                if (m[u] >= 0 && m[v] >= 0)
                    cr_assert_eq(label[u] == label[v], m[u] == m[v]);
            }
        case_free(&c);
    }
}

/* ---------------------------------------------------------------- 4: directions are independent */

static double objective_with(test_case *c, const double *up, const double *down)
{
    const size_t bytes = (size_t)c->config.users * sizeof(double);
    memcpy(c->decision.power_w[ECC_UP], up, bytes);
    memcpy(c->decision.power_w[ECC_DOWN], down, bytes);
    const eswi_ecc_oracle at = case_oracle(c);
    return eswi_ecc_oracle_objective(&at);
}

Test(structure, for_fixed_splits_the_objective_is_a_sum_over_directions)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        dice d = dice_of(27, (uint64_t)i);
        case_draw(&c, 27, (uint64_t)i, &(case_shape){0});
        double power[ECC_DIRECTIONS][2][CASE_MAX_USERS];
        for (int k = 0; k < 2; k++) {
            for (int u = 0; u < c.config.users; u++)
                case_set_split(&c, &d, u, c.decision.split[u]);
            for (int dir = 0; dir < ECC_DIRECTIONS; dir++)
                memcpy(power[dir][k], c.decision.power_w[dir], (size_t)c.config.users * sizeof(double));
        }
        const double straight = objective_with(&c, power[ECC_UP][0], power[ECC_DOWN][0]) +
                                objective_with(&c, power[ECC_UP][1], power[ECC_DOWN][1]);
        const double crossed = objective_with(&c, power[ECC_UP][0], power[ECC_DOWN][1]) +
                               objective_with(&c, power[ECC_UP][1], power[ECC_DOWN][0]);
        cr_assert_lt(relative_difference(straight, crossed), TOLERANCE_ORACLE, "case %d", i);
        case_free(&c);
    }
}

Test(structure, the_objective_is_computing_plus_the_value_of_each_direction)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw(&c, 28, (uint64_t)i, &(case_shape){0});
        const eswi_ecc_oracle at = case_oracle(&c);
        double sum =
            eswi_ecc_oracle_direction_value(&at, ECC_UP) + eswi_ecc_oracle_direction_value(&at, ECC_DOWN);
        for (int u = 0; u < c.config.users; u++)
            sum += c.config.weight_time *
                       (eswi_ecc_oracle_device_latency(&at, u) + eswi_ecc_oracle_server_latency(&at, u)) +
                   c.config.weight_energy *
                       (eswi_ecc_oracle_device_energy(&at, u) + eswi_ecc_oracle_server_energy(&at, u));
        cr_assert_lt(relative_difference(sum, eswi_ecc_oracle_objective(&at)), TOLERANCE_ORACLE, "case %d", i);
        case_free(&c);
    }
}

Test(structure, the_download_costs_the_same_at_every_split_below_the_last)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw(&c, 29, (uint64_t)i, &(case_shape){.all_send = true});
        const eswi_ecc_oracle at = case_oracle(&c);
        for (int u = 0; u < c.config.users; u++) {
            const int split = c.decision.split[u];
            if (split == case_profile(&c, u)->units)
                continue;
            const double latency = eswi_ecc_oracle_download_latency(&at, u);
            const double energy = eswi_ecc_oracle_download_energy(&at, u);
            for (int s = 1; s < case_profile(&c, u)->units; s++) {
                c.decision.split[u] = s;
                cr_assert_eq(latency, eswi_ecc_oracle_download_latency(&at, u));
                cr_assert_eq(energy, eswi_ecc_oracle_download_energy(&at, u));
            }
            c.decision.split[u] = split;
        }
        case_free(&c);
    }
}

/* ---------------------------------------------------------------- 5: local users are silent */

Test(structure, a_local_user_disturbs_nobody_and_has_no_power_coordinate)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        dice d = dice_of(30, (uint64_t)i);
        case_draw(&c, 30, (uint64_t)i, &(case_shape){.ties = i % 2 == 0});
        const eswi_ecc_oracle at = case_oracle(&c);
        const double before = eswi_ecc_oracle_objective(&at);
        for (int u = 0; u < c.config.users; u++)
            if (c.decision.split[u] == case_profile(&c, u)->units)
                for (int dir = 0; dir < ECC_DIRECTIONS; dir++)
                    c.decision.power_w[dir][u] = dice_log(&d, 1e-3, 1e3);
        cr_assert_eq(before, eswi_ecc_oracle_objective(&at), "case %d", i);
        for (int u = 0; u < c.config.users; u++)
            for (int dir = 0; dir < ECC_DIRECTIONS; dir++)
                if (c.decision.split[u] == case_profile(&c, u)->units)
                    cr_assert_eq(eswi_ecc_oracle_rate(&at, dir, u), 0.0);
        case_free(&c);
    }
}

/* Under noma a user that turns local leaves the network as if it had never been there. */
Test(structure, under_noma_a_user_that_turns_local_can_be_removed)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw(&c, 31, (uint64_t)i, &(case_shape){.users = 5, .cluster_cap = 5, .all_send = true});
        c.decision.diagnostics->access = ECC_NOMA;
        const int last = c.config.users - 1;
        c.decision.split[last] = case_profile(&c, last)->units;
        double with[CASE_MAX_USERS];
        const eswi_ecc_oracle at = case_oracle(&c);
        for (int u = 0; u < last; u++)
            with[u] = eswi_ecc_oracle_utility(&at, u);
        c.config.users = last;
        for (int u = 0; u < last; u++)
            cr_assert_eq(with[u], eswi_ecc_oracle_utility(&at, u), "case %d, user %d", i, u);
        case_free(&c);
    }
}

/* ---------------------------------------------------------------- 6: the first-decoded user */

/* Two users of one cell: what the first-decoded one pays depends on the other only through the power it hears,
 * and grows with it. */
Test(structure, the_first_decoded_users_cost_rises_with_the_interference_it_sees)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw_cluster(&c, 32, (uint64_t)i, 2, ECC_NOMA);
        const int first = case_own_gain(&c, ECC_UP, 1, 0) > case_own_gain(&c, ECC_UP, 0, 0) ? 1 : 0;
        const int second = 1 - first;
        c.decision.split[first] = 1;
        const eswi_ecc_oracle at = case_oracle(&c);
        double previous = 0.0;
        for (int k = 0; k < 20; k++) {
            c.decision.power_w[ECC_UP][second] = c.config.power_min_w[ECC_UP] * pow(1.5, k);
            const double utility = eswi_ecc_oracle_utility(&at, first);
            cr_assert_geq(utility, previous * (1 - TOLERANCE_ORACLE), "case %d, step %d", i, k);
            previous = utility;
        }
        /* The same received power from half the gain: the same interference, the same cost. */
        *case_gain(&c, ECC_UP, second, 0, 0) *= 0.5f;
        c.decision.power_w[ECC_UP][second] *= 2.0;
        cr_assert_lt(relative_difference(previous, eswi_ecc_oracle_utility(&at, first)), TOLERANCE_ORACLE);
        case_free(&c);
    }
}
