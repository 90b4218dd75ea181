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

/* The accountant's rate over the subchannel's width when the mean SNR of the drawn place is exactly `snr`. */
static double efficiency(const ecc_setup *setup, int direction, int subchannel, double snr)
{
    const eswi_ecc_config *config = setup->config;
    const double mean_gain = pow(fmax(setup->instance.distance_m[0], 1.0), -config->path_loss_exponent);
    double rate[ECC_DIRECTIONS];
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        setup->decision.assigned[d][0] = subchannel;
        setup->decision.power_w[d][0] = snr * config->noise_w[d] / mean_gain;
    }
    const eswi_ecc_terms terms = {.rate_bps = {&rate[ECC_UP], &rate[ECC_DOWN]}};
    eswi_ecc_account(config, &setup->instance, &setup->decision, NULL, &terms);
    return rate[direction] / (config->bandwidth_hz[direction] / config->subchannels);
}

Test(ergodic, exponential_integral_meets_tabulated_values)
{
    cr_assert_lt(fabs(exponential_integral(1.0) - 0.21938393439552026), 1e-14);
    cr_assert_lt(fabs(exponential_integral(0.1) - 1.8229239584193906), 1e-14);
    cr_assert_lt(fabs(exponential_integral(10.0) - 4.156968929685324e-6), 1e-19);
}

Test(ergodic, rayleigh_rate_of_one_user_meets_its_closed_form)
{
    static const double snrs[] = {0.1, 1.0, 10.0, 1e4};
    enum { SNRS = sizeof snrs / sizeof snrs[0] };
    moments found[ECC_DIRECTIONS][SNRS] = {{{0}}};
    ecc_setup setup;
    ecc_setup_open(&setup, "aps=1 users=1 subchannels=4");
    ecc_setup_stage(&setup, 2026, 0);
    eswi_ecc_decision_reset(setup.config, &setup.instance, ECC_NOMA, &setup.decision);
    setup.decision.split[0] = 1;
    setup.decision.compute_units[0] = setup.config->units_max;
    for (uint64_t scenario = 0; scenario < SCENARIOS; scenario++) {
        ecc_setup_stage(&setup, 2026, scenario);
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            for (int k = 0; k < SNRS; k++)
                add(&found[d][k], efficiency(&setup, d, (int)(scenario % SUBCHANNELS), snrs[k]));
    }
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        for (int k = 0; k < SNRS; k++)
            cr_assert_lt(deviation(&found[d][k], ergodic_efficiency(snrs[k])), CONFIDENCE_SIGMAS,
                         "direction %d, SNR %g: mean %.5f, closed form %.5f, %.2f standard errors", d, snrs[k],
                         found[d][k].sum / found[d][k].count, ergodic_efficiency(snrs[k]),
                         deviation(&found[d][k], ergodic_efficiency(snrs[k])));
    ecc_setup_close(&setup);
}
