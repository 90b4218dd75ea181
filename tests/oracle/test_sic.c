/* Identities that interference cancellation and orthogonal slices must obey, asked of the oracle and the
 * accountant. */
#include <criterion/criterion.h>

#include <math.h>

#include "scores.h"
#include "tolerances.h"

enum { TRIALS = 400 };

/* Subchannel width and noise from the parameters alone. */
static double width_hz(const test_case *c, int direction)
{
    return c->config.bandwidth_hz[direction] / c->config.subchannels;
}

static double noise_w(const test_case *c, int direction)
{
    return c->config.noise_w_per_hz * pow(10.0, c->config.noise_figure_db / 10.0) * width_hz(c, direction);
}

static double rate_of(double width, double sinr)
{
    return width * log1p(sinr) / log(2.0);
}

/* The chain rule of SIC: sum_i log2(1 + S_i / (N + sum of what remains)) telescopes to log2(1 + sum S / N). */
static void check_uplink_sum_rate(test_case *c)
{
    double received = 0.0;
    for (int u = 0; u < c->config.users; u++)
        received += c->decision.power_w[ECC_UP][u] * (double)case_own_gain(c, ECC_UP, u, 0);
    const double expected = rate_of(width_hz(c, ECC_UP), received / noise_w(c, ECC_UP));
    for (int k = 0; k < SCORERS; k++) {
        scores s;
        scorers[k].score(c, &s);
        double sum = 0.0;
        for (int u = 0; u < c->config.users; u++)
            sum += s.rate_bps[ECC_UP][u];
        cr_assert_lt(relative_difference(sum, expected), TOLERANCE_ORACLE, "%s: %d users, %.17g, not %.17g",
                     scorers[k].name, c->config.users, sum, expected);
    }
}

Test(sic, uplink_rates_of_a_cell_sum_to_the_rate_of_all_received_power)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw_cluster(&c, 11, (uint64_t)i, 1 + i % 5, ECC_NOMA);
        check_uplink_sum_rate(&c);
        case_free(&c);
    }
}

Test(sic, uplink_sum_rate_holds_when_gains_tie)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw_cluster(&c, 12, (uint64_t)i, 2 + i % 4, ECC_NOMA);
        for (int u = 1; u < c.config.users; u++)
            if (u % 2 == i % 2)
                *case_gain(&c, ECC_UP, u, 0, 0) = *case_gain(&c, ECC_UP, u - 1, 0, 0);
        check_uplink_sum_rate(&c);
        case_free(&c);
    }
}

Test(sic, of_two_uplink_users_the_stronger_is_decoded_first)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw_cluster(&c, 13, (uint64_t)i, 2, ECC_NOMA);
        if (i % 3 == 0)
            *case_gain(&c, ECC_UP, 1, 0, 0) = *case_gain(&c, ECC_UP, 0, 0, 0);
        const double gain[2] = {case_own_gain(&c, ECC_UP, 0, 0), case_own_gain(&c, ECC_UP, 1, 0)};
        const double *power = c.decision.power_w[ECC_UP];
        const int first = gain[1] > gain[0] ? 1 : 0, second = 1 - first;
        const double clean = power[second] * gain[second] / noise_w(&c, ECC_UP);
        const double disturbed =
            power[first] * gain[first] / (noise_w(&c, ECC_UP) + power[second] * gain[second]);
        for (int k = 0; k < SCORERS; k++) {
            scores s;
            scorers[k].score(&c, &s);
            cr_assert_lt(relative_difference(s.sinr[ECC_UP][second], clean), TOLERANCE_ORACLE);
            cr_assert_lt(relative_difference(s.sinr[ECC_UP][first], disturbed), TOLERANCE_ORACLE);
        }
        case_free(&c);
    }
}

Test(sic, of_two_downlink_users_the_stronger_hears_no_other)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw_cluster(&c, 14, (uint64_t)i, 2, ECC_NOMA);
        if (i % 3 == 0)
            *case_gain(&c, ECC_DOWN, 1, 0, 0) = *case_gain(&c, ECC_DOWN, 0, 0, 0);
        const double gain[2] = {case_own_gain(&c, ECC_DOWN, 0, 0), case_own_gain(&c, ECC_DOWN, 1, 0)};
        const double *power = c.decision.power_w[ECC_DOWN];
        const int first = gain[1] < gain[0] ? 1 : 0, second = 1 - first; /* of equal gains user 0 goes first */
        const double through = c.config.reading == ECC_PUBLISHED ? gain[second] : gain[first];
        const double clean = power[second] * gain[second] / noise_w(&c, ECC_DOWN);
        const double disturbed = power[first] * gain[first] / (noise_w(&c, ECC_DOWN) + power[second] * through);
        for (int k = 0; k < SCORERS; k++) {
            scores s;
            scorers[k].score(&c, &s);
            cr_assert_lt(relative_difference(s.sinr[ECC_DOWN][second], clean), TOLERANCE_ORACLE);
            cr_assert_lt(relative_difference(s.sinr[ECC_DOWN][first], disturbed), TOLERANCE_ORACLE);
        }
        case_free(&c);
    }
}

