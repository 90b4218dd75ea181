/* The parameter table and what a config derives from it. */
#include <criterion/criterion.h>

#include <math.h>

#include "ecc_setup.h"

Test(parameters, have_defaults_inside_their_ranges)
{
    esw_value values[ECC_PARAMS];
    esw_error error;
    cr_assert_eq(eswi_ecc_default_values(values, &error), ESW_OK);
    for (int p = 0; p < ECC_PARAMS; p++) {
        const esw_param *param = &eswi_ecc_params[p];
        cr_assert_not_null(param->name, "row %d", p);
        cr_assert_not_null(param->help, "%s", param->name);
        cr_assert_not_null(param->source, "%s", param->name);
        cr_assert_not_null(param->unit, "%s", param->name);
        cr_assert_not_null(eswi_ecc_bindings[p].json_name, "%s", param->name);
        cr_assert_eq(param->default_value == NULL, (param->flags & ESW_PARAM_NULLABLE) != 0, "%s", param->name);
        cr_assert_eq(param->choices != NULL, param->type == ESW_PARAM_CHOICE, "%s", param->name);
        if (!values[p].set) {
            continue;
        }
        if (param->type == ESW_PARAM_INTEGER || param->type == ESW_PARAM_REAL) {
            cr_assert_geq(values[p].real, param->low, "%s", param->name);
            cr_assert_leq(values[p].real, param->high, "%s", param->name);
        }
        cr_assert_geq(values[p].integer, 0, "%s", param->name);
    }
    eswi_ecc_values_free(values);
}

Test(defaults, are_the_papers_network)
{
    ecc_setup s;
    ecc_setup_open(&s, "");
    const eswi_ecc_config *c = s.config;
    cr_assert_eq(c->aps, 5);
    cr_assert_eq(c->users, 1250);
    cr_assert_eq(c->subchannels, 250);
    cr_assert_eq(c->cluster_cap, 3);
    cr_assert_eq(c->access, ECC_NOMA);
    cr_assert_eq(c->reading, ECC_REPAIRED);
    cr_assert_eq(c->upload, ECC_UPLOAD_SOURCE);
    cr_assert_eq(c->subchannel_hz[ECC_UP], 40000.0);
    cr_assert_float_eq(c->noise_w[ECC_UP], 4e4 * pow(10, -20.4), 1e-14 * 4e4 * pow(10, -20.4));
    cr_assert_float_eq(c->power_max_w[ECC_DOWN], pow(10, -0.5), 1e-15);
    cr_assert_eq(c->power_min_w[ECC_UP], 1e-3);
    cr_assert_float_eq(c->best_units, 6.55, 0.01, "r* is %g", c->best_units);
    cr_assert_eq(c->profiles[0].units, 9);
    cr_assert_eq(c->profiles[0].flops_before[9], 445936936.0);
    cr_assert_eq(c->profiles[0].bits[1], 24576.0);
    cr_assert_eq(c->profiles[0].result_bits, 32.0);
    /* Device-Only: every NiN inference takes the same time. */
    double metrics[ECC_METRICS];
    ecc_setup_stage(&s, 1, 0);
    ecc_setup_solve(&s, ECC_DEVICE_ONLY);
    eswi_ecc_account(c, &s.instance, &s.decision, metrics, NULL);
    cr_assert_float_eq(metrics[ECC_METRIC_LATENCY], 445936936 / 0.43e9, 1e-15);
    cr_assert_eq(metrics[ECC_METRIC_OFFLOADED], 0.0);
    cr_assert_eq(metrics[ECC_METRIC_SPLIT], 9.0);
    ecc_setup_close(&s);
}

/* The utility of one FLOP at the edge with r units: what r* must minimise, for every split alike. */
static double edge_price(const eswi_ecc_config *c, double units)
{
    const double speed = pow(units, c->lambda_exponent) * c->edge_unit_flops;
    return c->weight_time / speed + c->weight_energy * c->kappa_edge * speed * speed * c->cycles_per_flop;
}

static void expect_best_units(const char *overrides)
{
    ecc_setup s;
    ecc_setup_open(&s, overrides);
    const eswi_ecc_config *c = s.config;
    enum { STEPS = 20000 };
    double best = INFINITY;
    for (int i = 0; i <= STEPS; i++) {
        best = fmin(best, edge_price(c, c->units_min + (c->units_max - c->units_min) * i / STEPS));
    }
    cr_assert_geq(c->best_units, c->units_min);
    cr_assert_leq(c->best_units, c->units_max);
    cr_assert_leq(edge_price(c, c->best_units), best * (1 + 1e-12), "%s: r* = %g", overrides, c->best_units);
    cr_assert_float_eq(c->edge_seconds_per_flop * c->weight_time + c->edge_joules_per_flop * c->weight_energy,
                       edge_price(c, c->best_units), 1e-12 * best);
    ecc_setup_close(&s);
}

Test(best_units, minimise_the_price_of_a_flop_at_the_edge)
{
    expect_best_units("");
    expect_best_units("lambda_exponent=0.9");
    expect_best_units("weight_time=0.5 weight_energy=0.5");
    expect_best_units("compute_units_min=7");   /* clipped below */
    expect_best_units("compute_units_max=3.5"); /* clipped above */
    expect_best_units("weight_time=0");         /* slow is cheap */
    expect_best_units("weight_energy=0");       /* energy is free */
    expect_best_units("kappa_edge=0");
    expect_best_units("cycles_per_flop=0");
    expect_best_units("compute_units_min=4 compute_units_max=4");
    expect_best_units("lambda_exponent=2 compute_units_max=1000 edge_unit_flops=1e6");
}

