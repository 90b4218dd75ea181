/* What an instance is drawn from: distributions, layouts, and that every number is a pure function of its
 * name. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

#include "base/philox.h"
#include "ecc/stage.h"
#include "ecc_setup.h"

/* Statistics are compared within this many standard errors; seeds are fixed, so a pass stays a pass. */
static const double SIGMAS = 4.5;

static float gain_of(const ecc_setup *s, int direction, int user, int ap, int subchannel)
{
    return s->instance
        .gain[direction][((size_t)user * s->config->aps + ap) * s->config->subchannels + subchannel];
}

/* ---------------------------------------------------------------- gains */

Test(gains, fade_exponentially_with_mean_and_variance_one)
{
    ecc_setup s;
    ecc_setup_open(&s, "aps=4 users=48 subchannels=50 cell_radius_m=0 layout=users_around_ap");
    double sum = 0, square = 0;
    long n = 0, above_mean = 0;
    for (uint64_t k = 0; k < 20; k++) {
        ecc_setup_stage(&s, 3, k);
        for (int u = 0; u < s.config->users; u++) {
            for (int m = 0; m < s.config->subchannels; m++) { /* at the AP itself the mean gain is 1 */
                for (int d = 0; d < ECC_DIRECTIONS; d++) {
                    const double g = (double)gain_of(&s, d, u, s.instance.ap_of_user[u], m);
                    sum += g;
                    square += g * g;
                    above_mean += g > 1.0;
                    n++;
                }
            }
        }
    }
    const double mean = sum / n, variance = square / n - mean * mean, above = exp(-1.0);
    cr_assert_lt(fabs(mean - 1.0), SIGMAS * sqrt(1.0 / n), "mean %g over %ld", mean, n);
    cr_assert_lt(fabs(variance - 1.0), SIGMAS * sqrt(8.0 / n), "variance %g over %ld", variance,
                 n); /* mu4 - 1 = 8 */
    cr_assert_lt(fabs((double)above_mean / n - above), SIGMAS * sqrt(above * (1 - above) / n));
    ecc_setup_close(&s);
}

Test(gains, of_different_subchannels_aps_and_directions_are_uncorrelated)
{
    ecc_setup s;
    ecc_setup_open(&s, "aps=2 users=300 subchannels=100 cell_radius_m=0 path_loss_exponent=0");
    ecc_setup_stage(&s, 11, 0);
    double next = 0, other_ap = 0, other_way = 0;
    long n = 0;
    for (int u = 0; u < s.config->users; u++) {
        for (int m = 0; m + 1 < s.config->subchannels; m++) {
            const double g = (double)gain_of(&s, ECC_UP, u, 0, m) - 1.0;
            next += g * ((double)gain_of(&s, ECC_UP, u, 0, m + 1) - 1.0);
            other_ap += g * ((double)gain_of(&s, ECC_UP, u, 1, m) - 1.0);
            other_way += g * ((double)gain_of(&s, ECC_DOWN, u, 0, m) - 1.0);
            n++;
        }
    }
    cr_assert_lt(fabs(next / n), SIGMAS / sqrt(n));
    cr_assert_lt(fabs(other_ap / n), SIGMAS / sqrt(n));
    cr_assert_lt(fabs(other_way / n), SIGMAS / sqrt(n));
    ecc_setup_close(&s);
}

/* Any gain can be recomputed alone, from its name and the distance: word m mod 4 of block n << 16 | m >> 2. */
Test(gains, are_functions_of_seed_scenario_user_ap_subchannel_and_direction)
{
    ecc_setup s;
    ecc_setup_open(&s, "aps=7 users=23 subchannels=13");
    const uint64_t seed = 0x123456789abcdef0u, scenario = 0xfedcba9876543210u;
    ecc_setup_stage(&s, seed, scenario);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        for (int u = 0; u < s.config->users; u++) {
            for (int n = 0; n < s.config->aps; n++) {
                const double far = fmax(s.instance.distance_m[u * s.config->aps + n], 1.0);
                const float mean = (float)eswi_exp2(-s.config->path_loss_exponent * eswi_log2(far));
                cr_assert_float_eq(mean, pow(far, -5.0), 1e-6 * pow(far, -5.0));
                for (int m = 0; m < s.config->subchannels; m++) {
                    const eswi_draw draw = eswi_philox(seed, scenario, (uint32_t)d, (uint32_t)u,
                                                       (uint32_t)n << 16 | (uint32_t)m >> 2);
                    cr_assert_eq(gain_of(&s, d, u, n, m), mean * eswi_exponential(draw.w[m & 3]));
                }
            }
        }
    }
    ecc_setup_close(&s);
}