Test(sic, downlink_users_of_equal_gain_share_the_rate_of_all_sent_power)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw_cluster(&c, 15, (uint64_t)i, 1 + i % 5, ECC_NOMA);
        double sent = 0.0;
        for (int u = 0; u < c.config.users; u++) {
            *case_gain(&c, ECC_DOWN, u, 0, 0) = *case_gain(&c, ECC_DOWN, 0, 0, 0);
            sent += c.decision.power_w[ECC_DOWN][u];
        }
        const double gain = case_own_gain(&c, ECC_DOWN, 0, 0);
        const double expected = rate_of(width_hz(&c, ECC_DOWN), sent * gain / noise_w(&c, ECC_DOWN));
        for (int k = 0; k < SCORERS; k++) {
            scores s;
            scorers[k].score(&c, &s);
            double sum = 0.0;
            for (int u = 0; u < c.config.users; u++)
                sum += s.rate_bps[ECC_DOWN][u];
            cr_assert_lt(relative_difference(sum, expected), TOLERANCE_ORACLE, "%s, case %d", scorers[k].name,
                         i);
        }
        case_free(&c);
    }
}

/* Two cells of one user each on one subchannel, by hand: the uplink hears the other user through its gain to
 * the own AP, the downlink hears the other AP through the own gain to it. */
Test(sic, cells_disturb_each_other_through_the_right_gains)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw(&c, 16, (uint64_t)i,
                  &(case_shape){.aps = 2, .users = 2, .subchannels = 1, .cluster_cap = 2, .all_send = true});
        c.decision.diagnostics->access = ECC_NOMA;
        for (int u = 0; u < 2; u++)
            c.instance.ap_of_user[u] = u;
        const double *const *power = (const double *const *)c.decision.power_w;
        for (int k = 0; k < SCORERS; k++) {
            scores s;
            scorers[k].score(&c, &s);
            for (int u = 0; u < 2; u++) {
                const int v = 1 - u;
                const double up =
                    power[ECC_UP][u] * (double)*case_gain(&c, ECC_UP, u, u, 0) /
                    (power[ECC_UP][v] * (double)*case_gain(&c, ECC_UP, v, u, 0) + noise_w(&c, ECC_UP));
                const double down =
                    power[ECC_DOWN][u] * (double)*case_gain(&c, ECC_DOWN, u, u, 0) /
                    (power[ECC_DOWN][v] * (double)*case_gain(&c, ECC_DOWN, u, v, 0) + noise_w(&c, ECC_DOWN));
                cr_assert_lt(relative_difference(s.sinr[ECC_UP][u], up), TOLERANCE_ORACLE);
                cr_assert_lt(relative_difference(s.sinr[ECC_DOWN][u], down), TOLERANCE_ORACLE);
            }
        }
        case_free(&c);
    }
}

/* Users of one subchannel under orthogonal access: `counted` of them share the frequency of user u. */
static int sharers(const test_case *c, int direction, int user)
{
    int count = 0;
    for (int v = 0; v < c->config.users; v++)
        if (c->decision.assigned[direction][v] == c->decision.assigned[direction][user] &&
            (c->decision.diagnostics->access == ECC_OMA ||
             c->instance.ap_of_user[v] == c->instance.ap_of_user[user]))
            count++;
    return count;
}

Test(oma, every_user_of_a_subchannel_gets_an_equal_slice_without_interference)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw(&c, 17, (uint64_t)i, &(case_shape){.ties = i % 2 == 0});
        c.decision.diagnostics->access = ECC_OMA;
        for (int k = 0; k < SCORERS; k++) {
            scores s;
            scorers[k].score(&c, &s);
            for (int u = 0; u < c.config.users; u++) {
                for (int d = 0; d < ECC_DIRECTIONS && c.decision.split[u] < case_profile(&c, u)->units; d++) {
                    const int m = c.decision.assigned[d][u], n = sharers(&c, d, u);
                    const double snr =
                        c.decision.power_w[d][u] * (double)case_own_gain(&c, d, u, m) / (noise_w(&c, d) / n);
                    const double expected = rate_of(width_hz(&c, d) / n, snr);
                    cr_assert_lt(relative_difference(s.rate_bps[d][u], expected), TOLERANCE_ORACLE,
                                 "%s, case %d, user %d", scorers[k].name, i, u);
                }
            }
        }
        case_free(&c);
    }
}

Test(oma, in_cell_slices_equal_oma_in_a_single_cell)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw(&c, 18, (uint64_t)i, &(case_shape){.aps = 1});
        for (int k = 0; k < SCORERS; k++) {
            scores network, cell;
            c.decision.diagnostics->access = ECC_OMA;
            scorers[k].score(&c, &network);
            c.decision.diagnostics->access = ECC_OMA_IN_CELL;
            scorers[k].score(&c, &cell);
            for (int u = 0; u < c.config.users; u++)
                cr_assert_lt(relative_difference(network.utility[u], cell.utility[u]), TOLERANCE_ORACLE);
        }
        case_free(&c);
    }
}

/* With one user per (AP, subchannel) a slice is the whole subchannel: in-cell OMA and NOMA are one model. */
Test(oma, in_cell_slices_equal_noma_when_nobody_shares_a_cell)
{
    for (int i = 0; i < TRIALS; i++) {
        test_case c;
        case_draw(&c, 19, (uint64_t)i, &(case_shape){.cluster_cap = 1});
        for (int k = 0; k < SCORERS; k++) {
            scores slices, superposed;
            c.decision.diagnostics->access = ECC_OMA_IN_CELL;
            scorers[k].score(&c, &slices);
            c.decision.diagnostics->access = ECC_NOMA;
            scorers[k].score(&c, &superposed);
            for (int u = 0; u < c.config.users; u++)
                cr_assert_lt(relative_difference(slices.utility[u], superposed.utility[u]), TOLERANCE_ORACLE);
        }
        case_free(&c);
    }
}
