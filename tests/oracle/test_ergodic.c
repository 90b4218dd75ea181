/* One user alone on a Rayleigh channel: the mean of its rate over scenarios has a closed form, so that staging (the
 * fading), the units of power and noise and the rate are checked together, from the outside. */
#include <criterion/criterion.h>

#include <math.h>

#include "ecc_setup.h"
#include "tolerances.h"

enum { SCENARIOS = 30000, SUBCHANNELS = 4 };

static const double EULER_GAMMA = 0.57721566490153286;

/* The exponential integral E1(x), x > 0: its series up to 1, its continued fraction (Lentz, backwards) above. */
static double exponential_integral(double x)
{
    if (x <= 1.0) {
        double sum = -EULER_GAMMA - log(x), term = -1.0;
        for (int k = 1; k <= 30; k++) {
            term *= -x / k;
            sum += term / k;
        }
        return sum;
    }
    double fraction = 0.0;
    for (int k = 200; k >= 1; k--)
        fraction = k / (1.0 + k / (x + fraction));
    return exp(-x) / (x + fraction);
}

/* E[log2(1 + snr X)], X exponential with mean 1: exp(1/snr) E1(1/snr) / ln 2. */
static double ergodic_efficiency(double snr)
{
    return exp(1.0 / snr) * exponential_integral(1.0 / snr) / log(2.0);
}

typedef struct moments {
    double sum, squares;
    int count;
} moments;

static void add(moments *m, double x)
{
    m->sum += x;
    m->squares += x * x;
    m->count++;
}

/* |sample mean - expected| in standard errors. */
static double deviation(const moments *m, double expected)
{
    const double mean = m->sum / m->count;
    const double variance = (m->squares - m->count * mean * mean) / (m->count - 1);
    return fabs(mean - expected) / sqrt(variance / m->count);
}

/* The accountant's rates over the subchannel's width when the mean SNR of the drawn place is exactly `snr`. */
static void efficiencies(const ecc_setup *setup, int subchannel, double snr, double found[ECC_DIRECTIONS])
{
    const eswi_ecc_config *config = setup->config;
    const double mean_gain = pow(fmax(setup->instance.distance_m[0], 1.0), -config->path_loss_exponent);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        setup->decision.assigned[d][0] = subchannel;
        setup->decision.power_w[d][0] = snr * config->noise_w[d] / mean_gain;
    }
    const eswi_ecc_terms terms = {.rate_bps = {&found[ECC_UP], &found[ECC_DOWN]}};
    eswi_ecc_account(config, &setup->instance, &setup->decision, NULL, &terms);
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        found[d] /= config->bandwidth_hz[d] / config->subchannels;
}

Test(ergodic, exponential_integral_meets_tabulated_values)
{
    cr_assert_lt(fabs(exponential_integral(1.0) - 0.21938393439552026), 1e-14);
    cr_assert_lt(fabs(exponential_integral(0.1) - 1.8229239584193906), 1e-14);
    cr_assert_lt(fabs(exponential_integral(10.0) - 4.156968929685324e-6), 1e-19);
}

static const double snrs[] = {0.1, 1.0, 10.0, 1e4};
enum { SNRS = sizeof snrs / sizeof snrs[0] };

/* Each subchannel on its own: the four words of a random block are four places to go wrong. */
Test(ergodic, rayleigh_rate_of_one_user_meets_its_closed_form)
{
    moments found[ECC_DIRECTIONS][SUBCHANNELS][SNRS] = {{{{0}}}};
    ecc_setup setup;
    ecc_setup_open(&setup, "aps=1 users=1 subchannels=4");
    ecc_setup_stage(&setup, 2026, 0);
    eswi_ecc_decision_reset(setup.config, &setup.instance, ECC_NOMA, &setup.decision);
    setup.decision.split[0] = 1;
    setup.decision.compute_units[0] = setup.config->units_max;
    for (uint64_t scenario = 0; scenario < SCENARIOS; scenario++) {
        ecc_setup_stage(&setup, 2026, scenario);
        for (int m = 0; m < SUBCHANNELS; m++)
            for (int k = 0; k < SNRS; k++) {
                double rate[ECC_DIRECTIONS];
                efficiencies(&setup, m, snrs[k], rate);
                for (int d = 0; d < ECC_DIRECTIONS; d++)
                    add(&found[d][m][k], rate[d]);
            }
    }
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        for (int m = 0; m < SUBCHANNELS; m++)
            for (int k = 0; k < SNRS; k++) {
                const double expected = ergodic_efficiency(snrs[k]), off = deviation(&found[d][m][k], expected);
                cr_assert_lt(
                    off, CONFIDENCE_SIGMAS,
                    "direction %d, subchannel %d, SNR %g: mean %.5f, closed form %.5f, %.2f standard errors", d,
                    m, snrs[k], found[d][m][k].sum / SCENARIOS, expected, off);
            }
    ecc_setup_close(&setup);
}