Test(gains, do_not_change_with_the_number_of_users_subchannels_or_aps)
{
    ecc_setup small, large;
    ecc_setup_open(&small, "aps=1 users=9 subchannels=6 layout=uniform");
    ecc_setup_open(&large, "aps=1 users=40 subchannels=31 layout=uniform");
    ecc_setup_stage(&small, 5, 8);
    ecc_setup_stage(&large, 5, 8);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        for (int u = 0; u < 9; u++) {
            for (int m = 0; m < 6; m++) {
                cr_assert_eq(gain_of(&small, d, u, 0, m), gain_of(&large, d, u, 0, m));
            }
        }
    }
    ecc_setup_close(&large);
    ecc_setup_open(&large, "aps=9 users=9 subchannels=6 layout=uniform path_loss_exponent=0");
    ecc_setup_close(&small);
    ecc_setup_open(&small, "aps=4 users=9 subchannels=6 layout=uniform path_loss_exponent=0");
    ecc_setup_stage(&small, 5, 8);
    ecc_setup_stage(&large, 5, 8);
    for (int u = 0; u < 9; u++) {
        for (int n = 0; n < 4; n++) {
            cr_assert_eq(gain_of(&small, ECC_DOWN, u, n, 5), gain_of(&large, ECC_DOWN, u, n, 5));
        }
    }
    ecc_setup_close(&small);
    ecc_setup_close(&large);
}

Test(instances, do_not_depend_on_what_was_staged_before)
{
    ecc_setup s;
    ecc_setup_open(&s,
                   "aps=3 users=20 subchannels=10 profile={\"mix\":[\"nin-cifar10-32\",\"vgg16-cifar10-32\"]}");
    const size_t bytes = eswi_ecc_instance_bytes(s.config);
    char *first = malloc(bytes);
    ecc_setup_stage(&s, 1, 77);
    memcpy(first, s.instance_block, bytes);
    ecc_setup_stage(&s, 2, 77);
    cr_assert_neq(memcmp(first, s.instance_block, bytes), 0, "another seed is another instance");
    ecc_setup_stage(&s, 1, 78);
    cr_assert_neq(memcmp(first, s.instance_block, bytes), 0, "another scenario is another instance");
    ecc_setup_stage(&s, 1, 77);
    cr_assert_eq(memcmp(first, s.instance_block, bytes), 0);
    free(first);
    ecc_setup_close(&s);
}

/* ---------------------------------------------------------------- places */

/* Equal-area cells of the disc: rings of equal area, each cut into sectors. A user's point is known from its
 * distances to three of the quincunx APs. */
Test(places, are_uniform_in_the_disc_round_the_ap)
{
    enum { RINGS = 10, SECTORS = 12, CELLS = RINGS * SECTORS };
    ecc_setup s;
    ecc_setup_open(&s, "aps=5 users=1000 subchannels=250 cell_radius_m=80");
    long count[CELLS] = {0}, n = 0;
    for (uint64_t k = 0; k < 30; k++) {
        ecc_setup_stage(&s, 17, k);
        for (int u = 0; u < s.config->users; u++) {
            const double *d = s.instance.distance_m + (size_t)u * 5;
            cr_assert_eq(s.instance.ap_of_user[u], u % 5);
            cr_assert_leq(d[u % 5], 80.0);
            /* APs 1 (250, 250), 2 (750, 250), 3 (250, 750): x from 1 and 2, y from 1 and 3 */
            const double x = 500.0 + (d[1] * d[1] - d[2] * d[2]) / 1000.0 - s.config->ap_xy_m[u % 5][0];
            const double y = 500.0 + (d[1] * d[1] - d[3] * d[3]) / 1000.0 - s.config->ap_xy_m[u % 5][1];
            const int ring = (int)fmin((x * x + y * y) / 6400.0 * RINGS, RINGS - 1);
            const int sector = (int)fmin((atan2(y, x) / (2 * M_PI) + 0.5) * SECTORS, SECTORS - 1);
            count[ring * SECTORS + sector]++;
            n++;
        }
    }
    double chi2 = 0;
    const double expected = (double)n / CELLS;
    for (int c = 0; c < CELLS; c++) {
        chi2 += (count[c] - expected) * (count[c] - expected) / expected;
    }
    cr_assert_lt(fabs(chi2 - (CELLS - 1)), SIGMAS * sqrt(2.0 * (CELLS - 1)), "chi2 %g of %d cells", chi2,
                 CELLS);
    ecc_setup_close(&s);
}

