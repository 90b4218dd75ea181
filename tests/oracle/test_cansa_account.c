/* Staging, options and the accountant of CANSA against the oracle. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

#include "cansa/oracle.h"
#include "cansa_cases.h"
#include "tolerances.h"

static void expect_near(double found, double expected, const char *what, const char *text)
{
    cr_assert(isnan(found) == isnan(expected), "%s: %s is %g, expected %g", text, what, found, expected);
    cr_assert(isnan(expected) || fabs(found - expected) <= TOLERANCE_ORACLE * fmax(1.0, fabs(expected)),
              "%s: %s is %.17g, expected %.17g", text, what, found, expected);
}

Test(cansa_account, rates_of_drawn_channels_follow_equation_4)
{
    static const char *const RADIOS[] = {
        "clients=150", "clients=150 shadowing_db=20 power_dbm=60",
        "clients=150 bandwidth_hz=20e6 noise_figure_db=0",
        "clients=33 path_loss_exponent=4 antenna_gain_db=12 cell_radius_m=2000 max_spectral_efficiency=3"};
    for (size_t k = 0; k < sizeof RADIOS / sizeof *RADIOS; k++) {
        cansa_setup setup;
        int capped = 0;
        cansa_setup_open(&setup, RADIOS[k]);
        for (uint64_t scenario = 0; scenario < 40; scenario++) {
            cansa_setup_stage(&setup, 3, scenario);
            for (int i = 0; i < setup.config->clients; i++) {
                const double rate = eswi_cansa_oracle_rb_rate(setup.config, &setup.instance, i);
                const double found = setup.instance.rate_per_rb_bps[i];
                cr_assert(fabs(found - rate) <= TOLERANCE_ORACLE * rate,
                          "%s: client %d: %.17g bit/s, expected %.17g", RADIOS[k], i, found, rate);
                capped += found == setup.config->max_spectral_efficiency * setup.config->rb_hz;
            }
        }
        cr_assert_lt(capped, 40 * setup.config->clients);
        cansa_setup_close(&setup);
    }
}

Test(cansa_account, options_are_those_of_the_oracle)
{
    const cansa_shape shape = {.more = ""};
    char text[512];
    for (uint64_t index = 0; index < 300; index++) {
        cansa_setup setup;
        cansa_case_open(&setup, index, &shape, text);
        const double tenth = setup.config->reading == CANSA_AS_CODE ? 0.1 : 1.0;
        for (int c = 0; c < CANSA_CONTEXTS; c++)
            cr_assert_eq(setup.config->accuracy_min[c], eswi_cansa_oracle_min_accuracy(setup.config, c), "%s",
                         text);
        for (int o = 0; o < CANSA_OPTIONS; o++) {
            const eswi_cansa_option *option = &setup.config->options[o];
            expect_near(option->compute_s, eswi_cansa_oracle_latency(setup.config, o, 1, INFINITY), "compute_s",
                        text);
            expect_near(option->bits, tenth * eswi_cansa_oracle_bits(setup.config, o), "bits", text);
            expect_near(option->energy_j, eswi_cansa_oracle_energy(setup.config, o), "energy_j", text);
        }
        cansa_setup_close(&setup);
    }
}

Test(cansa_account, metrics_are_those_of_the_oracle)
{
    char text[512];
    const uint64_t cases = cansa_case_count(600, 20000);
    for (uint64_t index = 0; index < cases; index++) {
        static const char *const OBJECTIVES[] = {"", "objective=utility"};
        const cansa_shape shape = {.clients_most = 60, .rbs_most = 300, .more = OBJECTIVES[index % 2]};
        double metrics[CANSA_METRICS], expected[CANSA_METRICS];
        cansa_setup setup;
        cansa_case_open(&setup, index, &shape, text);
        cansa_setup_solve(&setup, (cansa_method)(index % CANSA_NASH), 0, 0);
        eswi_cansa_account(setup.config, &setup.instance, &setup.decision, metrics, NULL);
        eswi_cansa_oracle_metrics(setup.config, &setup.instance, &setup.decision, expected);
        for (int m = 0; m < CANSA_METRIC_BOUND; m++)
            expect_near(metrics[m], expected[m], "a metric", text);
        cansa_setup_close(&setup);
    }
}