Test(power, may_differ_between_directions)
{
    eswi_ecc_config *c;
    esw_error error;
    cr_assert_eq(ecc_configure("power_max_dbm=20 power_max_down_dbm=30 power_min_up_dbm=10", &c, &error),
                 ESW_OK);
    cr_assert_float_eq(c->power_max_w[ECC_UP], 0.1, 1e-15);
    cr_assert_float_eq(c->power_max_w[ECC_DOWN], 1.0, 1e-14);
    cr_assert_float_eq(c->power_min_w[ECC_UP], 0.01, 1e-16);
    cr_assert_eq(c->power_min_w[ECC_DOWN], 1e-3);
    eswi_ecc_config_free((esw_config *)c);
}

Test(noise, grows_with_the_noise_figure)
{
    eswi_ecc_config *quiet, *loud;
    esw_error error;
    cr_assert_eq(ecc_configure("", &quiet, &error), ESW_OK);
    cr_assert_eq(ecc_configure("noise_figure_db=3", &loud, &error), ESW_OK);
    cr_assert_float_eq(loud->noise_w[0] / quiet->noise_w[0], pow(10, 0.3), 1e-14);
    eswi_ecc_config_free((esw_config *)quiet);
    eswi_ecc_config_free((esw_config *)loud);
}

static void refuses(const char *overrides, const char *words)
{
    eswi_ecc_config *c = NULL;
    esw_error error = {""};
    ecc_expect_failure(ecc_configure(overrides, &c, &error), &error, ESW_BAD_INPUT, words);
}

Test(configure, refuses_what_single_precision_cannot_hold)
{
    refuses(
        "cell_radius_m=0 noise_dbm_per_hz=-250 bandwidth_up_hz=1",
        "line 7: noise_dbm_per_hz = -250 dBm/Hz (line 7), power_max_dbm = 25 dBm (default) and bandwidth_up_hz = 1 Hz");
    refuses("power_max_down_dbm=100 noise_dbm_per_hz=-250", "the SINR reaches 4.2e+31 near an AP");
    refuses("weight_time=1e-300 weight_energy=0",
            "the utility of computing nin-cifar10-32 on the device is 1e-300");
    refuses("weight_time=1e-323 weight_energy=0",
            "the utility of computing nin-cifar10-32 on the device is 0, the");
    refuses("weight_time=0 kappa_device=1e-300",
            "kappa_device = 1e-300 J s^2/cycle^3 (line 7), weight_time = 0");
    refuses("weight_time=0 weight_energy=1e-20 power_min_dbm=-100 kappa_device=1 kappa_edge=1",
            "weight_energy = 1e-20 1/J (line 7), power_min_dbm = -100 dBm (line 7)");
    refuses("weight_time=0 weight_energy=1e-15 power_min_up_dbm=-100 bandwidth_up_hz=1e12",
            "power_min_up_dbm = -100 dBm");
    refuses("weight_time=0 weight_energy=1e-15 power_min_down_dbm=-100 bandwidth_down_hz=1e12",
            "bandwidth_down_hz = 1000000000000 Hz (line 7) over 250 subchannels");
    refuses("kappa_device=1 device_flops=1e18",
            "line 7: device_flops = 1e+18 FLOP/s (line 7), kappa_device = 1");
    refuses("kappa_edge=1 edge_unit_flops=1e18", "nin-cifar10-32 at the edge is");
}

Test(configure, takes_extremes_that_single_precision_holds)
{
    static const char *const extremes[] = {
        "cell_radius_m=0 noise_dbm_per_hz=-250", "noise_dbm_per_hz=0 noise_figure_db=60 path_loss_exponent=6",
        "weight_time=1e9 weight_energy=1e9",     "device_flops=1",
        "kappa_device=0 weight_time=0",
    };
    for (size_t i = 0; i < sizeof extremes / sizeof *extremes; i++) {
        eswi_ecc_config *config;
        esw_error error;
        cr_assert_eq(ecc_configure(extremes[i], &config, &error), ESW_OK, "%s: %s", extremes[i], error.text);
        eswi_ecc_config_free((esw_config *)config);
    }
}

Test(configure, refuses_what_no_single_range_can_catch)
{
    refuses("users=3751",
            "line 7: users: 3751 do not fit; at most cluster_cap * aps * subchannels = 3 * 5 * 250 = 3750");
    refuses("aps=1 users=4 subchannels=1", "3 * 1 * 1 = 3");
    refuses("power_min_dbm=26",
            "line 7: power_min_dbm: found 26, must be at most power_max_dbm = 25 dBm (default)");
    refuses("power_max_down_dbm=-1",
            "line 7: power_max_down_dbm: found -1, must be at least power_min_dbm = 0 dBm (default)");
    refuses("power_min_up_dbm=7 power_max_up_dbm=6",
            "line 7: power_min_up_dbm: found 7, must be at most power_max_up_dbm = 6 dBm (line 7)");
    refuses("compute_units_min=9",
            "line 7: compute_units_min: found 9, must be at most compute_units_max = 8 units (default)");
    refuses("compute_units_max=0.5",
            "line 7: compute_units_max: found 0.5, must be at least compute_units_min = 1 units (default)");
    refuses("weight_time=0 weight_energy=0",
            "weight_time: found 0, must be above 0 where weight_energy = 0 1/J");
    refuses("profile=nin-cifar10-23",
            "line 7: profile: no profile 'nin-cifar10-23'; did you mean 'nin-cifar10-32'?");
}
