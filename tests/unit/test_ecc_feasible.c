/* Feasibility: what every solver hands over passes, and every broken constraint is named with its user. */
#include <criterion/criterion.h>

#include <math.h>

#include "ecc_setup.h"

static ecc_setup s;

static void open_case(void)
{
    ecc_setup_open(&s, "aps=2 users=12 subchannels=4");
    ecc_setup_stage(&s, 1, 0);
    ecc_setup_solve(&s, ECC_EDGE_ONLY);
    esw_error error;
    cr_assert_eq(eswi_ecc_check(s.config, &s.instance, &s.decision, &error), ESW_OK, "%s", error.text);
}

static void close_case(void)
{
    ecc_setup_close(&s);
}

TestSuite(check, .init = open_case, .fini = close_case);

static void refuses(const char *words)
{
    esw_error error = {""};
    ecc_expect_failure(eswi_ecc_check(s.config, &s.instance, &s.decision, &error), &error, ESW_CHECK_FAILED,
                       words);
}

Test(check, refuses_a_split_outside_the_network)
{
    s.decision.split[4] = 10;
    refuses("user 4: split is 10; allowed is 1 to 9 (18a)");
    s.decision.split[4] = 0;
    refuses("user 4: split is 0");
}

Test(check, refuses_power_outside_its_box)
{
    s.decision.power_w[ECC_UP][3] = nextafter(s.config->power_max_w[ECC_UP], 1.0);
    refuses("user 3: power_up_w is 0.316");
    s.decision.power_w[ECC_UP][3] = s.config->power_max_w[ECC_UP];
    s.decision.power_w[ECC_DOWN][11] = 0.0;
    refuses("user 11: power_down_w is 0; allowed is 0.001 to 0.316");
    s.decision.power_w[ECC_DOWN][11] = NAN;
    refuses("(18c)");
}

Test(check, refuses_compute_units_outside_their_box)
{
    s.decision.compute_units[0] = 8.5;
    refuses("user 0: compute_units is 8.5; allowed is 1 to 8 (18d)");
}

Test(check, refuses_power_or_compute_of_a_local_user)
{
    s.decision.split[5] = 9;
    refuses("user 5: power_up_w is 0.316");
    s.decision.power_w[ECC_UP][5] = s.decision.power_w[ECC_DOWN][5] = 0.0;
    refuses("user 5: compute_units is 8; a user that computes all units itself must have 0");
}

Test(check, refuses_offloading_without_a_subchannel)
{
    s.decision.assigned[ECC_UP][2] = -1;
    refuses("user 2: offloads but has no uplink subchannel (18e)");
    s.decision.assigned[ECC_UP][2] = 0;
    s.decision.assigned[ECC_DOWN][2] = -1;
    refuses("user 2: offloads but has no downlink subchannel (18f)");
    s.decision.assigned[ECC_DOWN][2] = 4;
    refuses("user 2: assigned_down is 4; subchannels are 0 to 3, -1 for none");
}

/* The cap counts assigned users per direction, senders or not; users 0, 2, 4, 6 belong to AP 0. */
Test(check, refuses_more_users_in_a_cluster_than_the_cap)
{
    for (int u = 0; u < 12; u++) {
        s.decision.assigned[ECC_DOWN][u] = u / 6;
    }
    esw_error error;
    cr_assert_eq(eswi_ecc_check(s.config, &s.instance, &s.decision, &error), ESW_OK, "%s", error.text);
    s.decision.assigned[ECC_DOWN][6] = 0;
    refuses("user 6: is number 4 on downlink subchannel 0 of AP 0; cluster_cap allows 3");
    s.decision.split[6] = 9;
    s.decision.power_w[ECC_UP][6] = s.decision.power_w[ECC_DOWN][6] = s.decision.compute_units[6] = 0.0;
    refuses("cluster_cap allows 3");
}

Test(check, refuses_different_subchannels_where_directions_are_paired)
{
    for (int u = 0; u < 12; u++) {
        s.decision.assigned[ECC_DOWN][u] = s.decision.assigned[ECC_UP][u];
    }
    s.config->pair_directions = true;
    esw_error error;
    cr_assert_eq(eswi_ecc_check(s.config, &s.instance, &s.decision, &error), ESW_OK, "%s", error.text);
    s.decision.assigned[ECC_DOWN][7] = (s.decision.assigned[ECC_UP][7] + 1) % 4;
    refuses("user 7: uplink subchannel");
}

Test(check, passes_after_a_clamp_of_single_precision_values)
{
    for (int u = 0; u < 12; u++) {
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            s.decision.power_w[d][u] = (double)(float)s.config->power_max_w[d] * (1 + 1e-7);
        }
        s.decision.compute_units[u] = 0.9999999;
    }
    s.decision.split[8] = 9; /* local: its power and units must vanish */
    refuses("user 0");
    eswi_ecc_decision_clamp(s.config, &s.instance, &s.decision);
    esw_error error;
    cr_assert_eq(eswi_ecc_check(s.config, &s.instance, &s.decision, &error), ESW_OK, "%s", error.text);
    cr_assert_eq(s.decision.power_w[ECC_UP][0], s.config->power_max_w[ECC_UP]);
    cr_assert_eq(s.decision.compute_units[0], 1.0);
    cr_assert_eq(s.decision.power_w[ECC_UP][8], 0.0);
}