Test(places, are_uniform_in_the_square_with_the_nearest_ap)
{
    ecc_setup s;
    ecc_setup_open(&s, "aps=4 users=3000 subchannels=250 layout=uniform");
    ecc_setup_stage(&s, 4, 0);
    long of_ap[4] = {0};
    double near_square = 0;
    for (int u = 0; u < 3000; u++) {
        const double *d = s.instance.distance_m + (size_t)u * 4;
        for (int n = 0; n < 4; n++) {
            cr_assert_leq(d[s.instance.ap_of_user[u]], d[n]);
        }
        of_ap[s.instance.ap_of_user[u]]++;
        near_square += d[s.instance.ap_of_user[u]] * d[s.instance.ap_of_user[u]] / 3000;
    }
    for (int n = 0; n < 4; n++) {
        cr_assert_lt(fabs(of_ap[n] / 3000.0 - 0.25), SIGMAS * sqrt(0.25 * 0.75 / 3000));
    }
    /* In each 500 m quarter x and y are uniform on +-250 m: E d^2 = 2 * 250^2 / 3, Var d^2 = 2 * 250^4 * 4 /
     * 45 */
    const double square = 250.0 * 250.0;
    cr_assert_lt(fabs(near_square - 2 * square / 3), SIGMAS * square * sqrt(8.0 / 45 / 3000));
    ecc_setup_close(&s);
}

Test(layout, has_the_aps_on_a_quincunx_or_a_centred_square_grid)
{
    ecc_setup s;
    ecc_setup_open(&s, "aps=5 users=5 subchannels=1");
    cr_assert_eq(s.config->ap_xy_m[0][0], 500.0);
    cr_assert_eq(s.config->ap_xy_m[2][0], 750.0);
    cr_assert_eq(s.config->ap_xy_m[2][1], 250.0);
    ecc_setup_close(&s);
    ecc_setup_open(&s, "aps=7 users=7 subchannels=1"); /* 3 per side, row by row */
    cr_assert_float_eq(s.config->ap_xy_m[0][0], 1000.0 / 6, 1e-9);
    cr_assert_float_eq(s.config->ap_xy_m[4][0], 500.0, 1e-9);
    cr_assert_float_eq(s.config->ap_xy_m[4][1], 500.0, 1e-9);
    cr_assert_float_eq(s.config->ap_xy_m[6][1], 5000.0 / 6, 1e-9);
    ecc_setup_close(&s);
}

Test(mix, draws_profiles_in_equal_shares_and_a_name_given_twice_doubles_its_share)
{
    ecc_setup s;
    ecc_setup_open(&s, "aps=5 users=1200 subchannels=100 "
                       "profile={\"mix\":[\"nin-cifar10-32\",\"vgg16-cifar10-32\",\"nin-cifar10-32\"]}");
    cr_assert_eq(s.config->max_units, 24);
    long vgg = 0, n = 0;
    for (uint64_t k = 0; k < 10; k++) {
        ecc_setup_stage(&s, 21, k);
        for (int u = 0; u < s.config->users; u++) {
            vgg += s.config->profiles[s.instance.profile_of_user[u]].units == 24;
            n++;
        }
    }
    cr_assert_lt(fabs((double)vgg / n - 1.0 / 3), SIGMAS * sqrt(2.0 / 9 / n));
    ecc_setup_close(&s);
}
